#!/usr/bin/python3
"""skill_levels: a ticket that asks for a skill at a level goes to whoever has it at that level or above."""
import json
import random

from harness import default_desk, run, scenario, wait_until

HAS = {"ana": {"sap": 3}, "ben": {"sap": 1, "german": 1}, "cai": {"sap": 9, "german": 2},
       "dora": {}}


def desk(has=HAS):
    """Each rep's skills in one of the forms that a desk file may have."""
    forms = [lambda s: s, lambda s: [{k: v} for k, v in s.items()],
             lambda s: [k if v == 1 else "%s:%d" % (k, v) for k, v in s.items()]]
    reps = [{"id": r, "skills": forms[n % 3](has[r])} for n, r in enumerate(sorted(has))]
    return default_desk(reps=reps, teams=[{"id": "sales", "reps": sorted(has), "policy": "random"}])


def written(asked):
    return sorted(k if v == 1 else "%s:%d" % (k, v) for k, v in asked.items())


def able(asked, has=HAS):
    """The plain model."""
    return {r for r, own in has.items() if all(own.get(k, 0) >= v for k, v in asked.items())}


def asked_of(n):
    rng = random.Random(n)
    return {k: rng.randrange(1, 10) for k in ("sap", "german") if rng.random() < 0.6}


def form(asked, n):
    """As a helpdesk may write it."""
    return [asked, [{k: v} for k, v in asked.items()], written(asked),
            [k if v == 1 else {k: v} for k, v in asked.items()]][n % 4]


def tickets(stack):
    return {t["id"]: t for t in json.loads(stack.cli("--json", "tickets")[1])["tickets"]}


def check(stack, count, has=HAS):
    """Each ticket is with somebody who has what it asks for, or waits because nobody has."""
    found = tickets(stack)
    for n in range(count):
        ticket, asked = found["t-%d" % n], asked_of(n)
        assert ticket["skills"] == written(asked), (asked, ticket)
        if able(asked, has):
            assert ticket["rep"] in able(asked, has), (asked, ticket)
        else:
            assert (ticket["state"], ticket["why"]) == ("waiting", "skill"), (asked, ticket)
            assert ticket["missing_skills"], ticket


@scenario("whoever gets a ticket has its skills at the level asked for, also after kill -9 and another desk")
def levels(stack):
    daemon = stack.start(desk())
    stack.add_many([{"type": "ticket", "id": "t-%d" % n, "kind": "order", "team": "sales",
                     "skills": form(asked_of(n), n)} for n in range(60)])
    stack.settle()
    check(stack, 60)
    daemon.kill()
    daemon.start()
    stack.add_many([{"type": "ticket", "id": "t-%d" % n, "kind": "order", "team": "sales",
                     "skills": form(asked_of(n), n)} for n in range(60, 90)])
    stack.settle()
    check(stack, 90)
    # dora learns all there is: what waited is hers.
    waited = {i for i, t in tickets(stack).items() if t["state"] == "waiting"}
    assert waited, "nothing waited"
    better = dict(HAS, dora={"sap": 9, "german": 9})
    stack.write_desk(desk(better))
    assert "rep dora: gains skill sap:9" in stack.cli("desk", "diff", stack.dir + "/desk.yaml")[1]
    stack.cli("desk", "apply", stack.dir + "/desk.yaml")
    stack.settle()
    found = tickets(stack)
    assert all(found[i]["rep"] == "dora" for i in waited), found
    stack.cli("verify", "--db", stack.postgres.dsn)


@scenario("levels out of bounds are told, an update asks for another, and people read them")
def told(stack):
    stack.start(desk())
    stack.add_ticket("high", skills={"sap": 9})
    stack.add_ticket("never", skills=["german", {"sap": 4, "german": 3}])
    for name, skills in (("ten", {"sap": 10}), ("none", [{"sap": 0}]), ("word", {"sap": "good"})):
        stack.add_ticket(name, skills=skills)
    stack.settle()
    dead = [reason for _, reason in stack.sql("SELECT stream_id, reason FROM dead_letter ORDER BY stream_id")]
    assert dead == ["skills: level 10 of `sap`; levels go from 1 to 9",
                    "skills[0]: level 0 of `sap`; levels go from 1 to 9",
                    "skills: must be a name and its level from 1 to 9, not text"], dead
    assert tickets(stack)["high"]["rep"] == "cai"
    assert "skills    sap:9" in stack.cli("ticket", "high")[1]
    assert "nobody has german:3" in stack.cli("waiting")[1], stack.cli("waiting")
    assert [r["missing"] for r in stack.daemon.status()["missing_skills"]] == [["german:3"]]
    stack.daemon.post("/v1/tickets/default/never/update", {"skills": {"german": 2}})
    stack.settle()
    assert tickets(stack)["never"]["rep"] == "cai"
    said = "SELECT skills FROM rep WHERE rep = 'cai'"
    wait_until("it is in the views", lambda: stack.sql(said) == [(["german:2", "sap:9"],)])


if __name__ == "__main__":
    run()
