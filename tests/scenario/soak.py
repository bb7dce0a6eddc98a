#!/usr/bin/python3
"""soak: random faults under random load for EVENHAND_SOAK_MINUTES, checked after every round."""
import os
import signal
import time

from harness import SEED, Producer, Skip, note, run, scenario
from invariants import check_invariants

MINUTES = float(os.environ.get("EVENHAND_SOAK_MINUTES", "0"))
ROUND_TICKETS = 3000


def kill_daemon(stack):
    stack.daemon.kill()
    stack.daemon.start(ready=False)


def stop_daemon(stack):
    if stack.daemon.alive() and stack.daemon.status().get("role") == "leader":
        code = stack.daemon.stop()
        assert code == 0, "exit code %d" % code
    else:
        stack.daemon.kill()
    stack.daemon.start(ready=False)


def pause_daemon(stack):
    stack.daemon.signal(signal.SIGSTOP)
    time.sleep(stack.random.uniform(0.1, 3))
    stack.daemon.signal(signal.SIGCONT)


def kill_redis(stack):
    stack.redis_server.kill()
    time.sleep(stack.random.uniform(0, 1))
    stack.redis_server.start()


def kill_postgres(stack):
    stack.postgres.stop("immediate")
    time.sleep(stack.random.uniform(0, 1))
    stack.postgres.start()


def terminate_backends(stack):
    stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")


def throw_out_clients(stack):
    stack.redis.execute_command("CLIENT", "KILL", "SKIPME", "yes", "TYPE", "normal")


FAULTS = [kill_daemon, kill_daemon, kill_daemon, stop_daemon, pause_daemon, kill_redis,
          kill_postgres, terminate_backends, throw_out_clients]


def play_round(stack, number, counts):
    messages = []
    for n in range(ROUND_TICKETS):
        ticket = "k-%d-%d" % (number, n)
        messages.append({"type": "ticket", "id": ticket, "kind": "order", "value": n,
                         "team": "sales" if n % 3 else "support"})
        if n % 2:
            messages.append({"type": "outcome", "id": ticket, "outcome": "lost"})
    producer = Producer(stack, messages, per_second=stack.random.choice([200, 500, 2000]))
    producer.start()
    while producer.is_alive():
        time.sleep(stack.random.uniform(0.05, 1.5))
        fault = stack.random.choice(FAULTS)
        fault(stack)
        counts[fault.__name__] = counts.get(fault.__name__, 0) + 1
    producer.finish()
    stack.daemon.wait_role("leader", 60)
    stack.settle(90)
    check_invariants(stack)


@scenario("random faults for %g minutes: nothing lost, nothing doubled" % MINUTES)
def soak(stack):
    if MINUTES <= 0:
        raise Skip("asked for by tools/test --soak MINUTES")
    stack.start()
    end, number, counts = time.monotonic() + MINUTES * 60, 0, {}
    while time.monotonic() < end:
        play_round(stack, number, counts)
        number += 1
    note("seed %d: %d rounds, %d tickets, faults: %s" % (
        SEED, number, len(stack.produced),
        ", ".join("%s %d" % item for item in sorted(counts.items()))))


run()
