#!/usr/bin/python3
"""two_months: two months of a team in which everything ordinary happens: joiners and leavers, one
taken off the desk file, reopened, cancelled, late and undated work, work settled while it waits.

What the months come to is computed by pay_model out of the messages. Each ticket's messages arrive
in any order.
"""
import csv
import datetime
import io
import json
import random
import zoneinfo

from harness import SEED, default_desk, default_team, note, run, scenario
from books import apply_desk, at, check_sums, check_views, lines, month, pool, step
from invariants import check_invariants
from pay_model import (OUTCOMES, PARTS, PPM, Person, Ticket, count, days_of, settle, settle_again,
                       value_of)
from proofs import verify_ok

ZONE = "Europe/Oslo"
LOCAL = zoneinfo.ZoneInfo(ZONE)
EARLY, LAST = month(ZONE, 2), month(ZONE, 1)
TICKETS = 160
KINDS = ("order", "quote", "query")
PLAN = {
    "id": "care-1", "team": "care", "target": 600000, "most": 900000, "carry_at_most": 250000,
    "metrics": [
        {"metric": "revenue", "weight": 400000,
         "curve": [(0, 0), (1500000, PPM), (3000000, 1500000)]},
        {"metric": "csat", "weight": 200000, "prior": (4000, 10),
         "curve": [(3000, 0), (4000, PPM), (5000, 1200000)]},
        {"metric": "handle_time", "weight": 200000, "winsorise": (30, 7200),
         "mix": {"order": 500000, "query": 500000}, "curve": [(600, PPM), (7200, 0)],
         "gate": {"metric": "reopen_rate", "at_most": 400000}},
        {"metric": "cycle_time", "weight": 200000, "curve": [(36000, PPM), (400000, 200000)]}],
    "funding": [(200000, 0), (PPM, PPM), (1250000, 1500000)],
    "split": {"individual": 200000, "equal": 320000, "hours": 240000, "seniority": 240000},
    "points": {"order": 2, "quote": 1, "query": 1}, "cap": 300000, "bands": [(0, 100), (3, 115)]}
SINCE = {"ana": "2011-02-03", "bo": "2019-05-06", "cy": "2024-02-29", "eli": "2015-07-01",
         "fay": "2021-12-31", "gil": "2020-01-01"}
PAID = {"ana": 10080, "bo": 9600, "cy": 5200, "dee": 4800, "eli": 6240, "fay": 9000}
CONTRACT = {"cy": 5040}
STAY = ["ana", "bo", "cy", "dee"]  # who is still there in the end


# ---- the desk

def percent(ppm):
    return "%g%%" % (ppm / 10000)


def money(minor):
    return "%d.%02d" % divmod(minor, 100)


TEXT = {"revenue": money, "csat": lambda x: "%.3f" % (x / 1000), "handle_time": "{}s".format,
        "cycle_time": "{}s".format}


def metric_text(metric):
    name = metric["metric"]
    told = {"metric": name, "weight": percent(metric["weight"]),
            "curve": [[TEXT[name](x), percent(y)] for x, y in metric["curve"]]}
    if name == "csat":
        told["prior"] = {"mean": "4.0", "count": 10}
    if name == "handle_time":
        told.update(mix={k: percent(v) for k, v in metric["mix"].items()},
                    winsorise=["%ds" % s for s in metric["winsorise"]],
                    gate={"metric": "reopen_rate", "else": "zero_metric",
                          "at_most": percent(metric["gate"]["at_most"])})
    return told


def plan_text():
    return {"id": PLAN["id"], "team": PLAN["team"], "from": EARLY, "period": "month",
            "encourages": "Help.", "discourages": "Haste.", "target_pool": money(PLAN["target"]),
            "max_pool": money(PLAN["most"]), "metrics": [metric_text(m) for m in PLAN["metrics"]],
            "funding": [[percent(x), percent(y)] for x, y in PLAN["funding"]],
            "split": {part: percent(PLAN["split"][part]) for part in PARTS},
            "individual": {"points": PLAN["points"], "cap": percent(PLAN["cap"])},
            "seniority": [["%dy" % years, weight] for years, weight in PLAN["bands"]],
            "leavers": "prorate", "carry": {"at_most": percent(PLAN["carry_at_most"])}}


