#!/usr/bin/python3
"""times_shown: what the socket and the command line say of times: that a rep is off whatever they signal,
when away ends with the shift, which times a team keeps, and when a ticket lapses."""
import datetime
import re

from harness import default_desk, default_team, run, scenario
from invariants import check_invariants


def around_now(before, after):
    """Hours of every day from so many hours ago to so many ahead, and when that ends (UTC)."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0)
    end = now + datetime.timedelta(hours=after)
    begin = now - datetime.timedelta(hours=before)
    return {"mon-sun": "%s-%s" % (begin.strftime("%H:%M"), end.strftime("%H:%M"))}, end


def desk(**sales):
    return default_desk(time_zone="UTC", reps=[{"id": "ana"}, {"id": "ben", "hours": {}}], teams=[
        default_team("sales", ["ana", "ben"], **sales), default_team("support", ["ana"])])


def said(stack, *arguments):
    code, out = stack.cli(*arguments)[:2]
    assert code == 0, (arguments, code, out)
    return out


@scenario("who is off hears so with every signal, and of nobody who made it so")
def off(stack):
    daemon = stack.start(desk())
    answer = daemon.post("/v1/reps/ana/signal", {"status": "away", "reason": "dentist"}).json
    assert answer["off"] is False and answer["off_until"] is None, answer
    today = datetime.datetime.now(datetime.timezone.utc).date()
    assert daemon.post("/v1/reps/ana/absences", {
        "from": today.isoformat(), "until": (today + datetime.timedelta(days=1)).isoformat()}).code == 200
    shown = said(stack, "rep", "ana")
    assert "off until" in shown and "said by" not in shown and "dentist" not in shown, shown
    assert "dentist" not in said(stack, "reps") + said(stack, "team", "sales")
    answer = daemon.post("/v1/reps/ana/signal", {"status": "available"}).json
    back = today + datetime.timedelta(days=2)
    assert answer["off"] and answer["off_until"].startswith(back.isoformat() + "T00:00:00"), answer
    told = said(stack, "available", "ana", "--reason", "again")
    assert re.fullmatch(r"ana is available; off until .*: no tickets before\n", told), told
    told = said(stack, "overloaded", "ben", "--reason", "calls")
    assert re.fullmatch(r"ben is overloaded until .*; off: no tickets meanwhile\n", told), told
    check_invariants(stack)


@scenario("away without an end ends with the shift: the answer, the rep and the team say when")
def away(stack):
    hours, end = around_now(1, 3)
    daemon = stack.start(default_desk(time_zone="UTC", reps=[{"id": "ana"}, {"id": "cai"}], teams=[
        default_team("sales", ["ana", "cai"], hours=hours), default_team("support", ["cai"])]))
    end = end.strftime("%Y-%m-%dT%H:%M:%S")
    answer = daemon.post("/v1/reps/cai/signal", {"status": "away"}).json
    assert answer["until"] is None, "in support they have no hours: %r" % answer
    answer = daemon.post("/v1/reps/ana/signal", {"status": "away"}).json
    assert answer["until"] and answer["until"].startswith(end), (answer, end)
    assert daemon.get("/v1/reps/ana").json["until"].startswith(end)
    assert daemon.get("/v1/teams/sales").json["reps"][0]["until"].startswith(end)
    assert re.match(r"ana is away until ", said(stack, "away", "ana"))
    assert re.search(r"^away until ", said(stack, "rep", "ana"), re.M)
    answer = daemon.post("/v1/reps/ana/signal", {"status": "away", "for": 60}).json
    assert answer["until"] and not answer["until"].startswith(end), answer
    assert daemon.post("/v1/reps/ana/signal", {"status": "available"}).json["until"] is None
    check_invariants(stack)


@scenario("a team shows the times it keeps; a rep sees when a ticket goes back to the deal")
def kept(stack):
    daemon = stack.start(desk(
        answer_within={"order": "1h"}, overflow={"after": "2h", "to": "support"}, ages="1 per 4h",
        unanswered={"after": "1h", "then": "return"}, affinity="last", ramp="50% for 1d",
        hours={"mon-sun": "00:00-24:00"}))
    team = daemon.get("/v1/teams/sales").json
    wanted = {"hours": "own", "answer_within": [{"kind": "order", "within": 3600}],
              "overflow": {"after": 7200, "to": "support"}, "unanswered": {"after": 3600, "then": "return"},
              "ages": 14400, "affinity": "last", "ramp": {"share_ppm": 500000, "for": 86400}}
    assert {key: team[key] for key in wanted} == wanted and team["affinity_for"] > 0, team
    other = daemon.get("/v1/teams/support").json
    assert not any(other[key] for key in ("hours", "answer_within", "overflow", "unanswered", "ages", "ramp")), other
    shown = said(stack, "team", "sales")
    assert "answers    order in 1h\n" in shown and all(len(line) <= 80 for line in shown.splitlines()), shown
    stack.add_ticket("first")
    stack.settle()
    assert daemon.get("/v1/tickets/default/first").json["lapse"] == "tell", "no answer was told yet"
    assert daemon.post("/v1/tickets/default/first/answered", {}).code == 200
    stack.add_ticket("second")
    stack.settle()
    ticket = daemon.get("/v1/tickets/default/second").json
    assert ticket["lapse"] == "return" and ticket["lapses_at"], ticket
    mine = {t["id"]: t for t in daemon.get("/v1/reps/ana").json["tickets"]}
    assert mine["second"]["lapses_at"] == ticket["lapses_at"] and not mine["first"]["lapses_at"], mine
    assert re.search(r"^second: goes back at .* \(in .*\) if it is not answered$", said(stack, "rep", "ana"), re.M)
    check_invariants(stack)


if __name__ == "__main__":
    run()
