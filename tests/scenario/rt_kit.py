"""rt_kit: Request Tracker 5 from Debian, as an ordinary process with a database of its own.

    rt = Rt(folder, hook_port)
    rt.start()                                    # Skip, where RT is not installed
    number = rt.create(kind="order", value="129.95")
    rt.owner(number)                              # "ana", or None
    rt.put("ben", number, "take")                 # what RT says: ["Owner changed from …"]
    rt.remove()

tools/lib/rt.sh brings it up; tools/samples/rt.initialdata has its people and their rights.
"""
import base64
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time

import psycopg2

from harness import CHECKOUT, Skip, patience, wait_until

SERVER = "/usr/share/request-tracker5/libexec/rt-server"
REPS = ["ana", "ben", "cai"]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Rt:
    def __init__(self, folder, hook_port):
        self.folder, self.hook_port = folder, hook_port
        self.port = free_port()
        self.url = "http://127.0.0.1:%d" % self.port

    def shell(self, *call):
        parts = "".join('. "$HERE/tools/lib/%s.sh"; ' % part for part in ("common", "postgres", "rt"))
        done = subprocess.run(["bash", "-c", "set -euo pipefail; " + parts + '"$@"', "rt", *map(str, call)],
                              env=dict(os.environ, HERE=CHECKOUT), text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=patience(180))
        assert done.returncode == 0, done.stdout[-2000:]

    def start(self):
        if not os.path.exists(SERVER):
            raise Skip("RT is not installed here; tools/test --helpdesks installs it")
        os.makedirs(self.folder, exist_ok=True)
        self.shell("rt_start", self.folder, self.port, "http://127.0.0.1:%d/" % self.hook_port)

    def load(self, sample):
        """More initialdata of tools/samples."""
        self.shell("rt_setup", self.folder, "insert", os.path.join(CHECKOUT, "tools", "samples", sample))

    def remove(self):
        home = os.path.join(self.folder, "pg")
        elsewhere = os.path.dirname(os.readlink(home)) if os.path.islink(home) else None
        self.shell("rt_stop", self.folder)
        if elsewhere:  # as root the data is elsewhere
            shutil.rmtree(elsewhere, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def secret(self):
        with open(os.path.join(self.folder, "hook"), encoding="ascii") as f:
            return f.read().strip()

    # ---- being away

    def processes(self):
        """The server's own, and its workers."""
        with open(os.path.join(self.folder, "rt.pid"), encoding="ascii") as f:
            pid = int(f.read())
        workers = subprocess.run(["pgrep", "-P", str(pid)], stdout=subprocess.PIPE, text=True).stdout
        return [pid] + [int(one) for one in workers.split()]

    def signal_all(self, number):
        for pid in self.processes():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def kill(self):
        """kill -9 of it and its workers; its database stays."""
        self.signal_all(signal.SIGKILL)
        os.remove(os.path.join(self.folder, "rt.pid"))

    def serve(self):
        self.shell("rt_serve", self.folder, self.port)

    # ---- as somebody

    def ask(self, who, method, path, body=None, kind="application/json"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience(60))
        login = base64.b64encode(("%s:%s-evenhand" % (who, who)).encode()).decode()
        if body is not None and kind == "application/json":
            body = json.dumps(body)
        try:
            connection.request(method, "/REST/2.0" + path, body,
                               {"Authorization": "Basic " + login, "Content-Type": kind})
            answer = connection.getresponse()
            text = answer.read().decode()
            return answer.status, json.loads(text) if text else None
        finally:
            connection.close()

    def create(self, who="customer", subject="Fifty tulips", kind="order", value="129.95"):
        status, body = self.ask(who, "POST", "/ticket", {
            "Queue": "Sales", "Subject": subject, "Requestor": "kim@customer.example", "Content": "please",
            "CustomFields": {"Kind": kind, "Deal value": value}})
        assert status == 201, (status, body)
        return body["id"]

    def burst(self, count):
        """So many tickets by one process beside the server, as a mail gateway would make them."""
        program = os.path.join(CHECKOUT, "tools", "samples", "rt-burst.pl")
        done = subprocess.run(
            ["perl", "-I/usr/share/request-tracker5/lib", program, str(count)], text=True,
            env=dict(os.environ, RT_SITE_CONFIG=self.folder + "/rt.pm", RT_SITE_CONFIG_DIR=self.folder + "/none",
                     PERL5LIB=os.path.join(CHECKOUT, "config", "bridge", "rt", "lib")),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=patience(300))
        made = done.stdout.split()
        assert done.returncode == 0 and len(made) == count, done.stderr[-2000:]
        return made

    def put(self, who, number, action="", **fields):
        """What RT says to it."""
        return self.ask(who, "PUT", "/ticket/%s%s" % (number, "/" + action if action else ""), fields)[1]

    def reply(self, who, number, text="Still there?"):
        return self.ask(who, "POST", "/ticket/%s/correspond" % number, text, "text/plain")

    # ---- what its database has

    def sql(self, query, *arguments):
        connection = psycopg2.connect(host=os.path.join(self.folder, "pg"), dbname="rt5")
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, arguments or None)
                return cursor.fetchall()
        finally:
            connection.close()

    def owners(self):
        """Of all tickets: number → name, or None."""
        rows = self.sql("SELECT t.id, u.name FROM tickets t JOIN users u ON u.id = t.owner")
        return {str(number): None if name == "Nobody" else name for number, name in rows}

    def open_tickets(self):
        return [str(row[0]) for row in self.sql(
            "SELECT id FROM tickets WHERE status IN ('new', 'open', 'stalled') AND effectiveid = id")]

    def owner(self, number):
        return self.owners().get(str(number))

    def owner_changes(self, number):
        """How often somebody became its owner, and by whose hand."""
        return self.sql("SELECT u.name, n.name FROM transactions t JOIN users u ON u.id = t.creator"
                        " JOIN users n ON n.id::text = t.newvalue WHERE t.objecttype = 'RT::Ticket'"
                        " AND t.objectid = %s AND t.field = 'Owner' AND t.type = 'SetWatcher' ORDER BY t.id", int(number))

    def wait_owner(self, number, check, what="has the owner", seconds=20):
        return wait_until("ticket %s %s" % (number, what), lambda: check(self.owner(number)), seconds)


def seconds_until(check, pause=0.01, most=30):
    began = time.monotonic()
    while not check():
        assert time.monotonic() - began < patience(most), "not within %g s" % patience(most)
        time.sleep(pause)
    return time.monotonic() - began
