"""What reads headers inside of a confined process: takes a photo's file and its kind, and says what its reader sees."""

import importlib
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, is_dataclass
from typing import Any

from catalog.errors import Unreadable
from catalog.metadata.header import look_at
from catalog.source_file import watched
from confine import channel

# Loaded here, as nothing can be afterwards.
MODULES = ("catalog.metadata.libraries", "pillow_heif.as_plugin", "pillow_avif", "rawpy")


def prepare() -> None:
    """As `confine.zygote.Entry`."""
    for name in MODULES:
        with suppress(ImportError):  # its photos can't be read, as everywhere
            importlib.import_module(name)
    time.localtime()


def begin(_kind: str) -> Callable[[socket.socket], None]:
    """As `confine.zygote.Entry`."""
    return serve


def serve(job: socket.socket) -> None:
    """Looks at one file after the other, until nobody hands it any."""
    for wanted, descriptor in channel.files(job):
        channel.send(job.fileno(), _said(descriptor, wanted["kind"]))


def _said(descriptor: int, kind: str) -> dict[str, Any]:
    try:
        with os.fdopen(descriptor, "rb") as opened, watched(opened) as file:
            return {"seen": _named(look_at(file, kind))}
    except Unreadable as error:
        return {"unreadable": str(error)}
    except OSError as error:
        return {"errno": error.errno or 0, "strerror": error.strerror or type(error).__name__}
    except Exception as error:  # noqa: BLE001 - as in a scan: one odd file is not worth a traceback
        return {"failed": type(error).__name__, "sentence": str(error)}


def _named(value: Any) -> dict[str, Any]:
    """A dataclass by its names, as JSON takes it; `asdict` would copy all of it, too."""
    found = {field.name: getattr(value, field.name) for field in fields(value)}
    return {name: _named(each) if is_dataclass(each) else each for name, each in found.items()}
