"""invariants: what must hold after every scenario, looked up in PostgreSQL and Redis themselves.

I1 every produced ticket is in the log, dead-lettered or still unread.
I2 exactly one assignment a ticket, unless somebody had it moved, released, reopened or assigned.
I3 the outbox is gapless from 1, and each entry equals the row; so are the dead letters.
I7 the lease epoch never falls along the log; and log, chain and head agree with each other.
"""
import json

from harness import DEAD, INBOX, OUTBOX, wait_until

NOTICE_TYPES = {1: "assigned", 2: "waiting", 3: "returned", 4: "closed", 5: "moved", 6: "refused",
                7: "commitment", 8: "revealed", 9: "checkpoint", 10: "lost",
                11: "left", 12: "back", 13: "taken", 14: "ended", 15: "resent", 16: "held",
                17: "alarm", 18: "late", 19: "unanswered", 20: "answered",
                21: "paused", 22: "resumed"}
PAGE = 5000
PLANNED = 10000  # above so many inputs PostgreSQL must know the tables to join them in time

# A bigint holds the bits of a stream id's parts.
EXPECTED_NOTICES = """
SELECT e.seq, e.type, coalesce(t.source, p.said->>'source'),
       CASE WHEN e.type IN (7, 8, 10) THEN e.epoch::text
            ELSE coalesce(t.id, i.id, p.said->>'id') END,
       e.team, e.rep, e.was, e.why, i.at / 1000, e.input,
       coalesce((t.stream_ms + CASE WHEN t.stream_ms < 0 THEN 18446744073709551616 ELSE 0 END)
       || '-' ||
       (t.stream_no + CASE WHEN t.stream_no < 0 THEN 18446744073709551616 ELSE 0 END), p.stream_id)
FROM effect e JOIN input i ON i.desk = e.desk AND i.input = e.input
LEFT JOIN input t ON t.desk = e.desk AND t.input = coalesce(e.ticket, e.input)
    AND e.type NOT IN (11, 12, 14, 17)
LEFT JOIN LATERAL (
    SELECT d.stream_id, CASE WHEN i.type IN (-11, -21) THEN convert_from(d.body, 'UTF8')::json END
           AS said
    FROM dead d
    WHERE d.desk = e.desk AND d.input = e.input AND i.type IN (-11, -21)) p ON true
WHERE e.seq > %s AND e.seq <= %s ORDER BY e.seq
"""
NOTICE_KEYS = ("seq", "type", "source", "id", "team", "rep", "was", "why", "at", "input", "inbox")


def check_invariants(stack, lost_allowed=0, hands_allowed=False):
    """Raises AssertionError with the first thing that does not hold. lost_allowed: produced tickets
    that Redis itself may have lost (FLUSHALL, XTRIM); hands_allowed: reps may have changed."""
    if stack.sql1("SELECT input FROM head") > PLANNED:
        stack.sql("ANALYZE")
    check_log(stack)
    check_tickets(stack, lost_allowed)
    if not hands_allowed:
        check_single_assignment(stack)
    check_outbox(stack)
    check_dead(stack)


# In one statement, so that the daemon adds nothing in between.
HEAD = """
SELECT h.input, h.seq, h.digest, h.chain, i.count, i.low, i.high, e.count, e.low, e.high,
       c.input, c.seq, c.digest, c.hash, c.epoch
FROM head h
CROSS JOIN (SELECT count(*), coalesce(min(input), 1) AS low, coalesce(max(input), 0) AS high FROM input) i
CROSS JOIN (SELECT count(*), coalesce(min(seq), 1) AS low, coalesce(max(seq), 0) AS high FROM effect) e
LEFT JOIN LATERAL (SELECT * FROM chain ORDER BY input DESC LIMIT 1) c ON true
"""


def check_log(stack):
    head = stack.sql(HEAD)
    assert len(head) == 1, "head has %d rows" % len(head)
    head = head[0]
    for table, last, counted in (("input", head[0], head[4:7]), ("effect", head[1], head[7:10])):
        assert counted == (last, 1, last), "%s: %d rows from %s to %s, head says %d" % (
            table, *counted, last)
    rows = stack.sql("SELECT input, seq, epoch FROM chain ORDER BY input")
    for before, row in zip(rows, rows[1:]):
        assert row[1] >= before[1] and row[2] >= before[2], "chain falls: %r %r" % (before, row)
    if head[10] is not None:
        assert head[10:13] == head[0:3] and bytes(head[13]) == bytes(head[3]), \
            "the chain ends at %r, head is %r" % (head[10:], head[:4])
        assert head[14] <= stack.sql1("SELECT epoch FROM lease"), "chain is ahead of the lease"
    falls = stack.sql1("SELECT count(*) FROM (SELECT at < lag(at) OVER (ORDER BY input) AND"
                       " type <> 20 AS falls FROM input) x WHERE falls")  # 20: accepted
    assert falls == 0, "time runs backwards %d times" % falls


def unread_ids(stack):
    """Ids of tickets that still stand in the inbox."""
    found = set()
    for _, fields in stack.redis.xrange(INBOX):
        try:
            found.add(json.loads(fields["j"])["id"])
        except (KeyError, ValueError):
            pass
    return found


