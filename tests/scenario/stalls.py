#!/usr/bin/python3
"""stalls: a server is there and says nothing; nothing is closed, and nothing tells of it."""
from chaos import check_all, start_behind, tickets
from harness import GROUP, INBOX, OUTBOX, Promise, run, scenario, stream_id, wait_until

HOLD_SECONDS = 10  # within which a daemon notices that PostgreSQL does not answer


def unacknowledged(stack):
    group = [g for g in stack.redis.xinfo_groups(INBOX) if g["name"] == GROUP][0]
    return group["pending"] + group["lag"]


@scenario("PostgreSQL stalls: held in time, nothing acknowledged, reads answer, changes are 503")
def postgres_stalls(stack):
    daemon, proxy = start_behind(stack, postgres=True)
    stack.add_many(tickets(100, "a"))
    stack.settle()
    epoch = daemon.status()["epoch"]
    proxy.stall()
    stack.add_many(tickets(100, "b"))
    with Promise() as promise:
        wait_until("it holds", lambda: daemon.status().get("role") == "starting", 2 * HOLD_SECONDS)
        promise.check("noticing the stall", HOLD_SECONDS)
    answer = daemon.post("/v1/reps/ana/signal", {"status": "away"})
    assert answer.code == 503, answer
    for path in ("/v1/status", "/v1/teams/sales", "/v1/reps/ana", "/v1/tickets"):
        answer = daemon.get(path)
        assert answer.code == 200, (path, answer)
    assert unacknowledged(stack) == 100, stack.redis.xinfo_groups(INBOX)
    assert stack.redis.xlen(INBOX) >= 100, "the inbox was trimmed without a commit"
    proxy.go_on()
    check_all(stack, 200)
    assert daemon.status()["epoch"] > epoch, daemon.status()


@scenario("only what reads from PostgreSQL stalls: its connections are given up and made anew")
def reads_stall(stack):
    daemon, proxy = start_behind(stack, postgres=True)
    stack.add_many(tickets(50, "a"))
    stack.settle()
    assert daemon.get("/v1/draws").code == 200
    proxy.stall(proxy.links[1])
    proxy.stall(proxy.links[2])
    stack.add_many(tickets(50, "b"))
    assert daemon.get("/v1/draws").code == 503
    wait_until("it deals again", lambda: stack.ticket("b-49"), 30)
    wait_until("it answers again", lambda: daemon.get("/v1/draws").code == 200)
    assert daemon.logged("link read lost") and daemon.logged("link admin lost")
    proxy.go_on()
    check_all(stack, 100)


@scenario("PostgreSQL takes connections and says nothing when the daemon starts: it waits")
def postgres_stalls_at_start(stack):
    daemon, proxy = start_behind(stack, postgres=True)
    stack.add_many(tickets(100, "a"))
    stack.settle()
    daemon.stop()
    proxy.stall()
    daemon.start(ready=False)
    wait_until("it says so", lambda: daemon.logged("waiting: "), HOLD_SECONDS)
    proxy.cut()
    proxy.go_on()
    stack.add_many(tickets(100, "b"))
    check_all(stack, 200)


@scenario("Redis stalls: changes work; what was sent before arrives late and does no harm")
def redis_stalls(stack):
    daemon, proxy = start_behind(stack, redis=True)
    stack.add_many(tickets(300, "a"))
    stack.settle()
    proxy.stall()
    stack.add_many(tickets(300, "b"))
    for n in range(20):  # their entries for the outbox are sent, and stand in the proxy
        answer = daemon.post("/v1/tickets", {"id": "x-%d" % n, "team": "sales", "kind": "order"})
        assert answer.code == 200, answer
        stack.produced["x-%d" % n] = {}
    wait_until("both links are given up", lambda: daemon.logged("redis writes down") and
               daemon.logged("redis inbox down"), 30)
    assert stream_id(stack.redis.xinfo_stream(OUTBOX)["last-generated-id"])[0] < \
        stack.sql1("SELECT seq FROM head"), "nothing was held"
    proxy.go_on()
    check_all(stack, 620)


run()
