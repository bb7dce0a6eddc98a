#!/usr/bin/python3
"""browser_screens: every screen of evenhand-web in Chromium, for every role, on a desk of long names, a team
of 200 and thousands of tickets: it fits a phone, it is silent in the console, and keys come everywhere.

Pictures of all screens, 360 and 1,280 px wide, light and dark, are written to the folder EVENHAND_PICTURES.
"""
import getpass
import glob
import os
import random
import re
import struct
import time
import urllib.parse
import zlib

import pools
from browser_kit import VISIBLE, Browser, Keys
from harness import CHECKOUT, note, run
from web_kit import page_scenario, past

SELF = getpass.getuser()
MONTHS = pools.last_months(3)
LONG = "Wolfeschlegelsteinhausenbergerdorff"
ROLES = {"rep": "ana", "manager": "maja", "operator": "olivia", "auditor": "aud"}
PAGES_MOST = 40  # of a role: each kind of address once
WIDTHS = (360, 1280)


def screens():
    """The addresses of all screens but those that answer to a form."""
    found = set()
    for name in glob.glob(os.path.join(CHECKOUT, "daemon", "web", "screens", "*.c")):
        with open(name, encoding="utf-8") as f:
            for piece in re.findall(r"const struct eh_screen eh_screen_\w+ = \{(.*?)\};", f.read(), re.S):
                if ".posted" not in piece:
                    found.add(re.search(r'\.path = "([^"]+)"', piece)[1])
    assert len(found) > 8, found
    return found - {"/"}  # leads on


def desk():
    whole = pools.desk(pools.plan(MONTHS[0]))
    for rep in whole["reps"]:
        rep.update(user=rep["id"], name="%s %s-Featherstonehaugh" % (rep["id"].title(), LONG))
    many = ["m%03d" % n for n in range(196)]
    whole["reps"] += [{"id": rep, "name": "%s %s" % (LONG, rep) if n % 9 == 0 else "Per Ås " + rep}
                      for n, rep in enumerate(many)]
    whole["reps"].append({"id": "x" * 40, "name": "N" * 60, "user": "eve"})
    whole["kinds"]["k" * 30] = {"points": 3}
    sales, support = whole["teams"]
    sales.update(managers=["maja"], name="Sales & " + LONG + " more", reps=sales["reps"] + many, capacity=30,
                 at_most={"per_hour": 9000, "per_day": 10000})
    support.update(managers=["maja"], name="Support", reps=["x" * 40])
    whole["teams"].append({"id": "night", "managers": ["maja"], "reps": []})
    return whole


def start(stack):
    """Months of outcomes; thousands of tickets that reps have, and that wait; somebody is overloaded, somebody
    absent, and some are late."""
    stack.start(desk(), delegates=[SELF], operators=[SELF, "olivia"], auditors=["aud"])
    pools.History(stack, MONTHS, tickets=30).send()
    signals = [("m010", {"status": "overloaded", "for": 3600, "reason": "two calls, and a fire " * 8}),
               ("m011", {"status": "away", "reason": "r" * 120}), ("x" * 40, {"status": "away"}),
               ("ben", {"status": "overloaded"})]
    for name, body in signals:
        assert stack.daemon.post("/v1/reps/%s/signal" % name, body).code == 200
    kinds = ["order", "quote", "query", "k" * 30]
    stack.add_many([{"type": "ticket", "id": "L%05d" % n, "team": "sales", "kind": kinds[n % 4],
                     "value": n * 997 % 10 ** 9, "customer": ("c" * 60 if n % 5 == 0 else "Firma %d" % n)}
                    for n in range(4000)])
    stack.add_many([{"type": "ticket", "id": "own-%d-%s" % (n, "i" * 40), "team": "sales", "kind": kinds[n % 4],
                     "owner": "ana", "value": 10 ** 11, "customer": "Fjordlys Bakeri og Konditori " * 3,
                     "due_at": int(time.time() * 1000) + (1000, 1800000, 90000000)[n % 3]}
                    for n in range(12)])
    assert stack.daemon.post("/v1/reps/m012/absences", {"from": "2026-01-01"}).code == 200
    stack.add_many([{"type": "ticket", "id": "W%04d" % n, "team": "support", "kind": "query"}
                    for n in range(300)])
    stack.redis.xadd("evenhand:{main}:inbox", {"j": "{"})
    stack.settle()


