#!/usr/bin/python3
"""leaving: clients of the admin socket that go while their answer is owed, and crowds of them."""
import fcntl
import os
import pwd
import socket
import struct
import termios
import time

import psycopg2

from harness import Skip, is_root, patience, run, scenario, wait_until
from invariants import check_invariants

HELPDESK = "mail"
CROWD = ("games", "man", "mail", "news", "lp", "uucp", "proxy", "backup")  # every Debian has them
ASK = b"GET /v1/status HTTP/1.1\r\n\r\n"
ROUNDS, CLIENTS = 6, 5  # below the cap of one user
MANY = 400  # answers that fit into no buffer


def start(stack):
    if not is_root():
        raise Skip("only root can connect as somebody else")
    stack.start(helpdesks=[HELPDESK])
    os.chmod(stack.daemon.socket, 0o666)  # as if all of them were in the socket's group


def dial(stack, user):
    """Who asks is who connects."""
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(patience(20))
    os.seteuid(pwd.getpwnam(user).pw_uid)
    try:
        s.connect(stack.daemon.socket)
    finally:
        os.seteuid(0)
    return s


def count(s, request):
    return struct.unpack("i", fcntl.ioctl(s.fileno(), request, b"\0" * 4))[0]


def unread(s):
    return count(s, termios.FIONREAD)


def heard(s):
    """The daemon has read all that was sent."""
    wait_until("what was sent is read", lambda: count(s, termios.TIOCOUTQ) == 0)


def settled(s):
    """How much is there to read, once no more comes."""
    seen = [-1]
    while len(seen) < 20 or seen[-20] != seen[-1] or seen[-1] == 0:
        time.sleep(0.01)
        seen.append(unread(s))
    return seen[-1]


def answers_that_fit(stack, user):
    with dial(stack, user) as s:
        s.sendall(ASK)
        one = settled(s)
    with dial(stack, user) as s:
        s.sendall(ASK * MANY)
        return settled(s) // one, one


def post_and_leave(stack, ticket, fit, one):
    """Behind so many unread answers not even "100 Continue" can be written: it is still to be
    written when the ticket is whole and its client leaves."""
    body = b'{"id":"%s","team":"sales","kind":"order"}' % ticket.encode()
    with dial(stack, HELPDESK) as s:
        s.sendall(ASK * fit)
        wait_until("the buffer is full", lambda: unread(s) >= fit * one)
        s.sendall(b"POST /v1/tickets HTTP/1.1\r\nExpect: 100-continue\r\n"
                  b"Content-Length: %d\r\n\r\n" % len(body))
        heard(s)
        s.sendall(body)
        heard(s)


def dealt(stack):
    assert stack.daemon.alive(), "it ended"
    return stack.sql1("SELECT count(*) FROM ticket")


@scenario("a ticket stands whose helpdesk left before its COMMIT, with answers unread")
def unread_answers(stack):
    start(stack)
    fit, one = answers_that_fit(stack, HELPDESK)
    for r in range(ROUNDS):
        lock = psycopg2.connect(stack.postgres.dsn)
        with lock.cursor() as cursor:
            cursor.execute("LOCK TABLE evenhand.input IN EXCLUSIVE MODE")
        for i in range(CLIENTS):
            post_and_leave(stack, "l-%d-%d" % (r, i), fit, one)
        assert stack.daemon.alive(), "it ended"
        lock.close()
        wait_until("so many are dealt", lambda: dealt(stack) == (r + 1) * CLIENTS)
    wait_until("it answers", stack.daemon.healthy)
    assert stack.daemon.alive(), "it ended"
    check_invariants(stack)


@scenario("operators get in when all others have filled the socket")
def reserve(stack):
    start(stack)
    crowd = [dial(stack, user) for user in CROWD for _ in range(8)]
    answer = stack.daemon.get("/healthz")
    assert answer.code == 200, answer
    answer = stack.daemon.post("/v1/tickets", {"id": "t-1", "team": "sales", "kind": "order"})
    assert answer.code == 200, answer
    for s in crowd:
        s.close()
    check_invariants(stack)


run()
