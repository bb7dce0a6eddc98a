#!/usr/bin/python3
"""profiles.py SOURCE: what helpdesks say becomes what it should, and what we answer them: every profile
of config/bridge against its golden files, data/bridge/PROFILE/NAME.json, each a list of cases:

    {"case": "it is closed", "program": "in", "input": {…}, "yields": [{…}]}

`connection` of a case changes that of data/bridge/PROFILE/connection.json. `fails` instead of `yields`
has a part of what the program says. The bodies were written by hand, in the shape of each helpdesk's
documentation; those of rt are what a server said. It runs them with the command jq, which is the libjq
that the bridge has.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

from tap import Skip, play

SOURCE = sys.argv[1]
PROFILES = os.path.join(SOURCE, "config", "bridge")
GOLDEN = os.path.join(SOURCE, "tests", "unit", "data", "bridge")
NAMES = sorted(os.path.basename(path)[:-5] for path in glob.glob(PROFILES + "/*.yaml"))
NEEDED = ["new", "changed", "assigned", "closed", "reopened", "merged", "sweep", "done"]


def blocks(name):
    """The programs of a profile by their keys: block texts, as libyaml reads them."""
    found, key = {}, None
    with open(os.path.join(PROFILES, name + ".yaml")) as f:
        for line in f:
            start = re.match(r"^([a-z]+): \|\s*$", line)
            if start:
                key = start[1]
                found[key] = ""
            elif re.match(r"^\S", line):
                key = None
            elif key:
                found[key] += line[2:] if line.startswith("  ") else line
    return found


def run_jq(program, connection, value):
    return subprocess.run(["jq", "-c", "--argjson", "connection", json.dumps(connection), program],
                          input=json.dumps(value), text=True, capture_output=True, env={"PATH": os.environ["PATH"]})


def check_case(program, connection, case):
    ran = run_jq(program, connection, case["input"])
    if "fails" in case:
        assert ran.returncode != 0 and case["fails"] in ran.stderr, "no such error: %s%s" % (ran.stdout, ran.stderr)
        return
    assert ran.returncode == 0, ran.stderr
    said = [json.loads(line) for line in ran.stdout.splitlines()]
    assert said == case["yields"], "yields\n%s\nnot\n%s" % (
        json.dumps(said, indent=1), json.dumps(case["yields"], indent=1))


def golden_files(name):
    return sorted(path for path in glob.glob(os.path.join(GOLDEN, name, "*.json"))
                  if os.path.basename(path) != "connection.json")


def test_of(name):
    def test():
        if not shutil.which("jq"):
            raise Skip("there is no jq here")
        programs = blocks(name)
        with open(os.path.join(GOLDEN, name, "connection.json")) as f:
            connection = json.load(f)
        for path in golden_files(name):
            with open(path) as f:
                cases = json.load(f)
            for case in cases:
                try:
                    check_case(programs[case["program"]], dict(connection, **case.get("connection", {})), case)
                except AssertionError as wrong:
                    raise AssertionError("%s/%s: %s: %s" % (name, os.path.basename(path), case["case"], wrong))
    test.__name__ = name
    return test


def every_profile_has_its_golden_files():
    for name in NAMES:
        found = {os.path.basename(path)[:-5] for path in golden_files(name)}
        assert not set(NEEDED) - found, "%s: no %s" % (name, sorted(set(NEEDED) - found))


def heads_say_what_was_tried():
    for name in NAMES:
        with open(os.path.join(PROFILES, name + ".yaml")) as f:
            text = f.read()
        head = text.split("\nprofile: ")[0]
        assert re.search(r"^# Run against (a real server|recorded shapes)", head, re.M), name
        tried = re.search(r"^tried: (.*)$", text, re.M)[1]
        assert ("real server" in head) == tried.endswith(" for real"), name
        assert re.search(r"^profile: %s$" % name, text, re.M), name


play([test_of(name) for name in NAMES] + [every_profile_has_its_golden_files, heads_say_what_was_tried])
