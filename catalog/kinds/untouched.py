"""Pillow's readers of kinds whose own ones read all of the metadata as they open a file, or turn the picture: these do
neither.

How a picture lies is told by one function for all kinds (`catalog/presentation`), and metadata is what a stranger
wrote: Pillow keeps every value of it, and a few KB can ask for gigabytes, or for minutes.
"""

from io import BytesIO
from typing import BinaryIO, cast

from PIL import Image
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.TiffImagePlugin import TiffImageFile

from catalog.kinds.damage import CORRUPT, mark
from catalog.kinds.jpeg import Head, head_of, readable_head
from catalog.kinds.pillow_errors import is_damage

MOST_KEPT, MOST_BLOCKS, MOST_ROWS = 64, 200_000, 2000  # of a GIF, before its pixels


class UntouchedJpeg(JpegImageFile):
    """A JPEG."""

    source: BinaryIO
    """The photo's file; of a multi-picture JPEG this is the first picture."""
    head: Head
    """What was found before its first scan."""

    def _open(self) -> None:
        self.source = cast(BinaryIO, self.fp)
        self.head = head_of(self.source)
        self.source.seek(0)
        if self.head.light and not self.head.needed:
            super()._open()
            return
        self.fp = BytesIO(self.head.needed) if self.head.needed else readable_head(self.source)
        super()._open()
        self.fp = self.source
        self.source.seek(self.head.scan or 0)

    def _read_dpi_from_exif(self) -> None:
        pass


class ReadableJpeg(UntouchedJpeg):
    """A JPEG whose header need not be clean. Of one that is not, `fp` has nothing but a header: see `source`."""

    def _open(self) -> None:
        try:
            super()._open()
        except Exception as error:
            if not is_damage(error):
                raise
            self.fp = readable_head(self.source)
            JpegImageFile._open(self)
            mark(self, CORRUPT)


class UntouchedTiff(TiffImageFile):
    """A TIFF as it is stored, for which Pillow's own limit of pixels is not looked at either when it is decoded."""

    def _setup(self) -> None:
        super()._setup()
        self._size = self._tile_size  # of which Pillow exchanged the sides where it would turn the picture

    def load_prepare(self) -> None:
        """Makes the image before Pillow does."""
        if self._im is None:
            self.im = Image.new(self.mode, self._tile_size, None).im
        super().load_prepare()

    def load_end(self) -> None:
        """Where Pillow reads all of EXIF, and turns the picture: nothing."""


class UntouchedGif(GifImageFile):
    """A GIF without most of its comments, which Pillow joins block by block, each time all of them anew."""

    _in_row = _rows = _kept = _blocks = 0

    def data(self) -> bytes | None:
        """The next block, None behind the last one of a row. Of what follows the first of a row MOST_KEPT are given in
        all; others are passed over.

        Raises:
            SyntaxError: there are more blocks than any GIF has before its pixels.
        """
        while True:
            block = super().data()
            self._blocks += 1
            self._in_row += 1
            if not block:
                self._in_row = 0
                self._rows += 1
            if self._blocks > MOST_BLOCKS or self._rows > MOST_ROWS:
                raise SyntaxError("too much before the pixels")
            if not block or self._in_row == 1:
                return block
            if self._kept < MOST_KEPT:
                self._kept += 1
                return block


def untouched_avif(file: BinaryIO) -> Image.Image:
    """An AVIF as it is stored.

    Raises:
        ImportError: pillow-avif-plugin is not installed.
    """
    from pillow_avif import _avif
    from pillow_avif.AvifImagePlugin import AvifImageFile

    class UntouchedAvif(AvifImageFile):  # type: ignore[misc]
        def _open(self) -> None:
            self._decoder = _avif.AvifDecoder(self.fp.read(), "auto", "auto", 0)
            width, height, self.n_frames, mode, *_ = self._decoder.get_info()
            self._size = (width, height)
            self.is_animated = self.n_frames > 1
            self._mode = self.rawmode = mode
            self.seek(0)

    image: Image.Image = UntouchedAvif(file)
    return image
