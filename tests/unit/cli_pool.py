#!/usr/bin/python3
"""cli_pool: a team's pool on the command line: what people read, what payroll takes, what is asked.

The pool is the worked example of the rules: March 2026, every figure known to the cent.

    cli_pool.py path/to/evenhand
"""
import csv
import json
import os
import re

import cli_program
from cli_program import FOLDER, GETS, asked, bad, good, refusal, run

SHA = "7d" * 32
LINES = [  # rep, days, minutes, band, points, equal, hours, seniority, individual, total
    ("ana", 31, 10080, 130, 168, 57119, 66480, 32002, 19653, 175254),
    ("bo", 31, 9600, 115, 108, 57119, 63314, 28309, 18761, 167503),
    ("cy", 31, 5040, 105, 72, 57118, 33240, 25848, 12507, 128713),
    ("dee", 15, 4800, 100, 24, 27638, 31657, 11911, 4169, 75375),
    ("eli", 20, 6240, 125, 60, 36851, 41154, 19852, 10423, 108280),
]
PARTS = ("equal", "hours", "seniority", "individual")
NAMES = {"bo": "=1+1", "cy": 'Cy, "the" Cat', "dee": "-Dee", "eli": "@eli"}
HEAD = ("team,team_name,rep,name,period,version,equal,hours,seniority,individual,total,paid_before,"
        "due,currency,state,contract_minutes,contract_by")


def share(rep, days, minutes, band, points, *money):
    return dict({"rep": rep, "eligible": True, "days": days, "minutes": minutes, "band": band,
                 "points": points, "capped": rep == "ana", "paid": money[4], "paid_before": 0,
                 "due": money[4], "expected": None, "name": NAMES.get(rep, rep.title())},
                **dict(zip(PARTS + ("total",), money)))


def metric(name, value, unit, count, score, weight, **more):
    return {"metric": name, "value": value, "unit": unit, "count": count, "prior": False,
            "missing": False, "curve_ppm": score, "score_ppm": score, "weight_ppm": weight,
            "gate": None, **more}


GATE = {"effect": "zero_metric", "metric": "reopen_rate", "value": 55825, "unit": "ppm",
        "at_least": None, "at_most": 80000, "failed": False}
GROSS = {"name": "gross", "formula": "min(max_pool, target_pool * funding)",
         "rounding": "half away from zero", "value": 656365, "unit": "minor", "children": [],
         "inputs": [{"name": "target_pool", "value": 600000, "unit": "minor", "count": 0},
                    {"name": "max_pool", "value": 900000, "unit": "minor", "count": 0},
                    {"name": "funding", "value": 1093942, "unit": "ppm", "count": 0},
                    {"name": "sum of ratings", "value": 812, "unit": "count", "count": 184}]}
POOL = {
    "team": "sales", "team_name": "Sales", "period": "2026-03", "version": 1, "paid_version": 0, "state": "closed",
    "what_if": False, "currency": "EUR", "plan": "sales-2026", "plan_sha256": SHA,
    "facts_sha256": SHA, "published_late": False, "late": 0, "target_pool": 600000,
    "max_pool": 900000,
    "metrics": [metric("revenue", 12934567, "minor", 90, 1155761, 400000),
                metric("csat", 4383, "milli", 184, 957500, 400000),
                metric("handle_time", 655, "seconds", 412, 1008333, 200000, gate=GATE)],
    "composite_ppm": 1046971, "funding_ppm": 1093942, "zeroed": False, "gross": 656365,
    "carry": -1240, "net": 655125, "held": 0, "difference": 0, "cancelled": 0, "paid": 655125,
    "parts": {"equal": 235845, "hours": 235845, "seniority": 117922, "individual": 65513},
    "carry_open": 0, "shares": [share(*line) for line in LINES], "after": None,
    "encourages": "Answering well, at a steady pace, and helping each other.",
    "discourages": "Hurrying customers, picking, passing work on.",
    "rules": ["plan sales-2026 of team sales, every month from 2026-03 on"],
    "missing": [], "as_of": "2026-04-02T08:00:00.000Z"}
