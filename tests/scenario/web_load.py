#!/usr/bin/python3
"""web_load: what evenhand-web sends on a large desk, and what its clients may take together: each bound is
reached and crossed, and evenhandd deals meanwhile."""
import getpass
import re
import socket
import time
import urllib.parse

import pools
from harness import default_desk, default_team, note, patience, program_holds, run, wait_until
from web_kit import page_scenario

SELF = getpass.getuser()
FIRST_SCREEN_MAX = 150 * 1024  # bytes of all that is fetched before a screen can be used
LARGE = 200                    # reps of a team
CONNECTIONS = 1024
DOCUMENTS = 8 << 20            # bytes of documents that are not taken yet
CHART = "chart.min.js"


def desk(members=LARGE):
    """maja manages sales, which has as many reps as this; rep-0 is one of them, odd an auditor."""
    reps = [{"id": "rep-%d" % n, "name": "Maximiliane Nordmann-%d" % n, "user": "user-%d" % n}
            for n in range(members)]
    teams = [default_team("sales", [rep["id"] for rep in reps], managers=["maja"], policy="balanced",
                          capacity=40),
             default_team("support", ["rep-0"], managers=["nils"])]
    plan = dict(pools.plan(pools.last_months(1)[0]), split={"equal": "100%"})
    del plan["individual"], plan["seniority"]
    return default_desk(reps=reps, teams=teams, plans=[plan])


def point(title, members=LARGE, **settings):
    return page_scenario(title, lambda stack: stack.start(
        desk(members), delegates=[SELF], auditors=["odd"]), **settings)


# ---- Weight


def files_of(browser, text, known):
    """{address: bytes} of all that a document fetches, and what that fetches."""
    for address in re.findall(r'["(](/static/[^")]+)[")]', text):
        if address in known or (CHART.split(".")[0] in address and ".min." in address):
            continue
        page = browser.get(address, Accept_Encoding="gzip")
        assert page.status == 200, (address, page)
        known[address] = page.size
        files_of(browser, page.text, known)
    return known


def chart_size(browser, text, known):
    """Of the library for pictures, which is fetched where there are some."""
    if "data-chart" not in text:
        return 0
    for address in known:
        found = re.search(r'"(/static/chart\.min\.[^"]+)"', browser.get(address).text)
        if found:
            return browser.get(found[1], Accept_Encoding="gzip").size
    raise AssertionError("nothing fetches the library for pictures")


def own(browser, path):
    """A screen as browsers fetch it that a person tells to."""
    return browser.get(path, Accept_Encoding="gzip, deflate, br", Sec_Fetch_Site="none")


def weigh(browser, path):
    page = own(browser, path)
    assert page.status == 200, (path, page)
    assert page.headers["Content-Encoding"] == "gzip", (path, page.headers)
    known = files_of(browser, page.text, {})
    chart = chart_size(browser, page.text, known)
    total = page.size + sum(known.values()) + chart
    note("%-26s %6d bytes: %6d of the screen (%d plain), %d of pictures" % (
        path, total, page.size, len(page.text), chart))
    assert total <= FIRST_SCREEN_MAX, (path, total)


@point("a first screen has at most 150 KiB in all, in a team of 200, for every role")
def weight(stack, web):
    stack.add_many([{"type": "ticket", "id": "order-%d" % n, "team": "sales", "kind": "order",
                     "value": 1000 + n, "customer": "Customer %d of the North" % (n % 700)}
                    for n in range(3000)])
    stack.settle()
    for n in range(0, LARGE, 4):
        stack.daemon.post("/v1/reps/rep-%d/signal" % n, {"status": "overloaded", "for": 3600,
                                                         "reason": "two long calls, number %d" % n})
    stack.settle()
    for user in ("user-0", "maja", "odd"):
        browser = web.browser(user)
        start = own(browser, "/")
        assert start.status == 303, start
        first = own(browser, start.headers["Location"])
        for path in re.findall(r'<li><a (?:aria-current="page" )?href="([^"]+)"', first.text):
            weigh(browser, path)
    maja = web.browser("maja")
    for path in ("/teams/sales", "/teams/sales?show=assigned", "/teams/sales/pool", "/teams/sales/fairness",
                 "/tickets/default/order-7"):
        weigh(maja, path)


