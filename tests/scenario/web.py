#!/usr/bin/python3
"""web: evenhand-web as browsers meet it: who gets in, what they see and change, what is refused."""
import getpass
import html
import re

from harness import default_desk, default_team, note, program_holds, run, wait_until
from web_kit import Browser, Reader, Web, page_scenario, past

SELF = getpass.getuser()


def desk():
    """ana is whoever asks the socket by themselves; dee of sales manages support."""
    reps = [{"id": "ana", "name": "Ana", "user": SELF}, {"id": "ben", "name": "Ben", "user": "ben"},
            {"id": "cai", "name": "Cai", "user": "cai"}, {"id": "dee", "name": "Dee", "user": "nils"}]
    return default_desk(reps=reps, teams=[default_team("sales", ["ana", "ben", "dee"], managers=["maja"]),
                                          default_team("support", ["cai"], managers=["nils"])])


def start(stack):
    """evenhand-web runs as we do, and may ask for others."""
    stack.start(desk(), delegates=[SELF])


def point(title, **settings):
    return page_scenario(title, start, **settings)


@point("a link signs in once, and the page shows the day")
def link_once(stack, web):
    stack.add_ticket("T<1>", owner="ana", value=12995)
    stack.settle()
    link = web.link(SELF)
    browser = Browser(web)
    assert browser.get("/day").headers["Location"] == "/sign-in"
    for _ in range(3):  # mail programs fetch links
        assert browser.get(link[link.index("/sign-in"):]).status == 200
    answer = browser.sign_in(link)
    assert answer.status == 303, answer
    for word in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"):
        assert word in answer.headers["Set-Cookie"], answer.headers["Set-Cookie"]
    assert "Secure" not in answer.headers["Set-Cookie"]
    assert browser.get("/").headers["Location"] == "/day"
    page = browser.get("/day")
    assert page.status == 200, page
    assert "T&lt;1&gt;" in page.text and "https://desk.example/t/T%3C1%3E" in page.text, page
    again = Browser(web).sign_in(link)
    assert again.status == 403 and "used before" in again.text, again
    with open(web.log, encoding="utf-8") as log:
        text = log.read()
    assert link.split("/")[-1] not in text and browser.cookie.split("=")[1] not in text, text


@point("what every page says to a browser, and what it fetches")
def headers(stack, web):
    browser = web.browser(SELF)
    page = browser.get("/day")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy, policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script(?! type=\"module\" src=)|<style| style=| on[a-z]+=", page.text), page
    total = len(page.text)
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
        plain, small = browser.get(address), browser.get(address, Accept_Encoding="gzip, br")
        assert plain.status == small.status == 200 and "immutable" in plain.headers["Cache-Control"]
        assert small.headers["Content-Encoding"] == "gzip"
        total += int(small.headers["Content-Length"])
    assert total <= 150 * 1024, total
    note("the first screen has %d bytes without what its modules fetch" % total)
    for path in ("/static/style.css", "/static/../etc/passwd", "/nowhere", "/day/x", "/%2e%2e/day"):
        assert browser.get(path).status == 404, path


def start_balanced(stack):
    whole = desk()
    whole["teams"][0]["policy"] = "balanced"
    stack.start(whole, delegates=[SELF])


@page_scenario("under each ticket stands why the rep got it, and nothing of what a colleague was owed", start_balanced)
def why_me(stack, web):
    stack.add_many([{"type": "ticket", "id": "t%d" % n, "team": "sales", "kind": "order", "value": 100 + n}
                    for n in range(30)])
    stack.settle()
    ben = web.browser("ben")
    page = ben.get("/day").text
    mine = [t["id"] for t in stack.daemon.get("/v1/tickets?rep=ben").json["tickets"]]
    assert len(mine) > 3, mine
    for ticket in mine:
        row = page[page.index('data-key="default/%s"' % ticket):]
        row = re.sub(r"<[^>]+>", "", row[:row.index("</li>")])
        whole = stack.daemon.get("/v1/tickets/default/" + ticket,
                                 headers={"Evenhand-As": "ben"}).json["receipt"]
        assert "two were drawn by share" in row and "Its draw can be checked when" in row, row
        assert html.escape(whole["reason"]) in row and html.escape(whole["check"]) in row, (row, whole)
        assert row.count("tickets ahead") + row.count("tickets behind") <= 1, row  # their own alone


