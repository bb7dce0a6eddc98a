#!/usr/bin/python3
"""bridge_out: what evenhand decides becomes the owner in the helpdesk: once, whatever the helpdesk
answers, and whatever is killed.
"""
import json
import os
import signal
import ssl
import statistics
import threading
import time

import redis

from bridge_kit import Bridge, account_of, certificate, create, desk, have_owners, once, owner_of, owners, ticket
from clocks import library
from harness import (LONG, OUTBOX, SEED, SUPPORT, note, patience, program_holds, run, scenario,
                     wait_until)
from helpdesk_stub import Helpdesk
from owner_stub import OwnerStub

KILLS = int(os.environ.get("EVENHAND_KILLS", 300 if LONG else 40))
PARKED = 100000
MEMORY_MOST_MB = 32
PUT = "/evenhand/owner"
LATENCIES = 300


def deals(stack, source="help"):
    """{ticket: accounts that the outbox gave it to, in order}; and who has it, as the last entry says."""
    found = {}
    for _, fields in stack.redis.xrange(OUTBOX):
        entry = json.loads(fields["j"])
        if entry.get("source") == source and entry["type"] in ("assigned", "returned"):
            found.setdefault(entry["id"], []).append(entry["account"])
    return found


def wanted(stack):
    return {t: owners[-1] for t, owners in deals(stack).items()}


def check(stack, stub, tickets):
    """One owner in both, none lost, and at most one change a deal."""
    dealt, changes = deals(stack), stub.history()
    assert len(dealt) == tickets, "%d of %d tickets were dealt" % (len(dealt), tickets)
    lost = [t for t in dealt if changes[t][-1] != dealt[t][-1]]
    assert not lost, "%d owners differ: %s" % (len(lost), [(t, changes[t], dealt[t]) for t in lost[:5]])
    doubled = [t for t in dealt if len(changes[t]) - 1 > len(dealt[t])]
    assert not doubled, "changed hands more often than it was dealt: %s" % [
        (t, changes[t], dealt[t]) for t in doubled[:5]]


def with_bridge(title, **settings):
    """A scenario that gets the Stack, a stub in a process of its own, and a bridge that runs."""
    def remember(work):
        def made(stack):
            stack.start(desk())
            stub = OwnerStub(stack.dir, SEED % 1000000).start()
            bridge = Bridge(stack, stub.url, **dict({"owner": "guard", "sweep": "2s"}, **settings))
            try:
                work(stack, stub, bridge)
                assert bridge.stop() == 0, bridge.last_words()
            finally:
                bridge.kill()
                stub.kill()
        made.__name__ = work.__name__
        return scenario(title)(made)
    return remember


def figure(bridge, key):
    return bridge.status().get("owners", {}).get(key)


@with_bridge("each ticket that is there gets its owner with one request", owner="off", sweep="1h")
def plain(stack, stub, bridge):
    bridge.start()
    create(stub, bridge, ["t-%d" % number for number in range(60)])
    wait_until("all have an owner", lambda: have_owners(stub, 60))
    check(stack, stub, 60)
    bridge.wait("is done", lambda: figure(bridge, "done") == 60)
    assert figure(bridge, "requests") <= 60 + 2, bridge.status()  # and the sweep's page
    bridge.wait("has read all", lambda: figure(bridge, "cursor") == stack.sql1("SELECT seq FROM head"))
    path = os.path.join(bridge.state, "cursor")
    wait_until("the cursor is written", lambda: os.path.exists(path))
    with open(path, encoding="ascii") as f:
        assert int(f.read().split()[0]) <= figure(bridge, "cursor")


@with_bridge("what is refused is parked, tried again when asked for, and dropped", owner="off", sweep="1h")
def parked(stack, stub, bridge):
    stub.moods({"refuses": 1})
    bridge.start()
    create(stub, bridge, ["t-0", "t-1", "t-2"])
    bridge.wait("has parked them", lambda: figure(bridge, "parked") == 3)
    bridge.kill()
    bridge.start()
    bridge.wait("has them still", lambda: figure(bridge, "parked") == 3)
    stub.moods({"takes": 1})
    assert "done" in bridge.ask("POST", "/parked/retry?id=t-1")
    assert "done" in bridge.ask("POST", "/parked/drop?id=t-2")
    bridge.wait("has one", lambda: figure(bridge, "parked") == 1)
    assert "error" in bridge.ask("POST", "/parked/retry?id=t-2")
    assert owners(stub)["t-1"] == wanted(stack)["t-1"] and owners(stub)["t-2"] is None, owners(stub)
    bridge.kill()
    bridge.start()
    bridge.wait("has one still", lambda: figure(bridge, "parked") == 1)


