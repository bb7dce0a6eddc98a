#!/usr/bin/python3
"""lost_key: a master key that is gone is told as such and never taken for another; an operator goes
on with a new one on purpose, and everybody sees what can be proved no more: that, and nothing else.
"""
import getpass
import hashlib
import json
import os
import re
import subprocess

from harness import EVENHANDD, OUTBOX, patience, run, scenario, wait_until
from invariants import check_invariants
from office import FAKETIME, fakes_time
from proofs import names, verify, verify_ok

TEAM = ["ana", "ben", "cai", "dora"]
WHY = "the disk of the first host died"
LOST = re.compile(r"^([\d,]+) draws can never be proved, their key was lost: epoch (\d+) \(inputs"
                  r" (\d+) to (\d+), see input (\d+)\); all else is proven; ([\d,]+) inputs,"
                  r" ([\d,]+) draws await revelation$")


def desk():
    return {"desk": "main", "currency": "EUR", "time_zone": "UTC",
            "kinds": {"order": {"points": 2}}, "reps": [{"id": r} for r in TEAM],
            "teams": [{"id": "sales", "policy": "random", "reps": TEAM}]}


def deal(stack, count, prefix):
    stack.add_many([{"type": "ticket", "id": "%s-%d" % (prefix, n), "team": "sales",
                     "kind": "order", "value": 1000 + n} for n in range(count)])
    stack.settle()


def key_path(stack):
    return stack.dir + "/key"


def dealt(stack):
    """Twenty tickets under a seed that is revealed, and twenty under the one that goes on; the
    daemon is stopped."""
    daemon = stack.start(desk())
    deal(stack, 20, "a")
    assert stack.cli("draws", "reveal")[0] == 0
    deal(stack, 20, "b")
    assert daemon.stop() == 0
    return daemon


def lose(stack):
    os.rename(key_path(stack), key_path(stack) + ".lost")


def refused(stack, wanted, *arguments):
    """Ends with 78 and says so in one line; nothing is in the log, and no key is made."""
    head = stack.sql1("SELECT input FROM head")
    there = os.path.exists(key_path(stack))
    code, output = stack.daemon.run(*arguments)
    assert code == 78, (code, output)
    said = [line for line in output.splitlines() if " error " in line]
    assert len(said) == 1 and wanted in said[0], output
    assert stack.sql1("SELECT input FROM head") == head
    assert os.path.exists(key_path(stack)) == there
    return said[0]


def epoch_draws(stack, epoch):
    """(draws, first and last input) of what was dealt in it"""
    return stack.sql("SELECT sum(length(draws) / 8)::bigint, min(input), max(input) FROM effect"
                     " WHERE type = 1 AND epoch = %s AND draws IS NOT NULL", epoch)[0]


def verify_lost(stack, epoch, *arguments):
    """Exit status 3, and the range that cannot be proved is told exactly. Returns the input of the
    new key."""
    code, verdict, error = verify(stack, *arguments)
    assert code == 3 and not error, (code, verdict, error)
    found = LOST.match(verdict)
    assert found, verdict
    numbers = [int(group.replace(",", "")) for group in found.groups()]
    assert (numbers[0], *numbers[2:4]) == epoch_draws(stack, epoch), (verdict, numbers)
    assert numbers[1] == epoch, verdict
    return numbers[4]


def go_on(stack):
    """With a new key; it ends by itself."""
    code, output = stack.daemon.run("--new-key", WHY)
    assert code == 0 and "a new master key" in output, (code, output)
    assert os.stat(key_path(stack)).st_mode & 0o777 == 0o600
    with open(key_path(stack), "rb") as f, open(key_path(stack) + ".lost", "rb") as g:
        key, lost = f.read(), g.read()
    assert len(key) == 32 and key != lost
    return key


@scenario("a key file that is missing is told with what to do, and none is made")
def missing(stack):
    dealt(stack)
    lose(stack)
    said = refused(stack, "draw epoch 1 is committed under it")
    assert key_path(stack) in said and "--new-key" in said and "is missing" in said, said
    os.rename(key_path(stack) + ".lost", key_path(stack))
    stack.daemon.start()
    deal(stack, 5, "c")
    verify_ok(stack)