@point("a rep says overloaded in one form, and the daemon has it")
def overloaded(stack, web):
    browser = web.browser(SELF)
    page = browser.get("/day")
    answer = browser.change(page, "/change/signal", rep="ana", status="overloaded 1800",
                            reason="two calls & a fire")
    assert answer.status == 303 and answer.headers["Location"] == "/day", answer
    rep = stack.daemon.get("/v1/reps/ana").json
    assert rep["state"] == "overloaded" and rep["reason"] == "two calls & a fire", rep
    assert "two calls &amp; a fire" in browser.get("/day").text
    again = browser.change(page, "/change/signal", rep="ana", status="overloaded 1800",
                           reason="two calls & a fire")  # pressed twice: the event is the same
    assert again.status == 303, again
    wrong = browser.change(browser.get("/day"), "/change/signal", rep="ana", status="asleep", reason="<b>")
    assert wrong.status == 422 and 'role="alert"' in wrong.text and "<b>" not in wrong.text, wrong


@point("links and sessions end with their time")
def times(stack, web):
    old = web.link(SELF, environment=past("-16m"))
    shown = Browser(web).get(old[old.index("/sign-in"):])
    assert shown.status == 403 and "15 minutes" in shown.text, shown
    assert Browser(web).post("/sign-in", {"link": old.split("/")[-1]}).status == 403
    fresh = web.link(SELF, environment=past("-14m"))
    assert Browser(web).sign_in(fresh).status == 303
    then = Web(stack, "then", key_file=web.config["key_file"], state=web.config["state"])
    for days, lets_in in ((31, False), (29, True)):
        then.start(environment=past("-%dd" % days))
        browser = Browser(then)
        assert browser.sign_in(then.link(SELF, environment=past("-%dd" % days))).status == 303
        then.kill()
        now = Browser(web, browser.cookie).get("/day")
        assert now.status == (200 if lets_in else 303), (days, now)


@point("nobody makes a session or a link up")
def forged(stack, web):
    browser = web.browser(SELF)
    assert browser.get("/day").status == 200
    value = browser.cookie.split("=")[1]
    others = Web(stack, "others")
    other = others.link(SELF).split("/")[-1]
    for cookie in (value[:-1] + ("0" if value[-1] != "0" else "1"), "626f73" + value[6:], value[1:], "",
                   value.replace(".", ""), other, web.link(SELF).split("/")[-1], "x" * 5000):
        answer = Browser(web, "evenhand=" + cookie).get("/day")
        assert answer.status == 303 and answer.headers["Location"] == "/sign-in", (cookie, answer)
    assert Browser(web, "a=b; evenhand=%s; c=d" % value).get("/day").status == 200
    for link in (other, value, "", "x" * 300):
        assert Browser(web).post("/sign-in", {"link": link}).status == 403, link


@point("signed out everywhere, every device is, and nobody else")
def everywhere(stack, web):
    phone, desk_, other = web.browser("ben"), web.browser("ben"), web.browser("cai")
    page = phone.get("/day")
    assert "Sign out everywhere" in page.text, page
    token = page.hidden("token", "/sign-out")
    forged = phone.post("/sign-out", {"token": "x", "everywhere": "yes"})
    assert forged.status == 403 and desk_.get("/day").status == 200
    beside = desk_.post("/sign-out", {"token": desk_.get("/day").hidden("token", "/sign-out")})
    assert beside.status == 303 and phone.get("/day").status == 200  # without that only this device is
    desk_ = web.browser("ben")
    done = phone.post("/sign-out", {"token": token, "everywhere": "yes"})
    assert done.status == 303 and done.headers["Location"] == "/sign-in", done
    for browser in (phone, desk_):
        assert browser.get("/day").status == 303
    assert other.get("/day").status == 200 and web.browser("ben").get("/day").status == 200


