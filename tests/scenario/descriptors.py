#!/usr/bin/python3
"""descriptors: admin clients take all there are, and dealing goes on."""
import os
import resource
import signal
import socket
import threading
import time

from chaos import check_all, tickets
from harness import patience, run, scenario, wait_until

SPARE = 40  # descriptors left
CROWD = 60  # clients


def start(stack):
    """Dealing, with few descriptors left."""
    daemon = stack.start()
    limit(daemon, SPARE)
    return daemon


def limit(daemon, more):
    """From now on it gets so many more (one it has only for a moment may come to that); None: as
    before; 0: none, even when it gives one back (0, 1 and 2 it keeps)."""
    pid = daemon.process.pid
    _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    used = set(map(int, os.listdir("/proc/%d/fd" % pid)))
    free = [n for n in range(hard) if n not in used]
    soft = hard if more is None else free[more] if more else 3
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))


def crowd(daemon):
    """Clients that come, ask half a question, and come again when they are thrown out."""
    halt = threading.Event()

    def one():
        while not halt.is_set():
            try:
                with socket.socket(socket.AF_UNIX) as s:
                    s.settimeout(0.5)
                    s.connect(daemon.socket)
                    s.sendall(b"GET /v1/status HTTP/1.1\r\n")
                    while s.recv(4096):
                        pass
            except OSError:
                pass
            halt.wait(0.05)
    threads = [threading.Thread(target=one, daemon=True) for _ in range(CROWD)]
    for thread in threads:
        thread.start()
    wait_until("descriptors are scarce", lambda: daemon.logged("nearly out of descriptors"))

    def leave():
        halt.set()
        for thread in threads:
            thread.join(patience(10))
    return leave


def throw_out(stack):
    """Every link of the daemon's has to be made anew."""
    stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")
    stack.redis.execute_command("CLIENT", "KILL", "SKIPME", "yes", "TYPE", "normal")


@scenario("clients crowd in: links are kept, and when they are lost there is room for new ones")
def crowded(stack):
    daemon = start(stack)
    leave = crowd(daemon)
    stack.add_many(tickets(100, "a"))
    stack.settle()
    assert daemon.logged(" lost: ") <= daemon.silences() and not daemon.logged(" down: "), \
        daemon.last_words()
    for n in range(3):
        throw_out(stack)
        stack.add_many(tickets(100, "n%d" % n))
        wait_until("they are dealt", lambda: stack.ticket("n%d-99" % n))
        stack.settle()
    leave()
    check_all(stack, 400)


@scenario("no descriptor at all: it deals by the links it has, and answers when there are some")
def none_left(stack):
    daemon = start(stack)
    limit(daemon, 0)
    stack.add_many(tickets(100, "a"))
    s = socket.socket(socket.AF_UNIX)
    s.connect(daemon.socket)
    wait_until("a client cannot be taken", lambda: daemon.logged("Too many open files"))
    stack.settle()
    daemon.signal(signal.SIGHUP)  # to read the desk file
    wait_until("it says why not", lambda: daemon.logged("desk.yaml: "))
    throw_out(stack)
    stack.add_many(tickets(100, "b"))
    time.sleep(1)
    assert daemon.alive(), daemon.last_words()
    limit(daemon, None)
    s.close()
    check_all(stack, 200)


run()
