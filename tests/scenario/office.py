"""office: two teams over some months, their plans, and what their messages come to: counted once
more, out of the messages alone, by what the rules say.

    office = Office()
    office.take({"type": "ticket", "id": "t-1", "team": "sales", "kind": "order", "owner": "ana"})
    office.facts["sales", THEN].gross(metrics_of("sales", THEN))

Of the sales team one joins and one leaves in the month THEN, one goes over to the other team.
"""
import calendar
import datetime
import os
import zoneinfo

from harness import EVENHANDD, default_desk, default_team
from books import PPM, curve, divide, month

ZONE = "Europe/Oslo"
EARLY, BEFORE, THEN, NEXT = (month(ZONE, back) for back in (3, 2, 1, -1))
POINTS = {"order": 2, "quote": 1, "query": 1}
SPLIT = {"individual": 200000, "equal": 320000, "hours": 240000, "seniority": 240000}
LOCAL = zoneinfo.ZoneInfo(ZONE)
FAKETIME = "/usr/lib/%s-linux-gnu/faketime/libfaketimeMT.so.1" % os.uname().machine


def fakes_time():
    """Whether the daemon can be started in the past."""
    with open(EVENHANDD, "rb") as f:
        return os.path.exists(FAKETIME) and b"__asan_" not in f.read()


def day(name, number):
    return "%s-%02d" % (name, number)


def month_of(at_ms):
    return datetime.datetime.fromtimestamp(at_ms / 1000, LOCAL).strftime("%Y-%m")


# ---- the plans, in whole numbers and as the desk file has them

TEXT = {"revenue": lambda x: "%d.%02d" % divmod(x, 100), "csat": lambda x: "%.3f" % (x / 1000),
        "handle_time": "{}s".format, "training": int,
        "reopen_rate": lambda x: "%g%%" % (x / 10000), "conversion": lambda x: "%g%%" % (x / 10000)}
MORE = {"csat": {"prior": {"mean": "4.0", "count": 10}}, "training": {"take": "last"},
        "handle_time": {"mix": {"order": "50%", "query": "50%"}, "winsorise": ["60s", "1h"]}}
# metric, weight in percent, curve
FIRST = [("revenue", 60, [(0, 0), (2000000, PPM), (4000000, 1500000)]),
         ("csat", 40, [(3000, 0), (4000, PPM), (5000, 1200000)])]
SECOND = [("revenue", 35, [(0, 0), (3000000, PPM), (6000000, 1500000)]),
          ("csat", 25, [(3000, 0), (4000, PPM), (5000, 1200000)]),
          ("handle_time", 20, [(600, PPM), (1800, 0)]),
          ("training", 20, [(0, 0), (100, PPM)])]
THIRD = [("revenue", 50, [(0, 0), (3000000, PPM)]), ("training", 50, [(0, 0), (50, PPM)])]
CARE = [("revenue", 40, [(0, 0), (1500000, PPM), (4000000, 1500000)]),
        ("conversion", 30, [(200000, 0), (700000, 1100000)]),
        ("reopen_rate", 30, [(0, PPM), (400000, 0)])]
FUNDING = [(200000, 0), (PPM, PPM), (1250000, 1500000)]
TARGET, MOST, CARRY_MOST = 600000, 900000, 250000


def curve_text(name, points):
    return [[TEXT[name](x), "%g%%" % (y / 10000)] for x, y in points]


