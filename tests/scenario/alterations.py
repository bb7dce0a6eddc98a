#!/usr/bin/python3
"""alterations: whatever is altered in the database behind the log, evenhand verify sees it and names
the table and the row, or it has said that it does not prove that.

What there is to alter comes from PostgreSQL's own catalogue: a new table, column, trigger, view or
function is altered, too, and fails here until verify knows it. UNPROVEN is all that it does not see,
with the reason; the manual says the same.
"""
import re

import psycopg2
import redis

import pools
from harness import CHECKOUT, OUTBOX, note, run, scenario, wait_until
from office import FAKETIME, fakes_time
from proofs import not_proved, verify, verify_ok

# table.column or table -> why no alteration of it can be told from what is right.
UNPROVEN = {
    "migration.applied": "when a migration was applied is PostgreSQL's own word",
    "heartbeat.beat": "it counts on, also while nothing happens",
    "heartbeat.host": "who leads says so alone",
    "ledger.input": "the figures may be the same as of another input",
    "book.input": "the text may be the same as of another input",
}
SOMETIMES = {"ledger.input", "book.input"}  # seen where the figures are others
# What only the chain tells: then any input may be named that the change leads to.
CHAIN_ONLY = {"input.at", "input.actor", "input.stream_ms", "input.stream_no"}
# What may be missing: one row of it deleted is no wrong.
MAY_BE_MISSING = {
    "personal": "it was erased",
    "dead_body": "it was erased",
    "snapshot": "the daemon deletes them itself, and starts without one",
    "book": "nobody can say that it was ever written",
}
# As all of them may.
MAY_BE_EMPTY = dict(MAY_BE_MISSING, ledger="nobody can say that one was ever written")

# What the verdict must say of a row of each table. {} are its columns.
NAMES = {
    "migration": r"^migration {version}\b|schema version",
    "desk": r"^desk\b",
    "lease": r"^lease\b",
    "heartbeat": r"^(heartbeat|lease)\b",
    "head": r"^(head|desk)\b|the head (says|stands)",
    "input": r"^(dead letter of )?input {input}\b",
    "ticket_change": r"^input {input}\b.*ticket|^change of ticket {ticket}\b",
    "effect": r"\bseq {seq}\b|^input {input}\b",
    "dead": r"^dead letter of input {input}\b",
    "dead_body": r"^body of dead letter of input {input}\b|^input {input} and the body\b",
    "personal": r"^personal text of input {input}\b",
    "chain": r"^input (one of \d+ to )?{input}\b|\bchain row of input {input}\b",
    "snapshot": r"^snapshot of input {input}\b",
    "ledger": r"^ledger of {rep} in {team}\b",
    "book": r"^book {what}\b",
    "period_step": r"^input {input}: the .*pool|^input {input}: the payment",
    "period_line": r"^input {input}: .*{rep}",
}

OTHER = {
    "smallint": "{c} + 1", "integer": "{c} + 1", "bigint": "{c} + 1", "boolean": "NOT {c}",
    "text": "{c} || 'x'", "uuid": "md5({c}::text)::uuid",
    "bytea": "set_byte({c}, length({c}) - 1, get_byte({c}, length({c}) - 1) # 1)",
    "timestamp with time zone": "{c} + interval '1 second'",
}
# Where a constraint allows no other: (value, rows).
FITTING = {
    "period_step.step": ("'pay', state = 'paid', version = 9", "step = 'close'"),
    "period_step.version": ("version + 1", "step <> 'freeze'"),
    "period_step.state": ("CASE state WHEN 'paid' THEN 'closed' ELSE 'paid' END", "step = 'close'"),
    "period_step.missing": ("'x'", "step = 'freeze'"),
}
# A constraint allows nothing but what is there, for every row.
HELD = {"dead.sha256"}
# Of which no row has a value, in a log so small.
NEVER = {"dead_body.sha256"}
# Beside its key, what has to be another in one more row.
UNIQUE = {"input.identity": "md5(identity::text)::uuid", "desk.name": "name || 'x'"}
# Instead of nothing.
SOME = {
    "smallint": "0", "integer": "0", "bigint": "0", "boolean": "false", "text": "''",
    "uuid": "md5('')::uuid", "bytea": "''", "timestamp with time zone": "now()",
}


