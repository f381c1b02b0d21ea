"""Every limit on what is rendered; each is checked before the work that it is there to prevent."""

import time
from dataclasses import dataclass

from workers.errors import Busy, Unsupported
from workers.sizing import Size

# What Pillow may try on a file. MPO is not named: Pillow knows it as a JPEG that turns out to hold several.
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF")

# libjpeg's JPEG_MAX_DIMENSION: no output can be longer, whatever the settings allow.
JPEG_LONGEST_SIDE = 65_500

LATE = "The photo took longer than a render may take."


@dataclass(frozen=True, slots=True)
class Limits:
    """`max_pixels`: the largest photo that is decoded, width times height."""

    max_pixels: int = 200_000_000

    def check_source(self, width: int, height: int) -> None:
        """Raises Unsupported for a photo of more pixels than are decoded."""
        if width * height > self.max_pixels:
            raise Unsupported(f"A photo of {width * height:,} pixels is above the limit of {self.max_pixels:,} pixels.")

    def check_output(self, size: Size) -> None:
        """Raises Unsupported for a size that no JPEG can have."""
        if max(size.width, size.height) > JPEG_LONGEST_SIDE:
            raise Unsupported(
                f"A JPEG of {size.width} x {size.height} pixels can't be: a side has at most {JPEG_LONGEST_SIDE}."
            )


def check_deadline(deadline: float | None) -> None:
    """Raises Busy where `deadline`, in seconds of time.monotonic(), has passed."""
    if deadline is not None and time.monotonic() >= deadline:
        raise Busy(LATE)
