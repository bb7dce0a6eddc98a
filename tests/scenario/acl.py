#!/usr/bin/python3
"""acl: what config/redis-acl.example allows is all that evenhandd needs, and not more."""
import os

import redis

from harness import DEAD, INBOX, OUTBOX, patience, run, scenario, wait_until
from invariants import check_invariants

EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../config/redis-acl.example")
CLOSED = "user default off\n"  # by which nobody else gets in, nor the harness


def start(stack):
    with open(EXAMPLE, encoding="utf-8") as file:
        acl = file.read()
    assert acl.endswith(CLOSED), acl
    with open(stack.dir + "/evenhand.acl", "w", encoding="utf-8") as file:
        file.write(acl[:-len(CLOSED)])
    with open(stack.dir + "/redis.conf", "w", encoding="utf-8") as file:
        file.write("include %s/evenhand.acl\n" % stack.dir)
    with open(stack.dir + "/redis.password", "w", encoding="utf-8") as file:
        file.write("change-me\n")
    stack.redis_server.config = stack.dir + "/redis.conf"
    return stack.start(redis_user="evenhand", redis_password_file=stack.dir + "/redis.password")


def user(stack, name, password):
    return redis.Redis(unix_socket_path=stack.redis_server.socket, username=name, password=password,
                       decode_responses=True)


def refused(command, *arguments):
    try:
        command(*arguments)
    except redis.exceptions.NoPermissionError:
        return True
    return False


@scenario("evenhandd may do what it needs: deal, refuse, recover, begin a lost stream anew")
def daemon_is_allowed(stack):
    daemon = start(stack)
    assert "evenhand" in {client["user"] for client in stack.redis.client_list()}
    for n in range(20):
        stack.add_ticket("a-%d" % n)
    stack.redis.xadd(INBOX, {"j": "no message"})
    stack.settle()
    wait_until("what was refused is there", lambda: stack.redis.xlen(DEAD) == 1)
    daemon.kill()
    for n in range(20):
        stack.add_ticket("b-%d" % n)
    daemon.start()
    stack.settle()
    stack.redis_server.kill()
    stack.redis_server.start()
    stack.settle()
    stack.redis.delete(INBOX, OUTBOX)
    stack.add_ticket("c-1")
    stack.settle()
    assert not daemon.logged("NOPERM"), "something evenhandd needs is not allowed"
    check_invariants(stack)


# What each start asks for; the rest of the example is for the connection itself, or does without.
NEEDED = ["multi", "exec", "xadd", "xrange", "xtrim", "xreadgroup", "xgroup|create", "xack",
          "xpending", "xclaim", "xinfo|groups", "xinfo|stream"]


def alarm(daemon):
    return [a["text"] for a in daemon.status().get("alarms", []) if a["name"] == "redis_rights"]


@scenario("a right that is missing is told at the start, with the command; later it is an alarm")
def missing_rights(stack):
    daemon = start(stack)
    assert daemon.stop() == 0
    for right in NEEDED:
        stack.redis.execute_command("ACL", "SETUSER", "evenhand", "-" + right)
        daemon.start(ready=False)
        code = daemon.process.wait(patience(20))
        words, last = right.upper().split("|"), daemon.last_words(3)
        assert code == 78 and "may not " + " ".join(words) in last, (right, code, last)
        stack.redis.execute_command("ACL", "SETUSER", "evenhand", "+" + right)
    daemon.start()
    stack.redis.execute_command("ACL", "SETUSER", "evenhand", "-xclaim")
    for client in stack.redis.client_list():
        if client["user"] == "evenhand":
            stack.redis.client_kill_filter(_id=client["id"])
    wait_until("an alarm says so", lambda: "XCLAIM" in "".join(alarm(daemon)))
    stack.redis.execute_command("ACL", "SETUSER", "evenhand", "+xclaim")
    for client in stack.redis.client_list():
        if client["user"] == "evenhand":
            stack.redis.client_kill_filter(_id=client["id"])
    wait_until("the alarm is over", lambda: not alarm(daemon))
    stack.add_ticket("t-1")
    stack.settle()
    check_invariants(stack)


@scenario("the helpdesk pushes and reads what came of it, and no more; a watcher reads")
def others_are_bounded(stack):
    start(stack)
    helpdesk, watcher = user(stack, "helpdesk", "change-me-too"), user(stack, "watcher",
                                                                       "change-me-three")
    helpdesk.xadd(INBOX, {"j": '{"type":"ticket","id":"h-1","team":"sales","kind":"order"}'})
    stack.produced["h-1"] = {}
    stack.settle()
    assert helpdesk.xread({OUTBOX: "0"})
    assert helpdesk.xrange(DEAD) == []
    for command, *arguments in ((helpdesk.xrange, INBOX), (helpdesk.xtrim, INBOX, 0),
                                (helpdesk.xadd, OUTBOX, {"j": "{}"}), (helpdesk.delete, INBOX),
                                (helpdesk.delete, DEAD), (helpdesk.flushall,),
                                (watcher.xadd, INBOX, {"j": "{}"}), (watcher.xtrim, DEAD, 0)):
        assert refused(command, *arguments), (command, arguments)
    for key in (INBOX, OUTBOX, DEAD):
        watcher.xrange(key)
        watcher.xlen(key)
    assert watcher.xinfo_groups(INBOX)
    check_invariants(stack)


run()
