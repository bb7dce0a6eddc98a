#!/usr/bin/python3
"""manual: man pages, --help and completion name what the programs, and they alone, offer.

    manual.py path/to/evenhand path/to/evenhandd path/to/source

Tables that no program prints (keys of the configuration, messages, routes, views) are read out of
the source, where each is one table.
"""
import os
import re
import shutil
import subprocess
import sys

import tap

EVENHAND, EVENHANDD, SOURCE = sys.argv[1:]
OPTION = re.compile(r"--([a-z][a-z-]*)")
EVERYWHERE = {"socket", "json", "no-pager", "help", "version"}


def told(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout


def source(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as f:
        return f.read()


def page(name):
    return source("tools", "man", name + ".scd")


def same(what, offered, documented):
    assert offered, "nothing was found of " + what
    missing, stale = sorted(offered - documented), sorted(documented - offered)
    assert not missing and not stale, "%s: not documented: %s; there is no: %s" % (
        what, missing, stale)


def options_told(text):
    """Those of an Options block in a --help."""
    return {m[1] for m in re.finditer(r"^  --([a-z][a-z-]*)", text, re.M)}


def commands():
    """Every command with its --help."""
    names = re.findall(r"^  ([a-z]+(?: [a-z]+)?) .*?  ", told(EVENHAND, "--help"), re.M)
    names = [n for n in names if not n.startswith("evenhand")]
    return {n: told(EVENHAND, *n.split(), "--help") for n in names}


def manual_of_commands():
    """What stands under each command's line in evenhand(1), that line too."""
    text = page("evenhand.1")
    text = text[text.index("\n# OPTIONS"):text.index("\n# CSV FILES")]
    parts = re.split(r"^\*([a-z]+(?: [a-z]+)?)\*(?=[ \n])", text, flags=re.M)[1:]
    return dict(zip(parts[::2], parts[1::2]))


def every_command_and_option_is_in_the_manual():
    offered, manual = commands(), manual_of_commands()
    same("commands", set(offered), set(manual))
    for name, text in offered.items():
        line = set(OPTION.findall(manual[name].split("\n\n")[0].split("\n")[0]))
        same("options of `%s`, its line in evenhand(1)" % name,
             (options_told(text) - EVERYWHERE) | {""}, line | {""})
        told_of = {option for heading in re.findall(r"^\t\*--.*$", manual[name], re.M)
                   for option in OPTION.findall(heading)}
        assert told_of <= line, "%s: %s explained and not in its line" % (name, told_of - line)
    general = page("evenhand.1").split("# OPTIONS")[1].split("# COMMANDS")[0]
    same("options of evenhand", options_told(told(EVENHAND, "--help")),
         {m for line in re.findall(r"^\*--.*$", general, re.M) for m in OPTION.findall(line)})


SHELLS = {
    "bash": """source "$1"; COMP_WORDS=("${@:2}"); COMP_CWORD=$(($# - 2)); compopt() { :; }
        complete() { :; }; source "$1"; _evenhand; printf '%s\\n' "${COMPREPLY[@]}\"""",
    "zsh": """_files() { print -l FILES }; _describe() { print -rl -- ${(P)2} }; compdef() { : }
        words=("${@:2}"); CURRENT=$#words; f=$1; set --; source $f""",
    "fish": """source $argv[1]; complete -C (string join ' ' -- $argv[2..-1])""",
}


def completed(shell, *words):
    """What the shell offers in place of the last word, without what it says of each."""
    suffix = {"bash": "bash", "zsh": "zsh", "fish": "fish"}[shell]
    file = os.path.join(SOURCE, "tools", "evenhand", "completion", "evenhand." + suffix)
    # fish completes by the name, so the program has to be found by it
    env = {**os.environ, "PATH": os.path.dirname(os.path.abspath(EVENHAND)) + ":" + os.environ["PATH"],
           "EVENHAND_SOCKET": "/nowhere.sock"}
    extra = ["bash"] if shell == "bash" else ["zsh"] if shell == "zsh" else []
    first = ["-f"] if shell == "zsh" else ["--no-config"] if shell == "fish" else []
    out = subprocess.run([shell, *first, "-c", SHELLS[shell], *extra, file, "evenhand", *words], env=env,
                         stdout=subprocess.PIPE, check=True, text=True).stdout
    return {re.split(r"[\t:]", line)[0] for line in out.splitlines() if line}


def completion_offers_the_same():
    offered = {n: t for n, t in commands().items() if n != "complete"}
    for shell in SHELLS:
        if not shutil.which(shell):
            print("# there is no %s" % shell)
            continue
        same("commands completed by " + shell, {n.split()[0] for n in offered}, completed(shell, ""))
        few = ("desk from", "pool", "metric") if shell != "bash" else offered
        for name in few:
            words = name.split()
            if len(words) == 2:
                assert words[1] in completed(shell, words[0], ""), (shell, name)
            same("options completed by %s after `%s`" % (shell, name), options_told(offered[name]) |
                 EVERYWHERE - {"version"}, {o[2:] for o in completed(shell, *words, "--")})


def help_fits_eighty_columns():
    for name, text in {**commands(), "": told(EVENHAND, "--help"),
                       "evenhandd": told(EVENHANDD, "--help")}.items():
        for line in text.splitlines():
            assert len(line) <= 80, "%s --help: %d columns: %s" % (name, len(line), line)


def the_daemons_options_are_in_its_manual():
    manual = page("evenhandd.8").split("# OPTIONS")[1].split("\n# ")[0]
    same("options of evenhandd", options_told(told(EVENHANDD, "--help")),
         {m for line in re.findall(r"^\*--.*$", manual, re.M) for m in OPTION.findall(line)})


def every_key_of_the_configuration_is_in_its_manual():
    rows = re.findall(r'^    [A-Z_]+\("([a-z_]+)", (?:AT\()?[a-z_]+\)?(?:,\s+[a-z_]+)?(?:,\s+"([^"]*)")?[^"]*?\),$',
                      source("daemon", "evenhandd", "config.c"), re.M)
    manual = page("evenhandd.yaml.5").split("# EXAMPLE")[0]
    parts = re.split(r"^\*([a-z_]+)\*$", manual, flags=re.M)[1:]
    keys = dict(zip(parts[::2], parts[1::2]))
    same("keys of evenhandd.yaml", {name for name, _ in rows}, set(keys))
    for name, fallback in rows:
        said = re.sub(r"[*_]", "", keys[name])
        assert re.sub(r"[*_]", "", fallback) in said, "%s: the default is %s" % (name, fallback)
    example = page("evenhandd.yaml.5").split("```")[1]
    assert set(re.findall(r"^ *([a-z_]+):", example, re.M)) <= {n for n, _ in rows} | {"limits"}


def api(section):
    return page("evenhand-api.7").split("\n# " + section + "\n")[1].split("\n# ")[0]


def fields():
    """{EH_FIELD_ without the prefix: its name}."""
    table = source("lib", "wire", "message_fields.c").split("/* clang-format on */")[0]
    return dict(re.findall(r'^    \[EH_FIELD_([A-Z_]+)\] = \{[A-Z]+\("([a-z_]+)"', table, re.M))


def messages():
    """{type: (its flags, the EH_FIELDs it needs, those it may have)} of those from outside."""
    table = source("include", "evenhand", "wire", "message_types.h").split("/* clang-format ")[1]
    rows = [re.sub(r"/\*.*?\*/|\\\n", "", row, flags=re.S) for row in table.split("    ROW(")[1:]]
    cells = [row.rsplit(")", 1)[0].split(",") for row in rows]
    assert len(cells) > 20 and all(len(row) == 8 for row in cells), cells
    return {row[2].strip(' "'): tuple(set(re.findall(r"\b[TF]\(([A-Z_]+)\)", cell)) for cell in row[4:7])
            for row in cells}


def every_message_is_in_the_manual():
    names = fields()
    manual = dict(re.findall(r"^\*([a-z_]+)\*: (.*)$", api("THE INBOX"), re.M))
    stream = {kind: row for kind, row in messages().items() if "STREAM" in row[0]}
    same("messages of the inbox", set(stream), set(manual) & set(messages()))
    for kind, (_, needs, may) in stream.items():
        needed, _, more = manual[kind].partition(";")
        for what, offered, documented in (("required", needs, needed), ("optional", may, more)):
            same("keys of a message %s that are %s" % (kind, what), {names[f] for f in offered},
                 set(re.findall(r"\*([a-z_]+)\*", documented)))
    types = set(re.findall(r'= "([a-z]+)"', source("lib", "wire", "notice.c")))
    same("types of outbox entries", types,
         {t for line in re.findall(r"^\*[a-z*, ]+\*$", api("THE OUTBOX"), re.M)
          for t in re.findall(r"[a-z]+", line)})
    keys = re.findall(r'(?:text|number)_add\(ret, "([a-z]+)"', source("lib", "wire", "notice.c"))
    same("keys of outbox entries", set(keys),
         {k for line in re.findall(r"^[|:\[ ]*\|  (.*)$", api("THE OUTBOX"), re.M)
          for k in line.split(", ")})


def every_policy_is_in_the_manual():
    """By its rule, word by word, in the order of the rows."""
    table = source("include", "evenhand", "wire", "policies.h").split("/* clang-format ")[1]
    rows = re.findall(r'^    ROW\(([a-z_]+), \d+, \\\n +"(.*)", \\$', table, re.M)
    assert len(rows) == table.count("    ROW(") >= 4, rows
    section = page("evenhand-desk.5").split("\n# POLICIES\n")[1].split("\n# ")[0]
    documented = re.findall(r"^\|  \*([a-z_]+)\*\n:  (.*)$", section, re.M)
    assert documented == rows, "in evenhand-desk(5): %s; in the rows: %s" % (documented, rows)


def every_route_is_in_the_manual():
    offered = {"%s %s(%s)" % (method, re.sub(r"\{\w+\}", ":", path), query) for method, path, query in re.findall(
        r'ROUTE\("(GET|POST|PUT)", "([^"]*)", "([^"]*)"', source("daemon", "evenhandd", "admin", "api", "routes.h").replace("\\\n", " "))}
    documented = set()
    for line in re.findall(r"^\|  ((?:GET|POST|PUT) .*)$", api("THE ADMIN SOCKET"), re.M):
        request, _, query = line.rstrip(")").partition(" (")
        method, paths = request.split(" ", 1)
        first = None
        for path in paths.split(", "):
            path = re.sub(r"_[A-Z]+_", ":", path)
            path = path if path.startswith(("/v1", "/health", "/metrics")) else \
                first.rsplit("/", 1)[0] + path
            first = first or path
            documented.add((method, path, query.replace(",", "")))
    named = {"%s %s" % (m, p) for m, p, _ in documented}
    same("requests", {o.split("(")[0] for o in offered}, named)
    for method, path, query in documented:
        real = next(o for o in offered if o.split("(")[0] == "%s %s" % (method, path))
        real = set(real.split("(")[1].rstrip(")").split())
        assert real <= set(query.split()), "%s %s takes %s" % (method, path, real)


def every_view_is_in_the_manual():
    views = {}
    for name in sorted(os.listdir(os.path.join(SOURCE, "daemon", "evenhandd", "store", "schema"))):
        if name.endswith(".sql"):
            for view, body in re.findall(r"^CREATE (?:OR REPLACE )?VIEW (\w+) AS\n(.*?);\n",
                                         source("daemon", "evenhandd", "store", "schema", name), re.M | re.S):
                views[view] = body
    parts = re.split(r"^\*([a-z_]+)\*$", api("SQL"), flags=re.M)[1:]
    manual = dict(zip(parts[::2], parts[1::2]))
    same("views", set(views), set(manual))
    for view, body in views.items():
        chosen = re.split(r"\nFROM ", body[body.rindex("\nSELECT ") if "\nSELECT " in body and
                                           body.startswith("WITH") else 0:])[0]
        chosen = re.sub(r"^\s*SELECT ", "", chosen)
        while "(" in chosen:
            chosen = re.sub(r"\([^()]*\)", "", chosen)
        chosen = re.sub(r"CASE\b.*?\bEND", "case", chosen, flags=re.S)
        columns = {re.split(r"[\s.]+", part.strip())[-1].strip('"') for part in chosen.split(",")}
        named = set(re.findall(r"\*([a-z_0-9]+)\*", re.sub(r"\(.*?\)", "", manual[view],
                                                           flags=re.S)))
        same("columns of the view " + view, columns - {"desk"}, named)


def every_key_of_an_answer_is_in_the_manual():
    """Whatever is put into an answer by its name; the scenario `answers` looks route by route."""
    files = [("daemon", "evenhandd", "admin", room, name) for room in ("api", "http")
             for name in os.listdir(os.path.join(SOURCE, "daemon", "evenhandd", "admin", room))
             if name.endswith(".c") and (room, name) != ("api", "desk.c")]
    files += [("lib", "json", "pool.c"), ("tools", "evenhand", "ask", "fairness_json.c")]
    put = re.compile(r'\b(?:eh_json_)?(?:put\w*|object_set\w*)\(\s*[\w>.-]+,\s*"([a-z_0-9]+)"')
    offered = {key for file in files for key in put.findall(source(*file))}
    assert len(offered) > 150, offered
    elsewhere = {"error", "code", "message", "field"} | {"oldest_us", "sets", "late_periods",
                                                         "late_facts", "available"}  # of /metrics
    documented = set(re.findall(r"\*([a-z_0-9]+)\*", api("ANSWERS")))
    missing = sorted(offered - elsewhere - documented)
    assert not missing, "keys that ANSWERS in evenhand-api(7) does not name: %s" % missing


def every_metric_is_in_the_manual():
    text = source("daemon", "evenhandd", "admin", "api", "metrics.c") + source(
        "daemon", "evenhandd", "admin", "api", "gauges.c")
    same("metrics", set(re.findall(r"\b(evenhand_[a-z_]+)\b", text)),
         set(re.findall(r"\*(evenhand_[a-z_]+)\*", api("METRICS"))))


def every_measure_is_in_the_manual():
    """With its unit and what it is, as its row says."""
    units = {"MONEY": "money", "MILLI": "rating", "SECONDS": "time", "PPM": "percent", "COUNT": "count"}
    rows = re.split(r"\[EH_MEASURE_[A-Z_]+\] =\s", source("lib", "measure", "measures.c"))[1:]
    offered = set()
    for row in rows:
        text = {key: "".join(re.findall(r'"(.*?)"', strings)) for key, strings in
                re.findall(r'\.(\w+)\s*=\s*((?:"[^"]*"\s*)+)', row)}
        if "name" in text:  # the others are imported
            unit = units[re.search(r"\.unit = EH_UNIT_([A-Z]+)", row)[1]]
            offered.add("%s, %s: %s" % (text["name"], unit, text["help"]))
    table = page("evenhand-plan.5").split("\n# METRICS\n")[1].split("\n*")[1]
    same("measures", offered, {"%s, %s: %s" % row for row in re.findall(
        r"^\|  (\w+)\n:  (\w+)\n:  (.*)$", table, re.M)})


def every_alarm_is_in_the_manual():
    names = set(re.findall(r'\] = "([a-z_]+)"', source("daemon", "host", "alarms.c")))
    section = page("evenhandd.8").split("\n# ALARMS\n")[1].split("\n# ")[0]
    same("alarms", names, set(re.findall(r"^\*([a-z_]+)\*$", section, re.M)))


def what_is_hashed_of_a_ticket_is_in_the_manual():
    """In evenhand-proof(7), and in the program that was written from it."""
    numbers = dict(re.findall(r"^    EH_FIELD_([A-Z_]+) =\s+(\d+),",
                              source("include", "evenhand", "wire", "message.h"), re.M))
    kept = {"CUSTOMER", "SUBJECT"}  # as digests
    _, needed, more = messages()["ticket"]
    told = (needed | more) - kept | {name + "_DIGEST" for name in kept}
    offered = {"%s %s" % (numbers[name], name.lower()) for name in told}
    section = page("evenhand-proof.7").split("\n# THE CONTENT DIGEST\n")[1].split("\n# ")[0]
    same("keys of a ticket's content", offered,
         {"%s %s" % m for m in re.findall(r"^\|  (\d+)\n:  ([a-z_]+)$", section, re.M)})
    program = source("tools", "evenhand-check-draws")
    keys = re.search(r"^KEYS = \{(.*?)\}$", program, re.M | re.S)[1]
    same("keys in evenhand-check-draws", offered,
         {"%s %s" % (n, k) for k, n in re.findall(r'"([a-z_]+)": (\d+)', keys)})
    rules = dict(re.findall(r"EH_RULES_([A-Z_]+) =\s+(\d+),",
                            source("include", "evenhand", "engine", "rules.h")))
    assert "\nBARE = %s " % rules["CONTENT"] in program, "rules from which a content is bare"
    assert section.count("under rules before %s alone" % rules["CONTENT"]) == 2
    for name in ("COMPARED", "RETURNS", "CONTENT"):
        assert re.search(r"^\|  %s$" % rules[name], page("evenhand-proof.7"), re.M), name


TESTS = [every_command_and_option_is_in_the_manual, completion_offers_the_same,
         help_fits_eighty_columns, the_daemons_options_are_in_its_manual,
         every_key_of_the_configuration_is_in_its_manual, every_message_is_in_the_manual,
         every_policy_is_in_the_manual, every_route_is_in_the_manual, every_view_is_in_the_manual,
         every_key_of_an_answer_is_in_the_manual, every_metric_is_in_the_manual,
         every_measure_is_in_the_manual, every_alarm_is_in_the_manual,
         what_is_hashed_of_a_ticket_is_in_the_manual]


if __name__ == "__main__":
    tap.play(TESTS)
