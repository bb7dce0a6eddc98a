#!/usr/bin/python3
"""fairness: the report of a team, over the socket, on the command line and from the database."""
import getpass
import json
import os
import re
import shutil
import threading
import time

import psycopg2

from harness import (EVENHANDD, SALES, SUPPORT, Skip, default_desk, is_root, patiently, run, scenario,
                     wait_until)

TICKETS = 400
PPM = 1000000


def desk():
    return default_desk(teams=[
        {"id": "sales", "reps": list(SALES), "policy": "random", "capacity": 0,
         "overloaded": {"at_least": "1s", "at_most": "1h"}},
        {"id": "support", "reps": list(SUPPORT)}])


def deal(stack, count, team="sales", first=0):
    stack.add_many([{"type": "ticket", "id": "%s-%d" % (team, n), "kind": "order", "team": team,
                     "value": 100 << n % 5} for n in range(first, first + count)])
    stack.settle()


def report(stack, team="sales", query=""):
    answer = patiently(lambda: stack.daemon.get("/v1/teams/%s/fairness%s" % (team, query)))
    assert answer.code == 200, answer
    return answer.json


def over_socket(stack, *arguments):
    """What the command line prints that asks the daemon, as patiently."""
    def made():  # 69: refused for now
        code, out, error = stack.cli(*arguments, check=False)
        assert code in (0, 69), (code, error)
        return out if code == 0 else None
    return wait_until("there is a report", made)


def from_database(stack, team="sales", *options, json_output=True):
    flags = ["--json"] if json_output else []
    done = stack.cli(*flags, "fairness", team, "--db", stack.postgres.daemon_dsn, *options)[1]
    return json.loads(done) if json_output else done


def by_rep(answer):
    return {rep["rep"]: rep for rep in answer["reps"]}


@scenario("what was dealt honestly is reported as even, and drawn as chance would have it")
def honest(stack):
    stack.start(desk())
    deal(stack, TICKETS)
    answer = report(stack)
    reps = by_rep(answer)
    assert sorted(reps) == SALES and answer["team"] == "sales", answer
    assert answer["tickets"] == answer["arrived"] == answer["drawn"] == TICKETS, answer
    assert sum(r["received"] for r in reps.values()) == TICKETS, reps
    assert sum(r["received_value"] for r in reps.values()) == TICKETS // 5 * 3100, reps
    for rep in reps.values():
        assert abs(rep["entitled"] - TICKETS / 4) < 0.05, rep
        assert abs(rep["expected"] - TICKETS / 4) < 0.05, rep
        assert rep["deviation"] is not None and rep["overrides"] == 0, rep
    assert 0.9 * PPM < answer["jain_count"] <= PPM, answer
    assert 0.9 * PPM < answer["jain_value"] <= PPM, answer
    assert 0 <= answer["gini_count"] < 0.2 * PPM, answer
    assert 1e-6 < answer["draw_p"] <= 1, answer
    assert answer["predictability"] == PPM // 4, answer
    assert answer["picking_dealt"]["g"] is not None, answer
    assert not [n for n in answer["notes"] if "too few" in n], answer
    for rep in reps.values():  # 4 reps, either way: 1 in 800, about three standard errors
        z = rep["band"] * rep["deviation"] / (rep["drawn"] - rep["drawn_expected"] or 1)
        assert rep["drawn"] == rep["drawn_expected"] or 2.9 < z < 3.6, (z, rep)
    assert [row["first"] for row in answer["heat"]] == SALES, answer["heat"]
    for row in answer["heat"]:
        assert row["first"] == row["last"] and sum(row["received"]) == reps[row["first"]]["drawn"]
        assert abs(sum(row["expected"]) - reps[row["first"]]["drawn_expected"]) < 1e-4, row
    curve = [(p["entitled_ppm"], p["received_ppm"]) for p in answer["lorenz"]]
    assert curve[0] == (0, 0) and curve[-1] == (PPM, PPM) and len(curve) == 5, curve
    assert all(y <= x for x, y in curve), curve


