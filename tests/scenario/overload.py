#!/usr/bin/python3
"""overload: the one choice a rep has, from the signal to the ticket that waited."""
import json
import time

from harness import OUTBOX, default_desk, default_team, run, scenario, wait_until
from invariants import check_invariants

AT_LEAST, AT_MOST = 2, 6  # seconds


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


@scenario("nobody left: tickets wait, and go by priority, then age, when `for` is over")
def waits_and_expires(stack):
    stack.start(desk_of(["ana"]))
    answer = stack.daemon.post("/v1/reps/ana/signal", {"status": "overloaded", "for": 4})
    assert answer.code == 200 and answer.json.get("until"), answer
    for ticket, priority in (("low", 1), ("mid-1", 5), ("high", 9), ("mid-2", 5)):
        stack.add_ticket(ticket, priority=priority)
    stack.settle()
    assert stack.daemon.status()["waiting"] == 4, stack.daemon.status()
    assert state_of(stack, "ana") == "overloaded"
    notices = [json.loads(f["j"]) for _, f in stack.redis.xrange(OUTBOX)]
    assert [n["why"] for n in notices if n["type"] == "waiting"] == ["nobody"] * 4, notices
    check_invariants(stack)
    wait_until("all four are dealt", lambda: stack.daemon.status().get("waiting") == 0, 15)
    stack.settle()
    assert dealt(stack) == ["high", "mid-1", "mid-2", "low"], dealt(stack)
    assert state_of(stack, "ana") == "available"
    check_invariants(stack)


@scenario("overloaded reps get nothing, the others everything")
def others_get_it(stack):
    stack.start(desk_of(["ana", "ben", "cai"], 1, 60))
    stack.add({"type": "signal", "rep": "ben", "status": "overloaded", "for": 60})
    stack.settle()
    for number in range(30):
        stack.add_ticket("o-%d" % number)
    stack.settle()
    counts = dict(stack.sql("SELECT rep, count(*) FROM assignment GROUP BY 1"))
    assert set(counts) == {"ana", "cai"}, counts
    check_invariants(stack)


@scenario("`for` is clamped, and an early `available` waits for at_least")
def bounds(stack):
    stack.start(desk_of(["ana"]))
    began = time.time()
    stack.daemon.post("/v1/reps/ana/signal", {"status": "overloaded", "for": 3600})
    status, at, until = stack.sql("SELECT status, at, until FROM rep_signal")[0]
    assert status == "overloaded" and abs((until - at).total_seconds() - AT_MOST) < 0.1, (at, until)
    stack.add_ticket("t")
    stack.settle()
    answer = stack.daemon.post("/v1/reps/ana/signal", {"status": "available"})
    assert answer.code == 200, answer
    assert stack.ticket("t")["state"] == "waiting", "available took effect at once"
    wait_until("t is dealt", lambda: stack.ticket("t")["state"] == "assigned", 10)
    waited = time.time() - began
    assert AT_LEAST - 0.2 <= waited < AT_MOST, "dealt after %.1f s" % waited
    stack.settle()
    check_invariants(stack)


@scenario("an expiry that falls into a time without a daemon happens at the next start")
def expiry_while_down(stack):
    daemon = stack.start(desk_of(["ana"], 1, 2))
    daemon.post("/v1/reps/ana/signal", {"status": "overloaded", "for": 2})
    stack.add_ticket("t")
    stack.settle()
    assert stack.ticket("t")["state"] == "waiting"
    daemon.kill()
    time.sleep(2.5)
    daemon.start()
    wait_until("t is dealt", lambda: stack.ticket("t")["state"] == "assigned", 5)
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
