#!/usr/bin/python3
"""bridge_sync: a whole connection: what is dealt becomes the owner, what others do there is seen, and
sweeps find what no webhook told."""
import functools
import json
import signal
import threading
import time

from harness import DEAD, SALES, run, scenario, wait_until
from bridge_kit import Bridge, account_of, desk, owner_of, ticket
from helpdesk_stub import Helpdesk
from proofs import verify_ok


class Shop:
    """A stub's tickets, as the profile `generic` asks for them."""

    def __init__(self, stub):
        self.tickets, self.lock, self.set = {}, threading.Lock(), []
        self.stub = stub
        stub.answer("POST", "/evenhand/owner", self.take)
        self.answer_reads()

    def answer_reads(self):
        self.stub.answer("GET", "/evenhand/tickets/([^/?]+)", self.one)
        self.stub.answer("GET", r"/evenhand/tickets\?page=(\d+)", self.page)

    def add(self, number, **more):
        with self.lock:
            self.tickets[number] = ticket(number, **dict({"account": None}, **more))
            return dict(self.tickets[number])

    def change(self, number, **more):
        with self.lock:
            self.tickets[number].update(more)
            return dict(self.tickets[number])

    def take(self, ask):
        with self.lock:
            self.set.append((ask.json["ticket"], ask.json["owner"]))
            self.tickets[ask.json["ticket"]]["account"] = ask.json["owner"]
        return 200, {"done": True}

    def one(self, ask):
        with self.lock:
            found = self.tickets.get(ask.match[1])
            return (200, dict(found)) if found else (404, {})

    def page(self, ask):
        with self.lock:
            all_open = sorted(n for n, t in self.tickets.items() if t["open"])
            at = 10 * int(ask.match[1])
            return 200, {"tickets": [dict(self.tickets[n]) for n in all_open[at:at + 10]],
                         "more": at + 10 < len(all_open)}


def point(title, **settings):
    """A scenario that gets the Stack, the shop and a bridge that runs."""
    def remember(work):
        @scenario(title)
        @functools.wraps(work)
        def made(stack):
            stack.start(desk())
            with Helpdesk() as stub:
                bridge = Bridge(stack, stub.url, **settings)
                shop = Shop(stub)
                try:
                    bridge.start()
                    work(stack, shop, bridge)
                    assert bridge.stop() == 0, bridge.last_words()
                finally:
                    bridge.kill()
        return made
    return remember


def agree(stack, shop):
    """Each open ticket has one owner, the same in both."""
    def check():
        return all(t["account"] and t["account"] == owner_of(stack, number)
                   for number, t in shop.tickets.items() if t["open"])
    wait_until("both say the same of each ticket", check)


def sweep(bridge):
    before = bridge.status()["tickets"]["sweeps"]
    assert bridge.run("sweep", "help")[0] == 0
    bridge.wait("has swept", lambda: bridge.status()["tickets"]["sweeps"] > before)


@point("what is dealt becomes the owner in the helpdesk, each once", sweep="off")
def owners(stack, shop, bridge):
    hook = bridge.webhook()
    for number in range(30):
        assert hook.send(shop.add("t-%d" % number))[0] == 204
    stack.settle()
    agree(stack, shop)
    assert len(shop.set) == 30, shop.set


@point("a sweep finds what no webhook told: new, closed and gone", sweep="off")
def unheard(stack, shop, bridge):
    bridge.wait("has swept", lambda: bridge.status()["tickets"]["sweeps"] > 0)
    for number in range(25):
        shop.add("s-%d" % number)
    sweep(bridge)
    stack.settle()
    agree(stack, shop)
    shop.change("s-1", open=False, outcome="closed")
    with shop.lock:
        del shop.tickets["s-2"]
    sweep(bridge)
    stack.settle()
    ask = lambda number: stack.daemon.get("/v1/tickets/help/" + number).json
    assert ask("s-1")["outcome"] == "resolved", ask("s-1")
    assert ask("s-2")["outcome"] == "cancelled", ask("s-2")
    told = bridge.status()["tickets"]["messages"]
    sweep(bridge)
    assert bridge.status()["tickets"]["messages"] == told, bridge.status()
    shop.change("s-1", open=True)
    sweep(bridge)
    stack.settle()
    assert ask("s-1")["state"] == "assigned", ask("s-1")