@scenario("socket, command line and database tell the same")
def three_ways(stack):
    stack.start(desk())
    deal(stack, 60)
    told = report(stack)
    assert json.loads(over_socket(stack, "--json", "fairness", "sales")) == told
    assert from_database(stack) == told
    people = from_database(stack, json_output=False)
    assert people == over_socket(stack, "fairness", "sales")
    assert "Jain" in people and "z: how many" in people, people
    flat = " ".join(people.split())
    assert ".01 and less is doubtful: one honest report in 100 has a doubtful verdict" in flat, people
    assert re.search("the draw .*?: p [^ ]+, corrected ", flat), people
    assert max(len(line) for line in people.splitlines()) <= 80, people
    assert len(told["says"]) > 5 and all(said["text"] in flat for said in told["says"]), told["says"]
    stack.daemon.kill()  # the log alone is enough
    assert from_database(stack) == told


@scenario("little is said to be too few, and nothing is judged by it")
def too_few(stack):
    stack.start(desk())
    deal(stack, 6)
    answer = report(stack)
    assert answer["draw_p"] is None and not answer["balance_enough"], answer
    assert [n for n in answer["notes"] if n.startswith("draw: too few to tell")], answer
    assert [n for n in answer["notes"] if n.startswith("balance: too few to tell")], answer
    assert [s["text"] for s in answer["says"]].count("too few to tell") >= 2, answer["says"]
    assert [rep["band"] for rep in answer["reps"]] == [None] * len(answer["reps"]), answer["reps"]
    people = over_socket(stack, "fairness", "sales")
    assert "even:" not in people and "too few to tell" in people, people
    nothing = report(stack, "support")
    assert nothing["tickets"] == 0 and nothing["jain_count"] is None, nothing


@scenario("overload and overrides are counted, with who gave how much")
def overload_and_overrides(stack):
    stack.start(desk())
    deal(stack, 40)
    posted = stack.daemon.post("/v1/reps/ana/signal", {"status": "overloaded", "for": 3600})
    assert posted.code == 200, posted
    time.sleep(1.2)
    deal(stack, 40, first=40)
    posted = stack.daemon.post("/v1/reps/ana/signal", {"status": "available"})
    assert posted.code == 400 and posted.json["error"]["field"] == "reason", posted
    posted = stack.daemon.post("/v1/reps/ana/signal", {"status": "available", "reason": "phones"})
    assert posted.code == 200, posted
    wait_until("ana is back", lambda: stack.daemon.get("/v1/reps/ana").json["state"] == "available")
    ticket = stack.sql("SELECT id, rep, value FROM ticket WHERE rep <> 'ben' LIMIT 1")[0]
    posted = stack.daemon.post("/v1/tickets/default/%s/assign" % ticket[0],
                               {"rep": "ben", "reason": "knows them"})
    assert posted.code == 200, posted
    stack.settle()
    answer = report(stack)
    reps = by_rep(answer)
    ana = reps["ana"]
    assert ana["overloads"] == 1 and ana["overloaded_s"] >= 1, ana
    assert ana["overloads_ended"] == 1 and answer["managers"][0]["overloads_ended"] == 1, answer
    told = stack.daemon.get("/v1/reps/ana").json
    assert told["by"] == getpass.getuser() and told["reason"] == "phones", told
    assert ana["entitled"] < reps["cai"]["entitled"], reps
    assert ana["value_error"] is not None, ana
    assert reps["ben"]["overrides"] == 1 and answer["overrides"] == 1, answer
    assert len(answer["managers"]) == 1, answer
    assert answer["managers"][0]["value"] == ticket[2], (answer, ticket)
    assert sum(r["received"] for r in reps.values()) == 80, reps
    assert abs(sum(r["entitled"] for r in reps.values()) - 80) < 0.05, reps


