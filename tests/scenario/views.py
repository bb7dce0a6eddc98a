#!/usr/bin/python3
"""views: what people read in PostgreSQL says what happened: who asked for what and why, how long
tickets waited, what was imported; and each view and column says what it is.
"""
import time

import psycopg2

import pools
from harness import run, scenario, wait_until
from proofs import verify_ok

CREATED = 1767225600123  # 2026-01-01T00:00:00.123Z
FACTS = {"channel": "телефон", "skills": ["sap", "german"], "created_at": CREATED, "value": 900,
         "customer": "Kari", "subject": "where?", "priority": 7, "currency": "EUR"}


def desk():
    months = pools.last_months(1)
    whole = pools.desk(pools.plan(months[0]))
    reps = [dict(rep, **({"skills": ["german", "sap"]} if rep["id"] == "ana" else {}))
            for rep in whole["reps"]]
    teams = [whole["teams"][0], dict(whole["teams"][1], reps=["ana"])]
    return dict(whole, reps=reps, teams=teams), months[0]


def rows(stack, query, *arguments):
    return [tuple(row) for row in stack.sql(query, *arguments)]


@scenario("a ticket's own words stand in its view, before and after it changed")
def tickets(stack):
    stack.start(desk()[0])
    stack.add_ticket("plain")
    for name in ("t", "u", "w"):
        stack.add_ticket(name, **FACTS)
    stack.settle()
    asked = "SELECT skills, channel, created_at, refunded FROM ticket WHERE id = %s"
    plain, full = rows(stack, asked, "plain")[0], rows(stack, asked, "t")[0]
    assert plain == (None, None, None, 0), plain
    assert full[:2] == (["german", "sap"], "телефон") and full[3] == 0, full
    assert int(full[2].timestamp() * 1000) == CREATED, full
    stack.add({"type": "update", "id": "u", "skills": ["german"], "value": 500})
    stack.add({"type": "update", "id": "w", "skills": []})
    stack.add({"type": "outcome", "id": "t", "outcome": "won"})
    stack.add({"type": "outcome", "id": "t", "outcome": "refunded", "value": 250})
    stack.settle()
    assert rows(stack, asked, "t")[0] == (["german", "sap"], "телефон", full[2], 250)
    assert rows(stack, asked, "u")[0] == (["german"], "телефон", full[2], 0)
    assert rows(stack, asked, "w")[0] == (None, "телефон", full[2], 0)
    stack.add({"type": "outcome", "id": "t", "outcome": "refunded"})
    stack.settle()
    assert rows(stack, asked, "t")[0][3] == 900
    verify_ok(stack)


@scenario("a ticket's rating is the latest, its time that of all closings, whatever the order")
def ratings(stack):
    stack.start(desk()[0])
    now = int(time.time() * 1000)

    def tell(name, *outcomes):
        for number, outcome in enumerate(outcomes):
            stack.add(dict({"type": "outcome", "id": name, "event": "%s-%d" % (name, number)},
                           **outcome))

    early = {"outcome": "won", "csat": 5, "handled": 1, "at": now - 3600000}
    tell("parked", early)  # waits for its ticket
    stack.settle()
    for name in ("none", "parked", "plain", "twice", "late", "same", "many"):
        stack.add_ticket(name)
    tell("plain", {"outcome": "resolved", "handled": 0})
    tell("twice", {"outcome": "won", "csat": 2, "handled": 60}, {"outcome": "reopened"},
         {"outcome": "resolved", "handled": 40}, {"outcome": "rated", "csat": 4})
    tell("late", {"outcome": "won", "csat": 4, "at": now - 1000, "handled": 7},
         {"outcome": "rated", "csat": 1, "at": now - 500},
         {"outcome": "rated", "csat": 3, "at": now - 800})
    tell("same", {"outcome": "won", "handled": 9}, {"outcome": "won", "handled": 8})
    tell("many", {"outcome": "won", "csat": 5, "handled": 5}, {"outcome": "reopened"},
         {"outcome": "lost", "handled": 6}, *[{"outcome": "rated", "csat": 1 + n % 5}
                                               for n in range(72)])  # more than are kept apart
    stack.settle()
    wanted = {"many": (2, 11), "none": (None, None), "parked": (5, 1), "plain": (None, 0), "twice": (4, 100),
              "late": (1, 7), "same": (None, 9)}
    shown = {name: (csat, handled)
             for name, csat, handled in rows(stack, "SELECT id, csat, handled FROM ticket")}
    assert shown == wanted, shown
    # Read once more out of what images have: the outcomes of the last minute, and the sum before.
    stories = [r for r, in stack.sql("SELECT (story_of(image)).csat FROM ticket_change c WHERE NOT"
                                     " EXISTS (SELECT FROM ticket_change n WHERE n.ticket = c.ticket"
                                     " AND n.input > c.input)")]
    assert sorted(s for s in stories if s) == [1, 2, 4, 5], stories
    verify_ok(stack)


