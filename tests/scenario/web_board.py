#!/usr/bin/python3
"""web_board: the manager's screens of evenhand-web: board, team, ticket, log, and what is done by hand."""
import getpass
import html
import re

from harness import default_desk, default_team, run, wait_until
from invariants import check_invariants
from web_kit import page_scenario

SELF = getpass.getuser()
REPS = ["ana", "ben", "cai"]


def desk(**changes):
    """maja manages sales and night, nils support, ana night; ben is a rep of sales alone."""
    reps = [{"id": rep, "name": "<%s> Nordmann" % rep, "user": rep} for rep in REPS]
    teams = [default_team("sales", ["ana", "ben"], managers=["maja"], capacity=6),
             default_team("support", ["cai"], managers=["nils"]),
             default_team("night", [], managers=["maja", "ana"])]
    return default_desk(**{"reps": reps, "teams": teams, **changes})


def point(title, **changes):
    return page_scenario(title, lambda stack: stack.start(desk(**changes), delegates=[SELF]))


def ticket(stack, name):
    return stack.daemon.get("/v1/tickets/default/" + name).json


def rep(stack, name):
    return stack.daemon.get("/v1/reps/" + name).json


def away(stack, *reps):
    for name in reps:
        assert stack.daemon.post("/v1/reps/%s/signal" % name, {"status": "away"}).code == 200
    stack.settle()


def sentence_of(answer):
    """What the page says is wrong, where a form says it."""
    found = re.search(r'<form[^>]*action="([^"]+)"[^>]*>(?:<input[^>]*>)*<p class="wrong" role="alert">([^<]*)',
                      answer.text)
    return (found[1], html.unescape(found[2])) if found else (None, None)


@point("a manager's board has their teams, who is overloaded and why, and what needs a hand")
def board(stack, web):
    stack.daemon.post("/v1/reps/ana/signal", {"status": "overloaded", "for": 3600, "reason": "two calls & <b>"})
    away(stack, "ben")
    for n in range(3):
        stack.add_ticket("W%d" % n, value=1000)
    stack.add_ticket("C1", team="support", kind="query")
    stack.settle()
    page = web.browser("maja").get("/teams")
    assert page.status == 200, page
    assert "Overloaded" in page.text and "two calls &amp; &lt;b&gt;" in page.text, page
    assert "<b>" not in page.text and "support" not in page.text, page
    over = re.search(r'<h2 id="over">.*?</section>', page.text, re.S)[0]
    assert "two calls &amp; &lt;b&gt;" in over and over.count("data-key") == 1, "who is overloaded, once, and why"
    assert "Nobody is available, and 3 tickets wait." in page.text, page
    assert ">3</strong> <span>wait" in page.text, page
    assert "Nobody is in this team today." in page.text, "the team without reps"
    assert "Nothing needs a hand." not in page.text
    stack.daemon.post("/v1/reps/ben/signal", {"status": "available"})
    stack.settle()
    other = web.browser("nils").get("/teams")
    assert other.status == 200 and "Nothing needs a hand." in other.text, other
    assert "sales" not in other.text and "Overloaded" not in other.text, other


@point("what is not theirs nobody sees, whoever they are")
def not_theirs(stack, web):
    stack.add_ticket("A1", owner="ana", value=424242)
    stack.add_ticket("C1", team="support", kind="query", owner="cai")
    stack.settle()
    nils, ben, maja, cai = (web.browser(name) for name in ("nils", "ben", "maja", "cai"))
    for path in ("/teams/sales", "/tickets/default/A1", "/teams/nowhere", "/tickets/default/nowhere"):
        page = nils.get(path)
        assert page.status in (403, 404), (path, page)
        for word in ("4,242.42", "Nordmann", "Give to"):
            assert word not in page.text, (path, page)
    for path in ("/teams", "/teams/sales", "/teams/support", "/log", "/tickets/default/C1"):
        assert ben.get(path).status in (403, 404), path
    assert "/teams" not in ben.get("/day").text.split("<main")[0], "the navigation of a rep"
    own = cai.get("/tickets/default/C1")
    assert own.status == 200 and "Give to" not in own.text, own
    forms = set(re.findall(r'action="/change/([a-z]+)"', own.text))
    assert forms <= {"answered", "pause"}, "what the rep who has it may say, and nothing else"
    assert maja.get("/teams/sales").status == 200 and maja.get("/tickets/default/A1").status == 200
    ana = web.browser("ana")
    assert "Nobody is in this team today." in ana.get("/teams").text
    assert "/teams/sales" not in ana.get("/teams").text, "a team that they are in and do not manage"
    page = ana.get("/teams/sales")
    assert page.status == 200 and "/change/" not in page.text, page
    page = nils.get("/teams/support")
    for form, fields in (("assign", {"source": "default", "id": "A1", "rep": "ben"}),
                         ("move", {"source": "default", "id": "A1", "team": "support"}),
                         ("return", {"source": "default", "id": "A1"}), ("release", {"rep": "ana"}),
                         ("outcome", {"source": "default", "id": "A1", "outcome": "lost"}),
                         ("state", {"rep": "ana", "status": "away"})):
        token = page.hidden("token", "/change/release")
        answer = nils.post("/change/" + form, {"token": token, "back": "/teams/support", "reason": "x", **fields})
        assert answer.status == 422 and 'role="alert"' in answer.text, (form, answer)
    assert ticket(stack, "A1")["rep"] == "ana" and rep(stack, "ana")["state"] == "available"


