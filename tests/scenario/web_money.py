#!/usr/bin/python3
"""web_money: the pool as a rep and as a manager see it on the page: each figure is the daemon's own, to
the cent; what is asked for changes nothing until a button says so; nobody sees what is not theirs."""
import datetime
import getpass
import html
import json
import re
import zoneinfo

import pools
from harness import run, wait_until
from web_kit import page_scenario

MONTHS = pools.last_months(3)
THEN = MONTHS[-1]


def desk():
    """ana and the others share the pool of sales; maja manages it, nils manages support."""
    whole = pools.desk(pools.plan(MONTHS[0]))
    for rep in whole["reps"]:
        rep.update(user=rep["id"], name="<%s> Featherstonehaugh" % rep["id"].title())
    whole["reps"].append({"id": "eve", "name": "Eve", "user": "eve"})
    whole["teams"][0].update(managers=["maja"], name="Sales & more")
    whole["teams"][1].update(managers=["nils"], reps=["eve"])
    return whole


def start(stack):
    """Months of outcomes, and whoever runs the page may ask for others."""
    stack.start(desk(), delegates=[getpass.getuser()])
    pools.History(stack, MONTHS, tickets=12).send()


def point(title):
    return page_scenario(title, start)


def pool(stack, period):
    return json.loads(stack.cli("--json", "pool", "sales", "--period", period)[1])


def section(page, name):
    """The part of a page from its heading to the next one."""
    return re.search(r'<h2 id="%s">.*?(?=<h2 |</main>)' % name, page.text, re.S)[0]


def money(text):
    return [int(n) for n in re.findall(r'<data value="(-?\d+)" data-currency="EUR">', text)]


def sentences(page):
    """The daemon's sentences as the page has them, before a browser writes their figures its own way:
    seconds as days and hours, and the names that people have for metrics."""
    found = []
    for item in re.findall(r"<li>(.*?)</li>", page.text, re.S):
        item = re.sub(r'<data value="(\d+)" data-seconds>[^<]*</data>', r"\1s", item)
        item = html.unescape(re.sub(r"<[^>]*>", "", item))
        for name in ("cycle_time", "reopen_rate"):
            item = item.replace(name.replace("_", " "), name)
        found.append(item.replace("CSAT", "csat"))
    return found


def of_plan(plan):
    """Sums that everybody is told: what a metric stands at, where its curve bends, what the next step takes."""
    metrics = plan["metrics"]
    return {m["value"] for m in metrics} | {p["value"] for m in metrics for p in m["curve"]} | \
        {m["next"]["distance"] for m in metrics if m["next"]}


def others(told, rep):
    """Sums of the others that are nobody else's."""
    keys = ("total", "seniority", "individual")
    own = {s[k] for s in told["shares"] if s["rep"] == rep for k in keys}
    return {s[k] for s in told["shares"] if s["rep"] != rep for k in keys} - own - {0}


@point("a rep sees the pool, their line and what the next step takes, and nobody else's line")
def rep(stack, web):
    told = pool(stack, THEN)
    plan = json.loads(stack.cli("--json", "pool", "sales", "--plan", "--period", THEN)[1])
    assert len(told["shares"]) == 4 and told["net"] > 0
    for share in told["shares"]:
        browser = web.browser(share["rep"])
        page = browser.get("/pool?period=" + THEN)
        assert page.status == 200 and "missing here" not in page.text, page
        assert money(section(page, "today"))[0] == told["net"], page
        line = money(section(page, "line"))
        assert line[0] == share["total"] and share["equal"] in line and share["seniority"] in line, line
        assert not (others(told, share["rep"]) - of_plan(plan)) & set(money(page.text)), share
        assert not any(s["rep"].title() in page.text for s in told["shares"] if s != share), page
        shown = sentences(page)
        for sentence in plan["says"] + plan["rules"]:
            assert sentence in shown, (sentence, shown)
        for period in stack.daemon.get("/v1/teams/sales/pools").json["pools"]:
            assert period["net"] in money(section(page, "periods")), period
    assert '<a href="/pool">' in browser.get("/day").text
    assert browser.get("/pool").status == 200
    for path in ("/pools", "/teams/sales/pool", "/teams/sales/pool/freeze?period=" + THEN):
        assert browser.get(path).status == 403, path
    elsewhere = web.browser("eve")
    page = elsewhere.get("/pool")
    assert page.status == 200 and "no plan of this team" in page.text, page
    page = elsewhere.get("/pool?team=sales")
    assert not money(page.text) and "The rules" not in page.text, page


