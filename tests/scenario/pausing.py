#!/usr/bin/python3
"""pausing: a ticket that waits for the customer, on real servers: who gets what meanwhile, who may
say so, where it is shown, and that a kill changes nothing."""
import json
import random
import time

from harness import OUTBOX, default_desk, run, scenario, wait_until
from invariants import check_invariants
from proofs import verify_ok


def desk(capacity=2, **paused):
    return default_desk(
        kinds={"order": {"points": 1}}, reps=[{"id": "ana"}, {"id": "ben"}],
        teams=[{"id": "sales", "policy": "random", "capacity": capacity, "paused": paused,
                "reps": ["ana"]},
               {"id": "support", "policy": "random", "reps": ["ben"]}])


def ticket(stack, name):
    return stack.daemon.get("/v1/tickets/default/" + name).json


def pause(stack, name, paused=True):
    stack.add({"type": "update", "id": name, "paused": paused})


def told(stack, name):
    said = [json.loads(fields["j"]) for _, fields in stack.redis.xrange(OUTBOX)]
    return [(n["type"], n.get("rep")) for n in said if n.get("id") == name]


@scenario("it stays with its rep, who gets others meanwhile; resumed, it is above capacity; after kills as well")
def waits_for_the_customer(stack):
    stack.start(desk=desk(at_most=2))
    daemon = stack.daemon
    for name in ("a", "b", "c", "d", "e"):
        stack.add_ticket(name)
    stack.settle()
    assert [ticket(stack, n)["state"] for n in "abc"] == ["assigned", "assigned", "waiting"]
    pause(stack, "a")
    stack.settle()
    assert told(stack, "a") == [("assigned", "ana"), ("paused", "ana")], told(stack, "a")
    assert ticket(stack, "c")["rep"] == "ana"
    daemon.kill()
    daemon.start()
    shown = ticket(stack, "a")
    assert shown["state"] == "assigned" and shown["paused_at"] and shown["paused_counts"] is False, shown
    code, output = stack.cli("pause", "b")[:2]
    assert code == 0 and "b: waits for the customer; with ana" in output, output
    assert ticket(stack, "d")["rep"] == "ana"
    stack.cli("pause", "c")  # the third: it counts
    assert ticket(stack, "c")["paused_counts"] is True
    assert ticket(stack, "e")["state"] == "waiting"
    rep = daemon.get("/v1/reps/ana").json
    assert (rep["open"], rep["paused"], rep["points"]) == (4, 3, 2), rep
    team = daemon.get("/v1/teams/sales").json
    assert team["paused"] == 3 and team["pausing"] == {"counts": "no", "at_most": 2}, team
    assert team["reps"][0]["paused"] == 3
    assert daemon.status()["paused"] == 3
    listed = daemon.get("/v1/tickets?paused=1").json["tickets"]
    assert [t["id"] for t in listed] == ["a", "b", "c"], listed
    assert daemon.get("/v1/tickets?paused=1&state=closed").code == 400
    output = stack.cli("tickets", "--paused")[1]
    assert output.count("paused") >= 3 and "\nd" not in output, output
    assert "paused: it waits for the customer, with ana\n" in stack.cli("ticket", "a")[1]
    assert "paused: it waits for the customer, with ana; said by " in stack.cli("ticket", "b")[1]
    metrics = daemon.http("GET", "/metrics").text
    assert 'evenhand_team_paused{team="sales"} 3' in metrics and "evenhand_tickets_paused 3" in metrics
    daemon.kill()
    daemon.start()
    assert "goes on" in stack.cli("resume", "a")[1]
    rep = daemon.get("/v1/reps/ana").json
    assert (rep["paused"], rep["points"], rep["full"]) == (2, 2, True), rep
    stack.add({"type": "outcome", "id": "b", "outcome": "resolved"})
    stack.settle()
    assert ticket(stack, "b")["paused_at"] is None and ticket(stack, "e")["state"] == "waiting"
    assert daemon.get("/v1/reps/ana").json["points"] == 2  # a and d, and c is free by now
    verify_ok(stack)
    check_invariants(stack)


