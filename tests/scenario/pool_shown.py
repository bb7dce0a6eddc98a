#!/usr/bin/python3
"""pool_shown: what the daemon tells of a team's pool, to whom, and how the command line shows it."""
import csv
import datetime
import io
import json
import os

from harness import (SALES, SUPPORT, Skip, default_desk, default_team, is_root, patiently, run,
                     scenario, today)
from invariants import check_invariants

# Users every Debian has; none of them has anything to do with us.
STRANGER, MANAGER, HELPDESK, AUDITOR, REP, OUTSIDER, BOTH = (
    "nobody", "games", "mail", "news", "man", "lp", "backup")  # BOTH: a rep here, manager there
PARTS = ["equal", "hours", "seniority", "individual"]


def month(back):
    """(name, first day) of the month that many months ago, UTC."""
    day = today().replace(day=1)
    for _ in range(back):
        day = (day - datetime.timedelta(days=1)).replace(day=1)
    return day.strftime("%Y-%m"), day


THEN, THEN_FIRST = month(1)  # the month the tickets are closed in
NOW = month(0)[0]
PLAN = {
    "id": "sales-plan", "team": "sales", "from": month(2)[0],
    "encourages": "Helping each other.", "discourages": "Hurrying customers.",
    "target_pool": "6000.00", "max_pool": "9000.00",
    "metrics": [
        {"metric": "revenue", "weight": "40%",
         "curve": [["100.00", "0%"], ["200.00", "100%"], ["300.00", "150%"]],
         "gate": {"metric": "reopen_rate", "at_most": "8%", "else": "zero_metric"}},
        {"metric": "csat", "weight": "40%", "prior": {"mean": "4.2", "count": 30},
         "curve": [["4.0", "0%"], ["4.4", "100%"], ["4.7", "125%"]]},
        {"metric": "handle_time", "weight": "20%", "mix": {"order": "100%"},
         "winsorise": ["30s", "2h"], "curve": [["900s", "0%"], ["600s", "110%"]]}],
    "funding": [["10%", "0%"], ["100%", "100%"], ["125%", "150%"]],
    "split": {"individual": "10%", "equal": "36%", "hours": "36%", "seniority": "18%"},
    "individual": {"points": {"order": 2, "query": 1}, "cap": "60%"},
    "seniority": [["0y", 100], ["3y", 115], ["6y", 125]],
}


def desk(**plan):
    users = {"ana": REP, "ben": BOTH, "eli": OUTSIDER}
    return default_desk(
        time_zone="UTC",
        reps=[dict({"id": r, "since": "2020-01-15"}, **({"user": users[r]} if r in users else {}))
              for r in SALES + SUPPORT],
        teams=[default_team("sales", SALES, managers=[MANAGER]),
               default_team("support", SUPPORT, managers=[BOTH])],
        plans=[dict(PLAN, **plan)])


def closed_at(number):
    """A moment of the month before this one, in ms."""
    noon = datetime.datetime.combine(THEN_FIRST, datetime.time(12), datetime.timezone.utc)
    return int((noon + datetime.timedelta(hours=number)).timestamp() * 1000)


def work(stack, count=24):
    """So many orders, won last month, rated and with the time they took; everybody's minutes."""
    stack.add_many([{"type": "ticket", "id": "t-%d" % i, "team": "sales", "kind": "order"}
                    for i in range(count)])
    stack.settle()
    stack.add_many([{"type": "outcome", "id": "t-%d" % i, "outcome": "won", "value": 900 + 11 * i,
                     "csat": 3 + i % 3, "handled": 500 + 13 * i, "at": closed_at(i)}
                    for i in range(count)])
    for i, rep in enumerate(SALES):
        stack.add({"type": "metric", "team": "sales", "metric": "paid_minutes", "period": THEN,
                   "value": 9000 + 137 * i, "rep": rep})
    stack.settle()


def start(stack, **plan):
    stack.start(desk(**plan), helpdesks=[HELPDESK], auditors=[AUDITOR])
    os.chmod(stack.daemon.socket, 0o666)  # as if all of them were in the socket's group
    work(stack)


def pool(stack, period=THEN, more=""):
    answer = stack.daemon.get("/v1/teams/sales/pool?period=%s%s" % (period, more))
    assert answer.code == 200, answer
    return answer.json


def narrow(text):
    wide = [line for line in text.splitlines() if len(line) > 80]
    assert not wide, wide
    return text


