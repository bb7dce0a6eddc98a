#!/usr/bin/python3
"""full: a server has no room left. Tickets are held, tried again, and dealt when there is room.

The disks are tmpfs of a mount namespace of our own, which needs root or user namespaces.
"""
import ctypes
import os
import subprocess
import sys
import time

import psycopg2
import redis

from chaos import check_all, tickets
from harness import Postgres, Redis, Skip, is_root, note, run, scenario, wait_until

DISK = "/mnt"  # over which the small disk lies, in our namespace alone
OURS = "EVENHAND_OWN_MOUNTS"


def enter_namespace():
    """Begins again in a mount namespace of our own, where that is allowed."""
    if OURS in os.environ:
        return
    command = ["unshare", "--mount"] if is_root() else \
        ["unshare", "--user", "--map-current-user", "--keep-caps", "--mount"]
    allowed = subprocess.run([*command, "true"], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, check=False).returncode == 0
    os.environ[OURS] = "1" if allowed else "0"
    if allowed:
        os.execvp(command[0], [*command, sys.executable, *sys.argv])


def small_disk(mebibytes):
    """Skips the scenario where there cannot be one."""
    libc = ctypes.CDLL(None, use_errno=True)
    options = ("size=%dm,mode=755" % mebibytes).encode()
    if os.environ[OURS] != "1" or libc.mount(b"tmpfs", DISK.encode(), b"tmpfs", 0, options) != 0:
        raise Skip("mounting is not allowed here")


def fill():
    """Takes all that is left."""
    with open(DISK + "/ballast", "ab", buffering=0) as f:
        size = 1 << 16
        while size:
            try:
                f.write(bytes(size))
            except OSError:
                size >>= 1


def start(stack):
    daemon = stack.start()
    stack.add_many(tickets(50, "a"))
    stack.settle()
    return daemon


@scenario("Redis has no memory left: it deals on, and publishes when there is room")
def redis_out_of_memory(stack):
    daemon = start(stack)
    stack.add_many(tickets(500, "b"))
    stack.redis.config_set("maxmemory", 1)  # by default nothing is evicted
    for n in range(30):
        answer = daemon.post("/v1/tickets", {"id": "x-%d" % n, "team": "sales", "kind": "order"})
        assert answer.code == 200, answer
        stack.produced["x-%d" % n] = {}
    wait_until("all is dealt", lambda: stack.sql1("SELECT count(*) FROM ticket") == 580)
    wait_until("Redis refuses", lambda: daemon.logged("OOM"))
    assert not stack.outbox_done() and not daemon.status()["alarm"], daemon.status()
    stack.redis.config_set("maxmemory", 0)
    check_all(stack, 580)


@scenario("the disk of Redis is full: what it does not take is published when it does")
def redis_disk_full(stack):
    small_disk(24)
    stack.redis_server = Redis(DISK + "/r")
    daemon = start(stack)
    stack.redis.config_set("appendfsync", "everysec")  # with `always` Redis ends itself
    fill()
    wait_until("Redis refuses", lambda: refuses(stack.redis))
    for n in range(30):
        answer = daemon.post("/v1/tickets", {"id": "x-%d" % n, "team": "sales", "kind": "order"})
        assert answer.code == 200, answer
        stack.produced["x-%d" % n] = {}
    wait_until("the daemon was refused", lambda: daemon.logged("MISCONF"))
    time.sleep(2)
    os.unlink(DISK + "/ballast")
    wait_until("Redis takes it again", lambda: not refuses(stack.redis))
    stack.add_many(tickets(100, "b"))
    check_all(stack, 180)
    assert daemon.led_once(), daemon.last_words()


def refuses(client):
    try:
        client.set("x", "y" * 1000)
        return False
    except redis.ResponseError as error:
        return str(error).startswith("MISCONF")


@scenario("the disk of PostgreSQL is full: held and tried again, and not too often")
def postgres_disk_full(stack):
    small_disk(96)
    stack.postgres = Postgres(DISK + "/pg")
    daemon = start(stack)
    fill()
    before = daemon.status()["epoch"]
    began = time.monotonic()
    stack.add_many(tickets(3000, "b"))
    wait_until("PostgreSQL refuses", lambda: daemon.logged("53100"))
    time.sleep(3)
    # a change alone may find room enough between two tries
    wait_until("a change is refused",
               lambda: daemon.post("/v1/reps/ana/signal", {"status": "away"}).code == 503)
    assert daemon.get("/v1/teams/sales").code == 200
    tries = (daemon.status()["epoch"] - before) / (time.monotonic() - began)
    note("%.1f tries a second" % tries)
    assert tries < 10, "it tries too often"
    os.unlink(DISK + "/ballast")
    check_all(stack, 3050)


def panics(stack):
    """A log file more than there is room for."""
    try:
        stack.sql("SELECT pg_switch_wal()")
        return False
    except psycopg2.OperationalError:
        return True


@scenario("the disk of PostgreSQL's log is full, and it dies of that")
def postgres_log_full(stack):
    small_disk(96)
    stack.postgres = Postgres(DISK + "/pg")
    daemon = start(stack)
    fill()
    stack.add_many(tickets(500, "b"))
    wait_until("PostgreSQL panics", lambda: panics(stack))
    time.sleep(1)
    assert daemon.alive() and daemon.get("/v1/teams/sales").code == 200
    os.unlink(DISK + "/ballast")
    stack.postgres.stop("immediate")
    stack.postgres.start()
    check_all(stack, 550)


enter_namespace()
run()