@scenario("only what a rep has is paused; a refusal says so; whatever takes it from its rep ends it")
def of_assigned_tickets_alone(stack):
    stack.start(desk=desk())
    daemon = stack.daemon
    daemon.post("/v1/reps/ana/signal", {"status": "away"})
    stack.add_ticket("w")
    stack.settle()
    answer = daemon.post("/v1/tickets/default/w/update", {"paused": True})
    assert answer.code == 409, answer
    assert "nobody has ticket default/w; only a ticket that a rep has can be paused" in answer.text
    pause(stack, "w")
    wait_until("it is a dead letter", lambda: daemon.get("/v1/dead").json["letters"])
    letters = daemon.get("/v1/dead").json["letters"]
    assert "only a ticket that a rep has can be paused" in letters[-1]["reason"], letters
    assert daemon.post("/v1/tickets/default/w/update", {"paused": "yes"}).code == 400
    daemon.post("/v1/reps/ana/signal", {"status": "available"})
    wait_until("it is dealt", lambda: ticket(stack, "w")["state"] == "assigned")
    stack.cli("pause", "w")
    stack.cli("move", "w", "support", "--reason", "misrouted")
    assert ticket(stack, "w")["paused_at"] is None and ticket(stack, "w")["rep"] == "ben"
    stack.cli("pause", "w")
    stack.cli("release", "ben", "--reason", "gone")
    assert ticket(stack, "w")["paused_at"] is None
    assert daemon.status()["paused"] == 0
    verify_ok(stack)
    check_invariants(stack, hands_allowed=True)


@scenario("pauses and resumes at random, and the daemon killed again and again: the log decides all of it alike")
def kills(stack):
    stack.start(desk=desk(capacity=12, counts="half", at_most=3))
    daemon, chance, names = stack.daemon, random.Random(7), []
    for n in range(600):
        if n % 4 == 0:
            names.append("t-%d" % n)
            stack.add_ticket(names[-1])
        elif n % 9 == 0:
            stack.add({"type": "outcome", "id": chance.choice(names), "outcome": "resolved"})
        else:
            pause(stack, chance.choice(names), chance.random() < 0.6)
        if n % 100 == 60:
            daemon.kill()
            daemon.start()
    stack.settle()
    paused = daemon.get("/v1/tickets?paused=1").json["tickets"]
    rep = daemon.get("/v1/reps/ana").json
    assert len(paused) == rep["paused"] == daemon.status()["paused"], (paused, rep)
    less = sum(not t["paused_counts"] for t in paused)
    assert less <= 3 and rep["points"] == rep["open"] - less // 2, (less, rep)
    verify_ok(stack)
    check_invariants(stack)


def row_of(stack):
    return stack.daemon.get("/v1/teams/sales/fairness").json["reps"][0]


@scenario("how often and how long a rep pauses stands in the fairness report, with what it is worth")
def report(stack):
    stack.start(desk=desk(capacity=0))
    for name in ("a", "b"):
        stack.add_ticket(name, value=1500)
        pause(stack, name)
    pause(stack, "a", False)
    pause(stack, "a")
    stack.settle()

    def time_passed():  # the report is as of the last input
        stack.add_ticket("other-%d" % time.monotonic_ns(), team="support")
        return row_of(stack)["paused_s"] >= 2
    wait_until("time passes", time_passed, pause=0.3)
    row = row_of(stack)
    assert (row["pauses"], row["pauses_value"]) == (3, 4500), row
    output = stack.cli("fairness", "sales")[1]
    assert "waiting for the customer" in output, output
    stack.add({"type": "outcome", "id": "a", "outcome": "resolved"})
    stack.add({"type": "outcome", "id": "b", "outcome": "resolved"})
    stack.settle()
    before = row_of(stack)["paused_s"]
    stack.add_ticket("c")
    stack.settle()
    assert row_of(stack)["paused_s"] == before


if __name__ == "__main__":
    run()
