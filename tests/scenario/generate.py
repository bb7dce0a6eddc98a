#!/usr/bin/python3
"""generate: seeded ticket histories as CSV, for scenarios that want many tickets.

    generate.py ROWS SEED >tickets.csv

Values are skewed as real ones are (many small, few large); about one in eight is still open.
"""
import csv
import datetime
import random
import sys

COLUMNS = ["ticket_id", "opened_at", "kind", "team", "customer", "value_minor", "currency",
           "historical_rep", "closed_at", "outcome", "csat", "reassignments", "priority"]
TEAMS = {"North Sales": ["Nina Berg", "Omar Vik", "Pia Lund", "Rolf Dahl"],
         "Big Deals": ["Siri Moe", "Tor Aas"],
         "support": ["lars", "mei", "tove", "uma", "vidar"]}
CUSTOMERS = ["Alder", "Birk", "Cirrus", "Dram", "Elv & Sønner", "Furu \"Tre\"", "Gran, Holt", "Hei"]
START = datetime.datetime(2025, 1, 6, 8, 0)


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def row(number, moment, rng):
    team = rng.choice(list(TEAMS))
    kind = "query" if team == "support" else rng.choice(["order", "quote", "quote", "query"])
    value = "" if kind == "query" else int(rng.lognormvariate(10, 1.4))
    if rng.random() < 0.125:
        outcome, closed = "open", ""
    else:
        outcome = "resolved" if kind == "query" else rng.choice(["won", "lost", "won"])
        closed = stamp(moment + datetime.timedelta(minutes=rng.randint(5, 20000)))
    return [
        "T-%05d" % number, stamp(moment), kind, team, rng.choice(CUSTOMERS), value,
        "EUR" if value != "" else "", rng.choice(TEAMS[team]), closed, outcome,
        rng.choice(["", "", "3", "4", "5"]) if kind == "query" and closed else "", "0",
        rng.choice(["", "", "0", "5", "9"]),
    ]


def generate(rows, seed):
    """The rows of a history, oldest first."""
    rng, moment = random.Random(seed), START
    result = []
    for number in range(rows):
        moment += datetime.timedelta(seconds=rng.randint(1, 1800))
        result.append(row(number, moment, rng))
    return result


def write(file, rows):
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)


if __name__ == "__main__":
    write(sys.stdout, generate(int(sys.argv[1]), int(sys.argv[2])))
