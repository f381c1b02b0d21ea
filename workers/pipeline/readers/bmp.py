"""BMP of which rows are missing at the file's end."""

from typing import Any, BinaryIO, cast

from PIL import Image
from PIL.BmpImagePlugin import BmpImageFile

from catalog.kinds.damage import TRUNCATED, is_damage, mark
from workers.pipeline.readers.missing import blank
from workers.pipeline.readers.padded import Padded


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
        missing = (rows, self.height) if direction > 0 else (0, self.height - rows)
        shown = blank(self._new(self.im), *missing)
        if shown.mode != self.mode:
            self.palette = None
        self.im, self._mode = shown.im, shown.mode
        mark(self, TRUNCATED)
        return Image.Image.load(self)
