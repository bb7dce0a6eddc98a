#!/usr/bin/python3
"""web_attacks: evenhand-web against who asks for what is not theirs: every screen in every role shows what
the API gives that person and nothing else; nothing that people write becomes markup; forms of elsewhere,
addresses with tricks and headers of a browser's own get nothing."""
import getpass
import glob
import html.parser
import json
import os
import re
import urllib.parse

from authority_kit import (ACCOUNTS, OTHER_MANAGER, OTHER_REP, SHARES, SINCE, TEAMS, USERS, VALUES, addresses,
                           ask, routes, start)
from harness import CHECKOUT, default_desk, default_team, note, run
from web_kit import Browser, Web, page_scenario, scenario

SELF = getpass.getuser()
OPERATOR = "proxy"  # by evenhandd.yaml
PEOPLE = [*USERS.values(), OTHER_MANAGER, OTHER_REP, OPERATOR]
REASONS = {rep: "because-of-" + rep for rep in SHARES}
MARKS = [*ACCOUNTS.values(), *SHARES.values(), *SINCE.values(), *VALUES, *REASONS.values(),
         *(str(value) for value in VALUES.values()), *(rep.title() for rep in SHARES)]


def screens(given=True):
    """Every address of a screen on this desk; `given` False: the paths of the table."""
    found = []
    for name in sorted(glob.glob(os.path.join(CHECKOUT, "daemon", "web", "screens", "*.c"))):
        with open(name, encoding="utf-8") as f:
            found += re.findall(r'\.path = "([^"]+)"', f.read())
    assert len(found) > 10, found
    if not given:
        return found
    made = []
    for path in found:
        texts = [path.replace("{team}", team) for team in TEAMS] if "{team}" in path else [path]
        texts = [text.replace("{source}", "default").replace("{id}", name) for text in texts
                 for name in (VALUES if "{id}" in path else [""])]
        texts = [text.replace("{step}", step) for text in texts
                 for step in (("freeze", "close", "pay") if "{step}" in path else [""])]
        made += texts + [text + "?show=assigned" for text in texts if text.startswith("/teams/")] + \
            [text + "?period=2020-02" for text in texts if "pool" in text]
    return made


# ---- What is shown


def through(stack, person, path):
    return ask(stack, SELF, "GET", path, headers=[("Evenhand-As", person)])


def marks_of(text):
    """What gives somebody away, as a word of its own."""
    return {mark for mark in MARKS if re.search(r"(?<![\w@.-])%s(?![\w-])" % re.escape(mark), text)}


def given(stack, person):
    """What the API tells this person, at all its addresses."""
    text = []
    for method, pattern, _ in routes():
        if method == "GET":
            for path in addresses(pattern):
                answer = through(stack, person, path)
                if answer.code == 200:
                    text.append(json.dumps(answer.json) if pattern != "/metrics" else answer.text)
    return marks_of("\n".join(text).replace("\\u0025", "%"))


def prepare(stack):
    start(stack, delegates=[SELF], operators=[OPERATOR])
    for rep, reason in REASONS.items():
        answer = ask(stack, "root", "POST", "/v1/reps/%s/signal" % rep, {"status": "overloaded", "reason": reason})
        assert answer.code == 200, answer
    stack.settle()


@scenario("every screen in every role, with everybody's teams, reps and tickets: nothing beyond the API")
def shown(stack):
    prepare(stack)
    web = Web(stack)
    web.start()
    try:
        seen, pages = {}, 0
        for person in PEOPLE:
            browser, may = web.browser(person), given(stack, person)
            for path in screens():
                page = browser.get(path)
                assert page.status in (200, 303, 403, 404, 409, 422), (person, path, page)
                shown_here = marks_of(urllib.parse.unquote(page.text)) - marks_of(path)
                assert shown_here <= may, (person, path, shown_here - may, page)
                seen.setdefault(person, set()).update(shown_here)
                pages += page.status == 200
        note("%d pages; marks seen: %s" % (pages, {person: len(marks) for person, marks in seen.items()}))
        assert seen[USERS["stranger"]] == seen[USERS["helpdesk"]] == set(), seen
        assert len(seen[USERS["manager"]]) > 5 and "Cai" not in seen[USERS["manager"]], seen
        assert web.stop() == 0, web.last_words()
    finally:
        web.kill()


