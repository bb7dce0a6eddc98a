#!/usr/bin/python3
"""bridge_rights: `evenhand-bridge check` against a stub that answers as Znuny, Zammad, osTicket and GLPI do:
with usual rights, with the rights that we advise, and to somebody who may not read them.

Requests and answers are those of the golden files, tests/unit/data/bridge/PROFILE/rights.json. RT's own
rights are tried by helpdesk_rt.py.
"""
import json
import os

from bridge_kit import Bridge
from harness import CHECKOUT, run, scenario
from helpdesk_stub import Helpdesk

REFUSED = 1  # exit code of check: something is not as it should be

# What each answers to a log-in and to a page of a sweep: nothing is open.
PAGES = {
    "znuny": [("POST", "/nph-genericinterface.pl/Webservice/Evenhand/Search", {})],
    "zammad": [("GET", "/api/v1/tickets/search.*", [])],
    "osticket": [("GET", "/api/http.php/evenhand/tickets.*", {"tickets": [], "more": False})],
    "glpi": [("POST", "/api.php/token", {"token_type": "Bearer", "expires_in": 3600, "access_token": "t-1"}),
             ("GET", "/api.php/v2/Assistance/Ticket.*", [])],
}
SECRETS = {"znuny": "evenhand:open sesame", "zammad": "open sesame", "osticket": "open sesame",
           "glpi": "of the client:open sesame"}


def golden(profile, name):
    path = os.path.join(CHECKOUT, "tests", "unit", "data", "bridge", profile, name + ".json")
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def requests_of(cases):
    """What the program asks for, step by step."""
    asks = {case["input"]["step"]: case["yields"][0] for case in cases if "path" in case["yields"][0]}
    return [asks[step] for step in sorted(asks)]


class Rights:
    """Answers the requests of `rights` in their order, and notes those that are not as they should be."""

    def __init__(self, stub, profile, case, requests):
        self.answers, self.requests, self.strange = list(case["input"]["answers"]), list(requests), []
        for request in requests:
            stub.answer(request.get("method", "GET"), r".*", self.answer)
        for method, path, body in PAGES[profile]:  # the latest rule is the first one
            stub.answer(method, path, (200, body))

    def answer(self, ask):
        if not self.answers or not self.requests:
            self.strange.append(ask)
            return 404
        wanted, answer = self.requests.pop(0), self.answers.pop(0)
        if (ask.method, ask.path) != (wanted.get("method", "GET"), wanted["path"]) or any(
                ask.headers.get(name) != value for name, value in wanted.get("headers", {}).items()):
            self.strange.append(ask)
        return answer["status"], answer["body"]


def checked(stack, profile, title):
    """Runs check in that state of the helpdesk. Returns (exit code, output, what it should say, requests)."""
    cases = golden(profile, "rights")
    case = next(one for one in cases if one["case"] == title)
    connection = dict(golden(profile, "connection"), **case.get("connection", {}))
    kept = ("account", "groups", "kinds", "value", "outcomes", "managers", "options")
    with Helpdesk() as stub:
        rights = Rights(stub, profile, case, requests_of(cases)[:case["input"]["step"]])
        bridge = Bridge(stack, stub.url, name=profile, profile=profile,
                        **{name: connection[name] for name in kept if connection[name]})
        bridge.secret("token", SECRETS[profile])
        code, text = bridge.run("check", profile)
        assert rights.strange == [] and rights.answers == [], (rights.strange, rights.answers, text)
        return code, text, case["yields"], stub.asked()


def says(text, verdicts):
    lines = [line for line in text.splitlines() if line.startswith(("✓", "✗"))]
    told = ["%s %s" % ("✓" if verdict["ok"] else "✗", verdict["say"]) for verdict in verdicts]
    assert lines == ["✓ the helpdesk lets us read tickets"] + told, text


def tried(profile, title):
    def work(stack):
        code, text, verdicts, _ = checked(stack, profile, "usual rights")
        assert code == REFUSED, (code, text)
        says(text, verdicts)
        assert any("can pick tickets by" in verdict["say"] for verdict in verdicts), verdicts
        code, text, verdicts, _ = checked(stack, profile, "rights as advised")
        assert code == 0 and all(verdict["ok"] for verdict in verdicts), (code, text)
        says(text, verdicts)
        code, text, verdicts, _ = checked(stack, profile, "no right to read")
        assert code == REFUSED and not any(verdict["ok"] for verdict in verdicts), (code, text)
        says(text, verdicts)
    work.__name__ = profile
    return scenario(title)(work)


tried("znuny", "Znuny: who may lock, own, move or answer what nobody has")
tried("zammad", "Zammad: whether a core workflow keeps the owner, and auto-assignment is off")
tried("osticket", "osTicket: which roles assign, and whether a reply claims")
tried("glpi", "GLPI: which profiles assign, steal and are in charge, and who has them")


@scenario("a helpdesk that answers 200 to a wrong password lets us read no tickets")
def wrong_password(stack):
    with Helpdesk() as stub:
        for answer, why in (({"Error": {"ErrorCode": "TicketSearch.AuthFail", "ErrorMessage": "TicketSearch: no"}},
                             "Znuny: TicketSearch: no"), (b"<html>Log in</html>", "JSON")):
            stub.answer("POST", "/nph-genericinterface.pl/Webservice/Evenhand/Search", (200, answer))
            bridge = Bridge(stack, stub.url, name="znuny", profile="znuny", account="evenhand")
            code, text = bridge.run("check", "znuny")
            assert code == REFUSED and "✗ reading tickets: " in text and why in text, (code, text)
            assert "✓ the helpdesk" not in text, text


@scenario("GLPI: the password goes into a log-in of its own, and nowhere else")
def password(stack):
    _, _, _, asked = checked(stack, "glpi", "rights as advised")
    bodies = [ask.json for ask in asked if ask.path == "/api.php/v1/initSession"]
    assert bodies == [{"login": "evenhand", "password": "open sesame", "get_full_session": True}], bodies
    others = [ask for ask in asked if ask.path not in ("/api.php/v1/initSession", "/api.php/token")]
    assert others and not any("sesame" in ask.path or b"sesame" in ask.body or
                              "sesame" in str(ask.headers) for ask in others), others


run()
