#!/usr/bin/python3
"""make: a log as a build of evenhandd writes it, kept for all that come after: old_logs.py recovers
and proves each of them.

    tests/scenario/logs/make.py BUILD NAME [stopped|killed|lost-key]

BUILD is a build folder, of this checkout or of any earlier one; tests/scenario/logs/NAME.sql.xz is
written. The daemon lives through ten weeks, up to a day ago: days change, periods end. What a build
does not know it refuses, and that is a part of its log, too. The last words of the file are
comments: the master key and the checkpoints, which stand beside a database. The daemon is
`stopped` in the end, with a snapshot, or `killed`, and its snapshots are deleted; or its key was
lost in between.
"""
import datetime
import http.client
import json
import lzma
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    os.environ["EVENHAND_BUILD"] = os.path.abspath(sys.argv[1])
    os.environ["EVENHAND_TMP"] = os.environ.get("EVENHAND_TMP", "/tmp")
sys.path.insert(0, os.path.dirname(HERE))

from harness import EVENHANDD, INBOX, Answer, Stack, note, wait_until  # noqa: E402
from office import FAKETIME  # noqa: E402

DAY = 24 * 3600
PG_DUMP = "/usr/lib/postgresql/15/bin/pg_dump"
REPS = [{"id": "ana", "name": "Ana Ås", "since": "2019-05-01"},
        {"id": "ben", "share": 0.5, "since": "2024-02-29"},
        {"id": "cai", "skills": ["german", "vip"]},
        {"id": "dora", "skills": ["german"], "since": "2022-01-01"},
        {"id": "eli"}, {"id": "fay", "share": "0.3", "skills": ["vip"]},
        {"id": "gus"}, {"id": "hal"}]
LOTS = {"id": "lots", "policy": "random", "reps": ["ana", "ben", "cai", "dora"]}
SALES, CARE = ["ana", "ben", "cai", "dora"], ["dora", "eli", "fay", "gus"]


def moment(days_ago):
    return datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days_ago)


def month(days_ago):
    return moment(days_ago).strftime("%Y-%m")


def week(days_ago):
    return moment(days_ago).strftime("%G-W%V")


def plan(ident, team, since, revenue):
    """With a metric of every sort: what it is hashed to is in every statement of a period."""
    metrics = {
        "revenue": {"weight": "%d%%" % revenue, "curve": [["0.00", "0%"], ["40.00", "100%"]]},
        "csat": {"weight": "%d%%" % (40 - revenue), "prior": {"mean": 4.2, "count": 5},
                 "curve": [[3.0, "0%"], [5.0, "125%"]]},
        "handle_time": {"curve": [["30s", "100%"], ["2h", "0%"]], "winsorise": ["60s", "1h"],
                        "mix": {"order": "50%", "quote": "30%", "query": "20%"}},
        "reopen_rate": {"curve": [["0%", "100%"], ["90%", "0%"]], "perspective": "process"},
        "conversion": {"curve": [["0%", "0%"], ["70%", "130%"]], "perspective": "financial"},
        "response_time": {"curve": [["0s", "100%"], ["8000h", "50%"]],
                          "gate": {"metric": "csat", "at_least": "1.5", "else": "cap_metric"}},
        "cycle_time": {"curve": [["1h", "110%"], ["8000h", "0%"]],
                       "gate": {"metric": "reopen_rate", "at_most": "80%", "else": "zero_metric"}},
        "training": {"curve": [[0, "0%"], [10, "100%"]], "take": "sum", "perspective": "learning"}}
    return {"id": ident, "team": team, "from": since, "period": "month",
            "encourages": "Answering well.", "discourages": "Hurrying customers.",
            "target_pool": "6000.00", "max_pool": "9000.00",
            "metrics": [dict({"metric": name, "weight": "10%"}, **more)
                        for name, more in metrics.items()],
            "funding": [["10%", "0%"], ["100%", "100%"], ["125%", "150%"]],
            "split": {"individual": "10%", "equal": "30%", "hours": "24%", "seniority": "36%"},
            "individual": {"points": {"order": 2, "quote": 1, "query": 1}, "cap": "40%"},
            "seniority": [["0y", 100], ["1y", 105], ["3y", 115]], "leavers": "prorate",
            "carry": {"at_most": "25%"}}