@scenario("times: who was absent, what had to be answered when, and was; how many a team deals at most")
def times(stack):
    whole = desk()[0]
    whole["teams"][0]["at_most"] = {"per_hour": 60, "per_day": 90}
    stack.start(whole)
    hour = 3600000
    now = int(time.time() * 1000)
    for message in ({"from": now - hour, "until": now + hour, "uid": "a"}, {"from": now + 2 * hour, "uid": "b"},
                    {"from": now + 2 * hour, "until": now + 3 * hour, "uid": "b"},
                    {"from": now + 5 * hour, "until": now + 6 * hour, "uid": "c"}, {"uid": "c", "cancel": 0}):
        stack.add({"type": "absence", "rep": "ben", **message})
    asked = ("SELECT uid, until IS NULL, ended_at IS NULL, replaced FROM absence ORDER BY input")
    wait_until("they are told", lambda: len(rows(stack, asked)) == 4)
    stack.settle()
    assert rows(stack, asked) == [("a", False, True, False), ("b", True, False, True), ("b", False, True, False),
                                  ("c", False, False, False)], rows(stack, asked)
    until, = rows(stack, 'SELECT until FROM absence WHERE uid = %s', "a")[0]
    assert int(until.timestamp() * 1000) == now + hour, until
    stack.add_ticket("plain", owner="ana")
    stack.add_ticket("late", owner="ana", due_at=now + 1000)
    stack.add_ticket("soon", owner="ana", due_at=now + hour)
    stack.settle()
    stack.add({"type": "update", "id": "soon", "due_at": now + 2 * hour})
    stack.add({"type": "answered", "id": "soon", "at": now})
    stack.add({"type": "outcome", "id": "plain", "outcome": "resolved"})
    asked = "SELECT due_at, late_at, answered_at, paused_since, lapses FROM ticket WHERE id = %s"
    wait_until("it is late", lambda: rows(stack, asked, "late")[0][1])
    stack.settle()
    late, soon, plain = (rows(stack, asked, name)[0] for name in ("late", "soon", "plain"))
    assert int(late[0].timestamp() * 1000) == now + 1000 and late[1] > late[0], late
    assert late[2:] == (None, None, 0), late
    assert int(soon[0].timestamp() * 1000) == now + 2 * hour and soon[1] is None, soon
    assert int(soon[2].timestamp() * 1000) == now, soon
    assert plain[:2] == (None, None) and plain[2] is not None, plain
    wait_until("the roster is written", lambda: rows(
        stack, "SELECT per_hour, per_day FROM team ORDER BY team")[0:2] == [(60, 90), (None, None)])
    assert dict(rows(stack, "SELECT rep, absent_until FROM rep"))["ben"] == until
    verify_ok(stack)


