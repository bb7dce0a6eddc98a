#!/usr/bin/python3
"""clock_jumps: the wall clock leaps by a year; what is ordered or measured by time is not moved.

libfaketime shifts evenhandd's CLOCK_REALTIME by what a file says, and leaves CLOCK_MONOTONIC alone.
"""
import datetime
import getpass
import time

from chaos import check_all, tickets
from clocks import accept, fake, jump
from harness import default_desk, default_team, run, scenario, today, wait_until
from proofs import verify_ok

YEAR, QUARTER = 365 * 86400, 900
AT_LEAST = 2          # seconds
LONG = 3600           # seconds: no scenario takes so long
LOOK_SECONDS = 9      # after which a standby takes over from a heartbeat that stands still
TODAY = today()
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


def start(stack):
    """(daemon, environment of any that has the same clock)"""
    environment = fake(stack)
    daemon = stack.start(desk())
    daemon.stop()
    daemon.start(environment=environment)
    return daemon, environment


def alarms(daemon):
    """name -> sentence, in their order"""
    return {alarm["name"]: alarm["text"] for alarm in daemon.status()["alarms"]}


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
        assert daemon.post("/v1/reps/ana/signal",
                       {"status": "available", "reason": "caught up"}).code == 200
        wait_until("ana's are dealt", lambda: daemon.status()["waiting"] == 0)
        overload(daemon, AT_LEAST)
        stack.add_ticket("u-%d" % number)
        wait_until("ana is back by herself", lambda: (stack.ticket("u-%d" % number) or {}).get(
            "rep") == "ana")
        time.sleep(AT_LEAST + 1)  # the next "overloaded" is none in a row
        jump(stack, 0)
        wait_until("the alarm is over", lambda: not daemon.status()["alarm"])
    assert freeze(daemon, LAST_MONTH) == 200
    assert (daemon.status()["role"], standby.status()["role"]) == ("leader", "standby")
    check_all(stack, 82)
    check_times(stack, began)


@scenario("a start a quarter of an hour before the last input: time goes on, with an alarm")
def starts_behind(stack):
    began = time.time() * 1e6
    daemon, environment = start(stack)
    stack.add_many(tickets(20, "a"))
    stack.settle()
    daemon.stop()
    jump(stack, -QUARTER)
    daemon.start(environment=environment)
    wait_until("it is noticed", lambda: "wall clock" in alarms(daemon).get("clock", ""))
    assert "behind that of Redis" in alarms(daemon)["clock_redis"], alarms(daemon)
    assert "behind that of PostgreSQL" in alarms(daemon)["clock_postgres"], alarms(daemon)
    overload(daemon, AT_LEAST)
    stack.add_ticket("u")
    wait_until("ana is back by herself", lambda: (stack.ticket("u") or {}).get("rep") == "ana")
    assert freeze(daemon, MONTH) == 409 and freeze(daemon, LAST_MONTH) == 200
    check_all(stack, 21)
    check_times(stack, began)
    jump(stack, 0)
    stack.redis_server.kill()
    stack.redis_server.start()
    wait_until("Redis agrees again", lambda: "clock_redis" not in alarms(daemon))
    daemon.stop()
    daemon.start(environment=environment)
    time.sleep(2)
    assert not daemon.status()["alarm"], daemon.status()


@scenario("a start with a clock that cannot be right is refused, and nothing is in the log of it")
def refused(stack):
    daemon, environment = start(stack)
    stack.add_many(tickets(5, "a"))
    stack.settle()
    daemon.stop()
    head = stack.sql("SELECT input, at FROM head")
    for shift, wanted in [(10 * YEAR, "after the last input"), (-YEAR, "before the last input"),
                          (-2 * 3600, "before the last input"),
                          (2 * 3600, "ahead of those of PostgreSQL and Redis"),
                          (200 * 86400, "ahead of those of PostgreSQL and Redis")]:
        jump(stack, shift)
        code, output = daemon.run(environment=environment)
        assert code == 78 and wanted in output and "--accept-time" in output, (code, output)
        assert stack.sql("SELECT input, at FROM head") == head, shift
    jump(stack, 0)
    daemon.start(environment=environment)
    stack.add_ticket("b")
    stack.settle()
    assert not daemon.status()["alarm"], daemon.status()
    check_all(stack, 6)


@scenario("a first start has no input before it: the servers' clocks alone speak")
def first_start(stack):
    stack.write_desk(desk())
    stack.start_servers()
    daemon = stack.new_daemon("d")
    assert stack.migrate()[0] == 0
    environment = fake(stack)
    jump(stack, 10 * YEAR)
    code, output = daemon.run(environment=environment)
    assert code == 78 and "ahead of those of PostgreSQL and Redis" in output, (code, output)
    assert stack.sql1("SELECT count(*) FROM input") == 0
    jump(stack, 0)
    daemon.start(environment=environment)
    stack.add_ticket("a")
    stack.settle()
    check_all(stack, 1)


