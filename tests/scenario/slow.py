#!/usr/bin/python3
"""slow: PostgreSQL on an eighth of a core, and one rep becomes available for all that waits.

EVENHAND_LONG=1: a million tickets wait.
"""
import time

from harness import LONG, default_desk, default_team, note, run, scenario, wait_until
from invariants import check_invariants
from throttle import Cpu, family

WAITING = 999000 if LONG else 20000  # with the others no more than may be open
OTHERS = 20
BATCHES_MOST = 8  # between a ticket's coming in and its being dealt: each takes 200 ms or less


def desk():
    return default_desk(reps=[{"id": "ana"}, {"id": "ben"}], teams=[
        default_team("sales", ["ana"], presence="signalled"), default_team("support", ["ben"])])


def postmaster(stack):
    with open(stack.postgres.data + "/postmaster.pid", encoding="ascii") as f:
        return int(f.readline())


def fill(stack):
    for start in range(0, WAITING, 20000):
        stack.add_many([{"type": "ticket", "id": "w-%d" % i, "team": "sales", "kind": "order"}
                        for i in range(start, min(WAITING, start + 20000))], 2000)
        stack.produced.clear()
        wait_until("they are read", lambda: stack.sql1(
            "SELECT count(*) FROM input WHERE type = 1") >= min(WAITING, start + 20000), 600)


def batches_until(stack, ticket):
    """How many transactions were committed from the ticket's own to the one that dealt it, which
    may be the same; and how many inputs were before it in the first."""
    return stack.sql("""
        SELECT (SELECT count(*) FROM chain c WHERE c.input >= i.input AND c.input <
                (SELECT min(d.input) FROM chain d WHERE d.input >= e.input)),
               extract(epoch FROM instant(ei.at) - instant(i.stream_ms * 1000))
        FROM input i JOIN effect e ON e.ticket = i.input OR (e.ticket IS NULL AND e.input = i.input)
        JOIN input ei ON ei.input = e.input
        WHERE i.id = %s AND e.type = 1""", ticket)[0]


@scenario("a rep is available for all that waits: no lease is lost, other teams are served between")
def one_available(stack):
    # Nothing is trimmed before it is looked at.
    daemon = stack.start(desk(), outbox_keep=10000000, limits={"open_tickets": 1000000})
    fill(stack)
    stack.settle(600)
    wait_until("all wait", lambda: daemon.status()["waiting"] == WAITING)
    epoch, inputs = daemon.status()["epoch"], daemon.status()["input"]
    with Cpu(1 / 8, lambda: family(postmaster(stack))) as cpu:
        note(cpu.means)
        began = time.monotonic()
        answer = daemon.post("/v1/reps/ana/signal", {"status": "available"})
        assert answer.code == 200, answer
        note("available was answered after %.2f s" % (time.monotonic() - began))
        seen = []
        for number in range(OTHERS):
            stack.add_ticket("other-%d" % number, team="support")
            time.sleep(0.25)
            seen.append(daemon.status()["waiting"])
        wait_until("the others are dealt", lambda: daemon.status()["input"] >= inputs + OTHERS)
        assert daemon.status()["epoch"] == epoch, daemon.status()
        assert not daemon.logged("holding"), daemon.last_words()
        assert seen == sorted(seen, reverse=True), seen
        if LONG:
            wait_until("all are dealt", lambda: daemon.status()["waiting"] == 0, 3600, 1)
    stack.settle(600)
    wait_until("all are dealt", lambda: daemon.status()["waiting"] == 0, 600)
    waits = [batches_until(stack, "other-%d" % n) for n in range(OTHERS)]
    note("batches until dealt: %s; seconds: %s" % (
        [w[0] for w in waits], ["%.2f" % w[1] for w in waits]))
    assert max(w[0] for w in waits) <= BATCHES_MOST, waits
    sizes = stack.sql("SELECT max(n), count(*) FROM (SELECT seq - lag(seq) OVER (ORDER BY input)"
                      " AS n FROM chain WHERE input > %s) x", inputs)[0]
    note("effects in a transaction: %s at most, %s transactions; memory %d MiB" % (
        sizes[0], sizes[1], daemon.memory_kib() >> 10))
    assert daemon.status()["epoch"] == epoch, daemon.status()
    check_invariants(stack)


run()
