#!/usr/bin/python3
"""contract: where payroll told no contract_minutes, they are those of the calendar.

libfaketime takes the daemon through a month with a half holiday, hours that change, people who come
and go, nights and a change of clocks. What each day has is counted beside it, with Python's zoneinfo.
"""
import csv
import datetime
import io
import json
import zoneinfo

from books import apply_desk, apportion, check_sums, lines, pool, step
from harness import Skip, default_desk, run, scenario, wait_until
from invariants import check_invariants
from office import FAKETIME, fakes_time
from proofs import verify_ok

UTC = datetime.timezone.utc
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = datetime.timedelta(days=1)
OFFICE = {"id": "office", "hours": {"mon-thu": "08:00-12:00 12:30-16:00", "fri": "08:00-14:00"},
          "holidays": ["2026-03-05", {"date": "2026-03-12", "hours": "08:00-12:00"}, "2026-10-01"]}
NIGHT = {"mon-sun": "22:00-06:00"}
YORK = {"id": "york", "time_zone": "America/New_York", "hours": {"sun": "00:30-08:30", "wed": "20:00-24:00"}}
PLAN = {
    "id": "p", "team": "sales", "from": "2026-03", "period": "month", "encourages": "a",
    "discourages": "b", "target_pool": "1000.00", "max_pool": "2000.00",
    "metrics": [{"metric": "revenue", "weight": "100%", "curve": [["0.00", "0%"], ["1000.00", "100%"]]}],
    "funding": [["0%", "0%"], ["100%", "100%"]], "split": {"hours": "100%"}, "if_missing": "prior"}


# ---- What a day has, by Python's own zones.

def instant(zone, day, clock):
    """Of a local time; one that does not exist is the next that does."""
    hour, minute = map(int, clock.split(":"))
    local = datetime.datetime.combine(day, datetime.time()) + datetime.timedelta(hours=hour, minutes=minute)
    while True:
        at = local.replace(tzinfo=zone).astimezone(UTC)
        if at.astimezone(zone).replace(tzinfo=None) == local:
            return at
        local += datetime.timedelta(minutes=1)


def hours_on(hours, day):
    for names, spans in hours.items():
        first, _, last = names.partition("-")
        if DAYS.index(first) <= day.weekday() <= DAYS.index(last or first):
            return spans
    return ""


def minutes_on(calendar, day, zone="Europe/Oslo"):
    """Of all shifts that begin on the day."""
    zone, spans = zoneinfo.ZoneInfo(calendar.get("time_zone", zone)), hours_on(calendar["hours"], day)
    for holiday in calendar.get("holidays", ()):
        holiday = holiday if isinstance(holiday, dict) else {"date": holiday, "hours": ""}
        if holiday["date"] == day.isoformat():
            spans = holiday["hours"]
    total = datetime.timedelta()
    for span in spans.split():
        begin, _, end = span.partition("-")
        over = DAY if end <= begin else datetime.timedelta()
        total += instant(zone, day + over, end) - instant(zone, day, begin)
    return int(total.total_seconds()) // 60


def minutes_of(first, last, hours_of):
    """Both included; hours_of: the calendar of a day."""
    day, total = datetime.date.fromisoformat(first), 0
    while day <= datetime.date.fromisoformat(last):
        total += minutes_on(hours_of(day), day)
        day += DAY
    return total


def always(calendar):
    return lambda day: calendar


# ---- A desk whose daemon lives at chosen moments.

def desk(reps, calendars=(OFFICE, YORK), plan=PLAN, **own):
    """own: a rep's hours; the others have the team's."""
    return default_desk(
        time_zone="Europe/Oslo", calendars=list(calendars), plans=[plan] if plan else [],
        reps=[{"id": rep, **({"hours": own[rep]} if rep in own else {})} for rep in reps],
        teams=[{"id": "sales", "reps": list(reps), "hours": "office"}])