EXPECTED = {"gross": 656365, "carry": -109466, "net": 546899, "carry_open": 0, "earlier": [
    {"period": "2026-03", "version": 2, "difference": -109466, "paid": 0, "shares": []}]}
OPEN = {**POOL, "version": 0, "state": "open", "period": "2026-04",
        "metrics": [metric("csat", 4200, "milli", 0, 500000, 250000),
                    metric("trainings", 9, "count", 0, 500000, 250000, prior=True),
                    {**metric("uptime", None, "ppm", 0, 0, 500000), "missing": True}],
        "missing": ["2026-04: uptime: nothing was imported"]}
LATER = {**POOL, "version": 2, "paid_version": 1, "late": 3, "difference": 1200,
         "cancelled": 500, "paid": 700, "carry_open": -27199, "published_late": True}


def node(name, *children):
    return {"name": name, "formula": "made up", "rounding": "none", "value": 1, "unit": "minor",
            "inputs": [], "children": list(children)}


def tree(*reps):
    shares = node("shares", *(node(rep) for rep in reps))
    return node("pool", node("net"), shares, node("version 1", node("parts"), shares))


BY = {"ana": "calendar", "bo": "import", "cy": "calendar"}
GETS.update({
    "/v1/teams/timed/pool": (200, {**POOL, "shares": [
        {**s, "contract_minutes": 9300 if s["rep"] in BY else None, "contract_by": BY.get(s["rep"]),
         "contract_until": "2026-03-30" if s["rep"] == "cy" else None} for s in POOL["shares"]]}),
    "/v1/teams/sales/pool": (200, OPEN),
    "/v1/teams/sales/pool?period=2026-03": (200, POOL),
    "/v1/teams/sales/pool?period=2026-03&explain=1": (200, {**POOL, "explain": {
        "name": "net", "formula": "gross + carry", "rounding": "none", "value": 655125,
        "unit": "minor", "inputs": [], "children": [GROSS]}}),
    "/v1/teams/later/pool": (200, LATER),
    "/v1/teams/mine/pool": (200, {**POOL, "shares": POOL["shares"][:1]}),
    "/v1/teams/yen/pool": (200, {**POOL, "currency": "JPY"}),
    "/v1/teams/held/pool": (200, {**POOL, "net": 655225, "held": 100,
                                  "held_parts": {"equal": 0, "hours": 0, "seniority": 0,
                                                 "individual": 100}}),
    "/v1/teams/carry/pool": (200, {**OPEN, "expected": EXPECTED, "shares": [
        {**s, "expected": s["total"] - 21893} for s in POOL["shares"]]}),
    "/v1/teams": (200, {"teams": [{"id": "sales"}], "after": "sales"}),
    "/v1/teams?after=sales": (200, {"teams": [{"id": "held"}, {"id": "bare"}, {"id": "other"}],
                                    "after": None}),
    "/v1/teams/held/pool?period=2026-03": (200, {**POOL, "team": "held", "team_name": "Held",
                                                 "net": 655225, "held": 100}),
    "/v1/teams/bare/pool?period=2026-03": (404, refusal("not_found", "team bare goes by the week",
                                                        "period")),
    "/v1/teams/other/pool?period=2026-03": (403, refusal("denied", "it is none of yours")),
    "/v1/teams/long/pool": (200, {**POOL, "shares": POOL["shares"][:2], "after": "bo"}),
    "/v1/teams/long/pool?after=bo": (200, {**POOL, "shares": POOL["shares"][2:]}),
    "/v1/teams/long/pool?explain=1": (200, {**POOL, "shares": POOL["shares"][:2], "after": "bo",
                                            "explain": tree("ana", "bo")}),
    "/v1/teams/long/pool?explain=1&after=bo": (200, {**POOL, "shares": POOL["shares"][2:],
                                                     "explain": tree("chi", "dora", "eli")}),
    "/v1/teams/bare/pool": (404, refusal("not_found", "team bare has no plan that governs today; "
                                         "put one under `plans`", "period")),
    "/v1/teams/sales/pools": (200, {"team": "sales", "currency": "EUR", "carry_open": -27199,
                                    "after": "2026-02", "pools": [
                                        {"period": "2026-02", "state": "paid", "version": 2,
                                         "gross": 656365, "carry": -1240, "net": 655125,
                                         "late": 0}]}),
    "/v1/teams/sales/pools?after=2026-02": (200, {"team": "sales", "after": None, "pools": [
        {"period": "2026-03", "state": "closed", "version": 1, "gross": 1, "carry": 0, "net": 1,
         "late": 2},
        {"period": "2026-04", "state": "open", "version": 0, "gross": None, "carry": None,
         "net": None, "late": 0}]}),
    "/v1/teams/none/pools": (200, {"team": "none", "currency": "EUR", "carry_open": 0,
                                   "pools": [], "after": None}),
})