def joined():
    return days_of(LAST)[0].replace(day=17)


def left():
    return days_of(LAST)[0].replace(day=20)


def since(rep):
    return SINCE.get(rep, str(joined()))


def desk(members):
    """members: as the desk file has them."""
    reps = [{"id": m["id"], "since": since(m["id"])} for m in members]
    return default_desk(time_zone=ZONE, kinds={kind: {"points": 1} for kind in KINDS}, reps=reps,
                        teams=[default_team("care", members)], plans=[plan_text()])


FIRST_DESK = [{"id": rep} for rep in ("ana", "bo", "cy", "dee", "eli", "fay")]


def last_desk():
    """One came and one went, in writing; fay was only taken off; gil was only added."""
    return [{"id": "ana"}, {"id": "bo"}, {"id": "cy"}, {"id": "dee", "from": str(joined())},
            {"id": "eli", "until": str(left())}, {"id": "gil"}]


def people(excluded=()):
    stays = {"dee": (joined(), None), "eli": (None, left())}
    return [Person(rep, datetime.date.fromisoformat(since(rep)),
                   [stays.get(rep, (None, None))], PAID[rep], CONTRACT.get(rep), rep in excluded)
            for rep in PAID]


# ---- the work

def month_of(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, LOCAL).strftime("%Y-%m")

