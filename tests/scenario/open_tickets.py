#!/usr/bin/python3
"""open_tickets: the desk has as many open tickets as it may have; what comes then waits, is not lost,
keeps its order, and the desk gets out of it by itself."""

import time

import psycopg2

from harness import DEAD, GROUP, INBOX, LONG, Skip, default_desk, run, scenario, wait_until
from invariants import check_invariants

MOST = 20


def ticket(n):
    return {"type": "ticket", "id": "t-%d" % n, "team": "sales", "kind": "order", "value": n}


def outcome(n, word="won"):
    return {"type": "outcome", "id": "t-%s" % n, "outcome": word}


def start(stack, most=MOST, **limits):
    return stack.start(limits=dict(limits, open_tickets=most))


def send(stack, numbers):
    stack.add_many([ticket(n) for n in numbers])


def states(stack):
    """(open and waiting, closed) as committed"""
    rows = dict(stack.sql("SELECT state = 'closed', count(*) FROM ticket GROUP BY 1"))
    return rows.get(False, 0), rows.get(True, 0)


def pending(stack):
    return stack.redis.xpending(INBOX, GROUP)["pending"]


def settle_at(stack, opened, closed, waiting):
    """So many open, so many closed, so many wait on the stream, and nothing moves."""
    wait_until("%d open, %d closed, %d wait" % (opened, closed, waiting),
               lambda: (*states(stack), pending(stack)) == (opened, closed, waiting))


def alarm(stack):
    """What status says of it; "" when there is no such alarm."""
    for row in stack.daemon.status().get("alarms", []):
        if row["name"] == "open_tickets":
            return row["text"]
    return ""


def nothing_dead(stack):
    assert stack.redis.xlen(DEAD) == 0, stack.redis.xrange(DEAD)
    assert stack.sql1("SELECT count(*) FROM dead_letter") == 0


@scenario("tickets above the bound wait on the stream, and what closes others passes them")
def passes(stack):
    start(stack)
    send(stack, range(50))
    settle_at(stack, MOST, 0, 30)
    assert "30 entries wait on the stream" in alarm(stack), alarm(stack)
    stack.add_many([outcome(n) for n in range(10)])  # behind the thirty
    settle_at(stack, MOST, 10, 20)
    first = [row[0] for row in stack.sql("SELECT id FROM ticket ORDER BY input DESC LIMIT 10")]
    assert sorted(first) == ["t-%d" % n for n in range(20, 30)], first  # in the order they came
    stack.add_many([outcome(n) for n in range(10, 50)])  # also of those that wait
    settle_at(stack, 0, 50, 0)
    wait_until("the alarm is over", lambda: not alarm(stack))
    nothing_dead(stack)
    stack.settle()
    check_invariants(stack)


@scenario("one team's flood stops no other: each team has a part of its own above the bound")
def other_team(stack):
    daemon = start(stack, 40)  # a tenth more, for two teams: two each
    send(stack, range(60))
    settle_at(stack, 40, 0, 20)
    stack.add_many([{"type": "ticket", "id": "q-%d" % n, "team": "support", "kind": "query"}
                    for n in range(3)])
    settle_at(stack, 42, 0, 21)
    assert {row[0] for row in stack.sql("SELECT id FROM ticket WHERE team = 'support'"
                                        " AND state = 'assigned'")} == {"q-0", "q-1"}
    answer = daemon.post("/v1/tickets", {"id": "q-9", "team": "support", "kind": "query"})
    assert answer.code == 429, answer
    stack.add_many([{"type": "outcome", "id": "q-0", "outcome": "resolved"}])
    settle_at(stack, 42, 1, 20)  # the one that waited has its place, though the desk is full
    assert stack.sql1("SELECT state FROM ticket WHERE id = 'q-2'") == "assigned"
    answer = daemon.post("/v1/tickets", {"id": "q-9", "team": "support", "kind": "query"})
    assert answer.code == 429, answer
    stack.add_many([{"type": "ticket", "id": "q-%d" % n, "team": "support", "kind": "query"}
                    for n in range(3, 6)])
    settle_at(stack, 42, 1, 23)
    for n in range(1, 4):  # those that wait come in the order in which they came
        stack.add_many([{"type": "outcome", "id": "q-%d" % n, "outcome": "resolved"},
                        {"type": "ticket", "id": "q-%d" % (n + 5), "team": "support",
                         "kind": "query"}])
        settle_at(stack, 42, 1 + n, 23)
        assert stack.sql1("SELECT state FROM ticket WHERE id = 'q-%d'" % (n + 2)) == "assigned"
    stack.add_many([{"type": "outcome", "id": "q-%d" % n, "outcome": "resolved"}
                    for n in range(4, 9)])
    wait_until("the team has room", lambda: daemon.post(
        "/v1/tickets", {"id": "q-9", "team": "support", "kind": "query"}).code == 200)
    stack.add_many([outcome(n) for n in range(60)])
    stack.settle()
    check_invariants(stack)