@point("give, move, back to the deal: each does what it says, and asks why")
def by_hand(stack, web):
    away(stack, "ana", "ben")
    stack.add_ticket("W1")
    stack.settle()
    maja = web.browser("maja")
    page = maja.get("/teams/sales")
    for form, fields, missing in (("assign", {"rep": "ben"}, "reason"), ("assign", {"reason": "x"}, "who"),
                                  ("assign", {"rep": "ben", "reason": "  "}, "reason"),
                                  ("move", {"team": "support"}, "reason"), ("move", {"reason": "x"}, "team")):
        answer = maja.change(page, "/change/" + form, source="default", id="W1", **fields)
        where, why = sentence_of(answer)
        assert answer.status == 422 and where == "/change/" + form and missing in why, (form, fields, answer)
    assert ticket(stack, "W1")["state"] == "waiting"
    wrong = maja.change(page, "/change/assign", source="default", id="W1", rep="bne", reason="<i>them</i>")
    assert wrong.status == 422 and sentence_of(wrong)[0] == "/change/assign", wrong
    assert 'value="&lt;i&gt;them&lt;/i&gt;"' in wrong.text, "what was typed is kept"
    assert re.search(r'id="hand-W1" open', wrong.text), "and the form is open"
    done = maja.change(page, "/change/assign", source="default", id="W1", rep="ben", reason="knows them")
    assert done.status == 303 and done.headers["Location"] == "/teams/sales", done
    now = ticket(stack, "W1")
    assert now["rep"] == "ben" and now["receipt"]["by_reason"] == "knows them", now
    page = maja.get("/tickets/default/W1")
    no_reason = maja.change(page, "/change/return", source="default", id="W1")
    assert no_reason.status == 422 and sentence_of(no_reason)[0] == "/change/return", no_reason
    assert maja.change(page, "/change/return", source="default", id="W1", reason="wrong one").status == 303
    assert ticket(stack, "W1")["state"] == "waiting"
    page = maja.get("/tickets/default/W1")
    assert "/change/return" not in page.text, "nobody has it"
    away(stack, "cai")
    assert maja.change(page, "/change/move", source="default", id="W1", team="support", reason="theirs").status == 303
    assert ticket(stack, "W1")["team"] == "support"
    gone = maja.get("/tickets/default/W1")
    assert gone.status in (403, 404) and "/change/" not in gone.text, gone
    check_invariants(stack)


@point("a manager closes a ticket and opens it again on its page")
def close_and_reopen(stack, web):
    stack.add_ticket("T1", owner="ana")
    stack.settle()
    maja, form = web.browser("maja"), "/change/outcome"
    page = maja.get("/tickets/default/T1")
    for said, why in (("", "what became of it"), ("sold", "outcome")):
        answer = maja.change(page, form, source="default", id="T1", outcome=said)
        assert answer.status == 422 and sentence_of(answer)[0] == form and why in sentence_of(answer)[1], answer
    done = maja.change(page, form, source="default", id="T1", outcome="cancelled spam")
    assert done.status == 303, done
    now = ticket(stack, "T1")
    assert (now["state"], now["outcome"]) == ("closed", "cancelled"), now
    assert stack.sql1("SELECT reason FROM outcome WHERE ticket = 'T1'") == "spam"
    page = maja.get("/tickets/default/T1")
    assert page.hidden("outcome", form) == "reopened" and "/change/assign" not in page.text, page
    assert maja.change(page, form, source="default", id="T1", outcome="reopened").status == 303
    assert (ticket(stack, "T1")["state"], ticket(stack, "T1")["rep"]) == ("assigned", "ana")
    assert form not in web.browser("ana").get("/tickets/default/T1").text
    check_invariants(stack)