@point("a manager sees every figure of the pool")
def manager(stack, web):
    browser, told = web.browser("maja"), pool(stack, THEN)
    assert "/teams/sales/pool" in browser.get("/pools").text
    page = patiently_get(browser, "/teams/sales/pool?period=" + THEN)
    assert "Sales &amp; more, pool" in page.text and "<Ana>" not in page.text
    assert money(section(page, "today"))[0] == told["net"]
    rows = re.findall(r"<tr data-key=.*?</tr>", section(page, "shares"), re.S)
    shown = {tuple(money(row)) for row in rows}
    keys = ("equal", "hours", "seniority", "individual", "total", "due")
    assert shown == {tuple(s[k] for k in keys) for s in told["shares"]}, (shown, told["shares"])
    history = json.loads(stack.cli("--json", "pool", "sales", "--metrics", "--period", THEN)[1])
    scores = re.findall(r'<data value="(\d+)" data-ppm>', section(page, "history"))
    for period in history["periods"]:
        assert period["period"] in section(page, "history"), period
        assert all(str(m["score_ppm"]) in scores for m in period["metrics"] if not m["missing"])
    now = patiently_get(browser, "/teams/sales/pool")
    days = json.loads(stack.cli("--json", "pool", "sales", "--days")[1])
    for day in days["days"]:
        assert day["day"] in section(now, "days") and day["net"] in money(section(now, "days")), day
    assert "<summary>gross <strong>" in re.sub(r"\s+", " ", section(page, "explained"))


@point("the board tells how the period stands and what would lift it most")
def month(stack, web):
    for message in ({"type": "ticket", "team": "sales", "kind": "order", "value": 8000},
                    {"type": "outcome", "outcome": "won", "value": 8000, "csat": 4}):
        stack.add_many([{"id": "M%d" % n, **message} for n in range(6)])
        stack.settle()
    told = json.loads(stack.cli("--json", "pool", "sales", "--plan")[1])
    board = web.browser("maja").get("/teams")
    part = section(board, "months").split("</section>")[0]
    steps = [m["next"]["gross"] for m in told["metrics"] if m["next"]] + \
        [m["gate"]["gross"] for m in told["metrics"] if m["gate"] and m["gate"]["failed"]]
    sums = money(part)
    assert sums[0] == told["gross"] and "Sales &amp; more: " in part, (sums, part)
    assert max(steps) > told["gross"] and sums[-1] == max(steps), (sums, steps)
    assert "support" not in part and 'href="/teams/sales/pool"' in part, part
    assert 'id="months"' not in web.browser("nils").get("/teams").text, "a team without a plan has no pool"


def patiently_get(browser, path):
    """The page once the process that makes the days had its turn."""
    def made():
        page = browser.get(path)
        assert page.status == 200, page
        return None if "cannot be shown just now" in page.text else page
    return wait_until("the page has its days", made)


@point("what if: the daemon's answer, and nothing changes")
def what_if(stack, web):
    browser, before = web.browser("maja"), stack.daemon.status()["input"]
    told = stack.daemon.post("/v1/teams/sales/pool/what-if?period=" + THEN,
                             {"facts": {"csat": "4.5", "reopen_rate": "21%"}}).json
    page = browser.get("/teams/sales/pool?period=%s&if-csat=4.5&if-reopen_rate=21%%25" % THEN)
    part = section(page, "what-if")
    sums = money(part[part.index("</form>"):])
    assert sums == [told["net"], abs(told["net"] - pool(stack, THEN)["net"])], (sums, told["net"])
    assert 'name="if-csat" autocomplete="off" value="4.5"' in part
    wrong = section(browser.get("/teams/sales/pool?period=%s&if-csat=%%3Cgood%%3E" % THEN), "what-if")
    assert 'role="alert"' in wrong and "<good>" not in wrong and "csat" in wrong, wrong
    assert stack.daemon.status()["input"] == before