def later(stack, shift):
    """The daemon leads for a moment in the future: what waits for time is over."""
    if not fakes_time():
        return
    stack.daemon.start(environment={"LD_PRELOAD": FAKETIME, "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
                                    "FAKETIME": shift}, arguments=("--accept-time", "a test"))
    wait_until("what was due is decided", lambda: stack.sql1(
        "SELECT count(*) FROM dead WHERE convert_from(body, 'UTF8') LIKE '%late%'") == 1)
    stack.settle()
    assert stack.daemon.stop() == 0


def rich(stack, due=True):
    """A small log with a row in every table and every kind of input in it; the daemon is stopped."""
    months = pools.last_months(2)
    whole = dict(pools.desk(pools.plan(months[0])), teams=[
        {"id": "sales", "policy": "balanced", "reps": pools.TEAM, "affinity": "open"},
        {"id": "support", "policy": "rotation", "reps": pools.TEAM}])
    daemon = stack.start(whole)
    history = pools.History(stack, months, tickets=8)
    history.send()
    stack.add_many([{"type": "ticket", "id": "s-%d" % n, "team": "support", "kind": "order",
                     "value": 100 * n, "customer": "customer %d" % (n % 3), "priority": n % 5,
                     "subject": "Where is my order %d?" % n} for n in range(9)])
    stack.add({"type": "update", "id": "s-1", "value": 5, "priority": 9})
    stack.add({"type": "signal", "rep": "cai", "status": "overloaded", "for": 3600, "reason": "two"})
    stack.add({"type": "signal", "rep": "ben", "status": "away"})
    stack.add({"type": "metric", "team": "sales", "metric": "training", "period": months[0],
               "value": 3})
    stack.redis.xadd("evenhand:{main}:inbox", {"j": "{\"type\":\"ticket\""})
    stack.add({"type": "ticket", "id": "nowhere", "team": "nobody", "kind": "order"})
    stack.add({"type": "outcome", "id": "late", "outcome": "won"})
    stack.settle()
    assert daemon.post("/v1/reps/ben/release", {"reason": "ill"}).code == 200
    for ask in ("tickets/default/s-2/assign", "tickets/default/s-3/move"):
        body = {"rep": "dora"} if ask.endswith("assign") else {"team": "sales"}
        answer = daemon.post("/v1/" + ask, dict(body, reason="asked"))
        assert answer.code == 200, answer
    stack.cli("draws", "reveal")
    moved = dict(whole, teams=whole["teams"][:1] + [dict(whole["teams"][1], reps=pools.TEAM[:3])])
    stack.write_desk(moved)
    stack.cli("desk", "apply", stack.dir + "/desk.yaml")
    for what, month, body in (
            ("exclude", months[0], {"rep": "dora", "reason": "was lent"}), ("freeze", months[0], {}),
            ("close", months[0], {}), ("pay", months[0], {}), ("close", months[1], {})):
        daemon.post("/v1/teams/sales/periods/%s/%s" % (month, what), body)
    stack.add({"type": "outcome", "id": history.outcomes[0]["id"], "outcome": "refunded", "value": 1})
    stack.settle()
    daemon.post("/v1/teams/sales/periods/%s/freeze" % months[1], {})
    assert daemon.stop() == 0
    if due:
        later(stack, "+2h")