@scenario("a rep without an account at the helpdesk: parked, with what to do; the rest goes on")
def accountless(stack):
    whole = desk()
    for rep in whole["reps"]:
        if rep["id"] in SUPPORT:
            del rep["accounts"]
    stack.start(whole)
    with Helpdesk() as stub:
        stub.answer("POST", PUT, (200, {"done": True}))
        stub.answer("GET", "/evenhand/tickets[?].*", (200, {"tickets": []}))
        bridge = Bridge(stack, stub.url, owner="guard", sweep="1h").start()
        try:
            hook = bridge.webhook()
            assert hook.send(ticket("t-0", group="Support"))[0] == 204
            assert hook.send(ticket("t-1"))[0] == 204
            bridge.wait("parks one, sets one", lambda: (figure(bridge, "parked"), figure(bridge, "done")) == (1, 1))
            with open(os.path.join(bridge.state, "parked"), encoding="utf-8") as f:
                kept = json.loads(f.read())
            assert kept["id"] == "t-0" and "has no account at help" in kept["why"], kept
            assert [ask.json["ticket"] for ask in stub.asked("POST", PUT)] == ["t-1"]
            assert "t-0  for %s: " % kept["rep"] in bridge.run("parked", "help")[1], kept
            code, text = bridge.run("parked", "help", "retry", "t-0")
            assert code == 1 and "has no account at help" in text, (code, text)
            assert figure(bridge, "parked") == 1 and len(stub.asked("POST", PUT)) == 1
            stack.write_desk(desk())
            stack.daemon.signal(signal.SIGHUP)
            wait_until("evenhand knows the account", lambda: owner_of(stack, "t-0"))
            stub.answer("GET", "/evenhand/tickets/t-0", (200, ticket("t-0", group="Support", account=None)))
            wait_until("it is tried again", lambda: bridge.run("parked", "help", "retry", "t-0")[0] == 0)
            bridge.wait("sets it", lambda: (figure(bridge, "parked"), figure(bridge, "done")) == (0, 2))
            assert stub.asked("POST", PUT)[-1].json["owner"] == owner_of(stack, "t-0"), stub.asked("POST", PUT)
            # it is theirs, and is not taken from them
            assert hook.send(ticket("t-0", group="Support", account=owner_of(stack, "t-0")))[0] == 204
            bridge.wait("has nothing to set", lambda: figure(bridge, "waiting") == 0)
            assert bridge.status()["tickets"]["set_back"] == 0, bridge.status()
            assert len(stub.asked("POST", PUT)) == 2, stub.asked("POST", PUT)
            assert bridge.stop() == 0
        finally:
            bridge.kill()


ANSWERS = {"takes": 12, "takes-late": 2, "lies": 1, "409": 1, "412": 1, "429": 1, "500": 1, "503": 1,
           "reset": 1, "half": 1}


@with_bridge("whatever the helpdesk answers, each ticket has one owner in the end", owner="off", sweep="1h")
def answers(stack, stub, bridge):
    stub.moods(ANSWERS)
    bridge.start()
    create(stub, bridge, ["t-%d" % number for number in range(80)])
    wait_until("all have an owner", lambda: have_owners(stub, 80), 120)
    stub.moods({"takes": 1})
    bridge.wait("is done", lambda: figure(bridge, "waiting") == 0, 60)
    assert figure(bridge, "parked") == 0
    check(stack, stub, 80)


