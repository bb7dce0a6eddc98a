#!/usr/bin/python3
"""web_program: evenhand-web as its users meet it: its help, its manual page, its files, wrong calls.

    web_program.py path/to/evenhand-web path/to/source
"""
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile

import tap

PROGRAM, SOURCE = sys.argv[1:]


def call(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def text_of(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as file:
        return file.read()


def manual(section, end="\n# "):
    return text_of("tools", "man", "evenhand-web.8.scd").split("# " + section + "\n")[1].split(end)[0]


def table(path, pattern):
    found = set(re.findall(pattern, text_of("daemon", "web", *path.split("/"))))
    assert found, path
    return found


def each_option_is_in_the_manual():
    code, text, _ = call("--help")
    assert code == 0, code
    options = set(re.findall(r"^  --([a-z]+)", text, re.M))
    told = set(re.findall(r"^\*--([a-z]+)\*", manual("OPTIONS").replace("*--link* and", ""), re.M))
    assert options == told, (options, told)
    assert all(len(line) <= 80 for line in text.splitlines()), text


def each_key_is_in_the_manual_and_in_the_example():
    keys = table("config/config.c", r'EH_YAML_ROW_[A-Z]+\("([a-z_]+)"')
    assert keys == set(re.findall(r"^\*([a-z_]+)\*$", manual("CONFIGURATION"), re.M)), keys
    assert keys == set(re.findall(r"^# ([a-z_]+): ", text_of("config", "evenhand-web.yaml"), re.M))
    for name, fallback in re.findall(r'EH_YAML_ROW_[A-Z]+\("([a-z_]+)", AT\(\w+\), (?:\w+, )?"([^"]*)"',
                                     text_of("daemon", "web", "config", "config.c")):
        said = manual("CONFIGURATION").split("*%s*\n" % name)[1].split("\n\n")[0]
        assert not fallback or fallback in re.sub("[*_]", "", said) or fallback in said, name


def each_screen_and_change_is_in_the_manual():
    folder = os.path.join(SOURCE, "daemon", "web", "screens")
    paths = {path for name in os.listdir(folder) if name.endswith(".c")
             for path in re.findall(r'^\s*(?:const struct eh_screen eh_screen_\w+ = \{)?\s*\.path = "([^"]+)"',
                                    text_of("daemon", "web", "screens", name), re.M)}
    told = {re.sub(r"_([A-Z])_", r"{\1}", path)
            for path in re.findall(r"^\|  (/\S*)$", manual("SCREENS"), re.M)}
    assert {re.sub(r"\{\w+\}", "{}", p) for p in paths} == {re.sub(r"\{\w+\}", "{}", p) for p in told}, \
        (paths, told)
    rows = table("change/changes.c", r'\{"(/change/[a-z-]+)"')
    assert rows == set(re.findall(r"^\|  (/\S+)$", manual("CHANGES"), re.M)), rows


# First column of LIMITS -> its tests: a file of tests/ without its ending, and names in it.
BOUNDS = {
    "connections": {"unit/http_server": ["connections_over_the_cap_are_told_so"],
                    "scenario/web_load": ["crowd"]},
    "pages that listen for what moved": {
        "unit/web_live": ["readers_in_all_have_a_bound", "the_oldest_reader_of_a_person_goes",
                          "who_does_not_read_is_dropped"], "scenario/web": ["live"]},
    "a request": {"scenario/web_load": ["requests", "slow"]},
    "a form": {"unit/web_html": ["a_form_has_bounds"], "scenario/web": ["guards"],
               "scenario/web_load": ["bodies"]},
    "documents above 8 KiB that are not taken yet": {"scenario/web_load": ["deaf"]},
    "changes of one person": {
        "unit/web_ask": ["changes_are_twenty_a_minute_of_each_person",
                         "people_who_change_something_have_a_bound"], "scenario/web": ["pace"]},
    "connections to the admin socket": {
        "unit/asker": ["so_many_links_and_no_more"],
        "unit/web_ask": ["changes_and_reports_that_wait_hold_up_nothing_else"]},
    "questions that wait for one": {"unit/asker": ["questions_that_wait_have_a_bound"]},
    "an answer of evenhandd": {"unit/asker": ["an_answer_has_a_bound"]},
    "answers that are kept while nothing moves": {
        "unit/web_ask": ["bytes_have_a_bound", "their_number_has_a_bound"]},
    "users whose sessions were ended within 30 days": {
        "unit/web_sign": ["where_nobody_can_tell_nobody_is_let_in"]},
}


def each_bound_of_the_manual_has_a_test():
    rows = set(re.findall(r"^\|  (.+)$", manual("LIMITS"), re.M))
    assert rows == set(BOUNDS), rows ^ set(BOUNDS)
    for tests in BOUNDS.values():
        for file, names in tests.items():
            path = next(p for p in (file + ".c", file + ".py") if
                        os.path.exists(os.path.join(SOURCE, "tests", p)))
            text = text_of("tests", *path.split("/"))
            gone = [name for name in names if not re.search(r"\b%s\(|, %s\)" % (name, name), text)]
            assert not gone, (file, gone)


def wrong_calls_say_so():
    for arguments, word in ((["--what"], "no such option"), (["dance"], "too much"),
                            (["--link"], "needs a value"), (["--check", "--link", "a"], "alone")):
        code, out, err = call(*arguments)
        assert code == 2 and word in err and not out and err.count("\n") == 1, (arguments, code, err)


def wrong_files_say_so():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "web.yaml")
        for text, word in (("lisen: 127.0.0.1:1\n", "did you mean `listen`"),
                           ("sign_in: [proxy]\n", "needs a Unix socket"),
                           ("sign_in: [mail]\n", "there are links and proxy"),
                           ("sign_in: []\n", "lets nobody in"),
                           ("listen: /run/x.sock\n", "public: has to be given"),
                           ("public: desk.example\n", "is no address"),
                           ("public: https://desk.example/page\n", "is no address"),
                           ("ticket_url: javascript:alert({id})\n", "is no address with {id}"),
                           ("ticket_url: https://desk.example/\n", "is no address with {id}"),
                           ("proxy_header: 'Remote User'\n", "is no name of a header")):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            code, _, err = call("--config", path, "--check")
            assert code == 78 and word in err and err.count("\n") == 1, (text, code, err)


def links_are_made_with_a_key_that_nobody_else_reads():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "web.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("key_file: key\nstate: .\npublic: https://desk.example/\n")
        code, first, err = call("--config", path, "--link", "ana")
        assert code == 0 and first.startswith("https://desk.example/sign-in/"), (code, err)
        assert stat.S_IMODE(os.stat(folder + "/key").st_mode) == 0o600
        assert os.path.getsize(folder + "/key") == 32
        assert call("--config", path, "--link", "ana")[1] != first
        assert call("--config", path, "--revoke", "ana")[0] == 0
        assert [name for name in os.listdir(folder) if name.startswith("ended-")]
        for name in ("", "a\nb", "x" * 129):
            assert call("--config", path, "--link", name)[0] == 78, name
        os.chmod(folder + "/key", 0o640)
        code, _, err = call("--config", path, "--link", "ana")
        assert code == 77 and "others may read it" in err, (code, err)


def the_nginx_example_is_one():
    nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    if not nginx:
        print("# nginx is not installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        pair = [folder + "/key", folder + "/pem"]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=desk.example",
                        "-keyout", pair[0], "-out", pair[1]], check=True, capture_output=True)
        site = text_of("config", "nginx-web.conf")
        site = site.replace("/etc/ssl/desk.example.key", pair[0]).replace("/etc/ssl/desk.example.pem", pair[1])
        with open(folder + "/nginx.conf", "w", encoding="utf-8") as file:
            file.write("pid %s/pid;\nerror_log %s/log;\nevents {}\nhttp {\naccess_log off;\n%s}\n" %
                       (folder, folder, site))
        done = subprocess.run([nginx, "-t", "-p", folder, "-c", folder + "/nginx.conf"],
                              capture_output=True, text=True)
        assert done.returncode == 0 and "warn" not in done.stderr, done.stderr


def the_version_is_told():
    code, out, _ = call("--version")
    assert code == 0 and re.fullmatch(r"evenhand-web \d+\.\d+\.\d+\n", out), out


tap.play([each_option_is_in_the_manual, each_key_is_in_the_manual_and_in_the_example,
          each_screen_and_change_is_in_the_manual, each_bound_of_the_manual_has_a_test, wrong_calls_say_so, wrong_files_say_so,
          links_are_made_with_a_key_that_nobody_else_reads, the_nginx_example_is_one,
          the_version_is_told])