@point("release and set away: each does what it says, and asks why where the API does")
def reps_by_hand(stack, web):
    away(stack, "ben")
    stack.add_ticket("W1")
    stack.add_ticket("W2")
    stack.settle()
    assert rep(stack, "ana")["open"] == 2
    maja = web.browser("maja")
    page = maja.get("/teams/sales")
    assert "Release 2 open tickets" in page.text, page
    answer = maja.change(page, "/change/release", rep="ana")
    assert answer.status == 422 and sentence_of(answer)[0] == "/change/release", answer
    assert rep(stack, "ana")["open"] == 2
    assert maja.change(page, "/change/release", rep="ana", reason="ill").status == 303
    wait_until("what they had is back at the deal", lambda: rep(stack, "ana")["open"] == 0)
    now = rep(stack, "ana")
    assert now["state"] == "away" and now["reason"] == "ill" and now["by"].startswith("maja"), now
    page = maja.get("/teams/sales")
    assert maja.change(page, "/change/state", rep="ben", status="available").status == 303
    assert rep(stack, "ben")["state"] == "available"
    stack.daemon.post("/v1/reps/ben/signal", {"status": "overloaded", "for": 3600, "reason": "calls"})
    page = maja.get("/teams/sales")
    answer = maja.change(page, "/change/state", rep="ben", status="away")
    where, why = sentence_of(answer)
    assert answer.status == 422 and where == "/change/state" and "reason" in why, answer
    assert rep(stack, "ben")["state"] == "overloaded"
    assert maja.change(page, "/change/state", rep="ben", status="away", reason="went home").status == 303
    now = rep(stack, "ben")
    assert now["state"] == "away" and now["reason"] == "went home" and now["by"].startswith("maja"), now
    assert "set by maja" in maja.get("/teams/sales").text


@point("what waits comes in pages, each ticket once, the oldest first")
def pages(stack, web):
    away(stack, "ana", "ben")
    names = ["P%02d" % n for n in range(45)]
    for name in names:
        stack.add_ticket(name)
        stack.settle()
    maja = web.browser("maja")
    path, seen, sizes = "/teams/sales", [], []
    while path and len(sizes) < 4:
        page = maja.get(path)
        assert page.status == 200, page
        found = re.findall(r'data-key="default/(P\d\d)"', page.text)
        seen, sizes = seen + found, sizes + [len(found)]
        following = re.search(r'<a href="([^"]+)">Next 20', page.text)
        path = following and html.unescape(following[1])
    assert seen == names and sizes == [20, 20, 5], (sizes, seen)
    assert "First page" in page.text, page
    empty = maja.get("/teams/sales?show=held")
    assert "Nobody outside the team holds a ticket of it." in empty.text, empty
    assert maja.get("/teams/sales?show=nothing&from=-1&after=x").status in (200, 400)


MANY = ["m%03d" % n for n in range(200)]


@point("a team of 200 comes in pages of 50, and whoever is overloaded comes first",
       reps=[{"id": name} for name in MANY], teams=[default_team("sales", MANY, managers=["maja"])])
def many(stack, web):
    stack.daemon.post("/v1/reps/m150/signal", {"status": "overloaded", "for": 3600, "reason": "calls"})
    away(stack, "m199")
    maja = web.browser("maja")
    seen = []
    for start in (0, 50, 100, 150):
        page = maja.get("/teams/sales?from=%d" % start)
        seen += re.findall(r'data-key="sales/(m\d+)"', page.text)
        assert len(page.text) < 150 * 1024, len(page.text)
    assert sorted(seen) == MANY and seen[0] == "m150" and seen[-1] == "m199", seen
    short = maja.get("/teams")
    assert "All 200 members" in short.text and short.text.count('class="row rep"') == 8, short
    for name in MANY[:1]:
        stack.add_ticket("T1", owner=name)
    stack.settle()
    page = maja.get("/teams/sales?show=assigned")
    assert page.text.count('id="all-rep"') == 1 and 'list="all-rep"' in page.text, "names are there once"


