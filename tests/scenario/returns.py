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


run()
