#!/usr/bin/python3
"""web_scripts: what scripts add to the page, in Chromium: sliders that are followed, a page that stays
when evenhandd is away, time that passes."""
import getpass
import json

import pools
from browser_kit import Browser
from harness import default_desk, default_team, run
from web_kit import page_scenario

SELF = getpass.getuser()
MONTHS = pools.last_months(2)
THEN = MONTHS[-1]


def start_pool(stack):
    whole = pools.desk(pools.plan(MONTHS[0]))
    whole["teams"][0].update(managers=["maja"])
    stack.start(whole, delegates=[SELF])
    pools.History(stack, MONTHS, tickets=12).send()


def start(stack):
    reps = [{"id": rep, "name": rep.title(), "user": rep} for rep in ("ana", "ben")]
    stack.start(default_desk(reps=reps, teams=[default_team("sales", ["ana", "ben"], managers=["maja"])]),
                delegates=[SELF])


def amounts(browser, css):
    return [int(n) for n in browser.js(
        "return [...document.querySelectorAll(arguments[0])].map((e) => e.value)", css)]


@page_scenario("a slider that is moved is followed: what it says, and what the pool would be", start_pool)
def slider(stack, web):
    with Browser(web, "maja") as browser:
        browser.go("/teams/sales/pool?period=" + THEN)
        field = browser.one("input[name='at-csat']")
        was = field.get_attribute("value")
        browser.js("arguments[0].value = arguments[0].max;"
                   "arguments[0].dispatchEvent(new Event('input', {bubbles: true}))", field)
        most = int(field.get_attribute("value"))
        assert most > int(was), (most, was)
        told = stack.daemon.post("/v1/teams/sales/pool/what-if?period=" + THEN, {"facts": {"csat": most}}).json
        browser.until("the pool follows", lambda: amounts(
            browser, "[aria-labelledby=what-if] .sum data")[:1] == [told["net"]])
        assert "at-csat=%d" % most in browser.path and "#" not in browser.path, browser.path
        said = browser.text("input[name=at-csat] + output")
        assert float(said) == most / 1000, said
        assert int(field.get_attribute("value")) == most  # it is the same slider, and can be moved on
        assert browser.console() == []


@page_scenario("evenhandd is away: an open page stays as it is and says so, and goes on when it is back", start)
def away(stack, web):
    with Browser(web, "ana", width=360) as browser:
        stack.add_ticket("T1", owner="ana")
        browser.go("/day")
        browser.until("it is there", lambda: "T1" in browser.text("main"))
        stack.daemon.stop()
        note = browser.until("it says so", lambda: browser.text("#away"))
        assert "evenhand is away" in note and "as of " in note, note
        assert "T1" in browser.text("main") and browser.text("[role=status]"), browser.text()
        browser.all("input[name=reason]")[0].send_keys("a fire")
        browser.press("30 min")
        browser.until("it says that it was not sent", lambda: browser.text("form .wrong"))
        assert "T1" in browser.text("main") and browser.all("input[name=reason]")[0].get_attribute(
            "value") == "a fire"
        assert browser.over() is None, browser.over()
        browser.console()  # it has told of the answers 503
        stack.daemon.start()
        stack.add_ticket("T2", owner="ana")
        browser.until("it goes on", lambda: "T2" in browser.text("main") and not browser.text("#away"))
        stack.daemon.stop()
        fresh = web.browser("ben").get("/day")
        assert fresh.status == 503 and "Who has a ticket keeps it" in fresh.text, fresh
        stack.daemon.start()


@page_scenario("a page looks again as time passes, though nothing moved", start)
def time_passes(stack, web):
    with Browser(web, "maja") as browser:
        browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": """
            const interval = setInterval;
            window.setInterval = (work, ms) => interval(work, ms / 60);"""})  # a minute is a second
        looks = lambda: browser.js("return performance.getEntriesByType('resource').filter("
                                   "(e) => e.initiatorType === 'fetch' && e.name.endsWith('/teams')).length")
        browser.go("/teams")
        browser.until("it looks again", lambda: looks() >= 3)
        assert browser.console() == []


if __name__ == "__main__":
    run()