@scenario("what is not lost is not replaced, on purpose or not")
def not_lost(stack):
    daemon = dealt(stack)
    refused(stack, "nothing is lost", "--new-key", WHY)
    lose(stack)
    with open(key_path(stack), "xb", opener=lambda name, how: os.open(name, how, 0o600)) as f:
        f.write(b"the master key of another desk !")
    refused(stack, "is not the key of this desk")
    refused(stack, "is the key of another desk; move it away first", "--new-key", WHY)
    with open(key_path(stack), "rb") as f:
        assert f.read() == b"the master key of another desk !"
    os.rename(key_path(stack) + ".lost", key_path(stack))
    for reason in ["", "a\nb", "x" * 251]:
        assert daemon.run("--new-key", reason)[0] == 2, reason
    daemon.start()
    lose(stack)
    other = stack.new_daemon("other")
    code, output = other.run("--new-key", WHY)
    assert code == 78 and "another evenhandd leads this desk" in output, (code, output)
    assert not os.path.exists(key_path(stack))
    os.rename(key_path(stack) + ".lost", key_path(stack))
    deal(stack, 5, "c")
    verify_ok(stack)


@scenario("before anything is committed there is no key to lose")
def first_start(stack):
    stack.write_desk(desk())
    stack.start_servers()
    daemon = stack.new_daemon("d")
    assert stack.migrate()[0] == 0
    code, output = daemon.run("--new-key", WHY)
    assert code == 78 and "nothing is committed" in output, (code, output)
    assert not os.path.exists(key_path(stack))
    daemon.start()
    deal(stack, 5, "a")
    verify_ok(stack)


@scenario("a new key begins a new epoch, and what is lost with the old one stands in the log")
def new_key(stack):
    daemon = dealt(stack)
    lose(stack)
    before = verify_ok(stack)
    assert before == epoch_draws(stack, 1)[0], "they awaited revelation"
    stack.redis_server.stop()
    key = go_on(stack)
    stack.redis_server.start()  # so the next one publishes what this one told, out of PostgreSQL
    by = verify_lost(stack, 1)
    assert stack.sql("SELECT type, actor, reason FROM input WHERE input = %s", by) == [
        (18, getpass.getuser(), WHY)]

    daemon.start()
    deal(stack, 20, "c")
    notices = [json.loads(f["j"]) for _, f in stack.redis.xrange(OUTBOX)]
    notices = [n for n in notices if n["input"] == by]
    assert [(n["type"], n["id"]) for n in notices] == [
        ("lost", "1"), ("lost", "2"), ("commitment", "3"), ("commitment", "4")], notices
    assert all(n["why"] == WHY for n in notices[:2]), notices
    assert stack.cli("draws", "reveal")[0] == 0
    shown = daemon.get("/v1/draws").json["draws"]
    assert [(d["epoch"], d["lost"], bool(d["seed"])) for d in shown] == [
        (0, False, True), (1, True, False), (2, True, False), (3, False, True), (4, False, False),
        (5, False, False)], shown
    seed = hashlib.blake2b(b"", digest_size=32, key=key, person=b"ehepoch1" + bytes(8),
                           salt=(3).to_bytes(8, "little") + bytes(8)).hexdigest()
    assert shown[3]["seed"] == seed, "not of the new key"
    table = stack.cli("draws")[1]
    assert table.count("lost with its key") == 2 and table.count("not yet") == 2, table
    check_invariants(stack)
    assert daemon.stop() == 0

    assert verify_lost(stack, 1) == by
    told = json.loads(verify(stack, "--json")[1])
    draws, first, last = epoch_draws(stack, 1)
    assert told["lost"] == [{"epoch": 1, "draws": draws, "first_input": first, "last_input": last,
                             "input": by}], told
    assert not told["ok"] and told["awaiting"] == 0, told
    assert told["draws"] == epoch_draws(stack, 0)[0] + epoch_draws(stack, 3)[0], told
    assert verify_ok(stack, "--from", by) == 0, "all behind it is proven"
    assert verify_ok(stack, "--to", by - 1) == draws, "so far nobody knew"


