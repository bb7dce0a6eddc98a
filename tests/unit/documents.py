#!/usr/bin/python3
"""documents: the documents at the top of the source are true to the source.

    documents.py path/to/source

Whatever they link to is there; each path they name in code is there; ARCHITECTURE.md names each room,
and no other, in an order that the tables of `layers` keep; README.md stays short.
"""
import importlib.machinery
import os
import re
import sys

import tap

SOURCE = sys.argv[1]
DOCUMENTS = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "NEWS.md", "SECURITY.md",
             os.path.join("tests", "README.md")]
README_LINES_MAX = 200
TOP = ("include/", "lib/", "daemon/", "tools/", "config/", "systemd/", "tests/")
ROOMS = ("lib", "daemon", "daemon/evenhandd", "tools/evenhand")


def read(name):
    with open(os.path.join(SOURCE, name), encoding="utf-8") as f:
        return f.read()


def is_there(path):
    return os.path.exists(os.path.join(SOURCE, path))


def each_link_leads_somewhere():
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#:]+)\)", read(document)):
            path = os.path.join(os.path.dirname(document), target)
            assert is_there(path), "%s: there is no %s" % (document, target)


def each_path_that_is_named_is_there():
    found = 0
    for document in DOCUMENTS:
        text = read(document)
        words = re.findall(r"`([^`\n]+)`", text) + re.findall(r"^    (.+)$", text, re.M)
        for word in " ".join(words).split():
            path = re.sub(r"[:,;]$", "", word)
            if path.startswith(TOP) and not re.search(r"NAME|[*…$]", path):
                found += 1
                assert is_there(path), "%s: there is no %s" % (document, path)
    assert found > 40, found


def folders(parent):
    return {name for name in os.listdir(os.path.join(SOURCE, parent))
            if os.path.isdir(os.path.join(SOURCE, parent, name)) and name != "__pycache__"}


def architecture_names_each_room_and_no_other():
    tree = read("ARCHITECTURE.md").split("## The tree\n")[1].split("\n## ")[0]
    named, parent = {}, []
    for line in filter(None, tree.splitlines()):
        depth = (len(line) - len(line.lstrip()) - 4) // 2
        here = line.split()[0].strip("/")
        parent = parent[:depth] + [here]
        for name in re.findall(r"(?:^|  )([\w-]+)/(?= )", line.strip()):
            named.setdefault("/".join(parent[:-1]), set()).add(name)
    for room in ROOMS:
        real = folders(room)
        assert named.get(room) == real, "%s: not told: %s; there is no: %s" % (
            room, sorted(real - named.get(room, set())), sorted(named.get(room, set()) - real))


def order_told():
    """{part of the tree: {(a room, one that may use it)}} of ARCHITECTURE.md, transitively."""
    section = read("ARCHITECTURE.md").split("## The order of rooms\n")[1].split("\n## ")[0]
    order, part = {}, None
    for line in re.findall(r"^    (.+)$", section, re.M):
        part = line.split()[0] if line[0] != " " else part
        pairs = order.setdefault(part, set())
        for chain in line[9:].split(";"):
            levels = [[name.strip() for name in level.split(",")] for level in chain.split("<")]
            pairs |= {(low, high) for n, level in enumerate(levels) for low in level
                      for above in levels[n + 1:] for high in above}
    for pairs in order.values():
        while True:
            more = {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs
            if not more:
                break
            pairs |= more
    return order


def the_order_of_rooms_is_that_of_layers():
    sys.dont_write_bytecode = True
    path = os.path.join(SOURCE, "tests", "unit", "layers")
    layers = importlib.machinery.SourceFileLoader("layers", path).load_module()
    tables = {"lib": layers.ROOMS, "tools": layers.TOOLS_ROOMS,
              "daemon": {room: uses for room, (uses, _) in layers.DAEMON_ROOMS.items()}}
    order = order_told()
    assert set(order) == set(tables), order
    for part, table in tables.items():
        told = {room for pair in order[part] for room in pair}
        assert set(table) <= told, "%s: not told: %s" % (part, sorted(set(table) - told))
        circle = sorted(a for a, b in order[part] if a == b)
        assert not circle, "%s: a circle of %s" % (part, circle)
        odd = sorted((room, used) for room, uses in table.items() for used in uses
                     if (used, room) not in order[part])
        assert not odd, "%s: %s may use %s, which is not to its left" % ((part,) + odd[0])


def readme_is_short():
    lines = read("README.md").count("\n")
    assert lines <= README_LINES_MAX, "README.md has %d lines" % lines


TESTS = [each_link_leads_somewhere, each_path_that_is_named_is_there,
         architecture_names_each_room_and_no_other, the_order_of_rooms_is_that_of_layers,
         readme_is_short]

if __name__ == "__main__":
    tap.play(TESTS)
