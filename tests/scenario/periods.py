#!/usr/bin/python3
"""periods: a bonus period is frozen, closed and paid, and nobody turns it back."""
import datetime
import json
import zoneinfo

import psycopg2

from harness import SALES, SUPPORT, default_desk, default_team, run, scenario
from invariants import check_invariants

OSLO = zoneinfo.ZoneInfo("Europe/Oslo")
TODAY = datetime.datetime.now(OSLO).date()


def month(back):
    """The first day of the month that many months ago."""
    number = TODAY.year * 12 + TODAY.month - 1 - back
    return datetime.date(number // 12, number % 12 + 1, 1)


def name(back):
    return month(back).strftime("%Y-%m")


def noon(back, day=10):
    """Milliseconds of a day's noon in that month."""
    local = datetime.datetime.combine(month(back).replace(day=day), datetime.time(12), OSLO)
    return int(local.timestamp() * 1000)


def midnight(back):
    """Milliseconds of the first moment of that month, on the clocks of the desk."""
    local = datetime.datetime.combine(month(back), datetime.time(0), OSLO)
    return int(local.timestamp() * 1000)


def plan(**changes):
    """Revenue of 1,000.00 earns 1,000.00; a fifth by orders closed, the rest in equal parts."""
    return dict({
        "id": "sales-plan", "team": "sales", "from": name(3), "period": "month",
        "encourages": "Answering well.", "discourages": "Picking.",
        "target_pool": "1000.00", "max_pool": "2000.00",
        "metrics": [{"metric": "revenue", "weight": "100%",
                     "curve": [["0.00", "0%"], ["2000.00", "200%"]]}],
        "funding": [["0%", "0%"], ["200%", "200%"]],
        "split": {"individual": "20%", "equal": "80%"},
        "individual": {"points": {"order": 2, "quote": 1, "query": 1}, "cap": "100%"},
        "leavers": "prorate", "carry": {"at_most": "25%"}}, **changes)


def desk(*plans, **changes):
    return default_desk(plans=list(plans or [plan()]), **changes)


def win(stack, prefix, back, values, at=None):
    """One won order for each value, at noon of a day in that month."""
    for n, value in enumerate(values):
        ticket = "%s-%d" % (prefix, n)
        stack.add_ticket(ticket)
        stack.add({"type": "outcome", "id": ticket, "outcome": "won", "value": value,
                   "at": at or noon(back, 10 + n)})
    stack.settle()


def step(stack, verb, back=1, team="sales", body=None, **more):
    period = back if isinstance(back, str) else name(back)
    return stack.daemon.post("/v1/teams/%s/periods/%s/%s" % (team, period, verb), body, **more)


def done(stack, verb, back=1, **more):
    answer = step(stack, verb, back, **more)
    assert answer.code == 200 and answer.json["input"], (verb, answer)
    assert answer.json["team"] == "sales", answer
    return answer.json


def refused(stack, verb, back=1, code=409, words="", **more):
    answer = step(stack, verb, back, **more)
    assert answer.code == code, (verb, answer)
    message = answer.json["error"]["message"]
    assert words in message and "\n" not in message and message, (verb, answer)
    return answer.json["error"]


def pools(stack, back=1):
    """Rows of the view by version."""
    return {row[0]: row[1:] for row in stack.sql(
        "SELECT version, state, currency, gross, carry, net, difference, plan, paid FROM pool"
        " WHERE team = 'sales' AND period = %s", name(back))}


def totals(stack, version, back=1):
    return dict(stack.sql("SELECT rep, total FROM pool_share WHERE team = 'sales' AND period = %s"
                          " AND version = %s", name(back), version))


@scenario("frozen, closed, paid: the answers and the views say what came of it")
def whole_life(stack):
    stack.start(desk())
    win(stack, "t", 1, [20000, 30000])
    assert pools(stack) == {}
    body = done(stack, "freeze")
    assert (body["state"], body["version"], body["period"]) == ("provisional", 0, name(1)), body
    assert (body["gross"], body["carry"], body["net"]) == (50000, 0, 50000), body
    assert body["currency"] == "EUR", body
    frozen = ("provisional", "EUR", 50000, 0, 50000, 0, "sales-plan", 50000)
    assert pools(stack) == {0: frozen}, pools(stack)
    assert sum(totals(stack, 0).values()) == 50000, totals(stack, 0)

    body = done(stack, "close")
    assert (body["state"], body["version"], body["net"]) == ("closed", 1, 50000), body
    assert pools(stack) == {1: ("closed",) + frozen[1:]}, pools(stack)
    body = done(stack, "pay")
    assert (body["state"], body["version"]) == ("paid", 1) and "gross" not in body, body
    assert pools(stack) == {1: ("paid",) + frozen[1:]}, pools(stack)

    shares = stack.sql("SELECT rep, equal, hours, seniority, individual, total, eligible FROM"
                       " pool_share WHERE version = 1 ORDER BY rep")
    assert [row[0] for row in shares] == SALES and sum(row[5] for row in shares) == 50000, shares
    assert all(row[1] == 10000 and row[2] == row[3] == 0 and row[6] for row in shares), shares
    assert sum(row[4] for row in shares) == 10000, shares
    digest = stack.sql1("SELECT plan_sha256 FROM pool")
    assert len(digest) == 64 and int(digest, 16), digest
    check_invariants(stack)


@scenario("out of order, of nobody, of no period: refused with a sentence, nothing changes")
def wrong_orders(stack):
    stack.start(desk())
    win(stack, "t", 1, [20000])
    before = stack.sql1("SELECT count(*) FROM period_step")
    refused(stack, "close", words="freeze it first")
    refused(stack, "pay", words="not closed yet")
    refused(stack, "freeze", 0, words="runs until")
    refused(stack, "freeze", 1, code=404, team="strangers", words="strangers")
    refused(stack, "freeze", 1, code=404, team="support", words="plan")
    refused(stack, "freeze", 4, code=404, words=name(4))
    for verb in ("freeze", "close", "pay"):
        error = refused(stack, verb, "2026-13", code=400, words="such as 2026-W10, 2026-03")
        assert error["field"] == "period", error
        refused(stack, verb, month(0).strftime("%G-W%V"), code=400, words="month")
    refused(stack, "exclude", code=400, words="rep", body={"reason": "x"})
    refused(stack, "exclude", code=400, words="reason", body={"rep": "ana"})
    refused(stack, "exclude", code=404, words="eli", body={"rep": "eli", "reason": "x"})
    assert stack.sql1("SELECT count(*) FROM period_step") == before == 0

    done(stack, "freeze")
    refused(stack, "pay", words="not closed yet")
    done(stack, "freeze")  # the dispute changed something
    done(stack, "close")
    refused(stack, "freeze", words="closed")
    refused(stack, "close", words="nothing came since")
    refused(stack, "exclude", words="closed", body={"rep": "ana", "reason": "x"})
    done(stack, "pay")
    refused(stack, "pay", words="paid already")
    steps = stack.sql("SELECT step, version, state FROM period_step ORDER BY input")
    assert steps == [("freeze", 0, "provisional")] * 2 + [
        ("close", 1, "closed"), ("pay", 1, "paid")], steps
    assert list(pools(stack)) == [1], pools(stack)
    check_invariants(stack)


@scenario("who is set aside gets nothing, and the others share his part")
def set_aside(stack):
    stack.start(desk())
    win(stack, "t", 1, [20000, 30000])
    body = done(stack, "exclude", body={"rep": "ben", "reason": "on leave, paid otherwise"})
    assert (body["state"], body["version"]) == ("open", 0) and "gross" not in body, body
    done(stack, "freeze")
    done(stack, "close")
    shares = totals(stack, 1)
    assert shares.get("ben", 0) == 0 and sum(shares.values()) == 50000, shares
    eligible = stack.sql("SELECT rep FROM pool_share WHERE eligible ORDER BY rep")
    assert [rep for (rep,) in eligible] == [rep for rep in SALES if rep != "ben"], eligible
    reason = stack.sql1("SELECT reason FROM input WHERE rep = 'ben' AND type = 17")
    assert reason == "on leave, paid otherwise", reason


@scenario("a closing belongs to the local day of its own time, to the millisecond")
def local_midnight(stack):
    stack.start(desk())
    win(stack, "in", 1, [10000], at=midnight(0) - 1)
    win(stack, "first", 1, [1000], at=midnight(1))
    win(stack, "out", 1, [500000], at=midnight(0))
    win(stack, "before", 1, [70000], at=midnight(1) - 1)
    assert done(stack, "freeze", 1)["gross"] == 11000
    assert done(stack, "freeze", 2)["gross"] == 70000
    check_invariants(stack)


@scenario("what comes late makes a version more: paid when it is more, carried when it is less")
def late_facts(stack):
    stack.start(desk())
    win(stack, "t", 2, [20000, 30000])
    for verb in ("freeze", "close", "pay"):
        done(stack, verb, 2)
    win(stack, "more", 2, [8000])
    body = done(stack, "close", 2)
    assert (body["state"], body["version"], body["net"]) == ("closed", 2, 58000), body
    both = pools(stack, 2)
    assert both[1][0] == "paid" and both[2] == (
        "closed", "EUR", 58000, 0, 58000, 8000, "sales-plan", 8000), both
    assert sum(totals(stack, 2, 2).values()) == 58000, totals(stack, 2, 2)
    done(stack, "pay", 2)
    assert pools(stack, 2)[2][0] == "paid"

    stack.add({"type": "outcome", "id": "t-1", "outcome": "refunded"})
    win(stack, "n", 1, [40000])
    done(stack, "freeze", 1)
    body = done(stack, "close", 1)  # settles what came late to the month before, too
    third = pools(stack, 2)[3]
    assert third == ("paid", "EUR", 28000, 0, 58000, -30000, "sales-plan", 0), third
    assert (body["gross"], body["carry"], body["net"]) == (40000, -10000, 30000), body
    assert pools(stack, 1)[1][2:5] == (40000, -10000, 30000), pools(stack, 1)
    refused(stack, "pay", 2, words="paid already")
    assert done(stack, "pay", 1)["version"] == 1
    check_invariants(stack)
    code, verdict, _ = stack.cli("verify", "--db", stack.postgres.dsn, check=False)
    assert code == 0 and verdict.startswith("ok"), verdict


@scenario("what a plan has no figures for is named at the freeze and blocks the close")
def missing(stack):
    metrics = [{"metric": "revenue", "weight": "50%", "curve": [["0.00", "0%"], ["2000.00", "200%"]]},
               {"metric": "training", "weight": "50%", "take": "last",
                "curve": [[0, "0%"], [100, "100%"]]}]
    stack.start(desk(plan(metrics=metrics)))
    win(stack, "t", 1, [20000])
    body = done(stack, "freeze")
    assert "training" in body["missing"] and body["state"] == "provisional", body
    assert "training" in stack.sql1("SELECT missing FROM pool")
    assert "training" in refused(stack, "close")["message"]
    answer = stack.daemon.post("/v1/teams/sales/metrics",
                               {"metric": "training", "period": name(1), "value": 100})
    assert answer.code == 200, answer
    body = done(stack, "freeze")
    assert "missing" not in body and body["gross"] == 60000, body
    assert stack.sql1("SELECT missing FROM pool") is None
    assert done(stack, "close")["net"] == 60000


@scenario("the same key again: the same answer, however far the period is by then")
def repeats(stack):
    daemon = stack.start(desk())
    win(stack, "t", 1, [20000])
    first = {}

    def ask(verb, **more):
        answer = step(stack, verb, headers={"Idempotency-Key": "key-" + verb}, **more)
        assert answer.code == 200, answer
        return answer.json

    steps = [("exclude", {"body": {"rep": "ana", "reason": "left"}}), ("freeze", {}),
             ("close", {}), ("pay", {})]
    for verb, more in steps:
        first[verb] = ask(verb, **more)
        assert "repeat" not in first[verb], first
    head = stack.sql1("SELECT input FROM head")

    def ask_all_again():
        for verb, more in steps:
            again = ask(verb, **more)
            assert again.pop("repeat") is True and again == first[verb], (again, first[verb])

    told = {verb: {key: first[verb].pop(key, None) for key in ("expected", "settled", "due")}
            for verb in first}  # at once alone: by now they are others
    assert told["freeze"]["expected"]["net"] == first["close"]["net"] == told["pay"]["due"], told
    first["pay"].pop("currency")

    ask_all_again()
    daemon.kill()
    daemon.start()
    ask_all_again()
    rows = stack.sql("SELECT type FROM input WHERE input > %s AND type <> 10", head)
    assert rows == [], rows
    answer = step(stack, "exclude", headers={"Idempotency-Key": "key-exclude"},
                  body={"rep": "ben", "reason": "left"})
    assert answer.code == 409, answer  # another thing under the same key
    check_invariants(stack)


@scenario("killed after each step, it goes on where it stopped, with the same rows")
def kills(stack):
    daemon = stack.start(desk(), limits={"snapshot_inputs": 3})
    win(stack, "t", 1, [20000, 30000])
    for verb, state in (("freeze", "provisional"), ("close", "closed"), ("pay", "paid")):
        daemon.kill()
        daemon.start()
        assert done(stack, verb)["state"] == state
    daemon.kill()
    rows = stack.sql("SELECT * FROM pool"), stack.sql("SELECT * FROM pool_share ORDER BY rep")
    daemon.start()
    refused(stack, "pay", words="paid already")
    assert rows == (stack.sql("SELECT * FROM pool"),
                    stack.sql("SELECT * FROM pool_share ORDER BY rep"))
    check_invariants(stack)

    assert daemon.stop() == 0  # from the log alone, as if no snapshot could be read
    stack.sql("UPDATE snapshot SET body = set_byte(body, 8, 1) WHERE part = 0")
    daemon.start()
    assert "cannot be used" in daemon.last_words(40), daemon.last_words(40)
    refused(stack, "pay", words="paid already")
    win(stack, "late", 1, [8000])
    assert done(stack, "close")["version"] == 2
    check_invariants(stack)


def denied(dsn, role, statement, sqlstate):
    """What PostgreSQL refuses to this role, with this code."""
    connection = psycopg2.connect(dsn)
    try:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("SET search_path = evenhand")
        if role:
            cursor.execute("SET ROLE " + role)
        cursor.execute(statement)
    except psycopg2.Error as error:
        assert error.pgcode == sqlstate, "%s: %s %s" % (statement, error.pgcode, error)
        return str(error)
    finally:
        connection.close()
    raise AssertionError("PostgreSQL took it from %s: %s" % (role or "the owner", statement))


RIGHTS, INSERT_ONLY, ORDER = "42501", "EH003", "EH004"  # what PostgreSQL says then
TABLES = {"period_step": "team", "period_line": "rep", "input": "team", "effect": "team",
          "dead": "reason", "chain": "hash", "ticket_change": "team", "desk": "name"}
CASCADE = {"desk": " CASCADE"}


def step_row(**changes):
    """An INSERT of a step as like the last one as it can be, but for the changes."""
    columns = ["desk", "input", "team", "period", "step", "version", "state", "published_late",
               "currency", "plan", "plan_sha256", "facts_sha256", "composite_ppm", "funding_ppm",
               "gross", "carry", "net", "difference", "cancelled", "paid", "held", "carry_open"]
    return "INSERT INTO period_step (%s) SELECT %s FROM period_step WHERE step = 'close' LIMIT 1" % (
        ", ".join(columns), ", ".join(str(changes.get(c, c)) for c in columns))


@scenario("PostgreSQL refuses what would change or forge a step, to the daemon and to the owner")
def forged(stack):
    daemon = stack.start(desk())
    win(stack, "t", 1, [20000])
    done(stack, "freeze")
    done(stack, "close")
    daemon.stop()
    dsn, app = stack.postgres.dsn, stack.postgres.daemon_dsn
    before = stack.sql("SELECT * FROM period_step"), stack.sql("SELECT * FROM period_line")
    for table, column in TABLES.items():
        for statement in ("UPDATE %s SET %s = %s" % (table, column, column),
                          "DELETE FROM %s" % table,
                          "TRUNCATE " + table + CASCADE.get(table, "")):
            denied(app, None, statement, RIGHTS)
            denied(dsn, "evenhand_auditor", statement, RIGHTS)
            assert "insert-only" in denied(dsn, None, statement, INSERT_ONLY)
            if not statement.startswith("TRUNCATE"):
                denied(dsn, "evenhand_owner", statement, INSERT_ONLY)
    for table in ("period_step", "period_line"):
        denied(dsn, "evenhand_auditor", "INSERT INTO %s DEFAULT VALUES" % table, RIGHTS)
        assert stack.sql("SET ROLE evenhand_auditor; SELECT count(*) FROM " + table)[0][0] > 0

    for who in ((app, None), (dsn, None)):
        # Of an input that is committed, of one that does not exist, and forged with an input of
        # its own: then only what comes next.
        denied(*who, step_row(version=2), ORDER)
        denied(*who, step_row(version=2, input="input + 1000"), ORDER)
        denied(*who, "INSERT INTO period_line SELECT desk, input, team, period, 'eve', eligible,"
                     " capped, days, minutes, band, points, equal, hours, seniority, individual,"
                     " total, paid FROM period_line LIMIT 1", ORDER)
        for kind, wrong in ((14, {"step": "'freeze'", "version": 0, "state": "'provisional'"}),
                            (15, {"version": 3}), (15, {"version": 1}),
                            (15, {"version": 1, "period": "'2020-01'"}),
                            (16, {"step": "'pay'", "version": 2, "state": "'paid'"}),
                            (16, {"step": "'pay'", "version": 1, "period": "'2020-01'",
                                  "state": "'paid'"}),
                            (16, {"version": 2})):
            forge = ("INSERT INTO input (desk, type, input, at, identity, digest, team)"
                     " SELECT desk, %d, input + 1, at, gen_random_uuid(), digest, 'sales'"
                     " FROM head; " % kind)
            denied(*who, forge + step_row(input="(SELECT input + 1 FROM head)", **wrong), ORDER)
    assert before == (stack.sql("SELECT * FROM period_step"), stack.sql("SELECT * FROM period_line"))
    daemon.start()
    assert done(stack, "pay")["state"] == "paid"
    check_invariants(stack)


@scenario("a team says which plan governs today; a plan that has begun cannot change, tried or done")
def plans_of_the_desk(stack):
    daemon = stack.start(desk(plan(), plan(id="support-plan", team="support", **{"from": name(-2)})))
    assert daemon.get("/v1/teams/sales").json["plan"] == "sales-plan"
    assert daemon.get("/v1/teams/support").json["plan"] is None
    listed = {team["id"]: team["plan"] for team in daemon.get("/v1/teams").json["teams"]}
    assert listed == {"sales": "sales-plan", "support": None}, listed

    changed = json.dumps(desk(plan(target_pool="900.00")))
    for query in ("?dry_run=1", ""):
        answer = daemon.http("PUT", "/v1/desk" + query, changed)
        assert answer.code == 409 and "sales-plan" in answer.json["error"]["message"], answer
    later = desk(plan(), plan(id="sales-next", target_pool="900.00", **{"from": name(-1)}))
    for query in ("?dry_run=1", ""):
        answer = daemon.http("PUT", "/v1/desk" + query, json.dumps(later))
        assert answer.code == 200, answer
        assert not [w for w in answer.json["warnings"] if "compute" in w], answer
    assert daemon.get("/v1/teams/sales").json["plan"] == "sales-plan"


@scenario("a state digest of an earlier version is not compared, one of this version has to fit")
def earlier_digest(stack):
    daemon = stack.start(desk())
    win(stack, "t", 1, [20000])
    done(stack, "freeze")
    assert daemon.stop() == 0
    stack.sql("SET session_replication_role = replica; UPDATE chain SET digest = gen_random_uuid();"
              "UPDATE head SET digest = c.digest FROM chain c WHERE c.input = head.input")
    code, output = daemon.run()
    assert code == 1 and "state digest" in output, (code, output)
    stack.sql("SET session_replication_role = replica; UPDATE chain SET state = NULL")
    daemon.start()
    assert "cannot be compared" in daemon.last_words(40), daemon.last_words(40)
    assert done(stack, "close")["version"] == 1
    daemon.kill()
    daemon.start()
    assert "cannot be compared" not in daemon.last_words(6), daemon.last_words(6)
    assert done(stack, "pay")["version"] == 1
    check_invariants(stack)


@scenario("a rep who left the desk keeps the line of the period he was in")
def leaver(stack):
    daemon = stack.start(desk())
    win(stack, "t", 1, [20000])
    for verb in ("freeze", "close", "pay"):
        done(stack, verb)
    shares = totals(stack, 1)
    reps = [r for r in SALES if r != "ana"]
    stack.daemon.post("/v1/reps/ana/release", {"reason": "left"})
    answer = daemon.http("PUT", "/v1/desk", json.dumps(desk(
        reps=[{"id": r} for r in reps + SUPPORT],
        teams=[default_team("sales", reps), default_team("support", SUPPORT)])))
    assert answer.code == 200, answer
    win(stack, "late", 1, [8000])
    assert done(stack, "close")["version"] == 2
    assert totals(stack, 2)["ana"] > shares["ana"] > 0, totals(stack, 2)
    daemon.kill()
    daemon.start()
    assert done(stack, "pay")["version"] == 2
    check_invariants(stack, hands_allowed=True)


run()
