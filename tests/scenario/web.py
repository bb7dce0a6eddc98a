#!/usr/bin/python3
"""web: evenhand-web as browsers meet it: who gets in, what they see and change, what is refused."""
import functools
import getpass

from harness import default_desk, default_team, run, scenario, wait_until
from web_kit import Browser, Web


def desk():
    """ana is whoever asks the socket."""
    reps = [{"id": "ana", "name": "Ana", "user": getpass.getuser()}, {"id": "ben", "name": "Ben"}]
    return default_desk(reps=reps, teams=[default_team("sales", ["ana", "ben"])])


def point(title, **settings):
    """A scenario that gets the Stack and a page that runs."""
    def remember(work):
        @scenario(title)
        @functools.wraps(work)
        def made(stack):
            stack.start(desk())
            web = Web(stack, **settings)
            try:
                web.start()
                work(stack, web)
                assert web.stop() == 0, web.last_words()
            finally:
                web.kill()
        return made
    return remember


@point("a link signs in once, and the page shows the day")
def link_once(stack, web):
    stack.add_ticket("T<1>", owner="ana", value=12995)
    stack.settle()
    link = web.link(getpass.getuser())
    browser = Browser(web)
    assert browser.get("/day").headers["Location"] == "/sign-in"
    answer = browser.sign_in(link)
    assert answer.status == 303, answer
    for word in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"):
        assert word in answer.headers["Set-Cookie"], answer.headers["Set-Cookie"]
    assert browser.get("/").headers["Location"] == "/day"
    page = browser.get("/day")
    assert page.status == 200, page
    assert "T&lt;1&gt;" in page.text and "https://desk.example/t/T%3C1%3E" in page.text, page
    again = Browser(web).sign_in(link)
    assert again.status == 403 and "used before" in again.text, again


@point("a rep says overloaded in one form, and the daemon has it")
def overloaded(stack, web):
    browser = web.browser(getpass.getuser())
    page = browser.get("/day")
    answer = browser.change(page, "/change/signal", rep="ana", status="overloaded 1800",
                            reason="two calls & a fire")
    assert answer.status == 303 and answer.headers["Location"] == "/day", answer
    rep = stack.daemon.get("/v1/reps/ana").json
    assert rep["state"] == "overloaded" and rep["reason"] == "two calls & a fire", rep
    assert "two calls &amp; a fire" in browser.get("/day").text


if __name__ == "__main__":
    run()
