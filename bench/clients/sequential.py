"""One client that asks one thing after the other, and looks at what it is given."""

import http.client
import time
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlsplit

from PIL import Image

from workers.sizing import Size

TIMEOUT = 120.0  # seconds
IDLE = 1.0  # seconds after which a server may be about to close a connection
ROUNDING = 1  # pixels by which peers round otherwise


class Wrong(Exception):
    """An answer that is not the JPEG asked for: what took so long was something else."""


@dataclass(frozen=True, slots=True)
class Got:
    """A JPEG, and how many milliseconds it took from the first byte asked to the last byte read."""

    jpeg: bytes
    milliseconds: float


class Asker:
    """A client on a connection of its own, which stays open."""

    def __init__(self, base: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=TIMEOUT)
        self._used = 0.0

    def get(self, url: str, size: Size) -> Got:
        """The photo at `url`, which must be a JPEG of that size.

        Raises:
            Wrong: it is not.
            OSError, http.client.HTTPException: there is no answer.
        """
        asked = url.split("/", 3)[3]
        if time.perf_counter() - self._used > IDLE:
            self._connection.close()
            self._connection.connect()
        began = time.perf_counter()
        self._connection.request("GET", f"/{asked}")
        answer = self._connection.getresponse()
        content = answer.read()
        self._used = time.perf_counter()
        took = (self._used - began) * 1000
        if answer.status != 200:
            raise Wrong(f"{url} was answered with {answer.status}: {content[:300]!r}")
        prove(content, size, url)
        return Got(content, took)

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()


def prove(content: bytes, size: Size, what: str) -> None:
    """Looks whether this is a JPEG of that size, to a pixel that may be rounded otherwise.

    Raises:
        Wrong: it is not.
    """
    try:
        with Image.open(BytesIO(content), formats=("JPEG",)) as image:
            found = image.size
    except OSError as error:
        raise Wrong(f"{what} is no JPEG: {content[:100]!r}") from error
    if abs(found[0] - size.width) > ROUNDING or abs(found[1] - size.height) > ROUNDING:
        raise Wrong(f"{what} is of {found[0]}x{found[1]} pixels; asked for were {size.width}x{size.height}")
