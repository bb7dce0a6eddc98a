#!/usr/bin/python3
"""cli_tour: a day at the desk by the command line alone: signals, outcomes, overrides, desk."""
import json
import os
import re

from harness import SALES, default_desk, run, scenario

ROWS = """ticket_id,opened_at,kind,team,customer,value_minor,outcome,closed_at
T-1,2026-01-05T09:00:00Z,order,sales,Vik,12995,,
T-2,2026-01-05T09:01:00Z,quote,sales,,,,
T-3,2026-01-05T09:02:00Z,query,support,,,resolved,2026-01-05T10:00:00Z
"""


def write(stack, name, text):
    path = os.path.join(stack.dir, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def says(stack, *arguments):
    return stack.cli(*arguments)[1]


def refused(stack, code, sentence, *arguments):
    got, _, error = stack.cli(*arguments, check=False)
    assert got == code and sentence in error and error.count("\n") == 1, (got, error)


def bring_up(stack):
    stack.start()
    path = write(stack, "day.csv", ROWS)
    assert "3 of them tickets" in says(stack, "push", path, "--outcomes")
    stack.settle()
    return path


@scenario("a rep's day: who has what, overloaded and back, an outcome with its money")
def day(stack):
    path = bring_up(stack)
    story = says(stack, "ticket", "T-1")
    assert "order worth 129.95 EUR for team sales" in story, story
    rep = stack.ticket("T-1")["rep"]
    assert "with " + rep in story and "dealt to " + rep in story, story
    assert "T-1" in says(stack, "rep", rep)
    assert "closed" in says(stack, "ticket", "T-3")
    assert "is overloaded until" in says(stack, "overloaded", rep, "--for", "2h", "--reason", "r")
    assert re.search(r"overloaded until \d\d.* \(in (2h|1h 5\dm)\), said by \S+: r", says(stack, "rep", rep))
    assert "from" in says(stack, "available", rep, "--reason", "r")
    assert says(stack, "outcome", "T-1", "won", "--value", "120", "--csat", "5") == "T-1: won\n"
    assert stack.sql1("SELECT value FROM outcome WHERE ticket = 'T-1'") == 12000
    refused(stack, 1, "reopen", "outcome", "T-1", "lost")
    refused(stack, 1, "T-9", "ticket", "T-9")
    assert "won once this ticket comes" in says(stack, "outcome", "T-9", "won")
    assert says(stack, "outcome", "T-1", "won", "--value", "120") == "T-1: won\n"
    before = stack.sql1("SELECT count(*) FROM input")
    says(stack, "push", path, "--outcomes")
    stack.settle()
    assert stack.sql1("SELECT count(*) FROM input") == before, "a second push changed something"


@scenario("a manager's overrides: assign, move, release")
def overrides(stack):
    bring_up(stack)
    had = stack.ticket("T-2")["rep"]
    other = next(r for r in SALES if r != had)
    assert says(stack, "assign", "T-2", other, "--reason", "knows them") == \
        "T-2: given by hand; with %s\n" % other
    assert "given to %s by a manager, was with %s" % (other, had) in says(stack, "ticket", "T-2")
    says(stack, "release", other, "--reason", "leaves")
    assert stack.ticket("T-2")["rep"] not in (None, other)
    assert "away" in says(stack, "rep", other)
    moved = says(stack, "move", "T-2", "support", "--reason", "misrouted")
    assert moved == "T-2: moved to team support; with %s\n" % stack.ticket("T-2")["rep"], moved
    assert "moved to team support" in says(stack, "ticket", "T-2")


@scenario("a desk file: shown, compared, applied, refused whole")
def desk_file(stack):
    bring_up(stack)
    desk = default_desk()
    path = write(stack, "new.yaml", json.dumps(desk))
    assert "nothing" in says(stack, "desk", "diff", path)
    desk["teams"][0]["capacity"] = 40
    path = write(stack, "new.yaml", json.dumps(desk))
    assert "capacity" in says(stack, "desk", "diff", path)
    assert "no limit" in says(stack, "team", "sales")
    says(stack, "desk", "apply", path)
    assert "capacity 40" in says(stack, "team", "sales")
    assert json.loads(says(stack, "desk", "show")) == desk
    desk["time_zone"] = "Mars/Base"
    refused(stack, 78, "Mars/Base", "desk", "apply", write(stack, "bad.yaml", json.dumps(desk)))
    del desk["time_zone"]
    desk["teams"][0]["capacity"] = -1
    refused(stack, 78, "capacity", "desk", "apply", write(stack, "bad.yaml", json.dumps(desk)))
    assert "capacity 40" in says(stack, "team", "sales")


run()
