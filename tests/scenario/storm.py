#!/usr/bin/python3
"""storm: random messages and commands, text of several bytes a character in every field, extremes
in every number, whole rubbish between, and kill -9. What came of it is in the log, replays exactly
and is proven.

    storm.py                       a few seeds of some hundred
    EVENHAND_LONG=1 storm.py       20 seeds of 60,000
    storm.py SEEDS MESSAGES        so many
"""
import http.client
import json
import random
import sys
import time
import urllib.parse

import msgpack
import redis

from harness import (DEAD, INBOX, LONG, SEED, note, patience, run, scenario, wait_until,
                     default_desk, default_team)
from invariants import check_invariants
from proofs import verify

NUMBERS = [int(a) for a in sys.argv[1:] if a.isdigit()]
sys.argv[1:] = [a for a in sys.argv[1:] if not a.isdigit()]
SEEDS, MESSAGES = NUMBERS if len(NUMBERS) == 2 else (20, 60000) if LONG else (2, 1000)
KILLS, COMMANDS, CHUNK = 3, 0.08, 100  # lives of a seed, commands a message, messages at once

MOST = 2 ** 53 - 1
CHARACTERS = ["a", "Z", "7", " ", "'", '"', "\\", ",", "ß", "Ü", "é", "\u0301", "€", "中", "\u202e",
              "\u200b", "\ufeff", "\ufffd", "\uffff", "😀", "\U0010fffd", "\U000e0041", "܀"]
WORDS = ["", "ana", "sales", "support", "order", "quote", "Übergeben an Buchhaltung",
         "Kunde hat storniert, Gutschrift folgt. Übergeben", "x" * 39 + "€", "x" * 38 + "😀",
         "default", "EUR", "available", "overloaded", "away", "won", "2026-11", "2026-W48", "9999-12"]
NUMBERS_TOLD = [0, 1, -1, 5, 9, 10, 60, 255, 256, 32767, 32768, 2 ** 31 - 1, 2 ** 31, -2 ** 31,
                2 ** 32, 946684799999, 946684800000, 1767225600000, 253402300799999,
                253402300800000, 9007199254, 9007199255, MOST, MOST + 1, -MOST, -MOST - 1,
                2 ** 63 - 1, 2 ** 63, 2 ** 64 - 1, -2 ** 63]
KINDS = ["order", "quote", "query"]
TEAMS, REPS = ["sales", "support"], ["ana", "ben", "cai", "dora", "eli", "fay", "gus"]
TYPES = ["ticket"] * 8 + ["outcome"] * 4 + ["update"] * 2 + ["signal"] * 2 + ["metric"] * 2
FIELDS = ["id", "team", "kind", "source", "value", "currency", "customer", "priority", "skills",
          "channel", "subject", "created_at", "owner", "rep", "status", "for", "reason", "event",
          "outcome", "csat", "handled", "at", "metric", "period", "actor", "text", "seed", "n"]
OUTCOMES = ["won", "lost", "resolved", "cancelled", "reopened", "refunded", "rated"]


