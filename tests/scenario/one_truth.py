#!/usr/bin/python3
"""one_truth: a figure that stands in more than one place is the same in all of them.

Places: the views in PostgreSQL, the answers of the socket, the command line as text, JSON and CSV,
the gauges of /metrics. States of a period: open, with a figure missing, frozen, with facts behind
the freeze, frozen again, closed, with late facts, paid, a version more that pays, one that owes.
Wherever two places know a name they are compared, in every state; what a version came to is looked
up again in every later state.
"""
import csv
import io
import json
import re
import time

from harness import note, run, scenario, wait_until
from books import PARTS, apply_desk, at, pool, step
import pools
from proofs import verify_ok

TEAMS = ("sales", "support")
MOST_TICKETS = 1000  # in one answer of a list


# ---- asking each place

def cli_json(stack, *arguments):
    return json.loads(stack.cli("--json", *arguments)[1])


def cli_csv(stack, *arguments):
    """Rows without those of which nobody's money is."""
    code, out, error = stack.cli(*arguments, "--csv", check=False)
    assert code in (0, 1), (arguments, error)  # 1: another team has no such period
    return list(csv.DictReader(io.StringIO(out)))


def rows(stack, view, columns, where="true", *arguments):
    """As dicts."""
    found = stack.sql("SELECT %s FROM %s WHERE %s" % (", ".join(columns), view, where), *arguments)
    return [dict(zip(columns, row)) for row in found]


