#!/usr/bin/python3
"""push: whole histories through `evenhand push`, twice, and once with a changed value."""
import csv
import os
import subprocess

from generate import generate, write
from harness import DEAD, EVENHAND, HISTORIES, SEED, Skip, note, run, scenario
from invariants import check_invariants

ROWS = 3000


def start_from(stack, path, *team):
    """A daemon whose desk was made of the history itself."""
    desk = subprocess.check_output([EVENHAND, "desk", "from", path, *team], text=True)
    stack.start(desk)


def push(stack, path, *more):
    stack.cli("push", path, "--redis", stack.redis_server.socket, *more, timeout=300)
    stack.settle(180)


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


@scenario("a generated history: all dealt, a second push changes nothing, an altered value is dead")
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
    push(stack, path)
    dead = stack.sql("SELECT reason, body FROM dead_letter")
    assert len(dead) == 1 and altered[0].encode() in bytes(dead[0][1]) and dead[0][0], dead
    assert stack.redis.xlen(DEAD) == 1
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
    real_history(stack, "helpdesk-it.tickets.csv", "--outcomes", team=("--team", "it"))


run()
