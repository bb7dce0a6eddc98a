#!/usr/bin/python3
"""gauges: how each team stands, in /metrics and the status; what nobody can do is told at once."""
import re
import time

import pools
from harness import default_desk, default_team, run, scenario, wait_until

TEAM = re.compile(r'^evenhand_team_(\w+)\{team="([^"]*)"\} (\d+)$', re.M)


def gauges(daemon, team):
    text = daemon.get("/metrics").text
    return {name: int(value) for name, of, value in TEAM.findall(text) if of == team}


def desk(ana=("german", "sap"), ben=("juggling",)):
    whole = default_desk(teams=[default_team("sales", ["ana", "ben"]),
                                default_team("support", ["dora"])])
    skills = {"ana": list(ana), "ben": list(ben)}
    whole["reps"] = [dict(rep, **({"skills": skills[rep["id"]]} if rep["id"] in skills else {}))
                     for rep in whole["reps"]]
    return whole


@scenario("waiting, oldest wait, open and available of each team are those of the tickets")
def figures(stack):
    daemon = stack.start(desk())
    for name in "abc":
        stack.add_ticket(name)
    stack.settle()
    assert gauges(daemon, "sales") == {"waiting": 0, "oldest_wait_seconds": 0, "open": 3,
                                       "available": 2, "undoable": 0, "late": 0, "due_soon": 0,
                                       "paused": 0, "late_periods": 0, "late_facts": 0}, gauges(daemon, "sales")
    for rep in ("ana", "ben"):
        daemon.post("/v1/reps/%s/signal" % rep, {"status": "away"})
    stack.add_ticket("d", priority=0)
    stack.settle()
    time.sleep(1.2)
    stack.add_ticket("e", priority=9)
    stack.settle()
    now = gauges(daemon, "sales")
    assert (now["waiting"], now["open"], now["available"]) == (2, 3, 0), now
    assert now["oldest_wait_seconds"] >= 1, "the oldest is not the most urgent: %s" % now
    assert gauges(daemon, "support")["available"] == 1
    daemon.kill()
    daemon.start()
    assert gauges(daemon, "sales")["waiting"] == 2
    daemon.post("/v1/reps/ana/signal", {"status": "available"})
    stack.settle()
    now = gauges(daemon, "sales")
    assert (now["waiting"], now["oldest_wait_seconds"], now["open"]) == (0, 0, 5), now


@scenario("what nobody can do is told at once, with the skill that is missing, and until it is there")
def missing(stack):
    daemon = stack.start(desk())
    stack.add_ticket("one", skills=["welding"])
    stack.add_ticket("two", skills=["sap", "welding"])
    stack.add_ticket("three", skills=["german", "juggling"])
    stack.add_ticket("fine", skills=["german", "sap"])
    stack.settle()
    told = {(tuple(row["skills"]), tuple(row["missing"]), row["waiting"], row["team"])
            for row in daemon.status()["missing_skills"]}
    assert told == {(("welding",), ("welding",), 1, "sales"),
                    (("sap", "welding"), ("welding",), 1, "sales"),
                    (("german", "juggling"), (), 1, "sales")}, told
    assert daemon.status()["undoable"] == gauges(daemon, "sales")["undoable"] == 3
    out = stack.cli("status")[1]
    assert "1 tickets of team sales wait for sap, welding: nobody there has welding" in out, out
    assert "wait for german, juggling: nobody there has all of them" in out, out
    # Who is away still has the skill: it is only a wait.
    daemon.post("/v1/reps/ana/signal", {"status": "away"})
    daemon.post("/v1/reps/ben/signal", {"status": "away"})
    stack.add_ticket("later", skills=["sap"])
    stack.add_ticket("never", skills=["welding"])  # told at once, though nobody is there
    stack.settle()
    assert daemon.status()["undoable"] == 4
    why = dict(stack.sql("SELECT ticket, why FROM wait"))
    assert why["later"] == "nobody" and why["never"] == "skill", why
    stack.write_desk(desk(ana=("german", "juggling", "sap", "welding")))
    stack.cli("desk", "apply", stack.dir + "/desk.yaml")
    wait_until("it is over", lambda: daemon.status()["undoable"] == 0, 10)
    assert daemon.status()["missing_skills"] == []


@scenario("a month that is over and open is late, and so are facts that come behind a close")
def late(stack):
    month = pools.last_months(1)[0]
    daemon = stack.start(pools.desk(pools.plan(month)))
    history = pools.History(stack, [month], tickets=6)
    history.send()
    assert gauges(daemon, "sales")["late_periods"] == 1
    for step in ("freeze", "close"):
        assert daemon.post("/v1/teams/sales/periods/%s/%s" % (month, step), {}).code == 200, step
    now = gauges(daemon, "sales")
    assert (now["late_periods"], now["late_facts"]) == (0, 0), now
    won = next(o["id"] for o in history.outcomes if o["outcome"] == "won")
    stack.add({"type": "outcome", "id": won, "outcome": "refunded", "value": 1})
    stack.settle()
    assert gauges(daemon, "sales")["late_facts"] == 1


@scenario("the gauges are answered while PostgreSQL does not, as of what was committed last")
def stalled(stack):
    daemon = stack.start(desk())
    stack.add_ticket("a")
    stack.settle()
    assert gauges(daemon, "sales")["open"] == 1
    stack.postgres.stop()
    stack.add_ticket("b")
    time.sleep(0.5)
    assert daemon.get("/metrics").code == 200 and gauges(daemon, "sales").get("open", 1) == 1
    stack.postgres.start()
    stack.settle()
    wait_until("it goes on", lambda: gauges(daemon, "sales").get("open") == 2, 20)


run()
