"""helpdesk_stub: a helpdesk that answers from a table, and sends webhooks.

    with Helpdesk() as desk:
        desk.answer("PUT", "/tickets/([^/]+)/owner", lambda ask: (200, {"done": True}))
        desk.answer("GET", "/tickets", [500, "reset", (200, {"tickets": []})])   # in turn; the last stays
        …
        desk.asked("PUT")                                   # requests so far, as Asked
        Webhook(address, secret, "X-Signature").send({"id": "1"})

An answer is a status, (status, body), (status, body, headers), "reset" (the connection is reset),
"half" (half of an answer, then the end), "silence" (nothing, until the stub stops), "drip" (a byte a
second behind the head), "trickle" (a byte a minute from the first on), or a function of Asked that returns one of these. A list is answers in turn.
"""
import base64
import hashlib
import hmac
import http.client
import http.server
import json
import re
import socket
import struct
import threading
import time


class Asked:
    """A request that came."""

    def __init__(self, method, path, headers, body, match):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.match = match
        self.at = time.monotonic()
        try:
            self.json = json.loads(body) if body else None
        except ValueError:
            self.json = None

    def __repr__(self):
        return "%s %s %s" % (self.method, self.path, self.body[:200])


class Rule:
    def __init__(self, method, path, answers):
        self.method, self.path = method, re.compile(path)
        self.answers = list(answers) if isinstance(answers, list) else [answers]

    def next(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Helpdesk:
    """Listens on the loopback; `url` is its address. An unknown request is answered 404. context: of
    TLS, as localhost."""

    def __init__(self, port=0, context=None):
        self.rules, self.requests, self.connections = [], [], set()
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.server = None
        self.port, self.context = port, context
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    @property
    def url(self):
        return "%s:%d" % ("https://localhost" if self.context else "http://127.0.0.1", self.port)

    def start(self):
        """Once more on the same port, after stop()."""
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words):
                pass

            def setup(self):
                super().setup()
                stub.connections.add(self.connection)

            def finish(self):
                stub.connections.discard(self.connection)
                super().finish()

            def handle_any(self):
                stub.handle(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 256

            def handle_error(self, *who):
                pass  # whoever asked has left

        self.stopping.clear()
        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_port
        if self.context:
            self.server.socket = self.context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        if self.server:
            self.stopping.set()
            self.server.shutdown()
            self.server.server_close()
            self.server = None
            for connection in list(self.connections):  # one that is kept open would be served on
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # whoever asked has left

    # -- the table

    def answer(self, method, path, answers):
        """The latest rule that matches the whole path, with its query, is the one."""
        with self.lock:
            self.rules.insert(0, Rule(method, path, answers))

    def asked(self, method=None, path=".*"):
        with self.lock:
            return [ask for ask in self.requests
                    if method in (None, ask.method) and re.fullmatch(path, ask.path)]

    def forget(self):
        with self.lock:
            self.requests.clear()

    # -- requests

    def take(self, handler):
        size = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(size) if size else b""
        with self.lock:
            for rule in self.rules:
                match = rule.path.fullmatch(handler.path)
                if match and rule.method == handler.command:
                    ask = Asked(handler.command, handler.path, handler.headers, body, match)
                    self.requests.append(ask)
                    return ask, rule.next()
            ask = Asked(handler.command, handler.path, handler.headers, body, None)
            self.requests.append(ask)
            return ask, (404, {"error": "no such thing"})

    def handle(self, handler):
        ask, answer = self.take(handler)
        while callable(answer):
            answer = answer(ask)
        if isinstance(answer, str):
            getattr(self, "do_" + answer)(handler)
            return
        whole = (answer,) if isinstance(answer, int) else answer
        status, body, headers = (whole + (None, None))[:3]
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    def do_reset(self, handler):
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.close_connection = True
        handler.connection.close()

    def do_half(self, handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":")
        handler.close_connection = True

    def do_silence(self, handler):
        self.stopping.wait()
        handler.close_connection = True

    def do_drip(self, handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not self.stopping.wait(1):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    def do_trickle(self, handler):
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"done\": true}":
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            if self.stopping.wait(60):
                break
        handler.close_connection = True


class Webhook:
    """Sends webhooks to a bridge: `address` is host:port, or the path of a Unix socket. `sign` makes
    the headers of a body; by default an HMAC-SHA256 in hexadecimal stands in `header`."""

    def __init__(self, address, secret, header="X-Evenhand-Signature", sign=None):
        self.address, self.secret, self.header = address, secret.encode(), header
        if sign:
            self.sign = sign

    def sign(self, body):
        digest = hmac.new(self.secret, body, hashlib.sha256).hexdigest()
        return {self.header: "sha256=" + digest}

    def connect(self, timeout):
        if self.address.startswith("/"):
            connection = http.client.HTTPConnection("localhost", timeout=timeout)
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.settimeout(timeout)
            connection.sock.connect(self.address)
            return connection
        return http.client.HTTPConnection(self.address, timeout=timeout)

    def send(self, payload, headers=None, timeout=30, path="/", connection=None):
        """Returns (status, headers, text)."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        own = connection or self.connect(timeout)
        try:
            own.request("POST", path, body, {"Content-Type": "application/json", **self.sign(body),
                                             **(headers or {})})
            answer = own.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            if not connection:
                own.close()


def basic(user, password):
    return "Basic " + base64.b64encode(("%s:%s" % (user, password)).encode()).decode()
