#!/usr/bin/python3
"""readme: README's own commands, from top to bottom, as they are written.

They run in a folder that looks like a checkout and has the build that is there; of what they start
nothing stays. `tools/test` is left out.
"""
import os
import re
import shutil
import subprocess
import types

from browser_kit import Browser
from harness import BUILD, CHECKOUT, Skip, has_faults, note, patience, run, scenario

FAULTS = "true" if has_faults() else "false"  # the build is taken as it is


def blocks():
    """The indented commands, one text a block."""
    with open(os.path.join(CHECKOUT, "README.md"), encoding="utf-8") as f:
        text = f.read()
    found = re.findall(r"(?:^    .*\n|(?<=\n)\n(?=    ))+", text, re.M)
    blocks = [re.sub(r"^    ", "", block, flags=re.M).strip() for block in found]
    return [b for b in blocks if "──" not in b]


class Folder:
    """As a checkout, for whoever runs this."""

    def __init__(self, parent):
        self.path = os.path.join(parent, "co")
        os.mkdir(self.path)
        for name in ("tools", "config", "README.md"):
            os.symlink(os.path.join(CHECKOUT, name), os.path.join(self.path, name))
        os.symlink(os.path.abspath(BUILD), os.path.join(self.path, "build"))

    def bash(self, script, check=True):
        done = subprocess.run(["bash", "-c", "set -e\n" + script], cwd=self.path, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=patience(600),
                              env={**os.environ, "TZ": "", "EVENHAND_FAULTS": FAULTS})
        assert not check or done.returncode == 0, done.stdout[-3000:]
        return done.stdout

    def stop(self):
        for state in sorted(name for name in os.listdir(self.path) if name.startswith(".state")):
            self.bash("tools/up --stop --state " + state, check=False)
            link = os.path.join(self.path, state, "pg")
            if os.path.islink(link):  # as root the data is elsewhere
                shutil.rmtree(os.path.dirname(os.readlink(link)), ignore_errors=True)


def links_sign_in(stack, told):
    """The links that tools/up printed for the samples, which run on, in Chromium."""
    links = re.findall(r"^  (manager|rep) (\S+): (http://\S+)$", told, re.M)[:2]
    assert [role for role, _, _ in links] == ["manager", "rep"], told[-2000:]
    try:
        with Browser(types.SimpleNamespace(stack=stack)) as browser:
            for (role, user, link), title in zip(links, ("Board", "My day")):
                browser.driver.delete_all_cookies()
                browser.sign_in(link)
                assert browser.text("h1") == title and user in browser.text(), (role, browser.text())
                assert browser.over() is None and browser.console() == []
    except Skip as reason:
        note("the links are not tried: %s" % reason)


@scenario("README's commands do what they say, from the first to the last")
def readme(stack):
    commands = blocks()
    assert len(commands) > 8 and "desk.yaml" in commands[0], commands[:1]
    folder = Folder(stack.dir)
    try:
        told = folder.bash("\n".join(commands))
        for piece in ("dealt to ", "worth 129.95 USD", "EST", "team sales: capacity 20 -> 12",
                      "2026-03 of team sales is paid", "guess: how often", "ok; ",
                      "choices checked, ", " 0 faults"):
            assert piece in told or (piece == "EST" and "EDT" in told), (piece, told[-2000:])
        links_sign_in(stack, told)
    finally:
        folder.stop()


@scenario("a state keeps its desk, and whoever brings another is told what to do")
def other_desk(stack):
    folder = Folder(stack.dir)
    own = "desk: nyc\ncurrency: USD\nkinds: {call: {points: 1}}\nreps: [ann]\n" \
          "teams: [{id: phones, reps: [ann]}]\n"
    with open(os.path.join(folder.path, "own.yaml"), "w") as f:
        f.write(own)
    with open(os.path.join(folder.path, "bad.yaml"), "w") as f:
        f.write(own.replace("reps: [ann]\n", "reps: [ann, 7: x]\n"))
    try:
        told = folder.bash("tools/up --once --desk bad.yaml || echo refused")
        assert "bad.yaml:4" in told and "refused" in told, told
        told = folder.bash("tools/up --detach --desk own.yaml")
        assert "XADD 'evenhand:{nyc}:inbox'" in told and '"team":"phones","kind":"call"' in told, told
        for line in re.findall(r"^  (\S.*)$", told[told.index("Try next"):], re.M):
            folder.bash(line)
        assert "running in" in folder.bash("tools/up --detach --desk own.yaml")
        told = folder.bash("tools/up --detach --desk config/desk.yaml || echo refused")
        assert "has a desk already" in told and "desk apply" in told and "refused" in told, told
    finally:
        folder.stop()


run()
