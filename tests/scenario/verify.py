#!/usr/bin/python3
"""verify: draw epochs are committed before and revealed after, and evenhand verify proves the log
and names the first bad row of one that was tampered with.

Rows are changed as only a superuser can: with triggers off. Each change is taken back.
"""
import hashlib
import json
import os

import psycopg2

from harness import OUTBOX, Promise, run, scenario, wait_until
from invariants import check_invariants
from proofs import OK, names, not_proved, tampered, verify, verify_ok

TEAM = ["ana", "ben", "cai", "dora"]


def desk():
    return {"desk": "main", "currency": "EUR", "time_zone": "Europe/Oslo",
            "kinds": {"order": {"points": 2}}, "reps": [{"id": r} for r in TEAM],
            "teams": [{"id": "sales", "policy": "random", "reps": TEAM}]}


def deal(stack, count, prefix="t"):
    stack.add_many([{"type": "ticket", "id": "%s-%d" % (prefix, n), "team": "sales",
                     "kind": "order", "value": 1000 + n} for n in range(count)])
    stack.settle()


def started(stack, tickets=60):
    """A leader and a log with two epochs that ended and one that goes on; the daemon is stopped."""
    daemon = stack.start(desk())
    for part in "ab":
        deal(stack, tickets, part)
        code, _, error = stack.cli("draws", "reveal")
        assert code == 0, error
    deal(stack, tickets, "c")
    stack.add({"type": "outcome", "id": "a-3", "outcome": "won", "value": 500})
    stack.add({"type": "signal", "rep": "ana", "status": "overloaded", "for": 3600})
    stack.settle()
    check_invariants(stack)
    assert daemon.stop() == 0
    return daemon


def input_of(stack, ticket):
    return stack.sql1("SELECT input FROM ticket WHERE id = %s", ticket)


def assignment(stack, ticket):
    """(input, seq, rep)"""
    return stack.sql("SELECT input, seq, rep FROM assignment WHERE ticket = %s", ticket)[0]


def derive(key, epoch):
    """The seed of an epoch, by libsodium's crypto_kdf."""
    return hashlib.blake2b(b"", digest_size=32, key=key, person=b"ehepoch1" + bytes(8),
                           salt=epoch.to_bytes(8, "little") + bytes(8)).digest()


@scenario("epochs are committed before their draws and revealed when they end")
def epochs(stack):
    daemon = stack.start(desk())
    deal(stack, 20)
    first = daemon.get("/v1/draws").json["draws"]
    assert [d["epoch"] for d in first] == [0, 1], first
    assert all(d["seed"] is None and d["revealed_at"] is None for d in first), first
    assert first[0]["opened_at"] and not first[1]["opened_at"], first
    committed = stack.sql1("SELECT max(input) FROM effect WHERE type = 7")
    assert committed < stack.sql1("SELECT min(input) FROM ticket"), "committed after a ticket"
    key = open(stack.dir + "/key", "rb").read()
    assert os.stat(stack.dir + "/key").st_mode & 0o777 == 0o600 and len(key) == 32

    answer = daemon.post("/v1/draws/reveal", headers={"Idempotency-Key": "once"})
    assert answer.code == 200 and answer.json["input"] > 0, answer
    again = daemon.post("/v1/draws/reveal", headers={"Idempotency-Key": "once"})
    assert again.code == 200 and again.json["repeat"], again
    draws = daemon.get("/v1/draws").json["draws"]
    assert [d["epoch"] for d in draws] == [0, 1, 2], draws
    seed = bytes.fromhex(draws[0]["seed"])
    assert hashlib.blake2b(seed, digest_size=32).hexdigest() == draws[0]["commitment"]
    assert seed == derive(key, 0), "not libsodium's crypto_kdf of the key file"
    for epoch in (1, 2):
        secret = derive(key, epoch)
        assert hashlib.blake2b(secret, digest_size=32).hexdigest() == draws[epoch]["commitment"]
        for table, column in (("input", "rest"), ("snapshot", "body"), ("effect", "detail")):
            assert not stack.sql("SELECT 1 FROM %s WHERE position(%%s in %s) > 0" % (table, column),
                                 psycopg2.Binary(secret)), "a seed is in %s before its time" % table
        assert not stack.sql("SELECT 1 FROM effect WHERE why = %s", secret.hex())
        assert secret.hex() not in daemon.last_words(1000)
    assert draws[0]["commitment"] == first[0]["commitment"], "a commitment changed"
    assert draws[1]["commitment"] == first[1]["commitment"], "a commitment changed"
    assert draws[1]["seed"] is None and draws[1]["opened_at"] == draws[0]["revealed_at"], draws
    assert [tuple(r) for r in stack.sql("SELECT epoch, commitment, seed FROM draw ORDER BY 1")] == [
        (d["epoch"], d["commitment"], d["seed"]) for d in draws]
    notices = [json.loads(f["j"]) for _, f in stack.redis.xrange(OUTBOX)]
    told = [(n["type"], n["id"], n["why"]) for n in notices if n["type"] in ("commitment", "revealed")]
    assert told == [("commitment", "0", draws[0]["commitment"]),
                    ("commitment", "1", draws[1]["commitment"]),
                    ("revealed", "0", draws[0]["seed"]),
                    ("commitment", "2", draws[2]["commitment"])], told
    assert daemon.get("/v1/draws?after=0").json["draws"] == draws[1:]
    assert daemon.get("/v1/draws?after=x").code == 400
    text = stack.cli("draws")[1]
    assert draws[0]["seed"] in text and draws[2]["commitment"] in text, text
    check_invariants(stack)


