#!/usr/bin/python3
"""overload: the one choice a rep has, from the signal to the ticket that waited."""
import json
import time

from harness import INBOX, OUTBOX, default_desk, default_team, run, scenario, wait_until
from invariants import check_invariants

AT_LEAST, AT_MOST = 2, 6  # seconds
LONG = 3600               # seconds: no scenario takes so long


def desk_of(reps, at_least=AT_LEAST, at_most=AT_MOST):
    return default_desk(reps=[{"id": r} for r in reps], teams=[
        default_team("sales", reps, overloaded={
            "at_least": "%ds" % at_least, "at_most": "%ds" % at_most})])


def state_of(stack, rep):
    return stack.daemon.get("/v1/reps/" + rep).json["state"]


def dealt(stack):
    """Ticket ids in the order in which somebody got them."""
    notices = [json.loads(fields["j"]) for _, fields in stack.redis.xrange(OUTBOX)]
    return [n["id"] for n in notices if n["type"] == "assigned"]


def overload_and_send(stack, seconds, *tickets):
    """ana is overloaded for so long, and the tickets come: at once, however busy the machine is."""
    pipe = stack.redis.pipeline(transaction=True)
    pipe.xadd(INBOX, {"j": json.dumps({"type": "signal", "rep": "ana", "status": "overloaded",
                                       "for": seconds})})
    for ticket, priority in tickets:
        message = {"type": "ticket", "id": ticket, "team": "sales", "kind": "order",
                   "priority": priority}
        stack.produced[ticket] = message
        pipe.xadd(INBOX, {"j": json.dumps(message)})
    pipe.execute()


def signal_of(stack, status):
    """(at, until) of ana's first signal of this status."""
    return stack.sql("SELECT at, until FROM rep_signal WHERE rep = 'ana' AND status = %s"
                     " ORDER BY input LIMIT 1", status)[0]


@scenario("nobody left: tickets wait, and go by priority, then age, when `for` is over")
def waits_and_expires(stack):
    stack.start(desk_of(["ana"]))
    overload_and_send(stack, 4, ("low", 1), ("mid-1", 5), ("high", 9), ("mid-2", 5))
    wait_until("they wait", lambda: stack.sql1("SELECT count(*) FROM effect WHERE type = 2") == 4)
    wait_until("all four are dealt", lambda: stack.daemon.status().get("waiting") == 0, 15)
    stack.settle()
    notices = [json.loads(f["j"]) for _, f in stack.redis.xrange(OUTBOX)]
    assert [n["why"] for n in notices if n["type"] == "waiting"] == ["nobody"] * 4, notices
    at, until = signal_of(stack, "overloaded")
    assert (until - at).total_seconds() == 4, (at, until)
    first = stack.sql1("SELECT min(at) FROM assignment")
    assert first >= until, "dealt at %s, before %s" % (first, until)
    assert dealt(stack) == ["high", "mid-1", "mid-2", "low"], dealt(stack)
    assert state_of(stack, "ana") == "available"
    check_invariants(stack)


@scenario("overloaded reps get nothing, the others everything")
def others_get_it(stack):
    stack.start(desk_of(["ana", "ben", "cai"], 1, LONG))
    stack.add({"type": "signal", "rep": "ben", "status": "overloaded", "for": LONG})
    stack.settle()
    assert state_of(stack, "ben") == "overloaded"
    stack.settle()
    for number in range(30):
        stack.add_ticket("o-%d" % number)
    stack.settle()
    counts = dict(stack.sql("SELECT rep, count(*) FROM assignment GROUP BY 1"))
    assert set(counts) == {"ana", "cai"}, counts
    check_invariants(stack)


def released_early(stack, ticket):
    """Overloaded, a ticket comes, available again; did these come within at_least?"""
    answer = stack.daemon.post("/v1/reps/ana/signal", {"status": "overloaded", "for": LONG})
    assert answer.code == 200 and answer.json.get("until"), answer
    began = time.monotonic()
    stack.add_ticket(ticket)
    stack.settle()
    answer = stack.daemon.post("/v1/reps/ana/signal", {"status": "available", "reason": "done"})
    assert answer.code == 200, answer
    early = time.monotonic() - began < AT_LEAST - 0.1
    wait_until("it is dealt", lambda: stack.ticket(ticket)["state"] == "assigned", 10)
    return early


@scenario("`for` is clamped, and an early `available` waits for at_least")
def bounds(stack):
    stack.start(desk_of(["ana"], AT_LEAST, LONG // 2))
    tickets = ("t-%d" % n for n in range(100))
    wait_until("ana is available early", lambda: released_early(stack, next(tickets)), 60)
    signals = stack.sql("SELECT at, until FROM rep_signal WHERE status = 'overloaded'")
    assert all((until - at).total_seconds() == LONG // 2 for at, until in signals), signals
    again = stack.sql1("SELECT at FROM assignment ORDER BY seq DESC LIMIT 1")
    waited = (again - signals[-1][0]).total_seconds()
    assert AT_LEAST <= waited < LONG // 2, "dealt after %.1f s" % waited
    stack.settle()
    check_invariants(stack)


@scenario("an expiry that falls into a time without a daemon happens at the next start")
def expiry_while_down(stack):
    daemon = stack.start(desk_of(["ana"], 1, LONG))
    for seconds in (2, 8, 32, 128):  # until the daemon is gone before the expiry
        name = "t-%d" % seconds
        overload_and_send(stack, seconds, (name, 5))
        wait_until("%s came" % name, lambda: stack.ticket(name), 20)
        daemon.kill()
        if stack.ticket(name)["state"] == "waiting":
            break
        daemon.start()
    assert stack.ticket(name)["state"] == "waiting"
    time.sleep(seconds + 0.5)
    assert stack.ticket(name)["state"] == "waiting"
    daemon.start()
    wait_until("it is dealt", lambda: stack.ticket(name)["state"] == "assigned", 5)
    stack.settle()
    check_invariants(stack)


@scenario("away has no bounds, and a full rep gets nothing until he closes something")
def away_and_full(stack):
    desk = desk_of(["ana", "ben"])
    desk["teams"][0]["capacity"] = 4  # two orders each
    stack.start(desk)
    stack.daemon.post("/v1/reps/ben/signal", {"status": "away"})
    for number in range(3):
        stack.add_ticket("f-%d" % number)
    stack.settle()
    assert stack.daemon.status()["waiting"] == 1, stack.daemon.status()
    assert stack.daemon.get("/v1/reps/ana").json["full"] is True
    stack.add({"type": "outcome", "id": "f-0", "outcome": "lost"})
    stack.settle()
    assert stack.ticket("f-2")["rep"] == "ana", stack.ticket("f-2")
    stack.add_ticket("f-3")
    stack.settle()
    assert stack.ticket("f-3")["state"] == "waiting"
    stack.daemon.post("/v1/reps/ben/signal", {"status": "available"})
    wait_until("ben has f-3", lambda: stack.ticket("f-3")["rep"] == "ben", 10)
    stack.settle()
    check_invariants(stack)


run()
