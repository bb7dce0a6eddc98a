#!/usr/bin/python3
"""outages: one of the servers is away for a while, and nothing has to be done about it."""
import time

from harness import INBOX, Promise, run, scenario, wait_until
from invariants import check_invariants

HOLD_SECONDS = 10  # within which a daemon must notice that PostgreSQL is gone


@scenario("PostgreSQL is away: reads answer, changes are 503, nothing is acknowledged")
def without_postgres(stack):
    daemon = stack.start()
    stack.add_ticket("before")
    stack.settle()
    stack.postgres.stop("immediate")
    stack.add_ticket("during")

    with Promise() as promise:
        wait_until("a change is answered 503",
                   lambda: daemon.post("/v1/reps/ana/signal", {"status": "away"}).code == 503,
                   HOLD_SECONDS + 5)
        promise.check("noticing that PostgreSQL is gone", HOLD_SECONDS + 5)
    for path in ("/v1/status", "/v1/teams", "/v1/teams/sales", "/v1/reps", "/v1/reps/ana",
                 "/v1/tickets", "/healthz"):
        answer = daemon.get(path)
        good = (200, 503) if path == "/healthz" else (200,)
        assert answer.code in good, (path, answer)
    assert daemon.status()["waiting"] + daemon.status()["open"] == 1, daemon.status()
    assert stack.redis.xlen(INBOX) >= 1, "the inbox was trimmed without a commit"
    time.sleep(2)
    assert daemon.alive(), daemon.last_words()

    stack.postgres.start()
    daemon.wait_role("leader", 30)
    stack.settle(30)
    assert stack.ticket("during")["state"] == "assigned"
    assert daemon.post("/v1/reps/ana/signal", {"status": "away"}).code == 200
    stack.settle()
    check_invariants(stack)


@scenario("Redis is away: outcomes and signals over the admin socket work, the outbox catches up")
def without_redis(stack):
    daemon = stack.start()
    stack.add_ticket("r-1")
    stack.settle()
    stack.redis_server.kill()

    answer = daemon.post("/v1/tickets/default/r-1/outcome", {"outcome": "resolved"})
    assert answer.code == 200 and answer.json["input"], answer
    answer = daemon.post("/v1/reps/ben/signal", {"status": "away"})
    assert answer.code == 200, answer
    answer = daemon.post("/v1/tickets", {"id": "r-2", "team": "sales", "kind": "quote"})
    assert answer.code == 200, answer
    assert daemon.get("/v1/tickets/default/r-2").json["state"] == "assigned"
    stack.produced["r-2"] = {}

    stack.redis_server.start()
    stack.settle(30)
    check_invariants(stack)


@scenario("both are away, the daemon waits, both come back")
def without_both(stack):
    daemon = stack.start()
    stack.add_ticket("b-1")
    stack.settle()
    stack.postgres.stop("immediate")
    stack.redis_server.kill()
    time.sleep(3)
    assert daemon.alive() and daemon.status(), daemon.last_words()
    stack.redis_server.start()
    stack.add_ticket("b-2")
    stack.postgres.start()
    daemon.wait_role("leader", 30)
    stack.settle(30)
    assert stack.ticket("b-2")["state"] == "assigned"
    check_invariants(stack)


@scenario("the daemon starts before PostgreSQL and Redis do")
def start_before_servers(stack):
    daemon = stack.start()
    daemon.stop()
    stack.postgres.stop()
    stack.redis_server.stop()
    daemon.start(ready=False)
    time.sleep(1.5)
    assert daemon.alive(), "ended with %s: %s" % (daemon.process.returncode, daemon.last_words())
    stack.postgres.start()
    daemon.wait_alive("says why Redis is not reached", lambda: (
        "No such file" in (daemon.status().get("redis_error") or "")))
    assert "No such file" in stack.cli("status")[1] and daemon.logged("redis link")
    stack.redis_server.start()
    daemon.wait_role("leader", 30)
    stack.add_ticket("s-1")
    stack.settle()
    check_invariants(stack)


run()
