"""browser_kit: Chromium, signed in to evenhand-web by a link, and what a test asks of it.

    with Browser(web, "ana", width=360) as browser:
        browser.go("/day")
        browser.press("30 min")
        browser.until("the page says so", lambda: "Overloaded" in browser.text(".state"))
        assert browser.console() == []

Each has a profile of its own in the point's folder, and fetches nothing by itself.
"""
import base64
import itertools
import os
import shutil
import urllib.parse

from harness import Skip, patience, wait_until

try:
    from selenium import webdriver
    from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.actions.action_builder import ActionBuilder
    from selenium.webdriver.common.actions.interaction import POINTER_TOUCH
    from selenium.webdriver.common.actions.pointer_input import PointerInput
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    webdriver = None

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-default-apps", "--disable-extensions", "--hide-scrollbars", "--lang=en-GB")
PROFILES = itertools.count()

# A finger or the pointer can be on it, and a key can come to it.
VISIBLE = """
const seen = (e) => e.checkVisibility({checkOpacity: false, checkVisibilityCSS: true}) &&
    e.getClientRects().length > 0;
"""


def programs():
    """Chromium and its driver, as Debian has them."""
    found = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if not webdriver or not all(found):
        raise Skip("chromium, chromium-driver or python3-selenium is not installed; tools/test installs them")
    return found


class Browser:
    def __init__(self, web, user=None, width=1280, height=900, scripts=True):
        """user: None comes without a session"""
        self.web, self.user, self.size = web, user, (width, height)
        chromium, driver = programs()
        self.folder = os.path.join(web.stack.dir, "chromium-%d" % next(PROFILES))
        os.mkdir(self.folder)
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for flag in FLAGS + ("--user-data-dir=" + self.folder + "/profile", "--window-size=%d,%d" % self.size):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        prefs = {"intl.accept_languages": "en-GB,en"}
        if not scripts:
            prefs["profile.managed_default_content_settings.javascript"] = 2
        options.add_experimental_option("prefs", prefs)
        home = {**os.environ, "HOME": self.folder, "XDG_CONFIG_HOME": self.folder, "XDG_CACHE_HOME": self.folder,
                "LANG": "C.UTF-8"}
        self.driver = webdriver.Chrome(service=Service(driver, log_path=self.folder + "/log", env=home),
                                       options=options)
        self.driver.set_page_load_timeout(patience(60))
        self.window(width, height)
        if user:
            self.sign_in(web.link(user))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if error[0]:
            self.keep()
        self.driver.quit()

    def keep(self):
        """What was to be seen when a point failed, beside its logs."""
        try:
            self.picture(self.folder + "/failed.png")
            with open(self.folder + "/failed.html", "w", encoding="utf-8") as f:
                f.write(self.driver.page_source)
        except WebDriverException:
            pass  # it is gone

    # ---- Going

    @property
    def path(self):
        parts = urllib.parse.urlsplit(self.driver.current_url)
        return parts.path + ("?" + parts.query if parts.query else "")

    def go(self, path):
        self.driver.get(path if "://" in path else "http://" + self.web.host + path)
        return self

    def sign_in(self, link):
        """Opens the link and presses its button."""
        self.go(link)
        self.one("main form button").click()
        self.until("somebody is signed in", lambda: "/sign-in" not in self.path)

    def as_user(self, user):
        """Somebody else at the same browser."""
        self.driver.delete_all_cookies()
        self.user = user
        self.sign_in(self.web.link(user))
        return self

    # ---- Looking

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def one(self, css):
        return self.until("there is " + css, lambda: next(iter(self.all(css)), None))

    def text(self, css="body"):
        """Of the first of these, or "" """
        return self.js("return document.querySelector(arguments[0])?.innerText ?? ''", css)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def until(self, what, check, seconds=30, pause=0.02):
        """wait_until; a page that becomes another while it is looked at is looked at again."""
        def looked():
            try:
                return check()
            except StaleElementReferenceException:
                return None
        return wait_until(what, looked, seconds, pause)

    def settled(self):
        """All that scripts draw is there, and pictures stand still."""
        self.until("its scripts have run", lambda: self.js(
            "return document.readyState === 'complete' && document.getAnimations().every("
            "(a) => a.playState !== 'running' || a.effect.getComputedTiming().duration > 3000) &&"
            "[...document.querySelectorAll('table[data-chart]')].length <="
            " document.querySelectorAll('canvas').length"))
        return self

    def console(self):
        """What the browser has said since it was asked last, CSP's refusals included."""
        return ["%(level)s %(message)s" % line for line in self.driver.get_log("browser")]

    def over(self):
        """By how many pixels the page is wider than its window, and what reaches out."""
        return self.js("""
            const wide = document.documentElement.scrollWidth - innerWidth;
            if (wide <= 0) return null;
            const out = [...document.querySelectorAll('body *')].filter((e) =>
                e.getBoundingClientRect().right > innerWidth + 1).slice(-3);
            return [wide, ...out.map((e) => e.outerHTML.slice(0, 200))];""")

    # ---- Touching

    def button(self, words, within="body"):
        """The first that is to be seen and says so."""
        return self.until("there is a button " + words, lambda: self.js(VISIBLE + """
            return [...document.querySelector(arguments[1]).querySelectorAll('button, a, summary')]
                .find((e) => e.innerText.trim() === arguments[0] && seen(e));""", words, within))

    def press(self, words, within="body"):
        self.button(words, within).click()

    def touch(self, element):
        """With a finger, where it is."""
        self.js("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
        finger = ActionBuilder(self.driver, mouse=PointerInput(POINTER_TOUCH, "finger"))
        finger.pointer_action.move_to(element).pointer_down().pointer_up()
        finger.perform()

    def key(self, *keys):
        self.driver.switch_to.active_element.send_keys(*keys)

    # ---- Being another device

    def window(self, width, height=900, touch=None):
        self.size = (width, height)
        touch = width < 500 if touch is None else touch
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": touch})
        self.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": touch})
        return self

    def media(self, scheme="light", motion="no-preference"):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": motion}]})
        return self

    def picture(self, path, whole=True, most=4000):
        """A PNG of the page (to so many pixels down), or of what the window shows."""
        options = {"format": "png"}
        if whole:
            size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
            options.update(captureBeyondViewport=True, clip={
                "x": 0, "y": 0, "scale": 1, "width": self.size[0], "height": min(size["height"], most)})
        data = self.driver.execute_cdp_cmd("Page.captureScreenshot", options)["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))
