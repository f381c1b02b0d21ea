"""Which of the errors that Pillow raises say that a file is damaged: it documents few, and raises many."""

import errno

from PIL import Image


def is_damage(error: Exception) -> bool:
    """Whether it is the file's bytes that were stumbled over.

    Else the disk has failed, or there is no memory. A place that can't be (EINVAL) is one that the file names.
    """
    if isinstance(error, MemoryError | Image.DecompressionBombError):
        return False
    return not (isinstance(error, OSError) and error.errno not in (None, errno.EINVAL))
