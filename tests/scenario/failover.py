#!/usr/bin/python3
"""failover: another Redis takes over, and knows less than the one before had promised."""
import json
import os
import signal
import socket
import time

import redis

from chaos import tickets
from harness import (DEAD, INBOX, LONG, OUTBOX, Producer, Redis, note, outbox_last, run, scenario,
                     wait_until)
from invariants import check_invariants

ROUNDS = 20 if LONG else 3
TICKETS = 1000
LAST = 50  # of them, sent when the replica learns nothing any more


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Replica(Redis):
    """Copies the stack's Redis over a port of the loopback that only the two use, until it takes
    over: then it has the other's socket, and is the stack's Redis."""

    def __init__(self, stack, number):
        super().__init__(stack.dir + "/replica-%d" % number)
        self.stack = stack
        self.start()
        stack.redis.config_set("repl-diskless-sync-delay", 0)
        stack.redis.config_set("bind", "127.0.0.1")
        self.client = redis.Redis(unix_socket_path=self.socket, decode_responses=True)
        self.client.replicaof("127.0.0.1", wait_until("Redis has a port", self.listens))
        wait_until("it is a copy", self.is_copy)

    def listens(self):
        """At which port; None: somebody else was there first."""
        port = free_port()
        try:
            return self.stack.redis.config_set("port", port) and port
        except redis.ResponseError:
            return None

    def is_copy(self):
        info = self.client.info("replication")
        return info["master_link_status"] == "up" and not info["master_sync_in_progress"]

    def part(self):
        """From now on it learns nothing any more."""
        self.client.replicaof("NO", "ONE")

    def take_over(self):
        before = self.stack.redis_server
        before.kill()
        os.rename(self.socket, before.socket)
        self.socket = before.socket
        self.stack.redis_server = self


def tail_of(stack, replica):
    """How many entries of the outbox the replica does not have."""
    return outbox_last(stack.redis) - outbox_last(replica.client)


@scenario("Redis fails over and loses its tail, %d times: what was committed stays, the outbox "
          "is made whole" % ROUNDS)
def tail_lost(stack):
    daemon = stack.start()
    messages = tickets(TICKETS * ROUNDS)
    published = {}
    for number in range(ROUNDS):
        replica = Replica(stack, number)
        part = messages[number * TICKETS:(number + 1) * TICKETS]
        producer = Producer(stack, part[:-LAST], per_second=1000)
        producer.start()
        time.sleep(stack.random.uniform(0.1, 0.3))
        replica.part()
        stack.add_many(part[-LAST:])
        wait_until("the replica lacks something", lambda: tail_of(stack, replica) > 0)
        time.sleep(stack.random.uniform(0, 0.3))
        if number % 2:  # so that Redis has something that the daemon does not
            daemon.signal(signal.SIGSTOP)
            time.sleep(0.1)
        published.update(stack.redis.xrange(OUTBOX))
        tail = tail_of(stack, replica)
        replica.take_over()
        daemon.signal(signal.SIGCONT)
        producer.finish()
        stack.settle()
        known = stack.sql1("SELECT count(*) FROM ticket")
        note("%d entries of the outbox and %d tickets went with Redis" % (
            tail, (number + 1) * TICKETS - known))
        stack.add_many(part)  # as any producer that keeps its own log would
        stack.settle()
        check_invariants(stack)
    assert daemon.alive() and daemon.led_once(), daemon.last_words()
    assert daemon.status()["repeats"] > 0, daemon.status()
    again = dict(stack.redis.xrange(OUTBOX))
    changed = [entry for entry, fields in published.items() if again[entry] != fields]
    assert not changed, "published again with other content: %r" % changed[:3]


@scenario("the daemon is connected before the replica leads: it waits until it may write")
def replica_not_promoted(stack):
    daemon = stack.start()
    stack.add_many(tickets(100, "a"))
    stack.settle()
    replica = Replica(stack, 0)
    replica.take_over()
    answer = daemon.post("/v1/tickets", {"id": "x", "team": "sales", "kind": "order"})
    assert answer.code == 200, answer
    stack.produced["x"] = {}
    wait_until("it is refused", lambda: daemon.logged("READONLY"))
    time.sleep(1)
    replica.client.connection_pool.reset()
    redis.Redis(unix_socket_path=replica.socket).replicaof("NO", "ONE")
    stack.add_many(tickets(100, "b"))
    stack.settle()
    check_invariants(stack)


@scenario("an id of the inbox comes again with other content: a new ticket, and no repeat")
def id_reused(stack):
    daemon = stack.start()
    stack.add_many(tickets(50, "a"))
    stack.settle()
    replica = Replica(stack, 0)
    replica.part()
    lost = [stack.add_ticket("lost-%d" % n) for n in range(5)]
    stack.settle()
    replica.take_over()
    for n, entry in enumerate(lost):
        message = {"type": "ticket", "id": "new-%d" % n, "team": "sales", "kind": "order"}
        stack.redis.xadd(INBOX, {"j": json.dumps(message)}, id=entry)
        stack.produced["new-%d" % n] = message
    stack.settle()
    rows = stack.sql("SELECT stream_ms || '-' || stream_no, array_agg(id ORDER BY id) FROM input"
                     " WHERE id ~ 'new|lost' GROUP BY 1")
    assert sorted(rows) == sorted((entry, ["lost-%d" % n, "new-%d" % n])
                                  for n, entry in enumerate(lost)), rows
    assert daemon.status()["open"] == 60, daemon.status()
    check_invariants(stack)


@scenario("dead letters that went with Redis are there again")
def dead_letters_lost(stack):
    stack.start()
    replica = Replica(stack, 0)
    replica.part()
    stack.add_many([{"type": "ticket", "id": "d-%d" % n, "team": "none", "kind": "order"}
                    for n in range(20)])
    stack.settle()
    assert stack.redis.xlen(DEAD) == 20
    replica.take_over()
    stack.add_many(tickets(10))
    wait_until("they are there again", lambda: stack.redis.xlen(DEAD) == 20)
    stack.settle()
    check_invariants(stack)


run()