def kind_of(link, known):
    """(screen, names and words of the query): what two addresses have in common that look alike."""
    parts = urllib.parse.urlsplit(link)
    for path in sorted(known, key=lambda p: p.count("{")):
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), parts.path):
            query = tuple(sorted((k, v if k == "show" else "") for k, v in urllib.parse.parse_qsl(parts.query)))
            if path == "/teams/{team}/pool/{step}":
                query = (parts.path.rsplit("/", 1)[1],)
            return path, query
    return None


def links(browser):
    return browser.js("return [...document.querySelectorAll('a[href]')].filter((a) => a.origin === location.origin)"
                      ".map((a) => a.pathname + a.search)")


def crawl(browser, known, visit):
    """Every kind of page that the links lead to, once; the desk's large team first."""
    seen, waiting = {}, [browser.path]
    while waiting and len(seen) < PAGES_MOST:
        path = waiting.pop(0)
        kind = kind_of(path, known)
        if kind is None or kind in seen:
            continue
        browser.go(path).settled()
        seen[kind] = path
        visit(kind, path)
        found = links(browser)
        waiting += sorted(found, key=lambda link: "/teams/sales" not in link)
    return seen


def fits(browser, path):
    """Nothing reaches out, even when all that opens is open."""
    for opened in (False, True):
        if opened:
            browser.js("for (const d of document.querySelectorAll('details')) d.open = true")
        assert browser.over() is None, (path, browser.size, opened, browser.over())


def has_words(browser, path):
    """Every control has a name; there is one h1; no id is there twice."""
    odd = browser.js(VISIBLE + """
        const by = (e) => document.getElementById(e.getAttribute('aria-labelledby'))?.innerText;
        const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
        return [...[...document.querySelectorAll('a, button, input, select, textarea, summary')].filter((e) =>
            seen(e) && !(e.innerText || e.labels?.[0]?.innerText || e.getAttribute('aria-label') || by(e) || '').trim())
            .map((e) => e.outerHTML), ...ids.filter((id, at) => ids.indexOf(id) !== at),
            ...(document.querySelectorAll('h1').length === 1 ? [] : ['h1'])];""")
    assert not odd, (path, odd)


def is_silent(browser, path):
    """Nothing is said but, where the page itself is a refusal, that it is one."""
    status = browser.js("return performance.getEntriesByType('navigation')[0].responseStatus")
    said = browser.console()
    if status >= 400:
        assert browser.text(".wrong"), (path, browser.text())
        said = [line for line in said if "status of %d" % status not in line]
    assert not said, (path, status, said)


def tabs_to(browser):
    """Presses Tab until it comes round; what it came to, each with its place and its ring."""
    browser.js("""document.activeElement?.blur(); scrollTo(0, 0); window.came = [];
        document.addEventListener('focusin', ({target: e}) => {
            const at = e.getBoundingClientRect(), ring = getComputedStyle(e);
            const part = e.parentElement?.closest('.scroll'), frame = (part ?? e).getBoundingClientRect();
            came.push({e, top: frame.top + scrollY, bottom: frame.bottom + scrollY, words: e.outerHTML.slice(0, 120),
                part: part ? [...document.querySelectorAll('.scroll')].indexOf(part) : -1,
                inner: part ? at.bottom - frame.top + part.scrollTop : 0,
                seen: at.width > 0 && at.bottom > 0 && at.top < innerHeight && ring.outlineStyle !== 'none' &&
                    parseFloat(ring.outlineWidth) >= 2}); })""")
    most = 2 + browser.js("""
        return document.querySelectorAll('a, button, input, select, textarea, summary, .scroll, .tall').length +
            4 * document.querySelectorAll('input[type=date]').length""")  # a day, a month, a year, a calendar
    browser.one("body").send_keys(Keys.TAB * most)
    return browser.js("""
        const first = came.findIndex((one, at) => at > 0 && one.e === came[0].e);
        return (first < 0 ? came : came.slice(0, first)).map(({e, ...rest}) => rest);""")


