#!/usr/bin/python3
"""owners: the helpdesk says who has a ticket; a manager returns one."""
import json

from harness import OUTBOX, default_desk, run, scenario
from invariants import check_invariants
from proofs import verify_ok

TEAM = ("ana", "ben", "cai")


def desk(**option):
    return default_desk(reps=[{"id": r} for r in TEAM + ("eva",)],
                        teams=[dict({"id": "sales", "policy": "random", "reps": list(TEAM)}, **option),
                               {"id": "support", "policy": "random", "reps": ["eva"]}])


def ticket(stack, name, owner, value=1000):
    stack.add({"type": "ticket", "id": name, "team": "sales", "kind": "order", "value": value,
               "owner": owner})


def owner(stack, name, who, by=None):
    stack.add({"type": "owner", "id": name, "owner": who, "by": by})


def told(stack, name):
    """What the outbox says of a ticket: (type, rep, was, why)."""
    said = [json.loads(fields["j"]) for _, fields in stack.redis.xrange(OUTBOX)]
    return [(n["type"], n.get("rep"), n.get("was"), n.get("why")) for n in said if n.get("id") == name]


@scenario("taken, given away, dropped, gone: it is in the outbox, the log and the proof, after a kill as well")
def said_by_the_helpdesk(stack):
    stack.start(desk=desk())
    for name in ("taken", "given", "dropped", "outside"):
        ticket(stack, name, "ana")
    ticket(stack, "foreign", "eva")
    owner(stack, "taken", "ben", "ben")
    owner(stack, "given", "ben", "ana")
    owner(stack, "dropped", None, "ana")
    owner(stack, "outside", "zed", "ana")
    stack.settle()
    assert told(stack, "taken")[1:] == [("assigned", "ben", "ana", "claimed")]
    assert told(stack, "given")[1:] == [("assigned", "ben", "ana", "given")]
    (kind, rep, was, why), = told(stack, "dropped")[1:]
    assert (kind, was, why) == ("assigned", "ana", "dropped") and rep in ("ben", "cai"), rep
    assert told(stack, "outside")[1:] == [("held", None, "ana", "given")]
    assert told(stack, "foreign") == [("held", None, None, "owner")]
    stack.daemon.kill()
    stack.daemon.start()
    owner(stack, "outside", None)
    stack.settle()
    assert told(stack, "outside")[2:] == [("assigned", "ana", None, "returned")]
    verify_ok(stack)
    check_invariants(stack, hands_allowed=True)


run()
