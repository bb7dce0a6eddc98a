"""erasure_kit: where in a database a text stands, in whatever form somebody could make of a guess; and
entries of the stream that come to nothing.
"""
import hashlib
import json
import re

import redis

from harness import INBOX, wait_until


def blake(domain, data):
    return hashlib.blake2b(b"evenhand hash v1" + bytes([domain]) + data, digest_size=16).digest()


def traces(text, bodies=()):
    """What anybody could make of a guess without a salt."""
    data = text.encode()
    made = [data, hashlib.sha256(data).digest(), hashlib.sha256(data).digest()[:16],
            hashlib.md5(data).digest()]
    for known in (data, *bodies):
        made += [blake(domain, known) for domain in range(1, 9)]
        made += [hashlib.sha256(known).digest()]
    return made


def everything(stack, but=()):
    """Each value of each table as text, bytes in hexadecimal: (table, column, text)."""
    tables = stack.sql("SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace ="
                       " 'evenhand'::regnamespace")
    for (table,) in tables:
        if table in but:
            continue
        for (row,) in stack.sql("SELECT row_to_json(t)::text FROM evenhand.%s t" % table):
            for column, value in json.loads(row).items():
                yield table, column, str(value)


def found(stack, wanted, but=()):
    """Where one of these byte strings stands."""
    shapes = {}
    for data in wanted:
        shapes[data.hex()] = data
        digits = data.hex()
        if len(data) == 16:
            shapes["-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))] = data
        try:
            shapes[data.decode()] = data
        except UnicodeDecodeError:
            pass
    pattern = re.compile("|".join(re.escape(s) for s in shapes))
    return sorted({(table, column) for table, column, text in everything(stack, but)
                   if pattern.search(text)})


def entry(message, **more):
    return json.dumps(dict(message, **more), ensure_ascii=False).encode()


def send(stack, *messages):
    """Entries as they are; returns their ids."""
    raw = redis.Redis(unix_socket_path=stack.redis_server.socket)
    return [raw.xadd(INBOX, {"j": message if isinstance(message, bytes) else entry(message)}).decode()
            for message in messages]


def counts(stack):
    return tuple(stack.sql1("SELECT count(*) FROM " + t) for t in ("input", "effect", "dead"))


def repeats(stack):
    return stack.daemon.get("/v1/status").json["repeats"]


def comes_to_nothing(stack, messages):
    """They are repeats, each of them."""
    before, known = counts(stack), repeats(stack)
    send(stack, *messages)
    stack.settle()
    wait_until("each is a repeat", lambda: repeats(stack) == known + len(messages))
    assert counts(stack)[1:] == before[1:], (before, counts(stack))
