#!/usr/bin/python3
"""countable: a figure that nobody can count is refused, whichever way it comes: over the socket, on the
stream, from a file, on the command line; what counts nowhere is told; minutes fit into a month by
the desk's clock."""
import datetime
import json
import os

from harness import default_desk, default_team, run, scenario, today
from invariants import check_invariants

FIRST = (today().replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
THEN = FIRST.strftime("%Y-%m")
BEFORE = (FIRST - datetime.timedelta(days=1)).strftime("%Y-%m")
QUARTER = "%d-Q%d" % (FIRST.year, (FIRST.month + 2) // 3)


def plan(**changes):
    return dict({"id": "p", "team": "sales", "from": THEN, "encourages": "a", "discourages": "b",
                 "target_pool": "1000.00", "max_pool": "2000.00",
                 "metrics": [
                     {"metric": "training", "take": "sum", "unit": "count", "weight": "50%",
                      "curve": [[0, "0%"], [10, "100%"]]},
                     {"metric": "uptime", "take": "last", "unit": "percent", "weight": "50%",
                      "curve": [["90%", "0%"], ["100%", "100%"]]}],
                 "funding": [["0%", "0%"], ["100%", "100%"]], "split": {"hours": "100%"}}, **changes)


def desk(zone="Europe/Oslo", **changes):
    return default_desk(time_zone=zone, reps=[{"id": r} for r in ("ana", "bo", "cy")],
                        teams=[default_team("sales", ["ana", {"id": "bo", "from": "2099-01-01"}]),
                               default_team("care", ["cy"])], plans=[plan(**changes)])


def figure(metric="training", period=THEN, value=1, team="sales", **more):
    return dict({"team": team, "metric": metric, "period": period, "value": value}, **more)


REFUSED = [
    (figure("Training"), "did you mean training?"),
    (figure("traning"), "did you mean training?"),
    (figure("revenue"), "computed"),
    (figure("Revenue"), "did you mean revenue?"),
    (figure("paid_minute", rep="ana"), "did you mean paid_minutes?"),
    (figure(period=QUARTER), "its periods are months"),
    (figure("paid_minutes", value=44701, rep="ana"), "minutes of"),
    (figure("contract_minutes", value=10 ** 9, rep="ana"), "minutes of"),
    (figure("paid_minutes", value=60, rep="bo"), "was not in team"),
    (figure("paid_minutes", value=60, rep="cy"), "was not in team"),
    (figure(rep="bo"), "was not in team"),
]
TAKEN = [
    (figure(), None),
    (figure("traning", new=True), "has traning"),
    (figure("traning"), "has traning"),
    (figure("smiles"), "has smiles"),
    (figure(period=BEFORE), "governs " + BEFORE),
    (figure(period=QUARTER, team="care"), "governs " + QUARTER),
    (figure("paid_minutes", value=9600, rep="ana"), None),
]


def over_socket(stack, body):
    answer = stack.daemon.post("/v1/teams/%s/metrics" % body["team"],
                               {k: v for k, v in body.items() if k != "team"})
    if answer.code >= 400:
        return answer.json["error"]["message"], None
    return None, answer.json.get("mended")


def on_stream(stack, body):
    dead = stack.sql1("SELECT count(*) FROM dead_letter")
    stack.add(dict(body, type="metric"))
    stack.settle()
    if stack.sql1("SELECT count(*) FROM dead_letter") == dead:
        return None, None
    return stack.sql1("SELECT reason FROM dead_letter ORDER BY input DESC LIMIT 1"), None


def from_file(stack, body):
    path = os.path.join(stack.dir, "figures.jsonl")
    with open(path, "w", encoding="utf-8") as f:
        f.write(json.dumps(dict(body, type="metric")) + "\n")
    code, out, error = stack.cli("push", path, check=False)
    return (error + out if code else None), None


def on_command_line(stack, body):
    options = ["--rep", body["rep"]] if "rep" in body else []
    options += ["--new"] if body.get("new") else []
    code, _, error = stack.cli("metric", body["team"], body["metric"], body["period"],
                               str(body["value"]), *options, check=False)
    return (error, None) if code else (None, error or None)


@scenario("over the socket, on the stream, from a file, on the command line: the same is refused")
def everywhere(stack):
    stack.start(desk())
    for way in (over_socket, on_stream, from_file, on_command_line):
        for body, says in REFUSED:
            refused, _ = way(stack, body)
            assert refused and says in refused, (way.__name__, body, refused)
    for way in (over_socket, on_stream, from_file, on_command_line):
        for body, says in TAKEN:
            refused, told = way(stack, body)
            assert not refused, (way.__name__, body, refused)
            if way in (over_socket, on_command_line):
                assert (says is None) == (told is None), (way.__name__, body, told)
                assert not says or "counts nowhere" in told and says in told, (body, told)
    assert stack.daemon.logged("counts nowhere") > 0
    check_invariants(stack)


@scenario("a percentage has its sign on the command line, in a plan, on a desk")
def signs(stack):
    daemon = stack.start(desk())
    code, _, error = stack.cli("metric", "sales", "uptime", THEN, "99.5", check=False)
    assert code == 2 and "99.5%" in error, error
    assert stack.cli("metric", "sales", "uptime", THEN, "99.5%")[0] == 0
    for key, value in (("funding", [[0, 0], ["1", "100%"]]), ("split", {"hours": 100})):
        answer = daemon.http("PUT", "/v1/desk", desk(**{key: value}))
        assert answer.code >= 400 and "has no sign" in answer.json["error"]["message"], answer
        answer = daemon.post("/v1/teams/sales/pool/what-if?period=" + THEN, plan(**{key: value}))
        assert answer.code >= 400 and "has no sign" in answer.json["error"]["message"], answer


@scenario("a month has the minutes of the desk's clock, on days when that is changed, too")
def clock(stack):
    stack.start(desk("America/New_York"))
    for zone, month, minutes in (("America/New_York", "2026-03", 31 * 1440 - 60),
                                 ("America/New_York", "2026-11", 30 * 1440 + 60),
                                 ("America/New_York", "2026-07", 31 * 1440),
                                 ("Pacific/Auckland", "2026-09", 30 * 1440 - 60),
                                 ("Pacific/Auckland", "2027-04", 30 * 1440 + 60),
                                 # Ahead: of a day that is over in Auckland, the desk's zone is Auckland.
                                 ("Australia/Lord_Howe", "2036-04", 30 * 1440 + 30)):
        answer = stack.daemon.http("PUT", "/v1/desk", desk(zone))
        assert answer.code == 200, answer
        more = figure("contract_minutes", month, minutes + 1, rep="ana")
        refused, _ = over_socket(stack, more)
        assert refused and "the %d minutes of %s" % (minutes, month) in refused, (zone, refused)
        refused, _ = over_socket(stack, dict(more, value=minutes))
        assert not refused, (zone, month, refused)
    check_invariants(stack)


run()
