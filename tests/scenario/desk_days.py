#!/usr/bin/python3
"""desk_days: a month's pool is shared by what the desk files said on its days.

The daemon lives through last month by a clock of then: somebody leaves, somebody joins, somebody is
off the file for a morning, somebody comes back. Days, years and shares are counted beside it.
"""
import datetime
import json

from books import Books, apply_desk, lines, pool, step
from harness import default_desk, default_team, note, run, scenario
from office import BEFORE, FAKETIME, LOCAL, THEN, day, fakes_time
from proofs import verify_ok

FIRST = datetime.date.fromisoformat(day(THEN, 1))
LAST = (FIRST + datetime.timedelta(days=32)).replace(day=1) - datetime.timedelta(days=1)
PLAN = {
    "id": "p", "team": "sales", "from": BEFORE, "period": "month", "encourages": "a",
    "discourages": "b", "target_pool": "1000.00", "max_pool": "2000.00",
    "metrics": [{"metric": "revenue", "weight": "100%",
                 "curve": [["0.00", "0%"], ["1000.00", "100%"]]}],
    "funding": [["0%", "0%"], ["100%", "100%"]],
    "split": {"equal": "50%", "seniority": "30%", "hours": "20%"},
    "seniority": [["0y", 100], ["3y", 130]]}
SPLIT = {"individual": 0, "equal": 500000, "seniority": 300000, "hours": 200000}
OLD, MINUTES = "2001-02-03", {"ana": 9600, "dan": 4800, "eli": 9000, "gus": 7000, "kim": 6000}


def desk(*members, **since):
    """Members of sales, and nobody else on the file; a text is an id."""
    members = [m if isinstance(m, dict) else {"id": m} for m in members]
    reps = [{"id": m["id"], "name": m["id"].title() + " O.",
             **({"since": since[m["id"]]} if m["id"] in since else {})} for m in members]
    return default_desk(plans=[PLAN], reps=reps, teams=[default_team("sales", members)])


def told(stack, new):
    """What the file would do to open periods, and then does: the same."""
    answer = stack.daemon.http("PUT", "/v1/desk?dry_run=1", json.dumps(new))
    assert answer.code == 200, answer
    assert apply_desk(stack, new)["periods"] == answer.json["periods"], answer
    return [line for line in answer.json["periods"] if line.startswith(THEN)]


def live_on(stack, number):
    """The same daemon on that day of the month; None: today."""
    environment = {} if number is None else {
        "LD_PRELOAD": FAKETIME, "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
        "FAKETIME": "@%s 12:00:00" % day(THEN, number)}
    if stack.daemon.process:
        stack.daemon.stop()
    stack.daemon.start(environment=environment, arguments=("--accept-time", "the servers live later"))


def found(stack, new):
    stack.write_desk(new)
    stack.start_servers()
    stack.new_daemon("d")
    code, output = stack.migrate()
    assert code == 0, output


def days(stack):
    return {rep: line["days"] for rep, line in lines(pool(stack, "sales", THEN)).items()}


def through_the_month(stack):
    """eli leaves on the 10th and is back from the 25th on; kim comes on the 10th; gus is missing
    for a morning; dan left on the 20th, which is written only when the month is over."""
    since = {"ana": OLD, "eli": OLD, "gus": OLD, "dan": OLD}
    found(stack, desk("ana", "dan", "eli", "gus", **since))
    live_on(stack, 1)
    live_on(stack, 10)
    end = LAST.day
    del since["eli"]
    assert told(stack, desk("ana", "dan", "gus", "kim", **since)) == [
        "%s of team sales: eli %d days -> 9 days" % (THEN, end),
        "%s of team sales: kim 0 days -> %d days" % (THEN, end - 9)]
    told(stack, desk("ana", "dan", "kim", **since))
    told(stack, desk("ana", "dan", "gus", "kim", **since))
    live_on(stack, 25)
    told(stack, desk("ana", "dan", "eli", "gus", "kim", **since))
    live_on(stack, None)
    assert told(stack, desk("ana", "dan", "gus", ana=OLD)) == [
        "%s of team sales: eli keeps %d days" % (THEN, 9 + end - 24),
        "%s of team sales: kim keeps %d days" % (THEN, end - 9)]
    since = {"ana": OLD}
    assert told(stack, desk("ana", {"id": "dan", "until": day(THEN, 20)}, "gus", **since)) == [
        "%s of team sales: dan %d days -> 20 days" % (THEN, end)]
    assert told(stack, desk("ana", **since)) == [
        "%s of team sales: dan keeps 20 days" % THEN,
        "%s of team sales: gus keeps %d days" % (THEN, end)]
    return {"ana": end, "dan": 20, "eli": 9 + end - 24, "gus": end, "kim": end - 9}


