#!/usr/bin/python3
"""web_time: what the page shows of time: who is off until when, how many were dealt of at most how many, and
what waits for its customer, what has to be answered when, and what a rep says of it.
"""
import datetime
import getpass
import re
import time

from harness import default_desk, default_team, run, today, wait_until
from invariants import check_invariants
from web_kit import page_scenario

SELF = getpass.getuser()
TODAY = today()


def day(ahead):
    return (TODAY + datetime.timedelta(days=ahead)).isoformat()


def desk():
    """maja manages sales, of ana, ben and cai."""
    reps = [{"id": rep, "name": rep.title(), "user": rep} for rep in ("ana", "ben", "cai")]
    return default_desk(time_zone="UTC", reps=reps, teams=[
        default_team("sales", ["ana", "ben", "cai"], managers=["maja"], capacity=0,
                     at_most={"per_hour": 20, "per_day": 30})])


def point(title, **changes):
    return page_scenario(title, lambda stack: stack.start(desk(**changes), delegates=[SELF]))


def row_of(page, rep):
    return re.search(r'<li class="row rep" data-key="sales/%s">.*?</li>' % rep, page.text, re.S)[0]


def words(text):
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@point("a manager sees who is off until when, and how many were dealt of at most how many")
def off_and_at_most(stack, web):
    answer = stack.daemon.post("/v1/reps/ben/absences", {"from": day(0), "until": day(1), "reason": "sick"})
    assert answer.code == 200, answer
    for n in range(4):
        stack.add_ticket("D%d" % n)
    stack.settle()
    maja = web.browser("maja")
    page = maja.get("/teams/sales")
    assert "At most 20 an hour and 30 a day are dealt" in words(page.text), page
    ben = row_of(page, "ben")
    assert "Off" in ben and 'datetime="%sT00:00:00' % day(2) in ben and "sick" not in ben, ben
    dealt = [int(re.search(r"dealt \d+ this hour, (\d+) today", words(row_of(page, rep)))[1])
             for rep in ("ana", "ben", "cai")]
    assert sum(dealt) == 4 and dealt[1] == 0, dealt
    board = maja.get("/teams")
    assert "1 off" in words(board.text) and 'datetime="%sT00:00:00' % day(2) in board.text, board
    mine = web.browser("ben").get("/day")
    assert 'datetime="%sT00:00:00' % day(2) in mine.text and "Off" in mine.text, mine
    wait_until("ben is back", lambda: stack.daemon.post(
        "/v1/reps/ben/absences", {"cancel": answer.json["input"]}).code == 200)
    wait_until("the page has it", lambda: "Off" not in row_of(maja.get("/teams/sales"), "ben"))


@point("why a rep was absent is told to their manager in the log, and once it is erased, that it is")
def why_is_erased(stack, web):
    assert stack.daemon.post("/v1/reps/ben/absences", {
        "from": day(3), "until": day(4), "reason": "sick"}).code == 200
    maja = web.browser("maja")

    def told():
        return words(maja.get("/log").text).partition("told that ben is absent from ")[2]
    assert ": sick" in told() and "erased" not in told(), told()
    assert stack.daemon.post("/v1/forget", {"rep": "ben"}).json["reasons"] == 1
    wait_until("the page has it", lambda: "(the reason is erased)" in told() and "sick" not in told())


def tell(stack, ident, rep, **more):
    """A ticket that the rep has."""
    stack.add_ticket(ident, owner=rep, **more)
    stack.settle()


def due(seconds):
    return int((time.time() + seconds) * 1000)


def names(page):
    """The tickets of My day, in their order: those that go on, and those that are paused."""
    goes_on, _, paused = page.text.partition('id="my-paused"')
    return [re.findall(r'<li class="row" data-key="default/([^"]+)"', part) for part in (goes_on, paused)]


