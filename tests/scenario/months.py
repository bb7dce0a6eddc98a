#!/usr/bin/python3
"""months: the snapshot before the first input of each month is kept, and whatever is asked of a month
begins there: it comes to what the whole log comes to, and is made of the month alone.

libfaketime starts the daemon in the past, once a month; the months turn while it runs.
"""
import datetime
import json
import random

import pools
from harness import SALES, SEED, SUPPORT, Skip, default_desk, run, scenario, today, wait_until
from office import FAKETIME, fakes_time
from proofs import not_proved, tampered, verify, verify_ok

MONTHS = 3  # that are over
BEFORE_MIDNIGHT = 4  # seconds: then a month begins
OTHER_VERSION = ("UPDATE snapshot SET state = state - 1", "UPDATE snapshot SET body ="
                 " set_byte(body, 8, get_byte(body, 8) - 1) WHERE part = 0")


def first_days():
    """Of the months that are over and of the one that runs, the oldest first."""
    day = today().replace(day=1)
    days = [day]
    for _ in range(MONTHS):
        day = (day - datetime.timedelta(days=1)).replace(day=1)
        days.insert(0, day)
    return days


FIRST_DAYS = first_days()
NAMES = [day.strftime("%Y-%m") for day in FIRST_DAYS]
ENDS = [day - datetime.timedelta(days=1) for day in FIRST_DAYS[1:]]


def desk(policy, plans=()):
    overloaded = {"at_least": "1s", "at_most": "8h"}
    return default_desk(time_zone="UTC", plans=list(plans), teams=[
        {"id": "sales", "reps": list(SALES), "policy": policy, "capacity": 0,
         "overloaded": overloaded},
        {"id": "support", "reps": list(SUPPORT), "overloaded": overloaded}])


def clock(moment):
    return {"LD_PRELOAD": FAKETIME, "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
            "FAKETIME": "@" + moment.strftime("%Y-%m-%d %H:%M:%S")}


class Months:
    """A desk that goes through its months; every one ends under the eyes of a running daemon."""

    def __init__(self, stack, policy="balanced", plans=()):
        if not fakes_time():
            raise Skip("no libfaketime, or a daemon that cannot be run under it")
        self.stack, self.random, self.count, self.open = stack, random.Random(SEED), 0, []
        stack.write_desk(desk(policy, plans))
        stack.start_servers()
        self.daemon = stack.new_daemon("d", limits={"snapshot_inputs": 150})
        assert stack.migrate()[0] == 0
        self.turned = []  # last input before each month that began

    def start(self, moment):
        self.daemon.start(environment=clock(moment),
                          arguments=("--accept-time", "the servers live later"))

    def send(self, count, closing=0.4):
        messages = []
        for _ in range(count):
            self.count += 1
            ticket = {"type": "ticket", "id": "m-%d" % self.count, "kind": "order",
                      "team": self.random.choice(("sales", "sales", "support")),
                      "customer": "c-%d" % self.random.randrange(40),
                      "value": self.random.randrange(100000)}
            if self.random.random() < .1:
                ticket["owner"] = self.random.choice(SALES if ticket["team"] == "sales"
                                                     else SUPPORT)
            messages.append(ticket)
            self.open.append(ticket["id"])
            while self.open and self.random.random() < closing:
                at = self.random.randrange(len(self.open))
                messages.append({"type": "outcome", "id": self.open.pop(at),
                                 "outcome": self.random.choice(("won", "lost", "cancelled")),
                                 "handled": self.random.randrange(30, 4000)})
        self.stack.add_many(messages)
        self.stack.settle()

    def signals(self):
        """Somebody is overloaded, somebody away, and a manager intervenes: it lasts."""
        for rep, status in ((self.random.choice(SALES), "overloaded"),
                            (self.random.choice(SUPPORT), "away"),
                            (self.random.choice(SUPPORT), "available"),
                            (self.random.choice(SALES), "available")):
            self.daemon.post("/v1/reps/%s/signal" % rep, {"status": status, "reason": "a test"})
        ticket = self.random.choice(self.open)
        self.daemon.post("/v1/tickets/helpdesk/%s/assign" % ticket,
                         {"rep": self.random.choice(SALES), "reason": "a test"})
        self.stack.settle()

    def say_ahead(self, midnight):
        """Of the month that begins: a figure, and now and then work that is dated in it."""
        messages = [{"type": "metric", "team": team, "metric": "training",
                     "period": midnight.strftime("%Y-%m"), "value": self.random.randrange(1, 9)}
                    for team in ("sales", "support")]
        at = midnight + datetime.timedelta(seconds=self.random.randrange(5, 200))
        if len(self.turned) % 2 == 0:
            messages.append({"type": "outcome", "id": self.open.pop(), "outcome": "won",
                             "at": at.strftime("%Y-%m-%dT%H:%M:%SZ")})
        self.stack.add_many(messages)
        self.stack.settle()

    def month(self, end):
        """Its last moments, and the first ones of the next month."""
        midnight = datetime.datetime.combine(end, datetime.time()) + datetime.timedelta(days=1)
        noon = midnight - datetime.timedelta(days=9, hours=12)
        self.start(noon)
        self.send(180)
        self.signals()
        assert self.daemon.stop() == 0
        self.start(midnight - datetime.timedelta(seconds=BEFORE_MIDNIGHT))
        self.send(20)
        self.say_ahead(midnight)
        first_us = int(midnight.replace(tzinfo=datetime.timezone.utc).timestamp()) * 1000000
        before = "SELECT max(input) FROM input WHERE at < %d" % first_us
        wait_until("the month is over", lambda: self.stack.sql(
            "SELECT 1 FROM input WHERE at >= %d LIMIT 1" % first_us), 30)
        self.turned.append(self.stack.sql1(before))
        self.send(180)
        self.signals()
        assert self.daemon.stop() == 0

    def go_through(self, ends=ENDS):
        for end in ends:
            self.month(end)


