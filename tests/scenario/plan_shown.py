#!/usr/bin/python3
"""plan_shown: what a page shows of a pool beside the pool itself: the plan point by point and what the
next step takes, the metrics of the last periods, the pool with other figures. Each figure is the one
that the pool has, or that the pool would have."""
import json
import os

import pools
from harness import Skip, is_root, run, scenario
from invariants import check_invariants

MANAGER, AUDITOR, REP, OUTSIDER = "games", "news", "man", "lp"
MONTHS = pools.last_months(14)
THEN = MONTHS[-1]
TEAM = "/v1/teams/sales"


def at_curve(points, x):
    """y at x, rounded half away from zero."""
    left = max([p for p in points if p[0] <= x] or points[:1])
    right = min([p for p in points if p[0] > x] or points[-1:])
    if left == right or x <= points[0][0]:
        return left[1]
    width = right[0] - left[0]
    return (2 * (left[1] * width + (x - left[0]) * (right[1] - left[1])) + width) // (2 * width)


def desk():
    whole = pools.desk(pools.plan(MONTHS[0]))
    whole["reps"][0]["user"] = REP
    whole["teams"][0]["managers"] = [MANAGER]
    return whole


def start(stack, months, **more):
    stack.start(desk(), auditors=[AUDITOR], **more)
    history = pools.History(stack, months, tickets=12)
    history.send()
    return history


def get(stack, path, code=200):
    answer = stack.daemon.get(TEAM + path)
    assert answer.code == code, (path, answer)
    return answer.json


def what_if(stack, facts, code=200, **more):
    answer = stack.daemon.post(TEAM + "/pool/what-if?period=" + THEN, dict(more, facts=facts))
    assert answer.code == code, (facts, answer)
    return answer.json


def check_next(stack, pool, metric):
    """The next point is the nearest one that scores more, and the pool there is what a what-if says."""
    points = [(p["value"], p["score_ppm"]) for p in metric["curve"]]
    assert points == sorted(points) and metric["curve_ppm"] == at_curve(points, metric["value"])
    better = [p for p in points if p[1] > metric["curve_ppm"]]
    if not better:
        assert metric["next"] is None, metric
        return
    value, score = min(better, key=lambda p: abs(p[0] - metric["value"]))
    told = metric["next"]
    assert (told["value"], told["score_ppm"]) == (value, score), (told, better)
    assert told["distance"] == abs(value - metric["value"]), told
    there = what_if(stack, {metric["metric"]: value})
    assert there["gross"] == told["gross"] >= pool["gross"], (told, there["gross"])


@scenario("the plan has its curves, its rules, and what the next step takes")
def plan(stack):
    start(stack, [THEN])
    pool, told = get(stack, "/pool?period=" + THEN), get(stack, "/plan?period=" + THEN)
    for key in ("team", "period", "state", "currency", "plan", "plan_sha256", "rules", "encourages",
                "discourages", "target_pool", "max_pool", "composite_ppm", "funding_ppm", "gross"):
        assert told[key] == pool[key], key
    assert (told["from"], told["every"]) == (MONTHS[0], "month"), told
    assert told["first_day"] == THEN + "-01" and told["last_day"][:7] == THEN, told
    assert sum(told["split"].values()) == 1000000 and told["split"]["individual"] == 100000, told
    for metric, shown in zip(pool["metrics"], told["metrics"]):
        for key in set(metric) - {"gate"}:
            assert metric[key] == shown[key], key
        check_next(stack, pool, shown)
    gate = told["metrics"][2]["gate"]
    assert gate["room"] == 200000 - gate["value"] > 0 and gate["gross"] is None, gate
    for step in told["funding"]:
        funded = (told["target_pool"] * step["funding_ppm"] + 500000) // 1000000
        assert step["gross"] == min(told["max_pool"], funded), step
    assert told["next"]["distance"] == told["next"]["composite_ppm"] - told["composite_ppm"], told
    assert any("reopen_rate is 0%" in line for line in told["says"]), told["says"]
    text = stack.cli("pool", "sales", "--plan", "--period", THEN)[1]
    flat = " ".join(text.split())
    for line in told["says"] + told["rules"]:
        assert line in flat, (line, text)
    assert all(len(line) <= 80 for line in text.splitlines()), text
    cli = json.loads(stack.cli("--json", "pool", "sales", "--plan", "--period", THEN)[1])
    assert dict(cli, as_of=0) == dict(told, as_of=0)
    for step in ("freeze", "close"):
        stack.cli(step, "sales", THEN)
        over = get(stack, "/plan?period=" + THEN)
        assert over["next"] is None and over["says"] == [], over
        assert [m["next"] for m in over["metrics"]] == [None] * 3, over
    check_invariants(stack)


