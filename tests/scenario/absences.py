#!/usr/bin/python3
"""absences: told by hand, by a message and out of a calendar; by whom, and who sees why."""
import concurrent.futures
import datetime
import os

from harness import (Skip, default_desk, default_team, is_root, patiently, run, scenario, today,
                     wait_until)
from invariants import check_invariants
from proofs import verify_ok

# Users every Debian has; none of them has anything to do with us.
MANAGER, AUDITOR, REP, OTHER = "games", "news", "man", "mail"
TODAY = today()


def day(ahead):
    return (TODAY + datetime.timedelta(days=ahead)).isoformat()


def start(stack):
    desk = default_desk(time_zone="UTC", teams=[default_team("sales", ["ana", "ben"],
                                                             managers=[MANAGER])],
                        reps=[{"id": "ana", "user": REP}, {"id": "ben", "user": OTHER}])
    return stack.start(desk, auditors=[AUDITOR])


def absences(stack, rep="ana"):
    return stack.daemon.get("/v1/reps/%s/absences" % rep).json["absences"]


def off(stack, rep):
    return stack.daemon.get("/v1/reps/" + rep).json["state"] == "off"


@scenario("a rep tells of their own from tomorrow on, a manager of any; why is theirs alone to see")
def rights(stack):
    if not is_root():
        raise Skip("only root can ask as somebody else")
    start(stack)
    os.chmod(stack.daemon.socket, 0o666)  # as if all of them were in the socket's group

    def ask(user, method, path, body=None):
        return patiently(lambda: stack.ask_as(user, method, path, body))
    mine = "/v1/reps/ana/absences"
    assert ask(REP, "POST", mine, {"from": day(0), "reason": "sick"}).code == 403
    answer = ask(REP, "POST", mine, {"from": day(2), "until": day(3), "reason": "training"})
    assert answer.code == 200 and answer.json["input"], answer
    assert ask(OTHER, "POST", mine, {"from": day(5)}).code == 403
    assert ask(OTHER, "GET", mine).code == 403
    assert ask(AUDITOR, "POST", mine, {"from": day(5)}).code == 403
    now = ask(MANAGER, "POST", mine, {"from": day(0), "until": day(0), "reason": "sick"})
    assert now.code == 200 and off(stack, "ana") and not off(stack, "ben"), now
    for user, why in ((REP, ["sick", "training"]), (MANAGER, ["sick", "training"]),
                      (AUDITOR, [None, None])):
        assert [a["reason"] for a in ask(user, "GET", mine).json["absences"]] == why, user
        assert len(ask(user, "GET", "/v1/absences").json["absences"]) == 2, user
    assert ask(OTHER, "GET", "/v1/absences").json["absences"] == []
    assert ask(REP, "POST", mine, {"cancel": now.json["input"]}).code == 403
    assert ask(REP, "POST", mine, {"cancel": answer.json["input"]}).code == 200
    assert ask(MANAGER, "POST", mine, {"cancel": now.json["input"]}).code == 200
    assert not off(stack, "ana") and absences(stack) == []
    for user, why in ((MANAGER, "sick"), (AUDITOR, None)):
        log = [e for e in ask(user, "GET", "/v1/log").json["log"] if e["what"] == "absence"]
        assert [e["rep"] for e in log] == ["ana"] * 4 and log[2]["reason"] == why, (user, log)
        assert log[0]["text"].endswith("took back an absence of ana"), log[0]
        assert "told that ana is absent from %sT" % day(0) in log[2]["text"], log[2]
        assert log[2]["until"].startswith(day(1)) and log[2]["from"].startswith(day(0)), log[2]
        assert ("sick" in log[2]["text"]) == bool(why), log[2]
    items = [i for i in stack.daemon.post("/v1/export", {"rep": "ana"}).json["items"]
             if i.get("type") == "absence" and not i.get("refused")]
    assert [i.get("cancel") for i in items] == [None, None, answer.json["input"], now.json["input"]], items
    assert items[1]["reason"] == "sick" and items[1]["until"].startswith(day(1)), items
    assert not any("rest" in i for i in items), items
    assert ask(MANAGER, "POST", mine, {"cancel": 1}).code == 404
    answer = ask(MANAGER, "POST", mine, {"cancel": 0})
    assert answer.code == 400 and answer.json["error"]["field"] == "cancel" and "uid" in answer.text, answer
    assert ask(MANAGER, "POST", mine, {"cancel": 0, "uid": "no-such"}).code == 404
    for wrong in ({}, {"from": day(3), "until": day(2)}, {"from": day(-3), "until": day(-2)},
                  {"from": day(3), "reason": "party"}):
        answer = ask(MANAGER, "POST", mine, wrong)
        assert answer.code == 400 and answer.json["error"]["field"], (wrong, answer)
    verify_ok(stack)
    check_invariants(stack)


