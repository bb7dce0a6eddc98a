#!/usr/bin/python3
"""pages: open pages of evenhand-web, and changes on a schedule; prints what each page saw, and when.

    pages.py probe SOCKET PATH PER_SECOND SECONDS     asks evenhandd's admin socket
    pages.py pages                                    reads what to do as JSON

A page does what the script of the page does: it listens to what moved, and fetches itself again, once
at a time. The schedule waits for nobody: a change's time runs from the moment it was to be sent.
"""
import asyncio
import gzip
import json
import re
import socket
import sys
import time
import urllib.parse

CHANGE = re.compile(rb"change-(\d+)")
VERSION = re.compile(rb'data-version="(\d+)"')
LAST_S = 10  # for the last changes to be seen


def percentiles(values_s):
    values = sorted(values_s)
    at = lambda part: round(1e6 * values[min(len(values) - 1, int(len(values) * part))]) if values else None
    return {"p50_us": at(0.5), "p99_us": at(0.99), "max_us": at(1)}


class Link:
    """A connection to the page that is kept, as browsers do."""

    def __init__(self, plan):
        self.plan, self.reader, self.writer = plan, None, None
        self.received = 0

    async def once(self, method, path, cookie, body, headers):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.plan["port"])
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.plan['host']}", "Accept-Encoding: gzip",
                 "Sec-Fetch-Site: same-origin"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if cookie:
            lines.append(f"Cookie: {cookie}")
        if method == "POST":
            lines += [f"Origin: http://{self.plan['host']}", f"Content-Length: {len(body)}",
                      "Content-Type: application/x-www-form-urlencoded"]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        plain = {line.split(": ", 1)[0].lower(): line.split(": ", 1)[1]
                 for line in head.split("\r\n")[1:] if ": " in line}
        text = await self.reader.readexactly(int(fields.get("content-length", "0")))
        self.received += len(head) + len(text)
        if fields.get("connection") == "close":
            self.close()
        if fields.get("content-encoding") == "gzip":
            text = gzip.decompress(text)
        return int(head.split()[1]), plain, text

    async def ask(self, method, path, cookie=None, body=b"", headers=None):
        fresh = self.writer is None
        try:
            return await self.once(method, path, cookie, body, headers or {})
        except (OSError, asyncio.IncompleteReadError):
            self.close()  # the server ends connections that are idle
            if fresh:
                raise
            return await self.once(method, path, cookie, body, headers or {})

    def close(self):
        if self.writer:
            self.writer.close()
        self.writer = None


class Page:
    def __init__(self, world, person, path):
        self.world, self.person, self.path = world, person, path
        self.link = Link(world.plan)
        self.version, self.told, self.seen = None, "1", set()
        self.again = self.fetching = False
        self.fetches, self.took_s, self.wrong = 0, [], 0

    @property
    def cookie(self):
        return self.world.cookies[self.person]

    def show(self, status, text):
        now = time.monotonic()
        found = VERSION.search(text)
        if status != 200 or not found:
            self.wrong += 1
            return
        self.version = found[1].decode()
        for number in {int(found) for found in CHANGE.findall(text)} - self.seen:
            self.seen.add(number)
            self.world.saw(number, now)

    async def fetch(self):
        began = time.monotonic()
        status, _, text = await self.link.ask("GET", self.path, self.cookie,
                                              headers={"Evenhand-Page": self.told})
        self.fetches += 1
        self.took_s.append(time.monotonic() - began)
        self.show(status, text)

    async def refresh(self):
        self.again = True
        if self.fetching:
            return
        self.fetching = True
        while self.again:
            self.again = False
            await self.fetch()
        self.fetching = False

    async def listen(self):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.world.plan["port"])
        writer.write((f"GET /events HTTP/1.1\r\nHost: {self.world.plan['host']}\r\n"
                      f"Cookie: {self.cookie}\r\n\r\n").encode())
        tasks = set()
        while True:
            line = await reader.readline()
            if not line:
                self.world.ended += 1
                return
            if line.startswith(b"data: "):
                self.told = line[6:].strip().decode()
            if line.startswith(b"data: ") and self.told != self.version:
                task = asyncio.ensure_future(self.refresh())
                tasks.add(task)
                task.add_done_callback(tasks.discard)