@point("ended sessions are over at once, in every process that shares the folder")
def revoked(stack, web):
    twin = Web(stack, "twin", key_file=web.config["key_file"], state=web.config["state"])
    twin.start()
    try:
        link = web.link(SELF)
        browser = Browser(web)
        assert browser.sign_in(link).status == 303
        assert Browser(twin).sign_in(link).status == 403
        beside = Browser(twin, browser.cookie)
        assert beside.get("/day").status == 200
        unused = web.link(SELF)
        assert twin.run("--revoke", SELF)[0] == 0
        assert browser.get("/day").status == 303 and beside.get("/day").status == 303
        answer = browser.post("/change/signal", {"rep": "ana", "status": "away"})
        assert answer.status == 401, answer
        assert Browser(web).post("/sign-in", {"link": unused.split("/")[-1]}).status == 403
        again = web.browser(SELF)
        assert again.get("/day").status == 200
        page = again.get("/day")
        out = again.post("/sign-out", {"token": page.hidden("token")})
        assert out.status == 303 and "Max-Age=0" in out.headers["Set-Cookie"], out
        assert again.get("/day").status == 303
        assert twin.stop() == 0, twin.last_words()
    finally:
        twin.kill()


@point("a change comes from a form of ours, and from here")
def guards(stack, web):
    browser = web.browser(SELF)
    page = browser.get("/day")
    token = page.hidden("token", "/change/signal")
    body = {"rep": "ana", "status": "away", "back": "/day", "event": "e1"}
    for headers, wanted in (({"Origin": "https://elsewhere.example"}, 403), ({"Origin": None}, 403),
                            ({"Origin": "null"}, 403), ({"Origin": "http://" + web.host + ".example"}, 403),
                            ({"Host": "elsewhere.example"}, 403), ({"Host": None}, 400)):
        answer = browser.post("/change/signal", {**body, "token": token}, **headers)
        assert answer.status in (wanted, 403), (headers, answer)
        assert browser.get("/day", **{k: v for k, v in headers.items() if k == "Host"}).status in (200, 400, 403)
    for wrong in ("", token[:-1], browser.cookie.split("=")[1]):
        answer = browser.post("/change/signal", {**body, "token": wrong})
        assert answer.status == 422 and "too old" in answer.text, answer
    assert stack.daemon.get("/v1/reps/ana").json["state"] == "available"
    assert browser.post("/change/nothing", {**body, "token": token}).status == 404
    assert browser.post("/day", {**body, "token": token}).status == 404
    assert browser.get("/change/signal").status == 404
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
        assert browser.ask(method, "/day").status == 405, method
    assert browser.post("/change/signal", {**body, "token": token, "reason": "x" * 65536}).status == 413
    answer = browser.post("/change/signal", body, Evenhand_Page="1")
    assert answer.status == 303, answer
    assert stack.daemon.get("/v1/reps/ana").json["state"] == "away"
    answer = browser.post("/change/signal", {**body, "back": "//elsewhere.example/", "event": "e2"},
                          Evenhand_Page="1")
    assert answer.headers["Location"] == "/", answer


@point("a person changes twenty things a minute")
def pace(stack, web):
    browser = web.browser(SELF)
    page = browser.get("/day")
    answers = [browser.change(page, "/change/signal", rep="ana", status="nothing") for _ in range(21)]
    assert all("20 changes" not in answer.text for answer in answers[:20]), answers[0]
    assert answers[20].status == 422 and "20 changes" in answers[20].text, answers[20]


@point("the proxy's word counts over the Unix socket alone")
def proxy(stack, web):
    assert Browser(web).get("/day", Remote_User=SELF).status == 303
    inner = Web(stack, "inner", listen=stack.dir + "/web.sock", public="https://desk.example",
                sign_in="[proxy, links]")
    inner.start()
    try:
        browser = Browser(inner)
        page = browser.get("/day", Remote_User=SELF)
        assert page.status == 200 and "Sign out" not in page.text, page
        assert browser.get("/day").status == 303
        fields = {"token": page.hidden("token", "/change/signal"), "rep": "ana", "status": "away"}
        away = browser.post("/change/signal", fields, Remote_User=SELF, Origin="https://desk.example")
        assert away.status == 303, away
        assert browser.post("/change/signal", fields, Remote_User=SELF,
                            Origin="http://desk.example").status == 403
        assert browser.post("/change/signal", fields, Remote_User="ben",
                            Origin="https://desk.example").status == 422
        signed = Browser(inner).post("/sign-in", {"link": inner.link(SELF).split("/")[-1]},
                                     Origin="https://desk.example")
        assert "; Secure" in signed.headers["Set-Cookie"], signed.headers
        assert inner.stop() == 0, inner.last_words()
    finally:
        inner.kill()
    broken = Web(stack, "broken", sign_in="[proxy]")
    assert broken.run("--check")[0] == 78


