#!/usr/bin/python3
"""hours: who has hours is dealt nothing outside of them: through changes of clocks, a New Year, kills,
and days of being down.

libfaketime starts the daemon in the past. What is dealt when stands in tables that were written by hand.
"""
import collections
import csv
import datetime
import getpass
import json
import os
import random
import shutil
import signal
import time
import zoneinfo

from harness import SEED, Skip, default_desk, note, run, scenario, wait_until
from invariants import check_invariants
from office import FAKETIME, fakes_time
from proofs import verify_ok

UTC = datetime.timezone.utc
HOURS = {
    "day": {"mon-fri": "08:00-16:00"},
    "night": {"mon-sun": "22:00-06:00"},
    "early": {"sun": "02:30-05:00"},
}
NEW_YEAR = ["2026-01-01"]


def desk(zone, **changes):
    """A rep and a team for each of the hours."""
    calendars = [{"id": name, "hours": hours, "holidays": NEW_YEAR} for name, hours in HOURS.items()]
    return default_desk(time_zone=zone, calendars=calendars,
                        reps=[{"id": name, "hours": name} for name in HOURS],
                        teams=[{"id": name, "reps": [name]} for name in HOURS], **changes)


def clock(moment):
    return {"LD_PRELOAD": FAKETIME, "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
            "FAKETIME": "@" + moment.strftime("%Y-%m-%d %H:%M:%S")}


def utc(text):
    return datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S" if text.count(":") == 2
                                      else "%Y-%m-%d %H:%M")


class Hours:
    """A desk whose daemon is started at chosen moments."""

    def __init__(self, stack, what):
        if not fakes_time():
            raise Skip("no libfaketime, or a daemon that cannot be run under it")
        self.stack, self.zone, self.count = stack, what["time_zone"], 0
        stack.write_desk(what)
        stack.start_servers()
        self.daemon = stack.new_daemon("d")
        assert stack.migrate()[0] == 0

    def start(self, moment):
        self.daemon.start(environment=clock(moment),
                          arguments=("--accept-time", "the servers live later"))

    def send(self, teams=tuple(HOURS)):
        """A ticket to each team. Returns their ids."""
        self.count += 1
        ids = {team: "%s-%d" % (team, self.count) for team in teams}
        for team, ident in ids.items():
            self.stack.add_ticket(ident, team=team)
        self.stack.settle()
        return ids

    def dealt(self, teams=tuple(HOURS)):
        """Whose ticket, of one to each team, was dealt at once."""
        return [team for team, ident in self.send(teams).items()
                if (self.stack.ticket(ident) or {}).get("rep")]

    def off(self, rep):
        return self.daemon.get("/v1/reps/" + rep).json["state"] == "off"

    def check(self):
        """Nobody was dealt anything outside of their hours. Returns how many deals there were."""
        zone = zoneinfo.ZoneInfo(self.zone)
        rows = self.stack.sql("SELECT i.at, e.rep FROM effect e JOIN input i USING (desk, input)"
                              " WHERE e.type = 1")
        for at, rep in rows:
            moment = datetime.datetime.fromtimestamp(at / 1e6, UTC).astimezone(zone)
            assert works(rep, moment.replace(tzinfo=None), moment.fold), (rep, moment)
        return len(rows)


def works(rep, local, fold):
    """By the rule alone; `early` begins at 03:00 where there is no 02:30."""
    day, minute = local.date(), local.hour * 60 + local.minute
    if rep == "night" and minute < 360:
        return day - datetime.timedelta(days=1) != datetime.date(2026, 1, 1)
    if day == datetime.date(2026, 1, 1):
        return False
    if rep == "night":
        return minute >= 1320
    if rep == "day":
        return local.weekday() < 5 and 480 <= minute < 960
    return local.weekday() == 6 and (150 <= minute or fold) and minute < 300


