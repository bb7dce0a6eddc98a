#!/usr/bin/python3
"""bridge_program: evenhand-bridge as its users meet it: its help, its manual page, wrong calls.

    bridge_program.py path/to/evenhand-bridge path/to/source
"""
import os
import re
import subprocess
import sys
import tempfile

import tap

PROGRAM, SOURCE = sys.argv[1:]


def call(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def page(name):
    with open(os.path.join(SOURCE, "tools", "man", name + ".scd"), encoding="utf-8") as file:
        return file.read()


def table(path, pattern):
    with open(os.path.join(SOURCE, "daemon", "bridge", path), encoding="utf-8") as file:
        found = set(re.findall(pattern, file.read()))
    assert found, path
    return found


def each_option_and_command_is_in_the_manual():
    code, text, _ = call("--help")
    assert code == 0, code
    manual = page("evenhand-bridge.8")
    options = set(re.findall(r"^  --([a-z]+)", text, re.M))
    assert options == set(re.findall(r"^\*--([a-z]+)\*", manual, re.M)), options
    words = set(re.findall(r"^       evenhand-bridge ([a-z]+)", text, re.M))
    assert words == set(re.findall(r"^\*([a-z]+)\* [_\[]", manual, re.M)), words


def each_key_is_in_the_manual():
    keys = table("profile/connection.c",
                 r'(?:\.name = |(?:NEEDED|EH_YAML_ROW_[A-Z]+)\()"([a-z_]+)"')
    manual = page("evenhand-bridge.8").split("# THE CONNECTION")[1].split("# WEBHOOKS")[0]
    named = {word for line in re.findall(r"^\*.*\*$", manual, re.M)
             for word in re.findall(r"\*([a-z_]+)\*", line)}
    assert keys == named, (keys - named, named - keys)
    keys = table("profile/profile.c", r'(?:\.name = |PROGRAM\()"([a-z_]+)"')
    manual = page("evenhand-profile.5").split("# KEYS")[1].split("# PROGRAMS")[0]
    named = {word for line in re.findall(r"^\*.*\*$", manual, re.M)
             for word in re.findall(r"\*([a-z_]+)\*", line)}
    assert keys == named, (keys - named, named - keys)


def wrong_calls_say_so():
    for arguments, word in (([], "name a connection"), (["--what"], "no such option"),
                            (["dance"], "no such command"), (["check"], "missing"),
                            (["check", "a", "b"], "too much"), (["--connection"], "needs a value"),
                            (["add", "generic", "ftp://x"], "begins with https"),
                            (["--connection", "a", "check"], "not beside")):
        code, out, err = call(*arguments)
        assert code == 2 and word in err and not out, (arguments, code, err)
        assert err.count("\n") == 1, err


def what_is_not_there_is_said_in_one_line():
    with tempfile.TemporaryDirectory() as folder:
        for arguments, wanted, word in (
                (["--connection", "help"], 78, "No such file"), (["check", "help"], 78, "No such file"),
                (["status"], 1, "no connection is there"), (["check", "../x"], 78, "is no name")):
            code, _, err = call("--folder", folder, *arguments)
            assert code == wanted and word in err and err.count("\n") == 1, (arguments, code, err)


def the_version_is_told():
    code, out, _ = call("--version")
    assert code == 0 and re.fullmatch(r"evenhand-bridge \d+\.\d+\.\d+\n", out), out


tap.play([each_option_and_command_is_in_the_manual, each_key_is_in_the_manual, wrong_calls_say_so,
          what_is_not_there_is_said_in_one_line, the_version_is_told])
