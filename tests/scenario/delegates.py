#!/usr/bin/python3
"""delegates: a program that asks for people gets what they would get themselves, and nothing more.

www-data stands for evenhand-web: it says in the header Evenhand-As for whom it asks.
"""
import json
import socket
import threading
import time

import psycopg2

from authority_kit import (OTHER_MANAGER, OTHER_REP, USERS, addresses, as_user, ask, desk, once,
                           routes, start, Door)
from harness import note, patience, run, scenario, wait_until
from invariants import check_invariants

PAGE = "www-data"
OPERATOR = "proxy"
PLACES = 24          # connections of delegates
CHANGES = 16         # of one person that are not done
NAME_MAX = 63        # bytes of a user's name
REQUEST_SECONDS = 5  # for a whole request, and for being idle


def begin(stack, whole=None, **config):
    start(stack, whole, delegates=[PAGE], operators=[OPERATOR], **config)


def through(stack, name, method, path, body=None, **more):
    return ask(stack, PAGE, method, path, body, [("Evenhand-As", name)], **more)


def told(answer, *users):
    """(status, body), without what says through whom it was asked, and with one name for these
    users."""
    text = answer.text.replace('"through":"%s"' % PAGE, '"through":null')
    for user in users:
        text = text.replace(user, "USER")
    return answer.code, text


def same(stack, first, second):
    """The two are answered alike; what moves on by itself may move between them."""
    pair = []

    def alike():
        pair[:] = [first(), second()]
        return pair[0] == pair[1]
    try:
        wait_until("both are told the same", alike, 20)
    except AssertionError as error:
        raise AssertionError("%s: %r" % (error, pair)) from None
    return pair[0][0]


@scenario("every address in every role: through the page it is answered as on the socket")
def doors(stack):
    begin(stack)
    codes = {}
    for method, pattern, _ in routes():
        for role in ("manager", "rep", "auditor", "stranger"):
            if pattern == "/metrics" and role == "auditor":
                continue  # it counts these very requests
            user = USERS[role]
            for path in addresses(pattern):
                body = None if method == "GET" else "[]"  # whoever may gets a 400, others a 403
                if role == "stranger":
                    assert through(stack, user, method, path, body).code == 403, path
                    continue
                code = same(stack, lambda: told(ask(stack, user, method, path, body)),
                            lambda: told(through(stack, user, method, path, body)))
                codes[code] = codes.get(code, 0) + 1
    note("answers by status: %s" % sorted(codes.items()))
    assert codes[200] > 60 and codes[403] > 60 and codes[400] > 20, codes
    check_invariants(stack)


@scenario("through the page an operator sees what an auditor sees and commands nothing; nobody is a "
          "helpdesk there")
def no_more(stack):
    begin(stack)
    auditor = USERS["auditor"]
    for method, pattern, _ in routes():
        for path in addresses(pattern):
            body = None if method == "GET" else "[]"
            if pattern != "/metrics":
                same(stack, lambda: told(ask(stack, auditor, method, path, body), auditor),
                     lambda: told(through(stack, OPERATOR, method, path, body), OPERATOR))
            for name in (USERS["helpdesk"], "root", PAGE):
                assert through(stack, name, method, path, body).code == 403, (name, path)
    assert through(stack, OPERATOR, "PUT", "/v1/desk", json.dumps(desk())).code == 403
    check_invariants(stack)


@scenario("the page itself is told how the daemon is, and nothing else")
def itself(stack):
    begin(stack)
    for method, pattern, _ in routes():
        for path in addresses(pattern):
            answer = ask(stack, PAGE, method, path, None if method == "GET" else "[]")
            open_to_it = path in ("/healthz", "/v1/status")
            assert answer.code == (200 if open_to_it else 403), (path, answer)
            if not open_to_it:
                assert "Evenhand-As" in answer.json["error"]["message"], answer
    status = ask(stack, PAGE, "GET", "/v1/status").json
    assert status["roles"] == ["delegate"] and status["user"] == PAGE, status
    assert status["last_error"] is None and status["through"] is None, status


def one_line(answer, code, *words):
    message = answer.json["error"]["message"]
    assert answer.code == code and "\n" not in message, answer
    assert all(word in message for word in words), (words, answer)


@scenario("nobody but a delegate may name somebody else, and a delegate must name them properly")
def spoofed(stack):
    begin(stack)
    for user in set(USERS.values()) | {OPERATOR, OTHER_REP}:
        for name in (USERS["manager"], user, "root", ""):
            answer = once(stack, user, "GET", "/v1/me", headers=[("Evenhand-As", name)])
            one_line(answer, 403, "Evenhand-As", user, "no delegate")
        signal = once(stack, user, "POST", "/v1/reps/ana/signal", {"status": "away"},
                      [("evenhand-as", USERS["rep"])])
        one_line(signal, 403, "no delegate")
    for name in ("", " ", "a b", "-ana", "a/b", "a:b", "a\tb", "\xff", "x" * (NAME_MAX + 1),
                 "ana (%s)" % PAGE):
        one_line(once(stack, PAGE, "GET", "/v1/me", headers=[("Evenhand-As", name)]), 400,
                 "Evenhand-As", "no user is called so")
    for names in (("man", "man"), ("man", "games")):
        answer = once(stack, PAGE, "GET", "/v1/me", headers=[("Evenhand-As", n) for n in names])
        one_line(answer, 400, "given twice")
    for name in ("nobody-here", "x" * NAME_MAX, "ana", "MAN"):  # ana is a rep, and no user
        one_line(through(stack, name, "GET", "/v1/me"), 403, name, "no role on this desk")
    assert stack.daemon.get("/v1/reps/ana").json["state"] == "available"


