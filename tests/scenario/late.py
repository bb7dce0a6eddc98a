#!/usr/bin/python3
"""late: tickets have to be answered in time, in working time; what waits for too long overflows.

What is late is told once, whoever dies meanwhile, and not before all that stood on the inbox at the
start is taken. libfaketime starts the daemon in the past where days are concerned.
"""
import datetime
import json
import time

from harness import OUTBOX, Skip, default_desk, default_team, run, scenario, wait_until
from invariants import check_invariants
from office import FAKETIME, fakes_time
from proofs import verify_ok

LATE, UNANSWERED, ANSWERED, MOVED = 18, 19, 20, 5


def told(stack, kind=LATE):
    """The tickets of the notices of this type, in their order."""
    return [ident for ident, in stack.sql(
        "SELECT t.id FROM effect e JOIN input t ON t.desk = e.desk AND t.input = e.ticket"
        " WHERE e.type = %s ORDER BY e.seq", kind)]


def published(stack):
    return [entry for entry in outbox(stack) if entry["type"] == "late"]


def outbox(stack):
    return [json.loads(fields["j"]) for _, fields in stack.redis.xrange(OUTBOX)]


def desk(within, **changes):
    return default_desk(teams=[default_team("sales", ["ana", "ben"], answer_within={"order": within, "quote": "1h"},
                                            **changes),
                               default_team("support", ["cai"])])


def shown_as(stack, ident):
    return stack.daemon.get("/v1/tickets/default/" + ident).json


def answered(stack, ident, **more):
    stack.add(dict({"type": "answered", "id": ident}, **more))


@scenario("a ticket is late once; an answer and a closing end it; what is late is shown")
def shown(stack):
    stack.start(desk("3s"))
    for n in range(4):
        stack.add_ticket("l-%d" % n, kind="quote" if n else "order")  # l-0 alone falls due meanwhile
    stack.settle()
    ticket = shown_as(stack, "l-1")
    assert ticket["due_at"] and not ticket["late"] and not ticket["answered"], ticket
    answered(stack, "l-1")
    stack.add({"type": "outcome", "id": "l-2", "outcome": "won"})
    out = stack.cli("answered", "l-3")[1]
    assert "l-3: answered" in out, out
    wait_until("it is late", lambda: told(stack))
    wait_until("it is shown", lambda: shown_as(stack, "l-0")["late"])
    assert told(stack) == ["l-0"] and told(stack, ANSWERED) == ["l-1", "l-3"]
    team = stack.daemon.get("/v1/teams/sales").json
    assert team["late"] == 1 and team["due_soon"] == 0, team
    assert 'evenhand_team_late{team="sales"} 1' in stack.daemon.get("/metrics").text
    story = stack.cli("ticket", "l-0")[1]
    assert "late: not answered in time, with" in story, story
    listed = stack.cli("tickets")[1]
    rows = {line.split()[0]: line for line in listed.splitlines()[1:]}
    assert " late " in rows["l-0"] and " late " not in rows["l-1"] + rows["l-3"], listed
    again = stack.daemon.post("/v1/tickets/default/l-0/answered", {"event": "one"})
    assert again.code == 200 and not shown_as(stack, "l-0")["late"]
    assert stack.daemon.post("/v1/tickets/default/l-0/answered", {"event": "two"}).code == 200
    assert stack.daemon.post("/v1/tickets/default/nobody/answered").code == 404
    assert stack.daemon.post("/v1/tickets/default/l-2/answered", {"event": "closed"}).code == 200
    assert told(stack, ANSWERED) == ["l-1", "l-3", "l-0"]
    verify_ok(stack)
    check_invariants(stack)


@scenario("kill -9 while 300 tickets fall due: each is late once, in the log and in the outbox")
def killed(stack):
    stack.start(desk("4s"))
    stack.add_many([{"type": "ticket", "id": "k-%d" % n, "kind": "order", "team": "sales"}
                    for n in range(300)])
    stack.settle()
    for least in (1, 101, 201):
        wait_until("some are late", lambda: len(told(stack)) >= least)
        stack.daemon.kill()
        stack.daemon.start()
    wait_until("all are late", lambda: len(told(stack)) >= 300)
    wait_until("all are told", lambda: len(published(stack)) >= 300)
    time.sleep(1)  # whatever would come twice
    assert sorted(told(stack)) == sorted("k-%d" % n for n in range(300))
    assert len(published(stack)) == 300
    verify_ok(stack)
    check_invariants(stack)