class Storm:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.ids = [self.text(self.random.choice([3, 20, 60, 128])) for _ in range(max(200, MESSAGES // 4))]

    def text(self, most):
        """Of at most so many bytes; cut like a sender that cuts at characters."""
        chosen = "".join(self.random.choice(CHARACTERS)
                         for _ in range(self.random.randrange(1, most + 1)))
        return chosen.encode()[:most].decode(errors="ignore") or "a"

    def any_text(self):
        pick = self.random.random()
        if pick < 0.3:
            return self.random.choice(WORDS)
        if pick < 0.32:
            return self.random.choice(["a\x00b", "a\nb", "\x7f", "\x85", "\ud800"])
        return self.text(self.random.choice([5, 39, 40, 41, 42, 43, 128, 129, 1024, 1025]))

    def any_value(self):
        pick = self.random.random()
        if pick < 0.4:
            return self.any_text()
        if pick < 0.8:
            return self.random.choice(NUMBERS_TOLD)
        return self.random.choice([None, True, 1.5, 1e300, -0.0, [], {}, [self.any_text()],
                                   [self.any_text(), 5], {self.any_text(): self.any_text()}])

    def good(self, kind):
        """A message that is likely to be taken."""
        choose, ticket = self.random.choice, self.random.choice(self.ids)
        message = {"type": kind, "id": ticket}
        if kind == "ticket":
            message.update(team=choose(TEAMS), kind=choose(KINDS), value=choose([0, 1, 5, MOST]),
                           subject=self.text(200), customer=self.text(60), channel=self.text(20))
            if self.random.random() < 0.2:
                message.update(owner=choose(REPS), priority=choose([0, 5, 9]),
                               created_at=choose([946684800000, 1767225600000, 253402300799999]))
        elif kind == "outcome":
            message.update(outcome=choose(OUTCOMES), csat=choose([1, 5]),
                           handled=choose([0, 60, 9007199254]))
        elif kind == "update":
            message.update(value=choose([0, MOST]), subject=self.text(100))
        elif kind == "signal":
            message = {"type": kind, "rep": choose(REPS), "reason": self.text(200),
                       "status": choose(["available", "available", "overloaded", "away"]),
                       "for": choose([0, 1, 900, 9007199254])}
        else:
            message = {"type": kind, "team": choose(TEAMS), "period": choose(["2026-11", "2026-12"]),
                       "metric": choose(["paid_minutes", self.text(100)]), "rep": choose(REPS),
                       "value": choose([0, MOST, -MOST]), "event": self.text(100)}
        return message

    def message(self):
        message = self.good(self.random.choice(TYPES))
        while self.random.random() < 0.2:
            message[self.random.choice(FIELDS)] = self.any_value()
        if self.random.random() < 0.02:
            message["type"] = self.any_text()
        return message

    def entry(self):
        """The fields of one entry."""
        message, pick = self.message(), self.random.random()
        if pick < 0.5:
            return {b"j": json.dumps(message, ensure_ascii=self.random.random() < 0.3)
                    .encode("utf-8", "surrogatepass")}
        try:
            packed = msgpack.packb(message, unicode_errors="surrogatepass")
        except (OverflowError, ValueError):
            return {b"j": json.dumps(message).encode()}
        if pick < 0.9:
            return {b"m": packed}
        if pick < 0.93:
            return {self.any_text().encode("utf-8", "surrogatepass") or b"x": packed}
        where = self.random.randrange(len(packed))
        if pick < 0.96:
            return {self.random.choice([b"m", b"j"]): packed[:where] + bytes(
                [self.random.randrange(256)]) + packed[where + 1:]}
        return {self.random.choice([b"m", b"j"]): packed[:where]}

    def part(self, text):
        return urllib.parse.quote(text.encode("utf-8", "surrogatepass") or b"x", safe="")

    def command(self):
        """Method, path and body of a request to the admin socket."""
        choose, ticket = self.random.choice, self.part(self.random.choice(self.ids))
        team = choose(TEAMS)
        paths = ["/v1/tickets/default/%s/outcome" % ticket, "/v1/tickets/default/%s/assign" % ticket,
                 "/v1/tickets/default/%s/move" % ticket, "/v1/reps/%s/signal" % choose(REPS),
                 "/v1/reps/%s/release" % self.part(choose(REPS + [self.any_text()])),
                 "/v1/tickets", "/v1/teams/%s/metrics" % team,
                 "/v1/teams/%s/periods/%s/%s" % (team, choose(["2026-11", self.part(self.any_text())]),
                                                 choose(["freeze", "close", "pay", "exclude"]))]
        body = self.message()
        body.pop("type")
        body.update(reason=self.text(300))
        if self.random.random() < 0.7:
            body.update(rep=choose(REPS), team=team)
        return "POST", choose(paths), json.dumps(body).encode()


def feed(stack, storm, raw, count):
    """Entries in pipelines, commands between, whatever becomes of the daemon meanwhile."""
    daemon = stack.daemon
    for _ in range(0, count, CHUNK):
        pipe = raw.pipeline(transaction=False)
        for _ in range(min(CHUNK, count)):
            pipe.xadd(INBOX, storm.entry())
        pipe.execute()
        while storm.random.random() < COMMANDS * CHUNK / (1 + COMMANDS * CHUNK):
            method, path, body = storm.command()
            try:
                answer = daemon.http(method, path, body)
            except (OSError, http.client.HTTPException):
                continue  # it was just killed
            assert answer.code != 500 and answer.json is not None, (path, body, answer)


def sanitized_words(stack):
    return [line for daemon in stack.daemons for line in open(daemon.log, errors="replace")
            if "Sanitizer" in line or "runtime error" in line or "required:" in line]


def weather(stack, seed):
    storm = Storm(seed)
    desk = default_desk()
    desk["teams"][0].update(policy="balanced", name="Über alle Berge, 中文 und €")
    daemon = stack.start(desk)
    raw = redis.Redis(unix_socket_path=stack.redis_server.socket, socket_timeout=patience(30))
    lives = storm.random.sample(range(1, MESSAGES // CHUNK), KILLS)
    for number in range(MESSAGES // CHUNK):
        if number in lives:
            if number == max(lives):  # from here on every id is one that no bigint holds
                raw.xadd(INBOX, storm.entry(), id="%d-%d" % (2 ** 63 + seed % 1000, seed))
            daemon.kill()
            feed(stack, storm, raw, CHUNK)
            daemon.start(ready=False)
            time.sleep(storm.random.random() * 0.3)
        else:
            feed(stack, storm, raw, CHUNK)
    daemon.wait_ready()
    stack.settle(120)
    counts(stack, seed)
    assert daemon.status()["epoch"] <= 1 + KILLS + daemon.silences(), daemon.status()
    assert daemon.stop() == 0 and not sanitized_words(stack), sanitized_words(stack)[:3]
    check_invariants(stack, hands_allowed=True)  # of what stands still: outcomes expire for a minute
    assert raw.xlen(DEAD) == stack.sql1("SELECT count(*) FROM dead_letter")
    code, verdict, words = verify(stack)  # which may be how far it is, when it takes long
    assert code == 0 and verdict.startswith("ok; "), (code, verdict, words)
    stack.sql("SET session_replication_role = replica; DELETE FROM snapshot")
    head = stack.sql1("SELECT input FROM head")
    daemon.start()  # from the first input on, to the same digest
    assert daemon.logged("recovered input=%d replayed=%d" % (head, head)) == 1, daemon.last_words()
    assert daemon.stop() == 0 and not sanitized_words(stack), sanitized_words(stack)[:3]


def counts(stack, seed):
    accepted, refused = stack.sql("SELECT count(*) FILTER (WHERE type > 0),"
                                  " count(*) FILTER (WHERE type < 0 OR type = 12) FROM input")[0]
    tickets = stack.sql1("SELECT count(*) FROM ticket")
    note("seed %d: %d inputs taken (%d tickets), %d refused" % (seed, accepted, tickets, refused))
    assert tickets > MESSAGES // 20 and refused > MESSAGES // 20


def define(seed):
    @scenario("%d messages of seed %d, %d kills: nothing is lost and all is proven" %
              (MESSAGES, seed, KILLS))
    def storm(stack):
        weather(stack, seed)
    return storm


for one in range(SEEDS):
    define(SEED + one)
run()
