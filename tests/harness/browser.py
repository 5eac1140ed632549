"""A headless Chromium, driven by chromedriver over the WebDriver protocol (W3C), and nothing else."""
import base64
import json
import re
import shutil
import subprocess
import urllib.parse

from . import http
from .poll import wait_until

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the protocol's own name for a reference
ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-default-apps", "--no-default-browser-check", "--hide-scrollbars", "--mute-audio",
             "--window-size=1280,900")


class DriverError(AssertionError):
    """The driver's own words."""


class Browser:
    """One browser with an empty profile in `folder`. end() ends it and its driver."""

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.log_path = folder / "chromedriver.log"
        with open(self.log_path, "wb") as sink:
            self.driver = subprocess.Popen([_program("chromedriver"), "--port=0"], stdin=subprocess.DEVNULL,
                                           stdout=sink, stderr=sink)
        self.session = None
        self.requests = []  # URLs that pages asked for, by collect()
        try:
            self.base = f"http://127.0.0.1:{wait_until(self._port, 20, 'chromedriver to listen')}"
            self._open(folder / "profile")
        except BaseException:
            self.end()
            raise

    def _port(self):
        if self.driver.poll() is not None:
            raise AssertionError(f"chromedriver ended: {self.log_path.read_text(errors='replace')}")
        found = re.search(r"started successfully on port (\d+)", self.log_path.read_text(errors="replace"))
        return found and int(found.group(1))

    def _open(self, profile):
        options = {"binary": _program("chromium"), "args": [*ARGUMENTS, f"--user-data-dir={profile}"]}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options,
                  "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        answer = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}}, timeout=60)
        self.session = f"/session/{answer['sessionId']}"

    def _call(self, method, path, body=None, timeout=30):
        answer = http.call(method, self.base + path, json=body if method == "POST" else None, timeout=timeout)
        value = answer.json["value"]
        if answer.status != 200:
            raise DriverError(f"{method} {path}: {value['error']}: {value['message']}")
        return value

    def post(self, path, body=None):
        return self._call("POST", self.session + path, body or {})

    def get(self, path):
        return self._call("GET", self.session + path)

    def cdp(self, command, **parameters):
        """A command of Chromium's own protocol: media, sizes."""
        return self.post("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def end(self):
        """The browser by its driver, then the driver."""
        try:
            if self.session:
                self._call("DELETE", self.session)
        except (OSError, DriverError):
            pass  # it is gone already
        self.driver.terminate()
        try:
            self.driver.wait(10)
        except subprocess.TimeoutExpired:
            self.driver.kill()
            self.driver.wait()

    def renew(self):
        """An empty page, no emulation, no old words."""
        self.open("about:blank")
        self.cdp("Emulation.clearDeviceMetricsOverride")
        self.prefer(color_scheme="light", reduced_motion="no-preference")
        self.console()
        self.requested_hosts()
        self.requests = []

    # --- the page --------------------------------------------------------------------------------

    def open(self, url):
        self.post("/url", {"url": url})

    def run(self, script, *arguments):
        """The value that the JavaScript returns."""
        return self.post("/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, selector):
        """A reference to the first element, for click() and type()."""
        return self.post("/element", {"using": "css selector", "value": selector})

    def click(self, selector):
        self.post(f"/element/{self.find(selector)[ELEMENT]}/click")

    def type(self, selector, text):
        self.post(f"/element/{self.find(selector)[ELEMENT]}/value", {"text": text})

    def press(self, *keys):
        """Keys for whatever has the focus; names as in "Escape" or single characters."""
        codes = {"Escape": "\ue00c", "Enter": "\ue007", "Tab": "\ue004"}
        actions = [{"type": kind, "value": codes.get(key, key)} for key in keys
                   for kind in ("keyDown", "keyUp")]
        self.post("/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def text(self, selector):
        """What a person reads there; None where there is no such element or it is not shown."""
        return self.run("const e = document.querySelector(arguments[0]);"
                        "return e && e.checkVisibility() ? e.innerText.trim() : null", selector)

    def until(self, script, what, seconds=10, arguments=()):
        """Waits until the JavaScript returns something true; returns it."""
        return wait_until(lambda: self.run(script, *arguments), seconds, what, every=0.05)

    def until_text(self, selector, wanted, seconds=10):
        """Waits for a text: equal, or a compiled pattern that is found in it."""
        def fits():
            last[0] = self.text(selector)
            return last[0] is not None and (wanted.search(last[0]) if hasattr(wanted, "search")
                                            else last[0] == wanted)
        last = [None]
        try:
            wait_until(fits, seconds, f"{selector} to read {wanted!r}", every=0.05)
        except AssertionError as error:
            raise AssertionError(f"{error}; it reads {last[0]!r}") from None
        return last[0]

    # --- how it looks ----------------------------------------------------------------------------

    def size(self, width, height):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                 mobile=False)

    def prefer(self, **features):
        """prefer(color_scheme="dark"), prefer(reduced_motion="reduce")."""
        self.cdp("Emulation.setEmulatedMedia", features=[
            {"name": f"prefers-{name.replace('_', '-')}", "value": value} for name, value in features.items()])

    def screenshot(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.get("/screenshot")))

    # --- what the browser says -------------------------------------------------------------------

    def console(self):
        """Errors and warnings of the console since the last call."""
        return [f"{row['level']}: {row['message']}" for row in self.post("/se/log", {"type": "browser"})
                if row["level"] in ("SEVERE", "WARNING")]

    def requested_hosts(self):
        """Every host:port that the pages have asked for anything."""
        for row in self.post("/se/log", {"type": "performance"}):
            message = json.loads(row["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
        parts = [urllib.parse.urlsplit(url) for url in self.requests]
        return {part.netloc for part in parts if part.scheme not in ("data", "chrome", "about", "blob")}


def _program(name):
    found = shutil.which(name)
    if not found:
        raise AssertionError(f"{name} is not installed: apt-get install chromium chromium-driver")
    return found