@scenario("what managers did stands there with who and why, and so does what they set aside")
def by_hand(stack):
    whole, month = desk()
    daemon = stack.start(whole)
    for name in ("a", "m", "r", "s"):
        stack.add_ticket(name, owner="ben")
    stack.settle()
    for path, body in (
            ("reps/dora/release", {"reason": "nothing to give back"}),
            ("tickets/default/a/assign", {"rep": "cai", "reason": "knows them"}),
            ("tickets/default/m/move", {"team": "support", "reason": "not ours"}),
            ("reps/ben/release", {"reason": "ill, för länge"}),
            ("teams/sales/periods/%s/exclude" % month, {"rep": "dora", "reason": "was lent"}),
            ("teams/sales/metrics", {"metric": "training", "period": month, "value": -3,
                                     "rep": "cai"})):
        answer = daemon.post("/v1/" + path, body)
        assert answer.code == 200, (path, answer)
    stack.add({"type": "metric", "team": "sales", "metric": "training", "period": month, "value": 4})
    stack.settle()
    user = stack.sql1("SELECT DISTINCT by FROM exclusion")
    done = rows(stack, "SELECT what, ticket, team, was, by, reason FROM override ORDER BY input,"
                " ticket")
    assert done == [
        ("release", None, None, "dora", user, "nothing to give back"),
        ("assign", "a", "sales", "ben", user, "knows them"),
        ("move", "m", "support", "ben", user, "not ours"),
        ("release", "r", "sales", "ben", user, "ill, för länge"),
        ("release", "s", "sales", "ben", user, "ill, för länge")], done
    assert rows(stack, "SELECT rep FROM override WHERE what = 'assign'") == [("cai",)]
    assert rows(stack, "SELECT ticket, rep, by, reason FROM assignment WHERE why = 'manager'") == [
        ("a", "cai", user, "knows them")]
    assert {r for r, in stack.sql("SELECT reason FROM assignment WHERE was = 'ben'")} >= {
        "knows them", "ill, för länge"}
    assert set(rows(stack, "SELECT by, reason FROM assignment WHERE was IS NULL")) == {
        (None, None), (user, "not ours")}  # as the helpdesk named them; dealt again where it went
    assert rows(stack, "SELECT rep, status, by, reason FROM rep_signal ORDER BY input") == [
        ("dora", "away", user, "nothing to give back"), ("ben", "away", user, "ill, för länge")]
    assert rows(stack, "SELECT team, period, rep, by, reason FROM exclusion") == [
        ("sales", month, "dora", user, "was lent")]
    assert rows(stack, "SELECT team, metric, period, rep, value, by FROM metric ORDER BY input") == [
        ("sales", "training", month, "cai", -3, user), ("sales", "training", month, None, 4, None)]
    verify_ok(stack)


@scenario("a ticket's waiting stands there spell by spell, with why and what ended it")
def waits(stack):
    daemon = stack.start(desk()[0])
    stack.add_ticket("never", skills=["juggling"])
    for rep in pools.TEAM:
        daemon.post("/v1/reps/%s/signal" % rep, {"status": "away"})
    stack.add_ticket("twice")
    stack.add_ticket("gone")
    stack.settle()
    stack.add({"type": "outcome", "id": "gone", "outcome": "cancelled"})
    stack.settle()
    daemon.post("/v1/reps/ana/signal", {"status": "available"})
    stack.settle()
    daemon.post("/v1/reps/ana/release", {"reason": "home"})
    stack.settle()
    spells = rows(stack, "SELECT ticket, why, was, ended, until IS NULL OR until >= since,"
                  " until IS NULL FROM wait ORDER BY seq")
    assert spells == [("never", "skill", None, None, True, True),
                      ("twice", "nobody", None, "assigned", True, False),
                      ("gone", "nobody", None, "closed", True, False),
                      ("twice", "nobody", "ana", None, True, True)], spells


def follows(stack, query, wanted):
    wait_until("%s gives %s" % (query, wanted), lambda: rows(stack, query) == wanted, 20)


