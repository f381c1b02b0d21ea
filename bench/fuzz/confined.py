"""A child that reads files for us, one after the other, and is replaced when one has brought it down."""

import json
import os
import selectors
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile

from bench.fuzz.readers import Finding
from bench.tools.processes import PROJECT

SECONDS = 60.0
"""What all readers together may take for one file of a few megapixels, on a machine that does something else too."""

LAST_WORDS = 2000  # bytes


class Confined:
    """The child. `readers` names others than those of Darkroom, as `module:name`."""

    def __init__(self, readers: str = "", *, seconds: float = SECONDS) -> None:
        self._readers = [readers] if readers else []
        self._seconds = seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._said = TemporaryFile()  # noqa: SIM115 - what children say, for as long as there are any

    def findings(self, path: Path) -> list[Finding]:
        """What comes of a file that may not; a child that dies of it, or does not end, is one of these."""
        child = self._child = self._child or self._started()
        assert child.stdin  # noqa: S101 - it was asked for
        try:
            child.stdin.write(os.fsencode(path) + b"\n")
            child.stdin.flush()
            answer = self._answer(child)
        except BrokenPipeError:
            answer = b""
        if answer is None:
            self._end()
            return [Finding("all", f"no end within {self._seconds:g} s")]
        if not answer:
            code = child.wait()
            how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            return [Finding("all", f"the process has ended ({how}){self._last_words()}")]
        return [Finding(**each) for each in json.loads(answer)]

    def close(self) -> None:
        """Ends the child, for good."""
        self._end()
        self._said.close()

    def _end(self) -> None:
        child, self._child = self._child, None
        if child:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe:
                    pipe.close()

    def _answer(self, child: "subprocess.Popen[bytes]") -> bytes | None:
        """A line; empty where it has ended, None where there is none in time."""
        assert child.stdout  # noqa: S101 - it was asked for
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            return child.stdout.readline() if selector.select(self._seconds) else None

    def _started(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "bench.fuzz.child", *self._readers]
        return subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said.fileno(), bufsize=0
        )

    def _last_words(self) -> str:
        self._end()
        self._said.seek(0)
        words = self._said.read()[-LAST_WORDS:].decode(errors="replace").strip().splitlines()
        self._said.truncate(0)
        self._said.seek(0)
        return f": {words[-1]}" if words else ""
