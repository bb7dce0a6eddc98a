#!/usr/bin/python3
"""cli_program: the command line as its users meet it: help, wrong calls, exit codes, tables.

A daemon of a few fixed answers stands on a Unix socket in its place; Redis is a private one.

    cli_program.py path/to/evenhand
"""
import csv
import fcntl
import http.server
import json
import os
import pty
import re
import shutil
import socketserver
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

import tap

EVENHAND = sys.argv[1]
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "cli")
SHOP = os.path.join(DATA, "shop.csv")
FOLDER = tempfile.mkdtemp(prefix="evenhand-cli-")
SOCKET = os.path.join(FOLDER, "admin.sock")
DESK = "desk: main\ncurrency: EUR\nreps: [ana, ben]\nteams: [{id: sales, reps: [ana, ben]}]\n"
COMMANDS = ["help", "status", "me", "waiting", "dead", "log", "complete", "teams", "team", "reps", "rep", "tickets", "ticket", "overloaded",
            "available", "away", "outcome", "assign", "release", "move", "return", "desk show", "desk diff",
            "desk apply", "desk from", "plan check", "plan test", "push", "simulate", "pool", "freeze",
            "close", "pay", "exclude", "include", "metric"]


# ---- A daemon that says what it is told to, and remembers what it was asked.

class Later:
    """So many seconds from the moment it is said, however long the test lasts by then."""

    def __init__(self, seconds):
        self.seconds = seconds

    def said(self):
        return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + self.seconds))


def refusal(code, message, field=None):
    return {"error": {"code": code, "message": message, "field": field}}


def ticket(id, **more):
    return {"source": "default", "id": id, "team": "sales", "kind": "order", "value": 1234567,
            "currency": "EUR", "priority": 5, "state": "assigned", "rep": "ana",
            "received_at": Later(-7800), "assigned_at": Later(-7800), "closed_at": None,
            "outcome": None, "why": None, **more}


STATUS = {"desk": "main", "currency": "EUR", "time_zone": "Europe/Oslo", "role": "leader", "epoch": 7, "input": 12345,
          "seq": 12000, "waiting": 2, "open": 1500, "in_flight": 0, "dead": 1, "redis": "up",
          "redis_address": os.path.join(FOLDER, "redis.sock"), "postgres": "down",
          "last_error": "PostgreSQL: connection refused", "alarm": None, "schema": 1,
          "version": "0.1.0", "desk_file_differs": True, "user": "ana", "roles": ["rep"],
          "rep": "ana"}
MEMBERS = [{"id": "ana", "state": "available", "full": False, "active": True, "open": 3,
            "points": 6, "received": 1200, "received_value": 98765432},
           {"id": "ben", "state": "overloaded", "until": Later(3600), "reason": "calls", "full": False, "active": True, "open": 0,
            "points": 0, "received": 7, "received_value": -5}]
TEAM = {"id": "sales", "name": "Sales", "policy": "random", "capacity": 0, "waiting": 2, "open": 3,
        "members": 2, "currency": "EUR", "plan": "sales-2026", "reps": MEMBERS, "after": None}
HISTORY = [{"seq": 1, "type": "waiting", "team": "sales", "rep": None, "was": None,
            "why": "nobody", "at": "2026-03-01T09:00:00.000Z"},
           {"seq": 2, "type": "assigned", "team": "sales", "rep": "ben", "was": None,
            "why": "random", "at": "2026-03-01T09:05:00.000Z"},
           {"seq": 3, "type": "assigned", "team": "sales", "rep": "ana", "was": "ben",
            "why": "manager", "at": "2026-03-01T09:10:00.000Z", "by": "mia",
            "reason": "knows the customer"}]
HIDDEN = "\u202e\u200b\u0085"  # a mark of direction, nothing at all, a control
GETS = {
    "/v1/status": (200, STATUS),
    "/v1/teams": (200, {"teams": [TEAM, {**TEAM, "id": "support", "capacity": 2500}],
                        "after": None}),
    "/v1/teams/sales": (200, TEAM),
    "/v1/teams/secret": (403, refusal("denied", "team secret is not yours")),
    "/v1/reps": (200, {"reps": [{"id": "ana", "name": "Åse 中村", "teams": ["sales"],
                                 "state": "available", "full": True, "until": None, "open": 3,
                                 "points": 6, "reason": None}], "after": "ana"}),
    "/v1/reps?after=ana": (200, {"reps": [{"id": "ben", "name": "Ben", "teams": ["sales"],
                                           "state": "overloaded", "full": False,
                                           "until": Later(3600), "open": 0, "points": 0}],
                                 "after": None}),
    "/v1/reps/ana": (200, {"id": "ana", "name": "Ana", "teams": ["sales"], "state": "overloaded",
                           "full": False, "until": Later(3600), "reason": "a\x1b[31mb",
                           "open": 1, "points": 2, "currency": "EUR", "after": None,
                           "tickets": [{"source": "shop", "id": "9", "team": "sales",
                                        "kind": "order", "value": 5, "priority": 5,
                                        "assigned_at": Later(-60)}]}),
    "/v1/reps/fay": (200, {"id": "fay", "name": "Fay", "teams": ["sales"], "state": "off", "said": "away",
                           "full": False, "until": Later(7230), "reason": "dentist", "by": "root",
                           "open": 0, "points": 0, "currency": "EUR", "after": None, "tickets": []}),
    "/v1/tickets": (200, {"tickets": [ticket("1", due_at=Later(-4230), late=True), ticket("2", source="shop", due_at=Later(2730))],
                          "after": "17"}),
    "/v1/tickets?after=17": (200, {"tickets": [
        ticket("3", due_at=Later(-60), answered=True), ticket("4", due_at=Later(-60), paused_at=Later(-70)),
        ticket("5", due_at=Later(-60), state="closed", closed_at=Later(-50))], "after": None}),
    "/v1/tickets?team=a%26b&state=open": (200, {"tickets": [], "after": None}),
    "/v1/tickets?rep=a%27na&state=open&limit=2&newest=1": (200, {"tickets": [ticket("9"), ticket("8")],
                                                                "after": "8"}),
    "/v1/tickets?state=waiting": (200, {"tickets": [
        ticket("w1", rep=None, state="waiting", why="skill", skills=["sap", "german"],
               missing_skills=["german"]),
        ticket("w2", rep=None, state="waiting", why="full", missing_skills=None)], "after": None}),
    "/v1/tickets?state=waiting&team=sales": (200, {"tickets": [], "after": None}),
    "/v1/dead?limit=1": (200, {"letters": [
        {"input": 17, "at": "2026-03-01T09:00:00.000Z", "source": "shop", "ticket": "T9", "reason": "team: salse is not on the desk",
         "stream_id": "7-1", "size": 40, "body": '{"type":"ticket","id":"T9"}'}], "after": "17"}),
    "/v1/dead/17": (200, {"input": 17, "at": "2026-03-01T09:00:00.000Z", "reason": "team: salse is not",
                          "stream_id": "7-1", "size": 40, "body": '{"type":"ticket","id":"T9"}'}),
    "/v1/log?newest=1&person=lea&team=sales&id=T9&source=rt&limit=1": (200, {"log": [
        {"input": 12, "at": "2026-03-01T09:00:00.000Z", "what": "assign", "text": "lea gave rt/T9 to ben: asked"}],
        "after": "12"}),
    "/v1/log?newest=0": (200, {"log": [], "after": None}),
    "/v1/me": (200, {"user": "ana", "roles": ["rep"], "manages": [], "desk": "main", "currency": "EUR",
                     "time_zone": "UTC",
                     "rep": {"id": "ana", "name": "Ana", "teams": ["sales"], "state": "overloaded",
                             "full": False, "until": Later(3600), "reason": "calls", "open": 1,
                             "points": 2}}),
    "/v1/teams/sales/pool": (200, {"team": "sales", "period": "2026-03", "currency": "EUR", "net": 300000,
                                   "shares": [{"rep": "ana", "total": 81261}]}),
    "/v1/tickets/default/1": (200, ticket("1", history=HISTORY)),
    "/v1/tickets/shop/a%2Fb%20%C3%A5": (200, ticket("a/b å", source="shop", history=None)),
    "/v1/desk": (200, {"desk": "main", "sha256": "00", "text": DESK}),
}


