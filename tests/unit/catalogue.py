#!/usr/bin/python3
"""catalogue: the listing that evenhand verify holds a database's schema to is of these migrations.

    catalogue.py path/to/source

Whether it is what they give takes a PostgreSQL: tests/scenario/catalogue.py.
"""
import glob
import os
import sys

import tap

SCHEMA = os.path.join(sys.argv[1], "daemon", "evenhandd", "store", "schema")
sys.path.insert(0, SCHEMA)

from embed_catalogue import migrations_sha256, read, rows_of


def the_listing_is_of_these_migrations():
    listing = read(os.path.join(SCHEMA, "catalogue.txt"))
    digest = migrations_sha256(glob.glob(SCHEMA + "/[0-9]*.sql"))
    assert "# migrations %s\n" % digest in listing, \
        "the migrations changed; make the listing anew: tests/scenario/catalogue.py --write"


def it_is_in_the_order_verify_compares_it_in():
    objects = [row[0].encode() for row in rows_of(read(os.path.join(SCHEMA, "catalogue.txt")))]
    assert objects == sorted(objects) and len(objects) == len(set(objects)), objects


if __name__ == "__main__":
    tap.play([the_listing_is_of_these_migrations, it_is_in_the_order_verify_compares_it_in])
