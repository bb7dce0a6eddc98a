#!/usr/bin/python3
"""standby: one leads, the other waits for it, and a paused one finds itself deposed."""
import signal
import time

from harness import Producer, Promise, run, scenario
from invariants import check_invariants, head_of_epochs

TAKEOVER_SECONDS = 15


def two_daemons(stack):
    first = stack.start()
    second = stack.new_daemon("e")
    second.start(ready=False)
    second.wait_role("standby")
    return first, second


def tickets(count, prefix="t"):
    return [{"type": "ticket", "id": "%s-%d" % (prefix, n), "kind": "order", "team": "sales"}
            for n in range(count)]


def takes_over(daemon):
    with Promise() as promise:
        daemon.wait_role("leader", TAKEOVER_SECONDS)
        promise.check("taking over", TAKEOVER_SECONDS)


@scenario("one leader, one standby; a killed leader is followed within 15 s")
def leader_killed(stack):
    first, second = two_daemons(stack)
    stack.add_many(tickets(200))
    stack.settle()
    assert second.post("/v1/reps/ana/signal", {"status": "away"}).code == 503
    first.kill()
    takes_over(second)
    stack.daemons.reverse()
    stack.add_many(tickets(200, "u"))
    stack.settle()
    check_invariants(stack)


@scenario("a leader that stops cleanly hands over at once")
def leader_stopped(stack):
    first, second = two_daemons(stack)
    assert first.stop() == 0
    takes_over(second)
    stack.daemons.reverse()
    stack.add_many(tickets(100))
    stack.settle()
    check_invariants(stack)


@scenario("a leader paused under load loses the lease, and is standby when it wakes up")
def leader_paused(stack):
    first, second = two_daemons(stack)
    producer = Producer(stack, tickets(4000), per_second=300)
    producer.start()
    time.sleep(1)
    first.signal(signal.SIGSTOP)
    takes_over(second)
    time.sleep(1)
    first.signal(signal.SIGCONT)
    first.wait_role("standby", 20)
    second.wait_role("leader")
    producer.finish()
    stack.daemons.reverse()
    stack.settle(60)
    assert stack.sql1("SELECT count(*) FROM ticket WHERE state = 'assigned'") == 4000
    epochs = head_of_epochs(stack)
    assert epochs == sorted(epochs) and len(epochs) >= 2, epochs
    check_invariants(stack)


@scenario("a deposed leader finds the lock free, for its successor had no time yet to take it")
def lock_free(stack):
    first, second = two_daemons(stack)
    stack.add_many(tickets(100))
    stack.settle()
    first.signal(signal.SIGSTOP)
    takes_over(second)
    second.signal(signal.SIGSTOP)
    holders = stack.sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    assert holders == [(True,)], holders
    first.signal(signal.SIGCONT)
    first.wait_role("standby")
    second.signal(signal.SIGCONT)
    stack.daemons.reverse()
    stack.add_many(tickets(100, "u"))
    stack.settle()
    assert first.logged("leading") == 1, first.last_words()
    check_invariants(stack)


@scenario("leadership goes back and forth under load")
def back_and_forth(stack):
    first, second = two_daemons(stack)
    producer = Producer(stack, tickets(3000), per_second=250)
    producer.start()
    leader, other = first, second
    for _ in range(3):
        time.sleep(stack.random.uniform(0.3, 1.5))
        leader.kill()
        takes_over(other)
        leader.start(ready=False)
        leader.wait_role("standby")
        leader, other = other, leader
    producer.finish()
    stack.daemons[:] = [leader, other]
    stack.settle(60)
    leader.wait_role("leader")
    other.wait_role("standby")
    check_invariants(stack)


run()
