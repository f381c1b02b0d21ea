"""A TIFF that is decoded by libvips, as an image of Pillow's."""

from dataclasses import replace
from typing import Any, BinaryIO

from PIL import Image

from catalog.kinds.tiff import FLOAT, LOGLUV, SAMPLES, Directory, Layout
from catalog.kinds.tiff_file import TiffFile
from catalog.presentation.presentation import KEY, of
from workers.pipeline.tiff.colours import decoded, picture
from workers.pipeline.tiff.libvips import libvips, loaded, reading
from workers.pipeline.tiff.samples import Samples
from workers.pipeline.tiff.source import Source

MODES = {1: "L", 3: "RGB", 4: "CMYK"}


class SecondTiff(TiffFile):
    """A TIFF for which libvips is there; nothing is decoded before it is loaded.

    Raises:
        Unsupported: libvips is not there.
    """

    def __init__(self, file: BinaryIO, directory: Directory, layout: Layout, reader: str) -> None:
        libvips()
        self._file = file
        self._reader = reader
        super().__init__(file, directory, layout)

    def load(self) -> Any:
        """Decodes it.

        Raises:
            Damaged, Unsupported: as `workers.errors` says.
            OSError: the system does not give it.
        """
        if self._im is None:
            self._decode()
        return Image.Image.load(self)

    def _decode(self) -> None:
        if self._reader == SAMPLES:
            samples = Samples(self._file, self.directory, self.layout)
            with reading(samples):
                shown, applied = picture(samples, self.layout, of(self).profile)
                data = shown.write_to_memory()
        else:
            source = Source(self._file, self.directory)
            with reading(source):
                shown, applied = decoded(loaded(source), self.layout), False
                data = shown.write_to_memory()
        told = of(self)
        if applied or self.layout.format == FLOAT or self.layout.photometric == LOGLUV:
            # Now it is sRGB, whatever else the file says of its colours.
            told = replace(told, colours=None)
        self.info[KEY] = replace(told, profile=b"") if applied else told
        self._mode = MODES[shown.bands]
        self._size = shown.width, shown.height
        self.im = Image.frombytes(self._mode, self._size, data).im