class Office:
    def __init__(self, stack, what):
        if not fakes_time():
            raise Skip("no libfaketime, or a daemon that cannot be run under it")
        self.stack = stack
        stack.write_desk(what)
        stack.start_servers()
        stack.new_daemon("d")
        assert stack.migrate()[0] == 0

    def at(self, moment, what=None, kill=False):
        """The daemon is there at that time, and takes another desk file over."""
        if self.stack.daemon.process and kill:
            self.stack.daemon.kill()
        elif self.stack.daemon.process:
            assert self.stack.daemon.stop() == 0
        self.stack.daemon.start(
            environment={"LD_PRELOAD": FAKETIME, "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
                         "FAKETIME": "@%s:00" % moment},
            arguments=("--accept-time", "the servers live later"))
        if what:
            apply_desk(self.stack, what)

    def figure(self, name, period, **of):
        for rep, value in of.items():
            self.stack.add({"type": "metric", "team": "sales", "metric": name, "period": period, "rep": rep,
                            "value": value})
        self.stack.settle()

    def earn(self, ident, at):
        moment = datetime.datetime.fromisoformat(at).replace(tzinfo=UTC)
        self.stack.add({"type": "ticket", "id": ident, "team": "sales", "kind": "order", "owner": "ana"})
        self.stack.add({"type": "outcome", "id": ident, "outcome": "won", "value": 98765,
                        "at": int(moment.timestamp() * 1000)})
        self.stack.settle()

    def contracts(self, period):
        return {rep: (line["contract_minutes"], line["contract_by"])
                for rep, line in lines(pool(self.stack, "sales", period)).items()}

    def check(self, period, contracts, paid):
        """contracts: by rep, minutes and who said them; paid: those that came."""
        shown = pool(self.stack, "sales", period)
        told = {rep: (line["contract_minutes"], line["contract_by"]) for rep, line in lines(shown).items()}
        assert told == contracts, (told, contracts)
        counts = {rep: min(paid.get(rep, 10 ** 9), contracts[rep][0]) for rep in contracts}
        assert {rep: line["minutes"] for rep, line in lines(shown).items()} == counts, (shown, counts)
        shares = apportion(shown["net"], counts, ("p", "sales", period, "hours"))
        assert {rep: line["hours"] for rep, line in lines(shown).items()} == shares, (shown, shares)
        check_sums(shown)
        return shown


def calendar(hours):
    """Own hours, with the holidays of the team's calendar."""
    return {"hours": hours, "holidays": OFFICE["holidays"]}


MARCH = ("ana", "eli", "imp", "lea", "max", "mid", "nat", "yor")
OWN = {"eli": {"mon-wed": "09:00-15:00", "holidays": "office"}, "nat": NIGHT, "yor": "york",
       "mid": {"mon-fri": "08:00-16:00"}}
LATER = dict(OWN, mid={"mon-fri": "08:00-12:00"})


def march_by_hand():
    changed = datetime.date(2026, 3, 16)
    whole = {
        "ana": always(OFFICE), "imp": always(OFFICE), "max": always(OFFICE), "nat": always(calendar(NIGHT)),
        "eli": always(calendar({"mon-wed": "09:00-15:00"})), "yor": always(YORK),
        "mid": lambda day: calendar((OWN if day < changed else LATER)["mid"])}
    march = {rep: minutes_of("2026-03-01", "2026-03-31", of) for rep, of in whole.items()}
    march["joe"] = minutes_of("2026-03-10", "2026-03-31", always(OFFICE))
    march["lea"] = minutes_of("2026-03-01", "2026-03-20", always(OFFICE))
    return march


def through_march(office):
    office.at("2026-02-20 12:00")
    office.at("2026-03-10 11:00", desk(MARCH + ("joe",), **OWN))
    office.at("2026-03-16 05:00", desk(MARCH + ("joe",), **LATER))
    stays = [rep for rep in MARCH + ("joe",) if rep != "lea"]
    office.at("2026-03-21 12:00", desk(stays, **LATER))
    office.at("2026-04-02 12:00", kill=True)
    return stays


@scenario("a month by the calendar: half a holiday, part time, nights, a change of clocks, who came and left")
def march(stack):
    office = Office(stack, desk(MARCH, **OWN))
    stays = through_march(office)
    told = {rep: (minutes, "calendar") for rep, minutes in march_by_hand().items()}
    assert told["nat"][0] == 29 * 480 + 240 - 60 and told["ana"][0] > told["lea"][0] > 5000, told
    assert told["yor"][0] == 5 * 480 + 4 * 240 - 60, "a Sunday in New York lacks an hour, too"
    office.earn("t-1", "2026-03-20 12:00")
    paid = {"max": 20000, "ana": told["ana"][0] - 77, "imp": 9000}
    office.figure("paid_minutes", "2026-03", **paid)
    office.check("2026-03", told, paid)
    office.figure("contract_minutes", "2026-03", imp=5000)
    told["imp"] = (5000, "import")
    before = office.check("2026-03", told, paid)
    office.at("2026-04-02 13:00", kill=True)
    assert office.check("2026-03", told, paid)["shares"] == before["shares"]
    step(stack, "freeze", "sales", "2026-03")
    office.check("2026-03", told, paid)
    less = dict(OFFICE, hours={"mon": "08:00-09:00"})
    apply_desk(stack, desk(stays, calendars=(less, YORK), **dict(LATER, nat={"mon": "08:00-09:00"})))
    step(stack, "close", "sales", "2026-03")
    assert office.check("2026-03", told, paid)["state"] == "closed", "later hours are later ones"
    said_by_the_tools(stack, told)
    verify_ok(stack)
    check_invariants(stack)