@scenario("what was lost hides nothing else: the first bad row is named as ever")
def nothing_hidden(stack):
    dealt(stack)
    lose(stack)
    go_on(stack)
    by = verify_lost(stack, 1)
    seq, holder, made = stack.sql("SELECT seq, rep, input FROM effect WHERE type = 1 AND epoch = 1"
                                  " ORDER BY seq LIMIT 1")[0]
    other = next(r for r in TEAM if r != holder)
    names(stack, "^input %d: " % made,
          "UPDATE effect SET rep = '%s' WHERE seq = %d" % (other, seq))
    names(stack, "^input %d: lost seq " % by,
          "UPDATE effect SET why = 'stolen' WHERE type = 10 AND epoch = 1")
    names(stack, "^input %d: " % by, "UPDATE input SET reason = 'stolen' WHERE input = %d" % by)
    names(stack, "^input %d: " % by, "UPDATE input SET actor = 'nobody' WHERE input = %d" % by)
    revealed = stack.sql1("SELECT seq FROM effect WHERE type = 8 AND epoch = 0")
    names(stack, "^input ", "UPDATE effect SET why = repeat('0', 64) WHERE seq = %d" % revealed)
    verify_lost(stack, 1)


@scenario("a key may be lost twice, and an epoch without a draw misses nothing")
def twice(stack):
    daemon = dealt(stack)
    lose(stack)
    go_on(stack)
    os.remove(key_path(stack))
    go_on(stack)  # nothing was drawn in epoch 3
    verify_lost(stack, 1)
    daemon.start()
    deal(stack, 10, "c")
    assert daemon.stop() == 0
    os.remove(key_path(stack))
    go_on(stack)
    told = json.loads(verify(stack, "--json")[1])
    assert [(lost["epoch"], lost["draws"]) for lost in told["lost"]] == [
        (1, epoch_draws(stack, 1)[0]), (3, 0), (5, epoch_draws(stack, 5)[0])], told
    code, verdict, _ = verify(stack)
    assert code == 3 and "epoch 1 (inputs" in verdict and ", epoch 5 (inputs" in verdict, verdict
    assert "epoch 3" not in verdict, verdict


@scenario("the day may have changed when the loss is found out")
def next_day(stack):
    dealt(stack)
    lose(stack)
    if not fakes_time():
        return
    environment = {"LD_PRELOAD": FAKETIME, "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
                   "FAKETIME": "+3d"}
    stack.redis_server.stop()  # two servers would outweigh this clock
    done = subprocess.run([EVENHANDD, "--config", stack.daemon.config, "--new-key", WHY],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=dict(os.environ, **environment), timeout=patience(60))
    assert done.returncode == 0, done.stdout
    by = verify_lost(stack, 1)
    assert stack.sql("SELECT type FROM input WHERE input > %s ORDER BY input LIMIT 1", by) == [
        (10,)], "the day turns under the new key"
    stack.redis_server.start()
    stack.daemon.start(environment=environment, arguments=("--accept-time", "three days went by"))
    deal(stack, 10, "c")
    assert stack.daemon.stop() == 0
    verify_lost(stack, 1)


@scenario("PostgreSQL may go away while the new key is on its way into the log")
def postgres_away(stack):
    dealt(stack)
    lose(stack)
    stack.sql("CREATE FUNCTION refuse_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
              " IF new.type = 18 AND nextval('tries') < 3 THEN PERFORM pg_terminate_backend("
              "pg_backend_pid()); END IF; RETURN new; END $$")
    stack.sql("CREATE SEQUENCE tries; GRANT USAGE ON SEQUENCE tries TO PUBLIC")
    stack.sql("CREATE TRIGGER refuse_once BEFORE INSERT ON input FOR EACH ROW EXECUTE FUNCTION"
              " refuse_once()")
    go_on(stack)
    assert stack.sql1("SELECT last_value FROM tries") == 3
    stack.sql("DROP TRIGGER refuse_once ON input")
    verify_lost(stack, 1)
    stack.daemon.start()
    deal(stack, 5, "c")
    wait_until("it deals", lambda: stack.daemon.status()["role"] == "leader")
    assert stack.daemon.stop() == 0
    verify_lost(stack, 1)


run()