def is_small(browser, site, takes="gzip", path="/teams/sales"):
    """Whether the screen came by gzip; it says what it depends on, and is the same either way."""
    page = browser.get(path, Accept_Encoding=takes, Sec_Fetch_Site=site)
    assert page.status == 200 and page.headers["Vary"] == "Accept-Encoding, Sec-Fetch-Site", page.headers
    assert "<h1>sales</h1>" in page.text, page
    assert (page.size < len(page.text.encode())) == (page.headers["Content-Encoding"] == "gzip")
    return page.headers["Content-Encoding"] == "gzip"


@point("behind TLS a screen that another site opened is not compressed, whatever it takes", members=3,
       public="https://desk.example")
def squeezed_behind_tls(stack, web):
    maja = web.browser("maja")
    for site, small in (("same-origin", True), ("none", True), ("cross-site", False), ("same-site", False),
                        (None, False), ("same-origin, cross-site", False)):
        assert is_small(maja, site) == small, site
    for takes in (None, "identity", "br"):
        assert not is_small(maja, "same-origin", takes), takes
    # Somebody's own parameters come back in the page: never by gzip, where they had it fetched.
    page = maja.get("/teams?guess=value", Accept_Encoding="gzip", Sec_Fetch_Site="cross-site")
    assert page.status == 200 and page.headers["Content-Encoding"] is None, page.headers


@point("without TLS every screen is compressed that is large enough, and no small one", members=3)
def squeezed(stack, web):
    maja = web.browser("maja")
    for site in ("cross-site", None):
        assert is_small(maja, site), site
    link = maja.get("/nowhere", Accept_Encoding="gzip")
    assert link.status == 404 and link.headers["Content-Encoding"] is None and link.size < 1024, link


# ---- What clients take together


MEMORY_MAX_KIB = 32 * 1024


def dial(web):
    """A client that takes little of what it is sent."""
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.settimeout(patience(60))
    s.connect(("127.0.0.1", web.port))
    return s


