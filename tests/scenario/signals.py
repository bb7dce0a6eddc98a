#!/usr/bin/python3
"""signals: however often a rep's state is said, the last one said takes effect; over the socket the
log grows with a rate."""
import glob
import time

from harness import Skip, default_desk, default_team, run, scenario, wait_until
from invariants import check_invariants

CHANGES, INPUTS = 6, 12  # of a rep a minute
FLAPS = 401


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
    answers = [daemon.post("/v1/reps/ana/signal", {"status": m["status"]})
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


@scenario("from the stream: the last one said takes effect when the minute is over")
def stream(stack):
    environment = clock_of(stack)
    daemon = stack.start(desk())
    daemon.stop()
    daemon.start(environment=environment)
    wait_until("it leads", lambda: daemon.status().get("role") == "leader")
    stack.add_many(flap("ana"))
    stack.settle()
    rep = daemon.get("/v1/reps/ana").json
    assert (rep["state"], rep["next_state"]) == ("away", "overloaded"), rep
    daemon.kill()
    daemon.start(environment=environment)
    wait_until("it leads again", lambda: daemon.status().get("role") == "leader")
    shift(stack, 70)
    wait_until("the last one said is in force", lambda: state_of(stack, "ana") == "overloaded")
    assert daemon.get("/v1/reps/ana").json["next_state"] is None
    check_invariants(stack)


run()