@scenario("the draws of an ended epoch can be computed by anybody")
def computed(stack):
    stack.start(desk())
    deal(stack, 30)
    stack.cli("draws", "reveal")
    seed = bytes.fromhex(stack.sql1("SELECT seed FROM draw WHERE epoch = 0"))
    rows = stack.sql("SELECT i.source, i.id, i.digest, e.draws FROM effect e JOIN input i"
                     " ON i.input = e.ticket WHERE e.type = 1")
    assert len(rows) == 30

    def block(data):
        return len(data).to_bytes(4, "little") + data
    for source, ident, digest, draws in rows:
        said = b"".join(map(block, [b"evenhand draw v1", b"main", b"sales", source.encode(),
                                    ident.encode(), bytes.fromhex(digest.replace("-", ""))]))
        result = hashlib.blake2b(said + (1).to_bytes(4, "little") + bytes(4), digest_size=32,
                                 key=seed).digest()[:8]
        assert result[::-1] == bytes(draws)[:8], "ticket %s drew something else" % ident


@scenario("another key file is refused as long as it is there")
def other_key(stack):
    daemon = stack.start(desk())
    deal(stack, 5)
    assert daemon.stop() == 0
    path = stack.dir + "/key"
    os.rename(path, path + ".right")
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as f:
        f.write(bytes(32))
    daemon.start(ready=False)
    wait_until("it ends", lambda: not daemon.alive(), 15)
    assert daemon.process.returncode == 78, daemon.process.returncode
    assert "not the key of this desk" in daemon.last_words(), daemon.last_words()
    os.rename(path + ".right", path)
    daemon.start()
    deal(stack, 5, "u")
    verify_ok(stack)


@scenario("a log is proven, by the auditor, with seeds revealed and without")
def proven(stack):
    started(stack)
    assert verify_ok(stack) >= 60, "the draws of the third epoch"
    stack.sql("CREATE ROLE auditor LOGIN IN ROLE evenhand_auditor")
    auditor = stack.postgres.dsn + " user=auditor"
    verify_ok(stack, dsn=auditor)
    assert not stack.sql1("SELECT has_table_privilege('auditor', 'personal', 'SELECT')")
    verify_ok(stack, "--from", 50, "--to", 90)
    code, verdict, _ = verify(stack, checkpoint=False)
    assert code == 0 and verdict.startswith("ok; ") and "checkpoint" in verdict, verdict
    code, verdict, _ = verify(stack, "--json")
    assert json.loads(verdict)["ok"] and json.loads(verdict)["draws"] >= 120, verdict
    assert verify(stack, dsn="host=/nowhere dbname=x")[0] == 69
    assert verify(stack, "--from", "x")[0] == 2
    stack.sql("CREATE ROLE nobody LOGIN")
    code, _, error = verify(stack, dsn=stack.postgres.dsn + " user=nobody")
    assert code == 77 and error.count("\n") == 0, (code, error)


