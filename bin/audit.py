"""`make audit`: whether a pinned version is known to be vulnerable, as OSV (https://osv.dev) says; pip-audit asks it.

Exit codes: 0 nothing is known of any, 1 of some there is, 3 the database could not be asked, so that nothing is known.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bin.requirements import FILES, PROJECT, canonical, pins

PIP_AUDIT = PROJECT / ".tools/audit/bin/pip-audit"
OSV = "https://api.osv.dev/v1/query"
"""https://google.github.io/osv.dev/post-v1-query/"""
TIMEOUT = "30"  # seconds, of one answer
CLEAN, VULNERABLE, NOT_ASKED = 0, 1, 3

REASONS = (
    r"\[Errno -?\d+\] [\w ]+",
    r"certificate verify failed[\w :]*",
    r"\b[45]\d\d \w+ Error: [\w ]+",
    r"\w+Error\b.*",
)
"""What of pip-audit's words says why, the most telling first."""


class NotAsked(Exception):
    """Why the database gave no answer."""


def main() -> int:
    """Says what is known, a line each; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bin.audit", description=__doc__)
    parser.add_argument("--url", default=OSV, help=f"of the database, or of one that answers as it does ({OSV})")
    chosen = parser.parse_args()
    packages = pinned()
    try:
        found = list(vulnerabilities(asked(chosen.url, packages)))
    except NotAsked as error:
        say(f"{chosen.url} could not be asked ({error}): nothing is known of the {len(packages)} pinned versions")
        return NOT_ASKED
    for sentence in found:
        say(sentence)
    if not found:
        say(f"nothing is known of the {len(packages)} pinned versions")
    return VULNERABLE if found else CLEAN


def pinned() -> list[str]:
    """All that is pinned, in whatever file and for whatever machine: name==version, each once."""
    return sorted({f"{canonical(pin.name)}=={pin.version}" for file in FILES for pin in pins(PROJECT / file)})


def asked(url: str, packages: list[str]) -> list[dict[str, Any]]:
    """What pip-audit says of each of these, as its JSON has it.

    Raises:
        NotAsked: the database can't be reached, or answers otherwise than it should.
    """
    # Several versions of a package it takes by turns alone.
    return [each for listed in apart(packages) for each in _asked(url, listed)]


def _asked(url: str, packages: list[str]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="darkroom-audit-") as folder:
        file, answer = Path(folder) / "requirements.txt", Path(folder) / "answer.json"
        file.write_text("".join(f"{each}\n" for each in packages), "utf-8")
        command = [str(PIP_AUDIT), "--no-deps", "--disable-pip", "--progress-spinner", "off", "--timeout", TIMEOUT]
        command += ["--vulnerability-service", "osv", "--osv-url", url, "--format", "json", "--output", str(answer)]
        command += ["--cache-dir", folder, "--requirement", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not answer.is_file():
            raise NotAsked(reason(done.stderr))
        found: list[dict[str, Any]] = json.loads(answer.read_text("utf-8"))["dependencies"]
    return found


def apart(packages: list[str]) -> Iterator[list[str]]:
    """The same, in lists that have each name once."""
    left = packages
    while left:
        first = {each.partition("==")[0]: each for each in reversed(left)}
        yield sorted(first.values())
        left = [each for each in left if each not in first.values()]


def vulnerabilities(answers: list[dict[str, Any]]) -> Iterator[str]:
    """A sentence for each that is known.

    Raises:
        NotAsked: of a package there is no answer.
    """
    for each in answers:
        if "skip_reason" in each:
            raise NotAsked(f"{each['name']} was left out: {each['skip_reason']}")
        for known in each["vulns"]:
            names = ", ".join([known["id"], *known["aliases"]])
            mended = " or ".join(known["fix_versions"])
            todo = f"raise it to {mended}" if mended else "no version is mended yet"
            yield f"{each['name']} {each['version']} is vulnerable ({names}): {todo}"


def reason(said: str) -> str:
    """Why pip-audit has failed, by what it says."""
    found = (re.findall(pattern, said) for pattern in REASONS)
    return next(
        (each[-1].strip() for each in found if each), said.strip().rpartition("\n")[2] or "pip-audit said nothing"
    )


def say(sentence: str) -> None:
    print(f"audit: {sentence}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