def said_by_the_tools(stack, told):
    code, output, _ = stack.cli("pool", "sales", "--period", "2026-03")
    assert code == 0 and "contract_minutes of 8 reps are by the calendar" in output, output
    output = stack.cli("pool", "sales", "--period", "2026-03", "--explain")[1]
    assert "contract_minutes %s = by the calendar" % "{:,}".format(told["nat"][0]) in output, output
    assert "contract_minutes 5,000 = imported" in output, output
    rows = list(csv.DictReader(io.StringIO(stack.cli("pool", "sales", "--period", "2026-03", "--csv")[1])))
    assert {row["rep"]: (int(row["contract_minutes"]), row["contract_by"]) for row in rows} == told, rows


@scenario("October in Oslo, whose clocks go back; an import that comes after the freeze has to be frozen, too")
def october(stack):
    people, own = ("ana", "day", "nat"), {"nat": NIGHT, "day": {"mon-sun": "00:00-24:00"}}
    office = Office(stack, desk(people, **own))
    for moment in ("2026-09-28 12:00", "2026-10-24 21:00", "2026-11-02 12:00"):
        office.at(moment)
    told = {"ana": (minutes_of("2026-10-01", "2026-10-31", always(OFFICE)), "calendar"),
            "nat": (30 * 480 + 60, "calendar"), "day": (30 * 1440 + 60, "calendar")}
    assert minutes_of("2026-10-01", "2026-10-31", always(calendar(NIGHT))) == told["nat"][0]
    office.earn("t-1", "2026-10-20 12:00")
    office.check("2026-10", told, {})
    step(stack, "freeze", "sales", "2026-10")
    office.figure("contract_minutes", "2026-10", ana=60)
    code, _, error = stack.cli("close", "sales", "2026-10", check=False)
    assert code == 1 and "rep ana got other contract_minutes after it was frozen; freeze it again" in error, error
    told["ana"] = (60, "import")
    step(stack, "freeze", "sales", "2026-10")
    step(stack, "close", "sales", "2026-10")
    office.check("2026-10", told, {})
    verify_ok(stack)
    check_invariants(stack)


@scenario("days before the first hand-over are not known: there are no contract minutes, and nobody's are cut")
def not_known(stack):
    office = Office(stack, desk(("ana", "ben"), ben={"mon": "08:00-09:00"}, plan=dict(PLAN, if_missing="block")))
    office.at("2026-03-02 12:00")
    office.at("2026-03-31 12:00")
    office.at("2026-04-30 12:00")
    office.at("2026-05-02 12:00")
    office.earn("t-1", "2026-03-20 12:00")
    office.figure("paid_minutes", "2026-03", ana=40000, ben=40000)
    assert office.contracts("2026-03") == {"ana": (None, None), "ben": (None, None)}
    assert {s["minutes"] for s in pool(stack, "sales", "2026-03")["shares"]} == {40000}
    office.figure("paid_minutes", "2026-04", ana=40000, ben=40000)
    april = office.contracts("2026-04")
    assert april == {"ana": (minutes_of("2026-04-01", "2026-04-30", always(OFFICE)), "calendar"),
                     "ben": (4 * 60, "calendar")}, april
    code, _, error = stack.cli("freeze", "sales", "2026-05", check=False)
    assert code == 1, error
    verify_ok(stack)


@scenario("the estimate of a quarter says up to which day the calendar goes")
def quarter(stack):
    office = Office(stack, desk(("ana",), plan=dict(PLAN, **{"period": "quarter", "from": "2026-Q2"})))
    office.at("2026-03-30 12:00")
    office.at("2026-04-10 12:00")
    share, = pool(stack, "sales", "2026-Q2")["shares"]
    expected = minutes_of("2026-04-01", "2026-05-10", always(OFFICE))
    assert (share["contract_minutes"], share["contract_until"]) == (expected, "2026-05-10"), share
    output = stack.cli("pool", "sales", "--period", "2026-Q2", "--explain")[1]
    assert "by the calendar up to 2026-05-10; the days behind it are not known yet" in " ".join(output.split())
    assert "they go up to 2026-05-10 yet" in " ".join(output.split()), output
    office.at("2026-05-09 12:00")
    office.at("2026-06-07 12:00")
    share, = pool(stack, "sales", "2026-Q2")["shares"]
    expected = minutes_of("2026-04-01", "2026-06-30", always(OFFICE))
    assert (share["contract_minutes"], share["contract_until"]) == (expected, None), share
    verify_ok(stack)


run()
