"""The units of deploy/systemd, as systemd reads them, and what it says of how much they may do."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from config import Settings, load
from darkroom import cli
from tests.confine.hostile import WITHOUT
from tests.end_to_end.servers import PROJECT
from workers.queue.app import QUEUES

UNITS = PROJECT / "deploy/systemd"
PROGRAM = "/opt/darkroom/bin/darkroom"
SAME = "# What follows is the same in each unit"
EXPOSURE = 20
"""In tenths: systemd's own measure of what a unit may do, from 0 to 100 of them."""

NAMES = ("darkroom", "worker@interactive", "worker@prefetch", "prerender", "beat")
EACH = pytest.mark.parametrize("name", NAMES)


def file_of(name: str) -> Path:
    """The file of a unit, be it one of several instances."""
    return UNITS / f"{re.sub(r'@.*', '@', name)}.service"


def service(file: Path) -> dict[str, str]:
    """What stands in [Service]; of what stands there twice, what stands last."""
    read = configparser.RawConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]  # it would else be lower case
    read.read(file)
    return dict(read["Service"])


def command(name: str) -> list[str]:
    """What a unit starts, without the program."""
    told = service(file_of(name)) | service(next(iter(UNITS.glob(f"{name}.service.d/*.conf")), file_of(name)))
    program, *arguments = told["ExecStart"].replace("%i", name.partition("@")[2]).split()
    assert program == PROGRAM
    return arguments


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a machine that has the units, what systemd brings itself, and a program of the right name."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is missing: it is of Debian's package systemd")
    root = tmp_path_factory.mktemp("machine")
    shutil.copytree("/usr/lib/systemd/system", root / "usr/lib/systemd/system", symlinks=True)
    shutil.copytree(UNITS, root / "etc/systemd/system")
    program = root / PROGRAM.lstrip("/")
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return root


@EACH
def test_systemd_has_nothing_to_say_against_it(machine: Path, name: str) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", f"--root={machine}", f"{name}.service"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@EACH
def test_it_may_do_little(machine: Path, name: str) -> None:
    options = ["--offline=true", f"--threshold={EXPOSURE}", f"--root={machine}", "--no-pager"]
    done = subprocess.run(
        ["systemd-analyze", "security", *options, f"{name}.service"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-200:] + done.stderr


def test_all_are_confined_alike() -> None:
    parts = {file.read_text().partition(SAME)[2] for file in UNITS.glob("*.service")}
    assert len(parts) == 1
    assert "ProtectSystem=strict" in parts.pop()


@EACH
def test_it_may_shut_in_what_decodes(name: str) -> None:
    allowed = [line for line in file_of(name).read_text().splitlines() if line.startswith("SystemCallFilter=")]
    assert set(" ".join(allowed[2:]).partition("=")[2].split()) == set(WITHOUT["without both"])


@EACH
def test_what_it_starts_is_a_command(name: str) -> None:
    assert cli.build().parse_args(command(name)).command in ("serve", "worker", "beat")


def test_every_queue_has_its_worker() -> None:
    told = [cli.build().parse_args(command(name)) for name in NAMES]
    assert sorted(each.queues for each in told if each.command == "worker") == sorted(QUEUES)


def test_what_nobody_waits_for_has_less_of_the_processor() -> None:
    weights = [int(service(file_of(name)).get("CPUWeight", "100")) for name in ("darkroom", "worker@", "prerender")]
    weights.insert(2, int(service(UNITS / "worker@prefetch.service.d/prefetch.conf")["CPUWeight"]))
    assert weights == sorted(weights, reverse=True)
    assert len(set(weights)) == len(weights)


@EACH
def test_it_is_given_the_time_that_it_takes_to_end(name: str) -> None:
    told = service(file_of(name))
    assert told["KillMode"] == "mixed"
    longest = Settings().hung_after if "worker" in command(name) else 5
    assert int(told["TimeoutStopSec"]) > longest


def test_the_settings_that_it_shows_are_settings(tmp_path: Path) -> None:
    lines = (UNITS / "environment").read_text().splitlines()
    shown = dict(line[1:].split("=", 1) for line in lines if re.match(r"#[A-Z]", line))
    assert load(shown | {"DATA_DIR": str(tmp_path)}).distributed