def narrow(text):
    wide = [line for line in text.splitlines() if len(line) > 80]
    assert not wide, wide
    return text


def a_pool_reads_well():
    out = narrow(good("pool", "sales", "--period", "2026-03"))
    lines = [line.rstrip() for line in out.splitlines()]
    assert lines[0] == "team sales, 2026-03: closed, version 1: final, not paid yet", lines[0]
    assert lines[1] == "plan        sales-2026, in EUR; sha256 7d7d7d7d7d7d", lines[1]
    rows = [line.split() for line in lines]
    for row in [["revenue", "129,345.67", "█" * 9, "115.58%", "40%", "46.23%"],
                ["csat", "4.383", "█" * 8, "95.75%", "40%", "38.30%"],
                ["handle_time", "10m55s", "█" * 8, "100.83%", "20%", "20.17%"],
                ["composite", "104.70%"], ["funding", "109.39%", "of", "6,000.00", "on", "target"],
                ["gross", "6,563.65", "9,000.00", "at", "most"],
                ["net", "6,551.25", "EUR"],
                ["ana", "571.19", "664.80", "320.02", "196.53", "1,752.54", "capped"],
                ["eli", "368.51", "411.54", "198.52", "104.23", "1,082.80"],
                ["total", "2,358.45", "2,358.45", "1,179.22", "655.13", "6,551.25"]]:
        assert row in rows, "%r is not in\n%s" % (row, out)
    assert "gate        handle_time counts nothing unless reopen_rate is at most 8%: it is" in out
    assert "\x1b" not in out
    assert "Hurrying customers" in out


def an_estimate_says_so_and_what_is_missing():
    out = narrow(good("pool", "sales"))
    assert "2026-04: open: an estimate as of 2026-04-02 08:00:00" in out, out
    assert re.search(r"uptime +missing", out) and "missing     2026-04: uptime: nothing" in out, out
    for name in ["csat", "trainings"]:
        assert "nothing came for %s: the plan's prior stands in" % name in out, out


def later_versions_and_single_lines_are_told():
    out = narrow(good("pool", "later"))
    for piece in ["closed, version 2: the last version is not paid yet", "12.00", "5.00", "7.00",
                  "3 facts came later", "-271.99", "published when the period"]:
        assert piece in out, "%s is not in\n%s" % (piece, out)
    mine = narrow(good("pool", "mine"))
    assert "total  " not in mine.split("rep ")[1].split("\n", 1)[1] and "your line" in mine, mine


def the_way_to_it_is_told():
    out = narrow(good("pool", "sales", "--period", "2026-03", "--explain"))
    rules, tree = out[out.index("\nrules\n"):].split("\nwhy\n")
    assert rules.split("\n")[2] == POOL["rules"][0], rules
    tree = "\n" + tree
    assert "\nnet 6,551.25 = gross + carry\n" in tree, tree
    told = " ".join(tree.split())
    assert ("gross 6,563.65 = min(max_pool 9,000.00, target_pool 6,000.00 * funding 109.3942%); "
            "sum of ratings 812 (of 184); rounded: half away from zero") in told, tree


