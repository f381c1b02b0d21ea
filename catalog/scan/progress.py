"""How far a scan is: a bar on a terminal, log lines every few seconds elsewhere."""

import logging
import sys
import time
from typing import Any, Protocol

from tqdm import tqdm

log = logging.getLogger("darkroom.scan")
EVERY = 5.0  # seconds between log lines


class Progress(Protocol):
    """What a scan tells of itself."""

    def found(self, files: int) -> None:
        """So many more files were seen in the folders."""

    def reading(self, files: int) -> None:
        """The folders are done; so many files are new or changed and will be read."""

    def read(self, files: int) -> None:
        """So many more of them were read."""

    def close(self) -> None:
        """The scan has ended, well or not."""


class Silent:
    """Tells nothing."""

    def found(self, files: int) -> None:
        """Nothing."""

    def reading(self, files: int) -> None:
        """Nothing."""

    def read(self, files: int) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Bar:
    """A bar on standard error."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] = tqdm(desc="looking", unit=" files", file=sys.stderr, leave=False)

    def found(self, files: int) -> None:
        """Counts files, of how many is not known yet."""
        self._bar.update(files)

    def reading(self, files: int) -> None:
        """Begins a second bar with an end."""
        self._bar.close()
        self._bar = tqdm(desc="reading", total=files, unit=" photos", file=sys.stderr, leave=False)

    def read(self, files: int) -> None:
        """Moves the bar on."""
        self._bar.update(files)

    def close(self) -> None:
        """Takes the bar away: the scan itself says how it ended."""
        self._bar.close()


class Lines:
    """Log lines, not more than one every few seconds; none of a scan that is over by then."""

    def __init__(self) -> None:
        self._found = self._read = self._total = 0
        self._next = time.monotonic() + EVERY

    def found(self, files: int) -> None:
        """Says how many files were seen."""
        self._found += files
        self._say("looking through the folders: %d files so far", self._found)

    def reading(self, files: int) -> None:
        """Says what there is to do."""
        self._total = files
        if files:
            self._say("%d files found, %d of them to be read", self._found, files)

    def read(self, files: int) -> None:
        """Says how much is done."""
        self._read += files
        self._say("%d of %d files read", self._read, self._total)

    def close(self) -> None:
        """Nothing: the scan itself says how it ended."""

    def _say(self, line: str, *numbers: int) -> None:
        if time.monotonic() >= self._next:
            log.info(line, *numbers)
            self._next = time.monotonic() + EVERY


def for_terminal() -> Progress:
    """A bar where somebody watches, log lines elsewhere."""
    return Bar() if sys.stderr.isatty() else Lines()
