#!/usr/bin/python3
"""times: how many tickets a team deals to a rep in an hour and on a day, by the clock of its desk; how
many open ones of a kind."""
import json
import subprocess
import sys

from harness import CHECKOUT, Skip, default_desk, run, scenario, wait_until
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


def limited(most):
    team = {"id": "sales", "policy": "rotation", "reps": ["ana", "ben"]}
    return default_desk(reps=[{"id": "ana"}, {"id": "ben"}],
                        teams=[dict(team, kinds={"order": {"open": most}}) if most else team])


RAMP = default_desk(reps=[{"id": "ana"}, {"id": "ben"}],
                    teams=[{"id": "sales", "policy": "balanced", "ramp": "50% for 1d", "reps": ["ana", "ben"]}])


def deals_of(stack):
    return stack.cli("draws", "deals", "--db", stack.postgres.daemon_dsn)[1]


def eligible_of(stack, name):
    deals = [json.loads(line) for line in deals_of(stack).splitlines()]
    return {one["rep"]: one for deal in deals if deal["what"] == "deal" and deal["id"] == name
            for one in deal["eligible"]}


@scenario("back after two days with half a share for what waited, shown and proven; a kill in between; "
          "what comes later by full shares")
def ramp(stack):
    daemon = begin(stack, RAMP, "2026-06-05 14:00:00")

    def ticket(name, **more):
        stack.add(dict({"type": "ticket", "id": name, "team": "sales", "kind": "order"}, **more))
        stack.settle()

    stack.add({"type": "signal", "rep": "ana", "status": "away"})
    stack.settle()
    ticket("odd", skills=["welding"])  # nobody can do it: it waits all the time
    lives_at(stack, "2026-06-08 06:00:00")
    stack.add({"type": "signal", "rep": "ana", "status": "available"})
    stack.settle()
    back, = daemon.get("/v1/reps/ana").json["ramps"]
    assert (back["team"], back["share_ppm"]) == ("sales", 500000), back
    assert back["until"].startswith("2026-06-09T06:00"), back
    assert daemon.get("/v1/reps/ben").json["ramps"] == []
    assert "back in team sales: dealt to with 50% of a full position" in stack.cli("rep", "ana")[1]
    ticket("t-1")
    daemon.kill()
    lives_at(stack, "2026-06-08 07:00:00")
    ticket("t-2")
    stack.add({"type": "outcome", "id": "odd", "outcome": "cancelled"})
    stack.settle()
    ticket("t-3")
    assert daemon.get("/v1/reps/ana").json["ramps"] == []
    for name, share in (("t-1", 500000), ("t-2", 500000), ("t-3", 1000000)):
        eligible = eligible_of(stack, name)
        assert eligible["ana"]["share_ppm"] == share and eligible["ben"]["share_ppm"] == 1000000, (name, eligible)
        assert (eligible["ana"].get("ramp_until") is None) == (share == 1000000), (name, eligible)
    stack.cli("draws", "reveal")
    # the shares that are told are those that it was drawn by
    done = subprocess.run([sys.executable, CHECKOUT + "/tools/evenhand-check-draws"], check=False,
                          input=deals_of(stack), stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0 and " 3 choices checked" in done.stdout, done.stdout
    verify_ok(stack)
    check_invariants(stack)


def apply(stack, desk):
    stack.write_desk(desk)
    code, _, errors = stack.cli("desk", "apply", stack.dir + "/desk.yaml")
    assert code == 0, errors


@scenario("so many open orders a rep: full for orders alone; a kill in between, a manager who passes it, "
          "another desk, the log decided again")
def kinds(stack):
    stack.start(desk=limited(2))
    daemon = stack.daemon

    def members():
        return {rep["id"]: rep for rep in daemon.get("/v1/teams/sales").json["reps"]}

    for n in range(1, 6):
        stack.add({"type": "ticket", "id": "o-%d" % n, "team": "sales", "kind": "order"})
    stack.add({"type": "ticket", "id": "q-1", "team": "sales", "kind": "query"})
    stack.settle()
    assert daemon.get("/v1/teams/sales").json["kinds"] == [{"kind": "order", "open": 2}]
    assert [holder(stack, "o-%d" % n)["state"] for n in (4, 5)] == ["assigned", "waiting"]
    assert holder(stack, "o-5")["why"] == "full" and holder(stack, "q-1")["state"] == "assigned"
    for rep in members().values():
        assert rep["full_for"] == ["order"] and not rep["full"], rep
    assert daemon.get("/v1/reps/ana").json["full_for"] == [{"team": "sales", "kind": "order"}]
    assert "a rep with at most 2 open order" in stack.cli("team", "sales")[1]
    assert "ana: full for order" in stack.cli("team", "sales")[1]
    assert "full for order in team sales" in stack.cli("rep", "ana")[1]
    daemon.kill()
    daemon.start()
    assert holder(stack, "o-5")["state"] == "waiting"
    assert stack.cli("assign", "o-5", "ana", "--reason", "the customer asked for ana")[0] == 0
    assert holder(stack, "o-5")["rep"] == "ana"
    before = {rep["id"]: rep["entitled"] for rep in members().values()}
    stack.add({"type": "ticket", "id": "o-6", "team": "sales", "kind": "order"})
    stack.settle()
    assert holder(stack, "o-6")["state"] == "waiting"
    first, second = [n for n in range(1, 5) if holder(stack, "o-%d" % n)["rep"] == "ben"]
    stack.add({"type": "outcome", "id": "o-%d" % first, "outcome": "resolved"})
    wait_until("ben gets the next order", lambda: holder(stack, "o-6").get("rep") == "ben")
    after = {rep["id"]: rep["entitled"] for rep in members().values()}
    assert after["ben"] == before["ben"] + 1 and after["ana"] == before["ana"], (before, after)
    stack.add({"type": "ticket", "id": "o-7", "team": "sales", "kind": "order"})
    stack.settle()
    apply(stack, limited(None))
    wait_until("nothing is limited", lambda: holder(stack, "o-7")["state"] == "assigned")
    stack.add({"type": "ticket", "id": "o-8", "team": "sales", "kind": "order"})
    stack.settle()
    assert holder(stack, "o-8")["state"] == "assigned"
    apply(stack, limited(1))
    assert members()["ben"]["full_for"] == ["order"]
    stack.add({"type": "outcome", "id": "o-%d" % second, "outcome": "resolved"})
    daemon.kill()
    daemon.start()
    stack.settle()
    verify_ok(stack)
    check_invariants(stack)


if __name__ == "__main__":
    run()
