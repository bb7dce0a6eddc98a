"""pay_worlds: random desks whose teams have random bonus plans, and work for some of their periods.

    world = World(random.Random(seed), teams=5, periods=8)
    world.desk(), world.tickets(), world.outcomes()       # for the daemon
    world.facts()[team, period]                           # for pay_model

Nothing of it is computed here but by pay_model.
"""
import datetime
import zoneinfo

from pay_model import (OUTCOMES, PARTS, PPM, Facts, Person, Ticket, count_places, days_of)

KINDS = ("order", "quote", "query", "claim")
ZONES = ("Europe/Oslo", "UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland",
         "America/St_Johns", "Pacific/Honolulu")
UNITS = {"revenue": "money", "csat": "milli", "handle_time": "seconds", "cycle_time": "seconds",
         "response_time": "seconds", "reopen_rate": "percent", "conversion": "percent",
         "answered_in_time": "percent", "answer_time": "seconds"}
REASONS = ("is paid otherwise", "was lent to others", "agreed in writing")


# ---- periods

def last_periods(kind, count, today):
    """Names of those that are over, the oldest first."""
    names, day = [], today
    while len(names) < count:
        first, _ = days_of(name_of(kind, day))
        day = first - datetime.timedelta(1)
        names.insert(0, name_of(kind, day))
    return names