# UTC, what local clocks show, and whose ticket is dealt.
NEW_YORK = """
2025-03-07 20:59  Fri 15:59 EST   day
2025-03-07 21:00  Fri 16:00 EST   -
2025-03-09 02:59  Sat 21:59 EST   -
2025-03-09 03:00  Sat 22:00 EST   night
2025-03-09 06:59  Sun 01:59 EST   night
2025-03-09 07:00  Sun 03:00 EDT   night early
2025-03-09 08:59  Sun 04:59 EDT   night early
2025-03-09 09:00  Sun 05:00 EDT   night
2025-03-09 10:00  Sun 06:00 EDT   -
2025-03-10 11:59  Mon 07:59 EDT   -
2025-03-10 12:00  Mon 08:00 EDT   day
2025-11-02 06:30  Sun 01:30 EST   night
2025-11-02 07:29  Sun 02:29 EST   night
2025-11-02 07:30  Sun 02:30 EST   night early
2025-11-02 10:00  Sun 05:00 EST   night
2025-11-02 11:00  Sun 06:00 EST   -
2025-12-31 20:59  Wed 15:59 EST   day
2026-01-01 03:00  Wed 22:00 EST   night
2026-01-01 10:59  Thu 05:59 EST   night
2026-01-01 15:00  Thu 10:00 EST   -
2026-01-02 03:00  Thu 22:00 EST   -
2026-01-02 13:00  Fri 08:00 EST   day
"""
OSLO = """
2025-03-30 00:59  Sun 01:59 CET   night
2025-03-30 01:00  Sun 03:00 CEST  night early
2025-03-30 03:00  Sun 05:00 CEST  night
2025-03-30 04:00  Sun 06:00 CEST  -
2025-03-31 05:59  Mon 07:59 CEST  -
2025-03-31 06:00  Mon 08:00 CEST  day
2025-10-26 00:29  Sun 02:29 CEST  night
2025-10-26 00:30  Sun 02:30 CEST  night early
2025-10-26 01:15  Sun 02:15 CET   night early
2025-10-26 03:59  Sun 04:59 CET   night early
2025-10-26 04:00  Sun 05:00 CET   night
2025-10-26 05:00  Sun 06:00 CET   -
2025-10-27 07:00  Mon 08:00 CET   day
2025-12-31 14:59  Wed 15:59 CET   day
2025-12-31 23:30  Thu 00:30 CET   night
2026-01-01 05:00  Thu 06:00 CET   -
2026-01-01 09:00  Thu 10:00 CET   -
2026-01-01 21:00  Thu 22:00 CET   -
2026-01-01 23:30  Fri 00:30 CET   -
2026-01-02 07:00  Fri 08:00 CET   day
"""
KATHMANDU = """
2025-03-29 20:44  Sun 02:29 +0545  night
2025-03-29 20:45  Sun 02:30 +0545  night early
2025-03-29 23:15  Sun 05:00 +0545  night
2025-03-30 00:15  Sun 06:00 +0545  -
2025-03-31 02:14  Mon 07:59 +0545  -
2025-03-31 02:15  Mon 08:00 +0545  day
2025-10-25 20:45  Sun 02:30 +0545  night early
2025-10-27 10:14  Mon 15:59 +0545  day
2025-10-27 10:15  Mon 16:00 +0545  -
2025-12-31 16:15  Wed 22:00 +0545  night
2026-01-01 00:14  Thu 05:59 +0545  night
2026-01-01 04:15  Thu 10:00 +0545  -
2026-01-01 16:15  Thu 22:00 +0545  -
2026-01-02 02:15  Fri 08:00 +0545  day
"""


def through(stack, zone, table):
    hours = Hours(stack, desk(zone))
    for row in filter(None, table.splitlines()):
        words = row.split()
        at, wanted = " ".join(words[:2]), [word for word in words[5:] if word != "-"]
        local = utc(at).replace(tzinfo=UTC).astimezone(zoneinfo.ZoneInfo(zone))
        assert local.strftime("%a %H:%M") == " ".join(words[2:4]), row
        hours.start(utc(at))
        found = hours.dealt()
        off = [name for name in HOURS if hours.off(name)]
        assert sorted(found) == sorted(wanted), "%s: dealt %s" % (row, found)
        assert sorted(off + wanted) == sorted(HOURS), "%s: off %s" % (row, off)
        assert hours.daemon.stop() == 0
    assert hours.check() > 20
    hours.start(utc(at) + datetime.timedelta(hours=1))
    verify_ok(stack)
    check_invariants(stack)


