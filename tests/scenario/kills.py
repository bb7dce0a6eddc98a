#!/usr/bin/python3
"""kills: everything that can die dies while tickets are flowing in."""
import threading
import time

from generate import generate, write
from harness import INBOX, SEED, Producer, note, patience, run, scenario, wait_until
from invariants import check_invariants, head_of_epochs

TICKETS = 3000


def tickets(count, prefix="k"):
    return [{"type": "ticket", "id": "%s-%d" % (prefix, n), "kind": "order", "value": n,
             "team": "sales" if n % 3 else "support"} for n in range(count)]


def check_all(stack, count):
    stack.settle(90)
    dealt = stack.sql1("SELECT count(*) FROM ticket WHERE state = 'assigned'")
    assert dealt == count, "%d of %d tickets are assigned" % (dealt, count)
    check_invariants(stack)


@scenario("kill -9 of evenhandd at ten random moments")
def kill_daemon(stack):
    daemon = stack.start()
    producer = Producer(stack, tickets(TICKETS), per_second=400)
    producer.start()
    moments = []
    for _ in range(10):
        pause = stack.random.uniform(0.01, 0.9)
        moments.append("%.3f" % pause)
        time.sleep(pause)
        daemon.kill()
        daemon.start(ready=False)
        if stack.random.random() < 0.7:  # else: killed again while it starts
            daemon.wait_role("leader")
    note("seed %d, killed after %s s" % (SEED, " ".join(moments)))
    producer.finish()
    daemon.wait_role("leader")
    check_all(stack, TICKETS)
    note("%d epochs wrote" % len(head_of_epochs(stack)))


@scenario("kill -9 in the middle of a backlog, right after its first commit")
def kill_in_backlog(stack):
    daemon = stack.start()
    daemon.stop()
    stack.add_many(tickets(TICKETS))
    for _ in range(5):
        before = stack.sql1("SELECT input FROM head")
        daemon.start(ready=False)
        wait_until("it commits", lambda: stack.sql1("SELECT input FROM head") > before or
                   stack.inbox_done(), 20, 0.001)
        daemon.kill()
    daemon.start()
    check_all(stack, TICKETS)


@scenario("kill -9 of Redis, four times")
def kill_redis(stack):
    stack.start()
    producer = Producer(stack, tickets(TICKETS), per_second=500)
    producer.start()
    for _ in range(4):
        time.sleep(stack.random.uniform(0.2, 1.2))
        stack.redis_server.kill()
        time.sleep(stack.random.uniform(0, 0.5))
        stack.redis_server.start()
    producer.finish()
    check_all(stack, TICKETS)


@scenario("PostgreSQL stopped immediately, four times")
def kill_postgres(stack):
    daemon = stack.start()
    producer = Producer(stack, tickets(TICKETS), per_second=500)
    producer.start()
    for _ in range(4):
        time.sleep(stack.random.uniform(0.2, 1.2))
        stack.postgres.stop("immediate")
        time.sleep(stack.random.uniform(0, 0.5))
        stack.postgres.start()
    producer.finish()
    assert daemon.alive(), daemon.last_words()
    daemon.wait_role("leader", 30)
    check_all(stack, TICKETS)


@scenario("the backends of PostgreSQL are terminated, twenty times")
def terminate_backends(stack):
    stack.start()
    producer = Producer(stack, tickets(TICKETS), per_second=700)
    producer.start()
    for _ in range(20):
        time.sleep(stack.random.uniform(0.02, 0.3))
        stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")
    producer.finish()
    stack.daemon.wait_role("leader", 30)
    check_all(stack, TICKETS)


@scenario("the clients of Redis are thrown out, twenty times")
def throw_out_clients(stack):
    stack.start()
    producer = Producer(stack, tickets(TICKETS), per_second=700)
    producer.start()
    for _ in range(20):
        time.sleep(stack.random.uniform(0.02, 0.3))
        stack.redis.execute_command("CLIENT", "KILL", "SKIPME", "yes", "TYPE", "normal")
    producer.finish()
    check_all(stack, TICKETS)


@scenario("a push goes through a kill of evenhandd")
def push_through_kill(stack):
    path = stack.dir + "/history.csv"
    rows = generate(2000, SEED)
    for row in rows:
        row[3] = "sales"
    with open(path, "w", encoding="utf-8") as f:
        write(f, rows)
    daemon = stack.start()
    ended = []
    push = threading.Thread(target=lambda: ended.append(stack.cli(
        "push", path, "--redis", stack.redis_server.socket, "--rate", 1000, check=False)))
    push.start()  # asks the daemon for the desk, then sends
    wait_until("the push sends", lambda: ended or stack.redis.xinfo_stream(INBOX)[
        "last-generated-id"] != "0-0")
    time.sleep(stack.random.uniform(0, 1))
    daemon.kill()
    daemon.start()
    push.join(patience(120))
    assert ended and ended[0][0] == 0, ended
    stack.produced = {row[0]: row for row in rows}
    check_all(stack, len(rows))


run()
