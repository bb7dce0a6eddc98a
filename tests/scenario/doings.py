#!/usr/bin/python3
"""doings: the log as a list: who did what and why, by person, team and ticket, for whom it concerns."""
from authority_kit import OTHER_MANAGER, OTHER_REP, USERS, ask, start
from harness import note, run, scenario


PAGE = "www-data"
MANAGER, REP = USERS["manager"], USERS["rep"]
BOTH = "%s (%s)" % (MANAGER, PAGE)


def did(stack, user, path, body, through=None):
    headers = [("Evenhand-As", user)] if through else []
    answer = ask(stack, through or user, "POST", path, body, headers)
    assert answer.code == 200, (path, answer)
    return answer.json["input"]


def log(stack, query="", user="root"):
    answer = ask(stack, user, "GET", "/v1/log" + query)
    assert answer.code == 200, answer
    return answer.json["log"]


def everything(stack):
    """{name: input} of one of each."""
    done = {}
    start(stack, delegates=[PAGE])
    done["own"] = did(stack, REP, "/v1/reps/ana/signal", {"status": "overloaded", "for": 3600,
                                                         "reason": "phones"})
    done["set"] = did(stack, MANAGER, "/v1/reps/ana/signal", {"status": "away", "reason": "ill"}, PAGE)
    done["assign"] = did(stack, MANAGER, "/v1/tickets/default/sales-ana/assign",
                         {"rep": "ben", "reason": "asked"}, PAGE)
    done["move"] = did(stack, MANAGER, "/v1/tickets/default/sales-ben/move",
                       {"team": "support", "reason": "theirs"})
    done["return"] = did(stack, OTHER_MANAGER, "/v1/tickets/default/support-cai/return",
                         {"reason": "on leave"})
    done["exclude"] = did(stack, MANAGER, "/v1/teams/sales/periods/2020-02/exclude",
                          {"rep": "ben", "reason": "lent"})
    done["include"] = did(stack, MANAGER, "/v1/teams/sales/periods/2020-02/include",
                          {"rep": "ben", "reason": "was not lent"})
    done["metric"] = did(stack, OTHER_MANAGER, "/v1/teams/support/metrics",
                         {"metric": "training", "period": "2020-02", "value": 3})
    done["outcome"] = did(stack, MANAGER, "/v1/tickets/default/sales-ana/outcome", {"outcome": "lost"})
    stack.add_ticket("claimed", team="support", owner="cai")
    stack.settle()
    stack.add({"type": "owner", "id": "claimed", "owner": "ben", "by": "ben"})
    stack.add({"type": "owner", "id": "claimed", "owner": "cai", "by": OTHER_MANAGER})
    stack.add({"type": "owner", "id": "claimed", "owner": None, "by": "lea"})  # whom the desk has not
    stack.settle()
    done["release"] = did(stack, OTHER_MANAGER, "/v1/reps/cai/release", {"reason": "left early"})
    done["reveal"] = did(stack, "root", "/v1/draws/reveal", {})
    stack.settle()
    return done


@scenario("each thing that was done stands there once, with who, when, what and why, in words too")
def each(stack):
    done = everything(stack)
    rows = log(stack)
    by_input = {row["input"]: row for row in rows}
    assert len(by_input) == len(rows), rows
    assert [r["input"] for r in rows] == sorted(by_input, reverse=True), "the newest first"
    assert log(stack, "?newest=0") == rows[::-1]
    at = {name: by_input[number] for name, number in done.items()}
    for row in rows:
        note(row["text"])
        assert row["at"] and row["text"] and "\n" not in row["text"], row
    assert at["own"]["text"].startswith("ana is overloaded until 20"), at["own"]
    assert at["own"]["text"].endswith(": phones") and at["own"]["by_name"] == "Ana", at["own"]
    assert at["set"]["text"] == BOTH + " set ana away: ill" and at["set"]["by"] == BOTH, at["set"]
    assert at["assign"]["text"] == BOTH + " gave default/sales-ana to ben, from ana: asked", at["assign"]
    assert (at["assign"]["rep_name"], at["assign"]["was_name"]) == ("Ben", "Ana"), at["assign"]
    assert at["assign"]["teams"] == ["sales"], at["assign"]
    assert at["move"]["text"] == "games moved default/sales-ben of team sales to team support, from " \
        "ben: theirs", at["move"]
    assert at["return"]["text"] == "lp gave back to the deal default/support-cai, from cai: on leave", \
        at["return"]
    assert at["exclude"]["text"] == "games excluded ben from 2020-02 of team sales: lent", at["exclude"]
    assert at["include"]["text"] == "games included ben in 2020-02 of team sales: was not lent"
    assert at["metric"]["text"] == "lp imported training for 2020-02 of team support", at["metric"]
    assert at["outcome"]["text"] == "games told that default/sales-ana is lost", at["outcome"]
    assert at["release"]["what"] == "release" and at["release"]["rep_name"] == "Cai", at["release"]
    gone = stack.sql1("SELECT count(*) FROM override WHERE input = %s AND ticket IS NOT NULL",
                      done["release"])
    assert at["release"]["tickets"] == gone, (at["release"], gone)
    assert at["reveal"]["text"] == "root ended the draw epoch and had its seed revealed", at["reveal"]
    owners = [r["text"] for r in rows if r["what"] == "owner"]
    assert owners == ["somebody let go of default/claimed, from cai, at the helpdesk",
                      OTHER_MANAGER + " gave default/claimed to cai, from ben, at the helpdesk",
                      "ben took default/claimed, from cai, at the helpdesk"], owners
    assert [r["what"] for r in rows if r["what"] == "desk"] == ["desk"], "the first desk file"
    check = stack.sql("SELECT input, by, reason FROM override") + \
        stack.sql("SELECT input, by, reason FROM exclusion")
    for number, by, reason in check:
        assert (by_input[number]["by"], by_input[number]["reason"]) == (by, reason), number


