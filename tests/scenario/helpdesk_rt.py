#!/usr/bin/python3
"""helpdesk_rt: a real RT 5 and evenhand-bridge: what is created there is dealt, whoever takes a ticket is
noticed, and nothing is lost when one of them is away. Skipped where RT is not installed.

All points share one RT: its set-up takes longer than most of them. The last one changes its rights.
"""
import atexit
import functools
import json
import os
import signal
import statistics
import subprocess
import tempfile
import threading
import time

from harness import (CHECKOUT, DEAD, TEMPORARY, Promise, Skip, default_team, note, patience, run,
                     scenario, wait_until)
from bridge_kit import PROGRAM, Bridge
from rt_kit import REPS, SERVER, Rt, free_port, seconds_until

HOOK_PORT = free_port()
OUTAGE_S = 20
TICKETS = int(os.environ.get("EVENHAND_RT_TICKETS", "200"))
GUARD_S = 5  # promised: so soon a stolen ticket is back


@functools.lru_cache(maxsize=None)
def helpdesk():
    if not os.path.exists(SERVER):
        raise Skip("RT is not installed here; tools/test --helpdesks installs it")
    rt = Rt(tempfile.mkdtemp(prefix="eh-rt-", dir=TEMPORARY), HOOK_PORT)
    atexit.register(rt.remove)
    os.chmod(rt.folder, 0o755)
    began = time.monotonic()
    rt.start()
    note("RT was set up in %.0f s" % (time.monotonic() - began))
    return rt


def desk():
    return {"desk": "main", "currency": "EUR", "time_zone": "Europe/Oslo",
            "kinds": {"order": {"points": 2}, "quote": {"points": 2}, "query": {"points": 1}},
            "reps": [{"id": rep, "accounts": {"rt": rep}} for rep in REPS],
            "teams": [default_team("sales", REPS, policy="balanced")]}


def point(title, **settings):
    """A scenario that gets the Stack, RT and a bridge that runs."""
    def remember(work):
        @scenario(title)
        @functools.wraps(work)
        def made(stack):
            rt = helpdesk()
            for number in rt.open_tickets():  # what a point left open is none of the next one's
                rt.put("root", number, Status="deleted")
            stack.start(desk())
            bridge = Bridge(stack, rt.url, name="rt", **dict({
                "profile": "rt", "listen": "127.0.0.1:%d" % HOOK_PORT, "account": "evenhand",
                "groups": {"Sales": "sales"}, "kinds": {"field": "Kind", "default": "query"},
                "value": {"field": "Deal value"}, "managers": ["mia"], "sweep": "5s", "owner": "guard",
                "outcomes": {"rejected": "cancelled", "deleted": "cancelled", "merged": "cancelled"},
                "rate": "100/s"}, **settings))
            bridge.secret("token", "evenhand-evenhand")
            bridge.secret("hook", rt.secret)
            try:
                bridge.start()
                work(stack, rt, bridge)
                assert bridge.stop() == 0, bridge.last_words()
            finally:
                bridge.kill()
        return made
    return remember


def here(stack, number):
    """The ticket as evenhand has it, or {}."""
    answer = stack.daemon.get("/v1/tickets/rt/%s" % number)
    return answer.json if answer.code == 200 else {}


def agree(stack, rt, numbers, seconds=60):
    """Each of them has one owner, the same in both."""
    def same():
        theirs = rt.owners()
        return all(theirs[n] in REPS and here(stack, n).get("rep") == theirs[n] for n in numbers)
    wait_until("%d tickets have the same owner in both" % len(numbers), same, seconds, pause=0.25)


def one_change_each(rt, numbers):
    for number in numbers:
        changes = rt.owner_changes(number)
        assert len(changes) == 1 and changes[0][0] == "evenhand", (number, changes)


@point("tickets are dealt, each with one owner, set once")
def dealt(stack, rt, bridge):
    took = []
    for _ in range(5):
        number = rt.create()
        took.append(seconds_until(lambda: rt.owner(number)))
    note("from the end of RT's own request to its owner: median %.0f ms, most %.0f ms" % (
        1000 * statistics.median(took), 1000 * max(took)))
    numbers = rt.burst(TICKETS)
    agree(stack, rt, numbers, 120)
    one_change_each(rt, numbers)
    assert stack.redis.xlen(DEAD) == 0, stack.redis.xrange(DEAD)
    got = here(stack, numbers[0])
    assert got["team"] == "sales" and got["kind"] == "order" and got["value"] == 150, got


