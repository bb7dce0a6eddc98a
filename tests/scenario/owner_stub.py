#!/usr/bin/python3
"""owner_stub: a helpdesk in a process of its own, so that it can be killed: it has tickets and their
owners in a file, and answers as the profile `generic` wants it, or otherwise.

    owner_stub.py PORT FILE SEED

A line of the file is a change: [ticket, owner]. It is written before anything is answered, as a
database would. `FILE.moods` says how often it answers how, in weights; read again at each request:
{"takes": 8, "lies": 1, …}. OwnerStub, below, runs it and reads what became of it.
"""
import http.server
import json
import os
import random
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.request

PAGE = 100


class Tickets:
    """What the helpdesk holds; every change is on the file before it is told."""

    def __init__(self, path):
        self.path, self.owners, self.lock = path, {}, threading.Lock()
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                for line in f:
                    if line.endswith("\n"):
                        ticket, owner = json.loads(line)
                        self.owners[ticket] = owner
        self.file = open(path, "a", encoding="utf-8")

    def set(self, ticket, owner):
        with self.lock:
            if self.owners.get(ticket, "?") != owner:
                self.owners[ticket] = owner
                self.file.write(json.dumps([ticket, owner]) + "\n")
                self.file.flush()

    def one(self, ticket):
        return {"id": ticket, "group": "Sales", "kind": "order", "value": 100, "open": True,
                "account": self.owners[ticket]}

    def page(self, number):
        with self.lock:
            names = sorted(self.owners)
            part = names[number * PAGE:(number + 1) * PAGE]
            return {"tickets": [self.one(name) for name in part],
                    "more": len(names) > (number + 1) * PAGE}


def mood_of(path, dice):
    try:
        with open(path + ".moods", encoding="utf-8") as f:
            weights = json.load(f)
    except (OSError, ValueError):
        weights = {"takes": 1}
    return dice.choices(list(weights), list(weights.values()))[0]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def answer(self, status, body, headers=()):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def fail(self, mood):
        """What is no answer, or one that says nothing of the ticket."""
        if mood == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif mood == "half":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"done\":")
        elif mood == "silence":
            time.sleep(3600)
        self.close_connection = True

    def do_GET(self):
        tickets, dice = self.server.tickets, self.server.dice
        mood = mood_of(tickets.path, dice)
        one = re.fullmatch(r"/evenhand/tickets/([^/?]+)", self.path)
        if mood in ("reset", "half") or (mood == "silence" and one):
            self.fail(mood)
        elif mood in ("500", "429", "503"):
            self.answer(int(mood), {})
        elif one:
            self.answer(*((200, tickets.one(one[1])) if one[1] in tickets.owners else (404, {})))
        else:
            self.answer(200, tickets.page(int(self.path.rpartition("=")[2])))

    def do_POST(self):
        tickets, dice = self.server.tickets, self.server.dice
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/add":
            tickets.set(body["id"], None)
            self.answer(200, {})
            return
        mood = mood_of(tickets.path, dice)
        if mood in ("takes", "takes-late"):
            time.sleep(0.05 if mood == "takes-late" else 0)
            tickets.set(body["ticket"], body["owner"])
            self.answer(200, {"done": True})
        elif mood == "lies":
            self.answer(200, {"what": "ever"})
        elif mood == "refuses":
            self.answer(200, {"done": False})
        elif mood in ("403", "409", "412", "500"):
            self.answer(int(mood), {})
        elif mood in ("429", "503"):
            self.answer(int(mood), {}, [("Retry-After", "1")] if dice.random() < 0.2 else [])
        else:
            if dice.random() < 0.5:  # it was done, and nobody hears of it
                tickets.set(body["ticket"], body["owner"])
            self.fail(mood)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def handle_error(self, *who):
        pass


class OwnerStub:
    """The process, from a scenario. Its port stays the same through kills."""

    def __init__(self, folder, seed):
        self.path, self.seed, self.process = os.path.join(folder, "owners"), seed, None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = "http://127.0.0.1:%d" % self.port

    def moods(self, weights):
        with open(self.path + ".moods.new", "w", encoding="utf-8") as f:
            json.dump(weights, f)
        os.replace(self.path + ".moods.new", self.path + ".moods")

    def start(self):
        self.seed += 1
        self.process = subprocess.Popen([sys.executable, os.path.abspath(__file__), str(self.port),
                                         self.path, str(self.seed)])
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.01)
        raise AssertionError("the stub does not start")

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()

    def add(self, ticket):
        request = urllib.request.Request(self.url + "/add", json.dumps({"id": ticket}).encode())
        urllib.request.urlopen(request, timeout=30).read()

    def history(self):
        """{ticket: owners in their order}, beginning with None."""
        history = {}
        with open(self.path, encoding="utf-8") as f:
            for line in f:
                if line.endswith("\n"):
                    ticket, owner = json.loads(line)
                    history.setdefault(ticket, []).append(owner)
        return history


def main(port, path, seed):
    server = Server(("127.0.0.1", int(port)), Handler)
    server.tickets, server.dice = Tickets(path), random.Random(int(seed))
    server.serve_forever(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
