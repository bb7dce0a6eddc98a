#!/usr/bin/python3
"""lists: what the lists say of causes, whom they leave out, and what they say of names that are wrong."""
import json
import os

import msgpack
import redis

from harness import DEAD, INBOX, default_desk, run, scenario


def says(stack, *arguments):
    return stack.cli(*arguments)[1]


def refused(stack, code, sentence, *arguments):
    got, _, error = stack.cli(*arguments, check=False)
    assert got == code and sentence in error and error.count("\n") == 1, (got, error)


def ids(stack, *arguments):
    return [t["id"] for t in json.loads(says(stack, "--json", "tickets", *arguments))["tickets"]]


@scenario("what waits says why: the skill that nobody has, or the two that nobody has together")
def causes(stack):
    desk = default_desk()
    desk["reps"] = [{"id": r["id"] if isinstance(r, dict) else r,
                     "skills": [["german"], ["sap"]][i % 2]} for i, r in enumerate(desk["reps"])]
    stack.start(desk)
    stack.add_ticket("alone", skills=["german"])
    stack.add_ticket("nobody", skills=["german", "klingon"])
    stack.add_ticket("together", skills=["german", "sap"])
    stack.settle()
    missing = {t["id"]: (t["state"], t["missing_skills"])
               for t in json.loads(says(stack, "--json", "tickets"))["tickets"]}
    assert missing == {"alone": ("assigned", None), "nobody": ("waiting", ["klingon"]),
                       "together": ("waiting", ["german", "sap"])}, missing
    waiting = says(stack, "waiting")
    assert "nobody has klingon" in waiting and "nobody has german, sap" in waiting, waiting
    assert says(stack, "waiting", "support") == "nothing waits\n"
    assert "nobody has klingon" in says(stack, "tickets", "--state", "waiting")


@scenario("both ways, since, and so many: open and closed ones")
def parts(stack):
    stack.start()
    names = ["t-%02d" % i for i in range(12)]
    for name in names:
        stack.add_ticket(name)
    stack.settle()
    assert ids(stack) == names and ids(stack, "--newest") == names[::-1]
    assert ids(stack, "--limit", "3") == names[:3]
    page = json.loads(says(stack, "--json", "tickets", "--newest", "--limit", "5"))
    assert ids(stack, "--newest", "--limit", "5", "--after", page["after"]) == names[::-1][5:10]
    assert ids(stack, "--since", "1h") == names and ids(stack, "--since", "2026-01-01") == names
    more = says(stack, "tickets", "--team", "sales", "--newest", "--limit", "2").splitlines()[-1]
    assert more.startswith("… and more: evenhand tickets --team sales --newest --limit 2 --after "), more
    assert more.split()[-1].isdigit() and ids(stack, *more.split()[5:]) == names[::-1][2:4], more
    for name in names[:6]:
        stack.add({"type": "outcome", "id": name, "outcome": "resolved"})
    stack.settle()
    assert ids(stack, "--state", "closed") == names[:6]
    assert ids(stack, "--state", "closed", "--newest") == names[5::-1]
    assert ids(stack, "--state", "closed", "--newest", "--limit", "2") == [names[5], names[4]]
    refused(stack, 1, "has not come yet", "tickets", "--since", "2199-01-01")
    refused(stack, 1, "is no cursor", "tickets", "--after", "x")


@scenario("a name that there never was is no empty list, and the nearest one is told")
def names(stack):
    stack.start()
    for call in (["tickets", "--team", "salse"], ["team", "salse"], ["waiting", "salse"],
                 ["fairness", "salse"], ["pool", "salse"]):
        refused(stack, 1, "team salse: there is none; did you mean sales?", *call)
    for call in (["tickets", "--rep", "anna"], ["rep", "anna"], ["away", "anna"]):
        refused(stack, 1, "rep anna: there is none", *call)
    code, _, error = stack.cli("--json", "team", "salse", check=False)
    assert code == 1 and json.loads(error)["error"]["code"] == "not_found", error


