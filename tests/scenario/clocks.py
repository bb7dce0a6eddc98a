"""clocks: a wall clock of evenhandd that a scenario shifts (libfaketime)."""
import glob
import os

from harness import Skip


def jump(stack, seconds):
    """From now on evenhandd's wall clock is so far from the true one."""
    with open(stack.dir + "/shift.new", "w", encoding="ascii") as f:
        f.write("%+d\n" % seconds)
    os.rename(stack.dir + "/shift.new", stack.dir + "/shift")


def library():
    found = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    if not found:
        raise Skip("libfaketime is not installed")
    return found[0]


def fake(stack):
    """The environment of whoever has the clock that jumps."""
    jump(stack, 0)
    return {"LD_PRELOAD": library(), "FAKETIME_TIMESTAMP_FILE": stack.dir + "/shift",
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def accept(daemon, environment, why):
    daemon.start(environment=environment, arguments=("--accept-time", why))
