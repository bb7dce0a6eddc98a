"""bridge_kit: evenhand-bridge beside a Stack, with a stub for a helpdesk.

    bridge = Bridge(stack, stub.url, owner="report")
    bridge.start()
    hook = bridge.webhook()
    assert hook.send(ticket("1"))[0] == 204
    bridge.stop()
"""
import hashlib
import hmac
import http.client
import json
import os
import subprocess
import time

from harness import BUILD, CHECKOUT, UnixConnection, default_desk, outbox_last, patience, wait_until
from helpdesk_stub import Webhook

PROGRAM = os.environ.get("EVENHAND_BRIDGE", os.path.join(BUILD, "daemon/bridge/evenhand-bridge"))
SECRET = "the secret of the webhooks"
TOKEN = "the secret of the bridge"


def account_of(rep):
    return rep + "@shop.example"


def desk(source="help", **changes):
    """The default desk, whose reps have an account at the helpdesk."""
    whole = default_desk(**changes)
    whole["reps"] = [dict(rep, accounts={source: account_of(rep["id"])}) for rep in whole["reps"]]
    return whole


def ticket(number, **more):
    """As the profile `generic` takes it."""
    return dict({"id": number, "group": "Sales", "kind": "order", "value": 12995, "open": True}, **more)


def sign(secret):
    def made(body):
        stamp = str(int(time.time()))
        over = stamp.encode() + b"." + body
        return {"X-Evenhand-Timestamp": stamp,
                "X-Evenhand-Signature": "sha256=" + hmac.new(secret.encode(), over,
                                                             hashlib.sha256).hexdigest()}
    return made


class Bridge:
    """One connection, `help`, in folders of its own below the Stack's."""

    def __init__(self, stack, url, name="help", **settings):
        self.stack, self.name = stack, name
        self.folder = os.path.join(stack.dir, "bridge.d")
        self.state = os.path.join(stack.dir, "b-" + name)
        self.log = os.path.join(stack.dir, name + ".log")
        self.listen = os.path.join(stack.dir, name + ".hook")
        self.process = None
        os.makedirs(self.folder, exist_ok=True)
        self.secret("token", TOKEN)
        self.secret("hook", SECRET)
        self.settings = dict({
            "profile": "generic", "url": url, "secret_file": "token", "webhook_secret_file": "hook",
            "profiles": os.path.join(CHECKOUT, "config", "bridge"), "state": self.state,
            "listen": self.listen, "groups": {"Sales": "sales", "Support": "support"},
            "kinds": {"default": "query"}, "outcomes": {"closed": "resolved", "merged": "cancelled"},
            "redis": stack.redis_server.socket, "admin_socket": stack.dir + "/d.sock",
            "account": "bridge@shop.example", "rate": "1000/s"}, **settings)
        self.listen = self.settings["listen"]
        self.write()

    def secret(self, name, text):
        path = os.path.join(self.folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
                  encoding="utf-8") as f:
            f.write(text + "\n")

    def write(self, **changes):
        self.settings.update(changes)
        with open(os.path.join(self.folder, self.name + ".yaml"), "w", encoding="utf-8") as f:
            json.dump(self.settings, f, indent=1)

    def run(self, *arguments):
        """Runs the program to its end; returns (exit code, output)."""
        done = subprocess.run([PROGRAM, "--folder", self.folder, *arguments], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=patience(60))
        return done.returncode, done.stdout

    def start(self, ready=True):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "--folder", self.folder, "--connection", self.name, "--verbose"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if ready:
            self.wait("runs with Redis", lambda: self.status().get("redis"))
        return self

    def wait(self, what, check, seconds=20):
        def living():
            code = self.process.poll()
            assert code is None, "the bridge ended with %s: %s" % (code, self.last_words())
            return check()
        return wait_until("the bridge " + what, living, seconds)

    def last_words(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return "".join(f.readlines()[-15:])

    def ask(self, method, path):
        connection = UnixConnection(os.path.join(self.state, "control"), patience(15))
        try:
            connection.request(method, path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def status(self):
        """{} while nothing answers."""
        try:
            return self.ask("GET", "/status")
        except (OSError, http.client.HTTPException, ValueError):
            return {}

    def settle(self, seconds=60):
        """Waits until all that stands on the outbox was read, and each owner of it is set or parked."""
        def done():
            owners = self.status().get("owners", {})
            return owners.get("waiting") == 0 and owners["read"] >= outbox_last(self.stack.redis)
        self.wait("has set all that was decided", done, seconds)

    def webhook(self, secret=SECRET):
        return Webhook(self.listen, secret, sign=sign(secret))

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait(patience(10))

    def stop(self):
        """SIGTERM; returns the exit code."""
        self.process.terminate()
        return self.process.wait(patience(30))


def certificate(folder, name="own", under=()):
    """(certificate, key) of localhost, which nobody else has signed. `under`: a command that runs openssl."""
    paths = [os.path.join(folder, name + end) for end in (".crt", ".key")]
    subprocess.run([*under, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-out", paths[0], "-keyout", paths[1]], check=True, capture_output=True, timeout=patience(30))
    return paths


def owner_of(stack, number, source="help"):
    """The account that evenhand wants, or None."""
    answer = stack.daemon.get("/v1/tickets/%s/%s" % (source, number))
    return answer.json.get("account") if answer.code == 200 else None


def rep_of(account):
    return account.partition("@")[0] if account else None


# ---- with an OwnerStub


def owners(stub):
    return {t: changes[-1] for t, changes in stub.history().items()}


def once(hook, name):
    """The helpdesk tells of a ticket. Whether that was taken."""
    try:
        return hook.send(ticket(name, value=100, account=None))[0] == 204
    except (OSError, http.client.HTTPException):
        return False


def create(stub, bridge, names):
    hook = bridge.webhook()
    for name in names:
        stub.add(name)
        wait_until("%s is taken" % name, lambda: once(hook, name), 60, 0.05)


def have_owners(stub, count):
    return len([owner for owner in owners(stub).values() if owner]) == count
