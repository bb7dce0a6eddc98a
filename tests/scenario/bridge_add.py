#!/usr/bin/python3
"""bridge_add: `evenhand-bridge add` connects a helpdesk of every profile: it asks, reads, writes and makes
the webhook; after that a ticket is dealt and its owner set. And where it fails nothing is left.
"""
import json
import os
import pty
import re
import select
import signal
import ssl
import stat
import subprocess
import threading

from bridge_kit import PROGRAM, Bridge, certificate
from harness import (CHECKOUT, SALES, default_desk, is_root, note, patience, run, scenario,
                     wait_until)
from helpdesk_shapes import ADDRESS, Chatwoot, Freshdesk, FreeScout, Jira, Zammad, Zendesk
from helpdesk_shapes_by_hand import Generic, Glpi, Hubspot, OsTicket, Rt, Znuny
from helpdesk_stub import Helpdesk, Webhook

PROFILES = os.path.join(CHECKOUT, "config", "bridge")
DORA = "theo@shop.example"  # whose account nobody can guess
LINE = re.compile(r"  - \{id: ([a-z]+), accounts: \{([a-z]+): (\".*?\")\}\}")


class Adding(Bridge):
    """A connection that `add` makes."""

    def __init__(self, stack, stub, shape):
        self.stack, self.name, self.stub, self.shape = stack, shape.profile, stub, shape
        self.folder = os.path.join(stack.dir, "bridge.d")
        self.state = os.path.join(stack.dir, "b-" + self.name)
        self.log = os.path.join(stack.dir, self.name + ".log")
        self.listen = os.path.join(stack.dir, self.name + ".hook")
        self.process = None
        os.makedirs(self.folder, exist_ok=True)

    def call(self, *more, url=None, socket=None):
        return [PROGRAM, "--folder", self.folder, "--profiles", PROFILES, "--socket",
                socket or self.stack.dir + "/d.sock", "add", self.shape.profile, url or self.stub.url, *more]

    def answers(self, address=ADDRESS, secret=None):
        first = list(self.shape.says)
        if secret:
            first[first.index(self.shape.SECRET)] = secret
        lines = first + [address] if not isinstance(address, list) else first + address
        if self.shape.profile in ("hubspot", "freescout") and address:
            lines.append("freescouts-own")
        dora = [DORA if not self.shape.hand else "theo"]
        reps = ["ana", "ben", "cai"] if self.shape.hand else []
        return lines + self.shape.unclear + reps + dora + ["yes"]

    def add(self, *more, lines=None, under=(), **where):
        """(exit code, what it printed, what it said was wrong). `under`: a program that runs it."""
        done = subprocess.run([*under, *self.call(*more, **where)], text=True, timeout=patience(120),
                              input="\n".join(self.answers() if lines is None else lines) + "\n",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return done.returncode, done.stdout, done.stderr

    def path(self, kind):
        return os.path.join(self.folder, "%s.%s" % (self.name, kind))

    def read(self, kind):
        with open(self.path(kind), encoding="utf-8") as f:
            return f.read()

    def made(self):
        """{key: value} of the file, where the value is JSON."""
        found = {}
        for line in self.read("yaml").splitlines():
            key, _, value = line.partition(": ")
            try:
                found[key] = json.loads(value)
            except ValueError:
                found[key] = value
        return found

    def complete(self):
        """What belongs to a test's own servers."""
        text = re.sub("(?m)^listen: .*$", "listen: " + self.listen, self.read("yaml"))
        with open(self.path("yaml"), "w", encoding="utf-8") as f:
            f.write(text + "state: %s\nredis: %s\nrate: 1000/s\nsweep: off\n" %
                    (self.state, self.stack.redis_server.socket))

    def left(self):
        return sorted(os.listdir(self.folder))


def accounts_of(printed):
    return {rep: (source, json.loads(account)) for rep, source, account in LINE.findall(printed)}


def tell_desk(stack, bridge, accounts):
    """The lines that add prints, put into the desk file."""
    desk = default_desk()
    for rep in desk["reps"]:
        if rep["id"] in accounts:
            source, account = accounts[rep["id"]]
            rep["accounts"] = {source: account}
    answer = stack.daemon.http("PUT", "/v1/desk", json.dumps(desk))
    assert answer.code == 200, answer.text


def check_written(bridge, printed):
    shape, made = bridge.shape, bridge.made()
    assert made["groups"] == shape.groups, made
    assert made["account"] == shape.account, made
    assert made["public"] == "https://bridge.shop.example" and made["listen"].startswith("127.0.0.1:83"), made
    assert bridge.read("token") == shape.SECRET, bridge.read("token")
    for kind in ("token", "hook"):
        assert stat.S_IMODE(os.stat(bridge.path(kind)).st_mode) == 0o600, kind
    assert shape.SECRET not in printed and bridge.read("hook") not in printed, printed
    accounts = accounts_of(printed)
    assert accounts == {rep: (shape.profile, shape.account_of(rep)) for rep in SALES}, (accounts, printed)
    return accounts


def check_hook(bridge):
    """The helpdesk has the secret that is in the file: a made one has 64 digits."""
    secret, hooks = bridge.read("hook"), bridge.shape.hooks
    assert hooks and {(h["address"], h["secret"]) for h in hooks} == {(ADDRESS, secret)}, (secret, hooks)
    if not bridge.shape.makes_secret and bridge.shape.profile != "freescout":
        assert re.fullmatch("[0-9a-f]{64}", secret), secret


def check_asked(bridge):
    """`check` signs in with what was written."""
    code, said = bridge.run("check", bridge.name)
    assert code in (0, 1) and "the helpdesk lets us read tickets" in said, said


def deal(bridge):
    """A webhook comes, the ticket is dealt, and its owner is set."""
    shape = bridge.shape
    bridge.complete()
    check_asked(bridge)
    bridge.start()
    try:
        hook = Webhook(bridge.listen, "", sign=shape.sign(bridge.read("hook")))
        wrong = Webhook(bridge.listen, "", sign=shape.sign("another secret"))
        assert wrong.send(shape.created(), path="/hook")[0] == 403
        status = hook.send(shape.created(), path="/hook")
        assert status[0] == 204, status
        wait_until("%s: the owner is set" % shape.profile, lambda: shape.owner)
        assert shape.owner in [shape.account_of(rep) for rep in SALES], shape.owner
        assert bridge.stop() == 0, bridge.last_words()
    finally:
        bridge.kill()


def connect(stack, kind, deals=True):
    with Helpdesk() as stub:
        bridge = Adding(stack, stub, kind(stub))
        code, printed, wrong = bridge.add()
        assert code == 0 and not wrong, (kind.profile, code, printed, wrong)
        accounts = check_written(bridge, printed)
        if bridge.shape.hooks:
            check_hook(bridge)
        else:
            assert "What has to be made in the helpdesk" in printed or kind is Generic, printed
        tell_desk(stack, bridge, accounts)
        if deals:
            deal(bridge)
        else:
            bridge.complete()
            check_asked(bridge)


@scenario("add connects those that take a webhook by their API: a ticket is dealt, its owner set")
def with_hook(stack):
    stack.start()
    for kind in (Zammad, Chatwoot, Zendesk, Freshdesk, Jira, FreeScout):
        connect(stack, kind)


@scenario("add connects those whose webhook is made by hand, and says what to make")
def by_hand(stack):
    stack.start()
    for kind in (Generic, OsTicket, Hubspot):
        connect(stack, kind)
    for kind in (Glpi, Rt, Znuny):
        connect(stack, kind, deals=False)


def fails(bridge, word, code=None, **how):
    """One line, nothing written, no webhook."""
    before, hooks = bridge.left(), list(bridge.shape.hooks)
    got, printed, wrong = bridge.add(**how)
    assert got != 0 and (code is None or got == code), (got, printed, wrong)
    assert word in wrong and wrong.count("\n") == 1, (word, wrong, printed)
    assert wrong.startswith("evenhand-bridge: ") and bridge.shape.SECRET not in wrong + printed, wrong
    assert bridge.left() == before and bridge.shape.hooks == hooks, (bridge.left(), bridge.shape.hooks)


def bounds(bridge, stub):
    """What a helpdesk tells, and what a person types, has bounds: each is reached, and crossed."""
    def people(groups, agents):
        stub.answer("GET", "/evenhand/people", (200, {
            "groups": ["g%d" % n for n in range(groups)],
            "people": [{"account": "a%d" % n} for n in range(agents)]}))
    few = [bridge.shape.SECRET, "", ADDRESS]
    people(500, 5000)
    fails(bridge, "no group was given a team", lines=few + [""] * 500)
    people(501, 1)
    fails(bridge, "more than 500 of one kind", lines=few)
    people(1, 5001)
    fails(bridge, "more than 5000 of one kind", lines=few)
    people(1, 1)
    fails(bridge, "no answer was right", lines=[bridge.shape.SECRET, ""] + ["ftp://x"] * 3)
    fails(bridge, "no answer was right", lines=["x" * 1024] * 3)
    fails(bridge, "no group was given a team", lines=["x" * 1023] + few[1:] + [""])
    stub.answer("GET", "/evenhand/people", (302, None, {"Location": "http://127.0.0.1:9/"}))
    fails(bridge, "127.0.0.1", lines=few)
    zendesk = Adding(bridge.stack, stub, Zendesk(stub))
    stub.answer("GET", "/api/v2/groups.json.*", (200, {"groups": [], "meta": {"has_more": True,
                                                                             "after_cursor": "again"}}))
    stub.forget()
    fails(zendesk, "more than 40 pages")
    assert len(stub.asked("GET")) == 40, len(stub.asked("GET"))


@scenario("where add fails it says what, where and what to do in one line, and leaves nothing")
def failures(stack):
    stack.start()
    with Helpdesk() as stub:
        bridge = Adding(stack, stub, Zammad(stub))
        fails(bridge, "answers 401: Authentication required; it does not take this secret", 77,
              lines=bridge.answers(secret="wrong"))
        fails(bridge, "look at the address", 69, url="http://127.0.0.1:9")
        fails(bridge, "the answers end before this one", lines=bridge.answers()[:1])
        fails(bridge, "no: nothing was written", 1, lines=bridge.answers()[:-1] + ["no"])
        fails(bridge, "no group was given a team", lines=["t0ken", "", "", "", ""], socket="/nowhere")
        stub.answer("GET", r"/api/v1/users/search\?.*", (403, {"error": "Not authorized"}))
        fails(bridge, "GET /api/v1/users/search: answers 403: Not authorized; its account may not", 77)
        stub.answer("GET", r"/api/v1/users/search\?.*", "reset")
        fails(bridge, "look at the address", 69)
        bridge.shape.install(stub)
        bridge.shape.hook_made(ADDRESS, "of an earlier one")
        fails(bridge, "Zammad has a webhook to %s already: delete it" % ADDRESS, 1)
        bridge.shape.hooks.clear()
        # the webhook is made, its second trigger is not: both are taken back
        stub.answer("POST", "/api/v1/triggers", [(201, {"id": 31}), (422, {"error": "no room"})])
        fails(bridge, "POST /api/v1/triggers: answers 422: no room")
        assert [a.path for a in stub.asked("DELETE")] == ["/api/v1/triggers/31", "/api/v1/webhooks/7"]
        bridge.shape.install(stub)
        # a file that cannot be made takes the webhook back, too
        os.mkdir(bridge.path("hook"))
        fails(bridge, "is there already", 1)
        os.rmdir(bridge.path("hook"))
        assert bridge.add()[0] == 0
        written = {kind: bridge.read(kind) for kind in ("yaml", "token", "hook")}
        stub.forget()
        fails(bridge, "zammad.yaml: is there already, and nothing was changed", 1, lines=[])
        assert not stub.asked() and written == {kind: bridge.read(kind) for kind in written}
        # another name is another connection, at another port
        bridge.shape.hooks.clear()
        assert bridge.add("--name", "second")[0] == 0
        bridge.name = "second"
        assert bridge.made()["listen"] == "127.0.0.1:8400", bridge.made()
        assert bridge.read("hook") != written["hook"]
    with Helpdesk() as stub:
        bridge = Adding(stack, stub, Generic(stub))
        bounds(bridge, stub)
    with Helpdesk() as stub:
        bridge = Adding(stack, stub, Rt(stub))
        fails(bridge, "begins no session", 69, lines=bridge.answers(secret="wrong"))


def stopped(bridge, came, number, told=None):
    """What add says of a signal that comes while the helpdesk thinks: until add has said that it goes on,
    where `told` is given."""
    process = subprocess.Popen(bridge.call(), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    try:
        process.stdin.write("\n".join(bridge.answers()) + "\n")
        process.stdin.flush()
        assert came.wait(patience(60)), "it never asked for that"
        process.send_signal(number)
        if told:
            assert "what is made in the helpdesk is taken back" in process.stderr.readline()
            told.set()
        wrong = process.communicate(timeout=patience(120))[1]
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 1, (process.returncode, wrong)
    assert wrong == "evenhand-bridge: stopped by a signal: nothing was written\n", wrong
    assert not bridge.left() and not bridge.shape.hooks, (bridge.left(), bridge.shape.hooks)


@scenario("a signal ends add: at once while it reads; while the webhook is made, once that is taken back")
def signals(stack):
    stack.start()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with Helpdesk() as stub:
            bridge, came, told = Adding(stack, stub, Zammad(stub)), threading.Event(), threading.Event()
            users = next(rule for rule in stub.rules if rule.method == "GET" and "users/search" in rule.path.pattern)
            thinks = users.answers
            users.answers = [lambda ask: came.set() or "silence"]
            stopped(bridge, came, number)
            users.answers = thinks
            came = threading.Event()

            def slow(ask):
                came.set()
                told.wait(patience(60))
                return 201, {"id": 31}

            stub.answer("POST", "/api/v1/triggers", slow)
            stub.forget()
            stopped(bridge, came, number, told)
            assert [a.path for a in stub.asked("DELETE")] == ["/api/v1/triggers/31", "/api/v1/webhooks/7"]
            assert len(stub.asked("POST", "/api/v1/triggers")) == 1, stub.asked()


@scenario("what add cannot take back, or what has no answer, it names")
def left_there(stack):
    stack.start()
    with Helpdesk() as stub:
        bridge = Adding(stack, stub, Zammad(stub))
        stub.answer("POST", "/api/v1/triggers", (422, {"error": "no room"}))
        stub.answer("DELETE", "/api/v1/webhooks/7", (500, {}))
        code, _, wrong = bridge.add()
        assert code != 0 and wrong.count("\n") == 2, wrong
        assert "could not be taken back: " in wrong and "DELETE /api/v1/webhooks/7: answers 500" in wrong, wrong
    with Helpdesk() as stub:
        bridge = Adding(stack, stub, Zammad(stub))
        stub.answer("POST", "/api/v1/webhooks", "reset")
        fails(bridge, "POST /api/v1/webhooks may have been taken nevertheless: look there", 69)


def on_terminal(call, lines):
    """What a person sees, who types these lines."""
    pid, screen = pty.fork()
    if pid == 0:
        os.execv(call[0], call)
    seen = b""
    try:
        while True:
            assert select.select([screen], [], [], patience(30))[0], "it asks for nothing: %s" % seen
            part = os.read(screen, 4096)
            seen += part
            if lines and seen.rstrip(b" ").endswith(b":"):
                os.write(screen, lines.pop(0).encode() + b"\n")
                seen += b"|"
    except OSError:
        pass
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode()


@scenario("without evenhandd add asks for the teams; without an address it makes no webhook; on a terminal it \
hides a secret that is typed")
def other_ways(stack):
    stack.start()
    for way in (without_desk, without_address, terminal, own_certificate, ownership):
        with Helpdesk() as stub:
            bridge = Adding(stack, stub, Zammad(stub))
            way(stack, bridge)
            for name in bridge.left():
                os.remove(os.path.join(bridge.folder, name))


BRIDGE_ID = 64321  # of a user evenhand-bridge that only this test's processes know


def ownership(stack, bridge):
    """As root add gives a secret to the bridge's own user, who alone may read it."""
    passwd = os.path.join(stack.dir, "passwd")
    with open("/etc/passwd", encoding="utf-8") as f, open(passwd, "w", encoding="utf-8") as copy:
        copy.write(re.sub("(?m)^evenhand-bridge:.*\n", "", f.read()) +
                   "evenhand-bridge:x:%d:%d::/:/usr/sbin/nologin\n" % (BRIDGE_ID, BRIDGE_ID))
    under = ["unshare", "-m", "sh", "-c", 'mount --bind %s /etc/passwd && exec "$@"' % passwd, "sh"]
    if not is_root() or subprocess.run([*under, "true"], capture_output=True, timeout=patience(20)).returncode:
        note("not tried: only root with a mount namespace of its own can give files away here")
        return
    os.chmod(stack.dir, 0o755)
    os.chown(bridge.folder, 0, BRIDGE_ID)
    os.chmod(bridge.folder, 0o750)
    code, printed, wrong = bridge.add(under=under)
    assert code == 0 and not wrong, (printed, wrong)
    owners = {name: os.stat(os.path.join(bridge.folder, name)) for name in bridge.left()}
    assert {name: (s.st_uid, s.st_gid, stat.S_IMODE(s.st_mode)) for name, s in owners.items()} == {
        "zammad.token": (BRIDGE_ID, BRIDGE_ID, 0o600), "zammad.hook": (BRIDGE_ID, BRIDGE_ID, 0o600),
        "zammad.yaml": (0, BRIDGE_ID, 0o640)}, owners
    done = subprocess.run([PROGRAM, "--folder", bridge.folder, "--connection", "zammad", "--check"],
                          user=BRIDGE_ID, group=BRIDGE_ID, extra_groups=[], capture_output=True, text=True,
                          timeout=patience(60))
    assert done.returncode == 0, done.stderr


def own_certificate(stack, bridge):
    """A helpdesk whose certificate nobody else has signed."""
    crt, key = certificate(stack.dir)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, key)
    with Helpdesk(context=context) as stub:
        bridge.shape.stub = stub
        bridge.shape.install(stub)
        fails(bridge, "certificate", 69, url=stub.url)
        code, printed, wrong = bridge.add("--ca", os.path.relpath(crt), url=stub.url)
        assert code == 0 and not wrong, (printed, wrong)
        assert bridge.made()["ca_file"] == crt, bridge.made()


def without_desk(stack, bridge):
    code, printed, wrong = bridge.add(lines=["t0ken", ADDRESS, "", "Sales!", "sales", "yes"],
                                      socket=stack.dir + "/none.sock")
    assert code == 0 and not wrong, (printed, wrong)
    assert "The desk cannot be asked" in printed and "Sales!: is no id of a team" in printed, printed
    assert 'accounts: {zammad: "ana@shop.example"}   # ana' in printed, printed
    assert bridge.made()["groups"] == {"Sales": "sales"}, bridge.made()


def without_address(stack, bridge):
    code, printed, wrong = bridge.add(lines=["t0ken", "", "", DORA, "yes"])
    assert code == 0 and not wrong and not bridge.shape.hooks, (printed, wrong)
    assert bridge.left() == ["zammad.token", "zammad.yaml"] and "listen" not in bridge.made()


def terminal(stack, bridge):
    code, seen = on_terminal(bridge.call(), bridge.answers())
    assert code == 0, seen
    assert "t0ken" not in seen and ADDRESS in seen, seen


if __name__ == "__main__":
    run()
