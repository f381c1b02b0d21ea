"""What is right for a photo, told in a short notation, and how an answer is held to it.

| notation | means |
|---|---|
| `120x80` | catalogued with that size; its own size is answered with it, half the width in proportion |
| `(60,40) = (220,30,30) ±15` | the colour at that pixel of its own size, and at the same place in half the width |
| `(60,40) in (0..60, 130..195, 205..250)` | likewise, from..to of red, green and blue |
| `own 501` | the status of its own size, and of half the width |
| `thumbnail ≤ 8192x160` | its thumbnail is no larger |
| `created 2019-01-01T00:04:20`, `title …`, `rating 4`, `place -33.8 151.2` | what its metadata says |
| `offset +02:00` | how far its clock was before UTC |
| `keywords a, b` | its keywords, in whatever order |
| `finds keyword:Palermo` | that query finds it |
| `damaged truncated` | every answer with its picture says so |
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

Box = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
STATEMENT = re.compile(r"`([^`]+)`")
SIZE = re.compile(r"(\d+)x(\d+)")
PIXEL = re.compile(r"\((\d+),(\d+)\) = \((\d+),(\d+),(\d+)\) ±(\d+)")
RANGE = re.compile(r"\((\d+),(\d+)\) in \((\d+)\.\.(\d+), (\d+)\.\.(\d+), (\d+)\.\.(\d+)\)")


@dataclass(frozen=True)
class Case:
    """A photo's file by the name that it has in its root, `make` giving its bytes; `right` is what has to be."""

    name: str
    make: Callable[[], bytes]
    right: str

    @property
    def statements(self) -> list[str]:
        """What is right, one thing each."""
        return STATEMENT.findall(self.right)

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels; None where none is said."""
        return next(((int(m[1]), int(m[2])) for each in self.statements if (m := SIZE.fullmatch(each))), None)

    @property
    def colours(self) -> list[tuple[tuple[int, int], Box]]:
        """Places in its own size, and the colours that may be there, from and to."""
        found: list[tuple[tuple[int, int], Box]] = []
        for each in self.statements:
            if match := PIXEL.fullmatch(each):
                x, y, *levels, near = map(int, match.groups())
                red, green, blue = ((level - near, level + near) for level in levels)
                found.append(((x, y), (red, green, blue)))
            elif match := RANGE.fullmatch(each):
                x, y, *ends = map(int, match.groups())
                found.append(((x, y), ((ends[0], ends[1]), (ends[2], ends[3]), (ends[4], ends[5]))))
        return found

    def said(self, word: str) -> list[str]:
        """What is said behind that word."""
        return [each.removeprefix(f"{word} ") for each in self.statements if each.startswith(f"{word} ")]

    def check_colours(self, jpeg: bytes) -> None:
        """Fails where a JPEG of the photo, in whatever size, does not show what it should, by its plain numbers."""
        assert self.size
        with Image.open(BytesIO(jpeg), formats=["JPEG"]) as image:
            assert image.mode in ("RGB", "L"), image.mode
            shown = image.convert("RGB")
        for (x, y), box in self.colours:
            place = (
                min(int((x + 0.5) * shown.width / self.size[0]), shown.width - 1),
                min(int((y + 0.5) * shown.height / self.size[1]), shown.height - 1),
            )
            pixel = shown.getpixel(place)
            assert isinstance(pixel, tuple)
            assert all(low <= level <= high for level, (low, high) in zip(pixel, box, strict=True)), (
                f"{self.name}: {pixel} at {place} of {shown.size}, not {box}"
            )


KNOWN = ("own", "thumbnail", "created", "offset", "title", "rating", "place", "keywords", "finds", "damaged")


def understood(case: Case) -> bool:
    """Whether each of a case's statements is one that is looked at."""
    return bool(case.statements) and all(
        SIZE.fullmatch(each) or PIXEL.fullmatch(each) or RANGE.fullmatch(each) or each.partition(" ")[0] in KNOWN
        for each in case.statements
    )
