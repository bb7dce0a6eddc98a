#!/usr/bin/python3
"""answers: evenhand-api(7) names every key of every answer, and every metric.

Each route of the daemon's table is asked, with what it needs to say all it can; an answer with a
key that the manual's entry of the route does not name fails here, and so does a route that is not
asked.
"""
import json
import os
import re

import pools
from harness import CHECKOUT, run, scenario

CALENDAR = "BEGIN:VCALENDAR\nEND:VCALENDAR\n"
MANUAL = os.path.join(CHECKOUT, "tools", "man", "evenhand-api.7.scd")


def section(name):
    with open(MANUAL, encoding="utf-8") as f:
        return f.read().split("\n# " + name + "\n")[1].split("\n# ")[0]


def documented():
    """{heading: names} of ANSWERS: those under it, and of the headings it refers to (see X)."""
    parts = re.split(r"^## (.*)$", section("ANSWERS"), flags=re.M)[1:]
    texts = dict(zip(parts[::2], parts[1::2]))
    found = {}

    def names_of(heading, seen):
        text = texts[heading] if heading in texts else section(heading)
        names = set(re.findall(r"\*([a-z_0-9]+)\*", text))
        for other in re.findall(r"[Ss]ee ([A-Z][A-Z ]*[A-Z])", text):
            if other not in seen:
                names |= names_of(other, seen | {other})
        return names
    for heading in texts:
        for one in heading.split(", "):
            found[re.sub(r"_[A-Z]+_", ":", one)] = names_of(heading, {heading})
    return found


def keys_of(answer):
    if isinstance(answer, list):
        return {key for item in answer for key in keys_of(item)}
    if not isinstance(answer, dict):
        return set()
    return set(answer) | {key for value in answer.values() for key in keys_of(value)}


def routes():
    with open(os.path.join(CHECKOUT, "daemon", "evenhandd", "admin", "api", "routes.h"), encoding="utf-8") as f:
        return ["%s %s" % (method, re.sub(r"\{\w+\}", ":", pattern)) for method, pattern in
                re.findall(r'ROUTE\("(GET|POST|PUT)", "([^"]*)"', f.read().replace("\\\n", " "))]


class Asked:
    """Keys that were answered, by route."""

    def __init__(self, daemon):
        self.daemon, self.keys, self.routes = daemon, {}, routes()

    def route_of(self, method, path):
        path = path.split("?")[0]
        fitting = [r for r in self.routes if re.fullmatch(
            re.escape(r).replace(":", "[^/]+"), "%s %s" % (method, path))]
        assert fitting, (method, path)
        return min(fitting, key=lambda r: r.count(":"))

    def __call__(self, method, path, body=None, code=200):
        answer = self.daemon.http(method, path, body)
        assert answer.code in ((code,) if isinstance(code, int) else code), (path, answer)
        self.keys.setdefault(self.route_of(method, path), set()).update(keys_of(answer.json))
        return answer


