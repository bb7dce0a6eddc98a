#!/usr/bin/python3
"""draws: nobody makes a ticket be drawn once more, and whoever wants to can check every draw."""
import hashlib
import json
import os
import re
import subprocess
import sys
import uuid

from harness import CHECKOUT, note, run, scenario, wait_until
from proofs import tampered, verify_ok

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


# ---- A stranger's program, written from the manual alone.

POLICIES = ["random", "balanced", "rotation", "least_loaded"]
SHARES = {"ana": 1.0, "ben": 0.5, "cai": 1.0, "dora": 0.37}
SKILLS = {"ana": ["de"], "ben": ["de", "fr"], "cai": ["fr"], "dora": ["de", "fr"]}
FOUND = re.compile(r"(\d+) draws and (\d+) choices checked, (\d+) draws await their seed; "
                   r"(\d+) tickets, (\d+) faults")


def checker(text, *args):
    return subprocess.run([sys.executable, CHECKOUT + "/tools/evenhand-check-draws", *args],
                          input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False)


def check(text, *args):
    """(faults in words, the numbers of the last line)"""
    done = checker(text, *args)
    *faults, last = done.stdout.splitlines()
    numbers = [int(n) for n in FOUND.match(last).groups()]
    assert (done.returncode == 0) == (faults == ["ok"]) == (numbers[-1] == 0), done
    return faults, numbers


def exported(stack, whole=True):
    """Behind a row that was changed the log may decide otherwise, and end."""
    code, out, error = stack.cli("draws", "deals", "--db", stack.postgres.daemon_dsn, check=whole)
    assert code == 0 or not whole and code == 1, error
    return out


def busy(stack):
    """All that happens to tickets, under every policy, over three epochs; the last one goes on."""
    daemon = stack.start(dict(
        desk(), reps=[{"id": r, "share": SHARES[r], "skills": SKILLS[r]} for r in TEAM],
        teams=[{"id": p, "policy": p, "reps": TEAM, "capacity": 400, "affinity": "open",
                "overloaded": {"at_least": 0}} for p in POLICIES]))

    def deal(part, count):
        stack.add_many([{"type": "ticket", "id": "%s-%s-%d" % (part, p, n), "team": p,
                         "kind": "order", "value": 100 + n * n * 37,
                         "customer": "%s%d" % (part if n % 5 else "", n % 5 and n), "subject": "number %d" % n,
                         "channel": "mail", "priority": n % 10, "skills": [["de"], ["fr", "de"], []][n % 3],
                         **({"owner": TEAM[n % 4]} if n % 13 == 5 else {})}
                        for n in range(count) for p in POLICIES])
        stack.settle()
    stack.add({"type": "ticket", "id": "first", "team": "least_loaded", "kind": "order"})
    stack.settle()  # nobody has anything: it is drawn
    deal("a", 24)
    stack.cli("draws", "reveal")
    for n in range(0, 24, 2):
        for p in POLICIES:
            stack.add({"type": "outcome", "id": "a-%s-%d" % (p, n), "outcome": "won"})
    stack.add({"type": "signal", "rep": "cai", "status": "overloaded", "for": 3600})
    stack.settle()
    for n in (1, 3, 7):  # there, on, and back home
        for p, to in zip(POLICIES, POLICIES[1:] + POLICIES[:1]):
            daemon.post("/v1/tickets/default/a-%s-%d/move" % (p, n), {"team": to, "reason": "x"})
    daemon.post("/v1/tickets/default/a-random-1/move", {"team": "random", "reason": "back"})
    deal("b", 16)
    daemon.post("/v1/reps/ben/release", {"reason": "ill"})
    deal("c", 8)
    stack.cli("draws", "reveal")
    stack.add({"type": "signal", "rep": "ben", "status": "available"})
    deal("d", 8)
    daemon.kill()
    daemon.start()
    deal("e", 8)
    return daemon