@scenario("whoever the desk file names needs no account; a group counts for whoever has one")
def accounts(stack):
    whole = desk()
    whole["reps"][0]["user"] = "ana.of.the.page"
    whole["teams"][0]["managers"] = ["lead@page"]
    whole["teams"][1]["managers"] = [{"group": OTHER_MANAGER}]
    begin(stack, whole)
    me = through(stack, "ana.of.the.page", "GET", "/v1/me").json
    assert me["rep"]["id"] == "ana" and me["roles"] == ["rep"], me
    assert me["user"] == "ana.of.the.page" and me["through"] == PAGE, me
    lead = through(stack, "lead@page", "GET", "/v1/me").json
    assert lead["manages"] == ["sales"] and lead["roles"] == ["manager"], lead
    grouped = through(stack, OTHER_MANAGER, "GET", "/v1/me").json
    assert grouped["manages"] == ["support"], grouped
    assert grouped["manages"] == ask(stack, OTHER_MANAGER, "GET", "/v1/me").json["manages"]
    # A new desk file counts at the next request.
    whole["teams"][0]["managers"] = [OTHER_MANAGER]
    stack.daemon.http("PUT", "/v1/desk", json.dumps(whole))
    assert through(stack, OTHER_MANAGER, "GET", "/v1/me").json["manages"] == ["sales", "support"]
    assert through(stack, "lead@page", "GET", "/v1/me").code == 403


@scenario("both names stand in the log, the views and the answers, and a report knows the person")
def names(stack):
    begin(stack)
    manager, rep = USERS["manager"], USERS["rep"]
    both, own = "%s (%s)" % (manager, PAGE), "%s (%s)" % (rep, PAGE)
    assert through(stack, rep, "POST", "/v1/reps/ana/signal",
                   {"status": "overloaded", "reason": "phone"}).code == 200
    shown = stack.daemon.get("/v1/reps/ana").json
    assert shown["state"] == "overloaded" and shown["by"] is None, shown
    for path, body in (("/v1/tickets/default/sales-ana/assign", {"rep": "ben", "reason": "asked"}),
                       ("/v1/tickets/default/sales-ben/move", {"team": "support", "reason": "its"}),
                       ("/v1/teams/sales/periods/2020-02/exclude", {"rep": "ben", "reason": "lent"}),
                       ("/v1/reps/ana/release", {"reason": "ill"}),
                       ("/v1/reps/ana/signal", {"status": "away", "reason": "ill"})):
        assert through(stack, manager, "POST", path, body).code == 200, path
    assert ask(stack, manager, "POST", "/v1/tickets/default/sales-ana/assign",
               {"rep": "ben", "reason": "again"}).code in (200, 409)
    actors = [row[0] for row in stack.sql("SELECT actor FROM input WHERE actor LIKE '%%(%%' "
                                          "ORDER BY input")]
    assert actors == [own] + [both] * 5, actors
    overrides = stack.sql("SELECT what, by FROM override ORDER BY input")
    assert ("assign", both) in overrides and ("move", both) in overrides, overrides
    assert stack.sql("SELECT by FROM exclusion") == [(both,)]
    signals = stack.sql("SELECT status, by FROM rep_signal WHERE rep = 'ana' ORDER BY input")
    assert ("overloaded", own) in signals and ("away", both) in signals, signals
    assert stack.daemon.get("/v1/reps/ana").json["by"] == both
    history = stack.daemon.get("/v1/tickets/default/sales-ana").json
    assert both in {step.get("by") for step in history["history"]}, history
    shares = stack.daemon.get("/v1/teams/sales/pool?period=2020-02").json["shares"]
    assert both in {share["excluded_by"] for share in shares}, shares
    held = stack.daemon.http("POST", "/v1/export", {"rep": "ana"}).json["items"]
    assert own in {item.get("by") for item in held}, held
    report = ask(stack, "root", "GET", "/v1/teams/sales/fairness").json
    managers = {m["manager"] for m in report["managers"]}
    assert managers == {manager}, report["managers"]
    assert stack.cli("verify", "--db", stack.postgres.dsn)[0] == 0


