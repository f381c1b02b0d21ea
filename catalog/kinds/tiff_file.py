"""A TIFF whose pixels are not for Pillow: it opens the file all the same, for its tags."""

from typing import BinaryIO

from PIL import ExifTags, Image
from PIL.TiffImagePlugin import ImageFileDirectory_v1, ImageFileDirectory_v2

from catalog.kinds.tiff import Directory, Layout
from catalog.kinds.untouched import UntouchedTiff

ORIENTATION = ExifTags.Base.Orientation


class TiffFile(UntouchedTiff):
    """The picture that a TIFF is shown by, as it is stored; it can't be loaded."""

    def __init__(self, file: BinaryIO, directory: Directory, layout: Layout) -> None:
        self.directory = directory
        self.layout = layout
        super().__init__(file)

    def _open(self) -> None:
        if not (self.directory.big and self.directory.order == ">"):
            super()._open()
            return
        # Pillow takes the head of such a file for another's, and finds no directory: of its tags it has but one.
        self._n_frames, self.is_animated = 1, False
        self.tag_v2, self.tag = ImageFileDirectory_v2(), ImageFileDirectory_v1()
        self._exif = Image.Exif()
        self._exif._loaded = True
        self._exif[ORIENTATION] = self.tag_v2[ORIENTATION] = self.layout.orientation
        self._setup()

    def _setup(self) -> None:
        """What Pillow asks of each directory; it would refuse those whose pixels it does not know."""
        self._tile_size = self._size = self.layout.width, self.layout.height
        self._mode = "RGB"  # until it is known
        self.tile = []
        self.use_load_libtiff = False
