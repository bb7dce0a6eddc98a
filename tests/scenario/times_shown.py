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


if __name__ == "__main__":
    run()
