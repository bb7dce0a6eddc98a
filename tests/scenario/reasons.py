#!/usr/bin/python3
"""reasons: why reps were absent is told in all the ways there are, seen by whom it is for, and erased.
Nobody finds it in the database after that; the log is proven as before, here and elsewhere.
"""
import datetime
import getpass
import json
import os
import re
import subprocess

import psycopg2
import redis

from erasure_kit import comes_to_nothing, counts, found, repeats, send, traces
from harness import DEAD, INBOX, default_desk, default_team, run, scenario, today, wait_until
from invariants import check_invariants
from proofs import names, not_proved, verify_ok

SELF = getpass.getuser()
WORDS = ["sick", "holiday", "training"]
TODAY = today()


def day(ahead):
    return (TODAY + datetime.timedelta(days=ahead)).isoformat()


def start(stack):
    return stack.start(default_desk(
        time_zone="UTC", reps=[{"id": rep} for rep in ("ana", "ben", "cai")],
        teams=[default_team("sales", ["ana", "ben", "cai"], managers=[SELF])]))


def absence(rep, first, behind, **more):
    return {"type": "absence", "rep": rep, "from": day(first), "until": day(behind), **more}


ANA = [absence("ana", 2, 3, reason="sick", event="hr-1"),
       absence("ana", 10, 12, reason="holiday", uid="trip"),
       absence("ana", 20, 20)]
BEN = [absence("ben", 2, 3, reason="training", event="hr-2")]
REFUSED = [{"type": "absence", "rep": "ana", "from": "soon", "reason": "sick"}, absence("ana", -9, -8, reason="sick")]


def told(stack):
    send(stack, *ANA, *BEN, *REFUSED)
    stack.cli("absent", "ana", "--from", day(30), "--until", day(31), "--reason", "training")
    answer = stack.daemon.post("/v1/reps/ana/absences",
                               {"from": day(40), "until": day(41), "reason": "sick", "event": "by-hand"})
    assert answer.code == 200, answer
    path = stack.dir + "/ana.ics"
    with open(path, "w", encoding="utf-8") as f:
        f.write("BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:c@x\nSUMMARY:sick at home\nDTSTART;VALUE=DATE:%s\n"
                "DTEND;VALUE=DATE:%s\nEND:VEVENT\nEND:VCALENDAR\n" % (
                    day(50).replace("-", ""), day(51).replace("-", "")))
    assert stack.cli("absences", "import", path, "--rep", "ana")[1] == "1 told, 0 cancelled\n"
    stack.settle()


def reasons(stack, rep="ana"):
    return [a["reason"] or a["reason_erased"] and "erased"
            for a in stack.daemon.get("/v1/reps/%s/absences" % rep).json["absences"]]


def places(stack):
    """Where any of the words stands, in whatever form."""
    return found(stack, [trace for word in WORDS for trace in traces(word)])


def dump(stack):
    return subprocess.run(["pg_dump", "-h", stack.postgres.sockets, "evenhand"], check=True,
                          stdout=subprocess.PIPE).stdout.decode()


def elsewhere(stack):
    """A copy of the log in another database, proven there."""
    subprocess.run(["createdb", "-h", stack.postgres.sockets, "copy"], check=True)
    subprocess.run(["psql", "-h", stack.postgres.sockets, "-qX", "-v", "ON_ERROR_STOP=1", "copy"],
                   input=dump(stack), text=True, stdout=subprocess.DEVNULL, check=True)
    verify_ok(stack, dsn="host=%s dbname=copy" % stack.postgres.sockets)


def forget(stack, *arguments):
    return json.loads(stack.cli("--json", "forget", "--rep", *arguments)[1])