@with_bridge("kill -9 of bridge, evenhandd, Redis and helpdesk at random", owner="off", sweep="2s")
def kills(stack, stub, bridge):
    stub.moods(ANSWERS)
    bridge.start(ready=False)
    ways = {"bridge": (6, bridge.kill, lambda: bridge.start(ready=False)),
            "evenhandd": (2, stack.daemon.kill, lambda: stack.daemon.start(ready=False)),
            "Redis": (2, stack.redis_server.kill, stack.redis_server.start),
            "helpdesk": (2, stub.kill, stub.start)}
    count = dict.fromkeys(ways, 0)
    tickets = taken = 0
    for _ in range(KILLS):
        time.sleep(stack.random.uniform(0, 0.6))  # each of them may be there again, or not
        for _ in range(stack.random.randrange(1, 6)):
            stub.add("t-%d" % tickets)
            taken += once(bridge.webhook(), "t-%d" % tickets)  # otherwise a sweep finds it
            tickets += 1
        time.sleep(stack.random.uniform(0, 0.3))
        what = stack.random.choices(list(ways), [weight for weight, _, _ in ways.values()])[0]
        count[what] += 1
        _, kill, start = ways[what]
        kill()
        start()
    stack.daemon.wait_role("leader")
    stub.moods({"takes": 1})
    wait_until("all have an owner", lambda: have_owners(stub, tickets), 180, 0.2)
    stack.settle()
    wait_until("both agree", lambda: owners(stub) == wanted(stack), 120, 0.2)
    check(stack, stub, tickets)
    note("%d kills (%s), %d tickets, %d of them taken by webhook: 0 lost, 0 doubled" % (
        sum(count.values()), ", ".join("%s %d" % pair for pair in count.items()), tickets, taken))


@with_bridge("FLUSHALL is survived, and what was trimmed is found by a sweep", owner="guard", sweep="1h")
def flushed(stack, stub, bridge):
    bridge.start()
    create(stub, bridge, ["t-%d" % number for number in range(20)])
    wait_until("all have an owner", lambda: have_owners(stub, 20))
    stack.redis.flushall()
    create(stub, bridge, ["t-20"])
    wait_until("the new one has, too", lambda: owners(stub)["t-20"], 90)
    assert all(len(changes) == 2 for changes in stub.history().values()), stub.history()


class Hanging:
    """A helpdesk that takes each owner, and is silent once about some of them."""

    def __init__(self, stub, silent):
        self.owners, self.silent = {}, dict(silent)
        stub.answer("POST", PUT, self.put)
        stub.answer("GET", "/evenhand/tickets/([^/?]+)", self.get)
        stub.answer("GET", "/evenhand/tickets[?].*", (200, {"tickets": []}))

    def put(self, ask):
        name = ask.json["ticket"]
        self.owners[name] = ask.json["owner"]
        return self.silent.pop(name, (200, {"done": True}))

    def get(self, ask):
        return 200, ticket(ask.match[1], account=self.owners.get(ask.match[1]))


@scenario("a helpdesk that is silent, or answers a byte a second or a minute, is given up; the rest goes on")
def hang(stack):
    stack.start(desk())
    with Helpdesk() as stub:
        helpdesk = Hanging(stub, {"t-0": "silence", "t-1": "drip", "t-2": "trickle"})
        bridge = Bridge(stack, stub.url, owner="off", sweep="1h").start()
        try:
            hook = bridge.webhook()
            for number in range(20):
                assert hook.send(ticket("t-%d" % number))[0] == 204
            bridge.wait("has set all", lambda: figure(bridge, "done") == 20, 120)
            asked = [ask.json["ticket"] for ask in stub.asked("POST", PUT)]
            assert sorted(asked) == sorted("t-%d" % n for n in range(20)), asked  # none a second time
            read = [ask.path.rpartition("/")[2] for ask in stub.asked("GET", "/evenhand/tickets/.*")]
            assert sorted(read) == ["t-0", "t-1", "t-2"], read
            assert helpdesk.owners == wanted(stack)
            assert bridge.stop() == 0
        finally:
            bridge.kill()


@scenario("a helpdesk whose certificate has expired is sent nothing, and is served once it has a new one")
def expired(stack):
    then = ["env", "LD_PRELOAD=" + library(), "FAKETIME=2020-01-01 12:00:00"]
    stack.start(desk())
    old = certificate(stack.dir, "old", then)
    new = certificate(stack.dir, "new")
    trusted = os.path.join(stack.dir, "both.crt")
    with open(trusted, "w", encoding="ascii") as both:
        for crt, _ in (old, new):
            with open(crt, encoding="ascii") as one:
                both.write(one.read())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*old)
    with Helpdesk(context=context) as stub:
        Hanging(stub, {})
        bridge = Bridge(stack, stub.url, owner="off", sweep="1h", ca_file=trusted).start()
        try:
            assert bridge.webhook().send(ticket("t-0"))[0] == 204
            bridge.wait("says it", lambda: "certificate has expired" in (figure(bridge, "trouble") or ""))
            code, said = bridge.run("check", "help")
            assert code == 1 and "certificate has expired" in said, (code, said)
            assert not stub.asked(), stub.asked()
            context.load_cert_chain(*new)
            bridge.wait("goes on", lambda: figure(bridge, "done") == 1, 90)
            assert figure(bridge, "parked") == 0
            assert bridge.stop() == 0
        finally:
            bridge.kill()