def lively(stack):
    """A desk on which everything has happened once; all of it asked for."""
    month = pools.last_months(1)[0]
    whole = pools.desk(pools.plan(month))
    whole["teams"][0].update(policy="balanced", capacity=500)
    daemon = stack.start(whole)
    ask = Asked(daemon)
    history = pools.History(stack, [month], tickets=8)
    history.send()
    stack.add({"type": "ticket", "id": "nobody-can", "team": "sales", "kind": "order",
               "skills": ["welding"], "customer": "Kari"})
    stack.redis.xadd("evenhand:{main}:inbox", {"j": '{"type":"ticket","customer":"Kari"'})
    stack.settle()
    ask("GET", "/v1/entries")
    ask("POST", "/v1/tickets", {"id": "p", "team": "sales", "kind": "order"}, (200, 201))
    ask("POST", "/v1/tickets", {"id": "p", "team": "sales", "kind": "order"}, (200, 201))
    ask("POST", "/v1/tickets/default/p/update", {"priority": 7})
    ask("POST", "/v1/tickets/default/p/answered", {"event": "first"})
    ask("POST", "/v1/tickets/default/p/assign", {"rep": "ana", "reason": "asked"})
    ask("POST", "/v1/tickets/default/p/update", {"paused": True})
    ask("GET", "/v1/tickets?paused=1")
    ask("POST", "/v1/tickets/default/p/return", {"reason": "asked"})
    ask("POST", "/v1/tickets/default/p/move", {"team": "support", "reason": "asked"})
    ask("POST", "/v1/tickets/default/p/outcome", {"outcome": "won"})
    ask("POST", "/v1/tickets/default/not-yet/outcome", {"outcome": "won"})
    ask("POST", "/v1/reps/ben/signal", {"status": "overloaded", "for": 3600, "reason": "busy"})
    ask("POST", "/v1/reps/ben/absences", {"from": "2099-01-01", "until": "2099-01-02", "uid": "u"})
    ask("POST", "/v1/reps/ben/absences/import", CALENDAR)
    ask("GET", "/v1/reps/ben/absences")
    ask("GET", "/v1/absences")
    ask("POST", "/v1/reps/ben/release", {"reason": "asked"})
    for n in range(14):  # one of them is said too often, and is later
        ask("POST", "/v1/reps/cai/signal", {"status": ("away", "available")[n % 2]}, (200, 202))
    ask("POST", "/v1/teams/sales/metrics", {"metric": "training", "period": month, "value": 3})
    period = "/v1/teams/sales/periods/%s/" % month
    ask("POST", period + "exclude?dry_run=1", {"rep": "dora", "reason": "lent"})
    ask("POST", period + "exclude", {"rep": "dora", "reason": "lent"})
    ask("POST", period + "include", {"rep": "dora", "reason": "was not lent"})
    for step in ("freeze", "close", "pay"):
        ask("GET", "/v1/teams/sales/pool?period=%s&explain=1" % month)
        ask("POST", period + step + "?dry_run=1", {})
        ask("POST", period + step, {})
    ask("GET", "/v1/teams/sales/pool?explain=1")
    ask("GET", "/v1/teams/sales/pool?period=%s&explain=1" % month)
    ask("POST", "/v1/teams/sales/pool/what-if?period=" + month, json.dumps(pools.plan(month)))
    ask("POST", "/v1/teams/sales/pool/what-if?period=" + month, {"facts": {"csat": "4.5"}})
    for when in ("", "?period=" + month):
        ask("GET", "/v1/teams/sales/plan" + when)
        ask("GET", "/v1/teams/sales/pool/days" + when)
        ask("GET", "/v1/teams/sales/metrics" + when)
    ask("POST", "/v1/export", {"customer": "Kari"})
    ask("POST", "/v1/export", {"rep": "ana"})
    ask("POST", "/v1/forget", {"customer": "Kari", "dry_run": True})
    ask("POST", "/v1/forget", {"rep": "ana", "name_only": True})
    ask("POST", "/v1/draws/reveal", {})
    ask("PUT", "/v1/desk?dry_run=1", json.dumps(whole))
    ask("PUT", "/v1/desk", json.dumps(dict(whole, kinds=dict(whole["kinds"], call={"points": 1}))))
    ask("GET", "/v1/tickets?state=closed")
    ask("GET", "/v1/tickets?receipts=1")
    letters = ask("GET", "/v1/dead").json["letters"]
    ask("GET", "/v1/dead/%d" % letters[0]["input"])
    ask("GET", "/v1/tickets/default/" + history.tickets[0]["id"])
    ask("GET", "/v1/tickets/default/nobody-can")
    for route in ask.routes:
        path = route[4:].replace("/teams/:", "/teams/sales").replace("/reps/:", "/reps/ana")
        if route.startswith("GET") and ":" not in path and path != "/metrics":
            ask("GET", path)
    stack.redis_server.stop()
    ask("GET", "/v1/status")
    stack.redis_server.start()
    return ask


@scenario("every route is asked, and the manual names every key of its answers")
def keys(stack):
    ask = lively(stack)
    if os.environ.get("EVENHAND_SHOW_KEYS"):
        for route, keys in sorted(ask.keys.items()):
            print("#", route, " ".join(sorted(keys)))
    named = documented()
    unasked = sorted(set(ask.routes) - set(ask.keys) - {"GET /metrics"})
    unnamed = {route: sorted(keys - named.get(route, set())) for route, keys in ask.keys.items()
               if keys - named.get(route, set())}
    assert not unasked and not unnamed, "not asked: %s; not in the manual: %s" % (unasked, unnamed)
    error = stack.daemon.get("/v1/reps/stranger").json
    assert keys_of(error) <= set(re.findall(r'"([a-z]+)"', section("THE ADMIN SOCKET"))), error


@scenario("the manual names every metric, with its labels, and no other")
def metrics(stack):
    stack.start()
    stack.add_ticket("t")
    stack.settle()
    text = stack.daemon.get("/metrics").text
    offered = set(re.findall(r"^# TYPE (\w+)", text, re.M))
    named = set(re.findall(r"\*(evenhand_\w+)\*", section("METRICS")))
    assert offered == named, "not in the manual: %s; there is no: %s" % (
        sorted(offered - named), sorted(named - offered))
    labels = set(re.findall(r'[{,](\w+)="', text))
    assert labels <= set(re.findall(r"_(\w+)_", section("METRICS"))), labels


run()
