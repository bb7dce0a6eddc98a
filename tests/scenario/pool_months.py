#!/usr/bin/python3
"""pool_months: fourteen months of three teams out of a CSV file, each frozen, closed and paid in
its turn, while refunds and late sales of months gone by keep coming in.

The file says what each month's revenue has to be, to the cent; from there on the pools, what is
carried and who gets what are computed here once more.
"""
import csv
import datetime
import json
import random
import zoneinfo

import generate
from harness import SEED, default_desk, default_team, note, run, scenario
from invariants import check_invariants
from books import (PPM, Books, check_sums, check_views, curve, divide, milliseconds, month, pool,
                   step)
from proofs import verify_ok

ZONE = "America/New_York"
LOCAL = zoneinfo.ZoneInfo(ZONE)
UTC = datetime.timezone.utc
MONTHS = [month(ZONE, back) for back in range(14, 0, -1)]
TICKETS = 1500
TEAMS = {"North Sales": ["nina", "omar", "pia"], "Big Deals": ["siri", "tor"],
         "Care": ["lars", "mei", "tove", "uma"]}
POINTS = {"order": 2, "quote": 1, "query": 1}
# of a team: the revenue that is on target, the pool then, the most of it that goes to carry
TERMS = {"north-sales": (900000, 300000, 250000), "big-deals": (700000, 250000, 100000),
         "care": (1000000, 400000, 500000)}
SPLIT = {"individual": 400000, "equal": 600000, "hours": 0, "seniority": 0}
CURVE = [(0, 0), (PPM, PPM), (2 * PPM, 1500000)]


def ident(team):
    return team.lower().replace(" ", "-")


def money(cents):
    return "%d.%02d" % divmod(cents, 100)


