#!/usr/bin/python3
"""affinity_last: a customer's next ticket goes to whoever closed their last one: through a kill -9, a
snapshot and a replay, said in the receipt, and not once the customer is erased."""
from harness import default_desk, run, scenario

REPS = ["ana", "ben", "cai", "dora", "eli"]


def desk(affinity="last", **more):
    return default_desk(reps=[{"id": r} for r in REPS],
                        teams=[{"id": "sales", "reps": REPS, "policy": "random",
                                "affinity": affinity, **more}])


def come(stack, name, customer, **more):
    stack.add_ticket(name, customer=customer, value=len(name) * 100 + sum(map(ord, name)), **more)
    stack.settle()
    return stack.ticket(name)["rep"]


def close(stack, name, outcome="resolved"):
    stack.add({"type": "outcome", "id": name, "outcome": outcome})
    stack.settle()


def receipt(stack, name):
    return stack.daemon.get("/v1/tickets/default/" + name).json["receipt"]


def why(stack, name):
    """Which affinity it was."""
    of = receipt(stack, name)
    return "open" if of["why"] == "affinity" and not of["last"] else \
        "last" if of["last"] else of["why"]


@scenario("who closed a customer's last ticket gets the next: also after kill -9, a stop, and from the log alone")
def through(stack):
    daemon = stack.start(desk())
    reps = {}
    for n in range(12):
        reps[n] = come(stack, "a-%d" % n, "Kari %d" % n)
        close(stack, "a-%d" % n, ["won", "lost", "resolved"][n % 3])
    assert come(stack, "b-0", "Kari 0") == reps[0] and why(stack, "b-0") == "last"
    of = receipt(stack, "b-0")
    assert of["last"]["number"] == stack.daemon.get("/v1/tickets/default/a-0").json["number"], of
    assert of["reason"].startswith("They closed the customer's last ticket, on 20"), of
    daemon.kill()
    stack.sql("TRUNCATE snapshot")  # from the log alone
    daemon.start()
    assert come(stack, "b-1", "Kari 1") == reps[1] and why(stack, "b-1") == "last"
    assert daemon.stop() == 0  # with a snapshot
    daemon.start()
    for n in range(2, 6):
        assert come(stack, "b-%d" % n, "Kari %d" % n) == reps[n] and why(stack, "b-%d" % n) == "last"
    # Another team, or another customer, knows nothing of it.
    come(stack, "other", "Ola")
    assert why(stack, "other") == "random"
    # What is open comes first, and a cancelled one changes nothing.
    assert come(stack, "c-1", "Kari 1") == reps[1] and why(stack, "c-1") == "open"
    close(stack, "b-2", "cancelled")
    assert come(stack, "c-2", "Kari 2") == reps[2] and why(stack, "c-2") == "last"
    # Whoever is away does not get it.
    daemon.post("/v1/reps/%s/signal" % reps[6], {"status": "away"})
    assert come(stack, "b-6", "Kari 6") != reps[6] and why(stack, "b-6") == "random"
    said = stack.cli("ticket", "c-2")[1]
    assert "who has or had the same customer's work" in said, said
    stack.cli("verify", "--db", stack.postgres.dsn)


@scenario("a customer who was erased is nobody's, and a desk without it forgets")
def erased(stack):
    stack.start(desk())
    rep = come(stack, "a", "Kari Nordmann")
    close(stack, "a")
    assert come(stack, "b", "Kari Nordmann") == rep and why(stack, "b") == "last"
    close(stack, "b")
    stack.cli("forget", "--customer", "Kari Nordmann")
    come(stack, "c", "Kari Nordmann")
    assert why(stack, "c") == "random", "the salt outlived what it was erased with"
    rep = come(stack, "d", "Ola")
    close(stack, "d")
    stack.write_desk(desk("open"))
    assert "affinity last -> open" in stack.cli("desk", "diff", stack.dir + "/desk.yaml")[1]
    stack.cli("desk", "apply", stack.dir + "/desk.yaml")
    stack.write_desk(desk("last"))
    stack.cli("desk", "apply", stack.dir + "/desk.yaml")
    come(stack, "e", "Ola")
    assert why(stack, "e") == "random"
    stack.cli("verify", "--db", stack.postgres.dsn)


if __name__ == "__main__":
    run()
