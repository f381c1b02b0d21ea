"""What a shell completes after `darkroom`."""

import subprocess

import pytest

from darkroom.completion import SHELLS
from tests.darkroom.conftest import Darkroom


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["darkroom", "us"], {"user"}),
        (["darkroom", "user", "pa"], {"passwd"}),
        (["darkroom", "cache", "purge", "--o"], {"--older-than"}),
        (["darkroom", "serve", "--p"], {"--port", "--processes"}),
        (["darkroom", "completion", "b"], {"bash"}),
    ],
)
def test_bash(darkroom: Darkroom, words: list[str], offered: set[str]) -> None:
    script = darkroom("completion", "bash").out
    asking = f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _shtab_darkroom"
    shown = "printf '%s\n' \"${COMPREPLY[@]}\""
    done = subprocess.run(["bash", "-c", f"{script}\n{asking}\n{shown}"], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == offered


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_is_in_it(darkroom: Darkroom, shell: str) -> None:
    done = darkroom("completion", shell)
    assert (done.code, done.err) == (0, "")
    assert all(command in done.out for command in ("serve", "doctor", "why", "prerender"))