def payroll_takes_it():
    out = good("pool", "sales", "--period", "2026-03", "--csv").splitlines()
    assert out[0] == HEAD
    assert out[1] == ("sales,Sales,ana,Ana,2026-03,1,571.19,664.80,320.02,196.53,1752.54,0.00,"
                      "1752.54,EUR,closed,,"), out[1]
    rows = list(csv.DictReader(out))
    assert sum(round(float(row["total"]) * 100) for row in rows) == POOL["net"]
    assert good("pool", "yen", "--csv").splitlines()[1].endswith(",19653,175254,0,175254,JPY,closed,,")
    live, held = run("pool", "sales", "--csv"), run("pool", "held", "--csv")
    assert live.returncode == 0 and "not final" in live.stderr, live
    assert held.returncode == 0 and "1.00 EUR of the pool of team sales is held" in held.stderr, held
    rows = list(csv.DictReader(held.stdout.splitlines()))
    assert (rows[-1]["rep"], rows[-1]["total"], rows[-1]["individual"], rows[-1]["due"]) \
        == ("", "1.00", "1.00", "0.00"), rows[-1]
    assert sum(round(float(row["total"]) * 100) for row in rows) == 655225


def minutes_by_the_calendar_are_told():
    out = " ".join(narrow(good("pool", "timed")).split())
    assert ("contract_minutes of 2 reps are by the calendar; they go up to 2026-03-30 yet: hours are known"
            " 30 days ahead") in out, out
    assert "by the calendar" not in good("pool", "sales")
    rows = list(csv.DictReader(good("pool", "timed", "--csv").splitlines()))
    assert [(r["contract_minutes"], r["contract_by"]) for r in rows[:4]] == \
        [("9300", "calendar"), ("9300", "import"), ("9300", "calendar"), ("", "")], rows


def no_name_is_a_formula():
    out = good("pool", "sales", "--period", "2026-03", "--csv")
    names = [row["name"] for row in csv.DictReader(out.splitlines())]
    assert names == ["Ana", "'=1+1", 'Cy, "the" Cat', "'-Dee", "'@eli"], names


def payroll_is_of_all_teams():
    told = run("payroll", "2026-03", "--csv")
    assert told.returncode == 0 and "team bare goes by the week" in told.stderr, told
    assert "none of yours" not in told.stderr, told
    rows = list(csv.DictReader(told.stdout.splitlines()))
    assert told.stdout.count(HEAD) == 1 and len(rows) == 2 * len(LINES) + 1, told.stdout
    assert [row["team"] for row in rows] == ["sales"] * 5 + ["held"] * 6
    out = narrow(run("payroll", "2026-03").stdout)
    for piece in ["Sales (sales): closed, version 1", "Held (held)", "6,551.25", "6,552.25"]:
        assert piece in out, "%s is not in\n%s" % (piece, out)
    told = json.loads(run("payroll", "2026-03", "--json").stdout)
    assert [p["team"] for p in told["pools"]] == ["sales", "held"], told


def what_close_will_do_is_told():
    out = " ".join(narrow(good("pool", "carry")).split())
    for piece in ["expected carry -1,094.66 EUR: then net 5,468.99 EUR",
                  "2026-03 comes first, as version 2: a difference of -1,094.66 EUR",
                  "1,752.54 1,533.61", "at close"]:
        assert piece in out, "%s is not in\n%s" % (piece, out)


def long_answers_are_put_together():
    assert good("pool", "long", "--csv") == good("pool", "sales", "--period", "2026-03", "--csv")
    told = json.loads(good("pool", "long", "--explain", "--json"))
    assert told["explain"] == tree("ana", "bo", "chi", "dora", "eli"), told["explain"]
    told = json.loads(good("pool", "long", "--json"))
    assert [s["rep"] for s in told["shares"]] == [line[0] for line in LINES]
    assert good("pool", "sales", "--json") == json.dumps(OPEN) + "\n"


def history_is_a_line_each():
    out = narrow(good("pool", "sales", "--history"))
    rows = [line.split() for line in out.splitlines()]
    assert ["2026-02", "paid", "2", "6,563.65", "-12.40", "6,551.25"] in rows, out
    assert ["2026-03", "closed", "1", "0.01", "0.00", "0.01", "2", "later", "facts"] in rows, out
    assert ["2026-04", "open", "?", "?", "?", "estimate"] in rows, out
    assert "-271.99" in out
    assert "nothing has happened yet" in good("pool", "none", "--history")


