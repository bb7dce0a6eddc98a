#!/usr/bin/python3
"""browser: evenhand-web in Chromium, as people have it before them."""
import getpass
import time

from browser_kit import Browser
from harness import default_desk, default_team, note, run, wait_until
from web_kit import page_scenario

SELF = getpass.getuser()


def desk():
    """maja manages sales, nils support; ana and ben sell."""
    reps = [{"id": rep, "name": rep.title() + " Nordmann", "user": rep} for rep in ("ana", "ben", "cai")]
    return default_desk(reps=reps, teams=[default_team("sales", ["ana", "ben"], managers=["maja"]),
                                          default_team("support", ["cai"], managers=["nils"])])


def point(title, **settings):
    return page_scenario(title, lambda stack: stack.start(desk(), delegates=[SELF]), **settings)


@point("on a phone a rep says overloaded in at most two touches, and sees what arrives")
def phone(stack, web):
    with Browser(web, "ana", width=360, height=740) as browser:
        browser.go("/")
        touches = 0
        browser.touch(browser.button("30 min"))
        touches += 1
        assert touches <= 2
        browser.until("the page says so", lambda: "Overloaded" in browser.text(".state"))
        wait_until("the daemon has it", lambda: stack.daemon.get("/v1/reps/ana").json["state"] == "overloaded")
        began = time.monotonic()
        stack.add_ticket("T1", owner="ana", value=12300)
        browser.until("it is there", lambda: "T1" in browser.text("main"))
        note("a ticket was to be seen after %.0f ms" % ((time.monotonic() - began) * 1000))
        assert browser.over() is None and browser.console() == []


if __name__ == "__main__":
    run()
