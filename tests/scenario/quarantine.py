#!/usr/bin/python3
"""quarantine: what PostgreSQL refuses for its content, by a constraint put there by hand."""
import json

from harness import (DEAD, GROUP, INBOX, LONG, SALES, SUPPORT, default_desk, default_team, patience,
                     patiently, run, scenario, wait_until)
from invariants import check_invariants

POISON = "poison-\u00df"  # in two bytes, so that a careless cut would show


def forbid(stack, table, condition, name="no_poison"):
    stack.sql("ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s) NOT VALID" % (table, name, condition))


def allow(stack, table, name="no_poison"):
    stack.sql("ALTER TABLE %s DROP CONSTRAINT %s" % (table, name))


def alarms(stack):
    return {a["name"]: a["text"] for a in stack.daemon.status().get("alarms", [])}


def check_verified(stack):
    code, out, err = stack.cli("verify", "--db", stack.postgres.dsn, check=False)
    assert code == 0, out + err


def dead(stack):
    return stack.sql("SELECT stream_id, reason, convert_from(body, 'UTF8') FROM dead_letter ORDER BY input")


def check_one_dead(stack, entry, message, name="no_poison"):
    """Exactly this entry is a dead letter, as it came, with PostgreSQL's words; the rest went on."""
    letters = [letter for letter in dead(stack) if letter[0] == entry]
    assert len(letters) == 1, (entry, dead(stack))
    assert name in letters[0][1] and "23514" in letters[0][1], letters
    assert json.loads(letters[0][2]) == message, letters
    published = [f for _, f in stack.redis.xrange(DEAD)]
    assert sum(name in str(f) for f in published) >= 1, published
    assert name in alarms(stack).get("quarantine", ""), stack.daemon.status()