@scenario("New York through both changes of its clocks and New Year: who is dealt what, at which minute")
def new_york(stack):
    through(stack, "America/New_York", NEW_YORK)


@scenario("Oslo through the same")
def oslo(stack):
    through(stack, "Europe/Oslo", OSLO)


@scenario("Kathmandu, whose clocks never change")
def kathmandu(stack):
    through(stack, "Asia/Kathmandu", KATHMANDU)


# ---- Days of an office.

OFFICE = {"id": "office", "hours": {"mon-thu": "08:00-12:00 12:30-16:00", "fri": "08:00-17:00"},
          "holidays": ["2025-12-25", {"date": "2025-12-24", "hours": "08:00-12:00"}]}
FRIDAY, MONDAY = "2025-06-06", "2025-06-09"  # Oslo is two hours ahead of UTC
PEOPLE = ("ana", "ben")
SALES = ("sales",)


def office(**changes):
    return default_desk(time_zone="Europe/Oslo", calendars=[dict(OFFICE)], reps=[{"id": r} for r in PEOPLE],
                        teams=[{"id": "sales", "reps": list(PEOPLE), "hours": "office"}], **changes)


def schedules(stack):
    return stack.sql1("SELECT count(*) FROM input WHERE type = 25")


def waiting(hours):
    return hours.daemon.status()["waiting"]


def all_dealt(hours):
    wait_until("all is dealt", lambda: waiting(hours) == 0)


@scenario("Friday 16:59 to Monday 08:00: the shift ends and begins under the eyes of a daemon, down in between")
def weekend(stack):
    hours = Hours(stack, office())
    hours.start(utc(FRIDAY + " 14:59:30"))
    assert hours.dealt(SALES) == ["sales"]
    wait_until("the shift ends", lambda: hours.off("ana"))
    assert hours.dealt(SALES) == [] and hours.off("ben")
    until = hours.daemon.get("/v1/reps/ana").json["until"]
    assert until.startswith(MONDAY + "T06:00:00"), until
    handed = schedules(stack)
    hours.daemon.kill()
    hours.start(utc(MONDAY + " 05:59:30"))
    waiting_before = waiting(hours)
    assert waiting_before == 1, waiting_before
    hours.send(SALES)
    assert waiting(hours) == 2
    all_dealt(hours)
    assert not hours.off("ana")
    assert schedules(stack) == handed + 1, "three days enter the window at once"
    assert hours.daemon.stop() == 0
    hours.start(utc(MONDAY + " 06:30"))
    assert schedules(stack) == handed + 1, "it was handed over"
    at = [stack.sql1("SELECT i.at FROM effect e JOIN input i USING (desk, input) WHERE e.type = 1"
                     " ORDER BY seq OFFSET %s LIMIT 1", n) for n in (1, 2)]
    begun = utc(MONDAY + " 06:00").replace(tzinfo=UTC).timestamp() * 1e6
    assert all(begun <= each < begun + 20e6 for each in at), (begun, at)
    verify_ok(stack)
    check_invariants(stack)


@scenario("kill -9 at 08:00:00 with 300 tickets waiting: each is dealt once, none before")
def killed(stack):
    hours = Hours(stack, office())
    hours.start(utc(MONDAY + " 05:50"))
    stack.add_many([{"type": "ticket", "id": "k-%d" % n, "kind": "order", "team": "sales"}
                    for n in range(300)])
    stack.settle()
    assert waiting(hours) == 300
    for second in ("05:59:57", "05:59:59", "06:00:00"):
        hours.daemon.stop() if hours.daemon.alive() else None
        hours.start(utc(MONDAY + " " + second))
        wait_until("the shift begins", lambda: waiting(hours) < 300)
        hours.daemon.kill()
    hours.start(utc(MONDAY + " 06:01"))
    all_dealt(hours)
    begun = utc(MONDAY + " 06:00").replace(tzinfo=UTC).timestamp() * 1e6
    first, count = stack.sql("SELECT min(i.at), count(*) FROM effect e JOIN input i USING (desk, input)"
                             " WHERE e.type = 1")[0]
    assert first >= begun and count == 300, (first, begun, count)
    verify_ok(stack)
    check_invariants(stack)


