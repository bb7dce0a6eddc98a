"""pools: a desk with a bonus plan, and months of outcomes for it, drawn from the scenario's seed.

    months = last_months(4)
    stack.start(desk(plan(months[0])))
    history = History(stack, months)
    history.send()
    history.revenue["2026-03"]      # what was won less what was refunded, worked out here

Outcomes carry `at`: some of them minutes from midnight, where the desk's time zone decides.
"""
import collections
import datetime
import zoneinfo

TEAM = ["ana", "ben", "cai", "dora"]
ZONE = "Europe/Oslo"
KINDS = ["order", "quote", "query"]


def last_months(count):
    """The months that are over, in the desk's time zone, the oldest first: ["2026-03", …]."""
    first = datetime.datetime.now(zoneinfo.ZoneInfo(ZONE)).date().replace(day=1)
    months = []
    for _ in range(count):
        first = (first - datetime.timedelta(days=1)).replace(day=1)
        months.insert(0, first.strftime("%Y-%m"))
    return months


def plan(since, **changes):
    """Monthly, with a metric of each sort; without hours, so that nothing has to be imported."""
    metrics = [
        {"metric": "revenue", "weight": "40%", "curve": [["0.00", "0%"], ["400.00", "100%"],
                                                         ["900.00", "150%"]]},
        {"metric": "csat", "weight": "40%", "prior": {"mean": 4.2, "count": 5},
         "curve": [[3.0, "0%"], [4.0, "100%"], [5.0, "125%"]]},
        {"metric": "cycle_time", "weight": "20%", "curve": [["8000h", "0%"], ["1h", "110%"]],
         "gate": {"metric": "reopen_rate", "at_most": "20%", "else": "zero_metric"}},
    ]
    return dict({"id": "sales-plan", "team": "sales", "from": since, "period": "month",
                 "encourages": "Answering well.", "discourages": "Hurrying customers.",
                 "target_pool": "6000.00", "max_pool": "9000.00", "metrics": metrics,
                 "funding": [["10%", "0%"], ["100%", "100%"], ["125%", "150%"]],
                 "split": {"individual": "10%", "equal": "54%", "seniority": "36%"},
                 "individual": {"points": {"order": 2, "quote": 1, "query": 1}, "cap": "40%"},
                 "seniority": [["0y", 100], ["1y", 105], ["3y", 115]]}, **changes)


def desk(*plans):
    since = dict(zip(TEAM, ("2019-05-01", "2024-02-29", None, "2022-01-01")))
    return {"desk": "main", "currency": "EUR", "time_zone": ZONE,
            "kinds": {"order": {"points": 2}, "quote": {"points": 2}, "query": {"points": 1}},
            "reps": [dict({"id": r}, **({"since": s} if s else {})) for r, s in since.items()],
            "teams": [{"id": "sales", "policy": "random", "reps": TEAM},
                      {"id": "support", "policy": "random", "reps": TEAM}],
            "plans": list(plans)}


def milliseconds(month, random):
    """A moment of the local month, now and then a minute from its end or beginning."""
    zone = zoneinfo.ZoneInfo(ZONE)
    first = datetime.datetime.strptime(month, "%Y-%m").replace(tzinfo=zone)
    after = (first.replace(day=1) + datetime.timedelta(days=40)).replace(day=1)
    edge = random.randrange(8)
    if edge == 0:
        at = first.timestamp() + 60
    elif edge == 1:
        at = after.timestamp() - 60
    else:
        at = first.timestamp() + random.random() * (after.timestamp() - first.timestamp() - 1)
    return int(at * 1000)


class History:
    """Tickets of a team, closed in the given months, and what came of some of them later."""

    def __init__(self, stack, months, team="sales", tickets=40):
        self.stack, self.team = stack, team
        self.tickets, self.outcomes, self.later = [], [], []
        self.revenue = collections.Counter({month: 0 for month in months})
        self.closed = collections.Counter()
        for month in months:
            for number in range(tickets):
                self.add(month, "%s-%s-%d" % (team, month, number))

    def add(self, month, ident):
        random = self.stack.random
        at = milliseconds(month, random)
        outcome = random.choice(["won", "won", "lost", "resolved"])
        value = random.randrange(500, 3000)
        self.tickets.append({"type": "ticket", "id": ident, "team": self.team, "value": value,
                             "kind": random.choice(KINDS),
                             "created_at": at - random.randrange(1, 400) * 3600000})
        message = {"type": "outcome", "id": ident, "outcome": outcome, "at": at,
                   "csat": random.randrange(3, 6), "handled": random.randrange(60, 3000)}
        if outcome == "won":
            message["value"] = value
            self.revenue[month] += value
        self.closed[month] += 1
        self.outcomes.append(message)
        if outcome == "won" and random.randrange(5) == 0:
            back = random.randrange(1, value)
            self.later.append({"type": "outcome", "id": ident, "outcome": "refunded",
                               "value": back})
            self.revenue[month] -= back

    def send(self):
        for part in (self.tickets, self.outcomes, self.later):
            self.stack.add_many(part)
            self.stack.settle()
