#!/usr/bin/python3
"""bridge_proxy: the examples for nginx and Caddy in config/bridge/proxy: their own programs accept them, and
in front of a bridge they let a webhook through, and nothing else. Skipped where they are not installed.
"""
import contextlib
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess

from bridge_kit import SECRET, Bridge, certificate, desk, sign, ticket
from harness import CHECKOUT, Skip, patience, run, scenario, wait_until
from helpdesk_stub import Helpdesk

EXAMPLES = os.path.join(CHECKOUT, "config", "bridge", "proxy")
LISTEN = "127.0.0.1:8399"  # in the examples
MIB = 1 << 20


def program(name):
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if not found:
        raise Skip("%s is not installed here; tools/test installs it" % name)
    return found


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def example(name):
    with open(os.path.join(EXAMPLES, name), encoding="utf-8") as f:
        return f.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def changed(text, *pairs):
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def nginx(folder, port, to):
    """The call that serves the example, with a certificate and a port of the test's own."""
    crt, key = certificate(folder)
    server = changed(example("nginx.conf"), (LISTEN, to), ("bridge.example.com;", "localhost;"),
                     ("    listen [::]:443 ssl http2;\n", ""), ("443", "127.0.0.1:%d" % port),
                     ("/etc/letsencrypt/live/bridge.example.com/fullchain.pem", crt),
                     ("/etc/letsencrypt/live/bridge.example.com/privkey.pem", key))
    write(os.path.join(folder, "server.conf"), server)
    places = "".join("%s_temp_path %s/n-%s;\n" % (kind, folder, kind)
                     for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole = write(os.path.join(folder, "nginx.conf"),
                  "daemon off;\nmaster_process off;\npid %s/nginx.pid;\nerror_log stderr;\nevents {}\n"
                  "http {\naccess_log off;\n%sinclude %s/server.conf;\n}\n" % (folder, places, folder))
    return [program("nginx"), "-e", "stderr", "-p", folder, "-c", whole]


def caddy(folder, port, to):
    crt, key = certificate(folder)
    whole = changed(example("Caddyfile"), (LISTEN, to), ("{\n\tservers {", "{\n\tadmin off\n\tauto_https off\n\tservers {"),
                    ("bridge.example.com {", "https://localhost:%d {\n\ttls %s %s" % (port, crt, key)))
    return [program("caddy"), "run", "--adapter", "caddyfile", "--config",
            write(os.path.join(folder, "Caddyfile"), whole)]


@contextlib.contextmanager
def serving(call, folder, port):
    env = dict(os.environ, HOME=folder, XDG_DATA_HOME=folder, XDG_CONFIG_HOME=folder)
    with open(os.path.join(folder, "proxy.log"), "wb") as log:
        process = subprocess.Popen(call, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env)

    def answers():
        assert process.poll() is None, open(os.path.join(folder, "proxy.log"), encoding="utf-8").read()[-1000:]
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
    try:
        wait_until("the proxy answers", answers)
        yield
    finally:
        process.terminate()
        process.wait(patience(20))


def ask(folder, port, method, path, body, headers):
    """Over TLS, whose certificate is verified. None: it hung up before all was sent."""
    context = ssl.create_default_context(cafile=os.path.join(folder, "own.crt"))
    connection = http.client.HTTPSConnection("localhost", port, timeout=patience(20), context=context)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json", **headers})
        return connection.getresponse().status
    except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
        return None
    finally:
        connection.close()


def lets_webhooks_through(stack, proxy):
    port, hook = free_port(), free_port()
    call = proxy(stack.dir, port, "127.0.0.1:%d" % hook)
    stack.start(desk())
    with Helpdesk() as stub, serving(call, stack.dir, port):
        bridge = Bridge(stack, stub.url, listen="127.0.0.1:%d" % hook, sweep="off")
        try:
            bridge.start()
            body = ('{"v": 1, "tickets": [%s]}' % str(ticket("1")).replace("'", '"').replace("True", "true")).encode()
            send = lambda method, path, body: ask(stack.dir, port, method, path, body, sign(SECRET)(body))
            assert send("POST", "/zammad", body) == 204
            assert send("POST", "/zammad", body + b" " * (MIB - len(body))) == 204
            too_large = (None, 413, 502)  # Caddy 2.6 has said 502 once its way on was cut
            assert send("POST", "/zammad", body + b" " * (MIB + 1 - len(body))) in too_large
            assert send("POST", "/zammad", b" " * (2 * MIB)) in too_large
            assert ask(stack.dir, port, "POST", "/zammad", body, sign("another")(body)) == 403
            assert send("POST", "/", body) == send("POST", "/zammad/x", body) == 404
            assert send("GET", "/zammad", b"") in (403, 404)
            stack.settle()
            assert stack.daemon.get("/v1/tickets/help/1").code == 200
            assert bridge.status()["webhooks"]["taken"] == 2, bridge.status()
            bridge.stop()
            assert send("POST", "/zammad", body) in (502, 503)
        finally:
            bridge.kill()


@scenario("nginx accepts its example, and lets webhooks through, and nothing else")
def with_nginx(stack):
    call = nginx(stack.dir, free_port(), LISTEN)
    done = subprocess.run(call + ["-t"], capture_output=True, text=True, timeout=patience(30))
    assert done.returncode == 0 and "test is successful" in done.stderr, done.stderr
    assert not re.search("warn", done.stderr), done.stderr
    lets_webhooks_through(stack, nginx)


@scenario("Caddy accepts its example, and lets webhooks through, and nothing else")
def with_caddy(stack):
    done = subprocess.run([program("caddy"), "validate", "--adapter", "caddyfile", "--config",
                           os.path.join(EXAMPLES, "Caddyfile")], capture_output=True, text=True,
                          timeout=patience(30), env=dict(os.environ, HOME=stack.dir, XDG_DATA_HOME=stack.dir))
    assert done.returncode == 0, done.stderr
    lets_webhooks_through(stack, caddy)


if __name__ == "__main__":
    run()
