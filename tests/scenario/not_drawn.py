#!/usr/bin/python3
"""not_drawn: who gets the big tickets without a draw is seen by the fairness report, and who did it."""
import datetime
import getpass
import random
import time

from harness import default_desk, patiently, run, scenario, wait_until

REPS = ["ana", "ben", "cai", "dov"]
TEAMS = ["owners", "skills", "away", "customers", "managers", "honest"]
SMALL, BIG = 1000, 90000
TICKETS = 100  # of each team; every fifth is a big one


def desk():
    names = {team: ["%s-%s" % (team, rep) for rep in REPS] for team in TEAMS}
    teams = [{"id": team, "reps": names[team], "capacity": 0,
              "overloaded": {"at_least": "1s", "at_most": "1h"},
              **({"affinity": "open"} if team == "customers" else {})} for team in TEAMS]
    reps = [{"id": rep, **({"skills": ["vip"]} if rep == "skills-ana" else {})}
            for team in TEAMS for rep in names[team]]
    return default_desk(reps=reps, teams=teams)


def ticket(team, number, **more):
    return {"type": "ticket", "id": "%s-%d" % (team, number), "kind": "order", "team": team,
            "value": BIG if number % 5 == 0 else SMALL, **more}


def post(stack, path, body):
    answer = patiently(lambda: stack.daemon.post(path, body))
    assert answer.code in (200, 201), answer


def report(stack, team):
    answer = patiently(lambda: stack.daemon.get("/v1/teams/%s/fairness" % team))
    assert answer.code == 200, answer
    return answer.json


def said(stack, team):
    def made():
        code, out, error = stack.cli("fairness", team, check=False)
        assert code in (0, 69), (code, error)
        return out if code == 0 else None
    return " ".join(wait_until("there is a report", made).split())


def way(answer, name):
    return [w for w in answer["not_drawn"]["ways"] if w["way"] == name][0]


def doubtful(answer):
    return [v["verdict"] for v in answer["verdicts"] if v["doubtful"]]


