#!/usr/bin/python3
"""verify_pools: evenhand verify proves what was frozen, settled and paid, and names the first row of
a pool that is not what the log gives.

Months of outcomes are drawn at random; what is falsified is found in the tables.
"""
import datetime
import json
import re
import threading
import time

import psycopg2

import books
import pools
from harness import note, patiently, run, scenario, wait_until
from proofs import OK, names, tampered, verify, verify_ok

HOURS = {"individual": "10%", "equal": "36%", "hours": "36%", "seniority": "18%"}


def step(stack, what, month, wanted=200, **body):
    answer = stack.daemon.post("/v1/teams/sales/periods/%s/%s" % (month, what), body)
    assert answer.code == wanted, (what, month, answer)
    return answer.json.get("input")


def minutes(stack, month, reps):
    stack.add_many([{"type": "metric", "team": "sales", "metric": name, "period": month, "rep": rep,
                     "value": stack.random.randrange(3000, 10000)}
                    for rep in reps for name in ("paid_minutes", "contract_minutes")])
    stack.settle()


def settled(stack):
    """A month that is paid and settled again, two closed ones, and one that cannot be closed yet;
    the daemon is stopped. Returns the months."""
    months = pools.last_months(4)
    daemon = stack.start(pools.desk(pools.plan(months[0], split=HOURS)))
    history = pools.History(stack, months)
    history.send()
    for month in months[:3]:
        minutes(stack, month, pools.TEAM)
    minutes(stack, months[3], pools.TEAM[1:])
    step(stack, "close", months[0], 409)
    step(stack, "freeze", months[0])
    step(stack, "close", months[0])
    step(stack, "pay", months[0])
    won = [m for m in history.outcomes if m["outcome"] == "won" and
           m["id"].startswith("sales-" + months[0])]
    back = [m["id"] for m in history.later]
    late = [m["id"] for m in won if m["id"] not in back][:4]
    stack.add_many([{"type": "outcome", "id": i, "outcome": "refunded"} for i in late])
    stack.settle()
    step(stack, "freeze", months[1])
    step(stack, "close", months[1])  # and version 2 of the month before
    step(stack, "exclude", months[2], rep="dora", reason="was lent to another team")
    step(stack, "freeze", months[2])
    stack.add({"type": "outcome", "id": late[0], "outcome": "rated", "csat": 1})
    stack.settle()
    step(stack, "freeze", months[2])
    step(stack, "close", months[2])
    step(stack, "freeze", months[3])
    step(stack, "close", months[3], 409)
    running = books.month(pools.ZONE, 0)
    step(stack, "freeze", running, 409)
    assert daemon.stop() == 0
    return months


def input_of(stack, step, month, version):
    return stack.sql1("SELECT input FROM period_step WHERE step = %s AND period = %s AND"
                      " version = %s ORDER BY input LIMIT 1", step, month, version)


def varint(number, signed=True):
    """A number as the log's canonical bytes have it."""
    if signed:
        number = number << 1 if number >= 0 else (-number << 1) - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def in_rest(no, old, new):
    """Replaces bytes in what has no column of its own."""
    assert len(old) == len(new)
    return ("UPDATE input SET rest = overlay(rest placing '\\x%s'::bytea from"
            " position('\\x%s'::bytea in rest)) WHERE input = %d AND"
            " position('\\x%s'::bytea in rest) > 0" % (new.hex(), old.hex(), no, old.hex()))