@point("a ticket's page says what it is, who has it and why, in the receipt's own words")
def one_ticket(stack, web):
    stack.add_ticket("T<1>/2", value=12995)
    stack.settle()
    told = stack.daemon.get("/v1/tickets/default/T%3C1%3E%2F2").json
    page = web.browser("maja").get("/tickets/default/T%3C1%3E%2F2")
    assert page.status == 200 and "T<1>" not in page.text and "T&lt;1&gt;/2" in page.text, page
    assert html.escape(told["receipt"]["reason"], quote=False) in page.text.replace("&#39;", "'"), page
    assert told["receipt"]["digest"] in page.text and 'value="12995"' in page.text, page
    assert "/change/assign" in page.text and "/change/return" in page.text, page
    mine = web.browser(told["rep"]).get("/tickets/default/T%3C1%3E%2F2")
    assert mine.status == 200 and told["receipt"]["reason"].split()[0] in mine.text, mine
    stack.daemon.post("/v1/tickets/default/T%3C1%3E%2F2/outcome", {"outcome": "won"})
    maja = web.browser("maja")
    wait_until("a closed one can be opened again, and nothing else can be done to it", lambda: set(re.findall(
        r'action="(/change/[a-z-]+)"', maja.get("/tickets/default/T%3C1%3E%2F2").text)) == {"/change/outcome"})


@point("what a receipt says was owed is written as all amounts are, and names stay as they are",
       reps=[{"id": name, "user": name} for name in ("a_b", "c_d")],
       teams=[default_team("sales", ["a_b", "c_d"], policy="balanced", managers=["maja"])])
def owed(stack, web):
    for n in range(6):
        stack.add_ticket("T%d" % n, value=1234567 + n)
    stack.settle()
    page = web.browser("maja").get("/tickets/default/T5").text
    reason = stack.daemon.get("/v1/tickets/default/T5").json["receipt"]["reason"]
    why = re.search(r'<h2 id="why">.*?</section>', page, re.S)[0]
    amounts = re.findall(r"([\d,]+\.\d\d) EUR", reason)
    assert len(amounts) == 2 and "a_b" in reason, reason
    shown = re.findall(r'<data value="(\d+)" data-currency="EUR">', why)
    assert shown == [re.sub("[,.]", "", amount).lstrip("0") or "0" for amount in amounts], (shown, reason)
    assert html.escape(reason, quote=False) in re.sub(r"</?data[^>]*>", "", why).replace("&#39;", "'"), why


@point("the log says who did what and why, and can be narrowed to a person, a team, a ticket")
def log(stack, web):
    maja, nils = web.browser("maja"), web.browser("nils")
    away(stack, "ana", "ben")
    stack.add_ticket("W1")
    stack.add_ticket("W2")
    stack.settle()
    page = maja.get("/teams/sales")
    for name in ("W1", "W2"):
        answer = maja.change(page, "/change/assign", source="default", id=name, rep="ben", reason="for <%s>" % name)
        assert answer.status == 303, answer
        page = maja.get("/teams/sales?show=assigned")
    shown = maja.get("/log")
    assert shown.text.index("for &lt;W2&gt;") < shown.text.index("for &lt;W1&gt;"), "the newest first"
    assert "maja" in shown.text and 'href="/tickets/default/W1"' in shown.text, shown
    for query, there in (("ticket=W1", True), ("ticket=default/W1", True), ("ticket=other/W1", False),
                         ("person=maja", True), ("person=nobody", False), ("team=sales", True)):
        answer = maja.get("/log?" + query)
        assert answer.status == 200 and ("for &lt;W1&gt;" in answer.text) == there, (query, answer)
        assert "for &lt;W2&gt;" not in answer.text or not query.startswith("ticket"), (query, answer)
    assert "Nobody did anything" in maja.get("/log?person=nobody").text
    assert "W1" not in nils.get("/log").text
    assert "W1&gt;" not in nils.get("/log?team=sales").text and 'role="alert"' in nils.get("/log?team=sales").text


if __name__ == "__main__":
    run()