@scenario("every policy, and whatever else happens to tickets, is proven")
def policies(stack):
    names_of = ["random", "balanced", "rotation", "least_loaded"]
    reps = [{"id": r, "share": share, "skills": ["de"] if r in "ana ben" else []}
            for r, share in zip(TEAM, (1.0, 0.5, 1.0, 0.8))]
    daemon = stack.start(dict(desk(), reps=reps, teams=[
        {"id": name, "policy": name, "reps": TEAM, "capacity": 60, "affinity": "open"}
        for name in names_of]))
    stack.add_many([{"type": "ticket", "id": "%s-%d" % (name, n), "team": name, "kind": "order",
                     "value": 1000 + n * n, "customer": "c%d" % (n % 37),
                     "skills": ["de"] if n % 9 == 0 else []}
                    for n in range(60) for name in names_of])
    stack.settle()
    for n in range(0, 40, 3):
        stack.add({"type": "outcome", "id": "balanced-%d" % n, "outcome": "won"})
    stack.add({"type": "outcome", "id": "balanced-0", "outcome": "reopened"})
    stack.add({"type": "update", "id": "random-1", "value": 5, "priority": 9})
    stack.add({"type": "signal", "rep": "cai", "status": "away"})
    stack.settle()
    assert daemon.post("/v1/reps/ben/release", {"reason": "left"}).code == 200
    stack.cli("draws", "reveal")
    stack.add({"type": "signal", "rep": "cai", "status": "available"})
    deal_to = [{"type": "ticket", "id": "later-%d" % n, "team": names_of[n % 4], "kind": "order"}
               for n in range(80)]
    stack.add_many(deal_to)
    stack.settle()
    verify_ok(stack)
    daemon.kill()  # what recovery makes of it is proven, too
    daemon.start()
    stack.add_many([dict(m, id="after-" + m["id"]) for m in deal_to])
    stack.settle()
    stack.cli("draws", "reveal")
    assert verify_ok(stack) == 0
    rows = stack.sql("SELECT why, count(detail) FROM effect WHERE type = 1 GROUP BY 1")
    assert dict(rows)["balanced"] > 0 and dict(rows)["rotation"] > 0, rows