@scenario("a pool has all its figures, and they follow from each other")
def figures(stack):
    start(stack)
    p = pool(stack)
    assert (p["team"], p["period"], p["state"], p["version"]) == ("sales", THEN, "open", 0), p
    assert (p["currency"], p["plan"], len(p["plan_sha256"])) == ("EUR", "sales-plan", 64), p
    assert p["encourages"] == "Helping each other." and p["rules"] and p["as_of"], p
    assert not p["what_if"] and not p["zeroed"] and p["missing"] == [], p
    revenue, csat, handled = p["metrics"]
    assert revenue["value"] == sum(900 + 11 * i for i in range(24)) and revenue["unit"] == "minor"
    assert revenue["gate"] == {"effect": "zero_metric", "metric": "reopen_rate", "value": 0,
                               "unit": "ppm", "at_least": None, "at_most": 80000,
                               "failed": False}, revenue
    assert csat["gate"] is None and csat["count"] == 24 and not csat["prior"], csat
    assert csat["value"] == (96 * 1000 + 30 * 4200 + 27) // 54, csat  # half of 54 rounds it
    assert handled["unit"] == "seconds" and not handled["missing"], handled
    assert p["gross"] + p["carry"] == p["net"] > 0, p
    assert sum(p["parts"].values()) == p["net"] - p["held"], p
    shares = p["shares"]
    assert [s["rep"] for s in shares] == SALES and sum(s["total"] for s in shares) == p["net"]
    for part in PARTS:
        assert sum(s[part] for s in shares) == p["parts"][part], part
    for s in shares:
        assert s["total"] == sum(s[part] for part in PARTS) and s["eligible"], s
        assert s["days"] and s["minutes"] and s["band"] and "points" in s and "capped" in s, s
    check_invariants(stack)


@scenario("each gets to see what is his, and nobody else anything")
def rights(stack):
    if not is_root():
        raise Skip("only root can ask as somebody else")
    start(stack)
    path = "/v1/teams/sales/pool?period=" + THEN
    everything = stack.daemon.get(path + "&explain").json
    for user in [MANAGER, AUDITOR]:
        seen = stack.ask_as(user, "GET", path + "&explain").json
        for key in set(everything) - {"as_of"}:
            assert seen[key] == everything[key], (user, key)
    mine = stack.ask_as(REP, "GET", path + "&explain")
    assert mine.code == 200 and [s["rep"] for s in mine.json["shares"]] == ["ana"], mine
    for key in ["net", "gross", "metrics", "rules", "composite_ppm", "parts", "encourages"]:
        assert mine.json[key] == everything[key], key
    named = json.dumps(mine.json)
    for other in ["ben", "cai", "dora"]:
        assert '"%s"' % other not in named, "%s is named to ana" % other
    assert stack.ask_as(REP, "GET", "/v1/teams/sales/pools").code == 200
    assert [s["rep"] for s in stack.ask_as(BOTH, "GET", path).json["shares"]] == ["ben"]
    plan = json.dumps(PLAN)
    for user, code, method, where, *body in [
            (OUTSIDER, 403, "GET", path), (STRANGER, 403, "GET", path),
            (HELPDESK, 403, "GET", path), (OUTSIDER, 403, "GET", "/v1/teams/sales/pools"),
            (STRANGER, 403, "GET", "/v1/teams/none/pool"),
            (REP, 403, "GET", "/v1/teams/support/pool"),
            (MANAGER, 403, "GET", "/v1/teams/support/pool"),
            (AUDITOR, 404, "GET", "/v1/teams/support/pool"),
            (REP, 403, "POST", "/v1/teams/sales/pool/what-if?period=" + THEN, plan),
            (BOTH, 403, "POST", "/v1/teams/sales/pool/what-if?period=" + THEN, plan),
            (AUDITOR, 200, "POST", "/v1/teams/sales/pool/what-if?period=" + THEN, plan),
            (MANAGER, 200, "POST", "/v1/teams/sales/pool/what-if?period=" + THEN, plan)]:
        answer = stack.ask_as(user, method, where, *body)
        assert answer.code == code, "%s %s %s: %r, not %d" % (user, method, where, answer, code)


