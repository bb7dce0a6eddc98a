#!/usr/bin/python3
"""returns: who moves a ticket out and back, cancels and reopens it, or restarts the daemon between,
draws nothing again; what is dealt again is told."""
from harness import SALES, SUPPORT, default_desk, run, scenario
from proofs import verify_ok

MOVES = 6


def start(stack):
    stack.start(default_desk(teams=[{"id": "sales", "reps": list(SALES), "policy": "random"},
                                    {"id": "support", "reps": SUPPORT[:1], "policy": "random"}]))


def command(stack, path, **body):
    answer = stack.daemon.post(path, dict(body, reason="misrouted"))
    assert answer.code == 200, answer
    return answer.json


def move(stack, name, team):
    return command(stack, "/v1/tickets/default/%s/move" % name, team=team)


def shown(stack, name):
    return stack.daemon.get("/v1/tickets/default/" + name).json


def out_and_back(stack, name, holder):
    move(stack, name, "support")
    assert shown(stack, name)["rep"] == SUPPORT[0]
    assert move(stack, name, "sales")["rep"] == holder


def restart(stack, how):
    getattr(stack.daemon, how)()
    stack.daemon.start()
    stack.daemon.wait_ready()


@scenario("a ticket that is moved out and back stays whose it was, also when the daemon ends between")
def moved(stack):
    start(stack)
    stack.add_many([{"type": "ticket", "id": "m%d" % n, "team": "sales", "kind": "order", "value": 100}
                    for n in range(MOVES)])
    stack.settle()
    holders = [shown(stack, "m%d" % n)["rep"] for n in range(MOVES)]
    for n, holder in enumerate(holders):
        out_and_back(stack, "m%d" % n, holder)
    move(stack, "m0", "support")
    restart(stack, "kill")
    move(stack, "m1", "support")
    restart(stack, "stop")
    for n in range(2):
        assert move(stack, "m%d" % n, "sales")["rep"] == holders[n]
    ticket = shown(stack, "m0")
    assert [h["why"] for h in ticket["history"] if h["type"] == "assigned"] == \
        ["random"] * 2 + ["returned"] * 3, ticket["history"]
    assert ticket["receipt"]["deal"] == 1 and ticket["receipt"]["why"] == "random", ticket["receipt"]
    assert "had it last in this team" in stack.cli("ticket", "m0")[1]
    verify_ok(stack)


@scenario("what a closed ticket remembers of its teams comes back from PostgreSQL with it")
def closed(stack):
    start(stack)
    stack.add_ticket("c1", value=900)
    stack.settle()
    holder = shown(stack, "c1")["rep"]
    move(stack, "c1", "support")
    command(stack, "/v1/tickets/default/c1/outcome", outcome="cancelled")
    restart(stack, "stop")
    command(stack, "/v1/tickets/default/c1/outcome", outcome="reopened")
    assert shown(stack, "c1")["rep"] == SUPPORT[0]
    assert move(stack, "c1", "sales")["rep"] == holder
    verify_ok(stack)


def sent(name, **more):
    return dict({"type": "ticket", "id": name, "team": "sales", "kind": "order", "value": 4500,
                 "customer": "Acme, Oslo", "subject": "a pump"}, **more)


@scenario("a ticket that is cancelled and sent again under another id is marked and counted")
def resent(stack):
    start(stack)
    stack.add(sent("r1"))
    stack.settle()
    command(stack, "/v1/tickets/default/r1/outcome", outcome="cancelled")
    restart(stack, "kill")
    stack.add_many([sent("r2"), sent("r3"), sent("r4", customer="Apex"), sent("r5", subject="two")])
    stack.settle()
    marks = [shown(stack, "r%d" % n)["resent_of"] for n in range(1, 6)]
    assert marks == [None, "r1", None, None, None], marks
    ticket = shown(stack, "r2")
    assert ticket["receipt"]["resent_of"] == "r1", ticket["receipt"]
    assert [(h["type"], h["why"]) for h in ticket["history"]][:1] == [("resent", "r1")], ticket
    told = stack.cli("ticket", "r2")[1]
    assert "sent again: it had been cancelled as r1" in told, told
    command(stack, "/v1/tickets/default/r2/outcome", outcome="won")
    restart(stack, "stop")
    assert shown(stack, "r2")["resent_of"] == "r1"
    report = stack.daemon.get("/v1/teams/sales/fairness").json
    assert (report["resent"], report["resent_value"]) == (1, 4500), report
    verify_ok(stack)


@scenario("the fairness report counts moves for who made them, and further deals with who and why")
def counted(stack):
    start(stack)
    stack.add(sent("f1"))
    stack.settle()
    holder = shown(stack, "f1")["rep"]
    out_and_back(stack, "f1", holder)
    report = stack.daemon.get("/v1/teams/sales/fairness").json
    assert (report["tickets"], report["deals"], report["further_deals"]) == (1, 1, 0), report
    assert [(m["moves"], m["moves_value"]) for m in report["managers"]] == [(2, 9000)], report
    command(stack, "/v1/reps/%s/release" % holder)
    report = stack.daemon.get("/v1/teams/sales/fairness").json
    further = [(f["who"], f["why"], f["deals"], f["value"]) for f in report["further"]]
    assert further == [(report["managers"][0]["manager"], "release", 1, 4500)], report
    assert report["tickets"] == 1 and report["further_deals"] == 1, report
    text = stack.cli("fairness", "sales")[1]
    assert "who had it was released" in text and "value moved" in text, text
    verify_ok(stack)


@scenario("assign and move of a closed ticket are 409, of one that never came 404")
def refused_when_closed(stack):
    daemon = stack.start()
    stack.add_ticket("t-1")
    stack.settle()

    def both(ticket):
        path = "/v1/tickets/default/" + ticket
        answers = [daemon.post(path + "/assign", {"rep": "ana", "reason": "why"}),
                   daemon.post(path + "/move", {"team": "support", "reason": "why"})]
        return [(a.code, a.json["error"]["message"]) for a in answers]

    reopen = (409, "ticket default/t-1 is closed; reopen it first")
    assert daemon.post("/v1/tickets/default/t-1/outcome", {"outcome": "won"}).code == 200
    assert both("t-1") == [reopen] * 2
    daemon.kill()
    daemon.start()  # nothing of it is in memory any more
    assert both("t-1") == [reopen] * 2
    assert both("never") == [(404, "ticket default/never is not open or waiting")] * 2
    assert daemon.post("/v1/tickets/default/t-1/outcome", {"outcome": "reopened"}).code == 200
    answer = daemon.post("/v1/tickets/default/t-1/assign", {"rep": "ana", "reason": "why"})
    assert answer.code == 200, answer
    verify_ok(stack)


run()