def mostly(stack, team):
    """The small ones, and half of the big ones, are dealt as ever."""
    stack.add_many([ticket(team, n) for n in range(TICKETS) if n % 5 or n < TICKETS // 2])


@scenario("an owner, a skill only one has, a customer's open ticket: each is said, with who did it")
def by_the_ticket(stack):
    stack.start(desk())
    big = range(TICKETS // 2, TICKETS, 5)
    for team in ("owners", "skills", "customers"):
        mostly(stack, team)
    stack.add_many([ticket("owners", n, owner="owners-ana") for n in big])
    stack.add_many([ticket("skills", n, skills=["vip"]) for n in big])
    stack.add_many([ticket("customers", 1000 + n, customer="c%d" % n, value=1,
                           owner="customers-ana") for n in big])
    stack.add_many([ticket("customers", n, customer="c%d" % n) for n in big])
    stack.settle()
    for team, name, verdict, words in (
            ("owners", "owner", "owner", "10 tickets named their owner"),
            ("skills", "skill", "skill", "10 tickets only one in the team had the skills for"),
            ("customers", "affinity", "affinity",
             "10 tickets went to whoever has or had a ticket of the customer")):
        answer = report(stack, team)
        one = way(answer, name)
        assert (one["tickets"], one["top_fifth"]) == (10, 10), one
        assert one["reps"][0]["rep"] == team + "-ana", one
        assert one["reps"][0]["tickets"] == 10 and one["reps"][0]["due"] == 2.5, one
        assert one["doers"][0]["by"] == "source" and one["doers"][0]["name"] == "default", one
        assert verdict in doubtful(answer), answer["verdicts"]
        assert answer["not_drawn"]["tickets"] == answer["deals"] - answer["drawn"], answer
        text = said(stack, team)
        assert "doubtful: " + words in text, text
        assert "%d drawn" % answer["drawn"] in text, text


@scenario("others sent away for a moment, and tickets given by hand: each is said, with who did it")
def by_managers(stack):
    stack.start(desk())
    mostly(stack, "away")
    mostly(stack, "managers")
    stack.settle()
    for n in range(TICKETS // 2, TICKETS, 5):
        for rep in REPS[1:]:
            post(stack, "/v1/reps/away-%s/release" % rep, {"reason": "a word"})
        stack.add(ticket("away", n))
        stack.add(ticket("managers", n))
        stack.settle()
        for rep in REPS[1:]:
            post(stack, "/v1/reps/away-%s/signal" % rep, {"status": "available", "reason": "back"})
        holder = stack.sql1("SELECT rep FROM ticket WHERE id = %s", "managers-%d" % n)
        if holder != "managers-ana":
            post(stack, "/v1/tickets/default/managers-%d/assign" % n,
                 {"rep": "managers-ana", "reason": "knows them"})
    stack.settle()
    answer = report(stack, "away")
    before = answer["presence_before"]
    assert before["top_fifth"] >= 10, before
    assert before["doers"][0]["name"] == getpass.getuser(), before
    assert before["reps"][0]["rep"] == "away-ana", before
    assert {"alone", "presence"} <= set(doubtful(answer)), answer["verdicts"]
    text = said(stack, "away")
    assert "only one could get, for all others were away" in text, text
    assert "came just after somebody had been set away or overloaded" in text, text
    answer = report(stack, "managers")
    one = way(answer, "manager")
    assert one["tickets"] == one["top_fifth"] == answer["overrides"], answer
    assert one["doers"][0]["by"] == "manager", one
    assert "manager" in doubtful(answer), answer["verdicts"]


@scenario("owners and presence that do not look at the value give nothing to say")
def honest(stack):
    stack.same_draws(7)  # chance makes an honest team doubtful now and then
    stack.start(desk())
    dice = random.Random(7)
    for n in range(TICKETS):
        more = {"owner": "honest-" + REPS[n // 5 % 4]} if dice.random() < 0.3 else {}
        if n % 10 == 3:
            stack.settle()
            post(stack, "/v1/reps/honest-%s/release" % REPS[n // 10 % 4], {"reason": "lunch"})
        stack.add(ticket("honest", n, **more))
        if n % 10 == 3:
            stack.settle()
            post(stack, "/v1/reps/honest-%s/signal" % REPS[n // 10 % 4],
                 {"status": "available", "reason": "back"})
    stack.settle()
    answer = report(stack, "honest")
    assert answer["tickets"] == TICKETS, answer
    assert way(answer, "owner")["tickets"] > 10, answer["not_drawn"]
    assert doubtful(answer) == [], answer["verdicts"]
    assert "doubtful:" not in said(stack, "honest").split("level")[0]
    assert abs(sum(r["expected"] for r in answer["reps"]) - TICKETS) < 0.01, answer["reps"]
    assert abs(sum(r["entitled"] for r in answer["reps"]) - TICKETS) < 0.01, answer["reps"]


@scenario("a state ends when it ends, though the daemon is down: report, rep and view say so")
def ends(stack):
    stack.start(desk())
    post(stack, "/v1/reps/honest-ana/signal", {"status": "overloaded", "for": 2, "reason": "phones"})
    stack.daemon.stop()
    time.sleep(4)
    stack.daemon.start()
    wait_until("it is over",
               lambda: stack.daemon.get("/v1/reps/honest-ana").json["state"] == "available")
    at, noticed = stack.sql("SELECT at, noticed_at FROM rep_signal WHERE rep = 'honest-ana'"
                            " AND status = 'available'")[0]
    until = stack.sql1("SELECT until FROM rep_signal WHERE rep = 'honest-ana'"
                       " AND status = 'overloaded'")
    assert at == until and (noticed - until).total_seconds() > 1, (at, until, noticed)
    ana = [r for r in report(stack, "honest")["reps"] if r["rep"] == "honest-ana"][0]
    assert ana["overloaded_s"] in (1, 2), ana
    assert stack.daemon.get("/v1/reps/honest-ana").json["since"][:19] == \
        until.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S"), until


run()
