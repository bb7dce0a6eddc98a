#!/usr/bin/python3
"""old_logs: databases of earlier states of evenhandd go on under this one: it migrates and recovers
them, deals, closes, publishes all that was ever told, and every row of theirs is proven.

logs/README says what each of them holds and how another one is made. EVENHAND_LOGS chooses some by
a pattern. All stand in one PostgreSQL; each has a Redis of its own, which knows nothing.
"""
import concurrent.futures
import glob
import lzma
import os
import re
import subprocess
import time

from harness import HERE, OUTBOX, Daemon, Stack, note, run, scenario, stream_id
from invariants import check_invariants
from proofs import verify

LOGS = sorted(glob.glob("%s/logs/%s.sql.xz" % (HERE, os.environ.get("EVENHAND_LOGS", "*"))))
AT_A_TIME = 3
OLD = 300 * 24 * 3600  # seconds: a daemon refuses a clock that is a year ahead of its log
LOST_KEY = "lost-key"  # in the name of a log some of whose draws cannot be proved any more


class Database:
    """One database of a PostgreSQL that others use, too."""

    def __init__(self, server, name):
        self.server, self.name, self.data = server, name, server.folder + "/no data of its own"
        self.dsn = "host=%s dbname=%s" % (server.sockets, name)
        self.daemon_dsn = self.dsn + " user=evenhandd"

    def restore(self, dump):
        server = ["-h", self.server.sockets]
        subprocess.run(["createdb", *server, self.name], check=True)
        done = subprocess.run(["psql", *server, "-qX", "-v", "ON_ERROR_STOP=1", self.name],
                              input=dump, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              check=False)
        assert done.returncode == 0, done.stderr.decode()


class OldLog(Stack):
    """What make.py kept, as it was brought back: database, key and checkpoints."""

    def __init__(self, path, server):
        self.name = os.path.basename(path).split(".")[0]
        super().__init__("log")
        self.postgres = Database(server, re.sub(r"\W", "_", self.name))
        with lzma.open(path) as f:
            self.dump = f.read()

    def noted(self, what):
        return re.findall(("-- %s: (.*)\n" % what).encode(), self.dump)

    def bring_back(self):
        self.postgres.restore(self.dump)
        with open(self.dir + "/key", "xb", opener=lambda name, how: os.open(name, how, 0o600)) as f:
            f.write(bytes.fromhex(self.noted("key")[0].decode()))
        with open(self.dir + "/checkpoints", "wb") as f:
            f.writelines(line + b"\n" for line in self.noted("checkpoint"))
        self.redis_server.start()
        self.write_desk("{desk: main}")  # what was applied last holds
        self.new_daemon("d")
        code, output = Daemon(self, "migrate", self.config(postgres=self.postgres.dsn)).run(
            "--migrate")
        assert code == 0, output

    def start_daemon(self):
        """Where its last input is long ago, this takes an operator's word."""
        age = time.time() - self.sql1("SELECT max(at) FROM input") / 1e6
        word = {"arguments": ("--accept-time", "the log is an old one")} if age > OLD else {}
        self.daemon.start(**word)

    def goes_on(self, ticket):
        """A ticket is dealt and closed, and the outbox is whole from its first entry on."""
        self.add_ticket(ticket, customer="Kari Nordmann 1")
        self.settle()
        assert self.ticket(ticket)["state"] in ("assigned", "waiting"), self.ticket(ticket)
        self.add({"type": "outcome", "id": ticket, "outcome": "cancelled"})
        self.settle()
        assert self.ticket(ticket)["state"] == "closed", self.ticket(ticket)
        assert stream_id(self.redis.xrange(OUTBOX, count=1)[0][0]) == (1, 0)
        check_invariants(self, hands_allowed=True)

    def settles_anew(self, event):
        """What comes for a period that was closed then makes one version more of it now."""
        versions = self.sql("SELECT period, max(version) FROM pool WHERE team = 'sales' AND"
                            " version > 0 GROUP BY period")
        for period, version in versions:
            self.add({"type": "outcome", "id": "h-3", "outcome": "refunded", "value": 1,
                      "event": event})
            self.settle()
            answer = self.daemon.post("/v1/teams/sales/periods/%s/close" % period)
            assert answer.code == 200 and answer.json["version"] == version + 1, answer

    def forgets_reasons(self):
        """Why reps were absent goes where it stands apart. In a row it stays, and is counted."""
        open_ones = "SELECT rep, count(*) FROM input WHERE abs(type) = 26 AND reason IS NOT NULL GROUP BY rep"
        apart = ("SELECT rep, count(*) FROM input JOIN personal p USING (desk, input)"
                 " WHERE p.reason IS NOT NULL GROUP BY rep")
        stay, go = dict(self.sql(open_ones)), dict(self.sql(apart))
        for rep in {*stay, *go}:
            said = self.daemon.post("/v1/forget", {"rep": rep}).json
            assert (said["stay"], said["reasons"]) == (stay.get(rep, 0), go.get(rep, 0)), (rep, said)
        assert not self.sql(apart) and dict(self.sql(open_ones)) == stay

    def prove(self):
        code, verdict, error = verify(self)
        assert code == (3 if LOST_KEY in self.name else 0) and not error, (code, verdict, error)
        return verdict


def recover(path, server):
    """None, or what went wrong."""
    log = OldLog(path, server)
    try:
        log.bring_back()
        log.start_daemon()
        log.goes_on("new-1")
        log.settles_anew("new-1")
        log.forgets_reasons()
        assert log.daemon.stop() == 0
        verdict = log.prove()
        log.sql("TRUNCATE snapshot")  # so the whole log is decided again, and its state compared
        log.start_daemon()
        log.goes_on("new-2")
        log.settles_anew("new-2")
        assert log.daemon.stop() == 0
        log.prove()
        note("%s: %s" % (log.name, verdict))
        return None
    except Exception as error:  # one that fails must not hide the others
        return "%s: %s\n%s" % (log.name, error, "".join(d.last_words(4) for d in log.daemons))
    finally:
        log.shut()
        log.remove()


@scenario("databases of every earlier state recover, go on and are proven")
def every_earlier_state(stack):
    assert LOGS
    stack.postgres.init()
    for role in ("owner", "app", "auditor"):
        stack.sql("CREATE ROLE evenhand_" + role)
    stack.sql("GRANT evenhand_app TO evenhandd")
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        wrong = list(filter(None, pool.map(lambda path: recover(path, stack.postgres), LOGS)))
    assert not wrong, "\n".join(wrong)


run()