@scenario("an event is the person's, however they ask")
def events(stack):
    begin(stack)
    manager = USERS["manager"]
    path = "/v1/tickets/default/sales-ana/outcome"
    outcome = {"outcome": "won", "value": 1, "event": "e1"}
    first = through(stack, manager, "POST", path, outcome)
    assert first.code == 200 and "repeat" not in first.json, first
    for again in (through(stack, manager, "POST", path, outcome),
                  ask(stack, manager, "POST", path, outcome)):
        assert again.json.get("repeat") is True, again
        assert again.json["input"] == first.json["input"], again
    assert through(stack, manager, "POST", path, dict(outcome, value=2)).code == 409
    other = through(stack, OTHER_MANAGER, "POST", "/v1/tickets/default/support-cai/outcome",
                    outcome)
    assert other.code == 200 and "repeat" not in other.json, other
    assert stack.cli("verify", "--db", stack.postgres.dsn)[0] == 0


def hung(stack, count, user=PAGE):
    """Connections that have begun a request."""
    clients = []
    for _ in range(count):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(patience(30))
        as_user(user, lambda: s.connect(stack.daemon.socket))
        s.sendall(b"GET /v1/status HTTP/1.1\r\n")
        clients.append(s)
    return clients


@scenario("%d connections are the page's own: more are refused, and nobody takes another's" % PLACES)
def places(stack):
    begin(stack)
    assert ask(stack, PAGE, "GET", "/v1/status").code == 200  # from now on it is known
    began = time.monotonic()
    pages = hung(stack, PLACES)

    def refused():
        answer = once(stack, PAGE, "GET", "/v1/me", headers=[("Evenhand-As", USERS["rep"])])
        return answer.code == 429 and answer
    answer = wait_until("one more is refused", refused, 10)
    assert "delegates" in answer.json["error"]["message"], answer
    for user in (USERS["rep"], USERS["manager"], OPERATOR):
        assert once(stack, user, "GET", "/v1/me").code == 200, user
    if time.monotonic() - began < REQUEST_SECONDS - 1:
        assert once(stack, PAGE, "GET", "/v1/status").code == 429
    stack.add_ticket("meanwhile", team="sales")
    wait_until("it is dealt", lambda: stack.ticket("meanwhile"), 10)
    # They are hung up on after their time, whatever they do.
    wait_until("the page is answered again", lambda: through(
        stack, USERS["rep"], "GET", "/v1/me").code == 200, REQUEST_SECONDS + 10)
    for s in pages:
        s.close()
    # The other way round: everybody else fills the socket, and the page is served.
    crowd = [s for user in set(USERS.values()) - {"root"} | {OTHER_REP, OTHER_MANAGER, "bin", "sys"}
             for s in hung(stack, 8, user)]
    full = wait_until("the socket is full", lambda: [
        a for a in [once(stack, "uucp", "GET", "/healthz")] if a.code == 503], 10)
    assert "too many connections" in full[0].text, full
    assert once(stack, PAGE, "GET", "/v1/me",
                headers=[("Evenhand-As", USERS["rep"])]).code == 200
    for s in crowd:
        s.close()
    check_invariants(stack)


@scenario("changes that one person piles up through the page are bounded for that person alone")
def piled(stack):
    begin(stack)
    manager, other = USERS["manager"], OTHER_MANAGER
    for user in (manager, other):
        assert through(stack, user, "GET", "/v1/me").code == 200
    lock = psycopg2.connect(stack.postgres.dsn)
    lock.cursor().execute("LOCK TABLE evenhand.ticket IN ACCESS EXCLUSIVE MODE")
    stack.add_ticket("blocked")
    wait_until("it is decided", lambda: "\nevenhand_in_flight 1\n" in stack.daemon.get("/metrics").text)
    told = {manager: [], other: []}

    def release(user, rep):
        answer = once(stack, PAGE, "POST", "/v1/reps/%s/release" % rep, {"reason": "x"}, [("Evenhand-As", user)])
        told[user].append(answer)
    threads = [threading.Thread(target=release, args=(manager, "ana")) for _ in range(CHANGES + 1)]
    # Who connects is the effective user of the whole process: one after the other.
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    wait_until("the last one is refused", lambda: told[manager])
    refused = [answer for answer in told[manager] if answer.code == 429]
    assert len(refused) == 1 and "changes" in refused[0].text, told
    last = threading.Thread(target=release, args=(other, "cai"))
    last.start()
    time.sleep(0.5)
    assert not [answer for answer in told[other] if answer.code == 429], told
    lock.rollback()
    lock.close()
    for thread in threads + [last]:
        thread.join()
    codes = sorted(answer.code for answer in told[manager])
    note("%s, %s" % (codes, told[other][0].code))
    assert codes.count(429) == 1 and told[other][0].code in (200, 503), (codes, told[other])
    assert through(stack, manager, "POST", "/v1/reps/ana/release", {"reason": "x"}).code == 200
    assert stack.cli("verify", "--db", stack.postgres.dsn)[0] == 0


@scenario("one connection asks for many, one behind the other, and each is told their own")
def in_turn(stack):
    begin(stack)
    door = Door(stack, PAGE)
    for n in range(60):
        name = (USERS["rep"], USERS["manager"], OTHER_REP, "somebody-%d" % n)[n % 4]
        answer = door.ask("GET", "/v1/me", headers=[("Evenhand-As", name)])
        if name.startswith("somebody"):
            assert answer.code == 403, answer
        else:
            assert answer.code == 200 and answer.json["user"] == name, answer
    door.close()


run()
