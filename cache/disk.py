"""The disk tier: one bare .jpg for each render, in sharded folders, seen by every process of the host."""

import os
import secrets
import time
from contextlib import suppress
from pathlib import Path

from cache.errors import TierError
from cache.key import RenderKey

START_OF_IMAGE = b"\xff\xd8"
END_OF_IMAGE = b"\xff\xd9"


class DiskTier:
    """Keeps renders as files below `folder`, which is made when the first one comes.

    No index and no lock: a file appears whole, by its rename, or not at all. Nothing is fsynced, since a render
    can be made again; what a power cut leaves torn is found when it is read, by its first and last bytes.
    The folder may be removed while this runs: it comes back with the next render.
    """

    name = "disk"
    shared = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._prefix = f"{folder}/"
        self._temporary = folder / "tmp"  # inside the folder, so on its filesystem: a rename must not copy

    def get(self, key: RenderKey) -> bytes | None:
        """The render; None where it is not here. A file that is no whole JPEG is removed and counts as not here.

        Raises:
            OSError: the disk can't be read.
        """
        path = self._prefix + key.path
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            render = os.read(descriptor, os.fstat(descriptor).st_size)
        finally:
            os.close(descriptor)
        if render.startswith(START_OF_IMAGE) and render.endswith(END_OF_IMAGE):
            return render
        # Where another process has just put a good one in its place, that one goes: it costs one render.
        with suppress(OSError):
            Path(path).unlink()
        return None

    def put(self, key: RenderKey, render: bytes) -> bool:
        """Keeps `render`, in the place of what was there under this key. True.

        Raises:
            TierError: the disk doesn't take it (full, read-only, …); nothing of it is left.
        """
        temporary = self._temporary / f"{os.getpid()}-{secrets.token_hex(8)}"
        try:
            self._write(temporary, render)
            self._move(temporary, Path(self._prefix + key.path))
        except OSError as error:
            with suppress(OSError):
                temporary.unlink()
            raise TierError(f"a render of {len(render)} bytes was not taken: {error.strerror}") from error
        return True

    def drop(self, key: RenderKey) -> None:
        """Removes a render, if it is here.

        Raises:
            OSError: the disk doesn't let it go.
        """
        Path(self._prefix + key.path).unlink(missing_ok=True)

    def sweep(self, older_than: float) -> int:
        """Removes temporary files that were begun more than `older_than` seconds ago, by processes killed since.

        Gives how many there were. A put takes milliseconds: with a minute or more no living one is hit.
        """
        last = time.time() - older_than
        swept = 0
        with suppress(FileNotFoundError):
            for path in list(self._temporary.iterdir()):
                with suppress(OSError):  # another process sweeps too
                    if path.stat().st_mtime <= last:
                        path.unlink()
                        swept += 1
        return swept

    def _write(self, temporary: Path, render: bytes) -> None:
        try:
            file = temporary.open("xb")
        except FileNotFoundError:
            self._temporary.mkdir(parents=True, exist_ok=True)
            file = temporary.open("xb")
        with file:
            file.write(render)

    @staticmethod
    def _move(temporary: Path, path: Path) -> None:
        # Shards are made when they are missed, not looked for each time: soon all of them are there.
        try:
            temporary.replace(path)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(path)