def earn(stack):
    at = datetime.datetime.combine(FIRST, datetime.time(12), LOCAL)
    stack.add({"type": "ticket", "id": "t-1", "team": "sales", "kind": "order", "owner": "ana"})
    stack.add({"type": "outcome", "id": "t-1", "outcome": "won", "value": 77777,
               "at": int(at.timestamp() * 1000)})
    for rep, minutes in MINUTES.items():
        stack.add({"type": "metric", "team": "sales", "metric": "paid_minutes", "period": THEN,
                   "rep": rep, "value": minutes})
    stack.settle()


@scenario("who left, came, came back or was corrected has the days that the desk files said")
def days_of_the_desks(stack):
    if not fakes_time():
        note("nothing is tried: libfaketime is not there, or does not go with sanitizers")
        return
    expected = through_the_month(stack)
    earn(stack)
    assert stack.kept() == 0 or not stack.sql("SELECT reason FROM dead"), stack.sql(
        "SELECT reason FROM dead")
    assert days(stack) == expected, (days(stack), expected)
    stack.daemon.kill()
    stack.daemon.start()
    assert days(stack) == expected
    bands = dict.fromkeys(expected, 130) | {"kim": 100, "eli": 100}  # back without a `since`
    step(stack, "freeze", "sales", THEN)
    told(stack, desk({"id": "ana", "from": day(THEN, 5)}, ana=OLD))
    code, _, error = stack.cli("close", "sales", THEN, check=False)
    assert code == 1 and "rep ana got other days" in error and "freeze it again" in error, error
    expected["ana"] -= 4
    assert days(stack) != expected  # what was frozen
    step(stack, "freeze", "sales", THEN)
    assert days(stack) == expected, (days(stack), expected)
    books = Books("sales", SPLIT, 250000)
    books.close(THEN, "p", 77777, {
        "equal": expected, "hours": MINUTES, "individual": {},
        "seniority": {rep: bands[rep] * count for rep, count in expected.items()}})
    step(stack, "close", "sales", THEN)
    step(stack, "pay", "sales", THEN)
    books.check(pool(stack, "sales", THEN))
    check_csv(stack, books)
    verify_ok(stack)


@scenario("a period goes by the time zone that the desk had on its first day")
def zone_of_the_first_day(stack):
    stack.start(desk("ana", ana=OLD))
    half_past = datetime.datetime.combine(FIRST, datetime.time(0, 30), LOCAL)
    before = half_past - datetime.timedelta(hours=1)
    apply_desk(stack, dict(desk("ana", ana=OLD), time_zone="America/New_York"))
    for number, at in enumerate((half_past, before)):
        name = "t-%d" % number
        stack.add({"type": "ticket", "id": name, "team": "sales", "kind": "order"})
        stack.add({"type": "outcome", "id": name, "outcome": "won", "value": 100 + number,
                   "at": int(at.timestamp() * 1000)})
    stack.settle()
    for month, value in ((BEFORE, 101), (THEN, 100)):  # in New York both fell into the first
        metric, = pool(stack, "sales", month)["metrics"]
        assert metric["value"] == value, (month, metric)
    verify_ok(stack)


def check_csv(stack, books):
    """Each line to the cent, and the name of who is gone."""
    text = stack.cli("pool", "sales", "--period", THEN, "--csv")[1]
    for rep, parts in books.closed[THEN]["lines"].items():
        row = next(r for r in text.splitlines() if rep in r.split(","))
        total = sum(parts.values())
        assert "%d.%02d" % divmod(total, 100) in row.split(","), (row, total)


if __name__ == "__main__":
    run()