def columns_of(stack, view):
    return [c for c, in stack.sql(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0", view)]


def gauge(stack, name, team=None):
    text = stack.daemon.get("/metrics").text
    label = '{team="%s"}' % team if team else ""
    return int(float(re.search(r"^%s%s ([0-9.]+)$" % (name, re.escape(label)), text, re.M)[1]))


def minor(text):
    """"1,234.56" in cents."""
    return int(text.replace(",", "").replace(".", ""))


def same(where, one, other, without=()):
    """Whatever both know is equal; says what was compared."""
    keys = (one.keys() & other.keys()) - set(without)
    assert keys, (where, one, other)
    differ = {key: (one[key], other[key]) for key in keys if one[key] != other[key]}
    assert not differ, (where, differ)
    return len(keys)


# ---- one period

class Period:
    """What has been told of a period so far: version by version."""

    def __init__(self, stack, team, name):
        self.stack, self.team, self.name = stack, team, name
        self.versions, self.compared = {}, 0

    def same(self, where, one, other, without=()):
        self.compared += same((self.team, self.name) + where, one, other, without)

    def check(self, state):
        told = pool(self.stack, self.team, self.name, "&explain")
        assert told["state"] == state, (told["state"], state)
        self.command_line(told)
        self.listed(told)
        self.tables(told)
        self.tree(told)
        self.views(told)
        self.metrics(told)
        if told["version"] > 0:
            self.versions[told["version"]] = told
        for version in self.versions.values():
            self.in_view(version)
        return told

    def command_line(self, told):
        shown = cli_json(self.stack, "pool", self.team, "--period", self.name, "--explain")
        self.same(("--json pool",), told, shown, ("as_of",))
        assert told.keys() == shown.keys(), told.keys() ^ shown.keys()
        code, out, _ = self.stack.cli("--json", "payroll", self.name, check=False)
        paid = [p for p in json.loads(out)["pools"] if p["team"] == self.team]
        self.same(("--json payroll", code), told, paid[0], ("as_of",))

    def listed(self, told):
        """The line of --history, as an answer and as JSON."""
        answer = self.stack.daemon.get("/v1/teams/%s/pools" % self.team).json
        lines = {p["period"]: p for p in answer["pools"]}
        self.same(("pools",), told, lines[self.name])
        shown = cli_json(self.stack, "pool", self.team, "--history")
        assert {p["period"]: p for p in shown["pools"]} == lines, (shown, lines)
        text = self.stack.cli("pool", self.team, "--history")[1]
        line = next(l for l in text.splitlines() if l.strip().startswith(self.name))
        for key in ("gross", "carry", "net"):
            assert "{:,.2f}".format(told[key] / 100) in line, (key, told[key], line)
        settled = [r["carry_open"] for r in rows(
            self.stack, "pool", ["carry_open"], "team = %s AND version > 0 AND input ="
            " (SELECT max(input) FROM pool WHERE team = %s AND version > 0)", self.team, self.team)]
        assert answer["carry_open"] in (settled or [0]), (answer["carry_open"], settled)

    def tables(self, told):
        """CSV and text of pool and payroll."""
        code, text, _ = self.stack.cli("payroll", self.name, check=False)
        assert code in (0, 1), text
        for line in cli_csv(self.stack, "payroll", self.name), \
                cli_csv(self.stack, "pool", self.team, "--period", self.name):
            found = {row["rep"]: row for row in line if row["team"] == self.team}
            assert sum(minor(r["total"]) for r in found.values()) == told["net"], (found, told)
            assert set(found) - {""} >= {s["rep"] for s in told["shares"] if s["total"]}, found
            for share in told["shares"]:
                row = found.get(share["rep"])
                if not row:
                    continue
                for key in PARTS + ["total", "paid_before", "due"]:
                    assert minor(row[key]) == share[key], (self.name, key, row, share)
                self.compared += 7
                assert (row["state"], int(row["version"]), row["currency"]) == (
                    told["state"], told["version"], told["currency"]), row
        for share in told["shares"]:
            if share["total"]:
                amounts = ["{:,.2f}".format(share[k] / 100)
                           for k in ("total", "paid_before", "due")]
                assert any(l.split()[:1] == [share["rep"]] and l.split()[-3:] == amounts
                           for l in text.splitlines()), (amounts, text)
                self.compared += 3

    def tree(self, told):
        """The explanation's figures are those of the pool."""
        named = {}

        def walk(node):
            named.setdefault(node["name"], []).append(node["value"])
            for child in node["children"]:
                walk(child)
        walk(told["explain"])
        for name, key in (("gross", "gross"), ("composite", "composite_ppm"),
                          ("funding", "funding_ppm"), ("carry", "carry"), ("net", "net")):
            if name in named:
                assert told[key] in named[name], (self.name, name, named[name], told[key])
                self.compared += 1

    def views(self, told):
        last = [r["version"] for r in rows(self.stack, "pool", ["version"],
                                           "team = %s AND period = %s", self.team, self.name)]
        if told["state"] == "open":
            assert last == [], last
        else:
            assert max(last) == told["version"], (last, told["version"])
            self.in_view(told)

    def in_view(self, told):
        """A version as the views have it; it may be paid by now."""
        key = "team = %s AND period = %s AND version = %s", self.team, self.name, told["version"]
        found = rows(self.stack, "pool", columns_of(self.stack, "pool"), *key)[0]
        if found["missing"] is not None or told["missing"]:
            assert (found["missing"] is not None) == bool(told["missing"]), (found, told["missing"])
            return
        self.same(("pool",), told, found, ("state", "missing", "input"))
        shares = columns_of(self.stack, "pool_share")
        lines = {l["rep"]: l for l in rows(self.stack, "pool_share", shares, *key)}
        assert lines.keys() == {s["rep"] for s in told["shares"]}, lines.keys()
        for share in told["shares"]:
            self.same(("pool_share",), share, lines[share["rep"]])

    def metrics(self, told):
        """pool_metric follows within a second when nothing comes in."""
        columns = columns_of(self.stack, "pool_metric")
        wanted = {m["metric"]: m for m in told["metrics"]}

        def agrees():
            found = rows(self.stack, "pool_metric", columns, "team = %s AND period = %s AND"
                         " version = %s", self.team, self.name, told["version"])
            return wanted.keys() == {f["metric"] for f in found} and all(
                f[key] == wanted[f["metric"]][key] for f in found
                for key in f.keys() & wanted[f["metric"]].keys())
        wait_until("%s %s: pool_metric is as told" % (self.team, self.name), agrees, 10)
        self.compared += sum(len(m.keys() & set(columns)) for m in told["metrics"])


def take(period, verb, expected=None):
    """What freeze, close and pay answer is what the pool says then; freeze tells what close will,
    pay what was due until then. facts_of is what the step was made of."""
    before = pool(period.stack, period.team, period.name)
    answer = step(period.stack, verb, period.team, period.name)
    told = pool(period.stack, period.team, period.name)
    period.same((verb,), answer, told, ("missing", "input", "due", "facts_of"))
    if verb == "pay":
        assert answer["due"] == before["due"] and told["due"] == 0, (answer, before)
    if expected:
        period.same(("what close was to give",), expected, told)
    return answer.get("expected")


# ---- the desk as a whole

def check_ledger(stack):
    """The views, the socket, the command line: as of the last input."""
    figures = ["entitled", "received", "entitled_value", "received_value"]

    def written():
        found = {}
        for row in rows(stack, "fairness_by_rep", ["team", "rep"] + figures):
            found[row["team"], row["rep"]] = [round(float(row["entitled"]), 3)] + [
                row[f] for f in figures[1:]]
        return found
    told = {}
    for team in TEAMS:
        for rep in stack.daemon.get("/v1/teams/" + team).json["reps"]:
            told[team, rep["id"]] = [rep[f] for f in figures]
        assert cli_json(stack, "team", team)["reps"] == \
            stack.daemon.get("/v1/teams/" + team).json["reps"]
        check_team_text(stack, team, told)
    wait_until("the ledger in PostgreSQL is as told", lambda: {
        key: value for key, value in written().items() if key in told} == told, 10)
    as_of = stack.sql("SELECT max(as_of), (SELECT input FROM head) FROM fairness_by_rep")[0]
    assert as_of[0] <= as_of[1], as_of
    return len(told) * len(figures)


def check_team_text(stack, team, told):
    text = stack.cli("team", team)[1]
    for line in text.splitlines():
        if (team, line.split()[0] if line.split() else None) in told:
            entitled, received, entitled_value, received_value = told[team, line.split()[0]]
            assert line.split()[-4:] == ["%.1f" % entitled, str(received)] + [
                "{:,.2f}".format(v / 100) for v in (entitled_value, received_value)], line


def check_report(stack):
    """The report over all days ends where the ledger stands; overrides are those of the view."""
    for team in TEAMS:
        report = stack.daemon.get("/v1/teams/%s/fairness?from=2020-01-01" % team).json
        shown = cli_json(stack, "fairness", team, "--from", "2020-01-01")
        assert report.keys() == shown.keys(), report.keys() ^ shown.keys()
        same(("fairness", team), report, shown, ("as_of",))
        ledger = {r["rep"]: r for r in rows(
            stack, "fairness_by_rep", ["rep", "received", "entitled", "entitled_value",
                                       "received_value"], "team = %s", team)}
        for rep in report["reps"]:
            of = ledger[rep["rep"]]
            of["entitled"] = round(float(of["entitled"]), 3)
            same(("fairness", team, rep["rep"]), rep, of)


def check_tickets(stack):
    """Tickets one by one, and how many there are: lists, views, status, teams, gauges."""
    columns = [c for c in columns_of(stack, "ticket") if not c.endswith("_at")]
    in_view = {r["id"]: r for r in rows(stack, "ticket", columns)}
    listed = {}
    for state in ("waiting", "assigned", "closed"):
        for rep in [None] + pools.TEAM if state == "closed" else [None]:
            answer = stack.daemon.get("/v1/tickets?state=%s%s" % (
                state, "&rep=" + rep if rep else "")).json
            listed.update({t["id"]: t for t in answer["tickets"]})
    for ident, ticket in listed.items():
        view = dict(in_view[ident], skills=in_view[ident]["skills"] or [])
        same(("ticket", ident), ticket, view, ("input",))
    states = [r["state"] for r in in_view.values()]
    status, shown = stack.daemon.status(), cli_json(stack, "status")
    for name, state in (("waiting", "waiting"), ("open", "assigned")):
        count = states.count(state)
        teams = stack.daemon.get("/v1/teams").json["teams"]
        assert count == status[name] == shown[name] == gauge(stack, "evenhand_tickets_" + name) \
            == sum(t[name] for t in teams), (name, count, status[name], teams)
        for team in teams:
            of_team = [r for r in in_view.values() if r["team"] == team["id"]]
            count = [r["state"] for r in of_team].count(state)
            assert count == team[name] == gauge(stack, "evenhand_team_" + name, team["id"]) == \
                stack.daemon.get("/v1/teams/" + team["id"]).json[name], (name, team, count)
    return len(listed)


def check_rest(stack):
    """Refused entries, draw epochs, reps and memberships, late facts."""
    dead = stack.sql1("SELECT count(*) FROM dead_letter")
    status = stack.daemon.status()
    assert dead == status["dead"] == gauge(stack, "evenhand_dead_letters_total") == len(
        stack.daemon.get("/v1/dead").json["letters"]) == len(cli_json(stack, "dead")["letters"])
    epochs = {r["epoch"]: r for r in rows(stack, "draw", ["epoch", "commitment", "seed"])}
    for told in (stack.daemon.get("/v1/draws").json["draws"], cli_json(stack, "draws")["draws"]):
        assert {d["epoch"] for d in told} == epochs.keys(), (told, epochs)
        for draw in told:
            same(("draw", draw["epoch"]), draw, epochs[draw["epoch"]])
    assert status["inputs" if "inputs" in status else "input"] == stack.sql1(
        "SELECT input FROM head")
    for team in TEAMS:
        periods = stack.daemon.get("/v1/teams/%s/pools" % team)
        late = sum(p["late"] for p in periods.json["pools"]) if periods.code == 200 else 0
        assert late == gauge(stack, "evenhand_team_late_facts", team), (team, late)


def check_export(stack):
    """What is held of a rep is what the views have of them."""
    items = cli_json(stack, "export", "--rep", "ana")["items"]
    for what, view, key in (("ledger", "ledger", ("team",)),
                            ("pool_share", "pool_share", ("team", "period", "version"))):
        told = {tuple(i[k] for k in key): i for i in items if i["what"] == what}
        found = {tuple(r[k] for k in key): r for r in rows(
            stack, view, columns_of(stack, view), "rep = 'ana'")}
        assert told and told.keys() == found.keys(), (what, told.keys(), found.keys())
        for row in told:
            same(("export", what, row), told[row], found[row])


def check_desk(stack):
    compared = check_ledger(stack)
    check_report(stack)
    compared += check_tickets(stack)
    check_rest(stack)
    return compared


# ---- the story

def tell(stack, *messages):
    stack.add_many(list(messages))
    stack.settle()


def won(number, month, day=10, value=None, **more):
    return dict({"type": "outcome", "id": "t-%d" % number, "outcome": "won",
                 "at": at(pools.ZONE, "%s-%02d" % (month, day)) + number},
                **({"value": value} if value is not None else {}), **more)


def bring_in(stack, months):
    tickets, outcomes = [], []
    for number in range(48):
        month = months[number // 24]
        tickets.append({"type": "ticket", "id": "t-%d" % number, "team": "sales",
                        "kind": pools.KINDS[number % 3], "value": 100 * number * number,
                        "created_at": at(pools.ZONE, month + "-02")})
        outcomes.append(won(number, month, csat=1 + number % 5, handled=60 * number))
    tickets += [{"type": "ticket", "id": "o-%d" % n, "team": TEAMS[n % 2], "kind": "query",
                 "value": 10 ** 7 if n == 5 else 500 + n,
                 **({"owner": "ana"} if n % 4 == 0 else {})} for n in range(16)]
    tickets.append({"type": "ticket", "id": "w-1", "team": "sales", "kind": "query",
                    "skills": ["juggling"]})
    tell(stack, *tickets)
    tell(stack, *outcomes, {"type": "outcome", "id": "t-1", "outcome": "gone"})


def by_hand(stack):
    """Managers' doings: they are figures as well."""
    for path, body in (("tickets/default/o-1/assign", {"rep": "cai", "reason": "knows them"}),
                       ("tickets/default/o-2/move", {"team": "support", "reason": "not ours"}),
                       ("tickets/default/o-5/move", {"team": "sales", "reason": "is ours"}),
                       ("reps/dora/release", {"reason": "ill"})):
        answer = stack.daemon.post("/v1/" + path, body)
        assert answer.code == 200, (path, answer)
    stack.settle()


def minutes(stack, month, reps):
    tell(stack, *[{"type": "metric", "team": "sales", "metric": "paid_minutes", "period": month,
                   "rep": rep, "value": 9000 + 7 * len(rep)} for rep in reps])


def desk(since):
    split = {"individual": "10%", "equal": "34%", "hours": "20%", "seniority": "36%"}
    return pools.desk(pools.plan(since, split=split),
                      pools.plan(since, id="support-plan", team="support"))


@scenario("every figure is the same wherever it stands, in every state of a period")
def every_state(stack):
    months = pools.last_months(2)
    stack.start(desk(months[0]))
    first, second = (Period(stack, "sales", month) for month in months)
    bring_in(stack, months)
    by_hand(stack)
    first.check("open")  # paid_minutes are missing
    minutes(stack, months[0], pools.TEAM[:3])
    first.check("open")  # one still is
    step(stack, "freeze", "sales", months[0])
    first.check("provisional")
    minutes(stack, months[0], pools.TEAM[3:])
    first.check("provisional")
    expected = take(first, "freeze")
    first.check("provisional")
    tell(stack, {"type": "outcome", "id": "t-3", "outcome": "refunded", "value": 600})
    first.check("provisional")
    check_desk(stack)
    take(first, "close", expected)
    first.check("closed")
    take(first, "pay")
    first.check("paid")
    minutes(stack, months[1], pools.TEAM)
    second.check("open")
    expected = take(second, "freeze")
    tell(stack, {"type": "outcome", "id": "t-20", "outcome": "refunded"},
         {"type": "outcome", "id": "t-7", "outcome": "rated", "csat": 1})
    first.check("paid")
    second.check("provisional")
    check_desk(stack)
    step(stack, "close", "sales", months[1])  # version 2, or 3, of the first
    first.check("paid" if pool(stack, "sales", months[0])["state"] == "paid" else "closed")
    second.check("closed")
    for period in (first, second):
        if pool(stack, "sales", period.name)["state"] == "closed":
            take(period, "pay")
        period.check("paid")
    tell(stack, *[{"type": "outcome", "id": "t-%d" % n, "outcome": "rated", "csat": 5}
                  for n in range(24)])
    first.check("paid")
    take(first, "close")
    if first.check(pool(stack, "sales", months[0])["state"])["state"] == "closed":
        take(first, "pay")
        first.check("paid")
    check_export(stack)
    stack.cli("draws", "reveal")
    note("%d versions of %s, %d figures of periods and %d of the desk are the same everywhere" % (
        len(first.versions), months[0], first.compared + second.compared, check_desk(stack)))
    verify_ok(stack)


@scenario("whoever leaves keeps their row of the ledger, and versions in a hurry their metrics")
def in_a_hurry(stack):
    months = pools.last_months(1)
    whole = desk(months[0])
    stack.start(whole)
    bring_in(stack, [months[0], months[0]])
    minutes(stack, months[0], pools.TEAM)
    told = {}
    for verb in ("freeze", "close"):
        step(stack, verb, "sales", months[0])
    told[1] = pool(stack, "sales", months[0])
    for number, stars in ((2, 5), (3, 1)):
        tell(stack, *[{"type": "outcome", "id": "t-%d" % n, "outcome": "rated", "csat": stars}
                      for n in range(20)])
        step(stack, "close", "sales", months[0])
        told[number] = pool(stack, "sales", months[0])
        assert told[number]["version"] == number, told[number]
    time.sleep(1.5)
    shown = {}
    for row in rows(stack, "pool_metric", ["version", "metric", "value"], "period = %s AND team ="
                    " 'sales'", months[0]):
        shown.setdefault(row["version"], {})[row["metric"]] = row["value"]
    assert shown == {version: {m["metric"]: m["value"] for m in pool_told["metrics"]}
                     for version, pool_told in told.items()}, shown
    before = check_ledger(stack)
    apply_desk(stack, dict(whole, reps=whole["reps"][:3], teams=[
        dict(team, reps=pools.TEAM[:3]) for team in whole["teams"]]))
    stack.settle()
    tell(stack, *[{"type": "ticket", "id": "n-%d" % n, "team": "sales", "kind": "order",
                   "value": 700} for n in range(9)])
    check_ledger(stack)
    report = {r["rep"]: r for r in cli_json(stack, "fairness", "sales", "--from",
                                            "2020-01-01")["reps"]}
    for row in rows(stack, "fairness_by_rep", ["rep", "received", "entitled_value",
                                               "received_value"], "team = 'sales'"):
        same(("ledger of %s" % row["rep"],), row, report[row["rep"]])
    assert before and "dora" in report, report.keys()
    verify_ok(stack)


run()
