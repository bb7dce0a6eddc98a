#!/usr/bin/python3
"""malformed: whatever stands on the stream, good tickets are dealt and the rest is explained."""
import hashlib
import json
import os
import struct
import time

import msgpack
import redis

from harness import DEAD, GROUP, INBOX, LONG, OUTBOX, WRAPPER, Skip, need_faults, run, scenario, wait_until
from invariants import check_invariants
from proofs import verify, verify_ok

BAD = 500


def ticket(number, **more):
    message = {"type": "ticket", "id": "bad-%d" % number, "team": "sales", "kind": "order"}
    return dict(message, **more)


def nested(depth):
    return {"type": "ticket", "x": json.loads("[" * depth + "]" * depth)}


def without(number, key):
    message = ticket(number)
    del message[key]
    return message


# Each gives the fields of one entry that must end in :dead.
SHAPES = [
    lambda n: {"j": b"{"},
    lambda n: {"j": b""},
    lambda n: {"j": b"[]"},
    lambda n: {"j": b"null"},
    lambda n: {"j": json.dumps(ticket(n)).encode() + b"x"},
    lambda n: {"j": json.dumps(ticket(n)).encode()[:-5]},
    lambda n: {"j": b'{"type":"ticket","id":"a","id":"b","team":"sales","kind":"order"}'},
    lambda n: {"j": b'{"type":"ticket","id":"\xff\xfe","team":"sales","kind":"order"}'},
    lambda n: {"j": json.dumps(ticket(n, id="a\x00b")).encode()},
    lambda n: {"j": json.dumps(ticket(n, id="a\nb")).encode()},
    lambda n: {"j": json.dumps(ticket(n, id="")).encode()},
    lambda n: {"j": json.dumps(ticket(n, id="x" * 129)).encode()},
    lambda n: {"j": json.dumps(ticket(n, type="tikcet")).encode()},
    lambda n: {"j": json.dumps(without(n, "type")).encode()},
    lambda n: {"j": json.dumps(without(n, "id")).encode()},
    lambda n: {"j": json.dumps(without(n, "team")).encode()},
    lambda n: {"j": json.dumps(without(n, "kind")).encode()},
    lambda n: {"j": json.dumps(ticket(n, value=1.5)).encode()},
    lambda n: {"j": json.dumps(ticket(n, value="12")).encode()},
    lambda n: {"j": json.dumps(ticket(n, value=2 ** 53)).encode()},
    lambda n: {"j": json.dumps(ticket(n, currency="NOK")).encode()},
    lambda n: {"j": json.dumps(ticket(n, team="nowhere")).encode()},
    lambda n: {"j": json.dumps(ticket(n, kind="nothing")).encode()},
    lambda n: {"j": json.dumps(ticket(n, subject="x" * 70000)).encode()},
    lambda n: {"j": json.dumps(nested(9)).encode()},
    lambda n: {"j": b"[" * 60000},
    lambda n: {"j": json.dumps(dict(ticket(n), **{"k%d" % i: i for i in range(300)})).encode()},
    lambda n: {"x": json.dumps(ticket(n)).encode()},
    lambda n: {"j": json.dumps(ticket(n)).encode(), "m": msgpack.packb(ticket(n))},
    lambda n: {"j": json.dumps(ticket(n)).encode(), "note": b"hello"},
    lambda n: {"m": b""},
    lambda n: {"m": b"\xc1"},
    lambda n: {"m": b"\xdd\xff\xff\xff\xff"},  # an array that says it has 4 G items
    lambda n: {"m": b"\xdf" + struct.pack(">I", 0x7fffffff)},
    lambda n: {"m": b"\x81\xa4type\xdb\xff\xff\xff\xff"},
    lambda n: {"m": b"\x91" * 60000},
    lambda n: {"m": msgpack.packb(ticket(n)) + b"\x00"},
    lambda n: {"m": msgpack.packb(ticket(n))[:-3]},
    lambda n: {"m": msgpack.packb(ticket(n, value=2.5))},
    lambda n: {"m": msgpack.packb(ticket(n, value=1 << 63))},
    lambda n: {"m": msgpack.packb([1, 2, 3])},
    lambda n: {"m": json.dumps(ticket(n)).encode()},
    lambda n: {"j": msgpack.packb(ticket(n))},
    lambda n: {"j": b'{"type": "signal", "rep": "nobody-we-know", "status": "away"}'},
    lambda n: {"j": b'{"type": "signal", "rep": "ana", "status": "busy"}'},
    lambda n: {"j": b'{"type": "outcome", "id": "ok-0", "outcome": "great"}'},
    lambda n: {"j": b'{"type": "update", "id": "never-seen", "priority": 1}'},
]