@scenario("a shut gate says how far it is, and what the pool is when it opens")
def gate(stack):
    history = start(stack, [THEN])
    last = max(o["at"] for o in history.outcomes)
    stack.add_many([{"type": "outcome", "id": t["id"], "outcome": "reopened", "at": last + 1000 + i}
                    for i, t in enumerate(history.tickets[:6])])
    stack.settle()
    told = get(stack, "/plan?period=" + THEN)
    shut = told["metrics"][2]["gate"]
    assert shut["failed"] and shut["value"] == 500000 and shut["room"] == -300000, shut
    assert shut["gross"] == what_if(stack, {"reopen_rate": "20%"})["gross"] > told["gross"], shut
    line, = [line for line in told["says"] if line.startswith("reopen_rate")]
    assert "50%, above 20%, so cycle_time counts nothing; at 20% the gate opens" in line, line


@scenario("the metrics of the last twelve periods are those that the pools had")
def metrics(stack):
    start(stack, MONTHS[1:])
    for month in MONTHS[1:4]:
        for step in ("freeze", "close"):
            stack.cli(step, "sales", month)
    told = get(stack, "/metrics?period=" + THEN)
    assert [p["period"] for p in told["periods"]] == MONTHS[2:], told
    assert told["before"] == MONTHS[1], told
    for period in told["periods"]:
        pool = get(stack, "/pool?period=" + period["period"])
        for key in ("metrics", "state", "version", "plan", "composite_ppm", "funding_ppm", "gross"):
            assert period[key] == pool[key], (period["period"], key)
        assert period["final"] == (period["period"] in MONTHS[1:4]), period
    earlier = get(stack, "/metrics?period=" + told["before"])
    assert [p["period"] for p in earlier["periods"]] == MONTHS[:2] and earlier["before"] is None
    assert all(m["missing"] == (m["metric"] == "cycle_time")
               for m in earlier["periods"][0]["metrics"]), earlier
    cli = json.loads(stack.cli("--json", "pool", "sales", "--metrics", "--period", THEN)[1])
    assert cli == told
    text = stack.cli("pool", "sales", "--metrics", "--period", THEN)[1]
    assert text.count("not final") == 3 * 10 and "--period " + MONTHS[1] in text, text
    running = get(stack, "/metrics")["periods"]
    assert len(running) == 12 and running[-2]["period"] == THEN, running


@scenario("what if a figure were another one: the pool follows, and nothing changes")
def facts(stack):
    start(stack, [THEN])
    before, now = stack.daemon.status()["input"], get(stack, "/pool?period=" + THEN)
    same = what_if(stack, {})
    for key in set(now) - {"as_of", "what_if", "published_late", "expected", "shares"}:
        assert same[key] == now[key], key
    csat = what_if(stack, {"csat": "4.5"})
    assert csat["facts"] == [{"metric": "csat", "value": 4500, "unit": "milli"}] and csat["facts_sha256"] is None, csat
    assert csat["metrics"][1]["value"] == 4500 and csat["metrics"][1]["score_ppm"] == 1125000, csat
    assert csat["metrics"][0] == now["metrics"][0] and csat["what_if"], csat
    assert csat["expected"] is None and sum(s["total"] for s in csat["shares"]) == csat["net"]
    assert what_if(stack, {"csat": 4500})["net"] == csat["net"]
    both = what_if(stack, {"csat": "4.5", "revenue": 90000}, plan=pools.plan(MONTHS[0],
                                                                             target_pool="3000.00"))
    assert both["target_pool"] == 300000 and both["metrics"][0]["score_ppm"] == 1500000, both
    shut = what_if(stack, {"reopen_rate": "21%"})
    assert shut["metrics"][2]["gate"]["failed"] and shut["metrics"][2]["score_ppm"] == 0, shut
    text = what_if(stack, {"csat": "4.5"}, plan=json.dumps(pools.plan(MONTHS[0])))
    assert text["net"] == csat["net"], text
    cli = json.loads(stack.cli("--json", "pool", "sales", "--period", THEN, "--facts",
                               "csat=4.5")[1])
    assert dict(cli, as_of=0) == dict(csat, as_of=0)
    path = os.path.join(stack.dir, "other.yaml")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(pools.plan(MONTHS[0], target_pool="3000.00"), f)
    cli = json.loads(stack.cli("--json", "pool", "sales", "--period", THEN, "--what-if", path,
                               "--facts", "csat=4.5,revenue=900.00")[1])
    assert dict(cli, as_of=0) == dict(both, as_of=0)
    assert "other figures" in stack.cli("pool", "sales", "--period", THEN, "--facts", "csat=4.5")[1]
    assert stack.cli("pool", "sales", "--facts", "csat", check=False)[0] == 2
    assert stack.daemon.status()["input"] == before
    assert get(stack, "/pool?period=" + THEN)["net"] == now["net"]
    check_invariants(stack)


