"""pay_model: what a team's months come to, out of the messages alone, in exact fractions.

It is written from the rules that people read, and shares no code with the program: tickets are
counted once as they stand in the end, a period's facts become a pool, the pool everybody's lines.

    tickets = {"t-1": Ticket("order", created_ms, value=0)}
    tickets["t-1"].take({"outcome": "won", "at": ms, "value": 5000}, holder="ana")
    facts = count(tickets.values(), lambda ms: "2026-03")["2026-03"]
    first = settle(plan, "2026-03", facts, people, carry_open=0)
    more = settle_again(plan, "2026-03", facts_by_now, people, first, carry_open)

`plan` is a dict as PLAN_KEYS says, with whole numbers: minor units, ppm, seconds. `people` is a
list of Person.
"""
import calendar
import datetime
import hashlib
from fractions import Fraction

PPM = 1000000
PARTS = ("equal", "hours", "seniority", "individual")
PLAN_KEYS = ("id", "team", "target", "most", "metrics", "funding", "split", "points", "cap",
             "bands", "carry_at_most")
OUTCOMES = ("won", "lost", "resolved", "cancelled", "reopened", "refunded", "rated")


def rounded(exact):
    """Half away from zero."""
    exact = Fraction(exact)
    sign = -1 if exact < 0 else 1
    return sign * int(abs(exact) + Fraction(1, 2))


def on_curve(points, x):
    """Straight lines, flat beyond both ends, rounded once."""
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if x <= x1:
            return rounded(y0 + Fraction((x - x0) * (y1 - y0), x1 - x0))
    return points[-1][1]


# ---- tickets

class Ticket:
    """Takes its outcomes in the order of their times; `now` it is as the last one left it."""

    def __init__(self, kind, created_ms, value=0):
        self.kind, self.created_ms, self.value = kind, created_ms, value
        self.closing = self.first = None
        self.was_won = self.reopened = False
        self.refunds, self.handled, self.rating, self.refused = 0, None, None, []

    def take(self, m, holder):
        """holder: who has it at that time, or None."""
        outcome = m["outcome"]
        if outcome == "rated":
            self.rate(m)
        elif outcome == "refunded":
            self.refund(m)
        elif outcome == "reopened":
            self.reopen()
        elif self.closing is None:
            self.close(m, holder)
        elif self.closing["outcome"] != outcome:
            self.refused.append(m)

    def rate(self, m):
        if "csat" in m and (self.rating is None or m["at"] >= self.rating[0]):
            self.rating = m["at"], m["csat"]

    def refund(self, m):
        left = self.value - self.refunds
        if not self.was_won or not 0 <= m.get("value", left) <= left:
            self.refused.append(m)
        else:
            self.refunds += m.get("value", left)

    def reopen(self):
        if self.closing is not None:
            self.reopened, self.closing, self.refunds = True, None, 0

    def close(self, m, holder):
        self.closing = {"outcome": m["outcome"], "at": m["at"], "holder": holder,
                        "known": m.get("known", True) and m["at"] >= self.created_ms}
        self.was_won = m["outcome"] == "won"
        if self.was_won:
            self.value = m.get("value", self.value)
        if "handled" in m:
            self.handled = (self.handled or 0) + m["handled"]
        if self.first is None and m["outcome"] != "cancelled":
            self.first = m["at"]
        self.rate(m)


# ---- a period's facts

class Facts:
    def __init__(self):
        self.revenue = self.firsts = self.reopened = self.cancelled = self.unknown = 0
        self.closed, self.won, self.lost = {}, {}, {}
        self.ratings, self.handled, self.cycles, self.points = [], {}, [], {}
        self.imported = {}

    def add_closing(self, ticket):
        closing, kind = ticket.closing, ticket.kind
        if closing["outcome"] == "cancelled":
            self.cancelled += 1
            return
        self.closed[kind] = self.closed.get(kind, 0) + 1
        for outcome, counts in (("won", self.won), ("lost", self.lost)):
            counts[kind] = counts.get(kind, 0) + (closing["outcome"] == outcome)
        if closing["outcome"] == "won":
            self.revenue += ticket.value - ticket.refunds
        if ticket.rating:
            self.ratings.append(ticket.rating[1])
        if ticket.handled is not None:
            self.handled.setdefault(kind, []).append(ticket.handled)
        if closing["known"]:
            self.cycles.append(closing["at"] - ticket.created_ms)
        else:
            self.unknown += 1
        if closing["holder"]:
            held = self.points.setdefault(closing["holder"], {})
            held[kind] = held.get(kind, 0) + 1


