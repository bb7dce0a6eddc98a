#!/usr/bin/python3
"""memory: none is left, at any moment: evenhandd goes on or dies, and what it promised is kept."""
import http.client
import resource
import signal
import time

from chaos import check_all, tickets
from harness import EVENHANDD, LONG, SLOW, Skip, note, run, scenario

ROUNDS = 60 if LONG else 2
MOST_KIB = 4096  # left at most
TICKETS = 1500


def sanitized():
    """A sanitizer's shadow is memory, too, and ends the program by itself."""
    with open(EVENHANDD, "rb") as f:
        return b"__asan_init" in f.read()


def limit(daemon, more_kib):
    with open("/proc/%d/statm" % daemon.process.pid, encoding="ascii") as f:
        size = int(f.read().split()[0]) * resource.getpagesize()
    _, hard = resource.prlimit(daemon.process.pid, resource.RLIMIT_AS)
    resource.prlimit(daemon.process.pid, resource.RLIMIT_AS, (size + more_kib * 1024, hard))


def how_it_ends(stack, daemon):
    """Some memory may suffice for all; with too little to go on and to die of it, it waits."""
    deadline = time.monotonic() + 10 * SLOW
    while daemon.alive() and time.monotonic() < deadline:
        if stack.inbox_done():
            return "alive"
        time.sleep(0.05)
    return "starved" if daemon.alive() else "dead"


@scenario("memory ends amid tickets and changes, %d times: nothing is lost or doubled" % ROUNDS)
def ends(stack):
    if sanitized():
        raise Skip("memory cannot be limited under a sanitizer")
    daemon = stack.start()
    died = starved = 0
    for number in range(ROUNDS):
        left = stack.random.randrange(MOST_KIB if number else MOST_KIB // 16)
        limit(daemon, left)
        stack.add_many(tickets(TICKETS, "r%d" % number))
        for n in range(10):
            ticket = "x-%d-%d" % (number, n)
            try:
                body = {"id": ticket, "team": "sales", "kind": "order"}
                if daemon.post("/v1/tickets", body).code == 200:
                    stack.produced[ticket] = body
            except (OSError, http.client.HTTPException):
                pass
        end = how_it_ends(stack, daemon)
        if daemon.alive():
            daemon.kill()
            starved += end == "starved"
        else:
            died += 1
            code = daemon.process.returncode
            assert code != -signal.SIGSEGV, "it went on without the memory it had asked for"
            end = "dead by %d" % code
        note("%d KiB left: %s: %s" % (left, end, daemon.last_words(1).strip()))
        daemon.start()
    stack.settle()
    assert died + starved > 0, "memory never ended"
    check_all(stack, stack.sql1("SELECT count(*) FROM ticket"))
    assert stack.sql("SELECT * FROM dead_letter LIMIT 1") == []


run()
