"""proofs: evenhand verify over the log of a stack, as it is and as somebody falsified it.

    assert verify_ok(stack) == 0                      # draws that await revelation
    names(stack, "^input 12: assignment seq 9: ", "UPDATE effect SET rep = 'ben' WHERE seq = 9")

Rows are changed as only a superuser can: with triggers off. Each change is taken back.
"""
import json
import os
import re
import subprocess
from contextlib import contextmanager

import psycopg2

from harness import EVENHAND, note, patience

OK = re.compile(r"^ok; ([\d,]+) inputs, (?:([\d,]+) pools?, )?([\d,]+) draws await revelation$")
NOT_PROVED = re.compile(r"^not proved: [^\n]*$")


def verify(stack, *arguments, dsn=None, checkpoint=True, env=None):
    """(exit code, the line of verdict, stderr); what is not proved follows in one line more."""
    command = [EVENHAND, "verify", "--db", dsn or stack.postgres.dsn, *map(str, arguments)]
    if checkpoint:
        command += ["--checkpoint", stack.dir + "/checkpoints"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=patience(120), env={**os.environ, **(env or {})})
    said, _, more = done.stdout.strip().partition("\n")
    assert not more or (done.returncode in (0, 3) and NOT_PROVED.match(more)), done.stdout
    return done.returncode, said, done.stderr.strip()


def not_proved(stack, *arguments, **more):
    """The list of what verify names as not proved."""
    code, verdict, error = verify(stack, "--json", *arguments, **more)
    assert code == 0, (code, verdict, error)
    return json.loads(verdict)["not_proved"]


def verify_ok(stack, *arguments, **more):
    """The number of draws that await revelation."""
    code, verdict, error = verify(stack, *arguments, **more)
    assert code == 0 and not error, (code, verdict, error)
    assert "\n" not in verdict, verdict
    found = OK.match(verdict)
    assert found, verdict
    return int(found.group(3).replace(",", ""))


@contextmanager
def tampered(stack, *statements):
    """What the statements do, with triggers off, is there inside and taken back behind."""
    backup = stack.sql("SELECT table_name FROM information_schema.tables WHERE table_schema ="
                       " 'evenhand' AND table_type = 'BASE TABLE'")
    tables = [name for (name,) in backup]
    connection = psycopg2.connect(stack.postgres.dsn)
    try:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("SET session_replication_role = replica; SET search_path = evenhand")
        for table in tables:
            cursor.execute("CREATE TEMP TABLE kept_%s AS TABLE %s" % (table, table))
        for statement in statements:
            cursor.execute(statement)
        try:
            yield
        finally:
            for table in tables:
                cursor.execute("DELETE FROM %s; INSERT INTO %s TABLE kept_%s" % (
                    table, table, table))
    finally:
        connection.close()


def names(stack, wanted, *statements, arguments=(), checkpoint=True):
    """Tampered so, the verdict matches `wanted` and the exit code is 1."""
    with tampered(stack, *statements):
        code, verdict, error = verify(stack, *arguments, checkpoint=checkpoint)
    assert code == 1, (code, verdict, error, statements)
    assert re.search(wanted, verdict), "%r is not %r after %r" % (verdict, wanted, statements)
    assert "\n" not in verdict, verdict
    note(verdict)
