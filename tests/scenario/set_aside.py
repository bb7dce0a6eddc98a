#!/usr/bin/python3
"""set_aside: who is set aside for a period and who is not any more, by whom and why; and what a
manager is asked before a step that has no way back.
"""
import os
import pty
import subprocess

from books import month, pool
from harness import EVENHAND, default_desk, default_team, run, scenario
from proofs import verify_ok

LAST = month("UTC", 1)


def desk():
    plan = {"id": "p", "team": "sales", "from": LAST, "encourages": "a", "discourages": "b",
            "target_pool": 1000, "max_pool": 1000,
            "metrics": [{"metric": "mood", "weight": "100%", "unit": "count", "take": "last",
                         "curve": [[0, "100%"], [1, "100%"]]}],
            "funding": [["0%", "100%"], ["100%", "100%"]], "split": {"equal": "100%"}}
    return default_desk(time_zone="UTC", reps=[{"id": rep} for rep in ("ana", "ben")],
                        teams=[default_team("sales", ["ana", "ben"])], plans=[plan])


def start(stack):
    stack.start(desk())
    stack.add({"type": "metric", "team": "sales", "metric": "mood", "period": LAST, "value": 1})
    stack.settle()


def step(stack, verb, code=200, **body):
    answer = stack.daemon.post("/v1/teams/sales/periods/%s/%s" % (LAST, verb), body)
    assert answer.code == code, answer
    return answer.json


def line(stack, rep):
    return next(s for s in pool(stack, "sales", LAST)["shares"] if s["rep"] == rep)


@scenario("set aside after the freeze: shown at once, frozen again before it is closed")
def after_the_freeze(stack):
    start(stack)
    step(stack, "freeze")
    step(stack, "exclude", rep="ana", reason="on trial")
    ana = line(stack, "ana")
    assert ana["excluded"] and ana["since_freeze"] and ana["excluded_reason"] == "on trial", ana
    assert ana["excluded_by"], ana
    assert not line(stack, "ben")["excluded"]
    told = stack.cli("pool", "sales", "--period", LAST)[1]
    assert "ana, by " in told and "freeze again" in told, told
    refused = step(stack, "close", code=409)
    assert "ana was set aside after it was frozen" in refused["error"]["message"], refused
    step(stack, "freeze")
    ana = line(stack, "ana")
    assert ana["excluded"] and not ana["since_freeze"] and not ana["eligible"], ana
    step(stack, "include", rep="ana", reason="passed")
    ana = line(stack, "ana")
    assert not ana["excluded"] and ana["since_freeze"] and ana["excluded_reason"] == "passed", ana
    assert step(stack, "include", code=409, rep="ana", reason="twice")["error"]["field"] == "rep"
    refused = step(stack, "close", code=409)
    assert "ana was included after it was frozen" in refused["error"]["message"], refused
    step(stack, "freeze")
    step(stack, "close")
    assert line(stack, "ana")["total"] == line(stack, "ben")["total"] > 0
    verify_ok(stack)
    assert stack.sql("SELECT what, rep, reason FROM exclusion ORDER BY input") == [
        ("exclude", "ana", "on trial"), ("include", "ana", "passed")]
    stack.daemon.kill()
    stack.daemon.start()
    assert line(stack, "ana")["excluded_reason"] == "passed"


def typed(stack, answer, *arguments):
    """(exit code, what it printed) with a terminal as standard input."""
    master, slave = pty.openpty()
    os.write(master, answer)
    done = subprocess.run([EVENHAND, "--socket", stack.daemon.socket, *arguments], stdin=slave,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(master)
    os.close(slave)
    return done.returncode, done.stdout + done.stderr


@scenario("asked on a terminal, not asked without one or with --yes; --dry-run does nothing")
def asked(stack):
    start(stack)
    assert stack.cli("freeze", "sales", LAST, "--dry-run")[1].startswith("would be done: ")
    assert pool(stack, "sales", LAST)["state"] == "open"
    stack.cli("freeze", "sales", LAST)
    code, told = typed(stack, b"n\n", "close", "sales", LAST)
    assert code == 1 and "would be done: " in told and "nothing was done" in told, told
    assert pool(stack, "sales", LAST)["state"] == "provisional"
    code, told = typed(stack, b"n\n", "exclude", "sales", "ana", LAST, "--reason", "x")
    assert code == 1 and not line(stack, "ana")["excluded"], told
    code, told = typed(stack, b"y\n", "close", "sales", LAST)
    assert code == 0 and pool(stack, "sales", LAST)["state"] == "closed", told
    code, told = typed(stack, b"", "pay", "sales", LAST, "--yes")
    assert code == 0 and pool(stack, "sales", LAST)["state"] == "paid", told
    before = stack.sql1("SELECT max(epoch) FROM effect WHERE type = 8")
    assert "would end draw epoch" in stack.cli("draws", "reveal", "--dry-run")[1]
    assert typed(stack, b"n\n", "draws", "reveal")[0] == 1
    assert stack.sql1("SELECT max(epoch) FROM effect WHERE type = 8") == before
    stack.cli("draws", "reveal")
    assert stack.sql1("SELECT max(epoch) FROM effect WHERE type = 8") != before


run()
