"""harness: a private PostgreSQL and Redis, evenhandd on top, and the means to hurt them.

A scenario is a function that gets a Stack; each is one TAP point:

    from harness import scenario, run

    @scenario("a ticket is dealt")
    def deal(stack):
        stack.start()
        stack.add_ticket("t-1", team="sales")
        stack.settle()
        assert stack.ticket("t-1")["rep"] in SALES

    run()

Every wait has a bound. Folders of failed scenarios are kept and named; EVENHAND_KEEP=1 keeps all,
EVENHAND_BUILD names the build folder, EVENHAND_SEED the seed of what is random, EVENHAND_WRAPPER a
program that evenhandd is run under, EVENHAND_SLOW a factor on all times, EVENHAND_TMP where their
folders go.

No scenario begins shortly before midnight, of UTC or of the desks' zone: a run waits until it is over,
once and for MIDNIGHT seconds at most. When a day begins during a run, the script starts anew for the
scenarios that are left, so that the days it reckons with are the days of now. EVENHAND_ANY_TIME=1
leaves out both.
"""
import datetime
import functools
import getpass
import hashlib
import http.client
import json
import os
import pwd
import random
import re
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import zoneinfo

import psycopg2
import redis

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get("EVENHAND_BUILD", os.path.join(CHECKOUT, "build"))
EVENHANDD = os.environ.get("EVENHANDD", os.path.join(BUILD, "daemon", "evenhandd", "evenhandd"))
EVENHAND = os.environ.get("EVENHAND", os.path.join(BUILD, "tools", "evenhand", "evenhand"))
HISTORIES = os.path.join(os.path.dirname(CHECKOUT), "shared", "data")
PG_BIN = "/usr/lib/postgresql/15/bin"
WRAPPER = shlex.split(os.environ.get("EVENHAND_WRAPPER", ""))
TEMPORARY = os.environ.get("EVENHAND_TMP", "/var/tmp")  # PostgreSQL's user must reach it
LONG = os.environ.get("EVENHAND_LONG") == "1"
SEED = int(os.environ.get("EVENHAND_SEED", random.SystemRandom().randrange(1 << 32)))
SLOW = float(os.environ.get("EVENHAND_SLOW", "1"))  # factor on waits: sanitizers, loaded machines

INBOX, OUTBOX, DEAD = ("evenhand:{main}:" + name for name in ("inbox", "outbox", "dead"))
GROUP = "evenhand"
SALES, SUPPORT = ["ana", "ben", "cai", "dora"], ["eli", "fay", "gus"]


# Debian's python3-redis names these two when a read fails, and a Unix socket has neither.
redis.UnixDomainSocketConnection.host = redis.UnixDomainSocketConnection.port = "socket"


class Skip(Exception):
    """Raised by a scenario that cannot run here."""


TURN_MOST_MS = 50  # of the loop's own CPU time in one turn

# Turns that may take longer, by the piece of work that took most of them, each with its reason. A
# scenario that makes such turns names them: @scenario(title, slow_turns=["decide:desk"]).
SLOW_TURNS = {
    "admin:desk": "GET /v1/desk makes JSON of a desk file, which may have 16 MiB",
    "books:stop": "the last round over the ledger of 100,000 reps, when nothing is dealt any more",
    "decide:desk": "a desk file of 16 MiB or 100,000 reps is compared with the one before, in one input",
    "desk:file": "a desk file of 16 MiB is read and parsed where it comes in",
    "recovery:snapshot": "100,000 open tickets, or reps, are read from a snapshot before anything is dealt",
    "snapshot": "100,000 reps are written into a snapshot, which is the state between two inputs",
}


def need_faults():
    """Of a scenario that makes evenhandd fail by one of its fault hooks."""
    assert has_faults(), "%s has no fault hooks: build it with `meson configure -Dfaults=true " \
        "FOLDER` (tools/test does)" % EVENHANDD


@functools.lru_cache(maxsize=None)
def program_holds(text):
    with open(EVENHANDD, "rb") as f:
        return text in f.read()