class Database:
    """The stack's database with triggers off; what is altered in it is taken back."""

    def __init__(self, stack):
        self.connection = psycopg2.connect(stack.postgres.dsn)
        self.connection.autocommit = True
        self.cursor = self.connection.cursor()
        self.run("SET session_replication_role = replica; SET search_path = evenhand")
        self.tables = [t for (t,) in self.rows(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'evenhand' AND c.relkind = 'r' ORDER BY 1")]
        for table in self.tables:
            self.run("CREATE TEMP TABLE kept_%s AS TABLE %s" % (table, table))

    def run(self, statement):
        self.cursor.execute(statement)
        return self.cursor.rowcount

    def rows(self, query):
        self.cursor.execute(query)
        return self.cursor.fetchall()

    def columns(self, table):
        """(name, type, may be NULL)"""
        return self.rows("SELECT a.attname, format_type(a.atttypid, NULL), NOT a.attnotnull FROM"
                         " pg_attribute a WHERE a.attrelid = 'evenhand.%s'::regclass AND a.attnum > 0"
                         " AND NOT a.attisdropped ORDER BY a.attnum" % table)

    def key(self, table):
        return [c for (c,) in self.rows(
            "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND"
            " a.attnum = ANY (i.indkey) WHERE i.indisprimary AND i.indrelid ="
            " 'evenhand.%s'::regclass" % table)]

    def pick(self, table, condition, random):
        """One row's place and all it holds, or None."""
        found = self.rows("SELECT ctid::text FROM %s WHERE %s ORDER BY %s" % (
            table, condition, ", ".join(self.key(table))))
        if not found:
            return None
        (place,) = random.choice(found)
        self.cursor.execute("SELECT * FROM %s WHERE ctid = '%s'" % (table, place))
        return place, dict(zip((d[0] for d in self.cursor.description), self.cursor.fetchone()))

    def restore(self, table):
        self.run("DELETE FROM %s; INSERT INTO %s TABLE kept_%s" % (table, table, table))


def names_row(table, said, *rows):
    """Whether what was said names the table and one of the rows: as it was, or as it is. Which input
    of a batch was changed, where nothing but the chain says so, is not known."""
    batch = re.match(r"input one of (\d+) to (\d+)\b", said)
    if batch:
        return any(int(batch[1]) <= row["input"] <= int(batch[2]) for row in rows)
    pattern = NAMES.get(table, "^%s " % table)
    others = "|^%s: .*stands under desk" % table
    return any(re.search(re.sub(r"{(\w+)}", lambda m, row=row: re.escape(str(row[m[1]])), pattern) +
                         others, said) for row in rows)


def said_by_verify(stack):
    code, verdict, error = verify(stack)
    return code, re.sub("^evenhand: ", "", verdict or error)


def look(stack, unseen, what, table, allowed, *rows):
    """Runs verify over what was altered and notes what it should not have said."""
    code, said = said_by_verify(stack)
    if what.split(" = ")[0] in CHAIN_ONLY and code == 1 and said.startswith("input "):
        return
    if allowed and code != 0 and what.split(" = ")[0] not in SOMETIMES:
        unseen.append("%s is seen, and stands among what is not: %s" % (what, said))
    elif not allowed and (code not in (1, 78) or not names_row(table, said, *rows)):
        unseen.append("%s: exit %d, %s" % (what, code, said))


def alter(stack, database, table, column, value, condition, unseen):
    found = database.pick(table, condition, stack.random)
    if not found:
        return False
    place, row = found
    update = "UPDATE %s SET %s = %s WHERE ctid = '%s' RETURNING " + column
    try:
        database.run(update % (table, column, value, place))
    except psycopg2.errors.UniqueViolation:
        value += "000"
        database.run(update % (table, column, value, place))
    except psycopg2.errors.CheckViolation:
        assert "%s.%s" % (table, column) in HELD | NEVER, (table, column, value)
        return True
    now = dict(row, **{column: database.cursor.fetchone()[0]})
    what = "%s.%s = %s in %s" % (table, column, value, {k: row[k] for k in database.key(table)})
    look(stack, unseen, what, table, "%s.%s" % (table, column) in UNPROVEN, row, now)
    database.restore(table)
    return True


def report(unseen, count):
    for line in unseen:
        note(line)
    assert not unseen, "%d of %d go unseen or are not named" % (len(unseen), count)
    note("%d alterations are seen" % count)


@scenario("each column of each table, altered in one row, is seen")
def columns(stack):
    rich(stack)
    verify_ok(stack)
    database, unseen, count = Database(stack), [], 0
    for table in database.tables:
        for column, kind, nullable in database.columns(table):
            value, where = FITTING.get("%s.%s" % (table, column), (
                OTHER[kind].format(c=column), "length(%s) > 0" % column if kind == "bytea"
                else column + " IS NOT NULL"))
            there = alter(stack, database, table, column, value, where, unseen)
            count += there
            empty = nullable and alter(
                stack, database, table, column, SOME[kind], column + " IS NULL" + (
                    " AND step = 'freeze'" if column == "missing" else ""), unseen)
            count += bool(empty)
            if not there and not empty:
                unseen.append("%s.%s: there is no row to try it with" % (table, column))
    verify_ok(stack)
    report(unseen, count)


# Of which rows one is taken away. The ledger keeps a row of whoever left a team: it is compared
# while it is there, and not missed.
MISSED = {"ledger": "input = (SELECT max(input) FROM ledger)"}


@scenario("a row missing, and one too many, of each table is seen")
def rows(stack):
    rich(stack)
    verify_ok(stack)
    database, unseen, count = Database(stack), [], 0
    for table in database.tables:
        columns = [c for c, _, _ in database.columns(table)]
        place, row = database.pick(table, MISSED.get(table, "true"), stack.random)
        database.run("DELETE FROM %s WHERE ctid = '%s'" % (table, place))
        look(stack, unseen, "a row of %s deleted: %s" % (table, {
            k: row[k] for k in database.key(table)}), table, table in MAY_BE_MISSING, row)
        database.restore(table)
        database.run("DELETE FROM " + table)
        every = [dict(zip(columns, kept)) for kept in database.rows("TABLE kept_%s" % table)]
        look(stack, unseen, "all rows of %s deleted" % table, table, table in MAY_BE_EMPTY, *every)
        database.restore(table)
        key = database.key(table)[-1]
        kind = {c: k for c, k, _ in database.columns(table)}[key]
        place, row = database.pick(table, "%s = (SELECT max(%s) FROM %s)" % (key, key, table),
                                   stack.random)
        values = [OTHER[kind].format(c=c) if c == key else UNIQUE.get("%s.%s" % (table, c), c)
                  for c in columns]
        database.run("INSERT INTO %s (%s) SELECT %s FROM %s WHERE ctid = '%s'" % (
            table, ", ".join(columns), ", ".join(values), table, place))
        row = dict(row, **{key: row[key] + 1 if isinstance(row[key], int) else row[key] + "x"})
        look(stack, unseen, "a row more of %s: %s" % (table, {
            k: row[k] for k in database.key(table)}), table, False, row)
        database.restore(table)
        count += 3
    verify_ok(stack)
    report(unseen, count)


OBJECTS = """
SELECT 'trigger ' || c.relname || '.' || t.tgname, format(
       'ALTER TABLE %I DISABLE TRIGGER %I', c.relname, t.tgname), format(
       'ALTER TABLE %I ENABLE TRIGGER %I', c.relname, t.tgname)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'evenhand'::regnamespace AND NOT t.tgisinternal
UNION ALL
SELECT 'view ' || relname, format('CREATE OR REPLACE VIEW %I AS %s LIMIT 1000000', relname,
       rtrim(pg_get_viewdef(oid), ';')), format('CREATE OR REPLACE VIEW %I AS %s', relname,
       pg_get_viewdef(oid))
FROM pg_class WHERE relnamespace = 'evenhand'::regnamespace AND relkind = 'v'
UNION ALL
SELECT 'function ' || oid::regprocedure, format('ALTER FUNCTION %s COST 7', oid::regprocedure),
       pg_get_functiondef(oid)
FROM pg_proc WHERE pronamespace = 'evenhand'::regnamespace
UNION ALL
SELECT 'constraint ' || conrelid::regclass || '.' || conname,
       format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
              pg_get_constraintdef(oid))
FROM pg_constraint WHERE connamespace = 'evenhand'::regnamespace AND (contype IN ('c', 'f') OR NOT
     EXISTS (SELECT FROM pg_constraint f WHERE f.confrelid = pg_constraint.conrelid))
UNION ALL
SELECT 'index ' || i.indexrelid::regclass, format('DROP INDEX %s', i.indexrelid::regclass),
       pg_get_indexdef(i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = 'evenhand'::regnamespace AND NOT EXISTS (
      SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
UNION ALL
SELECT 'grant ' || CASE relkind WHEN 'v' THEN 'view ' ELSE 'table ' END || relname || ' to PUBLIC',
       format('GRANT SELECT ON %I TO PUBLIC', relname), format('REVOKE SELECT ON %I FROM PUBLIC',
       relname)
FROM pg_class WHERE relnamespace = 'evenhand'::regnamespace AND relkind IN ('r', 'v')
ORDER BY 1
"""
# What else is done to the schema, and back.
OTHERS = [
    ("trigger ledger.evil", "CREATE TRIGGER evil BEFORE INSERT ON ledger FOR EACH STATEMENT EXECUTE"
     " FUNCTION refuse_change()", "DROP TRIGGER evil ON ledger"),
    ("rule ledger.evil", "CREATE RULE evil AS ON UPDATE TO ledger DO INSTEAD NOTHING",
     "DROP RULE evil ON ledger"),
    ("table dead", "ALTER TABLE dead ENABLE ROW LEVEL SECURITY",
     "ALTER TABLE dead DISABLE ROW LEVEL SECURITY"),
    ("heir public.heirs", "CREATE TABLE public.heirs () INHERITS (evenhand.dead)", "DROP TABLE public.heirs"),
    ("column ledger.more", "ALTER TABLE ledger ADD COLUMN more text",
     "ALTER TABLE ledger DROP COLUMN more"),
    ("column chain.state", "ALTER TABLE chain ALTER COLUMN state SET DEFAULT 3",
     "ALTER TABLE chain ALTER COLUMN state DROP DEFAULT"),
    ("grant table ledger to somebody", "CREATE ROLE somebody; GRANT UPDATE ON ledger TO somebody",
     "REVOKE UPDATE ON ledger FROM somebody"),
    ("table ledger", "ALTER TABLE ledger OWNER TO somebody", "ALTER TABLE ledger OWNER TO CURRENT_USER"),
    ("setting somebody@", "ALTER ROLE somebody SET session_replication_role = replica",
     "ALTER ROLE somebody RESET ALL"),
]


@scenario("each trigger, view, function, constraint, index and right that is altered is named")
def objects(stack):
    rich(stack)
    verify_ok(stack)
    database, unseen = Database(stack), []
    changes = database.rows(OBJECTS) + OTHERS
    kinds = {name.split()[0] for name, _, _ in changes}
    assert kinds >= {"trigger", "view", "function", "constraint", "index", "grant"}, kinds
    for name, change, back in changes:
        database.run(change)
        code, said = said_by_verify(stack)
        if code != 1 or not re.match("(%s|rule %s._RETURN|index %s):? " % (
                re.escape(name), name.split()[-1], re.escape(name.rpartition(".")[2])),
                said.replace("evenhand.", "")):
            unseen.append("%s: exit %d, %s" % (change, code, said))
        database.run(back)
    verify_ok(stack)
    report(unseen, len(changes))
    database.run("CREATE TABLE notes (of text); CREATE INDEX mine ON input (kind)")
    beside = [r for r in not_proved(stack) if "not of the schema" in r]
    assert beside == ["2 objects that are not of the schema: index mine, table notes"], beside


@scenario("what is not proved is said, and the manual says the same")
def unproven(stack):
    rich(stack, due=False)
    assert not_proved(stack) == [", ".join(UNPROVEN), "what was published (--redis)"]
    with open(CHECKOUT + "/tools/man/evenhand.1.scd", encoding="utf-8") as file:
        manual = file.read()
    assert all("*%s*" % column in manual for column in UNPROVEN)
    assert all("*%s*" % column.split(".")[1] in manual for column in CHAIN_ONLY)
    lines = open(stack.dir + "/checkpoints", encoding="ascii").readlines()
    seen, last = int(lines[0].split()[0]), stack.sql1("SELECT input FROM head")
    with open(stack.dir + "/checkpoints", "w", encoding="ascii") as file:
        file.write(lines[0])
    behind = "%d inputs behind the last checkpoint (input %d) rest on the database alone" % (
        last - seen, seen)
    assert behind in not_proved(stack), not_proved(stack)
    with open(stack.dir + "/checkpoints", "w", encoding="ascii"):
        pass
    assert "%d inputs without a checkpoint rest on the database alone" % last in not_proved(stack)
    stack.sql("CREATE ROLE auditor LOGIN IN ROLE evenhand_auditor")
    for_auditor = not_proved(stack, dsn=stack.postgres.dsn + " user=auditor")
    for table in ("personal", "dead_body"):
        assert table + " (this role may not read it)" in for_auditor, for_auditor
    database = Database(stack)
    database.run("UPDATE personal SET subject = NULL, subject_salt = NULL WHERE input = (SELECT max(input) FROM personal);"
                 " DELETE FROM personal WHERE input = (SELECT min(input) FROM personal)")
    assert "personal text of 1 inputs (it is not there)" in not_proved(stack), not_proved(stack)
    database.run("DELETE FROM ledger")
    assert "ledger (it has no row)" in not_proved(stack), not_proved(stack)


@scenario("each part of a snapshot is compared, also of one that a restored engine wrote")
def snapshots(stack):
    daemon = stack.start()
    for part in "ab":  # the second is written by an engine that was restored from the first
        stack.add_many([{"type": "ticket", "id": "%s-%d" % (part, n), "team": "sales",
                         "kind": "order", "value": n, "source": "a helpdesk of some name"}
                        for n in range(4400)])
        stack.settle()
        assert daemon.stop() == 0
        verify_ok(stack)
        daemon.start()
    assert daemon.stop() == 0
    database, unseen = Database(stack), []
    last, parts = stack.sql("SELECT input, parts FROM snapshot ORDER BY input DESC LIMIT 1")[0]
    assert parts > 2, "the snapshot has %d parts" % parts
    for change in ("UPDATE snapshot SET body = set_byte(body, length(body) / 2, 255 - get_byte(body,"
                   " length(body) / 2)) WHERE input = %d AND part = %d",
                   "UPDATE snapshot SET body = substr(body, 2)"
                   " WHERE input = %d AND part = %d", "UPDATE snapshot SET part = part + 100"
                   " WHERE input = %d AND part = %d", "UPDATE snapshot SET parts = parts + 1"
                   " WHERE input = %d AND part = %d", "UPDATE snapshot SET day = day - 40"
                   " WHERE input = %d AND part = %d", "UPDATE snapshot SET state = state - 1"
                   " WHERE input = %d AND part = %d", "INSERT INTO snapshot (desk, input, part,"
                   " parts, day, state, body) SELECT desk, input, part + 100, parts, day, state,"
                   " body FROM snapshot WHERE input = %d AND part = %d"):
        for part in (0, 1, parts - 1):
            database.run(change % (last, part))
            look(stack, unseen, change % (last, part), "snapshot", False, {"input": last})
            database.restore("snapshot")
    # All of them alike: they would count as one that is not whole, and never be used.
    database.run("UPDATE snapshot SET parts = parts + 1")
    look(stack, unseen, "parts of all", "snapshot", False, *(
        {"input": i} for i, in database.rows("SELECT input FROM kept_snapshot")))
    database.restore("snapshot")
    database.run("DELETE FROM snapshot WHERE part = 1")  # as a daemon that was killed leaves it
    verify_ok(stack)
    report(unseen, 22)


def names_entry(stack, wanted, *arguments):
    code, verdict, error = verify(stack, *arguments)
    assert code == 1 and re.search(wanted, verdict), (wanted, code, verdict, error)
    note(verdict)


def rewrite(stack, entries):
    stack.redis.delete(OUTBOX)
    for entry, fields in entries:
        stack.redis.xadd(OUTBOX, fields, id=entry)


@scenario("what was published is compared with the log, entry by entry")
def published(stack):
    rich(stack, due=False)
    stack.redis.xtrim(OUTBOX, maxlen=30, approximate=False)
    packed = stack.new_daemon("m", outbox="msgpack")
    packed.start()
    stack.add_many([{"type": "ticket", "id": "p-%d" % n, "team": "support", "kind": "order"}
                    for n in range(5)])
    stack.settle()
    address = ("--redis", stack.redis_server.socket)
    verify_ok(stack, *address)  # while it leads
    assert packed.stop() == 0
    verify_ok(stack, *address)
    assert not [r for r in not_proved(stack, *address) if "publish" in r]
    raw = redis.Redis(unix_socket_path=stack.redis_server.socket)
    entries = raw.xrange(OUTBOX)
    kinds = {key for _, fields in entries for key in fields}
    assert kinds == {b"j", b"m"}, kinds
    for key in (b"j", b"m"):
        at = next(i for i, e in enumerate(entries) if key in e[1] and b"ana" in e[1][key])
        entry, fields = entries[at]
        other = {key: fields[key].replace(b"ana", b"ben")}
        rewrite(stack, entries[:at] + [(entry, other)] + entries[at + 1:])
        names_entry(stack, "^outbox entry %s: (says|it says) " % entry.decode(), *address)
    rewrite(stack, entries[:9] + entries[10:])
    names_entry(stack, "^outbox entry %s: is missing" % entries[9][0].decode(), *address)
    head = stack.sql1("SELECT seq FROM head")
    rewrite(stack, entries + [("%d-0" % (head + 1), {"j": "{}"})])
    names_entry(stack, "^outbox entry %d-0: the log has none" % (head + 1), *address)
    rewrite(stack, entries[:9] + [(entries[8][0].replace(b"-0", b"-1"), {"j": "{}"})] + entries[9:])
    names_entry(stack, "^outbox entry .*-1: its id is no number of the log", *address)
    rewrite(stack, entries[:-3])
    assert "3 effects that are not published yet" in not_proved(stack, *address)
    assert verify(stack, "--redis", stack.dir + "/nowhere.sock")[0] == 69


run()
