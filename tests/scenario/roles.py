#!/usr/bin/python3
"""roles: who is asking comes from the kernel, and decides what is answered."""
import os
import threading
import time

from harness import (SALES, SUPPORT, Skip, default_desk, default_team, is_root, need_faults,
                     patiently, run, scenario, wait_until)
from invariants import check_invariants

# Users every Debian has; none of them has anything to do with us.
STRANGER, MANAGER, HELPDESK, AUDITOR, REP = "nobody", "games", "mail", "news", "man"
REASON = {"rep": "ana", "reason": "on leave"}
NEW = {"id": "x", "team": "sales", "kind": "order"}


def start(stack):
    if not is_root():
        raise Skip("only root can ask as somebody else")
    desk = default_desk(
        reps=[dict({"id": r}, **({"user": REP} if r == "ana" else {})) for r in SALES + SUPPORT],
        teams=[default_team("sales", SALES, managers=[MANAGER]),
               default_team("support", SUPPORT, managers=[{"group": "no-such-group"}])])
    stack.start(desk, helpdesks=[HELPDESK], auditors=[AUDITOR])
    os.chmod(stack.daemon.socket, 0o666)  # as if all of them were in the socket's group
    stack.add_ticket("t-1")
    stack.add_ticket("q-1", "support", "query")
    stack.settle()


def expect(stack, user, *wanted):
    for code, method, path, *body in wanted:
        answer = patiently(lambda: stack.ask_as(user, method, path, *body))
        assert answer.code == code, "%s %s %s: %r, not %d" % (user, method, path, answer, code)
        if code == 403:
            assert answer.json["error"]["code"] and answer.json["error"]["message"], answer


@scenario("a stranger gets 403 everywhere and changes nothing")
def stranger(stack):
    start(stack)
    before = stack.sql1("SELECT input FROM head")
    expect(stack, STRANGER,
           (403, "GET", "/v1/status"), (403, "GET", "/v1/teams"), (403, "GET", "/v1/reps/ana"),
           (403, "GET", "/v1/tickets/default/t-1"), (403, "GET", "/v1/desk"),
           (403, "GET", "/v1/teams/sales/fairness"), (403, "GET", "/metrics"),
           (403, "GET", "/nowhere"), (403, "POST", "/v1/tickets", NEW),
           (403, "POST", "/v1/reps/ana/signal", {"status": "away"}),
           (403, "POST", "/v1/tickets/default/t-1/outcome", {"outcome": "lost"}),
           (403, "PUT", "/v1/desk", default_desk()))
    assert stack.sql1("SELECT input FROM head") == before
    check_invariants(stack)


@scenario("a rep signals for himself, not for others, and sees himself")
def rep(stack):
    start(stack)
    expect(stack, REP,
           (200, "POST", "/v1/reps/ana/signal", {"status": "overloaded", "for": 900}),
           (403, "POST", "/v1/reps/ben/signal", {"status": "overloaded"}),
           (200, "GET", "/v1/reps/ana"), (403, "GET", "/v1/reps/ben"),
           (403, "GET", "/v1/teams/sales/fairness"), (403, "POST", "/v1/tickets", NEW),
           (403, "POST", "/v1/teams/sales/periods/2026-03/pay"),
           (403, "POST", "/v1/reps/ana/release", {"reason": "x"}))
    signals = stack.sql("SELECT rep, status, by FROM rep_signal")
    assert signals == [("ana", "overloaded", REP)], signals


@scenario("who has a ticket says that it is answered, now; nobody says so of a colleague's")
def answered(stack):
    start(stack)
    stack.add_ticket("mine", owner="ana")
    stack.add_ticket("bens", owner="ben")
    stack.settle()
    expect(stack, REP,
           (403, "POST", "/v1/tickets/default/mine/answered", {"at": int(time.time() * 1000) - 60000}),
           (403, "POST", "/v1/tickets/default/bens/answered", {}),
           (200, "POST", "/v1/tickets/default/mine/answered", {"event": "once"}),
           (403, "POST", "/v1/tickets/default/mine/outcome", {"outcome": "won"}))
    told = {name: stack.daemon.get("/v1/tickets/default/" + name).json["answered"] for name in ("mine", "bens")}
    assert told == {"mine": True, "bens": False}, told


@scenario("a manager commands his own team alone")
def manager(stack):
    start(stack)
    holder = stack.ticket("t-1")["rep"]
    other = next(r for r in SALES if r != holder)
    expect(stack, MANAGER,
           (200, "GET", "/v1/teams/sales"), (200, "GET", "/v1/teams/sales/fairness"),
           (403, "GET", "/v1/teams/support/fairness"),
           (200, "POST", "/v1/reps/%s/signal" % holder, {"status": "away"}),
           (403, "POST", "/v1/reps/eli/signal", {"status": "away"}),
           (200, "POST", "/v1/tickets/default/t-1/assign", {"rep": other, "reason": "knows them"}),
           (403, "POST", "/v1/tickets/default/q-1/assign", {"rep": "eli", "reason": "mine"}),
           *((code, "POST", "/v1/teams/%s/periods/2026-03/%s" % (team, verb), REASON)
             for code, team in ((404, "sales"), (403, "support"), (403, "strangers"))
             for verb in ("freeze", "close", "pay", "exclude")),
           (403, "PUT", "/v1/desk", default_desk()))
    why = stack.sql("SELECT rep, was, why FROM assignment WHERE ticket = 't-1' ORDER BY seq DESC")
    assert why[0] == (other, holder, "manager"), why