def slider_of(part, metric):
    """(was, {min, max, step, value}) of a slider."""
    was = re.search(r'name="was" value="[^"]*,%s:(-?\d+),' % metric, part)[1]
    field = re.search(r'<input type="range" name="at-%s"[^>]*>' % metric, part)[0]
    return int(was), {k: int(v) for k, v in re.findall(r'(min|max|step|value)="(-?\d+)"', field)}


@point("a slider over each figure: one that is moved says a figure, one that is not says nothing")
def sliders(stack, web):
    browser = web.browser("maja")
    path = "/teams/sales/pool?period=" + THEN
    plan = json.loads(stack.cli("--json", "pool", "sales", "--plan", "--period", THEN)[1])
    part = section(browser.get(path), "what-if")
    fields = {}
    for metric in plan["metrics"]:
        was, slider = slider_of(part, metric["metric"])
        assert slider["value"] == was and slider["min"] < slider["max"], slider
        assert (was - slider["min"]) % slider["step"] == 0, slider  # else a browser puts it elsewhere
        assert metric["least"] <= slider["min"] and slider["max"] <= metric["most"], (metric, slider)
        assert abs(was - metric["value"]) <= slider["step"] or metric["value"] < metric["least"], metric
        fields["at-" + metric["metric"]] = was
    hidden = re.search(r'name="was" value="([^"]*)"', part)[1]
    path += "&was=" + hidden + "".join("&if-%s=" % m["metric"] for m in plan["metrics"])  # as a form sends it
    page = browser.get(path + "".join("&%s=%d" % item for item in fields.items()))
    part = section(page, "what-if")
    assert "would be shared" not in part and "than now" not in part, part  # nothing was moved
    fields["at-csat"] = slider_of(part, "csat")[1]["max"]
    part = section(browser.get(path + "".join("&%s=%d" % item for item in fields.items())), "what-if")
    told = stack.daemon.post("/v1/teams/sales/pool/what-if?period=" + THEN,
                             {"facts": {"csat": fields["at-csat"]}}).json
    sums = money(part[part.index("</form>"):])
    assert sums[0] == told["net"], (sums, told["net"])
    assert slider_of(part, "csat")[1]["value"] == fields["at-csat"], part
    said = "".join("&%s=%d" % item for item in fields.items())
    part = section(browser.get(path.replace("&if-csat=", "&if-csat=4.1") + said), "what-if")  # what is written comes first
    told = stack.daemon.post("/v1/teams/sales/pool/what-if?period=" + THEN, {"facts": {"csat": "4.1"}}).json
    assert money(part[part.index("</form>"):])[0] == told["net"], part


@point("a rep is set aside and taken in again, which says first what it does, and asks why")
def aside(stack, web):
    browser, path = web.browser("maja"), "/teams/sales/pool?period=" + THEN
    share = lambda: next(s for s in pool(stack, THEN)["shares"] if s["rep"] == "ana")
    for what, words, excluded in (("exclude", "gets nothing of this pool", True),
                                  ("include", "shares this pool again", False)):
        rows = section(patiently_get(browser, path), "shares")
        link = "/teams/sales/pool/aside/ana?period=%s&do=%s" % (THEN, what)
        assert html.escape(link) in rows, rows
        before = stack.daemon.status()["input"]
        page = browser.get(link)
        assert page.status == 200 and words in page.text and "not final" in page.text, page
        assert stack.daemon.status()["input"] == before and share()["excluded"] != excluded
        fields = {"team": "sales", "period": THEN, "rep": "ana", "what": what}
        for name, value in fields.items():
            assert page.hidden(name, "/change/aside") == value
        wrong = browser.change(page, "/change/aside", reason="  ", **fields)
        assert wrong.status == 422 and "reason is needed" in wrong.text, wrong
        done = browser.change(page, "/change/aside", reason="lent <elsewhere>", **fields)
        assert done.status == 303 and done.headers["Location"] == path, done
        assert share()["excluded"] == excluded and share()["excluded_reason"] == "lent <elsewhere>"
        rows = section(patiently_get(browser, path), "shares")
        assert '"/log?team=sales"' in rows and "by maja" in rows and "lent &lt;elsewhere&gt;" in rows, rows
    for link in ("ana?period=%s&do=burn" % THEN, "ana?do=exclude", "a%%22b?period=%s&do=exclude" % THEN):
        assert browser.get("/teams/sales/pool/aside/" + link).status == 404, link
    assert browser.get("/teams/sales/pool/aside/nobody?period=%s&do=exclude" % THEN).status in (404, 422)
    for user in ("nils", "ana"):
        page = web.browser(user).get("/teams/sales/pool/aside/ana?period=%s&do=exclude" % THEN)
        assert page.status in (403, 404) and "/change/aside" not in page.text, page