def kept(stack):
    """{last local day: input} of the snapshots that are whole."""
    return {datetime.date(1970, 1, 1) + datetime.timedelta(days=day): number for number, day in
            stack.sql("SELECT input, day FROM snapshot GROUP BY input, day, parts"
                      " HAVING count(*) = parts ORDER BY input")}


def fairness(stack, team, first, last, *flags):
    """(what is printed, what is said beside)"""
    _, out, error = stack.cli(*flags, "fairness", team, "--db", stack.postgres.daemon_dsn,
                              "--from", first, "--to", last)
    return out, error


def reports(stack, flags=("--json",)):
    asked = [(team, first, last) for team in ("sales", "support")
             for first, last in zip(FIRST_DAYS[1:-1], ENDS[1:])]
    asked += [("sales", FIRST_DAYS[2] + datetime.timedelta(days=3), ENDS[-1])]
    return {call: fairness(stack, *call, *flags) for call in asked}


@scenario("each month's last snapshot is kept, and a month's report begins there and is the same")
def same_reports(stack):
    months = Months(stack, random.Random(SEED).choice(("balanced", "rotation", "random")))
    months.go_through()
    assert [kept(stack)[end] for end in ENDS] == months.turned, (kept(stack), months.turned)
    assert len(kept(stack)) <= len(ENDS) + 2, kept(stack)
    verify_ok(stack)
    found, shown = reports(stack), reports(stack, ())
    assert not any(error for _, error in found.values()), found
    with tampered(stack, *OTHER_VERSION):
        told = reports(stack)
        text = reports(stack, ())
    assert {call: out for call, (out, _) in told.items()} == \
        {call: out for call, (out, _) in found.items()}, "from the beginning it is another report"
    assert {call: out for call, (out, _) in text.items()} == \
        {call: out for call, (out, _) in shown.items()}
    assert all("are of another version and cannot be read; the log is decided again from its"
               " beginning" in error for _, error in told.values()), told
    for (team, first, last), (out, _) in found.items():
        assert team == "support" or json.loads(out)["tickets"] > 20, (team, first, out)
    months.daemon.start()
    for (team, first, last), (out, _) in found.items():
        answer = months.daemon.get("/v1/teams/%s/fairness?from=%s&to=%s" % (team, first, last))
        assert answer.code == 200 and answer.json == json.loads(out), (team, first, answer)


