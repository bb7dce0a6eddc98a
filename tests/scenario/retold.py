#!/usr/bin/python3
"""retold: a helpdesk tells its tickets again and again, as a sweep does, in any order, and evenhandd
is killed meanwhile: each ticket comes to stand as it was told last, and nothing is a dead letter."""
import random

from harness import DEAD, INBOX, SEED, default_desk, run, scenario
from invariants import check_invariants
from proofs import verify_ok


def told(name, **more):
    return dict({"type": "ticket", "id": name, "team": "sales", "kind": "order",
                 "source": "rt"}, **more)


def stands(stack, name):
    row = stack.sql("SELECT team, kind, value, priority, customer FROM ticket WHERE id = %s", name)[0]
    return dict(zip(("team", "kind", "value", "priority", "customer"), row))


@scenario("what differs is an update, a closed ticket stays, and a sweep writes nothing")
def sweep(stack):
    stack.start()
    first = [told("t-%d" % n, value=n, customer="Kari", subject="a pump") for n in range(20)]
    stack.add_many(first)
    stack.settle()
    stack.daemon.post("/v1/tickets/rt/t-0/outcome", {"outcome": "cancelled", "reason": "spam"})
    assert stack.sql1("SELECT reason FROM outcome WHERE ticket = 't-0'") == "spam"
    now = [dict(one, value=100 + n, priority=9, customer="Ola", subject="two pumps", kind="query")
           for n, one in enumerate(first)]
    stack.add_many(now)
    stack.settle()
    check_invariants(stack)
    now[1]["team"] = "support"
    stack.add(now[1])
    stack.settle()
    assert stack.redis.xlen(DEAD) == 0, stack.redis.xrange(DEAD)
    assert stands(stack, "t-0")["value"] == 0, "it is closed"
    assert stands(stack, "t-1") == {"team": "support", "kind": "query", "value": 101, "priority": 9,
                                    "customer": "Ola"}
    assert stack.sql1("SELECT why FROM effect WHERE type = 5") == "moved"
    assert stands(stack, "t-2")["customer"] == "Ola" and stands(stack, "t-2")["kind"] == "query"
    before = stack.daemon.status()["input"]
    for sweep in (now, first, now):
        stack.add_many(sweep)
    stack.settle()
    assert stack.daemon.status()["input"] == before, "a sweep is no input"
    stack.daemon.post("/v1/tickets/rt/t-0/outcome", {"outcome": "reopened"})
    stack.add(now[0])
    stack.settle()
    assert stands(stack, "t-0")["value"] == 100, "it is open again, and stands so"
    verify_ok(stack)


@scenario("entries that come once more are recognised, however often the ticket changed since")
def again(stack):
    daemon = stack.start()
    stack.add(told("r-1", value=1))
    stack.settle()
    daemon.stop()
    stack.add_many([told("r-1", value=value, customer="Kari") for value in range(2, 14)])
    entries = stack.redis.xrange(INBOX)
    daemon.start()
    stack.settle()
    before = daemon.status()["input"]
    daemon.kill()
    stack.redis.delete(INBOX)
    for entry, fields in entries:
        stack.redis.xadd(INBOX, fields, id=entry)
    daemon.start()
    stack.settle()
    assert daemon.status()["input"] == before and daemon.status()["epoch"] == 3, daemon.status()
    assert stands(stack, "r-1")["value"] == 13, stands(stack, "r-1")
    check_invariants(stack)
    verify_ok(stack)


@scenario("told out of order while evenhandd is killed: the newest of each holds, once")
def killed(stack):
    rng = random.Random(SEED)
    daemon = stack.start(default_desk())
    names = ["k-%d" % n for n in range(12)]
    stack.add_many([told(name, changed_at=1600000000000) for name in names])
    stack.settle()
    states = {name: [told(name, value=rng.randrange(1, 9), priority=rng.randrange(10),
                          kind=rng.choice(["order", "query"]),
                          subject=rng.choice(["a", "b"]), changed_at=1600000000000 + 1000 * step)
                     for step in range(1, 15)] for name in names}
    everything = [one for name in names for one in states[name] + rng.sample(states[name], 4)]
    rng.shuffle(everything)
    for start in range(0, len(everything), 36):
        stack.add_many(everything[start:start + 36])
        daemon.kill()
        daemon.start()
    stack.settle(120)
    assert stack.redis.xlen(DEAD) == 0, stack.redis.xrange(DEAD)
    for name in names:
        last = states[name][-1]
        is_now = stands(stack, name)
        assert all(is_now[key] == last[key] for key in ("kind", "value", "priority")), (
            name, is_now, last)
    check_invariants(stack)
    verify_ok(stack)


run()
