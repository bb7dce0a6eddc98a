#!/usr/bin/python3
"""browser_axe: axe-core finds nothing wrong with any screen, for a rep and for a manager, narrow and wide,
light and dark. npm brings axe-core into the folder of the run, and nothing of it stays."""
import getpass
import os
import shutil
import subprocess
import time

import pools
from browser_kit import Browser, Keys
from harness import Skip, note, patience, run, wait_until
from web_kit import page_scenario

AXE = "axe-core@4.14.1"
SELF = getpass.getuser()
MONTHS = pools.last_months(2)
LONG = "Dora Featherstonehaugh-Cholmondeley van der Westhuizen-Österreicher"
SCREENS = {
    "maja": ["/teams", "/teams/sales", "/teams/sales?show=assigned", "/teams/support", "/tickets/default/{deal}",
             "/tickets/default/W1", "/people", "/pools", "/teams/sales/pool", "/teams/sales/pool?period={last}&if-csat=4.5",
             "/teams/sales/pool/freeze?period={first}", "/teams/support/pool", "/fairness", "/teams/sales/fairness",
             "/log", "/nowhere", "/teams/none"],
    "ana": ["/day", "/pool", "/pool?period={first}", "/tickets/default/{deal}", "/teams"],
    "cai": ["/day", "/pool"],
    "nobody": ["/"],
}
# Of WCAG 2 what is A or AA, and what axe calls good practice; where only colours are others, contrast.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
RUN = """
const [rules, done] = arguments;
for (const fold of document.querySelectorAll('details')) fold.open = true;
axe.run(document, {resultTypes: ['violations'], runOnly: rules}).then((found) => done(found.violations.map((v) =>
    [v.id, v.help, v.nodes.length, v.nodes[0].html.slice(0, 300), v.nodes[0].failureSummary])), (e) => done([[String(e)]]));"""


def desk():
    whole = pools.desk(pools.plan(MONTHS[0]))
    for rep in whole["reps"]:
        rep.update(user=rep["id"], name=LONG if rep["id"] == "dora" else rep["id"].title() + " Nordmann")
    whole["reps"].append({"id": "eve", "name": "Ève Ødegård", "user": "eve"})
    whole["teams"][0].update(managers=["maja"], name="Sales", capacity=8)
    whole["teams"][1].update(managers=["maja"], name="Kundeservice og reklamasjoner", reps=["eve", "cai"])
    return whole


def start(stack):
    stack.start(desk(), delegates=[SELF])
    pools.History(stack, MONTHS, tickets=12).send()
    stack.daemon.post("/v1/reps/ben/signal", {"status": "overloaded", "for": 3600, "reason": "two calls"})
    for name in ("eve", "cai"):
        stack.daemon.post("/v1/reps/%s/signal" % name, {"status": "away"})
    stack.add_many([{"type": "ticket", "id": "D%d" % n, "team": "sales", "kind": "order", "value": 12995 + n,
                     "customer": "Ødegaard & Sønner", "due_at": int(time.time() * 1000) + (1000, 1800000, 90000000)[n % 3]}
                    for n in range(12)])
    stack.add_many([{"type": "ticket", "id": "W%d" % n, "team": "support", "kind": "query"} for n in range(3)])
    stack.settle()


def point(title):
    return page_scenario(title, start)


def axe_fetch(stack):
    """The script of axe-core, as npm has it."""
    npm, folder = shutil.which("npm"), stack.dir + "/npm"
    if not npm:
        raise Skip("skipped: npm is not installed, and it brings axe-core")
    done = subprocess.run([npm, "install", "--prefix", folder, "--cache", folder + "/cache", "--ignore-scripts",
                           "--no-audit", "--no-fund", "--fetch-retries", "1", AXE], capture_output=True, text=True,
                          timeout=patience(120), cwd=stack.dir, env={**os.environ, "HOME": stack.dir})
    if done.returncode != 0:
        raise Skip("skipped: npm did not bring axe-core: " + done.stderr.strip().splitlines()[-1][:200])
    with open(folder + "/node_modules/axe-core/axe.min.js", encoding="utf-8") as f:
        return f.read()


class Looker:
    """Opens pages, and notes what axe says."""

    def __init__(self, browser, script):
        self.browser, self.script, self.found, self.looks = browser, script, [], 0

    def look(self, what):
        """At the page that is open, as each sort of window has it."""
        self.browser.media("light", "reduce").settled().js(self.script)
        for width in (360, 1280):
            for scheme in ("light", "dark"):
                self.browser.window(width).media(scheme, "reduce").settled()
                rules = RULES if scheme == "light" else COLOURS
                for one in self.browser.driver.execute_async_script(RUN, rules):
                    self.found.append(" ".join([what, str(width), scheme, *map(str, one)]))
                self.looks += 1

    def told(self):
        note("axe-core looked at %d pages" % self.looks)
        assert not self.found, "\n".join(self.found)


@point("axe-core finds nothing on any screen")
def screens(stack, web):
    script = axe_fetch(stack)
    deal = stack.sql1("SELECT id FROM ticket WHERE rep = 'ana' AND state = 'assigned' LIMIT 1")
    places = {"deal": deal, "first": MONTHS[0], "last": MONTHS[-1]}
    with Browser(web, width=360) as browser:
        browser.driver.set_script_timeout(patience(60))
        looker = Looker(browser, script)
        for path in ("/sign-in", "/sign-in/x", web.link("ana")):
            browser.go(path)
            looker.look(path[:12])
        for user, paths in SCREENS.items():
            browser.as_user(user)
            for path in paths:
                browser.go(path.format(**places))
                looker.look("%s %s" % (user, path))
        looker.told()


@point("axe-core finds nothing on a page that says what was wrong, nor on one with a link")
def answers(stack, web):
    script = axe_fetch(stack)
    with Browser(web, "maja", width=1280) as browser:
        browser.driver.set_script_timeout(patience(60))
        looker = Looker(browser, script)
        browser.go("/tickets/default/W1")
        browser.js("for (const e of document.querySelectorAll('[required]')) e.required = false")
        browser.press("Give")
        browser.until("it says what is wrong", lambda: browser.all(".wrong[role=alert]"))
        looker.look("refused")
        browser.go("/people")
        browser.one("main form button").click()
        browser.until("there is a link", lambda: browser.all("input[readonly]"))
        looker.look("link")
        looker.told()


@point("a fold closes by Escape, and the focus stays where it was when the page is written anew")
def keys(stack, web):
    with Browser(web, "maja", width=1280) as browser:
        browser.go("/teams/sales?show=assigned")
        browser.settled()
        other, fold = browser.all(".rows > .row > details.hand")[:2]
        above = other.find_element("xpath", "..").get_attribute("data-name")
        browser.js("arguments[0].querySelector('summary').focus()", fold)
        browser.key(Keys.ENTER)
        browser.until("it is open", lambda: fold.get_attribute("open"))
        field = fold.find_element("css selector", "input:not([type=hidden])")
        field.click()
        field.send_keys("because")
        stack.add({"type": "outcome", "id": above, "outcome": "won"})
        stack.add_ticket("LIVE", owner="dora")
        browser.until("what is new is there, and what is closed is not", lambda: "LIVE" in browser.text("main") and
                      not browser.all("[data-name='%s']" % above))
        assert browser.js("return document.activeElement === arguments[0]", field)
        assert field.get_property("value") == "because" and fold.get_attribute("open")
        browser.key(Keys.ESCAPE)
        browser.until("it is closed", lambda: not fold.get_attribute("open"))
        assert browser.js("return document.activeElement === arguments[0].querySelector('summary')", fold)


if __name__ == "__main__":
    run()