def plan(ident, team, first, metrics):
    return {
        "id": ident, "team": team, "from": first, "period": "month", "encourages": "Help.",
        "discourages": "Haste.", "target_pool": "6000.00", "max_pool": "9000.00",
        "metrics": [dict({"metric": name, "weight": "%d%%" % weight,
                          "curve": curve_text(name, points)}, **MORE.get(name, {}))
                    for name, weight, points in metrics],
        "funding": curve_text("conversion", FUNDING),
        "split": {part: "%d%%" % (ppm // 10000) for part, ppm in SPLIT.items()},
        "individual": {"points": POINTS, "cap": "100%"},
        "seniority": [["0y", 100], ["3y", 115]], "leavers": "prorate",
        "carry": {"at_most": "25%"}}


PLANS = [plan("sales-1", "sales", EARLY, FIRST), plan("care-1", "care", EARLY, CARE)]
# Published while the month before it runs.
PUBLISHED = [plan("sales-2", "sales", THEN, SECOND)] if fakes_time() else []
NEXT_PLAN = plan("sales-3", "sales", NEXT, THIRD)


def metrics_of(team, period):
    return CARE if team == "care" else SECOND if PUBLISHED and period >= THEN else FIRST


def plan_of(team, period):
    return "care-1" if team == "care" else (
        "sales-2" if PUBLISHED and period >= THEN else "sales-1")


# ---- people. First everybody is in without dates, so that each can own tickets.

TEAMS = {"sales": ["ana", "ben", "cai", "dora", "gus"], "care": ["cai", "eli", "fay"]}
REPS = sorted({rep for team in TEAMS.values() for rep in team})
JOINS, LEAVES, CHANGES = 11, 20, 16  # days of that month
STAY = {"ana", "ben", "eli", "fay"}
DATES = {("sales", "dora"): (day(THEN, JOINS), None), ("sales", "gus"): (None, day(THEN, LEAVES)),
         ("sales", "cai"): (None, day(THEN, CHANGES - 1)),
         ("care", "cai"): (day(THEN, CHANGES), None)}
PAID = {"ana": 9600, "ben": 9000, "cai": 4700, "dora": 5000, "eli": 9900, "fay": 5200, "gus": 6100}
CONTRACT = {"ana": 9000, "cai": 4800, "fay": 4800}  # cai and fay work part-time


def members(team, dated):
    def member(rep):
        first, last = DATES.get((team, rep), (None, None))
        return dict({"id": rep}, **({"from": first} if first else {}),
                    **({"until": last} if last else {}))
    return [member(rep) if dated else rep for rep in TEAMS[team]]


def desk(dated, plans):
    since = {"dora": day(THEN, JOINS)}
    return default_desk(
        time_zone=ZONE, plans=plans, kinds={kind: {"points": 1} for kind in POINTS},
        reps=[{"id": rep, "since": since.get(rep, "2001-02-03")} for rep in REPS],
        teams=[default_team(team, members(team, dated)) for team in TEAMS])


def days_in(team, rep, name):
    year, number = map(int, name.split("-"))
    first, last = DATES.get((team, rep), (None, None))
    begins = max(first or "", day(name, 1))
    ends = min(last or "9999", day(name, calendar.monthrange(year, number)[1]))
    return max(0, int(ends[8:]) - int(begins[8:]) + 1) if begins <= ends else 0


# ---- what the messages come to

class Facts:
    def __init__(self):
        self.revenue = self.ratings = self.rating_sum = self.firsts = self.reopened = 0
        self.cancelled = 0
        self.closed, self.won, self.lost = ({kind: 0 for kind in POINTS} for _ in range(3))
        self.handled, self.handled_ms = ({kind: 0 for kind in POINTS} for _ in range(2))
        self.points = {rep: 0 for rep in REPS}
        self.training, self.excluded = None, set()

    def value(self, name):
        if name == "revenue":
            return self.revenue
        if name == "csat":
            return divide(1000 * self.rating_sum + 10 * 4000, self.ratings + 10)
        if name == "handle_time":
            means = [divide(self.handled_ms[kind], self.handled[kind])
                     for kind in ("order", "query")]
            return divide(sum(500000 * mean for mean in means), PPM * 1000)
        if name == "reopen_rate":
            return divide(self.reopened * PPM, self.firsts)
        if name == "conversion":
            return divide(self.won["quote"] * PPM, self.won["quote"] + self.lost["quote"])
        return self.training

    def gross(self, metrics):
        composite = divide(sum(weight * 10000 * curve(points, self.value(name))
                               for name, weight, points in metrics), PPM)
        return min(MOST, divide(TARGET * curve(FUNDING, composite), PPM))

    def weights(self, team, name):
        there = {rep: days_in(team, rep, name) for rep in TEAMS[team]
                 if days_in(team, rep, name) and rep not in self.excluded}
        band = {rep: 100 if rep == "dora" else 115 for rep in there}
        return {"equal": there,
                "hours": {rep: min(PAID[rep], CONTRACT.get(rep, PAID[rep])) for rep in there},
                "seniority": {rep: band[rep] * days for rep, days in there.items()},
                "individual": {rep: self.points[rep] for rep in there}}


class Ticket:
    """What its outcomes come to, taken in the order in which they happened."""

    def __init__(self, m):
        self.team, self.rep, self.kind, self.id = m["team"], m["owner"], m["kind"], m["id"]
        self.outcome = self.month = self.first = self.csat = self.at = None
        self.value = self.refunded = 0
        self.handled, self.reopened = None, False

    def take(self, m):
        self.at = m.get("at", self.at)
        if m["outcome"] == "reopened" and self.outcome:
            self.outcome, self.refunded, self.reopened = None, 0, True
        elif m["outcome"] == "refunded":
            self.refunded += m["value"]
        elif m["outcome"] == "rated":
            self.csat = m["csat"]
        elif m["outcome"] != "reopened":
            self.close(m)

    def close(self, m):
        assert self.outcome in (None, m["outcome"]), (self.id, m)
        if not self.outcome:
            self.outcome, self.month = m["outcome"], month_of(m["at"])
            self.value = m.get("value", self.value)
            if "handled" in m:
                self.handled = (self.handled or 0) + m["handled"]
            if m["outcome"] != "cancelled":
                self.first = self.first or self.month
        self.csat = m.get("csat", self.csat)

    def counts(self):
        """What it counts now: by team and month, which figure by how much."""
        parts = {}
        if self.first:
            parts[self.team, self.first] = [("firsts", None, 1), ("reopened", None, self.reopened)]
        if not self.outcome:
            return parts
        part = parts.setdefault((self.team, self.month), [])
        if self.outcome == "cancelled":
            part.append(("cancelled", None, 1))
            return parts
        part += [("closed", self.kind, 1), ("won", self.kind, self.outcome == "won"),
                 ("lost", self.kind, self.outcome == "lost"),
                 ("points", self.rep, POINTS[self.kind])]
        if self.outcome == "won":
            part.append(("revenue", None, self.value - self.refunded))
        if self.csat:
            part += [("ratings", None, 1), ("rating_sum", None, self.csat)]
        if self.handled is not None:
            part += [("handled", self.kind, 1),
                     ("handled_ms", self.kind, min(max(self.handled, 60), 3600) * 1000)]
        return parts


class Office:
    """Takes messages as the daemon ought to, and says what each period has."""

    def __init__(self):
        self.tickets, self.early, self.events = {}, {}, set()
        self.facts, self.state, self.late = {}, {}, set()

    def of(self, team, name):
        if self.state.get((team, name), "open") != "open":
            self.late.add((team, name))
        return self.facts.setdefault((team, name), Facts())

    def take(self, m):
        if m["type"] == "ticket" and m["id"] not in self.tickets:
            self.tickets[m["id"]] = Ticket(m)
            for waiting in self.early.pop(m["id"], []):
                self.outcome(waiting)
        elif m["type"] == "metric":
            facts = self.of(m["team"], m["period"])
            if m["metric"] == "training":
                facts.training = m["value"]
        elif m["type"] == "outcome":
            seen = m.get("event") in self.events
            self.events |= {m["event"]} if "event" in m else set()
            if not seen and m["id"] in self.tickets:
                self.outcome(m)
            elif not seen:
                self.early.setdefault(m["id"], []).append(m)

    def outcome(self, m):
        t = self.tickets[m["id"]]
        before = t.counts()
        t.take(m)
        after = t.counts()
        for key in before.keys() | after.keys():
            if before.get(key) != after.get(key):
                self.change(self.of(*key), before.get(key, []), -1)
                self.change(self.of(*key), after.get(key, []), 1)

    @staticmethod
    def change(facts, part, sign):
        for figure, of, by in part:
            if of is None:
                setattr(facts, figure, getattr(facts, figure) + sign * by)
            else:
                getattr(facts, figure)[of] += sign * by
