#!/usr/bin/python3
"""bias: once a day evenhandd looks at each team's month, and an alarm stands while what was drawn
leaves what chance allows.

libfaketime starts the daemon near the end of a month and in the next one. An honest daemon makes no
biased log, so the recorded draws are changed.
"""
import datetime
import json
import re

from harness import OUTBOX, Skip, default_desk, default_team, run, scenario, today, wait_until
from office import FAKETIME, fakes_time
from proofs import tampered

REPS = ["ana", "ben", "cai", "dora"]
LAST = today().replace(day=1) - datetime.timedelta(days=1)
MONTH = LAST.strftime("%Y-%m")
# Every draw comes out the same: of equals it is always the same one who wins.
EQUAL = ("UPDATE effect SET draws = decode(repeat('%s', length(draws) / 8), 'hex')"
         " WHERE draws IS NOT NULL")
SAME, OTHER = EQUAL % "0000000000000001", EQUAL % "8000000000000002"


def prepare(stack):
    if not fakes_time():
        raise Skip("no libfaketime, or a daemon that cannot be run under it")
    stack.write_desk(default_desk(
        time_zone="UTC", reps=[{"id": r} for r in REPS],
        teams=[default_team("sales", REPS, policy="random"),
               default_team("support", REPS[:2], policy="random")]))
    stack.start_servers()
    stack.same_draws(7)  # chance makes an honest month an alarm now and then
    daemon = stack.new_daemon("d")
    assert stack.migrate()[0] == 0
    start(daemon, LAST)
    for rep in REPS:
        daemon.post("/v1/reps/%s/signal" % rep, {"status": "available"})
    stack.add_many([{"type": "ticket", "id": "t-%d" % i, "team": "sales", "kind": "order",
                     "value": 1000 * (1 + i % 7)} for i in range(200)])
    stack.settle()
    return daemon


def start(daemon, day):
    daemon.start(environment={"LD_PRELOAD": FAKETIME, "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
                              "FAKETIME": "@%s 09:00:00" % day.isoformat()},
                 arguments=("--accept-time", "the servers live later"))


def log_of(daemon):
    with open(daemon.log, encoding="utf-8", errors="replace") as f:
        return f.read()


def looked(daemon, day):
    """How many alarms the look at the days up to `day` found."""
    found = wait_until("it has looked", lambda: re.search(
        r"fairness looked at up to=%s teams=2 alarms=(\d+)" % day, log_of(daemon)))
    return int(found[1])


def alarms(daemon):
    return {a["name"]: a["text"] for a in daemon.status()["alarms"]}


def stands(daemon):
    return 'evenhand_alarm_stands{alarm="bias"} 1' in daemon.get("/metrics").text


def notices(stack):
    """The alarms on the outbox."""
    entries = [json.loads(fields["j"]) for _, fields in stack.redis.xrange(OUTBOX)]
    return [{key: entry[key] for key in ("team", "why")} for entry in entries if entry["type"] == "alarm"]


def draws_set(stack, statement):
    """Draws as others that are none; `tampered` takes it back."""
    stack.sql("SET session_replication_role = replica; " + statement)


def told_once(stack, said):
    assert notices(stack) == [{"team": "sales", "why": said}], notices(stack)
    inputs = stack.sql("SELECT actor, team, reason FROM input WHERE abs(type) = 27")
    assert inputs == [("evenhandd", "sales", said)], inputs


@scenario("an honest month is no alarm, and the first day is not looked at before it is over")
def honest(stack):
    daemon = prepare(stack)
    assert "looked at" not in log_of(daemon)
    assert daemon.stop() == 0
    start(daemon, LAST + datetime.timedelta(days=1))
    assert looked(daemon, LAST) == 0
    assert "bias" not in alarms(daemon) and not stands(daemon)
    text = stack.cli("fairness", "sales", "--bias", "--to", LAST.isoformat(), "--db",
                     stack.postgres.dsn)[1]
    assert text.count("as chance allows (p ") == 3, text
    few = stack.cli("fairness", "support", "--bias", "--to", LAST.isoformat(), "--db",
                    stack.postgres.dsn)[1]
    assert few.count("too few to tell") == 3, few
    assert stack.cli("fairness", "sales", "--bias", check=False)[0] == 2


@scenario("draws that are no draws are an alarm, also after a restart, until they are as they were")
def biased(stack):
    daemon = prepare(stack)
    assert daemon.stop() == 0
    with tampered(stack, SAME):
        start(daemon, LAST + datetime.timedelta(days=1))
        assert looked(daemon, LAST) == 1
        said = alarms(daemon)["bias"]
        assert re.search(r"team sales, %s-01 to %s: (\w+) drew 200 tickets where chance gives 50.0"
                         % (MONTH, LAST), said), said
        assert stands(daemon) and "\n" not in said, said
        assert said in " ".join(stack.cli("status", check=False)[1].split())
        look = json.loads(stack.cli("--json", "fairness", "sales", "--bias", "--to",
                                    LAST.isoformat(), "--db", stack.postgres.dsn)[1])
        assert look["level"] == 0.001, look
        draw = next(one for one in look["bias"] if one["bias"] == "draw")
        wait_until("it is told on the outbox", lambda: notices(stack) == [{"team": "sales", "why": said}])
        assert draw["alarms"] and draw["p"] <= draw["level"] and draw["says"] == "alarm: " + said
        assert daemon.stop() == 0
        start(daemon, LAST + datetime.timedelta(days=4))  # the month before is looked at, too
        assert looked(daemon, LAST + datetime.timedelta(days=3)) == 1
        assert stands(daemon)
        told_once(stack, said)  # the second look found the same month
        assert daemon.stop() == 0
        draws_set(stack, OTHER)
        start(daemon, LAST + datetime.timedelta(days=5))
        assert looked(daemon, LAST + datetime.timedelta(days=4)) == 1
        assert alarms(daemon)["bias"] != said
        stack.settle()
        told_once(stack, said)  # also in other words
        assert "no notice of an alarm" not in log_of(daemon)
    assert daemon.stop() == 0
    start(daemon, LAST + datetime.timedelta(days=6))
    assert looked(daemon, LAST + datetime.timedelta(days=5)) == 0
    assert not stands(daemon)


run()