@point("what waits for the customer is paused, and the first answer is told, each once", sweep="off")
def paused(stack, shop, bridge):
    hook = bridge.webhook()
    here = lambda number: stack.daemon.get("/v1/tickets/help/" + number).json
    assert hook.send(shop.add("p", paused=False))[0] == 204
    stack.settle()
    agree(stack, shop)
    rep = here("p")["rep"]
    for _ in range(2):  # told twice, it is one pause
        assert hook.send(shop.change("p", paused=True))[0] == 204
        wait_until("it is paused", lambda: here("p")["paused_at"])
    told = bridge.status()["tickets"]["messages"]
    sweep(bridge)
    assert bridge.status()["tickets"]["messages"] == told, bridge.status()
    answered = int(time.time()) - 5
    assert hook.send(shop.change("p", paused=False, answered=answered))[0] == 204
    wait_until("it goes on, and was answered",
               lambda: not here("p")["paused_at"] and here("p").get("answered"))
    assert here("p")["rep"] == rep, here("p")
    shop.add("q", paused=True, answered=None)  # it waited for the customer before a rep had it
    sweep(bridge)
    stack.settle()
    agree(stack, shop)
    sweep(bridge)
    wait_until("it is paused, too", lambda: here("q")["paused_at"])
    bridge.kill()  # what is known goes with it, and is learned again
    bridge.start()
    bridge.wait("has swept", lambda: bridge.status()["tickets"]["sweeps"] > 0)
    sweep(bridge)
    stack.settle()
    assert here("q")["paused_at"] and not here("p")["paused_at"], (here("q"), here("p"))
    assert stack.redis.xlen(DEAD) == 0, stack.redis.xrange(DEAD)


@point("guard: who takes a ticket has it taken back", owner="guard", sweep="off")
def guard(stack, shop, bridge):
    hook = bridge.webhook()
    assert hook.send(shop.add("g"))[0] == 204
    stack.settle()
    agree(stack, shop)
    mine = owner_of(stack, "g")
    thief = next(account_of(rep) for rep in SALES if account_of(rep) != mine)
    assert hook.send(shop.change("g", account=thief, by=thief))[0] == 204
    agree(stack, shop)
    assert owner_of(stack, "g") == mine and bridge.status()["tickets"]["set_back"] <= 1


@point("report: who takes a ticket has it, and evenhand knows", owner="report", sweep="off")
def report(stack, shop, bridge):
    hook = bridge.webhook()
    assert hook.send(shop.add("r"))[0] == 204
    stack.settle()
    agree(stack, shop)
    thief = next(account_of(rep) for rep in SALES if account_of(rep) != owner_of(stack, "r"))
    assert hook.send(shop.change("r", account=thief, by=thief))[0] == 204
    stack.settle()
    agree(stack, shop)
    assert owner_of(stack, "r") == thief, owner_of(stack, "r")
    history = stack.daemon.get("/v1/tickets/help/r").json["history"]
    assert history[-1]["why"] == "claimed", history
    bridge.settle()
    assert len(shop.set) == 1, "what the helpdesk has said itself is set again: %s" % shop.set


BOSS, LEADER = "boss@shop.example", "lead@shop.example"


def shows(stack, number):
    return [(n["type"], n.get("rep"), n.get("why"))
            for n in stack.daemon.get("/v1/tickets/help/" + number).json["history"]]


@point("report: a new ticket that a rep has made for themselves is one claim, and no deal; a manager's is theirs",
       owner="report", sweep="off", managers={BOSS: "maja", LEADER: "leif"})
