#!/usr/bin/python3
"""documents: the documents at the top of the source are true to the source.

    documents.py path/to/source

Whatever they link to is there; each path they name in code is there; ARCHITECTURE.md names each room,
and no other; README.md stays short.
"""
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


def readme_is_short():
    lines = read("README.md").count("\n")
    assert lines <= README_LINES_MAX, "README.md has %d lines" % lines


TESTS = [each_link_leads_somewhere, each_path_that_is_named_is_there,
         architecture_names_each_room_and_no_other, readme_is_short]

if __name__ == "__main__":
    tap.play(TESTS)
