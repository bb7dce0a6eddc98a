#!/usr/bin/python3
"""limits: every bound of the table in evenhandd(8) has a test that reaches it, crosses it and leaves
it again; which one, is told here. What has no other place is tried here: what clients of the admin
socket take together, under the memory of the unit, and the sizes of entries and of a desk.
"""
import fcntl
import json
import os
import pwd
import re
import socket
import struct
import termios
import threading
import time

import psycopg2

from harness import (CHECKOUT, INBOX, LONG, SALES, Skip, default_desk, default_team, is_root, note,
                     patience, run, scenario, wait_until)
from throttle import Memory, unit_memory

# First column of the table -> its tests: a file of tests/ without its ending, and names in it.
TESTS = {
    "one stream entry": {
        "unit/message_refused": ["long_json", "long_msgpack"], "scenario/limits": ["entries"]},
    "teams, reps, kinds": {
        "unit/desk": ["as_many_reps_as_promised_and_no_more"],
        "unit/engine_deal": ["too_many_skill_sets"],
        "unit/engine_kinds": ["as_many_sets_as_there_may_be", "a_desk_with_too_many_sets"],
        "scenario/limits": ["desks"]},
    "open and waiting tickets": {
        "scenario/open_tickets": ["passes", "lowered"], "scenario/bounds_together": ["at_once"],
        "unit/engine_memory": ["of_a_waiting_ticket", "of_an_open_ticket"]},
    "entries that wait on the stream for that": {"scenario/open_tickets": ["flood"]},
    "outcomes that wait for their ticket": {
        "unit/engine_outcome": ["parked_most", "parked_too_long"],
        "unit/engine_slices": ["outcomes_before_their_ticket"],
        "scenario/bounds_together": ["at_once"]},
    "customers of whom it is known who closed their last ticket (*affinity: last*)": {
        "unit/engine_lasts": ["so_many_are_known"]},
    "effects of one input by dealing and releasing": {
        "unit/engine_slices": ["a_step_has_so_many_effects", "a_release_is_one_of_many"]},
    "changes of a rep's state by signals": {
        "unit/engine_signal": ["six_changes_a_minute", "one_in_a_quarter_of_an_hour"],
        "scenario/signals": ["back"]},
    "signals of a rep that are logged, of socket and stream together": {
        "unit/engine_signal": ["so_many_become_inputs"], "scenario/signals": ["stream", "both"]},
    "a signal of the stream with a lower id than the newest taken of its rep": {
        "unit/engine_signal": ["what_is_older_changes_nothing"]},
    "absences of a rep that are not over, of all reps": {
        "unit/engine_hours": ["wrong_absences_are_refused", "all_absences_have_a_bound"]},
    "a file of holidays, files that a desk file names, days of a calendar": {
        "unit/holidays": ["a_file_up_to_its_bytes", "files_up_to_their_bound",
                          "days_up_to_their_bound"],
        "unit/desk_hours": ["holidays_up_to_their_bound"]},
    "intervals of one schedule that lie ahead, of all schedules": {
        "unit/schedule": ["numbers_have_bounds", "a_record_has_a_bound"],
        "unit/engine_hours": ["what_no_shell_writes_is_refused_whole", "all_intervals_have_a_bound"]},
    "days whose minutes a schedule keeps; changes of hours of a rep or team": {
        "unit/engine_contract": ["what_is_long_over_is_forgotten", "so_many_changes_are_kept",
                                 "days_that_no_shell_tells_are_refused"]},
    "members of a team whom one input tells that their shift begins or ends": {
        "unit/engine_hours": ["a_step_tells_so_many", "nothing_is_decided_half_way"]},
    "paused tickets of a rep in a team that count less, pauses of theirs a day": {
        "unit/engine_pause": ["at_most", "so_many_a_day"],
        "unit/desk": ["every_bad_file_gets_its_sentence", "diff_says_everything_that_changes"]},
    "read and not yet committed": {
        "scenario/redis_inbox": ["never_hands_over_more_than_there_is_room_for"]},
    "committed batches in memory that wait for Redis": {
        "scenario/redis_outbox": ["batches_beyond_the_bound_are_read_again"]},
    "desk file": {"unit/desk": ["too_much_is_refused"], "scenario/limits": ["desks", "answers"]},
    "admin socket": {
        "scenario/admin_limits": ["slow", "deaf", "crowd"], "scenario/leaving": ["reserve"],
        "unit/admin_leaving": ["operators_get_in_when_all_others_have_filled_the_socket"]},
    "connections of delegates": {"scenario/delegates": ["places"]},
    "people for whom delegates ask": {
        "unit/admin": ["of_people_who_are_asked_for_are_remembered_up_to_a_bound"]},
    "requests above 72 KiB read at a time, or waiting for their answer": {
        "scenario/limits": ["bodies"]},
    "answers above 64 KiB not taken yet": {"scenario/limits": ["answers", "held"]},
    "changes over the socket not done yet": {
        "unit/admin_leaving": ["a_user_has_a_bound_of_changes_that_are_not_done"],
        "scenario/limits": ["changes", "large_changes"]},
    "reports that replay the log": {
        "scenario/fairness": ["bounds", "turns", "too_large"],
        "scenario/bounds_together": ["reports"]},
    "an entry tried in a process of its own": {"scenario/malformed": ["killing"]},
    "the clock at a start": {
        "unit/trusted_time": ["the_last_input_bounds_it_on_both_sides"],
        "scenario/clock_jumps": ["refused", "accepted"]},
    "refused entries": {
        "scenario/malformed": ["thousands"],
        "scenario/redis_outbox": ["dead_letters_are_bounded_in_bytes", "is_trimmed"]},
    "Unix socket paths": {"unit/config": ["paths_that_do_not_fit_are_refused"]},
}

