#!/usr/bin/python3
"""bridge_in: what a helpdesk says comes to evenhand: by webhook, whoever sends it, however often."""
import functools
import json
import os
import resource
import threading
import time

from harness import DEAD, INBOX, SALES, UnixConnection, patience, run, scenario, wait_until
from bridge_kit import SECRET, Bridge, desk, owner_of, rep_of, ticket
from helpdesk_stub import Helpdesk, Webhook

NOW = int(time.time()) - 3600  # some moment before the first thing that is said


def state_of(stack, number):
    answer = stack.daemon.get("/v1/tickets/help/" + number)
    return answer.json if answer.code == 200 else {}


def point(title, **settings):
    """A scenario that gets the Stack, the stub and a bridge that runs."""
    def remember(work):
        @scenario(title)
        @functools.wraps(work)
        def made(stack):
            stack.start(desk())
            with Helpdesk() as stub:
                bridge = Bridge(stack, stub.url, **settings)
                try:
                    bridge.start()
                    work(stack, stub, bridge)
                    assert bridge.stop() == 0, bridge.last_words()
                finally:
                    bridge.kill()
        return made
    return remember


@point("a webhook becomes a ticket, an outcome, and one that is reopened", owner="off")
def life(stack, stub, bridge):
    hook = bridge.webhook()
    status, _, text = hook.send(ticket("1", subject="Fifty tulips", customer="c-9", changed_at=NOW + 0))
    assert (status, text) == (204, ""), (status, text)
    assert stack.redis.xlen(INBOX) + stack.daemon.status()["input"] > 0
    stack.settle()
    got = state_of(stack, "1")
    assert got["state"] == "assigned" and got["rep"] in SALES, got
    assert got["team"] == "sales" and got["value"] == 12995, got
    assert rep_of(owner_of(stack, "1")) == got["rep"], got

    assert hook.send(ticket("1", open=False, outcome="closed", csat=4, changed_at=NOW + 2))[0] == 204
    stack.settle()
    assert state_of(stack, "1")["outcome"] == "resolved", state_of(stack, "1")

    assert hook.send(ticket("1", subject="Fifty tulips", customer="c-9",
                            changed_at=NOW + 3))[0] == 204
    stack.settle()
    assert state_of(stack, "1")["state"] == "assigned", state_of(stack, "1")
    assert stack.redis.xlen(DEAD) == 0, stack.redis.xrange(DEAD)


@point("what is said twice, late, or of nothing new, is told once", owner="off")
def once(stack, stub, bridge):
    hook = bridge.webhook()
    for number in range(20):
        for _ in range(3):
            assert hook.send(ticket("t-%d" % number, changed_at=NOW + 100))[0] == 204
        assert hook.send(ticket("t-%d" % number, value=1, changed_at=NOW + 50))[0] == 204
    stack.settle()
    assert bridge.status()["tickets"]["messages"] == 20, bridge.status()
    assert bridge.status()["tickets"]["stale"] == 20, bridge.status()
    assert hook.send(ticket("x", group="Elsewhere"))[0] == 204
    assert hook.send(ticket("y", open=False, outcome="closed"))[0] == 204
    stack.settle()
    assert bridge.status()["tickets"]["messages"] == 20, bridge.status()
    # the delivery's id is known: not even looked at
    event = {"X-Evenhand-Event": "e-1"}
    assert hook.send(ticket("z"), event)[0] == 204
    assert hook.send(ticket("z", value=7), event)[0] == 204
    stack.settle()
    assert state_of(stack, "z")["value"] == 12995, state_of(stack, "z")
    assert bridge.status()["webhooks"]["repeated"] == 1, bridge.status()


@point("who has no secret is refused, and so is what is too large or no JSON")
def strangers(stack, stub, bridge):
    hook = bridge.webhook()
    wrong = bridge.webhook("another secret")
    assert wrong.send(ticket("1"))[0] == 403
    old = hook.sign(json.dumps(ticket("1")).encode())
    old["X-Evenhand-Timestamp"] = "1700000000"
    status, _, text = hook.send(ticket("1"), old)
    assert status == 403 and "too old" in text, (status, text)
    bare = Webhook(bridge.listen, SECRET, sign=lambda body: {})
    status, _, text = bare.send(ticket("1"))
    assert status == 403 and "missing" in text, (status, text)
    assert hook.send(b"{\"id\": ")[0] == 400
    assert hook.send(b"[" * 65 + b"]" * 65)[0] == 400
    assert hook.send(b"\"" + b"a" * (1 << 20) + b"\"")[0] == 413
    stack.settle()
    assert bridge.status()["webhooks"]["unverified"] == 3, bridge.status()
    assert bridge.status()["webhooks"]["malformed"] == 2, bridge.status()
    assert stack.daemon.status()["open"] == 0, stack.daemon.status()
    with open(bridge.log, encoding="utf-8") as f:
        assert SECRET not in f.read()