def desk(policies, reps=None, plans=(), **sales):
    reps = reps or REPS[:7]
    there = {rep["id"] for rep in reps}

    def team(ident, policy, members, **more):
        return dict({"id": ident, "policy": policy, "reps": [
            m for m in members if (m["id"] if isinstance(m, dict) else m) in there]}, **more)
    return {"desk": "main", "currency": "EUR", "time_zone": "Europe/Oslo",
            "kinds": {"order": {"points": 2}, "quote": {"points": 2}, "query": {"points": 1}},
            "reps": reps, "plans": list(plans),
            "teams": [
                team("sales", policies[0], SALES, **sales),
                team("care", policies[1], CARE, capacity=6),
                team("odd", policies[2], SALES + ["eli"], value_weight="30%"),
                team("even", policies[3],
                     CARE + [{"id": "hal", "from": moment(30).strftime("%Y-%m-%d")}],
                     presence="signalled")]}


def with_hours(text):
    """A desk with a team that shares by the minutes of its calendar."""
    plan_of_weeks = {
        "id": "timed-1", "team": "timed", "from": week(45), "period": "week", "encourages": "Being there.",
        "discourages": "Nothing.", "target_pool": "100.00", "max_pool": "100.00", "if_missing": "prior",
        "metrics": [{"metric": "revenue", "weight": "100%", "curve": [["0.00", "100%"], ["1.00", "100%"]]}],
        "funding": [["0%", "0%"], ["100%", "100%"]], "split": {"hours": "100%"}}
    days = {"id": "days", "hours": {"mon-fri": "08:00-16:00", "sat": "22:00-06:00"}}
    return dict(text, plans=text["plans"] + [plan_of_weeks],
                calendars=text.get("calendars", []) + [days],
                teams=text["teams"] + [{"id": "timed", "reps": ["eli", "fay"], "hours": "days"}],
                reps=[dict(rep, hours={"mon": "08:00-12:30"}) if rep["id"] == "fay" else rep
                      for rep in text["reps"]])


class Build(Stack):
    """Whatever keys its configuration has."""
    unknown = ()

    def config(self, **changes):
        return {key: value for key, value in super().config(**changes).items()
                if key not in self.unknown}

    def migrate(self):
        code, output = super().migrate()
        found = re.search(r": (\w+): unknown key", output)
        if not found:
            return code, output
        self.unknown += found.groups()
        return self.migrate()