@scenario("a range that cannot be is an error, and a report begins with its first day")
def ranges(stack):
    stack.start()
    stack.add_ticket("r-1")
    stack.settle()
    refused(stack, 2, "is before --from", "fairness", "sales", "--from", "2026-05-01", "--to", "2026-01-01")
    refused(stack, 1, "from: 2199-01-01 has not come yet", "fairness", "sales", "--from", "2199-01-01")
    assert stack.daemon.http("GET", "/v1/teams/sales/fairness?from=2026-05-01&to=2026-01-01").code == 400
    assert " 1970-" not in says(stack, "fairness", "sales")
    for limit in ("0", "-1", "x", "251"):
        assert stack.daemon.http("GET", "/v1/tickets?limit=" + limit).code == 400, limit
    assert stack.daemon.http("GET", "/v1/tickets?newest=yes").code == 400


@scenario("what a state cannot mend names the way out")
def ways_out(stack):
    stack.start()
    path = os.path.join(stack.dir, "other.yaml")
    for change in ({"currency": "USD"}, {"desk": "other"}):
        with open(path, "w") as f:
            json.dump(default_desk(**change), f)
        for command in ("diff", "apply"):
            refused(stack, 1, "tools/up --state OTHER --desk FILE", "desk", command, path)


@scenario("dead letters: only those of the stream, readable, one by one")
def dead(stack):
    stack.start()
    stack.add({"type": "ticket", "id": "d-1", "team": "salse", "kind": "order"})
    raw = redis.Redis(unix_socket_path=stack.redis_server.socket)
    raw.xadd(INBOX, {"m": msgpack.packb({"type": "ticket", "id": "d-2", "team": 7})})
    raw.xadd(INBOX, {"m": b"\xc1\xff\x00"})
    stack.settle()
    stack.add_ticket("open")
    stack.settle()
    refused(stack, 1, "is not closed yet", "outcome", "open", "refunded")  # over the socket: told, and no letter
    status = stack.daemon.status()
    assert status["dead"] == 3 == stack.redis.xlen(DEAD), status
    assert status["refused"] == 4, status
    letters = json.loads(says(stack, "--json", "dead"))["letters"]
    assert [json.loads(letter["body"])["id"] for letter in letters[:2]] == ["d-1", "d-2"], letters
    assert letters[2]["body"] == "c1ff00" and letters[0]["at"] <= letters[2]["at"], letters
    assert [x["input"] for x in json.loads(says(stack, "--json", "dead", "--newest"))["letters"]] == \
        [x["input"] for x in letters[::-1]]
    one = says(stack, "dead", str(letters[0]["input"]))
    assert "salse" in one and '"id": "d-1"' in one, one
    assert "d-2" in says(stack, "dead")
    refused(stack, 1, "there is none", "dead", "99999")
    stack.daemon.stop()
    stack.daemon.start()
    assert stack.daemon.status()["dead"] == 3, "they are counted anew at a start"


@scenario("a bound of a team is named when it makes a signal something else; away has none")
def bounds(stack):
    desk = default_desk()
    desk["teams"][0]["overloaded"] = {"at_least": "10m", "at_most": "4h"}
    stack.start(desk)
    rep = desk["teams"][0]["reps"][0]
    rep = rep["id"] if isinstance(rep, dict) else rep
    assert "; at_most of team sales: 4h\n" in says(stack, "overloaded", rep, "--for", "9h")
    assert "; at_least of team sales: 10m\n" in says(stack, "available", rep, "--reason", "r")
    assert "; at_least of team sales: 10m\n" in says(stack, "overloaded", rep, "--for", "1m")
    assert " of team " not in says(stack, "overloaded", rep, "--for", "1h")
    away = says(stack, "away", rep, "--for", "2d", "--reason", "a course")
    assert "(in 2d)" in away or "(in 1d 23h)" in away, away
    assert " away " in says(stack, "reps") and "a course" in says(stack, "reps")


@scenario("times are told in the desk's zone, and say so")
def zone(stack):
    desk = dict(default_desk(), time_zone="America/New_York")
    stack.start(desk)
    stack.add_ticket("z-1")
    stack.settle()
    story = stack.cli("ticket", "z-1", env={"TZ": ""})[1]
    assert " EST" in story or " EDT" in story, story
    assert " UTC" in stack.cli("ticket", "z-1", env={"TZ": "UTC"})[1]
    assert stack.daemon.status()["time_zone"] == "America/New_York"


run()
