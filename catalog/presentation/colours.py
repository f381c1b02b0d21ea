"""What the numbers of a picture mean where no profile tells. Pure.

Code points are those of ITU-T H.273, which AVIF, HEIC and PNG write; PNG has primaries and a curve in numbers, too.
"""

from dataclasses import dataclass

# The x and y of white, red, green and blue (CIE 1931).
Chromaticities = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]

D65, C, E, DCI = (0.3127, 0.3290), (0.310, 0.316), (1 / 3, 1 / 3), (0.314, 0.351)

BT709_PRIMARIES = 1
# H.273, table 2. What is missing is unspecified or reserved.
PRIMARIES: dict[int, Chromaticities] = {
    1: (D65, (0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),  # BT.709, sRGB
    4: (C, (0.67, 0.33), (0.21, 0.71), (0.14, 0.08)),  # BT.470, system M
    5: (D65, (0.64, 0.33), (0.29, 0.60), (0.15, 0.06)),  # BT.601, 625 lines
    6: (D65, (0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),  # BT.601, 525 lines
    7: (D65, (0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),  # SMPTE ST 240
    8: (C, (0.681, 0.319), (0.243, 0.692), (0.145, 0.049)),  # film
    9: (D65, (0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),  # BT.2020, BT.2100
    10: (E, (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)),  # XYZ
    11: (DCI, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # P3 of cinemas
    12: (D65, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # Display P3
    22: (D65, (0.630, 0.340), (0.295, 0.605), (0.155, 0.077)),  # EBU 3213
}

SRGB_TRANSFER, PQ, HLG = 13, 16, 18
# H.273, table 3: those that are known here. 9, 10 (logarithms) and 12 are nobody's photos.
VIDEO = frozenset({1, 6, 11, 14, 15})
TRANSFERS = VIDEO | {4, 5, 7, 8, SRGB_TRANSFER, PQ, 17, HLG}


@dataclass(frozen=True, slots=True)
class Colours:
    """Primaries and white as `chromaticities`; the curve as H.273's code point `transfer` or, where that is 0, as a
    power, `gamma`. `narrow`: black is 16 and white 235 of 255. `peak` is the brightest that the picture has or may
    have, in cd/m², of PQ alone; 0 where nobody says.
    """

    chromaticities: Chromaticities
    transfer: int = 0
    gamma: float = 0.0
    narrow: bool = False
    peak: float = 0.0


# Adobe RGB (1998), 4.3: a curve of 2 + 51/256.
ADOBE_RGB = Colours((D65, (0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), gamma=563 / 256)


def of_code_points(primaries: int, transfer: int, *, narrow: bool = False, peak: float = 0.0) -> Colours | None:
    """The colours of H.273's code points; None where both are unspecified, or ones that nobody knows. One alone that
    is known goes with sRGB's other."""
    if primaries not in PRIMARIES and transfer not in TRANSFERS:
        return None
    known = transfer if transfer in TRANSFERS else SRGB_TRANSFER
    return Colours(
        PRIMARIES.get(primaries, PRIMARIES[BT709_PRIMARIES]), known, narrow=narrow, peak=peak if known == PQ else 0.0
    )
