#!/usr/bin/python3
"""bridge_osticket: our plugin for osTicket, run by PHP with stand-ins for osTicket's classes (osticket/), and
a bridge with the profile osticket: what it tells is signed and maps, what it is told it does, and it refuses
what is not from the bridge, is old, or came before."""
import functools
import hashlib
import hmac
import http.client
import itertools
import json
import os
import shutil
import socket
import subprocess
import threading
import time

from harness import CHECKOUT, Skip, default_team, patience, run, scenario, wait_until
from bridge_kit import SECRET, Bridge

HERE = os.path.join(CHECKOUT, "tests", "scenario", "osticket")
PLUGIN = os.path.join(CHECKOUT, "config", "bridge", "osticket")
AT = "/support"  # where osTicket lies on its web server
KEY = "the secret of the bridge"
REPS = ["ana", "ben"]
ROLES = {"All Access": ["ticket.assign", "ticket.release", "ticket.transfer"], "Reps": []}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class OsTicket:
    """PHP's own server with the stand-ins."""

    def __init__(self, folder, hook_port):
        if not shutil.which("php"):
            raise Skip("php is not installed here; tools/test installs it")
        self.folder, self.port, self.process = folder, free_port(), None
        os.makedirs(folder)
        self.url = "http://127.0.0.1:%d%s" % (self.port, AT)
        self.write("config.json", {"address": "http://127.0.0.1:%d/" % hook_port, "hook": SECRET, "key": KEY})
        staff = {name: {"roles": {"1": "All Access"}, "active": True, "away": False}
                 for name in REPS + ["mia", "evenhand"]}
        self.write("store.json", {"tickets": {}, "config": {}, "claims": True, "roles": ROLES, "staff": staff})

    def write(self, name, value):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as f:
            json.dump(value, f)

    def store(self):
        """The file is changed in place: what is read half is read again."""
        def whole():
            try:
                with open(os.path.join(self.folder, "store.json"), encoding="utf-8") as f:
                    return json.load(f)
            except ValueError:
                return None
        return wait_until("the store is whole", whole)

    def start(self):
        log = open(os.path.join(self.folder, "php.log"), "ab")
        self.process = subprocess.Popen(
            ["php", "-d", "display_errors=0", "-S", "127.0.0.1:%d" % self.port, os.path.join(HERE, "router.php")],
            env=dict(os.environ, STANDIN=self.folder, PLUGIN=PLUGIN, PHP_CLI_SERVER_WORKERS="4"),
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        log.close()

        def answers():
            try:
                return self.ask("GET", "/stand-in/")[0] == 200
            except OSError:
                return False
        wait_until("PHP answers", answers)

    def stop(self):
        if self.process:
            os.killpg(self.process.pid, 15)  # its workers, too
            self.process.wait(patience(10))

    def ask(self, method, path, body=b"", headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience(30))
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            text = answer.read().decode()
            return answer.status, json.loads(text) if text.startswith("{") else text
        finally:
            connection.close()

    def do(self, what, **how):
        status, answer = self.ask("POST", "/stand-in/" + what, json.dumps(how).encode())
        assert status == 200, answer
        return answer["id"]

    def create(self, kind="order", value="129.95"):
        return self.do("create", fields={"kind": kind, "deal_value": value})

    def ticket(self, number):
        return self.store()["tickets"][str(number)]

    def owner(self, number):
        staff = self.ticket(number)["staff_id"]
        return list(self.store()["staff"])[staff - 1] if staff else None

    def faults(self):
        try:
            with open(os.path.join(self.folder, "faults"), encoding="utf-8") as f:
                return f.read()
        except OSError:
            return ""


def signed(path, body=b"", method="POST", secret=KEY, at=None):
    at = str(at if isinstance(at, str) else int(at or time.time()))
    over = b".".join([at.encode(), method.encode(), path.encode(), body])
    return {"X-Evenhand-Timestamp": at, "X-Evenhand-Signature": "sha256=" + hmac.new(
        secret.encode(), over, hashlib.sha256).hexdigest()}


def desk():
    return {"desk": "main", "currency": "EUR", "time_zone": "Europe/Oslo",
            "kinds": {"order": {"points": 2}, "query": {"points": 1}},
            "reps": [{"id": rep, "accounts": {"help": rep}} for rep in REPS],
            "teams": [default_team("sales", REPS, policy="balanced")]}


def point(title, **settings):
    """A scenario that gets the Stack, osTicket's stand-in and a bridge that runs."""
    def remember(work):
        @scenario(title)
        @functools.wraps(work)
        def made(stack):
            port = free_port()
            desk_php = OsTicket(os.path.join(stack.dir, "osticket"), port)
            stack.start(desk())
            bridge = Bridge(stack, desk_php.url, **dict({
                "profile": "osticket", "listen": "127.0.0.1:%d" % port, "account": "evenhand",
                "groups": {"Sales": "sales"}, "kinds": {"field": "kind", "default": "query"},
                "value": {"field": "deal_value"}, "managers": ["mia"], "sweep": "off", "owner": "guard"},
                **settings))
            bridge.secret("token", KEY)
            try:
                desk_php.start()
                bridge.start()
                work(stack, desk_php, bridge)
                assert bridge.stop() == 0, bridge.last_words()
                assert desk_php.faults() == "", desk_php.faults()
            finally:
                bridge.kill()
                desk_php.stop()
        return made
    return remember


def here(stack, number):
    answer = stack.daemon.get("/v1/tickets/help/%s" % number)
    return answer.json if answer.code == 200 else {}


def agree(stack, php, number):
    wait_until("ticket %s has the same owner in both" % number, lambda: php.owner(number) in REPS and
               here(stack, number).get("rep") == php.owner(number))
    return php.owner(number)


@point("what is created is told, dealt, and its owner is set once")
def dealt(stack, php, bridge):
    began = int(time.time())
    numbers = [php.create() for _ in range(8)]
    for number in numbers:
        agree(stack, php, number)
        assert len(php.ticket(number)["changes"]) == 1, php.ticket(number)
    told = here(stack, numbers[0])
    assert told["kind"] == "order" and told["value"] == 12995, told
    status, body = php.ask("GET", AT + "/api/http.php/evenhand/tickets/1",
                           headers=signed("/api/http.php/evenhand/tickets/1", method="GET"))
    assert status == 200 and began <= body["ticket"]["changed_at"] <= time.time() + 1, body  # not by its database's clock


@point("somebody else's hand is set back, a manager's holds; what is closed, reopened, linked and merged is told")
def lives(stack, php, bridge):
    number = php.create()
    rep = agree(stack, php, number)
    thief = REPS[1 - REPS.index(rep)]
    php.do("assign", ticket=number, to=thief, by=thief)
    wait_until("it is back", lambda: php.owner(number) == rep and len(php.ticket(number)["changes"]) == 3)
    assert here(stack, number)["rep"] == rep
    php.do("assign", ticket=number, to=thief, by="mia")
    wait_until("the manager's word holds", lambda: here(stack, number).get("rep") == thief)
    php.do("set", ticket=number, by=thief, fields={"state": "closed", "status": "Resolved"})
    wait_until("it is closed", lambda: here(stack, number).get("outcome") == "resolved")
    php.do("set", ticket=number, fields={"state": "open", "status": "Open"})
    wait_until("it is open again", lambda: here(stack, number).get("state") == "assigned")
    other = php.create()
    agree(stack, php, other)
    php.do("set", ticket=other, by="mia", fields={"ticket_pid": number, "merge_type": "visual"})
    php.do("set", ticket=other, by="mia", fields={"fields": {"kind": "query", "deal_value": "5"}})
    wait_until("a change behind the link is there", lambda: here(stack, other).get("value") == 500)
    assert here(stack, other)["state"] == "assigned", here(stack, other)  # linked is not merged
    php.do("set", ticket=other, by="mia", fields={"merge_type": "combine"})
    wait_until("it is cancelled", lambda: here(stack, other).get("outcome") == "cancelled")


@point("while the bridge is away pages go on, and a sweep finds what was missed", sweep="1s")
def away(stack, php, bridge):
    bridge.kill()
    numbers = [php.create() for _ in range(3)]
    bridge.start()
    for number in numbers:
        agree(stack, php, number)


OWNER = "/api/http.php/evenhand/owner"


def refused(php, path, body, headers, why, method="POST"):
    status, told = php.ask(method, AT + path, body, headers)
    assert status == 401 and why in told["message"], (status, told)


@point("an owner is taken from the bridge alone, with a time of now, and once")
def guarded(stack, php, bridge):
    number = php.create()
    rep = agree(stack, php, number)
    assert bridge.stop() == 0, bridge.last_words()  # nobody else changes it now
    before = php.ticket(number)["changes"]
    other = REPS[1 - REPS.index(rep)]
    body = json.dumps({"ticket": number, "owner": other}).encode()
    wrong = "the signature is wrong"
    refused(php, OWNER, body, {}, wrong)
    refused(php, OWNER, body, signed(OWNER, body, secret="another"), wrong)
    refused(php, OWNER, body, signed(OWNER, body, secret=""), wrong)
    refused(php, OWNER, body, signed(OWNER, body + b" "), wrong)
    refused(php, OWNER, body, signed(OWNER, body, method="GET"), wrong)
    refused(php, OWNER, body, signed("/api/http.php/evenhand/tickets", body), wrong)
    refused(php, "/api/http.php/evenhand/rights", b"", signed("/api/http.php/evenhand/tickets", method="GET"),
            wrong, "GET")
    refused(php, OWNER, body, signed(OWNER, body, at=time.time() - 320), "too old")
    refused(php, OWNER, body, signed(OWNER, body, at=time.time() + 320), "too old")
    refused(php, OWNER, body, signed(OWNER, body, at="now"), "too old")
    assert php.ticket(number)["changes"] == before, php.ticket(number)
    once = signed(OWNER, body)
    assert php.ask("POST", AT + OWNER, body, once) == (200, {"done": True})
    assert php.owner(number) == other
    refused(php, OWNER, body, once, "came before")
    again = signed(OWNER, body, at=int(once["X-Evenhand-Timestamp"]) - 1)
    answers = []
    many = [threading.Thread(target=lambda: answers.append(php.ask("POST", AT + OWNER, body, again)[0]))
            for _ in range(4)]
    for one in many:
        one.start()
    for one in many:
        one.join()
    assert sorted(answers) == [200, 401, 401, 401], answers
    assert len(php.ticket(number)["changes"]) == len(before) + 1, php.ticket(number)


@point("an agent who is away, one that is not there, and a closed ticket are refused")
def impossible(stack, php, bridge):
    number = php.create()
    rep = agree(stack, php, number)
    assert bridge.stop() == 0, bridge.last_words()
    store = php.store()
    store["staff"]["mia"]["away"] = True
    php.write("store.json", store)

    now, ages = int(time.time()), itertools.count()  # each request has a second of its own

    def asked(owner):
        body = json.dumps({"ticket": number, "owner": owner}).encode()
        return php.ask("POST", AT + OWNER, body, signed(OWNER, body, at=now - next(ages)))
    assert asked("mia") == (200, {"done": False}) and asked("nobody") == (200, {"done": False})
    assert asked(rep) == (200, {"done": True}) and php.owner(number) == rep
    assert asked(None) == (200, {"done": True}) and php.owner(number) is None
    php.do("set", ticket=number, fields={"state": "closed", "status": "Closed"})
    assert asked("ana") == (200, {"done": False})
    body = b'{"ticket": 99, "owner": "ana"}'
    assert php.ask("POST", AT + OWNER, body, signed(OWNER, body))[0] == 404


@point("check names who has a role that assigns, and says when nobody has", owner="report")
def rights(stack, php, bridge):
    code, told = bridge.run("check", "help")
    assert code == 1 and "auto_claim_tickets is on" in told, (code, told)
    assert "✗ role All Access: ana, ben can pick tickets by assign, release, transfer" in told, told
    store = php.store()
    store["claims"] = False
    for rep in REPS:
        store["staff"][rep]["roles"] = {"1": "Reps", "2": None}
    php.write("store.json", store)
    code, told = bridge.run("check", "help")
    assert code == 0 and "role Reps: takes nothing" in told and "role All Access: no rep has it" in told, (code, told)
    path = "/api/http.php/evenhand/people"
    status, told = php.ask("GET", AT + path, headers=signed(path, method="GET"))
    assert status == 200 and told["departments"] == ["Sales", "Support"], told
    assert {"account": "ana", "name": "ana", "email": "ana@shop.example"} in told["people"], told
    bridge.secret("token", "another")
    code, told = bridge.run("check", "help")
    assert code == 1 and "401" in told, (code, told)


run()