USERS = ("games", "man", "mail", "news", "lp", "uucp", "proxy")  # every Debian has them
PER_USER = 8
LARGE = 1 << 20                  # a body as large as it may be
SMALL = 72 << 10                 # bytes that are read of any request
LARGE_OTHERS, LARGE_USER = 6, 2  # large ones read at a time of who is no operator
DESK = (15 << 20)


# Some more, for changes: a user may have 16 that are not done, all others 224.
CROWD = USERS + ("bin", "sys", "www-data", "backup", "list", "irc", "nobody",
                 "daemon", "sync")
COMMANDS_USER = 16


def start(stack, memory, desk=None, **config):
    if not is_root():
        raise Skip("only root can connect as somebody else")
    note(memory.means)
    stack.write_desk(desk or default_desk())
    stack.start_servers()
    daemon = stack.new_daemon("d", auditors=list(USERS), **config)
    code, output = stack.migrate()
    assert code == 0, output
    daemon.start(wrap=memory.wrap)
    os.chmod(daemon.socket, 0o666)  # as if all of them were in the socket's group
    return daemon


def dial(stack, user=None):
    """Who asks is who connects."""
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(patience(20))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    if user:
        os.seteuid(pwd.getpwnam(user).pw_uid)
    try:
        wait_until("there is room to connect", lambda: s.connect_ex(stack.daemon.socket) == 0)
    finally:
        os.seteuid(0)
    return s


def crowd(stack, request):
    """As many as there are places for, of everybody; each sends what fits into its socket."""
    clients = []
    for user in USERS:
        clients += [dial(stack, user) for _ in range(PER_USER)]
    for s in clients:
        s.setblocking(False)
        s.send(request)
    return clients


def well(stack, memory):
    daemon = stack.daemon
    assert daemon.alive(), "evenhandd ended with %s: %s" % (daemon.process.returncode,
                                                            daemon.last_words())
    assert not memory.kills(), memory.kills()
    note("%d MiB at most, of %d" % ((memory.most() or 0) >> 20, memory.size >> 20))


