#!/usr/bin/python3
"""late_plans: a team's first plan may begin in the past; what was closed since counts."""
import datetime
import json
import threading
import zoneinfo

from harness import default_desk, patiently, run, scenario, wait_until
from invariants import check_invariants

TODAY = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Oslo"))


def months_ago(count):
    year, month = divmod(TODAY.year * 12 + TODAY.month - 1 - count, 12)
    return "%04d-%02d" % (year, month + 1)


def noon(month, day):
    """ms of noon UTC: the same day in Oslo."""
    year, number = map(int, month.split("-"))
    return int(datetime.datetime(year, number, day, 12,
                                 tzinfo=datetime.timezone.utc).timestamp() * 1000)


MONTHS = [months_ago(2), months_ago(1)]


def plan(team="sales", **changes):
    all_of_it = {
        "id": "p-" + team, "team": team, "from": MONTHS[0], "period": "month", "encourages": "a",
        "discourages": "b", "target_pool": "6000.00", "max_pool": "9000.00",
        "metrics": [
            {"metric": "revenue", "weight": "50%",
             "curve": [["0.00", "0%"], ["100000.00", "100%"]]},
            {"metric": "csat", "weight": "30%", "prior": {"mean": "4.2", "count": 3},
             "curve": [["3.0", "0%"], ["5.0", "100%"]]},
            {"metric": "handle_time", "weight": "20%", "mix": {"order": "100%"},
             "winsorise": ["30s", "2h"], "curve": [["900s", "0%"], ["60s", "100%"]]}],
        "funding": [["0%", "0%"], ["100%", "100%"]], "split": {"equal": "100%"}}
    all_of_it.update(changes)
    return all_of_it


def history(stack, team="sales", prefix="h"):
    """Tickets of two months that are over, closed, some of them opened again, refunded, rated."""
    messages = []
    for i in range(60):
        month, name = MONTHS[i % 2], "%s-%d" % (prefix, i)
        at = noon(month, 1 + i % 28)
        messages.append({"type": "ticket", "id": name, "team": team, "kind": "order",
                         "value": 1000 * i})
        messages.append({"type": "outcome", "id": name, "outcome": "won", "at": at,
                   "handled": 20 * i})
        if i % 7 == 0:
            messages.append({"type": "outcome", "id": name, "outcome": "refunded", "value": 500 * i})
        if i % 5 == 0:
            messages.append({"type": "outcome", "id": name, "outcome": "rated", "csat": 1 + i % 4})
        if i % 11 == 0:
            messages.append({"type": "outcome", "id": name, "outcome": "reopened"})
    messages.append({"type": "metric", "team": team, "metric": "training", "period": MONTHS[0],
               "value": 3})
    stack.add_many(messages)
    stack.settle()


def apply(stack, desk):
    answer = patiently(lambda: stack.daemon.http("PUT", "/v1/desk", json.dumps(desk)))
    assert answer.code == 200, answer
    return answer.json["input"]


def pools(stack, team="sales"):
    found = {}
    for month in MONTHS:
        answer = stack.daemon.get("/v1/teams/%s/pool?period=%s" % (team, month))
        assert answer.code == 200, answer
        found[month] = {key: answer.json[key] for key in (
            "state", "metrics", "composite_ppm", "funding_ppm", "gross", "net", "published_late")}
    return found


def revenue(pool):
    return [m["value"] for m in pool["metrics"] if m["metric"] == "revenue"][0]


def recorded(stack, team, month):
    """Of the tickets won in that month and not opened again, as SQL has them."""
    return int(stack.sql1(
        "SELECT coalesce(sum(w.value), 0) FROM ("
        " SELECT t.value - coalesce((SELECT sum(r.value) FROM outcome r WHERE r.ticket = t.id"
        "  AND r.source = t.source AND r.outcome = 'refunded'), 0) AS value"
        " FROM ticket t WHERE t.team = %s AND t.outcome = 'won' AND to_char(t.closed_at"
        "  AT TIME ZONE 'Europe/Oslo', 'YYYY-MM') = %s) w", team, month))


@scenario("a plan that comes late counts what it would have counted")
def late(stack):
    stack.start()
    history(stack)
    assert stack.daemon.get("/v1/teams/sales/pool?period=" + MONTHS[0]).code == 404
    apply(stack, default_desk(plans=[plan()]))
    found = pools(stack)
    for month in MONTHS:
        assert found[month]["published_late"] is True, found
        assert revenue(found[month]) == recorded(stack, "sales", month) > 0, (month, found)
    # Killed, it comes back with the same facts: they stand in the log.
    stack.sql("DELETE FROM snapshot")
    stack.daemon.kill()
    stack.daemon.start()
    assert pools(stack) == found
    stack.add_ticket("after")
    stack.settle()
    check_invariants(stack)

    # The same with the plan there from the beginning, on servers of their own.
    twin = type(stack)("twin")
    try:
        twin.start(default_desk(plans=[plan()]))
        history(twin)
        assert pools(twin) == found, (pools(twin), found)
    finally:
        twin.shut()
    twin.remove()


@scenario("it counts each outcome once, however busy the desk is meanwhile")
def busy(stack):
    stack.start()
    history(stack)
    going = threading.Event()

    def push():
        number = 0
        while not going.is_set():
            name = "b-%d" % number
            number += 1
            stack.add({"type": "ticket", "id": name, "team": "sales", "kind": "order",
                       "value": 7})
            stack.add({"type": "outcome", "id": name, "outcome": "won",
                       "at": noon(MONTHS[number % 2], 5)})
    thread = threading.Thread(target=push)
    thread.start()
    try:
        wait_until("some were closed meanwhile",
                   lambda: stack.sql1("SELECT count(*) FROM ticket WHERE id LIKE 'b-%%'") > 50)
        apply(stack, default_desk(plans=[plan()]))
        seen = stack.sql1("SELECT count(*) FROM ticket")
        wait_until("and some afterwards",
                   lambda: stack.sql1("SELECT count(*) FROM ticket") > seen + 50)
    finally:
        going.set()
        thread.join()
    stack.settle()
    found = pools(stack)
    for month in MONTHS:
        assert revenue(found[month]) == recorded(stack, "sales", month) > 0, (month, found)
    check_invariants(stack)


@scenario("another team's plan changes nothing for the team that has one")
def second_team(stack):
    stack.start(default_desk(plans=[plan()]))
    history(stack)
    history(stack, "support", "s")
    before = pools(stack)
    apply(stack, default_desk(plans=[plan(), plan("support")]))
    assert pools(stack) == before
    found = pools(stack, "support")
    for month in MONTHS:
        assert revenue(found[month]) == recorded(stack, "support", month) > 0, (month, found)
    # A later one begins in the future, also when the month is over meanwhile, and asks for nothing.
    lines = len(open(stack.daemon.log, encoding="utf-8").readlines())
    apply(stack, default_desk(plans=[plan(), plan("support"),
                                     plan(id="next", **{"from": months_ago(-2)})]))
    log = "".join(open(stack.daemon.log, encoding="utf-8").readlines()[lines:])
    assert "begin in the past" not in log, log
    assert pools(stack) == before
    check_invariants(stack)


run()
