#!/usr/bin/python3
"""mondays: who is absent on paper every Monday is seen by the fairness report, and no better off for it.

libfaketime starts the daemon on a Monday and a Tuesday of each of five weeks.
"""
import datetime
import json

from harness import Skip, default_desk, patiently, run, scenario
from invariants import check_invariants
from office import FAKETIME, fakes_time
from proofs import verify_ok

FIRST = datetime.date(2025, 6, 2)  # a Monday
WEEKS = 5
EACH = 40  # tickets a day
OFFICE = {"id": "office", "hours": {"mon-fri": "08:00-16:00"}}
HOUR = 3600


def desk():
    return default_desk(time_zone="Europe/Oslo", calendars=[OFFICE],
                        reps=[{"id": rep} for rep in ("ana", "ben")],
                        teams=[{"id": "sales", "reps": ["ana", "ben"], "hours": "office", "capacity": 0}])


def clock(day, time):
    return {"LD_PRELOAD": FAKETIME, "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
            "FAKETIME": "@%s %s" % (day, time)}


def live(stack, day, number):
    """A day from 10:00 in Oslo on: tickets to whoever is there."""
    stack.daemon.start(environment=clock(day, "08:00:00"),
                       arguments=("--accept-time", "the servers live later"))
    if day == FIRST:
        for week in range(WEEKS):
            monday = (FIRST + datetime.timedelta(weeks=week)).isoformat()
            answer = patiently(lambda: stack.daemon.post(
                "/v1/reps/ana/absences", {"from": monday, "until": monday, "reason": "sick"}))
            assert answer.code == 200, answer
    stack.add_many([{"type": "ticket", "id": "t-%d-%d" % (number, n), "kind": "order", "team": "sales",
                     "value": 1000 << n % 5} for n in range(EACH)])
    stack.settle()
    stack.daemon.stop()


@scenario("absent every Monday: seen by the day of the week, in the log's own time, and entitled no more")
def every_monday(stack):
    if not fakes_time():
        raise Skip("no libfaketime, or a daemon that cannot be run under it")
    stack.write_desk(desk())
    stack.start_servers()
    stack.new_daemon("d")
    assert stack.migrate()[0] == 0
    days = [FIRST + datetime.timedelta(weeks=week, days=day) for week in range(WEEKS) for day in (0, 1)]
    for number, day in enumerate(days):
        live(stack, day, number)
    last = days[-1] - datetime.timedelta(days=1)
    report = json.loads(stack.cli("--json", "fairness", "sales", "--db", stack.postgres.daemon_dsn,
                                  "--to", last.isoformat())[1])
    time = {each["rep"]: each for each in report["time"]}
    ana, ben = time["ana"], time["ben"]
    assert ana["absences"] == ana["absent_days"] == WEEKS, ana
    assert ana["absent_on"] == [WEEKS, 0, 0, 0, 0, 0, 0] and ana["due_on"][0] == WEEKS, ana
    # The first day is told at 10:00.
    assert (WEEKS * 8 - 2) * HOUR - 60 <= ana["absent_s"] <= (WEEKS * 8 - 2) * HOUR, ana
    assert ben["absences"] == ben["absent_s"] == 0 and ben["due_s"] == ana["due_s"], ben
    assert ana["due_days"] == 5 * (WEEKS - 1) + 1, ana
    reps = {each["rep"]: each for each in report["reps"]}
    # On a Tuesday each is entitled to half, on a Monday ben to all.
    tuesdays = EACH * (WEEKS - 1)
    assert reps["ana"]["entitled"] == tuesdays / 2, reps
    assert reps["ben"]["entitled"] == tuesdays / 2 + EACH * WEEKS, reps
    assert ana["entitled_hourly"] < ben["entitled_hourly"], time
    assert abs(reps["ana"]["received"] - tuesdays / 2) <= 8, "nothing is owed for the Mondays"
    assert {"line": "absent", "text": "ana was absent on 5 of 5 Mondays"} in report["says"], report["says"]
    assert "sick" not in json.dumps(report), "why is theirs alone"
    text = stack.cli("fairness", "sales", "--db", stack.postgres.daemon_dsn)[1]
    lines = text.splitlines()
    assert all(len(line) <= 80 for line in lines), text
    assert "5 of 5" in text and "entitled an hour" in text and "sick" not in text, text
    stack.daemon.start(environment=clock(days[-1], "14:30:00"),
                       arguments=("--accept-time", "the servers live later"))
    asked = patiently(lambda: stack.daemon.get("/v1/teams/sales/fairness?to=" + last.isoformat()))
    assert asked.json["time"] == report["time"], asked.json["time"]
    verify_ok(stack)
    check_invariants(stack)


run()