@scenario("a period nobody planned is told with what to do")
def refusals(stack):
    start(stack)
    running = stack.daemon.get("/v1/teams/sales/pool")
    assert running.code == 200 and running.json["period"] == NOW, running
    assert any("csat" not in line and "handle_time" in line for line in running.json["missing"]), \
        running.json["missing"]
    early, quarter = month(3)[0], "%d-Q1" % THEN_FIRST.year
    for code, path, *words in [
            (404, "none/pool", "there is none"),
            (404, "support/pool", "no plan that governs today", "plans", "man evenhand-plan"),
            (404, "sales/pool?period=" + early, "begins with " + PLAN["from"]),
            (404, "sales/pool?period=" + (
                today() + datetime.timedelta(400)).strftime("%G-W%V"), "month"),
            (400, "sales/pool?period=March", "period"),
            (400, "sales/pools?after=March", "after"),
            (400, "sales/pool?colour=red", "colour")]:
        answer = stack.daemon.get("/v1/teams/" + path)
        assert answer.code == code, (path, answer)
        for word in words:
            assert word in answer.json["error"]["message"], (path, word, answer)
    assert stack.daemon.get("/v1/teams/sales/pool?period=" + quarter).code == 404


def check_sums(node):
    """A node that is made of its children's money is their sum."""
    for child in node["children"]:
        check_sums(child)
    assert set(node) == {"name", "formula", "rounding", "value", "unit", "inputs", "children"}
    for given in node["inputs"]:
        assert set(given) == {"name", "value", "unit", "count"}, given


@scenario("the tree explains every cent of it")
def why(stack):
    start(stack)
    assert "explain" not in pool(stack) and "explain" not in pool(stack, more="&explain=0")
    p = pool(stack, more="&explain")
    root = p["explain"]
    check_sums(root)
    named = {}

    def walk(node):
        named.setdefault(node["name"], node)
        for child in node["children"]:
            walk(child)
    walk(root)
    assert root["value"] == p["net"] == named["net"]["value"]
    assert named["net"]["value"] == sum(c["value"] for c in named["net"]["children"])
    for key in ["gross", "carry"]:
        assert named[key]["value"] == p[key], key
    scores = {c["name"]: c for c in named["composite"]["children"]}
    weighed = 0
    for metric in p["metrics"]:
        node = scores["score of " + metric["metric"]]
        assert node["value"] == metric["score_ppm"], node
        weighed += metric["score_ppm"] * metric["weight_ppm"]
    assert (weighed + 500000) // 1000000 == p["composite_ppm"] == named["composite"]["value"]
    lines = named["shares"]["children"]
    assert sum(line["value"] for line in lines) == p["net"] - p["held"]
    for line, share in zip(lines, p["shares"]):
        assert (line["name"], line["value"]) == (share["rep"], share["total"])
        assert {c["name"]: c["value"] for c in line["children"]} == \
            {part: share[part] for part in PARTS}, line


@scenario("another plan tells another pool, and changes nothing")
def what_if(stack):
    start(stack)
    before, now = stack.daemon.status()["input"], pool(stack)
    where = "/v1/teams/sales/pool/what-if?period=" + THEN

    def ask(**changes):
        return stack.daemon.post(where, dict(PLAN, **changes))
    same, other = ask().json, ask(id="other", target_pool="3000.00").json
    for key in set(now) - {"as_of", "what_if", "published_late"}:
        assert same[key] == now[key], (key, same[key], now[key])
    assert same["what_if"] and other["what_if"] and other["plan"] == "other", other
    assert other["composite_ppm"] == now["composite_ppm"], other
    assert abs(other["gross"] * 2 - now["gross"]) <= 1, (other["gross"], now["gross"])
    assert sum(s["total"] for s in other["shares"]) == other["net"], other
    yaml = stack.daemon.post(where, "id: tiny\nteam: sales\nfrom: %s\nencourages: a\n"
                             "discourages: b\ntarget_pool: 1.00\nmax_pool: 2.00\nmetrics:\n"
                             "  - {metric: revenue, weight: 100%%, curve: [[0, 0%%], [1, 100%%]]}\n"
                             "funding: [[0%%, 0%%], [100%%, 100%%]]\nsplit: {equal: 100%%}\n"
                             % PLAN["from"])
    assert yaml.code == 200 and yaml.json["net"] == 100, yaml
    bad = ask(metrics=[dict(PLAN["metrics"][0], weight="30%")])
    assert bad.code == 400 and "weights sum to 30%" in bad.json["error"]["message"], bad
    weekly = ask(**{"from": "2026-W10"})
    assert weekly.code in (400, 409) and "week" in weekly.json["error"]["message"], weekly
    assert stack.daemon.status()["input"] == before and pool(stack)["net"] == now["net"]
    stack.stop_daemons()
    stack.daemon.start()  # comes up only when the log gives the recorded digest
    assert stack.daemon.status()["input"] >= before and pool(stack)["net"] == now["net"]


