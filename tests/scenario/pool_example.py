#!/usr/bin/python3
"""pool_example: a March that was computed by hand, from its tickets in Redis to the cent everybody
gets: over the socket, on the command line, in the views and for payroll.

February comes before it, so that 12.40 EUR are still to be taken; after its close a refund comes.
"""
import csv
import io
import json

from harness import default_team, run, scenario
from invariants import check_invariants
from books import (PARTS, apply_desk, at, check_sums, check_views, lines, pool, step)
from proofs import verify_ok

ZONE = "Europe/Oslo"
TEAM = ["ana", "bo", "cy", "dee", "eli"]
SINCE = {"ana": "2014-02-01", "bo": "2021-06-01", "cy": "2024-06-01", "dee": "2026-03-17",
         "eli": "2019-01-01"}
PLAN = {
    "id": "sales-2026", "team": "sales", "from": "2026-02", "period": "month",
    "encourages": "Answering well, at a steady pace, and helping each other.",
    "discourages": "Hurrying customers, picking, passing work on.",
    "target_pool": "6000.00", "max_pool": "9000.00",
    "metrics": [
        {"metric": "revenue", "weight": "40%",
         "curve": [["96000.00", "0%"], ["120000.00", "100%"], ["150000.00", "150%"]]},
        {"metric": "csat", "weight": "40%", "prior": {"mean": "4.2", "count": 30},
         "curve": [["4.0", "0%"], ["4.4", "100%"], ["4.7", "125%"]]},
        {"metric": "handle_time", "weight": "20%",
         "mix": {"order": "30%", "quote": "30%", "query": "40%"}, "winsorise": ["30s", "2h"],
         "curve": [["900s", "0%"], ["660s", "100%"], ["600s", "110%"]],
         "gate": {"metric": "reopen_rate", "at_most": "8%", "else": "zero_metric"}}],
    "funding": [["60%", "0%"], ["100%", "100%"], ["125%", "150%"]],
    "split": {"individual": "10%", "equal": "36%", "hours": "36%", "seniority": "18%"},
    "individual": {"points": {"order": 2, "quote": 1, "query": 1}, "cap": "30%"},
    "seniority": [["0y", 100], ["1y", 105], ["3y", 115], ["6y", 125], ["10y", 130]],
    "leavers": "prorate", "carry": {"at_most": "25%"},
}
# March, by kind and rep; all handled alike, all of a kind.
CLOSED = {"order": [8, 4, 4, 2, 2], "quote": [80, 50, 30, 10, 30], "query": [72, 50, 34, 10, 26]}
HANDLED = {"order": 700, "quote": 650, "query": 625}
MINUTES = [10080, 9600, 5040, 4800, 6240]
# days, minutes, band, points; equal, hours, seniority, individual, total
SHARES = {
    "ana": (31, 10080, 130, 168, 57119, 66480, 32002, 19653, 175254),
    "bo": (31, 9600, 115, 108, 57119, 63314, 28309, 18761, 167503),
    "cy": (31, 5040, 105, 72, 57118, 33240, 25848, 12507, 128713),
    "dee": (15, 4800, 100, 24, 27638, 31657, 11911, 4169, 75375),
    "eli": (20, 6240, 125, 60, 36851, 41154, 19852, 10423, 108280)}
KEYS = ["days", "minutes", "band", "points", *PARTS, "total"]


def desk(members, **plan):
    return {"desk": "main", "currency": "EUR", "time_zone": ZONE,
            "kinds": {"order": {"points": 2}, "quote": {"points": 2}, "query": {"points": 1}},
            "reps": [{"id": rep, "since": SINCE[rep]} for rep in TEAM],
            "teams": [default_team("sales", members)], "plans": [dict(PLAN, **plan)]}


# Tickets have owners only among the members of today, so the dates come into the desk file later.
EVERYBODY = TEAM
DATED = ["ana", "bo", "cy", {"id": "dee", "from": "2026-03-17"},
         {"id": "eli", "until": "2026-03-20"}]


def closed(ticket, rep, kind, day, outcome="resolved", **more):
    """Somebody's ticket and how it ended."""
    return [{"type": "ticket", "id": ticket, "team": "sales", "kind": kind, "owner": rep},
            dict({"type": "outcome", "id": ticket, "outcome": outcome, "at": at(ZONE, day),
                  "handled": HANDLED[kind]}, **more)]


def minutes(period, reps, values, name="paid_minutes"):
    return [{"type": "metric", "team": "sales", "metric": name, "period": period, "rep": rep,
             "value": value} for rep, value in zip(reps, values)]


