"""What is known to be vulnerable, asked by the real pip-audit of a database on loopback that answers as OSV does."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from bin.audit import PIP_AUDIT, apart, pinned, reason
from bin.requirements import FILES, canonical, pins
from tests.bin.indexes import answering
from tests.bin.trees import PROJECT

PILLOWS = sorted(each for each in pinned() if each.startswith("pillow=="))


@pytest.fixture(autouse=True)
def there_is_pip_audit() -> None:
    if not PIP_AUDIT.exists():
        assert "CI" not in os.environ, "bin/setup tests has not made .tools/audit"
        pytest.skip("pip-audit is not set up here: bin/setup audit")


def audit(url: str) -> tuple[int, list[str]]:
    """The exit code, and what was said."""
    done = subprocess.run(
        [sys.executable, "-m", "bin.audit", "--url", url], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
    return done.returncode, done.stderr.splitlines()


def vulnerability(package: str, fixed: str | None) -> dict[str, Any]:
    """One as OSV has it: https://ossf.github.io/osv-schema/"""
    events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
    return {
        "id": f"GHSA-{package}",
        "schema_version": "1.6.0",
        "aliases": ["CVE-2026-0001"],
        "summary": "A photo is taken for another",
        "affected": [
            {"package": {"name": package, "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
        ],
    }


class Database:
    """Knows of what it is given; notes what it is asked for."""

    def __init__(self, known: dict[str, dict[str, Any]]) -> None:
        self.asked: list[str] = []
        self._known = known

    def __call__(self, query: dict[str, Any]) -> dict[str, Any]:
        package = f"{query['package']['name']}=={query['version']}"
        self.asked.append(package)
        return {"vulns": [self._known[package]]} if package in self._known else {}


@pytest.fixture
def clean() -> Iterator[tuple[str, Database]]:
    """A database that knows of nothing, and its URL."""
    database = Database({})
    with answering({"/v1/query": database}) as url:
        yield f"{url}/v1/query", database


def test_nothing_is_known(clean: tuple[str, Database]) -> None:
    url, database = clean
    everything = pinned()
    assert audit(url) == (0, [f"audit: nothing is known of the {len(everything)} pinned versions"])
    assert sorted(database.asked) == everything


def test_of_two_something_is_known() -> None:
    old, *_ = PILLOWS
    (falcon,) = (each for each in pinned() if each.startswith("falcon=="))
    database = Database({old: vulnerability("pillow", "99.0"), falcon: vulnerability("falcon", None)})
    with answering({"/v1/query": database}) as url:
        code, said = audit(f"{url}/v1/query")
    assert (code, sorted(said)) == (
        1,
        [
            f"audit: {falcon.replace('==', ' ')} is vulnerable (CVE-2026-0001, GHSA-falcon): no version is mended yet",
            f"audit: {old.replace('==', ' ')} is vulnerable (CVE-2026-0001, GHSA-pillow): raise it to 99.0",
        ],
    )


def test_a_database_that_is_not_there() -> None:
    with answering({}) as url:
        pass
    code, (said,) = audit(url)
    nothing = f"nothing is known of the {len(pinned())} pinned versions"
    assert (code, said) == (3, f"audit: {url} could not be asked ([Errno 111] Connection refused): {nothing}")


@pytest.mark.parametrize(
    ("status", "answer", "why"),
    [
        (503, {}, "503 Server Error: Service Unavailable for url"),
        (200, None, "404 Client Error: Not Found for url"),
        (200, {"vulnerabilities": []}, "KeyError: 'vulns'"),
    ],
)
def test_a_database_that_answers_otherwise(status: int, answer: object, why: str) -> None:
    with answering({"/v1/query": answer}, status) as url:
        code, (said,) = audit(f"{url}/v1/query")
    assert (code, said) == (
        3,
        f"audit: {url}/v1/query could not be asked ({why}): nothing is known of the {len(pinned())} pinned versions",
    )


def test_what_is_for_other_machines_is_asked_for_too() -> None:
    every = {f"{canonical(pin.name)}=={pin.version}" for file in FILES for pin in pins(PROJECT / file)}
    assert set(pinned()) == every
    assert len(PILLOWS) > 1
    assert [each for listed in apart(PILLOWS) for each in listed] == PILLOWS
    assert all(len(listed) == 1 for listed in apart(PILLOWS))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (
            "x.ConnectionError: HTTPSConnectionPool(host='a'): Max retries exceeded (Caused by NameResolutionError("
            "\"<x at 0x7f>: Failed to resolve 'a' ([Errno -2] Name or service not known)\"))\n",
            "[Errno -2] Name or service not known",
        ),
        ("Traceback\nValueError: odd\n", "ValueError: odd"),
        ("something\nelse\n", "else"),
        ("", "pip-audit said nothing"),
    ],
)
def test_why_it_could_not_be_asked(said: str, why: str) -> None:
    assert reason(said) == why


def test_its_environment_is_whole() -> None:
    checked = subprocess.run(
        [PIP_AUDIT.with_name("python"), "-m", "pip", "check"], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout) == (0, "No broken requirements found.\n")