def large_desk():
    line = "# " + "a comment that says much and means little, " * 2 + "\n"
    return line * (DESK // len(line)) + json.dumps(default_desk())


def heard(s):
    """Bytes that came without waiting for more."""
    try:
        return s.recv(1 << 16)
    except (BlockingIOError, ConnectionError):
        return b""


def desk_as(stack, user):
    answer = stack.ask_as(user, "GET", "/v1/desk")
    return answer.code == 200 and len(answer.json["text"]) >= DESK - 100


LARGE_DESK_TURNS = ["admin:desk", "decide:desk", "desk:file"]


@scenario("56 who ask for a desk of 15 MiB and do not read it: the others are told to ask again",
          slow_turns=LARGE_DESK_TURNS)
def answers(stack):
    with Memory(unit_memory()) as memory:
        daemon = start(stack, memory, desk=large_desk())
        clients = crowd(stack, b"GET /v1/desk HTTP/1.1\r\n\r\n")
        clients += [dial(stack) for _ in range(4)]
        for s in clients[-4:]:
            s.sendall(b"GET /v1/desk HTTP/1.1\r\n\r\n")
            s.setblocking(False)
        codes = []
        wait_until("they are answered", lambda: codes.extend(
            c for c in map(heard, clients) if c.startswith(b"HTTP/1.1 ")) or
            len(codes) == len(clients))
        assert sum(c.startswith(b"HTTP/1.1 200") for c in codes) == 2, "one of each kind"
        refused = [c for c in codes if c.startswith(b"HTTP/1.1 503")]
        assert len(refused) == len(clients) - 2 and all(b"ask again" in c for c in refused), codes
        well(stack, memory)
        assert daemon.status()["role"] == "leader"  # small answers have room
        stack.add_ticket("meanwhile")
        stack.settle()
        for s in clients:
            s.close()
        wait_until("there is room again", lambda: desk_as(stack, USERS[0]))
        well(stack, memory)


@scenario("desks of 15 MiB that wait for a COMMIT have the same bound", slow_turns=LARGE_DESK_TURNS)
def held(stack):
    with Memory(unit_memory()) as memory:
        start(stack, memory, desk=large_desk())
        with Blocked(stack):
            clients = crowd(stack, b"GET /v1/desk HTTP/1.1\r\n\r\n")
            wait_until("there is no room for more", lambda: any(
                b"wait to be taken" in heard(s) for s in clients), 3)
            well(stack, memory)
        for s in clients:
            s.close()
        stack.settle()
        wait_until("there is room again", lambda: desk_as(stack, USERS[0]))
        well(stack, memory)


def bring(s, body):
    """[the socket, what is to be sent, how much of it was]"""
    s.setblocking(False)
    head = b"PUT /v1/desk?dry_run=1 HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % LARGE
    return [s, head + body, 0]


def push(clients):
    """Sends on where there is room; how many have come to more than a small request may have."""
    large = 0
    for client in clients:
        s, data, sent = client
        try:
            while client[2] < len(data):
                client[2] += s.send(data[client[2]:client[2] + 65536])
        except (BlockingIOError, ConnectionError):
            pass
        try:
            waits = struct.unpack("i", fcntl.ioctl(s.fileno(), termios.TIOCOUTQ, b"\0" * 4))[0]
        except OSError:
            continue
        large += client[2] - waits > 4 * SMALL
    return large


def most_large(clients):
    """... at most, while they all push."""
    end, most = time.monotonic() + 2, 0  # their requests may take 5 s
    while time.monotonic() < end:
        most = max(most, push(clients))
        time.sleep(0.05)
    return most


def leave(stack, clients):
    for client in clients:
        client[0].close()
    wait_until("the daemon has seen them leave", lambda: "\nevenhand_admin_connections 1\n" in
               stack.daemon.get("/metrics").text)


@scenario("bodies of 1 MiB that come slowly: so many are read at a time, small ones and operators go on")
def bodies(stack):
    with Memory(unit_memory()) as memory:
        daemon = start(stack, memory)
        clients = [bring(dial(stack, user), b"#" * (LARGE - 1))
                   for user in USERS for _ in range(PER_USER)]
        most = most_large(clients)
        note("%d were read" % most)
        assert 1 <= most <= LARGE_OTHERS, most
        small = json.dumps({"id": "small", "team": "sales", "kind": "order"}) + " " * 60000
        assert daemon.post("/v1/tickets", small).code == 200
        answer = daemon.http("PUT", "/v1/desk?dry_run=1", "#" * (LARGE - 4096) + "\n" +
                             json.dumps(default_desk()))
        assert answer.code == 200, answer
        well(stack, memory)
        leave(stack, clients)
        # One user alone has two; who waits gets a place when one is free.
        clients = [bring(dial(stack, USERS[0]), b"#" * (LARGE - 1)) for _ in range(PER_USER)]
        most = most_large(clients)
        assert 1 <= most <= LARGE_USER, most
        leave(stack, clients)
        clients = [bring(dial(stack, USERS[0]), b"#" * LARGE) for _ in range(2 * LARGE_USER)]
        codes = []
        wait_until("all are answered", lambda: push(clients) < 0 or codes.extend(
            c for c in (heard(c[0]) for c in clients) if c) or len(codes) == len(clients), 5)
        assert all(c.startswith(b"HTTP/1.1 403") for c in codes), codes
        well(stack, memory)


def rows():
    """First cells of the table of bounds in evenhandd(8)."""
    with open(os.path.join(CHECKOUT, "tools", "man", "evenhandd.8.scd"), encoding="utf-8") as f:
        text = f.read()
    text = text.split("\n# LIMITS\n")[1].split("\n# ")[0]
    return re.findall(r"^\|  (.*)$", text, re.MULTILINE)


def is_there(file, name):
    for ending, shape in ((".c", r"^Test\(\w+, %s[,)]"), (".py", r"^def %s\(stack\)")):
        path = os.path.join(CHECKOUT, "tests", file + ending)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                return bool(re.search(shape % name, f.read(), re.MULTILINE))
    return False


@scenario("every row of the manual's table of bounds has its tests")
def table(stack):
    del stack
    assert set(rows()) == set(TESTS), set(rows()) ^ set(TESTS)
    gone = ["%s: %s" % (file, name) for tests in TESTS.values() for file, names in tests.items()
            for name in names if not is_there(file, name)]
    assert not gone, gone


# ---- One entry, and one desk.

def entry(n, **more):
    return json.dumps(dict({"type": "ticket", "id": "t-%d" % n, "team": "sales",
                            "kind": "order"}, **more), separators=(",", ":"))


def nested(depth):
    return [nested(depth - 1)] if depth > 1 else []


def filled(n, size):
    """A ticket in so many bytes."""
    text = entry(n)
    return text + " " * (size - len(text))


@scenario("an entry at each of its bounds is taken, one above it is refused, the next one is taken")
def entries(stack):
    stack.start()
    own = 5  # type, id, team, kind, and one that is unknown
    for most, make in (
            (65536, filled),
            (64 - 1, lambda n, depth: entry(n, unknown=nested(depth))),
            (128 - own, lambda n, keys: entry(n, **{"k%d" % k: k for k in range(keys + 1)})),
            (2 ** 53 - 1, lambda n, value: entry(n, value=value))):
        tickets = stack.sql1("SELECT count(*) FROM ticket")
        dead = stack.sql1("SELECT count(*) FROM dead_letter")
        for n, size in enumerate((most, most + 1, 1 if make is not filled else 100)):
            stack.redis.xadd(INBOX, {"j": make(3 * tickets + n, size)})
        wait_until("all three are decided", lambda: stack.sql1(
            "SELECT (SELECT count(*) FROM ticket) + (SELECT count(*) FROM dead_letter)")
            == tickets + dead + 3)
        assert stack.sql1("SELECT count(*) FROM dead_letter") == dead + 1, most


def kinds(count):
    return {"kinds": {k: {"points": 1} for k in ["order"] + ["k%d" % n for n in range(count - 1)]}}


def teams(count):
    return {"teams": [default_team("sales", SALES)] +
                     [default_team("t%d" % n, []) for n in range(count - 1)]}


def reps(count):
    return {"reps": [{"id": r} for r in SALES + ["eli", "fay", "gus"]] +
                    [{"id": "r%d" % n} for n in range(count - 7)]}


@scenario("a desk at each of its bounds is taken and deals, one above it is refused, and so back")
def desks(stack):
    with Memory(unit_memory()) as memory:
        daemon = start(stack, memory)
        bounds = [(64, kinds), (1000, teams)]
        if LONG:
            bounds.append((40000, reps))  # what fits into 1 MiB; 100,000 are read in unit/desk
        for most, make in bounds:
            more = daemon.http("PUT", "/v1/desk", json.dumps(default_desk(**make(most + 1))))
            if make is not reps:
                assert more.code == 400 and str(most) in more.text, more
            at = daemon.http("PUT", "/v1/desk", json.dumps(default_desk(**make(most))))
            assert at.code == 200, at
            stack.add_ticket("at-%d" % most)
            stack.settle()
            back = daemon.http("PUT", "/v1/desk", json.dumps(default_desk()))
            assert back.code == 200, back
        text = json.dumps(default_desk())
        text += "\n" + "#" * (LARGE - len(text) - 1)
        assert daemon.http("PUT", "/v1/desk", text).code == 200
        assert daemon.http("PUT", "/v1/desk", text + "#").code == 413
        stack.add_ticket("after")
        stack.settle()
        well(stack, memory)


# ---- Changes that are not done: PostgreSQL does not answer for a while.

class Blocked:
    """Nothing is committed meanwhile; it ends before evenhandd gives PostgreSQL up."""

    def __init__(self, stack):
        self.connection = psycopg2.connect(stack.postgres.dsn)
        self.connection.cursor().execute("LOCK TABLE evenhand.ticket IN ACCESS EXCLUSIVE MODE")
        stack.add_ticket("blocked")
        wait_until("it is decided", lambda: "\nevenhand_in_flight 1\n" in
                   stack.daemon.get("/metrics").text)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.connection.rollback()
        self.connection.close()


def post(number):
    body = b'{"id":"c-%d","team":"sales","kind":"order"}' % number
    return b"POST /v1/tickets HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


@scenario("changes that others pile up leave places for operators")
def changes(stack):
    with Memory(unit_memory()) as memory:
        daemon = start(stack, memory, helpdesks=list(CROWD),
                       limits={"admin_connections": 400, "admin_connections_per_user": 16})
        answers = []
        with Blocked(stack):
            clients = [dial(stack, user) for user in CROWD for _ in range(COMMANDS_USER)]
            for n, s in enumerate(clients):
                s.sendall(post(n))
                s.setblocking(False)
            codes = []
            wait_until("others are refused", lambda: codes.extend(
                c for c in map(heard, clients) if c) or codes)
            assert all(c.startswith(b"HTTP/1.1 429") for c in codes), codes[:3]
            operator = threading.Thread(target=lambda: answers.append(
                daemon.post("/v1/tickets", {"id": "own", "team": "sales", "kind": "order"})))
            operator.start()
            time.sleep(0.5)
            assert not answers, answers  # it waits for its COMMIT
        operator.join()
        assert answers[0].code in (200, 503), answers
        assert "too many changes" not in answers[0].text, answers
        for s in clients:
            s.close()
        wait_until("there is room again", lambda: daemon.post(
            "/v1/tickets", {"id": "own", "team": "sales", "kind": "order"}).code == 200)
        stack.settle()
        well(stack, memory)


@scenario("desk files of 1 MiB that are not done are bounded in bytes")
def large_changes(stack):
    with Memory(unit_memory()) as memory:
        daemon = start(stack, memory)
        text = json.dumps(default_desk())
        text += "\n" + "#" * (LARGE - len(text) - 1)
        codes = []
        with Blocked(stack):
            askers = [threading.Thread(target=lambda: codes.append(
                daemon.http("PUT", "/v1/desk", text).code)) for _ in range(16)]
            for asker in askers:
                asker.start()
            wait_until("some are refused", lambda: 429 in codes)
        for asker in askers:
            asker.join()
        note(codes)
        assert set(codes) <= {200, 429, 503}, codes  # 503: PostgreSQL was given up
        assert daemon.http("PUT", "/v1/desk", text).code == 200
        stack.settle()
        well(stack, memory)


run()
