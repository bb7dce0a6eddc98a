#!/usr/bin/python3
"""erasure: what was erased is erased. Whoever has the whole database and a list of names learns
nothing; the log is proven as before; what comes again is a repeat.
"""
import json
import re

import psycopg2
import redis

from erasure_kit import blake, comes_to_nothing, counts, entry, everything, found, repeats, send, traces
from harness import DEAD, INBOX, default_desk, run, scenario, wait_until
from proofs import names, not_proved, verify_ok

NAMES = ["Kari Nordmann", "Ola Nordmann", "Åse Berg & Sønn"]
SUBJECTS = ["Where is the sofa of Kari Nordmann?", "A letter to Åse"]
ERASABLE = ["personal", "dead_body"]


def desk():
    return default_desk(teams=[{"id": "sales", "reps": ["ana", "ben", "cai"], "policy": "random",
                                "affinity": "open"}])


def ticket(number, name, **more):
    return dict({"type": "ticket", "id": "t-%d" % number, "team": "sales", "kind": "order",
                 "customer": name, "subject": SUBJECTS[number % 2]}, **more)


MESSAGES = [ticket(n, NAMES[n % 3], value=n) for n in range(12)]
UPDATES = [{"type": "update", "id": "t-1", "subject": SUBJECTS[0]},
           {"type": "update", "id": "t-2", "subject": SUBJECTS[1], "value": 3}]
REFUSED = [entry(ticket(90, NAMES[0], team="gone")), entry(ticket(91, NAMES[2], kind="gone")),
           b'{"type":"ticket","customer":"%s"' % NAMES[1].encode()]


def erase(stack, where="true"):
    stack.sql("DELETE FROM personal WHERE " + where)
    stack.sql("DELETE FROM dead_body")


def guesses(stack, but):
    """A list of names and all that is known of what was sent, against every table."""
    bodies = list(REFUSED)
    ids = [i for (i,) in stack.sql("SELECT stream_id FROM dead WHERE stream_id IS NOT NULL")]
    for body in REFUSED:
        for place in ids:
            ms, no = map(int, place.split("-"))
            bodies.append(varint(ms) + varint(no) + body)
    wanted = [t for text in NAMES + SUBJECTS for t in traces(text)]
    wanted += [t for body in bodies for t in traces("unlikely to be anywhere", [body])]
    return found(stack, wanted, but)


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


@scenario("erased text cannot be guessed from any table; what comes again is a repeat; all is proven")
def erased(stack):
    daemon = stack.start(desk())
    send(stack, *MESSAGES, *UPDATES, *REFUSED)
    answer = daemon.post("/v1/tickets", ticket(50, NAMES[1]))
    assert answer.code == 201 or answer.code == 200, answer
    stack.settle()
    assert counts(stack)[2] == len(REFUSED), stack.sql("SELECT reason FROM dead_letter")
    held = guesses(stack, ())
    assert {t for t, _ in held} == set(ERASABLE), held
    comes_to_nothing(stack, MESSAGES)
    verify_ok(stack)
    names(stack, "^personal text of input .*customer", "UPDATE personal SET customer_salt ="
          " set_byte(customer_salt, 3, 255 - get_byte(customer_salt, 3)) WHERE input = (SELECT"
          " min(input) FROM personal)")
    names(stack, "^input [0-9]+ and the body of its dead letter",
          "UPDATE dead_body SET body = body || 'x'")
    daemon.kill()
    erase(stack)
    assert guesses(stack, ()) == []
    daemon.start()
    assert guesses(stack, ()) == []
    comes_to_nothing(stack, MESSAGES)
    assert daemon.post("/v1/tickets", ticket(50, NAMES[1])).code in (200, 201)
    assert stack.sql1("SELECT count(*) FROM personal") == 0, "a repeat brought it back"
    # By identity and by what was not erased: other text is no news, another value is.
    comes_to_nothing(stack, [ticket(3, "Somebody Else", value=3)])
    send(stack, ticket(3, NAMES[0], value=4))
    stack.settle()
    assert stack.ticket("t-3")["value"] == 4, "it is an update"
    assert stack.sql1("SELECT count(*) FROM personal") == 0, "an update brought it back"
    erase(stack)
    assert guesses(stack, ()) == []
    verify_ok(stack)
    gone = not_proved(stack)
    assert any(g.startswith("personal text of ") for g in gone), gone
    assert any(g.startswith("bodies of ") for g in gone), gone


