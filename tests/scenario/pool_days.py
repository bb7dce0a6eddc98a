#!/usr/bin/python3
"""pool_days: the pool at the end of each day is what the daemon said of it on that day.

libfaketime starts the daemon on some days of a month, and in the next one. The log alone tells the
days afterwards.
"""
import datetime
import json

import books
import pools
from harness import Skip, patiently, run, scenario
from invariants import check_invariants
from office import FAKETIME, fakes_time

MONTH = books.month("UTC", 1)
FIRST = datetime.date.fromisoformat(MONTH + "-01")
DAYS = (3, 4, 9, 17)  # of the month, on which something happens
KEYS = ("gross", "carry", "net", "composite_ppm", "funding_ppm")


def desk():
    return dict(pools.desk(pools.plan(MONTH)), time_zone="UTC")


def clock(day, hour=9):
    return {"LD_PRELOAD": FAKETIME, "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
            "FAKETIME": "@%s %02d:00:00" % (day.isoformat(), hour)}


def prepare(stack):
    if not fakes_time():
        raise Skip("no libfaketime, or a daemon that cannot be run under it")
    stack.write_desk(desk())
    stack.start_servers()
    daemon = stack.new_daemon("d", limits={"snapshot_inputs": 20})
    assert stack.migrate()[0] == 0
    return daemon


def start(daemon, day):
    daemon.start(environment=clock(day), arguments=("--accept-time", "the servers live later"))


def work(stack, name, count):
    stack.add_many([{"type": "ticket", "id": "%s-%d" % (name, i), "team": "sales", "kind": "order"}
                    for i in range(count)])
    stack.settle()
    stack.add_many([{"type": "outcome", "id": "%s-%d" % (name, i), "outcome": "won", "csat": 3 + i % 3,
                     "value": stack.random.randrange(100, 4000)} for i in range(count)])
    stack.settle()


def pool(daemon):
    return daemon.get("/v1/teams/sales/pool?period=" + MONTH).json


@scenario("each day has what the pool came to when the day was over")
def days(stack):
    daemon, told = prepare(stack), {}
    for day in DAYS:
        date = FIRST + datetime.timedelta(days=day - 1)
        start(daemon, date)
        work(stack, "d%d" % day, 5)
        told[day] = pool(daemon)
        running = patiently(lambda: daemon.get("/v1/teams/sales/pool/days"))
        assert running.code == 200, running
        today = running.json["days"][-1]
        assert today["day"] == date.isoformat(), today
        assert {k: today[k] for k in KEYS} == {k: told[day][k] for k in KEYS}, (today, told[day])
        assert daemon.stop() == 0
    assert len({t["gross"] for t in told.values()}) == len(DAYS), told
    after = (FIRST + datetime.timedelta(days=40)).replace(day=2)
    start(daemon, after)
    work(stack, "after", 3)  # of the next month: in no day of this one
    for what in ("freeze", "close"):
        assert daemon.post("/v1/teams/sales/periods/%s/%s" % (MONTH, what)).code == 200, what
    answer = patiently(lambda: daemon.get("/v1/teams/sales/pool/days?period=" + MONTH))
    assert answer.code == 200, answer
    rows = {row["day"]: row for row in answer.json["days"]}
    last = after.replace(day=1) - datetime.timedelta(days=1)
    first = FIRST + datetime.timedelta(days=DAYS[0] - 1)
    assert list(rows) == [(first + datetime.timedelta(days=i)).isoformat()
                          for i in range((last - first).days + 1)], list(rows)
    for text, row in rows.items():
        day = max(d for d in DAYS if d <= int(text[-2:]))
        assert {k: row[k] for k in KEYS} == {k: told[day][k] for k in KEYS}, (text, row)
        assert not row["missing"], row
    assert answer.json["funding"] == daemon.get("/v1/teams/sales/plan?period=" + MONTH).json["funding"]
    assert rows[last.isoformat()]["gross"] == pool(daemon)["gross"]
    asked = ("pool", "sales", "--days", "--period", MONTH)
    assert json.loads(stack.cli("--json", *asked)[1]) == answer.json
    assert json.loads(stack.cli("--json", *asked, "--db", stack.postgres.dsn)[1]) == answer.json
    text = stack.cli(*asked)[1]
    assert "{:,.2f}".format(told[17]["gross"] / 100) in text and last.isoformat() in text, text
    assert all(len(line) <= 80 for line in text.splitlines()), text
    assert stack.cli("pool", "sales", "--db", stack.postgres.dsn, check=False)[0] == 2
    check_invariants(stack)


@scenario("before anything is recorded there is no day, and of no plan there are none")
def none(stack):
    stack.start(desk())
    answer = patiently(lambda: stack.daemon.get("/v1/teams/sales/pool/days?period=" + MONTH))
    assert answer.code == 200 and answer.json["days"] == [], answer
    now = patiently(lambda: stack.daemon.get("/v1/teams/sales/pool/days")).json["days"]
    assert [row["missing"] for row in now] == [True] and now[0]["gross"] == pool(stack.daemon)["gross"]
    assert stack.daemon.get("/v1/teams/support/pool/days").code == 404
    assert stack.daemon.get("/v1/teams/sales/pool/days?period=2001-01").code == 404


run()