@point("resolve closes it, a reply reopens it for whoever had it, a merge cancels it")
def lives(stack, rt, bridge):
    number = rt.create()
    agree(stack, rt, [number])
    rep = rt.owner(number)
    rt.put(rep, number, Status="resolved")
    wait_until("it is closed", lambda: here(stack, number).get("outcome") == "resolved")
    rt.reply("customer", number)
    wait_until("it is open again", lambda: here(stack, number).get("state") == "assigned")
    assert here(stack, number)["rep"] == rep == rt.owner(number), here(stack, number)
    other = rt.create(subject="The same")
    agree(stack, rt, [other])
    rt.put("root", other, MergeInto=int(number))
    wait_until("it is cancelled", lambda: here(stack, other).get("outcome") == "cancelled")
    assert stack.redis.xlen(DEAD) == 0, stack.redis.xrange(DEAD)


@point("stalled is paused, open goes on, and the first reply to the customer is the answer")
def paused(stack, rt, bridge):
    number = rt.create()
    agree(stack, rt, [number])
    rep = rt.owner(number)
    assert not here(stack, number).get("answered"), here(stack, number)
    rt.reply("customer", number)  # is none
    rt.reply(rep, number, "Which colour?")
    rt.put(rep, number, Status="stalled")
    wait_until("it is paused and was answered",
               lambda: here(stack, number)["paused_at"] and here(stack, number).get("answered"))
    rt.put(rep, number, Status="open")
    wait_until("it goes on", lambda: not here(stack, number)["paused_at"])
    assert here(stack, number)["rep"] == rep == rt.owner(number), here(stack, number)
    quiet = rt.create()  # RT announces a reply alone by nothing: the sweep tells it
    agree(stack, rt, [quiet])
    rt.put("root", quiet, Status="open")
    rt.reply(rt.owner(quiet), quiet, "Which colour?")
    wait_until("the sweep told the answer", lambda: here(stack, quiet).get("answered"))
    assert stack.redis.xlen(DEAD) == 0, stack.redis.xrange(DEAD)


def rating(stack, number):
    """As the ledger has it; None: there is none."""
    return stack.sql1("SELECT csat FROM evenhand.ticket WHERE source = 'rt' AND id = %s", number)


@point("a customer's rating comes with the closing, or behind it; a reply reopens, and the next closing has its own",
       options={"csat_field": "Satisfaction"})
def rated(stack, rt, bridge):
    rates = lambda number, stars: rt.put("customer", number, CustomFields={"Satisfaction": stars})

    def resolve(number):
        said = rt.put(rt.owner(number), number, Status="resolved")
        assert any("to 'resolved'" in word for word in said), said

    first, second = rt.create(), rt.create(subject="Thirty roses")
    agree(stack, rt, [first, second])
    said = rates(first, "4")
    assert said == ["Satisfaction 4 added"], said
    resolve(first)
    wait_until("the rating came with its closing", lambda: rating(stack, first) == 4)
    assert here(stack, first)["outcome"] == "resolved", here(stack, first)
    rep = rt.owner(second)
    resolve(second)
    wait_until("it is closed", lambda: here(stack, second).get("outcome") == "resolved")
    assert rating(stack, second) is None, here(stack, second)
    rates(second, "2")
    wait_until("the rating came behind its closing", lambda: rating(stack, second) == 2)
    assert here(stack, second)["outcome"] == "resolved" and rt.owner(second) == rep, here(stack, second)
    rt.reply("customer", second, "It is still broken.")
    wait_until("it is open again", lambda: here(stack, second).get("state") == "assigned")
    assert here(stack, second)["rep"] == rep == rt.owner(second), here(stack, second)
    rates(second, "5")
    resolve(second)
    wait_until("the next closing has its own rating", lambda: rating(stack, second) == 5)
    bridge.kill()  # what is rated while nobody listens is the sweep's
    rates(first, "1")
    bridge.start()
    wait_until("a sweep brings the closing", lambda: bridge.status()["tickets"]["sweeps"] > 0)
    assert rating(stack, first) == 4 and stack.redis.xlen(DEAD) == 0, (here(stack, first), stack.redis.xrange(DEAD))


def steal(rt, number):
    """Somebody else takes it; who had it, and who has it."""
    rep = rt.owner(number)
    thief = REPS[(REPS.index(rep) + 1) % len(REPS)]
    said = rt.put(thief, number, "steal")
    assert said == ["Owner changed from %s to %s" % (rep, thief)], said
    return rep, thief


@point("whoever steals a ticket is reported: claimed, in the fairness report", owner="report")
def reported(stack, rt, bridge):
    number = rt.create(value="1000")
    agree(stack, rt, [number])
    rep, thief = steal(rt, number)
    wait_until("evenhand knows whose it is", lambda: here(stack, number).get("rep") == thief)
    time.sleep(1)
    assert rt.owner(number) == thief, rt.owner(number)  # and nobody sets it back
    report = json.loads(stack.cli("--json", "fairness", "sales")[1])
    theirs = [r for r in report["reps"] if r["rep"] == thief][0]
    assert theirs["claims"] == 1 and theirs["claims_value"] == 100000, theirs


