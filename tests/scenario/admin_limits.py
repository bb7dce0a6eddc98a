#!/usr/bin/python3
"""admin_limits: what clients of the admin socket may not do, and that dealing goes on meanwhile."""
import re
import socket
import subprocess
import threading
import time

from harness import Promise, patience, run, scenario, wait_until
from invariants import check_invariants

REQUEST_SECONDS = 5  # for a whole request, and for being idle
TICKET = b'{"id":"%s","team":"sales","kind":"order"}'


def dial(stack):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(patience(20))
    s.connect(stack.daemon.socket)
    return s


def raw(stack, request):
    """Everything answered to these bytes until the other side closes."""
    with dial(stack) as s:
        try:
            s.sendall(request)
        except ConnectionError:  # refused before it was whole
            pass
        out = b""
        while True:
            try:
                part = s.recv(65536)
            except ConnectionError:  # closed with bytes of ours unread
                return out
            if not part:
                return out
            out += part


def code(answer):
    found = re.match(rb"HTTP/1\.[01] (\d{3}) ", answer)
    return int(found.group(1)) if found else None


def curl(stack, *arguments):
    """(status, body) as curl sees it."""
    done = subprocess.run(["curl", "-sS", "-w", "\n%{http_code}", "--unix-socket",
                           stack.daemon.socket, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=patience(60))
    assert done.returncode == 0, "curl %s: %s" % (arguments[-1], done.stderr)
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


def metric(stack, name):
    """-1 while there is no answer."""
    try:
        text = stack.daemon.get("/metrics").text
    except OSError:
        return -1
    found = re.search(r"^%s (\d+)$" % name, text, re.MULTILINE)
    return int(found.group(1)) if found else -1


def alone(stack):
    """Waits until the daemon has seen all others leave: there is but the connection that asks."""
    wait_until("there is one connection", lambda: metric(stack, "evenhand_admin_connections") == 1)


def deals(stack, ticket):
    """A ticket sent now is dealt now."""
    stack.add_ticket(ticket)
    wait_until("%s is dealt" % ticket, lambda: stack.ticket(ticket), 10)


@scenario("what is no proper request is refused, in the same shape as all errors")
def improper(stack):
    stack.start()
    head = b"POST /v1/tickets HTTP/1.1\r\n"
    for wanted, request in (
            (400, b"\x00\xff\x01\r\n\r\n"),
            (400, b"GET\r\n\r\n"),
            (400, b"GET /v1/reps/%zz HTTP/1.1\r\n\r\n"),
            (400, b"GET /v1/reps/a%00b HTTP/1.1\r\n\r\n"),
            (400, b"GET /v1/status HTTP/1.1\r\nX: " + b"y" * 9000 + b"\r\n\r\n"),
            (400, head + b"Content-Length: -1\r\n\r\n"),
            (400, head + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x"),
            (400, head + b"Content-Length: 2\r\ncontent-length: 2\r\n\r\n{}"),
            (400, head + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
            (400, head + b"Transfer-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"),
            (404, b"GET /v1/nothing HTTP/1.1\r\nConnection: close\r\n\r\n"),
            (405, b"DELETE /v1/desk HTTP/1.1\r\n\r\n"), (405, b"BREW /v1/desk HTTP/1.1\r\n\r\n"),
            (405, b"OPTIONS * HTTP/1.1\r\n\r\n"), (405, b"POST /v1/desk HTTP/1.1\r\n\r\n"),
            (413, head + b"Content-Length: 70000\r\n\r\n" + b" " * 70000)):
        answer = raw(stack, request)
        assert code(answer) == wanted, (wanted, request[:60], answer[:300])
        assert b'"error"' in answer and b'"message"' in answer, answer
    absolute = raw(stack, b"GET http://elsewhere/healthz HTTP/1.1\r\nHost: x\r\n"
                          b"Connection: close\r\n\r\n")
    assert code(absolute) == 200, absolute
    assert stack.sql1("SELECT count(*) FROM ticket") == 0
    check_invariants(stack)


@scenario("bodies over their limit are refused, also by curl's way of asking first")
def bodies(stack):
    stack.start()
    small, large = stack.dir + "/70k", stack.dir + "/3m"
    with open(small, "wb") as f:
        f.write(b" " * 70000)
    with open(large, "wb") as f:
        f.write(b"#" * 3000000)
    for arguments in (("-d", "@" + small, "http://x/v1/tickets"),
                      ("-T", large, "http://x/v1/desk"),
                      ("-H", "Expect:", "-T", large, "http://x/v1/desk"),
                      ("-X", "POST", "-T", large, "http://x/v1/tickets")):
        status, body = curl(stack, *arguments)
        assert status == 413 and '"error"' in body, (arguments, status, body)
    # Just below it: refused for what it says, not for its size.
    status, body = curl(stack, "-X", "PUT", "--data-binary", "#" * 60000, "http://x/v1/desk")
    assert status == 400, (status, body)


@scenario("slow requests end after 5 s however they drip, and nobody waits for them")
def slow(stack):
    stack.start()
    ended = {}

    def drip(name, first, each):
        began = time.monotonic()
        with dial(stack) as s:
            try:
                s.sendall(first)
                while time.monotonic() - began < patience(15):
                    time.sleep(0.2)
                    s.sendall(each)
            except OSError:
                ended[name] = time.monotonic() - began

    def idle():
        began = time.monotonic()
        with dial(stack) as s:
            s.recv(1)
        ended["idle"] = time.monotonic() - began

    threads = [threading.Thread(target=drip, args=a) for a in (
        ("line", b"G", b"E"), ("header", b"GET /healthz HTTP/1.1\r\n", b"X: y\r\n"),
        ("body", b"POST /v1/tickets HTTP/1.1\r\nContent-Length: 60000\r\n\r\n", b"{"))]
    threads.append(threading.Thread(target=idle))
    with Promise() as promise:
        for t in threads:
            t.start()
        deals(stack, "meanwhile")
        for t in threads:
            t.join(patience(20))
    for name in ("line", "header", "body", "idle"):
        assert ended.get(name, 0) > REQUEST_SECONDS - 1, ended
        promise.check("the end of a slow " + name, REQUEST_SECONDS + 3, ended[name])
    check_invariants(stack)


@scenario("a client that takes no answer is dropped")
def deaf(stack):
    stack.start()
    stack.add_many([{"type": "ticket", "id": "t-%d" % i, "team": "sales", "kind": "order"}
                    for i in range(3000)])
    stack.settle()
    with dial(stack) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.sendall(b"GET /v1/tickets HTTP/1.1\r\n\r\n" * 8)
        wait_until("it is late", lambda: metric(stack, "evenhand_admin_late_total") > 0)
        alone(stack)
    deals(stack, "after")


def come_at_once(stack):
    """100 connections that each ask; (the connections, how many got each code). None: they took so
    long that the first were idle and gone before the last came."""
    alone(stack)
    began, crowd, seen = time.monotonic(), [], {}
    for _ in range(100):
        crowd.append(dial(stack))
        try:
            crowd[-1].sendall(b"GET /healthz HTTP/1.1\r\n\r\n")
        except OSError:
            pass  # sent away already
    for s in crowd:
        try:
            answer = code(s.recv(4096))
        except OSError:
            answer = None
        seen[answer] = seen.get(answer, 0) + 1
    if time.monotonic() - began < REQUEST_SECONDS - 1:
        return crowd, seen
    for s in crowd:
        s.close()
    return None


@scenario("100 connections: those within the cap are served, the others told, all in time")
def crowd(stack):
    stack.start()
    crowd, seen = wait_until("a crowd comes at once", lambda: come_at_once(stack))
    assert seen.get(200) == 32, seen  # an operator's share
    assert seen.get(429, 0) > 0 and sum(seen.values()) == 100, seen
    deals(stack, "in-the-crowd")
    for s in crowd:
        s.close()
    wait_until("there is room again", stack.daemon.healthy)
    # One after the other there is no end to them.
    for _ in range(300):
        assert stack.daemon.get("/healthz").code == 200
    check_invariants(stack)


@scenario("whoever leaves before the answer has been heard all the same")
def leaving(stack):
    stack.start()
    for i in range(40):
        body = TICKET % (b"l-%d" % i)
        with dial(stack) as s:
            s.sendall(b"POST /v1/tickets HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s"
                      % (len(body), body))
        if i % 20 == 19:  # below the cap of one user, who has left then
            wait_until("so many are dealt",
                       lambda: stack.sql1("SELECT count(*) FROM ticket") == i + 1)
            alone(stack)
    assert stack.daemon.get("/healthz").code == 200
    # The same once more, each waiting for its answer: repeats, nothing new.
    for i in range(40):
        answer = stack.daemon.post("/v1/tickets", (TICKET % (b"l-%d" % i)).decode())
        assert answer.code == 200 and answer.json["repeat"] is True, answer
    check_invariants(stack)


@scenario("many requests on one connection, sent at once, are answered in order")
def pipelined(stack):
    stack.start()
    many = b"".join(b"GET /v1/reps/%s HTTP/1.1\r\n\r\n" % r
                    for r in (b"ana", b"nobody", b"ben") * 5)
    answer = raw(stack, many + b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n")
    codes = [int(c) for c in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]
    assert codes == [200, 404, 200] * 5 + [200], codes


run()
