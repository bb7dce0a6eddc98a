"""authority_kit: a desk with a user for every role, and every address of the admin socket.

    start(stack)
    for method, pattern, roles in routes():
        for path in addresses(pattern):
            answer = ask(stack, USERS["manager"], method, path)
"""
import json
import os
import pwd
import re
import threading

from harness import CHECKOUT, Answer, Skip, UnixConnection, is_root, patience, patiently

# Users every Debian has. Each role of the desk is one of them.
USERS = {"stranger": "nobody", "helpdesk": "mail", "auditor": "news", "operator": "root",
         "manager": "games", "rep": "man"}
OTHER_MANAGER, OTHER_REP = "lp", "irc"
TEAMS = {"sales": ["ana", "ben"], "support": ["ben", "cai"]}
# What gives somebody away: each value stands in one place of the desk alone.
SHARES = {"ana": "91%", "ben": "82%", "cai": "73%"}
SINCE = {"ana": "2019-01-02", "ben": "2018-03-04", "cai": "2017-05-06"}
ACCOUNTS = {"ana": "ana@desk.example", "ben": "ben@desk.example", "cai": "cai@desk.example"}
VALUES = {"sales-ana": 700100, "sales-ben": 700200, "support-ben": 700300, "support-cai": 700400}


def desk():
    users = {"ana": USERS["rep"], "ben": OTHER_REP}
    reps = [dict({"id": rep, "name": rep.title(), "share": SHARES[rep], "since": SINCE[rep],
                  "accounts": {"default": ACCOUNTS[rep]}},
                 **({"user": users[rep]} if rep in users else {})) for rep in SHARES]
    managers = {"sales": USERS["manager"], "support": OTHER_MANAGER}
    plan = {"from": "2020-01", "encourages": "a", "discourages": "b", "target_pool": "3000.00",
            "max_pool": "4500.00", "split": {"equal": "100%"},
            "metrics": [{"metric": "revenue", "weight": "100%",
                         "curve": [["10.00", "0%"], ["250.00", "100%"]]}],
            "funding": [["60%", "0%"], ["100%", "100%"]]}
    return {"desk": "main", "currency": "EUR", "time_zone": "UTC",
            "kinds": {"order": {"points": 1}}, "reps": reps,
            "teams": [{"id": team, "reps": members, "managers": [managers[team]]}
                      for team, members in TEAMS.items()],
            "plans": [dict(plan, id="plan-of-" + team, team=team) for team in TEAMS]}


def start(stack, whole=None, **config):
    """`whole`: another desk; further keys of evenhandd.yaml may follow."""
    if not is_root():
        raise Skip("only root can ask as somebody else")
    stack.start(whole or desk(), **{"helpdesks": [USERS["helpdesk"]],
                                    "auditors": [USERS["auditor"]], **config})
    os.chmod(stack.daemon.socket, 0o666)  # as if all of them were in the socket's group
    for name, value in VALUES.items():
        team, rep = name.split("-")
        stack.add_ticket(name, team=team, owner=rep, value=value)
    stack.settle()


def routes():
    """(method, pattern, roles) of every row of the daemon's table."""
    with open(os.path.join(CHECKOUT, "daemon", "evenhandd", "admin", "api", "routes.h"), encoding="utf-8") as f:
        text = f.read().replace("\\\n", " ")
    named = {name: set(re.findall(r"EH_MAY_(\w+)", value)) for name, value in
             re.findall(r"#define (EH_ADMIN_READERS|EH_ADMIN_MANAGERS)\s+(.*)", text)}
    named["EH_MAY_ANY"] = {"OPERATOR", "HELPDESK", "AUDITOR", "MANAGER", "REP"}
    rows = re.findall(r'ROUTE\("(GET|POST|PUT)", "([^"]*)", "[^"]*",\s*([^,]*?),\s*(?:true|false)', text)
    assert len(rows) > 25, rows
    for method, pattern, who in rows:
        roles = set(re.findall(r"EH_MAY_(OPERATOR|HELPDESK|AUDITOR|MANAGER|REP)\b", who))
        for name, value in named.items():
            roles |= value if re.search(r"\b%s\b" % name, who) else set()
        yield method, re.sub(r"\{\w+\}", ":", pattern), {role.lower() for role in roles}


def addresses(pattern):
    """Every address of a pattern on this desk."""
    if "/teams/:" in pattern:
        texts = [pattern.replace("/teams/:", "/teams/" + team) for team in TEAMS]
    elif "/reps/:" in pattern:
        texts = [pattern.replace("/reps/:", "/reps/" + rep) for rep in SHARES]
    elif "/tickets/:/:" in pattern:
        texts = [pattern.replace("/tickets/:/:", "/tickets/default/" + name) for name in VALUES]
    elif pattern == "/v1/tickets":
        texts = [pattern] + [pattern + "?team=" + team for team in TEAMS] + \
            [pattern + "?rep=" + rep for rep in SHARES]
    else:
        texts = [pattern]
    texts = [text.replace("/periods/:", "/periods/2020-02").replace("/dead/:", "/dead/1")
             for text in texts]
    of_period = ("/pool", "/pool/days", "/plan", "/metrics")
    return [text + "?period=2020-02" if "/teams/" in text and text.endswith(of_period) else text
            for text in texts]


ONE = threading.Lock()  # an effective user id is the whole process's


def as_user(user, do):
    """do() with the effective user id of `user`: who connects meanwhile is that user."""
    with ONE:
        os.seteuid(pwd.getpwnam(user).pw_uid)
        try:
            return do()
        finally:
            os.seteuid(0)


class Door(UnixConnection):
    """A connection of a Unix user's."""

    def __init__(self, stack, user):
        super().__init__(stack.daemon.socket, patience(30))
        self.user = user

    def connect(self):
        as_user(self.user, super().connect)

    def ask(self, method, path, body=None, headers=()):
        """`headers` are pairs, so that one may come twice."""
        text = None if body is None else body if isinstance(body, str) else json.dumps(body)
        self.putrequest(method, path)
        for name, value in headers:
            self.putheader(name, value)
        if text is not None:
            self.putheader("Content-Length", str(len(text)))
        self.endheaders(None if text is None else text.encode())
        answer = self.getresponse()
        return Answer(answer.status, answer.read().decode("utf-8", "replace"))


def once(stack, user, method, path, body=None, headers=()):
    """What is answered at the first time of asking."""
    door = Door(stack, user)
    try:
        return door.ask(method, path, body, headers)
    finally:
        door.close()


def ask(stack, user, method, path, body=None, headers=()):
    return patiently(lambda: once(stack, user, method, path, body, headers))
