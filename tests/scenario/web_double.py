#!/usr/bin/python3
"""web_double: two evenhand-web on one key and one folder: what one has remembered the other knows; one is
killed under open pages and the other goes on; nginx stands before both, as config/nginx-web.conf has it."""
import concurrent.futures
import getpass
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import time

from bridge_kit import certificate
from harness import CHECKOUT, Skip, default_desk, default_team, patience, run, scenario, wait_until
from web_kit import Browser, Page, Reader, Web, free_port

SELF = getpass.getuser()
PUBLIC = "desk.example"


def desk():
    reps = [{"id": rep, "user": rep} for rep in ("ana", "ben")]
    return default_desk(reps=reps, teams=[default_team("sales", ["ana", "ben"], managers=["maja"])])


def pair(stack, **settings):
    stack.start(desk(), delegates=[SELF])
    one = Web(stack, "one", **{key: value % 1 if "%d" in value else value for key, value in settings.items()})
    two = Web(stack, "two", key_file=one.dir + "/key", state=one.dir,
              **{key: value % 2 if "%d" in value else value for key, value in settings.items()})
    for web in (one, two):
        web.start()
    return one, two


def with_pair(work, **settings):
    def made(stack):
        webs = pair(stack, **{key: value.replace("FOLDER", stack.dir) for key, value in settings.items()})
        try:
            work(stack, *webs)
        finally:
            for web in webs:
                web.kill()
    return made


def used_once(stack, one, two):
    for _ in range(5):
        link = one.link("ana").rsplit("/", 1)[1]
        with concurrent.futures.ThreadPoolExecutor(16) as many:
            answers = list(many.map(lambda n: Browser((one, two)[n % 2]).post("/sign-in", {"link": link}), range(16)))
        let_in = [answer for answer in answers if answer.status == 303]
        assert len(let_in) == 1 and all(answer.status == 403 for answer in answers if answer not in let_in), answers
        cookie = let_in[0].headers["Set-Cookie"].split(";")[0]
        pages = [Browser(web, cookie).get("/day") for web in (one, two)]
        assert [page.status for page in pages] == [200, 200], pages
        form = dict(rep="ana", status="away")
        assert Browser(two, cookie).change(pages[0], "/change/signal", **form).status == 303, "the other's form"
    code, _, errors = two.run("--revoke", "ana")
    assert code == 0, errors
    for web in (one, two):
        assert Browser(web, cookie).get("/day").status == 303, "a session that was ended"
    for web in (one, two):
        assert web.stop() == 0, web.last_words()


@scenario("a link is used once across both, and what one ends is over in the other")
def links(stack):
    with_pair(used_once)(stack)


def killed_under_pages(stack, one, two):
    ana = one.browser("ana")
    readers = [Reader(ana), Reader(Browser(two, ana.cookie))]
    for reader in readers:
        reader.until(b"event: moved")
    used = one.link("ben").rsplit("/", 1)[1]
    assert Browser(one).post("/sign-in", {"link": used}).status == 303
    page = ana.get("/day")
    one.kill()
    other = Browser(two, ana.cookie)
    answer = other.change(page, "/change/signal", rep="ana", status="away")
    assert answer.status == 303 and "Away" in other.get("/day").text, answer
    readers[1].until(b"event: moved")
    assert Browser(two).post("/sign-in", {"link": used}).status == 403, "it was used before"
    stack.add_ticket("T1", owner="ben")
    stack.settle()
    readers[1].until(b"event: moved")
    one.start()
    assert ana.get("/day").status == 200 and Browser(one).post("/sign-in", {"link": used}).status == 403
    for reader in readers:
        reader.close()


@scenario("one is killed under open pages: the other goes on, and what was remembered stays")
def killed(stack):
    with_pair(killed_under_pages)(stack)


def version_of(reader):
    """What the reader is told next."""
    reader.until(b"event: moved\ndata: ")
    while b"\n" not in reader.text:
        reader.more()
    return reader.text.split(b"\n")[0].decode().strip()


def told_by_the_other(stack, one, two):
    """nginx may take the page to one process, and what moved to the other."""
    ana = one.browser("ana")
    reader = Reader(Browser(two, ana.cookie))
    version_of(reader)
    for n in range(12):
        assert ana.get("/day").status == 200, "what it says is kept"
        stack.add_ticket("T-%d" % n, owner="ana")
        seen = {}
        while not any(seen.values()):
            told = version_of(reader)
            seen[int(told)] = "T-%d" % n in ana.get("/day", Evenhand_Page=told).text
        stack.settle()
        first = stack.sql1("SELECT min(input) FROM input WHERE id = 'T-%d'" % n)
        for told, shown in seen.items():  # a version is no less than the input that it shows
            assert shown or told < first, (told, first)
        time.sleep(n % 4 * 0.25)  # the two look at times of their own
    reader.close()


