#!/usr/bin/python3
"""tally: counts what meson's test logs say.

    tally.py has FOLDER SUITE            exit 0 when the build folder has tests in this suite
    tally.py forget FOLDER...            removes the logs of earlier runs
    tally.py line LABEL LOG [FILE...]    one line for one run, the failures below it; further files are
                                         sanitizer reports, each a failure; exit 1 when one failed
    tally.py total FOLDER...             the last line: N passed, N failed, N skipped

A TAP test counts each of its points, any other test counts once.
"""
import json
import os
import re
import subprocess
import sys

TAP_POINT = re.compile(r"^(not )?ok\b(.*)", re.MULTILINE)
SKIP = re.compile(r"#\s*(skip|todo)", re.IGNORECASE)
SHOWN_LINES = 25  # of a failing test's output


def has(folder, suite):
    tests = json.loads(subprocess.check_output(["meson", "introspect", "--tests", folder]))
    names = {name.split(":")[-1] for test in tests for name in test["suite"]}
    return 0 if suite in names else 1


def results(folder):
    logs = os.path.join(folder, "meson-logs")
    if not os.path.isdir(logs):
        return []
    return [os.path.join(logs, n) for n in sorted(os.listdir(logs))
            if re.fullmatch(r"(gcc|clang)-.*\.(json|sanitizer-count)", n)]


def forget(folders):
    for folder in folders:
        for path in results(folder):
            os.unlink(path)
    return 0


def count_test(test):
    """(passed, failed, skipped) of one test of a log."""
    points = TAP_POINT.findall(test.get("stdout", ""))
    good = test["result"] in ("OK", "EXPECTEDFAIL")
    if test["result"] == "SKIP" and not points:
        return 0, 0, 1
    if not points:
        return (1, 0, 0) if good else (0, 1, 0)
    failed = sum(1 for bad, rest in points if bad and not SKIP.search(rest))
    skipped = sum(1 for _, rest in points if SKIP.search(rest))
    if not good and test["result"] != "SKIP" and failed == 0:
        failed, points = 1, points + [None]  # died after its last point
    return len(points) - failed - skipped, failed, skipped


def read(path):
    if path.endswith(".sanitizer-count"):
        with open(path, encoding="utf-8") as f:
            return [{"name": "sanitizer", "result": "FAIL"}] * int(f.read())
    if not os.path.exists(path):
        return [{"name": os.path.basename(path), "result": "FAIL", "stdout": "",
                 "stderr": "meson ran no test"}]
    with open(path, encoding="utf-8", errors="replace") as f:
        return [json.loads(line) for line in f if line.strip()]


def add(path):
    return [sum(column) for column in zip((0, 0, 0), *(count_test(t) for t in read(path)))]


def words(counts):
    return "%d passed, %d failed, %d skipped" % tuple(counts)


def tail(text):
    return "\n".join("    " + line for line in text.rstrip().splitlines()[-SHOWN_LINES:])


def found_something(report):
    """The leak checker also writes down when it could not stop a thread that was just ending."""
    if not os.path.exists(report):
        return False
    with open(report, encoding="utf-8", errors="replace") as f:
        return re.search(r"ERROR: |runtime error: |SUMMARY: ", f.read()) is not None


def line(label, log, reports):
    reports = [r for r in reports if found_something(r)]
    if not os.path.exists(log):  # nothing ran: let the total know, too
        with open(log, "w", encoding="utf-8") as f:
            json.dump({"name": label, "result": "FAIL", "stderr": "meson ran no test"}, f)
    tests = read(log)
    if reports:
        with open(log[:-len("json")] + "sanitizer-count", "w", encoding="utf-8") as f:
            f.write(str(len(reports)))
    counts = add(log)
    counts[1] += len(reports)
    seconds = sum(t.get("duration", 0) for t in tests)
    print("%-28s %s (%.0f s)" % (label, words(counts), seconds), flush=True)
    for test in tests:
        if count_test(test)[1]:
            print("  failed: %s (%s)" % (test["name"], test["result"]))
            print(tail(test.get("stdout", "") + "\n" + test.get("stderr", "")))
    for report in reports:
        print("  sanitizer report %s" % report)
        with open(report, encoding="utf-8", errors="replace") as f:
            print(tail("\n".join(f.read().splitlines()[:SHOWN_LINES])))
    return 1 if counts[1] else 0


def total(folders):
    sums = [sum(c) for c in zip((0, 0, 0), *(add(p) for f in folders for p in results(f)))]
    print(words(sums))
    return 0


def main(command, *args):
    if command == "has":
        return has(*args)
    if command == "forget":
        return forget(args)
    if command == "line":
        return line(args[0], args[1], args[2:])
    return total(args)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
