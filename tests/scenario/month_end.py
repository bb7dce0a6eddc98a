#!/usr/bin/python3
"""month_end: what a manager is told before closing is what closing does, nobody's cent is lost on
the way to the payroll, and what nobody earns has its place.
"""
import copy
import csv
import io

from harness import default_desk, default_team, run, scenario
from books import month, pool
from proofs import verify_ok

LAST, THIS = month("UTC", 2), month("UTC", 1)


def plan(team, **more):
    return {"id": "p-" + team, "team": team, "from": LAST, "encourages": "a", "discourages": "b",
            "target_pool": 1000, "max_pool": 2000,
            "metrics": [{"metric": "revenue", "weight": "100%",
                         "curve": [[0, "0%"], [1000, "100%"], [2000, "200%"]]}],
            "funding": [["0%", "0%"], ["200%", "200%"]], "carry": {"at_most": "100%"},
            "split": {"individual": "50%", "equal": "50%"},
            "individual": {"points": {"order": 1}}, **more}


def desk(**more):
    return default_desk(
        time_zone="UTC", reps=[{"id": rep} for rep in ("ana", "ben", "cai")],
        teams=[default_team("sales", ["ana", "ben"], presence="assumed"),
               default_team("care", ["cai"], presence="assumed")],
        plans=[plan("sales", **more), plan("care", **more)])


def win(stack, ident, period, value, team="sales", kind="order", rep="ana"):
    stack.add({"type": "ticket", "id": ident, "team": team, "kind": kind, "owner": rep})
    stack.add({"type": "outcome", "id": ident, "outcome": "won", "value": value,
               "at": period + "-05T12:00:00Z"})
    stack.settle()


def refund(stack, ident, value):
    stack.add({"type": "outcome", "id": ident, "outcome": "refunded", "value": value})
    stack.settle()


def step(stack, verb, period, team="sales"):
    return stack.daemon.post("/v1/teams/%s/periods/%s/%s" % (team, period, verb))


def dry(stack, verb, period=THIS, team="sales"):
    head = stack.sql1("SELECT input FROM head")
    before = pool(stack, team, period)
    answer = stack.daemon.post("/v1/teams/%s/periods/%s/%s?dry_run=1" % (team, period, verb))
    after = pool(stack, team, period)
    before.pop("as_of"), after.pop("as_of")
    assert before == after and stack.sql1("SELECT input FROM head") == head
    return answer


def same(tried, done):
    assert tried.code == done.code, (tried, done)
    tried, done = copy.copy(tried.json), copy.copy(done.json)
    assert tried.pop("dry_run") is True and tried.pop("input") is None and done.pop("input")
    assert tried == done, (tried, done)


@scenario("what freeze, close and pay say beforehand is what they do, carry of earlier months too")
def foretold(stack):
    stack.start(desk())
    win(stack, "o1", LAST, 100000)
    for verb in ("freeze", "close", "pay"):
        same(dry(stack, verb, LAST), step(stack, verb, LAST))
    win(stack, "o2", THIS, 90000)
    refund(stack, "o1", 40001)
    live = pool(stack, "sales", THIS)
    assert (live["carry"], live["net"]) == (0, 90000)
    assert (live["expected"]["carry"], live["expected"]["net"]) == (-40001, 49999), live
    assert [(e["period"], e["version"], e["difference"]) for e in live["expected"]["earlier"]] \
        == [(LAST, 2, -40001)]
    tried = dry(stack, "freeze")
    same(tried, step(stack, "freeze", THIS))
    frozen = pool(stack, "sales", THIS)
    assert tried.json["expected"] == frozen["expected"] == live["expected"]
    assert sum(s["expected"] for s in frozen["shares"]) == 49999
    same(dry(stack, "close"), step(stack, "close", THIS))
    closed = pool(stack, "sales", THIS)
    assert closed["expected"] is None
    assert (closed["carry"], closed["net"]) == (-40001, 49999)
    assert {s["rep"]: s["total"] for s in closed["shares"]} \
        == {s["rep"]: s["expected"] for s in frozen["shares"]}
    same(dry(stack, "pay"), step(stack, "pay", THIS))
    for verb in ("freeze", "close", "pay"):
        tried, done = dry(stack, verb), step(stack, verb, THIS)
        assert (tried.code, tried.json) == (done.code, done.json) and done.code == 409, done
    verify_ok(stack)


@scenario("more of an earlier month is paid to its members when the next one is closed")
def more(stack):
    stack.start(desk())
    win(stack, "o1", LAST, 50000)
    for verb in ("freeze", "close", "pay"):
        assert step(stack, verb, LAST).code == 200
    win(stack, "o2", LAST, 20000, rep="ben")
    win(stack, "o3", THIS, 30000)
    assert step(stack, "freeze", THIS).code == 200
    expected = pool(stack, "sales", THIS)["expected"]
    earlier, = expected["earlier"]
    assert (earlier["paid"], expected["carry"], expected["net"]) == (20000, 0, 30000)
    assert sum(s["paid"] for s in earlier["shares"]) == 20000
    assert step(stack, "close", THIS).json["settled"] == [earlier]
    late = pool(stack, "sales", LAST)
    assert (late["version"], late["paid_version"], late["net"], late["due"]) \
        == (2, 1, 70000, 20000)
    for share in late["shares"]:
        assert share["due"] == share["paid"] == share["total"] - share["paid_before"], share
    win(stack, "o4", LAST, 1001, rep="ben")  # version 3 while 2 is not paid
    assert step(stack, "close", LAST).code == 200
    late = pool(stack, "sales", LAST)
    assert (late["version"], late["paid_version"], late["due"]) == (3, 1, 21001), late
    assert step(stack, "pay", LAST).json["due"] == 21001
    assert pool(stack, "sales", LAST)["due"] == 0
    verify_ok(stack)


