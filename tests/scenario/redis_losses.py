#!/usr/bin/python3
"""redis_losses: what somebody else does to the streams costs no more than Redis itself lost."""
import re
import time

import psycopg2

from harness import GROUP, INBOX, OUTBOX, SALES, Producer, note, run, scenario, wait_until
from invariants import check_invariants
from proofs import verify

TICKETS = 2000
REREAD_SECONDS = 5  # the daemon looks through its pending entries so often
BATCHES = 8  # that wait for Redis in memory


def tickets(count=TICKETS, prefix="l"):
    return [{"type": "ticket", "id": "%s-%d" % (prefix, n), "kind": "order", "team": "sales"}
            for n in range(count)]


def push_again(stack, messages):
    """What any producer that keeps its own log would do: all of it once more."""
    stack.add_many(messages)
    stack.settle(90)
    count = stack.sql1("SELECT count(*) FROM ticket WHERE state = 'assigned'")
    assert count == len(messages), "%d of %d tickets" % (count, len(messages))


@scenario("FLUSHALL under load: group and outbox are made anew, repeats are recognised")
def flushall(stack):
    stack.start()
    messages = tickets()
    producer = Producer(stack, messages, per_second=500)
    producer.start()
    for _ in range(3):
        time.sleep(stack.random.uniform(0.3, 0.9))
        stack.redis.flushall()
    producer.finish()
    stack.settle(90)
    lost = TICKETS - stack.sql1("SELECT count(*) FROM ticket")
    note("%d tickets went with Redis" % lost)
    push_again(stack, messages)
    check_invariants(stack)


@scenario("XGROUP DESTROY under load")
def group_destroyed(stack):
    stack.start()
    producer = Producer(stack, tickets(), per_second=500)
    producer.start()
    for _ in range(3):
        time.sleep(stack.random.uniform(0.3, 0.9))
        stack.redis.xgroup_destroy(INBOX, GROUP)
    producer.finish()
    stack.settle(90)
    assert stack.sql1("SELECT count(*) FROM ticket WHERE state = 'assigned'") == TICKETS
    check_invariants(stack)


@scenario("XGROUP DELCONSUMER under load: the sweep finds what was pending")
def consumer_deleted(stack):
    stack.start()
    producer = Producer(stack, tickets(), per_second=500)
    producer.start()
    for _ in range(5):
        time.sleep(stack.random.uniform(0.2, 0.6))
        for consumer in stack.redis.xinfo_consumers(INBOX, GROUP):
            stack.redis.xgroup_delconsumer(INBOX, GROUP, consumer["name"])
    producer.finish()
    stack.add_ticket("last")  # the pending list does not tell any more what is under way before it
    stack.settle(90)
    count = stack.sql1("SELECT count(*) FROM ticket WHERE state = 'assigned'")
    assert count == TICKETS + 1, "%d tickets" % count
    check_invariants(stack)


@scenario("entries handed to a consumer that was deleted while no daemon ran are swept up")
def consumer_deleted_while_down(stack):
    daemon = stack.start()
    stack.add_many(tickets(100, "a"))
    stack.settle()
    daemon.stop()
    stack.add_many(tickets(100, "b"))
    client = stack.redis
    name = client.xinfo_consumers(INBOX, GROUP)
    consumer = name[0]["name"] if name else "evenhandd"
    client.xreadgroup(GROUP, consumer, {INBOX: ">"}, count=60)
    client.xgroup_delconsumer(INBOX, GROUP, consumer)
    daemon.start()
    stack.settle(60)
    assert stack.sql1("SELECT count(*) FROM ticket") == 200
    check_invariants(stack)


@scenario("entries handed out to a leader that never saw them are read again")
def pending_unseen(stack):
    stack.start()
    stack.add_many(tickets(50, "a"))
    stack.settle()
    client = stack.redis
    consumer = client.xinfo_consumers(INBOX, GROUP)[0]["name"]
    stack.postgres.stop("immediate")  # so that the daemon is not reading just now
    stack.add_many(tickets(50, "b"))
    client.xreadgroup(GROUP, consumer, {INBOX: ">"}, count=10)
    stack.postgres.start()
    stack.settle(REREAD_SECONDS + 40)
    assert stack.sql1("SELECT count(*) FROM ticket") == 100
    check_invariants(stack)


