#!/usr/bin/python3
"""random_months: random desks bring their periods from open to paid, and every figure of every
pool, explanation, payroll and view is what pay_model makes of the messages.

Some 200 periods of teams; with EVENHAND_LONG=1 some 5,000. A world is made of the seed that is
printed with it: EVENHAND_WORLD=SEED plays that one alone.
"""
import csv
import io
import os
import random

from harness import LONG, SEED, note, run, scenario
from books import apply_desk, check_sums, check_views
from invariants import check_invariants
from pay_model import (PARTS, Pool, figure, missing, settle, settle_again, value_of, weights_of)
from pay_worlds import REASONS, World
from proofs import verify

ENOUGH = 5000 if LONG else 200
TEAMS, PERIODS = 12, 10  # of a world


class Played:
    """A world on a stack, and what its closed periods ought to be."""

    def __init__(self, stack, seed):
        self.stack, self.rng = stack, random.Random(seed)
        self.world = World(self.rng, TEAMS, PERIODS)
        self.books = {name: {} for name in self.world.teams}  # team: {period: book}
        self.used = {}    # (team, period): facts of its last version
        self.frozen = {}  # (team, period): facts, people
        self.carry = dict.fromkeys(self.world.teams, 0)
        self.paid = {}    # (team, period): lines that are paid out
        self.figures = self.versions = self.refused = 0

    # ---- talking

    def send(self, messages):
        if messages:
            self.stack.add_many(messages)
            self.stack.settle()

    def post(self, path, body=None, refused=False):
        answer = self.stack.daemon.post("/v1/" + path, body or {})
        assert refused or answer.code == 200, (path, body, answer)
        return answer

    def step(self, verb, team, period, body=None, refused=False):
        return self.post("teams/%s/periods/%s/%s" % (team, period, verb), body, refused)

    def pool(self, team, period):
        answer = self.stack.daemon.get("/v1/teams/%s/pool?period=%s&explain" % (team, period))
        assert answer.code == 200, (team, period, answer)
        return answer.json

    def same(self, where, told, expected):
        assert told == expected, (where, told, expected)
        self.figures += 1

    # ---- the work

    def look(self):
        """Who has each ticket, in which team, and when somebody got it first."""
        for ident, rep, team in self.stack.sql("SELECT id, rep, team FROM ticket"):
            self.world.made[ident].update(holder=rep, team=team)
        for ident, ms in self.stack.sql(
                "SELECT ticket, floor(extract(epoch FROM min(at)) * 1000)::bigint FROM assignment"
                " GROUP BY ticket"):
            if self.world.made[ident]["assigned"] is None:
                self.world.made[ident]["assigned"] = ms
                self.world.forget(ident)

    def bring_in(self):
        world, rng = self.world, self.rng
        tickets, outcomes, others = [], [], []
        for team in world.teams.values():
            for _ in range(world.per_period * len(team.periods)):
                tickets.append(world.ticket(team))
        rng.shuffle(tickets)
        early = [t["id"] for t in tickets if "owner" in t and rng.random() < 0.1]
        for ident in early:  # some of it before its ticket
            others += world.life(ident, there=False)
        mixed = tickets + others
        rng.shuffle(mixed)
        self.send(mixed)
        self.look()
        self.by_hand([t["id"] for t in tickets if t["id"] not in set(early)])
        for ticket in tickets:
            if not world.told[ticket["id"]]:
                outcomes += world.life(ticket["id"])
        rng.shuffle(outcomes)
        self.send(outcomes)

    def by_hand(self, idents):
        """Some are moved or handed on before anything comes of them."""
        world, rng = self.world, self.rng
        for ident in rng.sample(idents, min(12, len(idents))):
            made = world.made[ident]
            if "skills" in made["message"]:
                continue
            if rng.random() < 0.5:
                team = world.teams[made["team"]]
                others = [r for r in team.owners(None) if r != made["holder"]]
                if others:
                    self.post("tickets/default/%s/assign" % ident,
                              {"rep": rng.choice(others), "reason": "knows the customer"})
            else:
                to = rng.choice([t for t in world.teams if t != made["team"]])
                self.post("tickets/default/%s/move" % ident,
                          {"team": to, "reason": "not theirs"})
        self.stack.settle()
        self.look()

    # ---- one period of a team

    def people(self, team, period):
        return self.world.teams[team].people(period, self.world.since)

    def exclude(self, team, period):
        rng, there = self.rng, self.world.teams[team]
        for person in self.people(team, period):
            if not person.days(period) or rng.random() > 0.12:
                continue
            body = {"rep": person.rep, "reason": rng.choice(REASONS)}
            self.step("exclude", team, period, body)
            if rng.random() < 0.2:
                self.step("include", team, period, body)
            else:
                there.excluded.setdefault(period, set()).add(person.rep)

    def check_metrics(self, team, period, state):
        plan, facts = self.world.teams[team].plan.model, self.world.facts_of(team, period)
        told = self.pool(team, period)
        self.same((team, period), told["state"], state)
        for metric, of in zip(told["metrics"], plan["metrics"]):
            stands = figure(plan, of, facts)
            self.same((team, period, state, of["metric"]),
                      (metric["metric"], metric["value"], metric["missing"], metric["prior"]),
                      (of["metric"], stands, stands is None,
                       stands is not None and value_of(of, facts) is None))
        self.same((team, period, "cancelled"), told["cancelled_tickets"], facts.cancelled)

    def freeze(self, team, period):
        plan = self.world.teams[team].plan.model
        facts, people = self.world.facts_of(team, period), self.people(team, period)
        self.frozen[team, period] = facts, people
        if self.pool(team, period)["state"] == "open":
            self.check_metrics(team, period, "open")
        answer = self.step("freeze", team, period).json
        lacks = missing(plan, period, facts, people)
        self.same((team, period, "missing", lacks, answer), bool(answer["missing"])
                  if "missing" in answer else False, bool(lacks))
        told = self.pool(team, period)
        self.check_metrics(team, period, "provisional")
        if not lacks:
            self.same((team, period, "frozen"), told["gross"], Pool(plan, facts).gross)
            self.check_people(team, period, told, weights_of(plan, period, facts, people), people)
        return lacks

    def close(self, team, period):
        """With a version more of each earlier period that something came for."""
        if period in self.books[team]:
            self.settle_late(team, period)
            return
        for earlier in sorted(self.books[team], key=self.world.teams[team].periods.index):
            self.settle_late(team, earlier)
        plan = self.world.teams[team].plan.model
        facts, people = self.frozen[team, period]
        book = settle(plan, period, facts, people, self.carry[team])
        book["people"] = people
        self.carry[team] = book["carry_open"]
        self.books[team][period], self.used[team, period] = book, facts
        self.check_version(team, period)

    def settle_late(self, team, period):
        """If something came."""
        plan, book = self.world.teams[team].plan.model, self.books[team][period]
        facts = self.world.facts_of(team, period)
        used, now = self.used[team, period].content(), facts.content()
        version = self.pool(team, period)["version"]
        if now == used and version == book["version"]:
            return
        assert version > book["version"], (team, period, version, {
            key: (used[key], now[key]) for key in now if now[key] != used[key]})
        book = settle_again(plan, period, facts, book, self.carry[team])
        self.carry[team] = book["carry_open"]
        self.books[team][period], self.used[team, period] = book, facts
        self.check_version(team, period)

    # ---- comparing

    def check_people(self, team, period, told, weights, people):
        shares = {s["rep"]: s for s in told["shares"]}
        plan = self.world.teams[team].plan.model
        for person in people:
            share = shares.get(person.rep)
            eligible = person.eligible(plan, period)
            assert share or not eligible, (team, period, person.rep, sorted(shares))
            if share:
                self.same((team, period, person.rep, "eligible"), share["eligible"], eligible)
            if not eligible:
                continue
            days = person.days(period)
            of = weights[person.rep]
            minutes = (person.minutes(plan) or 0)
            self.same((team, period, person.rep, "weights"),
                      (share["days"], share["minutes"], share["band"], share["points"]),
                      (len(days), minutes, person.band(plan, days[0]), of["individual"]))

    def check_version(self, team, period):
        plan, book = self.world.teams[team].plan.model, self.books[team][period]
        told, where = self.pool(team, period), (team, period, book["version"])
        for key in ("version", "gross", "carry", "net", "difference", "cancelled", "paid",
                    "carry_open"):
            self.same(where + (key,), told[key], book[key])
        pool = book["pool"]
        self.same(where + ("composite",), told["composite_ppm"], pool.composite)
        self.same(where + ("funding",), told["funding_ppm"], pool.funding)
        self.same(where + ("zeroed",), told["zeroed"], pool.zeroed)
        for metric, score in zip(told["metrics"], pool.scores):
            self.same(where + (score.name,), tuple(metric[k] for k in (
                "metric", "value", "curve_ppm", "score_ppm", "weight_ppm")),
                      (score.name, score.value, score.curve, score.score, score.weight))
            if score.effect:
                self.same(where + (score.name, "gate"), (
                    metric["gate"]["effect"], metric["gate"]["failed"]),
                          (score.effect, score.failed))
        self.check_people(team, period, told, book["weights"], book["people"])
        totals = 0
        for share in told["shares"]:
            line = book["lines"].get(share["rep"], dict.fromkeys(PARTS, 0))
            more = book["more"].get(share["rep"], dict.fromkeys(PARTS, 0))
            self.same(where + (share["rep"], "line"), {p: share[p] for p in PARTS}, line)
            self.same(where + (share["rep"], "total"), share["total"], sum(line.values()))
            self.same(where + (share["rep"], "paid"), share["paid"], sum(more.values()))
            totals += share["total"]
        self.same(where + ("held",), told["held"], book["net"] - totals)
        if book["version"] == 1:
            self.same(where + ("capped",), {s["rep"] for s in told["shares"] if s["capped"]},
                      book["sharing"].capped)
        check_sums(told)
        self.check_tree(where, told["explain"], book)
        self.versions += 1

    def check_tree(self, where, root, book):
        """What the explanation of the last version shows, node by node."""
        pool, found = book["pool"], {}

        def walk(node, path):
            path += (node["name"],)
            found.setdefault(path, node["value"])
            for child in node["children"]:
                if not child["name"].startswith("version "):
                    walk(child, path)
        walk(root, ())
        expected = {"gross": pool.gross, "funding": pool.funding, "composite": pool.composite,
                    "net": book["net"], "paid": book["paid"], "difference": book["difference"],
                    "cancelled": book["cancelled"]}
        for score in pool.scores:
            expected["score of " + score.name] = score.score
        for path, value in found.items():
            name = path[-1]
            if name in expected and "shares" not in path:
                self.same(where + path, value, expected[name])
            elif len(path) == 3 and path[1] == "parts" and name in PARTS:
                self.same(where + path, value, book["sharing"].parts[name])
            elif len(path) == 3 and path[1] == "parts" and name == "over":
                self.same(where + path, value, book["sharing"].over)
            elif len(path) == 4 and path[1] == "shares" and name in PARTS:
                self.same(where + path, value, book["more"].get(path[2], {}).get(name, 0))
            elif len(path) == 3 and path[1] == "shares":
                self.same(where + path, value, sum(book["lines"].get(name, {}).values()))
            elif name == "points" and path[1] == "shares":
                self.same(where + path, value, book["weights"][path[2]]["individual"])
        assert ("pool", "net") in found or book["version"] > 1, sorted(found)

    def check_payroll(self, period):
        """The CSV of all teams that have such a period."""
        _, out, _ = self.stack.cli("payroll", period, "--csv", check=False)
        rows = {(r["team"], r["rep"]): r for r in csv.DictReader(io.StringIO(out))}
        for team, books in self.books.items():
            book = books.get(period)
            if not book:
                continue
            before = self.paid.get((team, period), {})
            for rep, line in book["lines"].items():
                total, row = sum(line.values()), rows.get((team, rep))
                assert row or not total, (team, period, rep)
                if row:
                    cents = [int(row[k].replace(".", "")) for k in PARTS + (
                        "total", "paid_before", "due")]
                    self.same((team, period, rep, "payroll"), cents, [line[p] for p in PARTS] + [
                        total, before.get(rep, 0), total - before.get(rep, 0)])
            sums = sum(int(r["total"].replace(".", "")) for (t, _), r in rows.items() if t == team)
            self.same((team, period, "sum of the payroll"), sums, book["net"])

    # ---- all of it

    def pay(self, team, period):
        if self.pool(team, period)["state"] == "closed":
            self.step("pay", team, period)
        self.paid[team, period] = {rep: sum(line.values()) for rep, line in
                                   self.books[team][period]["lines"].items()}

    def come_late(self, chance):
        messages = []
        for team, books in self.books.items():
            for period in list(books) + [p for t, p in self.frozen if t == team and p not in books]:
                if self.rng.random() < chance:
                    messages += self.world.late(team, period)
                if self.rng.random() < chance / 4:
                    name = self.rng.choice(sorted(self.world.teams[team].plan.customs))
                    messages.append(self.world.custom(self.world.teams[team], period, name,
                                                      self.rng.randint(0, 3000)))
        self.send(messages)
        self.look()

    def close_again(self):
        """What was taken back is closed once more, by whoever has it now."""
        messages = []
        for ident, ticket in list(self.world.states().items()):
            if ticket.closing is None and ticket.first is not None and self.rng.random() < 0.6:
                messages.append(self.world.close(ident, self.world.now()))
        self.send(messages)

    def round(self, number):
        world, rng, now = self.world, self.rng, {}
        for name, team in world.teams.items():
            if number < len(team.periods):
                now[name] = team.periods[number]
        messages, forgotten = [], {}
        for name, period in now.items():
            came, forgotten[name] = world.figures(world.teams[name], period)
            messages += came
        self.send(messages)
        lacks = {}
        for name, period in now.items():
            self.exclude(name, period)
            lacks[name] = self.freeze(name, period)
        messages = []
        for name in [n for n in now if lacks[n]]:
            answer = self.step("close", name, now[name], refused=True)
            assert answer.code != 200 and any(
                lack in answer.text for lack in lacks[name]), (lacks[name], answer)
            self.refused += 1
            for _, kept in forgotten[name]:
                messages += [world.bring(m) for m in kept]
        self.send(messages)
        for name in [n for n in now if lacks[n]]:
            lacks[name] = self.freeze(name, now[name])
        self.come_late(0.25)
        for name, period in now.items():
            if lacks[name]:  # nobody has it: the period stays as it is
                continue
            self.step("close", name, period)
            self.close(name, period)
            if rng.random() < 0.6:
                self.pay(name, period)
        self.close_again()

    def start(self, seed):
        """The same draws in a world of the same seed."""
        self.stack.same_draws(seed)
        self.stack.start(self.world.desk())

    def play(self, seed):
        self.start(seed)
        self.bring_in()
        most = max(len(t.periods) for t in self.world.teams.values())
        for number in range(most):
            if number == most // 2:
                self.world.come_and_go({n: t.periods[number] for n, t in self.world.teams.items()
                                        if number < len(t.periods)})
                apply_desk(self.stack, self.world.desk())
                self.stack.settle()
                self.look()
            self.round(number)
        self.come_late(0.7)
        for team, books in self.books.items():
            for period in books:
                if self.step("close", team, period, refused=True).code == 200:
                    self.close(team, period)
            for period in books:
                self.check_version(team, period)
                check_views(self.stack, team, period)
        for period in {p for books in self.books.values() for p in books}:
            self.check_payroll(period)
        # What came before its turn was refused then, and counts in its turn.
        odd = self.stack.sql("SELECT reason FROM dead_letter"
                             " WHERE reason !~ '^outcome: |cannot be refunded'")
        assert not odd, odd
        return sum(len(books) for books in self.books.values())


@scenario("random months of random teams come out to the cent, in every figure of every version")
def random_months(stack):
    first = int(os.environ.get("EVENHAND_WORLD", SEED))
    done = figures = worlds = 0
    while done < ENOUGH:
        seed = first + worlds
        note("world %d" % seed)
        here = stack if worlds == 0 else type(stack)("months")
        played = Played(here, seed)
        try:
            done += played.play(seed)
            if worlds == 0:
                check_invariants(here, hands_allowed=True)
                code, verdict, error = verify(here)
                assert code == 0 and verdict.startswith("ok"), (verdict, error)
            here.stop_daemons()
        finally:
            if worlds > 0:
                here.shut()
                here.remove()
        figures, worlds = figures + played.figures, worlds + 1
        note("%s: %d periods so far, %d versions, %d closes refused, %d figures compared" % (
            played.world.zone, done, played.versions, played.refused, figures))
        if "EVENHAND_WORLD" in os.environ:
            break


run()
