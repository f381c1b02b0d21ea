"""Scales the chosen part of the image to the output's size."""

from dataclasses import replace

from PIL import Image

from workers.pipeline.work import Work, whole


def resize(work: Work) -> Work:
    """The image at exactly the output's size, as it still lies, by a Lanczos filter."""
    if work.image.size == work.target and work.box == whole(work.image):
        return work
    image = work.image.resize(work.target, Image.Resampling.LANCZOS, box=work.box)
    return replace(work, image=image, box=whole(image))