@point("a body of 1 MiB is taken, and the entry is cut to what evenhand takes", owner="off")
def large(stack, stub, bridge):
    hook = bridge.webhook()
    body = json.dumps(ticket("1", more="a" * ((1 << 20) - 200))).encode()
    assert len(body) < 1 << 20
    assert hook.send(body)[0] == 204
    stack.settle()
    assert state_of(stack, "1")["state"] == "assigned"


@point("what maps to nothing is set aside, and the rest goes on")
def unmapped(stack, stub, bridge):
    hook = bridge.webhook()
    assert hook.send({"hello": "world"})[0] == 204
    assert hook.send(ticket("1"))[0] == 204
    stack.settle()
    assert state_of(stack, "1")["state"] == "assigned"
    assert bridge.status()["webhooks"]["unmapped"] == 1, bridge.status()
    with open(os.path.join(bridge.state, "unmapped"), encoding="utf-8") as f:
        kept = json.loads(f.read())
    assert json.loads(kept["body"]) == {"hello": "world"} and "a ticket needs" in kept["why"], kept
    assert "a ticket needs" in bridge.run("status", "help")[1]
    # so is a value that cannot be taken, and what is right beside it is taken
    wrong = [({"id": "x" * 129}, "in: id: "), ({"value": "12.50"}, "in: value: "), ({"skills": "none"}, "in: skills: ")]
    for number, (change, why) in enumerate(wrong):
        good = "good-%d" % number
        body = {"v": 1, "tickets": [ticket("wrong", **{k: v for k, v in change.items() if k != "id"})
                                    if "id" not in change else ticket(change["id"]), ticket(good)]}
        assert hook.send(body)[0] == 204
        stack.settle()
        assert state_of(stack, good)["state"] == "assigned", body
        with open(os.path.join(bridge.state, "unmapped"), encoding="utf-8") as f:
            kept = json.loads(f.readlines()[-1])
        assert json.loads(kept["body"]) == body and kept["why"].startswith(why), kept
    assert bridge.status()["webhooks"]["unmapped"] == 1 + len(wrong), bridge.status()