def has_faults():
    """Was evenhandd built with the option `faults`?"""
    return program_holds(b"EVENHAND_ABORT_ON")


def is_root():
    return os.geteuid() == 0


def note(text):
    for line in str(text).splitlines():
        print("# " + line, flush=True)


def today():
    """The day in UTC, whatever the zone of the machine."""
    return datetime.datetime.now(datetime.timezone.utc).date()


def patience(seconds):
    """How long to wait for what usually takes up to so many seconds. It keeps a scenario from
    hanging and measures nothing: no scenario fails because the machine is slow or busy."""
    return 4 * SLOW * seconds


class Promise(threading.Thread):
    """Time itself is promised: it takes at most so many seconds, as they go by on this machine.

        with Promise() as promise:
            daemon.wait_role("leader")
            promise.check("taking over", 15)

    All the while it looks how many times longer work takes than on a machine of our own, and how
    long it was not waked though its time had come.
    """
    EVERY, WORK = 0.2, 0.02  # seconds between two looks, and of work in one

    def __init__(self):
        super().__init__(daemon=True)
        self.halt = threading.Event()
        self.began = time.monotonic()
        self.worked = self.took = self.lost = 0.0

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.halt.set()
        self.join()

    def run(self):
        while True:
            began, busy = time.monotonic(), time.thread_time()
            while time.thread_time() - busy < self.WORK:
                pass
            ended = time.monotonic()
            self.worked += self.WORK
            self.took += ended - began
            if self.halt.wait(self.EVERY):
                return
            self.lost += max(0, time.monotonic() - ended - self.EVERY)

    def check(self, what, seconds, took=None):
        """took: if not since it began"""
        took = time.monotonic() - self.began if took is None else took
        crowding = max(1, self.took / self.worked) if self.worked else 1
        allowed = seconds * SLOW * crowding + self.lost
        note("%s: %.1f s (promised: %g s, allowed here: %.1f s)" % (what, took, seconds, allowed))
        assert took <= allowed, "%s took %.1f s, not %.1f s" % (what, took, allowed)


def wait_until(what, check, seconds=30, pause=0.02):
    """Returns the first true value of check(), or fails saying what was waited for."""
    end = time.monotonic() + patience(seconds)
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("not within %g s: %s (last: %r)" % (
                patience(seconds), what, value))
        time.sleep(pause)


def patiently(ask):
    """The answer of ask(), once it is one: what a process of its own makes is refused when that
    took too long, which depends on the machine, and while two others are at work."""
    def made():
        answer = ask()
        return answer if answer.code not in (429, 503) else None
    return wait_until("there is an answer in time", made)


def default_team(name, reps, **changes):
    return dict({"id": name, "policy": "random", "reps": list(reps)}, **changes)


def default_desk(**changes):
    """The desk most scenarios use: two teams, no capacity; changes replace top-level keys."""
    desk = {
        "desk": "main", "currency": "EUR", "time_zone": "Europe/Oslo",
        "kinds": {"order": {"points": 2}, "quote": {"points": 2}, "query": {"points": 1}},
        "reps": [{"id": r} for r in SALES + SUPPORT],
        "teams": [default_team("sales", SALES), default_team("support", SUPPORT)],
    }
    desk.update(changes)
    return desk