def plan(team):
    on_target, pool_on_target, most = TERMS[team]
    return {
        "id": team, "team": team, "from": MONTHS[0], "period": "month", "encourages": "a",
        "discourages": "b", "target_pool": money(pool_on_target),
        "max_pool": money(pool_on_target * 3 // 2),
        "metrics": [{"metric": "revenue", "weight": "100%",
                     "curve": [[money(on_target * x // PPM), "%d%%" % (y // 10000)]
                               for x, y in CURVE]}],
        "funding": [["0%", "0%"], ["150%", "150%"]],
        "split": {"individual": "40%", "equal": "60%"},
        "individual": {"points": POINTS, "cap": "100%"},
        "carry": {"at_most": "%d%%" % (most // 10000)}}


def gross(team, revenue):
    on_target, pool_on_target, _ = TERMS[team]
    score = curve([(on_target * x // PPM, y) for x, y in CURVE], revenue)
    return min(pool_on_target * 3 // 2, divide(pool_on_target * score, PPM))


def desk():
    return default_desk(
        time_zone=ZONE, kinds={kind: {"points": 1} for kind in POINTS},
        reps=[{"id": rep} for reps in TEAMS.values() for rep in reps],
        teams=[default_team(ident(team), reps, policy="balanced") for team, reps in TEAMS.items()],
        plans=[plan(ident(team)) for team in TEAMS])


# ---- the history

def closing_time(rng, opened):
    """Some days later, now and then at night, when another month has begun elsewhere."""
    closed = opened + datetime.timedelta(minutes=rng.randint(5, 30000))
    if rng.random() < 0.1:
        first = (closed.replace(day=1) + datetime.timedelta(32)).replace(day=1)
        return first.replace(hour=rng.randint(0, 8), minute=rng.randint(0, 59))
    return closed


def rows(rng):
    """From two weeks before the first month until now; who is still open then, stays it."""
    begin = datetime.datetime.fromisoformat(MONTHS[0] + "-01") - datetime.timedelta(14)
    now = datetime.datetime.now(UTC).replace(tzinfo=None)
    pause = (now - begin) / TICKETS
    for number in range(TICKETS):
        opened = begin + pause * number
        kind, team = rng.choice(["order", "quote", "quote", "query"]), rng.choice(list(TEAMS))
        closed = closing_time(rng, opened)
        outcome = "resolved" if kind == "query" else rng.choice(["won", "won", "lost"])
        if rng.random() < 0.05 or closed >= now:
            outcome, closed = "open", None
        value = "" if kind == "query" else int(rng.lognormvariate(10.4, 0.9))
        yield ["h-%04d" % number, generate.stamp(opened), kind, team, rng.choice(
            generate.CUSTOMERS), value, "EUR" if value != "" else "", rng.choice(TEAMS[team]),
               generate.stamp(closed) if closed else "", outcome, "", "0", ""]


def month_of(stamp):
    moment = datetime.datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return moment.astimezone(LOCAL).strftime("%Y-%m")


def revenues(path):
    """What the file itself says was won, by team and month."""
    found = {(ident(team), name): 0 for team in TEAMS for name in MONTHS}
    with open(path, encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f):
            if row["outcome"] == "won" and month_of(row["closed_at"]) >= MONTHS[0]:
                key = ident(row["team"]), month_of(row["closed_at"])
                found[key] = found.get(key, 0) + int(row["value_minor"])
    return found


def closers(stack, path):
    """Points by team, month and rep, as PostgreSQL knows who had what."""
    had = dict(stack.sql("SELECT id, rep FROM ticket"))
    points = {}
    with open(path, encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f):
            if row["outcome"] != "open":
                of_month = points.setdefault((ident(row["team"]), month_of(row["closed_at"])), {})
                rep = had[row["ticket_id"]]
                of_month[rep] = of_month.get(rep, 0) + POINTS[row["kind"]]
    return points


# ---- month by month

class Year:
    def __init__(self, stack, rng):
        self.stack, self.rng = stack, rng
        self.path = stack.dir + "/history.csv"
        self.refunded, self.reopened, self.late = {}, set(), set()
        with open(self.path, "w", encoding="utf-8") as f:
            generate.write(f, rows(rng))
        with open(self.path, encoding="utf-8", newline="") as f:
            self.rows = list(csv.DictReader(f))
        self.revenue = revenues(self.path)
        self.books = {team: Books(team, SPLIT, terms[2]) for team, terms in TERMS.items()}

    def push(self):
        self.stack.cli("push", self.path, "--outcomes")
        self.stack.settle()
        self.stack.produced = {row["ticket_id"]: row for row in self.rows}
        self.points = closers(self.stack, self.path)

    def weights(self, team, name):
        reps = next(reps for title, reps in TEAMS.items() if ident(title) == team)
        points = self.points.get((team, name), {})
        return {"equal": {rep: 1 for rep in reps},
                "individual": {rep: points.get(rep, 0) for rep in reps}}

    def comes_late(self, name, part, chance):
        """Refunds of a month that is closed already, and sales that were lost and are not."""
        messages = []
        for row in self.rows:
            key = (ident(row["team"]), name)
            if row["outcome"] not in ("won", "lost") or month_of(row["closed_at"]) != name or \
                    row["ticket_id"] in self.reopened or self.rng.random() > chance:
                continue
            before = len(messages)
            at = milliseconds(datetime.datetime.fromisoformat(row["closed_at"]))
            left = int(row["value_minor"]) - self.refunded.get(row["ticket_id"], 0)
            if row["outcome"] == "lost":
                self.reopened.add(row["ticket_id"])
                self.revenue[key] += left
                messages += [{"type": "outcome", "id": row["ticket_id"], "outcome": "reopened",
                              "at": at + 1},
                             {"type": "outcome", "id": row["ticket_id"], "outcome": "won",
                              "value": left, "at": at + 2}]
            elif left > 10:
                value = left * part // 100
                self.refunded[row["ticket_id"]] = value + int(row["value_minor"]) - left
                self.revenue[key] -= value
                messages.append({"type": "outcome", "id": row["ticket_id"], "outcome": "refunded",
                                 "value": value})
            self.late |= {key} if len(messages) > before else set()
        self.stack.add_many(messages)
        self.stack.settle()

    def settle(self, team, name):
        self.books[team].later(name, gross(team, self.revenue[(team, name)]))
        self.late.discard((team, name))

    def close(self, team, name):
        """The whole way of a month, beside the books."""
        for verb in ["freeze", "close"]:
            step(self.stack, verb, team, name)
        revenue = self.revenue[(team, name)]
        for before in MONTHS:  # a close takes up what came late to others
            if (team, before) in self.late:
                self.settle(team, before)
        self.books[team].close(name, team, gross(team, revenue), self.weights(team, name))
        step(self.stack, "pay", team, name)
        shown = pool(self.stack, team, name)
        assert shown["metrics"][0]["value"] == revenue, (team, name, revenue, shown)
        assert shown["state"] == "paid", shown

    def check(self):
        for team, books in self.books.items():
            for name in books.closed:
                shown = pool(self.stack, team, name)
                books.check(shown)
                check_sums(shown)
                check_views(self.stack, team, name)
                assert shown["late"] == 0, shown


def check_history(year, team):
    """`evenhand pool T --history`: all months, and carry accounts for what was not paid."""
    told = json.loads(year.stack.cli("--json", "pool", team, "--history")[1])
    books = year.books[team]
    closed = [p for p in told["pools"] if p["version"] > 0]
    assert [p["period"] for p in closed] == MONTHS, closed
    for p in closed:
        book = books.closed[p["period"]]
        assert {key: p[key] for key in ("version", "gross", "carry", "net")} == \
            {key: book[key] for key in ("version", "gross", "carry", "net")}, (p, book)
    assert told["carry_open"] == books.carry_open <= 0, told
    assert sum(p["gross"] - p["net"] for p in closed) == books.carry_open, told
    text = year.stack.cli("pool", team, "--history")[1]
    for name in MONTHS:
        line = next(line for line in text.splitlines() if line.startswith(name))
        assert money(books.closed[name]["net"]) in line.replace(",", ""), line
    note("%s: %d versions of %d months, paid %s, carry open %s" % (
        team, sum(p["version"] for p in closed), len(closed), money(sum(p["net"] for p in closed)),
        books.carry_open))


@scenario("fourteen months of three teams: revenue is the file's, and every cent has its place")
def months(stack):
    rng = random.Random(SEED)
    stack.start(desk())
    year = Year(stack, rng)
    year.push()
    dead = stack.sql("SELECT reason FROM dead_letter LIMIT 3")
    assert not dead, dead
    sold = {team: sum(value for (of, _), value in year.revenue.items() if of == team)
            for team in TERMS}
    assert min(sold.values()) > 0, sold
    for number, name in enumerate(MONTHS):
        for team in TERMS:
            year.close(team, name)
        if number % 3 == 1:  # a little of this month and of an older one
            year.comes_late(name, 20, 0.3)
            year.comes_late(MONTHS[number // 2], 35, 0.2)
        if number == 6:  # so much that it takes many months to take it back
            year.comes_late(MONTHS[5], 100, 0.9)
    for team, name in sorted(year.late):  # what no later month will take up: one by one
        step(stack, "close", team, name)
        year.settle(team, name)
    year.check()
    assert any(book["carry"] < 0 for b in year.books.values() for book in b.closed.values())
    assert any(book["cancelled"] > 0 for b in year.books.values() for book in b.closed.values())
    for team in TERMS:
        check_history(year, team)
    check_invariants(stack, hands_allowed=True)
    verify_ok(stack)


run()
