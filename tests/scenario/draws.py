#!/usr/bin/python3
"""draws: nobody makes a ticket be drawn once more, and whoever wants to can check every draw."""
import re

from harness import run, scenario, wait_until
from proofs import verify_ok

TEAM = ["ana", "ben", "cai", "dora"]


def desk(**team):
    return {"desk": "main", "currency": "EUR", "time_zone": "Europe/Oslo",
            "kinds": {"order": {"points": 2}}, "reps": [{"id": r} for r in TEAM],
            "teams": [dict({"id": "sales", "policy": "random", "reps": TEAM}, **team)]}


VETO = """CREATE FUNCTION veto() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.type = 1 THEN RAISE EXCEPTION 'veto of %', NEW.rep USING ERRCODE = 'disk_full'; END IF;
    RETURN NEW;
END $$"""


@scenario("whoever keeps PostgreSQL from taking a deal sees the same draw again, also after a kill")
def vetoed(stack):
    """Personal text is hashed behind a salt, which is another one at each attempt."""
    daemon = stack.start(desk())
    stack.sql(VETO)
    stack.sql("CREATE TRIGGER veto BEFORE INSERT ON effect FOR EACH ROW EXECUTE FUNCTION veto()")
    stack.add({"type": "ticket", "id": "big", "team": "sales", "kind": "order", "value": 990000,
               "customer": "Kari Nordmann", "subject": "a big one"})

    def vetoes():
        with open(daemon.log, encoding="utf-8") as f:
            return re.findall(r"veto of (\w+)", f.read())
    wait_until("it was tried some times", lambda: len(vetoes()) >= 20)
    daemon.kill()
    before = len(vetoes())
    daemon.start(ready=False)
    wait_until("it was tried some times more", lambda: len(vetoes()) >= before + 20)
    assert len(set(vetoes())) == 1, set(vetoes())
    stack.sql("DROP TRIGGER veto ON effect")
    stack.sql("DROP FUNCTION veto()")
    stack.settle()
    assert stack.ticket("big")["rep"] == vetoes()[0], stack.ticket("big")
    verify_ok(stack)


run()