def made_for_oneself(stack, shop, bridge):
    hook = bridge.webhook()
    rep, other = SALES[0], SALES[1]
    for name, whose, by in (("mine", account_of(rep), account_of(rep)), ("led", account_of(other), LEADER),
                            ("out", "zoe@shop.example", "zoe@shop.example")):
        assert hook.send(shop.add(name, account=whose, by=by))[0] == 204
    wait_until("all are known", lambda: stack.sql1("SELECT count(*) FROM ticket") == 3)
    stack.settle()
    assert shows(stack, "mine") == [("assigned", rep, "claimed")], shows(stack, "mine")
    assert shows(stack, "led") == [("assigned", other, "manager")], shows(stack, "led")
    assert shows(stack, "out") == [("held", None, "owner")], shows(stack, "out")
    assert hook.send(shop.change("mine", account=account_of(other), by=BOSS))[0] == 204
    wait_until("the manager gave it", lambda: owner_of(stack, "mine") == account_of(other))
    assert shows(stack, "mine")[1:] == [("assigned", other, "manager")], shows(stack, "mine")
    report = stack.daemon.get("/v1/teams/sales/fairness").json
    line = next(line for line in report["reps"] if line["rep"] == rep)
    assert (line["claims"], line["claims_value"], line["gifts"]) == (1, 12995, 0), line
    assert sorted((m["manager"], m["overrides"]) for m in report["managers"]) == [("leif", 1), ("maja", 1)], \
        report["managers"]
    changes = stack.sql("SELECT ticket, what, by FROM owner_change ORDER BY seq")
    assert changes == [("mine", "claimed", rep), ("led", "manager", "leif"), ("out", "held", "?"),
                       ("mine", "manager", "maja")], changes
    rest = b"".join(bytes(row[0]) for row in stack.sql("SELECT rest FROM input WHERE rest IS NOT NULL"))
    assert b"zoe@" not in rest and BOSS.encode() not in rest and b"maja" in rest
    bridge.settle()
    assert not shop.set, "what the helpdesk has said itself is set again: %s" % shop.set
    verify_ok(stack)


def change_twice(stack, shop, hook, name, changes):
    """The helpdesk says two owners of a ticket, and evenhandd hears of both only then. Whether the second
    came while the first was still news: for 5 s the bridge waits for what evenhand makes of it."""
    began = time.monotonic()
    stack.daemon.signal(signal.SIGSTOP)
    try:
        for account, by in changes:
            assert hook.send(shop.change(name, account=account, by=by))[0] == 204
    finally:
        stack.daemon.signal(signal.SIGCONT)
    return time.monotonic() - began < 4


@point("report: what a manager changes while evenhand decides on a rep's claim stands, and nothing is set",
       owner="report", sweep="off", managers={BOSS: "maja"})
def changed_meanwhile(stack, shop, bridge):
    hook, rep, other, third = bridge.webhook(), *map(account_of, SALES[:3])
    for name in ("c-%d" % n for n in range(100)):
        assert hook.send(shop.add(name, account=third, by=third))[0] == 204
        stack.settle()
        bridge.settle()
        at = len(shop.set)
        if change_twice(stack, shop, hook, name, [(rep, rep), (other, BOSS)]):
            break
    wait_until("the manager's is known", lambda: owner_of(stack, name) == other)
    agree(stack, shop)
    bridge.settle()
    assert len(shop.set) == at, shop.set[at:]
    assert [why for _, _, why in shows(stack, name)] == ["claimed", "claimed", "manager"], shows(stack, name)


@point("guard: who takes a ticket while evenhand decides on a manager's word has it taken back", owner="guard",
       sweep="off", managers={BOSS: "maja"})
def taken_meanwhile(stack, shop, bridge):
    hook, mine, thief = bridge.webhook(), *map(account_of, SALES[:2])
    for name in ("t-%d" % n for n in range(100)):
        assert hook.send(shop.add(name, account=account_of(SALES[2]), by=BOSS))[0] == 204
        stack.settle()
        bridge.settle()
        if change_twice(stack, shop, hook, name, [(mine, BOSS), (thief, thief)]):
            break
    agree(stack, shop)
    assert owner_of(stack, name) == mine, owner_of(stack, name)
    assert (name, mine) in shop.set, shop.set


