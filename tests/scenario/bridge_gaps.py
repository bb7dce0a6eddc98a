#!/usr/bin/python3
"""bridge_gaps: entries of the outbox that are gone before the bridge has read them: it says so, compares
all tickets, and each has the owner that evenhand gave it.
"""
import signal

from bridge_kit import Bridge, account_of, create, desk, have_owners, owner_of, owners, ticket
from harness import OUTBOX, SALES, SEED, run, scenario, wait_until
from helpdesk_stub import Helpdesk
from owner_stub import OwnerStub

TICKETS = ["t-%d" % number for number in range(20)]
MOVED = TICKETS[:10]
NEW = ["n-%d" % number for number in range(5)]


def moved(stack, number):
    """A manager gives it to another rep."""
    before = owner_of(stack, number)
    rep = next(rep for rep in SALES if account_of(rep) != before)
    answer = stack.daemon.post("/v1/tickets/help/%s/assign" % number, {"rep": rep, "reason": "a test"})
    assert answer.code == 200, answer
    return account_of(rep)


def agree(stack, stub, bridge, wanted):
    """What evenhand has is in the helpdesk, with one change each, and stays."""
    bridge.wait("both say the same", lambda: all(
        owners(stub)[number] == owner_of(stack, number) for number in wanted), 120)
    bridge.wait("is done", lambda: bridge.status()["owners"]["waiting"] == 0)
    sweeps = bridge.status()["tickets"]["sweeps"]
    assert bridge.run("sweep", "help")[0] == 0
    bridge.wait("has swept", lambda: bridge.status()["tickets"]["sweeps"] > sweeps)
    stack.settle()
    for number, account in wanted.items():
        assert owner_of(stack, number) == account, (number, account, owner_of(stack, number))
    assert {number: stub.history()[number][-1] for number in wanted} == wanted
    assert all(len(stub.history()[number]) == 3 for number in MOVED), stub.history()
    assert all(len(stub.history()[number]) == 2 for number in NEW + TICKETS[10:]), stub.history()


def gap(title, mode, work):
    def made(stack):
        stack.start(desk())
        stub = OwnerStub(stack.dir, SEED % 1000000).start()
        bridge = Bridge(stack, stub.url, owner=mode, sweep="1h")
        try:
            bridge.start()
            create(stub, bridge, TICKETS)
            wait_until("all have an owner", lambda: have_owners(stub, len(TICKETS)))
            bridge.wait("is done", lambda: bridge.status()["owners"]["waiting"] == 0)
            work(stack, stub, bridge)
            assert bridge.stop() == 0, bridge.last_words()
        finally:
            bridge.kill()
            stub.kill()
    made.__name__ = work.__name__ + "_" + mode
    scenario("%s (owner: %s)" % (title, mode))(made)


def away(stack, stub, bridge):
    assert bridge.stop() == 0
    wanted = {number: owner_of(stack, number) for number in TICKETS}
    wanted.update({number: moved(stack, number) for number in MOVED})
    for number in NEW:
        stub.add(number)
        stack.add_ticket(number, source="help", kind="order", value=100)
    stack.settle()
    wanted.update({number: owner_of(stack, number) for number in NEW})
    stack.redis.xtrim(OUTBOX, maxlen=1, approximate=False)
    bridge.start()
    agree(stack, stub, bridge, wanted)
    with open(bridge.log, encoding="utf-8") as f:
        assert "were trimmed before they were read" in f.read(), bridge.last_words()


def flushed(stack, stub, bridge):
    wanted = {number: owner_of(stack, number) for number in TICKETS}
    bridge.process.send_signal(signal.SIGSTOP)
    wanted.update({number: moved(stack, number) for number in MOVED})
    for number in NEW:
        stub.add(number)
        stack.add_ticket(number, source="help", kind="order", value=100)
    stack.settle()
    wanted.update({number: owner_of(stack, number) for number in NEW})
    stack.redis.flushall()
    bridge.process.send_signal(signal.SIGCONT)
    create(stub, bridge, ["last"])  # the entry behind the gap
    wait_until("it has an owner", lambda: owners(stub)["last"], 90)
    agree(stack, stub, bridge, wanted)


for owner_mode in ("guard", "report", "off"):
    gap("while the bridge is away the outbox is trimmed past its cursor", owner_mode, away)
    gap("FLUSHALL while the bridge sleeps", owner_mode, flushed)


@scenario("what FLUSHALL took from the inbox is told again by a sweep that is asked for")
def untold(stack):
    stack.start(desk())
    closed = set()

    def stands(number):
        return ticket(number, **({"open": False, "outcome": "closed"} if number in closed else {}))
    with Helpdesk() as stub:
        stub.answer("POST", "/evenhand/owner", (200, {"done": True}))
        stub.answer("GET", r"/evenhand/tickets\?page=.*", (200, {"tickets": []}))
        stub.answer("GET", "/evenhand/tickets/([^/?]+)", lambda ask: (200, stands(ask.match[1])))
        bridge = Bridge(stack, stub.url, owner="off", sweep="1h").start()
        try:
            hook = bridge.webhook()
            assert all(hook.send(stands(number))[0] == 204 for number in TICKETS)
            bridge.wait("has set all", lambda: bridge.status()["owners"]["done"] == len(TICKETS))
            stack.daemon.kill()
            closed.update(MOVED)
            # all is known of these, so they are taken, and are on the inbox
            assert all(hook.send(stands(number))[0] == 204 for number in MOVED)
            stack.redis.flushall()
            stack.daemon.start()
            stack.settle()
            assert all(stack.ticket(number, "help")["state"] == "assigned" for number in MOVED)
            assert bridge.run("sweep", "help")[0] == 0
            bridge.wait("has told them again", lambda: all(
                stack.ticket(number, "help")["outcome"] == "resolved" for number in MOVED), 60)
            assert all(stack.ticket(number, "help")["state"] == "assigned" for number in TICKETS[10:])
            assert bridge.stop() == 0, bridge.last_words()
        finally:
            bridge.kill()


if __name__ == "__main__":
    run()
