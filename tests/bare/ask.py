"""`tests/bare/run`: asks a server what a person asks first, and looks at the answers.

`python -m tests.bare.ask URL sample`: of the sample library; `… kinds`: of the photos of `tests.bare.kinds`. Says what
is not as it should be, a line each, and then exits with 1. Needs what serves, and no more.
"""

import json
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

from PIL import Image

from catalog.sample import SAMPLES
from tests.bare.kinds import KINDS, SIZE, colours_of
from tests.workers.samples.pictures import shows

SCANNED_WITHIN = 120  # seconds; a scan waits for what may still be being written
TOLERANCE = 40  # in 255: LibRaw balances, codecs of videos round


def main() -> int:
    url, library = sys.argv[1:]
    server = Server(url)
    wrong = [*page(server), *(of_the_sample(server) if library == "sample" else of_each_kind(server))]
    for sentence in wrong:
        print(f"ask: {sentence}", file=sys.stderr)
    return 1 if wrong else 0


class Server:
    """The server at a URL."""

    def __init__(self, url: str) -> None:
        self._url = url

    def get(self, path: str, **query: object) -> tuple[int, str, bytes]:
        """Status, content type and body."""
        try:
            with urlopen(f"{self._url}{path}?{urlencode(query)}", timeout=120) as answer:  # noqa: S310 - our own server
                return answer.status, answer.headers.get_content_type(), answer.read()
        except HTTPError as error:
            return error.code, error.headers.get_content_type(), error.read()

    def found(self, query: str, count: int) -> str:
        """The vid of a view of so many photos, for which it waits; `""` where there are never so many."""
        ends = time.monotonic() + SCANNED_WITHIN
        while time.monotonic() < ends:
            status, kind, body = self.get("/picapportapi/1.0/runQuery", query=query)
            if (status, kind) != (200, "application/json"):
                return ""
            view: dict[str, Any] = json.loads(body)
            if view["count"] == count:
                return str(view["vid"])
            time.sleep(0.2)
        return ""

    def photo(self, vid: str, **size: int) -> tuple[str, Image.Image | None]:
        """What is wrong with the answer, or `""`, and the photo."""
        status, kind, body = self.get("/picapportapi/1.0/getPhoto", vid=vid, index=0, **size)
        if (status, kind) != (200, "image/jpeg"):
            return f"{status} {kind} {body[:200]!r}", None
        image = Image.open(BytesIO(body), formats=("JPEG",))
        return "", image.convert("RGB")


def page(server: Server) -> Iterator[str]:
    """What is wrong with the page, and with what the server says of itself; waits until it has its workers."""
    ends = time.monotonic() + SCANNED_WITHIN
    while server.get("/ready")[0] != 200 and time.monotonic() < ends:
        time.sleep(0.2)
    for path, expected, said in (("/", "text/html", b"Darkroom"), ("/ready", "application/json", b"")):
        status, kind, body = server.get(path)
        if (status, kind) != (200, expected) or said not in body:
            yield f"{path}: {status} {kind} {body[:200]!r}"


def of_the_sample(server: Server) -> Iterator[str]:
    """What is wrong with the sample library."""
    if not server.found("*", len(SAMPLES)):
        yield f"runQuery does not find the {len(SAMPLES)} photos"
    beach = SAMPLES[0]
    vid = server.found("beach", 1)
    for size, expected in (({"width": 400, "height": 300}, (400, 300)), ({}, (beach.width, beach.height))):
        wrong, image = server.photo(vid, **size)
        if image is None or image.size != expected:
            yield f"{beach.path} in {size or 'its own size'}: {wrong or image}"


def of_each_kind(server: Server) -> Iterator[str]:
    """What is wrong with the photos, scaled and in their own size."""
    if not server.found("*", len(KINDS)):
        yield f"runQuery does not find the {len(KINDS)} photos"
    for name in KINDS:
        vid = server.found(name.partition(".")[0], 1)
        for size, expected in (({"width": 320, "height": 240}, (320, 240)), ({}, SIZE)):
            wrong, image = server.photo(vid, **size)
            if image is None or image.size != expected or not shows(image, colours_of(name), TOLERANCE):
                yield f"{name} in {size or 'its own size'}: {wrong or image}"


if __name__ == "__main__":
    sys.exit(main())
