"""Debian's Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.end_to_end.servers import PATIENCE

expect.set_options(timeout=PATIENCE * 1000)


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """A headless Chromium; where there is none the test is skipped, in CI it fails."""
    program = shutil.which("chromium")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is missing, though `make test` installs it")
        pytest.skip("chromium is not installed")
    with sync_playwright() as driver:
        browser = launched(driver, program, *arguments)
        yield browser
        browser.close()


def launched(driver: Playwright, program: str, *arguments: str) -> Browser:
    """The browser's process; its sandbox does not work for root, and is not needed for pages of our own."""
    # /dev/shm of a container is small.
    wanted = ["--disable-dev-shm-usage", *arguments, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return driver.chromium.launch(executable_path=program, args=wanted)
