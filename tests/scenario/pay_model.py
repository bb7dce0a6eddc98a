"""pay_model: what a team's months come to, out of the messages alone, in exact fractions.

It is written from the rules that people read, and shares no code with the program: tickets are
counted once as they stand in the end, a period's facts become a pool, the pool everybody's lines.

    tickets = {"t-1": Ticket("order", created_ms, value=0, assigned_ms=None)}
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
             "bands", "carry_at_most")  # and, unless as usual: leavers, unearned, if_missing
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

    def __init__(self, kind, created_ms, value=0, assigned_ms=None, team=None):
        self.kind, self.created_ms, self.value, self.team = kind, created_ms, value, team
        self.assigned_ms = assigned_ms  # when somebody got it first, None: nobody
        self.closing = self.first = self.first_team = None
        self.was_won = self.reopened = False
        self.refunds, self.handled, self.rating, self.refused = 0, None, None, []
        self.said, self.due_ms = [], None  # answers, ms; by when there has to be one, None: whenever
        self.answer_team = team            # where it was when somebody answered or closed it first
        self.first_known = False

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
                        "team": m.get("team", self.team),
                        "known": m.get("known", True) and m["at"] >= self.created_ms}
        self.was_won = m["outcome"] == "won"
        if self.was_won:
            self.value = m.get("value", self.value)
        if "handled" in m:
            self.handled = (self.handled or 0) + m["handled"]
        if self.first is None and m["outcome"] != "cancelled":
            self.first, self.first_team = m["at"], m.get("team", self.team)
            self.first_known = m.get("known", True)
        self.rate(m)

    def answer(self):
        """The first answer, ms; None: there is none, or nobody knows when."""
        when = min(self.said + ([] if self.first is None else [self.first]), default=None)
        known = when is not None and when >= self.created_ms and (
            when in self.said or self.first_known)
        cancelled = self.closing is not None and self.closing["outcome"] == "cancelled"
        return when if known and not cancelled else None


# ---- a period's facts

class Facts:
    def __init__(self):
        self.revenue = self.firsts = self.reopened = self.cancelled = self.unknown = 0
        self.closed, self.won, self.lost = {}, {}, {}
        self.ratings, self.handled, self.cycles, self.points = [], {}, [], {}
        self.responses, self.imported = [], {}  # name: figures as they came
        self.answers, self.in_time = [], []     # ms each; whether, of those that had a time to keep

    def content(self):
        """The same for the same facts, in whatever order they were counted."""
        return dict(vars(self), ratings=sorted(self.ratings), cycles=sorted(self.cycles),
                    responses=sorted(self.responses), answers=sorted(self.answers),
                    in_time=sorted(self.in_time),
                    handled={kind: sorted(times) for kind, times in self.handled.items()})

    def add_answer(self, ticket):
        when = ticket.answer()
        self.answers.append(when - ticket.created_ms)
        if ticket.due_ms is not None:
            self.in_time.append(when <= ticket.due_ms)

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
        if ticket.assigned_ms is not None:
            self.responses.append(max(0, ticket.assigned_ms - ticket.created_ms))
        if closing["holder"]:
            held = self.points.setdefault(closing["holder"], {})
            held[kind] = held.get(kind, 0) + 1


def count_places(tickets, place_of):
    """Facts by place. place_of: the place of a team's moment in ms."""
    found = {}

    def of(team, ms):
        return found.setdefault(place_of(team, ms), Facts())
    for ticket in tickets:
        if ticket.first is not None:
            of(ticket.first_team, ticket.first).firsts += 1
            of(ticket.first_team, ticket.first).reopened += ticket.reopened
        if ticket.answer() is not None:
            of(ticket.answer_team, ticket.answer()).add_answer(ticket)
        if ticket.closing is not None:
            of(ticket.closing["team"], ticket.closing["at"]).add_closing(ticket)
    return found


def count(tickets, period_of):
    """Of one team: facts by period. period_of: the period of a moment in ms."""
    return count_places(tickets, lambda team, ms: period_of(ms))


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
    if name == "answered_in_time":
        in_time = facts.in_time
        return rounded(Fraction(PPM * sum(in_time), len(in_time))) if in_time else None
    if name in ("cycle_time", "response_time", "answer_time"):
        times = {"cycle_time": facts.cycles, "response_time": facts.responses,
                 "answer_time": facts.answers}[name]
        return rounded(Fraction(sum(times), 1000 * len(times))) if times else None
    if name == "handle_time":
        return handle_time(metric, facts)
    came = facts.imported.get(name)
    return came and (sum(came) if metric["take"] == "sum" else came[-1])


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

