#!/usr/bin/python3
"""inbox_trust: what Redis says of the inbox is believed where it agrees with what was seen."""
import json
import time

import redis

from chaos import tickets
from harness import GROUP, INBOX, run, scenario, stream_id, wait_until
from invariants import check_invariants

FAR = "99999999999999-0"  # ms: the year 5138


def alarms(daemon):
    """name -> sentence"""
    return {alarm["name"]: alarm["text"] for alarm in daemon.status().get("alarms", [])}


def last_id(stack):
    return stack.redis.xinfo_stream(INBOX)["last-generated-id"]


def position(stack):
    return next(g["last-delivered-id"] for g in stack.redis.xinfo_groups(INBOX)
                if g["name"] == GROUP)


def set_position(stack, to):
    stack.redis.xgroup_setid(INBOX, GROUP, to)


def skip(stack, prefix, count=20):
    """Entries behind which somebody moves the group in the same moment."""
    pipe = stack.redis.pipeline(transaction=True)
    for message in tickets(count, prefix):
        stack.produced[message["id"]] = message
        pipe.xadd(INBOX, {"j": json.dumps(message)})
    pipe.xgroup_setid(INBOX, GROUP, "$")
    pipe.execute()


def dealt(stack, count):
    wait_until("%d are dealt" % count,
               lambda: stack.sql1("SELECT count(*) FROM ticket WHERE state = 'assigned'") == count)


def told(daemon, name, *words):
    wait_until("%s tells %s" % (name, ", ".join(words)),
               lambda: all(word in alarms(daemon).get(name, "") for word in words))


@scenario("nothing is odd about a desk that works, is restarted and gets repeats")
def quiet(stack):
    daemon = stack.start()
    for life in range(3):
        stack.add_many(tickets(200, "q"))
        stack.add_many(tickets(50, "n-%d" % life))
        stack.settle()
        time.sleep(0.3)
        assert not alarms(daemon), alarms(daemon)
        (daemon.kill if life % 2 else daemon.stop)()
        daemon.start()
    stack.redis_server.kill()
    stack.redis_server.start()
    time.sleep(6)  # it has looked once more
    stack.add_ticket("last")
    stack.settle()
    assert not alarms(daemon), alarms(daemon)
    check_invariants(stack)


@scenario("a group that is moved ahead of unread entries under the daemon: they are dealt")
def moved_ahead(stack):
    daemon = stack.start()
    stack.add_many(tickets(20, "a"))
    stack.settle()
    skip(stack, "b")
    stack.add_many(tickets(20, "c"))  # it is handed these: what lies before them is no known ground
    dealt(stack, 60)
    told(daemon, "inbox_moved", "unread entries")
    skip(stack, "d")  # and nothing behind them
    dealt(stack, 80)
    stack.settle()
    assert stack.redis.xlen(INBOX) == 0
    check_invariants(stack)


@scenario("a group that is moved ahead while no daemon runs: what lies before it is dealt")
def moved_ahead_while_down(stack):
    daemon = stack.start()
    stack.add_many(tickets(20, "a"))
    stack.settle()
    daemon.stop()
    skip(stack, "b")
    daemon.start()
    stack.add_many(tickets(20, "c"))
    dealt(stack, 60)
    stack.settle()
    check_invariants(stack)


@scenario("a group that is moved behind the end of the stream is set back, and hides nothing")
def moved_beyond(stack):
    daemon = stack.start()
    stack.add_many(tickets(20, "a"))
    stack.settle()
    set_position(stack, FAR)
    stack.add_many(tickets(20, "b"))
    dealt(stack, 40)
    told(daemon, "inbox_moved", FAR, "set back")
    assert position(stack) != FAR
    daemon.stop()
    set_position(stack, FAR)
    stack.add_many(tickets(20, "c"))
    daemon.start()
    told(daemon, "inbox_moved", FAR, "set back")
    stack.add_many(tickets(20, "d"))
    dealt(stack, 80)
    stack.settle()
    check_invariants(stack)


@scenario("a group that is moved back: everything comes again, and is dealt once")
def moved_back(stack):
    daemon = stack.start(inbox_keep=1000)
    stack.add_many(tickets(100, "a"))
    stack.settle()
    set_position(stack, "0")
    stack.add_many(tickets(20, "b"))
    dealt(stack, 120)
    told(daemon, "inbox_moved", "moved back")
    stack.settle()
    assert stack.sql1("SELECT count(*) FROM ticket") == 120
    check_invariants(stack)


@scenario("another reader of the group takes nothing away")
def read_by_another(stack):
    daemon = stack.start()
    stack.add_many(tickets(20, "a"))
    stack.settle()
    pipe = stack.redis.pipeline(transaction=True)
    for message in tickets(20, "b"):
        stack.produced[message["id"]] = message
        pipe.xadd(INBOX, {"j": json.dumps(message)})
    pipe.xreadgroup(GROUP, "another", {INBOX: ">"}, count=15)
    pipe.execute()
    dealt(stack, 40)
    told(daemon, "inbox_moved", "unread entries")
    stack.settle()
    check_invariants(stack)


