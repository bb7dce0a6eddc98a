"""books: the exact arithmetic of bonus pools, written down once more, and what compares it with
what the daemon tells and the views hold.

    books = Books("sales", {"individual": 100000, "equal": 900000, "hours": 0, "seniority": 0}, 250000)
    books.close("2026-03", "sales-2026", gross, {"equal": {"ana": 31, "ben": 15}, "individual": {"ana": 7}})
    books.later("2026-03", gross_by_now)
    books.check(pool(stack, "sales", "2026-03"))
"""
import datetime
import hashlib
import json
import re
import zoneinfo

PPM = 1000000
PARTS = ["equal", "hours", "seniority", "individual"]


# ---- time

def milliseconds(moment):
    return int(moment.timestamp() * 1000)


def at(zone, day, hour=12):
    """ms of an hour of that day ("2026-03-17") on the clocks of that zone."""
    date = datetime.date.fromisoformat(day)
    return milliseconds(datetime.datetime.combine(date, datetime.time(hour),
                                                  zoneinfo.ZoneInfo(zone)))


def month(zone, back):
    """The name of the month so many months before the one that runs there."""
    today = datetime.datetime.now(zoneinfo.ZoneInfo(zone))
    number = today.year * 12 + today.month - 1 - back
    return "%04d-%02d" % (number // 12, number % 12 + 1)


# ---- asking

def pool(stack, team, period, more=""):
    answer = stack.daemon.get("/v1/teams/%s/pool?period=%s%s" % (team, period, more))
    assert answer.code == 200, (team, period, answer)
    return answer.json


def pool_text(stack, team, period):
    """The answer as it came, but for the moment it was asked."""
    answer = stack.daemon.get("/v1/teams/%s/pool?period=%s&explain" % (team, period))
    assert answer.code == 200, (team, period, answer)
    return re.sub(r'"as_of":\s*"[^"]*"', '"as_of":""', answer.text)


def lines(shown):
    """The shares of a pool by rep."""
    return {share["rep"]: share for share in shown["shares"]}


def apply_desk(stack, desk):
    answer = stack.daemon.http("PUT", "/v1/desk", json.dumps(desk))
    assert answer.code == 200, answer
    return answer.json


def step(stack, verb, team, period, *more):
    """`evenhand freeze sales 2026-03` and the like."""
    return json.loads(stack.cli("--json", verb, team, period, *more)[1])


def check_sums(shown):
    """Every line is the sum of its parts, all lines with what is held are the net."""
    for share in shown["shares"]:
        assert share["total"] == sum(share[part] for part in PARTS), share
        assert share["eligible"] or share["total"] == 0, share
    assert sum(s["total"] for s in shown["shares"]) + shown["held"] == shown["net"], shown
    if shown["version"] <= 1:
        assert shown["net"] == shown["gross"] + shown["carry"], shown
        assert sum(shown["parts"].values()) == shown["net"], shown
        for part in PARTS:
            assert shown["held"] or \
                sum(s[part] for s in shown["shares"]) == shown["parts"][part], (part, shown)


FIGURES = ["state", "currency", "gross", "carry", "net", "difference", "plan", "plan_sha256",
           "published_late", "composite_ppm", "funding_ppm", "held", "cancelled", "carry_open",
           "facts_sha256"]
SHARES = PARTS + ["total", "paid", "eligible", "capped", "days", "minutes", "band", "points"]


def check_views(stack, team, period):
    """The views have the last version as the daemon tells it."""
    shown = pool(stack, team, period)
    rows = stack.sql("SELECT %s FROM pool WHERE team = %%s AND period = %%s AND version = %%s"
                     % ", ".join(FIGURES), team, period, shown["version"])
    assert rows == [tuple(shown[key] for key in FIGURES)], (rows, shown)
    shares = stack.sql("SELECT rep, %s FROM pool_share WHERE team = %%s AND period = %%s"
                       " AND version = %%s ORDER BY rep" % ", ".join(SHARES), team, period,
                       shown["version"])
    told = [tuple(s[key] for key in ["rep"] + SHARES) for s in shown["shares"]]
    assert shares == told, (shares, told)


# ---- the arithmetic, in whole numbers

def divide(numerator, denominator):
    """Rounded half away from zero."""
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def curve(points, x):
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if x <= x1:
            return divide(y0 * (x1 - x0) + (x - x0) * (y1 - y0), x1 - x0)
    return points[-1][1]


def apportion(total, weights, tie=None):
    """Of a total that is not below 0, by rep: largest remainder, then the smaller weight, then the
    smaller SHA-256 of the tie's lines and the rep; without a tie the order of the weights."""
    whole = sum(weights.values())
    share = {rep: total * weight // whole for rep, weight in weights.items()}

    def last(rep):
        if not tie:
            return list(weights).index(rep)
        return hashlib.sha256("\n".join(tie + (rep,)).encode()).hexdigest()

    order = sorted(weights, key=lambda rep: (-(total * weights[rep] % whole), weights[rep],
                                             last(rep)))
    for rep in order[:total - sum(share.values())]:
        share[rep] += 1
    return share


def taken(gross, carry_open, at_most_ppm):
    """The carry of a first version: 0 or less."""
    return -min(-carry_open, gross * at_most_ppm // PPM) if gross > 0 else 0


class Books:
    """What the pools of a team ought to be, version after version. Weights are of everybody
    eligible, by part and rep; no line is capped. What nobody earns goes to the other parts."""

    def __init__(self, team, split_ppm, at_most_ppm):
        self.team, self.split_ppm, self.at_most_ppm = team, split_ppm, at_most_ppm
        self.carry_open, self.closed = 0, {}

    def parts_of(self, amount, weights):
        earned = {part: self.split_ppm[part] for part in PARTS
                  if self.split_ppm[part] and any(weights[part].values())}
        team = {part: ppm for part, ppm in earned.items() if part != "individual"}
        assert earned, "nobody has a weight in anything"
        if not team:
            return {"individual": amount}
        rest = PPM - self.split_ppm["individual"]
        first = apportion(amount, {"individual": self.split_ppm["individual"], "team": rest})
        if "individual" not in earned:
            first = {"individual": 0, "team": amount}
        return {**apportion(first["team"], team), "individual": first["individual"]}

    def share_out(self, period, plan, amount, weights):
        """Everybody's parts, by rep."""
        parts = self.parts_of(amount, weights)
        of_part = {part: apportion(parts[part], weights[part],
                                   (plan, self.team, period, part))
                   if parts.get(part) else {} for part in PARTS}
        return {rep: {part: of_part[part].get(rep, 0) for part in PARTS}
                for rep in weights["equal"]}

    def close(self, period, plan, gross, weights):
        """Version 1. What came late to periods before it is settled by later() first."""
        carry = taken(gross, self.carry_open, self.at_most_ppm)
        self.carry_open -= carry
        self.closed[period] = {
            "version": 1, "gross": gross, "carry": carry, "net": gross + carry, "difference": 0,
            "cancelled": 0, "paid": gross + carry, "carry_open": self.carry_open,
            "plan": plan, "weights": weights,
            "lines": self.share_out(period, plan, gross + carry, weights)}

    def later(self, period, gross):
        """One version more, over all that is known by now."""
        book = self.closed[period]
        difference = gross - book["gross"]
        cancelled = max(0, min(difference, -self.carry_open))
        self.carry_open += cancelled + min(difference, 0)
        paid = max(0, difference - cancelled)
        for rep, line in self.share_out(period, book["plan"], paid, book["weights"]).items():
            for part in PARTS:
                book["lines"][rep][part] += line[part]
        book.update(version=book["version"] + 1, gross=gross, difference=difference,
                    cancelled=cancelled, paid=paid, net=book["net"] + paid,
                    carry_open=self.carry_open)

    def check(self, shown):
        """The pool of a closed period is as it ought to be."""
        book = self.closed[shown["period"]]
        for key in book:
            assert key in ("weights", "lines") or shown[key] == book[key], (
                shown["team"], shown["period"], key, shown[key], book[key])
        found = {s["rep"]: {part: s[part] for part in PARTS} for s in shown["shares"]
                 if s["eligible"]}
        assert found == book["lines"], (shown["period"], found, book["lines"])