def state(stack):
    """What changes could change."""
    kept = [ask(stack, "root", "GET", "/v1/tickets?state=assigned").text]
    for rep in SHARES:
        answer = ask(stack, "root", "GET", "/v1/reps/" + rep).json
        kept.append((answer["state"], answer["reason"], answer["open"]))
    for team in TEAMS:
        kept.append(ask(stack, "root", "GET", "/v1/teams/%s/periods" % team).text)
    return kept


def changes():
    with open(os.path.join(CHECKOUT, "daemon", "web", "change", "changes.c"), encoding="utf-8") as f:
        return re.findall(r'\{"(/change/[a-z-]+)"', f.read())


FIELDS = {"rep": "ana", "status": "available", "reason": "x", "source": "default", "id": "sales-ana",
          "team": "support", "step": "freeze", "period": "2020-02"}


@scenario("every change in every role that has no say there changes nothing")
def changed(stack):
    prepare(stack)
    web = Web(stack)
    web.start()
    try:
        before = state(stack)
        for person in PEOPLE:
            if person in (USERS["manager"], USERS["rep"]):
                continue
            browser = web.browser(person)
            for change in changes():
                fields = dict(FIELDS, team="sales") if change == "/change/period" else FIELDS
                answer = browser.post(change, {**fields, "back": "/", "event": person + change}, Evenhand_Page="1")
                assert answer.status in (303, 422, 403), (person, change, answer)
            assert state(stack) == before, person
        for person in (USERS["rep"], OTHER_REP):
            answer = web.browser(person).post("/people/link", {"user": USERS["manager"]}, Evenhand_Page="1")
            assert "/sign-in/" not in answer.text, answer
        assert web.stop() == 0, web.last_words()
    finally:
        web.kill()


# ---- Markup

ODD = "'\"><img src=x onerror=alert(1)><script>alert(1)</script>&lt;{id}%3C\u202e\u00a0`"
TAGS = set("html head meta footer title link script body a header nav ul ol li div span p main form input button h1 h2 "
           "h3 section strong em small label fieldset legend select option datalist textarea details summary "
           "table thead tbody tr th td caption svg rect line path g circle polyline text time data meter figure "
           "figcaption dl dt dd output code b i col colgroup tfoot desc progress hr br abbr q mark".split())


