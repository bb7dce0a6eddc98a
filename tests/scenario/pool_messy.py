#!/usr/bin/python3
"""pool_messy: a period in which everything happens that can: entries twice and too early, in both
encodings, a joiner, a leaver, somebody who changes teams, somebody set aside, reopenings, refunds
and ratings before the freeze, after it and after the close, another plan, and kill -9 all along.

What the pools ought to be is counted beside it, by office and books.
"""
import copy
import datetime
import http.client
import json
import random
import threading
import time
import zoneinfo

import msgpack

from harness import INBOX, SEED, default_desk, default_team, note, run, scenario
from invariants import check_invariants
from books import (Books, apply_desk, check_sums, check_views, lines, milliseconds, month, pool,
                   pool_text, step)
from office import (BEFORE, CARE, CARRY_MOST, CONTRACT, EARLY, FAKETIME, FIRST, LOCAL, NEXT,
                    NEXT_PLAN, PAID, PLANS, POINTS, PUBLISHED, SPLIT, STAY, TEAMS, THEN, Office,
                    day, days_in, desk, metrics_of, month_of, plan_of)
from proofs import verify_ok

LIMITS = {"snapshot_inputs": 200}  # so that a restart has some of both


# ---- making messages

def closing(rng, ticket, kind, name):
    """How a ticket ended, some time in that month."""
    outcome = {"order": rng.choice(["won"] * 5 + ["cancelled"]), "query": "resolved",
               "quote": rng.choice(["won", "lost"])}[kind]
    moment = datetime.datetime.fromisoformat(day(name, rng.randint(1, 26)) + "T00:00")
    moment = moment.replace(tzinfo=LOCAL) + datetime.timedelta(minutes=rng.randrange(1440))
    m = {"type": "outcome", "id": ticket, "outcome": outcome, "at": milliseconds(moment)}
    if outcome == "won":
        m["value"] = int(rng.lognormvariate(10, 1))
    if rng.random() < 0.7:
        m["handled"] = rng.randint(5, 5000)
    if rng.random() < 0.4:
        m["csat"] = rng.randint(2, 5)
    return m


def later(rng, at, **more):
    """An outcome some minutes after that moment: the order in which they are sent is theirs."""
    return dict({"type": "outcome", "at": at + 60000 * rng.randint(1, 500)}, **more)


