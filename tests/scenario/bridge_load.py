#!/usr/bin/python3
"""bridge_load: what the bridge takes under load: memory with many tickets, and more webhooks at once
than it has places for.
"""
import json
import os
import resource
import socket
import subprocess
import time

from bridge_kit import SECRET, Bridge, account_of, desk, ticket
from harness import BUILD, INBOX, OUTBOX, note, program_holds, run, scenario
from helpdesk_stub import Helpdesk

OPEN = 100000
PAGE = 500
CROWD = 10000
MEMORY_MOST_MB = 32


def memory_mb(pid, what="VmRSS"):
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        for line in f:
            if line.startswith(what + ":"):
                return int(line.split()[1]) / 1024
    raise AssertionError("no " + what)


class Full:
    """A helpdesk that has many tickets open, each with its owner."""

    def __init__(self, stub, names, owners):
        self.names, self.owners = names, owners
        stub.answer("GET", r"/evenhand/tickets\?page=(\d+)", self.page)
        stub.answer("GET", "/evenhand/tickets/([^/?]+)", (500, {}))  # nothing is to be read by itself

    def page(self, ask):
        at = PAGE * int(ask.match[1])
        part = self.names[at:at + PAGE]
        return 200, {"tickets": [ticket(name, subject="About " + name, customer="c-" + name,
                                        account=self.owners[name], changed_at=1700000000)
                                 for name in part], "more": at + PAGE < len(self.names)}


def begin_behind(bridge, seq):
    """As if it had set all owners that were dealt so far."""
    os.makedirs(bridge.state, mode=0o700)
    with open(os.path.join(bridge.state, "cursor"), "w", encoding="ascii") as f:
        f.write("%d %d\n" % (seq, seq))


def many_open(stack, names):
    """The bridge's memory once it knows them all from both sides."""
    stack.start(desk())
    stack.add_many([{"type": "ticket", "id": name, "source": "help", "team": "sales", "kind": "order",
                     "value": 12995} for name in names])
    stack.settle(300)
    reps = dict(stack.sql("SELECT id, rep FROM ticket"))
    with Helpdesk() as stub:
        Full(stub, names, {name: account_of(rep) for name, rep in reps.items()})
        bridge = Bridge(stack, stub.url, owner="guard", sweep="1h")
        begin_behind(bridge, stack.sql1("SELECT seq FROM head"))
        try:
            began = time.monotonic()
            bridge.start()
            bridge.wait("has compared all", lambda: bridge.status()["tickets"]["sweeps"] == 1, 300)
            seconds = time.monotonic() - began
            status = bridge.status()
            assert status["tickets"]["known"] == len(names), status
            assert status["tickets"]["messages"] == 0 and status["tickets"]["read"] == 0, status
            mb, most = memory_mb(bridge.process.pid), memory_mb(bridge.process.pid, "VmHWM")
            note("%.1f MiB with %d open, ids of %d bytes; at most %.1f MiB; known and compared in %.1f s" % (
                mb, len(names), len(names[0]), most, seconds))
            assert most < MEMORY_MOST_MB or program_holds(b"__asan_init"), most
            assert bridge.stop() == 0, bridge.last_words()
        finally:
            bridge.kill()


@scenario("%d open tickets take little memory" % OPEN)
def open_tickets(stack):
    many_open(stack, ["t-%06d" % number for number in range(OPEN)])


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def bench(name, *words):
    return subprocess.Popen([os.path.join(BUILD, "tools/bench.d/bench-" + name), *map(str, words)],
                            stdout=subprocess.PIPE, text=True, env=dict(os.environ, HOOK_SECRET=SECRET))


def said(process):
    out = process.communicate()[0]
    assert process.returncode == 0, process.args
    return json.loads(out)


@scenario("%d webhooks at once: what is said to be taken is, and a sweep finds the others" % CROWD)
def crowd(stack):
    most = min(CROWD, resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 200)
    names = ["c-%08d" % number for number in range(most)]
    stack.start(desk(), outbox="msgpack")
    with Helpdesk() as stub:
        full = Full(stub, [], {})
        stub.answer("POST", "/evenhand/owner", (200, {"done": True}))
        bridge = Bridge(stack, stub.url, owner="off", sweep="1h", rate="50/s",
                        listen="127.0.0.1:%d" % free_port())
        try:
            bridge.start()
            bridge.wait("has swept", lambda: bridge.status()["tickets"]["sweeps"] == 1)
            others = bench("load", stack.redis_server.socket, INBOX, OUTBOX, "support", "o-", "rate", 50, 5)
            sent = said(bench("hook", bridge.listen, "c-", "crowd", most))
            dealt = said(others)
            note("%d webhooks at once: %s" % (most, sent))
            note("tickets dealt meanwhile: %s" % dealt)
            taken = bridge.status()["webhooks"]["taken"]
            assert sent["other"] == 0 and sent["taken"] > 0, sent
            stack.settle()
            here = stack.sql1("SELECT count(*) FROM ticket WHERE source = 'help'")
            assert sent["taken"] <= taken <= here <= most, (sent, taken, here)
            full.names, full.owners = names, dict.fromkeys(names)
            assert bridge.run("sweep", "help")[0] == 0
            bridge.wait("has swept", lambda: bridge.status()["tickets"]["sweeps"] == 2, 120)
            stack.settle()
            assert stack.sql1("SELECT count(*) FROM ticket WHERE source = 'help'") == most
            mb = memory_mb(bridge.process.pid, "VmHWM")
            note("%.1f MiB at most" % mb)
            assert mb < MEMORY_MOST_MB or program_holds(b"__asan_init"), mb
            assert bridge.webhook().send(ticket("last"))[0] == 204
            assert bridge.stop() == 0, bridge.last_words()
        finally:
            bridge.kill()


if __name__ == "__main__":
    run()