@point("whoever steals a ticket has it back with its owner within five seconds")
def guarded(stack, rt, bridge):
    number = rt.create(value="1000")
    agree(stack, rt, [number])
    rep, thief = steal(rt, number)
    with Promise() as promise:
        took = seconds_until(lambda: rt.owner(number) == rep)
    note("back after %.0f ms" % (1000 * took))
    promise.check("a stolen ticket is back", GUARD_S, took)
    assert here(stack, number)["rep"] == rep, here(stack, number)
    # a manager's hand is an assignment
    said = rt.put("mia", number, Owner=thief)
    assert said == ["Ticket %s: Owner changed from %s to %s" % (number, rep, thief)], said
    wait_until("the manager's word holds", lambda: here(stack, number).get("rep") == thief)
    time.sleep(1)
    assert rt.owner(number) == thief


@point("RT is away for 20 s, and hangs for 20 s: nothing is lost, nothing is done twice")
def away(stack, rt, bridge):
    numbers = rt.burst(20)
    rt.kill()
    time.sleep(OUTAGE_S)
    rt.serve()
    agree(stack, rt, numbers)
    more = rt.burst(20)
    rt.signal_all(signal.SIGSTOP)
    time.sleep(OUTAGE_S)
    rt.signal_all(signal.SIGCONT)
    agree(stack, rt, more)
    # the bridge is away: RT goes on, and the sweep finds what was missed
    bridge.kill()
    missed = rt.burst(10)
    bridge.start()
    agree(stack, rt, missed)
    for number in numbers + more + missed:
        changes = rt.owner_changes(number)
        assert len({name for _, name in changes}) == 1, (number, changes)
    assert stack.redis.xlen(DEAD) == 0, stack.redis.xrange(DEAD)


@point("kill -9 of the bridge and of evenhandd while a burst comes")
def killed(stack, rt, bridge):
    made = []
    burst = threading.Thread(target=lambda: made.extend(rt.burst(40)))
    burst.start()
    for turn in range(4):
        time.sleep(1)
        if turn % 2:
            stack.daemon.kill()
            stack.daemon.start()
        else:
            bridge.kill()
            bridge.start(ready=False)
    burst.join()
    agree(stack, rt, made, 90)
    for number in made:
        changes = rt.owner_changes(number)
        assert len({name for _, name in changes}) == 1, (number, changes)
    assert stack.redis.xlen(DEAD) == 0, stack.redis.xrange(DEAD)


@scenario("add signs in, and reads RT's queues and who may own tickets of them")
def add(stack):
    rt = helpdesk()
    plain = dict(desk(), reps=[{"id": rep} for rep in REPS])
    stack.start(plain)
    folder = os.path.join(stack.dir, "bridge.d")
    os.makedirs(folder)

    def call(password, *answers):
        done = subprocess.run([PROGRAM, "--folder", folder, "--profiles", os.path.join(CHECKOUT, "config/bridge"),
                               "--socket", stack.dir + "/d.sock", "add", "rt", rt.url], text=True,
                              input="\n".join(["evenhand", password, "http://127.0.0.1:%d/" % HOOK_PORT,
                                               *answers]) + "\n",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=patience(120))
        return done.returncode, done.stdout, done.stderr
    code, _, wrong = call("wrong")
    assert code != 0 and wrong.count("\n") == 1 and not os.listdir(folder), (code, wrong)
    note(wrong.strip())
    code, told, wrong = call("evenhand-evenhand", "yes")
    assert code == 0 and not wrong, (told, wrong)
    assert "group Sales: team sales" in told, told
    for rep in REPS:
        assert '  - {id: %s, accounts: {rt: "%s"}}\n' % (rep, rep) in told, told
    assert sorted(os.listdir(folder)) == ["rt.hook", "rt.token", "rt.yaml"]


@point("check names who may take; with the rights as advised RT itself refuses")
def rights(stack, rt, bridge):
    code, told = bridge.run("check", "rt")
    assert code != 0 and "TakeTicket" in told and "StealTicket" in told, (code, told)
    assert "ana" in told and "mia" not in told, told
    rt.load("rt-advised.initialdata")
    number = rt.create()
    agree(stack, rt, [number])
    rep = rt.owner(number)
    thief = REPS[(REPS.index(rep) + 1) % len(REPS)]
    assert rt.put(thief, number, "steal") == ["Permission Denied"]
    assert rt.put(thief, number, "take") == ["Permission Denied"] or rt.owner(number) == rep
    assert rt.put(thief, number, Owner=thief) == ["Ticket %s: Permission Denied" % number]
    assert rt.owner(number) == rep
    code, told = bridge.run("check", "rt")
    assert code == 0 and "no rep has TakeTicket" in told, (code, told)
    # their own tickets are theirs to close
    assert rt.put(rep, number, Status="resolved") == [
        "Ticket %s: Status changed from 'new' to 'resolved'" % number]
    wait_until("it is closed", lambda: here(stack, number).get("outcome") == "resolved")


run()
