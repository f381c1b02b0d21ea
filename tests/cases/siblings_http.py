"""Photos whose shape is hard on an answer: as long as a line, as small as a dot."""

from functools import partial
from io import BytesIO

from PIL import Image

from tests.cases.case import Case

RED = (220, 30, 30)


def plain(width: int, height: int, kind: str) -> bytes:
    """A photo of one colour."""
    saved = BytesIO()
    Image.new("RGB", (width, height), RED).save(saved, kind)
    return saved.getvalue()


SIBLINGS = [
    Case(
        "one-pixel-wide.png",
        partial(plain, 1, 1000, "PNG"),
        "`1x1000` `thumbnail ≤ 8192x160` `(0,500) = (220,30,30) ±8`",
    ),
    Case(
        "one-pixel.png",
        partial(plain, 1, 1, "PNG"),
        "`1x1` `thumbnail ≤ 8192x160` `(0,0) = (220,30,30) ±8`",
    ),
    Case(
        "as-long-as-a-line.jpg",
        partial(plain, 16000, 1, "JPEG"),
        "`16000x1` `thumbnail ≤ 8192x160` `(8000,0) = (220,30,30) ±8`",
    ),
    Case(
        "a-long-panorama.jpg",
        partial(plain, 16000, 100, "JPEG"),
        "`16000x100` `thumbnail ≤ 8192x160` `(8000,50) = (220,30,30) ±8`",
    ),
    Case(
        "a-tall-panorama.webp",
        partial(plain, 20, 8000, "WEBP"),
        "`20x8000` `thumbnail ≤ 8192x160` `(10,4000) = (220,30,30) ±8`",
    ),
]