class Work:
    """All messages of the tickets so far, and what they come to."""

    def __init__(self, rng):
        self.rng, self.tickets, self.outcomes = rng, {}, {}

    def day(self, name, low=1, high=28):
        return at(ZONE, "%s-%02d" % (name, self.rng.randint(low, high)), self.rng.randint(7, 17)) \
            + self.rng.randrange(3000000)

    def ticket(self, ident, holder, created, **more):
        self.tickets[ident] = dict({"type": "ticket", "id": ident, "team": "care",
                                    "kind": self.rng.choice(KINDS), "created_at": created}, **more)
        if holder:
            self.tickets[ident]["owner"] = holder
        self.outcomes[ident] = []

    def outcome(self, ident, holder, outcome, ms, undated=False, **more):
        """undated: told by its day alone; it comes after all else of that day."""
        m = dict({"type": "outcome", "id": ident, "outcome": outcome, "at": ms}, **more)
        if undated:
            m["at"] = datetime.datetime.fromtimestamp(ms / 1000, LOCAL).strftime("%Y-%m-%d")
            ms = at(ZONE, m["at"], 23) + 3599999
        self.outcomes[ident].append((m, dict(m, at=ms, known=not undated), holder))
        return m

    def last(self, ident):
        """When the ticket's last outcome so far stands."""
        return self.outcomes[ident][-1][1]["at"]

    def close(self, ident, holder, ms, **more):
        kind, rng = self.tickets[ident]["kind"], self.rng
        outcome = {"order": rng.choice(["won"] * 5 + ["cancelled"]), "quote": rng.choice(
            ["won", "lost"]), "query": rng.choice(["resolved"] * 4 + ["cancelled"])}[kind]
        if outcome == "won":
            more["value"] = rng.randint(1000, 90000)
        if outcome != "cancelled" and rng.random() < 0.7:
            more["handled"] = rng.randint(5, 9000)
        if outcome != "cancelled" and rng.random() < 0.4:
            more["csat"] = rng.randint(1, 5)
        return self.outcome(ident, holder, outcome, ms, **more)

    def life(self, ident):
        """One ticket with all that happens to it by itself; its messages."""
        rng, name = self.rng, self.rng.choice([EARLY, LAST, LAST])
        waits = rng.random() < 0.1
        holder = None if waits else rng.choice(FIRST_DESK)["id"]
        created = self.day(name, 1, 9)
        self.ticket(ident, holder, created, **({"skills": ["rare"]} if waits else {}))
        if rng.random() < 0.1:
            return
        ended = self.day(name, 10, 18) if rng.random() < 0.93 else created - 86400000
        end = self.close(ident, holder, ended, undated=rng.random() < 0.1)
        for _ in range(rng.choice([0, 0, 0, 0, 1, 2])):
            ended = max(self.last(ident), created) + rng.randint(1, 2 * 86400000)
            self.outcome(ident, holder, "reopened", ended)
            if rng.random() < 0.8:
                end = self.close(ident, holder, ended + rng.randint(1, 86400000),
                                 undated=rng.random() < 0.1)
        ended = self.last(ident)
        if end["outcome"] == "won" and rng.random() < 0.3:
            self.outcome(ident, holder, "refunded", ended + rng.randint(1, 86400000),
                         value=rng.randint(0, end["value"] // 2))
        for _ in range(rng.choice([0, 0, 1, 3])):
            self.outcome(ident, holder, "rated", ended + rng.randint(1, 10 ** 8),
                         csat=rng.randint(1, 5))

    def messages(self):
        """Each ticket's in any order, those of all tickets mixed."""
        all_of_it = list(self.tickets.values()) + [
            m for outcomes in self.outcomes.values() for m, _, _ in outcomes]
        self.rng.shuffle(all_of_it)
        return all_of_it

    def counted(self):
        """The tickets as they stand."""
        told = {}
        for ident, m in self.tickets.items():
            told[ident] = Ticket(m["kind"], m["created_at"], m.get("value", 0))
            for _, outcome, holder in sorted(self.outcomes[ident], key=lambda o: (
                    o[1]["at"], OUTCOMES.index(o[1]["outcome"]))):
                told[ident].take(outcome, holder)
        return told

    def facts(self, name):
        return count(self.counted().values(), month_of)[name]


# ---- comparing

def check_open(stack, work, name):
    """Before anything is frozen the estimate shows the facts."""
    shown, facts = pool(stack, "care", name), work.facts(name)
    found = {m["metric"]: m["value"] for m in shown["metrics"]}
    expected = {m["metric"]: value_of(m, facts) for m in PLAN["metrics"]}
    assert found == expected, (name, found, expected)
    assert shown["cancelled_tickets"] == facts.cancelled, (name, shown, facts.cancelled)


def check_version(stack, name, book, facts):
    shown = pool(stack, "care", name)
    without = {m["metric"]: m["without_duration"] for m in shown["metrics"]}
    assert without["cycle_time"] == facts.unknown, (name, without, facts.unknown)
    assert shown["cancelled_tickets"] == facts.cancelled, (name, shown, facts.cancelled)
    for key in ("version", "gross", "carry", "net", "carry_open"):
        assert shown[key] == book[key], (name, key, shown[key], book[key])
    found = {s["rep"]: {part: s[part] for part in PARTS} for s in shown["shares"] if s["eligible"]}
    expected = {rep: line for rep, line in book["lines"].items() if book["weights"][rep]["equal"]}
    assert found == expected, (name, found, expected)
    check_sums(shown)
    check_views(stack, "care", name)


def check_payroll(stack, name, book, paid_before):
    """The CSV sums to the net, and says what to pay now."""
    rows = list(csv.DictReader(io.StringIO(stack.cli("payroll", name, "--csv")[1])))
    cents = {row["rep"]: round(float(row["total"]) * 100) for row in rows}
    due = {row["rep"]: round(float(row["due"]) * 100) for row in rows}
    totals = {rep: sum(line.values()) for rep, line in book["lines"].items()}
    assert {rep: c for rep, c in cents.items() if c} == {r: t for r, t in totals.items() if t}, rows
    assert sum(cents.values()) == book["net"], (rows, book["net"])
    assert sum(due.values()) == book["net"] - paid_before, (rows, paid_before)


def send(stack, messages):
    stack.add_many(messages)
    stack.settle()


def bring_in(stack, work):
    for number in range(TICKETS):
        work.life("t-%d" % number)
    send(stack, work.messages())
    for name in (EARLY, LAST):
        for rep in PAID:
            for metric, minutes in (("paid_minutes", PAID), ("contract_minutes", CONTRACT)):
                if rep in minutes:
                    stack.add({"type": "metric", "team": "care", "metric": metric, "period": name,
                               "rep": rep, "value": minutes[rep]})
    stack.settle()


def hand_on(stack, work):
    """Closed by one, reopened, handed on, closed by another: it is the second one's."""
    for number in range(6):
        ident, first, second = "h-%d" % number, *work.rng.sample(STAY, 2)
        work.ticket(ident, first, work.day(LAST, 1, 5))
        send(stack, [work.tickets[ident], work.close(ident, first, work.day(LAST, 6, 9)),
                     work.outcome(ident, first, "reopened", work.day(LAST, 10, 12))])
        answer = stack.daemon.post("/v1/tickets/default/%s/assign" % ident,
                                   {"rep": second, "reason": "knows the customer"})
        assert answer.code == 200, answer
        send(stack, [work.close(ident, second, work.day(LAST, 13, 20))])


def come_late(stack, work, name, share):
    """Refunds, other ratings and reopened work of a month that is over."""
    now, made = int(datetime.datetime.now().timestamp() * 1000) - 5000, []
    for ident, ticket in work.counted().items():
        closing = ticket.closing
        if closing is None or month_of(closing["at"]) != name or work.rng.random() > share:
            continue
        if closing["outcome"] == "won" and ticket.value > ticket.refunds:
            made.append(work.outcome(ident, None, "refunded", now,
                                     value=(ticket.value - ticket.refunds + 1) // 2))
        else:
            made.append(work.outcome(ident, None, "rated", now, csat=work.rng.randint(1, 5)))
    assert made
    send(stack, made)


@scenario("two months with all that is ordinary come out to the cent, whatever order it came in")
def two_months(stack):
    work = Work(random.Random(SEED))
    stack.start(desk(FIRST_DESK))
    bring_in(stack, work)
    hand_on(stack, work)
    apply_desk(stack, desk(last_desk()))
    for name in (EARLY, LAST):
        check_open(stack, work, name)
    step(stack, "exclude", "care", "bo", LAST, "--reason", "is paid otherwise")

    early = settle(PLAN, EARLY, work.facts(EARLY), people(), 0)
    for verb in ("freeze", "close", "pay"):
        step(stack, verb, "care", EARLY)
    check_version(stack, EARLY, early, work.facts(EARLY))
    check_payroll(stack, EARLY, early, early["net"])
    come_late(stack, work, EARLY, 0.6)
    step(stack, "freeze", "care", LAST)
    frozen = work.facts(LAST)
    come_late(stack, work, LAST, 0.3)
    step(stack, "close", "care", LAST)
    early = settle_again(PLAN, EARLY, work.facts(EARLY), early, early["carry_open"])
    check_version(stack, EARLY, early, work.facts(EARLY))
    last = settle(PLAN, LAST, frozen, people({"bo"}), early["carry_open"])
    check_version(stack, LAST, last, frozen)
    check_payroll(stack, LAST, last, 0)
    step(stack, "close", "care", LAST)
    last = settle_again(PLAN, LAST, work.facts(LAST), last, last["carry_open"])
    check_version(stack, LAST, last, work.facts(LAST))
    note("%s: net %d, carry %d; %s: net %d in %d versions, carry %d, open %d" % (
        EARLY, early["net"], early["carry"], LAST, last["net"], last["version"], last["carry"],
        last["carry_open"]))
    check_invariants(stack, hands_allowed=True)
    verify_ok(stack)


run()