class History:
    """A stack whose daemon lives some days ago."""

    def __init__(self, stack):
        self.stack, self.days, self.unsent = stack, 0, []
        self.ramp = {}  # of the team `even`, once the build took it
        self.timed = False  # a team shares by its calendar; desks keep what a plan needs
        self.policies = ["random", "least_loaded", "rotation", "balanced"]

    # ---- time

    def start(self, days_ago):
        """Goes on so many days ago; what is sent is of then, too."""
        daemon = self.stack.daemon
        if daemon.alive():
            assert daemon.stop() == 0
        self.days = days_ago
        accept = () if "--accept-time" not in daemon.run("--help")[1] else (
            "--accept-time", "the servers live later")
        daemon.start(ready=False, environment=self.clock(), arguments=accept)
        wait_until("it leads", lambda: daemon.status().get("role") == "leader")

    def clock(self):
        return {"LD_PRELOAD": FAKETIME, "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
                "FAKETIME": "-%dd" % self.days}

    def now_ms(self, seconds=0):
        return int((time.time() - self.days * DAY + seconds) * 1000)

    # ---- what is said

    def raw(self, fields):
        self.unsent.append(fields)

    def add(self, kind, ident=None, /, **more):
        message = {"type": kind}
        if ident is not None:
            message["rep" if kind in ("signal", "absence") else
                    "team" if kind == "metric" else "id"] = ident
        self.raw({"j": json.dumps(dict(message, **more), ensure_ascii=False)})

    def tickets(self, prefix, count, team="sales", **more):
        for n in range(count):
            self.add("ticket", "%s-%d" % (prefix, n), team=team, value=100 * n,
                     kind=["order", "quote", "query"][n % 3], **more)

    def close(self, prefix, count, **more):
        for n in range(count):
            outcome = ["won", "lost", "resolved", "won", "cancelled"][n % 5]
            value = {"value": 150 * n} if n % 5 == 3 else {}
            self.add("outcome", "%s-%d" % (prefix, n), outcome=outcome, handled=60 * n + 1,
                     csat=1 + n % 5, **value, **more)

    def ask(self, method, path, body=None):
        """Whatever comes of it."""
        try:
            answer = self.stack.daemon.http(method, path, body)
        except (OSError, http.client.HTTPException) as error:
            answer = Answer(0, str(error))
        note("%s %s: %r" % (method, path, answer.text[:150]) if answer.code != 200 else
             "%s %s: 200" % (method, path))
        return answer

    def put(self, text):
        text = with_hours(text) if self.timed else text
        for team in text["teams"]:
            team.update(self.ramp if team["id"] == "even" else {})
        return self.ask("PUT", "/v1/desk", json.dumps(text))

    def send(self):
        """In few batches: a chain row each is what a small file has little room for."""
        pipe = self.stack.redis.pipeline(transaction=True)
        for fields in self.unsent:
            pipe.xadd(INBOX, fields, id="%d-*" % self.now_ms())
        pipe.execute()
        self.unsent.clear()

    def settle(self):
        self.send()
        self.stack.settle()

    # ---- the ten weeks

    def begin(self):
        """A build that has not all policies refuses the desk, and deals by those it has."""
        self.stack.write_desk(desk(self.policies, affinity="open", affinity_for="30d"))
        self.stack.start_servers()
        code, output = self.stack.migrate()
        assert code == 0, output
        self.stack.new_daemon("d")
        self.start(70)
        time.sleep(1)
        if self.ask("GET", "/v1/desk").code != 200:
            self.policies[2:] = ["random", "least_loaded"]
            self.stack.write_desk(desk(self.policies, affinity="open", affinity_for="30d"))
            self.start(70)
        wait_until("it has a desk", lambda: self.ask("GET", "/v1/desk").code == 200)

    def arrivals(self):
        """Tickets with every field, and those that cannot be."""
        self.tickets("a", 12)
        self.tickets("c", 10, team="care")
        self.tickets("o", 12, team="odd")
        self.tickets("e", 3, team="even")
        for n in range(8):
            self.add("ticket", "f-%d" % n, team="sales", kind="order", value=12345, currency="EUR",
                     customer="Kari Nordmann %d" % (n % 2), priority=n, channel="mail",
                     skills=[[], ["german"], ["vip", "german"], ["vip"]][n % 4], source="shop",
                     subject="Bestilling nr. %d: blåbær" % n, created_at=self.now_ms(-600),
                     owner=["ana", "nobody", "gus", "cai"][n % 4])
        most, name = (1 << 53) - 1, "ÆØÅ\u202e\u200b\u0301" * 9
        self.add("ticket", name, team="odd", kind="query", value=most, customer=name, source=name,
                 channel=name, subject=name * 4, created_at=0, priority=0)
        self.add("outcome", name, source=name, outcome="won", value=most, handled=1 << 31, at=1)
        self.add("outcome", name, source=name, outcome="won", value=most)
        self.add("ticket", "a-1", team="sales", kind="order", value=1)  # other content
        self.add("ticket", "a-2", team="sales", kind="query", value=200)  # the same again
        self.add("ticket", "w-1", team="nowhere", kind="order")
        self.add("ticket", "w-2", team="sales", kind="favour")
        self.add("ticket", "w-3", team="sales", kind="order", currency="USD")
        self.add("ticket", "w-4", team="sales")
        self.raw({"j": "{"})
        self.raw({"m": b"\xc1\xff\x00"})
        self.raw({"j": "{}", "x": "y"})
        self.raw({"q": "æøå"})
        self.add("nonsense", "w-5")
        self.settle()

    def signals(self):
        self.add("signal", "ana", status="overloaded", reason="en lang kø", event="s-1", **{
            "for": 3600})
        self.add("signal", "ana", status="overloaded", reason="en annen", event="s-1")
        self.add("signal", "ben", status="away")
        self.add("signal", "gus", status="available", event="s-2")
        self.add("signal", "nobody", status="away")
        for n in range(9):
            self.add("signal", "dora", status=["away", "available", "overloaded"][n % 3])
            self.add("signal", "cai", status="available", reason="again")
        self.add("signal", "eli", status="available")
        self.tickets("s", 6)
        self.settle()
        self.ask("POST", "/v1/reps/fay/signal", {"status": "overloaded", "for": 60})
        self.ask("POST", "/v1/reps/ben/signal", {"status": "available"})
        self.ask("POST", "/v1/reps/fay/signal", {"status": "available"})
        self.tickets("t", 6, team="care")
        self.settle()

    def changes(self):
        self.add("update", "a-3", priority=9, value=777, subject="nytt", skills=["german"])
        self.add("update", "a-4", skills=[])
        self.add("update", "f-1", source="shop", skills=["vip"])
        self.add("update", "unknown", priority=1)
        self.close("a", 8)
        self.close("o", 9)
        self.add("outcome", "a-0", outcome="lost")
        self.add("outcome", "a-0", outcome="refunded", value=50, event="r-1")
        self.add("outcome", "a-3", outcome="refunded")
        self.add("outcome", "a-1", outcome="refunded", value=10)
        self.add("outcome", "a-0", outcome="rated", csat=2)
        self.add("outcome", "a-0", outcome="reopened")
        self.add("outcome", "a-2", outcome="reopened")
        self.add("outcome", "a-0", outcome="won", value=999, at=self.now_ms(-3600))
        self.add("outcome", "a-9", outcome="won", at=self.now_ms(-40 * DAY), handled=99)
        self.add("outcome", "a-10", outcome="won", at=self.now_ms(DAY))
        self.add("outcome", "early", outcome="won", value=5)  # before its ticket
        self.add("outcome", "never", outcome="won")
        self.add("ticket", "early", team="sales", kind="order", customer="Ola")
        self.add("update", "a-1", priority=1)  # closed
        self.settle()
        self.ask("POST", "/v1/tickets/default/f-9/outcome", {"outcome": "won"})
        self.ask("POST", "/v1/tickets/default/c-1/outcome", {"outcome": "resolved", "csat": 5})

    def figures(self, period):
        for value in (3, -1):
            self.add("metric", "sales", metric="training", period=period, value=value)
        self.add("metric", "care", metric="training", period=period, value=7, event="m-" + period)
        self.add("metric", "nowhere", metric="training", period=period, value=3)
        for rep in SALES + ["nobody"]:
            self.add("metric", "sales", metric="paid_minutes", period=period, value=9000, rep=rep)
        self.add("metric", "sales", metric="paid_minutes", period=period, value=9000)
        self.add("metric", "sales", metric="paid_minutes", period=period, value=9000, rep="eli")
        self.add("metric", "sales", metric="revenue", period=period, value=5)
        self.add("metric", "sales", metric="contract_minutes", period=period, value=-1, rep="ana")
        for other in ("2026-Q1", "2026-W10", "2025-W53", "2026-13", "soon"):
            self.add("metric", "sales", metric="training", period=other, value=1)
        self.settle()
        self.ask("POST", "/v1/teams/odd/metrics", {"metric": "nps", "period": period, "value": 4})

    def manager(self):
        why = {"reason": "fordi ½"}
        self.ask("POST", "/v1/tickets/default/s-1/assign", dict(why, rep="cai"))
        self.ask("POST", "/v1/tickets/default/s-1/assign", dict(why, rep="gus"))
        self.ask("POST", "/v1/tickets/default/s-2/move", dict(why, team="care"))
        self.ask("POST", "/v1/tickets/default/s-3/move", dict(why, team="nowhere"))
        self.ask("POST", "/v1/reps/cai/release", why)
        self.ask("POST", "/v1/reps/nobody/release", why)
        self.ask("POST", "/v1/draws/reveal")
        self.tickets("m", 9, team="odd")
        self.settle()

    def owners(self):
        """Who has a ticket, as the helpdesk says; a manager returns some."""
        self.tickets("p", 12)
        self.tickets("q", 3, team="care", owner="zed")
        self.settle()
        for n in range(12):
            self.add("owner", "p-%d" % n, by=["ben", "dora", None, "zed", "maja"][n % 5],
                     owner=["ben", "dora", None, "zed"][n % 4], event="o-%d" % n)
        self.add("owner", "q-0", owner=None)
        self.add("owner", "q-1", account="eli@shop.example", by="eli@shop.example")
        named = [{"account": "eli@shop.example", "by": "eli@shop.example"}, {"owner": "ben", "by": "dora"},
                 {"owner": "dora", "by": "leif", "manager": True}, {"owner": "ben", "by": "maja"},
                 {"account": "zed@x", "by": "zed@x"}, {"account": "zed@x", "by": "ben"}]
        for n, who in enumerate(named):
            self.add("ticket", "r-%d" % n, team="sales", kind="query", value=n, **who)
        self.add("owner", "r-1", owner=None, manager=True)
        self.add("owner", "r-3", account="zed@x", by="zed@x")
        self.add("owner", "unknown", owner="ben")
        self.add("owner", "p-1")
        self.close("p", 4)
        self.add("outcome", "p-3", outcome="reopened")
        self.settle()
        for n in range(12):
            self.ask("POST", "/v1/tickets/default/p-%d/return" % n, {"reason": "feil hender"})
        self.ask("POST", "/v1/tickets/default/p-7/move", {"reason": "x", "team": "odd"})
        self.ask("POST", "/v1/tickets/default/p-7/move", {"reason": "x", "team": "sales"})

    def other_desks(self, plans):
        """Somebody leaves, somebody comes, skills go and come, a policy is another."""
        self.put(desk(self.policies, REPS[1:]))  # ana has open tickets
        self.ask("POST", "/v1/reps/ana/release", {"reason": "leaves"})
        reps = [dict(rep) for rep in REPS[1:]]
        reps[1]["skills"] = ["vip"]
        reps[3]["skills"] = ["german"]
        self.put(desk(self.policies, reps, affinity="off"))
        self.tickets("d", 6, team="even")
        self.tickets("g", 4, skills=["german"])
        self.settle()
        self.policies[0], self.policies[3] = self.policies[3], self.policies[0]
        self.put(desk(self.policies, REPS, plans, affinity="open"))
        self.tickets("h", 12)
        self.tickets("i", 8, team="odd")
        for n in range(6):
            self.add("ticket", "k-%d" % n, team="sales", kind="query", value=n,
                     customer="Kari Nordmann 1")
        self.settle()

    def limits(self, plans):
        """A team deals so many an hour and a day, by a clock whose hours begin between UTC's."""
        text = desk(self.policies, REPS, plans, affinity="open",
                    at_most={"per_hour": 2, "per_day": 5})
        self.put(dict(text, time_zone="Asia/Kathmandu"))
        self.tickets("l", 12)
        self.settle()
        self.ramp = {"ramp": "50% for 1d"}
        if self.put(dict(text, time_zone="Asia/Kathmandu")).code != 200:
            self.ramp = {}

    def alarm(self, days_ago):
        """Goes on with draws that are none until the daily look alarms, and takes them back. Builds
        that know no such input are waited for in vain."""
        sql = self.stack.sql
        assert self.stack.daemon.stop() == 0
        rows = " effect e SET draws = %s WHERE e.team = 'lots' AND e.draws IS NOT NULL"
        sql("CREATE TABLE public.kept AS SELECT desk, seq, draws FROM effect WHERE team = 'lots'")
        sql("SET session_replication_role = replica; UPDATE" + rows %
            "decode(repeat('0000000000000001', length(draws) / 8), 'hex')")
        self.start(days_ago)
        try:
            wait_until("it alarms", lambda: sql("SELECT 1 FROM input WHERE type = 27"), 120)
        except AssertionError as error:
            note(error)
        sql("SET session_replication_role = replica; UPDATE" + rows %
            "(SELECT k.draws FROM public.kept k WHERE k.desk = e.desk AND k.seq = e.seq)")
        sql("DROP TABLE public.kept")

    def hours(self, plans):
        """Calendars, one with the days of a file of holidays; they change, end, and a day comes."""
        office = {"id": "office", "hours": {"mon-sat": "00:00-12:00 12:30-24:00", "sun": "00:00-24:00"},
                  "holidays": [moment(3).strftime("%Y-%m-%d"),
                               {"date": moment(2).strftime("%Y-%m-%d"), "hours": "08:00-09:00"}],
                  "holidays_file": {"name": "norway.ics", "from": "2025-01-01", "until": "2031-12-31",
                                    "left_out": 1, "dates": ["2025-12-25", "2026-12-25", "2027-12-25"]}}
        york = {"id": "york", "time_zone": "America/New_York", "hours": {"mon-sun": "22:00-06:00"}}
        reps = [dict(rep) for rep in REPS[:7]]
        reps[1]["hours"] = {"mon-sun": "09:00-15:00", "holidays": "office"}
        reps[4]["hours"] = "york"

        def put(*calendars, team="office"):
            text = desk(self.policies, reps, plans, affinity="open", hours=team)
            self.put(dict(text, calendars=list(calendars)))
        put(office, york)
        self.tickets("h1", 9)
        self.tickets("h2", 9, team="care")
        self.settle()
        put(dict(office, hours={"mon-sun": "06:00-22:00"}), york)
        self.tickets("h3", 9)
        self.settle()
        del reps[4]["hours"]
        put(office, york, team="york")
        self.tickets("h4", 9, team="care")
        self.settle()
        self.start(0)
        put(office, york)
        self.tickets("h5", 9)
        self.settle()

    def absences(self):
        """Days and hours, one under way, one by its sender's name, and what is refused."""
        self.add("absence", "ben", **{"from": self.now_ms(-60), "until": self.now_ms(3600),
                                      "reason": "sick"})
        self.add("absence", "cai", **{"from": "2038-01-04", "until": "2038-01-08", "uid": "hr-1"})
        self.add("absence", "cai", **{"from": "2038-01-05", "until": "2038-01-08", "uid": "hr-1"})
        self.add("absence", "dora", **{"from": self.now_ms(-30)})
        self.add("absence", "eli", **{"from": "2038-01-04", "uid": "hr-2", "reason": "training"})
        self.add("absence", "eli", cancel=0, uid="hr-2")
        self.add("absence", "gus", **{"from": self.now_ms(-30), "uid": "hr-3"})  # until ramps()
        self.add("absence", "eli", cancel=1)
        self.add("absence", "eli", **{"from": "2038-01-04", "until": "2038-01-03"})
        self.settle()
        self.ask("POST", "/v1/forget", json.dumps({"rep": "eli"}))
        self.tickets("n", 9)
        self.settle()

    def levels(self, plans):
        """Skills with a level, as a rep has them and a ticket asks for them."""
        reps = [dict(rep) for rep in REPS]
        reps[0]["skills"] = ["german:3", "vip"]
        reps[2]["skills"] = ["german", "vip:2"]
        self.put(desk(self.policies, reps, plans, affinity="open"))
        for n, skills in enumerate([{"vip": 2}, ["german:2"], [{"german": 4}, "vip"], ["german"]]):
            self.tickets("q%d" % n, 4, skills=skills)
        self.settle()

    def times(self, plans):
        """What is late, overflows and ages: tickets for which nobody has the skills, and others. Builds
        that know no such times are waited for in vain."""
        self.put(desk(self.policies, REPS, plans, affinity="open", ages="1 per 1s",
                      answer_within={"order": "1s", "quote": "3s", "query": "8h"},
                      overflow={"after": "2s", "to": "odd"}))
        self.tickets("t", 9, skills=["latin"])
        self.tickets("u", 6)
        self.settle()
        self.add("answered", "t-4", at=self.now_ms(-1))
        self.add("answered", "u-2", event="again")
        self.add("answered", "nobody")
        self.add("update", "t-5", due_at=self.now_ms(1))
        self.settle()
        try:
            wait_until("what waits moves", lambda: self.stack.sql1(
                "SELECT count(*) FROM effect WHERE why = 'overflow'") >= 9, 30)
        except AssertionError as error:
            note(error)
        self.close("u", 3)
        self.add("outcome", "u-1", outcome="reopened")
        self.settle()

    def pauses(self, plans):
        """Tickets that wait for the customer: some that count less, too many, and all that ends it."""
        text = desk(self.policies, REPS, plans, affinity="open", affinity_for="1d")
        for team in text["teams"]:
            team["paused"] = {"counts": "half", "at_most": 2}
        self.put(text)
        self.tickets("w", 30)
        self.settle()
        for n in range(24):
            self.add("update", "w-%d" % n, paused=True)
        for n in range(0, 24, 3):
            self.add("update", "w-%d" % n, paused=False, value=70 + n)
            self.add("update", "w-%d" % n, paused=True)
        for n in range(1, 6):
            self.add("update", "w-%d" % n, paused=False)
        self.close("w", 3)
        self.settle()
        self.ask("POST", "/v1/tickets/default/w-7/move", {"team": "care", "reason": "theirs"})
        self.ask("POST", "/v1/tickets/default/w-8/assign", {"rep": "ben", "reason": "asked"})
        self.ask("POST", "/v1/tickets/default/w-9/return", {"reason": "asked"})
        self.settle()

    def lapses(self, plans):
        """Limits by kind, what nobody answers, who closed a customer's last ticket."""
        text = desk(self.policies, REPS, plans, affinity="last", affinity_for="30d")
        for team in text["teams"]:
            team.update(kinds={"order": {"open": 60}}, ramp="50% for 1d",
                        unanswered={"after": "1s", "then": "return"})
        self.put(text)
        for n in range(12):
            self.tickets("v%d" % n, 1, customer="customer-%d" % (n % 4))
        self.settle()
        for n in range(4):
            self.add("answered", "v%d-0" % n)
            self.close("v%d" % n, 1)
        self.settle()
        for n in range(12, 16):
            self.tickets("v%d" % n, 1, customer="customer-%d" % (n % 4))
        self.settle()
        wait_until("some lapse", lambda: self.stack.sql("SELECT 1 FROM effect WHERE type = 19"))
        self.settle()

    def ramps(self, plans):
        """Somebody is back after a day, and what waits came before; others are full by a kind alone.
        Builds that know no ramp are waited for in vain."""
        text = desk(self.policies, REPS, plans, affinity="open", kinds={"order": {"open": 1}})
        self.put(text)
        self.tickets("x1", 4, team="even", skills=["latin"])
        self.settle()
        self.add("absence", "gus", cancel=0, uid="hr-3")
        self.settle()
        try:
            wait_until("gus is back", lambda: self.stack.daemon.get("/v1/reps/gus").json.get("ramps"), 30)
        except AssertionError as error:
            note(error)
        self.tickets("x2", 12, team="even")
        self.tickets("x3", 12)
        self.settle()

    def periods(self, period, *steps):
        for step in steps:
            body = {"rep": "ben", "reason": "half of it away"} if step == "exclude" else None
            self.ask("POST", "/v1/teams/sales/periods/%s/%s" % (period, step), body)

    def weeks(self, lose_key):
        self.begin()
        self.arrivals()
        self.signals()
        self.changes()
        self.figures(month(70))
        self.manager()
        self.owners()
        self.start(69)  # overloaded and parked ones are due, and the day is another
        self.tickets("b", 5)
        self.settle()
        self.start(45)
        first = plan("sales-1", "sales", month(45), 30)
        self.other_desks([first])
        self.put(desk(self.policies, REPS, [dict(first, max_pool="9500.00")], affinity="open"))
        self.put(desk(self.policies, REPS, [], affinity="open"))
        self.close("h", 12)
        self.settle()
        self.figures(month(45))
        self.periods(month(45), "freeze")  # not over yet
        self.timed = True
        self.put(desk(self.policies, REPS, [first], affinity="open"))
        if lose_key:
            self.lose_key()
        self.start(5)
        for step in ("freeze", "close"):
            self.ask("POST", "/v1/teams/timed/periods/%s/%s" % (week(30), step))
        self.put(desk(self.policies, REPS, [plan("care-1", "care", month(70), 20), first],
                      affinity="open", affinity_for="1d"))  # late
        self.close("i", 6, at=self.now_ms(-40 * DAY))
        self.settle()
        self.periods(month(45), "close", "freeze", "exclude", "freeze", "pay", "close", "pay",
                     "pay", "exclude", "freeze")
        self.add("outcome", "h-3", outcome="refunded", value=20)
        self.add("outcome", "h-0", outcome="reopened")
        self.settle()
        self.periods(month(45), "close", "pay")
        self.periods(month(5), "freeze")
        text = desk(self.policies, REPS, [plan("care-1", "care", month(70), 20), first],
                    affinity="open", affinity_for="1d")
        self.put(dict(text, teams=text["teams"] + [LOTS]))
        self.tickets("v", 90, team="lots")
        self.settle()
        self.close("v", 90)  # so that the team can go
        self.settle()
        self.alarm(1)
        self.tickets("z", 9, team="odd")
        self.settle()
        self.limits([plan("care-1", "care", month(70), 20), first])
        self.absences()
        self.hours([plan("care-1", "care", month(70), 20), first])
        self.levels([plan("care-1", "care", month(70), 20), first])
        self.times([plan("care-1", "care", month(70), 20), first])
        self.pauses([plan("care-1", "care", month(70), 20), first])
        self.lapses([plan("care-1", "care", month(70), 20), first])
        self.ramps([plan("care-1", "care", month(70), 20), first])

    def lose_key(self):
        stack = self.stack
        assert stack.daemon.stop() == 0
        os.remove(stack.dir + "/key")
        done = subprocess.run([EVENHANDD, "--config", stack.daemon.config, "--new-key", "it burned"],
                              env=dict(os.environ, **self.clock()), check=False)
        assert done.returncode == 0

    def end(self, killed):
        if not killed:
            assert self.stack.daemon.stop() == 0
            self.stack.sql("DELETE FROM snapshot WHERE input < (SELECT max(input) FROM snapshot)")
            return
        self.tickets("y", 20)
        self.send()
        time.sleep(0.05)
        self.stack.daemon.kill()
        self.stack.sql("TRUNCATE snapshot")