@scenario("ids from far ahead are told, with what to do, and it is over when that is done")
def far_ahead(stack):
    daemon = stack.start()
    message = tickets(1, "far")[0]
    stack.produced[message["id"]] = message
    stack.redis.xadd(INBOX, {"j": json.dumps(message)}, id=FAR)
    stack.add_many(tickets(20, "a"))
    dealt(stack, 21)
    told(daemon, "inbox_ahead", "99999999999999-20", "delete the stream")
    stack.settle()
    stack.redis.delete(INBOX)
    stack.add_many(tickets(20, "b"))
    dealt(stack, 41)
    wait_until("it is over", lambda: "inbox_ahead" not in alarms(daemon))
    daemon.stop()
    daemon.start()
    stack.add_many(tickets(20, "c"))
    dealt(stack, 61)
    stack.settle()
    assert not alarms(daemon), alarms(daemon)
    check_invariants(stack)


@scenario("an older copy of the stream: an alarm from where on something may be lost")
def older_copy(stack):
    daemon = stack.start(inbox_keep=1000)
    stack.add_many(tickets(20, "a"))
    stack.settle()
    raw = redis.Redis(unix_socket_path=stack.redis_server.socket)
    copy, end = raw.dump(INBOX), last_id(stack)
    stack.add_many(tickets(20, "b"))
    stack.settle()
    daemon.stop()
    raw.restore(INBOX, 0, copy, replace=True)
    assert last_id(stack) == end
    daemon.start()
    told(daemon, "inbox_lost", end, "may be lost")
    stack.add_many(tickets(20, "b") + tickets(20, "c"))
    dealt(stack, 60)
    stack.settle()
    assert stack.sql1("SELECT count(*) FROM ticket") == 60
    check_invariants(stack)


@scenario("another stream in place of ours, with a group that has come further: all is dealt")
def another_stream(stack):
    daemon = stack.start()
    stack.add_many(tickets(20, "a"))
    stack.settle()
    for life in ("stopped", "running"):
        if life == "stopped":
            daemon.stop()
        other = "evenhand:{main}:other"
        for n, message in enumerate(tickets(20, life)):
            stack.produced[message["id"]] = message
            stack.redis.xadd(other, {"j": json.dumps(message)}, id="%d-0" % (n + 1))
        stack.redis.xgroup_create(other, GROUP, "0")
        stack.redis.xreadgroup(GROUP, "another", {other: ">"}, count=10)
        stack.redis.rename(other, INBOX)
        if life == "stopped":
            daemon.start()
            dealt(stack, 40)
            told(daemon, "inbox_lost", "20-0")
    dealt(stack, 60)
    stack.settle()
    check_invariants(stack)


@scenario("unread entries that somebody deletes are told")
def deleted(stack):
    daemon = stack.start()
    stack.add_many(tickets(20, "a"))
    stack.settle()
    pipe = stack.redis.pipeline(transaction=True)
    for message in tickets(20, "b"):
        pipe.xadd(INBOX, {"j": json.dumps(message)})
    pipe.xtrim(INBOX, maxlen=13, approximate=False)
    pipe.execute()
    told(daemon, "inbox_missing", "7 entries")
    stack.add_many(tickets(20, "b"))
    dealt(stack, 40)
    stack.settle()
    daemon.stop()
    daemon.start()
    time.sleep(0.5)
    assert not alarms(daemon), alarms(daemon)
    daemon.stop()
    end = stack.redis.xadd(INBOX, {"j": json.dumps(tickets(1, "c")[0])})
    stack.redis.xtrim(INBOX, maxlen=0)
    daemon.start()
    told(daemon, "inbox_missing", end)
    daemon.stop()
    entries = [stack.redis.xadd(INBOX, {"j": json.dumps(message)}) for message in tickets(5, "d")]
    stack.redis.xdel(INBOX, *entries[1:3])
    daemon.start()
    told(daemon, "inbox_missing", entries[2])


@scenario("a database restored from an older copy: what Redis knows to be dealt, and we do not")
def restored(stack):
    daemon = stack.start()
    stack.add_many(tickets(20, "a"))
    stack.settle()
    end = last_id(stack)
    daemon.stop()
    stack.postgres.keep()
    daemon.start()
    stack.add_many(tickets(20, "b"))
    stack.settle()
    wait_until("it is trimmed", lambda: stack.redis.xlen(INBOX) == 0)
    daemon.stop()
    lost = last_id(stack)
    stack.postgres.restore()
    daemon.start()
    after = "%d-%d" % (stream_id(end)[0], stream_id(end)[1] + 1)
    told(daemon, "inbox_missing", "from %s to %s" % (after, lost))


@scenario("a database restored from an older copy deals what the inbox keeps")
def restored_and_kept(stack):
    daemon = stack.start(inbox_keep=1000)
    stack.add_many(tickets(20, "a"))
    stack.settle()
    daemon.stop()
    stack.postgres.keep()
    daemon.start()
    stack.add_many(tickets(20, "b"))
    stack.settle()
    daemon.stop()
    stack.postgres.restore()
    assert stack.sql1("SELECT count(*) FROM ticket") == 20
    daemon.start()
    dealt(stack, 40)
    assert "inbox_missing" not in alarms(daemon), alarms(daemon)


run()