@scenario("one customer is erased: theirs alone, and a text set to NULL takes its salt along")
def one(stack):
    stack.start(desk())
    send(stack, *MESSAGES)
    stack.settle()
    erase(stack, "customer = '%s'" % NAMES[0])
    stack.sql("UPDATE personal SET subject = NULL WHERE customer = %s", NAMES[1])
    assert stack.sql1("SELECT count(*) FROM personal WHERE subject IS NULL AND subject_salt IS NOT"
                      " NULL") == 0
    salts = [bytes(s) for (s,) in stack.sql("SELECT customer_salt FROM personal UNION SELECT"
                                            " subject_salt FROM personal WHERE subject IS NOT NULL")]
    guess = [blake(5, salt + NAMES[0].encode()) for salt in salts]
    assert found(stack, guess + traces(NAMES[0]), ["personal"]) == []
    known = [blake(5, salt + NAMES[1].encode()) for salt in salts]
    assert ("input", "rest") in found(stack, known), "the test guesses by another rule"
    comes_to_nothing(stack, MESSAGES)
    verify_ok(stack)


@scenario("a customer who returns is known: in a batch, later, after a kill; not once erased")
def affinity(stack):
    daemon = stack.start(desk())
    number = 100

    def returns(times):
        nonlocal number
        send(stack, *[ticket(number + n, NAMES[0]) for n in range(times)])
        number += times
        stack.settle()
        return [w for (w,) in stack.sql(
            "SELECT why FROM assignment ORDER BY seq DESC LIMIT %d" % times)]

    assert sorted(returns(8))[:7] == ["affinity"] * 7
    assert returns(3) == ["affinity"] * 3
    daemon.kill()
    daemon.start()
    assert returns(3) == ["affinity"] * 3
    assert stack.sql1("SELECT count(DISTINCT customer_salt) FROM personal") == 1
    erase(stack)
    assert returns(1) != ["affinity"], "the salt outlived what it was erased with"
    assert returns(2) == ["affinity"] * 2
    verify_ok(stack)


@scenario("evenhand forget --customer erases theirs and says how much; nobody else's; verify says ok")
def forget(stack):
    stack.start(desk())
    strange = {"type": "ticket", "id": "x-1", "team": "gone", "kind": "order", "customer": NAMES[2]}
    send(stack, *MESSAGES, *UPDATES, json.dumps(strange).encode(), entry(strange, id="x-2"),
         entry(strange, id="x-3", customer=NAMES[1]), b'{"type":"ticket","id":"o' + b"\xff" * 9)
    send(stack, {"type": "update", "id": "t-2", "subject": "no name in it"},
         {"type": "outcome", "id": "t-2", "outcome": "won", "csat": 4})
    stack.settle()
    others = "SELECT count(*) FROM personal WHERE customer <> '%s'" % NAMES[2]
    before, of_others = counts(stack), stack.sql1(others)
    said = json.loads(stack.cli("--json", "forget", "--customer", NAMES[2], "--dry-run")[1])
    assert said["erased"] is False and said["tickets"] == 4, said
    assert said["texts"] == 6 and said["bodies"] == 2, said  # two updates of t-2
    assert stack.sql1("SELECT count(*) FROM personal WHERE customer = %s", NAMES[2]) == 4
    held = json.loads(stack.cli("export", "--customer", NAMES[2])[1])
    assert [i["what"] for i in held["items"]] == ["ticket"] * 4 + ["refused"] * 2, held
    assert {i["id"] for i in held["items"] if i["what"] == "ticket"} == {
        "t-%d" % n for n in (2, 5, 8, 11)}
    second = held["items"][0]
    assert second["customer"] == NAMES[2] and second["subject"] == SUBJECTS[0], second
    assert [c.get("subject") for c in second["changes"]] == [SUBJECTS[1], "no name in it", None]
    assert second["changes"][2]["csat"] == 4 and second["assignments"][0]["rep"], second
    assert NAMES[2] not in stack.cli("export", "--customer", NAMES[0])[1]
    out = stack.cli("forget", "--customer", NAMES[2])[1]
    assert "Erased: personal text of 4 tickets in 6 rows, and 2 refused" in out, out
    entries = re.findall(r" (\d+-0)", out)
    assert len(entries) == 2 and stack.redis.xdel(DEAD, *entries) == 2, out
    assert found(stack, traces(NAMES[2]) + [json.dumps(NAMES[2])[1:-1].encode()]) == []
    assert "no name in it" not in str(list(everything(stack))), "an update's subject stays"
    assert stack.sql1(others) == of_others and counts(stack) == before
    verify_ok(stack)
    again = json.loads(stack.cli("--json", "forget", "--customer", NAMES[2])[1])
    assert again == dict(said, erased=True, tickets=0, texts=0, bodies=0, dead_entries=[]), again
    assert json.loads(stack.cli("export", "--customer", NAMES[2])[1])["items"] == []
    assert stack.daemon.logged("forgot a customer user=") == 2 and not stack.daemon.logged(NAMES[2])
    comes_to_nothing(stack, MESSAGES)


