"""JPEG whose header is damaged, and the question whether one has its end."""

from catalog.kinds.jpeg import EOI, START, segments
from catalog.kinds.untouched import ReadableJpeg

# Pillow reads so many bytes at once; what it has read and libjpeg did not need is less.
READ_AT_ONCE = 2 * 65_536


class Jpeg(ReadableJpeg):
    """A JPEG whose header need not be clean, and of which can be told whether it has its end."""

    first_scan = len(START)
    """Where the header ends, in bytes from the file's start."""

    def _open(self) -> None:
        super()._open()
        if self.fp is self.source:
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