@scenario("a helpdesk that redirects to elsewhere is not followed, and said in one line")
def elsewhere(stack):
    stack.start(desk())
    with Helpdesk() as stub, Helpdesk() as other:
        stub.answer("POST", PUT, (302, {}, {"Location": other.url + PUT}))
        stub.answer("GET", "/evenhand/tickets[?].*", (200, {"tickets": []}))
        bridge = Bridge(stack, stub.url, owner="off", sweep="1h").start()
        try:
            assert bridge.webhook().send(ticket("t-0"))[0] == 204
            bridge.wait("says it", lambda: "redirects to " + other.url in (figure(bridge, "trouble") or ""))
            assert not other.asked(), other.asked()
            stub.answer("POST", PUT, (200, {"done": True}))
            bridge.wait("goes on", lambda: figure(bridge, "done") == 1, 60)
            assert bridge.stop() == 0
        finally:
            bridge.kill()


class Published(threading.Thread):
    """When each ticket's entry was on the outbox."""

    def __init__(self, stack):
        super().__init__(daemon=True)
        self.redis, self.at = stack.redis, {}

    def run(self):
        last = "0"
        try:
            while True:
                for _, entries in self.redis.xread({OUTBOX: last}, block=1000) or []:
                    now = time.monotonic()
                    for last, fields in entries:
                        entry = json.loads(fields["j"])
                        if entry["type"] == "assigned":
                            self.at[entry["id"]] = now
        except redis.RedisError:
            pass  # the end


def tell_times(what, seconds):
    seconds.sort()
    note("%s: median %.1f ms, 99 of 100 within %.1f ms" % (
        what, 1000 * statistics.median(seconds), 1000 * seconds[len(seconds) * 99 // 100]))


@scenario("from webhook to the request that sets the owner")
def latency(stack):
    stack.start(desk())
    published = Published(stack)
    published.start()
    with Helpdesk() as stub:
        put, came = {}, threading.Event()  # nothing here polls: a busy thread would hold the others

        def answer(ask):
            put[ask.json["ticket"]] = ask.at
            came.set()
            return 200, {"done": True}

        stub.answer("POST", PUT, answer)
        stub.answer("GET", "/evenhand/tickets.*", (200, {"tickets": []}))
        bridge = Bridge(stack, stub.url, owner="off", sweep="1h").start()
        try:
            hook, whole, taken = bridge.webhook(), [], []
            for number in range(LATENCIES):
                came.clear()
                began = time.monotonic()
                assert hook.send(ticket("t-%d" % number))[0] == 204
                taken.append(time.monotonic() - began)
                assert came.wait(patience(30))
                whole.append(put["t-%d" % number] - began)
                time.sleep(0.02)
            wait_until("all were seen on the outbox", lambda: len(published.at) == LATENCIES)
            sent = [put[name] - published.at[name] for name in put]
            tell_times("webhook to PUT", whole)
            tell_times("webhook to 204", taken)
            tell_times("outbox to PUT", sent)
            assert bridge.stop() == 0
        finally:
            bridge.kill()


def memory_mb(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        for line in f:
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


@with_bridge("%d parked take little memory" % PARKED, owner="off", sweep="1h")
def many_parked(stack, stub, bridge):
    os.makedirs(bridge.state, mode=0o700, exist_ok=True)
    with open(os.path.join(bridge.state, "parked"), "w", encoding="utf-8") as f:
        for number in range(PARKED):
            f.write(json.dumps({"id": "p-%d" % number, "account": account_of("ana"), "seq": 1,
                                "at": 1700000000, "why": "the helpdesk answered 403"}) + "\n")
    bridge.start()
    create(stub, bridge, ["t-1"])
    bridge.wait("has read them", lambda: figure(bridge, "parked") == PARKED, 60)
    wait_until("it goes on", lambda: owners(stub)["t-1"])
    mb = memory_mb(bridge.process.pid)
    note("%.1f MiB with %d parked" % (mb, PARKED))
    assert mb < MEMORY_MOST_MB or program_holds(b"__asan_init"), mb  # a sanitizer's own memory is in it


if __name__ == "__main__":
    run()