def good_month(period, prefix, value):
    """A month of one order, one quote and eight queries, all rated 5."""
    messages = closed(prefix + "-0", "ana", "order", period + "-10", "won", value=value, csat=5)
    messages += closed(prefix + "-1", "bo", "quote", period + "-11", csat=5)
    for i in range(8):
        messages += closed("%s-%d" % (prefix, 2 + i), "cy", "query", period + "-12", csat=5)
    return messages


def march():
    """412 closings: 20 orders of 129,345.67 in all, 184 of them rated with 812 in all. Those of
    300 to 340 are queries of bo."""
    messages, number = [], 0
    for kind, of_rep in CLOSED.items():
        for rep, count in zip(TEAM, of_rep):
            for _ in range(count):
                first, days = (17, 15) if rep == "dee" else (1, 20 if rep == "eli" else 31)
                more = {"csat": 5 if number < 76 else 4} if number < 184 else {}
                if kind == "order":
                    more.update(outcome="won", value=650000 if number else 584567)
                messages += closed("m-%d" % number, rep, kind,
                                   "2026-03-%02d" % (first + number % days), **more)
                number += 1
    assert number == 412
    return messages


def reopened(first, count):
    """They come back, and are resolved once more: the same tickets, counted once."""
    return [{"type": "outcome", "id": "m-%d" % (first + i), "outcome": outcome,
             "at": at(ZONE, "2026-03-31", hour)}
            for i in range(count) for outcome, hour in (("reopened", 13), ("resolved", 14))]


def of_metric(shown, name):
    return next(m for m in shown["metrics"] if m["metric"] == name)


def nodes(tree):
    """Of an explanation, by name: the first of each, as one reads from the top."""
    found = {}

    def walk(node):
        found.setdefault(node["name"], node)
        for child in node["children"]:
            walk(child)
    walk(tree)
    return found


def inputs(node):
    return {i["name"]: i["value"] for i in node["inputs"]}


def expect_way(tree, **values):
    found = nodes(tree)
    assert {name: found[name]["value"] for name in values} == values, (values, found)
    return found


FIRST_WAY = {"revenue": 12934567, "score of revenue": 1155761, "composite": 1046971,
             "funding": 1093942, "gross": 656365, "carry": -1240, "net": 655125, "eli": 108280}
SECOND_WAY = {"revenue": 12594567, "score of revenue": 1099095, "composite": 1024305,
              "funding": 1048610, "gross": 629166, "difference": -27199, "cancelled": 0, "paid": 0,
              "net of version 1": 655125, "net": 655125, "carry open": -27199, "parts": 0,
              "shares": 655125, "eli": 108280, "up to version 1": 175254}


def expect_second_way(tree):
    """Of the refund: from the facts as they were known by then to what is carried."""
    found = expect_way(tree, **SECOND_WAY)
    assert inputs(found["difference"]) == {"gross": 629166, "gross of version 1": 656365}
    assert inputs(found["carry open"]) == {"open": 0, "difference": -27199}
    for name in ["net", "shares", *TEAM]:
        assert found[name]["value"] == sum(c["value"] for c in found[name]["children"]), name
    expect_way(found["version 1"], **FIRST_WAY)


def expect(shown, **figures):
    found = {key: shown[key] for key in figures}
    assert found == figures, (found, figures)


def expect_lines(shown):
    found = {rep: tuple(line[key] for key in KEYS) for rep, line in lines(shown).items()}
    assert found == SHARES, found
    assert [rep for rep, line in lines(shown).items() if line["capped"]] == ["ana"], shown["shares"]
    expect(shown, net=655125, carry=-1240)


def expect_march(shown):
    """Version 1, or the estimate before it."""
    revenue, csat, handled = shown["metrics"]
    assert (revenue["value"], revenue["score_ppm"]) == (12934567, 1155761), revenue
    assert (csat["value"], csat["count"], csat["score_ppm"]) == (4383, 184, 957500), csat
    assert (handled["value"], handled["score_ppm"]) == (655, 1008333), handled
    gate = handled["gate"]
    assert (gate["metric"], gate["value"], gate["at_most"], gate["failed"]) == (
        "reopen_rate", 55825, 80000, False), gate
    expect(shown, composite_ppm=1046971, funding_ppm=1093942, gross=656365, held=0,
           zeroed=False, currency="EUR", plan="sales-2026",
           parts={"individual": 65513, "equal": 235845, "hours": 235845, "seniority": 117922})
    expect_lines(shown)
    check_sums(shown)


