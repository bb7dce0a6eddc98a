#!/usr/bin/python3
"""what_if: under another plan a period has the facts of the version it stands at, in every state, and
whether the daemon or the log counts them; the answers say which."""
import datetime
import json
import os
import subprocess

from harness import EVENHAND, default_desk, default_team, patience, run, scenario, today

FIRST = (today().replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
THEN = FIRST.strftime("%Y-%m")
BEFORE = (FIRST - datetime.timedelta(days=1)).strftime("%Y-%m")
NOON = int(datetime.datetime(FIRST.year, FIRST.month, 9, 12,
                             tzinfo=datetime.timezone.utc).timestamp() * 1000)
REVENUE = {"metric": "revenue", "weight": "100%", "curve": [["0.00", "0%"], ["1000.00", "100%"]]}
HANDLED = {"metric": "handle_time", "weight": "1%", "mix": {"query": "100%"},
           "curve": [["0s", "100%"], ["10000s", "0%"]]}


def plan(**changes):
    return dict({"id": "own", "team": "sales", "from": BEFORE, "encourages": "a", "discourages": "b",
                 "target_pool": "1000.00", "max_pool": "5000.00", "metrics": [REVENUE],
                 "funding": [["0%", "0%"], ["100%", "100%"]], "split": {"equal": "100%"},
                 "carry": {"at_most": "50%"}}, **changes)


COUNTED = plan(id="counted")  # by what the daemon knows; the other one only the log can count
REPLAYED = plan(id="replayed", metrics=[dict(REVENUE, weight="99%"), HANDLED])


def desk(reps, plans):
    teams = [default_team("sales", reps)]
    return default_desk(time_zone="UTC", reps=[{"id": r} for r in ("ana", "bo", "cy")],
                        teams=teams, plans=plans)


def won(stack, name, value, handled=60, rep="ana", at=NOON):
    stack.add_many([{"type": "ticket", "id": name, "team": "sales", "kind": "query", "owner": rep,
                     "value": value},
                    {"type": "outcome", "id": name, "outcome": "won", "at": at,
                     "handled": handled}])
    stack.settle()


def step(stack, what, period=THEN):
    answer = stack.daemon.post("/v1/teams/sales/periods/%s/%s" % (period, what))
    assert answer.code == 200, answer


def tested(stack, *arguments):
    path = os.path.join(stack.dir, "replayed.yaml")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(REPLAYED, f)
    out = subprocess.run([EVENHAND, "plan", "test", path, "--db", stack.postgres.dsn, *arguments],
                         stdout=subprocess.PIPE, text=True, check=True, timeout=patience(60)).stdout
    return json.loads(out)["periods"] if "--json" in arguments else out


def compare(stack, facts_of, revenue, handled):
    """All that speaks of the period speaks of the same facts."""
    own = stack.daemon.get("/v1/teams/sales/pool?period=" + THEN).json
    assert own["facts_of"] == facts_of and own["metrics"][0]["value"] == revenue, own
    for other in (COUNTED, REPLAYED):
        answer = stack.daemon.post("/v1/teams/sales/pool/what-if?period=" + THEN, other)
        assert answer.code == 200, answer
        found = answer.json
        assert found["metrics"][0]["value"] == revenue, (facts_of, found["metrics"])
        assert found["facts_of"] == facts_of and found["what_if"], found
        assert (found["carry"], found["late"]) == (own["carry"], own["late"]), (found, own)
        assert [s["rep"] for s in found["shares"]] == [s["rep"] for s in own["shares"]], found
    assert found["metrics"][1]["value"] == handled and not found["missing"], found["metrics"]
    row, = tested(stack, "--json", "--period", THEN)
    assert row["facts_of"] == facts_of and row["metrics"] == found["metrics"], row
    assert row["carry"] == 0 and row["gross"] == found["gross"], row
    row, = tested(stack, "--json", "--period", THEN, "--carry")
    assert (row["carry"], row["net"]) == (own["carry"], found["net"]), row
    out = tested(stack)
    assert "  %s  " % facts_of in out, out
    text = stack.cli("pool", "sales", "--period", THEN, "--what-if", stack.dir + "/replayed.yaml")
    assert text[0] == 0 and "(of %s)" % facts_of in text[1], text


def tried(stack, what):
    answer = stack.daemon.post("/v1/teams/sales/periods/%s/%s?dry_run=1" % (THEN, what))
    assert answer.code == 200, answer
    out = stack.cli(what, "sales", THEN, "--dry-run")[1]
    assert "by the facts of %s\n" % answer.json["facts_of"] in out, out
    return answer.json["facts_of"], answer.json["gross"]


@scenario("open, frozen, closed, with late facts, a version more: a what-if speaks of the same facts")
def every_state(stack):
    daemon = stack.start(desk(["ana", "bo"], [plan()]))
    won(stack, "b1", 20000, at=NOON - 31 * 86400000)
    step(stack, "freeze", BEFORE)
    step(stack, "close", BEFORE)
    stack.add({"type": "outcome", "id": "b1", "outcome": "refunded", "value": 300})
    stack.settle()
    step(stack, "close", BEFORE)
    won(stack, "a1", 50000)
    assert stack.daemon.get("/v1/teams/sales/pool?period=" + THEN).json["carry"] == -300
    compare(stack, "now", 50000, 60)
    assert tried(stack, "freeze") == ("now", 50000)
    step(stack, "freeze")
    compare(stack, "freeze", 50000, 60)
    won(stack, "a2", 10000, handled=180, rep="bo")
    compare(stack, "freeze", 50000, 60)
    assert tried(stack, "close") == ("freeze", 50000)
    assert tried(stack, "freeze") == ("now", 60000)
    step(stack, "close")
    compare(stack, "version 1", 50000, 60)
    answer = daemon.http("PUT", "/v1/desk", desk(["ana", "bo", "cy"], [plan()]))
    assert answer.code == 200, answer
    compare(stack, "version 1", 50000, 60)
    assert tried(stack, "close") == ("now", 60000)
    step(stack, "close")
    compare(stack, "version 2", 60000, 120)
    won(stack, "a3", 7000, handled=480, rep="bo")
    compare(stack, "version 2", 60000, 120)
    step(stack, "close")
    compare(stack, "version 3", 67000, 240)


@scenario("a closed period tells what a what-if misses, too")
def missing(stack):
    stack.start(desk(["ana", "bo"], [plan()]))
    won(stack, "a1", 50000)
    training = plan(metrics=[dict(REVENUE, weight="50%"),
                             {"metric": "training", "take": "sum", "unit": "count",
                              "weight": "50%", "curve": [[0, "0%"], [10, "100%"]]}])
    for what in ("freeze", "close"):
        step(stack, what)
        found = stack.daemon.post("/v1/teams/sales/pool/what-if?period=" + THEN, training).json
        assert len(found["missing"]) == 1 and "training" in found["missing"][0], found["missing"]


run()