@point("what is due first stands first, late in words; who has a ticket says that it is answered, nobody else")
def answered(stack, web):
    tell(stack, "later", "ana", due_at=due(7200))
    tell(stack, "none", "ana")
    tell(stack, "soon", "ana", due_at=due(1800))
    tell(stack, "over", "ana", due_at=due(2))
    tell(stack, "bens", "ben", due_at=due(1800))
    wait_until("it is late", lambda: stack.daemon.get("/v1/tickets/default/over").json["late"])
    ana, ben, maja = (web.browser(name) for name in ("ana", "ben", "maja"))
    page = wait_until("the page has it", lambda: next(
        (p for p in [ana.get("/day")] if ">late<" in p.text), None))
    assert names(page)[0] == ["over", "soon", "later", "none"], names(page)
    assert page.text.count(">late<") == 1 and page.text.count(">due within the hour<") == 1, page
    board = maja.get("/teams")
    assert "1 late" in words(board.text) and "2 due within the hour" in words(board.text), words(board.text)
    team = maja.get("/teams/sales?show=assigned")
    assert team.text.count(">late<") == 1 and "was due" in words(team.text), team
    assert "To be answered" in maja.get("/tickets/default/over").text
    for browser in (ben, maja):
        assert "/change/answered" not in browser.get("/tickets/default/over").text
    token = ben.get("/tickets/default/bens").hidden("token", "/change/answered")
    answer = ben.post("/change/answered", {"token": token, "back": "/day", "source": "default", "id": "over"})
    assert answer.status == 422 and 'role="alert"' in answer.text, answer
    assert not stack.daemon.get("/v1/tickets/default/over").json["answered"]
    answer = ben.post("/change/answered", {"back": "/day", "source": "default", "id": "bens"})
    assert answer.status in (400, 403, 422) and not stack.daemon.get("/v1/tickets/default/bens").json["answered"], "no token"
    answer = ana.change(page, "/change/answered", source="default", id="over")
    assert answer.status == 303, answer
    told = stack.daemon.get("/v1/tickets/default/over").json
    assert told["answered"] and not told["due_at"], told
    page = wait_until("the page has it", lambda: next(
        (p for p in [ana.get("/day")] if ">late<" not in p.text), None))
    assert names(page)[0][:2] == ["soon", "later"], names(page)
    own = ana.get("/tickets/default/soon")
    assert ana.change(own, "/change/answered", source="default", id="soon").status == 303
    assert "Answered" in wait_until("the page has it", lambda: next(
        (p for p in [maja.get("/tickets/default/soon")] if "To be answered" not in p.text), None)).text
    check_invariants(stack)


@point("a ticket that waits for its customer stands apart, until they have answered")
def paused(stack, web):
    tell(stack, "one", "ana")
    tell(stack, "two", "ana")
    ana = web.browser("ana")
    page = ana.get("/day")
    assert names(page) == [["two", "one"], []], names(page)
    assert ana.change(page, "/change/pause", source="default", id="one").status == 303
    page = wait_until("the page has it", lambda: next((p for p in [ana.get("/day")] if names(p)[1]), None))
    assert names(page) == [["two"], ["one"]] and "waits for the customer" in page.text, names(page)
    assert stack.daemon.get("/v1/tickets/default/one").json["paused_at"]
    assert "waiting for customers" in words(web.browser("maja").get("/teams/sales").text)
    assert ana.change(page, "/change/resume", source="default", id="one").status == 303
    wait_until("the page has it", lambda: names(ana.get("/day")) == [["two", "one"], []])
    check_invariants(stack)


def keeps_times(stack):
    reps = [{"id": "ana", "user": "ana"}]
    return stack.start(default_desk(time_zone="UTC", reps=reps, teams=[
        default_team("sales", ["ana"], managers=["maja"], hours={"mon-sun": "00:00-24:00"},
                     answer_within={"order": "1h"}, overflow={"after": "2h", "to": "other"}, ages="1 per 4h",
                     unanswered={"after": "20h", "then": "return"}, affinity="last", ramp="50% for 1d"),
        default_team("other", ["ana"])]), delegates=[SELF])


@page_scenario("a team's page has the times it keeps; My day says when a ticket goes back", keeps_times)
def times_kept(stack, web):
    stack.add_ticket("first")
    stack.settle()
    assert stack.daemon.post("/v1/tickets/default/first/answered", {}).code == 200
    stack.add_ticket("second")
    stack.settle()
    team = words(web.browser("maja").get("/teams/sales").text)
    for text in ("Hours of its own", "Answered within order: 1 h 0 min", "Overflow to other, after waiting for 2 h 0 min",
                 "Unanswered goes back to the deal after 20 h 0 min", "Affinity last, for ",
                 "Ages more urgent by one after each 4 h 0 min of waiting", "of the share for ",
                 "Paused tickets count nothing, up to 20 of a rep"):
        assert text in team, (text, team)
    ana = web.browser("ana")
    mine = ana.get("/day")
    at = stack.daemon.get("/v1/tickets/default/second").json["lapses_at"]
    assert mine.text.count("goes back at") == 1 and 'datetime="%s"' % at in mine.text, mine
    assert "goes back at" in words(ana.get("/tickets/default/second").text)
    check_invariants(stack)


run()