@scenario("the first bad row is named, whatever was done to the log")
def tampering(stack):
    started(stack)
    before = verify_ok(stack)
    rows, seq, rep = assignment(stack, "a-30")
    other = next(r for r in TEAM if r != rep)
    names(stack, "^input %d: assignment seq %d: recorded rep %s, the log gives %s$" % (
        rows, seq, other, rep), "UPDATE effect SET rep = '%s' WHERE seq = %d" % (other, seq))
    gone = input_of(stack, "a-31")
    names(stack, "^input %d: is missing" % gone, "DELETE FROM input WHERE input = %d" % gone)
    names(stack, r"^input %d: seq \d+: is missing, and with it what was drawn" % gone,
          "DELETE FROM effect WHERE input = %d" % gone)
    seed, by = stack.sql("SELECT seq, input FROM effect WHERE type = 8 ORDER BY seq LIMIT 1")[0]
    forged = "0123456789abcdef" * 4
    names(stack, "^input %d: revealed seq %d: recorded why %s" % (by, seed, forged),
          "UPDATE effect SET why = '%s' WHERE seq = %d" % (forged, seed))
    names(stack, "^input %d: the seed revealed for draw epoch 0 does not hash" % by,
          "UPDATE effect SET why = '%s' WHERE seq = %d" % (forged, seed),
          "UPDATE input SET rest = overlay(rest placing decode('%s', 'hex') from"
          " position(decode('%s', 'hex') in rest)) WHERE input = %d" % (
              forged, stack.sql1("SELECT seed FROM draw WHERE epoch = 0"), by))
    names(stack, "^input %d: ticket a-31: .*value" % gone,
          "UPDATE input SET value = value + 1 WHERE input = %d" % gone)
    swap = "UPDATE %s SET %s = CASE %s WHEN %d THEN -1 ELSE %d END WHERE %s IN (%d, %d)"
    names(stack, "^input %d: " % gone,
          swap % ("input", "input", "input", gone, gone, "input", gone, gone + 1),
          "UPDATE input SET input = %d WHERE input = -1" % (gone + 1))
    names(stack, r"^input %d: (ticket a-30: draw|assignment seq)" % rows,
          swap % ("effect", "seq", "seq", seq, seq, "seq", seq, seq + 1),
          "UPDATE effect SET seq = %d WHERE seq = -1" % (seq + 1),
          "UPDATE effect SET input = CASE input WHEN %d THEN %d ELSE %d END WHERE seq IN (%d, %d)"
          % (rows, rows + 1, rows, seq, seq + 1))
    names(stack, "^input %d: ticket a-30: draw 0 of epoch 0: recorded" % rows,
          "UPDATE effect SET draws = decode('0011223344556677', 'hex') WHERE seq = %d" % seq)
    names(stack, r"^input (one of \d+ to )?\d+: was changed, or its chain row",
          "UPDATE chain SET hash = sha256(hash) WHERE input = (SELECT min(input) FROM chain"
          " WHERE input > %d)" % rows)
    change = stack.sql1("SELECT input FROM ticket_change ORDER BY input LIMIT 1")
    names(stack, "^input %d: the recorded state of the ticket" % change,
          "UPDATE ticket_change SET outcome = 'lost' WHERE input = %d" % change)
    assert verify_ok(stack) == before, "the log is as it was"


@scenario("an end that was cut off is seen by the checkpoint file, and so is a log written anew")
def cut(stack):
    started(stack)
    last = stack.sql1("SELECT input FROM head")
    keep, seq, digest, chain = stack.sql(
        "SELECT input, seq, digest, encode(hash, 'hex') FROM chain WHERE input < %s - 20"
        " ORDER BY input DESC LIMIT 1", last)[0]
    tables = [("input", "input"), ("chain", "input"), ("ticket_change", "input"), ("dead", "input")]
    statements = ["DELETE FROM %s WHERE %s > %d" % (t, c, keep) for t, c in tables]
    statements.append("DELETE FROM effect WHERE seq > %d" % seq)
    names(stack, "^input %d: is missing; the head says" % (keep + 1), *statements, checkpoint=False)
    # Whoever forges all that is kept in the database is only found out by what is kept elsewhere.
    statements += ["DELETE FROM snapshot", "DELETE FROM ledger", "DELETE FROM book",
                   "UPDATE head SET input = %d, seq = %d, digest = '%s', chain = decode('%s', 'hex'),"
                   " dead = 0, at = (SELECT at FROM input WHERE input = %d)" % (
                       keep, seq, digest, chain, keep),
                   "UPDATE head h SET seal = substr(sha256(c.link || int2send(h.desk) ||"
                   " int8send(h.input) || int8send(h.seq) || int8send(h.at) || int8send(h.dead) ||"
                   " int8send(h.high_ms) || int8send(h.high_no) || int8send(h.low_ms) ||"
                   " int8send(h.low_no) || uuid_send(h.digest) || h.chain), 1, 16) FROM chain c"
                   " WHERE c.input = h.input"]
    names(stack, "^input %d: is missing, and all after it: .*checkpoints:\\d+ has seen input %d" % (
        keep + 1, last), *statements)
    with tampered(stack, *statements):
        code, verdict, _ = verify(stack, checkpoint=False)
        assert code == 0 and "cut off" in verdict, "without the file it says what it cannot know"
    lines = open(stack.dir + "/checkpoints", encoding="ascii").read().splitlines()
    with open(stack.dir + "/checkpoints", "a", encoding="ascii") as f:
        f.write(lines[0] + "\n")
    code, verdict, _ = verify(stack)
    assert code == 1 and "goes back from input" in verdict, verdict


