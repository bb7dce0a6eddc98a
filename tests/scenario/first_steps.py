#!/usr/bin/python3
"""first_steps: the way of one ticket, with the tools anybody has at hand."""
import json
import subprocess
import time

import msgpack
import redis

from harness import (DEAD, INBOX, OUTBOX, SALES, SUPPORT, default_desk, run, scenario, wait_until)
from invariants import check_invariants


def redis_cli(stack, *arguments):
    return subprocess.check_output(["redis-cli", "-s", stack.redis_server.socket, *arguments],
                                   text=True).strip()


def curl(stack, path, *arguments):
    return json.loads(subprocess.check_output(
        ["curl", "-sS", "--unix-socket", stack.daemon.socket, "http://localhost" + path,
         *arguments], text=True))


@scenario("a ticket from redis-cli is dealt, shown by curl, announced, won")
def by_hand(stack):
    stack.start()
    entry = redis_cli(stack, "XADD", INBOX, "*", "j", json.dumps(
        {"type": "ticket", "id": "o-1", "team": "sales", "kind": "order", "value": 12995}))
    stack.produced["o-1"] = {}
    stack.settle()

    team = curl(stack, "/v1/teams/sales")
    holders = [rep["id"] for rep in team["reps"] if rep["received"] == 1]
    assert len(holders) == 1 and holders[0] in SALES, team
    ticket = curl(stack, "/v1/tickets/default/o-1")
    assert ticket["state"] == "assigned" and ticket["rep"] == holders[0], ticket
    assert ticket["value"] == 12995 and ticket["currency"] == "EUR", ticket
    assert ticket["history"][0]["rep"] == holders[0], ticket

    notices = [json.loads(fields["j"]) for _, fields in stack.redis.xrange(OUTBOX)]
    dealt = [n for n in notices if n["type"] == "assigned"]
    assert len(dealt) == 1 and dealt[0]["rep"] == holders[0], notices
    assert dealt[0]["inbox"] == entry and dealt[0]["why"] == "random", dealt

    answer = curl(stack, "/v1/tickets/default/o-1/outcome", "-X", "POST", "-d",
                  '{"outcome": "won", "value": 12900}')
    assert answer["input"] > 0, answer
    assert stack.ticket("o-1")["state"] == "closed", stack.ticket("o-1")
    assert stack.ticket("o-1")["outcome"] == "won", stack.ticket("o-1")
    stack.settle()
    check_invariants(stack)


@scenario("msgpack and JSON are the same ticket")
def two_encodings(stack):
    stack.start()
    message = {"type": "ticket", "id": "m-1", "team": "support", "kind": "query",
               "subject": "Blåbær", "skills": ["b", "a"]}
    raw = redis.Redis(unix_socket_path=stack.redis_server.socket)
    raw.xadd(INBOX, {"m": msgpack.packb(message)})
    stack.add_ticket("m-1", "support", "query", subject="Blåbær", skills=["a", "b"])
    stack.settle()
    ticket = stack.ticket("m-1")
    assert ticket["state"] == "waiting", "nobody has skills a and b: %r" % ticket
    assert stack.redis.xlen(DEAD) == 0, stack.redis.xrange(DEAD)
    check_invariants(stack)


@scenario("a repeat changes nothing, a ticket that is sent again as another is an update")
def repeats(stack):
    stack.start()
    stack.add_ticket("r-1", value=100)
    stack.settle()
    before = stack.daemon.status()
    stack.add_ticket("r-1", value=100)
    stack.settle()
    after = stack.daemon.status()
    assert (after["input"], after["seq"]) == (before["input"], before["seq"]), (before, after)
    stack.add({"type": "ticket", "id": "r-1", "team": "sales", "kind": "order", "value": 101})
    stack.settle()
    assert stack.redis.xlen(DEAD) == 0 and stack.ticket("r-1")["value"] == 101
    assert stack.sql1("SELECT count(*) FROM input WHERE type = 2") == 1
    check_invariants(stack)


@scenario("an outcome that comes before its ticket waits for it")
def early_outcome(stack):
    stack.start()
    stack.add({"type": "outcome", "id": "e-1", "outcome": "resolved"})
    time.sleep(0.3)
    stack.add_ticket("e-1", "support", "query")
    stack.settle()
    wait_until("e-1 is closed", lambda: stack.ticket("e-1")["state"] == "closed", 10)
    check_invariants(stack)


@scenario("won, refunded, reopened: outcomes follow their rules")
def outcomes(stack):
    stack.start()
    for ticket in ("a", "b", "c"):
        stack.add_ticket(ticket, value=1000)
    stack.settle()
    stack.add({"type": "outcome", "id": "a", "outcome": "won"})
    stack.add({"type": "outcome", "id": "a", "outcome": "lost"})  # dead: reopen first
    stack.add({"type": "outcome", "id": "b", "outcome": "refunded"})  # dead: only on won
    stack.add({"type": "outcome", "id": "c", "outcome": "reopened"})  # nothing: it is open
    stack.add({"type": "outcome", "id": "a", "outcome": "refunded", "value": 400})
    stack.settle()
    assert [stack.ticket(t)["state"] for t in "abc"] == ["closed", "assigned", "assigned"]
    assert stack.redis.xlen(DEAD) == 2, stack.redis.xrange(DEAD)
    holder = stack.ticket("a")["rep"]
    stack.add({"type": "outcome", "id": "a", "outcome": "reopened"})
    stack.settle()
    assert stack.ticket("a")["state"] == "assigned" and stack.ticket("a")["rep"] == holder
    check_invariants(stack, hands_allowed=True)


@scenario("two teams get only their own tickets, and everybody some")
def spread(stack):
    stack.start(default_desk())
    stack.add_many([{"type": "ticket", "id": "s-%d" % n, "kind": "order",
                     "team": "sales" if n % 2 else "support"} for n in range(400)])
    stack.settle()
    for team, reps in (("sales", SALES), ("support", SUPPORT)):
        counts = dict(stack.sql("SELECT rep, count(*) FROM assignment WHERE team = %s GROUP BY 1",
                                team))
        assert set(counts) == set(reps), counts
        fair = 200 / len(reps)
        assert all(abs(n - fair) <= 32 for n in counts.values()), "not even: %r" % counts
    check_invariants(stack)


run()
