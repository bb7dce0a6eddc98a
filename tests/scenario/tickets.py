#!/usr/bin/python3
"""tickets: pools count tickets, not clicks; outcomes stand in the order in which they happened,
whatever the order they come in; and the log proves it."""
import datetime
import itertools
import json
import random

from harness import OUTBOX, SEED, default_desk, default_team, run, scenario
from books import check_sums, lines, milliseconds, pool, step
from invariants import check_invariants
from proofs import verify_ok

TODAY = datetime.datetime.now(datetime.timezone.utc)
LAST = (TODAY.replace(day=1) - datetime.timedelta(1)).strftime("%Y-%m")


def at(day, minute=0):
    moment = datetime.datetime.fromisoformat("%s-%02dT12:00:00+00:00" % (LAST, day))
    return milliseconds(moment) + 60000 * minute


def metric(name, weight, *curve, **more):
    return dict({"metric": name, "weight": weight, "curve": list(curve)}, **more)


PLAN = {"id": "p", "team": "sales", "from": LAST, "period": "month", "encourages": "a",
        "discourages": "b", "target_pool": "1000.00", "max_pool": "2000.00",
        "metrics": [
            metric("revenue", "40%", ["0.00", "0%"], ["1000.00", "100%"]),
            metric("csat", "20%", ["1.0", "0%"], ["5.0", "100%"],
                   prior={"mean": "3.0", "count": 1}),
            metric("cycle_time", "20%", ["7200s", "0%"], ["60s", "100%"], prior={"mean": "60s"}),
            metric("reopen_rate", "20%", ["0%", "100%"], ["100%", "0%"], prior={"mean": "0%"})],
        "funding": [["0%", "0%"], ["100%", "100%"]],
        "split": {"individual": "40%", "equal": "60%"},
        "individual": {"points": {"order": 1}, "cap": "100%"}, "if_missing": "prior"}


def start(stack, **team):
    stack.start(default_desk(time_zone="UTC", plans=[PLAN], kinds={"order": {"points": 1}},
                             teams=[default_team("sales", ["ana", "ben"], **team)]))


def ticket(name, **more):
    return dict({"type": "ticket", "id": name, "team": "sales", "kind": "order", "value": 10000,
                 "created_at": at(1)}, **more)


def outcome(name, what, when=None, **more):
    return dict({"type": "outcome", "id": name, "outcome": what},
                **dict({"at": when} if when else {}, **more))


def figures(stack):
    shown = pool(stack, "sales", LAST)
    check_sums(shown)
    return shown, {m["metric"]: (m["value"], m["count"]) for m in shown["metrics"]}


def told(stack, *types):
    """Of the outbox: what was told of those types, by ticket."""
    notices = [json.loads(fields["j"]) for _, fields in stack.redis.xrange(OUTBOX)]
    return [(n["type"], n["id"], n["why"]) for n in notices if n["type"] in types]


@scenario("a ticket that comes back ten times is one ticket, and a cancelled one is no work")
def once(stack):
    start(stack)
    for name, rep in (("a", "ana"), ("b", "ben")):
        stack.add_many([ticket(name, owner=rep), outcome(name, "won", at(1, 60))])
    for i in range(10):
        stack.add_many([outcome("b", "reopened", at(2, 2 * i)),
                        outcome("b", "won", at(2, 2 * i + 1), csat=1 + i % 5)])
    for i in range(5):
        stack.add_many([ticket("x%d" % i, owner="ben"), outcome("x%d" % i, "cancelled", at(3))])
    stack.add_many([outcome("a", "rated", at(3, i), csat=1) for i in range(5)])
    stack.settle()
    shown, values = figures(stack)
    assert {rep: line["points"] for rep, line in lines(shown).items()} == {"ana": 1, "ben": 1}
    assert values["revenue"] == (20000, 2) and values["reopen_rate"] == (500000, 2), values
    assert values["csat"] == (3000, 2), values  # (1 + 5 and the prior's 3) / 3
    assert values["cycle_time"] == ((3600 + 86400 + 19 * 60) // 2, 2), values
    assert shown["cancelled_tickets"] == 5, shown
    verify_ok(stack)


@scenario("what is closed while it waits leaves the queue; what has no duration is in no mean")
def waiting(stack):
    start(stack, capacity=1)
    stack.add_many([ticket("a"), ticket("b"), ticket("c"), ticket("d", created_at=at(20))])
    stack.settle()
    assert [stack.ticket(t)["state"] for t in "abcd"] == ["assigned"] * 2 + ["waiting"] * 2
    stack.add_many([outcome("c", "won", at(1, 60)), outcome("d", "won", at(2))])
    stack.settle()
    shown, values = figures(stack)
    assert values["revenue"] == (20000, 2) and values["cycle_time"] == (3600, 1), values
    unknown = {m["metric"]: m["without_duration"] for m in shown["metrics"]}
    assert unknown["cycle_time"] == 1, unknown
    assert all(line["points"] == 0 for line in shown["shares"]), shown["shares"]
    text = stack.cli("pool", "sales", "--period", LAST)[1]
    assert "1 of the closed tickets are not in cycle_time" in text, text
    stack.add_many([outcome("c", "reopened", at(3)), outcome("a", "resolved")])
    stack.settle()
    assert stack.ticket("c")["state"] == "assigned"  # before whatever came after it
    check_invariants(stack, hands_allowed=True)
    verify_ok(stack)


@scenario("whatever comes first, the pool is that of the order in which it happened")
def order(stack):
    rng = random.Random(SEED)
    start(stack)
    story = [("won", at(4), {"value": 700, "handled": 60}), ("refunded", at(4, 1), {"value": 100}),
             ("reopened", at(5), {}), ("rated", at(5, 1), {"csat": 2}),
             ("lost", at(6), {}), ("reopened", at(7), {}), ("won", at(8), {"value": 900})]
    orders = [list(o) for o in itertools.islice(itertools.permutations(range(len(story))), 2)]
    orders += [rng.sample(range(len(story)), len(story)) for _ in range(10)]
    for number, arrival in enumerate(orders):
        name = "o%d" % number
        messages = [outcome(name, story[i][0], story[i][1], event="%s-%d" % (name, i), **story[i][2])
                    for i in arrival]
        messages.insert(rng.randrange(len(messages)) if number else 0, ticket(name, owner="ana"))
        stack.add_many(messages)
        stack.settle()
    shown, values = figures(stack)
    count = len(orders)
    assert values["revenue"] == (900 * count, count), values
    assert values["reopen_rate"] == (1000000, count), values
    assert lines(shown)["ana"]["points"] == count, shown["shares"]
    assert values["csat"][1] == count, values
    assert [stack.ticket("o%d" % n)["state"] for n in range(count)] == ["closed"] * count
    refused = {}
    for kind, name, _ in told(stack, "refused", "taken"):
        refused[name] = refused.get(name, 0) + (1 if kind == "refused" else -1)
    assert not any(refused.values()), refused  # what was refused on its way was taken in the end
    step(stack, "freeze", "sales", LAST)
    stack.daemon.kill()
    stack.daemon.start()
    stack.add(outcome("o0", "reopened", at(9)))
    stack.settle()
    assert pool(stack, "sales", LAST)["late"] == 1
    check_invariants(stack, hands_allowed=True)
    verify_ok(stack)


run()
