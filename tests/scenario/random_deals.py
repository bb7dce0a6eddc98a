#!/usr/bin/python3
"""random_deals: random teams deal random work, and what the socket, the view and the report say of
it is what fair_model makes of it: who was entitled to what, in number and in value, what chance
gave each, how evenly and how honestly it came out.

With EVENHAND_LONG=1 ten worlds instead of one. EVENHAND_WORLD=SEED plays one.
"""
import os
import random
from fractions import Fraction

from harness import LONG, SEED, note, run, scenario, wait_until
from fair_model import PPM, Rep, Team
from invariants import check_invariants

POLICIES = ("random", "balanced", "balanced", "balanced", "least_loaded", "rotation")
KINDS = {"order": 3, "query": 1}
TICKETS, SIGNALS = 400, 4  # of a team, of a rep: more in a minute are kept for later
SHOWN = 0.0005 + 1e-6  # three decimals of a ticket
ROUNDED = 50  # ppm of an index: it is made of whole minor units
ENOUGH = 5  # so much variance of chance: the report merges whoever has less


class Played:
    def __init__(self, stack, seed):
        self.stack, self.rng = stack, random.Random(seed)
        self.teams, self.desk_teams, self.desk_reps = {}, [], []
        self.tickets, self.figures = {}, 0
        for number, policy in enumerate(POLICIES):
            self.add_team("t%d" % number, policy)

    def add_team(self, name, policy):
        rng, reps = self.rng, {}
        for number in range(rng.randint(2, 9)):
            share = rng.choice((PPM, PPM, rng.randint(1, 20) * 50000))
            skills = [s for s in ("sap", "german") if number == 0 or rng.random() < 0.5]
            reps["%s-%d" % (name, number)] = Rep(share, skills)
            self.desk_reps.append({"id": "%s-%d" % (name, number), "skills": skills,
                                   "share": "%d.%06d" % divmod(share, PPM)})
        capacity = rng.choice((0, 0, 200, 500))
        weight = rng.choice((0, 500000, PPM, rng.randrange(PPM)))
        team = {"id": name, "policy": policy, "reps": sorted(reps)}
        if capacity:
            team["capacity"] = capacity
        if policy == "balanced":
            team["value_weight"] = "%d.%04d%%" % divmod(weight, 10000)
        self.desk_teams.append(team)
        self.teams[name] = Team(policy, Fraction(weight, PPM), reps, capacity)

    def desk(self):
        return {"desk": "main", "currency": "EUR", "time_zone": "UTC", "reps": self.desk_reps,
                "kinds": {kind: {"points": points} for kind, points in KINDS.items()},
                "teams": self.desk_teams}

    # ---- what happens

    def value(self):
        rng = self.rng
        return rng.choice((0, int(1000 * rng.lognormvariate(0, 1.2)), rng.randint(1, 5000),
                           10 ** 6 if rng.random() < 0.03 else 700))

    def events(self, name):
        """(message, ...) in their order."""
        rng, made, open_ones = self.rng, [], []
        team, signals = self.teams[name], dict.fromkeys(self.teams[name].reps, 0)
        for number in range(TICKETS):
            ident = "%s-k%d" % (name, number)
            message = {"type": "ticket", "id": ident, "team": name, "value": self.value(),
                       "kind": rng.choice(sorted(KINDS))}
            if rng.random() < 0.05:
                message["owner"] = rng.choice(sorted(team.reps))
            elif rng.random() < 0.2:
                message["skills"] = rng.choice((["sap"], ["german"], ["german", "sap"]))
            self.tickets[ident] = message
            made.append(message)
            open_ones.append(ident)
            if rng.random() < 0.8 and len(open_ones) > 5:
                ended = open_ones.pop(rng.randrange(len(open_ones)))
                made.append({"type": "outcome", "id": ended, "outcome": "resolved"})
            rep = rng.choice(sorted(team.reps))
            if rng.random() < 0.1 and signals[rep] < SIGNALS and not rep.endswith("-0"):
                signals[rep] += 1
                status = rng.choice(("away", "away", "overloaded", "available", "available"))
                signals[rep] += SIGNALS * (status == "overloaded")  # it lasts a quarter of an hour
                made.append({"type": "signal", "rep": rep, "status": status})
        return made

    def play(self):
        """All teams' events, each team's in their order."""
        queues = {name: self.events(name) for name in self.teams}
        self.order = []
        while any(queues.values()):
            name = self.rng.choice([n for n, q in queues.items() if q])
            self.order.append((name, queues[name].pop(0)))
        self.stack.start(self.desk())
        self.stack.add_many([m for _, m in self.order])
        self.stack.settle()

    # ---- the model

    def decided(self):
        """What became an input, in their order: of signals in a hurry the last counts, later."""
        found = [(number, ident.split("-")[0], self.tickets[ident]) for number, ident in
                 self.stack.sql("SELECT input, id FROM ticket")]
        found += [(number, ident.split("-")[0], {"type": "outcome", "id": ident})
                  for number, ident in self.stack.sql("SELECT input, ticket FROM outcome")]
        found += [(number, rep.split("-")[0], {"type": "signal", "rep": rep, "status": status})
                  for number, rep, status in self.stack.sql(
                      "SELECT input, rep, status FROM rep_signal")]
        return [row[1:] for row in sorted(found, key=lambda row: row[0])]

    def replay(self):
        got = {ident: row for ident, *row in self.stack.sql(
            "SELECT t.id, e.rep, e.eligible, e.weight, e.why FROM effect e JOIN input t"
            " ON t.input = e.ticket WHERE e.type = 1")}
        twice = self.stack.sql1("SELECT count(*) - count(DISTINCT ticket) FROM assignment")
        assert twice == 0, twice
        self.holder, waiting = {}, {name: [] for name in self.teams}
        for name, message in self.decided():
            team = self.teams[name]
            if message["type"] == "signal":
                team.signal(message["rep"], message["status"])
            elif message["type"] == "outcome" and message["id"] in self.holder:
                team.end(self.holder[message["id"]], self.points(message["id"]))
            elif message["type"] == "outcome":
                waiting[name].remove(message["id"])
            elif message.get("owner"):
                self.deal(team, message["id"], got, False)
            else:
                waiting[name].append(message["id"])
            self.deal_waiting(team, waiting[name], got)
        left = sorted(i for ids in waiting.values() for i in ids)
        assert left == sorted(i for i, in self.stack.sql(
            "SELECT id FROM ticket WHERE state = 'waiting'")), left

    def points(self, ident):
        return KINDS[self.tickets[ident]["kind"]]

    def deal(self, team, ident, got, drawn):
        message, (rep, eligible, weight, why) = self.tickets[ident], got[ident]
        names = team.eligible(message.get("skills", ()))
        whole = drawn and team.policy in ("random", "balanced")
        assert not whole or (len(names), sum(team.reps[n].share for n in names)) == (
            eligible, weight), (ident, names, eligible, weight, why)
        self.holder[ident] = rep
        team.deal(message["value"], self.points(ident), message.get("skills", ()), rep, drawn)

    def deal_waiting(self, team, waiting, got):
        """The oldest first that somebody can have."""
        for ident in list(waiting):
            if team.eligible(self.tickets[ident].get("skills", ())):
                waiting.remove(ident)
                self.deal(team, ident, got, True)

    # ---- comparing

    def near(self, where, told, expected, least=1e-6):
        told, expected = float(told), float(expected)
        assert abs(told - expected) <= least + 1e-9 * abs(expected), (where, told, expected)
        self.figures += 1

    def check(self):
        for name, team in self.teams.items():
            told = {r["id"]: r for r in self.stack.daemon.get("/v1/teams/" + name).json["reps"]}
            report = self.stack.daemon.get("/v1/teams/%s/fairness" % name).json
            listed = {r["rep"]: r for r in report["reps"]}
            wait_until("the view has %s" % name, lambda: {
                rep: (n, v) for rep, n, v in self.stack.sql(
                    "SELECT rep, received, received_value FROM fairness_by_rep WHERE team = %s",
                    name)} == {rep: (r.received, r.received_value)
                               for rep, r in team.reps.items()})
            in_view = {r[0]: r[1:] for r in self.stack.sql(
                "SELECT rep, entitled, entitled_value FROM fairness_by_rep WHERE team = %s", name)}
            for rep, of in team.reps.items():
                for where, row in (("socket", told[rep]), ("report", listed[rep])):
                    self.check_rep((name, rep, where), row, of)
                self.near((name, rep, "view"), in_view[rep][0], of.entitled)
                self.near((name, rep, "view"), in_view[rep][1], of.entitled_value, 1)
                if team.policy != "rotation":
                    self.check_chances((name, rep), listed[rep], of, team.slack)
            self.check_balance(name, team, report)

    def check_rep(self, where, row, of):
        self.near(where, row["entitled"], of.entitled, SHOWN)
        self.near(where, row["entitled_value"], of.entitled_value, 1)
        assert (row["received"], row["received_value"]) == (of.received, of.received_value), (
            where, row, of.received, of.received_value)

    def check_chances(self, where, row, of, slack):
        self.near(where + ("expected",), row["expected"], of.expected, SHOWN + slack)
        self.near(where + ("drawn expected",), row["drawn_expected"], of.drawn_expected,
                  SHOWN + slack)
        assert row["drawn"] == of.drawn, (where, row["drawn"], of.drawn)
        if slack:
            return
        self.near(where + ("expected value",), row["expected_value"], of.expected_value, 1)
        if of.variance >= ENOUGH:
            self.near(where + ("deviation",), row["deviation"],
                      float(of.drawn - of.drawn_expected) / float(of.variance) ** 0.5)

    def check_balance(self, name, team, report):
        reps, told = team.reps.values(), {r["rep"]: r for r in report["reps"]}
        for what, pairs in (("count", [(r.entitled, r.received) for r in reps]),
                            ("value", [(Fraction(told[n]["entitled_value"]), r.received_value)
                                       for n, r in team.reps.items()])):  # as rounded there
            for index, of in (("jain", team.jain), ("gini", team.gini)):
                plain = [(Fraction(a > 0), g) for a, g in pairs]
                self.near((name, index, what), report["%s_%s" % (index, what)],
                          PPM * of(pairs), ROUNDED)
                self.near((name, "plain", index, what), report["plain_%s_%s" % (index, what)],
                          PPM * of(plain), ROUNDED)
        if team.policy == "rotation" or team.slack:
            return
        self.near((name, "predictability"), report["predictability"], PPM * team.most / team.draws,
                  1)
        if all(r.variance >= ENOUGH for r in reps):
            chi_square, degrees = team.chi_square()
            self.near((name, "chi square"), report["draw_chi_square"], chi_square, 1e-4)
            assert report["draw_degrees"] == degrees, (name, report["draw_degrees"], degrees)


@scenario("what is said of a deal is what the rules make of it, whoever computes it")
def random_deals(stack):
    first = int(os.environ.get("EVENHAND_WORLD", SEED))
    for number in range(10 if LONG and "EVENHAND_WORLD" not in os.environ else 1):
        here = stack if number == 0 else type(stack)("deals")
        played = Played(here, first + number)
        try:
            played.play()
            played.replay()
            played.check()
            check_invariants(here)
            here.stop_daemons()
        finally:
            if number > 0:
                here.shut()
                here.remove()
        note("world %d: %d tickets, %d figures compared" % (
            first + number, len(played.tickets), played.figures))


run()