@scenario("down over shift changes, a break at noon, a holiday, half a day before it, and a sick day")
def days(stack):
    hours = Hours(stack, office())
    for at, dealt in (("2025-06-10 09:59", True),    # Tue 11:59
                      ("2025-06-10 10:01", False),   # the break
                      ("2025-06-10 10:31", True),    # ... is over
                      ("2025-06-10 14:01", False),   # down over the end of the shift
                      ("2025-06-11 06:01", True),    # ... and over its beginning
                      ("2025-12-24 10:59", True),    # 11:59, winter
                      ("2025-12-24 11:01", False),
                      ("2025-12-25 09:00", False),
                      ("2025-12-26 09:00", True)):
        hours.start(utc(at))
        assert bool(hours.dealt(SALES)) == dealt, at
        assert hours.off("ana") == (not dealt), at
        assert hours.daemon.stop() == 0
    hours.start(utc("2026-01-05 09:00"))
    answer = hours.daemon.post("/v1/reps/ana/absences", {"from": "2026-01-05", "until": "2026-01-06",
                                                         "reason": "sick"})
    assert answer.code == 200, answer
    assert hours.off("ana") and not hours.off("ben")
    assert hours.daemon.get("/v1/reps/ana").json["until"].startswith("2026-01-07T07:00:00")
    ids = [hours.send(SALES)["sales"] for _ in range(6)]
    assert {stack.ticket(i)["rep"] for i in ids} == {"ben"}
    assert hours.daemon.stop() == 0
    hours.start(utc("2026-01-06 12:00"))
    assert hours.off("ana")
    assert hours.daemon.stop() == 0
    hours.start(utc("2026-01-07 07:01"))
    assert not hours.off("ana")
    assert hours.daemon.get("/v1/reps/ana/absences").json["absences"] == []
    verify_ok(stack)
    check_invariants(stack)


@scenario("a desk that changes hours takes effect at once; no hours: always; calendars of other zones")
def changed(stack):
    hours = Hours(stack, office())
    hours.start(utc("2025-06-10 15:00"))  # Tue 17:00 in Oslo, 11:00 in New York
    assert hours.dealt(SALES) == []
    desk = office()
    desk["calendars"].append(dict(OFFICE, id="york", time_zone="America/New_York"))
    desk["reps"][1]["hours"] = "york"

    def apply():
        answer = hours.daemon.http("PUT", "/v1/desk", json.dumps(desk))
        assert answer.code == 200, answer
        return answer.json
    assert "rep ben: hours none -> york" in apply()["changes"]
    all_dealt(hours)
    assert hours.off("ana") and not hours.off("ben")
    desk["reps"][0]["hours"] = {"tue": "17:00-18:00", "holidays": "office"}
    apply()
    assert not hours.off("ana")
    desk["reps"][0]["hours"] = {"tue": "18:00-19:00"}
    apply()
    assert hours.off("ana")
    del desk["reps"][0]["hours"], desk["reps"][1]["hours"], desk["teams"][0]["hours"]
    apply()
    assert not hours.off("ana") and not hours.off("ben")
    desk["calendars"][0]["time_zone"] = "Europe/Nowhere"
    answer = hours.daemon.http("PUT", "/v1/desk", json.dumps(desk))
    error = answer.json["error"]
    assert answer.code == 400 and error["message"].startswith(
        "1: calendars[0].time_zone: `Europe/Nowhere` is not in"), answer
    assert error["field"] == "calendars[0].time_zone", error
    path = stack.dir + "/nowhere.yaml"
    with open(path, "w", encoding="utf-8") as file:
        file.write("calendars:\n- {id: z, hours: {}}\n- id: a\n  hours: {}\n  time_zone: Europe/Nowhere\n")
    for command in ("diff", "apply"):
        code, _, errors = stack.cli("desk", command, path, check=False)
        assert code == 78 and path + ":5: calendars[1].time_zone: `Europe/Nowhere` is" in errors, errors
    verify_ok(stack)
    check_invariants(stack)