@scenario("down when the time passes: an answer that stands on the inbox counts, however long the inbox is")
def inbox_first(stack):
    stack.start(desk("8s"))
    for n in range(3):
        stack.add_ticket("d-%d" % n)
    stack.settle()
    assert stack.daemon.stop() == 0
    stack.add_many([{"type": "ticket", "id": "q-%d" % n, "kind": "query", "team": "support"}
                    for n in range(5000)])
    answered(stack, "d-1")
    time.sleep(9)
    stack.daemon.start()
    wait_until("the others are late", lambda: len(told(stack)) == 2)
    stack.settle()
    assert told(stack) == ["d-0", "d-2"] and shown_as(stack, "d-1")["answered"]
    verify_ok(stack)
    check_invariants(stack)


@scenario("down for longer than an outcome waits and a rep may take: what stands on the inbox comes first")
def inbox_before_all(stack):
    stack.start(desk("1h", unanswered={"after": "30s", "then": "return"}))
    for n in range(3):
        stack.add_ticket("u-%d" % n)
    stack.settle()
    answered(stack, "u-0")  # so that answers are known to be told
    stack.add_many([{"type": "outcome", "id": ident, "outcome": "won", "value": 500}
                    for ident in ("x-1", "x-2")])
    wait_until("two outcomes wait", lambda: stack.daemon.status()["parked"] == 2)
    stack.daemon.kill()
    stack.add_many([{"type": "ticket", "id": "q-%d" % n, "kind": "query", "team": "support"}
                    for n in range(5000)])
    answered(stack, "u-1")
    stack.add_ticket("x-1")
    time.sleep(61)
    stack.daemon.start()
    wait_until("one gave up", lambda: stack.daemon.status()["parked"] == 0)
    wait_until("u-2 lapsed", lambda: told(stack, UNANSWERED) == ["u-2"])
    stack.settle()
    assert stack.sql("SELECT state, outcome FROM ticket WHERE id = 'x-1'") == [("closed", "won")]
    assert [body for body, in stack.sql("SELECT reason FROM dead_letter")] == [
        "ticket default/x-2 was not open within 60 seconds of its outcome"]
    assert told(stack, UNANSWERED) == ["u-2"]
    verify_ok(stack)


@scenario("what waits for too long moves to another team, and is dealt there")
def overflow(stack):
    stack.start(desk("1h", overflow={"after": "2s", "to": "support"}))
    for rep in ("ana", "ben"):
        assert stack.daemon.post("/v1/reps/%s/signal" % rep, {"status": "away"}).code == 200
    stack.add_ticket("o-1")
    stack.settle()
    wait_until("it moves", lambda: shown_as(stack, "o-1")["team"] == "support")
    assert shown_as(stack, "o-1")["rep"] == "cai" and told(stack, MOVED) == ["o-1"]
    assert [entry["why"] for entry in outbox(stack) if entry["type"] == "moved"] == ["overflow"]
    assert stack.sql("SELECT team, why FROM wait WHERE ticket = 'o-1'") == [("sales", "nobody")]
    assert "after it waited for too long" in stack.cli("ticket", "o-1")[1]
    verify_ok(stack)
    check_invariants(stack)


# ---- What nobody answers.


def lapsing(then, after="3s"):
    team = default_team("sales", ["ana", "ben"], unanswered={"after": after, "then": then})
    return default_desk(teams=[team, default_team("support", ["cai"])])


def only_ana(stack):
    """Ben is away, and the helpdesk has told an answer once."""
    stack.add({"type": "signal", "rep": "ben", "status": "away"})
    stack.add_ticket("first")
    answered(stack, "first")
    stack.settle()


def standing(stack, rep):
    team = stack.daemon.get("/v1/teams/sales").json
    return next(one for one in team["reps"] if one["id"] == rep)


