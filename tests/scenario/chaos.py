"""chaos: a proxy between two Unix sockets that delays, stalls, cuts and forgets.

    proxy = Proxy(listen="/tmp/p.sock", target="/tmp/redis.sock")
    proxy.stall()                     # nothing goes through either way, nothing is closed
    proxy.stall(proxy.links[1])       # ... on one connection of those there are, oldest first
    proxy.go_on()                     # what was held goes through now
    proxy.delay(0.05)                 # each piece takes so long
    proxy.cut_after(ANSWERS, 1000)    # after 1,000 more bytes of answers their connection is cut
    proxy.forget_after(ANSWERS, b"x") # the next x and all after it get lost; then the cut
    proxy.disarm()                    # no, not any more
    proxy.cut()                       # every connection, now; new ones are taken
    proxy.close()

Each direction of each connection is a thread that reads a piece, waits as told, and hands it on.
"""
import os
import socket
import threading
import time

from harness import default_desk
from invariants import check_invariants

REQUESTS, ANSWERS = 0, 1  # directions: from the daemon, to the daemon
PIECE = 1 << 16


class Link:
    """A connection taken and the one made for it."""

    def __init__(self, near, far):
        self.near, self.far = near, far
        self.stalled = False

    def cut(self):
        for end in (self.near, self.far):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Proxy:
    def __init__(self, listen, target):
        self.target = target
        self.changed = threading.Condition()  # guards all below
        self.links = []
        self.stalled = False
        self.seconds = 0.0
        self.left = [None, None]     # bytes until the cut, by direction
        self.pattern = [None, None]  # what is forgotten, by direction
        self.cuts = 0                # that came about by cut_after and forget_after
        self.taken = 0               # connections so far
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(listen)
        os.chmod(listen, 0o666)
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    # ---- what a scenario does to it

    def stall(self, link=None):
        with self.changed:
            (link or self).stalled = True

    def go_on(self):
        with self.changed:
            for one in [self, *self.links]:
                one.stalled = False
            self.changed.notify_all()

    def delay(self, seconds):
        self.seconds = seconds

    def cut_after(self, direction, count):
        with self.changed:
            self.left[direction] = count

    def forget_after(self, direction, pattern):
        with self.changed:
            self.pattern[direction] = pattern

    def armed(self):
        """Is a cut or a loss still to come?"""
        return self.left != [None, None] or self.pattern != [None, None]

    def disarm(self):
        """What did not come to be cut or lost will not be."""
        with self.changed:
            self.left, self.pattern = [None, None], [None, None]

    def cut(self):
        with self.changed:
            links, self.links = self.links, []
            self.changed.notify_all()
        for link in links:
            link.cut()

    def close(self):
        self.listener.close()
        self.cut()

    # ---- what it does

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            try:
                far.connect(self.target)
            except OSError:  # nobody there: as if there were no proxy
                near.close()
                continue
            link = Link(near, far)
            with self.changed:
                self.taken += 1
                self.links.append(link)
            for direction, source, sink in ((REQUESTS, near, far), (ANSWERS, far, near)):
                threading.Thread(target=self.carry, args=(link, direction, source, sink),
                                 daemon=True).start()

    def carry(self, link, direction, source, sink):
        before = b""  # the end of the last piece: a pattern may lie across
        try:
            while True:
                piece = source.recv(PIECE)
                if not piece:
                    break
                if self.seconds:
                    time.sleep(self.seconds)
                keep, cut = self.judge(link, direction, before, piece)
                sink.sendall(piece[:keep])
                before = (before + piece)[-64:]
                if cut:
                    break
        except OSError:
            pass
        link.cut()
        with self.changed:
            if link in self.links:
                self.links.remove(link)

    def judge(self, link, direction, before, piece):
        """How much of the piece goes on, and whether all is cut behind it."""
        with self.changed:
            while (self.stalled or link.stalled) and link in self.links:
                self.changed.wait()
            pattern, left = self.pattern[direction], self.left[direction]
            at = (before + piece).find(pattern) if pattern else -1
            if at >= 0:
                self.pattern[direction] = None
                self.cuts += 1
                return max(0, at - len(before)), True
            if left is None:
                return len(piece), False
            if left <= len(piece):
                self.left[direction] = None
                self.cuts += 1
                return left, True
            self.left[direction] = left - len(piece)
            return len(piece), False


def start_behind(stack, redis=False, postgres=False):
    """(daemon, proxy): everything up, and a proxy in front of one of the servers."""
    stack.write_desk(default_desk())
    stack.start_servers()
    code, output = stack.migrate()
    assert code == 0, output
    if redis:
        path = stack.dir + "/chaos.sock"
        proxy, config = Proxy(path, stack.redis_server.socket), {"redis": path}
    elif postgres:
        folder, name = stack.dir + "/chaos", "/.s.PGSQL.5432"
        os.mkdir(folder)
        proxy = Proxy(folder + name, stack.postgres.sockets + name)
        config = {"postgres": stack.postgres.daemon_dsn.replace(stack.postgres.sockets, folder)}
    return stack.new_daemon("d", **config).start(), proxy


def tickets(count, prefix="c"):
    return [{"type": "ticket", "id": "%s-%d" % (prefix, n), "kind": "order", "value": n,
             "team": "sales" if n % 3 else "support"} for n in range(count)]


def check_all(stack, count):
    """By itself everything goes on and ends well: so many tickets, each somebody's."""
    stack.daemon.wait_ready(60)
    stack.settle(60)
    dealt = stack.sql1("SELECT count(*) FROM ticket WHERE state = 'assigned'")
    assert dealt == count, "%d of %d tickets are assigned" % (dealt, count)
    check_invariants(stack)
