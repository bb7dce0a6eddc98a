#!/usr/bin/python3
"""owners: the helpdesk says who has a ticket; a manager returns one."""
import json
import time

from harness import OUTBOX, default_desk, run, scenario, wait_until
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


def by_rep(report):
    return {rep["rep"]: rep for rep in report["reps"]}


@scenario("a rep who steals: the report has number and value by name, apart from managers' overrides")
def the_stealing_rep(stack):
    stack.start(desk=desk(policy="balanced"))
    for n in range(60):
        stack.add({"type": "ticket", "id": "t-%d" % n, "team": "sales", "kind": "order",
                   "value": 9000 if n % 5 == 0 else 100})
    stack.settle()
    holders = dict(stack.sql("SELECT id, rep FROM ticket"))
    stolen = [n for n in sorted(holders) if holders[n] != "ben" and int(n[2:]) % 5 == 0]
    dropped = [n for n in sorted(holders) if holders[n] == "ben" and int(n[2:]) % 5][:3]
    given = next(n for n in sorted(holders) if holders[n] == "cai" and n not in stolen)
    before = by_rep(stack.daemon.get("/v1/teams/sales/fairness").json)
    for name in stolen:
        owner(stack, name, "ben", "ben")
    for name in dropped:
        owner(stack, name, None, "ben")
    owner(stack, given, "ana", "cai")
    stack.settle()
    report = stack.daemon.get("/v1/teams/sales/fairness").json
    reps = by_rep(report)
    found = {rep: tuple(reps[rep][key] for key in ("claims", "claims_value", "gifts", "gifts_value",
                                                   "drops", "drops_value")) for rep in TEAM}
    assert found == {"ana": (0, 0, 0, 0, 0, 0), "cai": (0, 0, 1, 100, 0, 0),
                     "ben": (len(stolen), 9000 * len(stolen), 0, 0, 3, 300)}, found
    print("# ben took %d tickets worth %d, dropped %d worth %d" % (found["ben"][:2] + found["ben"][4:]))
    assert report["overrides"] == 0 and report["managers"] == [], report["managers"]
    way = {w["way"]: w for w in report["not_drawn"]["ways"]}
    assert (way["claimed"]["tickets"], way["claimed"]["doers"][0]["by"]) == (len(stolen), "rep"), way
    assert [(f["who"], f["why"], f["deals"], f["value"]) for f in report["further"]] == \
        [("ben", "dropped", 3, 300)], report["further"]
    # a drop earns nothing better: what ben got for it stays, and what he took counts as received
    assert reps["ben"]["received"] == before["ben"]["received"] + len(stolen), reps["ben"]
    _, text, _ = stack.cli("fairness", "sales")
    line = next(line for line in text.splitlines() if line.startswith("ben") and line.count(".") == 4)
    assert line.split()[1:3] == [str(len(stolen)), "%d.00" % (90 * len(stolen))], line
    whats = dict(stack.sql("SELECT what, count(*) FROM owner_change WHERE by = 'ben' GROUP BY 1"))
    assert whats == {"claimed": len(stolen), "dropped": 3}, whats
    verify_ok(stack)
    check_invariants(stack, hands_allowed=True)


@scenario("a manager returns a ticket: it goes to somebody else, and is told as theirs")
def returned(stack):
    stack.start(desk=desk())
    ticket(stack, "wrong", "ana")
    stack.settle()
    code, out, err = stack.cli("return", "wrong", "--reason", "not hers")
    assert code == 0 and out.startswith("wrong: back to the deal"), (code, out, err)
    (kind, rep, was, why), = told(stack, "wrong")[1:]
    assert (kind, was, why) == ("assigned", "ana", "return") and rep != "ana", (kind, rep, was, why)
    (what, by, reason), = stack.sql("SELECT what, by, reason FROM override")
    assert (what, reason) == ("return", "not hers"), (what, by, reason)
    report = stack.daemon.get("/v1/teams/sales/fairness").json
    assert [(f["who"], f["why"], f["deals"]) for f in report["further"]] == [(by, "return", 1)], report
    owner(stack, "wrong", "zed", "zed")
    stack.settle()
    code, out, err = stack.cli("return", "wrong", "--reason", "again", check=False)
    assert code == 1 and "is held: nobody in the team has it" in err, (code, out, err)
    code, out, _ = stack.cli("ticket", "wrong")
    assert "with somebody outside the team" in out and "after a manager returned it" in out, out
    assert [t["id"] for t in stack.daemon.get("/v1/tickets?state=held").json["tickets"]] == ["wrong"]
    verify_ok(stack)
    check_invariants(stack, hands_allowed=True)


@scenario("many of a source's tickets with others: an alarm names it, until the hour is over")
def alarm(stack):
    stack.start(desk=desk())

    def names():
        return {a["name"]: a["text"] for a in stack.daemon.status()["alarms"]}
    for n in range(9):
        stack.add({"type": "ticket", "id": "x-%d" % n, "source": "crm", "team": "sales",
                   "kind": "order", "owner": "zed"})
    stack.settle()
    time.sleep(6)
    assert "held" not in names(), names()
    stack.add({"type": "ticket", "id": "x-9", "source": "crm", "team": "sales", "kind": "order"})
    wait_until("the alarm stands", lambda: "held" in names())
    assert names()["held"].startswith("source crm: of 10 tickets of the last hour 9 went to"), names()
    assert stack.daemon.status()["held"] == 9
    metrics = stack.daemon.http("GET", "/metrics").text
    assert "evenhand_tickets_held 9" in metrics, metrics


run()