@scenario("a helpdesk posts tickets and outcomes, an auditor reads everything, neither more")
def helpdesk_and_auditor(stack):
    start(stack)
    expect(stack, HELPDESK,
           (200, "POST", "/v1/tickets", NEW),
           (200, "POST", "/v1/tickets/default/t-1/outcome", {"outcome": "lost"}),
           (403, "POST", "/v1/reps/ana/signal", {"status": "away"}), (403, "GET", "/v1/desk"))
    expect(stack, AUDITOR,
           (200, "GET", "/v1/status"), (200, "GET", "/v1/teams"), (200, "GET", "/v1/reps/ben"),
           (200, "GET", "/v1/tickets"), (200, "GET", "/v1/desk"), (200, "GET", "/metrics"),
           (200, "GET", "/v1/teams/support/fairness"),
           (403, "POST", "/v1/tickets", dict(NEW, id="y")),
           (403, "POST", "/v1/teams/sales/periods/2026-03/close"),
           (403, "POST", "/v1/reps/ana/signal", {"status": "away"}))


@scenario("what became of an entry is told in full to whom it concerns")
def entries(stack):
    start(stack)
    begun = stack.daemon.get("/v1/entries").json["decided_before"]
    for message in (dict(type="ticket", id="e1", team="sales", kind="order"),
                    dict(type="ticket", id="e2", team="support", kind="query", source="shop"),
                    dict(type="ticket", id="e3", team="nowhere", kind="order"), dict(type="no"),
                    dict(type="ticket", id="e1", team="sales", kind="order")):
        stack.add(message)
    stack.settle()
    whole = stack.daemon.get("/v1/entries?from=" + begun).json["entries"]
    assert [e["became"] for e in whole] == ["taken", "taken", "refused", "refused", "repeated"], whole
    assert [e.get("ticket") for e in whole] == ["e1", "e2", "e3", None, None], whole

    def told(user, query=""):
        answer = stack.ask_as(user, "GET", "/v1/entries?from=" + begun + query)
        assert answer.code == 200 and [e["became"] for e in answer.json["entries"]] == \
            [e["became"] for e in whole], answer
        return [e.get("ticket") or e.get("reason") for e in answer.json["entries"]]
    unread = whole[3]["reason"]
    assert told(AUDITOR) == ["e1", "e2", "e3", unread, None]
    assert told(HELPDESK) == ["e1", None, "e3", unread, None]
    assert told(HELPDESK, "&source=shop") == [None, "e2", None, unread, None]
    assert told(MANAGER) == ["e1", None, None, None, None]
    for nobody in (REP, "nobody"):
        assert stack.ask_as(nobody, "GET", "/v1/entries").code == 403


@scenario("with stream_signals off a signal on the stream is refused and recorded")
def stream_signals_off(stack):
    stack.start(stream_signals="off")
    stack.add({"type": "signal", "rep": "ana", "status": "away"})
    stack.settle()
    assert stack.daemon.get("/v1/reps/ana").json["state"] == "available"
    dead = stack.sql("SELECT reason FROM dead_letter")
    assert len(dead) == 1 and "signal" in dead[0][0], dead
    check_invariants(stack)


@scenario("while the user database takes its time the loop goes on, and who asks waits for it")
def slow_names(stack):
    need_faults()
    if not is_root():
        raise Skip("only root can ask as somebody else")
    start(stack)
    stack.daemon.stop()
    daemon = stack.daemon.start(environment={"EVENHAND_LOOKUP_MS": "3000"})
    os.chmod(daemon.socket, 0o666)  # the daemon knows who we are by now
    asked = {}

    def ask(user, path):
        asked[user] = stack.ask_as(user, "GET", path)

    threads = [threading.Thread(target=ask, args=row) for row in (
        (MANAGER, "/v1/teams/sales/fairness"), (STRANGER, "/v1/status"), (AUDITOR, "/v1/teams"),
        (HELPDESK, "/v1/entries"), (REP, "/v1/reps/ana"), ("backup", "/v1/status"))]
    for thread in threads:
        thread.start()
    dealt = 0
    while any(thread.is_alive() for thread in threads):
        answer = daemon.post("/v1/tickets", dict(NEW, id="slow-%d" % dealt))
        assert answer.code == 200, answer
        dealt += 1
        time.sleep(0.1)
    assert dealt >= 5, "the loop stood still: %d tickets in the time of the lookups" % dealt
    codes = {user: answer.code for user, answer in asked.items()}
    assert codes == {MANAGER: 200, STRANGER: 403, AUDITOR: 200, HELPDESK: 200, REP: 200,
                     "backup": 403}, codes
    check_invariants(stack)


@scenario("a user database that never answers is no answer, and nobody gets a role by it")
def no_names(stack):
    need_faults()
    start(stack)
    stack.daemon.stop()
    daemon = stack.daemon.start(ready=False, environment={"EVENHAND_LOOKUP_MS": "600000"})
    wait_until("the socket is there", daemon.listens)
    os.chmod(daemon.socket, 0o666)
    answer = stack.ask_as(MANAGER, "GET", "/v1/teams/sales/fairness")
    assert answer.code == 503 and "could not be looked up" in answer.text, answer
    stack.add_ticket("t-2")
    stack.settle()
    assert stack.sql1("SELECT state FROM ticket WHERE id = 't-2'") == "assigned"
    assert daemon.stop() == 0


run()