STEP = {"input": 5, "team": "sales", "period": "2026-03", "version": 0, "gross": 656365,
        "carry": -1240, "net": 655125, "currency": "EUR"}
STEPS = {"freeze": {**STEP, "state": "provisional", "missing": "csat: no ratings came"},
         "close": {**STEP, "state": "closed", "version": 1},
         "pay": {"input": 5, "state": "paid", "version": 1},
         "exclude": {"input": 5, "state": "open", "version": 0, "repeat": True},
         "include": {"input": 6, "state": "open", "version": 0}}


def what_if(body):
    """What the daemon says of a plan, as (status, body)."""
    if body.startswith("bad"):
        return 400, refusal("invalid", "1: metrics: is missing", "metrics")
    return GETS["/v1/teams/sales/pool"]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked = []
    zone = said = None

    def log_message(self, *_):
        pass

    def address_string(self):
        return "local"

    def answer(self, code, body):
        Handler.said = body if isinstance(body, str) else json.dumps(body, default=Later.said) + "\n"
        text = Handler.said.encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(text)))
        if Handler.zone:
            self.send_header("Time-Zone", Handler.zone)
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        Handler.asked.append(("GET", self.path, None))
        self.answer(*GETS.get(self.path, (404, refusal("not_found", "there is none"))))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        Handler.asked.append((self.command, self.path, body))
        if "/pool/what-if" in self.path:
            self.answer(*what_if(body))
        elif "/periods/" in self.path:
            self.answer(200, STEPS[self.path.partition("?")[0].rpartition("/")[2]])
        elif self.path.startswith("/v1/desk"):
            self.answer(200, {"input": 3, "sha256": "00", "changes": ["team sales: policy random"],
                              "warnings": ["team sales has no capacity"]})
        elif "away-is-refused" in body:
            self.answer(409, refusal("conflict", "this cannot be", "reason"))
        elif "standby" in body:
            self.answer(503, refusal("unavailable", "this daemon is standby"))
        elif self.path == "/v1/reps/fay/signal":
            self.answer(200, {"input": 5, "from": Later(0), "until": None, "bound": None, "off": True,
                              "off_until": Later(7230) if "available" in body else None})
        elif self.path.endswith("/signal"):
            self.answer(200, {"input": 5, "from": Later(0), "until": Later(7200), "bound": {
                "rule": "at_most", "team": "sales", "seconds": 28800}})
        else:
            self.answer(200, {"input": 5})

    do_PUT = do_POST


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


# ---- Calls.

def run(*args, env=None, socket=SOCKET):
    environment = {**os.environ, "TZ": "UTC", "EVENHAND_SOCKET": socket, **(env or {})}
    return subprocess.run([EVENHAND, *args], capture_output=True, text=True, env=environment,
                          timeout=300)


def good(*args, **more):
    r = run(*args, **more)
    assert r.returncode == 0, "%r: %d, %s" % (args, r.returncode, r.stderr)
    assert r.stderr == "", r.stderr
    return r.stdout


def bad(code, *args, says="", **more):
    r = run(*args, **more)
    assert r.returncode == code, "%r: %d, not %d; %s" % (args, r.returncode, code, r.stderr)
    one = r'{"error":{"code":[^\n]+}}\n' if "--json" in args else r"evenhand: [^\n]+\n"
    assert re.fullmatch(one, r.stderr), "not one line: %r" % r.stderr
    assert says in r.stderr, "%r is not in %r" % (says, r.stderr)
    assert r.stdout == "", r.stdout


def asked(*args):
    Handler.asked.clear()
    out = good(*args)
    method, path, body = Handler.asked[-1]
    return method, path, json.loads(body) if body and body[0] == "{" else body, out


# ---- The tests.

def help_teaches():
    out = good("--help")
    for command in COMMANDS:
        assert re.search("^  %s( |$)" % command, out, re.M), command
        mine = good(*command.split(), "--help") if command not in ("help", "complete") else \
            "Usage: evenhand " + command
        assert mine.startswith("Usage: evenhand " + command), mine
        wide = [line for line in mine.splitlines() + out.splitlines() if len(line) > 80]
        assert not wide, wide
    assert good("desk") == good("desk", "--help") == good("help", "desk")
    assert "desk apply FILE" in good("desk") and "--team" not in good("desk")
    assert good("help") == out and good("help", "rep") == good("rep", "--help")
    assert re.fullmatch(r"evenhand \d+\.\d+\.\d+\n", good("--version"))


