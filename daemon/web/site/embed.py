#!/usr/bin/env python3
"""Writes the files of the page as a C table: embed.py OUTPUT FILE...

Each file gets a hash of its content in its name. A module that imports "./other.js", and a style
sheet with url(other.svg), name the file before its hash: the file comes earlier on the line.
"""
import gzip
import hashlib
import os
import sys

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".svg": "image/svg+xml"}


def literal(data):
    rows = (data[at:at + 24] for at in range(0, len(data), 24))
    return "\n".join("    " + "".join("%d," % byte for byte in row) for row in rows)


def main(output, files):
    hashed, arrays, rows = {}, [], []
    for number, path in enumerate(files):
        name = os.path.basename(path)
        with open(path, "rb") as file:
            data = file.read()
        for other, address in hashed.items():
            data = data.replace(b'"./%s"' % other.encode(), b'"%s"' % address.encode())
            data = data.replace(b"url(%s)" % other.encode(), b"url(%s)" % address.encode())
        stem, end = os.path.splitext(name)
        address = "/static/%s.%s%s" % (stem, hashlib.sha256(data).hexdigest()[:12], end)
        hashed[name] = address
        small = gzip.compress(data, 9, mtime=0)
        arrays.append("static const unsigned char plain_%d[] = {\n%s\n};" % (number, literal(data)))
        arrays.append("static const unsigned char small_%d[] = {\n%s\n};" % (number, literal(small)))
        rows.append('    {"%s", "%s", "%s", plain_%d, sizeof plain_%d, small_%d, sizeof small_%d},' %
                    (name, address, TYPES[end], number, number, number, number))
    with open(output, "w", encoding="utf-8") as out:
        out.write("/* Made by embed.py from the files in daemon/web/site/files. */\n"
                  '#include "web/site/site.h"\n\n' + "\n".join(arrays) +
                  "\n\nconst struct eh_site_file eh_site_files[] = {\n" + "\n".join(rows) +
                  "\n    {NULL, NULL, NULL, NULL, 0, NULL, 0},\n};\n")


main(sys.argv[1], sys.argv[2:])