def request(browser, path, method="GET", body=b"", **headers):
    lines = ["%s %s HTTP/1.1" % (method, path), "Host: " + browser.web.host, "Cookie: %s" % browser.cookie]
    if method == "POST":
        lines += ["Origin: " + browser.web.origin, "Content-Type: application/x-www-form-urlencoded"]
        headers.setdefault("Content-Length", str(len(body)))
    lines += ["%s: %s" % (name.replace("_", "-"), value) for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def answer_of(s):
    """All that comes until the other side closes, or the status line and the headers."""
    text = b""
    while b"\r\n\r\n" not in text:
        piece = s.recv(4096)
        if not piece:
            break
        text += piece
    return text.decode("utf-8", "replace")


def status_of(s):
    text = answer_of(s)
    return int(text.split()[1]) if text else 0


def goes_on(stack, web, browser, name):
    """evenhandd deals, and the page shows it to who is signed in."""
    stack.add_ticket(name)
    stack.settle()
    assert stack.ticket(name), name
    wait_until("the page answers", lambda: browser.get("/teams/sales").status == 200)
    memory = web.memory_kib()
    note("%d KiB" % memory)
    assert program_holds(b"__asan_init") or memory <= MEMORY_MAX_KIB, memory


@point("the 1,025th connection is told so, and served when one has left", members=3)
def crowd(stack, web):
    maja = web.browser("maja")
    clients = [dial(web) for _ in range(CONNECTIONS)]
    further = dial(web)
    further.sendall(request(maja, "/teams"))
    assert status_of(further) == 503
    further.close()
    goes_on_dealing(stack, "T1")
    for s in clients[:4]:
        s.close()
    goes_on(stack, web, maja, "T2")
    for s in clients:
        s.close()


def goes_on_dealing(stack, name):
    stack.add_ticket(name)
    stack.settle()
    assert stack.ticket(name), name


@point("300 who fetch large screens and never read are bounded, and let go in the end")
def deaf(stack, web):
    maja, odd = web.browser("maja"), web.browser("odd")
    plain = len(maja.get("/teams/sales").text)
    assert 300 * plain > 4 * DOCUMENTS, plain
    clients = [dial(web) for _ in range(300)]
    for s in clients:
        s.sendall(request(maja, "/teams/sales"))
    goes_on_dealing(stack, "T1")
    wait_until("there is room again", lambda: odd.get("/log").status == 200, 60)
    goes_on(stack, web, odd, "T2")
    found = {}
    for s in clients:
        status = status_of(s)
        found[status] = found.get(status, 0) + 1
        s.close()
    note("answers by status: %s" % found)
    assert found.get(503, 0) > 0 and set(found) <= {200, 503, 0}, found


@point("forms above 4 KiB are read 16 at a time, and all of them in the end", members=3)
def bodies(stack, web):
    maja = web.browser("maja")
    page = maja.get("/teams")
    body = urllib.parse.urlencode({"token": page.hidden("token"), "back": "/teams", "rep": "rep-0",
                                   "status": "away", "reason": "x" * 50000}).encode()
    clients = [dial(web) for _ in range(200)]
    for s in clients:
        whole = request(maja, "/change/signal", "POST", body)
        s.sendall(whole[:20000])
    goes_on(stack, web, maja, "T1")
    for s in clients:
        s.setblocking(False)
    left = {s: whole[20000:] for s in clients}
    deadline = time.monotonic() + patience(120)
    while left and time.monotonic() < deadline:
        for s in list(left):
            try:
                left[s] = left[s][s.send(left[s]):]
            except BlockingIOError:
                continue
            except OSError:
                left[s] = b""
            if not left[s]:
                del left[s]
        time.sleep(0.001)
    assert not left, len(left)
    found = {}
    for s in clients:
        s.settimeout(patience(60))
        status = status_of(s)
        found[status] = found.get(status, 0) + 1
        s.close()
    note("answers by status: %s" % found)
    assert set(found) == {422} and found[422] == 200, found
    goes_on(stack, web, maja, "T2")


@point("what is too long or is no request is refused, and changes nothing", members=3)
def requests(stack, web):
    maja = web.browser("maja")
    assert maja.get("/teams", X_Long="y" * 7000).status == 200
    assert maja.get("/teams", X_Long="y" * 9000).status in (400, 431)
    assert maja.get("/teams?after=" + "a" * 900).status < 500
    longest = "/teams?other=".ljust(4096, "a")
    assert maja.get(longest).status == 200
    assert maja.get(longest + "a").status == 404
    assert maja.get("/teams/" + "a" * 1100).status == 404
    for text in (b"\0\0\0\0\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00" * 50,
                 b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                 b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
                 b"POST /sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                 b"GET http://elsewhere.example/day HTTP/1.1\r\nHost: " + web.host.encode() + b"\r\n\r\n"):
        s = dial(web)
        s.sendall(text)
        s.shutdown(socket.SHUT_WR)
        told = answer_of(s)
        assert not told or int(told.split()[1]) >= 400, (text, told)
        s.close()
    goes_on(stack, web, maja, "T1")


@point("who sends a byte now and then, or half a request and no more, is let go after half a minute", members=3)
def slow(stack, web):
    maja = web.browser("maja")
    whole = request(maja, "/teams")
    half, drip = [dial(web) for _ in range(50)], [dial(web) for _ in range(50)]
    began = time.monotonic()
    for s in half:
        s.sendall(whole[:-2])
    alive, at = set(drip), 0
    while alive and time.monotonic() - began < patience(90):
        for s in list(alive):
            try:
                s.sendall(whole[at:at + 1] if at < 40 else b"x")
                s.setblocking(False)
                if s.recv(4096) == b"":
                    alive.discard(s)
            except BlockingIOError:
                pass
            except OSError:
                alive.discard(s)
            finally:
                s.setblocking(True)
        at += 1
        time.sleep(1)
    note("let go after %d s" % (time.monotonic() - began))
    assert not alive, len(alive)
    for s in half:
        assert answer_of(s)[9:12] in ("", "408", "400"), "half a request is answered"
        s.close()
    goes_on(stack, web, maja, "T1")


if __name__ == "__main__":
    run()