@scenario("reps, teams and memberships are those of the desk, and of who was there before")
def roster(stack):
    first, _ = desk()
    first["reps"][1] = {"id": "ben", "name": "Ben Bö", "share": "50%", "user": "root"}
    first["teams"][1].update(name="Support", managers=["games", {"group": "mail"}], capacity=12)
    first["teams"][1]["reps"] = ["ana", {"id": "cai", "from": "2026-01-05", "until": "2026-03-31"}]
    daemon = stack.start(first)
    query = ("SELECT rep, name, share_ppm, \"user\", since::text, skills, on_desk FROM rep"
             " WHERE rep IN ('ana', 'ben') ORDER BY rep")
    ana = ("ana", "ana", 1000000, None, "2019-05-01", ["german", "sap"], True)
    follows(stack, query, [ana, ("ben", "Ben Bö", 500000, "root", None, [], True)])
    assert rows(stack, "SELECT team, name, policy, capacity, managers FROM team ORDER BY team") == [
        ("sales", "sales", "random", None, []),
        ("support", "Support", "random", 12, [{"user": "games"}, {"group": "mail"}])]
    stays = ("SELECT rep, \"from\"::text, until::text FROM membership WHERE team = '%s'"
             " ORDER BY rep")
    assert rows(stack, stays % "support") == [("ana", None, None),
                                              ("cai", "2026-01-05", "2026-03-31")]
    verify_ok(stack)
    # Ben is taken off the file: gone from today on, and still there for the days before.
    gone = dict(first, reps=[r for r in first["reps"] if r["id"] != "ben"],
                teams=[dict(first["teams"][0], reps=["ana", "cai", "dora"]), first["teams"][1]])
    stack.write_desk(gone)
    stack.cli("desk", "apply", stack.dir + "/desk.yaml")
    follows(stack, query, [ana, ("ben", "Ben Bö", None, None, None, None, False)])
    left = dict((rep, until) for rep, _, until in rows(stack, stays % "sales"))
    assert left["ben"] is not None and left["ana"] is None, left
    daemon.kill()
    daemon.start()
    stack.add_ticket("one")
    stack.settle()
    follows(stack, query, [ana, ("ben", "Ben Bö", None, None, None, None, False)])
    assert daemon.stop() == 0
    verify_ok(stack)


@scenario("the metrics of a pool stand there while it is open, and of each of its versions")
def metrics(stack):
    whole, month = desk()
    daemon = stack.start(whole)
    history = pools.History(stack, [month], tickets=9)
    history.send()

    def shown(version):
        return rows(stack, "SELECT metric, value, unit, count, score_ppm, weight_ppm FROM"
                    " pool_metric WHERE team = 'sales' AND period = %s AND version = %s"
                    " ORDER BY metric", month, version)

    def told():
        pool = daemon.get("/v1/teams/sales/pool?period=" + month).json
        return sorted((m["metric"], m["value"], m["unit"], m["count"], m["score_ppm"],
                       m["weight_ppm"]) for m in pool["metrics"])

    wait_until("the open period is told", lambda: shown(0) == told(), 20)
    assert ("revenue", history.revenue[month]) in [m[:2] for m in shown(0)], shown(0)
    for step in ("freeze", "close"):
        assert daemon.post("/v1/teams/sales/periods/%s/%s" % (month, step), {}).code == 200, step
    wait_until("the first version is told", lambda: shown(1) == told(), 20)
    assert shown(0) == [], "what is closed is still told as open"
    won = next(o for o in history.outcomes if o["outcome"] == "won")
    stack.add({"type": "outcome", "id": won["id"], "outcome": "refunded", "value": 1})
    stack.settle()
    first = shown(1)
    assert daemon.post("/v1/teams/sales/periods/%s/close" % month, {}).code == 200
    wait_until("the second version is told", lambda: shown(2) == told(), 20)
    assert shown(1) == first and shown(2) != first, (first, shown(2))
    assert daemon.stop() == 0
    verify_ok(stack)


@scenario("each view and each of its columns says what it is; auditors read all but personal text")
def comments(stack):
    stack.start(desk()[0])
    silent = stack.sql(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'evenhand'::regnamespace AND c.relkind = 'v' AND a.attnum > 0"
        " AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid, 'pg_class') IS"
        " NULL)")
    assert silent == [], silent
    stack.add_ticket("t", **FACTS)
    stack.settle()
    stack.sql("CREATE ROLE auditor LOGIN IN ROLE evenhand_auditor")
    connection = psycopg2.connect(stack.postgres.dsn + " user=auditor")  # as they log in: no path
    with connection.cursor() as cursor:
        for (view,) in stack.sql("SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace"
                                 " = 'evenhand'::regnamespace"):
            cursor.execute("SELECT * FROM evenhand." + view)
        cursor.execute("SELECT customer, skills, channel FROM evenhand.ticket")
        assert cursor.fetchall() == [(None, ["german", "sap"], "телефон")]
    connection.close()


run()