def figure(plan, metric, facts, before=None):
    """What counts: the metric's value, or the prior that stands in for it, or what it was in the
    version before, or None."""
    value = value_of(metric, facts)
    if value is None and plan.get("if_missing") == "prior" and metric["metric"] != "csat":
        value = metric.get("prior")
    return before.get(metric["metric"]) if value is None and before else value


def passes(gate, value):
    return gate.get("at_least", value) <= value <= gate.get("at_most", value)


class Score:
    def __init__(self, metric, figures):
        self.name, self.weight = metric["metric"], metric["weight"]
        self.value = figures[self.name]
        self.curve = self.score = on_curve(metric["curve"], self.value)
        gate = metric.get("gate")
        self.effect = gate.get("effect", "zero_metric") if gate else None
        self.failed = bool(gate) and not passes(gate, figures[gate["metric"]])
        if self.failed and self.effect == "zero_metric":
            self.score = 0
        if self.failed and self.effect == "cap_metric":
            self.score = min(self.score, PPM)


class Pool:
    """Of facts that lack nothing, or nothing that the pool of the version before has not."""

    def __init__(self, plan, facts, before=None):
        self.figures = {m["metric"]: figure(plan, m, facts, before and before.figures)
                        for m in needed_by(plan)}
        self.scores = [Score(metric, self.figures) for metric in plan["metrics"]]
        self.composite = rounded(Fraction(sum(s.weight * s.score for s in self.scores), PPM))
        self.zeroed = any(s.failed and s.effect == "zero_pool" for s in self.scores)
        self.funding = on_curve(plan["funding"], self.composite)
        self.gross = 0 if self.zeroed else \
            min(plan["most"], rounded(Fraction(plan["target"] * self.funding, PPM)))


def needed_by(plan):
    """Its metrics and those that its gates look at."""
    return [m for metric in plan["metrics"] for m in (metric, metric.get("gate")) if m]


def missing(plan, period, facts, people):
    """Names of what keeps the period from being closed: metrics, then reps without minutes."""
    names = [m["metric"] for m in needed_by(plan) if figure(plan, m, facts) is None]
    if plan["split"]["hours"]:
        names += [p.rep for p in people if p.eligible(plan, period) and p.minutes(plan) is None]
    return names


# ---- people

def days_of(period):
    """The first and the last day of 2026-03, 2026-W10 or 2026-Q1."""
    year, part = int(period[:4]), period[5:]
    if part[0] == "W":
        first = datetime.date.fromisocalendar(year, int(part[1:]), 1)
        return first, first + datetime.timedelta(6)
    month, length = (3 * int(part[1:]) - 2, 3) if part[0] == "Q" else (int(part), 1)
    last = month + length - 1
    return datetime.date(year, month, 1), \
        datetime.date(year, last, calendar.monthrange(year, last)[1])


