#!/usr/bin/python3
"""cuts: connections break anywhere, and what was under way then may have happened or not."""
from chaos import ANSWERS, REQUESTS, check_all, start_behind, tickets
from harness import LONG, Producer, note, run, scenario, wait_until
from invariants import check_invariants, head_of_epochs

COMMITTED = b"C\0\0\0\x0bCOMMIT\0"  # CommandComplete as PostgreSQL sends it
CUTS = 60 if LONG else 12
TRIES = 10


@scenario("the answer to a COMMIT gets lost: the outcome is looked up, nothing is done twice")
def commit_answer_lost(stack):
    daemon, proxy = start_behind(stack, postgres=True)
    for n in range(3):
        proxy.forget_after(ANSWERS, COMMITTED)
        stack.add_many(tickets(30, "n%d" % n))
        wait_until("the answer is lost", lambda: not proxy.armed())
        daemon.wait_role("leader")
        stack.settle()
        check_invariants(stack)
    assert proxy.cuts == 3 and 4 <= daemon.status()["epoch"] <= 4 + daemon.silences(), \
        daemon.status()
    assert daemon.status()["repeats"] > 0, "what was committed did not come again"
    check_all(stack, 90)


@scenario("a change whose COMMIT's answer got lost may be asked for again with its key")
def change_answer_lost(stack):
    daemon, proxy = start_behind(stack, postgres=True)
    for n in range(TRIES):
        daemon.wait_ready()
        key = {"Idempotency-Key": "k-%d" % n}
        body = {"id": "x-%d" % n, "team": "sales", "kind": "order"}
        proxy.forget_after(ANSWERS, COMMITTED)
        answer = daemon.post("/v1/tickets", body, headers=key)
        if answer.code == 200:
            stack.produced[body["id"]] = {}
        elif stack.ticket(body["id"]):
            break  # else it was the COMMIT of what a round of the books wrote
        assert answer.code in (200, 503), answer
    else:
        raise AssertionError("the answer to the COMMIT of a ticket was never lost")
    daemon.wait_role("leader")
    answer = daemon.post("/v1/tickets", body, headers=key)
    assert answer.code == 200, answer
    stack.produced[body["id"]] = {}
    check_all(stack, len(stack.produced))


@scenario("connections to PostgreSQL break at random bytes of a start: it begins again")
def cut_at_start(stack):
    daemon, proxy = start_behind(stack, postgres=True)
    stack.add_many(tickets(100, "a"))
    stack.settle()
    for n in range(CUTS):
        daemon.kill()
        # the schema is looked at over one connection of some 1,000 bytes, then it begins in earnest
        proxy.cut_after(ANSWERS, stack.random.randrange(1000 if n % 2 else 20000))
        daemon.start(ready=False)
        wait_until("it is cut", lambda: not proxy.armed())
        if n % 3 == 0:
            daemon.wait_role("leader")
    stack.add_many(tickets(100, "b"))
    check_all(stack, 200)


def random_cuts(stack, proxy):
    """While tickets come; returns how many came."""
    count, places = 150 * CUTS, []
    producer = Producer(stack, tickets(count), per_second=500)
    producer.start()
    for _ in range(CUTS):
        direction, after = stack.random.choice([REQUESTS, ANSWERS]), stack.random.randrange(20000)
        places.append("%s %d" % ("><"[direction], after))
        proxy.cut_after(direction, after)
        wait_until("it is cut", lambda: not proxy.armed() or not producer.is_alive())
    proxy.disarm()
    note("cut after %s bytes" % ", ".join(places))
    producer.finish()
    assert stack.daemon.alive(), stack.daemon.last_words()
    assert proxy.cuts > 0
    return count


@scenario("connections to PostgreSQL are cut at random bytes while tickets come")
def postgres_cut(stack):
    _, proxy = start_behind(stack, postgres=True)
    check_all(stack, random_cuts(stack, proxy))
    note("%d cuts, %d epochs wrote" % (proxy.cuts, len(head_of_epochs(stack))))


@scenario("connections to Redis are cut at random bytes while tickets come")
def redis_cut(stack):
    _, proxy = start_behind(stack, redis=True)
    check_all(stack, random_cuts(stack, proxy))
    note("%d cuts" % proxy.cuts)


@scenario("Redis is cut amid a MULTI, before an EXEC, behind it, before an XACK, amid entries read")
def redis_cut_at(stack):
    daemon, proxy = start_behind(stack, redis=True)
    places = [(REQUESTS, b"XADD"), (REQUESTS, b"EXEC"), (ANSWERS, b"+QUEUED"),
              (REQUESTS, b"XACK"), (ANSWERS, b":inbox\r\n")]
    for n, (direction, pattern) in enumerate(places):
        proxy.forget_after(direction, pattern)
        stack.add_many(tickets(100, "n%d" % n))
        wait_until("it is cut at %r" % pattern, lambda: not proxy.armed())
        stack.settle()
        check_invariants(stack)
    check_all(stack, 500)
    assert proxy.cuts == len(places) and daemon.led_once(), daemon.last_words()


@scenario("all answers of Redis come late: slower, and no different")
def redis_delayed(stack):
    daemon, proxy = start_behind(stack, redis=True)
    proxy.delay(0.03)
    stack.add_many(tickets(1000))
    check_all(stack, 1000)
    proxy.delay(0)
    assert not daemon.logged("redis writes down") and not daemon.logged("redis inbox down")


run()
