#!/usr/bin/python3
"""authority: nobody learns or changes through one door what another keeps from them.

The table of doors is made of the daemon's own routes. Every address is asked in every role; an
answer must not hold anything that belongs to those whom the role has no business with.
"""
import json
import os
import signal
import subprocess

from authority_kit import (OTHER_MANAGER, SHARES, SINCE, TEAMS, USERS, VALUES, ACCOUNTS, addresses,
                           ask, desk, routes, start)
from harness import EVENHAND, note, patience, run, scenario, wait_until
from invariants import check_invariants


# What each role may see anything of. An own ticket is seen wherever it is.
SEES = {"operator": ("ana", "ben", "cai"), "auditor": ("ana", "ben", "cai"),
        "manager": ("ana", "ben"), "rep": ("ana",), "helpdesk": (), "stranger": ()}


def hidden_from(role):
    """Texts that no answer to the role may hold."""
    for rep in SHARES:
        if rep not in SEES[role]:
            yield '"share_ppm":%d0000' % int(SHARES[rep].rstrip("%"))
            yield SHARES[rep]
            yield SINCE[rep]
            yield ACCOUNTS[rep]
    for name, value in VALUES.items():
        team, rep = name.split("-")
        sees_all = role in ("operator", "auditor")
        if not (sees_all or (role == "manager" and team == "sales") or
                (role == "rep" and rep == "ana")):
            yield str(value)
    if role in ("manager", "rep"):
        yield "plan-of-support"


@scenario("every address in every role: the door that is closed stays closed, and no answer tells "
          "of others")
def doors(stack):
    start(stack)
    asked = 0
    for method, pattern, roles in routes():
        for role, user in USERS.items():
            for path in addresses(pattern):
                if method != "GET" and role in roles:
                    continue  # what it changes is looked at below
                answer = ask(stack, user, method, path, None if method == "GET" else {})
                asked += 1
                where = "%s as %s: %d %s" % (path, role, answer.code, answer.text[:2000])
                if role not in roles:
                    assert answer.code == 403, where
                else:
                    assert answer.code in (200, 403, 404, 409, 503), where
                for text in hidden_from(role):
                    assert text not in answer.text, "%r stands in %s" % (text, where)
    note("%d requests" % asked)
    check_invariants(stack)


# What a rep is told of themselves alone, whatever answer it stands in.
PRIVATE = {"share", "share_ppm", "shares_ppm", "since", "from", "until", "user", "skills", "open",
           "points", "entitled", "entitled_value", "received", "received_value", "deficit",
           "deficit_value", "value", "reason", "days", "minutes", "band", "equal", "hours",
           "seniority", "individual", "total", "paid", "due", "tickets"}


def told_of(answer, name, seen=()):
    """(path, key, value) of all that objects about this person hold, wherever they stand."""
    if isinstance(answer, list):
        for n, item in enumerate(answer):
            yield from told_of(item, name, seen + (n,))
    elif isinstance(answer, dict):
        about = name in (answer.get("rep"), answer.get("id"), answer.get("name"))
        for key, value in answer.items():
            if about and value not in (None, []):
                yield seen, key, value
            yield from told_of(value, name, seen + (key,))


@scenario("to a rep no answer tells a colleague's share, first day, value or money")
def colleagues(stack):
    start(stack)
    for n in range(6):
        stack.add_ticket("dealt-%d" % n, team="sales", value=910 + n)
    stack.settle()
    mine = ["dealt-%d" % n for n in range(6) if stack.ticket("dealt-%d" % n)["rep"] == "ana"]
    assert mine, "ana got none of six"
    paths = ["/v1/tickets/default/" + name for name in mine]
    paths += [path for method, pattern, _ in routes() if method == "GET"
              for path in addresses(pattern)]
    paths += [path + "&explain=1" for path in paths if "/pool?" in path]
    compared = 0
    for path in paths:
        answer = ask(stack, USERS["rep"], "GET", path)
        if answer.code != 200 or path == "/metrics":
            continue
        whole = ask(stack, "root", "GET", path)
        for of in ("ben", "cai"):
            told = [t for t in told_of(answer.json, of) if t[1] in PRIVATE]
            assert not told, (path, of, told)
            assert of + " (" not in answer.text, answer.text
            compared += len([t for t in told_of(whole.json, of) if t[1] in PRIVATE])
        if "/tickets/default/dealt" in path:
            receipt, all_of_it = answer.json["receipt"], whole.json["receipt"]
            own = [c for c in receipt["compared"] if c["rep"] == "ana"]
            assert own == [c for c in all_of_it["compared"] if c["rep"] == "ana"] and own, receipt
            assert receipt["shares_ppm"] is None and all_of_it["shares_ppm"], receipt
            assert "ana (" in receipt["reason"] and "ben" in receipt["reason"], receipt
            manager = ask(stack, USERS["manager"], "GET", path).json["receipt"]
            assert manager == all_of_it, manager
    assert compared > 40, "an operator is told as little: the test sees nothing"
    check_invariants(stack)


