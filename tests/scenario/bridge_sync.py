#!/usr/bin/python3
"""bridge_sync: a whole connection: what is dealt becomes the owner, what others do there is seen, and
sweeps find what no webhook told."""
import functools
import json
import threading

from harness import SALES, run, scenario, wait_until
from bridge_kit import Bridge, account_of, desk, owner_of, ticket
from helpdesk_stub import Helpdesk


class Shop:
    """A stub's tickets, as the profile `generic` asks for them."""

    def __init__(self, stub):
        self.tickets, self.lock, self.set = {}, threading.Lock(), []
        stub.answer("POST", "/evenhand/owner", self.take)
        stub.answer("GET", "/evenhand/tickets/([^/?]+)", self.one)
        stub.answer("GET", r"/evenhand/tickets\?page=(\d+)", self.page)

    def add(self, number, **more):
        with self.lock:
            self.tickets[number] = ticket(number, account=None, **more)
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
                shop.stub = stub
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
    # what is said while our own request is under way is heard by the next sweep
    bridge.wait("nothing is being set", lambda: bridge.status()["owners"]["waiting"] == 0)
    thief = next(account_of(rep) for rep in SALES if account_of(rep) != owner_of(stack, "r"))
    assert hook.send(shop.change("r", account=thief, by=thief))[0] == 204
    stack.settle()
    agree(stack, shop)
    assert owner_of(stack, "r") == thief, owner_of(stack, "r")
    history = stack.daemon.get("/v1/tickets/help/r").json["history"]
    assert history[-1]["why"] == "claimed", history


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
