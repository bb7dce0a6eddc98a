#!/usr/bin/python3
"""browser: evenhand-web in Chromium, as people have it before them: who gets in, what a rep and a manager
do and see, and what an open page says when something goes away and comes again."""
import getpass
import json
import time

import pools
import web_kit
from browser_kit import Browser, Keys
from harness import Promise, default_desk, default_team, note, run, wait_until
from web_kit import Web, page_scenario, past

SELF = getpass.getuser()
MONTHS = pools.last_months(3)
THEN = MONTHS[-1]


def desk():
    """maja manages sales, nils support; ana and ben sell."""
    reps = [{"id": rep, "name": rep.title() + " Nordmann", "user": rep} for rep in ("ana", "ben", "cai")]
    return default_desk(reps=reps, teams=[default_team("sales", ["ana", "ben"], managers=["maja"]),
                                          default_team("support", ["cai"], managers=["nils"])])


def with_pool(stack):
    """Months of outcomes: everybody shares the pool of sales, which maja manages."""
    whole = pools.desk(pools.plan(MONTHS[0]))
    for rep in whole["reps"]:
        rep.update(user=rep["id"], name=rep["id"].title() + " Featherstonehaugh")
    whole["teams"][0].update(managers=["maja"], name="Sales & more")
    stack.start(whole, delegates=[SELF])
    pools.History(stack, MONTHS, tickets=12).send()


def point(title, start=lambda stack: stack.start(desk(), delegates=[SELF]), **settings):
    return page_scenario(title, start, **settings)


def rep(stack, name):
    return stack.daemon.get("/v1/reps/" + name).json


def cookie_from(stack, web, span, user):
    """What a browser kept that signed in so long ago."""
    then = Web(stack, "then" + span, key_file=web.config["key_file"], state=web.config["state"])
    then.start(environment=past(span))
    try:
        browser = web_kit.Browser(then)
        assert browser.sign_in(then.link(user, environment=past(span))).status == 303
        return browser.cookie.split("=", 1)[1]
    finally:
        then.kill()


def without_scripts(stack, web):
    """The tables are there, and the forms work."""
    for name in ("ana", "ben"):
        assert stack.daemon.post("/v1/reps/%s/signal" % name, {"status": "away", "reason": "lunch"}).code == 200
        stack.add_ticket("T-" + name, owner=name, value=12300)
    stack.settle()
    with Browser(web, "ana", width=360, height=740, scripts=False) as browser:
        assert "T-ana" in browser.go("/day").one("main").text
        browser.one("[name=reason]").send_keys("two calls")
        browser.one("button[value='overloaded 3600']").click()
        browser.until("the page says so", lambda: "two calls" in browser.one(".state").text)
        assert rep(stack, "ana")["reason"] == "two calls"
        browser.as_user("maja").go("/teams/sales")
        browser.one("#hand-ben summary").click()
        browser.one("#hand-ben form[action='/change/release'] input[name=reason]").send_keys("ill")
        browser.one("#hand-ben form[action='/change/release'] button").click()
        wait_until("what they had is back at the deal", lambda: rep(stack, "ben")["open"] == 0)
        assert rep(stack, "ben")["reason"] == "ill"


