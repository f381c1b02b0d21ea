"""Every limit on what is rendered; each is checked before the work that it is there to prevent."""

import mmap
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from catalog.kinds.jpeg import FRAMES, OTHER_CODINGS, SOS, START, segments
from config import Settings
from workers.errors import Busy, Damaged, OutOfMemory, RenderError, Unsupported
from workers.sizing import Size

# libjpeg's JPEG_MAX_DIMENSION: no output can be longer, whatever the settings allow.
JPEG_LONGEST_SIDE = 65_500

# Encoders write about 10 scans into a progressive JPEG, and as many as there are colours into another. Each costs a
# pass over all of the photo, whether there is anything in it or not, so that thousands of them in a small file would
# keep a core busy for hours. A pass over one colour of 200 megapixels takes 0.05 s where the scan is empty.
MAX_SCANS = 100
MOST_PASSES = 60  # over a colour of the largest photo; scripts of 30 scans have some 40
MOST_SEGMENTS = 10_000
HEADERS = FRAMES | OTHER_CODINGS

# What a decoder takes at most, for each pixel of the photo. Measured as VmPeak on 200 megapixels: a progressive JPEG
# 6 at 1/8 and 12 with a render of its own size, WebP 16, PNG 8, 16-bit TIFF 10.
BYTES_PER_PIXEL = 16

LATE = "The photo took longer than a render may take."

MAX_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a photo may have: `max_pixels` is width times height, `max_bytes` the file's, `max_frames` its pictures,
    `max_seconds` what a render of it may take.
    """

    max_pixels: int = 200_000_000
    max_bytes: int = 1_000_000_000
    max_frames: int = 1000
    max_seconds: float = MAX_SECONDS

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """The limits that the settings set."""
        return cls(
            settings.render_max_pixels,
            settings.render_max_bytes,
            settings.render_max_frames,
            settings.longest_render,
        )

    @property
    def max_scanned(self) -> int:
        """The pixels that all scans of a JPEG may have, of each component."""
        return MOST_PASSES * self.max_pixels

    def check_bytes(self, file: BinaryIO) -> None:
        """Raises Unsupported for a file of more bytes than are read, Damaged for an empty one."""
        size = file.seek(0, 2)
        file.seek(0)
        if not size:
            raise Damaged("The photo's file is empty.")
        if size > self.max_bytes:
            raise Unsupported(f"A file of {size:,} bytes is above the limit of {self.max_bytes:,} bytes.")

    def check_source(self, width: int, height: int) -> None:
        """Raises Unsupported for a photo of more pixels than are decoded."""
        if width * height > self.max_pixels:
            raise Unsupported(f"A photo of {width * height:,} pixels is above the limit of {self.max_pixels:,} pixels.")

    def check_frames(self, frames: int) -> None:
        """Raises Unsupported for a file of more pictures than a photo has."""
        if frames > self.max_frames:
            raise Unsupported(f"A file of {frames:,} pictures is above the limit of {self.max_frames:,} pictures.")

    def check_output(self, size: Size) -> None:
        """Raises Unsupported for a size that no JPEG can have."""
        if max(size.width, size.height) > JPEG_LONGEST_SIDE:
            raise Unsupported(
                f"A JPEG of {size.width} x {size.height} pixels can't be: a side has at most {JPEG_LONGEST_SIDE}."
            )


def check_scans(file: BinaryIO, limits: Limits = Limits(), start: int = 0, end: int | None = None) -> int:
    """How many pixels libjpeg goes over for the JPEG that lies in the file from `start` on, up to `end`: those of a
    component once for each scan of it. Leaves the file at its start.

    What lies behind the picture's end counts for nothing: films, gain maps and further pictures, whose bytes look like
    anything.

    Raises:
        Unsupported: it has more scans than encoders write, or too many for so many pixels.
    """
    scans = passes = pixels = 0
    for number, segment in enumerate(segments(file, start + len(START))):
        if end is not None and segment.start >= end:
            break
        if segment.marker in HEADERS and not pixels and len(segment.content) >= 5:
            pixels = int.from_bytes(segment.content[1:3], "big") * int.from_bytes(segment.content[3:5], "big")
        if segment.marker == SOS:
            scans += 1
            passes += max(1, segment.content[0] if segment.content else 1)
        if scans > MAX_SCANS:
            raise Unsupported(f"A JPEG of more than {MAX_SCANS} scans is not rendered.")
        if passes * pixels > limits.max_scanned:
            raise Unsupported(f"A JPEG of so many scans is not rendered where each has {pixels:,} pixels.")
        if number >= MOST_SEGMENTS:
            raise Unsupported(f"A JPEG of more than {MOST_SEGMENTS:,} parts is not rendered.")
    file.seek(0)
    return passes * pixels


class TimeLimit:
    """The seconds that a render may take, from now on, as the monotonic clock of this process has them.

    `waited` says for how many of them the file was waited for: a drive that is slow is not the photo's fault.
    """

    def __init__(self, seconds: float, waited: Callable[[], float] = lambda: 0.0) -> None:
        self._seconds = seconds
        self._waited = waited
        self._began = time.monotonic()
        self._some_made = False

    def left(self) -> float:
        """Seconds that are left; negative where there are none."""
        return self._began + self._seconds + self._waited() - time.monotonic()

    def check(self) -> None:
        """Between two steps of a render.

        Raises:
            Unsupported: the time is over, as it will be the next time.
            Busy: it is over, but some of the renders from this decode were made; the next time there are fewer to make.
        """
        if self.left() <= 0:
            raise self.error()

    def made_one(self) -> None:
        """One of several renders from one decode is made."""
        self._some_made = True

    def error(self) -> RenderError:
        """What is said where the time is over."""
        if self._some_made:
            return Busy(LATE)
        return Unsupported(f"The photo takes longer to render than render.max.seconds allows: {self._seconds:g} s.")


def confine_memory(bytes: int) -> None:
    """Lets this process have `bytes` of addresses and no more, code and libraries included; 0: as many as it wants.

    Meant for a worker's process that makes one render at a time. What starts from it later inherits the limit.
    """
    if bytes:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        soft = bytes if hard == resource.RLIM_INFINITY else min(bytes, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def confined() -> bool:
    """Whether this process has a limit of memory."""
    return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY


def check_memory(width: int, height: int) -> None:
    """Raises Unsupported where this process is confined and a photo of so many pixels might not fit.

    Asked for before, as some decoders say of a photo that it is damaged when it is the memory that has run out.
    """
    if confined():
        try:
            mmap.mmap(-1, width * height * BYTES_PER_PIXEL, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
        except OSError as error:
            raise no_memory() from error


def no_memory() -> RenderError:
    """The error where memory ran out.

    A confined process does one render at a time, so it was the photo that was too much, and what the process has kept
    of those before: whoever has another process may try it there, once. Otherwise others had the memory, and may have
    given it back by then.
    """
    if confined():
        return OutOfMemory("The photo needs more memory than a render may have.")
    return Busy("There is not enough memory for the photo now.")
