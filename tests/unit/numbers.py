#!/usr/bin/python3
"""Numbers that are stored or hashed are those that are written down in data/numbers.

An enum of include/ or lib/ either says `stored: never change, never reuse` (then each number of it
stands in the list) or it is named in the list as one that is not stored. Where an enum is made of
rows, the compiler holds a row's number to its place: rows behind those in the list may be added.
"""
import re
import sys
from pathlib import Path

from tap import play

ROOT = Path(sys.argv[1])
LIST = ROOT / "tests/unit/data/numbers"
WORDS = "stored: never change, never reuse"
# A comment right before it, if there is one; the name; the members.
ENUM = re.compile(r"(?:/\*((?:[^*]|\*(?!/))*)\*/\s*)?^enum (\w+)? ?\{(.*?)\}", re.S | re.M)


def without_comments(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def members_of(body):
    """(name, number or None) of each member."""
    members = []
    for member in without_comments(body).split(","):
        if member.strip():
            name, _, number = (part.strip() for part in member.partition("="))
            members.append((name, int(number, 0) if number else None))
    return members


def made_of_rows(text, body):
    """`ROWS(CELL)` in a body as the members it stands for; None: there is none."""
    call = re.match(r"\s*(\w+)\((\w+)\)", body)
    if not call:
        return None
    text = without_comments(text)
    rows = re.search(r"^#define %s\(ROW\)(.*?[^\\])\n" % call[1], text, re.S | re.M)[1]
    prefix = re.search(r"^#define %s\(NAME, number, \.\.\.\) (\w+)##NAME = number," % call[2], text, re.M)[1]
    return [(prefix + name, int(number))
            for name, number in re.findall(r"^\s+ROW\((\w+), (\d+),", rows, re.M)]


def is_marked(comment):
    words = re.sub(r"\s*\n \* ?|\s+", " ", comment or "")
    return WORDS.split(":")[1] in words and "stored" in words


def enums_of(paths):
    """Of each enum by name: whether it is marked, its members, and whether they are rows."""
    found = {}
    for path in paths:
        text = path.read_text()
        for comment, name, body in ENUM.findall(text):
            assert name, "%s: an enum without a name; give it one" % path
            assert name not in found, "%s: enum %s stands twice" % (path, name)
            rows = made_of_rows(text, body) if is_marked(comment) else None
            found[name] = is_marked(comment), rows or members_of(body), rows is not None
    return found


def sources():
    return [path for folder in ("include", "lib") for path in sorted((ROOT / folder).rglob("*.[ch]"))]


def written_down():
    """Names of enums that are not stored; the numbers of each that is; numbers that are no more."""
    free, stored, gone, current = set(), {}, {}, None
    for line in LIST.read_text().splitlines():
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if words[0] == "free":
            free.update(words[1:])
        elif not line.startswith(" "):
            current = words[0]
            assert current not in stored, "%s stands twice" % current
            stored[current], gone[current] = {}, set()
        elif words[1] == "-":
            gone[current].add(int(words[0]))
        else:
            assert int(words[0]) not in stored[current], "%s: %s stands twice" % (current, words[0])
            stored[current][int(words[0])] = words[1]
    return free, stored, gone


def numbers_are_those_that_are_written_down():
    _, stored, gone = written_down()
    found = enums_of(sources())
    for name, numbers in stored.items():
        assert name in found, "enum %s is gone; if it has a new name, change it in data/numbers" % name
        marked, members, rows = found[name]
        assert marked, "enum %s: its comment says no more `%s`" % (name, WORDS)
        counted = [member for member in members if member[1] is not None]
        for member, number in members:
            assert number is not None or member.endswith(("_COUNT", "_PARTS")), (
                "%s has no number of its own" % member)
        seen = {}
        for member, number in counted:
            assert number not in gone[name], "%s: %d was used once; take another" % (member, number)
            assert number not in seen, "%s and %s are both %d" % (seen[number], member, number)
            seen[number] = member
            if rows and number > max(numbers):
                assert number == len(seen), "%s: %d is not its place" % (member, number)
                continue
            assert numbers.get(number) == member, (
                "%s is %d, but in data/numbers %d is %s. A new one goes to the end, with a number "
                "nobody had; a mere new name is to be changed there, too"
                % (member, number, number, numbers.get(number, "nothing")))
        for number, member in numbers.items():
            assert number in seen, (
                "%s (%d) is gone from the source: write `%d -` in data/numbers, so that nobody takes "
                "the number again" % (member, number, number))


def every_enum_says_whether_it_is_stored():
    free, stored, _ = written_down()
    for name, (marked, _, _) in enums_of(sources()).items():
        assert not (marked and name in free), "enum %s is marked, and free in data/numbers" % name
        assert marked or name in free, (
            "enum %s: does a number of it reach a hash, the log, a snapshot or a column? Then say "
            "`%s` above it and write its numbers into data/numbers; else name it there as `free`"
            % (name, WORDS))
        assert not marked or name in stored, "enum %s is marked: its numbers go to data/numbers" % name
    gone = free - set(enums_of(sources()))
    assert not gone, "no such enum any more, in data/numbers: %s" % ", ".join(sorted(gone))


# The finder itself.

def found(tmp, text):
    tmp.write_text(text)
    return enums_of([tmp])


def the_finder_reads_what_is_there():
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        tmp = Path(folder) / "a.h"
        assert found(tmp, "/* Numbers are stored: never change, never reuse. */\nenum a { A = 0, B = 0x10 };\n") \
            == {"a": (True, [("A", 0), ("B", 16)], False)}
        assert found(tmp, "/* Long. Numbers are stored: never change, never\n * reuse. */\nenum a { A = 0 };\n") \
            == {"a": (True, [("A", 0)], False)}
        assert found(tmp, "/* Numbers are stored: never change, never reuse. */\nint x;\nenum a { A };\n") \
            == {"a": (False, [("A", None)], False)}
        assert found(tmp, "enum a {\n    A = 1, /* one, two */\n    B\n};\n") \
            == {"a": (False, [("A", 1), ("B", None)], False)}
        rows = "#define ROWS(ROW) \\\n    ROW(A, 1, x) \\\n    /* b */ \\\n    ROW(B, 2, y)\n" \
            "#define CELL(NAME, number, ...) X_##NAME = number,\n"
        assert found(tmp, rows + "/* Numbers are stored: never change, never reuse. */\n"
                     "enum a { ROWS(CELL) X_COUNT };\n") == {"a": (True, [("X_A", 1), ("X_B", 2)], True)}


play([numbers_are_those_that_are_written_down, every_enum_says_whether_it_is_stored,
      the_finder_reads_what_is_there])
