#!/usr/bin/python3
"""refreeze: what people changed since a freeze is frozen again before it is closed; what is missing for
ever scores nothing when a manager says so; a figure that goes missing later stays what it was."""
import datetime

from harness import default_desk, default_team, run, scenario, today
from invariants import check_invariants

FIRST = (today().replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
THEN = FIRST.strftime("%Y-%m")
NOON = int(datetime.datetime(FIRST.year, FIRST.month, 9, 12,
                             tzinfo=datetime.timezone.utc).timestamp() * 1000)


def desk(bo="bo", since="2024-01-01"):
    plan = {"id": "p", "team": "sales", "from": THEN, "encourages": "a", "discourages": "b",
            "target_pool": "1000.00", "max_pool": "5000.00",
            "metrics": [{"metric": "conversion", "weight": "60%",
                         "curve": [["0%", "0%"], ["50%", "100%"]]},
                        {"metric": "training", "take": "last", "unit": "count", "weight": "40%",
                         "curve": [[0, "0%"], [10, "100%"]]}],
            "funding": [["0%", "0%"], ["100%", "100%"]],
            "split": {"equal": "40%", "hours": "30%", "seniority": "30%"},
            "seniority": [["0y", 100], ["5y", 120]], "carry": {"at_most": "25%"}}
    return default_desk(time_zone="UTC", reps=[{"id": "ana", "since": since}, {"id": "bo"}],
                        teams=[default_team("sales", ["ana", bo])], plans=[plan])


def step(stack, what, **body):
    answer = stack.daemon.post("/v1/teams/sales/periods/%s/%s" % (THEN, what), body)
    return answer.json["error"]["message"] if answer.code != 200 else None


def figure(stack, metric, value, rep=None):
    body = {"metric": metric, "period": THEN, "value": value}
    answer = stack.daemon.post("/v1/teams/sales/metrics", dict(body, **({"rep": rep} if rep else {})))
    assert answer.code == 200, answer


def quote(stack, name, result="won"):
    stack.add_many([{"type": "ticket", "id": name, "team": "sales", "kind": "quote", "value": 100},
                    {"type": "outcome", "id": name, "outcome": result, "at": NOON}])
    stack.settle()


def pool(stack, more=""):
    return stack.daemon.get("/v1/teams/sales/pool?period=" + THEN + more).json


def apply(stack, *arguments, **more):
    answer = stack.daemon.http("PUT", "/v1/desk", desk(*arguments, **more))
    assert answer.code == 200, answer


@scenario("days, years of service, minutes, somebody set aside: freeze it again")
def changed(stack):
    stack.start(desk())
    quote(stack, "q1")
    figure(stack, "training", 5)
    for rep in ("ana", "bo"):
        figure(stack, "paid_minutes", 6000, rep)
    day = FIRST.strftime("%Y-%m-10")
    for change, says in (
            (lambda: apply(stack, {"id": "bo", "until": day}), "rep bo got other days in the team"),
            (lambda: apply(stack, since="2015-01-01"), "rep ana got other years of service"),
            (lambda: figure(stack, "paid_minutes", 6001, "ana"), "rep ana got other paid_minutes"),
            (lambda: figure(stack, "contract_minutes", 7000, "bo"), "contract_minutes"),
            (lambda: step(stack, "exclude", rep="bo", reason="x"), "rep bo was set aside"),
            (lambda: step(stack, "include", rep="bo", reason="x"), "rep bo was included")):
        apply(stack)
        assert step(stack, "freeze") is None
        assert pool(stack)["missing"] == [], pool(stack)["missing"]
        change()
        refused = step(stack, "close")
        assert refused and says in refused and "freeze it again" in refused, (says, refused)
        assert any(says in m for m in pool(stack)["missing"]), pool(stack)["missing"]
    assert step(stack, "freeze") is None
    quote(stack, "q2", "lost")  # a ticket and a figure are late facts: version 2 has them
    figure(stack, "training", 6)
    assert step(stack, "close") is None
    assert pool(stack)["metrics"][1]["value"] == 5, pool(stack)
    assert step(stack, "close") is None and pool(stack)["version"] == 2
    assert pool(stack)["metrics"][1]["value"] == 6, pool(stack)
    check_invariants(stack)


@scenario("what will never come scores nothing, with a reason; what went later stays")
def missing(stack):
    stack.start(desk())
    for rep in ("ana", "bo"):
        figure(stack, "paid_minutes", 6000, rep)
    figure(stack, "training", 5)
    assert step(stack, "freeze") is None
    refused = step(stack, "close")
    assert "no quote was won or lost" in refused and "--incomplete" in refused, refused
    assert "reason" in step(stack, "freeze", incomplete=True)
    stack.cli("freeze", "sales", THEN, "--incomplete", "--reason", "no quotes that month")
    found = pool(stack)
    assert found["missing"] == [] and found["estimate"], found
    assert step(stack, "close") is None
    found = pool(stack)
    assert found["gross"] == 20000 and found["metrics"][0]["missing"], found
    quote(stack, "q1")
    assert step(stack, "close") is None
    assert pool(stack)["gross"] == 80000, pool(stack)
    stack.add({"type": "outcome", "id": "q1", "outcome": "reopened"})
    stack.settle()
    assert step(stack, "close") is None
    found = pool(stack, "&explain")
    assert found["version"] == 3 and found["gross"] == 80000, found
    assert "that of the version before" in str(found["explain"]), found["explain"]
    check_invariants(stack)


run()