@scenario("pools are proven: frozen, closed, settled again, paid, and refused")
def proven(stack):
    months = settled(stack)
    verify_ok(stack)
    code, verdict, _ = verify(stack)
    versions = stack.sql1("SELECT count(*) FROM period_step WHERE step = 'close'")
    assert versions == 5, stack.sql("SELECT period, step, version FROM period_step ORDER BY input")
    assert int(OK.match(verdict).group(2)) == versions, verdict
    stack.sql("CREATE ROLE auditor LOGIN IN ROLE evenhand_auditor")
    verify_ok(stack, dsn=stack.postgres.dsn + " user=auditor")
    first = input_of(stack, "close", months[0], 1)
    verify_ok(stack, "--from", first, "--to", first + 3)
    verify_ok(stack, "--from", first + 1)
    paid = stack.sql1("SELECT sum(total) FROM pool_share WHERE period = %s AND version = 2",
                      months[0])
    assert paid == stack.sql1("SELECT net FROM pool WHERE period = %s AND version = 2", months[0])
    assert stack.sql1("SELECT carry FROM pool WHERE period = %s AND version = 1", months[1]) < 0, \
        "the refunds were to be carried"
    stack.daemon.start()
    stack.daemon.stop()
    verify_ok(stack)


@scenario("whoever touches a pool is found out, and the first bad row is named")
def falsified(stack):
    months = settled(stack)
    verify_ok(stack)
    month = months[1]
    close = input_of(stack, "close", month, 1)
    rep, total = stack.sql("SELECT rep, total FROM period_line WHERE input = %s AND period = %s AND"
                           " total > 1000 ORDER BY rep LIMIT 1", close, month)[0]
    pool = "^input %d: the pool of sales %s version 1" % (close, month)
    of_line = "WHERE input = %d AND period = '%s' AND rep = '%s'" % (close, month, rep)
    of_step = "WHERE input = %d AND period = '%s'" % (close, month)
    names(stack, "%s pays %s %s, its facts give %s$" % (
        pool, rep, format(total + 1, ","), format(total, ",")),
        "UPDATE period_line SET total = total + 1 " + of_line)
    names(stack, "%s: recorded equal of %s " % (pool, rep),
          "UPDATE period_line SET equal = equal - 1, hours = hours + 1 " + of_line)
    names(stack, "%s: the line of %s is missing, its facts give %s$" % (
        pool, rep, format(total, ",")), "DELETE FROM period_line " + of_line)
    names(stack, "^input %d: a line of zoe in the pool of sales %s " % (close, month),
          "INSERT INTO period_line SELECT desk, input, team, period, 'zoe', eligible, capped, days,"
          " minutes, band, points, 0, 0, 0, 0, 0, 0 FROM period_line " + of_line)
    names(stack, pool + " is missing in period_step$", "DELETE FROM period_step " + of_step)
    names(stack, "^input %d: the pool of sales 2001-01 version 7 is recorded in period_step" % close,
          "INSERT INTO period_step SELECT desk, input, team, '2001-01', step, 7, state,"
          " published_late, currency, plan, plan_sha256, facts_sha256, composite_ppm, funding_ppm,"
          " gross, carry, net, difference, cancelled, paid, held, carry_open, missing"
          " FROM period_step " + of_step)
    for column in ("gross", "net", "carry_open", "funding_ppm"):
        names(stack, "%s: recorded %s .*, its facts give " % (pool, column),
              "UPDATE period_step SET %s = %s - 1 %s" % (column, column, of_step))
    names(stack, pool + ": recorded plan other, its facts give sales-plan$",
          "UPDATE period_step SET plan = 'other' " + of_step)
    pay = input_of(stack, "pay", months[0], 1)
    names(stack, "^input %d: the payment of sales %s version 1 is missing" % (pay, months[0]),
          "DELETE FROM period_step WHERE input = %d" % pay)
    head = stack.sql1("SELECT input FROM head")
    names(stack, r"^input %d: .* is recorded in period_step, the log gives none" % (head + 5),
          "INSERT INTO period_step SELECT desk, %d, team, period, step, 3, state, published_late,"
          " currency, plan, plan_sha256, facts_sha256, composite_ppm, funding_ppm, gross, carry, net,"
          " difference, cancelled, paid, held, carry_open, missing FROM period_step %s" % (
              head + 5, of_step))
    verify_ok(stack)