def check_tickets(stack, lost_allowed):
    known = {row[0] for row in stack.sql("SELECT id FROM ticket")}
    dead = set()
    lost_allowed += stack.sql1("SELECT count(*) FROM dead_letter WHERE body IS NULL")
    for (body,) in stack.sql("SELECT body FROM dead_letter"):
        try:
            dead.add(json.loads(bytes(body).decode())["id"])
        except (ValueError, KeyError, TypeError):
            pass
    missing = set(stack.produced) - known - dead
    if missing:
        missing -= unread_ids(stack)
    assert len(missing) <= lost_allowed, "I1: %d tickets are lost: %s" % (
        len(missing), sorted(missing)[:5])
    odd = stack.sql("SELECT id, state, rep FROM ticket WHERE (state IN ('waiting', 'held')) != (rep IS NULL)"
                    " AND state != 'closed' LIMIT 5")
    assert not odd, "tickets neither waiting nor somebody's: %r" % odd
    if stack.daemons and stack.daemon.alive():
        check_status(stack)


def check_status(stack):
    """A leader counts as PostgreSQL does. They are asked one after the other: an expiry may lie
    between, so they are asked until they agree."""
    told = []

    def agree():
        status = stack.daemon.status()
        counts = dict(stack.sql("SELECT state, count(*) FROM ticket GROUP BY 1"))
        told[:] = [(status.get("waiting"), status.get("open")),
                   (counts.get("waiting", 0), counts.get("assigned", 0) + counts.get("held", 0))]
        return status and (status["role"] != "leader" or told[0] == told[1])
    try:
        wait_until("status and PostgreSQL agree", agree, 10)
    except AssertionError as error:
        raise AssertionError("waiting and open: status says %r, PostgreSQL %r" % tuple(told)) \
            from error


def check_single_assignment(stack):
    twice = stack.sql("SELECT source, ticket, count(*) FROM assignment GROUP BY 1, 2"
                      " HAVING count(*) > 1 LIMIT 5")
    assert not twice, "I2: assigned more than once: %r" % twice
    held = set(stack.sql("SELECT source, id, rep FROM ticket WHERE state = 'assigned'"))
    none = held - set(stack.sql("SELECT source, ticket, rep FROM assignment"))
    assert not none, "I2: held without an assignment: %r" % sorted(none)[:5]


def body_of(fields):
    if "j" in fields:
        return json.loads(fields["j"])
    raise AssertionError("outbox entry without the field j: %r" % fields)


def accounts_of(stack):
    """{(rep, source): account} of the desk file; None where it is no JSON."""
    try:
        with open(stack.dir + "/desk.yaml", encoding="utf-8") as f:
            reps = json.load(f)["reps"]
    except ValueError:
        return None
    return {(rep["id"], source): account for rep in reps if isinstance(rep, dict)
            for source, account in rep.get("accounts", {}).items()}


def check_account(accounts, found, entry):
    """An entry names the rep's account at the ticket's source, which no row has."""
    account = found.pop("account", None)
    wanted = account if accounts is None else accounts.get((found.get("rep"), found.get("source")))
    wanted = wanted if "id" in found else None
    assert account == wanted, "I3: outbox entry %s names the account %r, not %r" % (
        entry, account, wanted)


def check_outbox(stack):
    last = stack.sql1("SELECT seq FROM head")
    client, seen, accounts = stack.redis, 0, accounts_of(stack)
    while seen < last:
        entries = client.xrange(OUTBOX, "%d-0" % (seen + 1), count=PAGE)
        assert entries, "I3: the outbox ends at %d, PostgreSQL at %d" % (seen, last)
        rows = stack.sql(EXPECTED_NOTICES, seen, seen + len(entries))
        for (entry, fields), row in zip(entries, rows):
            expected = {k: v for k, v in zip(NOTICE_KEYS, row) if v not in (None, "", 0)}
            expected["type"] = NOTICE_TYPES[row[1]]
            assert entry == "%d-0" % row[0], "I3: outbox has %s, not %d-0" % (entry, row[0])
            found = body_of(fields)
            check_account(accounts, found, entry)
            assert found == expected, "I3: outbox entry %s is %r, the row %r" % (
                entry, found, expected)
        seen += len(entries)
    beyond = client.xrange(OUTBOX, "%d-0" % (last + 1), count=1)
    assert not beyond, "I3: the outbox has %r beyond seq %d" % (beyond, last)


def check_dead(stack):
    rows = stack.sql("SELECT input, reason, coalesce(stream_id, ''), body FROM dead_letter"
                     " ORDER BY input")
    entries = stack.redis.xrange(DEAD)
    assert [e[0] for e in entries] == ["%d-0" % r[0] for r in rows], \
        ":dead holds %d entries, PostgreSQL %d" % (len(entries), len(rows))
    for (entry, fields), row in zip(entries, rows):
        assert fields["reason"] == row[1] and row[1], "%s: reason %r, row %r" % (
            entry, fields["reason"], row[1])
        assert fields.get("stream_id", "") == row[2], "%s: %r, row %r" % (entry, fields, row[2])


def head_of_epochs(stack):
    """Epochs in the order they wrote, for a scenario that wants to see a takeover."""
    rows = stack.sql("SELECT epoch FROM chain GROUP BY epoch ORDER BY min(input)")
    return [row[0] for row in rows]