@scenario("a ticket that goes from one customer to another: each is told and erased what was theirs")
def of_two(stack):
    stack.start(desk())
    first, second = NAMES[0], NAMES[1]
    steps = [dict(subject="of nobody yet"), dict(customer=first, subject="of the first"),
             dict(subject="first once more"), dict(customer=second, subject="of the second"),
             dict(subject="second once more"), dict(customer=second, subject="second for good")]
    for value, step in enumerate(steps):
        send(stack, dict({"type": "ticket", "id": "t-1", "team": "sales", "kind": "order",
                          "value": value}, **step))
    send(stack, dict(ticket(2, second), subject="a bill"))
    stack.settle()
    assert stack.sql1("SELECT customer FROM ticket WHERE id = 't-1'") == second

    def told(name):
        text = stack.cli("export", "--customer", name)[1]
        held = json.loads(text)["items"]
        return text, [(i["id"], i["customer"], i["subject"], [c["subject"] for c in i["changes"] or []
                                                              if "subject" in c]) for i in held]

    def forget(name):
        said = json.loads(stack.cli("--json", "forget", "--customer", name)[1])
        return said["tickets"], said["texts"]
    text, held = told(first)
    assert held == [("t-1", first, "of nobody yet", ["of the first", "first once more"])], held
    assert second not in text, text
    text, held = told(second)
    assert held == [("t-1", second, None, ["of the second", "second once more", "second for good"]),
                    ("t-2", second, "a bill", [])], held
    assert first not in text, text
    assert forget(second) == (2, 4), "three texts of t-1, and t-2"
    left = [s for (s,) in stack.sql("SELECT subject FROM personal ORDER BY input")]
    assert left == [s["subject"] for s in steps[:3]], left
    assert told(second)[1] == [] and len(told(first)[1]) == 1
    verify_ok(stack)
    assert forget(first) == (1, 3)
    assert stack.sql1("SELECT count(*) FROM personal") == 0
    # A sweep tells it again: nothing comes back of what was erased.
    last = ticket(1, second, value=5, subject="second for good")
    send(stack, last)
    stack.settle()
    assert stack.sql1("SELECT count(*) FROM personal") == 0, "it brought it back"
    stack.daemon.kill()
    stack.daemon.start()
    comes_to_nothing(stack, [last, dict(last, subject="of somebody")])
    send(stack, dict(last, value=6))
    stack.settle()
    assert stack.ticket("t-1")["value"] == 6, "it is an update"
    assert stack.sql1("SELECT count(*) FROM personal") == 0, "an update brought it back"
    # Whoever is known is told from the one who was erased.
    send(stack, ticket(3, NAMES[2]), dict(last, customer=NAMES[2], value=7))
    stack.settle()
    assert stack.sql1("SELECT customer FROM ticket WHERE id = 't-1'") == NAMES[2]
    verify_ok(stack)


@scenario("evenhand export --rep tells all that is held of one rep, page by page, and of nobody else")
def export_rep(stack):
    whole = desk()
    whole["reps"] = [dict(rep, name="Ben Bakke", share="50%") if rep["id"] == "ben" else rep
                     for rep in whole["reps"]]
    daemon = stack.start(whole)
    stack.add_many([dict(ticket(n, NAMES[0]), owner=("ana", "ben")[n % 2], value=n)
                    for n in range(5400)])
    send(stack, {"type": "outcome", "id": "t-3", "outcome": "won", "csat": 2, "handled": 60})
    stack.settle()
    assert daemon.post("/v1/reps/ben/signal", {"status": "away", "reason": "dentist"}).code == 200
    assert daemon.post("/v1/tickets/default/t-5/assign", {"rep": "ana", "reason": "as asked"}).code == 200
    stack.settle()
    held = json.loads(stack.cli("export", "--rep", "ben")[1])
    assert held["rep"]["name"] == "Ben Bakke" and held["rep"]["share_ppm"] == 500000, held["rep"]
    assert held["rep"]["teams"] == [{"team": "sales", "from": None, "until": None}], held["rep"]
    tickets = [i for i in held["items"] if i["what"] == "ticket"]
    assert [t["id"] for t in tickets if t["type"] == "assigned" and t["rep"] == "ben"] == [
        "t-%d" % n for n in range(1, 5400, 2)]
    closed = [t for t in tickets if t["type"] == "closed"]
    assert [(t["id"], t["csat"], t["handled"]) for t in closed] == [("t-3", 2, 60)], closed
    assert [(t["id"], t["rep"], t["was"]) for t in tickets if "was" in t] == [("t-5", "ana", "ben")]
    assert ["dentist"] == [i["reason"] for i in held["items"] if i.get("type") == "signal"]
    code, out, error = stack.cli("forget", "--rep", "ben", "--name-only", check=False)
    assert code == 1 and "take their `name` out" in error, (code, error)
    whole["reps"] = [{"id": rep["id"]} for rep in whole["reps"]]
    stack.write_desk(whole)
    stack.cli("desk", "apply", stack.dir + "/desk.yaml")
    code, out, error = stack.cli("forget", "--rep", "ben", "--name-only", check=False)
    assert code == 1 and "2 desk files of the log may hold it" in error, (code, out, error)
    assert stack.cli("export", "--rep", "nobody", check=False)[0] == 1
    assert stack.cli("forget", "--rep", "ben", "--name-only", "--before", "2026-01-01", check=False)[0] == 2
    assert stack.cli("export", check=False)[0] == 2