def count(tickets, period_of):
    """Facts by period. period_of: the period of a moment in ms."""
    found = {}

    def of(ms):
        return found.setdefault(period_of(ms), Facts())
    for ticket in tickets:
        if ticket.first is not None:
            of(ticket.first).firsts += 1
            of(ticket.first).reopened += ticket.reopened
        if ticket.closing is not None:
            of(ticket.closing["at"]).add_closing(ticket)
    return found


def value_of(metric, facts):
    """The figure of a metric, or None: nothing is known."""
    name = metric["metric"]
    if name == "revenue":
        return facts.revenue
    if name == "csat":
        mean, weight = metric["prior"]
        total = len(facts.ratings) + weight
        return rounded(Fraction(1000 * sum(facts.ratings) + weight * mean, total))
    if name == "reopen_rate":
        return rounded(Fraction(PPM * facts.reopened, facts.firsts)) if facts.firsts else None
    if name == "conversion":
        won, lost = facts.won.get("quote", 0), facts.lost.get("quote", 0)
        return rounded(Fraction(PPM * won, won + lost)) if won + lost else None
    if name == "cycle_time":
        return rounded(Fraction(sum(facts.cycles), 1000 * len(facts.cycles))) \
            if facts.cycles else None
    if name == "handle_time":
        return handle_time(metric, facts)
    return facts.imported.get(name)


def handle_time(metric, facts):
    low, high = metric["winsorise"]
    mixed = 0
    for kind, share in metric["mix"].items():
        times = [min(max(s, low), high) for s in facts.handled.get(kind, [])]
        if not times:
            return None
        mixed += share * rounded(Fraction(1000 * sum(times), len(times)))
    return rounded(Fraction(mixed, PPM * 1000))


# ---- a period's pool

def gross_of(plan, facts):
    composite = 0
    for metric in plan["metrics"]:
        score = on_curve(metric["curve"], value_of(metric, facts))
        gate = metric.get("gate")
        if gate and value_of({"metric": gate["metric"]}, facts) > gate["at_most"]:
            score = 0
        composite += metric["weight"] * score
    funding = on_curve(plan["funding"], rounded(Fraction(composite, PPM)))
    return min(plan["most"], rounded(Fraction(plan["target"] * funding, PPM)))


# ---- people

def days_of(period):
    year, number = map(int, period.split("-"))
    first = datetime.date(year, number, 1)
    return first, first.replace(day=calendar.monthrange(year, number)[1])


class Person:
    """stays: (first day or None, last day or None), both included."""

    def __init__(self, rep, since, stays, paid=0, contract=None, excluded=False):
        self.rep, self.since, self.stays = rep, since, stays
        self.paid, self.contract, self.excluded = paid, contract, excluded

    def days(self, period):
        first, last = days_of(period)
        day, found = first, []
        while day <= last:
            if any((a is None or a <= day) and (b is None or day <= b) for a, b in self.stays):
                found.append(day)
            day += datetime.timedelta(1)
        return found

    def band(self, plan, day):
        years = day.year - self.since.year
        if (day.month, day.day) < (self.since.month, self.since.day):
            years -= 1
        return [weight for from_years, weight in plan["bands"] if years >= from_years][-1]

    def weights(self, plan, period, facts):
        days = [] if self.excluded else self.days(period)
        if not days:
            return dict.fromkeys(PARTS, 0)
        minutes = self.paid if self.contract is None else min(self.paid, self.contract)
        held = facts.points.get(self.rep, {})
        return {"equal": len(days), "hours": minutes,
                "seniority": self.band(plan, days[0]) * len(days),
                "individual": sum(plan["points"].get(kind, 0) * n for kind, n in held.items())}


