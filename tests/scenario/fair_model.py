"""fair_model: who is entitled to what of what was dealt, what chance each had, and what a report
says of it, out of the messages and of who got each ticket, in exact fractions.

It is written from the rules that people read, and shares no code with the program.

    team = Team("balanced", Fraction(1, 2), {"ana": Rep(share=PPM, skills=["sap"])})
    team.signal("ana", "away")
    chances = team.deal(value=900, skills=[], rep="bo")   # {rep: chance}, {} when nothing was drawn
    team.end(points, "bo")                                # closed: room again

`capacity` is points of open work for a full share, 0: no bound.
"""
from fractions import Fraction

PPM = 1000000
CAP_MEANS = 10
NANO = 10 ** 9
ALIKE = Fraction(1, 10 ** 5)  # so near, the ledger's rounding tells them apart, or does not


def half_away(exact):
    sign = -1 if exact < 0 else 1
    return sign * int(abs(exact) + Fraction(1, 2))


class Rep:
    def __init__(self, share=PPM, skills=()):
        self.share, self.skills, self.state = share, set(skills), "available"
        self.points = 0  # of open work
        self.entitled = self.entitled_value = Fraction(0)
        self.received = self.received_value = 0
        self.expected = self.expected_value = self.drawn_expected = Fraction(0)
        self.variance, self.drawn = Fraction(0), 0


class Team:
    def __init__(self, policy, value_weight, reps, capacity=0):
        self.policy, self.v, self.reps, self.capacity = policy, value_weight, reps, capacity
        self.dealt = self.dealt_value = 0
        self.most, self.draws = Fraction(0), 0
        self.covariance = {}
        self.slack = 0.0  # chances that hang on what a division of the ledger left over

    # ---- who could have it

    def signal(self, rep, state):
        self.reps[rep].state = state

    def has_room(self, rep):
        return not self.capacity or rep.points * PPM < self.capacity * rep.share

    def eligible(self, skills):
        return sorted(name for name, rep in self.reps.items() if rep.state == "available" and
                      set(skills) <= rep.skills and self.has_room(rep))

    # ---- chances

    def chances(self, names, booked, mean):
        """{rep: chance} of those who could have it. Rotation: as if each round were new."""
        shares = {name: self.reps[name].share for name in names}
        whole = sum(shares.values())
        if self.policy in ("random", "rotation"):
            return {name: Fraction(share, whole) for name, share in shares.items()}
        if self.policy == "least_loaded":
            load = {name: Fraction(self.reps[name].points, shares[name]) for name in names}
            least = [name for name in names if load[name] == min(load.values())]
            return {name: Fraction(name in least, len(least)) for name in names}
        return self.of_two(shares, whole, {n: self.score(n, booked, mean) for n in names})

    def score(self, name, booked, mean):
        """What is owed before this ticket; dv / M is rounded to 10^-9."""
        rep = self.reps[name]
        count = rep.entitled - rep.received
        value = Fraction(half_away((rep.entitled_value - rep.received_value) * NANO / mean), NANO)
        return (1 - self.v) * count + self.v * Fraction(booked, mean) * value

    def of_two(self, shares, whole, scores):
        """Two different ones by share; the higher score, of equal ones either."""
        found = dict.fromkeys(shares, Fraction(0))
        for a in shares:
            for b in shares:
                if a == b:
                    continue
                pair = Fraction(shares[a], whole) * Fraction(shares[b], whole - shares[a])
                if abs(scores[a] - scores[b]) < ALIKE:
                    self.slack += float(pair)
                if scores[a] == scores[b]:
                    found[a] += pair / 2
                    found[b] += pair / 2
                else:
                    found[a if scores[a] > scores[b] else b] += pair
        return found

    # ---- a deal

    def mean(self, value):
        return max(1, (self.dealt_value + value) // (self.dealt + 1))

    def deal(self, value, points, skills, rep, drawn):
        """Somebody got it; drawn: nobody had named them. Returns their chances, {}: not drawn."""
        names, mean = self.eligible(skills), self.mean(value)
        booked = min(value, CAP_MEANS * mean)
        drawn = drawn and len(names) > 1
        chances = self.chances(names, booked, mean) if drawn else {}
        assert not drawn or chances.get(rep), (rep, chances)
        self.entitle(names or [rep], booked)
        self.dealt, self.dealt_value = self.dealt + 1, self.dealt_value + value
        got = self.reps[rep]
        got.received, got.received_value = got.received + 1, got.received_value + booked
        got.points += points
        if drawn:
            self.expect(chances, booked)
            got.drawn += 1
        else:
            got.expected, got.expected_value = got.expected + 1, got.expected_value + booked
        return chances

    def entitle(self, names, booked):
        whole = sum(self.reps[name].share for name in names)
        for name in names:
            part = Fraction(self.reps[name].share, whole)
            self.reps[name].entitled += part
            self.reps[name].entitled_value += part * booked

    def expect(self, chances, booked):
        self.most, self.draws = self.most + max(chances.values()), self.draws + 1
        for name, p in chances.items():
            rep = self.reps[name]
            rep.expected, rep.expected_value = rep.expected + p, rep.expected_value + p * booked
            rep.drawn_expected, rep.variance = rep.drawn_expected + p, rep.variance + p * (1 - p)
            for other, q in chances.items():
                key = name, other
                self.covariance[key] = self.covariance.get(key, 0) + float(
                    (p if name == other else 0) - p * q)

    def end(self, rep, points):
        self.reps[rep].points -= points

    def hand_over(self, was, rep, booked, points):
        """By hand: the receipt goes along, the entitlement stays."""
        for name, sign in ((was, -1), (rep, 1)):
            of = self.reps[name]
            of.received, of.received_value = of.received + sign, of.received_value + sign * booked
            of.points += sign * points

    # ---- what the report says

    def jain(self, pairs):
        """Of (entitled, received)."""
        pairs = [(a, g) for a, g in pairs if a > 0]
        a, ar = sum(a for a, _ in pairs), sum(g for _, g in pairs)
        squares = sum(a * (g / a) ** 2 for a, g in pairs)
        return ar ** 2 / (a * squares) if squares else None

    def gini(self, pairs):
        """Half the mean difference of two rates over their mean, both drawn by entitlement."""
        pairs = [(a, g / a) for a, g in pairs if a > 0]
        whole = sum(a for a, _ in pairs)
        mean = sum(a * r for a, r in pairs) / whole
        apart = sum(a * b * abs(r - s) for a, r in pairs for b, s in pairs)
        return apart / (2 * whole ** 2 * mean) if mean else None

    def chi_square(self):
        """Of those who had a chance, without the last: all of them together are always right."""
        names = sorted({name for name, _ in self.covariance})[:-1]
        rows = [[self.covariance.get((a, b), 0.0) for b in names] +
                [float(self.reps[a].drawn - self.reps[a].drawn_expected)] for a in names]
        off = [row[-1] for row in rows]
        for i, row in enumerate(rows):
            best = max(range(i, len(rows)), key=lambda k: abs(rows[k][i]))
            rows[i], rows[best] = rows[best], rows[i]
            row = rows[i]
            for k in range(len(rows)):
                if k != i:
                    times = rows[k][i] / row[i]
                    rows[k] = [x - times * y for x, y in zip(rows[k], row)]
        return sum(o * row[-1] / row[i] for i, (o, row) in enumerate(zip(off, rows))), len(names)
