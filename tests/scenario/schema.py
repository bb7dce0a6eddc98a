#!/usr/bin/python3
"""schema: a daemon touches no database whose shape it does not know."""
from harness import default_desk, run, scenario, wait_until
from invariants import check_invariants

BAD_SCHEMA = 78  # exit code


def everything(stack):
    """What a write would have changed."""
    tables = ("lease", "heartbeat", "head", "input", "effect", "chain", "snapshot", "desk",
              "migration")
    rows = "SELECT count(*), md5(coalesce(string_agg(x::text, '|' ORDER BY x::text), '')) FROM %s x"
    return {t: stack.sql(rows % t) for t in tables}


def refuses(stack, daemon):
    before = everything(stack)
    code, output = daemon.run()
    assert code == BAD_SCHEMA, "exit %d: %s" % (code, output)
    assert "schema" in output, output
    assert everything(stack) == before, "it wrote into a schema it does not know"


@scenario("a newer schema: exit 78 and no write, also for --migrate")
def newer(stack):
    daemon = stack.start()
    stack.add_ticket("s-1")
    stack.settle()
    daemon.stop()
    stack.sql("INSERT INTO migration (version, name)"
              " SELECT max(version) + 1, 'from the future' FROM migration")
    refuses(stack, daemon)
    before = everything(stack)
    code, output = stack.migrate()
    assert code == BAD_SCHEMA, "--migrate: exit %d: %s" % (code, output)
    assert everything(stack) == before
    stack.sql("DELETE FROM migration WHERE name = 'from the future'")
    daemon.start()
    stack.settle()
    check_invariants(stack)


@scenario("an older schema: exit 78 and no write, until --migrate")
def older(stack):
    daemon = stack.start()
    daemon.stop()
    stack.sql("CREATE TABLE kept AS SELECT * FROM migration")
    stack.sql("DELETE FROM migration WHERE version = (SELECT max(version) FROM kept)")
    refuses(stack, daemon)
    stack.sql("INSERT INTO migration SELECT * FROM kept"
              " WHERE version NOT IN (SELECT version FROM migration)")
    daemon.start()


@scenario("no schema at all: exit 78; --migrate twice is the same as once")
def none(stack):
    stack.write_desk(default_desk())
    stack.start_servers()
    daemon = stack.new_daemon("d")
    code, output = daemon.run()
    assert code == BAD_SCHEMA, "exit %d: %s" % (code, output)
    assert stack.sql("SELECT 1 FROM pg_namespace WHERE nspname = 'evenhand'") == []
    for _ in range(2):
        code, output = stack.migrate()
        assert code == 0, output
    daemon.start()


@scenario("bad configuration: exit 78 and one line that says where")
def bad_config(stack):
    stack.write_desk(default_desk())
    for key, value in (("postgress", "host=/nowhere"), ("outbox", "xml"), ("outbox_keep", -1)):
        daemon = stack.new_daemon("c", **{key: value})
        code, output = daemon.run("--check")
        assert code == BAD_SCHEMA and key in output, "%s: exit %d: %s" % (key, code, output)


@scenario("every view is read and every answer given, however large the values are together")
def large_sums(stack):
    daemon = stack.start()
    most, many = (1 << 53) - 1, 1100  # together beyond 2^63
    stack.add_many([{"type": "ticket", "id": "v-%d" % n, "team": "sales", "kind": "order",
                     "owner": "ana", "value": most} for n in range(many)])
    stack.add_many([{"type": "outcome", "id": "v-%d" % n, "outcome": "won"} for n in range(many)])
    stack.settle()
    views = [row[0] for row in stack.sql("SELECT viewname FROM pg_views"
                                         " WHERE schemaname = 'evenhand'")]
    assert "fairness_by_rep" in views, views
    wait_until("the ledger is written", lambda: stack.sql(
        "SELECT received_value FROM fairness_by_rep WHERE rep = 'ana'") == [((1 << 63) - 1,)], 20)
    for view in views:
        stack.sql("SELECT count(v::text) FROM %s v" % view)
    for path in ("/v1/teams", "/v1/teams/sales", "/v1/reps/ana", "/v1/teams/sales/fairness",
                 "/v1/tickets?state=closed", "/v1/status", "/metrics"):
        answer = daemon.get(path)
        assert answer.code == 200, (path, answer)
    check_invariants(stack)


run()
