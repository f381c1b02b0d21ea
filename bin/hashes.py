"""`make requirements`: writes the hashes of all pinned versions, as PyPI has them, into the files of requirements.

Of a version these are the files that CPython on Linux can take, 3.11 or later, on x86-64 or 64-bit ARM, and the source.
With NAMEs only those of these packages. Runs on the machine's own Python: what `.venv` has is of the former versions.
"""

import argparse
import json
import os
import re
import ssl
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from bin.requirements import ENTRY, FILES, PROJECT, Pin, canonical, pins, written

PYPI = "https://pypi.org/simple"
SIMPLE = "application/vnd.pypi.simple.v1+json"
"""https://packaging.python.org/en/latest/specifications/simple-repository-api/"""
OLDEST = 11
"""Of Python 3."""
PROCESSORS = ("x86_64", "aarch64")
AT_ONCE = 4
TIMEOUT = 60.0  # seconds
SOURCES = (".tar.gz", ".zip")


class NoHashes(Exception):
    """Why the hashes of a version can't be had, as a sentence."""


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Asks for all, then writes; gives the exit code: 1 where they can't be had, and then nothing is written."""
    parser = argparse.ArgumentParser(prog="python -m bin.hashes", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a package (default: all that are pinned)")
    parser.add_argument("--tree", type=Path, default=PROJECT, help="the project (default: this one)")
    chosen = parser.parse_args()
    index = Index(environ.get("PIP_INDEX_URL") or PYPI, environ.get("PIP_CERT") or None)
    files = {chosen.tree / file: list(pins(chosen.tree / file)) for file in FILES}
    asked = {canonical(each) for each in chosen.names}
    wanted = [each for listed in files.values() for each in listed if not asked or canonical(each.name) in asked]
    try:
        for name in asked - {canonical(each.name) for each in wanted}:
            raise NoHashes(f"{name} is pinned nowhere: the files are {', '.join(FILES)}")
        with ThreadPoolExecutor(AT_ONCE) as threads:
            found = dict(zip(wanted, threads.map(index.hashes, wanted), strict=True))
    except NoHashes as error:
        print(f"hashes: {error}", file=sys.stderr)
        return 1
    for file, listed in files.items():
        file.write_text(with_hashes(file.read_text("utf-8"), listed, found), "utf-8")
    for pin, hashes in found.items():
        for sentence in changes(pin, hashes):
            print(f"hashes: {sentence}")
    return 0


def with_hashes(text: str, listed: Iterable[Pin], found: Mapping[Pin, tuple[str, ...]]) -> str:
    """A file's text with these hashes; comments, and what stands in which order, are as they were."""
    entries = iter(listed)

    def anew(_: re.Match[str]) -> str:
        pin = next(entries)
        return written(replace(pin, hashes=found.get(pin, pin.hashes)))

    return ENTRY.sub(anew, text)


def changes(pin: Pin, hashes: tuple[str, ...]) -> Iterator[str]:
    """What is to be said of a version's hashes, beside what was in the file."""
    new, gone = len({*hashes} - {*pin.hashes}), len({*pin.hashes} - {*hashes})
    if new or gone:
        yield f"{pin.name} {pin.version}: {new} new, {gone} gone"


@dataclass(frozen=True, slots=True)
class Index:
    """A package index, by its URL; `authorities` is the file of those whose certificates are believed."""

    url: str
    authorities: str | None = None

    def hashes(self, pin: Pin) -> tuple[str, ...]:
        """SHA-256 of each file of the version that fits, in hex, sorted.

        Raises:
            NoHashes: the index can't be asked, or has no such file.
        """
        listed = self._files(pin)
        fitting = [each for each in listed if fits(each["filename"], pin)]
        without = [each["filename"] for each in fitting if not each["hashes"].get("sha256")]
        if without:
            raise NoHashes(f"{self.url} says no SHA-256 of {without[0]}")
        if not fitting:
            raise NoHashes(f"{self.url} has no file of {pin.name} {pin.version} for Linux: is it the right version?")
        return tuple(sorted(each["hashes"]["sha256"] for each in fitting))

    def _files(self, pin: Pin) -> list[dict[str, Any]]:
        url = f"{self.url.rstrip('/')}/{canonical(pin.name)}/"
        try:
            context = ssl.create_default_context(cafile=self.authorities)
            request = Request(url, headers={"Accept": SIMPLE})  # noqa: S310 - the index that pip has, too
            with urlopen(request, timeout=TIMEOUT, context=context) as answer:  # noqa: S310
                listed: list[dict[str, Any]] = json.load(answer)["files"]
                return listed
        except HTTPError as error:
            why = "there is no such package" if error.code == 404 else f"{error.code} {error.reason}"
            raise NoHashes(f"{url}: {why}") from None
        except (OSError, ValueError, KeyError) as error:
            raise NoHashes(f"{url} could not be asked for JSON: {error}") from None


def fits(filename: str, pin: Pin) -> bool:
    """Whether a file is of that version, and can be taken on a machine that Darkroom runs on.

    https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-name-convention
    """
    if not filename.endswith(".whl"):
        ending = next((each for each in SOURCES if filename.endswith(f"-{pin.version}{each}")), None)
        return ending is not None and canonical(filename.removesuffix(f"-{pin.version}{ending}")) == canonical(pin.name)
    _, version, *_, pythons, abis, platforms = filename.removesuffix(".whl").split("-")
    return (
        version == pin.version
        and any(_runs(python, abi) for python in pythons.split(".") for abi in abis.split("."))
        and any(each == "any" or ("linux" in each and each.endswith(PROCESSORS)) for each in platforms.split("."))
    )


def _runs(python: str, abi: str) -> bool:
    """Whether a tag's interpreter and ABI are those of a CPython from 3.11 on, not of one without its lock."""
    if re.fullmatch(r"py3\d*", python):
        return abi == "none"
    minor = re.fullmatch(r"cp3(\d+)", python)
    return minor is not None and (abi == "abi3" or (int(minor[1]) >= OLDEST and abi in ("none", python)))


if __name__ == "__main__":
    sys.exit(main())
