#!/usr/bin/python3
"""limits: bounds on what many clients of the admin socket take together, under the memory of the
unit."""
import fcntl
import json
import os
import pwd
import socket
import struct
import termios
import time

import psycopg2

from harness import Skip, default_desk, is_root, note, patience, run, scenario, wait_until
from throttle import Memory, unit_memory

USERS = ("games", "man", "mail", "news", "lp", "uucp", "proxy")  # every Debian has them
PER_USER = 8
LARGE = 1 << 20                  # a body as large as it may be
SMALL = 72 << 10                 # bytes that are read of any request
LARGE_OTHERS, LARGE_USER = 6, 2  # large ones read at a time of who is no operator
DESK = (15 << 20)


def start(stack, memory, desk=None, **config):
    if not is_root():
        raise Skip("only root can connect as somebody else")
    note(memory.means)
    stack.write_desk(desk or default_desk())
    stack.start_servers()
    daemon = stack.new_daemon("d", auditors=list(USERS), **config)
    code, output = stack.migrate()
    assert code == 0, output
    daemon.start(wrap=memory.wrap)
    os.chmod(daemon.socket, 0o666)  # as if all of them were in the socket's group
    return daemon


def dial(stack, user=None):
    """Who asks is who connects."""
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(patience(20))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    if user:
        os.seteuid(pwd.getpwnam(user).pw_uid)
    try:
        s.connect(stack.daemon.socket)
    finally:
        os.seteuid(0)
    return s


def crowd(stack, request):
    """As many as there are places for, of everybody; each sends what fits into its socket."""
    clients = []
    for user in USERS:
        clients += [dial(stack, user) for _ in range(PER_USER)]
    for s in clients:
        s.setblocking(False)
        s.send(request)
    return clients


def well(stack, memory):
    daemon = stack.daemon
    assert daemon.alive(), "evenhandd ended with %s: %s" % (daemon.process.returncode,
                                                            daemon.last_words())
    assert not memory.kills(), memory.kills()
    note("%d MiB at most, of %d" % ((memory.most() or 0) >> 20, memory.size >> 20))


def large_desk():
    line = "# " + "a comment that says much and means little, " * 2 + "\n"
    return line * (DESK // len(line)) + json.dumps(default_desk())


def heard(s):
    """Bytes that came without waiting for more."""
    try:
        return s.recv(1 << 16)
    except (BlockingIOError, ConnectionError):
        return b""


def desk_as(stack, user):
    answer = stack.ask_as(user, "GET", "/v1/desk")
    return answer.code == 200 and len(answer.json["text"]) >= DESK - 100


@scenario("56 who ask for a desk of 15 MiB and do not read it: the others are told to ask again")
def answers(stack):
    with Memory(unit_memory()) as memory:
        daemon = start(stack, memory, desk=large_desk())
        clients = crowd(stack, b"GET /v1/desk HTTP/1.1\r\n\r\n")
        clients += [dial(stack) for _ in range(4)]
        for s in clients[-4:]:
            s.sendall(b"GET /v1/desk HTTP/1.1\r\n\r\n")
            s.setblocking(False)
        codes = []
        wait_until("they are answered", lambda: codes.extend(
            c for c in map(heard, clients) if c.startswith(b"HTTP/1.1 ")) or
            len(codes) == len(clients))
        assert sum(c.startswith(b"HTTP/1.1 200") for c in codes) == 2, "one of each kind"
        refused = [c for c in codes if c.startswith(b"HTTP/1.1 503")]
        assert len(refused) == len(clients) - 2 and all(b"ask again" in c for c in refused), codes
        well(stack, memory)
        assert daemon.status()["role"] == "leader"  # small answers have room
        stack.add_ticket("meanwhile")
        stack.settle()
        for s in clients:
            s.close()
        wait_until("there is room again", lambda: desk_as(stack, USERS[0]))
        well(stack, memory)


@scenario("desks of 15 MiB that wait for a COMMIT have the same bound")
def held(stack):
    with Memory(unit_memory()) as memory:
        start(stack, memory, desk=large_desk())
        blocker = psycopg2.connect(stack.postgres.dsn)
        with blocker.cursor() as cursor:
            cursor.execute("LOCK TABLE evenhand.ticket IN ACCESS EXCLUSIVE MODE")
            stack.add_ticket("blocked")
            wait_until("it is decided", lambda: "\nevenhand_in_flight 1\n" in
                       stack.daemon.get("/metrics").text)
            clients = crowd(stack, b"GET /v1/desk HTTP/1.1\r\n\r\n")
            time.sleep(2)  # however many of them are held by now
            well(stack, memory)
            blocker.rollback()
        blocker.close()
        for s in clients:
            s.close()
        stack.settle()
        wait_until("there is room again", lambda: desk_as(stack, USERS[0]))
        well(stack, memory)


def bring(s, body):
    """[the socket, what is to be sent, how much of it was]"""
    s.setblocking(False)
    head = b"PUT /v1/desk?dry_run=1 HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % LARGE
    return [s, head + body, 0]


def push(clients):
    """Sends on where there is room; how many have come to more than a small request may have."""
    large = 0
    for client in clients:
        s, data, sent = client
        try:
            while client[2] < len(data):
                client[2] += s.send(data[client[2]:client[2] + 65536])
        except (BlockingIOError, ConnectionError):
            pass
        try:
            waits = struct.unpack("i", fcntl.ioctl(s.fileno(), termios.TIOCOUTQ, b"\0" * 4))[0]
        except OSError:
            continue
        large += client[2] - waits > 4 * SMALL
    return large


def most_large(clients):
    """... at most, while they all push."""
    end, most = time.monotonic() + 2, 0  # their requests may take 5 s
    while time.monotonic() < end:
        most = max(most, push(clients))
        time.sleep(0.05)
    return most


def leave(stack, clients):
    for client in clients:
        client[0].close()
    wait_until("the daemon has seen them leave", lambda: "\nevenhand_admin_connections 1\n" in
               stack.daemon.get("/metrics").text)


@scenario("bodies of 1 MiB that come slowly: so many are read at a time, small ones and operators go on")
def bodies(stack):
    with Memory(unit_memory()) as memory:
        daemon = start(stack, memory)
        clients = [bring(dial(stack, user), b"#" * (LARGE - 1))
                   for user in USERS for _ in range(PER_USER)]
        most = most_large(clients)
        note("%d were read" % most)
        assert 1 <= most <= LARGE_OTHERS, most
        small = json.dumps({"id": "small", "team": "sales", "kind": "order"}) + " " * 60000
        assert daemon.post("/v1/tickets", small).code == 200
        answer = daemon.http("PUT", "/v1/desk?dry_run=1", "#" * (LARGE - 4096) + "\n" +
                             json.dumps(default_desk()))
        assert answer.code == 200, answer
        well(stack, memory)
        leave(stack, clients)
        # One user alone has two; who waits gets a place when one is free.
        clients = [bring(dial(stack, USERS[0]), b"#" * (LARGE - 1)) for _ in range(PER_USER)]
        most = most_large(clients)
        assert 1 <= most <= LARGE_USER, most
        leave(stack, clients)
        clients = [bring(dial(stack, USERS[0]), b"#" * LARGE) for _ in range(2 * LARGE_USER)]
        codes = []
        wait_until("all are answered", lambda: push(clients) < 0 or codes.extend(
            c for c in (heard(c[0]) for c in clients) if c) or len(codes) == len(clients), 5)
        assert all(c.startswith(b"HTTP/1.1 403") for c in codes), codes
        well(stack, memory)


run()
