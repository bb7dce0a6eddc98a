#!/usr/bin/python3
"""catalogue: daemon/evenhandd/store/schema/catalogue.txt is what the migrations give. `evenhand verify` holds every
database to it.

After a change of the migrations make it anew: tests/scenario/catalogue.py --write
"""
import glob
import os
import sys

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../daemon/evenhandd/store/schema")
sys.path.insert(0, SCHEMA)

from embed_catalogue import migrations_sha256, read, rows_of
from harness import run, scenario

MIGRATIONS = sorted(glob.glob(SCHEMA + "/[0-9]*.sql"))
LISTING = SCHEMA + "/catalogue.txt"


def listed(stack):
    """What a database that has only our migrations says of itself."""
    stack.postgres.init()
    for file in MIGRATIONS:
        stack.sql(read(file))
    server = stack.sql1("SELECT current_setting('server_version_num')::int / 10000")
    rows = stack.sql("SET search_path = pg_catalog; " + read(SCHEMA + "/catalogue.sql"))
    assert not any("\t" in text or "\n" in text for row in rows for text in row), rows
    lines = ["# Made by tests/scenario/catalogue.py --write; see catalogue.sql.",
             "# migrations " + migrations_sha256(MIGRATIONS), "# server %d" % server]
    return "\n".join(lines + ["\t".join(row) for row in rows]) + "\n"


@scenario("the listing of the schema is what the migrations give")
def same(stack):
    made = listed(stack)
    if "--write" in WRITE:
        with open(LISTING, "w", encoding="utf-8") as file:
            file.write(made)
    kept = read(LISTING)
    missing = sorted(set(map(tuple, rows_of(made))) - set(map(tuple, rows_of(kept))))
    stale = sorted(set(map(tuple, rows_of(kept))) - set(map(tuple, rows_of(made))))
    assert made == kept, "not listed: %s; there is no: %s; make it anew: %s --write" % (
        missing, stale, os.path.abspath(__file__))


WRITE = [a for a in sys.argv[1:] if a == "--write"]
sys.argv = [a for a in sys.argv if a != "--write"]
run()
