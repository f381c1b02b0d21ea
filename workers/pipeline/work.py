"""What flows from step to step."""

from dataclasses import dataclass

from PIL import Image

from workers.sizing import Size

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Work:
    """One render under way; a step gives a new one.

    `image` is as stored, not yet turned: `orientation` (EXIF, 1 to 8) says how to. `box` is the part of it that
    is wanted, in its pixels (left, upper, right, lower; fractions are meant), `shape` that part's width and height in
    any unit: the box shows both only as near as whole pixels allow. `size` is the output's, as a person
    sees it; `quality` is libjpeg's. `profile` is the ICC profile of the image's colours, empty for none. `damage` is a
    word of `catalog.kinds.damage` where the photo is not whole, else empty. `jpeg` is empty until the last step.
    """

    image: Image.Image
    orientation: int
    box: Box
    shape: tuple[float, float]
    size: Size
    quality: int
    profile: bytes = b""
    damage: str = ""
    jpeg: bytes = b""

    @property
    def target(self) -> tuple[int, int]:
        """The output's width and height in the image's frame: exchanged where the image will lie on its side."""
        if self.orientation >= 5:
            return self.size.height, self.size.width
        return self.size.width, self.size.height


def begin(image: Image.Image, orientation: int, size: Size, quality: int) -> Work:
    """The work on all of an image that was just opened."""
    return Work(image, orientation, whole(image), image.size, size, quality)


def whole(image: Image.Image) -> Box:
    """The box around all of an image."""
    return (0, 0, image.width, image.height)
