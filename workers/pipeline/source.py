"""The file of a photo, around whatever is made of it: what the system fails to give is no fault of the photo's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from catalog.source_file import SHORT, SourceFile, not_blocking
from workers.errors import Busy, Damaged, RenderError, SourceMissing

GONE = "The photo's file is gone, or can't be read."
SHORT_OF_SOMETHING = "The photo's file can't be read now: the system is short of something."


@contextmanager
def reading(source: Path | BinaryIO) -> Iterator[SourceFile]:
    """The file of `source`, around whatever is made of it. A path's file is closed after.

    Where the system has failed to give it, nothing else counts that was said of the photo, nor what was made of it:
    decoders call a photo damaged that they could not read, and readers go on without what they could not.

    Raises:
        SourceMissing, Busy: the system does not give it.
    """
    if isinstance(source, Path):
        with _from_disk(source) as opened_file, reading(opened_file) as file:
            yield file
        return
    file = SourceFile(source)
    try:
        yield file
    except (RenderError, OSError) as error:
        failed = file.look_through() if isinstance(error, Damaged) else file.error
        if failed is not None:
            raise unreadable(failed) from error
        raise
    if file.error is not None:
        raise unreadable(file.error)


def _from_disk(path: Path) -> BinaryIO:
    try:
        return open(path, "rb", opener=not_blocking)
    except OSError as error:
        raise unreadable(error) from error


def unreadable(error: OSError) -> RenderError:
    """What is said where the system does not give a photo's file: nothing that is noted of the photo."""
    return Busy(SHORT_OF_SOMETHING) if error.errno in SHORT else SourceMissing(GONE)
