#!/usr/bin/python3
"""leavers: whose last day is over, or who is taken out of a team, leaves no work behind."""
import json

from harness import OUTBOX, default_desk, run, scenario, wait_until
from invariants import check_invariants
from proofs import verify_ok

LONG_AGO, FAR = "2020-06-30", "2099-12-31"


def desk(*sales, reps=("ana", "leo", "eva"), support=("eva",), **option):
    """Two teams: sales, with what it does with leavers' work, and support."""
    teams = [dict({"id": "sales", "policy": "random", "reps": list(sales)}, **option),
             {"id": "support", "policy": "random", "reps": list(support)}]
    return default_desk(reps=[{"id": r} for r in reps], teams=teams)


def put(stack, new, dry=False):
    answer = stack.daemon.http("PUT", "/v1/desk" + ("?dry_run=1" if dry else ""), json.dumps(new))
    assert answer.code == 200, answer
    return answer.json


def give(stack, prefix, count, owner="leo", team="sales"):
    stack.add_many([{"type": "ticket", "id": "%s-%d" % (prefix, i), "kind": "query", "team": team,
                     "owner": owner} for i in range(count)])
    stack.settle()


def holders(stack, prefix):
    return {r for r, in stack.sql("SELECT DISTINCT coalesce(rep, state) FROM ticket"
                                  " WHERE id LIKE %s", prefix + "-%")}


def goes_to(stack, prefix, *reps):
    wait_until("%s are with %s" % (prefix, reps), lambda: holders(stack, prefix) == set(reps))


def notices(stack, kind):
    said = [json.loads(fields["j"]) for _, fields in stack.redis.xrange(OUTBOX)]
    return [notice for notice in said if notice["type"] == kind]


def rep(stack, name):
    return stack.daemon.get("/v1/reps/" + name).json


@scenario("a last day that is over, told beforehand: the open tickets go back to the deal")
def last_day(stack):
    stack.start(desk=desk("ana", "leo"))
    give(stack, "d", 3)
    coming = put(stack, desk("ana", {"id": "leo", "until": FAR}), dry=True)["warnings"]
    assert "leo's last day in team sales is %s: 3 open tickets go back to the deal" % FAR in coming
    told = put(stack, desk("ana", {"id": "leo", "until": LONG_AGO}))["warnings"]
    assert "leo is not in team sales any more: 3 open tickets go back to the deal" in told, told
    goes_to(stack, "d", "ana")
    stack.settle()
    whys = stack.sql("SELECT why FROM assignment WHERE ticket LIKE 'd-%' AND was = 'leo'")
    assert whys == [("left",)] * 3, whys
    assert [n["why"] for n in notices(stack, "left")] == \
        ["leo left team sales: 3 open tickets go back to the deal"]
    assert rep(stack, "leo")["state"] == "left"
    _, text, _ = stack.cli("rep", "leo")
    assert text.splitlines()[1] == "left", text
    check_invariants(stack, hands_allowed=True)


@scenario("off the desk file, in the middle of it a kill: nothing is lost, nothing goes twice")
def off_the_file(stack):
    stack.start(desk=desk("ana", "leo"))
    give(stack, "k", 3000)
    put(stack, desk("ana", reps=("ana", "eva")))
    stack.daemon.kill()
    stack.daemon.start()
    goes_to(stack, "k", "ana")
    stack.settle()
    assert len(notices(stack, "left")) == 1
    assert stack.sql1("SELECT count(*) FROM assignment WHERE ticket LIKE 'k-%' AND was = 'leo'") \
        == 3000
    verify_ok(stack)
    check_invariants(stack, hands_allowed=True)


@scenario("moved from one team to another: the tickets of the old team alone are left behind")
def between_teams(stack):
    stack.start(desk=desk("ana", "leo", support=("eva", "leo")))
    give(stack, "s", 2)
    give(stack, "c", 2, team="support")
    put(stack, desk("ana", support=("eva", "leo")))
    goes_to(stack, "s", "ana")
    assert holders(stack, "c") == {"leo"}
    assert rep(stack, "leo")["state"] == "available"
    check_invariants(stack, hands_allowed=True)


@scenario("keep: the tickets stay, the status names them, and a release gives them back")
def kept(stack):
    stack.start(desk=desk("ana", "leo", leavers_work="keep"))
    give(stack, "p", 2)
    put(stack, desk("ana", leavers_work="keep"))
    stack.settle()
    assert holders(stack, "p") == {"leo"}
    left = stack.daemon.status()["left_with_open"]
    assert left == [{"team": "sales", "rep": "leo", "open": 2}], left
    assert "leo left team sales with 2 open tickets" in stack.cli("status")[1]
    assert stack.daemon.post("/v1/reps/leo/release", {"reason": "moved on"}).code == 200
    goes_to(stack, "p", "ana")
    assert stack.daemon.status()["left_with_open"] == []
    check_invariants(stack, hands_allowed=True)


@scenario("to another team: the tickets are moved there and dealt there")
def to_another(stack):
    option = {"leavers_work": {"to": "support"}}
    stack.start(desk=desk("ana", "leo", **option))
    give(stack, "t", 3)
    put(stack, desk("ana", **option))
    goes_to(stack, "t", "eva")
    stack.settle()
    assert stack.daemon.get("/v1/tickets/default/t-0").json["team"] == "support"
    assert stack.sql("SELECT DISTINCT team FROM ticket WHERE id LIKE 't-%'") == [("support",)]
    check_invariants(stack, hands_allowed=True)


@scenario("whoever comes back starts afresh, and is told so")
def back_again(stack):
    stack.start(desk=desk("ana", "leo"))
    stack.add({"type": "signal", "rep": "leo", "status": "away", "reason": "leaving"})
    stack.settle()
    put(stack, desk("ana", reps=("ana", "eva")))
    put(stack, desk("ana", "leo"))
    wait_until("it is told", lambda: notices(stack, "back"))
    now = rep(stack, "leo")
    assert now["state"] == "available" and now["reason"] is None, now
    assert [n["rep"] for n in notices(stack, "back")] == ["leo"]
    stack.daemon.kill()
    stack.daemon.start()
    assert rep(stack, "leo")["state"] == "available"
    check_invariants(stack, hands_allowed=True)


run()