@scenario("why a rep is absent is told, seen and erased; it is nowhere then, and all is proven")
def erased(stack):
    start(stack)
    told(stack)
    assert reasons(stack) == ["sick", "holiday", "other", "training", "sick", "other"], reasons(stack)
    assert reasons(stack, "ben") == ["training"]
    assert "sick" in stack.cli("absences", "ana")[1]
    log = [e["text"] for e in stack.daemon.get("/v1/log").json["log"] if e["what"] == "absence"]
    assert sum(text.endswith(": sick") for text in log) == 2, log
    held = json.loads(stack.cli("export", "--rep", "ana")[1])["items"]
    assert [i.get("reason") for i in held if i.get("type") == "absence" and not i.get("refused")] == [
        "sick", "holiday", None, "training", "sick", None], held
    assert set(places(stack)) == {("personal", "reason"), ("dead_body", "body")}, places(stack)
    assert stack.sql("SELECT type FROM input JOIN dead USING (desk, input) ORDER BY input") == [(-12,), (-26,)]
    comes_to_nothing(stack, [m for m in ANA + BEN if "event" in m])
    verify_ok(stack)
    names(stack, "^personal text of input .*reason", "UPDATE personal SET reason = 'holiday'"
          " WHERE reason = 'sick'")
    names(stack, "^personal text of input .*reason", "UPDATE personal SET reason_salt ="
          " set_byte(reason_salt, 3, 255 - get_byte(reason_salt, 3)) WHERE reason = 'sick'")
    before = counts(stack)
    said = forget(stack, "ana", "--before", day(10), "--dry-run")
    assert said == {"erased": False, "reasons": 1, "stay": 0, "bodies": 2,
                    "dead_entries": said["dead_entries"]}, said
    assert forget(stack, "ana", "--before", day(10))["reasons"] == 1
    assert reasons(stack) == ["erased", "holiday", "other", "training", "sick", "other"]
    out = stack.cli("forget", "--rep", "ana")[1]
    assert "Erased: why they were absent, told in 3 messages, and 0 refused entries" in out, out
    assert stack.redis.xdel(DEAD, *said["dead_entries"]) == 2
    assert reasons(stack) == ["erased", "erased", "other", "erased", "erased", "other"]
    assert reasons(stack, "ben") == ["training"]
    assert stack.cli("absences", "ana")[1].count("erased") == 4
    log = [e for e in stack.daemon.get("/v1/log").json["log"] if e["what"] == "absence" and e["rep"] == "ana"]
    assert [e["reason_erased"] for e in log].count(True) == 4, log
    assert sum(e["text"].endswith(" (the reason is erased)") for e in log) == 4, log
    held = json.loads(stack.cli("export", "--rep", "ana")[1])["items"]
    assert sum(i.get("reason_erased", False) for i in held) == 4, held
    assert forget(stack, "ben")["reasons"] == 1 and places(stack) == [], places(stack)
    text = dump(stack)
    assert not [w for w in WORDS if re.search(r"\b%s\b" % w, text) or w.encode().hex() in text]
    assert counts(stack) == before and forget(stack, "nobody")["reasons"] == 0
    comes_to_nothing(stack, [m for m in ANA + BEN if "event" in m])
    assert places(stack) == [], "a repeat brought it back"
    verify_ok(stack)
    assert any(g.startswith("personal text of 5 inputs") for g in not_proved(stack)), not_proved(stack)
    elsewhere(stack)
    assert not stack.daemon.logged("sick") and stack.daemon.logged("forgot why a rep was absent user=") == 4


@scenario("kill -9, an older snapshot, no snapshot at all: an erased log is recovered as it was")
def recovered(stack):
    start(stack)
    send(stack, *ANA[:1])
    stack.settle()
    assert stack.daemon.stop() == 0  # with a snapshot
    stack.daemon.start()
    told(stack)
    expected = ["erased" if "reason" in m else "other" for m in ANA]
    for ahead, snapshot in ((60, True), (70, False)):
        forget(stack, "ana")
        digest = stack.sql1("SELECT digest FROM head")
        stack.daemon.kill()
        if not snapshot:
            stack.sql("TRUNCATE snapshot")  # from the log alone
        stack.daemon.start()
        assert stack.sql1("SELECT digest FROM head") == digest, "the same state"
        assert reasons(stack)[:3] == expected, reasons(stack)
        assert stack.daemon.post("/v1/reps/ana/absences", {
            "from": day(ahead), "until": day(ahead), "reason": "sick"}).code == 200
        assert reasons(stack)[-1] == "sick", "what is told later is there"
    verify_ok(stack)
    stack.daemon.stop()
    assert not [b for b, in stack.sql("SELECT body FROM snapshot") if b"sick" in bytes(b)]
    stack.daemon.start()
    check_invariants(stack)


