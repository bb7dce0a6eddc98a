#!/usr/bin/python3
"""clock_jumps: the wall clock leaps by a year; what is ordered or measured by time is not moved.

libfaketime shifts evenhandd's CLOCK_REALTIME by what a file says, and leaves CLOCK_MONOTONIC alone.
"""
import datetime
import glob
import os
import time

from chaos import check_all, tickets
from harness import Skip, default_desk, default_team, run, scenario, wait_until

YEAR = 365 * 86400
AT_LEAST = 2          # seconds
LONG = 3600           # seconds: no scenario takes so long
LOOK_SECONDS = 9      # after which a standby takes over from a heartbeat that stands still
TODAY = datetime.date.today()
MONTH, LAST_MONTH = (d.strftime("%Y-%m") for d in (TODAY, TODAY.replace(day=1) -
                                                   datetime.timedelta(days=1)))
PLAN = {
    "id": "p", "team": "sales", "from": LAST_MONTH, "period": "month", "encourages": "a",
    "discourages": "b", "target_pool": "1000.00", "max_pool": "2000.00",
    "metrics": [{"metric": "revenue", "weight": "100%",
                 "curve": [["0.00", "0%"], ["2000.00", "200%"]]}],
    "funding": [["0%", "0%"], ["200%", "200%"]], "split": {"equal": "100%"}}


def desk():
    """All of sales is ana; her team has a plan by month."""
    overloaded = {"at_least": "%ds" % AT_LEAST, "at_most": "%ds" % (2 * LONG)}
    return default_desk(plans=[PLAN], time_zone="UTC", teams=[
        default_team("sales", ["ana"], overloaded=overloaded),
        default_team("support", ["eli", "fay"])])


def jump(stack, seconds):
    """From now on evenhandd's wall clock is so far from the true one."""
    with open(stack.dir + "/shift.new", "w", encoding="ascii") as f:
        f.write("%+d\n" % seconds)
    os.rename(stack.dir + "/shift.new", stack.dir + "/shift")


def start(stack):
    """(daemon, environment of any that has the same clock)"""
    library = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    if not library:
        raise Skip("libfaketime is not installed")
    jump(stack, 0)
    environment = {"LD_PRELOAD": library[0], "FAKETIME_TIMESTAMP_FILE": stack.dir + "/shift",
                   "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    daemon = stack.start(desk())
    daemon.stop()
    daemon.start(environment=environment)
    return daemon, environment


def overload(daemon, seconds):
    body = {"status": "overloaded", "for": seconds}
    assert daemon.post("/v1/reps/ana/signal", body).code == 200


def freeze(daemon, period):
    return daemon.post("/v1/teams/sales/periods/%s/freeze" % period).code


def check_times(stack, began):
    """What is in the log carries true times."""
    low, high = stack.sql("SELECT min(at), max(at) FROM input")[0]
    now = time.time() * 1e6
    assert began <= low + 1e6 and high <= now + 1e6, (began, low, high, now)


@scenario("the wall clock leaps a year ahead, comes back, and leaps a year back")
def leaps(stack):
    began = time.time() * 1e6
    daemon, environment = start(stack)
    standby = stack.new_daemon("e").start(ready=False, environment=environment)
    standby.wait_role("standby")
    for number, shift in enumerate((YEAR, -YEAR)):
        overload(daemon, LONG)
        jump(stack, shift)
        wait_until("it is noticed", lambda: "wall clock" in (daemon.status()["alarm"] or ""))
        stack.add_many([dict(t, team="sales") for t in tickets(20, "s%d" % number)] +
                       [dict(t, team="support") for t in tickets(20, "t%d" % number)])
        wait_until("they are dealt", lambda: stack.ticket("t%d-19" % number))
        time.sleep(LOOK_SECONDS / 2)
        assert daemon.status()["waiting"] == 20, "ana was freed: %r" % daemon.status()
        assert freeze(daemon, MONTH) == 409, "a period ended"
        assert daemon.post("/v1/reps/ana/signal", {"status": "available"}).code == 200
        wait_until("ana's are dealt", lambda: daemon.status()["waiting"] == 0)
        overload(daemon, AT_LEAST)
        stack.add_ticket("u-%d" % number)
        wait_until("ana is back by herself", lambda: (stack.ticket("u-%d" % number) or {}).get(
            "rep") == "ana")
        jump(stack, 0)
        wait_until("the alarm is over", lambda: not daemon.status()["alarm"])
    assert freeze(daemon, LAST_MONTH) == 200
    assert (daemon.status()["role"], standby.status()["role"]) == ("leader", "standby")
    check_all(stack, 82)
    check_times(stack, began)


@scenario("evenhandd starts with a wall clock a year behind its log: time goes on, with an alarm")
def starts_behind(stack):
    began = time.time() * 1e6
    daemon, environment = start(stack)
    stack.add_many(tickets(20, "a"))
    stack.settle()
    daemon.stop()
    jump(stack, -YEAR)
    daemon.start(environment=environment)
    wait_until("it is noticed", lambda: "wall clock" in (daemon.status()["alarm"] or ""))
    overload(daemon, AT_LEAST)
    stack.add_ticket("u")
    wait_until("ana is back by herself", lambda: (stack.ticket("u") or {}).get("rep") == "ana")
    assert freeze(daemon, MONTH) == 409 and freeze(daemon, LAST_MONTH) == 200
    check_all(stack, 21)
    check_times(stack, began)
    daemon.stop()
    jump(stack, 0)
    daemon.start(environment=environment)
    time.sleep(2)
    assert not daemon.status()["alarm"], daemon.status()


run()
