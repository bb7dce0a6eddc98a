#!/usr/bin/python3
"""lookout: what was looked at when evenhandd started is looked at again, and a desk on which nothing
moves says so."""
import os
import stat
import time

import psycopg2

from harness import need_faults, note, patience, run, scenario, wait_until
from invariants import check_invariants


def alarms(daemon):
    return {alarm["name"]: alarm["text"] for alarm in daemon.status().get("alarms", [])}


def raised(daemon, name, word):
    """Waits for the alarm; it is in status, in /metrics and in the log."""
    wait_until("alarm " + name, lambda: word in alarms(daemon).get(name, ""), 40)
    assert 'evenhand_alarm_stands{alarm="%s"} 1' % name in daemon.get("/metrics").text
    assert daemon.logged("alarm %s: " % name) == 1, daemon.last_words()


def cleared(daemon, name):
    wait_until("alarm %s is over" % name, lambda: name not in alarms(daemon), 40)
    assert 'evenhand_alarm_stands{alarm="%s"} 0' % name in daemon.get("/metrics").text


@scenario("an admin socket that is deleted, replaced or given away is there again")
def admin_socket(stack):
    daemon = stack.start()
    os.unlink(daemon.socket)
    wait_until("the socket is back", daemon.listens, 40)
    assert daemon.healthy()
    os.chmod(daemon.socket, 0o600)
    wait_until("the mode is back",
               lambda: stat.S_IMODE(os.stat(daemon.socket).st_mode) == 0o660, 40)
    os.rename(daemon.socket, daemon.socket + ".away")
    os.mkdir(daemon.socket)  # no socket can be made here
    wait_until("it says so", lambda: daemon.logged("alarm admin_socket: ") == 1, 40)
    os.rmdir(daemon.socket)
    wait_until("the socket is back", daemon.healthy, 40)
    cleared(daemon, "admin_socket")


@scenario("a key file that is gone is written again; another one in its place is an alarm")
def key_file(stack):
    daemon = stack.start()
    path = stack.dir + "/key"
    with open(path, "rb") as f:
        key = f.read()
    os.unlink(path)
    wait_until("the key is back", lambda: os.path.exists(path), 40)
    with open(path, "rb") as f:
        assert f.read() == key
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    with open(path, "wb") as f:
        f.write(bytes(32))
    raised(daemon, "key_file", "another key")
    with open(path, "wb") as f:
        f.write(key)
    cleared(daemon, "key_file")
    os.chmod(path, 0o644)
    wait_until("it says so", lambda: "others may read it" in alarms(daemon).get("key_file", ""), 40)


@scenario("a checkpoint file that is removed, replaced or cut short is an alarm")
def checkpoints(stack):
    daemon = stack.start()
    path = stack.dir + "/checkpoints"
    assert daemon.stop() == 0  # writes a line
    daemon.start()
    for number, (word, change) in enumerate((
            ("cut short", lambda: os.truncate(path, 10)),
            ("replaced", lambda: (os.rename(path, path + ".old"), open(path, "w").close())),
            ("removed", lambda: os.unlink(path)))):
        wait_until("the file is known", lambda: os.path.exists(path))
        wait_until("two looks", looks(daemon), 40)
        change()
        wait_until(word, lambda: word in alarms(daemon).get("checkpoints", ""), 40)
        stack.add_ticket("c-%d" % number)
        stack.settle()
        wait_until("a line is written", lambda: os.path.getsize(path) > 50, 40)


@scenario("while a slow disk takes a checkpoint the loop goes on, and a stop waits for the line")
def slow_disk(stack):
    need_faults()
    daemon = stack.start()
    path = stack.dir + "/checkpoints"
    assert daemon.stop() == 0
    daemon.start(environment={"EVENHAND_DISK_MS": "3000"})
    before = lines(path)
    assert daemon.post("/v1/draws/reveal", {"reason": "a checkpoint"}).code == 200
    wait_until("it is being written", lambda: lines(path) > before)  # and not synced before 3 s
    dealt = 0
    while children(daemon):
        assert daemon.post("/v1/tickets", {"id": "t-%d" % dealt, "team": "sales",
                                           "kind": "order"}).code == 200
        dealt += 1
        time.sleep(0.1)
    assert dealt >= 5, "the loop stood still: %d tickets in the time of a checkpoint" % dealt
    assert daemon.stop() == 0
    last = int(open(path, encoding="ascii").readlines()[-1].split()[0])
    assert last == stack.sql1("SELECT input FROM head"), last
    check_invariants(stack)


def lines(path):
    with open(path, encoding="ascii") as file:
        return len(file.readlines())


def children(daemon):
    pid = daemon.process.pid
    with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as file:
        return file.read().split()


def looks(daemon):
    """True once the lookout has looked again since: it makes a deleted socket anew."""
    os.unlink(daemon.socket)
    return daemon.listens


@scenario("a desk file that is gone is an alarm; the desk goes on")
def desk_file(stack):
    daemon = stack.start()
    path = stack.dir + "/desk.yaml"
    os.rename(path, path + ".away")
    raised(daemon, "desk_file", "No such file")
    stack.add_ticket("t-1")
    stack.settle()
    assert stack.ticket("t-1")["state"] == "assigned"
    with open(path, "w", encoding="utf-8") as f:
        f.write("desk: main\n")
    cleared(daemon, "desk_file")
    assert daemon.status()["desk_file_differs"]
    os.replace(path + ".away", path)
    wait_until("the same again", lambda: not daemon.status()["desk_file_differs"], 40)


@scenario("a schema that becomes another version under the daemon is an alarm")
def schema(stack):
    daemon = stack.start()
    stack.sql("INSERT INTO migration (version, name) VALUES (9999, 'later')")
    raised(daemon, "schema", "9999")
    stack.sql("DELETE FROM migration WHERE version = 9999")
    cleared(daemon, "schema")


@scenario("while a server is away, and while a COMMIT hangs, status says why nothing is dealt")
def not_dealing(stack):
    daemon = stack.start()
    stack.redis_server.kill()
    raised(daemon, "not_dealing", "nothing has been dealt for")
    stack.redis_server.start()
    cleared(daemon, "not_dealing")
    stack.postgres.stop("immediate")
    wait_until("PostgreSQL", lambda: "nothing has been dealt for" in
               alarms(daemon).get("not_dealing", ""), 60)
    note(alarms(daemon)["not_dealing"])
    stack.postgres.start()
    cleared(daemon, "not_dealing")
    stack.add_ticket("t-1")
    stack.settle()
    hold = psycopg2.connect(stack.postgres.dsn)
    with hold, hold.cursor() as cursor:
        cursor.execute("LOCK TABLE evenhand.effect IN ACCESS EXCLUSIVE MODE")
        stack.add_ticket("t-2")
        wait_until("a lock", lambda: "not_dealing" in alarms(daemon), patience(40))
        note(alarms(daemon)["not_dealing"])
    hold.close()
    stack.settle(120)
    cleared(daemon, "not_dealing")
    check_invariants(stack)


run()