def check_eligible(stack, dealt):
    """By what busy() did and said, and by the rows."""
    rows = {seq: (count, weight) for seq, count, weight in stack.sql(
        "SELECT seq, eligible, weight FROM effect WHERE type = 1 AND eligible > 1")}
    skills = dict(stack.sql("SELECT input, skills FROM ticket"))
    assert {d["seq"] for d in dealt} == set(rows)
    for d in dealt:
        who = {e["rep"]: e["share_ppm"] for e in d["eligible"]}
        part = d["id"].split("-")[0]
        assert (len(who), sum(who.values())) == rows[d["seq"]], d
        assert all(share == 1000000 * SHARES[rep] for rep, share in who.items()), d
        assert all(set(skills[d["ticket"]] or []) <= set(SKILLS[rep]) for rep in who), d
        assert part not in "bcde" or "cai" not in who, d  # overloaded
        assert part != "c" or "ben" not in who or d["why"] == "release", d
        assert d["was"] is None or d["was"] not in who, d
        assert list(who) == sorted(who), d


@scenario("every draw and every choice is what the manual says, and what was changed is found")
def stranger(stack):
    daemon = busy(stack)
    kept = os.path.join(stack.dir, "kept.json")
    with open(kept, "w", encoding="utf-8") as f:
        f.write(stack.cli("--json", "draws")[1])
    faults, (draws, choices, awaiting, tickets, _) = check(exported(stack), kept)
    assert faults == ["ok"], faults
    assert draws > 150 and choices > 150 and awaiting > 20 and tickets == 4 * 64 + 1, (
        draws, choices, awaiting, tickets)
    lines = [json.loads(line) for line in exported(stack).splitlines()]
    dealt = [line for line in lines if line["what"] == "deal"]
    assert {d["why"] for d in dealt} >= {*POLICIES, "owner", "affinity", "release"}, dealt[0]
    assert {d["policy"] for d in dealt} == {*POLICIES, None}
    check_eligible(stack, [d for d in dealt if d["policy"]])
    assert max(d["deal"] for d in dealt) >= 2 and max(len(d["draws"]) for d in dealt) == 3
    stack.cli("draws", "reveal")
    assert check(exported(stack), kept)[1][:3] == [draws + awaiting, choices, 0]
    assert daemon.stop() == 0
    verify_ok(stack)

    def found(pattern, statement, *args):
        with tampered(stack, statement):
            told = check(exported(stack, whole=False), *args)[0]
        assert any(re.search(pattern, t) for t in told), (pattern, told)
    for why in POLICIES:
        seq, rep, name = stack.sql(
            "SELECT e.seq, e.rep, i.id FROM effect e JOIN input i ON i.input = e.ticket WHERE"
            " e.type = 1 AND e.why = %s AND e.draws IS NOT NULL ORDER BY e.seq LIMIT 1",
            why)[0]
        other = next(r for r in TEAM if r != rep)
        found("default/%s: %s has it; the draws give it to %s$" % (name, other, rep),
              "UPDATE effect SET rep = '%s' WHERE seq = %d" % (other, seq))
        found("default/%s: drew" % name, "UPDATE effect SET draws = set_byte(draws, 4,"
              " get_byte(draws, 4) # 1) WHERE seq = %d" % seq)
        found("default/%s: is not what its digest was made of" % name,
              "UPDATE input SET value = value + 1 WHERE type = 1 AND id = '%s'" % name)
    swap = "UPDATE effect SET why = (SELECT why FROM effect WHERE type = %d AND epoch = %d)" \
        " WHERE type = %d AND epoch = %d"
    found("epoch 0: the seed is not the one that was promised", swap % (8, 1, 8, 0))
    found("epoch 0: its commitment is not the one of then", swap % (7, 1, 7, 0), kept)