@scenario("what one has told, the other does not answer from what it has kept")
def fresh(stack):
    with_pair(told_by_the_other)(stack)


# ---- nginx before both


def program(name):
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if not found:
        raise Skip("%s is not installed here; tools/test installs it" % name)
    return found


def changed(text, *pairs):
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def nginx_start(stack, port, webs):
    """The example, for two, on a port of the test's own."""
    crt, key = certificate(stack.dir)
    with open(os.path.join(CHECKOUT, "config", "nginx-web.conf"), encoding="utf-8") as f:
        site = changed(f.read(), ("    server unix:/run/evenhand-web/web.sock;\n",
                                  "".join("    server unix:%s;\n" % web.config["listen"] for web in webs)),
                       ("listen 80;", "listen 127.0.0.1:%d;" % free_port()),
                       ("listen 443 ssl http2;", "listen 127.0.0.1:%d ssl http2;" % port),
                       ("/etc/ssl/desk.example.pem", crt), ("/etc/ssl/desk.example.key", key))
    places = "".join("%s_temp_path %s/n-%s;\n" % (kind, stack.dir, kind)
                     for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    with open(stack.dir + "/nginx.conf", "w", encoding="utf-8") as f:
        f.write("daemon off;\nmaster_process off;\npid %s/nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\n"
                "access_log off;\n%s%s}\n" % (stack.dir, places, site))
    with open(stack.dir + "/nginx.log", "wb") as log:
        return subprocess.Popen([program("nginx"), "-e", "stderr", "-p", stack.dir, "-c",
                                 stack.dir + "/nginx.conf"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)


class Fronted(Web):
    """A page as its browsers reach it: over TLS, by nginx."""

    def __init__(self, web, port):
        self.stack, self.config, self.port = web.stack, web.config, port
        self.host, self.origin = PUBLIC, "https://" + PUBLIC
        self.link = web.link

    def connect(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=patience(30), context=context)

    def events(self, browser):
        """A socket on which what moved is told."""
        connection = self.connect()
        connection.request("GET", "/events", headers={"Host": PUBLIC, "Cookie": browser.cookie})
        answer = connection.getresponse()
        assert answer.status == 200, answer.status
        return connection, answer


def told(answer):
    """Waits for a line that says that something moved."""
    while True:
        line = answer.readline()
        if not line or line.startswith(b"event: moved"):
            return bool(line)


def behind_nginx(stack, one, two):
    port = free_port()
    nginx = nginx_start(stack, port, (one, two))
    front = Fronted(one, port)

    def up():
        assert nginx.poll() is None, open(stack.dir + "/nginx.log", encoding="utf-8").read()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False
    try:
        wait_until("nginx listens", up)
        ana = front.browser("ana")
        assert all(ana.get("/day").status == 200 for _ in range(4))
        connection, events = front.events(ana)
        assert told(events)
        stack.add_ticket("T1", owner="ana")
        stack.settle()
        assert told(events), "it is told through nginx, too"

        def shown():  # the other process may look a second later
            page = ana.get("/day")
            return page if "T1" in page.text else None
        page = wait_until("the page has the ticket", shown)
        assert ana.change(page, "/change/signal", rep="ana", status="away").status == 303
        forged(front)
        two.kill()
        assert all(ana.get("/day").status == 200 for _ in range(6)), "the other one answers"
        two.start()
        one.kill()
        wait_until("nginx has seen that it is back", lambda: ana.get("/day").status == 200, 30)
        connection.close()
    finally:
        nginx.terminate()
        nginx.wait(patience(20))


def forged(front):
    """No address lets a browser say who it is."""
    for path in ("/day", "/teams/sales", "/sign-in/x", "/teams/..%2fsign-in%2fx", "/tickets/a/..%2f..%2fsign-in%2fx",
                 "/sign-in/..%2fday", "/sign-in/../day", "//day", "/events", "/events/../day"):
        for name in ("Remote-User", "remote-user", "Remote_User"):
            page = Browser(front).get(path, **{name: "maja"}) if "_" not in name else raw(front, path, name)
            assert page.status in (303, 400, 403, 404) and "maja" not in page.text, (path, name, page)


def raw(front, path, name):
    connection = front.connect()
    try:
        connection.request("GET", path, headers={"Host": PUBLIC, name: "maja"})
        answer = connection.getresponse()
        return Page(answer, answer.read())
    finally:
        connection.close()


@scenario("nginx before both, as the example has it: pages, events, and nobody says themselves who they are")
def proxied(stack):
    program("nginx")
    with_pair(behind_nginx, listen="FOLDER/web-%d.sock", public="https://" + PUBLIC, sign_in="[links, proxy]")(stack)


if __name__ == "__main__":
    run()
