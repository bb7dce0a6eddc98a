#!/usr/bin/python3
"""turns: no turn of the loop is long, on a desk of 100,000 reps either, or when the time of a log
is led back over 20,000 open tickets. EVENHAND_LONG=1 has 100,000 open tickets.

The harness judges the turns (TURN_MOST_MS); these are the situations with the largest ones.
"""
import signal

from clocks import accept, fake, jump
from harness import LONG, default_desk, note, run, scenario, wait_until
from invariants import check_log

REPS, TEAMS = 100000, 50
OPEN = 100000 if LONG else 20000
LOAD = 10000
YEARS = 2 * 365 * 86400


def large_desk(**changes):
    reps = ["r%06d" % n for n in range(REPS)]
    teams = [{"id": "t%02d" % n, "policy": "random", "reps": reps[n::TEAMS]} for n in range(TEAMS)]
    return default_desk(reps=[{"id": rep} for rep in reps], teams=teams, **changes)


def load(stack, count, teams):
    for start in range(0, count, LOAD):
        stack.add_many([{"type": "ticket", "id": "t-%d" % n, "kind": "order",
                         "team": teams[n % len(teams)]} for n in range(start, min(start + LOAD, count))])
    stack.settle(300)


def longest(daemon):
    found = {}
    for ms, what in daemon.slow_turns(least_ms=20):
        found[what] = max(found.get(what, 0), ms)
    note("longest turns, ms: %s" % ", ".join("%s %.0f" % (what, ms) for what, ms in
                                             sorted(found.items(), key=lambda f: -f[1])))


@scenario("a desk of %d reps is applied, dealt for, changed and stopped" % REPS,
          slow_turns=["admin:desk", "books:stop", "decide:desk", "desk:file", "recovery:snapshot",
                      "snapshot"])
def many_reps(stack):
    daemon = stack.start(desk=large_desk())
    load(stack, 2000, ["t%02d" % n for n in range(TEAMS)])
    stack.write_desk(large_desk(resend_within="2d"))
    daemon.signal(signal.SIGHUP)
    wait_until("the change is applied", lambda: daemon.logged("desk applied") == 2, 60)
    daemon.stop()  # in the middle of a round over the ledger
    assert stack.sql1("SELECT count(*) FROM ledger") == REPS
    longest(daemon)
    daemon.start()
    stack.add({"type": "ticket", "id": "after", "kind": "order", "team": "t01"})
    stack.settle()
    daemon.stop()
    longest(daemon)
    check_log(stack)


@scenario("the time of a log is led back over %d open tickets" % OPEN,
          slow_turns=["recovery:snapshot"])
def time_back(stack):
    environment = fake(stack)
    daemon = stack.start()
    load(stack, OPEN, ["sales", "support"])
    daemon.stop()
    longest(daemon)
    jump(stack, YEARS)
    accept(daemon, environment, "nobody looked at the clock")
    daemon.stop()
    jump(stack, 0)
    accept(daemon, environment, "and now it is right")
    stack.settle()
    daemon.stop()
    longest(daemon)
    check_log(stack)


run()