def name_of(kind, day):
    if kind == "week":
        return "%d-W%02d" % day.isocalendar()[:2]
    return "%d-Q%d" % (day.year, (day.month + 2) // 3) if kind == "quarter" else \
        "%d-%02d" % (day.year, day.month)


# ---- plans

def percent(ppm):
    return "%d.%04d%%" % divmod(ppm, 10000)


def decimals(value, digits):
    return "%d.%0*d" % (value // 10 ** digits, digits, value % 10 ** digits)


def text_of(unit, value):
    return {"money": lambda: decimals(value, 2), "milli": lambda: decimals(value, 3),
            "seconds": lambda: "%ds" % value, "percent": lambda: percent(value),
            "count": lambda: value}[unit]()


def parts_of(rng, whole, count, least=1):
    """Random whole numbers that sum to `whole`."""
    cuts = sorted(rng.sample(range(1, whole // least), count - 1))
    return [least * (b - a) for a, b in zip([0] + cuts, cuts)] + \
        [whole - least * (cuts[-1] if cuts else 0)]


def ladder(rng, low, high, count):
    return sorted(rng.sample(range(low, high + 1), count))


class Plan:
    """`model` is what pay_model takes, `text` what the desk file says."""
    RANGES = {"revenue": (0, 900000), "csat": (1000, 5000), "handle_time": (10, 6000),
              "cycle_time": (3600, 2000000), "response_time": (3600, 9000000),
              "reopen_rate": (0, 600000), "conversion": (0, PPM),
              "answered_in_time": (0, PPM), "answer_time": (60, 2000000), "count": (0, 4000),
              "money": (0, 400000), "seconds": (0, 90000)}

    def __init__(self, rng, team, kind, first):
        self.rng, self.kind, self.said = rng, kind, {}
        self.prior = rng.random() < 0.4
        self.customs = {"training-done": rng.choice(("count", "money", "seconds")),
                        "uptime": "count"}
        target = rng.choice((rng.randint(1, 60), rng.randint(1000, 2000000),  # few cents, many ties
                             rng.randint(1000, 2000000), rng.randint(10 ** 12, 10 ** 13)))
        self.model = {"id": "%s-plan" % team, "team": team, "target": target,
                      "carry_at_most": rng.choice((0, 50000, 250000, 333333, PPM)),
                      "if_missing": "prior" if self.prior else "block",
                      "unearned": rng.choice(("share", "share", "hold")),
                      "leavers": rng.choice(("prorate", "prorate", "forfeit"))}
        self.text = {"id": self.model["id"], "team": team, "from": first, "period": kind,
                     "encourages": "Help.", "discourages": "Haste.",
                     "target_pool": decimals(target, 2)}
        self.rewards()
        self.sharing()
        self.text["if_missing"] = self.model["if_missing"]
        self.text["unearned"], self.text["leavers"] = self.model["unearned"], self.model["leavers"]
        self.text["carry"] = {"at_most": percent(self.model["carry_at_most"])}

    # What is rewarded.

    def rewards(self):
        rng = self.rng
        names = rng.sample(sorted(UNITS) + sorted(self.customs), rng.randint(1, 5))
        weights = parts_of(rng, PPM, len(names)) if len(names) > 1 else [PPM]
        made = [self.metric(name, weight, set(names)) for name, weight in zip(names, weights)]
        self.model["metrics"] = [m for m, _ in made]
        self.text["metrics"] = [t for _, t in made]
        low, high = rng.randint(0, 300000), rng.randint(700000, 1300000)
        middle = rng.randint(low + 1, high - 1)
        pays = sorted(rng.sample(range(0, 1600001), 3))
        self.model["funding"] = list(zip((low, middle, high), pays))
        self.text["funding"] = [[percent(x), percent(y)] for x, y in self.model["funding"]]
        most = -(-self.model["target"] * pays[-1] // PPM)
        self.model["most"] = max(most, self.model["target"]) + rng.choice((0, 0, 12345))
        self.text["max_pool"] = decimals(self.model["most"], 2)

    def unit(self, name):
        return UNITS.get(name) or self.customs[name]

    def basis(self, name):
        """What a metric or a gate's metric says beside its name, where it stands first."""
        rng, unit = self.rng, self.unit(name)
        if name in self.said:
            return dict(self.said[name]), {"metric": name}
        model, text = {"metric": name}, {"metric": name}
        if name == "csat":
            model["prior"] = rng.randint(1000, 5000), rng.randint(1, 40)
            text["prior"] = {"mean": decimals(model["prior"][0], 3), "count": model["prior"][1]}
        elif self.prior and name != "revenue":
            model["prior"] = rng.randint(*self.RANGES.get(name, self.RANGES.get(unit)))
            text["prior"] = {"mean": text_of(unit, model["prior"])}
        if name == "handle_time":
            kinds = rng.sample(KINDS, rng.randint(1, 2))
            shares = parts_of(rng, PPM, len(kinds)) if len(kinds) > 1 else [PPM]
            model["mix"] = dict(zip(kinds, shares))
            model["winsorise"] = rng.randint(1, 300), rng.randint(400, 9000)
            text["mix"] = {k: percent(s) for k, s in model["mix"].items()}
            text["winsorise"] = ["%ds" % s for s in model["winsorise"]]
        if name in self.customs:
            model["take"] = text["take"] = rng.choice(("sum", "last"))
            text["unit"] = unit
        self.said[name] = dict(model)
        return model, text

    def metric(self, name, weight, taken):
        rng = self.rng
        model, text = self.basis(name)
        low, high = self.RANGES.get(name) or self.RANGES[self.unit(name)]
        count = rng.randint(2, 4)
        scores = ladder(rng, 0, 1500000, count)
        if rng.random() < 0.4:
            scores.reverse()
        model.update(weight=weight, curve=list(zip(ladder(rng, low, high, count), scores)))
        text.update(weight=percent(weight), curve=[
            [text_of(self.unit(name), x), percent(y)] for x, y in model["curve"]])
        if rng.random() < 0.5:
            model["gate"], text["gate"] = self.gate(name, taken)
        return model, text

    def gate(self, of, taken):
        """On another metric; one that the plan has not got brings what it needs."""
        rng = self.rng
        name = rng.choice(sorted(set(UNITS) - {of} - (taken - set(self.said))) or ["revenue"])
        model, text = self.basis(name)
        low, high = self.RANGES[name]
        bounds = ladder(rng, low, high, 2)
        for key, bound in rng.choice((
                (("at_least", bounds[0]),), (("at_most", bounds[1]),),
                (("at_least", bounds[0]), ("at_most", bounds[1])))):
            model[key], text[key] = bound, text_of(self.unit(name), bound)
        model["effect"] = text["else"] = rng.choice(("zero_metric", "cap_metric", "zero_pool"))
        return model, text

    # How it is shared.

    def sharing(self):
        rng = self.rng
        while True:
            shares = [s * rng.choice((0, 1, 1)) for s in parts_of(rng, PPM, 4)]
            shares[0] += PPM - sum(shares)
            rng.shuffle(shares)
            if shares[3] < PPM:
                break
        self.model["split"] = dict(zip(PARTS, shares))
        self.text["split"] = {part: percent(s) for part, s in self.model["split"].items()}
        kinds = rng.sample(KINDS, rng.randint(1, 4))
        self.model["points"] = {kind: rng.randint(1, 7) for kind in kinds}
        self.model["cap"] = rng.choice((PPM, 10000 * rng.randint(5, 60), 333333))
        self.text["individual"] = {"points": self.model["points"]}
        if self.model["cap"] < PPM:
            self.text["individual"]["cap"] = percent(self.model["cap"])
        years, weight, bands = 0, 100, [(0, 100)]
        for slope in sorted(rng.sample(range(1, 15), rng.randint(0, 3)), reverse=True):
            step = rng.randint(1, 3)
            years, weight = years + step, weight + slope * step
            bands.append((years, weight))
        self.model["bands"] = bands
        self.text["seniority"] = [["%dy" % y, w] for y, w in bands]


# ---- a team

class Team:
    def __init__(self, rng, name, reps, kind, count, today):
        self.rng, self.name, self.kind = rng, name, kind
        self.periods = last_periods(kind, count, today)
        self.plan = Plan(rng, name, kind, self.periods[0])
        self.first, self.last = days_of(self.periods[0])[0], days_of(self.periods[-1])[1]
        self.stays = {rep: (None, None) for rep in reps}
        self.excluded, self.minutes, self.contract = {}, {}, {}

    def day(self, low=0.0, high=1.0):
        days = (self.last - self.first).days
        return self.first + datetime.timedelta(self.rng.randint(int(low * days), int(high * days)))

    def entries(self):
        made = []
        for rep, (since, until) in self.stays.items():
            made.append({"id": rep, **({"from": str(since)} if since else {}),
                         **({"until": str(until)} if until else {})})
        return made

    def owners(self, day):
        """Who is there today, and was not to leave."""
        return [rep for rep, (since, until) in self.stays.items() if until is None]

    def people(self, period, since):
        return [Person(rep, since[rep], [stay], self.minutes.get((period, rep)),
                       self.contract.get((period, rep)), rep in self.excluded.get(period, ()))
                for rep, stay in self.stays.items()]


# ---- a desk and its work

class World:
    def __init__(self, rng, teams, periods, tickets=18):
        self.rng, self.zone = rng, rng.choice(ZONES)
        self.local = zoneinfo.ZoneInfo(self.zone)
        self.today = datetime.datetime.now(self.local).date()
        self.names = ["r%02d" % n for n in range(3 * teams)]
        self.since = {rep: rng.choice((None, self.some_day())) for rep in self.names}
        self.teams = {}
        for number in range(teams):
            kind = rng.choice(("month", "month", "week", "quarter"))
            reps = rng.sample(self.names, rng.randint(1, min(8, len(self.names))))
            self.teams["t%d" % number] = Team(rng, "t%d" % number, reps, kind,
                                              min(periods, 5 if kind == "quarter" else 99),
                                              self.today)
        self.per_period, self.numbers = tickets, 0
        self.made, self.told, self.imported = {}, {}, {}
        self.states_known, self.facts_known = {}, None  # as nothing has happened since

    def some_day(self):
        return self.today - datetime.timedelta(self.rng.randint(300, 5000))

    def desk(self):
        return {"desk": "main", "currency": "EUR", "time_zone": self.zone,
                "kinds": {kind: {"points": 1} for kind in KINDS},
                "reps": [dict({"id": rep}, **({"since": str(day)} if day else {}))
                         for rep, day in self.since.items()],
                "teams": [{"id": t.name, "policy": "random", "reps": t.entries()}
                          for t in self.teams.values()],
                "plans": [t.plan.text for t in self.teams.values()]}

    def come_and_go(self, unfrozen):
        """Written with their days into the desk file; of periods that are not frozen yet."""
        for team in self.teams.values():
            first = days_of(unfrozen[team.name])[0] if unfrozen.get(team.name) else None
            if first is None:
                continue
            for rep, (since, until) in list(team.stays.items()):
                if since or until or self.rng.random() > 0.3 or len(team.owners(None)) < 2:
                    continue
                day = first + datetime.timedelta(self.rng.randint(
                    1, max(1, (team.last - first).days)))
                team.stays[rep] = (None, day) if self.rng.random() < 0.6 else (day, None)
            new = [rep for rep in self.names if rep not in team.stays]
            if new and self.rng.random() < 0.6:
                team.stays[self.rng.choice(new)] = (first + datetime.timedelta(
                    self.rng.randint(1, max(1, (team.last - first).days))), None)

    # Moments.

    def ms(self, day, second):
        moment = datetime.datetime.combine(day, datetime.time(0), self.local)
        return int(moment.timestamp() + second) * 1000 + self.rng.randrange(1000)

    def moment(self, team, low=0.0, high=1.0):
        """Now and then close to midnight, where the zone decides."""
        rng = self.rng
        second = rng.choice((rng.randrange(30), 86399 - rng.randrange(30) - 7200)) \
            if rng.random() < 0.15 else rng.randrange(80000)
        return self.ms(team.day(low, high), second)

    def local_day(self, ms):
        return datetime.datetime.fromtimestamp(ms / 1000, self.local).date()

    def place(self, team, ms):
        return team, name_of(self.teams[team].kind, self.local_day(ms))

    # Tickets and what becomes of them.

    def ticket(self, team):
        ident, rng = "k-%d" % self.numbers, self.rng
        self.numbers += 1
        message = {"type": "ticket", "id": ident, "team": team.name, "kind": rng.choice(KINDS),
                   "value": rng.choice((0, rng.randint(1, 50000))),
                   "created_at": self.moment(team, 0.0, 0.9)}
        if rng.random() < 0.6:
            message["due_at"] = self.later(message["created_at"], 9 * 86400000)
        if rng.random() < 0.08:
            message["skills"] = ["rare"]
        elif rng.random() < 0.8:
            message["owner"] = rng.choice(team.owners(None))
        self.made[ident] = {"message": message, "team": team.name, "holder": message.get("owner"),
                            "assigned": None, "said": [], "answer_team": None}
        self.told[ident] = []
        return message

    def outcome(self, ident, outcome, ms, undated=False, **more):
        """Held by who holds it now, in the team where it is now."""
        made = self.made[ident]
        m = dict({"type": "outcome", "id": ident, "outcome": outcome, "at": ms,
                  "event": "%s-%d" % (ident, len(self.told[ident]))}, **more)
        day = self.local_day(ms)
        undated = undated and day < self.today
        if undated:  # behind all else of that day
            m["at"] = str(day)
            ms = self.ms(day + datetime.timedelta(1), 0) // 1000 * 1000 - 1
        self.forget(ident)
        made["answer_team"] = made["answer_team"] or made["team"]
        self.told[ident].append((dict(m, at=ms, known=not undated, team=made["team"]),
                                 made["holder"]))
        return m

    def answered(self, ident, ms):
        made = self.made[ident]
        self.forget(ident)
        made["answer_team"] = made["answer_team"] or made["team"]
        made["said"].append(ms)
        return {"type": "answered", "id": ident, "at": ms,
                "event": "%s-a%d" % (ident, len(made["said"]))}

    def close(self, ident, ms, **more):
        rng, kind = self.rng, self.made[ident]["message"]["kind"]
        outcome = rng.choice({"quote": ("won", "won", "lost"), "order": ("won",)}.get(
            kind, ("resolved",)) * 4 + ("cancelled",))
        if outcome == "won" and rng.random() < 0.7:
            more["value"] = rng.randint(0, 90000)
        if outcome != "cancelled" and rng.random() < 0.7:
            more["handled"] = rng.randint(0, 10000)
        if outcome != "cancelled" and rng.random() < 0.4:
            more["csat"] = rng.randint(1, 5)
        return self.outcome(ident, outcome, ms, **more)

    def now(self):
        return int(datetime.datetime.now().timestamp() * 1000) - 3000

    def later(self, ms, most=5 * 86400000):
        """Behind that moment, and not behind now, but for a millisecond: no two are at one moment."""
        return min(ms + self.rng.randint(1, most), max(self.now(), ms + 1))

    def life(self, ident, there=True):
        """Its messages. there: they come behind the ticket."""
        rng, made = self.rng, []
        created = self.made[ident]["message"]["created_at"]
        if rng.random() < 0.05:
            return made
        ended = self.later(created, 40 * 86400000) if rng.random() < 0.93 else \
            created - rng.randint(1, 86400000)
        undated = rng.random() < 0.1
        made.append(self.close(ident, ended, undated=undated))
        if there and not undated:  # whenever they are told, the earliest counts
            made += [self.answered(ident, self.later(created)) for _ in range(rng.choice((0, 1, 2)))]
        for _ in range(rng.choice((0, 0, 0, 0, 1, 2))):
            ended = max(self.told[ident][-1][0]["at"], created)
            made.append(self.outcome(ident, "reopened", self.later(ended)))
            if rng.random() < 0.85:
                made.append(self.close(ident, self.later(self.told[ident][-1][0]["at"]),
                                       undated=rng.random() < 0.05))
        ended = self.told[ident][-1][0]["at"]
        for _ in range(rng.choice((0, 0, 1, 2))):
            made.append(self.outcome(ident, "rated", self.later(ended), csat=rng.randint(1, 5)))
        last = self.told[ident][-1][0]
        if made[-1].get("outcome") == "won" and rng.random() < 0.5:
            made.append(self.outcome(ident, "refunded", self.later(last["at"]), value=rng.randint(
                0, self.state(ident).value)))
        return made

    def late(self, team, period):
        """What comes late to a period that has been frozen."""
        made, rng, count = [], self.rng, 0
        for ident, ticket in list(self.states().items()):
            closing = ticket.closing
            if closing is None or self.place(closing["team"], closing["at"]) != (team, period):
                continue
            if rng.random() > 0.2 or count == 6 or closing["at"] >= self.now():
                continue
            count += 1
            left = ticket.value - ticket.refunds
            what = rng.choice(("rated", "refunded", "reopened"))
            if what == "refunded" and closing["outcome"] == "won" and left:
                made.append(self.outcome(ident, what, self.now(), value=rng.randint(1, left)))
            elif what == "reopened":
                made.append(self.outcome(ident, what, self.now()))
            else:
                made.append(self.outcome(ident, "rated", self.now(), csat=rng.randint(1, 5)))
        return made

    # Figures from elsewhere.

    def figures(self, team, period, forgotten=0.15):
        """Messages of imported figures; some do not come, their names are returned as well."""
        rng, made, missing = self.rng, [], []
        for name in team.plan.customs:
            for _ in range(rng.choice((1, 1, 2, 3))):
                made.append(self.custom(team, period, name, rng.randint(0, 3000)))
        if rng.random() < forgotten:
            name = rng.choice(sorted(team.plan.customs))
            missing.append((name, [m for m in made if m["metric"] == name]))
            made = [m for m in made if m["metric"] != name]
            self.imported.pop((team.name, period, name))
            self.forget()
        for person in team.people(period, self.since):
            if not person.days(period):
                continue
            for metric, kept in (("paid_minutes", team.minutes), ("contract_minutes",
                                                                  team.contract)):
                if metric == "contract_minutes" and rng.random() < 0.5:
                    continue
                minutes = rng.choice((0, rng.randint(1, 9000), rng.randint(1, 9000)))
                message = {"type": "metric", "team": team.name, "metric": metric,
                           "period": period, "rep": person.rep, "value": minutes}
                if metric == "paid_minutes" and rng.random() < forgotten / 3:
                    missing.append((person.rep, [message]))
                    continue
                kept[period, person.rep] = minutes
                made.append(message)
        return made, missing

    def custom(self, team, period, name, value):
        self.imported.setdefault((team.name, period, name), []).append(value)
        self.forget()
        return {"type": "metric", "team": team.name, "metric": name, "period": period,
                "value": value}

    def bring(self, message):
        """A message that had been forgotten."""
        team = self.teams[message["team"]]
        key = message["period"], message.get("rep")
        if message["metric"] == "paid_minutes":
            team.minutes[key] = message["value"]
        else:
            self.custom(team, message["period"], message["metric"], message["value"])
        return message

    # For the model.

    def state(self, ident):
        made = self.made[ident]
        message = made["message"]
        ticket = Ticket(message["kind"], message["created_at"], message["value"],
                        made["assigned"], made["team"])
        ticket.said, ticket.due_ms = made["said"], message.get("due_at")
        ticket.answer_team = made["answer_team"]
        for m, holder in sorted(self.told[ident], key=lambda o: (
                o[0]["at"], OUTCOMES.index(o[0]["outcome"]))):
            ticket.take(m, holder)
        return ticket

    def states(self):
        for ident in self.made:
            if ident not in self.states_known:
                self.states_known[ident] = self.state(ident)
        return self.states_known

    def forget(self, ident=None):
        """Something happened to that ticket, or was imported."""
        self.states_known.pop(ident, None)
        self.facts_known = None

    def facts(self):
        """Of all periods; a new object when something has happened."""
        if self.facts_known is None:
            self.facts_known = self.count()
        return self.facts_known

    def count(self):
        found = count_places(self.states().values(), self.place)
        for (team, period, name), values in self.imported.items():
            found.setdefault((team, period), Facts()).imported[name] = list(values)
        return found

    def facts_of(self, team, period):
        return self.facts().get((team, period)) or Facts()
