#!/usr/bin/python3
"""bounds_together: bounds reached at the same time, under the memory that the unit has; and reports
that need more than is left: they go, evenhandd stays."""
import json
import os
import shutil
import socket
import threading

from harness import (INBOX, LONG, SALES, Skip, default_desk, default_team, is_root, note, patience,
                     run, scenario, wait_until)
from throttle import Memory, unit_memory

OPEN = 200000 if LONG else 10000  # of the tickets; the first is what the unit is made for
HELD = 2000
PARKED = 10000
REPLAYED = 40000
LARGE = 1200   # entries of nearly 64 KiB
PATH = "/v1/teams/sales/fairness"


def start(stack, memory, **config):
    note(memory.means)
    stack.write_desk(default_desk(teams=[default_team("sales", SALES, capacity=1),
                                         default_team("support", ["eli"])]))
    stack.start_servers()
    daemon = stack.new_daemon("d", **config)
    code, output = stack.migrate()
    assert code == 0, output
    return daemon.start(wrap=memory.wrap)


def ticket(n):
    return {"type": "ticket", "id": "a-ticket-with-an-id-of-usual-length-%06d" % n, "team": "sales",
            "kind": "order", "value": n, "customer": "customer %d" % n}


def outcome(n):
    return {"type": "outcome", "id": ticket(n)["id"], "outcome": "lost"}


def others(n):
    """An outcome as long as it may be, of a ticket that never comes."""
    return {"type": "outcome", "source": "s" * 128, "id": "%0128d" % n, "outcome": "won",
            "value": n, "event": "%0128d" % n}


def send(stack, messages, size=1000):
    client = stack.redis
    for first in range(0, len(messages), size):
        pipe = client.pipeline(transaction=False)
        for message in messages[first:first + size]:
            pipe.xadd(INBOX, {"j": message if isinstance(message, str) else json.dumps(message)})
        pipe.execute()


def open_now(stack):
    status = stack.daemon.status()
    return status.get("waiting", 0) + status.get("open", 0)


def crowd(stack, bodies):
    """Connections that each bring as large a body as they may, and wait."""
    head = b"PUT /v1/desk?dry_run=1 HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
    all_of_them = []
    for _ in range(bodies):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(patience(20))
        s.connect(stack.daemon.socket)
        try:
            s.sendall(head % (1 << 20) + b"#" * ((1 << 20) - 1))
        except OSError:  # sent away
            pass
        all_of_them.append(s)
    return all_of_them


def still_there(stack):
    daemon = stack.daemon
    assert daemon.alive(), "evenhandd ended with %s: %s" % (daemon.process.returncode,
                                                            daemon.last_words())


@scenario("open tickets, held ones, parked outcomes, large entries, bodies and reports at once")
def at_once(stack):
    with Memory(unit_memory()) as memory:
        daemon = start(stack, memory, limits={"open_tickets": OPEN})
        send(stack, [ticket(n) for n in range(OPEN + HELD)])
        wait_until("the desk is full", lambda: open_now(stack) == OPEN, 120)
        send(stack, [others(n) for n in range(PARKED + 100)])
        dead = stack.sql1("SELECT count(*) FROM dead_letter")
        send(stack, ['{"type":"ticket","id":"%s"}' % ("x" * 65000)] * LARGE, size=50)
        clients = crowd(stack, 64)
        reports = [threading.Thread(target=daemon.get, args=(PATH,)) for _ in range(4)]
        for report in reports:
            report.start()
        wait_until("what is too large is refused",
                   lambda: stack.sql1("SELECT count(*) FROM dead_letter") >= dead + LARGE, 120)
        for report in reports:
            report.join()
        for client in clients:
            client.close()
        still_there(stack)
        wait_until("it deals", lambda: daemon.healthy())
        note("%s MiB at most, of %d; evenhandd %d MiB" % (
            (memory.most() or 0) >> 20, memory.size >> 20, daemon.memory_kib() >> 10))
        send(stack, [outcome(n) for n in range(OPEN + HELD)])
        wait_until("all is closed, and what waited came", lambda: open_now(stack) == 0, 240)
        wait_until("nothing waits", lambda: not any(
            row["name"] == "open_tickets" for row in daemon.status()["alarms"]))
        assert stack.sql1("SELECT count(*) FROM ticket WHERE state = 'closed'") == OPEN + HELD
        still_there(stack)
        daemon.stop()


@scenario("two reports that take what memory is left: they are killed, evenhandd deals on")
def reports(stack):
    if not is_root():
        raise Skip("only root may ask for others, and write a cgroup")
    probe = Memory(unit_memory())
    if not probe.group.folder:
        raise Skip("no memory cgroup can be written: nothing would be killed")
    with probe as memory:
        daemon = start(stack, memory, auditors=["daemon"])
        shutil.chown(stack.dir, "root", "daemon")
        os.chmod(daemon.socket, 0o666)
        send(stack, [ticket(n) for n in range(REPLAYED)])
        stack.settle()
        # evenhandd is larger than a report when memory ends: by size alone it would be chosen.
        memory.limit((daemon.memory_kib() << 10) + (8 << 20))
        answers = []
        askers = [threading.Thread(target=lambda: answers.append(daemon.get(PATH))),
                  threading.Thread(target=lambda: answers.append(
                      stack.ask_as("daemon", "GET", PATH)))]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        still_there(stack)
        refused = [a for a in answers if a.code != 200]  # the other may have had enough
        assert refused and all(a.code == 503 for a in refused), answers
        assert all("make it with `evenhand fairness sales --db CONNINFO`" in a.text
                   for a in refused), answers
        assert memory.kills() >= 1, memory.kills()
        assert daemon.led_once(), daemon.last_words()
        send(stack, [ticket(n) for n in range(REPLAYED, REPLAYED + 10)])
        stack.settle()


run()