@point("freeze, close and pay say first what they do, and do it when told")
def steps(stack, web):
    browser, month = web.browser("maja"), MONTHS[0]
    path, state = "/teams/sales/pool?period=" + month, lambda: pool(stack, month)["state"]
    early = browser.get("/teams/sales/pool/close?period=" + month)
    assert early.status == 409 and "freeze it first" in early.text, early
    assert "/change/period" not in early.text
    for step, then in (("freeze", "provisional"), ("close", "closed"), ("pay", "paid")):
        before, was, told = stack.daemon.status()["input"], state(), pool(stack, month)
        page = browser.get("/teams/sales/pool/%s?period=%s" % (step, month))
        assert page.status == 200 and stack.daemon.status()["input"] == before and state() == was
        sums = money(page.text)
        assert (told["due"] if step == "pay" else told["net"]) in sums, (step, sums)
        fields = {"team": "sales", "period": month, "step": step}
        for name, value in fields.items():
            assert page.hidden(name, "/change/period") == value
        done = browser.change(page, "/change/period", **fields)
        assert done.status == 303 and done.headers["Location"] == path, done
        assert state() == then
    assert "Pay" in browser.get(path).text
    assert browser.get("/teams/sales/pool/burn?period=" + month).status == 404
    page = browser.get("/teams/sales/pool/freeze?period=" + MONTHS[1])
    for step in ("burn", ""):
        answer = browser.change(page, "/change/period", team="sales", period=MONTHS[1], step=step)
        assert answer.status == 422, answer


@point("another team's manager sees nothing and changes nothing")
def elsewhere(stack, web):
    nils, maja = web.browser("nils"), web.browser("maja")
    page = nils.get("/pools")
    assert page.status == 200 and "sales" not in page.text, page
    told = pool(stack, THEN)
    page = nils.get("/teams/sales/pool?period=" + THEN)
    assert page.status == 403 and not money(page.text) and "Featherstonehaugh" not in page.text, page
    page = nils.get("/teams/sales/pool/freeze?period=" + THEN)
    assert page.status in (403, 404) and not money(page.text), page
    theirs = nils.get("/teams")
    token = re.search(r'name="token" value="([^"]*)"', theirs.text)
    body = {"token": token and token[1], "back": "/pools", "event": "e", "team": "sales",
            "period": THEN, "step": "freeze"}
    answer = nils.post("/change/period", body, Evenhand_Page="1")
    assert answer.status == 422 and 'role="alert"' in answer.text, answer
    assert pool(stack, THEN)["state"] == told["state"] == "open"
    assert maja.get("/teams/support/pool").status == 403
    assert nils.get("/teams/support/pool").status == 404