def started(stack):
    """February is closed, and 49.61 EUR of it refunded; March is over and open."""
    stack.start(desk(EVERYBODY), helpdesks=[])
    stack.add_many(good_month("2026-02", "f", 11500004))
    stack.add_many(minutes("2026-02", ["ana", "bo", "cy", "eli"], [9000, 9001, 9002, 9003]))
    stack.add_many(march())
    stack.add_many(reopened(300, 23))
    # Who was paid for more than the contract says counts with what it says.
    stack.add_many(minutes("2026-03", TEAM, [10920] + MINUTES[1:]))
    stack.add_many(minutes("2026-03", ["ana", "bo"], [10080, 9999], "contract_minutes"))
    stack.settle()
    apply_desk(stack, desk(DATED))
    step(stack, "freeze", "sales", "2026-02")
    february = step(stack, "close", "sales", "2026-02")
    expect(february, gross=477501, carry=0, net=477501, version=1, state="closed")
    stack.add({"type": "outcome", "id": "f-0", "outcome": "refunded", "value": 4961})
    stack.settle()
    expect(pool(stack, "sales", "2026-02"), late=1, gross=477501)


def close_march(stack):
    step(stack, "freeze", "sales", "2026-03")
    expect(pool(stack, "sales", "2026-03"), state="provisional", version=0, gross=656365, carry=0)
    answer = step(stack, "close", "sales", "2026-03")
    expect(answer, state="closed", version=1, gross=656365, carry=-1240, net=655125)


def check_payroll(stack):
    """What payroll gets: the table in EUR."""
    text = stack.cli("pool", "sales", "--period", "2026-03", "--csv")[1]
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["team", "team_name", "rep", "name", "period", "version", *PARTS, "total",
                       "paid_before", "due", "currency", "state", "contract_minutes", "contract_by"], rows[0]
    expected = [[rep, "2026-03"] + ["%d.%02d" % divmod(cents, 100) for cents in line[4:]] + ["EUR"]
                for rep, line in SHARES.items()]
    assert [row[2:3] + row[4:5] + row[6:11] + row[13:14] for row in rows[1:]] == expected, (
        rows, expected)


@scenario("a month computed by hand comes out to the cent, wherever it is read")
def example(stack):
    started(stack)
    live = pool(stack, "sales", "2026-03")
    expect(live, state="open", version=0, gross=656365, carry=0, estimate=True)
    close_march(stack)
    expect(pool(stack, "sales", "2026-02"), version=2, difference=-1240, paid=0, net=477501,
           late=0, carry_open=-1240)

    shown = pool(stack, "sales", "2026-03")
    expect_march(shown)
    expect(shown, state="closed", version=1, paid=655125, carry_open=0, late=0, team="sales",
           period="2026-03")
    told = json.loads(stack.cli("--json", "pool", "sales", "--period", "2026-03")[1])
    expect_march(told)
    assert {k: told[k] for k in told if k != "as_of"} == \
        {k: shown[k] for k in shown if k != "as_of"}
    text = stack.cli("pool", "sales", "--period", "2026-03")[1]
    for figure in ["6,563.65", "-12.40", "6,551.25", "1,752.54", "1,675.03", "1,287.13", "753.75",
                   "1,082.80", "capped"]:
        assert figure in text, (figure, text)

    assert stack.sql("SELECT version, gross, carry, net, difference, state FROM pool WHERE team ="
                     " 'sales' AND period = '2026-03'") == [
                         (1, 656365, -1240, 655125, 0, "closed")]
    rows = stack.sql("SELECT rep, days, minutes, band, points, %s, total FROM pool_share WHERE"
                     " period = '2026-03' AND version = 1" % ", ".join(PARTS))
    assert {row[0]: row[1:] for row in rows} == SHARES, rows
    for period in ["2026-02", "2026-03"]:
        check_views(stack, "sales", period)
    check_payroll(stack)
    step(stack, "pay", "sales", "2026-03")
    expect_march(pool(stack, "sales", "2026-03"))
    check_views(stack, "sales", "2026-03")
    check_invariants(stack)
    verify_ok(stack)


