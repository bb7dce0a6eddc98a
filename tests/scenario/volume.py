#!/usr/bin/python3
"""volume: memory does not grow with history, and a full desk starts quickly.

EVENHAND_LONG=1 deals ten times as many.
"""
import time

from harness import LONG, note, run, scenario, wait_until
from invariants import check_log, check_outbox

CYCLES, CYCLE = (40, 5000) if LONG else (10, 2000)
OPEN = 100000
WARM = 4            # cycles before memory is looked at
GROWTH_KIB = 6144   # allowed after that: allocator noise, not history
START_SECONDS = 2   # from start to first commit with OPEN open tickets


def tickets(cycle):
    return [{"type": "ticket", "id": "v-%d-%d" % (cycle, n), "kind": "order", "value": n,
             "team": "sales" if n % 2 else "support"} for n in range(CYCLE)]


@scenario("memory stays flat while %d tickets are dealt and closed" % (CYCLES * CYCLE))
def flat_memory(stack):
    daemon = stack.start(outbox_keep=10000)
    sizes, began = [], time.monotonic()
    for cycle in range(CYCLES):
        stack.add_many(tickets(cycle))
        stack.add_many([{"type": "outcome", "id": "v-%d-%d" % (cycle, n), "outcome": "lost"}
                        for n in range(CYCLE)])
        stack.settle(120)
        sizes.append(daemon.memory_kib())
    note("%.0f tickets/s dealt and closed; resident KiB: %s" % (
        CYCLES * CYCLE / (time.monotonic() - began), " ".join(map(str, sizes))))
    assert daemon.status()["open"] == 0, daemon.status()
    warm = max(sizes[:WARM])
    assert max(sizes[WARM:]) <= warm + GROWTH_KIB, "from %d to %d KiB" % (warm, max(sizes[WARM:]))
    check_log(stack)


@scenario("with %d open tickets: start to first commit, memory" % OPEN,
          slow_turns=["recovery:snapshot"])
def start_full(stack):
    daemon = stack.start()
    began = time.monotonic()
    for start in range(0, OPEN, 10000):
        stack.add_many([{"type": "ticket", "id": "f-%d" % n, "kind": "order", "team": "sales"}
                        for n in range(start, start + 10000)])
    stack.settle(300)
    note("%d tickets dealt in %.1f s, %d KiB" % (
        OPEN, time.monotonic() - began, daemon.memory_kib()))
    assert daemon.status()["open"] == OPEN
    for how, name in ((daemon.stop, "a clean stop"), (daemon.kill, "kill -9")):
        how()
        head = stack.sql1("SELECT input FROM head")
        stack.add({"type": "ticket", "id": "after " + name, "kind": "order", "team": "sales"})
        began = time.monotonic()
        daemon.start(ready=False)
        wait_until("the first commit", lambda: stack.sql1("SELECT input FROM head") > head, 60)
        seconds = time.monotonic() - began
        note("after %s: first commit in %.2f s (wanted: %d s), %d KiB" % (
            name, seconds, START_SECONDS, daemon.memory_kib()))
        daemon.wait_role("leader")
        stack.settle()
    check_log(stack)
    check_outbox(stack)


run()
