#!/usr/bin/python3
"""profiles.py SOURCE: every profile of config/bridge says in its head what it was run against, has golden
files that tests/unit/bridge_profiles.c runs, and is installed."""
import glob
import os
import re
import sys

from tap import play

SOURCE = sys.argv[1]
PROFILES = os.path.join(SOURCE, "config", "bridge")
NAMES = sorted(os.path.basename(path)[:-5] for path in glob.glob(PROFILES + "/*.yaml"))


def read(*path):
    with open(os.path.join(SOURCE, *path)) as f:
        return f.read()


def heads_say_what_was_tried():
    for name in NAMES:
        text = read(PROFILES, name + ".yaml")
        head = text.split("\nprofile: ")[0]
        assert re.search(r"^# (Run against a real server|Tried with)", head, re.M), name
        tried = re.search(r"^tried: (.*)$", text, re.M)[1]
        assert ("a real server" in head) == tried.endswith(" for real"), name
        assert re.search(r"^profile: %s$" % name, text, re.M), name


def every_profile_is_run_and_installed():
    run = re.findall(r"^PROFILE\((\w+)\)$", read("tests", "unit", "bridge_profiles.c"), re.M)
    assert sorted(run) == NAMES, (sorted(run), NAMES)
    installed = re.search(r"foreach profile : \[([^]]*)\]", read("config", "meson.build"))[1]
    assert sorted(re.findall(r"'(\w+)'", installed)) == NAMES, installed


def every_profile_says_how_it_is_set_up_and_what_to_advise():
    for name in NAMES:
        keys = re.findall(r"^(\w+):", read(PROFILES, name + ".yaml"), re.M)
        for key in ["in", "assign", "done", "read", "sweep", "advice"] + ["setup"] * (name != "generic"):
            assert key in keys, "%s: no %s" % (name, key)


play([heads_say_what_was_tried, every_profile_is_run_and_installed,
      every_profile_says_how_it_is_set_up_and_what_to_advise])
