#!/usr/bin/python3
"""receipts: why a ticket went to whom it went, and what each rep was entitled to."""
import getpass
import json

from harness import SALES, SUPPORT, default_desk, run, scenario

TICKETS = 40
DRAWS = {"balanced": (2, 3), "rotation": (1, 1), "random": (1, 1), "least_loaded": (0, 1)}


def start(stack, policy):
    stack.start(default_desk(teams=[{"id": "sales", "reps": list(SALES), "policy": policy},
                                    {"id": "support", "reps": SUPPORT[:1], "policy": policy}]))


def deal(stack, team="sales", **more):
    stack.add_many([{"type": "ticket", "id": "%s-%d" % (team, n), "kind": "order", "team": team,
                     "value": 100 * (1 + n % 3), **more} for n in range(TICKETS)])
    stack.settle()


def ticket_of(stack, name):
    return stack.daemon.get("/v1/tickets/default/" + name).json


def check_receipts(stack, policy):
    least, most = DRAWS[policy]
    for n in range(TICKETS):
        ticket = ticket_of(stack, "sales-%d" % n)
        receipt = ticket["receipt"]
        assert receipt["rep"] == ticket["rep"] and receipt["why"] == policy, ticket
        assert receipt["eligible"] == len(SALES), receipt
        assert receipt["shares_ppm"] == len(SALES) * 1000000, receipt
        assert least <= len(receipt["draws"]) <= most, receipt
        assert all(len(draw) == 16 for draw in receipt["draws"]), receipt
        assert receipt["reason"].startswith("Of %d who could have got it" % len(SALES)), receipt
        pair = [compared["rep"] for compared in receipt["compared"]]
        if policy == "balanced":
            assert len(set(pair)) == 2 and ticket["rep"] in pair, receipt
            assert receipt["tie"] == (len(receipt["draws"]) == 3), receipt
        else:
            assert not pair and not receipt["tie"], receipt
        assert ((receipt["slots"] or receipt["late"] or 0) > 0) == (policy == "rotation"), receipt
        assert (receipt["ties"] is not None) == (policy == "least_loaded"), receipt
        check_proof(stack, "sales-%d" % n, receipt, policy)


def check_proof(stack, name, receipt, policy):
    """What the draw hangs on, as it stands in the log."""
    digest, seed, commitment = stack.sql(
        "SELECT i.digest, d.seed, d.commitment FROM input i JOIN effect e ON e.ticket = i.input"
        " AND e.type = 1 JOIN draw d ON d.epoch = e.epoch WHERE i.type = 1 AND i.id = %s", name)[0]
    assert [receipt[k] for k in ("desk", "team", "deal", "policy")] == ["main", "sales", 1, policy]
    assert receipt["digest"] == digest.replace("-", ""), receipt
    if receipt["draws"]:
        assert (receipt["commitment"], receipt["seed"]) == (commitment, seed), receipt
    for one in receipt["compared"]:
        dv, weight = one["means_nano"] / 1e9, receipt["value_weight_ppm"] / 1e6
        score = (1 - weight) * one["deficit_nano"] / 1e9 + \
            weight * receipt["value_booked"] / receipt["mean_value"] * dv
        assert abs(score - one["score"]) < 1e-5, receipt
    scores = {one["rep"]: one["score"] for one in receipt["compared"]}
    assert not scores or receipt["tie"] or scores[receipt["rep"]] == max(scores.values()), receipt


def check_entitled(stack):
    reps = stack.daemon.get("/v1/teams/sales").json["reps"]
    value = sum(100 * (1 + n % 3) for n in range(TICKETS))
    for rep in reps:
        assert abs(rep["entitled"] - TICKETS / len(SALES)) < 0.001, rep
        assert abs(rep["entitled_value"] - value / len(SALES)) <= 1, rep
    assert sum(rep["received"] for rep in reps) == TICKETS, reps
    assert sum(rep["received_value"] for rep in reps) == value, reps


