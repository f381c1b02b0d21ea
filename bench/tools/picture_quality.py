"""How near a render is to the photo: the reference, and SSIM beside the PSNR of `turns`."""

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

WINDOW = 8  # pixels of a side
# Wang, Bovik, Sheikh, Simoncelli: Image quality assessment (2004), for samples of 0 to 255.
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2

Plane = NDArray[np.float64]


class References:
    """A photo, decoded whole and brought to any size by Lanczos; each size once."""

    def __init__(self, file: Path) -> None:
        with Image.open(file) as image:
            self.profiled = bool(image.info.get("icc_profile"))
            self._whole = ImageOps.exif_transpose(image).convert("RGB")
        self._made: dict[tuple[int, int], Image.Image] = {}

    def of(self, jpeg: bytes) -> Image.Image:
        """The picture that a render should be, in the render's own size: peers round to a pixel more or less."""
        with Image.open(BytesIO(jpeg)) as image:
            size = image.size
        if size not in self._made:
            self._made[size] = self._whole.resize(size, Image.Resampling.LANCZOS)
        return self._made[size]


def ssim(jpeg: bytes, reference: Image.Image) -> float:
    """The mean structural similarity of brightness, over all windows of 8 by 8 pixels: 1 is the same."""
    one = np.asarray(Image.open(BytesIO(jpeg)).convert("L"), dtype=np.float64)
    other = np.asarray(reference.convert("L"), dtype=np.float64)
    mean, mean_other = _mean(one), _mean(other)
    variance = _mean(one * one) - mean**2
    variance_other = _mean(other * other) - mean_other**2
    together = _mean(one * other) - mean * mean_other
    above = (2 * mean * mean_other + C1) * (2 * together + C2)
    return float(np.mean(above / ((mean**2 + mean_other**2 + C1) * (variance + variance_other + C2))))


def _mean(plane: Plane) -> Plane:
    """The mean of each window."""
    sums = np.pad(plane.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    window = sums[WINDOW:, WINDOW:] - sums[:-WINDOW, WINDOW:] - sums[WINDOW:, :-WINDOW] + sums[:-WINDOW, :-WINDOW]
    return np.asarray(window / WINDOW**2)