# ---- sharing

def apportion(total, weights, tie):
    """Largest remainder; then the smaller weight, then the smaller tie."""
    whole, sign = sum(weights.values()), -1 if total < 0 else 1
    exact = {name: Fraction(abs(total) * weight, whole) for name, weight in weights.items()}
    share = {name: int(e) for name, e in exact.items()}
    order = sorted(weights, key=lambda n: (share[n] - exact[n], weights[n], tie(n)))
    for name in order[:abs(total) - sum(share.values())]:
        share[name] += 1
    return {name: sign * s for name, s in share.items()}


def capped(total, weights, limit, tie):
    """Lines over the limit are fixed there, the rest anew, until none is over; what is left."""
    fixed, rest = {}, dict(weights)
    while any(rest.values()):
        shares = apportion(total - limit * len(fixed), rest, tie)
        over = [name for name, share in shares.items() if share > limit]
        if not over:
            return dict(fixed, **shares), 0
        for name in over:
            fixed[name] = limit
            del rest[name]
    return dict(fixed, **rest), total - limit * len(fixed)


class Sharing:
    def __init__(self, plan, period, weights):
        self.plan, self.period, self.weights = plan, period, weights
        self.lines = {rep: dict.fromkeys(PARTS, 0) for rep in weights}

    def tie(self, part):
        def of(rep):
            text = "\n".join((self.plan["id"], self.plan["team"], self.period, part, rep))
            return hashlib.sha256(text.encode()).hexdigest()
        return of

    def of_part(self, part):
        return {rep: weights[part] for rep, weights in self.weights.items()}

    def earned(self, part):
        return any(self.of_part(part).values())

    def put(self, part, shares):
        for rep, share in shares.items():
            self.lines[rep][part] += share

    def share(self, part, amount):
        if amount:
            self.put(part, apportion(amount, self.of_part(part), self.tie(part)))

    def out(self, amount):
        """Everybody's lines; what nobody can earn goes on."""
        split, order = self.plan["split"], PARTS.index
        first = apportion(amount, {"a": split["individual"], "b": PPM - split["individual"]}, str)
        individual, team = first["a"], first["b"]
        if not self.earned("individual"):
            individual, team = 0, amount
        else:
            limit = individual * self.plan["cap"] // PPM
            shares, over = capped(individual, self.of_part("individual"), limit,
                                  self.tie("individual"))
            self.put("individual", shares)
            team += over
        parts = {part: split[part] if self.earned(part) else 0 for part in PARTS[:3]}
        if any(parts.values()):
            for part, share in apportion(team, parts, order).items():
                self.share(part, share)
        elif self.earned("individual"):
            for part in PARTS:
                self.put(part, {rep: -line[part] for rep, line in self.lines.items()})
            self.share("individual", amount)
        return self.lines


# ---- versions

def weights_of(plan, period, facts, people):
    return {p.rep: p.weights(plan, period, facts) for p in people}


def settle(plan, period, facts, people, carry_open):
    """Version 1 of the frozen facts."""
    gross = gross_of(plan, facts)
    most = gross * plan["carry_at_most"] // PPM
    carry = -min(-carry_open, most)
    weights = weights_of(plan, period, facts, people)
    return {"version": 1, "gross": gross, "carry": carry, "net": gross + carry, "weights": weights,
            "carry_open": carry_open - carry, "paid": gross + carry,
            "lines": Sharing(plan, period, weights).out(gross + carry)}


def settle_again(plan, period, facts, last, carry_open):
    """One version more: nobody owes anything; a positive difference cancels open carry first."""
    gross = gross_of(plan, facts)
    difference = gross - last["gross"]
    cancelled = min(max(difference, 0), -carry_open)
    paid = max(difference - cancelled, 0)
    more = Sharing(plan, period, last["weights"]).out(paid)
    lines = {rep: {part: line[part] + more[rep][part] for part in PARTS}
             for rep, line in last["lines"].items()}
    return dict(last, version=last["version"] + 1, gross=gross, paid=paid,
                net=last["net"] + paid, lines=lines,
                carry_open=carry_open + cancelled + min(difference, 0))
