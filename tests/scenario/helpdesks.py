#!/usr/bin/python3
"""helpdesks: what a helpdesk is told: whose account a ticket's rep has there, its own tickets, its
own dead letters."""
import json
import os

from harness import INBOX, OUTBOX, Skip, default_desk, is_root, patiently, run, scenario
from invariants import check_invariants
from proofs import not_proved, verify_ok

# Users every Debian has.
RT, ZAMMAD, BOTH = "mail", "news", "games"

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
    verify_ok(stack, "--redis", stack.redis_server.socket)
    entry = next(e for e, f in stack.redis.xrange(OUTBOX) if "ana@shop.example" in f.get("j", ""))
    fields = dict(stack.redis.xrange(OUTBOX, entry, entry)[0][1])
    after = stack.redis.xrange(OUTBOX, "(" + entry)
    stack.redis.delete(OUTBOX)
    fields["j"] = fields["j"].replace("ana@shop.example", "mal@shop.example")
    stack.redis.xadd(OUTBOX, fields, id=entry)
    for number, rest in after:
        stack.redis.xadd(OUTBOX, rest, id=number)
    assert any(text.startswith("accounts of 1 outbox entries") for text in
               not_proved(stack, "--redis", stack.redis_server.socket))


def start(stack):
    """mail has rt; games has two sources; news is a helpdesk without sources, and owns `news`."""
    if not is_root():
        raise Skip("only root can ask as somebody else")
    stack.start(desk({"ana": {"rt": "Ana", "news": "ana@shop.example"}}),
                helpdesks=[{"user": RT, "sources": ["rt"]}, ZAMMAD,
                           {"user": BOTH, "sources": ["rt", "glpi"]}])
    os.chmod(stack.daemon.socket, 0o666)  # as if all of them were in the socket's group


def ask(stack, user, method, path, body=None):
    return patiently(lambda: stack.ask_as(user, method, path, body))


def ids(stack, user, query=""):
    answer = ask(stack, user, "GET", "/v1/tickets" + query)
    return answer.code, answer.json and [t["id"] for t in answer.json.get("tickets", [])]


@scenario("a helpdesk sees its own tickets, waiting, assigned and closed, page by page, and no others")
def own_tickets(stack):
    start(stack)
    for n in range(7):
        stack.add_ticket("r%d" % n, source="rt", owner="ana", value=700 + n)
    for source in ("glpi", "news", "default"):
        stack.add_ticket("of-" + source, source=source)
    stack.add_ticket("skilled", source="rt", skills=["sap"])
    stack.settle()
    stack.daemon.post("/v1/tickets/rt/r6/outcome", {"outcome": "lost"})
    stack.daemon.post("/v1/tickets/rt/r0/assign", {"rep": "ben", "reason": "ana is ill"})
    mine = ["r%d" % n for n in range(6)] + ["skilled"]
    assert ids(stack, RT) == ids(stack, RT, "?source=rt") == (200, mine)
    assert ids(stack, RT, "?source=rt&state=waiting") == (200, ["skilled"])
    assert ids(stack, RT, "?state=closed") == (200, ["r6"])
    assert ids(stack, BOTH) == (200, mine[:6] + ["of-glpi", "skilled"])
    assert ids(stack, BOTH, "?source=glpi") == (200, ["of-glpi"])
    assert ids(stack, ZAMMAD) == (200, ["of-news"])
    for query in ("?source=glpi", "?source=default", "?source=news&state=closed"):
        assert ids(stack, RT, query)[0] == 403, query
    assert ids(stack, ZAMMAD, "?source=rt")[0] == 403
    got, after = [], ""
    while after is not None:
        page = ask(stack, RT, "GET", "/v1/tickets?source=rt&limit=3" + after).json
        got += [t["id"] for t in page["tickets"]]
        after = page["after"] and "&after=" + page["after"]
    assert got == mine, got
    one = ask(stack, RT, "GET", "/v1/tickets/rt/r1").json
    assert one["account"] == "Ana" and one["value"] == 701 and one["receipt"] is None, one
    given = ask(stack, RT, "GET", "/v1/tickets/rt/r0").json
    assert [h["rep"] for h in given["history"]] == ["ana", "ben"], given
    assert "ana is ill" not in json.dumps(given) and "by" not in given["history"][1], given
    assert ask(stack, RT, "GET", "/v1/tickets/rt/r6").json["state"] == "closed"
    for path in ("glpi/of-glpi", "default/of-default", "rt/none", "glpi/none"):
        assert ask(stack, RT, "GET", "/v1/tickets/" + path).code == 403, path
    operator = [t["id"] for t in stack.daemon.get("/v1/tickets?source=rt").json["tickets"]]
    assert operator == mine, operator


