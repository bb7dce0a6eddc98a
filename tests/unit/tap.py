"""tap: plays the tests of a script one after the other, and tells in TAP."""
import sys
import traceback


class Skip(Exception):
    pass


def play(tests):
    print("1..%d" % len(tests), flush=True)
    failed = 0
    for number, test in enumerate(tests, 1):
        name = test.__name__.replace("_", " ")
        try:
            test()
            print("ok %d - %s" % (number, name), flush=True)
        except Skip as why:
            print("ok %d - %s # SKIP %s" % (number, name, why), flush=True)
        except Exception:
            failed += 1
            print("not ok %d - %s" % (number, name))
            print("# " + traceback.format_exc().strip().replace("\n", "\n# "), flush=True)
    sys.exit(1 if failed else 0)
