"""What is known of the picture that a camera has put into a raw file itself."""

from dataclasses import dataclass
from typing import BinaryIO

ON_ITS_SIDE = (5, 6, 7, 8)

# A JPEG shorter than this part of the photo's side is for the camera's screen.
LARGE_ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class Preview:
    """A camera's own picture: its `file`, where it is a JPEG, and whether its pixels are wider than high; and of the
    sensor's pixels how they lie, as EXIF has it (1 to 8), and whether those are wider than high.
    """

    file: BinaryIO | None
    wide: bool
    orientation: int
    sensor_wide: bool