@point("a link signs in once, and nobody sees another's page; forms work with scripts off, too")
def who_gets_in(stack, web):
    stack.add_ticket("A1", owner="ana", value=424242)
    stack.add_ticket("B1", owner="ben", value=313131)
    stack.settle()
    with Browser(web) as browser:
        browser.go("/day")
        assert browser.path == "/sign-in" and "A link lets you in" in browser.text(), browser.text()
        link = web.link("ana")
        for _ in range(2):  # whoever fetches it uses nothing
            assert "Hello, ana" in browser.go(link).text("h1")
        browser.sign_in(link)
        assert browser.path == "/day" and "A1" in browser.text("main"), browser.path
        own = browser.driver.get_cookie("evenhand")
        assert own["httpOnly"] and own["sameSite"] == "Lax" and browser.js("return document.cookie") == ""
        assert browser.console() == []
        for path in ("/tickets/default/B1", "/teams/sales", "/teams", "/log", "/people"):
            text = browser.go(path).text()
            assert "3,131.31" not in text and "Ben Nordmann" not in text, (path, text)
        browser.go(link)
        browser.press("Sign in")
        browser.until("the link is refused", lambda: "used before" in browser.text("main"))
        old = cookie_from(stack, web, "-31d", "ana")
        for value in (own["value"][:-1] + ("0" if own["value"][-1] != "0" else "1"), "ana", old):
            browser.driver.delete_all_cookies()
            browser.driver.add_cookie({"name": "evenhand", "value": value})
            assert browser.go("/day").path == "/sign-in", value
        browser.driver.delete_all_cookies()
        browser.driver.add_cookie({"name": "evenhand", "value": cookie_from(stack, web, "-29d", "ana")})
        assert browser.go("/day").path == "/day"
        for user, paths in (("nils", ("/teams/sales", "/tickets/default/A1", "/teams/sales/fairness",
                                      "/teams/sales/pool")), ("maja", ("/day", "/teams/support"))):
            browser.as_user(user)
            for path in paths:
                text = browser.go(path).text()
                for words in ("4,242.42", "A1\n", "Ana Nordmann", "Cai Nordmann", "Give to"):
                    assert words not in text, (user, path, text)
    without_scripts(stack, web)


@point("an open page says when its session is over, and leads to the way in")
def session_ends(stack, web):
    def says_so():
        browser.until("the page says so", lambda: "You are signed out" in browser.text("main"))
        assert browser.text("#said") == "You are signed out."
        browser.press("Sign in")
        browser.until("the way in is there", lambda: browser.path == "/sign-in")

    with Browser(web, "ana") as browser:
        browser.go("/day")
        assert web.run("--revoke", "ana")[0] == 0
        stack.add_ticket("T1", owner="ben")  # something moves
        says_so()
        browser.as_user("ana").go("/day")
        assert web.stop() == 0
        web.start(environment=past("+31d"))
        says_so()
        browser.go("/day")
        assert browser.path == "/sign-in", browser.path
        web.stop()
        web.start()


@point("on a phone a rep says overloaded in two touches at most, and sees what arrives")
def phone(stack, web):
    with Browser(web, "ana", width=360, height=740) as browser:
        browser.go("/").settled()
        assert browser.over() is None
        switch = browser.button("30 min")
        place = browser.js("return arguments[0].getBoundingClientRect().bottom", switch)
        assert place <= 740, "it is to be seen without moving: %d" % place
        began = time.monotonic()
        browser.touch(switch)  # the first touch, and no second one
        browser.until("the page says so", lambda: "Overloaded" in browser.text(".state"))
        note("overloaded was to be seen %.0f ms after the touch" % ((time.monotonic() - began) * 1000))
        assert rep(stack, "ana")["state"] == "overloaded" and rep(stack, "ana")["until"]
        with Promise() as promise:
            times = [arrival(stack, browser, "T%d" % n) for n in range(5)]
        assert browser.text("#said").startswith("New ticket: T4"), browser.text("#said")
        assert browser.js("return document.getElementById('said').getAttribute('aria-live')") == "polite"
        browser.js("Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})")
        arrival(stack, browser, "T5")
        browser.until("the title counts", lambda: browser.driver.title == "(1) My day")
        browser.media(motion="reduce")
        arrival(stack, browser, "T6")
        moving = browser.js("return document.getAnimations().filter((a) => a.effect.getComputedTiming().duration > 1)"
                            ".map((a) => a.animationName)")
        assert browser.one("[data-name=T6].new") and not moving, moving
        note("tickets were to be seen after %s ms" % ", ".join("%.0f" % (1000 * t) for t in times))
        promise.check("a ticket that arrives", 2, min(times))
        assert browser.over() is None and browser.console() == []


def arrival(stack, browser, name):
    """Seconds from the push until it is to be seen."""
    began = time.monotonic()
    stack.add_ticket(name, owner="ana", value=12300)
    browser.until(name + " is there", lambda: name in browser.text("main"))
    return time.monotonic() - began


