#!/usr/bin/env python3
"""Writes what evenhand verify holds a database's schema to as C tables:
embed_catalogue.py OUTPUT CATALOGUE.sql CATALOGUE.txt NNNN_name.sql ...

Also imported: migrations_sha256() says for which migrations a listing was made.
"""
import hashlib
import os
import sys


def literal(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"%s"' % escaped


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def migrations_sha256(files):
    return hashlib.sha256("".join(read(f) for f in sorted(files)).encode()).hexdigest()


def rows_of(listing):
    """(object, definition)"""
    return [line.split("\t") for line in listing.splitlines() if line and not line.startswith("#")]


def server_of(listing):
    return int(next(line for line in listing.splitlines() if line.startswith("# server ")).split()[2])


def main(output, query, catalogue, *migrations):
    listing = read(catalogue)
    out = ["/* Made by embed_catalogue.py from daemon/evenhandd/store/schema. */", '#include "verify/catalogue.h"', "",
           "const char eh_catalogue_query[] ="]
    out += ["    " + literal(line + "\n") for line in read(query).splitlines()
            if not line.startswith("--")]
    out += ["    ;", "", "const int eh_catalogue_server = %d;" % server_of(listing), "",
            "const struct eh_catalogue_object eh_catalogue[] = {"]
    out += ["    {%s, %s}," % tuple(map(literal, row)) for row in rows_of(listing)]
    out += ["    {NULL, NULL},", "};", "", "const struct eh_catalogue_migration"
            " eh_catalogue_migrations[] = {"]
    for file in sorted(migrations):
        number, name = os.path.basename(file)[:-len(".sql")].split("_", 1)
        out.append("    {%d, %s}," % (int(number), literal(name)))
    out += ["    {0, NULL},", "};", ""]
    with open(output, "w", encoding="utf-8") as file:
        file.write("\n".join(out))


if __name__ == "__main__":
    main(*sys.argv[1:])
