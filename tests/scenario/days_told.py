#!/usr/bin/python3
"""days_told: a date without a time is a day of the desk, whichever way it comes, west and east of UTC,
on days when clocks are changed, too; an instant has its offset."""
import datetime
import os
import zoneinfo

from harness import default_desk, default_team, run, scenario

# The first and the last day of a month, and days on which New York or Auckland change their clocks.
DAYS = ["2026-03-01", "2026-02-28", "2026-03-08", "2026-03-31", "2026-04-05", "2026-04-01"]
MONTHS = ["2026-02", "2026-03", "2026-04"]


def desk(zone):
    plan = {"id": "p", "team": "sales", "from": "2026-02", "encourages": "a", "discourages": "b",
            "target_pool": "1000.00", "max_pool": "5000.00",
            "metrics": [{"metric": "revenue", "weight": "100%",
                         "curve": [["0.00", "0%"], ["1000.00", "100%"]]}],
            "funding": [["0%", "0%"], ["100%", "100%"]], "split": {"equal": "100%"}}
    return default_desk(time_zone=zone, reps=[{"id": "ana", "since": "2020-01-01"}],
                        teams=[default_team("sales", ["ana"])], plans=[plan])


def tickets(stack, names):
    stack.add_many([{"type": "ticket", "id": n, "team": "sales", "kind": "order"} for n in names])
    stack.settle()


def on_stream(stack, day, n):
    stack.add({"type": "outcome", "id": n, "outcome": "won", "value": 1, "at": day})


def over_socket(stack, day, n):
    answer = stack.daemon.post("/v1/tickets/default/%s/outcome" % n,
                               {"outcome": "won", "value": 1, "at": day})
    assert answer.code == 200, answer


def on_command_line(stack, day, n):
    stack.cli("outcome", n, "won", "--value", "0.01", "--at", day)


def from_csv(stack, day, n):
    path = os.path.join(stack.dir, "closed.csv")
    with open(path, "w", encoding="utf-8") as f:
        f.write("ticket_id,opened_at,kind,team,value_minor,closed_at,outcome\n"
                "%s,2026-01-05,order,sales,1,%s,won\n" % (n + "c", day))
    stack.cli("push", path, "--outcomes")


WAYS = [on_stream, over_socket, on_command_line, from_csv]


def revenue(stack):
    answers = [stack.daemon.get("/v1/teams/sales/pool?period=" + m).json for m in MONTHS]
    return [a["metrics"][0]["value"] for a in answers]


def counted(stack, zone):
    stack.start(desk(zone))
    names = ["t%d-%d" % (w, i) for w in range(len(WAYS)) for i in range(len(DAYS))]
    tickets(stack, names)
    for w, way in enumerate(WAYS):
        for i, day in enumerate(DAYS):
            way(stack, day, "t%d-%d" % (w, i))
    stack.settle()
    wanted = [len(WAYS) * sum(d.startswith(m) for d in DAYS) for m in MONTHS]
    assert revenue(stack) == wanted, (zone, revenue(stack), wanted)


@scenario("west of UTC a day is a day of the desk")
def west(stack):
    counted(stack, "America/New_York")


@scenario("east of UTC a day is a day of the desk")
def east(stack):
    counted(stack, "Pacific/Auckland")


def ticket_of_today(stack, zone):
    """Its id, and that day: another one when a day begins meanwhile."""
    def today():
        return datetime.datetime.now(zoneinfo.ZoneInfo(zone)).date()
    for name in ("now", "later"):
        name, day = name + "-" + zone.partition("/")[2], today()
        tickets(stack, [name])
        if today() == day:
            break
    return name, day


@scenario("a list since a day begins with the desk's day; a time without an offset is none")
def since(stack):
    for zone in ("Pacific/Auckland", "America/New_York"):
        if zone == "Pacific/Auckland":
            stack.start(desk(zone))
        else:
            assert stack.daemon.http("PUT", "/v1/desk", desk(zone)).code == 200
        now, today = ticket_of_today(stack, zone)
        answer = stack.daemon.get("/v1/tickets?since=%s" % today)
        assert answer.code == 200, (zone, answer)
        assert now in [t["id"] for t in answer.json["tickets"]], (zone, answer)
        answer = stack.daemon.get("/v1/tickets?since=%s" % (today + datetime.timedelta(days=1)))
        assert answer.code == 400, answer
        out = stack.cli("tickets", "--since", today, "--json")[1]
        assert '"%s"' % now in out, out
    for wrong in ("2026-03-01T12:00:00", "2026-03-01 12:00"):
        answer = stack.daemon.get("/v1/tickets?since=" + wrong.replace(" ", "%20"))
        assert answer.code == 400, answer
        code, _, error = stack.cli("outcome", now, "won", "--value", "0.01", "--at", wrong,
                                   check=False)
        assert code == 2 and "--at" in error, error
        answer = stack.daemon.post("/v1/tickets/default/%s/outcome" % now,
                                   {"outcome": "won", "value": 1, "at": wrong})
        assert answer.code == 400, answer


run()
