"""What goes wrong on the way to a render. `str(error)` is a sentence for the person who wrote the client.

RenderError
├── TooLarge       malformed    a side of the result is beyond the limit
├── Damaged        damaged      the photo's file is broken
├── Unsupported    unsupported  a kind of file, or a size of photo, that is not rendered
│   └── OutOfMemory             it takes more memory than a render may have
├── SourceMissing  missing      the photo's file is gone, or can't be read
├── SourceChanged  changed      the photo's file is not the one that the catalogue knows
├── Busy           busy         no time or no place now; the same request works later
└── Failed         failed       our own fault, written down in the worker's log
"""

from typing import ClassVar

BRINGS_DOWN = "The photo's file brings the renderer down."
"""What is said of a photo whose render has cost three workers."""


class RenderError(Exception):
    """There is no render; `kind` says why, in one word."""

    kind: ClassVar[str]


class TooLarge(RenderError):
    """A side of the result is beyond the limit."""

    kind = "malformed"


class Damaged(RenderError):
    """The photo's file is broken."""

    kind = "damaged"


class Unsupported(RenderError):
    """A kind of file, or a size of photo, that is not rendered."""

    kind = "unsupported"


class OutOfMemory(Unsupported):
    """It takes more memory than a render may have, beside what its process has kept of others."""


class SourceMissing(RenderError):
    """The photo's file is gone, or can't be read."""

    kind = "missing"


class SourceChanged(RenderError):
    """The photo's file is not the one that the catalogue knows."""

    kind = "changed"


class Busy(RenderError):
    """No time or no place for it now; worth another try after `retry_after` seconds."""

    kind = "busy"

    def __init__(self, sentence: str, retry_after: int = 1) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Failed(RenderError):
    """A fault of ours: the worker's log has it."""

    kind = "failed"