def keys_come_everywhere(browser, path):
    """By Tab to every control, in the order in which they are to be seen; each shows that it has the focus."""
    came = tabs_to(browser)
    assert "Skip to content" in came[0]["words"], came[0]
    missed = browser.js(VISIBLE + """
        const seenBy = new Set(came.map((one) => one.e));
        const radios = (e) => e.type === 'radio' && [...seenBy].some((o) => o.name === e.name && o.form === e.form);
        return [...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter((e) =>
            seen(e) && e.type !== 'hidden' && !e.disabled && !seenBy.has(e) && !radios(e)).map((e) => e.outerHTML);""")
    assert not missed, (path, missed[:3])
    unseen = [one["words"] for one in came if not one["seen"]]
    assert not unseen, (path, unseen[:3])
    before = came[1]
    for one in came[2:]:
        if one["part"] >= 0 and one["part"] == before["part"]:  # of a table that moves within the page
            above = one["inner"] < before["inner"] - 40
        else:
            above = one["bottom"] <= before["top"] + 1
        assert not above, "%s: %s is reached before %s" % (path, before["words"], one["words"])
        before = one


def look(name, browser, pictures):
    """Pictures in all four ways, the last one light; the ground is not the same."""
    grounds = set()
    path = browser.path
    for scheme in ("dark", "light"):
        browser.media(scheme, "reduce").go(path)
        for width in WIDTHS:
            browser.window(width).settled()
            browser.picture(os.path.join(pictures, "%s-%d-%s.png" % (name, width, scheme)), most=3000)
            grounds.add(browser.js("return getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2, grounds
    browser.window(WIDTHS[0])


@page_scenario("every screen fits a phone for every role, is silent in the console, and keys come everywhere on it",
               start)
def every_screen(stack, web):
    pictures = os.environ.get("EVENHAND_PICTURES") or os.path.join(stack.dir, "pictures")
    os.makedirs(pictures, exist_ok=True)
    known, drawn, count = screens(), set(), 0
    with Browser(web, "ana", width=360) as browser:
        for role, user in ROLES.items():
            browser.as_user(user).go("/")

            def visit(kind, path):
                fits(browser, path)
                has_words(browser, path)
                if kind[0] not in drawn:
                    drawn.add(kind[0])
                    look(kind[0].strip("/").replace("/", "-").replace("{", "").replace("}", ""), browser, pictures)
                    browser.window(WIDTHS[0], touch=False)
                    keys_come_everywhere(browser, path)
                is_silent(browser, path)
            seen = crawl(browser, known, visit)
            note("%s: %d pages" % (role, len(seen)))
            count += len(seen)
    assert drawn == known, "never seen: %s" % sorted(known - drawn)
    note("%d pages, %d pictures in %s" % (count, len(drawn) * 4, pictures))


# ---- README's picture.

PICTURE = os.path.join(CHECKOUT, "tests", "scenario", "board.png")
PICTURE_BYTES_MAX = 200 * 1024
PEOPLE = {"nina": "Nina Dahl", "omar": "Omar Haddad", "pia": "Pia Lindqvist", "ana": "Ana Castro",
          "mei": "Mei Tanaka", "lars": "Lars Holm", "tove": "Tove Nygård", "eli": "Eli Berg"}
SELLERS, HELPERS = list(PEOPLE)[:4], list(PEOPLE)[4:]


def shop(stack):
    """A made-up desk on a working day: what is open, waits and was won, from half an hour ago on."""
    plan = pools.plan(MONTHS[0])
    plan["metrics"][0]["curve"] = [["0.00", "0%"], ["20000.00", "100%"], ["40000.00", "140%"]]
    reps = [{"id": rep, "name": name, "user": rep, "since": "2023-01-16"} for rep, name in PEOPLE.items()]
    teams = [{"id": "sales", "name": "Sales", "reps": SELLERS, "managers": ["maja"], "capacity": 16},
             {"id": "support", "name": "Support", "reps": HELPERS, "managers": ["maja"], "capacity": 10}]
    kinds = {"order": {"points": 2}, "quote": {"points": 2}, "query": {"points": 1}}
    stack.write_desk({"desk": "main", "currency": "EUR", "time_zone": "Europe/Oslo", "kinds": kinds, "reps": reps,
                      "teams": teams, "plans": [plan]})
    stack.start_servers()
    stack.new_daemon("d", delegates=[SELF])
    assert stack.migrate()[0] == 0
    stack.daemon.start(environment=past("-26m"))
    sold(stack)
    for n in range(26):
        stack.add_ticket("Q-%d" % (2200 + n), team="support", kind="query")
    stack.settle()
    says(stack, "lars", status="away", reason="at the dentist until two")
    says(stack, "tove", status="away", reason="holiday")
    for n in range(14):
        stack.add_ticket("Q-%d" % (2240 + n), team="support", kind="query")
    stack.settle()
    assert stack.daemon.stop() == 0
    stack.daemon.start()
    says(stack, "omar", **{"status": "overloaded", "for": 3600, "reason": "two big orders open"})


def says(stack, rep, **signal):
    answer = stack.daemon.post("/v1/reps/%s/signal" % rep, signal, headers={"Evenhand-As": rep})
    assert answer.code == 200, answer


def sold(stack):
    """Tickets of sales that are won, lost, and open."""
    chance = random.Random(5)
    tickets = [{"type": "ticket", "id": "S-%d" % (1100 + n), "team": "sales", "kind": chance.choice(["order", "quote"]),
                "value": chance.randrange(9000, 160000, 50)} for n in range(68)]
    done = [{"type": "outcome", "id": one["id"], "outcome": chance.choice(["won", "won", "lost"]),
             "csat": chance.randrange(4, 6)} for one in tickets[:48]]
    for outcome, ticket in zip(done, tickets):
        if outcome["outcome"] == "won":
            outcome["value"] = ticket["value"]
    for n in range(0, len(done), 12):
        stack.add_many(tickets[n:n + 12])
        stack.settle()
        stack.add_many(done[n:n + 12])
        stack.settle()
    stack.add_many(tickets[48:])
    stack.settle()


def pieces(data):
    """The pieces of a PNG: (name, bytes)."""
    at = 8
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at:at + 8])
        yield name, data[at + 8:at + 8 + size]
        at += size + 12