@scenario("%d malformed entries are each dead with a reason, the good ones between are dealt" % BAD)
def malformed(stack):
    stack.start()
    raw = redis.Redis(unix_socket_path=stack.redis_server.socket)
    entries, order = {}, []
    for number in range(BAD):
        order.append(raw.xadd(INBOX, SHAPES[number % len(SHAPES)](number)).decode())
        entries[order[-1]] = number % len(SHAPES)
        if number % 2:
            stack.add_ticket("ok-%d" % (number // 2), value=number)
    stack.settle(90)
    dead = stack.sql("SELECT stream_id, reason, body FROM dead_letter")
    spared = sorted({entries[e] for e in order} - {entries.get(row[0], -1) for row in dead})
    assert not spared, "accepted though malformed: shapes %r" % spared
    assert sorted(row[0] for row in dead) == sorted(order), "%d dead letters" % len(dead)
    assert all(row[1].strip() and "\n" not in row[1] for row in dead), "a reason is not one line"
    assert raw.xlen(DEAD) == BAD
    count = stack.sql1("SELECT count(*) FROM ticket WHERE state = 'assigned'")
    assert count == BAD // 2, "%d good tickets are assigned, not %d" % (count, BAD // 2)
    check_dead_bytes(raw)
    check_gapless(raw, stack.sql1("SELECT seq FROM head"))


def check_dead_bytes(raw):
    """Reason and body, or its digest, are there whatever bytes came."""
    for entry, fields in raw.xrange(DEAD):
        told = b"body" in fields or (fields[b"size"] and fields[b"sha256"])
        assert fields[b"reason"] and told and fields[b"at"], (entry, fields.keys())


def check_gapless(raw, last):
    ids = [entry.decode() for entry, _ in raw.xrange(OUTBOX)]
    assert ids == ["%d-0" % n for n in range(1, last + 1)], "the outbox has a hole"


# What decides nothing, wrong in every way; who gets the work is no matter of these.
BLEMISHES = {
    "subject": ["", "a\tb", "folded\r\n line", "Best\u0092llung", "\x00", "x" * 1025, "x" * 20000, 7,
                7.5, True, None, [], {"a": [1]}, ["x"] * 200],
    "channel": ["form/" + "x" * 140, "\n", 12, None, {}],
    "customer": ["a" * 64 + "@" + "b" * 180 + ".example", "c" * 255, "", 4711, None, [1]],
    "priority": [10, -1, "high", 2.5, None],
    "created_at": [0, "tomorrow", "2026-03-01", None],
    "owner": ["", 7, "nobody\n", None],
    "custom_fields": ["x" * 40000, 2 ** 60, [[[[[[[[[1]]]]]]]]], {"k%d" % i: i for i in range(300)}],
}
RAW = [b'"subject":"Gr\xfc\xdfe"', b'"subject":"\x01\x00\xff"', b'"subject":"\\ud800"',
       b'"subject":"one","subject":"two"', b'"note":1,"note":"\xff"', b'"note":1e999']


def blemished():
    """(field of the entry, body, number) of each."""
    number = 0
    for key, values in BLEMISHES.items():
        for value in values:
            for field, encode in (("j", lambda m: json.dumps(m).encode()), ("m", msgpack.packb)):
                yield field, encode(ticket(number, **{key: value})), number
                number += 1
    for raw in RAW:
        yield "j", json.dumps(ticket(number)).encode()[:-1] + b"," + raw + b"}", number
        number += 1


@scenario("what decides nothing never keeps a ticket from being dealt, on the stream and the socket")
def mended(stack):
    daemon = stack.start()
    raw = redis.Redis(unix_socket_path=stack.redis_server.socket)
    count = 0
    for field, body, number in blemished():
        raw.xadd(INBOX, {field: body})
        count += 1
    stack.settle()
    dead = stack.sql("SELECT reason FROM dead_letter")
    assert not dead, dead
    assert stack.sql1("SELECT count(*) FROM ticket WHERE state = 'assigned'") == count
    longest = stack.sql1("SELECT max(length(customer)) FROM ticket")
    assert longest == 254, longest
    assert daemon.logged("subject: left out: empty"), daemon.last_words()

    for key, values in BLEMISHES.items():
        for value in values:
            answer = daemon.post("/v1/tickets", ticket(count, **{key: value}))
            assert answer.code == 200, (key, value, answer)
            told = answer.json.get("mended", "")
            none = value is None or key == "custom_fields" or (key, len(str(value))) == ("customer", 253)
            assert told.startswith(key + ": ") != none, (key, value, told)
            count += 1
    for reason, told in (("a\tb", "reason: control characters taken out"), ("r" * 2000, "reason: cut to 1024 bytes")):
        answer = daemon.post("/v1/tickets/default/bad-0/move", {"team": "sales", "reason": reason})
        assert answer.code in (200, 409), answer
        if answer.code == 200:
            assert answer.json["mended"] == told, answer
    stack.settle()
    assert daemon.stop() == 0
    verify_ok(stack)


@scenario("the limits themselves are accepted")
def at_the_limits(stack):
    stack.start()
    stack.add_ticket("x" * 128, subject="y" * 1024, value=2 ** 53 - 1, priority=9)
    stack.add_ticket("b", unknown={"deep": [[[[1]]]]}, another=None, note="n" * 16384)
    stack.add_ticket("å" * 64)
    stack.settle()
    dead = stack.sql("SELECT reason FROM dead_letter")
    assert not dead, dead
    assert stack.ticket("x" * 128)["state"] == "assigned", dead
    assert stack.ticket("å" * 64)["state"] == "assigned", dead
    check_invariants(stack)


LONG_TEXTS = ["Kunde hat storniert, Gutschrift folgt. Übergeben an Buchhaltung", "x" * 39 + "€uro",
              "y" * 38 + "😀", "中" * 60, "z" * 37 + "\U0010fffd" * 9]


@scenario("a refusal that repeats a text cut inside a character keeps nobody waiting")
def cut_characters(stack):
    daemon = stack.start()
    fields = [("outcome", {"id": "4711"}), ("currency", {}), ("type", {}), ("status", {"rep": "ana"})]
    count = 0
    for text in LONG_TEXTS:
        for start in range(4):  # so that the cut falls on every byte of a character
            for field, more in fields:
                message = dict({"type": {"outcome": "outcome", "status": "signal"}.get(
                    field, "ticket"), "id": "c", "team": "sales", "kind": "order"}, **more)
                message[field] = text[start:]
                stack.redis.xadd(INBOX, {"j": json.dumps(message, ensure_ascii=False)})
                count += 1
    stack.redis.xadd(INBOX, {"j": '{"type":"ticket","ä' + "€" * 30 + '":1,"ä' + "€" * 30 + '":2}'})
    stack.add_ticket("behind-them")
    stack.settle()
    assert stack.ticket("behind-them")["state"] == "assigned"
    assert stack.sql1("SELECT count(*) FROM dead_letter") == count + 1
    assert daemon.led_once(), daemon.last_words()
    check_invariants(stack)


@scenario("ids of the stream that no bigint holds are read back, also by who starts again")
def highest_ids(stack):
    daemon = stack.start()
    for entry in ["%d-0" % (2 ** 63 - 1), "%d-%d" % (2 ** 63 - 1, 2 ** 64 - 1), "%d-0" % 2 ** 63,
                  "%d-%d" % (2 ** 63, 2 ** 63), "%d-%d" % (2 ** 64 - 1, 2 ** 64 - 2)]:
        message = {"type": "ticket", "id": entry, "team": "sales", "kind": "order"}
        stack.redis.xadd(INBOX, {"j": json.dumps(message)}, id=entry)
        stack.produced[entry] = message
    stack.redis.xadd(INBOX, {"j": "no message"}, id="%d-%d" % (2 ** 64 - 1, 2 ** 64 - 1))
    stack.settle()
    daemon.kill()
    daemon.start()
    stack.settle()
    assert stack.sql1("SELECT count(*) FROM ticket WHERE state = 'assigned'") == 5
    assert stack.sql("SELECT stream_id FROM dead_letter") == \
        [("%d-%d" % (2 ** 64 - 1, 2 ** 64 - 1),)]
    check_invariants(stack)
    assert daemon.stop() == 0
    verify_ok(stack)


@scenario("an outcome whose ticket never came is told alike, live and from PostgreSQL")
def expired_outcome(stack):
    if not LONG:
        raise Skip("it waits for a minute; EVENHAND_LONG=1 does")
    daemon = stack.start()
    entry = stack.add({"type": "outcome", "id": "never-çame", "source": "shöp", "outcome": "won"})
    stack.settle()

    def refused():
        return stack.sql1("SELECT count(*) FROM effect WHERE type = 6")
    wait_until("its time is over", refused, 120)
    stack.settle()
    check_invariants(stack)
    before = stack.redis.xrange(OUTBOX)
    last = json.loads(before[-1][1]["j"])
    assert (last["source"], last["id"], last["inbox"]) == ("shöp", "never-çame", entry), last
    stack.redis.delete(OUTBOX)
    daemon.kill()
    daemon.start()
    stack.settle()
    assert stack.redis.xrange(OUTBOX) == before
    check_invariants(stack)


@scenario("an entry that kills its decoder ends dead, four kills cost no good ticket")
def killing(stack):
    if WRAPPER:
        raise Skip("valgrind alone maps more than a process that tries an entry may")
    need_faults()
    stack.start()
    assert stack.daemon.stop() == 0
    for number in range(10):
        stack.add_ticket("before-%d" % number)
    stack.add_ticket("killer", subject="this one is poisoned")
    stack.add_ticket("after")
    deaths = 0
    while deaths < 10:  # until a life in which the entry is tried in a child first
        daemon = stack.daemon.start(ready=False, environment={"EVENHAND_ABORT_ON": "poisoned"})
        wait_until("it dies or is through", lambda: not daemon.alive() or stack.inbox_done(), 60)
        if stack.inbox_done():
            break
        deaths += 1
    assert 3 <= deaths <= 5, "%d deaths" % deaths
    stack.settle()
    dead = stack.sql("SELECT reason FROM dead_letter")
    assert len(dead) == 1 and "kills its decoder" in dead[0][0], dead
    assert stack.sql1("SELECT count(*) FROM ticket WHERE state = 'assigned'") == 11
    check_gapless(redis.Redis(unix_socket_path=stack.redis_server.socket),
                  stack.sql1("SELECT seq FROM head"))


@scenario("while an entry is tried that hangs its decoder the loop goes on, and the order is kept")
def hanging(stack):
    if WRAPPER:
        raise Skip("valgrind alone maps more than a process that tries an entry may")
    need_faults()
    stack.start()
    assert stack.daemon.stop() == 0
    stack.add_ticket("hanger", subject="this one is poisoned")
    for number in range(20):
        stack.add_ticket("behind-%d" % number)

    def deliveries():
        rows = stack.redis.xpending_range(INBOX, GROUP, "-", "+", 1)
        return rows[0]["times_delivered"] if rows else 0

    while deliveries() < 3:  # it is tried in a child the fourth time
        daemon = stack.daemon.start(ready=False, environment={"EVENHAND_ABORT_ON": "poisoned"})
        wait_until("it dies", lambda: not daemon.alive(), 60)
    daemon = stack.daemon.start(environment={"EVENHAND_HANG_ON": "poisoned"})
    wait_until("it is tried", lambda: deliveries() >= 4, 30)
    asked = 0
    while daemon.get("/v1/tickets/default/behind-0").code == 404:
        message = {"id": "over-%d" % asked, "team": "sales", "kind": "order"}
        answer = daemon.post("/v1/tickets", message)
        assert answer.code == 200, answer
        asked += 1
        time.sleep(0.2)
    assert asked >= 5, "the loop stood still: %d changes in the time of a trial" % asked
    stack.settle()
    dead = stack.sql("SELECT reason FROM dead_letter")
    assert len(dead) == 1 and "kills its decoder" in dead[0][0], dead
    order = [row[0] for row in stack.sql(
        "SELECT coalesce(id, 'hanger') FROM input WHERE stream_ms IS NOT NULL ORDER BY input")]
    assert order == ["hanger"] + ["behind-%d" % number for number in range(20)], order
    check_invariants(stack)


@scenario("what is refused by thousands fills no disk: a hundred bodies a minute, digests of the rest")
def thousands(stack):
    daemon = stack.start()
    raw = redis.Redis(unix_socket_path=stack.redis_server.socket)
    bodies = {}
    for _ in range(20):
        pipe = raw.pipeline(transaction=False)
        chunk = [os.urandom(30000) for _ in range(50)]
        for body in chunk:
            pipe.xadd(INBOX, {"m": body})
        bodies.update(zip(pipe.execute(), chunk))
    stack.settle(90)
    rows = stack.sql("SELECT stream_id, body, size, sha256 FROM dead_letter")
    assert len(rows) == len(bodies) == 1000
    kept = [row for row in rows if row[1] is not None]
    assert 100 <= len(kept) <= 300, "%d bodies: it took at most two minutes" % len(kept)
    for number, body, size, digest in rows:
        pushed = bodies[number.encode()]
        assert size == len(pushed) and (body is None) != (digest is None), number
        assert bytes(body) == pushed if digest is None else \
            bytes(digest) == hashlib.sha256(pushed).digest(), number
    entries = raw.xrange(DEAD)
    assert len(entries) == 1000
    bare = [fields for _, fields in entries if b"body" not in fields]
    assert len(bare) == 1000 - len(kept)
    assert all(bytes.fromhex(f[b"sha256"].decode()) and f[b"size"] == b"30000" for f in bare)
    daemon.kill()
    raw.delete(DEAD)
    daemon.start()  # published again, out of PostgreSQL
    stack.settle(60)
    wait_until("they are there again", lambda: raw.xlen(DEAD) == 1000)
    assert raw.xrange(DEAD) == entries
    daemon.stop()
    code, verdict, _ = verify(stack)
    assert code == 0 and "; %d dead letters keep no body" % len(bare) in verdict, verdict


run()