class World:
    def __init__(self, plan):
        self.plan = plan
        self.cookies, self.due, self.delays, self.ended = {}, {}, [], 0
        self.by_number = {}
        self.pages = [Page(self, person, path) for person, path in plan["pages"]]
        self.refused = 0

    def saw(self, number, now):
        if number not in self.due:
            return
        self.delays.append(now - self.due[number])
        self.by_number[number] = self.by_number.get(number, 0) + 1

    async def sign_in(self, person, link):
        once = Link(self.plan)
        token = urllib.parse.urlsplit(link).path.rpartition("/")[2]
        body = urllib.parse.urlencode({"link": token}).encode()
        status, headers, _ = await once.ask("POST", "/sign-in", None, body)
        if status != 303:
            sys.exit(f"pages: {person} is not signed in: {status}")
        self.cookies[person] = headers["set-cookie"].split(";")[0]
        once.close()

    async def signal(self, number, person, rep):
        page = next((page for page in self.pages if page.person == person), None)
        link = Link(self.plan)
        body = urllib.parse.urlencode({"rep": rep, "status": "overloaded", "back": "/day",
                                       "reason": f"change-{number}", "event": f"bench-{number}"})
        status, _, text = await link.ask("POST", "/change/signal", self.cookies[person], body.encode(),
                                         {"Evenhand-Page": "1"})
        if status != 303:
            self.refused += 1
        elif page:
            status, _, text = await link.ask("GET", "/day", self.cookies[person])
            page.show(status, text)
        link.close()

    def ticket(self, redis, number, team):
        message = json.dumps({"type": "ticket", "id": f"change-{number}", "team": team, "kind": "order"})
        words = ["XADD", self.plan["inbox"], "*", "j", message]
        redis.sendall(f"*{len(words)}\r\n".encode() +
                      b"".join(f"${len(word)}\r\n{word}\r\n".encode() for word in words))

    async def change(self):
        redis = socket.socket(socket.AF_UNIX)
        redis.connect(self.plan["redis"])
        start, tasks = time.monotonic(), []
        for number, change in enumerate(self.plan["changes"]):
            due = start + number / self.plan["per_s"]
            await asyncio.sleep(max(0, due - time.monotonic()))
            self.due[number] = due
            if change[0] == "ticket":
                self.ticket(redis, number, change[1])
            else:
                tasks.append(asyncio.ensure_future(self.signal(number, *change[1:])))
        await asyncio.gather(*tasks)
        redis.close()

    def missing(self):
        wanted = self.plan["seen_by"] if self.pages else {}
        return sum(max(0, wanted[change[0]] - self.by_number.get(number, 0))
                   for number, change in enumerate(self.plan["changes"]) if wanted)

    async def run(self):
        for person, link in self.plan["links"].items():
            await self.sign_in(person, link)
        await asyncio.gather(*(page.fetch() for page in self.pages))
        streams = [asyncio.ensure_future(page.listen()) for page in self.pages]
        await asyncio.sleep(2)
        print("ready", flush=True)
        sys.stdin.readline()
        for page in self.pages:
            page.fetches, page.took_s, page.link.received = 0, [], 0
        await self.change()
        deadline = time.monotonic() + LAST_S
        while self.missing() and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        for stream in streams:
            stream.cancel()
        took = [value for page in self.pages for value in page.took_s]
        return {"changes": len(self.due), "refused": self.refused, "missing": self.missing(),
                "ended": self.ended, "wrong": sum(page.wrong for page in self.pages),
                "fetches": len(took), "received": sum(page.link.received for page in self.pages),
                "seen": percentiles(self.delays), "fetch": percentiles(took)}


async def probe(path, target, per_s, seconds):
    """The answers of the admin socket; the next request of the schedule waits for the one before it."""
    reader, writer = await asyncio.open_unix_connection(path)
    start, took = time.monotonic(), []
    for number in range(per_s * seconds):
        due = start + number / per_s
        await asyncio.sleep(max(0, due - time.monotonic()))
        began = time.monotonic()
        writer.write(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        if head.split()[1] != "200":
            sys.exit("pages: " + head)
        await reader.readexactly(int(re.search(r"(?i)content-length: (\d+)", head)[1]))
        took.append(time.monotonic() - began)
    writer.close()
    return percentiles(took)


def main():
    if sys.argv[1] == "probe":
        found = asyncio.run(probe(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
    else:
        found = asyncio.run(World(json.loads(sys.stdin.readline())).run())
    print(json.dumps(found), flush=True)


main()