def gives_by_hand(stack, browser):
    """A manager gives a ticket that waits to somebody, and says why."""
    for name in pools.TEAM:
        assert stack.daemon.post("/v1/reps/%s/signal" % name, {"status": "away"}).code == 200
    stack.add_ticket("W1")
    stack.settle()
    browser.go("/teams")
    browser.until("the board has it", lambda: "Nobody is available" in browser.text("main"))
    browser.go("/teams/sales").one("#hand-W1 summary").click()
    form = "#hand-W1 form[action='/change/assign']"
    browser.one(form + " [name=rep]").send_keys("Ben")
    browser.one(form + " button").click()
    assert stack.ticket("W1")["rep"] is None, "without a reason nothing is sent"
    browser.one(form + " [name=reason]").send_keys("knows <them>", Keys.ENTER)
    wait_until("ben has it", lambda: stack.ticket("W1")["rep"] == "ben")
    browser.until("it waits no more", lambda: not browser.all("#hand-W1"))
    assert stack.daemon.get("/v1/tickets/default/W1").json["receipt"]["by_reason"] == "knows <them>"
    assert "knows <them>" in browser.go("/log").text("main")
    assert browser.console() == []


def euros(cents):
    return "%s€%s.%02d" % ("-" if cents < 0 else "", format(abs(cents) // 100, ","), abs(cents) % 100)


@point("the pool's figures are those of `evenhand --json pool`, to the cent; a ticket is given with a reason",
       with_pool)
def manager(stack, web):
    told = json.loads(stack.cli("--json", "pool", "sales", "--period", THEN)[1])
    keys = ("equal", "hours", "seniority", "individual", "total", "due")
    with Browser(web, "maja") as browser:
        browser.go("/teams/sales/pool?period=" + THEN)
        browser.until("the page has its days", lambda: browser.driver.refresh() or
                      "cannot be shown just now" not in browser.text())
        browser.settled()
        assert browser.text("section[aria-labelledby=today] .sum strong") == euros(told["net"]), told["net"]
        rows = browser.js("""return [...document.querySelectorAll('section[aria-labelledby=shares] tr[data-key]')]
            .map((row) => [...row.querySelectorAll('data[data-currency]')].map((d) => d.innerText))""")
        assert sorted(rows) == sorted([euros(s[k]) for k in keys] for s in told["shares"]), (rows, told)
        gives_by_hand(stack, browser)
        share = told["shares"][0]
        browser.as_user(share["rep"]).go("/pool?period=" + THEN).settled()
        line = browser.text("section[aria-labelledby=line]")
        assert euros(share["total"]) in line, line
        assert euros(told["net"]) in browser.text("section[aria-labelledby=today]"), told["net"]
        assert browser.console() == []


@point("evenhandd is restarted, and PostgreSQL goes and comes, under an open page")
def outages(stack, web):
    stack.add_ticket("T1", owner="ana")
    stack.settle()
    with Browser(web, "ana") as browser:
        browser.go("/day")
        assert stack.daemon.stop() == 0
        browser.until("the page says that evenhandd is away",
                      lambda: "evenhand is away" in browser.text("main") or "cannot be reached" in browser.text())
        stack.daemon.start()
        began = time.monotonic()
        browser.until("the page is back by itself", lambda: "T1" in browser.text("main") and
                      browser.button("30 min").is_enabled() and "evenhand is away" not in browser.text("main"))
        note("the page was back %.1f s after evenhandd" % (time.monotonic() - began))
        stack.postgres.stop("fast")
        browser.until("the page says what works", lambda: "database is away" in browser.text("main"))
        note("PostgreSQL away: " + browser.text("main .warn").replace("\n", " "))
        assert "T1" in browser.text("main"), "their tickets are there"
        browser.press("1 h")
        refused = browser.until("it is refused in words, or done", lambda: browser.text(".wrong") or
                                "Overloaded" in browser.text(".state") and "done")
        note("a signal meanwhile: " + refused)
        stack.postgres.start()
        browser.until("the page forgets it", lambda: "database is away" not in browser.text("main"))
        browser.console()  # what failed meanwhile
        browser.press("1 h")
        browser.until("and signals again", lambda: "Overloaded" in browser.text(".state"))
        assert rep(stack, "ana")["state"] == "overloaded"
        assert web.stop() == 0
        web.start()
        stack.add_ticket("T2", owner="ana")
        browser.until("the page finds evenhand-web again", lambda: "T2" in browser.text("main"))


if __name__ == "__main__":
    run()
