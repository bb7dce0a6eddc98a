#!/usr/bin/python3
"""desk_changes: a new desk takes effect whole or not at all."""
import json
import signal
import time

from harness import SALES, SUPPORT, default_desk, default_team, run, scenario, wait_until
from invariants import check_invariants


def put(stack, desk):
    return stack.daemon.http("PUT", "/v1/desk", desk if isinstance(desk, str) else json.dumps(desk))


def without(rep, **sales):
    """The default desk after one has left."""
    reps = [r for r in SALES + SUPPORT if r != rep]
    return default_desk(reps=[{"id": r} for r in reps], teams=[
        default_team("sales", [r for r in SALES if r != rep], **sales),
        default_team("support", [r for r in SUPPORT if r != rep])])


@scenario("who has open tickets their team keeps cannot vanish: 409 names them; released, they can")
def vanished_rep(stack):
    stack.start()
    stack.add_ticket("d-1")
    stack.settle()
    rep = stack.ticket("d-1")["rep"]
    before = stack.daemon.get("/v1/desk").json["sha256"]
    answer = put(stack, without(rep, leavers_work="keep"))
    assert answer.code == 409 and rep in answer.json["error"]["message"], answer
    code, _, stderr = stack.cli("desk", "apply", write(stack, without(rep, leavers_work="keep")), check=False)
    assert code == 1 and rep in stderr and len(stderr.splitlines()) == 1, (code, stderr)
    assert stack.daemon.get("/v1/desk").json["sha256"] == before

    answer = stack.daemon.post("/v1/reps/%s/release" % rep, {"reason": "left us"})
    assert answer.code == 200, answer
    assert stack.ticket("d-1")["rep"] != rep, stack.ticket("d-1")
    answer = put(stack, without(rep, leavers_work="keep"))
    assert answer.code == 200 and answer.json["input"] and answer.json["changes"], answer
    stack.settle()
    check_invariants(stack, hands_allowed=True)


def write(stack, desk):
    path = stack.dir + "/new-desk.yaml"
    with open(path, "w", encoding="utf-8") as f:
        json.dump(desk, f)
    return path


def tried(stack, desk):
    return stack.daemon.http("PUT", "/v1/desk?dry_run=1", json.dumps(desk))


@scenario("a team or kind with open tickets, the desk's id and its currency cannot change, tried or done")
def vanished_others(stack):
    stack.start()
    stack.add_ticket("d-1")
    stack.settle()
    desk = default_desk()
    no_team = default_desk(teams=desk["teams"][1:])
    no_kind = default_desk(kinds={"query": {"points": 1}})
    for name, changed in (("team", no_team), ("kind", no_kind),
                          ("desk", default_desk(desk="other")),
                          ("currency", default_desk(currency="NOK"))):
        answer = put(stack, changed)
        assert answer.code == 409 and answer.json["error"]["message"], (name, answer)
        assert tried(stack, changed).json == answer.json, (name, tried(stack, changed))
    nowhere = default_desk(time_zone="Europe/Nowhere")
    answer = tried(stack, nowhere)
    assert answer.code == 400 and answer.json == put(stack, nowhere).json, answer
    keeps = default_desk(teams=[default_team(t["id"], t["reps"], leavers_work="keep")
                                for t in desk["teams"]])
    assert tried(stack, keeps).json["changes"] == put(stack, keeps).json["changes"]
    rep = stack.ticket("d-1")["rep"]
    answer = tried(stack, without(rep, leavers_work="keep"))
    assert answer.code == 409 and rep in answer.json["error"]["message"], answer
    assert answer.json == put(stack, without(rep, leavers_work="keep")).json, answer
    check_invariants(stack)


@scenario("a bad desk file on SIGHUP leaves the old one in force, and the status says so")
def bad_file(stack):
    daemon = stack.start()
    before = daemon.status()["desk_sha256"]
    for bad in ("teams: [", "teams: [{id: sales, reps: [ana], shares: 2}]\n", "",
                json.dumps(default_desk(teams=[default_team("sales", ["stranger"])]))):
        stack.write_desk(bad)
        refused = daemon.logged("desk file refused")
        daemon.signal(signal.SIGHUP)
        wait_until("it is refused", lambda: daemon.logged("desk file refused") > refused, 10)
        wait_until("the status tells of it",
                   lambda: "desk.yaml:" in (daemon.status().get("last_error") or ""), 10)
        assert daemon.status()["desk_sha256"] == before, bad
        assert daemon.status()["desk_file_differs"] is True, daemon.status()
    stack.add_ticket("still-dealt")
    stack.settle()
    assert stack.ticket("still-dealt")["state"] == "assigned"

    stack.write_desk(default_desk(reps=[{"id": r} for r in SALES + SUPPORT + ["zoe"]]))
    daemon.signal(signal.SIGHUP)
    wait_until("a good file is applied", lambda: daemon.status().get("desk_sha256") not in (None, before), 10)
    wait_until("file and desk agree", lambda: daemon.status().get("desk_file_differs") is False, 10)
    assert daemon.get("/v1/reps/zoe").code == 200
    stack.settle()
    check_invariants(stack)


@scenario("what was applied last survives a restart, whatever stands in the file")
def applied_is_truth(stack):
    daemon = stack.start()
    answer = put(stack, without("ana"))
    assert answer.code == 200, answer
    applied = daemon.status()["desk_sha256"]
    assert daemon.status()["desk_file_differs"] is True
    daemon.kill()
    daemon.start()
    assert daemon.status()["desk_sha256"] == applied
    assert daemon.get("/v1/reps/ana").json.get("teams", []) == [] or \
        daemon.get("/v1/reps/ana").code == 404
    stack.settle()
    check_invariants(stack)


@scenario("a desk that is changed while tickets flow loses none of them")
def changes_under_load(stack):
    stack.start()
    for number in range(20):
        stack.add_many([{"type": "ticket", "id": "c-%d-%d" % (number, i), "kind": "query",
                         "team": "sales"} for i in range(50)])
        reps = SALES + ["extra-%d" % i for i in range(number % 3)]
        desk = default_desk(reps=[{"id": r} for r in SALES + SUPPORT + ["extra-0", "extra-1"]],
                            teams=[default_team("sales", reps),
                                   default_team("support", SUPPORT)])
        answer = put(stack, desk)
        assert answer.code in (200, 409), answer
        time.sleep(0.02)
    stack.settle()
    assert stack.sql1("SELECT count(*) FROM ticket WHERE state = 'assigned'") == 1000
    check_invariants(stack, hands_allowed=True)  # of those who left the team in between


run()