@point("where no file may grow, as on a full disk, it says so and goes on", owner="off")
def no_files(stack, stub, bridge):
    hook = bridge.webhook()
    resource.prlimit(bridge.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    assert hook.send({"hello": "world"})[0] == 204  # the file of what is set aside
    assert hook.send(ticket("1"))[0] == 204
    stack.settle()
    assert state_of(stack, "1")["state"] == "assigned"
    bridge.wait("says so", lambda: "cursor: cannot be written" in (bridge.status()["last_error"] or ""))
    resource.prlimit(bridge.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    bridge.wait("writes again", lambda: "cursor" not in (bridge.status()["last_error"] or ""), 90)


@point("while Redis or evenhandd is away a webhook is to be sent again, and nothing is lost", owner="off")
def away(stack, stub, bridge):
    hook = bridge.webhook()
    stack.redis_server.kill()
    bridge.wait("has noticed", lambda: not bridge.status()["redis"])
    status, headers, _ = hook.send(ticket("1"))
    assert status == 503 and headers["Retry-After"] == "5", (status, headers)
    stack.redis_server.start()
    bridge.wait("has Redis again", lambda: bridge.status()["redis"])
    wait_until("it is taken", lambda: hook.send(ticket("1"))[0] == 204)
    stack.settle()
    assert state_of(stack, "1")["state"] == "assigned"
    stack.daemon.kill()
    assert hook.send(ticket("2"))[0] == 503  # is it new? nobody can say
    assert hook.send(ticket("1"))[0] == 204  # of this one all is known
    stack.daemon.start()
    wait_until("it is taken", lambda: hook.send(ticket("2"))[0] == 204)
    stack.settle()
    assert state_of(stack, "2")["state"] == "assigned"


@point("more webhooks at once than there is room for: some are to be sent again, none is lost",
       owner="off")
def crowd(stack, stub, bridge):
    hook, answers = bridge.webhook(), {}

    def send(number):
        try:
            answers[number] = hook.send(ticket("c-%d" % number))[0]
        except OSError:
            answers[number] = 0
    crowd_of = [threading.Thread(target=send, args=(number,)) for number in range(800)]
    for thread in crowd_of:
        thread.start()
    for thread in crowd_of:
        thread.join()
    assert set(answers.values()) <= {204, 503, 0}, set(answers.values())
    stack.settle()
    taken = sum(answer == 204 for answer in answers.values())
    assert taken > 0 and stack.daemon.status()["open"] >= taken, (taken, stack.daemon.status())
    assert all(state_of(stack, "c-%d" % number) for number, answer in answers.items() if answer == 204)
    assert hook.send(ticket("last"))[0] == 204


@scenario("while Redis refuses commands a webhook is to be sent again, it is said what to do, and a sweep recovers")
def refusing(stack):
    stack.start(desk())
    path, told = os.path.join(stack.dir, "health.sock"), []
    stack.redis.execute_command("ACL", "SETUSER", "helpdesk", "on", ">pass", "~*", "+@all")

    def health():
        connection = UnixConnection(path, patience(15))
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())["why"]

    def acl(*rights):
        stack.redis.execute_command("ACL", "SETUSER", "helpdesk", *rights)
    refusals = [(lambda: acl("-xadd"), lambda: acl("+xadd"), "give the bridge's user XADD"),
                (lambda: stack.redis.config_set("maxmemory", "1mb"),
                 lambda: stack.redis.config_set("maxmemory", "0"), "give Redis more memory")]
    with Helpdesk() as stub:
        stub.answer("POST", "/evenhand/owner", (200, {"done": True}))
        stub.answer("GET", r"/evenhand/tickets\?page=.*", lambda ask: (200, {"tickets": list(told)}))
        stub.answer("GET", "/evenhand/tickets/([^/?]+)", (404, {}))
        bridge = Bridge(stack, stub.url, owner="off", sweep="1s", health=path, redis_user="helpdesk",
                        redis_password_file="redis")
        bridge.secret("redis", "pass")
        try:
            bridge.start()
            hook = bridge.webhook()
            for number, (break_it, mend_it, what) in enumerate(refusals):
                name = "r-%d" % number
                break_it()
                status, headers, _ = hook.send(ticket(name))
                assert status == 503 and headers["Retry-After"] == "5", (number, status, headers)
                assert health()[0] == 503 and what in health()[1], (number, health())
                assert what in bridge.run("status", "help")[1], bridge.status()
                told.append(ticket(name))
                mend_it()
                wait_until("it is told", lambda: state_of(stack, name).get("state") == "assigned", 60)
                wait_until("it is healthy", lambda: health() == (200, None))
            acl("-xread")
            wait_until("the outbox cannot be read", lambda: "XREAD" in (health()[1] or ""), 60)
            acl("+xread")
            wait_until("it is healthy", lambda: health() == (200, None), 60)
            with open(bridge.log, encoding="utf-8") as f:
                lines = [line for line in f if "takes no message" in line]
            assert 0 < len(lines) <= 10, lines
            assert bridge.stop() == 0, bridge.last_words()
        finally:
            bridge.kill()


@scenario("health and figures are told, also while Redis is away")
def health(stack):
    stack.start(desk())
    path = os.path.join(stack.dir, "health.sock")

    def ask(where):
        connection = UnixConnection(path, patience(15))
        connection.request("GET", where)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    with Helpdesk() as stub:
        bridge = Bridge(stack, stub.url, health=path, owner="off")
        try:
            bridge.start()
            assert bridge.webhook().send(ticket("1"))[0] == 204
            assert ask("/healthz") == (200, '{"healthy":true,"why":null}\n'), ask("/healthz")
            figures = ask("/metrics")[1]
            assert 'evenhand_bridge_webhooks_taken{connection="help"} 1\n' in figures, figures
            assert ask("/status")[0] == 404, "figures alone are for everybody"
            stack.redis_server.kill()
            wait_until("it says so", lambda: ask("/healthz")[0] == 503)
            stack.redis_server.start()
            wait_until("it is healthy", lambda: ask("/healthz")[0] == 200)
            assert bridge.stop() == 0, bridge.last_words()
        finally:
            bridge.kill()


@point("a connection runs once", owner="off")
def alone(stack, stub, bridge):
    code, text = bridge.run("--connection", "help")
    assert code == 1 and "another evenhand-bridge runs this connection" in text, (code, text)
    code, text = bridge.run("--connection", "help", "--check")
    assert code == 0 and "are good" in text, (code, text)


run()
