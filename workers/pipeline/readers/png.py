"""PNG of which the pixels end early, or are damaged somewhere: shown as far as they go, as browsers do."""

import zlib
from typing import Any

from PIL import Image

from catalog.kinds.damage import CORRUPT, TRUNCATED, mark
from catalog.kinds.pillow_errors import is_damage
from catalog.kinds.png import chunks
from catalog.kinds.readable_png import ReadablePng
from workers.pipeline.readers.missing import blank

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Numbers of a pixel, by the kind of colour."""

# Adam7: where the pixels of each pass begin and how far apart they are, across and down; and the block that each pixel
# stands for as long as no later pass has come.
PASSES = (
    ((0, 0, 8, 8), (8, 8)),
    ((4, 0, 8, 8), (4, 8)),
    ((0, 4, 4, 8), (4, 4)),
    ((2, 0, 4, 4), (2, 4)),
    ((0, 2, 2, 4), (2, 2)),
    ((1, 0, 2, 2), (1, 2)),
    ((0, 1, 1, 2), (1, 1)),
)
BLOCK = 1 << 16


class Png(ReadablePng):
    """A PNG that shows the rows that there are: a single one will do."""

    def load(self) -> Any:
        """Decodes it, and notes where that is not all of it.

        Raises:
            Exception: what Pillow raises, where there is no row.
        """
        if not self.tile:
            return super().load()
        pixels = self.tile[0].offset
        try:
            return super().load()
        except Exception as error:
            shown = self._shown(pixels) if is_damage(error) and self._im is not None else None
            self.tile = []
            if shown is None:
                self._im = None  # so that it fails again
                raise
            if shown.mode != self.mode:
                self.info.pop("transparency", None)
                self.palette = None
            self.im, self._mode = shown.im, shown.mode
            mark(self, TRUNCATED if self.cut else CORRUPT)
        return Image.Image.load(self)

    def _shown(self, pixels: int) -> Image.Image | None:
        """What was decoded before it failed, all else being blank or made of it; None where that is nothing."""
        self.source.seek(16)
        head = self.source.read(13)
        bits = CHANNELS.get(head[9], 1) * head[8]
        row = 1 + (self.width * bits + 7) // 8
        there = self._inflated_bytes(pixels, row)
        image = self._new(self.im)
        if not head[12]:
            return blank(image, there // row) if there >= row else None
        return _interlaced(image, bits, there)

    def _inflated_bytes(self, pixels: int, step: int) -> int:
        """How many bytes of rows can be had of the file; to a step, as zlib keeps what comes with an error."""
        inflate, count = zlib.decompressobj(), 0
        most = (self.width + 8) * (self.height + 8) * 8 + 8 * self.height
        for chunk in chunks(self.source, pixels - 8):
            if chunk.kind != b"IDAT":
                break
            self.source.seek(chunk.place)
            left = chunk.length
            while left and count < most and (data := self.source.read(min(BLOCK, left))):
                left -= len(data)
                try:
                    while data and count < most and not inflate.eof:
                        count += len(inflate.decompress(data, step))
                        data = inflate.unconsumed_tail
                except zlib.error:
                    return count
        return count


def _interlaced(image: Image.Image, bits: int, there: int) -> Image.Image | None:
    """The picture of those passes that there are, each pixel a block; the last of them may go on to some row only."""
    shown: Image.Image | None = None
    for (left, upper, across, down), block in PASSES:
        width, height = -(-(image.width - left) // across), -(-(image.height - upper) // down)
        if width <= 0 or height <= 0:
            continue
        row = 1 + (width * bits + 7) // 8
        rows = min(height, there // row)
        there -= rows * row
        if not rows:
            break
        finer = _blocks(image, *block)
        if shown is None:
            shown = blank(finer, min(rows * down, image.height))
        else:
            if shown.mode != finer.mode:
                finer = finer.convert(shown.mode)
            shown.paste(finer.crop((0, 0, image.width, min(rows * down, image.height))), (0, 0))
        if rows < height:
            break
    return shown


def _blocks(image: Image.Image, width: int, height: int) -> Image.Image:
    """The image, each of its blocks in the colour of its first pixel."""
    if (width, height) == (1, 1):
        return image
    few = -(-image.width // width), -(-image.height // height)
    corners = (width, 0, 0.5 - width / 2, 0, height, 0.5 - height / 2)
    first = image.transform(few, Image.Transform.AFFINE, corners, Image.Resampling.NEAREST)
    large = first.resize((few[0] * width, few[1] * height), Image.Resampling.NEAREST)
    return large.crop((0, 0, *image.size))
