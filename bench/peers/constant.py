"""What Falcon and waitress cost by themselves: an app that answers with a constant."""

import sys
from collections.abc import Mapping
from pathlib import Path

from bench.peers.peer import QUALITY
from bench.tools.processes import Program, environ, free_port, wait_until_up
from workers.sizing import Size


class Constant:
    """`bench.peers.constant_app` with a render that is here already: the first file of `photos`."""

    name = "constant app"

    def __init__(self) -> None:
        self._program: Program | None = None
        self._base = ""

    def lacking(self) -> str:
        """It is here."""
        return ""

    def start(self, photos: Path, folder: Path) -> str:
        """Ready is it when it answers."""
        port, file = free_port(), next(photos.iterdir())
        command = [sys.executable, "-m", "bench.peers.constant_app", str(port), str(file)]
        self._program = Program(command, environ(), folder / "constant.log")
        self._base = f"http://127.0.0.1:{port}"
        wait_until_up(self._base)
        return self._base

    def url(self, photo: str, size: Size, quality: int = QUALITY) -> str:  # noqa: ARG002 - it is the same for all
        """As long as Darkroom's, since a longer request takes longer to read."""
        return (
            f"{self._base}/picapportapi/1.0/getPhoto?photoid=AAAAAAAAAAAAAAAAAAAAAA"
            f"&width={size.width}&height={size.height}&quality={quality / 100}"
        )

    def pids(self) -> Mapping[str, int]:
        """The one."""
        return {"constant app": self._program.pid} if self._program else {}

    def stop(self) -> None:
        """Ends it."""
        if self._program:
            self._program.stop()
            self._program = None
