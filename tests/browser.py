"""Chromium without a window, spoken to over a pipe: what a page does when it is really shown."""

import base64
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from itertools import count

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Chromium reads commands from 3 and answers on 4.
START = """
import fcntl, os, sys
commands, answers = (fcntl.fcntl(int(n), fcntl.F_DUPFD, 10) for n in sys.argv[1:3])
os.dup2(commands, 3)
os.dup2(answers, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


def find():
    """The path of a Chromium; None where there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One process; a context manager."""

    def __init__(self, profile):
        to_browser, self.out = os.pipe()
        self.back, from_browser = os.pipe()
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe"]
        command = [find(), *flags, "--disable-background-networking", f"--user-data-dir={profile}", "about:blank"]
        start = [sys.executable, "-c", START, str(to_browser), str(from_browser), *command]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(start, pass_fds=(to_browser, from_browser), **quiet)
        os.close(to_browser)
        os.close(from_browser)
        self.answers = os.fdopen(self.back, "rb")
        self.numbers = count(1)
        self.events = []
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.call("Browser.close")
        os.close(self.out)
        self.process.wait(timeout=20)
        self.answers.close()

    def call(self, method, session=None, **parameters):
        """The result of a command; events that come before it are kept."""
        number = next(self.numbers)
        said = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        os.write(self.out, json.dumps(said).encode() + b"\0")
        while (heard := self._next()).get("id") != number:
            self.events.append(heard)
        if "error" in heard:
            raise RuntimeError(f"{method}: {heard['error']}")
        return heard["result"]

    def wait_for(self, method):
        """Hear events until one of that name."""
        while not any(e.get("method") == method for e in self.events):
            self.events.append(self._next())

    def _next(self):
        while b"\0" not in self.rest:
            piece = os.read(self.back, 1 << 16)
            if not piece:
                raise OSError("the browser is gone")
            self.rest += piece
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)


class Page:
    """A file, shown at a width in CSS pixels, on a light or a dark screen."""

    def __init__(self, browser, path, width=1180, scheme="light"):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", **metrics)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        browser.events.clear()
        self.call("Page.navigate", url=path.resolve().as_uri())
        browser.wait_for("Page.loadEventFired")
        self.run("document.fonts.ready.then(() => true)")

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def run(self, script):
        """The value of a script in the page."""
        done = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def troubles(self):
        """What the page's console says, and every address that it asked for beside its own."""
        said = {"Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded", "Network.loadingFailed"}
        found = [e for e in self.browser.events if e.get("method") in said]
        sent = [e["params"]["request"] for e in self.browser.events if e["method"] == "Network.requestWillBeSent"]
        return found + [request["url"] for request in sent if not request["url"].startswith(("file:", "data:"))]

    def picture(self):
        """The whole page as PNG."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    def pages(self):
        """How many sheets the page is, printed on A4."""
        paper = {"preferCSSPageSize": True, "printBackground": True}
        return len(re.findall(rb"/Type\s*/Page\b", base64.b64decode(self.call("Page.printToPDF", **paper)["data"])))