@scenario("of a rep who left, and is on the desk no more, it is erased as well")
def left(stack):
    start(stack)
    told(stack)
    stack.write_desk(default_desk(time_zone="UTC", reps=[{"id": "ana"}, {"id": "cai"}],
                                  teams=[default_team("sales", ["ana", "cai"], managers=[SELF])]))
    stack.cli("desk", "apply", stack.dir + "/desk.yaml")
    said = stack.cli("forget", "--rep", "ben")[1]
    assert "Erased: why they were absent, told in 1 messages, and 0 refused entries" in said, said
    assert stack.sql1("SELECT count(*) FROM personal JOIN input USING (desk, input) WHERE rep = 'ben'") == 0
    assert reasons(stack)[0] == "sick", "nobody else's"
    stack.daemon.kill()
    stack.daemon.start()
    verify_ok(stack)
    check_invariants(stack)


@scenario("entries with reasons delivered again after a kill are known, erased or not")
def delivered_again(stack):
    start(stack)
    sent = ANA + BEN + REFUSED
    ids = send(stack, *sent)
    stack.settle()
    raw = redis.Redis(unix_socket_path=stack.redis_server.socket)
    for erasing in (False, True):
        before = counts(stack)
        if erasing:
            assert forget(stack, "ana")["bodies"] == 2
        stack.daemon.kill()
        stack.sql("UPDATE head SET low_ms = 0, low_no = 0")  # as if nothing had been acknowledged
        raw.delete(INBOX)
        for place, message in zip(ids, sent):
            raw.xadd(INBOX, {"j": json.dumps(message)}, place)
        raw.xgroup_create(INBOX, "evenhand", "0")
        stack.daemon.start()
        wait_until("all of it came again", lambda: repeats(stack) == len(sent), 20)
        stack.settle()
        assert counts(stack)[1:] == before[1:], (erasing, before, counts(stack))
    assert reasons(stack) == ["erased", "erased", "other"] and reasons(stack, "ben") == ["training"]
    stack.add_ticket("last")  # the head is written anew
    stack.settle()
    verify_ok(stack)


@scenario("operators erase; a manager, an auditor and the rep do not; why is told to the rep and managers alone")
def rights(stack):
    start(stack)
    told(stack)
    connection = psycopg2.connect(stack.postgres.dsn)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("CREATE ROLE auditor LOGIN IN ROLE evenhand_auditor; SET ROLE auditor")
    for query in ("SELECT reason FROM evenhand.personal",
                  "SELECT evenhand.forget_reasons(1::smallint, 'ana', 0, true)"):
        try:
            cursor.execute(query)
            raise AssertionError(query)
        except psycopg2.errors.InsufficientPrivilege:
            pass
    cursor.execute("SELECT row_to_json(a)::text FROM evenhand.absence a")
    rows = cursor.fetchall()
    assert len(rows) == 7 and not any(word in row for (row,) in rows for word in WORDS), rows
    connection.close()
    answer = stack.daemon.post("/v1/reps/ana/absences", {"from": day(5), "reason": "the flu"})
    assert answer.code == 400 and answer.json["error"]["field"] == "reason", answer
    send(stack, absence("ana", 5, 6, reason="the flu"))
    stack.settle()
    assert found(stack, traces("the flu")) == [("dead_body", "body")], found(stack, traces("the flu"))
    for wrong in ({"rep": "ana", "before": "soon"}, {"customer": "x", "before": day(1)},
                  {"rep": "ana", "name_only": True, "before": day(1)}):
        answer = stack.daemon.post("/v1/forget", wrong)
        assert answer.code == 400 and answer.json["error"]["field"] == "before", answer
    assert stack.cli("forget", "--rep", "ana", "--before", "soon", check=False)[0] == 2
    assert stack.cli("forget", "--customer", "x", "--before", day(1), check=False)[0] == 2
    if os.getuid() == 0:
        os.chmod(stack.daemon.socket, 0o666)
        assert stack.ask_as("games", "POST", "/v1/forget", {"rep": "ana"}).code == 403
    assert stack.sql1("SELECT count(*) FROM personal WHERE reason IS NOT NULL") == 5


run()
