"""ipx (sharp, libvips), a process for each core: settings/ipx/server.mjs."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from bench.data.library import PEERS
from bench.peers.peer import QUALITY
from bench.tools.processes import Program, environ, free_port, wait_until_up
from workers.sizing import Size

FOLDER = PEERS / "ipx"


class Ipx:
    """ipx, which keeps no renders: each request is a miss."""

    name = "ipx"

    def __init__(self) -> None:
        self._program: Program | None = None
        self._base = ""

    def lacking(self) -> str:
        """It comes by npm."""
        if shutil.which("node") is None:
            return "node is not installed"
        return "" if (FOLDER / "node_modules/ipx").exists() else "it could not be installed by npm"

    def start(self, photos: Path, folder: Path) -> str:
        """Ready is it when it answers."""
        port = free_port()
        command = ["node", str(FOLDER / "server.mjs"), str(port), str(photos)]
        self._program = Program(command, environ(NODE_ENV="production"), folder / "ipx.log")
        self._base = f"http://127.0.0.1:{port}"
        wait_until_up(self._base)
        return self._base

    def url(self, photo: str, size: Size, quality: int = QUALITY) -> str:
        """Asked for as a JPEG, since it would otherwise keep the photo's format."""
        fit = "cover" if size.width == size.height else "inside"
        return f"{self._base}/s_{size.width}x{size.height},fit_{fit},f_jpeg,q_{quality}/{photo}"

    def pids(self) -> Mapping[str, int]:
        """The parent."""
        return {"ipx": self._program.pid} if self._program else {}

    def stop(self) -> None:
        """Ends it."""
        if self._program:
            self._program.stop()
            self._program = None
