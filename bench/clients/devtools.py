"""A page in a Chromium that is driven by a pipe (Chrome DevTools Protocol) and into which nobody looks.

Under Playwright the page's process also keeps up to 200 MB of what has come over the network, for its developer tools:
memory is measured here.
"""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from bench.clients.chromium import command

FROM_US, TO_US = 3, 4  # the descriptors by which Chromium takes commands and answers
LOOK_UP = 0.02  # seconds
PATIENCE = 60.0
END = b"\0"


class Alone:
    """The page of a Chromium that nobody looks into."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._number = 0
        self._rest = b""
        self._session = ""

    def _attach(self) -> Self:
        targets = self.ask("Target.getTargets")["targetInfos"]
        page = next(each["targetId"] for each in targets if each["type"] == "page")
        self._session = self.ask("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        return self

    def ask(self, method: str, **parameters: object) -> Any:
        """What the browser says to a command; events that come meanwhile are dropped.

        Raises:
            RuntimeError: it can't do it, or has ended.
        """
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": parameters}
        if self._session and not method.startswith(("Target.", "Browser.", "SystemInfo.")):
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + END)
        while (answer := self._next()).get("id") != self._number:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _next(self) -> Mapping[str, Any]:
        while END not in self._rest:
            come = os.read(self._answers, 1 << 16)
            if not come:
                raise RuntimeError("Chromium has ended")
            self._rest += come
        message, self._rest = self._rest.split(END, 1)
        found: dict[str, Any] = json.loads(message)
        return found

    def evaluate(self, script: str) -> Any:
        """The value of an expression; of a promise, when it is there.

        Raises:
            RuntimeError: the script has thrown.
        """
        found = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(found["exceptionDetails"].get("exception", {}).get("description", script))
        return found["result"].get("value")

    def wait_for(self, script: str) -> None:
        """Waits until an expression is true.

        Raises:
            TimeoutError: it is not within a minute.
        """
        end = time.monotonic() + PATIENCE
        while not self.evaluate(script):
            if time.monotonic() > end:
                raise TimeoutError(f"this did not become true: {script}")
            time.sleep(LOOK_UP)

    def goto(self, url: str) -> None:
        """Opens a page, and waits until it is read."""
        self.ask("Page.navigate", url=url)
        self.wait_for("location.href !== 'about:blank' && document.readyState === 'complete'")

    def renderers(self) -> list[int]:
        """The processes of pages; a spare one may be among them."""
        found = self.ask("SystemInfo.getProcessInfo")["processInfo"]
        return [int(each["id"]) for each in found if each["type"] == "renderer"]


@contextmanager
def alone(width: int, height: int) -> Iterator[Alone]:
    """A headless Chromium with one page of that many pixels, which nobody looks into.

    Raises:
        NoChromium: there is none.
    """
    program, wanted = command("--headless=new", "--remote-debugging-pipe", "--hide-scrollbars", "--no-first-run")
    theirs, commands = os.pipe()
    answers, their_answers = os.pipe()
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        # The shell puts the pipe where Chromium looks for it.
        shell = f'exec "$0" "$@" {FROM_US}<&{theirs} {TO_US}>&{their_answers}'
        process = subprocess.Popen(
            ["bash", "-c", shell, program, *wanted, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(theirs, their_answers),
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs)
        os.close(their_answers)
        try:
            page = Alone(commands, answers)._attach()
            page.ask(
                "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
            )
            yield page
            page.ask("Browser.close")
        finally:
            process.kill()
            process.wait()
            os.close(commands)
            os.close(answers)