def a_full_disk_is_told():
    with open("/dev/full", "w") as full:
        r = subprocess.run([EVENHAND, "--help"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert (r.returncode, r.stderr) == (69, "evenhand: the output could not be written\n"), r


def wrong_calls_are_told():
    bad(2, "outcome", "4711", "won", "--value", "-3", says="--value: `-3` is below 0")
    bad(2, "verify", "--from", "9", "--to", "3", says="--to: 3 is before --from")
    bad(2, says="which command?")
    bad(2, "stats", says="did you mean `status`?")
    bad(2, "desk", "shwo", says="show, diff, apply, from")
    bad(2, "tickets", "--taem", "x", says="did you mean --team?")
    bad(2, "tickets", "--state", "done", says="--state")
    bad(2, "team", says="needs T")
    bad(2, "assign", "1", "ana", says="--reason")
    bad(2, "overloaded", "--for", "soon", says="--for")
    bad(2, "outcome", "1", "sold", says="won, lost")
    bad(2, "outcome", "1", "won", "--csat", "6", says="--csat")
    bad(2, "outcome", "1", "won", "--at", "noon", says="--at")
    bad(2, "push", "tickets.txt", says=".csv")
    bad(2, "push", "t.csv", "--rate", "0", says="--rate")
    bad(2, "desk", "from", SHOP, "--team", "Big Team", says="--team")


def exit_codes_follow_the_answer():
    bad(69, "status", socket=FOLDER + "/none.sock", says="none.sock")
    bad(69, "--socket", FOLDER + "/none.sock", "reps", says="none.sock")
    bad(2, "--socket", "/" + 120 * "s", "reps", says="107")
    bad(1, "rep", "nobody", says="there is none")
    bad(77, "team", "secret", says="not yours")
    bad(1, "away", "ana", "--reason", "away-is-refused", says="reason: this cannot be")
    bad(69, "away", "ana", "--reason", "standby", says="standby")


def errors_are_json_with_json():
    def error(code, *args, **more):
        r = run(*args, "--json", **more)
        assert r.returncode == code and r.stdout == "", r
        return json.loads(r.stderr)["error"]
    assert error(1, "rep", "nobody") == {"code": "not_found", "message": "there is none", "field": None}
    assert error(1, "away", "ana", "--reason", "away-is-refused") == \
        {"code": "conflict", "message": "reason: this cannot be", "field": "reason"}
    assert error(77, "team", "secret")["code"] == "denied"
    assert error(2, "stats")["code"] == "usage"
    assert error(69, "status", socket=FOLDER + "/none.sock")["code"] == "unavailable"
    assert error(78, "plan", "check", SHOP)["code"] == "invalid"
    assert error(1, "simulate", FOLDER + '/no"ne.csv')["message"].startswith(FOLDER + '/no"ne.csv: ')


def on_a_terminal(*args, rows=12, keys=b"", **env):
    """What a call shows on a terminal of so many rows."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
    process = subprocess.Popen(
        [EVENHAND, *args], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env={"EVENHAND_SOCKET": SOCKET, "TZ": "UTC", "TERM": "xterm", "PATH": os.environ["PATH"], **env})
    os.close(theirs)
    os.write(ours, keys)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:
        pass  # its end
    os.close(ours)
    return process.wait(), shown.decode().replace("\r\n", "\n")


def a_long_text_is_paged():
    marked = {"PAGER": "sed s/^/:/"}
    help_text = good("--help")
    paged = "".join(":%s" % line for line in help_text.splitlines(True))
    assert on_a_terminal("--help", **marked) == (0, paged)
    assert on_a_terminal("--help", rows=2000, **marked) == (0, help_text)
    assert on_a_terminal("--help", "--no-pager", **marked) == (0, help_text)
    assert on_a_terminal("--help", PAGER="no-such-pager")[1].endswith(help_text)
    assert on_a_terminal("status", **marked)[1].startswith(":")
    assert not on_a_terminal("status", "--json", **marked)[1].startswith(":")
    code, shown = on_a_terminal("rep", "nobody", rows=2, **marked)
    assert (code, shown) == (1, "evenhand: there is none\n"), shown
    assert on_a_terminal("--help", PAGER="true")[0] == 0, "who leaves the pager early has seen enough"
    if shutil.which("less"):
        assert "Usage: evenhand" in on_a_terminal("--help", keys=b"q")[1]


def tables_read_well():
    status = good("status")
    for piece in ["desk main: leader, epoch 7", "EUR, days of Europe/Oslo", "12,345", "differs", "down", "ana"]:
        assert piece in status, status
    reps = good("reps").splitlines()
    assert len(reps) == 3 and "ben" in reps[2], reps
    assert re.search(r"full +3 +6$", reps[1]) and re.search(r"in (1h|5\dm)", reps[2]), reps
    team = good("team", "sales")
    assert "987,654.32" in team and "-0.05" in team and "1,200" in team, team
    assert re.search(r"\nben: overloaded until .* UTC \(in (1h|5\dm( \d+s)?)\): calls\n$", team), team
    assert team.splitlines()[0].endswith("2 waiting, bonus plan sales-2026"), team
    assert "no limit" in good("teams") and "2,500" in good("teams")
    tickets = good("tickets").splitlines()
    assert len(tickets) == 6 and "2 of shop" in tickets[2], tickets
    assert [re.search(r"(ana|due) +(.*)$", line).group(2) for line in tickets] == [
        "age", "late 1h 10m  2h 10m", "in 45m       2h 10m", "2h 10m", "2h 10m", "2h 10m"], tickets
    assert "paused" in tickets[4] and "assigned" in tickets[3], tickets
    assert "12,345.67 EUR" in tickets[1]
    assert good("tickets", "--team", "a&b", "--state", "open") == "no such tickets\n"
    rep = good("rep", "ana")
    assert "9 of shop" in rep and "\x1b" not in rep and "0.05" in rep, rep
    for text in [status, team, good("teams"), *reps, *tickets, rep]:
        assert all(len(line) <= 80 for line in text.splitlines()), text


def who_is_off_is_told():
    rep = good("rep", "fay")
    assert re.search(r"\noff until .* UTC \(in 2h\)\noutside of hours", rep), rep
    assert "root" not in rep and "dentist" not in rep, rep
    said = good("available", "fay", "--reason", "back")
    assert re.fullmatch(r"fay is available; off until .* UTC \(in 2h\): no tickets before\n", said), said
    said = good("overloaded", "fay", "--reason", "calls")
    assert said == "fay is overloaded; off: no tickets meanwhile\n", said
    assert "; off" not in good("available", "ana", "--reason", "back")


def a_team_shows_its_times():
    kept = GETS["/v1/teams/sales"]
    assert "hours" not in good("team", "sales") and "answers" not in good("team", "sales")
    GETS["/v1/teams/sales"] = (200, {
        **TEAM, "hours": "office", "answer_within": [{"kind": "kind-%d" % n, "within": 3600 * n} for n in range(1, 9)],
        "overflow": {"after": 7200, "to": "backoffice"}, "unanswered": {"after": 3600, "then": "return"},
        "ages": 14400, "affinity": "last", "affinity_for": 2592000, "ramp": {"share_ppm": 500000, "for": 86400},
        "pausing": {"counts": "no", "at_most": 20}})
    try:
        team = good("team", "sales")
        for line in ("hours      office", "overflow   to backoffice after 2h of waiting",
                     "unanswered after 1h with a rep it goes back to the deal",
                     "ages       more urgent by one after each 4h of waiting", "affinity   last, for 30d",
                     "ramp       50% for 1d, for who comes back after a day or more",
                     "paused     counts nothing, up to 20 of a rep"):
            assert line in team.splitlines(), (line, team)
        assert re.search(r"\nanswers    kind-1 in 1h, .*,\n           kind-", team) and "kind-8 in 8h\n" in team, team
        assert all(len(line) <= 80 for line in team.splitlines()), team
        GETS["/v1/teams/sales"] = (200, {**TEAM, "hours": "own", "unanswered": {"after": 60, "then": "tell"}})
        team = good("team", "sales")
        assert "hours      of its own\n" in team and "unanswered after 1m with a rep it is told\n" in team, team
    finally:
        GETS["/v1/teams/sales"] = kept


def what_lapses_and_ages_is_marked():
    kept = GETS["/v1/reps/ana"], GETS["/v1/me"]
    lapsing = {"source": "default", "team": "sales", "kind": "order", "value": 5, "priority": 5}
    GETS["/v1/reps/ana"] = (200, {**kept[0][1], "tickets": [
        {**lapsing, "id": "7", "raised": 2, "lapses_at": Later(1230), "lapse": "return"},
        {**lapsing, "id": "8", "raised": 0, "lapses_at": Later(1230), "lapse": "tell"},
        {**lapsing, "id": "9", "lapses_at": None, "lapse": None}]})
    GETS["/v1/me"] = (200, {**kept[1][1], "roles": ["manager"]})
    GETS["/v1/tickets?state=waiting&team=aged"] = (200, {"tickets": [
        ticket("w1", rep=None, state="waiting", why="full", priority=5, raised=2)], "after": None})
    GETS["/v1/tickets/default/aged"] = (200, ticket("aged", raised=2, history=None, lapses_at=Later(1230), lapse="return"))
    try:
        rep = good("rep", "ana")
        assert re.search(r"^7 .* 7\+$", rep, re.M) and re.search(r"^8 .* 5$", rep, re.M), rep
        assert re.search(r"\n\n7: goes back at \d\d.* UTC \(in 20m.*\) if it is not answered\n8: is told at ", rep), rep
        assert "\n9:" not in rep, rep
        assert re.search(r"w1 +sales +order +7\+ ", good("waiting", "aged"))
        story = good("ticket", "aged")
        assert "priority 7 (2 by waiting)\n" in story and re.search(r"lapses +goes back at ", story), story
    finally:
        GETS["/v1/reps/ana"], GETS["/v1/me"] = kept


def lists_say_why_and_how_to_go_on():
    rep = GETS["/v1/me"]
    bad(77, "waiting", says="evenhand team T says how many")
    GETS["/v1/me"] = (200, {**rep[1], "roles": ["rep", "manager"]})
    waiting = good("waiting")
    assert re.search(r"w1 +sales +order +5 +2h 1\dm +nobody has german\n", waiting), waiting
    assert re.search(r"w2 .* everybody is full\n", waiting), waiting
    assert good("waiting", "sales") == "nothing waits\n"
    GETS["/v1/me"] = rep
    assert "nobody has german" in good("tickets", "--state", "waiting")
    more = good("tickets", "--rep", "a'na", "--state", "open", "--newest", "--limit", "2").splitlines()
    assert len(more) == 4 and more[-1] == "… and more: evenhand tickets --rep 'a'\\''na' --state open " \
        "--newest --limit 2 --after 8", more
    assert len(good("reps", "--limit", "1").splitlines()) == 3
    bad(2, "tickets", "--limit", "0", says="--limit")
    bad(2, "tickets", "--since", "soon", says="--since: `soon` is neither a day")
    for given, sent in (("2026-03-01", "2026-03-01"),
                        ("2026-03-01T12:00:00+01:00", "2026-03-01T11:00:00.000Z")):
        Handler.asked.clear()
        run("tickets", "--since", given)
        assert Handler.asked[-1][1] == "/v1/tickets?since=" + sent.replace(":", "%3A"), Handler.asked
    Handler.asked.clear()
    run("tickets", "--since", "2h")
    assert re.search("since=20", Handler.asked[-1][1])


def what_people_did_is_listed():
    asked = ["log", "T9", "--source", "rt", "--person", "lea", "--team", "sales", "--limit", "1"]
    lines = good(*asked).splitlines()
    assert re.search(r"12 +2026-03-01 09:00 UTC +lea gave rt/T9 to ben: asked", lines[1]), lines
    assert lines[2] == "… and more: evenhand log T9 --person lea --team sales --source rt --limit 1 " \
        "--after 12", lines
    assert "nothing was done" in good("log", "--oldest")
    bad(2, "log", "--source", "rt", says="ID")


def dead_letters_are_read():
    letters = good("dead", "--limit", "1").splitlines()
    assert re.search(r"17 +2026-03-01 09:00 UTC +T9 +team: salse is not on the desk", letters[1]), letters
    assert letters[2] == "… and more: evenhand dead --limit 1 --after 17", letters
    one = good("dead", "17")
    assert "team: salse is not" in one and '\n  "id": "T9"\n' in one, one
    assert json.loads(good("dead", "17", "--json"))["input"] == 17


def the_caller_is_meant():
    me = good("me")
    for piece in ("you are ana: rep; desk main", "rep ana (Ana), team sales", "overloaded until ",
                  ": calls\n", "pool sales 2026-03: 812.61 of 3,000.00 EUR for you", "9 of shop",
                  "evenhand available"):
        assert piece in me, (piece, me)
    assert json.loads(good("me", "--json"))["user"] == "ana"
    assert good("rep") == good("rep", "ana")
    Handler.asked.clear()
    run("pool")
    assert Handler.asked[-1][1] == "/v1/teams/sales/pool", Handler.asked
    kept = GETS["/v1/me"]
    try:
        GETS["/v1/me"] = (200, {**kept[1], "rep": None, "manages": ["sales", "support"]})
        assert "team sales: 2 waiting, 3 open\n" in good("me")
        bad(1, "pool", says="which team? evenhand pool T, where T is one of sales, support")
        GETS["/v1/me"] = (200, {**kept[1], "rep": None, "roles": []})
        bad(1, "pool", says="you are in no team")
        assert "an operator names your Unix user" in good("me")
    finally:
        GETS["/v1/me"] = kept


def words_are_completed():
    def words(*typed, **more):
        return [line.split("\t")[0] for line in good("complete", *typed, **more).splitlines()]
    assert words("tea") == ["teams", "team"] and "desk" in words("") and words("").count("plan") == 1
    assert words("desk", "") == ["show", "diff", "apply", "from"] and words("draws", "r") == ["reveal"]
    assert words("help", "desk", "d") == ["diff"] and "waiting" in words("help", "")
    assert words("team", "s") == ["sales", "support"] and words("assign", "1", "") == ["ana"]
    assert words("tickets", "--team", "sa") == ["sales"] and words("ticket", "") == []
    GETS["/v1/tickets?newest=1"] = GETS["/v1/tickets"]
    assert words("ticket", "") == ["1", "2"] and words("outcome", "1", "re")[1:] == ["reopened", "refunded"]
    GETS["/v1/teams/sales/pools"] = (200, {"pools": [{"period": "2026-02"}, {"period": "2026-03"}]})
    assert words("freeze", "sales", "2026-0") == ["2026-02", "2026-03"]
    assert words("pool", "sales", "--period", "") == ["2026-02", "2026-03"]
    assert words("tickets", "--state", "a") == ["assigned"] and words("desk", "apply", "") == [":files"]
    assert words("tickets", "--state", "h") == ["held"]
    assert words("outcome", "1", "cancelled", "--reason", "") == ["spam", "duplicate", "merged", "test",
                                                                  "customer"]
    assert words("return", "1", "--reason", "") == []
    assert words("tickets", "--team=su") == ["--team=support"] and words("tickets", "--state=c") == \
        ["--state=closed"]
    assert words("tickets", "--team", "=", "su") == ["support"] == words("tickets", "--team", "su")
    assert words("tickets", "--team", "=") == ["sales", "support"]  # so bash breaks it
    assert words("--socket", SOCKET, "rep", "", socket=FOLDER + "/none") == ["ana"]
    assert words("rep", "", socket=FOLDER + "/none.sock") == [], "no daemon, and not a word of it"
    assert words("nonsense", "") == [] and words("rep", "ana", "more") == []


def times_are_those_of_the_desk():
    zone = {"TZ": ""}
    try:
        Handler.zone = "America/New_York"
        assert "2026-03-01 04:00:00 EST" in good("ticket", "1", env=zone)
        assert "2026-03-01 09:00:00 UTC" in good("ticket", "1")
        Handler.zone = "../../etc/passwd"
        good("ticket", "1", env=zone)
    finally:
        Handler.zone = None


def a_ticket_has_its_story():
    story = good("ticket", "1")
    for piece in ["order worth 12,345.67 EUR for team sales", "with ana",
                  "2026-03-01 09:00:00 UTC  waits: nobody is available",
                  "2026-03-01 09:05:00 UTC  dealt to ben by random",
                  "2026-03-01 09:10:00 UTC  given to ana by a manager, was with ben; mia: knows the"
                  " customer"]:
        assert piece in story, story
    assert "PostgreSQL is not reachable" in good("ticket", "a/b å", "--source", "shop")


def hide(value):
    """The same answer with characters that a screen hides in every text."""
    if isinstance(value, dict):
        return {key: hide(item) for key, item in value.items()}
    if isinstance(value, list):
        return [hide(item) for item in value]
    value = value.said() if isinstance(value, Later) else value
    return value + HIDDEN if isinstance(value, str) else value


def nothing_hidden_reaches_people():
    kept = dict(GETS)
    try:
        for path, (code, answer) in kept.items():
            GETS[path] = (code, dict(hide(answer), after=None))
        for call in (["status"], ["teams"], ["team", "sales"], ["reps"], ["tickets"],
                     ["ticket", "1"], ["me"], ["dead", "17"]):
            assert json.dumps(HIDDEN)[1:-1] in good("--json", *call), call
            shown = good(*call)
            assert not set(HIDDEN) & set(shown) and "\\u{202e}" in shown, (call, shown)
        assert good("desk", "show") == DESK + HIDDEN + "\n"  # a file stays as it is
    finally:
        GETS.update(kept)


def json_is_what_the_daemon_said():
    assert good("--json", "status") == json.dumps(STATUS) + "\n"
    assert good("reps", "--json") == Handler.said and '"id": "ana"' in Handler.said
    assert good("reps", "--json", "--after", "ana") == Handler.said and '"id": "ben"' in Handler.said
    assert json.loads(good("away", "ana", "--json"))["input"] == 5


def changes_say_what_is_meant():
    method, path, body, out = asked("overloaded", "--for", "1h30m", "--reason", "calls")
    assert (method, path) == ("POST", "/v1/reps/ana/signal")
    assert body == {"status": "overloaded", "for": 5400, "reason": "calls"}
    assert re.match(r"ana is overloaded until [0-9: -]+ UTC \(in (2h|1h 5\dm)\); "
                    r"at_most of team sales: 8h\n", out), out
    assert asked("away", "ben", "--for", "2d")[2] == {"status": "away", "for": 172800}
    assert asked("away", "ben")[1:3] == ("/v1/reps/ben/signal", {"status": "away"})
    assert asked("assign", "1", "ben", "--reason", "r", "--source", "s/t")[1:3] == \
        ("/v1/tickets/s%2Ft/1/assign", {"rep": "ben", "reason": "r"})
    assert asked("move", "1", "support", "--reason", "r")[1:3] == \
        ("/v1/tickets/default/1/move", {"team": "support", "reason": "r"})
    assert asked("return", "1", "--reason", "r")[1:3] == \
        ("/v1/tickets/default/1/return", {"reason": "r"})
    assert asked("release", "ben", "--reason", "r")[1:3] == \
        ("/v1/reps/ben/release", {"reason": "r"})
    assert asked("outcome", "1", "won", "--value", "129.95", "--csat", "4", "--handled", "12m",
                 "--at", "2026-03-01T12:00:00+01:00", "--event", "e-1")[1:3] == \
        ("/v1/tickets/default/1/outcome",
         {"outcome": "won", "csat": 4, "handled": 720, "at": 1772362800000, "value": 12995,
          "event": "e-1"})
    assert asked("outcome", "1", "won", "--at", "2026-03-01")[2] == \
        {"outcome": "won", "at": "2026-03-01"}
    bad(2, "outcome", "1", "won", "--value", "1.999", says="--value")


def the_callers_rep_is_found():
    rep = STATUS.pop("rep")
    try:
        bad(1, "away", says="ana; name the rep: evenhand away R")
        bad(1, "absences", "import", "a.ics", says="name the rep: evenhand absences import FILE.ics --rep R")
    finally:
        STATUS["rep"] = rep
    assert asked("available")[1] == "/v1/reps/ana/signal"


def desk_files_travel():
    path = os.path.join(FOLDER, "desk.yaml")
    with open(path, "w") as f:
        f.write(DESK)
    assert good("desk", "show") == DESK
    method, asked_path, body, out = asked("desk", "diff", path)
    assert (method, asked_path, body) == ("PUT", "/v1/desk?dry_run=1", DESK)
    assert out == "team sales: policy random\nwarning: team sales has no capacity\n"
    assert asked("desk", "apply", path)[1] == "/v1/desk"
    with open(path, "a") as f:
        f.write("colour: red\n")
    bad(78, "desk", "apply", path, says=path + ":5: colour")
    bad(1, "desk", "apply", FOLDER + "/none.yaml", says="none.yaml")


def a_desk_comes_out_of_a_history():
    out = good("desk", "from", SHOP, socket=FOLDER + "/none.sock")
    for piece in ["currency: NOK", "  - {id: ase-lund, name: \"Åse Lund\"}",
                  "  - {id: ase-lund-2, name: \"Ase Lund\"}", "  - {id: \"no\", name: \"No\"}",
                  "  - id: lamps-light\n    name: \"Lamps & Light\"\n"
                  "    reps: [ase-lund, ase-lund-2]",
                  "  - id: desk\n", "order: {points: 2}", "capacity: 0", "policy: balanced"]:
        assert piece in out, "%s is not in\n%s" % (piece, out)
    assert out.count("- id: ") == 3
    one = good("desk", "from", SHOP, "--team", "shop")
    assert one.count("- id: ") == 1 and "reps: [ase-lund, ase-lund-2, jon-moe, \"no\"]" in one
    bad(1, "desk", "from", FOLDER + "/none.csv", says="none.csv")


def a_history_is_dealt_again():
    none = FOLDER + "/none.sock"
    out = good("simulate", SHOP, "--policy", "random,least_loaded", socket=none)
    lines = out.splitlines()
    assert lines[0] == "7 tickets, 2025-03-02 to 2025-03-06, 4 reps in 3 teams, seed 1", lines[0]
    assert all(len(line) <= 80 for line in lines), out
    chairs = lines.index(next(line for line in lines if line.startswith("Chairs")))
    assert lines[chairs + 1].split()[:4] == ["recorded", "0.167", "0.900", "1"], out
    assert [line.split()[0] for line in lines[chairs + 2:chairs + 4]] == ["random", "least_loaded"]
    assert good("simulate", SHOP, "--policy", "random,least_loaded", socket=none) == out
    told = json.loads(good("simulate", SHOP, "--policy", "random", "--seed", "7", "--json"))
    assert (told["tickets"], told["seed"], told["currency"]) == (7, 7, "NOK"), told
    assert [team["team"] for team in told["teams"]] == ["chairs", "desk", "lamps-light"], told
    recorded, dealt = told["all"]
    assert (recorded["by"], recorded["tickets"], dealt["by"], dealt["tickets"]) == (
        "recorded", 6, "random", 7), told
    assert recorded["predictability"] is None and recorded["spread_value"] == 120000, recorded
    bad(2, "simulate", SHOP, "--policy", "random,fair", says="`fair` is none of")
    bad(2, "simulate", SHOP, "--policy", "random,random", says="stands twice")
    bad(2, "simulate", SHOP, "--policy", ",", says="is empty")
    bad(2, "simulate", SHOP, "--seed", "-1", says="--seed")
    bad(1, "simulate", FOLDER + "/none.csv", says="none.csv")
    bad(1, "simulate", SHOP, "--value-column", "nope", says="there is no column `nope`")
    desk = os.path.join(FOLDER, "two.yaml")
    with open(desk, "w") as f:
        f.write(DESK)
    bad(1, "simulate", SHOP, "--desk", desk, says="shop.csv:2: team: lamps-light is not on the")
    with open(desk, "a") as f:
        f.write("desk: again\n")
    bad(78, "simulate", SHOP, "--desk", desk, says="two.yaml:5:")


def a_history_is_dealt_by_hours():
    history, desk = os.path.join(FOLDER, "nights.csv"), os.path.join(FOLDER, "office.yaml")
    with open(history, "w") as f:
        f.write("ticket_id,opened_at,team,historical_rep\n"
                "1,2026-03-02T09:00,sales,ana\n2,2026-03-02T16:30,sales,bo\n3,2026-03-06T16:00,sales,bo\n")
    office = ("time_zone: Europe/Oslo\nkinds: {query: {points: 1}}\nreps: [ana, bo]\n"
              "calendars: [{id: office, hours: {mon-fri: 08:00-16:00}, time_zone: %s}]\n"
              "teams: [{id: sales, name: Sales, hours: office, reps: [ana, bo]}]\n")
    with open(desk, "w") as f:
        f.write(office % "Europe/Oslo")
    out = good("simulate", history, "--desk", desk, "--policy", "balanced", socket=FOLDER + "/none.sock")
    lines = out.splitlines()
    assert all(len(line) <= 80 for line in lines), out
    waits = lines[lines.index("team        waited    mean  longest  never dealt  in time"):]
    assert waits[2].split() == ["balanced", "2", "1d", "15h", "2d", "16h", "0"], waits
    told = json.loads(good("simulate", history, "--desk", desk, "--policy", "balanced", "--json"))
    assert [item.get("waited") for item in told["all"]] == [None, 2], told
    dealt = told["teams"][0]["dealt"][1]
    assert (dealt["wait_s"], dealt["longest_wait_s"], dealt["waiting"]) == (143100, 230400, 0), dealt
    with open(history, "w") as f:
        f.write("ticket_id,opened_at,team,historical_rep,answered_at\n"
                "1,2026-03-02T09:00,sales,ana,2026-03-02T09:30\n2,2026-03-02T15:30,sales,bo,2026-03-03T09:00\n")
    with open(desk, "w") as f:
        f.write(office.replace("hours: office,", "hours: office, answer_within: {query: 1h},") % "UTC")
    out = good("simulate", history, "--desk", desk, "--policy", "balanced")
    assert [line.split()[0::len(line.split()) - 1] for line in out.splitlines() if "50.0%" in line][:1] == [
        ["recorded", "50.0%"]], out
    assert "Answered: at answered_at" in out and all(len(line) <= 80 for line in out.splitlines()), out
    told = json.loads(good("simulate", history, "--desk", desk, "--policy", "balanced", "--json"))
    assert [(item["due"], item["in_time"]) for item in told["all"]] == [(2, 1), (2, 1)], told
    assert told["answers"] == "answered_at", told
    with open(desk, "w") as f:
        f.write(office % "Europe/Nowhere")
    place = "office.yaml:4: calendars[0].time_zone: Europe/Nowhere is not known here"
    bad(78, "simulate", history, "--desk", desk, says=place)
    with open(history, "a") as f:
        f.write("3,no time,sales,bo,\n")
    bad(78, "simulate", history, "--desk", desk, says=place)
    bad(1, "simulate", history, says="has no offset from UTC")


def a_history_is_dealt_by_the_holidays_of_a_file():
    """As evenhandd: the file stands beside the desk file; its days are those of the history's years."""
    folder = os.path.join(FOLDER, "beside")
    history, desk = os.path.join(FOLDER, "friday.csv"), os.path.join(folder, "desk.yaml")
    os.makedirs(folder)
    with open(history, "w") as f:
        f.write("ticket_id,opened_at,team,historical_rep\n1,2026-03-05T17:00,sales,ana\n")

    def longest(holidays):
        with open(desk, "w") as f:
            f.write("time_zone: Europe/Oslo\nkinds: {query: {points: 1}}\nreps: [ana, bo]\n"
                    "calendars:\n- {id: office, hours: {mon-fri: 08:00-16:00}%s}\n"
                    "teams: [{id: sales, hours: office, reps: [ana, bo]}]\n" % holidays)
        return ["simulate", history, "--desk", desk, "--policy", "balanced", "--json"]

    def waited(holidays):
        return json.loads(good(*longest(holidays)))["teams"][0]["dealt"][1]["longest_wait_s"]

    ics = ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20200306\r\n"
           "RRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    with open(os.path.join(folder, "norway.ics"), "w", newline="") as f:
        f.write(ics)
    assert waited("") == 15 * 3600
    assert waited(", holidays_file: norway.ics") == (3 * 24 + 15) * 3600
    assert waited(", holidays: [2026-03-09], holidays_file: norway.ics") == (4 * 24 + 15) * 3600
    with open(os.path.join(folder, "norway.ics"), "w", newline="") as f:
        f.write(ics.replace("DTSTART;VALUE=DATE:20200306", "DTSTART;VALUE=DATE:2020030"))
    bad(78, *longest(", holidays_file: norway.ics"),
        says="desk.yaml:5: calendars[0].holidays_file: norway.ics:5: this is no iCalendar")
    bad(78, *longest(", holidays_file: none.ics"), says="none.ics: No such file")


def the_example_desk_deals_at_any_hour_of_the_week():
    history = os.path.join(FOLDER, "week.csv")
    desk = os.path.join(DATA, "..", "..", "..", "..", "config", "desk.yaml")
    with open(history, "w") as f:
        f.write("ticket_id,opened_at,kind,team\n")
        for hour in range(7 * 24):  # a week in which the clocks go ahead
            f.write("%d,2026-03-%02dT%02d:30:00Z,order,%s\n" % (
                hour, 25 + hour // 24, hour % 24, ("sales", "support")[hour % 2]))
    told = json.loads(good("simulate", history, "--desk", desk, "--policy", "balanced", "--json"))
    assert (told["all"][1]["tickets"], told["all"][1]["waited"]) == (7 * 24, 0), told["all"]


def the_example_desk_shows_every_key_of_time():
    """Those that would disturb a trial are comments, which hold as they stand."""
    with open(os.path.join(DATA, "..", "..", "..", "..", "config", "desk.yaml"), encoding="utf-8") as f:
        text = f.read()
    keys = ("hours", "answer_within", "overflow", "ages", "unanswered", "at_most", "kinds", "paused", "ramp", "affinity")
    for key in keys:
        assert re.search(r"^    (# )?%s: " % key, text, re.M), key
    desk = os.path.join(FOLDER, "uncommented.yaml")
    with open(desk, "w", encoding="utf-8") as f:
        f.write(re.sub(r"^    # (%s): " % "|".join(keys), r"    \1: ", text, flags=re.M))
    with open(desk, encoding="utf-8") as f:
        assert not re.search("^ +# (%s):" % "|".join(keys), f.read(), re.M)
    history = os.path.join(FOLDER, "one.csv")
    with open(history, "w", encoding="utf-8") as f:
        f.write("ticket_id,opened_at,kind,team\n1,2026-03-25T12:30:00Z,order,sales\n")
    good("simulate", history, "--desk", desk, "--policy", "balanced")


def a_plan_is_checked_without_a_daemon():
    plans = os.path.join(DATA, "..", "plans")
    nobody = FOLDER + "/none.sock"
    out = good("plan", "check", plans + "/good/sales.yaml", "--desk", plans + "/good/desk.yaml",
               socket=nobody)
    assert "40% of the score is csat: 4.000 scores 0%, 4.400 scores 100%, 4.700 scores 125%\n" in out
    assert "warning" not in out and re.search(r"\nsha256 [0-9a-f]{64}\n$", out)
    told = json.loads(good("plan", "check", plans + "/good/lint.yaml", "--json", socket=nobody))
    assert told["plan"] == "speed" and len(told["sha256"]) == 64 and len(told["warnings"]) > 5
    bad(78, "plan", "check", plans + "/bad/curve-jump.yaml", says="curve-jump.yaml:10: metrics[0]")
    bad(78, "plan", "check", SHOP, "--desk", SHOP, says="shop.csv:1")
    bad(1, "plan", "check", FOLDER + "/none.yaml", says="none.yaml")


class Redis:
    """A private Redis for one test."""

    def __enter__(self):
        if not shutil.which("redis-server"):
            raise tap.Skip("there is no redis-server")
        self.path = STATUS["redis_address"]
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.path, "--save", "", "--dir",
             FOLDER, "--loglevel", "warning"], stdout=subprocess.DEVNULL)
        for _ in range(2400):
            if os.path.exists(self.path) and "PONG" in self.cli("PING"):
                return self
            time.sleep(0.05)
        raise AssertionError("Redis does not start")

    def cli(self, *args):
        return subprocess.run(["redis-cli", "-s", self.path, *args], capture_output=True,
                              text=True, errors="replace").stdout

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(300)


def push_puts_a_file_on_the_stream():
    inbox = "evenhand:{main}:inbox"
    bad(69, "push", SHOP, says="redis")
    with Redis() as redis:
        r = run("push", SHOP, "--outcomes", "--no-wait")
        assert (r.returncode, r.stderr) == (0, SHOP + ": columns that are not read: shelf\n"), r
        assert r.stdout.startswith("12 sent to " + inbox + " (7 of them tickets), "), r
        assert redis.cli("XLEN", inbox) == "12\n"
        first = redis.cli("--raw", "XRANGE", inbox, "-", "+", "COUNT", "1").splitlines()
        assert first[1] == "m" and "X-1" in first[2], first
        r = run("push", SHOP, "--desk", "other", "--redis", redis.path, "--rate", "1000", "--no-wait",
                socket=FOLDER + "/none.sock")
        assert r.returncode == 0 and "5 rows are closed in the file" in r.stderr, r
        assert redis.cli("XLEN", "evenhand:{other}:inbox") == "7\n"
        r = run("push", SHOP, "--desk", "other", "--redis", redis.path,
                socket=FOLDER + "/none.sock")
        assert r.returncode == 69 and "cannot be known" in r.stderr, r
        lines = os.path.join(FOLDER, "t.jsonl")
        with open(lines, "w") as f:
            f.write('{"type":"ticket","id":"1","team":"t","kind":"order"}\n')
        good("push", lines, "--desk", "json", "--no-wait")
        assert redis.cli("--raw", "XRANGE", "evenhand:{json}:inbox", "-", "+").splitlines()[1:] == \
            ["j", '{"type":"ticket","id":"1","team":"t","kind":"order"}']
        worse = os.path.join(FOLDER, "worse.csv")
        with open(SHOP) as f, open(worse, "w") as g:
            g.write(f.read() + "Z-1,today,,,,,,,,,,,,\n")
        bad(1, "push", worse, "--desk", "worse", says="worse.csv:9: opened_at")
        assert redis.cli("EXISTS", "evenhand:{worse}:inbox") == "0\n"
        redis.cli("SET", "evenhand:{text}:inbox", "1")
        r = run("push", SHOP, "--desk", "text")
        assert r.returncode == 1 and "WRONGTYPE" in r.stderr, r


def the_sample_is_what_the_tests_believe():
    with open(SHOP, encoding="utf-8", newline="") as f:
        assert len(list(csv.DictReader(f))) == 7


TESTS = [the_sample_is_what_the_tests_believe, help_teaches, a_full_disk_is_told,
         wrong_calls_are_told,
         exit_codes_follow_the_answer, errors_are_json_with_json, a_long_text_is_paged,
         tables_read_well, who_is_off_is_told, a_team_shows_its_times, what_lapses_and_ages_is_marked,
        
         lists_say_why_and_how_to_go_on,
         dead_letters_are_read, what_people_did_is_listed, the_caller_is_meant, words_are_completed, times_are_those_of_the_desk, a_ticket_has_its_story,
         nothing_hidden_reaches_people,
         json_is_what_the_daemon_said, changes_say_what_is_meant, the_callers_rep_is_found,
         desk_files_travel, a_desk_comes_out_of_a_history, a_history_is_dealt_again,
         a_history_is_dealt_by_hours, a_history_is_dealt_by_the_holidays_of_a_file, the_example_desk_deals_at_any_hour_of_the_week,
         the_example_desk_shows_every_key_of_time,
         a_plan_is_checked_without_a_daemon,
         push_puts_a_file_on_the_stream]


def main(tests):
    server = UnixServer(SOCKET, Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        tap.play(tests)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    main(TESTS)