def another_plan_is_posted():
    path = os.path.join(FOLDER, "plan.yaml")
    with open(path, "w", encoding="utf-8") as f:
        f.write("id: other\n")
    method, where, body, _ = asked("pool", "sales", "--what-if", path, "--period", "2026-03")
    assert (method, where, body) == \
        ("POST", "/v1/teams/sales/pool/what-if?period=2026-03", "id: other\n")
    with open(path, "w", encoding="utf-8") as f:
        f.write("bad-plan\n")
    bad(78, "pool", "sales", "--what-if", path, says=path + ":1: metrics: ")
    bad(1, "pool", "sales", "--what-if", FOLDER + "/none.yaml", says="none.yaml")


def steps_are_posted():
    steps = "/v1/teams/sales/periods/2026-03/"
    for verb, words in [
            ("freeze", "provisional: 6,551.25 EUR net\nit cannot be closed like this: csat: no rat"),
            ("close", "closed, version 1: 6,551.25 EUR net\npayroll: evenhand pool sales --period"),
            ("pay", "paid, version 1\n")]:
        method, path, body, out = asked(verb, "sales", "2026-03")
        assert (method, path, body) == ("POST", steps + verb, {}), (method, path, body)
        assert narrow(out).startswith("2026-03 of team sales is " + words), out
    assert good("exclude", "sales", "ana", "2026-03", "--reason", "r") == \
        "2026-03 of team sales is open (it was already)\nana is set aside in it\n"
    assert asked("exclude", "sales", "ana", "2026-03", "--reason", "on leave")[1:3] == \
        (steps + "exclude", {"rep": "ana", "reason": "on leave"})
    assert good("include", "sales", "ana", "2026-03", "--reason", "r") == \
        "2026-03 of team sales is open\nana has a share in it again\n"
    for verb in ("freeze", "close", "pay"):
        _, path, _, out = asked(verb, "sales", "2026-03", "--dry-run")
        assert path == steps + verb + "?dry_run=1" and out.startswith("would be done: "), out


def figures_are_posted_in_their_unit():
    for words, value in [(["paid_minutes", "2026-03", "9600", "--rep", "ana"], 9600),
                         (["csat", "2026-03", "4.2"], 4200),
                         (["revenue", "2026-03", "129.95"], 12995),
                         (["reopen_rate", "2026-03", "5.5%"], 55000),
                         (["handle_time", "2026-03", "12m"], 720),
                         (["handle_time", "2026-03", "655"], 655),
                         (["trainings", "2026-03", "17", "--event", "e"], 17)]:
        method, path, body, _ = asked("metric", "sales", *words)
        assert (method, path) == ("POST", "/v1/teams/sales/metrics")
        assert (body["metric"], body["period"], body["value"]) == (words[0], words[1], value), body
        assert body.get("rep") == ("ana" if "--rep" in words else None)
        assert body.get("event") == ("e" if "--event" in words else None)
    bad(2, "metric", "sales", "csat", "2026-03", "4.23456", says="csat")
    bad(2, "metric", "sales", "trainings", "2026-03", "1.5", says="trainings")


def wrong_calls_are_told():
    bad(1, "pool", "bare", says="no plan that governs today; put one")
    bad(2, "pool", "sales", "--period", "March", says="--period")
    bad(2, "freeze", "sales", "March", says="try `evenhand freeze --help`")
    bad(2, "pool", "sales", "--history", "--csv", says="--history")
    bad(2, "pool", "sales", "--csv", "--json", says="--csv")
    bad(2, "pool", "sales", "--what-if", "x", "--explain", says="--explain")
    bad(2, "exclude", "sales", "ana", "2026-03", says="--reason")
    bad(2, "close", "sales", says="needs T PERIOD")


TESTS = [a_pool_reads_well, an_estimate_says_so_and_what_is_missing,
         later_versions_and_single_lines_are_told, the_way_to_it_is_told, payroll_takes_it,
         minutes_by_the_calendar_are_told,
         no_name_is_a_formula, payroll_is_of_all_teams, what_close_will_do_is_told,
         long_answers_are_put_together, history_is_a_line_each, another_plan_is_posted,
         steps_are_posted, figures_are_posted_in_their_unit, wrong_calls_are_told]

if __name__ == "__main__":
    cli_program.main(TESTS)
