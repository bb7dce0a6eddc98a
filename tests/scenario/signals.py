#!/usr/bin/python3
"""signals: however often a rep's state is said, the last one said takes effect; the log
grows with a rate, whether it is said over the socket or on the stream."""
import glob
import json
import time

from harness import (GROUP, INBOX, Skip, default_desk, default_team, note, run, scenario,
                     wait_until)
from invariants import check_invariants
from proofs import verify_ok

CHANGES, INPUTS = 6, 12  # of a rep a minute
FLAPS = 401
FLOOD = 20000
STEP = 35  # seconds: no jump of the clock


def desk():
    return default_desk(reps=[{"id": "ana"}, {"id": "ben"}], teams=[
        default_team("sales", ["ana", "ben"], overloaded={"at_least": "0s", "at_most": "8h"})])


def clock_of(stack):
    """Environment of a daemon whose clock a file shifts."""
    library = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    if not library:
        raise Skip("libfaketime is not installed")
    shift(stack, 0)
    return {"LD_PRELOAD": library[0], "FAKETIME_TIMESTAMP_FILE": stack.dir + "/shift",
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def shift(stack, seconds):
    with open(stack.dir + "/shift", "w", encoding="ascii") as file:
        file.write("+%d" % seconds)


def signals_of(stack, rep):
    return stack.sql1("SELECT count(*) FROM input WHERE type = 3 AND rep = %s", rep)


def flap(rep):
    """The last one is neither in force by then nor what the engine holds back."""
    return [{"type": "signal", "rep": rep, "status": "away" if n % 2 else "overloaded"}
            for n in range(FLAPS)]


def state_of(stack, rep):
    return stack.daemon.get("/v1/reps/" + rep).json["state"]


@scenario("over the socket: the answer says from when, and a clean stop logs the last one said")
def socket(stack):
    daemon = stack.start(desk())
    began = time.monotonic()
    answers = [daemon.post("/v1/reps/ana/signal", {"status": m["status"], "reason": "trying"})
               for m in flap("ana")]
    minutes = 1 + (time.monotonic() - began) // 60
    assert {a.code for a in answers} == {200, 202}, {a.code for a in answers}
    assert answers[-1].code == 202 and answers[-1].json["later"] and answers[-1].json["from"]
    assert signals_of(stack, "ana") <= INPUTS * minutes, signals_of(stack, "ana")
    assert daemon.post("/v1/reps/ben/signal", {"status": "away"}).code == 200
    assert daemon.stop() == 0
    rows = stack.sql("SELECT word FROM input WHERE type = 3 AND rep = 'ana' ORDER BY input")
    assert rows[-1][0] == "overloaded", rows
    daemon.start()
    wait_until("it leads", lambda: daemon.status().get("role") == "leader")
    rep = daemon.get("/v1/reps/ana").json
    assert "overloaded" in (rep["state"], rep["next_state"]), rep
    check_invariants(stack)


@scenario("`available` after `away` is at once; what says the same again is no input")
def back(stack):
    daemon = stack.start(desk())
    for _ in range(INPUTS):
        assert daemon.post("/v1/reps/ana/signal", {"status": "overloaded"}).code == 200
    assert daemon.post("/v1/reps/ben/signal", {"status": "away"}).code == 200
    before = signals_of(stack, "ben")
    for _ in range(50):
        answer = daemon.post("/v1/reps/ben/signal", {"status": "away"})
        assert answer.code == 200 and answer.json["repeat"], answer
    assert signals_of(stack, "ben") == before
    for _ in range(CHANGES):
        daemon.post("/v1/reps/ben/signal", {"status": "available"})
        daemon.post("/v1/reps/ben/signal", {"status": "away", "for": 3600})
    if state_of(stack, "ben") == "away":
        answer = daemon.post("/v1/reps/ben/signal", {"status": "available"})
        assert answer.code == 200, answer
    assert state_of(stack, "ben") == "available"
    check_invariants(stack)


def leads(stack, environment=None):
    stack.daemon.start(environment=environment)
    wait_until("it leads", lambda: stack.daemon.status().get("role") == "leader")


def clocked(stack):
    """A running desk whose clock can be shifted."""
    environment = clock_of(stack)
    stack.start(desk()).stop()
    leads(stack, environment)
    return environment


def said_last(stack, rep):
    """What is in force, or will be: whatever else was said, it was said before."""
    view = stack.daemon.get("/v1/reps/" + rep).json
    return view["next_state"] or view["state"]


def pass_time(stack, seconds):
    """In steps that the daemon's clock follows; each time something is decided."""
    for _ in range(0, seconds, STEP):
        stack.shifted = getattr(stack, "shifted", 0) + STEP
        shift(stack, stack.shifted)
        before = stack.daemon.status()["input"]
        stack.add_ticket("at-%d" % stack.shifted)
        wait_until("it is decided", lambda: stack.daemon.status()["input"] > before)


def nothing_waits(stack):
    wait_until("nothing waits", lambda: stack.daemon.status().get("signals_kept") == 0, 5)
    stack.settle()


def taken(stack, rep, status):
    """All that waits became inputs, a minute later: the last one said takes effect."""
    pass_time(stack, 70)
    nothing_waits(stack)
    assert said_last(stack, rep) == status, stack.daemon.get("/v1/reps/" + rep).json
    pass_time(stack, 70)
    wait_until("the last one said is in force", lambda: state_of(stack, rep) == status, 5)
    assert stack.redis.xpending(INBOX, GROUP)["pending"] == 0
    check_invariants(stack)
    assert stack.daemon.stop() == 0
    verify_ok(stack)


def bytes_of_log(stack):
    return stack.sql1("SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class WHERE"
                      " relnamespace = 'evenhand'::regnamespace AND relkind = 'r'")


def add_flaps(stack, rep, count, last):
    """So many, and tickets among them that nothing of this may hold up."""
    words = ["away", "overloaded"]
    messages = [{"type": "signal", "rep": rep, "status": words[n % 2]} for n in range(count)]
    messages.append({"type": "signal", "rep": rep, "status": last})
    for n in range(0, count, 1000):
        messages.insert(n, {"type": "ticket", "id": "%s-%d-%d" % (rep, count, n), "team": "sales",
                            "kind": "order"})
    pipe = stack.redis.pipeline(transaction=False)
    for message in messages:
        if message["type"] == "ticket":
            stack.produced[message["id"]] = message
        pipe.xadd(INBOX, {"j": json.dumps(message)})
    pipe.execute()


@scenario("from the stream: thousands a second, and the log grows by a dozen; a kill in between")
def stream(stack):
    environment = clocked(stack)
    before, began = bytes_of_log(stack), time.monotonic()
    add_flaps(stack, "ana", FLOOD, "overloaded")
    wait_until("some are read", lambda: stack.daemon.status().get("signals_superseded", 0) > 500)
    stack.daemon.kill()
    leads(stack, environment)
    add_flaps(stack, "ana", FLOOD // 2, "away")
    stack.settle()
    minutes = 1 + (time.monotonic() - began) // 60
    rows, grown = signals_of(stack, "ana"), bytes_of_log(stack) - before
    note("%d signals: %d inputs, %d bytes of tables, %d superseded since the kill" % (
        FLOOD * 3 // 2, rows, grown, stack.daemon.status()["signals_superseded"]))
    assert 0 < rows <= INPUTS * minutes + 1, rows
    assert said_last(stack, "ana") in ("away", "overloaded")
    kept = stack.redis.xpending(INBOX, GROUP)
    assert kept["pending"] == 1, kept
    assert stack.redis.xrange(INBOX, kept["min"], kept["min"]), "trimmed, and still to be logged"
    for _ in range(3):  # what was left out comes again, and changes nothing
        stack.daemon.kill()
        leads(stack, environment)
    stack.settle()
    assert signals_of(stack, "ana") <= rows + INPUTS, rows
    taken(stack, "ana", "away")


@scenario("a kill when the newest was just logged: what was left out before it stays out")
def logged(stack):
    environment = clocked(stack)
    add_flaps(stack, "ana", 300, "overloaded")
    stack.settle()
    pass_time(stack, 70)
    nothing_waits(stack)
    before = signals_of(stack, "ana")
    stack.daemon.kill()
    leads(stack, environment)
    stack.settle()
    assert signals_of(stack, "ana") == before
    taken(stack, "ana", "overloaded")


@scenario("socket and stream have one rate and one last word")
def both(stack):
    environment = clocked(stack)
    daemon = stack.daemon
    add_flaps(stack, "ana", 100, "away")
    stack.settle()
    assert daemon.status()["signals_kept"] == 1
    answer = daemon.post("/v1/reps/ana/signal", {"status": "overloaded"})
    assert answer.code == 202, answer
    assert daemon.status()["signals_kept"] == 1  # it is pending until the later one is logged
    pass_time(stack, 70)
    nothing_waits(stack)
    daemon.kill()  # the entry may come again, and was said before
    leads(stack, environment)
    stack.settle()
    assert said_last(stack, "ana") == "overloaded"
    assert daemon.post("/v1/reps/ben/signal", {"status": "away"}).code == 200
    add_flaps(stack, "ben", 100, "overloaded")
    stack.settle()
    assert daemon.post("/v1/reps/ben/release", {"reason": "ill"}).code == 200
    nothing_waits(stack)
    daemon.kill()
    leads(stack, environment)
    stack.settle()
    assert said_last(stack, "ben") == "away"
    taken(stack, "ana", "overloaded")


@scenario("the stream is lost, and an older one comes back")
def lost(stack):
    environment = clocked(stack)
    add_flaps(stack, "ana", 100, "overloaded")
    stack.settle()
    old = stack.redis.dump(INBOX)
    add_flaps(stack, "ana", 100, "away")
    stack.settle()
    stack.redis.flushall()  # what waited is in memory still
    wait_until("the group is made anew", lambda: stack.redis.exists(INBOX))
    add_flaps(stack, "ben", 100, "away")
    wait_until("both wait", lambda: stack.daemon.status().get("signals_kept") == 2)
    pass_time(stack, 70)
    nothing_waits(stack)
    stack.daemon.kill()
    stack.redis.restore(INBOX, 0, old, replace=True)
    leads(stack, environment)
    stack.settle()
    assert said_last(stack, "ana") == "away"
    add_flaps(stack, "ana", 100, "overloaded")
    stack.settle()
    stack.daemon.kill()
    stack.redis.delete(INBOX)  # ids from long ago: it was made anew
    stack.redis.xadd(INBOX, {"j": json.dumps({"type": "signal", "rep": "ben",
                                              "status": "overloaded"})}, id="1-1")
    leads(stack, environment)
    stack.settle()
    pass_time(stack, 70)
    nothing_waits(stack)
    assert said_last(stack, "ben") == "overloaded"
    assert stack.daemon.stop() == 0
    verify_ok(stack)


@scenario("from the stream: a clean stop leaves nothing said behind")
def stops(stack):
    environment = clocked(stack)
    add_flaps(stack, "ana", 100, "overloaded")
    stack.settle()
    assert stack.daemon.stop() == 0
    rows = stack.sql("SELECT word FROM input WHERE type = 3 AND rep = 'ana' ORDER BY input")
    assert rows[-1][0] == "overloaded", rows
    leads(stack, environment)
    taken(stack, "ana", "overloaded")


run()
