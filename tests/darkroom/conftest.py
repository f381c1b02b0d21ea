"""`darkroom` without a process of its own."""

import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from darkroom.cli import run
from tests.catalog.library import Library


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


Darkroom = Callable[..., Done]


@pytest.fixture
def darkroom(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Darkroom:
    """Runs a command with the library's settings, in `tmp_path`."""
    environ = library.environment() | {
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_DATA_HOME": str(tmp_path / "own"),
    }

    def command(*arguments: str, stdin: bytes = b"", **settings: str) -> Done:
        monkeypatch.setattr(os, "environ", environ | settings)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        capsys.readouterr()
        try:
            code = run(arguments)
        except SystemExit as ended:
            code = int(str(ended.code))
        return Done(code, *capsys.readouterr())

    monkeypatch.chdir(tmp_path)
    return command