def keep(stack, path):
    dump = subprocess.run([PG_DUMP, "-h", stack.postgres.sockets, "--no-owner", "evenhand"],
                          stdout=subprocess.PIPE, check=True).stdout
    with open(stack.dir + "/key", "rb") as f:
        dump += b"-- key: %s\n" % f.read().hex().encode()
    if os.path.exists(stack.dir + "/checkpoints"):
        with open(stack.dir + "/checkpoints", "rb") as f:
            dump += b"".join(b"-- checkpoint: %s\n" % line for line in f.read().splitlines())
    packed = lzma.compress(dump, preset=9 | lzma.PRESET_EXTREME)
    with open(path, "wb") as f:
        f.write(packed)
    note("%s: %d bytes of %d" % (path, len(packed), len(dump)))


def main(name, how):
    assert os.path.exists(FAKETIME), "the daemon lives in the past: install faketime"
    stack = Build("log")
    try:
        history = History(stack)
        history.weeks(how == "lost-key")
        history.end(how == "killed")
        note(stack.sql("SELECT type, count(*) FROM input GROUP BY type ORDER BY type"))
        keep(stack, os.path.join(HERE, name + ".sql.xz"))
    except BaseException:
        for daemon in stack.daemons:
            note(daemon.last_words(30))
        raise
    finally:
        stack.shut()
        stack.remove()


if __name__ == "__main__":
    main(sys.argv[2], sys.argv[3] if len(sys.argv) == 4 else "stopped")