@scenario("XTRIM of pending entries: dead letters that say `trimmed`, no crash")
def trimmed_pending(stack):
    daemon = stack.start()
    daemon.stop()
    stack.add_many(tickets(40, "p"))
    client = stack.redis
    client.xreadgroup(GROUP, "evenhandd", {INBOX: ">"}, count=40)
    client.xtrim(INBOX, maxlen=25, approximate=False)
    daemon.start()
    stack.settle(60)
    reasons = [row[0] for row in stack.sql("SELECT reason FROM dead_letter")]
    assert len(reasons) == 15 and all("trimmed" in r for r in reasons), reasons
    assert stack.sql1("SELECT count(*) FROM ticket") == 25
    check_invariants(stack, lost_allowed=15)


@scenario("XTRIM of unread entries under load: what is left is dealt, no crash")
def trimmed_unread(stack):
    daemon = stack.start()
    messages = tickets()
    producer = Producer(stack, messages, per_second=1000)
    producer.start()
    for _ in range(20):
        time.sleep(0.08)
        stack.redis.xtrim(INBOX, maxlen=0, approximate=False)
    producer.finish()
    stack.settle(60)
    assert daemon.alive()
    push_again(stack, messages)
    check_invariants(stack)


@scenario("a lost outbox is published again")
def outbox_deleted(stack):
    daemon = stack.start()
    stack.add_many(tickets(300))
    stack.settle()
    stack.redis.delete(OUTBOX)
    stack.add_many(tickets(10, "n"))
    wait_until("the daemon notices", lambda: stack.redis.exists(OUTBOX), 20)
    daemon.stop()
    daemon.start()
    stack.settle(60)
    check_invariants(stack)


@scenario("a foreign entry above our own in the outbox raises an alarm and stops publishing")
def foreign_entry(stack):
    daemon = stack.start()
    stack.add_ticket("a")
    stack.settle()
    stack.redis.xadd(OUTBOX, {"j": "{}"}, id="999999-0")
    stack.add_ticket("b")
    wait_until("the status tells of it", lambda: daemon.status().get("alarm"), 20)
    assert daemon.alive()
    assert stack.redis.xrange(OUTBOX, "999999-1") == [], "it published beyond a foreign entry"


def alarms(daemon):
    """name -> sentence"""
    return {alarm["name"]: alarm["text"] for alarm in daemon.status().get("alarms", [])}


@scenario("entries that somebody deletes from among ours are told as a hole, until they are old")
def hole(stack):
    daemon = stack.start()
    stack.add_many(tickets(50, "a"))
    stack.settle()
    last = int(stack.redis.xrevrange(OUTBOX, count=1)[0][0].split("-")[0])
    stack.redis.xdel(OUTBOX, *["%d-0" % n for n in range(last - 9, last - 4)])
    stack.redis_server.kill()
    stack.redis_server.start()
    wait_until("it is told", lambda: "outbox_hole" in alarms(daemon))
    assert "from 1 to %d" % last in alarms(daemon)["outbox_hole"], alarms(daemon)
    stack.add_many(tickets(50, "b"))
    stack.settle()
    ids = [int(i.split("-")[0]) for i, _ in stack.redis.xrange(OUTBOX)]
    assert ids[-1] > last and len(ids) == ids[-1] - 5, "it goes on behind the hole"
    daemon.stop()
    daemon.start()
    wait_until("it is told again", lambda: "outbox_hole" in alarms(daemon))
    stack.redis.xtrim(OUTBOX, minid="%d-0" % last, approximate=False)
    daemon.stop()
    daemon.start()
    stack.add_ticket("c")
    stack.settle()
    assert "outbox_hole" not in alarms(daemon), alarms(daemon)


@scenario("a last id that somebody moved hides entries that were never there: a hole, too")
def moved_last_id(stack):
    daemon = stack.start()
    stack.add_many(tickets(20, "a"))
    stack.settle()
    daemon.stop()
    last = int(stack.redis.xrevrange(OUTBOX, count=1)[0][0].split("-")[0])
    stack.redis.xdel(OUTBOX, *["%d-0" % n for n in range(last - 3, last + 1)])
    daemon.start()
    wait_until("it is told", lambda: "outbox_hole" in alarms(daemon))
    stack.add_ticket("b")
    stack.settle()
    daemon.stop()
    stack.redis.delete(OUTBOX)
    stack.redis.xadd(OUTBOX, {"j": "{}"}, id="1-0")
    stack.redis.xtrim(OUTBOX, maxlen=0, approximate=False)
    stack.redis.execute_command("XSETID", OUTBOX, "%d-0" % last)
    daemon.start()
    wait_until("it is told", lambda: "outbox_hole" in alarms(daemon))