class Answer:
    """Of the admin API: status code, headers, and the body as JSON where it is JSON."""

    def __init__(self, code, text):
        self.code, self.text = code, text
        try:
            self.json = json.loads(text)
        except ValueError:
            self.json = None

    def __repr__(self):
        return "%d %s" % (self.code, self.text[:300])


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon:
    """One evenhandd with its own config and socket."""

    def __init__(self, stack, name, config):
        self.stack, self.name = stack, name
        self.config = os.path.join(stack.dir, name + ".yaml")
        self.log = os.path.join(stack.dir, name + ".log")
        self.socket = os.path.join(stack.dir, name + ".sock")
        self.turns = os.path.join(stack.dir, name + ".turns")  # a build with `faults` writes it
        self.process = None
        with open(self.config, "w", encoding="utf-8") as f:
            json.dump(dict(config, admin_socket=self.socket), f, indent=1)

    def run(self, *arguments, environment=None):
        """Runs the program to its end (--migrate, --check); returns (exit code, output)."""
        done = subprocess.run([EVENHANDD, "--config", self.config, *arguments], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=dict(os.environ, **(environment or {})), timeout=patience(60))
        return done.returncode, done.stdout

    def start(self, ready=True, environment=None, wrap=(), arguments=()):
        """ready: waits until it deals, which needs both servers; else returns at once. wrap: a
        command it is run under (throttle.py), if there is one. arguments: more of its own."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*wrap, *WRAPPER, EVENHANDD, "--config", self.config, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log, stderr=log,
                env=dict(os.environ, EVENHAND_TURNS=self.turns, **(environment or {})))
        if ready:
            self.wait_ready()
        return self

    def slow_turns(self, least_ms=TURN_MOST_MS):
        """Turns of the loop above least_ms, as (milliseconds, what took most of it)."""
        if not os.path.exists(self.turns):  # it never came to its loop, or was not started
            assert not (has_faults() and os.path.exists(self.log) and self.logged(" leading ") > 0), "turns are not measured"
            return []
        with open(self.turns, encoding="ascii") as f:
            lines = f.readlines()
        assert "turns are measured\n" in lines, lines[:3]
        found = [re.match(r"cpu_us=(\d+) most=(\S+)", line) for line in lines]
        return [(int(m[1]) / 1000, m[2]) for m in found if m and int(m[1]) > least_ms * 1000]

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """kill -9, and wait until it is gone."""
        if self.process:
            self.process.kill()
            self.process.wait(patience(10))

    def stop(self):
        """SIGTERM; returns the exit code."""
        self.signal(signal.SIGTERM)
        return self.process.wait(patience(30))

    def http(self, method, path, body=None, headers=None):
        connection = UnixConnection(self.socket, patience(15))
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode("utf-8", "replace"))
        finally:
            connection.close()

    def get(self, path, **more):
        return self.http("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.http("POST", path, {} if body is None else body, **more)

    def status(self):
        """The status object, or {} while nothing answers."""
        try:
            answer = self.get("/v1/status")
        except (OSError, http.client.HTTPException):
            return {}
        return answer.json if answer.code == 200 and answer.json else {}

    def healthy(self):
        """Is /healthz answered 200?"""
        return self.shows("/healthz")

    def listens(self):
        """Has the admin socket its mode, and can one connect? The path is there before both."""
        try:
            mode = stat.S_IMODE(os.stat(self.socket).st_mode)
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(self.socket)
            return mode == 0o660
        except OSError:
            return False

    def shows(self, path):
        """Is it answered 200?"""
        try:
            return self.get(path).code == 200
        except (OSError, http.client.HTTPException):
            return False

    def wait_alive(self, what, check, seconds=20):
        """wait_until, but a daemon that ended is not waited for."""
        def living():
            if not self.alive():
                raise AssertionError("%s ended with %s: %s" % (
                    self.name, self.process.returncode, self.last_words()))
            return check()
        wait_until("%s %s" % (self.name, what), living, seconds)

    def wait_role(self, role, seconds=20):
        self.wait_alive("is " + role, lambda: self.status().get("role") == role, seconds)

    def wait_ready(self, seconds=20):
        """Leads by a desk, with all links to both servers up: a leader gets these one by one.
        The desk is asked for by itself: what status shows of it may not be committed yet."""
        def ready():
            return self.status().get("role") == "leader" and self.shows("/v1/desk") and \
                self.healthy() and self.shows("/v1/draws")  # which asks PostgreSQL
        self.wait_alive("is ready", ready, seconds)

    def last_words(self, lines=15):
        try:
            with open(self.log, encoding="utf-8", errors="replace") as f:
                return "".join(f.readlines()[-lines:])
        except OSError:
            return ""

    def logged(self, text):
        """In how many lines the log says so."""
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return sum(text in line for line in f)

    def silences(self):
        """At most how often it gave a server up that said nothing for 7 s: on a machine that
        stalls this happens."""
        return self.logged("no answer for")

    def led_once(self):
        """It has led all the time, if not for a silence."""
        return 1 <= self.logged("leading") <= 1 + self.silences()

    def memory_kib(self):
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))


class Postgres:
    most = str(int(patience(60)))  # seconds to start or stop it

    def __init__(self, folder):
        self.folder, self.data, self.sockets = folder, folder + "/data", folder + "/s"
        self.dsn = "host=%s dbname=evenhand" % self.sockets
        self.daemon_dsn = self.dsn + " user=evenhandd"  # may do what the daemon's role may, no more

    def run(self, *command, check=True):
        if is_root():
            command = ("runuser", "-u", "postgres", "--") + command
        done = subprocess.run(command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, text=True, timeout=patience(120))
        if check and done.returncode != 0:
            raise AssertionError("%s: %s" % (command[-1], done.stdout))
        return done.returncode

    def init(self):
        os.mkdir(self.folder, 0o700)
        os.mkdir(self.sockets, 0o700)
        if is_root():
            shutil.chown(self.folder, "postgres", "postgres")
            shutil.chown(self.sockets, "postgres", "postgres")
        self.run(PG_BIN + "/initdb", "-A", "trust", "-U", getpass.getuser(), "-E", "UTF8",
                 "--locale=C.UTF-8", "-D", self.data)
        self.start()
        subprocess.run(["createdb", "-h", self.sockets, "evenhand"], check=True)
        subprocess.run(["psql", "-h", self.sockets, "-qc", "CREATE ROLE evenhandd LOGIN",
                        "evenhand"], check=True)

    def start(self):
        self.run(PG_BIN + "/pg_ctl", "-D", self.data, "-s", "-w", "-t", self.most,
                 "-l", self.folder + "/log", "-o",
                 "-c listen_addresses= -c unix_socket_directories=%s" % self.sockets, "start")

    def stop(self, mode="fast"):
        self.run(PG_BIN + "/pg_ctl", "-D", self.data, "-s", "-w", "-t", self.most,
                 "-m", mode, "stop", check=False)

    def keep(self):
        """A copy that restore() puts back."""
        self.stop()
        subprocess.run(["cp", "-a", self.data, self.data + ".old"], check=True)
        self.start()

    def restore(self):
        self.stop()
        os.rename(self.data, self.data + ".new")
        os.rename(self.data + ".old", self.data)
        self.start()


class Redis:
    def __init__(self, folder):
        self.folder, self.socket = folder, folder + "/redis.sock"
        self.config = "/dev/null"
        self.process = None

    def start(self):
        os.makedirs(self.folder, exist_ok=True)
        self.process = subprocess.Popen(
            ["redis-server", self.config, "--port", "0", "--unixsocket", self.socket,
             "--dir", self.folder, "--appendonly", "yes", "--appendfsync", "always", "--save", "",
             "--logfile", self.folder + "/log", "--daemonize", "no"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        client = redis.Redis(unix_socket_path=self.socket)

        def answers():
            try:
                return client.ping()
            except redis.RedisError:
                return False
        wait_until("Redis answers", answers)

    def kill(self):
        self.process.kill()
        self.process.wait(patience(10))

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(patience(30))


class Stack:
    """PostgreSQL, Redis, a desk and any number of daemons in one folder."""

    def __init__(self, name):
        self.dir = tempfile.mkdtemp(prefix="eh-" + name + "-", dir=TEMPORARY)
        os.chmod(self.dir, 0o755)
        self.postgres = Postgres(self.dir + "/pg")
        self.redis_server = Redis(self.dir + "/r")
        self.daemons = []
        self.produced = {}  # id -> message of every ticket Redis acknowledged
        self.random = random.Random(SEED)

    # ---- bringing up and down

    def write_desk(self, desk):
        text = desk if isinstance(desk, str) else json.dumps(desk, indent=1)
        with open(self.dir + "/desk.yaml", "w", encoding="utf-8") as f:
            f.write(text)

    def config(self, **changes):
        config = {
            "desk_file": self.dir + "/desk.yaml", "redis": self.redis_server.socket,
            "postgres": self.postgres.daemon_dsn, "key_file": self.dir + "/key",
            "checkpoint_file": self.dir + "/checkpoints", "outbox": "json",
        }
        config.update(changes)
        return config

    def same_draws(self, seed):
        """Before a daemon starts: the same tickets in the same order get the same draws in each run."""
        with open(os.open(self.dir + "/key", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as f:
            f.write(hashlib.sha256(b"%d" % seed).digest())

    def new_daemon(self, name, **config):
        daemon = Daemon(self, name, self.config(**config))
        self.daemons.append(daemon)
        return daemon

    def start_servers(self):
        self.redis_server.start()
        self.postgres.init()

    def start(self, desk=None, **config):
        """Everything up and one daemon dealing."""
        self.write_desk(desk or default_desk())
        self.start_servers()
        daemon = self.new_daemon("d", **config)
        code, output = self.migrate()
        assert code == 0, "migration: %d %s" % (code, output)
        daemon.start()
        return daemon

    def migrate(self):
        """As the owner; then the daemon's role gets its rights."""
        done = Daemon(self, "migrate", self.config(postgres=self.postgres.dsn)).run("--migrate")
        if done[0] == 0:
            self.sql("GRANT evenhand_app TO evenhandd")
        return done

    @property
    def daemon(self):
        return self.daemons[0]

    def stop_daemons(self):
        """However a scenario left them: asked to, they end well (and sanitizers have their say)."""
        for daemon in self.daemons:
            if daemon.alive():
                code = daemon.stop()
                assert code == 0, "%s ended with %d on SIGTERM" % (daemon.name, code)

    def check_turns(self, slow_turns):
        """No turn of any daemon's loop was too long. A sanitizer and valgrind have their own CPU
        time in it, so with them it is not judged."""
        if WRAPPER or program_holds(b"__asan_init"):
            return
        odd = ["%s: %.1f ms, most of it %s" % (daemon.name, ms, what) for daemon in self.daemons
               for ms, what in daemon.slow_turns() if what not in slow_turns]
        assert not odd, "turns of the loop above %d ms of CPU:\n%s" % (TURN_MOST_MS, "\n".join(odd))

    def shut(self):
        for daemon in self.daemons:
            if daemon.alive():
                daemon.signal(signal.SIGCONT)
            daemon.kill()
        self.redis_server.stop()
        if os.path.exists(self.postgres.data):
            self.postgres.stop("immediate")

    def remove(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    # ---- Redis and PostgreSQL as seen from outside

    @property
    def redis(self):
        return redis.Redis(unix_socket_path=self.redis_server.socket, decode_responses=True,
                           encoding_errors="replace", socket_timeout=patience(30))

    def sql(self, query, *arguments):
        """Rows of one statement, on a connection of its own."""
        connection = psycopg2.connect(self.postgres.dsn)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SET search_path = evenhand; SET statement_timeout = '%ds'"
                               % patience(120))
                cursor.execute(query, arguments or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def sql1(self, query, *arguments):
        return self.sql(query, *arguments)[0][0]

    def cli(self, *arguments, check=True, timeout=120, daemon=None, env=None):
        """Runs the evenhand command; returns (exit code, stdout, stderr)."""
        command = [EVENHAND, "--socket", (daemon or self.daemon).socket, *map(str, arguments)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              stdin=subprocess.DEVNULL, timeout=patience(timeout),
                              env={**os.environ, **(env or {})})
        if check and done.returncode != 0:
            raise AssertionError("%s: exit %d: %s%s" % (
                " ".join(command), done.returncode, done.stdout, done.stderr))
        return done.returncode, done.stdout, done.stderr

    def ask_as(self, user, method, path, body=None):
        """What the admin socket answers to a Unix user; only root can ask for others."""
        entry = pwd.getpwnam(user)
        command = ["setpriv", "--reuid=%d" % entry.pw_uid, "--regid=%d" % entry.pw_gid,
                   "--clear-groups", "curl", "-sS", "-X", method, "-w", "\n%{http_code}",
                   "--unix-socket", self.daemon.socket, "http://localhost" + path]
        if body is not None:
            command += ["-d", body if isinstance(body, str) else json.dumps(body)]
        out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             timeout=patience(30))
        assert out.returncode == 0, "curl as %s: %s" % (user, out.stderr)
        text, _, code = out.stdout.rpartition("\n")
        return Answer(int(code), text)

    # ---- producing

    def add(self, message):
        return self.redis.xadd(INBOX, {"j": json.dumps(message)})

    def add_ticket(self, ticket, team="sales", kind="order", **more):
        message = dict({"type": "ticket", "id": ticket, "team": team, "kind": kind}, **more)
        entry = self.add(message)
        self.produced[ticket] = message
        return entry

    def add_many(self, messages, batch=500):
        """Pipelined; every ticket among them counts as produced."""
        client = self.redis
        for start in range(0, len(messages), batch):
            part = messages[start:start + batch]
            pipe = client.pipeline(transaction=False)
            for message in part:
                pipe.xadd(INBOX, {"j": json.dumps(message)})
            pipe.execute()
            for message in part:
                if message["type"] == "ticket":
                    self.produced[message["id"]] = message

    # ---- looking

    def ticket(self, ticket, source="default"):
        rows = self.sql("SELECT team, state, rep, value, priority, outcome, currency FROM ticket"
                        " WHERE source = %s AND id = %s", source, ticket)
        names = ("team", "state", "rep", "value", "priority", "outcome", "currency")
        return dict(zip(names, rows[0])) if rows else None

    def kept(self):
        """Signals that wait in memory and in the inbox until their rate allows an input."""
        alive = [d for d in self.daemons if d.alive()]
        return max([d.status().get("signals_kept", 0) for d in alive], default=0)

    def inbox_done(self):
        """Everything in the inbox was handed out, and acknowledged but for signals that wait."""
        client = self.redis
        kept = self.kept()
        try:
            group = [g for g in client.xinfo_groups(INBOX) if g["name"] == GROUP][0]
            info = client.xinfo_stream(INBOX)
        except (redis.RedisError, IndexError):
            return False
        return group["pending"] == kept and \
            stream_id(group["last-delivered-id"]) >= stream_id(info["last-generated-id"])

    def outbox_done(self):
        head = self.sql("SELECT seq FROM head")
        return bool(head) and outbox_last(self.redis) == head[0][0]

    def settle(self, seconds=60):
        """Waits until all that was sent is decided, committed, acknowledged and published."""
        wait_until("the inbox is drained", self.inbox_done, seconds)
        wait_until("the outbox has caught up", self.outbox_done, seconds)


