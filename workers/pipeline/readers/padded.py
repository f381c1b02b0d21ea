"""A file that ends early, as if zeros came behind it."""

import os
from typing import BinaryIO


class Padded:
    """So much of the file as Pillow's readers ask for: `length` bytes, those that are missing being zeros.

    Nothing is kept of it: a header may claim any length.
    """

    def __init__(self, file: BinaryIO, length: int) -> None:
        self._file = file
        self._there = min(file.seek(0, os.SEEK_END), length)
        self._length = length
        self._position = 0

    def tell(self) -> int:
        """The place of the next byte."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Goes to another byte."""
        self._position = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._length}[whence] + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes."""
        end = self._length if size < 0 else min(self._position + size, self._length)
        wanted = max(0, end - self._position)
        self._file.seek(min(self._position, self._there))
        found = self._file.read(max(0, min(wanted, self._there - self._position)))
        self._position += wanted
        return found.ljust(wanted, b"\0")