@scenario("an outcome of a ticket that waits comes behind it, however long that takes")
def followers(stack):
    start(stack)
    send(stack, range(30))
    stack.add_many([outcome(25), {"type": "update", "id": "t-26", "value": 7},
                    outcome(26, "lost"), outcome(99)])
    settle_at(stack, MOST, 0, 14)
    assert stack.daemon.status()["parked"] == 0  # it would be a dead letter after a minute
    stack.add_many([outcome(n) for n in range(8)])
    settle_at(stack, MOST, 10, 0)  # t-25 and t-26 came and went
    wait_until("what no ticket came for waits in the desk, as ever",
               lambda: stack.daemon.status()["parked"] == 1)
    rows = dict(stack.sql("SELECT id, outcome FROM ticket WHERE id IN ('t-25', 't-26')"))
    assert rows == {"t-25": "won", "t-26": "lost"}, rows
    nothing_dead(stack)


@scenario("over the socket a new ticket is refused, and an outcome makes room for one that waits")
def socket(stack):
    daemon = start(stack)
    send(stack, range(22))
    settle_at(stack, MOST, 0, 2)
    answer = daemon.post("/v1/tickets", {"id": "s-1", "team": "sales", "kind": "order"})
    assert answer.code == 429 and "limits: open_tickets, %d" % MOST in answer.text, answer
    answer = daemon.post("/v1/tickets", {"id": "t-1", "team": "sales", "kind": "order", "value": 1})
    assert answer.code == 200 and answer.json["repeat"], answer
    for n in range(3):
        answer = daemon.post("/v1/tickets/default/t-%d/outcome" % n, {"outcome": "won"})
        assert answer.code == 200, answer
    settle_at(stack, MOST - 1, 3, 0)
    answer = daemon.post("/v1/tickets", {"id": "s-1", "team": "sales", "kind": "order"})
    assert answer.code == 200, answer
    nothing_dead(stack)
    stack.settle()
    check_invariants(stack)


@scenario("killed and started again, without a group, with a resend: nothing is lost or doubled")
def restarts(stack):
    daemon = start(stack)
    send(stack, range(40))
    settle_at(stack, MOST, 0, 20)
    for _ in range(5):  # more often than an entry is tried without a suspicion
        daemon.kill()
        daemon.start()
        settle_at(stack, MOST, 0, 20)
    send(stack, range(15, 25))  # five are known, five wait already
    settle_at(stack, MOST, 0, 25)
    counts = {row["times_delivered"] for row in stack.redis.xpending_range(INBOX, GROUP, "-", "+",
                                                                           100)}
    assert counts == {0}, counts
    stack.redis.xgroup_destroy(INBOX, GROUP)
    settle_at(stack, MOST, 0, 25)
    stack.add_many([outcome(n) for n in range(40)])
    settle_at(stack, 0, 40, 0)
    nothing_dead(stack)
    stack.settle()
    check_invariants(stack)


