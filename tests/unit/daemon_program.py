#!/usr/bin/python3
"""daemon_program: evenhandd before it runs: wrong calls, and what --check finds. No server is asked.

    daemon_program.py path/to/evenhandd
"""
import os
import shutil
import subprocess
import sys
import tempfile

import tap

EVENHANDD = sys.argv[1]
FOLDER = tempfile.mkdtemp(prefix="evenhandd-check-")
DESK = "desk: main\ncurrency: EUR\nreps: [ana]\nteams: [{id: sales, reps: [ana]}]\n"


def write(name, text):
    path = os.path.join(FOLDER, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def run(*arguments):
    return subprocess.run([EVENHANDD, *arguments], capture_output=True, text=True)


def refused(code, says, *arguments):
    done = run(*arguments)
    assert done.returncode == code and done.stdout == "", (arguments, done)
    assert done.stderr.startswith("evenhandd: ") and done.stderr.count("\n") == 1, done.stderr
    assert says in done.stderr, "%s is not in %s" % (says, done.stderr)


def check(text, code, says):
    path = write("d.yaml", "desk_file: desk.yaml\n" + text)
    refused(code, says, "--config", path, "--check")


def wrong_calls_are_told():
    refused(2, "--frob: no such option", "--frob")
    refused(2, "--config: needs a value", "--config")
    refused(2, "now: takes no arguments", "now")
    refused(2, "--migrate: not beside another", "--check", "--migrate")
    for option in ("--help", "--version"):
        assert run(option).returncode == 0 and "evenhandd" in run(option).stdout


def a_good_configuration_is_said_to_be_good():
    done = run("--config", write("good.yaml", "desk_file: desk.yaml\n"), "--check")
    assert done.returncode == 0 and "are good" in done.stdout, done


def a_bad_one_is_refused_in_one_line():
    refused(78, FOLDER + "/none.yaml: No such file", "--config", FOLDER + "/none.yaml", "--check")
    check("key_fil: x\n", 78, "d.yaml:2: key_fil: unknown key; did you mean `key_file`?")
    check("postgres: 'hots=/x'\n", 78, "d.yaml:2: postgres: invalid connection option")
    check("admin_socket: /%s\n" % ("x" * 120), 78, "admin_socket: is longer than 107 bytes")
    check("admin_group: no-such-group\n", 78, "admin_group: group no-such-group: there is none")
    check("redis_password_file: none\n", 78,
          "redis_password_file: %s/none: No such file" % FOLDER)
    write("password", "\nsecret\n")
    check("redis_password_file: password\n", 78, "password: the first line is empty")


def a_bad_desk_file_is_refused_in_one_line():
    refused(78, "bad.yaml:4: teams[0].reps[1]: `zed` is no rep", "--check", "--config",
            write("c.yaml", "desk_file: bad.yaml\n"))
    refused(78, "/none.yaml: No such file", "--check", "--config",
            write("c.yaml", "desk_file: none.yaml\n"))


def what_a_desk_file_says_of_hours_is_looked_at():
    desk = ("time_zone: UTC\ncalendars:\n- {id: a, hours: {mon: 08:00-16:00},\n   holidays_file: norway.ics}\n"
            "- {id: office, hours: {}%s}\n")
    write("norway.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20261224\nEND:VEVENT\n"
          "BEGIN:VEVENT\nUID:2\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\nEND:VCALENDAR\n")
    config = write("h.yaml", "desk_file: hours.yaml\n")
    write("hours.yaml", desk % "")
    done = run("--config", config, "--check")
    assert done.returncode == 0 and "are good" in done.stdout, done
    assert "hours.yaml: warning: calendar office: has no hours; whoever" in done.stdout, done
    write("hours.yaml", desk % ", time_zone: Europe/Nowhere")
    refused(78, "hours.yaml:5: calendars[1].time_zone: `Europe/Nowhere` is not in", "--config", config, "--check")
    write("hours.yaml", "desk: main\ntime_zone: Europe/Nowhere\n")
    refused(78, "hours.yaml:2: time_zone: `Europe/Nowhere` is not in", "--config", config, "--check")


TESTS = [wrong_calls_are_told, a_good_configuration_is_said_to_be_good,
         a_bad_one_is_refused_in_one_line, a_bad_desk_file_is_refused_in_one_line,
         what_a_desk_file_says_of_hours_is_looked_at]


def main():
    write("desk.yaml", DESK)
    write("bad.yaml", DESK.replace("[ana]}", "[ana, zed]}"))
    try:
        tap.play(TESTS)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    main()