class Person:
    """stays: (first day or None, last day or None), both included; since: a date or None."""

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

    def eligible(self, plan, period):
        days = self.days(period)
        left = bool(days) and days[-1] < days_of(period)[1]
        return bool(days) and not self.excluded and not (
            left and plan.get("leavers") == "forfeit")

    def minutes(self, plan):
        """None: they did not come."""
        if self.paid is None:
            return self.contract if plan.get("if_missing") == "prior" else None
        return self.paid if self.contract is None else min(self.paid, self.contract)

    def band(self, plan, day):
        years = -1 if self.since is None else day.year - self.since.year
        if self.since and (day.month, day.day) < (self.since.month, self.since.day):
            years -= 1
        return [weight for from_years, weight in plan["bands"] if years >= from_years or
                from_years == 0][-1]

    def weights(self, plan, period, facts):
        days = self.days(period) if self.eligible(plan, period) else []
        if not days:
            return dict.fromkeys(PARTS, 0)
        held = facts.points.get(self.rep, {})
        return {"equal": len(days), "hours": self.minutes(plan) or 0,
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
    """Lines over the limit are fixed there, the rest anew, until none is over: the shares, what is
    left, and who is fixed."""
    fixed, rest = {}, dict(weights)
    while any(rest.values()):
        shares = apportion(total - limit * len(fixed), rest, tie)
        over = [name for name, share in shares.items() if share > limit]
        if not over:
            return dict(fixed, **shares), 0, set(fixed)
        for name in over:
            fixed[name] = limit
            del rest[name]
    return dict(fixed, **rest), total - limit * len(fixed), set(fixed)


class Sharing:
    def __init__(self, plan, period, weights):
        self.plan, self.period, self.weights = plan, period, weights
        self.lines = {rep: dict.fromkeys(PARTS, 0) for rep in weights}
        self.parts, self.over, self.capped = dict.fromkeys(PARTS, 0), 0, set()

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
        self.parts[part] = amount
        if amount and self.earned(part):
            self.put(part, apportion(amount, self.of_part(part), self.tie(part)))

    def individual(self, amount):
        """What caps leave."""
        limit = amount * self.plan["cap"] // PPM
        shares, self.over, self.capped = capped(amount, self.of_part("individual"), limit,
                                                self.tie("individual"))
        self.put("individual", shares)
        self.parts["individual"] = amount
        return self.over

    def out(self, amount):
        """Everybody's lines; what nobody can earn goes on, or is held."""
        hold = self.plan.get("unearned") == "hold" or not (self.earned("individual") or any(
            self.plan["split"][part] and self.earned(part) for part in PARTS[:3]))
        return self.held_back(amount) if hold else self.handed_on(amount)

    def held_back(self, amount):
        split, order = self.plan["split"], PARTS.index
        first = apportion(amount, {"a": split["individual"], "b": PPM - split["individual"]}, str)
        self.parts["individual"] = first["a"]
        over = self.individual(first["a"]) if self.earned("individual") else 0
        for part, share in apportion(first["b"] + over, {part: split[part] for part in PARTS[:3]},
                                     order).items():
            self.share(part, share)
        return self.lines

    def handed_on(self, amount):
        split, order = self.plan["split"], PARTS.index
        first = apportion(amount, {"a": split["individual"], "b": PPM - split["individual"]}, str)
        individual, team = first["a"], first["b"]
        if not self.earned("individual"):
            team = amount
        else:
            team += self.individual(individual)
        parts = {part: split[part] if self.earned(part) else 0 for part in PARTS[:3]}
        if any(parts.values()):
            for part, share in apportion(team, parts, order).items():
                self.share(part, share)
        elif self.earned("individual"):
            for part in PARTS:
                self.put(part, {rep: -line[part] for rep, line in self.lines.items()})
            self.over, self.capped = 0, set()
            self.share("individual", amount)
        return self.lines


# ---- versions

def weights_of(plan, period, facts, people):
    return {p.rep: p.weights(plan, period, facts) for p in people}


def settle(plan, period, facts, people, carry_open):
    """Version 1 of the frozen facts."""
    pool = Pool(plan, facts)
    most = pool.gross * plan["carry_at_most"] // PPM
    carry = -min(-carry_open, most)
    sharing = Sharing(plan, period, weights_of(plan, period, facts, people))
    sharing.out(pool.gross + carry)
    return {"version": 1, "gross": pool.gross, "carry": carry, "net": pool.gross + carry,
            "difference": 0, "cancelled": 0, "paid": pool.gross + carry,
            "carry_open": carry_open - carry, "weights": sharing.weights, "pool": pool,
            "sharing": sharing, "lines": sharing.lines, "more": sharing.lines}


def settle_again(plan, period, facts, last, carry_open):
    """One version more: nobody owes anything; a positive difference cancels open carry first."""
    pool = Pool(plan, facts, last["pool"])
    difference = pool.gross - last["gross"]
    cancelled = min(max(difference, 0), -carry_open)
    paid = max(difference - cancelled, 0)
    sharing = Sharing(plan, period, last["weights"])
    sharing.out(paid)
    lines = {rep: {part: line[part] + sharing.lines[rep][part] for part in PARTS}
             for rep, line in last["lines"].items()}
    return dict(last, version=last["version"] + 1, gross=pool.gross, paid=paid, pool=pool,
                difference=difference, cancelled=cancelled, net=last["net"] + paid, lines=lines,
                more=sharing.lines, sharing=sharing,
                carry_open=carry_open + cancelled + min(difference, 0))