@scenario("an outbox with our numbers and another content is believed in nothing")
def other_content(stack):
    daemon = stack.start()
    stack.add_many(tickets(20, "a"))
    stack.settle()
    daemon.stop()
    entries = stack.redis.xrange(OUTBOX)
    stack.redis.delete(OUTBOX)
    for number, fields in entries:  # as of the same desk in another place
        fields["j"] = re.sub(r'"at":\d+', '"at":1600000000000', fields["j"])
        stack.redis.xadd(OUTBOX, fields, id=number)
    daemon.start()
    wait_until("it is told", lambda: "other content" in alarms(daemon).get("outbox_foreign", ""))
    stack.add_ticket("b")
    wait_until("it is dealt all the same", lambda: stack.ticket("b"))
    assert stack.redis.xrevrange(OUTBOX, count=1)[0][0] == entries[-1][0], "nothing is published"
    daemon.stop()
    stack.redis.delete(OUTBOX)
    daemon.start()
    stack.settle()
    check_invariants(stack)


@scenario("an outbox in the other form, or of an earlier one, is our own all the same")
def other_form(stack):
    daemon = stack.start()
    stack.add_many(tickets(20, "a"))
    stack.settle()
    daemon.stop()
    packed = stack.new_daemon("m", outbox="msgpack").start()
    assert not alarms(packed), alarms(packed)
    stack.add_ticket("b")
    wait_until("it is published", lambda: "m" in stack.redis.xrevrange(OUTBOX, count=1)[0][1])
    packed.stop()
    daemon.start()
    assert not alarms(daemon), alarms(daemon)


@scenario("a database restored from an older copy is told: checkpoint file, outbox and inbox know more")
def restored(stack):
    daemon = stack.start()
    stack.add_many(tickets(20, "a"))
    stack.settle()
    daemon.stop()
    stack.postgres.keep()
    daemon.start()
    assert not alarms(daemon), alarms(daemon)
    stack.add_many(tickets(20, "b"))
    stack.settle()
    daemon.stop()
    ahead = stack.sql1("SELECT input FROM head")
    stack.postgres.restore()
    behind = stack.sql1("SELECT input FROM head")
    daemon.start()
    wait_until("all are told", lambda: len(alarms(daemon)) == 3)
    told = alarms(daemon)
    assert "of input %d, and the log ends with %d" % (ahead, behind) in told["other_log"], told
    assert "not ours" in told["outbox_foreign"] and "restored" in told["outbox_foreign"], told
    assert "older copy" in told["inbox_missing"], told
    stack.add_many(tickets(20, "b") + tickets(30, "c"))
    wait_until("they are dealt", lambda: stack.sql1("SELECT count(*) FROM ticket") == 70)
    daemon.kill()
    daemon.start()  # the log has grown beyond what the file has seen, with other content
    wait_until("it is told again", lambda: "other_log" in alarms(daemon))
    code, verdict, _ = verify(stack)
    assert code == 1 and "was written anew" in verdict, verdict


def writer(stack, command, but=None):
    """Id of the client that publishes, if that was its last command and it is another one."""
    return next((client["id"] for client in stack.redis.client_list()
                 if client["name"] == "evenhandd-write" and client["cmd"] == command
                 and client["id"] != but), None)


@scenario("a page that comes after the link was lost is not taken for the proof of the new one")
def late_page(stack):
    daemon = stack.start()
    stack.add_many(tickets(200, "a"))
    stack.settle()
    stack.redis.execute_command("CLIENT", "PAUSE", 600000, "WRITE")
    for n in range(2 * BATCHES):  # more than it keeps: it reads them again
        answer = daemon.post("/v1/tickets/default/a-%d/assign" % n, {"rep": SALES[n % 4], "reason": "a test"})
        assert answer.code == 200, answer
    before = stack.redis.xlen(OUTBOX)
    first = wait_until("it publishes", lambda: writer(stack, "multi") or writer(stack, "xadd"))
    hold = psycopg2.connect(stack.postgres.dsn)
    with hold, hold.cursor() as cursor:
        cursor.execute("LOCK TABLE evenhand.dead IN ACCESS EXCLUSIVE MODE")  # a page reads it, too
        stack.redis.execute_command("CLIENT", "UNPAUSE")
        wait_until("a page waits", lambda: stack.sql1(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
        assert before < stack.redis.xlen(OUTBOX) < before + 2 * BATCHES
        stack.redis.execute_command("CLIENT", "KILL", "ID", first)
        wait_until("the new link asks where the streams stand",
                   lambda: writer(stack, "xinfo|stream", but=first))
        time.sleep(0.2)  # it reads the answer, and wants the rows to prove it
    hold.close()
    wait_until("all is published", lambda: alarms(daemon) or stack.outbox_done())
    assert not alarms(daemon), alarms(daemon)
    check_invariants(stack, hands_allowed=True)


run()