@point("report: whoever has a ticket when it is reopened has it, and nothing is set; whoever drops it, nobody",
       owner="report", sweep="off")
def reopened(stack, shop, bridge):
    hook, rep = bridge.webhook(), account_of(SALES[0])
    assert hook.send(shop.add("o", account=rep, by=rep))[0] == 204
    stack.settle()
    assert hook.send(shop.change("o", open=False, outcome="closed"))[0] == 204
    stack.settle()
    bridge.settle()
    assert hook.send(shop.change("o", open=True))[0] == 204
    stack.settle()
    bridge.settle()
    assert [what for what, _, _ in shows(stack, "o")] == ["assigned", "closed", "returned"], shows(stack, "o")
    assert owner_of(stack, "o") == rep and not shop.set, shop.set
    for other in SALES:
        stack.add({"type": "signal", "rep": other, "status": "away"})
    stack.settle()
    assert hook.send(shop.change("o", account=None, by=rep))[0] == 204
    stack.settle()
    bridge.settle()
    assert shows(stack, "o")[-1][0] == "waiting" and not shop.set, (shows(stack, "o"), shop.set)


@point("report: evenhand's owner that is set once a manager has set another holds, and both say so",
       owner="report", sweep="off", managers={BOSS: "maja"})
def crossed(stack, shop, bridge):
    came, release = threading.Event(), threading.Event()

    def held_back(ask):
        came.set()
        release.wait(60)
        return shop.take(ask)

    shop.stub.answer("POST", "/evenhand/owner", held_back)
    assert bridge.webhook().send(shop.add("x"))[0] == 204
    assert came.wait(60)
    ours = owner_of(stack, "x")
    theirs = next(account_of(rep) for rep in SALES if account_of(rep) != ours)
    assert bridge.webhook().send(shop.change("x", account=theirs, by=BOSS))[0] == 204
    release.set()
    bridge.settle()
    agree(stack, shop)
    assert owner_of(stack, "x") == ours and shop.set == [("x", ours)], shop.set


@point("guard: a new ticket that a rep has made for themselves is dealt all the same", owner="guard",
       sweep="off")
def made_under_guard(stack, shop, bridge):
    hook = bridge.webhook()
    for number in range(12):
        name = "g-%d" % number
        shop.add(name)
        assert hook.send(shop.change(name, account=account_of(SALES[0]), by=account_of(SALES[0])))[0] == 204
    stack.settle()
    agree(stack, shop)
    whose = {stack.daemon.get("/v1/tickets/help/g-%d" % n).json["rep"] for n in range(12)}
    assert len(whose) > 1, whose
    report = stack.daemon.get("/v1/teams/sales/fairness").json
    assert not any(line["claims"] for line in report["reps"]), report["reps"]


def steal_meanwhile(shop, hook, thief):
    """A rep takes the ticket when our request is done, and before it is answered."""
    release = threading.Event()
    came = threading.Event()

    def slow(ask):
        answer = shop.take(ask)
        came.set()
        release.wait(60)
        return answer

    shop.stub.answer("POST", "/evenhand/owner", slow)
    assert hook.send(shop.add("r"))[0] == 204
    assert came.wait(60)
    shop.stub.answer("POST", "/evenhand/owner", shop.take)
    with shop.lock:
        mine = shop.tickets["r"]["account"]
    who = thief(mine)
    assert hook.send(shop.change("r", account=who, by=who))[0] == 204
    with shop.lock:
        del shop.tickets["r"]["by"]  # as a helpdesk that does not say it of a ticket that is read
    release.set()
    return who


@point("report: who takes a ticket while its owner is being set has it, with no sweep", owner="report",
       sweep="off")