@scenario("entries delivered again after a kill are known, erased or not")
def delivered_again(stack):
    stack.start(desk())
    sent = MESSAGES + UPDATES + REFUSED
    ids = send(stack, *sent)
    stack.settle()
    raw = redis.Redis(unix_socket_path=stack.redis_server.socket)
    for erasing in (False, True):
        before = counts(stack)
        stack.daemon.kill()
        if erasing:
            erase(stack)
        # As if nothing had been acknowledged.
        stack.sql("UPDATE head SET low_ms = 0, low_no = 0")
        raw.delete(INBOX)
        for place, message in zip(ids, sent):
            raw.xadd(INBOX, {"j": message if isinstance(message, bytes) else entry(message)}, place)
        raw.xgroup_create(INBOX, "evenhand", "0")
        stack.daemon.start()
        wait_until("all of it came again", lambda: repeats(stack) == len(sent), 20)
        stack.settle()
        assert counts(stack)[1:] == before[1:], (erasing, before, counts(stack))
    assert stack.redis.xlen(DEAD) == len(REFUSED)
    stack.add_ticket("last")  # the head is written anew
    stack.settle()
    verify_ok(stack)


@scenario("who is not on the desk and has a ticket, or did something with it, is nowhere in the database by name")
def foreign_names(stack):
    stack.start(desk=desk())
    zoe, kim, ola = "zoe@elsewhere.example", "Kim Ås", "ola.account"
    send(stack, *({"type": "ticket", "id": "n-%d" % n, "team": "sales", "kind": "order", **who}
                  for n, who in enumerate([{"account": zoe, "by": zoe}, {"owner": kim, "by": zoe},
                                           {"owner": "ana", "by": kim}, {"owner": "ana"}])),
         {"type": "owner", "id": "n-2", "account": zoe, "by": kim},
         {"type": "owner", "id": "n-3", "owner": ola, "by": ola, "event": "told"},
         {"type": "owner", "id": "n-0", "owner": "ben", "by": zoe})
    stack.settle()
    states = dict(stack.sql("SELECT id, state FROM ticket"))
    assert states == {"n-0": "assigned", "n-1": "held", "n-2": "held", "n-3": "held"}, states
    assert {by for by, in stack.sql("SELECT by FROM owner_change")} == {None, "?"}
    stack.daemon.stop()  # a snapshot as well
    guessed = [trace for name in (zoe, kim, ola) for trace in traces(name)]
    assert found(stack, guessed) == [], found(stack, guessed)
    verify_ok(stack)


@scenario("an auditor reads no customer, no subject and no body, whatever relation they read")
def auditor(stack):
    stack.start(desk())
    send(stack, *MESSAGES, *UPDATES, *REFUSED)
    stack.settle()
    stack.sql("CREATE ROLE auditor LOGIN IN ROLE evenhand_auditor")
    connection = psycopg2.connect(stack.postgres.dsn + " user=auditor")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'evenhand'::regnamespace"
                   " AND relkind IN ('r', 'v', 'm', 'p')")
    read = []
    for (relation,) in cursor.fetchall():
        try:
            cursor.execute("SELECT row_to_json(t)::text FROM evenhand.%s t" % relation)
        except psycopg2.errors.InsufficientPrivilege:
            continue
        read.append(relation)
        for (row,) in cursor.fetchall():
            hexed = [text.encode().hex() for text in NAMES + SUBJECTS]
            assert not any(text in row for text in NAMES + SUBJECTS + hexed), (relation, row)
    assert {"ticket", "dead_letter", "dead", "input"} <= set(read), read
    assert not set(ERASABLE) & set(read), read
    connection.close()
    verify_ok(stack, dsn=stack.postgres.dsn + " user=auditor")
    assert stack.sql1("SELECT customer FROM ticket WHERE id = 't-1'") == NAMES[1]
    assert stack.sql1("SELECT count(*) FROM dead_letter WHERE body IS NOT NULL") == len(REFUSED)


run()
