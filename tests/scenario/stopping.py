#!/usr/bin/python3
"""stopping: a clean end under load, and a start that goes on where it stopped."""
import os
import time

from harness import Producer, note, run, scenario, wait_until
from invariants import check_invariants

TICKETS = 4000


def tickets(prefix):
    return [{"type": "ticket", "id": "%s-%d" % (prefix, n), "kind": "order", "team": "sales",
             "value": n} for n in range(TICKETS)]


@scenario("SIGTERM under load: exit 0 each time, nothing lost")
def stop_under_load(stack):
    daemon = stack.start()
    producer = Producer(stack, tickets("s"), per_second=1000)
    producer.start()
    for _ in range(4):
        time.sleep(stack.random.uniform(0.2, 0.8))
        code = daemon.stop()
        assert code == 0, "exit code %d: %s" % (code, daemon.last_words())
        daemon.start()
    producer.finish()
    stack.settle(90)
    assert stack.sql1("SELECT count(*) FROM ticket WHERE state = 'assigned'") == TICKETS
    check_invariants(stack)


@scenario("SIGTERM in a backlog: what was decided is published before it ends")
def stop_in_backlog(stack):
    daemon = stack.start()
    daemon.stop()
    stack.add_many(tickets("b"))
    before = stack.sql1("SELECT input FROM head")
    daemon.start(ready=False)
    wait_until("it commits", lambda: stack.sql1("SELECT input FROM head") > before, 20)
    began = time.monotonic()
    code = daemon.stop()
    assert code == 0, "exit code %d: %s" % (code, daemon.last_words())
    note("stopped in %.2f s at input %d" % (
        time.monotonic() - began, stack.sql1("SELECT input FROM head")))
    assert stack.outbox_done(), "committed, but not published"
    daemon.start()
    stack.settle(90)
    check_invariants(stack)


@scenario("the socket goes with the daemon and a stale one does not stop the next")
def sockets(stack):
    daemon = stack.start()
    daemon.kill()
    assert os.path.exists(daemon.socket), "kill -9 cannot remove the socket"
    daemon.start()
    assert daemon.stop() == 0
    assert not os.path.exists(daemon.socket), "a clean stop left the socket"


@scenario("restarted again and again, the state stays the same")
def restarts(stack):
    daemon = stack.start()
    stack.add_many(tickets("r")[:500])
    stack.settle()
    reps = daemon.get("/v1/teams/sales").json
    digest = stack.sql("SELECT input, seq, digest FROM head")
    for how in (daemon.stop, daemon.kill, daemon.kill, daemon.stop):
        how()
        daemon.start()
        assert daemon.get("/v1/teams/sales").json == reps
    assert stack.sql("SELECT input, seq, digest FROM head") == digest
    check_invariants(stack)


run()