def report_meanwhile(stack, shop, bridge):
    bridge.wait("has swept", lambda: bridge.status()["tickets"]["sweeps"] > 0)
    who = steal_meanwhile(shop, bridge.webhook(), lambda mine: next(
        account_of(rep) for rep in SALES if account_of(rep) != mine))
    wait_until("evenhand knows", lambda: owner_of(stack, "r") == who)
    history = stack.daemon.get("/v1/tickets/help/r").json["history"]
    assert history[-1]["why"] == "claimed", history
    agree(stack, shop)
    assert bridge.status()["tickets"]["sweeps"] == 1, bridge.status()


LOOKS_MOST = 256  # EH_SYNC_LOOKS_MAX


@point("report: what a sweep has read before an owner was set, and hears of behind that, is no news", owner="report",
       sweep="off")
def read_before(stack, shop, bridge):
    bridge.wait("has swept", lambda: bridge.status()["tickets"]["sweeps"] > 0)
    hook, mine = bridge.webhook(), account_of(SALES[0])
    assert hook.send(shop.add("given", account=mine, by=mine))[0] == 204
    stack.settle()
    bridge.settle()

    def move():
        answer = stack.daemon.post("/v1/tickets/help/given/assign", {"rep": SALES[1], "reason": "a test"})
        assert answer.code == 200, answer

    for number, work in (("new", lambda: hook.send(shop.add("new"))), ("given", move)):
        read = threading.Event()

        def slow_set(ask):
            read.wait(60)
            return shop.take(ask)

        def slow_page(ask):
            answer = shop.page(ask)
            read.set()
            while bridge.status()["owners"]["waiting"] > 0:
                time.sleep(0.05)
            return answer

        shop.stub.answer("POST", "/evenhand/owner", slow_set)
        work()
        bridge.wait("sets it", lambda: bridge.status()["owners"]["waiting"] == 1)
        shop.stub.answer("GET", r"/evenhand/tickets\?page=(0)", slow_page)
        ours = owner_of(stack, number)
        sweep(bridge)
        stack.settle()
        bridge.settle()
        agree(stack, shop)
        assert read.is_set() and owner_of(stack, number) == ours, shows(stack, number)
    assert bridge.status()["tickets"]["reported"] == 1, bridge.status()


@point("report: as many as may wait to be read again, and one more, which a sweep finds", owner="report",
       sweep="off")
def many_meanwhile(stack, shop, bridge):
    bridge.wait("has swept", lambda: bridge.status()["tickets"]["sweeps"] == 1)
    release, hook = threading.Event(), bridge.webhook()

    def slow(ask):
        release.wait(60)
        return shop.take(ask)

    shop.stub.answer("POST", "/evenhand/owner", slow)
    names = ["m-%d" % n for n in range(LOOKS_MOST + 1)]
    for name in names:
        assert hook.send(shop.add(name))[0] == 204
    bridge.wait("sets them all", lambda: bridge.status()["owners"]["waiting"] == len(names))
    for name in names:
        assert not bridge.status()["sweeping"], name
        thief = next(account_of(rep) for rep in SALES if account_of(rep) != owner_of(stack, name))
        assert hook.send(shop.change(name, account=thief, by=thief))[0] == 204
    bridge.wait("sweeps", lambda: bridge.status()["sweeping"])
    release.set()
    bridge.wait("has set all", lambda: bridge.status()["owners"]["waiting"] == 0, 120)
    agree(stack, shop)


@point("report: who takes a ticket whose owner could not be set has it", owner="report", sweep="off")
def report_parked(stack, shop, bridge):
    shop.stub.answer("POST", "/evenhand/owner", (200, {"done": False}))
    hook = bridge.webhook()
    assert hook.send(shop.add("p"))[0] == 204
    bridge.wait("has parked it", lambda: bridge.status()["owners"]["parked"] == 1)
    thief = next(account_of(rep) for rep in SALES if account_of(rep) != owner_of(stack, "p"))
    assert hook.send(shop.change("p", account=thief, by=thief))[0] == 204
    wait_until("evenhand knows", lambda: owner_of(stack, "p") == thief)
    bridge.settle()
    assert bridge.status()["owners"]["parked"] == 0, bridge.status()
    assert len(shop.stub.asked("POST")) == 1, shop.stub.asked("POST")  # it would be refused once more


