"""`python -m catalog` without a process of its own."""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from catalog.__main__ import main
from tests.catalog.library import Library


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(library: Library, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command with the library's settings; `stdin` is what it can read, in bytes."""
    for name, value in library.environment().items():
        monkeypatch.setenv(name, value)

    def command(*arguments: str, stdin: bytes = b"", **settings: str) -> Done:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        capsys.readouterr()
        try:
            code = main(arguments)
        except SystemExit as error:  # as argparse ends
            code = int(str(error.code))
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return command