@scenario("the command line, and a message of another system; whoever is absent is dealt nothing")
def told(stack):
    start(stack)
    out = stack.cli("absent", "ana", "--from", day(0), "--until", day(1), "--reason", "holiday")[1]
    assert out == "ana is absent from %s until %s\n" % (day(0), day(1)), out
    for n in range(6):
        stack.add_ticket("t-%d" % n)
    stack.settle()
    assert {stack.ticket("t-%d" % n)["rep"] for n in range(6)} == {"ben"}
    number = absences(stack)[0]["number"]
    listed = stack.cli("absences", "ana")[1]
    assert str(number) in listed and day(0) in listed, listed
    out = stack.cli("absent", "ana", "--cancel", str(number))[1]
    assert out == "ana: absence %d is cancelled\n" % number and not off(stack, "ana"), out
    assert stack.cli("absences")[1] == "nobody is absent, now or later\n"
    code, _, error = stack.cli("absent", "ana", check=False)
    assert code == 2 and "--from" in error, (code, error)
    assert stack.cli("absent", "nobody", "--from", day(1), check=False)[0] == 1
    stack.add({"type": "absence", "rep": "ben", "from": day(0), "until": day(0), "uid": "hr-7"})
    wait_until("it is taken", lambda: off(stack, "ben"))
    stack.add({"type": "absence", "rep": "ben", "uid": "hr-7", "cancel": 0})
    wait_until("it is taken back", lambda: not off(stack, "ben"))
    verify_ok(stack)
    check_invariants(stack)


EVENT = "BEGIN:VEVENT\nUID:%s\nDTSTART;VALUE=DATE:%s\nDTEND;VALUE=DATE:%s\n%sEND:VEVENT\n"


def event(uid, first, behind, more=""):
    return EVENT % (uid, day(first).replace("-", ""), day(behind).replace("-", ""), more)


def import_file(stack, *events, check=True):
    path = stack.dir + "/ana.ics"
    with open(path, "w", encoding="utf-8") as f:
        f.write("BEGIN:VCALENDAR\nVERSION:2.0\n%sEND:VCALENDAR\n" % "".join(events))
    return stack.cli("absences", "import", path, "--rep", "ana", check=check)


@scenario("two imports at once: what one of them cancelled already does not stop the other half way")
def at_once(stack):
    start(stack)
    import_file(stack, event("d@x", 1, 2, "RRULE:FREQ=DAILY;COUNT=60\n"))
    assert len(absences(stack)) == 60
    empty = "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n"
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: stack.daemon.http(
            "POST", "/v1/reps/ana/absences/import", empty), range(4)))
    assert [a.code for a in answers] == [200] * 4, answers
    assert sum(a.json["cancelled"] for a in answers) == 60, answers
    assert absences(stack) == []
    verify_ok(stack)
    check_invariants(stack)


@scenario("a calendar: what is busy, what recurs; imported again, what vanished is cancelled")
def imported(stack):
    start(stack)
    assert stack.daemon.post("/v1/reps/ana/absences", {"from": day(40), "uid": "hr-1"}).code == 200
    weekly = event("w@x", 3, 4, "RRULE:FREQ=WEEKLY;COUNT=5\n")
    free = event("f@x", 1, 2, "TRANSP:TRANSPARENT\n")
    over = event("o@x", -9, -8)
    trip = event("t@x", 10, 15, "X-MICROSOFT-CDO-BUSYSTATUS:OOF\n")
    assert import_file(stack, weekly, free, over, trip)[1] == "6 told, 0 cancelled\n"
    assert import_file(stack, weekly, free, over, trip)[1] == "0 told, 0 cancelled\n"
    found = absences(stack)
    assert len(found) == 7, found
    longest = [a for a in found if a["uid"] == "ics t@x"][0]
    assert longest["from"].startswith(day(10) + "T00:00:00") and \
        longest["until"].startswith(day(15) + "T00:00:00"), longest
    twice = (event("t@x", 20, 21), event("t@x", 18, 19), event("n@x", 20, 21), event("n@x", 20, 21, "STATUS:CANCELLED\n"))
    assert import_file(stack, weekly, *twice)[1] == "1 told, 0 cancelled\n", "the last of the file counts"
    assert import_file(stack, weekly, *twice)[1] == "0 told, 0 cancelled\n"
    assert [a["from"][:10] for a in absences(stack) if a["uid"] == "ics t@x"] == [day(18)]
    moved = event("t@x", 11, 15)
    assert import_file(stack, weekly, moved)[1] == "1 told, 0 cancelled\n"
    assert import_file(stack, moved)[1] == "0 told, 5 cancelled\n"
    assert sorted(a["uid"] for a in absences(stack)) == ["hr-1", "ics t@x"]
    daily = event("d@x", 1, 2, "RRULE:FREQ=DAILY\n")
    out = import_file(stack, moved, daily)[1]
    assert out.startswith("62 told, 0 cancelled\n") and "left out" in out, out
    assert len(absences(stack)) == 64
    code, _, error = import_file(stack, moved, "BEGIN:VEVENT\nDTSTART:soon\nEND:VEVENT\n", check=False)
    assert code == 1 and "ana.ics: 9: " in error, (code, error)
    assert len(absences(stack)) == 64, "a broken file changes nothing"
    assert import_file(stack)[1] == "0 told, 63 cancelled\n"
    verify_ok(stack)
    check_invariants(stack)


run()
