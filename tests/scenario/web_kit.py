"""web_kit: evenhand-web beside a daemon of the harness, and a browser without scripts."""
import functools
import glob
import gzip
import http.client
import os
import re
import signal
import socket
import subprocess
import urllib.parse

from harness import BUILD, Skip, UnixConnection, patience, program_holds, scenario, wait_until

PROGRAM = os.path.join(BUILD, "daemon", "web", "evenhand-web")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def past(span):
    """The environment of a program that lives so long ago, or ahead."""
    library = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    if not library:
        raise Skip("libfaketime is not installed")
    if program_holds(b"__asan_init"):
        raise Skip("libfaketime does not go with a sanitizer")
    return {"LD_PRELOAD": library[0], "FAKETIME": span, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


class Page:
    """An answer: status, headers, text, and the bytes that it came in."""

    def __init__(self, answer, data):
        self.status, self.headers, self.size = answer.status, answer.headers, len(data)
        plain = gzip.decompress(data) if answer.headers["Content-Encoding"] == "gzip" else data
        self.text = plain.decode("utf-8", "replace")

    def __repr__(self):
        return "%d %s" % (self.status, self.text[:2000])

    def hidden(self, name, form=""):
        """The value of a hidden field, of the form with this address or of the first."""
        text = self.text[self.text.index('action="%s"' % form):] if form else self.text
        return re.search(r'<input type="hidden" name="%s" value="([^"]*)">' % name, text)[1]


class Browser:
    """Keeps its cookie, sends what browsers send; follows nothing by itself."""

    def __init__(self, web, cookie=None):
        self.web, self.cookie = web, cookie

    def ask(self, method, path, body=None, **headers):
        made = {"Host": self.web.host, "Accept-Encoding": "identity"}
        if method == "POST":
            made.update({"Origin": self.web.origin,
                         "Content-Type": "application/x-www-form-urlencoded"})
        if self.cookie:
            made["Cookie"] = self.cookie
        made.update({name.replace("_", "-"): value for name, value in headers.items()})
        made = {name: value for name, value in made.items() if value is not None}
        connection = self.web.connect()
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            data = urllib.parse.urlencode(body or {}).encode() if method == "POST" else b""
            for name, value in made.items():
                connection.putheader(name, value)
            if method == "POST":
                connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data or None)
            answer = connection.getresponse()
            page = Page(answer, answer.read())
        finally:
            connection.close()
        cookie = page.headers.get("Set-Cookie")
        if cookie and "cookie" not in {name.lower() for name in headers}:
            self.cookie = cookie.split(";")[0]
        return page

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, body, **headers):
        return self.ask("POST", path, body, **headers)

    def sign_in(self, link):
        """Fetches the link, and presses its button."""
        path = urllib.parse.urlsplit(link).path
        shown = self.get(path)
        assert shown.status == 200, shown
        return self.post("/sign-in", {"link": shown.hidden("link")})

    def change(self, page, form, **fields):
        """Sends a form of a page."""
        hidden = {name: page.hidden(name, form) for name in ("token", "back", "event")}
        return self.post(form, {**hidden, **fields})


class Web:
    """The program, its configuration and its folder."""

    def __init__(self, stack, name="web", **config):
        self.stack, self.dir = stack, os.path.join(stack.dir, name)
        os.makedirs(self.dir, mode=0o700)
        self.port, self.process = free_port(), None
        self.config = {"listen": "127.0.0.1:%d" % self.port, "admin_socket": stack.daemon.socket,
                       "key_file": self.dir + "/key", "state": self.dir,
                       "ticket_url": "https://desk.example/t/{id}", **config}
        self.origin = self.config.get("public", "http://127.0.0.1:%d" % self.port)
        self.host = urllib.parse.urlsplit(self.origin).netloc
        self.log = self.dir + "/log"
        with open(self.dir + "/web.yaml", "w", encoding="utf-8") as f:
            for key, value in self.config.items():
                f.write("%s: %s\n" % (key, value))

    def connect(self):
        listen = self.config["listen"]
        if listen.startswith("/"):
            return UnixConnection(listen, patience(30))
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience(30))

    def run(self, *arguments, environment=None):
        done = subprocess.run([PROGRAM, "--config", self.dir + "/web.yaml", *arguments],
                              capture_output=True, text=True, timeout=patience(60),
                              env={**os.environ, **(environment or {})})
        return done.returncode, done.stdout, done.stderr

    def link(self, user, **more):
        code, out, errors = self.run("--link", user, **more)
        assert code == 0, (code, errors)
        return out.strip()

    def start(self, environment=None):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([PROGRAM, "--config", self.dir + "/web.yaml"],
                                            stdout=log, stderr=log,
                                            env={**os.environ, **(environment or {})})
        wait_until("the page listens", self.healthy)

    def healthy(self):
        assert self.process.poll() is None, self.last_words()
        try:
            return Browser(self).get("/healthz").status == 200
        except OSError:
            return False

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=patience(30))
        self.process = None
        return code

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def last_words(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return "".join(f.readlines()[-20:])

    def memory_kib(self):
        with open("/proc/%d/status" % self.process.pid, encoding="utf-8") as f:
            return int(re.search(r"^VmRSS:\s+(\d+)", f.read(), re.M)[1])

    def browser(self, user):
        """One that is signed in."""
        browser = Browser(self)
        answer = browser.sign_in(self.link(user))
        assert answer.status == 303 and answer.headers["Location"] == "/", answer
        return browser


class Reader:
    """Listens to what moved, and reads only when it is asked to."""

    def __init__(self, browser):
        self.socket = socket.create_connection(("127.0.0.1", browser.web.port), patience(30))
        self.socket.sendall(("GET /events HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n\r\n" %
                             (browser.web.host, browser.cookie)).encode())
        self.text = b""

    def more(self):
        piece = self.socket.recv(4096)
        assert piece, self.text
        self.text += piece

    def until(self, word):
        """Reads until the word has come; returns what came behind it."""
        while word not in self.text:
            self.more()
        self.text = self.text[self.text.index(word) + len(word):]

    def close(self):
        self.socket.close()


def page_scenario(title, start, **settings):
    """A scenario that gets the Stack and a page that runs; start(stack) starts the daemon."""
    def remember(work):
        @scenario(title)
        @functools.wraps(work)
        def made(stack):
            start(stack)
            web = Web(stack, **settings)
            try:
                web.start()
                work(stack, web)
                assert web.stop() == 0, web.last_words()
            finally:
                web.kill()
        return made
    return remember