COLUMNS = ["team", "team_name", "rep", "name", "period", "version", "equal", "hours", "seniority",
           "individual", "total", "paid_before", "due", "currency", "state", "contract_minutes",
           "contract_by"]


def cents(text):
    return round(float(text) * 100)


def payroll(stack, period, team="sales"):
    """The rows of the team, whose totals are the net, whatever state it is in."""
    rows = list(csv.DictReader(io.StringIO(stack.cli("payroll", period, "--csv")[1])))
    alone = list(csv.DictReader(io.StringIO(
        stack.cli("pool", team, "--period", period, "--csv")[1])))
    rows = [row for row in rows if row["team"] == team]
    assert rows == alone and all(list(row) == COLUMNS for row in rows), (rows, alone)
    shown = pool(stack, team, period)
    assert sum(cents(row["total"]) for row in rows) == shown["net"], (rows, shown)
    assert sum(cents(row["due"]) for row in rows) == shown["due"], (rows, shown)
    for row in rows:
        parts = sum(cents(row[part]) for part in COLUMNS[6:10])
        assert parts == cents(row["total"]), row
        assert row["state"] == shown["state"] and int(row["version"]) == shown["version"], row
    return rows


@scenario("whatever happens in a month, payroll sums to the net in every state")
def sums(stack):
    stack.start(desk())

    def walk(**expected):
        payroll(stack, LAST)
        for verb in ("freeze", "close", "pay"):
            answer = step(stack, verb, LAST)
            assert answer.code == 200, answer
            rows = payroll(stack, LAST)
            payroll(stack, LAST, "care")
        shown = pool(stack, "sales", LAST)
        assert {key: shown[key] for key in expected} == expected, shown
        return rows

    win(stack, "q1", LAST, 33334, kind="quote")  # no order: nobody has a point
    rows = walk(net=33334, held=0, moved=True, state="paid")
    assert [row["rep"] for row in rows] == ["ana", "ben"] and rows[0]["name"], rows
    refund(stack, "q1", 33333)
    win(stack, "o1", THIS, 20000)  # carry of 333.33 takes all of it
    payroll(stack, THIS)
    for verb in ("freeze", "close"):
        assert step(stack, verb, THIS).code == 200
        rows = payroll(stack, THIS)
    shown = pool(stack, "sales", THIS)
    assert (shown["gross"], shown["carry"], shown["net"], shown["due"]) == (20000, -20000, 0, 0)
    assert shown["carry_open"] == -13333
    assert step(stack, "pay", THIS).json["due"] == 0
    win(stack, "c1", LAST, 10001, team="care", rep="cai")
    assert stack.daemon.post("/v1/teams/care/periods/%s/exclude" % LAST,
                             {"rep": "cai", "reason": "a test"}).code == 200
    for verb in ("", "freeze", "close", "pay"):  # nobody is left who may have it
        assert not verb or step(stack, verb, LAST, "care").code == 200
        rows = payroll(stack, LAST, "care")
        assert rows[-1]["rep"] == "" and rows[-1]["due"] == "0.00", rows
        assert cents(rows[-1]["total"]) == 10001, rows
    assert pool(stack, "care", LAST)["due"] == 0
    for verb in ("freeze", "close", "pay"):  # nothing at all
        assert step(stack, verb, THIS, "care").code == 200
        payroll(stack, THIS, "care")
    verify_ok(stack)


@scenario("a plan that holds says who gets nothing, and due is what is to be paid, version by version")
def held(stack):
    stack.start(desk(unearned="hold"))
    win(stack, "q1", LAST, 30000, kind="quote")
    for verb in ("freeze", "close"):
        assert step(stack, verb, LAST).code == 200
    rows = payroll(stack, LAST)
    assert [(row["rep"], row["total"], row["due"]) for row in rows] == [
        ("ana", "75.00", "75.00"), ("ben", "75.00", "75.00"), ("", "150.00", "0.00")], rows
    assert cents(rows[-1]["individual"]) == 15000, rows
    assert step(stack, "pay", LAST).json["due"] == 15000
    assert [row["due"] for row in payroll(stack, LAST)] == ["0.00"] * 3
    win(stack, "q2", LAST, 20000, kind="quote")
    assert step(stack, "close", LAST).code == 200
    rows = payroll(stack, LAST)
    assert [(row["total"], row["paid_before"], row["due"]) for row in rows] == [
        ("125.00", "75.00", "50.00"), ("125.00", "75.00", "50.00"), ("250.00", "0.00", "0.00")], rows
    text = stack.cli("pool", "sales", "--period", LAST)[1]
    assert "250.00 EUR is of parts in which nobody has a weight" in " ".join(text.split()), text
    verify_ok(stack)


if __name__ == "__main__":
    run()