def stream_id(text):
    ms, _, number = text.partition("-")
    return int(ms), int(number or 0)


def outbox_last(client):
    try:
        return stream_id(client.xinfo_stream(OUTBOX)["last-generated-id"])[0]
    except redis.ResponseError:
        return 0


class Producer(threading.Thread):
    """Adds tickets at a bounded rate in the background and outlives a dying Redis.

    A batch whose answer got lost is sent again: the same identities with the same content.
    """

    def __init__(self, stack, messages, per_second):
        super().__init__(daemon=True)
        self.stack, self.messages, self.per_second = stack, messages, per_second
        self.halt = threading.Event()
        self.error = None

    def run(self):
        try:
            size = max(1, self.per_second // 20)
            for start in range(0, len(self.messages), size):
                if self.halt.is_set():
                    return
                self.send(self.messages[start:start + size])
                time.sleep(size / self.per_second)
        except Exception as error:  # handed to the scenario by finish()
            self.error = error

    def send(self, part):
        end = time.monotonic() + patience(60)
        while not self.halt.is_set():
            try:
                self.stack.add_many(part)
                return
            except redis.RedisError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def finish(self, seconds=180):
        self.join(patience(seconds))
        assert not self.is_alive(), "the producer did not finish within %d s" % patience(seconds)
        if self.error:
            raise self.error


# ---- midnight

ZONES = [zoneinfo.ZoneInfo(name) for name in ("UTC", "Europe/Oslo")]  # of nearly all desks, and of scripts
MIDNIGHT = 240 * SLOW  # seconds before it in which no scenario begins; nearly all are shorter
ANY_TIME = os.environ.get("EVENHAND_ANY_TIME") == "1"


def days():
    """What day it is in each zone."""
    return [datetime.datetime.now(zone).date() for zone in ZONES]


DAYS = days()  # those that the constants of the script are made of


def until_midnight():
    """Seconds until the next day begins in one of the zones."""
    left = []
    for zone in ZONES:
        now = datetime.datetime.now(zone)
        morrow = datetime.datetime.combine(now.date() + datetime.timedelta(days=1), datetime.time(), zone)
        left.append(morrow.timestamp() - now.timestamp())
    return min(left)


def keep_off_midnight():
    """Waits if a day is nearly over. Returns whether it did. It sleeps once and looks at no clock
    again: one that stands, or is shifted, makes nobody wait for longer."""
    left = until_midnight()
    if left >= MIDNIGHT:
        return False
    note("waits until midnight is over")
    time.sleep(left + 2)
    return True


# ---- running scenarios

SCENARIOS = []


def scenario(title, slow_turns=()):
    assert all(name in SLOW_TURNS for name in slow_turns), slow_turns

    def remember(function):
        SCENARIOS.append((title, function, slow_turns))
        return function
    return remember


def play(number, title, function, slow_turns):
    """One TAP point. Returns whether it held."""
    stack = Stack(re.sub(r"[^a-z]", "", function.__name__)[:8])
    began, held, keep = time.monotonic(), True, os.environ.get("EVENHAND_KEEP") == "1"
    try:
        function(stack)
        stack.stop_daemons()
        stack.check_turns(slow_turns)
        print("ok %d - %s" % (number, title), flush=True)
    except Skip as reason:
        print("ok %d - %s # SKIP %s" % (number, title, reason), flush=True)
    except BaseException as error:  # a failed point must not hide the others
        held, keep = False, True
        print("not ok %d - %s" % (number, title), flush=True)
        note("".join(traceback.format_exception(type(error), error, error.__traceback__)[-6:]))
        for daemon in stack.daemons:
            note("%s, last words:\n%s" % (daemon.name, daemon.last_words()))
        note("seed %d; everything is kept in %s" % (SEED, stack.dir))
        if isinstance(error, KeyboardInterrupt):
            raise
    finally:
        stack.shut()
        if not keep:
            stack.remove()
    note("%.1f s" % (time.monotonic() - began))
    return held


def stopped(number, frame):
    del number, frame
    raise KeyboardInterrupt("told to stop")


GOES_ON = "EVENHAND_GOES_ON"  # tells the script that starts itself anew: points over, held, waited


class Run:
    """How many points are over, whether all of them held, whether it has waited for midnight."""

    def __init__(self):
        before = os.environ.pop(GOES_ON, None)
        self.first = before is None
        self.over, self.held, self.waited = (int(n) for n in (before or "0,1,0").split(","))

    def begin(self):
        """Before each scenario: the script starts anew if its days are not those of now."""
        if ANY_TIME:
            return
        self.waited = self.waited or keep_off_midnight()
        if days() != DAYS:
            os.environ.update({GOES_ON: "%d,%d,%d" % (self.over, self.held, self.waited),
                               "EVENHAND_SEED": str(SEED)})
            os.execv(sys.executable, [sys.executable, *sys.argv])

    def play(self, chosen):
        for one in chosen[self.over:]:
            self.begin()
            held = play(self.over + 1, *one)
            self.over, self.held = self.over + 1, self.held and held


def run():
    """Runs every scenario of the script, or those whose names are arguments."""
    signal.signal(signal.SIGTERM, stopped)  # so that nothing is left running
    wanted, this = sys.argv[1:], Run()
    chosen = [s for s in SCENARIOS if not wanted or s[1].__name__ in wanted]
    if this.first:
        print("1..%d" % len(chosen), flush=True)
        note("seed %d" % SEED)
        if not has_faults():
            note("turns of the loop are not measured: evenhandd was built without -Dfaults=true")
    this.play(chosen)
    sys.exit(0 if this.held else 1)
