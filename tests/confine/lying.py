"""Runs inside of a confined process, in the place of what renders, and says what its photo's file holds: frames in
JSON, a line each, with how many bytes come behind; or it dies. Some it says only of the first photo that it is given
(`"when": "fresh"`), or of those behind it ("used").
"""

import json
import os
import socket
import time
from collections.abc import Callable

from confine import channel

JPEG = b"\xff\xd8\xff"


def prepare() -> None:
    """As `confine.zygote.Entry`."""


def begin(_kind: str) -> Callable[[socket.socket], None]:
    """As `confine.zygote.Entry`."""
    return lie


def lie(job: socket.socket) -> None:
    """Says one frame after the other."""
    turn = "fresh"
    while (got := channel.receive(job)) is not None:
        assert got[2] is not None
        with os.fdopen(got[2], "rb") as photo:
            lines = photo.read().splitlines()
        for line in lines:
            said = json.loads(line)
            if isinstance(said, dict) and said.pop("when", turn) != turn:
                continue
            if said == "dies":
                os.abort()
            elif said == "sleeps":
                time.sleep(3600)
            elif said == "computes":
                while True:
                    pass
            else:
                start = JPEG if said.pop("jpeg", True) else b"GIF"
                body = start + bytes(said.pop("more", 0))
                channel.send(job.fileno(), said, body)
        turn = "used"
