#!/usr/bin/env python3
"""Writes the migrations as a C table: embed.py OUTPUT NNNN_name.sql ..."""
import os
import sys

def literal(text):
    lines = []
    for line in text.splitlines(keepends=True):
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        lines.append('        "%s"' % escaped)
    return "\n".join(lines)

def main(output, files):
    rows = []
    for file in sorted(files):
        number, name = os.path.basename(file)[:-len(".sql")].split("_", 1)
        with open(file, encoding="utf-8") as source:
            rows.append('    {%d, "%s",\n%s},' % (int(number), name, literal(source.read())))
    with open(output, "w", encoding="utf-8") as out:
        out.write("/* Made by embed.py from the migrations in daemon/evenhandd/store/schema. */\n"
                  '#include "schema.h"\n\nconst struct eh_migration eh_migrations[] = {\n')
        out.write("\n".join(rows))
        out.write("\n    {0, NULL, NULL},\n};\n")

main(sys.argv[1], sys.argv[2:])
