#!/usr/bin/python3
"""month_end: what a manager is told before closing is what closing does, nobody's cent is lost on
the way to the payroll, and what nobody earns has its place.
"""
import copy

from harness import default_desk, default_team, run, scenario
from books import month, pool
from proofs import verify_ok

LAST, THIS = month("UTC", 2), month("UTC", 1)


def plan(team, **more):
    return {"id": "p-" + team, "team": team, "from": LAST, "encourages": "a", "discourages": "b",
            "target_pool": 1000, "max_pool": 2000,
            "metrics": [{"metric": "revenue", "weight": "100%",
                         "curve": [[0, "0%"], [1000, "100%"], [2000, "200%"]]}],
            "funding": [["0%", "0%"], ["200%", "200%"]], "carry": {"at_most": "100%"},
            "split": {"individual": "50%", "equal": "50%"},
            "individual": {"points": {"order": 1}}, **more}


def desk(**more):
    return default_desk(
        time_zone="UTC", reps=[{"id": rep} for rep in ("ana", "ben", "cai")],
        teams=[default_team("sales", ["ana", "ben"], presence="assumed"),
               default_team("care", ["cai"], presence="assumed")],
        plans=[plan("sales", **more), plan("care", **more)])


def win(stack, ident, period, value, team="sales", kind="order", rep="ana"):
    stack.add({"type": "ticket", "id": ident, "team": team, "kind": kind, "owner": rep})
    stack.add({"type": "outcome", "id": ident, "outcome": "won", "value": value,
               "at": period + "-05T12:00:00Z"})
    stack.settle()


def refund(stack, ident, value):
    stack.add({"type": "outcome", "id": ident, "outcome": "refunded", "value": value})
    stack.settle()


def step(stack, verb, period, team="sales"):
    return stack.daemon.post("/v1/teams/%s/periods/%s/%s" % (team, period, verb))


def dry(stack, verb, period=THIS, team="sales"):
    head = stack.sql1("SELECT input FROM head")
    before = pool(stack, team, period)
    answer = stack.daemon.post("/v1/teams/%s/periods/%s/%s?dry_run=1" % (team, period, verb))
    after = pool(stack, team, period)
    before.pop("as_of"), after.pop("as_of")
    assert before == after and stack.sql1("SELECT input FROM head") == head
    return answer


def same(tried, done):
    assert tried.code == done.code, (tried, done)
    tried, done = copy.copy(tried.json), copy.copy(done.json)
    assert tried.pop("dry_run") is True and tried.pop("input") is None and done.pop("input")
    assert tried == done, (tried, done)


@scenario("what freeze, close and pay say beforehand is what they do, carry of earlier months too")
def foretold(stack):
    stack.start(desk())
    win(stack, "o1", LAST, 100000)
    for verb in ("freeze", "close", "pay"):
        same(dry(stack, verb, LAST), step(stack, verb, LAST))
    win(stack, "o2", THIS, 90000)
    refund(stack, "o1", 40001)
    live = pool(stack, "sales", THIS)
    assert (live["carry"], live["net"]) == (0, 90000)
    assert (live["expected"]["carry"], live["expected"]["net"]) == (-40001, 49999), live
    assert [(e["period"], e["version"], e["difference"]) for e in live["expected"]["earlier"]] \
        == [(LAST, 2, -40001)]
    tried = dry(stack, "freeze")
    same(tried, step(stack, "freeze", THIS))
    frozen = pool(stack, "sales", THIS)
    assert tried.json["expected"] == frozen["expected"] == live["expected"]
    assert sum(s["expected"] for s in frozen["shares"]) == 49999
    same(dry(stack, "close"), step(stack, "close", THIS))
    closed = pool(stack, "sales", THIS)
    assert closed["expected"] is None
    assert (closed["carry"], closed["net"]) == (-40001, 49999)
    assert {s["rep"]: s["total"] for s in closed["shares"]} \
        == {s["rep"]: s["expected"] for s in frozen["shares"]}
    same(dry(stack, "pay"), step(stack, "pay", THIS))
    for verb in ("freeze", "close", "pay"):
        tried, done = dry(stack, verb), step(stack, verb, THIS)
        assert (tried.code, tried.json) == (done.code, done.json) and done.code == 409, done
    verify_ok(stack)


@scenario("more of an earlier month is paid to its members when the next one is closed")
def more(stack):
    stack.start(desk())
    win(stack, "o1", LAST, 50000)
    for verb in ("freeze", "close", "pay"):
        assert step(stack, verb, LAST).code == 200
    win(stack, "o2", LAST, 20000, rep="ben")
    win(stack, "o3", THIS, 30000)
    assert step(stack, "freeze", THIS).code == 200
    expected = pool(stack, "sales", THIS)["expected"]
    earlier, = expected["earlier"]
    assert (earlier["paid"], expected["carry"], expected["net"]) == (20000, 0, 30000)
    assert sum(s["paid"] for s in earlier["shares"]) == 20000
    assert step(stack, "close", THIS).json["settled"] == [earlier]
    late = pool(stack, "sales", LAST)
    assert (late["version"], late["paid_version"], late["net"], late["due"]) \
        == (2, 1, 70000, 20000)
    for share in late["shares"]:
        assert share["due"] == share["paid"] == share["total"] - share["paid_before"], share
    win(stack, "o4", LAST, 1001, rep="ben")  # version 3 while 2 is not paid
    assert step(stack, "close", LAST).code == 200
    late = pool(stack, "sales", LAST)
    assert (late["version"], late["paid_version"], late["due"]) == (3, 1, 21001), late
    assert step(stack, "pay", LAST).json["due"] == 21001
    assert pool(stack, "sales", LAST)["due"] == 0
    verify_ok(stack)


if __name__ == "__main__":
    run()