@scenario("hours without any in 30 days: an alarm at the day's turn that begins them, and at once when applied")
def idle(stack):
    first = datetime.date(2025, 6, 12)
    shut = [(first + datetime.timedelta(days=n)).isoformat() for n in range(50)]

    def alarms():
        return [a["text"] for a in hours.daemon.status()["alarms"] if a["name"] == "hours"]

    def desk(*holidays):
        what = office()
        what["calendars"] = [{"id": "office", "hours": {"mon-sun": "08:00-24:00"},
                              "holidays": list(holidays)}]
        return what

    def apply(what):
        answer = hours.daemon.http("PUT", "/v1/desk", json.dumps(what))
        assert answer.code == 200, answer
        return answer.json["warnings"]
    hours = Hours(stack, desk(*shut))
    hours.start(utc("2025-06-11 21:59:30"))  # Wed 23:59:30
    assert alarms() == [], "half a minute of work is left"
    wait_until("the day turns", alarms)
    assert alarms()[0].startswith("hours: calendar office has none in the 30 days"), alarms()
    none = "calendar office: has no hours from 2025-06-12 to 2025-07-12, with its holidays"
    assert none not in " ".join(apply(desk(*shut[1:])))
    assert alarms() == [], "the 12th is one of the 30 days"
    stack.write_desk(desk(*shut))
    for command in ("diff", "apply"):
        code, out, errors = stack.cli("desk", command, stack.dir + "/desk.yaml")
        assert code == 0 and "warning: %s; nothing is dealt" % none in out, (out, errors)
    wait_until("it is told at once", alarms)
    hours.daemon.signal(signal.SIGHUP)
    wait_until("SIGHUP says it, too", lambda: hours.daemon.logged("desk.yaml: %s; nothing" % none))
    what = desk()
    what["calendars"][0]["hours"] = {}
    assert any("calendar office: has no hours" in line for line in apply(what)), "a warning, no refusal"
    assert alarms() and hours.dealt(SALES) == []
    hours.daemon.kill()
    hours.start(utc("2025-06-12 11:00"))  # Thu 13:00
    wait_until("a daemon that starts tells it, too", alarms)
    apply(office())
    assert alarms() == []
    all_dealt(hours)
    verify_ok(stack)
    check_invariants(stack)


# ---- Two weeks.

WEEKS = dict(office(), reps=[{"id": r} for r in ("ana", "ben", "zoe")] + [
    {"id": "eli", "share": 0.6, "hours": {"mon-wed": "09:00-15:00", "holidays": "office"}}])
WEEKS["teams"] = [{"id": "sales", "reps": ["ana", "ben", "zoe", "eli"], "hours": "office"}]
WEEKS["calendars"] = [dict(OFFICE, holidays=["2025-06-09"])]  # Whit Monday
RHYTHM = (0, 0, 0, 0, 0, 0, 1, 4, 9, 12, 11, 9, 6, 9, 10, 8, 5, 3, 2, 2, 1, 1, 1, 0)  # tickets, by local hour

# Local times at which the daemon is started, and how it ends. It is down in between: over the
# night and over the beginning of a shift of Wednesday, over a weekend with a holiday behind it.
STARTS = """
2025-06-02 07:59:57 stop
2025-06-02 11:59:57 stop
2025-06-02 16:30:00 kill
2025-06-03 09:10:00 stop
2025-06-03 14:00:00 kill
2025-06-04 15:59:57 stop
2025-06-05 08:05:00 stop
2025-06-05 13:00:00 stop
2025-06-06 10:00:00 stop
2025-06-06 16:59:57 kill
2025-06-09 10:00:00 stop
2025-06-10 07:59:57 kill
2025-06-10 08:00:00 kill
2025-06-10 08:00:01 kill
2025-06-10 14:59:57 stop
2025-06-11 12:10:00 stop
2025-06-12 09:00:00 stop
2025-06-12 15:00:00 kill
2025-06-13 16:59:57 stop
2025-06-14 12:00:00 stop
2025-06-16 08:00:00 stop
"""


