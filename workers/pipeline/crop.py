"""Chooses the part of the photo that is shown."""

from dataclasses import replace

from workers.pipeline.work import Work


def crop(work: Work) -> Work:
    """For a square: the photo's largest square, in its middle. Every other size shows all of the photo.

    Only chosen here: the resize reads just this box, so that no copy is made. Where the image is a scaled one whose
    sides were rounded, the box is as little off a square as it is off the photo's shape.
    """
    if work.size.width != work.size.height:
        return work
    left, upper, right, lower = work.box
    side = min(work.shape)
    width, height = (right - left) * side / work.shape[0], (lower - upper) * side / work.shape[1]
    left += (right - left - width) / 2
    upper += (lower - upper - height) / 2
    return replace(work, box=(left, upper, left + width, upper + height), shape=(side, side))