def packed(data, words):
    """The same PNG, smaller, and with what is to be read on it."""
    found = list(pieces(data))
    image = zlib.compress(zlib.decompress(b"".join(body for name, body in found if name == b"IDAT")), 9)
    made = [found[0], (b"iTXt", b"Description\0\0\0\0\0" + words.encode()), (b"IDAT", image), (b"IEND", b"")]
    return data[:8] + b"".join(struct.pack(">I4s", len(body), name) + body +
                               struct.pack(">I", zlib.crc32(name + body)) for name, body in made)


def told_of(data):
    """Width, height and words of a picture."""
    named = dict(pieces(data))
    return struct.unpack(">II", named[b"IHDR"][:8]) + (named.get(b"iTXt", b"").decode().rsplit("\0", 1)[-1],)


@page_scenario("README opens with a picture of what the page shows", shop)
def readme_picture(stack, web):
    made = os.path.join(stack.dir, "board.png")
    with Browser(web, "maja") as browser:
        browser.window(1280).go("/teams").settled()
        browser.picture(made, most=browser.js("return document.querySelector('footer').getBoundingClientRect().top"))
        words = browser.js("return [...document.querySelectorAll('h1, h2')].map((e) => e.innerText.trim())")
    for told in ("Board", "Sales", "Support"):
        assert told in words, words
    with open(made, "rb") as f:
        data = packed(f.read(), "; ".join(words))
    if os.environ.get("EVENHAND_README") == "1":
        with open(PICTURE, "wb") as f:
            f.write(data)
    with open(PICTURE, "rb") as f:
        kept = f.read()
    note("README's picture has %d bytes" % len(kept))
    assert len(kept) <= PICTURE_BYTES_MAX, len(kept)
    (width, height, shown), (now_width, now_height, now) = told_of(kept), told_of(data)
    assert width == now_width and abs(height - now_height) <= height / 4 and shown == now, \
        "it shows %s, the page %s: EVENHAND_README=1 makes it anew" % (told_of(kept), told_of(data))
    with open(os.path.join(CHECKOUT, "README.md"), encoding="utf-8") as f:
        assert re.search(r"^!\[.+\]\(tests/scenario/board\.png\)$", "".join(f.readlines()[:10]), re.M)


if __name__ == "__main__":
    run()