@scenario("what is before a month's snapshot is not read; one that is damaged is passed over, and told")
def the_month_alone(stack):
    months = Months(stack)
    months.go_through(ENDS[-2:])
    last, before = months.turned[-1], months.turned[-2]
    call = ("sales", FIRST_DAYS[-1], FIRST_DAYS[-1])
    newest = stack.sql1("SELECT id FROM input WHERE input > %d AND type = 1 AND team = 'sales'"
                        " ORDER BY input LIMIT 1" % last)
    months.daemon.start()
    receipt = ("--json", "ticket", newest, "--db", stack.postgres.daemon_dsn)
    chances = json.loads(stack.cli(*receipt)[1])["chances"]
    with tampered(stack, *OTHER_VERSION):
        assert json.loads(stack.cli(*receipt)[1])["chances"] == chances != [], chances
    assert months.daemon.stop() == 0
    whole = fairness(stack, *call)
    with tampered(stack, "DELETE FROM input WHERE input <= %d" % last,
                  "DELETE FROM effect WHERE input <= %d AND type NOT IN (7, 8)" % last):
        assert fairness(stack, *call) == whole
        verify_ok(stack, "--from", last + 1)
        told = not_proved(stack, "--from", last + 1)
        assert "what comes up to input %d: its snapshot is taken at its word" % last in told, told
        with tampered(stack, "UPDATE effect SET rep = 'ben' WHERE seq = (SELECT max(seq) FROM effect"
                      " WHERE type = 1 AND rep <> 'ben')"):
            assert verify(stack, "--from", last + 1)[0] == 1
    with tampered(stack, "UPDATE chain SET digest = md5('x')::uuid WHERE input = %d" % last):
        code, verdict, _ = verify(stack, "--from", last + 1)
        assert (code, verdict) == (1, "snapshot of input %d: it is not the state that its chain row"
                                   " tells" % last), verdict
    damage = ("UPDATE snapshot SET body = set_byte(body, 900, 255 - get_byte(body, 900))"
              " WHERE input = %d AND part = 0" % last)
    with tampered(stack, damage, "DELETE FROM input WHERE input <= %d" % before):
        out, error = fairness(stack, *call)
        assert out == whole[0] and "the snapshot of input %d cannot be used" % last in error, error
    names = "^snapshot of input %d: part 0: " % last
    for change in (damage, "UPDATE snapshot SET day = day + 1 WHERE input = %d" % last,
                   "UPDATE snapshot SET state = state + 1 WHERE input = %d" % last):
        with tampered(stack, change):
            code, verdict, _ = verify(stack)
            assert code == 1 and verdict.startswith(names[1:]), (change, verdict)
    verify_ok(stack)


def training_plan(team, since):
    metrics = [{"metric": "revenue", "weight": "50%", "curve": [["0.00", "0%"], ["90000.00", "100%"]]},
               {"metric": "training", "weight": "50%", "take": "sum",
                "curve": [[0, "0%"], [100, "100%"]]}]
    return pools.plan(since, team=team, metrics=metrics)


def tested(stack, plan, month):
    path = stack.dir + "/plan.json"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(plan, file)
    _, out, _ = stack.cli("--json", "plan", "test", path, "--period", month, "--db",
                          stack.postgres.daemon_dsn)
    return json.loads(out)["periods"]


@scenario("a plan is tested on a month, and counts late, from there on, with what was said before it")
def plans(stack):
    months = Months(stack)
    months.go_through(ENDS[-3:])
    plan = {team: training_plan(team, NAMES[1]) for team in ("sales", "support")}
    found = {(team, name): tested(stack, plan[team], name) for team in plan for name in NAMES[-3:]}
    with tampered(stack, *OTHER_VERSION):
        for (team, name), periods in found.items():
            assert tested(stack, plan[team], name) == periods, (team, name)
    assert all([m["value"] for m in periods[0]["metrics"] if m["metric"] == "training"] > [0]
               for periods in found.values()), found
    # What a desk file recalls of the past for its late plans, verify counts from the beginning.
    late = dict(plan["support"], **{"from": NAMES[-2]})
    months.daemon.start()
    before = stack.sql1("SELECT max(input) FROM input")
    answer = months.daemon.http("PUT", "/v1/desk", json.dumps(desk("balanced", [late])))
    assert answer.code == 200, answer
    assert months.daemon.stop() == 0
    verify_ok(stack)
    verify_ok(stack, "--from", before)


@scenario("after an upgrade the first start writes the months anew, and after kill -9 goes on with them")
def upgraded(stack):
    months = Months(stack)
    months.go_through(ENDS[-3:])
    found, months_then = reports(stack), kept(stack)
    wrong = stack.sql1("SELECT max(state) FROM snapshot") - 1
    for change in OTHER_VERSION:
        stack.sql(change)
    months.daemon.start()
    assert months.daemon.logged("replayed=%d" % months_then[max(months_then)]) == 1
    months.send(10)
    assert months.daemon.stop() == 0
    assert stack.sql1("SELECT count(*) FROM snapshot WHERE state = %d" % wrong) == 0
    assert [kept(stack)[end] for end in ENDS[-3:]] == months.turned, (kept(stack), months.turned)
    assert reports(stack) == found
    verify_ok(stack)
    # As a daemon leaves it that was killed on its way there.
    stack.sql("DELETE FROM snapshot WHERE input > %d" % months.turned[0])
    stack.sql("DELETE FROM snapshot WHERE part = 0 AND input = %d" % months.turned[0])
    months.daemon.start()
    assert months.daemon.stop() == 0
    assert [kept(stack)[end] for end in ENDS[-3:]] == months.turned, (kept(stack), months.turned)
    verify_ok(stack)


run()