@scenario("PostgreSQL goes while one ticket is let in and nine are held: nothing is held for ever")
def lost(stack):
    start(stack)
    send(stack, range(MOST))
    settle_at(stack, MOST, 0, 0)
    lock = psycopg2.connect(stack.postgres.dsn)
    lock.cursor().execute("LOCK TABLE evenhand.input IN SHARE MODE")
    stack.add_many([outcome(0)] + [ticket(n) for n in range(MOST, MOST + 10)])
    wait_until("a commit waits", lambda: stack.sql1(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE usename = 'evenhandd' AND wait_event_type = 'Lock'"))
    stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'evenhandd'")
    lock.close()
    stack.add_many([outcome(n) for n in range(1, MOST + 10)])
    settle_at(stack, 0, MOST + 10, 0)
    stack.add_many([outcome("nobody")])
    wait_until("it is parked, as ever",
               lambda: (stack.daemon.status()["parked"], alarm(stack)) == (1, ""))
    nothing_dead(stack)


@scenario("a ticket that is late is told although others wait on the stream since before a restart")
def clocks(stack):
    desk = default_desk()
    for team in desk["teams"]:
        team["answer_within"] = {"order": "4s"}
    daemon = stack.start(desk, limits={"open_tickets": 3})
    send(stack, range(5))
    settle_at(stack, 3, 0, 2)
    daemon.kill()
    daemon.start()
    settle_at(stack, 3, 0, 2)
    wait_until("the three are late",
               lambda: stack.daemon.get("/v1/teams/sales").json["late"] == 3)


@scenario("what is above a bound that was lowered stays, and new ones wait until it is below")
def lowered(stack):
    daemon = start(stack, most=60)
    send(stack, range(60))
    settle_at(stack, 60, 0, 0)
    assert "open_tickets is 60" in alarm(stack), alarm(stack)
    daemon.stop()
    daemon = stack.new_daemon("lower", limits={"open_tickets": MOST})
    stack.daemons.reverse()
    daemon.start()
    send(stack, range(60, 70))
    settle_at(stack, 60, 0, 10)
    assert "60 open tickets" in alarm(stack), alarm(stack)
    stack.add_many([outcome(n) for n in range(40)])
    settle_at(stack, MOST, 40, 10)
    stack.add_many([outcome(n) for n in range(40, 70)])
    settle_at(stack, 0, 70, 0)
    nothing_dead(stack)
    stack.settle()
    check_invariants(stack)


@scenario("room that comes while others are let in is filled at once, although nothing else comes")
def quiet(stack):
    start(stack)
    redis = stack.redis
    for first in range(0, 600, 30):
        send(stack, range(first, first + 30))
        settle_at(stack, MOST, first, 10)
        ends = [outcome(n) for n in range(first, first + 30)]
        cut = stack.random.randrange(1, 30)
        stack.add_many(ends[:cut])
        time.sleep(stack.random.uniform(0, 0.02))  # some are just being let in
        stack.add_many(ends[cut:])
        for _ in range(4):  # what is read again comes late, so that commits overtake it
            redis.client_pause(stack.random.randrange(5, 25))
        settle_at(stack, 0, first + 30, 0)
    nothing_dead(stack)
    stack.settle()
    check_invariants(stack)


@scenario("a closed ticket that is opened again comes in although the desk is full")
def reopened(stack):
    start(stack)
    send(stack, range(25))
    settle_at(stack, MOST, 0, 5)
    stack.add_many([outcome(0), outcome(0, "reopened")])
    wait_until("it is open again", lambda: stack.sql(
        "SELECT state FROM ticket WHERE id = 't-0'")[0][0] != "closed" and pending(stack) <= 5)
    nothing_dead(stack)
    stack.add_many([outcome(n) for n in range(25)])
    settle_at(stack, 0, 25, 0)
    nothing_dead(stack)


@scenario("more than may be held: nothing behind is read, and the socket leads out of it")
def flood(stack):
    if not LONG:
        raise Skip("EVENHAND_LONG=1")
    start(stack)
    total = (1 << 18) + 5000
    send(stack, range(total))
    wait_until("it says that it reads no further",
               lambda: "nothing behind them is read" in alarm(stack), 300)
    for n in range(MOST):
        answer = stack.daemon.post("/v1/tickets/default/t-%d/outcome" % n, {"outcome": "won"})
        assert answer.code == 200, answer
    wait_until("the next ones came", lambda: states(stack) == (MOST, MOST), 60)
    assert stack.daemon.memory_kib() < 128 << 10, stack.daemon.memory_kib()


run()