@point("fairness: the report's own figures and words, for who may have it")
def fairness(stack, web):
    stack.add_many([{"type": "ticket", "id": "F%d" % i, "team": "sales", "kind": "order", "value": 100 + i}
                    for i in range(60)])
    stack.settle()
    today = datetime.datetime.now(zoneinfo.ZoneInfo(pools.ZONE)).date().isoformat()
    for path, body in (("ana/signal", {"status": "overloaded"}),
                       ("ben/absences", {"from": today, "until": today, "reason": "training"})):
        answer = stack.daemon.post("/v1/reps/" + path, body)
        assert answer.code == 200, answer
    stack.add_ticket("F-last", team="sales", kind="order", value=100)
    stack.settle()
    browser = web.browser("maja")
    assert "/teams/sales/fairness" in browser.get("/fairness").text

    def shown():
        page = browser.get("/teams/sales/fairness")
        return None if "cannot be shown" in page.text else page
    page = wait_until("the report is made", shown)
    report = json.loads(stack.cli("--json", "fairness", "sales")[1])
    text = html.unescape(re.sub(r"<[^>]+>", "", section(page, "says")))
    for said in report["says"]:
        words = re.sub("^(doubtful|too few to tell): ", r"\1 ", said["text"])
        assert words in text and (said["line"] or "") in text, (said, text)
    for rep in report["reps"]:
        row = re.search(r'<tr data-key="%s">.*?</tr>' % rep["rep"], section(page, "reps"), re.S)[0]
        assert money(row) == [rep["received_value"], rep["entitled_value"]], row
        assert '<td class="number">%d</td>' % rep["received"] in row and "svg" in row, row
    points = [int(n) for n in re.findall(r'<data value="(\d+)" data-ppm>', section(page, "lorenz"))]
    assert points == [p[k] for p in report["lorenz"]
                      for k in ("entitled_ppm", "received_ppm", "entitled_ppm")], points
    heat = re.findall(r'<td class="heat [a-z]+-\d">([\d.]+)<', section(page, "heat"))
    assert [float(n) for n in heat] == [n for row in report["heat"] for n in row["received"]], heat
    assert "Ana" in section(page, "overloaded") and "Ben" not in section(page, "overloaded")
    time, away = section(page, "time"), {each["rep"]: each for each in report["time"]}["ben"]
    assert "Ben" in time and away["absent_days"] == away["absences"] == 1, (time, away)
    assert time.count("1 of ") == 1 and "training" not in page.text, time
    assert browser.get("/teams/sales/fairness?from=nonsense").status == 400
    for user in ("nils", "ana"):
        page = web.browser(user).get("/teams/sales/fairness")
        assert page.status == 403 and not money(page.text), page
    assert "sales" not in web.browser("nils").get("/fairness").text


def as_of(page):
    return re.search(r'class="note as-of">As of <time datetime="([^"]+)"', page.text)[1]


@point("what is a replay is not made anew at each look, and says how old it is; a new desk makes it anew")
def dear(stack, web):
    stack.add_many([{"type": "ticket", "id": "F%d" % i, "team": "sales", "kind": "order"} for i in range(30)])
    stack.settle()
    browser = web.browser("maja")
    received = lambda page: sum(int(n) for n in re.findall(
        r'<tr data-key="\w+">.*?<td class="number">(\d+)</td>', section(page, "reps"), re.S))

    def shown():
        page = browser.get("/teams/sales/fairness")
        return None if "cannot be shown" in page.text else page
    page = wait_until("the report is made", shown)
    count = received(page)
    assert "data-live data-calm" in page.text and count > 30, page
    days = patiently_get(browser, "/teams/sales/pool")
    stack.add_many([{"type": "ticket", "id": "G%d" % i, "team": "sales", "kind": "order"} for i in range(30)])
    stack.settle()
    version = lambda page: re.search(r'data-version="(\d+)"', page.text)[1]
    again = wait_until("the page has heard of it", lambda: next(
        (p for p in [browser.get("/teams/sales/fairness")] if version(p) != version(page)), None))
    assert received(again) == count and as_of(again) == as_of(page), again
    assert as_of(browser.get("/teams/sales/pool")) == as_of(days)
    whole = desk()
    whole["teams"][0]["managers"] = ["nils"]
    assert stack.daemon.http("PUT", "/v1/desk", json.dumps(whole)).code == 200
    wait_until("maja manages it no more", lambda: browser.get("/teams/sales/fairness").status == 403)
    assert not money(section(browser.get("/teams/sales/pool"), "days") if browser.get(
        "/teams/sales/pool").status == 200 else "")

    def theirs():
        page = web_nils.get("/teams/sales/fairness")
        return None if "cannot be shown" in page.text else page
    web_nils = web.browser("nils")
    assert received(wait_until("the report is made", theirs)) == count + 30


run()