class Ledger:
    """Of a team, as the manual has it: what everybody is owed before each deal."""

    def __init__(self):
        self.clock, self.carry = {}, {}  # by set of skills
        self.entitled = {rep: [0, 0] for rep in TEAM}
        self.received = {rep: [0, 0] for rep in TEAM}
        self.values, self.dealt = 0, 0

    @staticmethod
    def half_away(a, b):
        return (2 * abs(a) + b) // (2 * b) * (1 if a >= 0 else -1)

    def compared(self, rep, mean):
        count = self.entitled[rep][0] - self.received[rep][0] * 10**15
        value = self.entitled[rep][1] - self.received[rep][1] * 10**9
        return self.half_away(count, 10**6), self.half_away(value, mean)

    def mean(self, value):
        return max(1, (self.values + value) // (self.dealt + 1))

    def book(self, skills, who, rep, value):
        """who: the shares of all who are eligible"""
        booked = min(value, 10 * self.mean(value))
        self.values += value
        self.dealt += 1
        carry = self.carry.setdefault(skills, [0, 0])
        for i, more in enumerate((10**15, booked * 10**9)):
            total, weight = carry[i] + more, sum(who.values())
            carry[i] = total % weight
            for one, share in who.items():
                self.entitled[one][i] += share * (total // weight)
        self.received[rep][0] += 1
        self.received[rep][1] += booked


@scenario("the scores that are compared follow from the ledger as the manual has it")
def scores(stack):
    stack.start(dict(desk(policy="balanced", value_weight="35%"),
                     reps=[{"id": r, "share": SHARES[r], "skills": SKILLS[r]} for r in TEAM]))
    for part in range(4):
        stack.add({"type": "signal", "rep": TEAM[part], "status": "away"})
        stack.add_many([{"type": "ticket", "id": "t-%d-%d" % (part, n), "team": "sales",
                         "kind": "order", "value": 10 ** (n % 6) + n,
                         "skills": [["de"], [], ["fr"], ["fr", "de"]][n % 4]} for n in range(60)])
        stack.settle()
        stack.add({"type": "signal", "rep": TEAM[part], "status": "available"})
    lines = [json.loads(line) for line in exported(stack).splitlines()]
    message = {line["ticket"]: line["message"] for line in lines if line["what"] == "ticket"}
    ledger, checked = Ledger(), 0
    for deal in (line for line in lines if line["what"] == "deal"):
        value, skills = message[deal["ticket"]]["value"], message[deal["ticket"]].get("skills", [])
        who = {e["rep"]: e["share_ppm"] for e in deal["eligible"]} or \
            {deal["rep"]: int(1000000 * SHARES[deal["rep"]])}  # nobody else could
        mean = ledger.mean(value)
        for one in deal["compared"]:
            assert (one["deficit_nano"], one["means_nano"]) == ledger.compared(one["rep"], mean), deal
            assert deal["mean_value"] == mean and deal["value_booked"] == min(value, 10 * mean), deal
            checked += 1
        ledger.book(tuple(sorted(skills)), who, deal["rep"], value)
    assert checked > 250, checked


class Rounds:
    """Of a set of skills, as the manual has it: slots, and who is late, before each deal."""
    ONE = 10**15

    def __init__(self):
        self.owed, self.slots = dict.fromkeys(TEAM, 0), dict.fromkeys(TEAM, 0)
        self.carry = self.level = 0

    def before(self, who):
        """who: the shares of all who may get it; returns those who are latest"""
        gain = {r: who[r] * ((self.carry + self.ONE) // sum(who.values())) for r in who}

        def due(rep, tickets):
            return self.owed[rep] + gain[rep] >= (tickets - self.level) * self.ONE
        above = self.level > 0 and any(due(r, 2 if self.slots[r] else 1) for r in who)
        if above or not any(self.slots[r] for r in who):
            self.begin(who)
        for rep in who:
            self.slots[rep] = self.slots[rep] or int(due(rep, 1))
        late = {r: self.owed[r] + gain[r] for r in who if due(r, 2)}
        return [r for r in late if late[r] == max(late.values())]

    def begin(self, who):
        self.level = -(min(0, max(self.owed[r] for r in who)) // self.ONE)
        over = {r: self.owed[r] + self.level * self.ONE for r in who}
        line = {r: share * 10**9 for r, share in who.items() if over[r] >= -self.ONE}
        k = min(max(1, -(-(self.ONE - over[r]) // line[r])) for r in line)
        self.slots = {r: max(0, (over[r] + k * line[r]) // self.ONE) if r in line else 0
                      for r in TEAM}

    def after(self, who, rep):
        total, weight = self.carry + self.ONE, sum(who.values())
        self.carry = total % weight
        for one, share in who.items():
            self.owed[one] += share * (total // weight)
        self.owed[rep] -= self.ONE
        self.slots[rep] -= 1


@scenario("the rounds of a rotation, and who is late, follow as the manual has it")
def rounds(stack):
    stack.start(dict(desk(policy="rotation"),
                     reps=[{"id": r, "share": SHARES[r], "skills": SKILLS[r]} for r in TEAM]))
    for part in range(24):
        away = [r for n, r in enumerate(TEAM) if (part * 7 + 3 * n) % 5 < 2][:2]
        for rep in away:
            stack.add({"type": "signal", "rep": rep, "status": "away"})
        stack.add_many([{"type": "ticket", "id": "t-%d-%d" % (part, n), "team": "sales",
                         "kind": "order", "skills": [[], ["de"], []][n % 3]}
                        for n in range(5 + part % 9)])
        stack.settle()
        for rep in away:
            stack.add({"type": "signal", "rep": rep, "status": "available"})
        stack.settle()
    lines = [json.loads(line) for line in exported(stack).splitlines()]
    skills = {line["ticket"]: tuple(line["message"].get("skills", ())) for line in lines
              if line["what"] == "ticket"}
    of, lates, checked = {}, 0, 0
    for deal in (line for line in lines if line["what"] == "deal" and line["eligible"]):
        own = of.setdefault(skills[deal["ticket"]], Rounds())
        who = {e["rep"]: e["share_ppm"] for e in deal["eligible"]}
        late = own.before(who)
        assert {e["rep"]: e["slots"] for e in deal["eligible"]} == {r: own.slots[r] for r in who}, deal
        assert [e["rep"] for e in deal["eligible"] if e["late"]] == late, (deal, late)
        own.after(who, deal["rep"])
        lates, checked = lates + (len(late) > 0), checked + 1
    assert checked > 150, checked
    note("%d rounds' deals, of %d somebody was late" % (checked, lates))
    assert check(exported(stack))[0] == ["ok"]


# ---- The chain.

def u(n):
    n %= 1 << 64
    return bytes([n]) if n < 128 else bytes([n % 128 + 128]) + u(n // 128)


def i(n):
    return u(2 * (n or 0) if (n or 0) >= 0 else -2 * n - 1)


def s(x):
    data = x.encode() if isinstance(x, str) else bytes(x or b"")
    return u(len(data)) + data


COLUMNS = {"id": 1, "team": 2, "kind": 4, "source": 8, "value": 16, "priority": 128, "rep": 8192,
           "reason": 65536, "csat": 524288, "handled": 1048576, "happened": 2097152,
           "actor": 16777216}


def row_bytes(row, change, effects):
    ticket, image = change or (0, None)
    said = sum(bit for name, bit in COLUMNS.items() if row[name] is not None)
    out = [u(row["input"]), i(row["type"]), i(row["at"]), uuid.UUID(row["identity"]).bytes,
           uuid.UUID(row["digest"]).bytes, u(row["stream_ms"] or 0), u(row["stream_no"] or 0), u(said)]
    out += [s(row[name]) for name in ("source", "id", "team", "kind", "rep", "actor", "reason",
                                      "word", "rest")] + [s(image)]
    out += [i(row["value"]), i(row["handled"]), i(row["happened"]), u(row["priority"] or 0),
            u(row["csat"] or 0), bytes([row["until"] is not None]), i(row["until"]), u(ticket),
            u(len(effects))]
    for e in effects:
        draws, detail = bytes(e["draws"] or b""), bytes(e["detail"] or b"")
        results = [int.from_bytes(draws[at:at + 8], "big") for at in range(0, len(draws), 8)]
        out += [u(e["seq"]), bytes([e["type"] | (0x80 if detail else 0)]), u(e["ticket"] or 0),
                s(e["team"]), s(e["rep"]), s(e["was"]), s(e["why"]), u(e["epoch"] or 0),
                u(e["eligible"] or 0), u(e["weight"] or 0), u(len(results)), *map(u, results)]
        out += [s(detail)] if detail else []
    return b"".join(out)


def rows_of(stack, table):
    names = [c[0] for c in stack.sql("SELECT column_name FROM information_schema.columns WHERE"
                                     " table_schema = 'evenhand' AND table_name = %s", table)]
    return [dict(zip(names, r)) for r in stack.sql(
        "SELECT %s FROM %s ORDER BY %s" % (", ".join('"%s"' % n for n in names), table,
                                           "seq" if table == "effect" else "input"))]


@scenario("the chain and the checkpoints are what the manual says")
def chain(stack):
    daemon = busy(stack)
    assert daemon.stop() == 0
    changes = {c["input"]: (c["ticket"], c["image"]) for c in rows_of(stack, "ticket_change")}
    hashes = {c["input"]: bytes(c["hash"]) for c in rows_of(stack, "chain")}
    effects, hashed, met = {}, bytes(32), 0
    for e in rows_of(stack, "effect"):
        effects.setdefault(e["input"], []).append(e)
    for row in rows_of(stack, "input"):
        data = row_bytes(row, changes.get(row["input"]), effects.get(row["input"], []))
        hashed = hashlib.blake2b(hashed + data, digest_size=32).digest()
        if row["input"] in hashes:
            assert hashes[row["input"]] == hashed, "another chain as of input %d" % row["input"]
            met += 1
    assert met == len(hashes) > 10 and bytes(rows_of(stack, "head")[0]["chain"]) == hashed
    with open(stack.dir + "/checkpoints", encoding="ascii") as f:
        lines = [line.split() for line in f]
    assert lines and all(hashes[int(no)].hex() == link for no, _, link in lines), lines


@scenario("a rep checks their own ticket")
def own(stack):
    busy(stack)
    name = stack.sql1("SELECT i.id FROM effect e JOIN input i ON i.input = e.ticket WHERE e.type = 1"
                      " AND e.why = 'balanced' AND e.draws IS NOT NULL AND e.epoch = 0 AND"
                      " e.ticket NOT IN (SELECT ticket FROM effect WHERE type = 5)"
                      " ORDER BY e.seq LIMIT 1")
    told = stack.cli("--json", "ticket", name)[1]
    faults, (draws, _, awaiting, _, _) = check(told)
    assert faults == ["ok"] and draws >= 2 and awaiting == 0, (faults, told)
    ticket = json.loads(told)
    for key in ("digest", "seed", "commitment"):
        receipt = dict(ticket["receipt"])
        receipt[key] = "0" * len(receipt[key])
        assert check(json.dumps(dict(ticket, receipt=receipt)))[0] != ["ok"], key
    assert check(json.dumps(dict(ticket, id="another")))[0] != ["ok"]
    for text, args, why in (("", (), "nothing to check"), ("{}\n", (), "line 1"),
                            ("x\n", (), "line 1"), (told, ("/nowhere",), "/nowhere")):
        done = checker(text, *args)
        assert done.returncode == 2 and why in done.stderr and "Traceback" not in done.stderr, done
    late = stack.cli("--json", "ticket", stack.sql1(
        "SELECT i.id FROM effect e JOIN input i ON i.input = e.ticket WHERE e.type = 1 AND e.epoch ="
        " 2 AND e.why = 'balanced' AND e.draws IS NOT NULL ORDER BY e.seq DESC LIMIT 1"))[1]
    assert check(late)[1][2] >= 2, late


run()
