"""BMP of which rows are missing at the file's end, and BMP of runs."""

from typing import Any, BinaryIO, cast

from PIL import Image
from PIL.BmpImagePlugin import BmpImageFile

from catalog.kinds.damage import TRUNCATED, mark
from catalog.kinds.pillow_errors import is_damage
from workers.pipeline.readers.missing import blank
from workers.pipeline.readers.padded import Padded
from workers.pipeline.readers.rle import runs


class Bmp(BmpImageFile):
    """A bitmap that shows the rows that there are; most begin with the lowest, so that the upper ones are missing."""

    source: BinaryIO
    """The photo's file."""

    def _open(self) -> None:
        self.source = cast(BinaryIO, self.fp)
        super()._open()

    def load(self) -> Any:
        """Decodes it, and notes where that is not all of it.

        Raises:
            Exception: what Pillow raises, where there is no row.
        """
        if not self.tile:
            return super().load()
        codec, _, place, args = self.tile[0]
        if codec == "bmp_rle" and isinstance(args, tuple):
            return self._load_runs(place, four_bits=bool(args[1]), direction=args[-1])
        try:
            return super().load()
        except Exception as error:
            if not (is_damage(error) and codec == "raw" and isinstance(args, tuple) and self.tile):
                raise
            _, stride, direction = args
            rows = (self.source.seek(0, 2) - place) // stride
            if not 0 < rows < self.height:
                raise
        self.fp = cast(Any, Padded(self.source, place + stride * self.height))
        super().load()
        return self._without(rows, direction)

    def _load_runs(self, place: int, *, four_bits: bool, direction: int) -> Any:
        self.source.seek(place)
        pixels, rows = runs(self.source.read(), self.width, self.height, four_bits=four_bits)
        if not rows:
            raise OSError("image file is truncated: there is no row of runs")
        # Of black and white alone Pillow makes a picture of bits, with no palette.
        image = Image.frombytes("P" if self.mode == "P" else "L", self.size, pixels)
        if self.mode == "1":
            image = image.point(lambda level: 255 * bool(level)).convert("1")
        if direction < 0:
            image = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        self.im, self.tile = image.im, []
        shown = Image.Image.load(self)
        return shown if rows == self.height else self._without(rows, direction)

    def _without(self, rows: int, direction: int) -> Any:
        """What was decoded, of which there are but so many rows in the file."""
        missing = (rows, self.height) if direction > 0 else (0, self.height - rows)
        shown = blank(self._new(self.im), *missing)
        if shown.mode != self.mode:
            self.palette = None
        self.im, self._mode = shown.im, shown.mode
        mark(self, TRUNCATED)
        return Image.Image.load(self)