@scenario("an operator leads a log that went ten years astray back, and everybody goes on")
def accepted(stack):
    daemon, environment = start(stack)
    stack.add_many(tickets(10, "a"))
    stack.settle()
    daemon.stop()
    jump(stack, 10 * YEAR)
    accept(daemon, environment, "nobody looked at the clock")
    there = str((TODAY + datetime.timedelta(seconds=10 * YEAR)).year)
    wait_until("it is there", lambda: daemon.status()["at"][:4] == there)
    stack.add_many([dict(t, team="sales") for t in tickets(10, "b")])
    stack.settle()
    assert daemon.post("/v1/tickets/default/b-0/outcome", {"outcome": "won", "value": 1200}).code == 200
    overload(daemon, LONG)
    stack.add_ticket("w", team="sales")
    wait_until("it waits", lambda: daemon.status()["waiting"] == 1)
    daemon.stop()

    jump(stack, 0)
    code, output = daemon.run(environment=environment)
    assert code == 78 and "before the last input" in output, (code, output)
    before = stack.sql1("SELECT input FROM head")
    accept(daemon, environment, "its battery is replaced")
    wait_until("it is back", lambda: daemon.status()["at"][:4] < there)
    assert not alarms(daemon), alarms(daemon)
    rows = stack.sql("SELECT actor, reason FROM input WHERE type = 20 ORDER BY input")
    assert rows == [(getpass.getuser(), "nobody looked at the clock"),
                    (getpass.getuser(), "its battery is replaced")], rows
    assert stack.sql1("SELECT input FROM input WHERE type = 20 ORDER BY input DESC LIMIT 1") > before
    ana = daemon.get("/v1/reps/ana").json
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3 * LONG)
    assert ana["until"] < soon.isoformat(), ana
    assert daemon.post("/v1/reps/ana/signal",
                       {"status": "available", "reason": "caught up"}).code == 200
    wait_until("what waited is dealt", lambda: daemon.status()["waiting"] == 0)
    assert daemon.post("/v1/tickets/default/b-1/outcome", {"outcome": "won", "value": 300}).code == 200
    assert freeze(daemon, MONTH) == 409 and freeze(daemon, LAST_MONTH) == 200
    pool = daemon.get("/v1/teams/sales/pool?period=" + MONTH)
    assert pool.code == 200, pool
    assert stack.cli("fairness", "sales")[0] == 0, stack.cli("fairness", "sales")
    stack.sql("SELECT * FROM ticket"), stack.sql("SELECT * FROM fairness_by_rep")
    daemon.kill()
    daemon.start(environment=environment)
    assert not alarms(daemon), alarms(daemon)
    stack.add_ticket("z", team="sales")
    stack.settle()
    check_all(stack, 20)  # and two are closed
    daemon.stop()
    verify_ok(stack)


@scenario("PostgreSQL may go away while the time is accepted, and nothing is accepted twice")
def accepted_once(stack):
    daemon, environment = start(stack)
    daemon.stop()
    stack.sql("CREATE FUNCTION refuse_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
              " IF new.type = 20 AND nextval('tries') < 3 THEN PERFORM pg_terminate_backend("
              "pg_backend_pid()); END IF; RETURN new; END $$")
    stack.sql("CREATE SEQUENCE tries; GRANT USAGE ON SEQUENCE tries TO PUBLIC")
    stack.sql("CREATE TRIGGER refuse_once BEFORE INSERT ON input FOR EACH ROW EXECUTE FUNCTION"
              " refuse_once()")
    jump(stack, 10 * YEAR)
    accept(daemon, environment, "a test")
    wait_until("it is there", lambda: stack.sql1("SELECT count(*) FROM input WHERE type = 20") == 1)
    stack.sql("DROP TRIGGER refuse_once ON input")
    other = stack.new_daemon("other")
    jump(stack, 0)
    code, output = other.run("--accept-time", "while another leads")
    assert code == 78 and "another evenhandd leads" in output, (code, output)
    led = daemon.logged("leading")
    stack.postgres.stop("immediate")
    stack.postgres.start()
    wait_until("it leads again", lambda: daemon.logged("leading") > led)
    daemon.wait_role("leader")
    assert stack.sql1("SELECT count(*) FROM input WHERE type = 20") == 1
    daemon.stop()
    accept(daemon, environment, "back")
    daemon.stop()
    accept(daemon, environment, "back again")
    wait_until("it says so", lambda: daemon.logged("nothing to accept") == 1)
    assert stack.sql1("SELECT count(*) FROM input WHERE type = 20") == 2
    daemon.stop()
    verify_ok(stack)


run()