@scenario("a ticket that lapses goes to somebody else, its receipt stays, and the rep is away; kill -9 there")
def lapses(stack):
    stack.start(lapsing("return"))
    only_ana(stack)
    for n in range(20):
        stack.add_ticket("u-%d" % n)
    stack.settle()
    assert standing(stack, "ana")["received"] == 21
    for _ in range(3):
        wait_until("some lapse", lambda: told(stack, UNANSWERED))
        stack.daemon.kill()
        stack.daemon.start()
    wait_until("all have lapsed", lambda: len(told(stack, UNANSWERED)) == 20)
    ana = stack.daemon.get("/v1/reps/ana").json
    assert ana["state"] == "away" and ana["reason"] == "unanswered", ana
    assert stack.daemon.status()["waiting"] == 20 and standing(stack, "ana")["received"] == 21
    stack.add({"type": "signal", "rep": "ben", "status": "available"})
    wait_until("ben has them", lambda: standing(stack, "ben")["received"] == 20)
    assert standing(stack, "ana")["received"] == 21
    story = stack.cli("ticket", "u-3")[1]
    assert "not answered in time by ana: it goes back to the deal" in story, story
    assert "after nobody answered it" in story, story
    report = json.loads(stack.cli("--json", "fairness", "sales")[1])
    reps = {rep["rep"]: rep for rep in report["reps"]}
    assert reps["ana"]["lapses"] == 20 and reps["ben"]["lapses"] == 0, reps
    shown = stack.cli("fairness", "sales")[1]
    assert "not answered in time" in shown and "who had it did not answer it" in shown, shown
    assert [(one["who"], one["why"], one["deals"]) for one in report["further"]] == [("ana", "unanswered", 20)]
    verify_ok(stack)
    check_invariants(stack, hands_allowed=True)


@scenario("a helpdesk that tells no answers loses no ticket; and neither does one whose team is only told")
def told_alone(stack):
    stack.start(lapsing("return", "2s"))
    stack.add_ticket("n-1")
    stack.settle()
    wait_until("it is told", lambda: told(stack, UNANSWERED) == ["n-1"])
    whys = [entry["why"] for entry in outbox(stack) if entry["type"] == "unanswered"]
    assert whys == ["tell"] and shown_as(stack, "n-1")["state"] == "assigned", whys
    verify_ok(stack)
    check_invariants(stack)


# ---- Days of an office. Oslo is two hours ahead of UTC.

OFFICE = {"id": "office", "hours": {"mon-thu": "08:00-16:00", "fri": "08:00-17:00"}}


def start_at(stack, moment):
    clock = {"LD_PRELOAD": FAKETIME, "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC", "FAKETIME": "@" + moment}
    stack.daemon.start(environment=clock, arguments=("--accept-time", "the servers live later"))


def prepare(stack, text):
    stack.write_desk(text)
    stack.start_servers()
    stack.new_daemon("d")
    assert stack.migrate()[0] == 0


@scenario("what lapses in a break of its rep goes back, and the rep is away behind the break until they signal")
def at_noon(stack):
    if not fakes_time():
        raise Skip("no libfaketime, or a daemon that cannot be run under it")
    text = dict(lapsing("return", "10m"), time_zone="Europe/Oslo")
    for rep in text["reps"]:
        if rep["id"] == "ana":
            rep["hours"] = {"mon-fri": "08:00-12:00 12:30-16:00"}
    prepare(stack, text)
    start_at(stack, "2025-06-06 09:55:00")
    only_ana(stack)
    stack.add_ticket("n-1")
    stack.settle()
    assert shown_as(stack, "n-1")["rep"] == "ana"
    assert stack.daemon.stop() == 0
    start_at(stack, "2025-06-06 10:06:00")
    wait_until("it goes back", lambda: shown_as(stack, "n-1")["state"] == "waiting")
    assert stack.daemon.get("/v1/reps/ana").json["state"] == "off"
    assert stack.daemon.stop() == 0
    start_at(stack, "2025-06-06 10:30:05")
    wait_until("the break is over", lambda: stack.daemon.get("/v1/reps/ana").json["state"] != "off")
    ana = stack.daemon.get("/v1/reps/ana").json
    assert ana["state"] == "away" and ana["reason"] == "unanswered", ana
    assert shown_as(stack, "n-1")["state"] == "waiting"
    stack.add({"type": "signal", "rep": "ana", "status": "available"})
    wait_until("ana has it", lambda: shown_as(stack, "n-1")["rep"] == "ana")
    verify_ok(stack)
    check_invariants(stack, hands_allowed=True)


