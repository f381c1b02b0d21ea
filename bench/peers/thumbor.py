"""thumbor with file result storage, a process for each core: settings/thumbor.conf."""

import os
from collections.abc import Mapping
from pathlib import Path

from bench.data.library import PEERS
from bench.peers.peer import QUALITY
from bench.tools.processes import Program, environ, free_port, wait_until_up
from workers.sizing import Size

PROGRAM = PEERS / "thumbor/bin/thumbor"
SETTINGS = Path(__file__).parents[1] / "settings/thumbor.conf"


class Thumbor:
    """thumbor; where `statsd` is given, it says to that UDP port what its result storage does."""

    name = "thumbor"

    def __init__(self, statsd: int | None = None) -> None:
        self._statsd = statsd
        self._program: Program | None = None
        self._base = ""

    def lacking(self) -> str:
        """It comes from PyPI."""
        return "" if PROGRAM.exists() else "it could not be installed from PyPI"

    def start(self, photos: Path, folder: Path) -> str:
        """Ready is it when it answers."""
        port = free_port()
        variables = environ(BENCH_PHOTOS=str(photos), BENCH_RESULTS=str(folder / "results"))
        if self._statsd is not None:
            variables["BENCH_STATSD_PORT"] = str(self._statsd)
        options = [f"--port={port}", "--ip=127.0.0.1", f"--conf={SETTINGS}", f"--processes={os.cpu_count()}"]
        self._program = Program([str(PROGRAM), *options, "--log-level=error"], variables, folder / "thumbor.log")
        self._base = f"http://127.0.0.1:{port}"
        wait_until_up(f"{self._base}/healthcheck")
        return self._base

    def url(self, photo: str, size: Size, quality: int = QUALITY) -> str:
        """A square it crops from the middle; others are fitted in."""
        fit = "" if size.width == size.height else "fit-in/"
        return f"{self._base}/unsafe/{fit}{size.width}x{size.height}/filters:quality({quality})/{photo}"

    def pids(self) -> Mapping[str, int]:
        """The parent."""
        return {"thumbor": self._program.pid} if self._program else {}

    def stop(self) -> None:
        """Ends it."""
        if self._program:
            self._program.stop()
            self._program = None