BEGIN = datetime.datetime(2025, 6, 2)  # a Monday, in Oslo


def made_up(count):
    """So many tickets of two weeks, when they come and are closed: busy days, quiet evenings, little on
    weekends; half are closed within some hours, some not before the weeks are over."""
    chance = random.Random(SEED)
    days = [BEGIN + datetime.timedelta(days=n) for n in range(14)]
    weights = [0.15 if day.weekday() > 4 else 1.3 if day.weekday() == 0 else 1 for day in days]
    come = sorted(day + datetime.timedelta(hours=hour, seconds=chance.randrange(3600))
                  for day, hour in zip(chance.choices(days, weights, k=count),
                                       chance.choices(range(24), RHYTHM, k=count)))
    return [(at, at + datetime.timedelta(hours=chance.lognormvariate(1.5, 1.5))) for at in come]


def recorded(path):
    """The two weeks of a history in which most tickets came, moved to ours: whole weeks, so that weekdays and
    times of day stay what they were. The columns are those of `evenhand simulate`, and times have an offset."""
    def local(text):
        at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        return at.astimezone(zoneinfo.ZoneInfo("Europe/Oslo")).replace(tzinfo=None)

    def week(at):
        return (at.date().toordinal() - BEGIN.toordinal()) // 7
    with open(path, encoding="utf-8", newline="") as file:
        rows = [(local(row["opened_at"]), row.get("resolved_at") or row.get("closed_at"))
                for row in csv.DictReader(file)]
    count = collections.Counter(week(at) for at, _ in rows)
    first = max(count, key=lambda n: (count[n] + count[n + 1], -n))
    moved = datetime.timedelta(weeks=-first)
    return sorted((at + moved, local(closed) + moved if closed else datetime.datetime.max)
                  for at, closed in rows if week(at) in (first, first + 1))


def may_be_dealt(rep, local):
    """By the rule alone."""
    if local.date() in (datetime.date(2025, 6, 9),) or rep == "ana" and local.date() == datetime.date(2025, 6, 5):
        return False
    day, minute = local.weekday(), local.hour * 60 + local.minute
    if rep == "eli":
        return day < 3 and 540 <= minute < 900
    return 480 <= minute < 1020 if day == 4 else day < 4 and (480 <= minute < 720 or 750 <= minute < 960)


def deals(stack):
    """Whose ticket was dealt to whom, and when in Oslo."""
    rows = stack.sql("SELECT i.at, e.rep, t.id FROM effect e JOIN input i USING (desk, input)"
                     " JOIN input t ON t.desk = e.desk AND t.input = e.ticket WHERE e.type = 1")
    return [(datetime.datetime.fromtimestamp(at / 1e6, zoneinfo.ZoneInfo("Europe/Oslo")).replace(tzinfo=None),
             rep, ident) for at, rep, ident in rows]


class Weeks:
    """What comes and is closed up to a moment, told once. Who has no ticket yet closes none."""

    def __init__(self, stack, tickets):
        self.stack, self.tickets, self.sent, self.closed = stack, tickets, 0, set()

    def tell(self, local):
        due = sum(at <= local for at, _ in self.tickets)
        had = {ident for _, _, ident in deals(self.stack)}
        ends = [n for n in range(self.sent) if self.tickets[n][1] <= local and n not in self.closed
                and "w-%d" % n in had]
        self.stack.add_many(
            [{"type": "ticket", "id": "w-%d" % n, "team": "sales", "kind": ("order", "quote", "query")[n % 3]}
             for n in range(self.sent, due)] +
            [{"type": "outcome", "id": "w-%d" % n, "outcome": ("won", "lost", "resolved")[n % 3]} for n in ends])
        self.sent, self.closed = due, self.closed | set(ends)