@scenario("a plan that counts handling times differently is answered from the log")
def what_if_replayed(stack):
    start(stack)
    now = pool(stack)
    metrics = PLAN["metrics"][:2] + [dict(PLAN["metrics"][2], winsorise=["600s", "610s"])]
    answer = patiently(lambda: stack.daemon.post("/v1/teams/sales/pool/what-if?period=" + THEN,
                                                 dict(PLAN, metrics=metrics)))
    assert answer.code == 200, answer
    assert answer.json["what_if"] and set(answer.json) >= set(now) - {"missing"}, answer
    revenue, _, handled = answer.json["metrics"]
    assert revenue == now["metrics"][0], revenue
    assert 600 <= handled["value"] <= 610 and handled["value"] != now["metrics"][2]["value"]
    assert sum(s["total"] for s in answer.json["shares"]) == answer.json["net"]
    assert pool(stack)["metrics"] == now["metrics"]


@scenario("from estimate to paid on the command line, which reads well")
def by_hand(stack):
    start(stack)
    p = pool(stack)
    live = narrow(stack.cli("pool", "sales", "--period", THEN)[1])
    assert "open: an estimate" in live and "handle_time" in live and "dora" in live, live
    assert "\x1b" not in live
    why_text = narrow(stack.cli("pool", "sales", "--period", THEN, "--explain")[1])
    assert "target_pool 6,000.00" in why_text and "(of 24)" in why_text, why_text
    assert json.loads(stack.cli("--json", "pool", "sales", "--period", THEN)[1])["net"] == p["net"]
    narrow(stack.cli("pool", "sales")[1])

    stack.cli("metric", "sales", "paid_minutes", THEN, 9999, "--rep", "ana")
    assert next(s for s in pool(stack)["shares"] if s["rep"] == "ana")["minutes"] == 9999
    stack.cli("exclude", "sales", "dora", THEN, "--reason", "was on leave all month")
    assert not pool(stack)["shares"][3]["eligible"]
    assert stack.cli("close", "sales", THEN, check=False)[0] == 1  # not provisional yet
    assert "provisional" in stack.cli("freeze", "sales", THEN)[1]
    assert pool(stack)["state"] == "provisional"
    assert "provisional" in narrow(stack.cli("pool", "sales", "--period", THEN)[1])
    assert "closed" in stack.cli("close", "sales", THEN)[1]
    closed = pool(stack, more="&explain")
    assert (closed["state"], closed["version"], closed["paid_version"]) == ("closed", 1, 0)
    assert "paid" in stack.cli("pay", "sales", THEN)[1]
    assert pool(stack)["state"] == "paid"
    assert "paid, version 1" in narrow(stack.cli("pool", "sales", "--period", THEN)[1])

    rows = list(csv.DictReader(io.StringIO(
        stack.cli("pool", "sales", "--period", THEN, "--csv")[1])))
    cents = [round(float(row["total"]) * 100) for row in rows]
    assert all(row["due"] == "0.00" and row["paid_before"] == row["total"] for row in rows), rows
    assert sum(cents) == closed["net"] and cents[3] == 0, rows
    assert cents == [s["total"] for s in closed["shares"]]
    history = narrow(stack.cli("pool", "sales", "--history")[1])
    assert any(line.split()[:3] == [THEN, "paid", "1"] for line in history.splitlines()), history
    assert "bonus plan sales-plan" in stack.cli("team", "sales")[1]
    check_invariants(stack)


@scenario("what comes after the close waits, and is settled by one version more")
def later(stack):
    start(stack)
    for verb in ["freeze", "close", "pay"]:
        stack.cli(verb, "sales", THEN)
    first = pool(stack)
    stack.add({"type": "outcome", "id": "t-3", "outcome": "refunded", "value": 900,
               "at": closed_at(40)})
    stack.settle()
    waiting = pool(stack)
    assert waiting["late"] == 1 and waiting["net"] == first["net"], waiting
    assert "1 fact came later and waits" in narrow(stack.cli("pool", "sales", "--period", THEN)[1])
    stack.cli("close", "sales", THEN)
    second = pool(stack)
    assert (second["version"], second["late"]) == (2, 0), second
    assert second["paid_version"] == 2, second  # there is nothing to pay in it
    assert second["difference"] < 0 == second["paid"] and second["net"] == first["net"], second
    assert second["carry_open"] == second["difference"], second
    listed = stack.daemon.get("/v1/teams/sales/pools").json
    assert [(i["period"], i["version"], i["net"]) for i in listed["pools"] if i["version"]] == \
        [(THEN, 2, first["net"])] and listed["carry_open"] == second["carry_open"], listed
    assert "still to be taken" in narrow(stack.cli("pool", "sales", "--history")[1])


run()
