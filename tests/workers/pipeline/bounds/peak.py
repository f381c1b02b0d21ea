"""python -m tests.workers.pipeline.bounds.peak FILE WIDTH HEIGHT …: for each of these sizes, the smallest first, the
bytes that a process takes at its peak, up to the end of this render, beyond what it has before all of them."""

import sys
from pathlib import Path

import pillow_avif  # noqa: F401 - loaded beforehand, as all of these
import pillow_heif  # noqa: F401
import rawpy  # noqa: F401

from workers.pipeline.render import render
from workers.pipeline.tiff.libvips import libvips
from workers.sizing import Size


def main(path: str, *sides: str) -> None:
    """Prints them, a line each."""
    libvips()
    before = _kilobytes("VmRSS")
    for width, height in zip(sides[::2], sides[1::2], strict=True):
        render(Path(path), Size(int(width), int(height)), 80)
        print(1024 * (_kilobytes("VmHWM") - before))


def _kilobytes(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main(*sys.argv[1:])