def read_varint(data, at):
    """An unsigned one, and where it ends."""
    number = shift = 0
    while True:
        number |= (data[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 128:
            return number, at


class Later:
    """The text of the CLOSE that begins with a version 2, in the `rest` of its input: the statement
    of that version with the facts that are kept at its end."""

    def __init__(self, stack, no, month):
        self.no = no
        self.rest = bytes(stack.sql1("SELECT rest FROM input WHERE input = %s", no))
        figures = stack.sql("SELECT gross, carry, net, carry_open FROM period_step WHERE input = %s"
                            " AND period = %s AND version = 2", no, month)[0]
        year, number = map(int, month.split("-"))
        period = bytes([1]) + varint(year * 12 + number - 1)
        head = bytes([1]) + period + varint(2, False) + b"".join(map(varint, figures))
        self.text = self.rest.index(head)
        size, self.statement = read_varint(self.rest, self.text + len(head))
        self.end = self.statement + size
        for at in range(self.statement, self.end):
            size, facts = read_varint(self.rest, at)
            if facts + size == self.end and self.rest[facts:].startswith(bytes([3]) + period):
                self.facts = facts
        assert self.rest[self.statement] == 3

    def other_revenue(self):
        """A cent more, in the facts alone."""
        at = self.facts + 2
        at = read_varint(self.rest, at)[1] + 1  # behind the period and the flags
        zigzag, end = read_varint(self.rest, at)
        other = varint(zigzag + 2, False)
        assert len(other) == end - at
        return self.update(self.rest[:at] + other + self.rest[end:])

    def update(self, rest):
        return "UPDATE input SET rest = '\\x%s'::bytea WHERE input = %d" % (rest.hex(), self.no)


@scenario("the facts kept with a later version are proven")
def later(stack):
    months = settled(stack)
    close = input_of(stack, "close", months[0], 2)
    text = Later(stack, close, months[0])
    names(stack, "^input %d: what was settled for sales %s is not what its facts give$" % (
        close, months[1]), text.other_revenue())
    verify_ok(stack)


@scenario("what was frozen and settled cannot be altered in the log itself")
def altered(stack):
    months = settled(stack)
    freeze = input_of(stack, "freeze", months[1], 0)
    close = input_of(stack, "close", months[1], 1)
    won, revenue = stack.sql(
        "SELECT max(o.input), sum(o.value)::bigint FROM input o WHERE o.type = 4 AND o.word = 'won'"
        " AND o.id LIKE %s", "sales-%s-%%" % months[1])[0]
    back = stack.sql1("SELECT coalesce(sum(value), 0)::bigint FROM input WHERE type = 4 AND word ="
                      " 'refunded' AND id LIKE %s", "sales-%s-%%" % months[1])
    revenue -= back
    names(stack, "^input %d: the facts frozen for sales %s are not those of the log: recorded revenue"
          " %s, the log gives %s$" % (freeze, months[1], format(revenue + 1, ","),
                                      format(revenue, ",")),
          in_rest(freeze, varint(revenue), varint(revenue + 1)))
    rep, total = stack.sql("SELECT rep, total FROM period_line WHERE input = %s AND period = %s AND"
                           " total > 20000 LIMIT 1", close, months[1])[0]
    names(stack, "^input %d: the pool of sales %s version 1 pays %s %s, its facts give %s$" % (
        close, months[1], rep, format(total + 1, ","), format(total, ",")),
        in_rest(close, varint(total), varint(total + 1)))
    names(stack, "^input %d: outcome .*: what stands there is not what its digest was made of: the"
          " value" % won, "UPDATE input SET value = value + 100 WHERE input = %d" % won)
    refused = stack.sql1("SELECT max(input) FROM input WHERE type = -15 AND team = 'sales'")
    names(stack, "^input %d: close of sales .*: another reason is recorded than: " % refused,
          "UPDATE input SET reason = 'because' WHERE input = %d" % refused)
    day = datetime.date(1970, 1, 1)
    outcome, happened = stack.sql("SELECT input, happened FROM input WHERE type = 4 AND happened IS"
                                  " NOT NULL AND happened % 86400000 BETWEEN 28800000 AND 43200000"
                                  " LIMIT 1")[0]
    local = (datetime.datetime.utcfromtimestamp(happened / 1000).date() - day).days
    tomorrow = day + datetime.timedelta(days=local + 1)
    names(stack, "^input %d: outcome of .*: recorded for %s; when it happened it was %s in %s$" % (
        outcome, tomorrow, day + datetime.timedelta(days=local), pools.ZONE),
        in_rest(outcome, bytes([31]) + varint(local), bytes([31]) + varint(local + 1)))
    verify_ok(stack)


@scenario("what a late plan's desk file recalls of the past is counted again")
def recalled(stack):
    months = pools.last_months(2)
    daemon = stack.start(pools.desk())
    history = pools.History(stack, months)
    history.send()
    late = json.dumps(pools.desk(pools.plan(months[0])))
    answer = patiently(lambda: daemon.http("PUT", "/v1/desk", late))
    assert answer.code == 200, answer
    step(stack, "freeze", months[0])
    step(stack, "close", months[0])
    assert daemon.stop() == 0
    verify_ok(stack)
    applied = stack.sql1("SELECT max(input) FROM input WHERE type = 9")
    revenue = history.revenue[months[0]]
    names(stack, "^input %d: what it recalls of periods before its plans were published is not what"
          " the log gives$" % applied,
          in_rest(applied, varint(revenue, False), varint(revenue ^ 1, False)))
    verify_ok(stack)


@scenario("a new time zone holds from the next input on, committed or not")
def zone(stack):
    months = pools.last_months(1)
    daemon = stack.start(pools.desk(pools.plan(months[0])))
    stack.add_many([{"type": "ticket", "id": str(n), "team": "sales", "kind": "order"}
                    for n in range(20)])
    stack.settle()
    # 01:30 in Oslo of the first, still the day before in New York.
    first = datetime.datetime.strptime(months[0] + "-01 00:30", "%Y-%m-%d %H:%M")
    at = int(first.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000)
    connection = psycopg2.connect(stack.postgres.dsn)
    connection.cursor().execute("LOCK TABLE evenhand.chain")  # nothing is committed meanwhile
    moved = dict(pools.desk(pools.plan(months[0])), time_zone="America/New_York")
    asked = threading.Thread(target=daemon.http, args=("PUT", "/v1/desk", json.dumps(moved)))
    asked.start()
    wait_until("the desk is on its way", lambda: stack.sql1(
        "SELECT count(*) FROM pg_locks WHERE NOT granted") > 0, 10)
    stack.add_many([{"type": "outcome", "id": str(n), "outcome": "won", "value": 100, "at": at}
                    for n in range(20)])
    time.sleep(1)  # they are read, and decided as far as the daemon goes ahead
    connection.close()
    asked.join(30)
    stack.settle()
    assert daemon.stop() == 0
    verify_ok(stack)


@scenario("any figure of any row of a pool, changed at random, is found")
def anything(stack):
    settled(stack)
    random = stack.random
    tables = {"period_step": "gross carry net difference cancelled paid held carry_open composite_ppm"
                             " funding_ppm",
              "period_line": "days minutes band points equal hours seniority individual total paid"}
    for _ in range(16):
        table = random.choice(list(tables))
        column = random.choice(tables[table].split())
        number, row = random.choice(stack.sql("SELECT input, ctid::text FROM %s WHERE %s IS NOT NULL"
                                              " ORDER BY 1, 2" % (table, column)))
        change = random.choice([-1, 1, random.randrange(2, 1 << 40)])
        # The same row by its key: its place changes as rows are kept and put back.
        key = "input = %d AND ctid = '%s'" % (number, row)
        with tampered(stack, "UPDATE %s SET %s = %s + %d WHERE %s" % (
                table, column, column, change, key)):
            code, verdict, error = verify(stack)
        note("%s.%s: %s" % (table, column, verdict))
        assert code == 1 and re.match("^input %d: the .* of sales 2" % number, verdict), (
            table, column, change, verdict, error)
    verify_ok(stack)


run()
