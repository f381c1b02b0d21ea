"""GIF of which the first picture ends early, or is damaged somewhere: shown as far as it goes."""

from typing import Any, BinaryIO, cast

from PIL import Image

from catalog.kinds.damage import CORRUPT, TRUNCATED, mark
from catalog.kinds.pillow_errors import is_damage
from catalog.kinds.untouched import UntouchedGif
from workers.pipeline.readers.missing import blank

# No picture has a whole row of it but by chance, as most palettes are smaller.
UNSEEN = 255


class Gif(UntouchedGif):
    """A GIF whose first picture shows the rows that there are: a single one will do."""

    source: BinaryIO
    """The photo's file."""

    def _open(self) -> None:
        self.source = cast(BinaryIO, self.fp)
        super()._open()

    def load_prepare(self) -> None:
        """Makes rows that are not decoded known by their pixels."""
        super().load_prepare()
        if self.tile and self.tile[0].extents is not None:
            self.im.paste(UNSEEN, self.tile[0].extents)

    def load(self) -> Any:
        """Decodes it, and notes where that is not all of it.

        Raises:
            Exception: what Pillow raises, where there is no row.
        """
        if not self.tile:
            return super().load()
        _, extents, pixels, args = self.tile[0]
        try:
            super().load()
        except Exception as error:
            shown = None
            if is_damage(error) and self._im is not None and extents is not None and isinstance(args, tuple):
                shown = _shown(self._new(self.im), extents, interlaced=bool(args[1]))
            self.tile = []
            if shown is None:
                self._im = None  # so that it fails again
                raise
            self.info.pop("transparency", None)
            self.palette = None
            self.im, self._mode = shown.im, shown.mode
            mark(self, CORRUPT if _has_end(self.source, pixels) else TRUNCATED)
        if extents is not None:
            self._clear_around(extents)
        return Image.Image.load(self)

    def _clear_around(self, extents: tuple[int, int, int, int]) -> None:
        """Has nothing where the picture does not cover the file's screen, as browsers do; Pillow puts the palette's
        first colour there, unless one of them stands for nothing."""
        if extents == (0, 0, *self.size) or "transparency" in self.info:
            return
        seen = Image.new("RGBA", self.size)
        seen.paste(self._new(self.im).crop(extents).convert("RGBA"), extents)
        self.im, self._mode, self.palette = seen.im, seen.mode, None


def _shown(image: Image.Image, extents: tuple[int, int, int, int], *, interlaced: bool) -> Image.Image | None:
    """The rows that were decoded, what is missing between them made of the one above; None where there are none."""
    left, upper, right, lower = extents
    rows = [
        row for row in range(upper, lower) if image.crop((left, row, right, row + 1)).getextrema() != (UNSEEN, UNSEEN)
    ]
    if not rows:
        return None
    if not interlaced:
        return blank(image, rows[-1] + 1, lower)
    shown, known = blank(image, lower, lower), set(rows)
    for row in range(rows[0] + 1, lower):
        if row not in known:
            shown.paste(shown.crop((left, row - 1, right, row)), (left, row))
    return shown


def _has_end(file: BinaryIO, place: int) -> bool:
    """Whether the data that begins there goes on to its end: blocks behind their lengths, the last one empty."""
    file.seek(place)
    while length := file.read(1):
        if length == b"\0":
            return True
        if len(file.read(length[0])) < length[0]:
            break
    return False