@scenario("a refund after the close takes nothing back from anybody, and lessens the next pool")
def refund(stack):
    started(stack)
    close_march(stack)
    step(stack, "pay", "sales", "2026-03")
    stack.add({"type": "outcome", "id": "m-1", "outcome": "refunded", "value": 340000})
    stack.settle()
    waiting = pool(stack, "sales", "2026-03")
    expect_march(waiting)
    expect(waiting, late=1, version=1)

    expect(step(stack, "close", "sales", "2026-03"), version=2, gross=629166, net=655125)
    shown = pool(stack, "sales", "2026-03")
    expect_lines(shown)
    assert of_metric(shown, "revenue")["score_ppm"] == 1099095, shown["metrics"]
    expect(shown, version=2, composite_ppm=1024305, funding_ppm=1048610, gross=629166,
           difference=-27199, paid=0, cancelled=0, carry_open=-27199, late=0)
    assert all(line["paid"] == 0 for line in shown["shares"]), shown["shares"]
    assert stack.sql("SELECT version, gross, carry, net, difference FROM pool WHERE period ="
                     " '2026-03' ORDER BY version") == [
                         (1, 656365, -1240, 655125, 0), (2, 629166, -1240, 655125, -27199)]
    check_views(stack, "sales", "2026-03")
    check_payroll(stack)
    expect_second_way(pool(stack, "sales", "2026-03", "&explain")["explain"])
    told = stack.cli("--json", "pool", "sales", "--period", "2026-03", "--explain")[1]
    expect_second_way(json.loads(told)["explain"])
    text = " ".join(stack.cli("pool", "sales", "--period", "2026-03", "--explain")[1].split())
    for words in ["difference -271.99 = gross 6,291.66 - gross of version 1 6,563.65",
                  "net 6,551.25 = net of version 1 6,551.25 + paid 0.00",
                  "carry open -271.99 = open 0.00 + difference -271.99",
                  "version 1 6,551.25 = net to parts to people"]:
        assert words in text, (words, text)

    stack.add_many(good_month("2026-04", "a", 12000000))
    stack.add_many(minutes("2026-04", TEAM[:4], MINUTES))
    stack.settle()
    step(stack, "freeze", "sales", "2026-04")
    expect(step(stack, "close", "sales", "2026-04"), version=1, gross=602000, carry=-27199,
           net=574801)
    april = pool(stack, "sales", "2026-04")
    check_sums(april)
    expect(april, composite_ppm=1001667, funding_ppm=1003334, carry_open=0)
    assert [s["rep"] for s in april["shares"]] == TEAM[:4], april["shares"]
    listed = json.loads(stack.cli("--json", "pool", "sales", "--history")[1])
    assert listed["carry_open"] == 0
    assert [(p["period"], p["version"], p["gross"], p["carry"], p["net"]) for p in
            listed["pools"]] == [("2026-02", 2, 476261, 0, 477501),
                                 ("2026-03", 2, 629166, -1240, 655125),
                                 ("2026-04", 1, 602000, -27199, 574801)], listed
    # What comes now is in no version yet: the way is that of version 2, after a restart, too.
    stack.add({"type": "outcome", "id": "m-1", "outcome": "refunded", "value": 10000})
    stack.settle()
    expect(pool(stack, "sales", "2026-03"), late=1, version=2)
    assert stack.daemon.stop() == 0
    stack.daemon.start()
    expect_second_way(pool(stack, "sales", "2026-03", "&explain")["explain"])
    check_invariants(stack)
    verify_ok(stack)


@scenario("speed pays nothing in a month in which too much came back")
def gate(stack):
    stack.start(desk(EVERYBODY))
    stack.add_many(march())
    stack.add_many(reopened(300, 32))  # 7.767 % of 412
    stack.add_many(minutes("2026-03", TEAM, MINUTES))
    stack.settle()
    apply_desk(stack, desk(DATED))
    before = pool(stack, "sales", "2026-03")
    expect(before, composite_ppm=1046971, gross=656365, carry=0)
    assert of_metric(before, "handle_time")["gate"]["value"] == 77670
    stack.add_many(reopened(332, 1))  # 8.0097 %
    stack.settle()
    for verb in ["freeze", "close"]:
        step(stack, verb, "sales", "2026-03")
    shown = pool(stack, "sales", "2026-03")
    handled = of_metric(shown, "handle_time")
    assert (handled["curve_ppm"], handled["score_ppm"]) == (1008333, 0), handled
    assert handled["gate"]["failed"] and handled["gate"]["value"] == 80097, handled
    expect(shown, composite_ppm=845304, funding_ppm=613260, gross=367956, carry=0, net=367956)
    check_sums(shown)
    check_views(stack, "sales", "2026-03")
    check_invariants(stack)
    verify_ok(stack)


run()
