#!/usr/bin/python3
"""helpdesks: what a helpdesk is told: whose account a ticket's rep has there, its own tickets, its
own dead letters."""
import json

from harness import default_desk, run, scenario
from invariants import check_invariants

ACCOUNTS = {"ana": {"zammad": "ana@shop.example", "jira": "5b10:ac"},
            "ben": {"zammad": "ben@shop.example"}}


def desk(accounts=ACCOUNTS, **more):
    whole = default_desk(**more)
    whole["reps"] = [dict({"id": r["id"]}, **({"accounts": accounts[r["id"]]}
                                              if r["id"] in accounts else {}))
                     for r in whole["reps"]]
    return whole


@scenario("answers name the account that a ticket's rep has at the ticket's source")
def accounts(stack):
    stack.start(desk())
    for source, owner in (("zammad", "ana"), ("jira", "ana"), ("zammad", "ben"), ("jira", "ben"),
                          ("default", "ana")):
        stack.add_ticket("%s-%s" % (source, owner), source=source, owner=owner)
    stack.settle()
    told = {t["id"]: t["account"] for t in stack.daemon.get("/v1/tickets").json["tickets"]}
    assert told == {"zammad-ana": "ana@shop.example", "jira-ana": "5b10:ac", "default-ana": None,
                    "zammad-ben": "ben@shop.example", "jira-ben": None}, told
    one = stack.daemon.get("/v1/tickets/jira/jira-ana").json
    assert one["rep"] == "ana" and one["account"] == "5b10:ac", one
    stack.daemon.post("/v1/tickets/jira/jira-ana/outcome", {"outcome": "won"})
    assert stack.daemon.get("/v1/tickets/jira/jira-ana").json["account"] == "5b10:ac"
    rep = stack.daemon.get("/v1/reps/ana").json
    assert rep["accounts"] == [{"source": "jira", "account": "5b10:ac"},
                               {"source": "zammad", "account": "ana@shop.example"}], rep
    assert "accounts: jira 5b10:ac, zammad ana@shop.example" in stack.cli("rep", "ana")[1]
    given = stack.daemon.post("/v1/tickets", {"id": "new", "team": "sales", "kind": "order",
                                              "source": "zammad", "owner": "ben"}).json
    assert given["rep"] == "ben" and given["account"] == "ben@shop.example", given
    # the newest desk file has the last word
    changed = stack.daemon.http("PUT", "/v1/desk", json.dumps(
        desk({"ben": {"zammad": "benjamin@shop.example"}}))).json["changes"]
    assert [line for line in changed if "account" in line] == [
        "rep ana: account of jira 5b10:ac -> none",
        "rep ana: account of zammad ana@shop.example -> none",
        "rep ben: account of zammad ben@shop.example -> benjamin@shop.example"], changed
    assert stack.daemon.get("/v1/tickets/zammad/new").json["account"] == "benjamin@shop.example"
    two = desk({"ana": {"rt": "x"}, "ben": {"rt": "x"}})
    refused = stack.daemon.http("PUT", "/v1/desk", json.dumps(two))
    assert refused.code == 400 and "is taken by the one on line" in refused.text, refused.text
    check_invariants(stack)


run()
