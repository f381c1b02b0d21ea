"""Debian's Chromium, for measurements, screenshots and tests of the page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright


class NoChromium(Exception):
    """This machine has no Chromium."""


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """A headless Chromium with these arguments.

    Raises:
        NoChromium: there is none.
    """
    program, wanted = command(*arguments)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=wanted)
        try:
            yield browser
        finally:
            browser.close()


def command(*arguments: str) -> tuple[str, list[str]]:
    """The program and its arguments.

    Raises:
        NoChromium: there is none.
    """
    # Without a window both show a page alike. The first, which the set-up installs, takes some half of the processor.
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if program is None:
        raise NoChromium("chromium is not installed: bin/setup tests installs it")
    wanted = ["--disable-dev-shm-usage", *arguments]  # /dev/shm of a container is small
    if os.geteuid() == 0:
        wanted.append("--no-sandbox")  # it does not work for root, and the pages are our own
    return program, wanted
