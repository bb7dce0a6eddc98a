#!/usr/bin/python3
"""plan_test: evenhand plan test says what a plan would have paid: over the same outcomes the same
figures as the daemon's, and nothing is changed by asking."""
import json
import os
import subprocess

import pools
from harness import EVENHAND, note, patience, run, scenario

COMPARED = ("period", "gross", "composite_ppm", "funding_ppm")


def write_plan(stack, plan, name="plan"):
    path = os.path.join(stack.dir, name + ".yaml")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(plan, f)
    return path


def plan_test(stack, plan, *arguments, dsn=None):
    """(exit code, stdout, stderr)"""
    path = plan if isinstance(plan, str) else write_plan(stack, plan)
    done = subprocess.run([EVENHAND, "plan", "test", path, "--db", dsn or stack.postgres.dsn,
                           *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=patience(120))
    return done.returncode, done.stdout, done.stderr


def tested(stack, plan, *arguments, **more):
    code, out, error = plan_test(stack, plan, "--json", *arguments, **more)
    assert code == 0 and not error, (code, out, error)
    return json.loads(out)


def told(stack, plan, *arguments):
    code, out, error = plan_test(stack, plan, *arguments)
    assert code == 0 and not error, (code, out, error)
    return out


def live(stack, months, team="sales"):
    answers = [stack.daemon.get("/v1/teams/%s/pool?period=%s" % (team, m)) for m in months]
    assert all(a.code == 200 for a in answers), answers
    return [a.json for a in answers]


def figures(statement):
    return ([statement[key] for key in COMPARED],
            [(m["metric"], m["value"], m["count"], m["score_ppm"]) for m in statement["metrics"]],
            [(s["rep"], s["days"], s["points"], s["equal"], s["seniority"], s["individual"],
              s["total"]) for s in statement["shares"]])


def same_but_ties(found, wanted):
    """A plan of another name draws anew who gets an odd cent: a part's, so three of a line."""
    return found[:2] == wanted[:2] and all(
        a[:3] == b[:3] and all(abs(x - y) <= 1 for x, y in zip(a[3:6], b[3:6])) and
        abs(a[6] - b[6]) <= 3 for a, b in zip(found[2], wanted[2]))


def revenue_of(statement):
    return next(m["value"] for m in statement["metrics"] if m["metric"] == "revenue")


@scenario("the plan in force, tested, gives what the daemon computes")
def the_same(stack):
    months = pools.last_months(4)
    plan = pools.plan(months[0])
    stack.start(pools.desk(plan))
    history = pools.History(stack, months)
    history.send()
    head = stack.sql1("SELECT input FROM head")
    test = tested(stack, plan)
    assert (test["team"], test["plan"], test["currency"]) == ("sales", "sales-plan", "EUR"), test
    assert [p["period"] for p in test["periods"]] == months, test
    assert {p["period"]: revenue_of(p) for p in test["periods"]} == history.revenue
    assert [figures(p) for p in test["periods"]] == [figures(p) for p in live(stack, months)]
    assert all(p["gross"] > 0 and not p["running"] and p["carry"] == 0 and not p["missing"]
               for p in test["periods"]), test
    assert test["total_gross"] == sum(p["gross"] for p in test["periods"])
    assert [m["metric"] for m in test["metrics"]] == ["revenue", "csat", "cycle_time"], test
    assert all(m["periods"] == len(months) for m in test["metrics"]), test
    checked = json.loads(stack.cli("plan", "check", write_plan(stack, plan), "--desk",
                                   stack.dir + "/desk.yaml", "--json")[1])
    assert {p["plan_sha256"] for p in test["periods"]} == {checked["sha256"]}
    assert stack.sql1("SELECT input FROM head") == head, "a test left something in the log"
    for month, row in zip(months, test["periods"]):
        assert tested(stack, plan, "--period", month)["periods"] == [row], month
    asked = subprocess.run(
        [EVENHAND, "plan", "test", "-", "--json", "--db", "-", "--period", "2149-12"], text=True,
        input=json.dumps(plan), env=dict(os.environ, EVENHAND_DB=stack.postgres.dsn),
        stdout=subprocess.PIPE, timeout=patience(60))
    empty, = json.loads(asked.stdout)["periods"]
    assert empty["running"] and revenue_of(empty) == 0, "asked for, it is there with nothing in it"


@scenario("what the desk's own pool still has to take back is none of a test's business")
def no_carry(stack):
    months = pools.last_months(2)
    plan = pools.plan(months[0])
    daemon = stack.start(pools.desk(plan))
    history = pools.History(stack, months)
    history.send()
    before = tested(stack, plan)
    for step in ("freeze", "close"):
        answer = daemon.post("/v1/teams/sales/periods/%s/%s" % (months[0], step))
        assert answer.code == 200, answer
    back = {m["id"] for m in history.later}
    stack.add_many([{"type": "outcome", "id": m["id"], "outcome": "refunded"}
                    for m in history.outcomes if m["outcome"] == "won" and m["id"] not in back
                    and m["id"].startswith("sales-" + months[0])])
    stack.settle()
    assert daemon.post("/v1/teams/sales/periods/%s/close" % months[0]).code == 200
    assert stack.sql1("SELECT min(carry_open) FROM pool") < 0, "nothing is to be taken back"
    assert live(stack, months)[1]["carry"] < 0, "the daemon's estimate takes something back"
    after = tested(stack, plan)
    assert [p["carry"] for p in after["periods"]] == [0, 0], after
    assert after["periods"][1] == before["periods"][1], "the second month is as it was"
    assert after["periods"][0]["gross"] < before["periods"][0]["gross"], after


@scenario("a plan that begins later, another team, other periods: all that is recorded is tested")
def other_plans(stack):
    months = pools.last_months(5)
    stack.start(pools.desk(pools.plan(months[2])))
    history = pools.History(stack, months)
    other = pools.History(stack, months[1:3], team="support", tickets=25)
    history.send()
    other.send()
    later = pools.plan("2150-01", id="later")
    out = told(stack, later)
    assert "begins with 2150-01; here it is taken as if it had begun with %s" % months[0] in out, out
    assert "nothing is carried" in out, out
    test = tested(stack, later)
    assert {p["period"]: revenue_of(p) for p in test["periods"]} == history.revenue, test
    same = live(stack, months[2:])  # months before the plan's first are not counted live
    for found, wanted in zip(test["periods"][2:], same):
        assert same_but_ties(figures(found), figures(wanted)), (found, wanted)
    test = tested(stack, later, "--team", "support")
    assert test["team"] == "support", test
    assert {p["period"]: revenue_of(p) for p in test["periods"]} == other.revenue, test
    stranger = tested(stack, dict(later, team="of-another-desk"), "--team", "support")
    assert [p["gross"] for p in stranger["periods"]] == [p["gross"] for p in test["periods"]]
    for kind, first in (("week", "2150-W01"), ("quarter", "2150-Q1")):
        test = tested(stack, dict(later, period=kind, **{"from": first}))
        assert sum(revenue_of(p) for p in test["periods"]) == sum(history.revenue.values()), kind
        names = [p["period"] for p in test["periods"]]
        assert names == sorted(names) and len(set(names)) == len(names), names


@scenario("targets and gates that were never or always met are said in words")
def words(stack):
    months = pools.last_months(3)
    stack.start(pools.desk())
    history = pools.History(stack, months, tickets=20)
    history.send()
    reopened = [m["id"] for m in history.outcomes if m["id"].endswith("-1")]
    stack.add_many([{"type": "outcome", "id": i, "outcome": "reopened"} for i in reopened])
    stack.settle()
    values = sorted(revenue_of(p) for p in tested(stack, pools.plan(months[0]))["periods"])
    between = (values[0] + values[-1] + 1) // 2
    money = "%d.%02d" % divmod(between, 100)
    plan = pools.plan(months[0], metrics=[
        {"metric": "revenue", "weight": "25%", "curve": [["0.00", "0%"], [money, "100%"]]},
        {"metric": "csat", "weight": "25%", "prior": {"mean": 4.2, "count": 5},
         "curve": [[4.9, "0%"], [5.0, "100%"]],
         "gate": {"metric": "reopen_rate", "at_most": "0%", "else": "cap_metric"}},
        {"metric": "cycle_time", "weight": "25%", "curve": [["8000h", "100%"], ["1h", "110%"]],
         "gate": {"metric": "reopen_rate", "at_most": "90%", "else": "zero_metric"}},
        {"metric": "training", "weight": "25%", "unit": "count", "take": "sum",
         "curve": [[0, "0%"], [10, "100%"]]}])
    reached = sum(v >= between for v in values)
    assert 0 < reached < 3, values
    out = told(stack, plan)
    for sentence in ("revenue reached its 100 %% target in %d of 3 periods" % reached,
                     "csat never reached its 100 % target",
                     "cycle_time always reached its 100 % target",
                     "training never reached its 100 % target; it had no figure in 3",
                     "the gate of csat (reopen_rate, cap_metric) always failed",
                     "the gate of cycle_time (reopen_rate, zero_metric) never failed",
                     "in 3 of 3 periods: training: the imported figure did not come"):
        assert sentence in out, (sentence, out)
    test = tested(stack, plan)
    assert [(m["metric"], m["reached"], m["periods"], m["missing"]) for m in test["metrics"]] == [
        ("revenue", reached, 3, 0), ("csat", 0, 3, 0), ("cycle_time", 3, 3, 0),
        ("training", 0, 3, 3)], test["metrics"]
    assert [m.get("gate_failed") for m in test["metrics"]] == [None, 3, 0, None], test["metrics"]
    assert all("training" in p["missing"][0] for p in test["periods"]), test


@scenario("a period that still runs is marked, and does not count for targets")
def running(stack):
    months = pools.last_months(1)
    plan = pools.plan(months[0])
    stack.start(pools.desk(plan))
    pools.History(stack, months).send()
    stack.add({"type": "ticket", "id": "now", "team": "sales", "kind": "order", "value": 100})
    stack.add({"type": "outcome", "id": "now", "outcome": "won", "value": 90000})
    stack.settle()
    test = tested(stack, plan)
    assert [p["running"] for p in test["periods"]] == [False, True], test
    assert all(m["periods"] == 1 for m in test["metrics"]), test
    assert test["running_gross"] == test["periods"][1]["gross"] > 0, test
    assert test["total_gross"] == sum(p["gross"] for p in test["periods"]), test
    assert live(stack, [test["periods"][1]["period"]])[0]["gross"] == test["running_gross"]
    out = told(stack, plan)
    assert "still runs" in out and "Over the 1 period that ended" in out, out


@scenario("what cannot be tested is refused, with the exit code of its kind")
def refused(stack):
    months = pools.last_months(1)
    stack.start(pools.desk())
    plan = pools.plan(months[0])
    assert "Nothing is recorded for team sales" in told(stack, plan)
    empty = tested(stack, plan)
    assert empty["periods"] == [] and empty["total_gross"] == 0, empty
    stack.sql("CREATE ROLE auditor LOGIN IN ROLE evenhand_auditor; CREATE ROLE nobody LOGIN")
    assert tested(stack, plan, dsn=stack.postgres.dsn + " user=auditor")["periods"] == []
    for code, says, arguments, more in (
            (1, "team nowhere", ("--team", "nowhere"), {}),
            (2, "--period", ("--period", "March"), {}),
            (1, "by the month", ("--period", "2026-Q1"), {}),
            (2, "no such option", ("--desk", "x"), {}),
            (69, "postgres", (), {"dsn": "host=/nowhere dbname=x"}),
            (77, "evenhand_auditor", (), {"dsn": stack.postgres.dsn + " user=nobody"})):
        done = plan_test(stack, plan, *arguments, **more)
        assert done[0] == code and says in done[2] and done[2].count("\n") <= 2, (code, done)
    done = plan_test(stack, dict(plan, team="nowhere"))
    assert done[0] == 78 and "no team of this desk" in done[2], done
    done = plan_test(stack, dict(plan, metrics=plan["metrics"][:2]))
    assert done[0] == 78 and "weights" in done[2], done
    assert plan_test(stack, stack.dir + "/none.yaml")[0] == 1


@scenario("14,000 closings are tested within seconds")
def volume(stack):
    months = pools.last_months(14)
    plan = pools.plan(months[0])
    stack.start(pools.desk(plan))
    history = pools.History(stack, months, tickets=1000)
    history.send()
    code, out, error = plan_test(stack, plan, "--json")
    assert code == 0, error
    periods = json.loads(out)["periods"]
    assert {p["period"]: revenue_of(p) for p in periods} == history.revenue
    note(error or "within two seconds")


run()