@point("one ticket whose owner the helpdesk fails to set is parked, though nothing else is sent; an outage"
       " parks nothing", sweep="off", park_after="2s")
def poison(stack, shop, bridge):
    shop.stub.answer("POST", "/evenhand/owner", 500)
    hook = bridge.webhook()
    assert hook.send(shop.add("p"))[0] == 204
    bridge.wait("has parked it", lambda: bridge.status()["owners"]["parked"] == 1, 60)
    shop.stub.answer("GET", ".*", 500)  # now it says so to everything
    assert hook.send(shop.add("e"))[0] == 204
    bridge.wait("has read it for long", lambda: len(shop.stub.asked("GET", "/evenhand/tickets/e")) >= 6, 60)
    assert bridge.status()["owners"]["parked"] == 1, bridge.status()
    shop.answer_reads()
    shop.stub.answer("POST", "/evenhand/owner", 503)
    assert hook.send(shop.add("o"))[0] == 204
    asked = lambda: len([a for a in shop.stub.asked("POST") if a.json["ticket"] == "o"])
    bridge.wait("has tried it for long", lambda: asked() >= 6, 60)  # 0.2 s, 0.4 s, … 3.2 s: over 2 s
    assert bridge.status()["owners"]["parked"] == 1, bridge.status()
    shop.stub.stop()
    bridge.wait("cannot reach it", lambda: "trouble" in bridge.status()["owners"], 60)
    assert hook.send(shop.add("n"))[0] == 204
    shop.stub.answer("POST", "/evenhand/owner", shop.take)
    shop.stub.start()
    bridge.wait("has set the others", lambda: bridge.status()["owners"]["done"] == 3, 120)
    assert sorted(number for number, _ in shop.set) == ["e", "n", "o"], shop.set
    assert bridge.status()["owners"]["parked"] == 1, bridge.status()


@point("what the helpdesk changes of a ticket is an update or a move; of a closed one nothing", owner="off",
       sweep="off")
def content(stack, shop, bridge):
    bridge.wait("has swept", lambda: bridge.status()["tickets"]["sweeps"] > 0)
    hook, at = bridge.webhook(), 1700000000
    new = dict(value=100, priority=3, customer="Kari", subject="a pump", changed_at=at)
    for number in ("c", "late", "closed"):
        assert hook.send(shop.add(number, **new))[0] == 204
    stack.settle()
    agree(stack, shop)
    ask = lambda number: stack.daemon.get("/v1/tickets/help/" + number).json


    def stands(number):
        keys = ("value", "priority", "team", "kind", "customer")
        row = stack.sql("SELECT value, priority, team, kind, customer FROM ticket WHERE id = %s", number)
        subject = stack.sql("SELECT p.subject FROM personal p JOIN input i USING (desk, input)"
                            " WHERE i.id = %s AND p.subject IS NOT NULL ORDER BY input DESC", number)
        return dict(zip(keys, row[0]), subject=subject[0][0]) if row else None
    now = {"value": 100, "priority": 3, "customer": "Kari", "subject": "a pump", "team": "sales",
           "kind": "order"}
    changes = [("value", 250, 250), ("priority", 7, 7), ("customer", "Ola", "Ola"),
               ("subject", "two pumps", "two pumps"), ("group", "Support", "support"),
               ("kind", "query", "query")]
    for step, (key, theirs, ours) in enumerate(changes, 1):
        assert hook.send(shop.change("c", changed_at=at + step, **{key: theirs}))[0] == 204
        now["team" if key == "group" else key] = ours
        wait_until("%s is %s" % (key, ours), lambda: stands("c") == now)
    stack.settle()
    history = [(n["type"], n.get("why")) for n in ask("c")["history"]]
    assert ("moved", "moved") in history, history
    # the newest holds, whichever comes first
    newest = shop.change("late", value=900, changed_at=at + 9)
    assert hook.send(newest)[0] == 204
    assert hook.send(dict(newest, value=500, changed_at=at + 5))[0] == 204
    stack.settle()
    assert ask("late")["value"] == 900, ask("late")
    # whatever is said of a closed one, by webhooks and sweeps, is nothing, and no dead letter
    assert hook.send(shop.change("closed", open=False, outcome="closed", changed_at=at + 1))[0] == 204
    stack.settle()
    was, messages = stands("closed"), bridge.status()["tickets"]["messages"]
    assert hook.send(shop.change("closed", value=7, subject="no pump", changed_at=at + 2))[0] == 204
    sweep(bridge)
    sweep(bridge)
    stack.settle()
    assert stands("closed") == was and bridge.status()["tickets"]["messages"] == messages, (
        was, stands("closed"))
    assert stack.redis.xlen(DEAD) == 0, stack.redis.xrange(DEAD)


