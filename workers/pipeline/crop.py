"""Chooses the part of the photo that is shown."""

from dataclasses import replace

from workers.pipeline.work import Work


def crop(work: Work) -> Work:
    """For a square: the photo's largest square, in its middle. Every other size shows all of the photo.

    Only chosen here: the resize reads just this box, so that no copy is made.
    """
    if work.size.width != work.size.height:
        return work
    left, upper, right, lower = work.box
    width, height = right - left, lower - upper
    side = min(width, height)
    left += (width - side) / 2
    upper += (height - side) / 2
    return replace(work, box=(left, upper, left + side, upper + side))
