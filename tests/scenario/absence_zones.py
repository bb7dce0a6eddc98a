#!/usr/bin/python3
"""absence_zones: days of an absence are those of the rep's own time zone, east and west of the desk: told
by hand, by a message and out of a calendar; and so is the tomorrow from which on a rep tells of their own.

libfaketime starts the daemon at a moment when it is another day in Tokyo, or in New York, than at the desk.
"""
import datetime
import os
import zoneinfo

from harness import Skip, default_desk, default_team, is_root, patiently, run, scenario, wait_until
from invariants import check_invariants
from office import FAKETIME, fakes_time
from proofs import verify_ok

UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)
WEEK = {"mon-sun": "00:00-24:00"}
CALENDARS = [{"id": "tokyo", "time_zone": "Asia/Tokyo", "hours": WEEK},
             {"id": "york", "time_zone": "America/New_York", "hours": WEEK},
             {"id": "here", "hours": WEEK}]
# Users every Debian has. The zone None is the desk's: of fay, who has no hours, and of dee, whose have no zone.
REPS = {"ana": ("man", "Asia/Tokyo"), "ben": ("mail", "America/New_York"), "cai": ("news", "Asia/Tokyo"),
        "dee": ("uucp", None), "eli": ("lp", "America/New_York"), "fay": ("games", None)}
HOURS = {"ana": "tokyo", "ben": "york", "dee": "here"}


def desk(zone):
    return default_desk(
        time_zone=zone, calendars=CALENDARS,
        reps=[dict({"id": rep, "user": user}, **({"hours": HOURS[rep]} if rep in HOURS else {}))
              for rep, (user, _) in REPS.items()],
        teams=[default_team("sales", ["fay", "ana", "ben", "dee"]),
               default_team("east", ["cai", "ben"], hours="tokyo"),
               default_team("west", ["cai", "eli"], hours="york")])


def begin(stack, now):
    stack.daemon.start(environment={"LD_PRELOAD": FAKETIME, "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
                                    "FAKETIME": "@" + now.strftime("%Y-%m-%d %H:%M:%S")},
                       arguments=("--accept-time", "the servers live later"))
    os.chmod(stack.daemon.socket, 0o666)  # as if all of them were in the socket's group


def instant(text):
    return text and datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Rep:
    def __init__(self, stack, name, desk_zone, now):
        self.stack, self.name, self.path = stack, name, "/v1/reps/%s/absences" % name
        self.user, zone = REPS[name]
        self.zone = zoneinfo.ZoneInfo(zone or desk_zone)
        self.today = now.astimezone(self.zone).date()

    def at(self, date, time=datetime.time()):
        """The instant of a time of theirs."""
        return datetime.datetime.combine(date, time, self.zone).astimezone(UTC)

    def spans(self):
        found = self.stack.daemon.get(self.path).json["absences"]
        return [(instant(a["from"]), instant(a["until"])) for a in found]

    def ask(self, body, path=""):
        return patiently(lambda: self.stack.ask_as(self.user, "POST", self.path + path, body))

    def state(self):
        return self.stack.daemon.get("/v1/reps/" + self.name).json["state"]

    def cleared(self):
        for each in self.stack.daemon.get(self.path).json["absences"]:
            answer = self.stack.daemon.post(self.path, {"cancel": each["number"]})
            assert answer.code == 200, answer


def ms(moment):
    return int(moment.timestamp() * 1000)


def ics(*events):
    return "BEGIN:VCALENDAR\nVERSION:2.0\n%sEND:VCALENDAR\n" % "".join(
        "BEGIN:VEVENT\nUID:%d@x\n%s\nEND:VEVENT\n" % each for each in enumerate(events))


def whole_day(date):
    return "DTSTART;VALUE=DATE:" + date.strftime("%Y%m%d")


