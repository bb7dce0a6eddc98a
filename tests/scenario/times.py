#!/usr/bin/python3
"""times: how many tickets a team deals to a rep in an hour and on a day, by the clock of its desk."""
from harness import Skip, default_desk, run, scenario, wait_until
from invariants import check_invariants
from office import FAKETIME, fakes_time
from proofs import verify_ok

CLOCK = {"LD_PRELOAD": FAKETIME, "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC"}


def lives_at(stack, moment):
    """The daemon ends by kill -9 and lives on at that moment, of UTC."""
    if stack.daemon.alive():
        stack.daemon.kill()
    stack.daemon.start(environment=dict(CLOCK, FAKETIME="@" + moment),
                       arguments=("--accept-time", "the servers live later"))


def begin(stack, desk, moment):
    if not fakes_time():
        raise Skip("the daemon's clock cannot be set")
    stack.write_desk(desk)
    stack.start_servers()
    daemon = stack.new_daemon("d")
    code, output = stack.migrate()
    assert code == 0, output
    lives_at(stack, moment)
    return daemon


def holder(stack, name):
    return stack.daemon.get("/v1/tickets/default/" + name).json


@scenario("so many an hour of Kathmandu's clock and so many a day; what waits comes with the next hour, "
          "after a kill as well")
def at_most(stack):
    begin(stack, default_desk(
        time_zone="Asia/Kathmandu", reps=[{"id": "ana"}],
        teams=[{"id": "sales", "policy": "random", "reps": ["ana"],
                "at_most": {"per_hour": 2, "per_day": 3}}]), "2026-06-03 04:20:00")  # 10:05 there
    for n in range(1, 6):
        stack.add({"type": "ticket", "id": "t-%d" % n, "team": "sales", "kind": "order"})
    stack.settle()
    team = stack.daemon.get("/v1/teams/sales").json
    assert team["at_most"] == {"per_hour": 2, "per_day": 3}, team
    rep, = team["reps"]
    assert rep["full"] and rep["dealt_hour"] == 2 and rep["dealt_day"] == 2, rep
    assert [holder(stack, "t-%d" % n)["state"] for n in (2, 3)] == ["assigned", "waiting"]
    assert "at most 2 an hour and 3 a day" in stack.cli("team", "sales")[1]
    lives_at(stack, "2026-06-03 05:05:00")  # 10:50: the same hour there, not in UTC
    assert holder(stack, "t-3")["state"] == "waiting"
    lives_at(stack, "2026-06-03 05:20:00")  # 11:05
    wait_until("the next hour's is dealt", lambda: holder(stack, "t-3")["state"] == "assigned")
    assert holder(stack, "t-4")["state"] == "waiting", "three a day"
    lives_at(stack, "2026-06-03 08:20:00")
    assert holder(stack, "t-4")["state"] == "waiting"
    lives_at(stack, "2026-06-03 18:20:00")  # 00:05 of the next day
    wait_until("the next day's are dealt", lambda: holder(stack, "t-5")["state"] == "assigned")
    verify_ok(stack)
    check_invariants(stack)


if __name__ == "__main__":
    run()