def refund(rng, ticket, at, value):
    return later(rng, at, id=ticket, outcome="refunded", value=rng.randint(1, max(1, value // 3)))


def rating(rng, ticket, at):
    return later(rng, at, id=ticket, outcome="rated", csat=rng.randint(1, 5))


def reopening(rng, ticket, at):
    return later(rng, at, id=ticket, outcome="reopened")


def closing_again(rng, ticket, kind, at):
    """In the same month, or in the last one."""
    return dict(closing(rng, ticket, kind, THEN), at=at + 60000 * rng.randint(1, 500)) \
        if rng.random() < 0.5 or month_of(at) == THEN else closing(rng, ticket, kind, THEN)


def last_of(story):
    return max(m.get("at", 0) for m in story)


def life(rng, number):
    """All messages of a ticket, in their order, but for one in ten that ends before it begins."""
    ticket, team = "t-%d" % number, rng.choice(["sales", "sales", "care"])
    rep, kind = rng.choice(TEAMS[team]), rng.choice(sorted(POINTS))
    name = rng.choice([EARLY, BEFORE, BEFORE, THEN, THEN, THEN])
    first = {"type": "ticket", "id": ticket, "team": team, "kind": kind, "owner": rep,
             "value": rng.randint(0, 90000), "source": "default"}
    if rng.random() < 0.12:
        return [first]
    end = closing(rng, ticket, kind, name)
    if rng.random() < 0.3:
        end["event"] = "e-%d" % number
    story = [first, end]
    if rng.random() < 0.25:  # sent again, as it was
        story.append(dict(end))
    if rng.random() < 0.1:
        story = [end, first] + story[2:]
    if end["outcome"] == "won" and rng.random() < 0.3 and end["value"] > 2:
        back = dict(refund(rng, ticket, end["at"], end["value"]), event="r-%d" % number)
        story += [back] * rng.randint(1, 2)
    if rng.random() < 0.3:
        story += [dict(rating(rng, ticket, last_of(story)),
                       event="s-%d" % number)] * rng.randint(1, 2)
    if rng.random() < 0.15:
        story.append(reopening(rng, ticket, last_of(story)))
        if rep in STAY and rng.random() < 0.6:
            story.append(closing_again(rng, ticket, kind, last_of(story)))
    return story


def interleaved(rng, stories):
    """Each story in its order, with those of neighbours in between."""
    keyed = []
    for number, story in enumerate(stories):
        place = float(number)
        for m in story:
            keyed.append((place, len(keyed), m))
            place += rng.random() * 12
    return [m for _, _, m in sorted(keyed)]


def afterwards(rng, office, months, count):
    """What comes late to tickets of those months: refunds, ratings, reopenings, closings."""
    made, used = [], set()
    tickets = sorted(office.tickets.values(), key=lambda t: int(t.id[2:]))
    while len(made) < count:
        t = rng.choice(tickets)
        if t.id in used or (t.outcome and t.month not in months):
            continue
        if not t.outcome and t.rep in STAY:
            made.append(closing_again(rng, t.id, t.kind, t.at) if t.at else
                        closing(rng, t.id, t.kind, rng.choice(months)))
        elif t.outcome == "won" and t.value - t.refunded > 2 and rng.random() < 0.5:
            made.append(refund(rng, t.id, t.at, t.value - t.refunded))
        elif t.outcome:
            made.append(rating(rng, t.id, t.at) if rng.random() < 0.6 else
                        reopening(rng, t.id, t.at))
        else:
            continue
        used.add(t.id)
    return made


def paid_minutes():
    """The imported figures of all months that are over."""
    made = []
    for team, reps in TEAMS.items():
        for name in [EARLY, BEFORE, THEN]:
            for rep in reps:
                for metric, minutes in (("paid_minutes", PAID), ("contract_minutes", CONTRACT)):
                    if rep in minutes:
                        made.append({"type": "metric", "team": team, "metric": metric,
                                     "period": name, "rep": rep, "value": minutes[rep]})
    for value in (20, 70):  # the last one counts
        made.append({"type": "metric", "team": "sales", "metric": "training", "period": THEN,
                     "value": value})
    return made


# ---- hurting the daemon

def send(stack, office, rng, messages, kills=0):
    """All of them, some as JSON and some as msgpack, while the daemon is killed so many times."""
    for m in messages:
        office.take(m)
        if m["type"] == "ticket":
            stack.produced[m["id"]] = m

    def go():
        client = stack.redis
        for start in range(0, len(messages), 20):
            pipe = client.pipeline(transaction=False)
            for m in messages[start:start + 20]:
                if packed.random() < 0.5:
                    pipe.xadd(INBOX, {"m": msgpack.packb(m)})
                else:
                    pipe.xadd(INBOX, {"j": json.dumps(m)})
            pipe.execute()
            time.sleep(0.01)
    packed = random.Random(rng.random())
    thread = threading.Thread(target=go)
    thread.start()
    for _ in range(kills):
        pause = rng.uniform(0, 0.25)
        note("kill -9 after %.3f s" % pause)
        time.sleep(pause)
        stack.daemon.kill()
        stack.daemon.start()
    thread.join()
    stack.settle()


def insist(stack, rng, verb, team, name):
    """A step of a period, asked for while the daemon is killed, and again until it is answered."""
    key = {"Idempotency-Key": "%s %s %s %s" % (verb, team, name, rng.random())}
    path = "/v1/teams/%s/periods/%s/%s" % (team, name, verb)

    def ask():
        try:
            stack.daemon.post(path, headers=key)
        except (OSError, http.client.HTTPException):
            pass
    thread = threading.Thread(target=ask)
    thread.start()
    pause = rng.uniform(0, 0.008)
    time.sleep(pause)
    stack.daemon.kill()
    thread.join()
    stack.daemon.start()
    answer = stack.daemon.post(path, headers=key)
    assert answer.code == 200, (verb, team, name, answer)
    note("%s %s %s: kill -9 after %.4f s%s" % (
        verb, team, name, pause, ", when it was done" if answer.json.get("repeat") else ""))
    return answer.json


class Manager:
    """Brings periods forward, here and in the books."""

    def __init__(self, stack, office):
        self.stack, self.office, self.frozen = stack, office, {}
        self.books = {team: Books(team, SPLIT, CARRY_MOST) for team in TEAMS}

    def gross(self, team, name):
        return self.office.facts[(team, name)].gross(metrics_of(team, name))

    def froze(self, team, name):
        self.office.state[(team, name)] = "frozen"
        self.office.late.discard((team, name))
        facts = copy.deepcopy(self.office.facts[(team, name)])
        self.frozen[(team, name)] = facts
        shown = pool(self.stack, team, name)
        assert shown["state"] == "provisional" and shown["gross"] == facts.gross(
            metrics_of(team, name)), shown
        check_views(self.stack, team, name)

    def closed(self, team, name):
        """Version 1 of it, and one version more of each that something came late for."""
        book, facts = self.books[team], self.frozen[(team, name)]
        for period in sorted(book.closed):
            if (team, period) in self.office.late:
                book.later(period, self.gross(team, period))
                self.office.late.discard((team, period))
        book.close(name, plan_of(team, name), facts.gross(metrics_of(team, name)),
                   facts.weights(team, name))
        self.check(team)

    def settled(self, team, name):
        self.books[team].later(name, self.gross(team, name))
        self.office.late.discard((team, name))
        self.check(team)

    def check(self, team):
        for name in self.books[team].closed:
            shown = pool(self.stack, team, name)
            self.books[team].check(shown)
            check_sums(shown)
            check_views(self.stack, team, name)
            assert bool(shown["late"]) == ((team, name) in self.office.late), (name, shown)


def check_estimates(stack, office):
    """While nothing is frozen the daemon counts what is counted here."""
    for (team, name), facts in office.facts.items():
        shown = pool(stack, team, name)
        values = {m["metric"]: m["value"] for m in shown["metrics"]}
        assert values == {m: facts.value(m) for m, _, _ in metrics_of(team, name)}, (
            team, name, values)
        for rep, line in lines(shown).items():
            assert line["days"] == days_in(team, rep, name), (team, name, line)
            assert not line["eligible"] or line["points"] == facts.points[rep], (team, name, line)


def start_then(stack):
    """A daemon that had its plans when they could still be published, by the clock of then."""
    if not PUBLISHED:
        note("the plan does not change: libfaketime is not there, or does not go with sanitizers")
        stack.start(desk(False, PLANS), limits=LIMITS)
        return
    stack.write_desk(desk(False, PLANS))
    stack.start_servers()
    daemon = stack.new_daemon("d", limits=LIMITS)
    code, output = stack.migrate()
    assert code == 0, output
    daemon.start(environment={"LD_PRELOAD": FAKETIME, "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
                              "FAKETIME": "@%s 12:00:00" % day(BEFORE, 20)},
                 arguments=("--accept-time", "the servers live later"))
    apply_desk(stack, desk(False, PLANS + PUBLISHED))
    daemon.kill()
    daemon.start()


def bring_to_the_close(stack, rng, office):
    """Tickets, people, two months closed, the third frozen."""
    start_then(stack)
    send(stack, office, rng, interleaved(rng, [life(rng, n) for n in range(400)]), kills=4)
    send(stack, office, rng, paid_minutes(), kills=1)
    apply_desk(stack, desk(True, PLANS + PUBLISHED + [NEXT_PLAN]))
    stack.daemon.kill()
    stack.daemon.start()
    check_estimates(stack, office)
    manager = Manager(stack, office)
    for team in TEAMS:
        for name in [EARLY, BEFORE]:
            step(stack, "freeze", team, name)
            manager.froze(team, name)
            step(stack, "close", team, name)
            manager.closed(team, name)
        step(stack, "pay", team, EARLY)
    step(stack, "exclude", "sales", "ben", THEN, "--reason", "was abroad, paid otherwise")
    office.of("sales", THEN).excluded.add("ben")
    for team in TEAMS:
        insist(stack, rng, "freeze", team, THEN)
        manager.froze(team, THEN)
    return manager


def close_all(stack, rng, office, manager):
    """Late facts before and after the close, until nothing is late any more."""
    before = pool_text(stack, "sales", THEN)
    send(stack, office, rng, afterwards(rng, office, [EARLY, BEFORE, THEN], 60), kills=2)
    shown = pool(stack, "sales", THEN)
    assert shown["late"] > 0 and shown["gross"] == json.loads(before)["gross"], shown
    for team in TEAMS:
        answer = insist(stack, rng, "close", team, THEN)
        assert (answer["state"], answer["version"]) == ("closed", 1), answer
        manager.closed(team, THEN)
    step(stack, "pay", "sales", THEN)
    send(stack, office, rng, afterwards(rng, office, [EARLY, BEFORE, THEN], 50), kills=2)
    for team, name in sorted(office.late):
        insist(stack, rng, "close", team, name)
        manager.settled(team, name)
    assert not office.late


def check_from_the_log(stack, office):
    """From the log alone, in a daemon that has no snapshot, everything is what it was."""
    asked = sorted(office.facts) + [("sales", NEXT)]
    views = "SELECT * FROM %s ORDER BY team, period, version, input"
    before = [pool_text(stack, team, name) for team, name in asked]
    tables = [stack.sql(views % view) for view in ("pool", "pool_share")]
    assert stack.daemon.stop() == 0
    head = stack.sql1("SELECT input FROM head")
    stack.sql("DELETE FROM snapshot")
    stack.daemon.start()
    assert stack.daemon.logged("recovered input=%d replayed=%d" % (head, head)), \
        stack.daemon.last_words()
    for (team, name), text in zip(asked, before):
        assert pool_text(stack, team, name) == text, (team, name)
    assert tables == [stack.sql(views % view) for view in ("pool", "pool_share")]


def check_backtests(stack, office):
    """Another process counts the same out of the log, for the plans one by one."""
    for tested, team, metrics in ((PLANS[0], "sales", FIRST), (PLANS[1], "care", CARE)):
        path = stack.dir + "/" + tested["id"] + ".yaml"
        with open(path, "w", encoding="utf-8") as f:
            json.dump(tested, f)
        told = json.loads(stack.cli("--json", "plan", "test", path, "--db", stack.postgres.dsn)[1])
        found = {p["period"]: p["gross"] for p in told["periods"]}
        for name in [EARLY, BEFORE, THEN]:
            assert found[name] == office.facts[(team, name)].gross(metrics), (team, name, told)


@scenario("a messy period comes out as it is counted from its messages, and out of the log again")
def messy(stack):
    rng, office = random.Random(SEED), Office()
    manager = bring_to_the_close(stack, rng, office)
    close_all(stack, rng, office, manager)
    now = milliseconds(datetime.datetime.now(LOCAL)) - 1000
    send(stack, office, rng, [
        {"type": "ticket", "id": "t-9000", "team": "care", "kind": "quote", "owner": "eli"},
        {"type": "outcome", "id": "t-9000", "outcome": "won", "value": 777, "at": now},
        {"type": "metric", "team": "sales", "metric": "training", "period": NEXT, "value": 42}])
    assert pool(stack, "care", month_of(now))["metrics"][0]["value"] == 777
    following = pool(stack, "sales", NEXT)
    assert (following["plan"], following["metrics"][1]["value"]) == ("sales-3", 42), following
    office.facts.pop(("sales", NEXT))

    check_from_the_log(stack, office)
    for team in TEAMS:
        manager.check(team)
        versions = stack.sql("SELECT period, max(version) FROM pool WHERE team = %s"
                             " GROUP BY 1 ORDER BY 1", team)
        note("%s: versions %s, carry open %d" % (
            team, dict(versions), manager.books[team].carry_open))
    dead = stack.sql("SELECT reason FROM dead_letter")
    assert not dead, dead
    check_invariants(stack, hands_allowed=True)
    check_backtests(stack, office)
    verify_ok(stack)


@scenario("minutes that come after the freeze ask for another one, and nobody loses by it")
def corrected(stack):
    rng, office = random.Random(SEED), Office()
    manager = bring_to_the_close(stack, rng, office)
    stack.add({"type": "metric", "team": "care", "metric": "paid_minutes", "period": THEN,
               "rep": "fay", "value": 17})
    stack.settle()
    refused = stack.daemon.post("/v1/teams/care/periods/%s/close" % THEN)
    assert refused.code == 409 and "fay" in refused.json["error"]["message"], refused
    step(stack, "freeze", "care", THEN)
    step(stack, "close", "care", THEN)
    shown = pool(stack, "care", THEN)
    check_sums(shown)
    assert lines(shown)["fay"]["minutes"] == 17, shown
    assert shown["gross"] == manager.gross("care", THEN), shown
    verify_ok(stack)


# ---- midnight

WEST_TO_EAST = ["America/New_York", "Europe/London", "Asia/Kolkata", "Pacific/Auckland"]


def team_of(zone):
    return zone.rpartition("/")[2].lower().replace("_", "-")


def revenue_plan(team, first, kind):
    return {"id": "p-" + team, "team": team, "from": first, "period": kind, "encourages": "a",
            "discourages": "b", "target_pool": "1000.00", "max_pool": "2000.00",
            "metrics": [{"metric": "revenue", "weight": "100%",
                         "curve": [["0.00", "0%"], ["10000.00", "200%"]]}],
            "funding": [["0%", "0%"], ["200%", "200%"]], "split": {"equal": "100%"}}


def world(zone):
    teams = [team_of(z) for z in WEST_TO_EAST]
    plans = [revenue_plan(team, month("UTC", 15), "month") for team in teams]
    plans.append(revenue_plan("weekly", "2020-W01", "week"))
    return default_desk(time_zone=zone, plans=plans,
                        teams=[default_team(team, ["ana"]) for team in teams + ["weekly"]])


def midnights(zone, kind):
    """The first moments of the months, or weeks, of a year that are over, on that zone's clocks."""
    local = zoneinfo.ZoneInfo(zone)
    today = datetime.datetime.now(local).date()
    date = datetime.date.fromisoformat(month(zone, 13) + "-01")
    while date <= today:
        if date.day == 1 if kind == "month" else date.weekday() == 0:
            yield datetime.datetime.combine(date, datetime.time(0), local)
        date += datetime.timedelta(1)


def around_midnights(stack, team, zone, kind):
    """A sale in the last and one in the first millisecond; what each period ought to have."""
    expected, offsets, number = {}, set(), 0
    form = "%Y-%m" if kind == "month" else "%G-W%V"
    for moment in midnights(zone, kind):
        offsets.add(moment.utcoffset())
        for ms, date in ((milliseconds(moment) - 1, moment.date() - datetime.timedelta(1)),
                         (milliseconds(moment), moment.date())):
            number += 1
            ticket, value = "%s-%d" % (team, number), 1000 + number * number
            stack.add_ticket(ticket, team=team)
            stack.add({"type": "outcome", "id": ticket, "outcome": "won", "value": value,
                       "at": ms})
            period = date.strftime(form)
            expected[period] = expected.get(period, 0) + value
    return expected, offsets


def midnight(stack, zone):
    """A desk that was always in this zone: a later one would not change its past."""
    stack.start(world(zone))
    asked = [(team_of(zone), "month")] + [("weekly", "week")] * (zone == WEST_TO_EAST[0])
    for team, kind in asked:
        expected, offsets = around_midnights(stack, team, zone, kind)
        stack.settle()
        assert len(offsets) == (1 if zone == "Asia/Kolkata" else 2), offsets
        found = {period: pool(stack, team, period)["metrics"][0]["value"] for period in expected}
        assert found == expected, (zone, found, expected)
    check_invariants(stack)
    verify_ok(stack)


for one in WEST_TO_EAST:
    @scenario("the last moment of a month and the first of the next, in " + one)
    def midnight_in(stack, zone=one):
        midnight(stack, zone)


run()