def children(stack):
    """Pids of the command lines that run for the daemon."""
    pid = stack.daemon.process.pid
    with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as f:
        return [int(child) for child in f.read().split()]


def bounds_of(pid):
    """(oom_score_adj, bytes of address space or None)"""
    with open("/proc/%d/oom_score_adj" % pid, encoding="ascii") as f:
        score = int(f.read())
    with open("/proc/%d/limits" % pid, encoding="ascii") as f:
        space = re.search(r"Max address space +(\d+|unlimited)", f.read()).group(1)
    return score, None if space == "unlimited" else int(space)


@scenario("a user's reports are made one at a time, three wait; each has its bounds and its end")
def bounds(stack):
    stack.start(desk())
    deal(stack, 10)
    answers = []

    def ask():
        answers.append(stack.daemon.get("/v1/teams/sales/fairness"))

    blocker = psycopg2.connect(stack.postgres.dsn)
    blocker.cursor().execute("LOCK TABLE evenhand.input")
    askers = [threading.Thread(target=ask) for _ in range(5)]
    for asker in askers:
        asker.start()
    wait_until("the fifth is sent away", lambda: answers, 5)
    assert [a.code for a in answers] == [429], answers
    assert "4 answers of yours" in answers[0].text, answers
    running = children(stack)
    assert len(running) == 1, running
    score, space = bounds_of(running[0])
    assert score == 1000, score
    assert space is None or space < 256 << 20, space  # None: under a sanitizer
    assert stack.daemon.status()["role"] == "leader"
    assert len(answers) == 1, "the loop waited: %r" % answers
    for asker in askers:
        asker.join()
    blocker.close()
    assert sorted(a.code for a in answers) == [429, 503, 503, 503, 503], answers
    told = [a.json["error"]["message"] for a in answers if a.code == 503]
    assert all("make it with `evenhand fairness sales --db CONNINFO`" in text for text in told), told
    assert sum("others were before it" in text for text in told) >= 2, told
    assert children(stack) == []
    assert report(stack)["tickets"] == 10


@scenario("whoever waits for a turn gets it, and two users are served at once")
def turns(stack):
    if not is_root():
        raise Skip("only root can ask for others")
    stack.start(desk(), auditors=["daemon"])
    shutil.chown(stack.dir, "root", "daemon")
    os.chmod(stack.daemon.socket, 0o666)
    deal(stack, 10)
    answers = []
    blocker = psycopg2.connect(stack.postgres.dsn)
    blocker.cursor().execute("LOCK TABLE evenhand.input")
    path = "/v1/teams/sales/fairness"
    askers = [threading.Thread(target=lambda: answers.append(stack.daemon.get(path)))
              for _ in range(3)]
    askers.append(threading.Thread(
        target=lambda: answers.append(stack.ask_as("daemon", "GET", path))))
    for asker in askers:
        asker.start()
    wait_until("two are at work", lambda: len(children(stack)) == 2, 5)
    blocker.close()
    for asker in askers:
        asker.join()
    assert [a.code for a in answers] == [200] * 4, answers


@scenario("a child that needs more memory than it may have is refused, and dealing goes on")
def too_large(stack):
    with open(EVENHANDD, "rb") as f:
        if b"__asan_" in f.read():
            raise Skip("a sanitizer maps terabytes: there children have no such bound")
    stack.start(desk(), limits={"open_tickets": 20})
    deal(stack, 3)
    # What one page of the log holds is more than a child may have.
    stack.sql("ALTER TABLE input DISABLE TRIGGER ALL")
    stack.sql("UPDATE input SET reason = repeat('x', 40000000) WHERE type = 1")
    answer = stack.daemon.get("/v1/teams/sales/fairness")
    assert answer.code == 503, answer
    assert "make it with `evenhand fairness sales --db CONNINFO`" in answer.text, answer
    assert stack.daemon.alive()
    deal(stack, 5, first=3)