def begin(hours, line):
    """Starts the daemon as a line of STARTS says. Ana is told to be sick on the 5th the evening before."""
    text, ends = line.rsplit(" ", 1)
    local = datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S")
    hours.start(local.replace(tzinfo=zoneinfo.ZoneInfo("Europe/Oslo")).astimezone(UTC).replace(tzinfo=None))
    if text == "2025-06-04 15:59:57":
        answer = hours.daemon.post("/v1/reps/ana/absences", {"from": "2025-06-05", "until": "2025-06-05",
                                                             "reason": "sick"})
        assert answer.code == 200, answer
    assert not text.startswith("2025-06-05") or hours.off("ana"), text
    if text.endswith(":57"):  # somebody's shift begins or ends under its eyes
        rep = "eli" if "14:59" in text else "ana"
        before = may_be_dealt(rep, local)
        wait_until("the shift changes", lambda: hours.off(rep) == before)
    return ends


def through_weeks(stack, tickets):
    hours, weeks = Hours(stack, WEEKS), Weeks(stack, tickets)
    for line in STARTS.split("\n")[1:-1]:
        weeks.tell(datetime.datetime.strptime(line.rsplit(" ", 1)[0], "%Y-%m-%d %H:%M:%S"))
        if begin(hours, line) == "kill":
            hours.daemon.kill()
        else:
            stack.settle()
            assert hours.daemon.stop() == 0
    weeks.tell(BEGIN + datetime.timedelta(days=14, hours=11))
    hours.start(utc("2025-06-16 09:00:00"))
    stack.settle()
    all_dealt(hours)
    assert weeks.sent == len(tickets)
    found = deals(stack)
    for local, rep, _ in found:
        assert may_be_dealt(rep, local), (rep, local)
    assert sorted(ident for _, _, ident in found) == sorted("w-%d" % n for n in range(len(tickets)))
    closed = stack.sql1("SELECT count(*) FROM effect WHERE type = 4")
    assert closed == len(weeks.closed), (closed, len(weeks.closed))
    had = collections.Counter(rep for _, rep, _ in found)
    note("%d tickets, %d of them closed; %s" % (len(found), closed, dict(had)))
    verify_ok(stack)
    check_invariants(stack)
    return set(had)


@scenario("two weeks of a helpdesk: 400 tickets, weekends, a holiday, a sick day, kills at 08:00:00, days of being"
          " down: nobody who is off is dealt anything, everything is dealt, the ledger is zero")
def two_weeks(stack):
    assert through_weeks(stack, made_up(400)) == {"ana", "ben", "zoe", "eli"}


@scenario("the same with the two fullest weeks of a real history, where EVENHAND_HISTORY names its file")
def real_weeks(stack):
    path = os.environ.get("EVENHAND_HISTORY")
    if not path:
        raise Skip("EVENHAND_HISTORY names no file")
    assert len(through_weeks(stack, recorded(path))) > 1


@scenario("other time zones, or none, on the machine that decides again: the same digest, and the log is proved")
def other_zones(stack):
    other, none = stack.dir + "/zones", stack.dir + "/nothing"
    os.makedirs(other + "/Europe")
    os.mkdir(none)
    shutil.copy("/usr/share/zoneinfo/Asia/Tokyo", other + "/Europe/Oslo")
    shutil.copy("/usr/share/zoneinfo/UTC", other + "/UTC")
    hours = Hours(stack, office())
    for at in (FRIDAY + " 14:59:57", MONDAY + " 05:59:57", "2025-06-09 11:00"):
        hours.start(utc(at))
        hours.send(SALES)
        wait_until("it is as the hours say", lambda: hours.off("ana") == (at[:10] == FRIDAY))
        assert hours.daemon.stop() == 0
    assert waiting_in(stack) == 0
    verify_ok(stack)
    for folder in (other, none):
        verify_ok(stack, env={"TZDIR": folder})
    # A start decides all of it again, where Oslo has the clocks of Tokyo, and must come to the same.
    before = stack.sql1("SELECT max(input) FROM input WHERE type <> 25")
    stack.sql("TRUNCATE snapshot")
    hours.daemon.start(environment=dict(clock(utc("2025-06-09 11:01")), TZDIR=other),
                       arguments=("--accept-time", "the servers live later"))
    assert hours.daemon.status()["role"] == "leader"
    assert stack.sql1("SELECT count(*) FROM input WHERE type = 25 AND input > %s", before) > 0, \
        "from here on it hands over what its own zones say"
    assert hours.daemon.stop() == 0
    hours.start(utc("2025-06-09 11:02"))
    assert hours.daemon.stop() == 0
    verify_ok(stack)
    check_invariants(stack)