@scenario("a helpdesk that has sources writes under these alone; one without writes under any")
def own_writes(stack):
    start(stack)
    new = {"id": "x", "team": "sales", "kind": "order", "value": 5}

    def code(user, method, path, body):
        return ask(stack, user, method, path, body).code
    assert code(RT, "POST", "/v1/tickets", dict(new, source="rt")) == 200
    assert code(RT, "POST", "/v1/tickets", dict(new, source="glpi")) == 403
    assert code(RT, "POST", "/v1/tickets", new) == 403
    assert code(ZAMMAD, "POST", "/v1/tickets", dict(new, source="glpi")) == 200
    for source, wanted in (("rt", 200), ("glpi", 403)):
        for what, body in (("update", {"value": 7, "priority": 9}), ("outcome", {"outcome": "won"})):
            assert code(RT, "POST", "/v1/tickets/%s/x/%s" % (source, what), body) == wanted, source
    assert stack.ticket("x", "rt")["value"] == 7 and stack.ticket("x", "rt")["priority"] == 9
    assert code(RT, "POST", "/v1/tickets/rt/x/update", {"value": 8}) == 409
    assert code(RT, "POST", "/v1/tickets/rt/nowhere/update", {"value": 8}) == 404
    assert code(RT, "POST", "/v1/tickets/rt/x/assign", {"rep": "ana", "reason": "x"}) == 403
    assert ask(stack, BOTH, "POST", "/v1/tickets/glpi/x/update", {"value": 9}).json["rep"]
    strange = ask(stack, BOTH, "POST", "/v1/tickets/glpi/x/update", {"team": "support"})
    assert strange.code == 400 and strange.json["error"]["field"] == "team", strange
    assert stack.ticket("x", "glpi")["value"] == 9
    again = [ask(stack, BOTH, "POST", "/v1/tickets/glpi/x/update", {"value": 11, "event": "e-1"}).json
             for _ in range(2)]
    assert again[0]["input"] == again[1]["input"] and again[1]["repeat"], again
    check_invariants(stack)


@scenario("a helpdesk reads its own dead letters with their reasons, also of what was no message")
def own_letters(stack):
    start(stack)
    good = {"type": "ticket", "id": "t", "team": "sales", "kind": "order", "source": "rt"}
    entries = [dict(good, team="nowhere"), dict(good, value="abc"), dict(good, source="glpi", value=-1),
               {"type": "ticket", "id": "no-source"}, {"type": "outcome", "id": "t", "source": "rt"},
               {"type": "update", "id": "t", "source": "rt", "team": "support"},
               {"type": "signal", "rep": "ana", "status": "asleep"}]
    for entry in entries:
        stack.add(entry)
    stack.redis.xadd(INBOX, {"j": '{"source":"rt","id":"t"'})
    stack.settle()
    letters = ask(stack, RT, "GET", "/v1/dead").json["letters"]
    assert [l["reason"].split(":")[0] for l in letters] == ["team", "value", "outcome", "team"], letters
    assert {(l["source"], l["ticket"]) for l in letters} == {("rt", "t")}, letters
    assert all('"rt"' in l["body"] for l in letters), letters
    assert ask(stack, RT, "GET", "/v1/dead?source=rt").json["letters"] == letters
    assert ask(stack, RT, "GET", "/v1/dead?source=rt&newest=1&limit=1").json["letters"] == letters[-1:]
    assert ask(stack, RT, "GET", "/v1/dead?source=glpi").code == 403
    assert [l["source"] for l in ask(stack, BOTH, "GET", "/v1/dead").json["letters"]].count("glpi") == 1
    every = stack.daemon.get("/v1/dead").json["letters"]
    assert [l["source"] for l in every] == ["rt", "rt", "glpi", "default", "rt", "rt", None, None], every
    for letter in every:
        code = ask(stack, RT, "GET", "/v1/dead/%d" % letter["input"]).code
        assert code == (200 if letter["source"] == "rt" else 403), (code, letter)
    assert ask(stack, RT, "GET", "/v1/dead/99999").code == 403
    assert stack.daemon.get("/v1/dead?source=glpi").json["letters"] == [every[2]]
    shown = stack.cli("dead", "--source", "glpi")[1]
    assert "value" in shown and " t " in shown and "nowhere" not in shown, shown
    assert stack.cli("tickets", "--source", "rt")[1] == "no such tickets\n"
    check_invariants(stack)


run()