@scenario("figures that cannot be are refused in one line, at the bound and beyond it")
def refused(stack):
    start(stack, [THEN])
    for said, field, words in [
            ({"csat": "5.001"}, "facts", "csat: 5.001 is not between 1"),
            ({"csat": 999}, "facts", "csat: 0.999 is not between 1"),
            ({"reopen_rate": 1000001}, "facts", "reopen_rate: 100.0001% is not between 0%"),
            ({"cycle_time": -1}, "facts", "cycle_time: -1s is not between 0s"),
            ({"revenue": 9000000000000001}, "facts", "is not between"),
            ({"csat": 4.5}, "facts", "must be a whole number of milli, or text"),
            ({"csat": "good"}, "facts", "csat: "),
            ({"uptime": 1}, "facts", "no metric or gate uptime"),
            ([], "facts", "must be an object"),
            ({"f%d" % i: 1 for i in range(33)}, "facts", "at most 32 figures")]:
        error = what_if(stack, said, 404 if "uptime" in said else 400)["error"]
        assert error["field"] == field and words in error["message"], error
        assert "\n" not in error["message"], error
    for said in ({"csat": 5000, "reopen_rate": 1000000, "cycle_time": 0},
                 {"csat": "1", "revenue": 9000000000000000}):
        what_if(stack, said)
    assert "leave colour out" in what_if(stack, {}, 400, colour=1)["error"]["message"]
    assert "must be a plan" in what_if(stack, {}, 400, plan=3)["error"]["message"]
    handled = pools.plan(MONTHS[0])
    handled["metrics"] = [dict(pools.plan(MONTHS[0])["metrics"][0], weight="60%"),
                          {"metric": "handle_time", "weight": "40%", "mix": {"order": "100%"},
                           "winsorise": ["30s", "1h"], "curve": [["900s", "0%"], ["600s", "110%"]]}]
    error = what_if(stack, {"revenue": 100}, 409, plan=handled)["error"]
    assert "say handle_time, too" in error["message"], error
    assert what_if(stack, {"handle_time": "700s"}, plan=handled)["metrics"][1]["value"] == 700


@scenario("a rep sees the plan and the metrics of their own team, and no what-if")
def rights(stack):
    if not is_root():
        raise Skip("only root can ask as somebody else")
    start(stack, [THEN])
    os.chmod(stack.daemon.socket, 0o666)  # as if all of them were in the socket's group
    for path in ("/plan", "/metrics"):
        whole = get(stack, path + "?period=" + THEN)
        for user in (REP, MANAGER, AUDITOR):
            answer = stack.ask_as(user, "GET", TEAM + path + "?period=" + THEN)
            assert dict(answer.json, as_of=0) == dict(whole, as_of=0), (user, path)
            other = stack.ask_as(user, "GET", "/v1/teams/support" + path)
            assert other.code == (404 if user in (AUDITOR, REP) else 403), (user, path, other)
        assert stack.ask_as(OUTSIDER, "GET", TEAM + path).code == 403
        for query, code in (("?period=March", 400), ("?period=2001-01", 404), ("?colour=1", 400)):
            assert stack.daemon.get(TEAM + path + query).code == code, (path, query)
    for user, code in ((REP, 403), (OUTSIDER, 403), (MANAGER, 200), (AUDITOR, 200)):
        answer = stack.ask_as(user, "POST", TEAM + "/pool/what-if?period=" + THEN,
                              json.dumps({"facts": {"csat": 4500}}))
        assert answer.code == code, (user, answer)


run()