def waiting_in(stack):
    return stack.sql1("SELECT count(*) FROM input WHERE type = 1") - stack.sql1(
        "SELECT count(*) FROM effect WHERE type = 1")


def holidays(*days):
    """An iCalendar file of whole days, as public ones are: nobody is busy by them."""
    events = ["BEGIN:VEVENT\r\nUID:%s@x\r\nDTSTART;VALUE=DATE:%s\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n"
              % (day, day.replace("-", "")) for day in days]
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(events) + "END:VCALENDAR\r\n"


@scenario("a file of holidays: read at the start, at SIGHUP and by `desk apply`; the log has its days, and"
          " nobody needs the file to decide again")
def from_file(stack):
    path = stack.dir + "/norway.ics"

    def write(*days):
        with open(path, "w", encoding="utf-8") as file:
            file.write(holidays(*days))

    def told(*arguments, code=0, **where):
        got = stack.cli(*arguments, check=False, **where)
        assert got[0] == code, got
        return got[1] + got[2]

    desk = office()
    desk["calendars"][0] = dict(OFFICE, holidays_file="norway.ics")
    write("2025-06-09")
    hours = Hours(stack, desk)
    hours.start(utc(MONDAY + " 08:00"))
    assert hours.dealt(SALES) == [], "a Monday, and a holiday by the file of the first start"
    assert not hours.daemon.status()["desk_file_differs"]
    write("2025-06-10")
    hours.daemon.signal(signal.SIGHUP)
    all_dealt(hours)
    text = hours.daemon.get("/v1/desk").json["text"]
    assert '"2025-06-10"' in text and '"2025-06-09"' not in text, text
    # Somebody applies a file of their own, with holidays beside it.
    folder = stack.dir + "/mine"
    os.mkdir(folder)
    os.rename(path, folder + "/norway.ics")
    shutil.copy(stack.dir + "/desk.yaml", folder)
    with open(folder + "/norway.ics", "w", encoding="utf-8") as file:
        file.write(holidays("2025-06-09", "2025-06-10"))
    said = told("desk", "diff", folder + "/desk.yaml")
    assert said.startswith("calendar office: with holiday 2025-06-09\nwarning: "), said
    told("desk", "apply", folder + "/desk.yaml")
    assert hours.off("ana") and hours.dealt(SALES) == []
    os.rename(folder + "/norway.ics", folder + "/gone.ics")
    said = told("desk", "diff", folder + "/desk.yaml", code=78)
    assert "holidays_file: %s/norway.ics: No such file" % folder in said, said
    with open(folder + "/norway.ics", "w", encoding="utf-8") as file:
        file.write("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20259\nEND:VEVENT\nEND:VCALENDAR\n")
    said = told("desk", "apply", folder + "/desk.yaml", code=78)
    assert "holidays_file: norway.ics:4: this is no iCalendar" in said, said
    answer = hours.daemon.http("PUT", "/v1/desk", json.dumps(desk))
    assert answer.code == 400 and "norway.ics comes without its text" in answer.json["error"]["message"]
    # Neither file is there: the log has what they said.
    hours.daemon.kill()
    hours.start(utc("2025-06-10 08:00"))
    assert hours.off("ana") and waiting(hours) == 1
    wait_until("somebody is told", lambda: "norway.ics: No such file" in
               json.dumps(hours.daemon.status()["alarms"]))
    assert hours.daemon.stop() == 0
    hours.start(utc("2025-06-11 08:00"))
    all_dealt(hours)
    verify_ok(stack)
    check_invariants(stack)


run()