def check_chances(stack, policy):
    """Everybody's chance, recomputed from the log alone: whole, and the receiver had one."""
    told = json.loads(stack.cli("--json", "ticket", "sales-7", "--db",
                                stack.postgres.daemon_dsn)[1])
    assert len(told["chances"]) == 1 and told["chances"][0]["dealt"], told
    chances = {c["rep"]: c["chance_ppm"] for c in told["chances"][0]["chances"]}
    assert sorted(chances) == sorted(SALES), chances
    assert abs(sum(chances.values()) - 1000000) <= len(SALES), chances
    assert chances[told["rep"]] > 0, told
    if policy == "random":
        assert set(chances.values()) == {1000000 // len(SALES)}, chances
    out = stack.cli("ticket", "sales-7", "--db", stack.postgres.daemon_dsn)[1]
    assert "<- got it" in out and all(rep in out for rep in SALES), out


def each_policy(policy):
    @scenario("%s: every ticket has its receipt, every rep his part" % policy)
    def one(stack):
        start(stack, policy)
        deal(stack)
        check_receipts(stack, policy)
        check_entitled(stack)
        check_chances(stack, policy)
        out = stack.cli("ticket", "sales-0")[1]
        assert "why %s" % ticket_of(stack, "sales-0")["rep"] in out, out
        assert "draw epoch" in out, out  # all are equal at first, so every policy draws
        assert "not revealed yet" in out, out
        assert "entitled" in stack.cli("team", "sales")[1]
        stack.cli("draws", "reveal", "--yes")
        receipt = ticket_of(stack, "sales-0")["receipt"]
        assert receipt["seed"] == stack.sql1("SELECT seed FROM draw WHERE epoch = 0"), receipt
        check_proof(stack, "sales-0", receipt, policy)
        assert receipt["seed"] in stack.cli("ticket", "sales-0")[1]


for name in DRAWS:
    each_policy(name)


@scenario("who got a ticket without a draw is told so")
def without_a_draw(stack):
    start(stack, "balanced")
    stack.add({"type": "ticket", "id": "alone", "kind": "order", "team": "support"})
    stack.add({"type": "ticket", "id": "owned", "kind": "order", "team": "sales",
               "owner": SALES[1]})
    stack.add({"type": "ticket", "id": "given", "kind": "order", "team": "sales"})
    stack.settle()
    assert ticket_of(stack, "alone")["receipt"]["reason"] == "Nobody else could have got it then."
    assert ticket_of(stack, "owned")["receipt"]["reason"] == "The helpdesk named its owner."
    other = SALES[0] if ticket_of(stack, "given")["rep"] != SALES[0] else SALES[1]
    stack.cli("assign", "given", other, "--reason", "knows them")
    receipt = ticket_of(stack, "given")["receipt"]
    assert (receipt["rep"], receipt["why"]) == (other, "manager"), receipt
    me = getpass.getuser()
    assert receipt["reason"] == me + " gave it by hand: knows them", receipt
    assert (receipt["by"], receipt["by_reason"], receipt["draws"]) == (me, "knows them", [])
    assert "; %s: knows them" % me in stack.cli("ticket", "given")[1]
    stack.cli("release", other, "--reason", "fell ill")
    stack.settle()
    told = ticket_of(stack, "given")
    assert (told["receipt"]["by"], told["receipt"]["by_reason"]) == (me, "fell ill"), told
    assert [(h["by"], h["reason"]) for h in told["history"] if "by" in h] == \
        [(me, "knows them"), (me, "fell ill")], told


@scenario("a waiting ticket has no receipt, a closed one keeps it")
def waiting_and_closed(stack):
    start(stack, "balanced")
    stack.add({"type": "ticket", "id": "w", "kind": "order", "team": "sales", "skills": ["none"]})
    stack.add({"type": "ticket", "id": "c", "kind": "order", "team": "sales"})
    stack.settle()
    assert ticket_of(stack, "w")["receipt"] is None, ticket_of(stack, "w")
    before = ticket_of(stack, "c")["receipt"]
    stack.cli("outcome", "c", "won", "--value", "1.00")
    assert ticket_of(stack, "c")["receipt"] == before and before["eligible"] == len(SALES), before


def listed(daemon, query):
    return {t["id"]: t["receipt"] for t in daemon.get("/v1/tickets?receipts=1&" + query).json["tickets"]}


@scenario("a list has the sentences of all its receipts, and has them as each ticket does")
def in_a_list(stack):
    start(stack, "balanced")
    deal(stack)
    stack.add({"type": "ticket", "id": "w", "kind": "order", "team": "sales", "skills": ["none"]})
    stack.add({"type": "ticket", "id": "owned", "kind": "order", "team": "sales", "owner": SALES[1]})
    stack.add({"type": "ticket", "id": "given", "kind": "order", "team": "sales"})
    stack.settle()
    other = SALES[0] if ticket_of(stack, "given")["rep"] != SALES[0] else SALES[1]
    stack.cli("assign", "given", other, "--reason", "knows them")
    stack.cli("assign", "sales-0", other, "--reason", "asked")
    stack.cli("move", "sales-1", "support", "--reason", "theirs")
    for query in ("state=open&newest=1", "state=open&limit=7", "rep=" + other, "state=waiting"):
        found = listed(stack.daemon, query)
        assert found, query
        for ticket, receipt in found.items():
            whole = ticket_of(stack, ticket)["receipt"]
            assert receipt == (whole and {key: whole[key] for key in receipt}), (ticket, receipt, whole)
            assert (receipt is None) == (ticket == "w"), ticket
    assert set(listed(stack.daemon, "state=open")["owned"]) == {"rep", "why", "reason", "checkable", "check"}
    stack.cli("draws", "reveal", "--yes")
    assert sum(r["checkable"] or False for r in listed(stack.daemon, "state=assigned").values()) > 30
    assert all("receipt" not in t for t in stack.daemon.get("/v1/tickets").json["tickets"])
    for query in ("receipts=2", "receipts=1&state=closed"):
        assert stack.daemon.http("GET", "/v1/tickets?" + query).code == 400, query
    stack.postgres.stop()
    assert set(listed(stack.daemon, "state=open").values()) == {None}  # the tickets are shown nonetheless


run()