@point("people get what the API gives them, and no more")
def others(stack, web):
    stack.add_ticket("A1", owner="ana")
    stack.add_ticket("C1", team="support", owner="cai")
    stack.settle()
    ben, cai, maja = (web.browser(name) for name in ("ben", "cai", "maja"))
    assert "C1" in cai.get("/day").text and "A1" not in cai.get("/day").text
    page = cai.get("/day")
    answer = cai.change(page, "/change/signal", rep="ben", status="away")
    assert answer.status == 422 and 'role="alert"' in answer.text, answer
    assert stack.daemon.get("/v1/reps/ben").json["state"] == "available"
    token = page.hidden("token", "/change/signal")
    answer = ben.post("/change/signal", {"token": token, "rep": "ben", "status": "away", "back": "/day"})
    assert answer.status == 422 and "too old" in answer.text, answer
    assert maja.get("/day").status == 403
    assert ben.change(ben.get("/day"), "/change/signal", rep="ben", status="away").status == 303
    assert stack.daemon.get("/v1/reps/ben").json["state"] == "away"
    stranger = web.browser("stranger")
    page = stranger.get("/")
    assert "names nobody" in page.text or page.status == 403, page
    assert stranger.get("/day").status == 403


@point("a manager makes links for reps of their teams, who may do no more than they")
def manager_links(stack, web):
    maja, cai = web.browser("maja"), web.browser("cai")
    assert cai.get("/people").status == 403 and maja.get("/").headers["Location"] == "/teams"
    page = maja.get("/people")
    assert page.status == 200 and "Ben" in page.text and "Cai" not in page.text, page
    fields = {"token": page.hidden("token", "/people/link"), "back": "/people"}
    made = maja.post("/people/link", {**fields, "rep": "ben"})
    assert made.status == 200, made
    link = re.search(r'readonly value="([^"]+)"', made.text)[1]
    ben = Browser(web)
    assert ben.sign_in(link).status == 303 and ben.get("/day").status == 200
    for rep, why in (("cai", "another team's"), ("dee", "a manager of another team"), ("nobody", "nobody")):
        answer = maja.post("/people/link", {**fields, "rep": rep})
        assert answer.status == 403 and "readonly" not in answer.text, (why, answer)
    assert maja.get("/people/link").status == 404
    assert maja.post("/people/link", {"rep": "ben", "back": "/people"}).status == 422
    other = {**fields, "token": cai.get("/day").hidden("token", "/change/signal")}
    assert cai.post("/people/link", {**other, "rep": "cai"}).status == 403
    with open(web.log, encoding="utf-8") as log:
        text = log.read()
    assert "made a link user=ben by=maja" in text and link.split("/")[-1] not in text, text


@point("what moves is told, and 300 browsers that never read are bounded")
def live(stack, web):
    browser = web.browser(SELF)
    reader = Reader(browser)
    reader.until(b"event: moved")
    silent = [Reader(browser) for _ in range(300)]
    last = Reader(browser)
    last.until(b"event: moved")
    stack.add_ticket("N1", owner="ana")
    stack.settle()
    last.until(b"event: moved")
    assert "N1" in browser.get("/day").text
    for n in range(20):
        stack.add_ticket("M%d" % n)
    stack.settle()
    assert browser.get("/day").status == 200
    note("%d KiB with 300 readers that never read" % web.memory_kib())
    assert program_holds(b"__asan_init") or web.memory_kib() <= 32 * 1024, web.memory_kib()
    for one in silent + [reader, last]:
        one.close()


@point("evenhandd goes and comes under an open page")
def restarts(stack, web):
    browser = web.browser(SELF)
    reader = Reader(browser)
    reader.until(b"event: moved")
    assert stack.daemon.stop() == 0
    wait_until("the page says that evenhandd is away", lambda: browser.get("/day").status == 503)
    reader.until(b"event: moved")
    page = browser.get("/day")
    assert page.status == 503 and "evenhand is away" in page.text, page
    wait_until("the program says so, too", lambda: browser.get("/healthz").status == 503)
    stack.daemon.start()
    wait_until("the page is back", lambda: browser.get("/day").status == 200)
    reader.until(b"event: moved")
    reader.close()
    stack.postgres.stop("fast")
    wait_until("the page says that the database is away",
               lambda: "database is away" in browser.get("/day").text)
    stack.postgres.start()
    wait_until("the page forgets it", lambda: "database is away" not in browser.get("/day").text)


if __name__ == "__main__":
    run()