@scenario("over a weekend: due on Monday, in working time, with the daemon down in between")
def weekend(stack):
    if not fakes_time():
        raise Skip("no libfaketime, or a daemon that cannot be run under it")
    team = default_team("sales", ["ana", "ben"], hours="office", answer_within={"order": "1h"})
    prepare(stack, default_desk(time_zone="Europe/Oslo", calendars=[OFFICE], teams=[team]))
    start_at(stack, "2025-06-06 14:30:00")  # Friday 16:30, half an hour before the end
    for ident in ("w-1", "w-2"):
        stack.add_ticket(ident)
    stack.settle()
    due = shown_as(stack, "w-1")["due_at"]
    assert due.startswith("2025-06-09T06:3"), due
    assert stack.daemon.stop() == 0
    answered(stack, "w-2")
    start_at(stack, "2025-06-09 06:29:20")
    stack.settle()
    assert told(stack) == []
    wait_until("it is late", lambda: told(stack) == ["w-1"], 60)
    at = stack.sql1("SELECT i.at FROM effect e JOIN input i USING (desk, input) WHERE e.type = 18")
    begun = datetime.datetime.fromisoformat(due).timestamp() * 1e6
    assert begun <= at < begun + 60e6, (at, begun)
    verify_ok(stack)
    check_invariants(stack)


# ---- what it is paid by

PLAN = {"id": "p", "team": "sales", "from": "2025-06", "period": "month", "encourages": "Answer.", "discourages": "Wait.",
        "target_pool": "600.00", "max_pool": "900.00", "funding": [["0%", "0%"], ["100%", "100%"]], "split": {"equal": "100%"},
        "metrics": [{"metric": "answered_in_time", "weight": "50%", "curve": [["0%", "0%"], ["100%", "100%"]]},
                    {"metric": "answer_time", "weight": "50%", "curve": [["1h", "100%"], ["4h", "0%"]]}]}


def paid_by(stack):
    """What the pool's two metrics are made of: values and counts."""
    pool = stack.daemon.get("/v1/teams/sales/pool?period=2025-06&explain").json
    return [(m["value"], m["count"]) for m in pool["metrics"]]


@scenario("first answers are paid by: in time, and in working time over a weekend and a pause; kill -9 in between")
def paid(stack):
    if not fakes_time():
        raise Skip("no libfaketime, or a daemon that cannot be run under it")
    team = default_team("sales", ["ana", "ben"], hours="office", answer_within={"order": "1h"})
    stack.write_desk(default_desk(time_zone="Europe/Oslo", calendars=[OFFICE], teams=[team], plans=[PLAN]))
    stack.start_servers()
    stack.new_daemon("d")
    assert stack.migrate()[0] == 0
    start_at(stack, "2025-06-06 14:30:00")  # Friday 16:30, half an hour before the end
    for ident in ("p-1", "p-2", "p-3", "p-4"):
        stack.add_ticket(ident)
    stack.settle()
    stack.add({"type": "update", "id": "p-4", "paused": True})
    stack.settle()
    assert paid_by(stack) == [(None, 0), (None, 0)], paid_by(stack)
    stack.daemon.kill()
    start_at(stack, "2025-06-09 08:00:00")  # Monday 10:00: two hours later, as the team works
    stack.settle()
    monday = 1749456000000  # then, ms
    answered(stack, "p-1", at=monday - 2 * 3600000)               # at 8:00, half an hour of work later
    stack.add({"type": "outcome", "id": "p-2", "outcome": "won", "at": monday})
    answered(stack, "p-4", at=monday)                             # it stood still from the start
    stack.settle()
    (in_time, timed), (seconds, answers) = paid_by(stack)
    assert (in_time, timed, answers) == (666667, 3, 3), paid_by(stack)
    assert 3580 <= seconds <= 3600, seconds                       # 30 min, 2 h 30 min and nearly nothing
    answered(stack, "p-2", at=monday - 3600000)                   # told late: given at 9:00, and late all the same
    stack.add({"type": "outcome", "id": "p-4", "outcome": "cancelled"})
    stack.settle()
    (in_time, timed), (seconds, answers) = paid_by(stack)
    assert (in_time, timed, answers) == (500000, 2, 2), paid_by(stack)
    assert 3580 <= seconds <= 3600, seconds                       # 30 min and 1 h 30 min
    before = paid_by(stack)
    stack.daemon.kill()
    start_at(stack, "2025-07-01 08:00:00")
    stack.settle()
    assert paid_by(stack) == before, paid_by(stack)
    out = stack.cli("pool", "sales", "--period", "2025-06", "--explain")[1]
    assert " = in time 1 (of 2) / answered 2" in out and "time to the first answer" in " ".join(out.split()), out
    assert stack.daemon.post("/v1/teams/sales/periods/2025-06/freeze", {}).code == 200
    assert stack.daemon.post("/v1/teams/sales/periods/2025-06/close", {}).code == 200
    verify_ok(stack)
    check_invariants(stack)


if __name__ == "__main__":
    run()
