"""What renders inside of a confined process: takes a photo's file and what is wanted, and gives JPEGs, or an error."""

import importlib
import logging
import os
import socket
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from confine import channel
from confine.channel import Head
from workers import pipeline
from workers.errors import Failed, OutOfMemory, RenderError
from workers.pipeline.limits import Limits
from workers.sizing import Size

# Loaded here, as nothing can be afterwards: what one kind of photo or another needs, whatever of it is installed.
MODULES = (
    "pillow_heif.as_plugin",
    "pillow_avif",
    "rawpy",
    "PIL.ImageCms",
    "workers.pipeline.tiff.image",
    "workers.pipeline.colours.press",
)
TIFF = "tiff"
"""The kind of process that has libvips, which does not outlive a fork and is loaded in each that may need it."""

TRACE, MESSAGE, MESSAGES = 4000, 500, 20


def prepare() -> None:
    """As `confine.zygote.Entry`."""
    for name in MODULES:
        with suppress(ImportError):  # photos of its kind are refused, as everywhere
            importlib.import_module(name)
    logging.getLogger().handlers.clear()
    time.localtime()


def begin(kind: str) -> Callable[[socket.socket], None]:
    """As `confine.zygote.Entry`."""
    if kind == TIFF:
        from workers.pipeline.tiff.libvips import libvips

        with suppress(RenderError):  # said of each photo that needs it
            libvips()
    return serve


def serve(job: socket.socket) -> None:
    """Renders one photo after the other, until nobody hands it any."""
    for wanted, descriptor in channel.files(job):
        _Render(job, wanted, descriptor).run()


class _Render:
    """The render of one photo."""

    def __init__(self, job: socket.socket, wanted: Head, descriptor: int) -> None:
        self._job, self._wanted, self._descriptor = job, wanted, descriptor
        self._limits = Limits(**wanted["limits"])
        self._damage = ""
        self._told = _Told()

    def run(self) -> None:
        """Says each render, and how it ended."""
        log = logging.getLogger()
        log.addHandler(self._told)
        try:
            with os.fdopen(self._descriptor, "rb") as source:
                getattr(self, f"_{self._wanted['wants']}")(source)
            if self._wanted["wants"] == "ladder":  # of one render it is known
                self._say({"ended": True})
        except RenderError as error:
            memory = {"memory": True} if isinstance(error, OutOfMemory) else {}
            self._say({"error": error.kind, "sentence": str(error), **memory})
        except Exception:  # noqa: BLE001 - the owner writes it down
            self._say({"error": Failed.kind, "trace": traceback.format_exc()[-TRACE:]})
        finally:
            log.removeHandler(self._told)

    def _render(self, source: Any) -> None:
        size = Size(*self._wanted["size"])
        more: Any = {"limits": self._limits, "on_damage": self._hear_damage}
        self._made(pipeline.render(source, size, self._wanted["quality"], **more))

    def _unscaled(self, source: Any) -> None:
        more: Any = {"limits": self._limits, "on_damage": self._hear_damage, "jpegtran": self._jpegtran}
        self._made(pipeline.unscaled(source, **more))

    def _ladder(self, source: Any) -> None:
        sizes = [Size(*each) for each in self._wanted["sizes"]]
        more: Any = {"limits": self._limits, "on_damage": self._hear_damage, "wanted": self._is_wanted}
        for size, jpeg in pipeline.render_ladder(source, sizes, self._wanted["quality"], **more):
            self._made(jpeg, size)

    def _made(self, jpeg: bytes, size: Size | None = None) -> None:
        self._say({"made": None if size is None else [size.width, size.height], "damage": self._damage}, jpeg)

    def _hear_damage(self, damage: str) -> None:
        self._damage = damage

    def _is_wanted(self, size: Size) -> bool:
        self._say({"ask": "wanted", "size": [size.width, size.height]})
        return bool(self._answer()[0]["wanted"])

    def _jpegtran(self, jpeg: bytes, orientation: int, seconds: float | None) -> bytes | None:
        self._say({"ask": "turned", "orientation": orientation, "seconds": seconds}, jpeg)
        answer, turned = self._answer()
        return turned if answer["turned"] else None

    def _answer(self) -> tuple[Head, bytes]:
        got = channel.receive(self._job)
        if got is None:
            raise EOFError
        return got[0], got[1]

    def _say(self, head: Head, body: bytes = b"") -> None:
        channel.send(self._job.fileno(), head | {"told": self._told.taken()}, body)


class _Told(logging.Handler):
    """Keeps what is logged, for the owner to log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._messages: list[tuple[int, str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """As `logging.Handler`."""
        if len(self._messages) < MESSAGES:
            self._messages.append((record.levelno, record.name, record.getMessage()[:MESSAGE]))

    def taken(self) -> list[tuple[int, str, str]]:
        """What was logged since the last time."""
        messages, self._messages = self._messages, []
        return messages