def snapshots_of(stack):
    return [row[0] for row in stack.sql("SELECT DISTINCT input FROM snapshot ORDER BY input")]


def deal_snapshots(stack, count):
    """So many more are written."""
    for _ in range(count):
        before, number = snapshots_of(stack), stack.sql1("SELECT count(*) FROM ticket")
        deal(stack, 60, first=number)
        wait_until("there is a snapshot", lambda: set(snapshots_of(stack)) - set(before))


@scenario("what came before the period is taken from a snapshot, and comes to the same")
def snapshots(stack):
    stack.start(desk(), limits={"snapshot_inputs": 50})
    deal_snapshots(stack, 2)
    stack.daemon.stop()
    newest = snapshots_of(stack)[-1]
    later = stack.sql1("SELECT to_char(to_timestamp(max(at) / 1e6) + interval '2 days',"
                          " 'YYYY-MM-DD') FROM input")
    stack.sql("UPDATE snapshot SET parts = parts + 1")  # none of them is whole
    whole = from_database(stack, "sales", "--from", later)
    stack.sql("UPDATE snapshot SET parts = parts - 1")
    stack.sql("ALTER TABLE input DISABLE TRIGGER ALL")
    stack.sql("DELETE FROM input WHERE input < %s", newest)
    assert from_database(stack, "sales", "--from", later) == whole
    error = stack.cli("fairness", "sales", "--db", stack.postgres.daemon_dsn, check=False)[2]
    assert "is missing" in error, error  # that needs all of the log


@scenario("kept are the two newest snapshots, and the last one of each month")
def kept(stack):
    stack.start(desk(), limits={"snapshot_inputs": 50})
    deal_snapshots(stack, 2)
    old = snapshots_of(stack)
    # Of one month, and of ten years after one another: one each is kept.
    stack.sql("UPDATE snapshot SET day = 10227")  # the first of a month
    for n in range(1, 120):
        stack.sql("INSERT INTO snapshot (desk, input, part, parts, day, state, body)"
                  " SELECT desk, input - %s, part, parts, day - 30 * %s, state, body FROM snapshot"
                  " WHERE input = %s", n, n, old[0])
    deal_snapshots(stack, 4)
    wait_until("others are gone", lambda: old[0] not in snapshots_of(stack))
    left = snapshots_of(stack)
    assert old[1] in left and len(left) in range(100, 125), (old, left)
    assert stack.sql1("SELECT max(n) FROM (SELECT count(*) AS n FROM snapshot WHERE day < 10227"
                      " GROUP BY date_trunc('month', date '1970-01-01' + day)) AS months") == 1


@scenario("a period is counted from its first day to its last")
def periods(stack):
    stack.start(desk())
    deal(stack, 30)
    whole = report(stack)
    today = whole["to"]
    assert report(stack, query="?from=%s&to=%s" % (today, today))["tickets"] == 30
    assert report(stack, query="?to=2001-01-01")["tickets"] == 0
    assert whole["from"] == today, whole
    assert stack.daemon.get("/v1/teams/sales/fairness?from=2999-01-01").code == 400


@scenario("who asks for what is not there, or not theirs, is told so")
def refusals(stack):
    stack.start(desk())
    assert stack.daemon.get("/v1/teams/nobody/fairness").code == 404
    assert stack.daemon.get("/v1/teams/sales/fairness?from=yesterday").code == 400
    assert stack.daemon.get("/v1/teams/sales/fairness?since=2026-01-01").code == 400
    code, _, said = stack.cli("fairness", "nobody", "--db", stack.postgres.daemon_dsn, check=False)
    assert code == 1 and "nobody" in said, (code, said)
    code, _, said = stack.cli("fairness", "sales", "--from", "2026-02-30", check=False)
    assert code == 2 and "--from" in said, (code, said)
    code, _, said = stack.cli("fairness", "sales", "--db", "host=%s/nowhere" % stack.dir, check=False)
    assert code == 69 and "nowhere" in said, (code, said)


run()
