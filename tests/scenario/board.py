#!/usr/bin/python3
"""board: what a team's card shows: what waits and why, who is there, how long is usual."""
from signal import SIGHUP

from authority_kit import OTHER_REP, USERS, ask, desk, start
from harness import note, run, scenario, wait_until
from invariants import check_invariants


def team(stack, user=USERS["manager"]):
    return ask(stack, user, "GET", "/v1/teams/sales").json


def signal(stack, rep, status, **more):
    answer = stack.daemon.post("/v1/reps/%s/signal" % rep, dict(more, status=status))
    assert answer.code == 200, answer


@scenario("the oldest ticket that waits is told with its cause; which one, to whoever may see it")
def oldest(stack):
    start(stack)
    assert team(stack)["oldest"] is None
    for rep in ("ana", "ben"):
        signal(stack, rep, "away", reason="lunch")
    for n in range(3):
        stack.add_ticket("w-%d" % n, team="sales", priority=5 - n if n else 9)
        stack.settle()
    card = team(stack)
    assert card["waiting"] == 3 and card["available"] == 0, card
    assert card["oldest"]["id"] == "w-0" and card["oldest"]["why"] == "nobody", card
    ticket = stack.daemon.get("/v1/tickets/default/w-0").json
    assert card["oldest"]["since"] == ticket["received_at"], (card, ticket)
    seen = team(stack, USERS["rep"])["oldest"]
    assert seen["since"] == ticket["received_at"] and seen["why"] == "nobody", seen
    assert seen["id"] is None and seen["source"] is None, seen
    stack.add_ticket("skilled", team="sales", skills=["welding"])
    for rep in ("ana", "ben"):
        signal(stack, rep, "available")
    stack.settle()
    wait_until("the skilled one alone waits", lambda: team(stack)["waiting"] == 1)
    card = team(stack)
    assert card["oldest"]["id"] == "skilled" and card["oldest"]["why"] == "skill", card
    assert card["oldest"]["missing_skills"] == ["welding"] and card["undoable"] == 1, card
    check_invariants(stack)


@scenario("of twenty tickets a usual wait is told, of fewer none")
def usual(stack):
    start(stack)
    for n in range(17):  # two of sales are there
        stack.add_ticket("t-%d" % n, team="sales")
    stack.settle()
    assert team(stack)["usual_wait"] is None, team(stack)
    signal(stack, "ana", "away", reason="x")
    signal(stack, "ben", "away", reason="x")
    stack.add_ticket("last", team="sales")
    stack.settle()
    assert team(stack)["usual_wait"] is None, "it waits, and has not waited"
    signal(stack, "ana", "available")
    stack.settle()
    told = wait_until("it is told", lambda: team(stack)["usual_wait"] is not None and team(stack))
    waits = sorted(row[0] for row in stack.sql(
        "SELECT extract(epoch FROM min(a.at) - t.received_at)::float8 FROM ticket t JOIN assignment a"
        " ON a.ticket = t.id AND a.source = t.source WHERE t.team = 'sales' GROUP BY t.id, t.received_at"))
    assert len(waits) == 20, waits
    assert waits[17] <= told["usual_wait"] < waits[17] + 1, (told, waits)


@scenario("each rep stands there by name, with state, reason, who said it, and until when")
def reps(stack):
    start(stack)
    signal(stack, "ana", "overloaded", reason="phones", **{"for": 3600})
    by_rep = {r["id"]: r for r in team(stack)["reps"]}
    ana, ben = by_rep["ana"], by_rep["ben"]
    shown = stack.daemon.get("/v1/reps/ana").json
    assert (ana["name"], ana["state"], ana["reason"], ana["by"]) == \
        ("Ana", "overloaded", "phones", "root"), ana
    assert ana["since"] == shown["since"] and ana["until"] == shown["until"] != None, ana
    assert ben["name"] == "Ben" and ben["state"] == "available" and ben["until"] is None, ben
    colleague = {r["id"]: r for r in team(stack, OTHER_REP)["reps"]}["ana"]
    assert colleague["name"] == "Ana" and colleague["state"] == "overloaded", colleague
    assert all(colleague[key] is None for key in ("since", "reason", "by", "until")), colleague
    signals = shown["signals"]
    assert signals["available_from"] and signals["overloads_left"] == 2, signals
    assert signals["at_least"] == 15 * 60 and signals["at_most"] == 8 * 3600, signals
    me = ask(stack, USERS["rep"], "GET", "/v1/me").json["rep"]["signals"]
    assert me["available_from"] == signals["available_from"], (me, signals)
    early = stack.daemon.post("/v1/reps/ana/signal", {"status": "available", "reason": "quiet"}).json
    assert early["from"] == signals["available_from"], (early, signals)


@scenario("a manager's board has their teams and what is wrong, as far as it is theirs to know")
def board(stack):
    start(stack)
    stack.redis.xadd("evenhand:{main}:inbox", {"j": "{"})
    stack.settle()
    whole = desk()
    stack.write_desk("desk: [")
    stack.daemon.signal(SIGHUP)
    wait_until("the file is refused", lambda: stack.daemon.status()["last_error"], 20)
    answer = ask(stack, USERS["manager"], "GET", "/v1/board").json
    assert [t["id"] for t in answer["teams"]] == ["sales"], answer
    assert answer["teams"][0] == team(stack) | {"after": None}, answer
    assert answer["dead"] == 1 and answer["refused"] == 1, answer
    assert answer["last_error"] is None and answer["last_error_at"], answer
    auditor = ask(stack, USERS["auditor"], "GET", "/v1/board").json
    assert {t["id"] for t in auditor["teams"]} == set(t["id"] for t in whole["teams"]), auditor
    assert auditor["last_error"], auditor
    assert auditor["alarms"] == stack.daemon.status()["alarms"], auditor
    rep = ask(stack, USERS["rep"], "GET", "/v1/board").json
    assert {r["id"]: r["entitled"] for r in rep["teams"][0]["reps"]}["ben"] is None, rep
    note("board of %d teams" % len(auditor["teams"]))


run()