@scenario("a desk file that is refused is quoted to operators and auditors alone")
def quoted(stack):
    start(stack)
    stack.write_desk(json.dumps(desk()).replace(SINCE["ben"], "2018-33-04"))
    stack.daemon.signal(signal.SIGHUP)
    wait_until("it is refused", lambda: "2018-33" in (stack.daemon.status()["last_error"] or ""), 10)
    for role in ("auditor", "manager", "rep", "helpdesk"):
        answer = ask(stack, USERS[role], "GET", "/v1/status")
        assert ("2018-33" in answer.text) == (role == "auditor"), (role, answer.text)


@scenario("lists hold just what is answered one by one")
def lists(stack):
    start(stack)
    for role in ("operator", "auditor", "manager", "rep"):
        user = USERS[role]
        single = {name for name in VALUES
                  if ask(stack, user, "GET", "/v1/tickets/default/" + name).code == 200}
        listed = ask(stack, user, "GET", "/v1/tickets?state=open").json["tickets"]
        assert {t["id"] for t in listed} == single, (role, single, listed)
        of_reps = set()
        for rep in SHARES:
            answer = ask(stack, user, "GET", "/v1/reps/" + rep)
            if answer.code == 200:
                of_reps |= {t["id"] for t in answer.json["tickets"]}
        assert of_reps <= single, (role, of_reps, single)
        reps = {r["id"] for r in ask(stack, user, "GET", "/v1/reps").json["reps"]}
        assert reps == {rep for rep in SHARES
                        if ask(stack, user, "GET", "/v1/reps/" + rep).code == 200}, (role, reps)
        teams = {t["id"] for t in ask(stack, user, "GET", "/v1/teams").json["teams"]}
        assert teams == {team for team in TEAMS
                         if ask(stack, user, "GET", "/v1/teams/" + team).code == 200}, (role, teams)


@scenario("the desk file of a rep and of a manager is one that evenhand reads")
def desk_files(stack):
    start(stack)
    for role, own in (("rep", {"ana"}), ("manager", {"ana", "ben"})):
        answer = ask(stack, USERS[role], "GET", "/v1/desk").json
        assert answer["whole"] is False, answer
        shown = json.loads(answer["text"])
        assert [team["id"] for team in shown["teams"]] == ["sales"], shown
        assert {rep["id"] for rep in shown["reps"] if "share" in rep} == own, shown
        assert {rep["id"] for rep in shown["reps"]} == {"ana", "ben"}, shown
        path = stack.dir + "/shown.yaml"
        with open(path, "w", encoding="utf-8") as f:
            f.write(answer["text"])
        done = subprocess.run([EVENHAND, "--socket", stack.daemon.socket, "desk", "diff", path],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=patience(30))
        assert "plan" in done.stdout and done.returncode in (0, 1), done
    assert ask(stack, USERS["auditor"], "GET", "/v1/desk").json["text"] == json.dumps(desk(), indent=1)


@scenario("an event is its sender's own: no user can take the place of another's change")
def events(stack):
    start(stack)
    outcome = {"outcome": "won", "value": 1, "event": "e1"}
    signal = {"status": "away", "event": "e2"}
    manager, other = USERS["manager"], OTHER_MANAGER
    first = ask(stack, manager, "POST", "/v1/tickets/default/sales-ana/outcome", outcome)
    second = ask(stack, USERS["helpdesk"], "POST", "/v1/tickets/default/support-cai/outcome",
                 dict(outcome, outcome="resolved"))
    assert first.code == second.code == 200 and "repeat" not in second.json, (first, second)
    again = ask(stack, manager, "POST", "/v1/tickets/default/sales-ana/outcome", outcome)
    assert again.json.get("repeat") is True, again
    assert again.json["input"] == first.json["input"], (first, again)
    changed = ask(stack, manager, "POST", "/v1/tickets/default/sales-ana/outcome",
                  dict(outcome, value=2))
    assert changed.code == 409, changed
    assert ask(stack, USERS["rep"], "POST", "/v1/reps/ana/signal", signal).code == 200
    cai = ask(stack, other, "POST", "/v1/reps/cai/signal", signal)
    assert cai.code == 200 and "repeat" not in cai.json, cai
    stack.add({"type": "outcome", "id": "sales-ben", "outcome": "lost", "event": "e1"})
    stack.settle()
    assert stack.ticket("sales-ben")["state"] == "closed"
    assert stack.daemon.get("/v1/reps/cai").json["state"] == "away"
    stack.daemon.kill()
    stack.daemon.start()
    os.chmod(stack.daemon.socket, 0o666)
    again = ask(stack, manager, "POST", "/v1/tickets/default/sales-ana/outcome", outcome)
    assert again.json.get("repeat") is True, again
    check_invariants(stack)


run()