def around(stack, message, count=20):
    """Good tickets before and behind the bad entry, so that it has company in its transaction."""
    pipe = stack.redis.pipeline(transaction=True)
    number = len(stack.produced)
    for i in range(count):
        if i == count // 2:
            pipe.xadd(INBOX, {"j": json.dumps(message)})
        good = {"type": "ticket", "id": "good-%d" % (number + i), "team": "sales", "kind": "order"}
        stack.produced[good["id"]] = good
        pipe.xadd(INBOX, {"j": json.dumps(good)})
    return pipe.execute()[count // 2]


def dealt(stack):
    return stack.sql1("SELECT count(DISTINCT ticket) FROM assignment WHERE ticket LIKE 'good-%%'")


def ticket(**more):
    return dict({"type": "ticket", "id": "t-1", "team": "sales", "kind": "order"}, **more)


# What stands on the stream, and the column that refuses it.
ENTRIES = [
    ("input", "id IS DISTINCT FROM '%s'", ticket(id=POISON)),
    ("personal", "customer IS DISTINCT FROM '%s'", ticket(id="t-2", customer=POISON)),
    ("personal", "subject IS DISTINCT FROM '%s'", ticket(id="t-3", subject=POISON)),
    ("input", "value IS DISTINCT FROM 4711", ticket(id="t-4", value=4711)),
    ("effect", "rep IS DISTINCT FROM 'fay'", ticket(id="t-5", team="support", owner="fay")),
    ("input", "type <> 2", {"type": "update", "id": "old", "priority": 7}),
    ("ticket_change", "priority <> 8", {"type": "update", "id": "old", "priority": 8}),
    ("input", "reason IS DISTINCT FROM '%s'",
     {"type": "signal", "rep": "gus", "status": "away", "reason": POISON}),
    ("input", "word IS DISTINCT FROM 'won'", {"type": "outcome", "id": "old", "outcome": "won"}),
    ("ticket_change", "state <> 3", {"type": "outcome", "id": "old", "outcome": "lost"}),
    ("effect", "type <> 4", {"type": "outcome", "id": "old", "outcome": "resolved"}),
    ("input", "word IS DISTINCT FROM 'nps'",
     {"type": "metric", "team": "sales", "metric": "nps", "period": "2030-01", "value": 7}),
]


@scenario("every kind of entry: the one that is refused is a dead letter, all others are dealt")
def entries(stack):
    stack.start()
    stack.add_ticket("old")
    stack.settle()
    epoch = stack.daemon.status()["epoch"]
    for table, condition, message in ENTRIES:
        name = "no_poison_%d" % len(stack.produced)
        forbid(stack, table, condition % POISON if "%s" in condition else condition, name)
        entry = around(stack, message)
        stack.settle()
        check_one_dead(stack, entry, message, name)
        assert dealt(stack) == len(stack.produced) - 1, (table, condition, dealt(stack))
        assert "schema_refuses" not in alarms(stack), alarms(stack)
        allow(stack, table, name)
    assert stack.daemon.status()["epoch"] == epoch, "the lease was taken again"
    assert stack.ticket("old")["state"] == "assigned"
    check_invariants(stack)
    stack.daemon.kill()
    stack.daemon.start()
    stack.settle()
    check_invariants(stack)
    check_verified(stack)



# What is asked over the socket, and the column that refuses it.
COMMANDS = [
    ("input", "id IS DISTINCT FROM '%s'", "/v1/tickets",
     {"id": POISON, "team": "sales", "kind": "order"}),
    ("input", "reason IS DISTINCT FROM '%s'", "/v1/reps/ben/signal",
     {"status": "away", "reason": POISON}),
    ("input", "type <> 7", "/v1/reps/ana/release", {"reason": "x"}),
    ("input", "type <> 4", "/v1/tickets/default/old/outcome", {"outcome": "won"}),
    ("ticket_change", "team <> 'support'", "/v1/tickets/default/old/move",
     {"team": "support", "reason": "x"}),
    ("effect", "why IS DISTINCT FROM 'manager'", "/v1/tickets/default/old/assign",
     {"rep": "dora", "reason": "x"}),
    ("input", "type <> 13", "/v1/draws/reveal", {}),
    ("input", "value IS DISTINCT FROM 7", "/v1/teams/sales/metrics",
     {"metric": "nps", "period": "2030-01", "value": 7}),
]


@scenario("every kind of change over the socket: who asked is told PostgreSQL's words, nobody else")
def commands(stack):
    daemon = stack.start(desk=default_desk(teams=[
        default_team("sales", SALES), default_team("support", SUPPORT)]))
    daemon.post("/v1/reps/dora/signal", {"status": "away"})
    stack.add_ticket("old")
    stack.settle()
    for number, (table, condition, path, body) in enumerate(COMMANDS):
        name = "no_poison_%d" % number
        forbid(stack, table, condition % POISON if "%s" in condition else condition, name)
        answer = patiently(lambda: daemon.post(path, body))  # not while it takes up the log again
        assert answer.code == 409 and name in answer.text, (path, answer)
        assert name in alarms(stack).get("quarantine", ""), daemon.status()
        allow(stack, table, name)
        assert "schema_refuses" not in alarms(stack), alarms(stack)
    desk = default_desk(currency="EUR", reps=[{"id": r} for r in SALES + SUPPORT + ["ida"]])
    forbid(stack, "input", "type <> 9", "no_desk")
    answer = patiently(lambda: daemon.http("PUT", "/v1/desk", json.dumps(desk)))
    assert answer.code == 409 and "no_desk" in answer.text, answer
    allow(stack, "input", "no_desk")
    assert patiently(lambda: daemon.http("PUT", "/v1/desk", json.dumps(desk))).code == 200
    stack.settle()
    assert stack.ticket("old")["state"] == "assigned"
    assert not dead(stack), dead(stack)
    check_invariants(stack)
    check_verified(stack)


@scenario("three different ones for the same constraint: it holds, and goes on once it is mended")
def schema_refuses(stack):
    daemon = stack.start()
    stack.settle()
    forbid(stack, "effect", "team <> 'sales'")
    for number in range(30):
        stack.add_ticket("t-%d" % number)
    wait_until("an alarm says so", lambda: "no_poison" in alarms(stack).get("schema_refuses", ""))
    answer = daemon.post("/v1/reps/ana/signal", {"status": "away"})
    assert answer.code == 503 and "nothing was changed" in answer.text, answer
    assert daemon.get("/v1/teams/sales").code == 200
    set_aside = len(dead(stack))
    assert set_aside <= 2, dead(stack)
    group = [g for g in stack.redis.xinfo_groups(INBOX) if g["name"] == GROUP][0]
    assert group["pending"] + group["lag"] == 30 - set_aside, group
    epoch = daemon.status()["epoch"]
    wait_until("it was tried again", lambda: daemon.logged("holding for") >= 3)
    assert len(dead(stack)) == set_aside and daemon.status()["epoch"] == epoch
    allow(stack, "effect")
    stack.settle()
    assert "schema_refuses" not in alarms(stack), alarms(stack)
    assert stack.sql1("SELECT count(*) FROM assignment") == 28 and len(dead(stack)) == 2
    assert daemon.post("/v1/reps/ana/signal", {"status": "away"}).code == 200
    check_invariants(stack)
    check_verified(stack)


@scenario("killed in the middle of the search: the next one finds it anew, nothing is doubled")
def killed(stack):
    daemon = stack.start()
    forbid(stack, "input", "id IS DISTINCT FROM '%s'" % POISON)
    entries = []
    for turn in range(4):
        entries.append(around(stack, ticket(id=POISON, value=turn), 100))
        wait_until("it is refused", lambda: daemon.logged("refused: ") > turn)
        daemon.kill()
        daemon.start()
        stack.settle()
    assert dealt(stack) == 400, dealt(stack)
    assert sorted(letter[0] for letter in dead(stack)) == sorted(entries), dead(stack)
    check_invariants(stack)
    check_verified(stack)


def check_skipped(stack, count):
    rows = stack.sql("SELECT reason FROM input WHERE abs(type) = 21 ORDER BY input")
    assert len(rows) == count and all("no_" in row[0] and "23514" in row[0] for row in rows), rows


@scenario("what time brought and is refused is skipped, in the log; a deal makes its ticket wait")
def time_brought(stack):
    daemon = stack.start(default_desk(teams=[
        default_team("sales", ["ana"], overloaded={"at_least": "1s", "at_most": "2s"}),
        default_team("support", SUPPORT)]))
    forbid(stack, "input", "type <> 11 OR rep IS DISTINCT FROM 'ana'", "no_expiry")
    if LONG:
        stack.add({"type": "outcome", "id": "never", "outcome": "won"})
        forbid(stack, "input", "type <> -11", "no_parked")
    assert daemon.post("/v1/reps/ana/signal", {"status": "overloaded"}).code == 200
    for number in range(9):
        stack.add_ticket("t-%d" % number)
    wait_until("they wait", lambda: daemon.status()["waiting"] == 9)
    poison = stack.sql1("SELECT input FROM input WHERE id = 't-4'")
    forbid(stack, "effect", "ticket IS DISTINCT FROM %d" % poison, "no_deal")
    wait_until("all but one are dealt", lambda: daemon.status()["waiting"] == 1)
    stack.settle()
    check_skipped(stack, 2)
    waits = daemon.get("/v1/tickets/default/t-4").json
    assert waits["state"] == "waiting" and waits["why"] == "aside", waits
    assert "t-4" in alarms(stack)["quarantine"], alarms(stack)
    assert daemon.get("/v1/reps/ana").json["state"] == "available"
    daemon.kill()
    daemon.start()
    stack.add_ticket("t-9")
    stack.settle()
    assert stack.ticket("t-9")["state"] == "assigned" and stack.ticket("t-4")["state"] == "waiting"

    allow(stack, "effect", "no_deal")
    stack.add({"type": "update", "id": "t-4", "priority": 9})
    stack.settle()
    assert stack.ticket("t-4")["rep"] == "ana", stack.ticket("t-4")

    forbid(stack, "effect", "ticket IS DISTINCT FROM %d" % poison, "no_release")
    assert daemon.post("/v1/reps/ana/release", {"reason": "ill"}).code == 200
    stack.settle()
    check_skipped(stack, 3)
    assert daemon.get("/v1/tickets/default/t-4").json["rep"] == "ana"
    assert daemon.status()["waiting"] == 9, daemon.status()
    if LONG:
        wait_until("the outcome is given up", lambda: dead(stack), 90)
        check_skipped(stack, 4)
        allow(stack, "input", "no_parked")
    allow(stack, "effect", "no_release")
    allow(stack, "input", "no_expiry")
    check_invariants(stack, hands_allowed=True)
    check_verified(stack)


@scenario("a right or a table that is missing is nobody's fault: it holds until it is there")
def right_missing(stack):
    daemon = stack.start()
    stack.settle()
    stack.sql("REVOKE INSERT ON effect FROM evenhand_app")
    stack.add_ticket("t-1")
    wait_until("an alarm says so", lambda: "42501" in alarms(stack).get("schema_refuses", ""))
    epoch = daemon.status()["epoch"]
    other = stack.new_daemon("other").start(ready=False)
    assert other.process.wait(patience(10)) == 78, other.last_words()
    assert "no right to INSERT on evenhand.effect" in other.last_words(), other.last_words()
    stack.sql("GRANT INSERT ON effect TO evenhand_app")
    stack.settle()
    assert "schema_refuses" not in alarms(stack), alarms(stack)
    assert stack.ticket("t-1")["state"] == "assigned" and not dead(stack)
    assert daemon.status()["epoch"] == epoch, daemon.status()
    check_invariants(stack)


@scenario("a function that is missing at the first start: once it is there, the desk is applied")
def first_start(stack):
    stack.write_desk(default_desk())
    stack.start_servers()
    daemon = stack.new_daemon("d")
    assert stack.migrate()[0] == 0
    stack.sql("CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS"
              " 'BEGIN PERFORM not_there(); RETURN NEW; END'")
    stack.sql("CREATE TRIGGER audit BEFORE INSERT ON input FOR EACH ROW EXECUTE FUNCTION audit()")
    daemon.start(ready=False)
    wait_until("an alarm says so", lambda: "42883" in alarms(stack).get("schema_refuses", ""))
    stack.sql("DROP TRIGGER audit ON input")
    daemon.wait_ready(60)
    stack.add_ticket("t-1")
    stack.settle()
    assert stack.ticket("t-1")["state"] == "assigned" and not dead(stack)
    assert not alarms(stack), alarms(stack)
    assert daemon.logged("desk applied") == 1, daemon.last_words()
    check_invariants(stack)


run()
