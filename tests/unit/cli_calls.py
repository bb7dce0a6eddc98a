#!/usr/bin/python3
"""cli_calls: every command called every way, where nothing is there: never a signal, always one line.

No daemon, no database, no Redis, and an empty environment. What is called comes from --help, so a new
command is tried too.

    cli_calls.py path/to/evenhand
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import tap

EVENHAND = os.path.abspath(sys.argv[1])
FOLDER = tempfile.mkdtemp(prefix="evenhand-calls-")
STATUSES = {0, 1, 2, 69, 77, 78}  # 3 needs a log that verifies
BINARY = os.path.join(FOLDER, "binary")
EMPTY = os.path.join(FOLDER, "empty.csv")


def call(*args, stdin=subprocess.DEVNULL, env=None):
    return subprocess.run([EVENHAND, *args], stdin=stdin, capture_output=True, cwd=FOLDER, timeout=120,
                          env={} if env is None else env)


def told(*args, **more):
    """The call's status; asserts what holds for every call."""
    r = call(*args, **more)
    said = "%r: status %d, stderr %r" % (args, r.returncode, r.stderr)
    assert r.returncode in STATUSES, said
    lines = r.stderr.decode().splitlines()
    if r.returncode == 0:
        assert not lines, said
    else:
        assert len(lines) == 1 and r.stderr.endswith(b"\n"), said
        assert not r.stdout, "%s, stdout %r" % (said, r.stdout)
        if "--json" in args:
            error = json.loads(lines[0])["error"]
            assert set(error) == {"code", "message", "field"} and error["message"], said
        else:
            assert re.match(r"evenhand: \S", lines[0]), said
    return r.returncode


def usage_of(command):
    """What stands behind a command in its usage: ([needed arguments], [others], {option: value})."""
    text = call(*command.split(), "--help").stdout.decode()
    first = text.splitlines()[0][len("Usage: evenhand " + command):].replace("[OPTIONS]", "").split()
    options = dict(re.findall(r"^  --([a-z-]+)(?: (\S+))?", text, re.M))
    return ([a for a in first if a[0] != "["], [a for a in first if a[0] == "["],
            {o: v for o, v in options.items() if o not in ("socket", "json", "no-pager")})


def commands():
    text = call("--help").stdout.decode()
    names = re.findall(r"^  ([a-z]+(?: [a-z]+)?) .*?  ", text, re.M)
    return [n for n in names if n not in ("help", "complete")]


def groups():
    return sorted({c.split()[0] for c in commands() if " " in c})


def nothing_is_there():
    assert len(commands()) > 30, commands()
    for command in commands():
        words, (needed, _, options) = command.split(), usage_of(command)
        bare = told(*words)
        if needed:
            assert bare == 2, (command, bare)
        given = [BINARY if "." in a or a == "FILE" else "2026-03" if a == "PERIOD" else "x"
                 for a in needed]
        full = [*words, *given, "--reason", "r"] if "reason" in options else [*words, *given]
        for more in ([], ["--json"], ["--socket", FOLDER + "/none"], ["--socket", FOLDER],
                     ["--socket", "/" + 200 * "s"], ["--no-pager"]):
            told(*full, *more)
        told(*words, *[EMPTY for _ in needed])
        told(*full, env={"EVENHAND_DB": "nonsense", "EVENHAND_SOCKET": "", "PAGER": "", "TZ": "x"})
        told(*full, stdin=None)


def a_wrong_call_is_2():
    for command in commands():
        words, (needed, more, options) = command.split(), usage_of(command)
        assert told(*words, *["x" for _ in needed + more], "one", "too", "many", "words") == 2, command
        assert told(*words, "--no-such-option") == 2, command
        assert told(*words, "--json", "--no-such-option") == 2, command
        assert told(*words, "-x") == 2, command
        assert told(*words, *["" for _ in needed or [1]]) == 2, command
        for option, value in options.items():
            if value:
                assert told(*words, "--" + option) == 2, (command, option)
                assert told(*words, *["x" for _ in needed], "--%s=" % option) == 2, (command, option)
            else:
                assert told(*words, "--%s=yes" % option) == 2, (command, option)
    for words in ([], ["nonsense"], ["--socket"], ["--"], [""], ["\xff"], ["help", "nonsense"], ["help", "desk", "nonsense"]):
        assert told(*words) == 2 and told("--json", *words) == 2, words


def odd_values_are_taken_calmly():
    for command in commands():
        words, (needed, _, options) = command.split(), usage_of(command)
        for odd in ("\x1b[31m", "%s%n", "../..", "9" * 40, "-", b"\xff\xfe", "a" * 5000):
            if needed:
                told(*words, *[odd for _ in needed])
            for option, value in options.items():
                if value:
                    told(*words, *["x" for _ in needed], "--" + option, odd)


def seconds_may_be_left_out():
    """What help shows as a time is one; status 69: it was read, and no daemon is there."""
    shown = 0
    for command in commands():
        words, (needed, _, options) = command.split(), usage_of(command)
        text = call(*words, "--help").stdout.decode()
        for option, when in re.findall(r"^  --([a-z-]+) .*?(\d{4}-\d\d-\d\dT[0-9:+]+Z?)", text, re.M):
            shown += 1
            given = ["won" if a == "OUTCOME" else "x" for a in needed]
            assert told(*words, *given, "--" + option, when) == 69, (command, option, when)
    assert shown > 0
    for when in ("2026-03-02T09:30Z", "2026-03-02T09:30+01:00", "2026-03-02T09:30:15Z"):
        assert told("answered", "x", "--at", when) == 69, when
        assert told("outcome", "x", "won", "--at", when) == 69, when
        assert told("absent", "x", "--from", when, "--until", when) == 69, when
        assert told("log", "--since", when) == 69, when
    advised = re.search(rb"\d{4}-\d\d-\d\dT[0-9:]+Z", call("answered", "x", "--at", "2026-11-30").stderr)[0]
    assert told("answered", "x", "--at", advised) == 69, advised


def help_is_there_for_all():
    for command in commands() + groups() + [""]:
        words = command.split()
        texts = {call(*form).stdout for form in (["help", *words], [*words, "--help"], [*words, "-h"],
                                                 ["--help", *words])}
        assert len(texts) == 1 and texts.pop().startswith(b"Usage: evenhand"), command
        assert told("help", *words) == 0, command
    for group in groups():
        text = call("help", group).stdout.decode()
        for command in (c for c in commands() if c.startswith(group + " ")):
            assert command in text, (group, text)
        if group not in commands():
            assert call(group).stdout == call(group, "--help").stdout, group
        if group not in commands() or not usage_of(group)[1]:
            assert told(group, "nonsense") == 2, group


def a_misspelt_command_is_guessed():
    for wrong, right in (("stats", "status"), ("desks", "desk"), ("tikets", "tickets")):
        assert ("did you mean `%s`?" % right).encode() in call(wrong).stderr, wrong


TESTS = [help_is_there_for_all, nothing_is_there, a_wrong_call_is_2, odd_values_are_taken_calmly,
         seconds_may_be_left_out, a_misspelt_command_is_guessed]


if __name__ == "__main__":
    with open(BINARY, "wb") as f:
        f.write(bytes(range(256)) * 40)
    open(EMPTY, "w").close()
    try:
        tap.play(TESTS)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