@scenario("by person, by team, by ticket, since, and page by page")
def filters(stack):
    done = everything(stack)
    names = {number: name for name, number in done.items()}

    def found(query, user="root"):
        return {names.get(row["input"], row["what"]) for row in log(stack, query, user)}
    assert found("?person=ana") == {"own", "set", "assign"}, found("?person=ana")
    assert found("?person=" + MANAGER) == {"set", "assign", "move", "exclude", "include", "outcome"}
    assert "owner" in found("?person=ben") and found("?person=lea") == set()
    assert found("?team=sales") == {"own", "set", "assign", "move", "exclude", "include", "outcome"}
    assert found("?team=support") >= {"move", "return", "metric", "release", "owner"}
    assert found("?id=sales-ana") == {"assign", "outcome"}
    assert found("?source=default&id=claimed") == {"owner"}
    assert found("?source=other&id=claimed") == set()
    assert found("?person=nobody-here") == set()
    whole, after, pages = [], "", 0
    while pages == 0 or after:
        answer = ask(stack, "root", "GET", "/v1/log?limit=3" + (after and "&after=" + after)).json
        assert len(answer["log"]) <= 3, answer
        whole, after, pages = whole + answer["log"], answer["after"], pages + 1
        assert pages < 20, answer
    assert whole == log(stack) and pages > 3, pages
    day = log(stack)[0]["at"][:10]
    assert log(stack, "?since=2001-01-01") == log(stack), day
    assert ask(stack, "root", "GET", "/v1/log?since=2999-01-01").code == 400
    assert ask(stack, "root", "GET", "/v1/log?source=x").code == 400
    assert ask(stack, "root", "GET", "/v1/log?team=nowhere").code == 404


@scenario("a manager sees their teams', an auditor all of it, a rep nothing")
def whose(stack):
    done = everything(stack)
    names = {number: name for name, number in done.items()}

    def seen(user, query=""):
        return {names.get(row["input"], row["what"]) for row in log(stack, query, user)}
    sales, support = seen(MANAGER), seen(OTHER_MANAGER)
    assert sales == {"own", "set", "assign", "move", "exclude", "include", "outcome"}, sales
    assert support == {"move", "return", "metric", "release", "owner"}, support
    assert log(stack, user=USERS["auditor"]) == log(stack)
    for user in (REP, OTHER_REP, USERS["helpdesk"], USERS["stranger"]):
        assert ask(stack, user, "GET", "/v1/log").code == 403, user
    assert ask(stack, MANAGER, "GET", "/v1/log?team=support").code == 403
    assert seen(MANAGER, "?person=cai") == set(), "what is done to a rep of another team"


@scenario("among very many inputs a page is short, and the cursor leads on")
def many(stack):
    everything(stack)
    whole = log(stack)
    stack.add_many([{"type": "ticket", "id": "m-%d" % n, "team": "sales", "kind": "order"}
                    for n in range(10500)])
    stack.settle(120)
    answer = ask(stack, "root", "GET", "/v1/log").json
    assert answer["log"] == [] and answer["after"], answer
    rest = ask(stack, "root", "GET", "/v1/log?after=" + answer["after"]).json
    assert rest["log"] == whole and rest["after"] is None, rest
    assert stack.cli("log")[1].count("\n") == len(whole) + 1, stack.cli("log")[1]
    # Before the time asked for nothing is looked at any more.
    since = stack.sql1("SELECT evenhand.instant(at)::text FROM input WHERE id = 'm-0'").replace(" ", "T")
    path = "/v1/log?since=" + since.replace("+", "%2B") + ":00"
    page = ask(stack, "root", "GET", path).json
    assert page["log"] == [] and page["after"], page
    page = ask(stack, "root", "GET", path + "&after=" + page["after"]).json
    assert page == {"log": [], "after": None}, page


run()