@point("what the helpdesk refuses is parked, shown, tried again and dropped", sweep="off")
def parked(stack, shop, bridge):
    shop.stub.answer("POST", "/evenhand/owner", (200, {"done": False}))
    hook = bridge.webhook()
    assert hook.send(shop.add("p"))[0] == 204 and hook.send(shop.add("q"))[0] == 204
    bridge.wait("has parked both", lambda: bridge.status()["owners"]["parked"] == 2)
    code, text = bridge.run("parked", "help")
    assert code == 0 and "  p  for " in text and "  q  for " in text, text
    shop.stub.answer("POST", "/evenhand/owner", shop.take)
    assert bridge.run("parked", "help", "retry", "p")[0] == 0
    assert bridge.run("parked", "help", "drop", "q")[0] == 0
    bridge.wait("has nothing parked", lambda: bridge.status()["owners"]["parked"] == 0)
    assert [number for number, _ in shop.set] == ["p"], shop.set
    code, text = bridge.run("parked", "help", "drop", "q")
    assert code == 1 and "not parked" in text, (code, text)
    assert bridge.run("parked", "help", "keep", "q")[0] == 2


@point("check reads a page of tickets, changes nothing, and says what is wrong", sweep="off")
def check(stack, shop, bridge):
    code, text = bridge.run("check", "help")
    assert code == 0 and "lets us read tickets" in text and "bodies written by hand" in text, (code, text)
    assert {ask.method for ask in shop.stub.asked()} == {"GET"}, shop.stub.asked()
    # a team that the desk does not have, and a rep who is nobody at the helpdesk
    bridge.write(groups={"Sales": "sales", "Returns": "nobodys"})
    code, text = bridge.run("check", "help")
    assert code == 1 and "✗ groups: Returns: nobodys is no team of the desk" in text, (code, text)
    bridge.write(groups={"Sales": "sales"}, source="elsewhere")
    code, text = bridge.run("check", "help")
    assert code == 0 and "  %s has no account at elsewhere" % SALES[0] in text, (code, text)
    bridge.write(source="help", admin_socket=stack.dir + "/none.sock")
    code, text = bridge.run("check", "help")
    assert code == 0 and "the teams were not compared: " in text, (code, text)
    bridge.write(admin_socket=stack.dir + "/d.sock")
    shop.stub.answer("GET", r"/evenhand/tickets.*", 403)
    code, text = bridge.run("check", "help")
    assert code == 1 and "it answers 403" in text, (code, text)


@point("kill -9 of the bridge and of evenhandd: nothing is lost, and no owner set twice for a deal",
       sweep="1s")
def kills(stack, shop, bridge):
    for number in range(60):
        shop.add("k-%d" % number)
        if number % 20 == 10:
            bridge.kill()
            bridge.start()
        if number % 20 == 15:
            stack.daemon.kill()
            stack.daemon.start()
    agree(stack, shop)
    with open(bridge.log, encoding="utf-8") as f:
        assert "refuses a message" not in f.read()
    owners_of_each = {number: [who for what, who in shop.set if what == number]
                      for number in shop.tickets}
    assert all(len(set(whos)) == 1 for whos in owners_of_each.values()), json.dumps(owners_of_each)


run()