def same_days(rep):
    """By all ways a day is the same."""
    stack, day = rep.stack, rep.today + 10 * DAY
    wanted = [(rep.at(day), rep.at(day + 2 * DAY))]
    span = {"from": day.isoformat(), "until": (day + DAY).isoformat()}
    stack.cli("absent", rep.name, "--from", span["from"], "--until", span["until"])
    assert rep.spans() == wanted, (rep.name, rep.spans(), wanted)
    rep.cleared()
    stack.add(dict(span, type="absence", rep=rep.name))
    wait_until("it is taken", rep.spans)
    assert rep.spans() == wanted, (rep.name, rep.spans(), wanted)
    rep.cleared()
    file = ics(whole_day(day) + "\nDURATION:P2D",
               "DTSTART:%sT090000\nDURATION:PT1H" % (day + 3 * DAY).strftime("%Y%m%d"),
               "DTSTART;TZID=Europe/London:%sT090000\nDURATION:PT1H" % (day + 4 * DAY).strftime("%Y%m%d"))
    assert stack.daemon.http("POST", rep.path + "/import", file).json["told"] == 3
    nine = datetime.time(9)
    local = rep.at(day + 3 * DAY, nine)
    london = datetime.datetime.combine(day + 4 * DAY, nine, zoneinfo.ZoneInfo("Europe/London")).astimezone(UTC)
    hour = datetime.timedelta(hours=1)
    wanted += [(local, local + hour), (london, london + hour)]
    assert rep.spans() == wanted, (rep.name, rep.spans(), wanted)
    assert stack.daemon.http("POST", rep.path + "/import", file).json["told"] == 0
    rep.cleared()


def own_tomorrow(rep):
    """Whatever begins before the next midnight of theirs is refused, and what begins then is taken."""
    midnight = rep.at(rep.today + DAY)
    second = datetime.timedelta(seconds=1)
    for early in ({"from": rep.today.isoformat(), "until": (rep.today + DAY).isoformat()},
                  {"from": ms(midnight - second), "until": ms(midnight + DAY)}):
        answer = rep.ask(early)
        assert answer.code == 403 and str(rep.zone) in answer.json["error"]["message"], (rep.name, early, answer)
    assert rep.state() != "off" and rep.spans() == []
    for late in ({"from": (rep.today + DAY).isoformat()}, {"from": ms(midnight)}):
        answer = rep.ask(late)
        assert answer.code == 200, (rep.name, late, answer)
        assert rep.spans()[0][0] == midnight and rep.state() != "off", rep.name
        assert rep.ask({"cancel": answer.json["input"]}).code == 200
    answer = rep.ask(ics(whole_day(rep.today), whole_day(rep.today + DAY)), "/import")
    assert answer.code == 200 and (answer.json["told"], answer.json["left_out"]) == (1, 1), (rep.name, answer)
    assert rep.spans() == [(midnight, rep.at(rep.today + 2 * DAY))], (rep.name, rep.spans())
    answer = rep.stack.daemon.post(rep.path, {"from": rep.today.isoformat(), "until": rep.today.isoformat()})
    assert answer.code == 200 and rep.state() == "off", (rep.name, answer)
    assert rep.ask({"cancel": answer.json["input"]}).code == 403, rep.name
    rep.cleared()
    assert rep.state() != "off"


def both(stack, zone):
    if not fakes_time():
        raise Skip("no libfaketime, or a daemon that cannot be run under it")
    if not is_root():
        raise Skip("only root can ask as somebody else")
    stack.write_desk(desk(zone))
    stack.start_servers()
    stack.new_daemon("d")
    assert stack.migrate()[0] == 0
    # A week in which the clock of New York changes; then one in which that of London and Oslo does.
    for now in (datetime.datetime(2025, 2, 28, 2, 30, tzinfo=UTC),
                datetime.datetime(2025, 3, 19, 19, 37, tzinfo=UTC)):
        begin(stack, now)
        for name in REPS:
            rep = Rep(stack, name, zone, now)
            same_days(rep)
            own_tomorrow(rep)
        stack.daemon.stop()
    begin(stack, datetime.datetime(2025, 3, 20, 12, 0, tzinfo=UTC))
    verify_ok(stack)
    check_invariants(stack)


@scenario("a desk in UTC")
def of_utc(stack):
    both(stack, "UTC")


@scenario("a desk in Oslo")
def of_oslo(stack):
    both(stack, "Europe/Oslo")


run()