class Markup(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.wrong = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        values = [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]
        if tag not in TAGS or any(name.startswith("on") or name in ("style", "srcdoc") for name in names):
            self.wrong.append((tag, attrs))
        if tag == "script" and not (dict(attrs).get("src") or "").startswith("/static/"):
            self.wrong.append((tag, attrs))
        for value in values:
            if not re.match(r"(/(?![/\\])|#|https://desk\.example/t/|\?)", value):
                self.wrong.append((tag, attrs))


def odd_desk():
    reps = [{"id": "ana", "name": ODD, "user": "ana"}, {"id": "ben", "name": ODD[::-1], "user": "ben"}]
    return default_desk(reps=reps, teams=[{"id": "sales", "name": ODD, "policy": "random", "reps": ["ana", "ben"],
                                                "managers": ["maja"]}])


@page_scenario("whatever people write is text on every screen, and in every address",
               lambda stack: stack.start(odd_desk(), delegates=[SELF], auditors=["odd"]))
def markup(stack, web):
    ids = ["1" + ODD, "../../etc", "a/b\\c", "//elsewhere.example", "javascript:alert(1)", "%0d%0aX: y", "?x=#y"]
    for n, name in enumerate(ids):
        stack.add_ticket(name, owner="ana" if n % 2 else None, customer=ODD, kind="order", value=100)
    stack.settle()
    for rep in ("ana", "ben"):
        assert stack.daemon.post("/v1/reps/%s/signal" % rep,
                                 {"status": "overloaded", "reason": ODD}).code == 200
    stack.settle()
    asked = 0
    for person in ("ana", "maja", "odd"):
        browser = web.browser(person)
        for path in screens(False):
            for name in ids if "{id}" in path else [""]:
                at = path.replace("{team}", "sales").replace("{source}", "default").replace("{step}", "freeze")
                at = at.replace("{id}", urllib.parse.quote(name, safe=""))
                for query in ("", "?show=assigned", "?after=%3Cscript%3E%22%3E", "?period=%22%3E%3Cimg%20src=x%3E",
                              "?team=%22onload=%22x&rep=%3Cb%3E&from=%27%3E&x=%22%3E%3Cscript%3E"):
                    page = browser.get(at + query)
                    assert page.status < 500, (at, page)
                    assert not Markup(page.text).wrong, (at + query, Markup(page.text).wrong)
                    asked += 1
        page = browser.get("/")
    note("%d pages" % asked)
    browser = web.browser("maja")
    page = browser.get("/teams/sales")
    answer = browser.change(page, "/change/state", rep="ana", status=ODD, reason=ODD)
    assert answer.status == 422 and not Markup(answer.text).wrong, answer
    wide = browser.get("/tickets/default/" + urllib.parse.quote(ids[0], safe=""))
    assert wide.status == 200 and "<img" not in wide.text, wide


# ---- Tricks


@page_scenario("addresses with tricks are other addresses, and lead nowhere",
               lambda stack: stack.start(odd_desk(), delegates=[SELF]))
def addresses_with_tricks(stack, web):
    ana, maja = web.browser("ana"), web.browser("maja")
    for path in ("/teams%2fsales", "/teams/..%2fday", "/teams/%2e%2e/day", "/teams/sales%00", "/teams/sales%0d%0aX:y",
                 "/teams/%c0%af", "/teams/%ff", "/teams/%zz", "/teams/%", "//day", "/day//", "/day/..", "/./day",
                 "/static/", "/static/..%2f..%2fetc%2fpasswd", "/%64%61%79/x", "/day%3Fx", "/sign-in/..%2fday",
                 "/events/", "/healthz/x", "/change/signal", "/v1/status", "/v1/teams", "/metrics", "/day;x=1",
                 "/teams/sales?from=1&from=2", "/teams/sales?" + "&".join("q%d=1" % n for n in range(73))):
        for browser in (ana, maja):
            page = browser.get(path)
            assert page.status in (303, 400, 403, 404), (path, page)
            assert page.status != 303 or page.headers["Location"] in ("/sign-in", "/teams", "/day"), (path, page)
    for number in ("9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616",
                   "1e9", "0x10", "-1", "99999999999999999999999999"):
        page = maja.get("/teams/sales?from=" + number)
        assert page.status == 200, (number, page)
        answer = ana.post("/change/signal", {"rep": "ana", "status": "overloaded " + number, "back": "/day",
                                             "event": number}, Evenhand_Page="1")
        assert answer.status == 422, (number, answer)
        page = maja.get("/log?after=" + number)
        assert page.status < 500, (number, page)


@page_scenario("who is sent back is sent to a page of ours", lambda stack: stack.start(odd_desk(), delegates=[SELF]))
def back(stack, web):
    ana = web.browser("ana")
    for n, where in enumerate(("//elsewhere.example", "/\\elsewhere.example", "https://elsewhere.example/day",
                               "\\\\elsewhere.example", "/day\r\nX-Mine: 1", "/day\nSet-Cookie: a=b", "\t//elsewhere.example",
                               "/teams/..//elsewhere.example", "javascript:alert(1)", "/day#x\r\n", "day", "",
                               "/teams/%0d%0aX-Mine: 1", "/teams/a\u2028b", "/change/signal", "/people/link",
                               "/sign-out", "/events", "/" + "a" * 2000)):
        answer = ana.post("/change/signal", {"rep": "ana", "status": "away" if n % 2 else "available", "back": where,
                                             "event": "b%d" % n}, Evenhand_Page="1")
        found = answer.headers["Location"] or ""
        assert answer.status in (303, 422), (where, answer)
        assert re.fullmatch(r"(/|/teams/[^/\s]+)?", found) and not answer.headers["X-Mine"], (where, found)
        assert not answer.headers["Set-Cookie"], (where, answer.headers)
        if n % 15 == 14:
            ana = web.browser("ben")  # twenty changes a minute


@page_scenario("a browser's own headers are nothing: whom it asks for, who it is, where it comes from",
               lambda stack: stack.start(odd_desk(), delegates=[SELF]))
def headers(stack, web):
    ana, maja = web.browser("ana"), web.browser("maja")
    stranger = Browser(web)
    for name in ("Evenhand-As", "Evenhand_As", "Remote-User", "X-Forwarded-User", "X-Remote-User", "Authorization"):
        assert "maja" not in ana.get("/day", **{name: "maja"}).text, name
        assert ana.get("/teams", **{name: "maja"}).status == 403, name
        assert stranger.get("/day", **{name: "maja"}).status == 303, name
    for name in ("X-Forwarded-Host", "Forwarded", "X-Host", "X-Original-URL", "X-Rewrite-URL"):
        page = ana.get("/day", **{name: "elsewhere.example"})
        assert page.status == 200 and "elsewhere" not in page.text and page.headers["Cache-Control"] == "no-store"
    for host in ("elsewhere.example", web.host + "@elsewhere.example", "elsewhere.example:%d" % web.port,
                 "127.0.0.1", web.host + " ", "", "127.0.0.1:%d.elsewhere.example" % web.port):
        page = ana.get("/day", Host=host)
        assert page.status in (400, 403) or host.strip() == web.host, (host, page)
    page = maja.get("/teams/sales")
    token = page.hidden("token", "/change/state")
    form = {"rep": "ana", "status": "away", "reason": "x", "back": "/teams", "event": "e"}
    again = web.browser("maja")
    answer = again.post("/change/state", {**form, "token": token})
    assert answer.status == 422 and "too old" in answer.text, answer
    for origin in ("null", "", "http://elsewhere.example", "http://" + web.host + "@elsewhere.example",
                   "https://" + web.host, "http://" + web.host + "/", "http://" + web.host + " http://elsewhere.example", None):
        answer = maja.post("/change/state", {**form, "token": token}, Origin=origin)
        assert answer.status == 403, (origin, answer)
        answer = maja.post("/sign-out", {"token": token}, Origin=origin)
        assert answer.status == 403, (origin, answer)
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
        connection = web.connect()
        connection.request("POST", "/change/state", json.dumps({**form, "token": token}), {
            "Host": web.host, "Cookie": maja.cookie, "Origin": web.origin, "Content-Type": kind})
        answer = connection.getresponse()
        assert answer.status in (400, 415, 422), (kind, answer.status)
        connection.close()
    assert stack.daemon.get("/v1/reps/ana").json["state"] == "available"
    for cookie in (maja.cookie.upper(), maja.cookie[:-1] + ("0" if maja.cookie[-1] != "0" else "1"),
                   maja.cookie.replace("=", "=x"), maja.cookie + "0", ana.cookie.split(".")[0] + "." +
                   maja.cookie.split(".", 1)[1], "x" * 5000, maja.cookie.split("=")[0] + "="):
        assert stranger.get("/teams", Cookie=cookie).status == 303, cookie


if __name__ == "__main__":
    run()
