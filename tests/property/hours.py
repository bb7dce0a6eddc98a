#!/usr/bin/python3
"""hours: calendars as instants, compared with what Python's zoneinfo makes of the same rules.

    hours.py HOURS_INSTANTS

20 zones over 5 years with two leap days, all changes of their clocks, and a zone that left out a day. The
rules are random, from a seed that is printed; EVENHAND_SEED sets it. Speaks TAP.
"""
import datetime
import os
import random
import subprocess
import sys
import zoneinfo

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "unit"))
import tap

INSTANTS = sys.argv[1]
SEED = int(os.environ.get("EVENHAND_SEED", random.SystemRandom().randrange(1 << 32)))
ZONES = """Europe/Oslo Europe/London Europe/Dublin Europe/Lisbon Atlantic/Azores America/New_York
    America/St_Johns America/Santiago America/Sao_Paulo America/Havana Africa/Casablanca Africa/Cairo
    Asia/Kathmandu Asia/Kolkata Asia/Gaza Asia/Tehran Australia/Lord_Howe Australia/Adelaide
    Pacific/Chatham Antarctica/Troll""".split()
FIRST, LAST = datetime.date(2024, 1, 1), datetime.date(2028, 12, 31)
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
EPOCH = datetime.date(1970, 1, 1)
UTC = datetime.timezone.utc
MINUTE = datetime.timedelta(minutes=1)
assert len(ZONES) == 20


def clock(minutes):
    return "%02d:%02d" % divmod(minutes, 60)


def day_of(rng):
    """Spans of a day as minutes; the last may end on the next day."""
    if rng.random() < 0.15:
        return []
    if rng.random() < 0.1:
        return [(0, 1440)]
    marks = sorted(rng.sample(range(0, 1440, rng.choice([1, 5, 15, 30])), 2 * rng.randrange(1, 4)))
    spans = list(zip(marks[::2], marks[1::2]))
    if rng.random() < 0.3:  # over midnight
        last = spans[-1][0]
        if last > 0:
            spans[-1] = (last, 1440 + rng.randrange(1, last + 1) if rng.random() < 0.8 else 1440)
    if spans[-1][1] - 1440 == spans[-1][0]:
        spans[-1] = (spans[-1][0], 1440)
    return spans


def written(spans):
    return " ".join("%s-%s" % (clock(a), clock(b if b <= 1440 else b - 1440)) for a, b in spans)


def changes(zone, first, last):
    """Days on which the clocks of a zone change."""
    found, at = [], datetime.datetime.combine(first, datetime.time(), UTC)
    end = datetime.datetime.combine(last, datetime.time(), UTC)
    while at < end:
        later = at + datetime.timedelta(days=1)
        if at.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            found += [at.date(), later.date()]
        at = later
    return found


def instant(zone, local):
    """The instant of a local time: the first, or that of the next local time that there is."""
    while True:
        there = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if there.astimezone(zone).replace(tzinfo=None) == local:
            return int(there.timestamp())
        local += MINUTE


def expected(zone, week, holidays, first, last):
    spans, date = [], first
    while date <= last:
        midnight = datetime.datetime.combine(date, datetime.time())
        for begin, end in holidays.get(date, week[date.weekday()]):
            a, b = instant(zone, midnight + begin * MINUTE), instant(zone, midnight + end * MINUTE)
            if a < b:
                spans.append((a, b))
        date += datetime.timedelta(days=1)
    merged = []
    for a, b in spans:
        if merged and a <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
        else:
            merged.append((a, b))
    return merged


def case(rng, name, first, last):
    zone = zoneinfo.ZoneInfo(name)
    week = [day_of(rng) for _ in DAYS]
    span = (last - first).days
    days = [first + datetime.timedelta(days=rng.randrange(span)) for _ in range(20)]
    days += [d for d in changes(zone, first, last) if rng.random() < 0.3]
    days += [d for d in (datetime.date(2024, 2, 29), datetime.date(2028, 2, 29)) if first <= d <= last]
    holidays = {day: day_of(rng) for day in sorted(set(days))}
    desk = "calendars:\n- id: a\n  time_zone: %s\n  hours:\n" % name
    desk += "".join("    %s: %s\n" % (d, written(s)) for d, s in zip(DAYS, week) if s)
    desk += "    {}\n" if not any(week) else ""
    desk += "  holidays:\n" + "".join("  - {date: %s%s}\n" % (d, ", hours: " + written(s) if s else "")
                                      for d, s in holidays.items())
    return zone, week, holidays, first, last, desk


def compare(cases):
    asked = "".join("%d %d %d\n%s" % ((c[3] - EPOCH).days, (c[4] - EPOCH).days, len(c[5]), c[5])
                    for c in cases)
    answered = subprocess.run([INSTANTS], input=asked, stdout=subprocess.PIPE, text=True, check=True)
    lines = answered.stdout.split("\n")
    assert len(lines) == len(cases) + 1, len(lines)
    for (zone, week, holidays, first, last, desk), line in zip(cases, lines):
        found = [tuple(int(s) for s in span.split("-")) for span in line.split()]
        wanted = expected(zone, week, holidays, first, last)
        if found != wanted:
            wrong = [pair for pair in zip(found, wanted) if pair[0] != pair[1]][:1]
            raise AssertionError("%s: %s, %d and %d\n%s" % (zone, wrong, len(found), len(wanted), desk))


def calendars_are_what_zoneinfo_makes_of_them():
    rng = random.Random(SEED)
    print("# seed %d" % SEED)
    compare([case(rng, name, FIRST, LAST) for name in ZONES for _ in range(3)])


def each_minute_of_a_change_of_clocks():
    cases = []
    for name in ZONES:
        zone = zoneinfo.ZoneInfo(name)
        for day in sorted(set(changes(zone, FIRST, LAST))):
            for begin in range(0, 300, 20):
                week = [[(begin, begin + 10), (begin + 15, 1440 + begin)]] * 7
                desk = "calendars: [{id: a, time_zone: %s, hours: {mon-sun: %s}}]\n" % (
                    name, written(week[0]))
                cases.append((zone, week, {}, day, day, desk))
    print("# %d days and hours" % len(cases))
    compare(cases)


def a_day_that_an_island_left_out():
    rng = random.Random(SEED)
    first, last = datetime.date(2011, 12, 20), datetime.date(2012, 1, 10)
    compare([case(rng, "Pacific/Apia", first, last) for _ in range(20)])


tap.play([calendars_are_what_zoneinfo_makes_of_them, each_minute_of_a_change_of_clocks,
          a_day_that_an_island_left_out])