@scenario("state digests of an earlier form are not compared, and come before those of this one")
def earlier_form(stack):
    started(stack)
    rows = [r[0] for r in stack.sql("SELECT input FROM chain ORDER BY input")]
    middle = rows[len(rows) // 2]
    wrong = "UPDATE chain SET digest = gen_random_uuid(), state = %s WHERE input <= %d"
    names(stack, "^input (one of .*)?%d: was changed, or its chain row was: the recorded state digest"
          % rows[0], "UPDATE chain SET digest = gen_random_uuid() WHERE input = %d" % rows[0])
    unlinked = ["UPDATE chain SET link = NULL", "UPDATE head SET seal = NULL"]
    for state in ("NULL", "1"):
        with tampered(stack, wrong % (state, middle), *unlinked):
            code, verdict, error = verify(stack)
        assert code == 0 and not error, (code, verdict, error)
        assert verdict.endswith("; up to input %d the state digests are of an earlier form" % middle)
    names(stack, "^input %d: chain row: the form of its state digest falls" % rows[-1],
          "UPDATE chain SET state = NULL WHERE input = %d" % rows[-1], *unlinked)
    # A row that is missing shows by its time even where there are no links, and by its link.
    gone = "DELETE FROM chain WHERE input = %d" % middle
    names(stack, "^chain row of input %d: is missing: a batch ended there$" % middle, gone, *unlinked)
    names(stack, "^chain row of input %d: is missing: a batch ended there$" % middle, gone)
    names(stack, "^chain row of input %d: is missing: the head stands there$" % rows[-1],
          "DELETE FROM chain", "DELETE FROM snapshot", "UPDATE head SET seal = NULL")
    with tampered(stack, *unlinked):
        assert any(r.startswith("head.high_ms, ") for r in not_proved(stack))
    with tampered(stack, "UPDATE chain SET state = 30000 WHERE input = %d" % rows[-1]):
        code, verdict, error = verify(stack)
    assert code == 78 and "later version" in error, (code, verdict, error)


@scenario("what a rep was entitled to stands in a view")
def ledger(stack):
    daemon = stack.start(desk())
    deal(stack, 100)
    wait_until("the ledger is written", lambda: stack.sql1(
        "SELECT coalesce(min(entitled_as_of), 0) FROM fairness_by_rep") >= 100, 20)
    rows = stack.sql("SELECT rep, received, received_value FROM fairness_by_rep ORDER BY rep")
    assert [r[0] for r in rows] == TEAM and sum(r[1] for r in rows) == 100, rows
    assert sum(r[2] for r in rows) == sum(1000 + n for n in range(100)), rows
    entitled = stack.sql("SELECT sum(entitled), sum(entitled_value) FROM fairness_by_rep")[0]
    assert abs(entitled[0] - 100) < 0.001, entitled
    assert abs(entitled[1] - sum(1000 + n for n in range(100))) < 10, entitled
    assert daemon.stop() == 0
    lines = open(stack.dir + "/checkpoints", encoding="ascii").read().splitlines()
    head = stack.sql("SELECT input, digest, encode(chain, 'hex') FROM head")[0]
    assert lines[-1] == "%d %s %s" % (head[0], head[1].replace("-", ""), head[2]), lines[-1]


@scenario("14,000 tickets are proven within seconds")
def volume(stack):
    stack.start(desk())
    deal(stack, 14000)
    stack.cli("draws", "reveal")
    with Promise() as promise:
        code, verdict, _ = verify(stack)
        promise.check("14,000 tickets are proven", 20)
    assert code == 0 and int(OK.match(verdict).group(1).replace(",", "")) > 14000, verdict


run()
