"""JPEG whose header is damaged, and the question whether one has its end."""

from typing import BinaryIO, cast

from catalog.kinds.damage import CORRUPT, is_damage, mark
from catalog.kinds.jpeg import EOI, START, readable_head, segments
from catalog.kinds.untouched import UntouchedJpeg

# Pillow reads so many bytes at once; what it has read and libjpeg did not need is less.
READ_AT_ONCE = 2 * 65_536


class Jpeg(UntouchedJpeg):
    """A JPEG whose header need not be clean. Of one that is not, `fp` has nothing but a header: see `source`."""

    source: BinaryIO
    """The photo's file; of a multi-picture JPEG this is the first picture."""
    first_scan = len(START)
    """Where the header ends, in bytes from the file's start."""

    def _open(self) -> None:
        self.source = cast(BinaryIO, self.fp)
        try:
            super()._open()
        except Exception as error:
            if not is_damage(error):
                raise
            self.fp = readable_head(self.source)
            super()._open()
            mark(self, CORRUPT)
        else:
            self.first_scan = self.source.tell()

    def has_end(self) -> bool:
        """Whether the picture that was just decoded has an end in its file.

        Not whether the file ends with one: that may lie in what a wrong length makes part of something else.

        Raises:
            OSError: the file can't be read.
        """
        # Pixels behind which there is no end are all the same: so only what comes behind them is looked at.
        place = max(self.first_scan, self.source.tell() - READ_AT_ONCE)
        return any(segment.marker == EOI for segment in segments(self.source, place))
