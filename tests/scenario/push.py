#!/usr/bin/python3
"""push: whole histories through `evenhand push`, twice, and once with a changed value."""
import csv
import json
import os
import subprocess
import time

from generate import generate, write
from harness import DEAD, EVENHAND, HISTORIES, INBOX, SEED, Skip, note, run, scenario
from invariants import check_invariants

ROWS = 3000


def start_from(stack, path, *team):
    """A daemon whose desk was made of the history itself."""
    desk = subprocess.check_output([EVENHAND, "desk", "from", path, *team], text=True)
    stack.start(desk)


def push(stack, path, *more, check=True):
    ended = stack.cli("push", path, "--redis", stack.redis_server.socket, *more, timeout=300,
                      check=check)
    stack.settle(180)
    return ended


def read(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def check_dealt(stack, rows, outcomes):
    dead = stack.sql("SELECT reason FROM dead_letter LIMIT 3")
    assert not dead, "dead letters: %r" % dead
    stack.produced = {row["ticket_id"]: row for row in rows}
    count = stack.sql1("SELECT count(*) FROM ticket")
    assert count == len(stack.produced), "%d tickets, %d in the file" % (count, len(stack.produced))
    states = dict(stack.sql("SELECT state, count(*) FROM ticket GROUP BY 1"))
    closed = sum(1 for row in rows if row["outcome"] not in ("", "open")) if outcomes else 0
    assert states.get("closed", 0) == closed, "%r, the file closes %d" % (states, closed)
    assert states.get("waiting", 0) == 0, states
    check_invariants(stack)


def check_again(stack, path, *more):
    """A second push of the same file changes nothing at all."""
    before = stack.sql("SELECT input, seq, digest FROM head")
    push(stack, path, *more)
    assert stack.sql("SELECT input, seq, digest FROM head") == before, "a repeat changed something"


@scenario("a generated history: all dealt, a second push changes nothing, an altered value is an update")
def generated(stack):
    path, rows = stack.dir + "/history.csv", generate(ROWS, SEED)
    with open(path, "w", encoding="utf-8") as f:
        write(f, rows)
    start_from(stack, path)
    push(stack, path)
    check_dealt(stack, read(path), outcomes=False)
    check_again(stack, path)

    altered = next(row for row in rows if row[5] != "")
    altered[5] += 1
    with open(path, "w", encoding="utf-8") as f:
        write(f, rows)
    ended = push(stack, path, check=False)
    code, out, errors = ended
    assert code == 0 and out.endswith("\n1 taken, %s repeated, 0 refused\n" % format(ROWS - 1, ",")), ended
    assert stack.sql1("SELECT value FROM ticket WHERE id = %s", altered[0]) == altered[5], altered
    assert stack.redis.xlen(DEAD) == 0
    check_invariants(stack)


@scenario("a generated history with its outcomes")
def with_outcomes(stack):
    path, rows = stack.dir + "/history.csv", generate(ROWS, SEED + 1)
    with open(path, "w", encoding="utf-8") as f:
        write(f, rows)
    start_from(stack, path)
    push(stack, path, "--outcomes")
    check_dealt(stack, read(path), outcomes=True)
    check_again(stack, path, "--outcomes")
    check_invariants(stack)


def real_history(stack, name, *more, team=()):
    path = os.path.join(HISTORIES, name)
    if not os.path.exists(path):
        raise Skip("%s is not there" % path)
    start_from(stack, path, *team)
    push(stack, path, *more, *team)
    check_dealt(stack, read(path), outcomes=True)
    check_again(stack, path, *more, *team)
    for row in stack.sql("SELECT rep, received, received_value FROM fairness_by_rep ORDER BY 1"):
        note("%s: %d tickets, value %d" % row)


@scenario("a public sales history of 14,277 quotes")
def crm_sales(stack):
    real_history(stack, "crm-sales.tickets.csv", "--outcomes", "--value-column", "list_value_minor")


@scenario("a real help desk's history of 4,580 queries")
def helpdesk_it(stack):
    real_history(stack, "helpdesk-it.tickets.csv", "--outcomes", "--undated", "2026-01-01",
                 team=("--team", "it"))


HEADER = "ticket_id,opened_at,kind,team,value_minor,closed_at,outcome\n"


def write_lines(stack, name, *lines):
    path = os.path.join(stack.dir, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write("".join(line + "\n" for line in lines))
    return path


def refused(stack, path, reasons, last, *more):
    """The file is refused with a line for each reason, and with the same last words always."""
    code, out, errors = stack.cli("push", path, *more, check=False)
    assert code == 1, (code, out, errors)
    assert errors.splitlines() == ["%s:%s" % (path, reason) for reason in reasons], errors
    assert out.splitlines()[-1] == last, out


@scenario("rows that the desk would refuse are refused with their lines, and nothing is sent")
def refused_before(stack):
    stack.start()
    row = "%s,2026-10-01T10:00:00Z,%s,%s,%s,,"
    path = write_lines(stack, "a.csv", HEADER.strip(), row % ("A1", "Incident", "sales", 1),
                       row % ("A2", "order", "North", 1), row % ("A3", "order", "sales", 1),
                       row % ("A3", "order", "sales", 2), row % ("A3", "order", "sales", 1))
    refused(stack, path, ["2: kind: Incident is not on the desk", "3: team: north is not on the desk",
                          "5: ticket A3 stands in line 4 already, with other content"],
            "0 taken, 0 repeated, 3 refused; nothing was sent")
    assert stack.redis.xlen(INBOX) == 0
    path = write_lines(stack, "a.jsonl", json.dumps(dict(type="ticket", id="1", team="x", kind="order")))
    refused(stack, path, ["1: team: x is not on the desk"],
            "0 taken, 0 repeated, 1 refused; nothing was sent")


@scenario("what became of each row is told: taken, repeated, parked, refused by the daemon")
def told(stack):
    daemon = stack.start()
    stack.add_ticket("old", value=1)
    stack.settle()
    first = "%d-0" % (int(time.time() * 1000) + 1)
    time.sleep(0.002)
    path = write_lines(stack, "b.jsonl",
                       json.dumps(dict(type="ticket", id="old", team="sales", kind="order", value=1)),
                       json.dumps(dict(type="ticket", id="old2", team="sales", kind="order",
                                       subject="a\tb")),
                       json.dumps(dict(type="outcome", id="never", outcome="won")),
                       json.dumps(dict(type="outcome", id="old", outcome="refunded")),
                       json.dumps(dict(type="update", id="gone", priority=1)))
    code, out, errors = stack.cli("push", path, check=False)
    assert code == 1 and out.splitlines()[-1] == "1 taken, 1 repeated, 1 parked, 2 refused", (out, errors)
    lines = errors.splitlines()
    assert len(lines) == 2 and lines[0].startswith(path + ":4: outcome: ") \
        and lines[1] == path + ":5: ticket default/gone is not known", lines
    code, out, errors = stack.cli("--json", "push", path, check=False)
    answer = json.loads(out)
    assert code == 1 and answer["sent"] == 5 and answer["repeated"] == 2, answer
    assert [r["line"] for r in answer["refused"]] == [4, 5], answer

    entries = daemon.get("/v1/entries?from=%s" % first).json
    assert [e["became"] for e in entries["entries"]][:5] == \
        ["repeated", "taken", "parked", "refused", "refused"], entries
    mended = entries["entries"][1]
    assert (mended["ticket"], mended["mended"]) == ("old2", "subject: control characters taken out")
    assert entries["entries"][4]["reason"] == "ticket default/gone is not known"
    assert entries["after"] is None
    assert daemon.get("/v1/entries?from=soon").code == 400

    stack.add_many([dict(type="ticket", id="m%d" % i, team="sales", kind="order") for i in range(1200)])
    stack.settle()
    seen, after = [], ""
    while after is not None:
        page = daemon.get("/v1/entries?from=%s&after=%s" % (first, after)).json
        assert len(page["entries"]) <= 500
        seen += [e["id"] for e in page["entries"]]
        after = page["after"]
    assert len(seen) == len(set(seen)) == 1210, len(seen)


@scenario("closed in the file is closed here, a day alone is a day of the desk, an undated one is refused")
def holes(stack):
    stack.start()
    head = "Ticket ID;Opened At;Closed At;Kind;Team;Amount;Outcome"
    path = write_lines(stack, "h.csv", head, "H1;2026-03-01T10:00:00Z;2026-03-02T10:00:00Z;query;sales;;",
                       "H2;02.03.2026 09:00;03.03.2026;order;sales;12.50;won",
                       "H3;04.03.2026;;query;sales;;")
    code, out, errors = stack.cli("push", path, "--outcomes", "--dates", "dmy")
    assert errors == "%s: times without an offset are taken as those of Europe/Oslo\n" \
        "%s: columns that are not read: Amount\n" % (path, path), errors
    assert out.splitlines()[-1] == "3 taken, 0 repeated, 0 refused", out
    stack.settle()
    assert dict(stack.sql("SELECT id, state FROM ticket")) == \
        {"H1": "closed", "H2": "closed", "H3": "assigned"}
    assert stack.sql1("SELECT outcome FROM ticket WHERE id = 'H1'") == "resolved"
    path = write_lines(stack, "u.csv", head, "U1;2026-03-01T10:00:00Z;;query;sales;;resolved")
    code, out, errors = stack.cli("push", path, "--outcomes", check=False)
    assert code == 1 and "u.csv:2: closed_at: missing" in errors, errors
    stack.cli("push", path, "--outcomes", "--undated", "2026-03-31")
    stack.settle()
    assert stack.ticket("U1")["state"] == "closed"
    check_invariants(stack)


@scenario("without the daemon a push says that it cannot know, and with --no-wait it does not ask")
def cannot_know(stack):
    stack.start()
    path = write_lines(stack, "c.csv", HEADER.strip(), "C1,2026-10-01T10:00:00Z,order,sales,1,,")
    stack.daemon.stop()
    asked = ("push", path, "--desk", "main", "--redis", stack.redis_server.socket)
    code, out, errors = stack.cli(*asked, check=False)
    assert code == 69 and "cannot be known" in errors, (code, out, errors)
    code, out, errors = stack.cli(*asked, "--no-wait")
    assert errors == "" and "1 sent to" in out, (out, errors)
    assert stack.redis.xlen(INBOX) == 2


run()
