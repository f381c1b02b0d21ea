"""The profile of colours that a file tells of in numbers instead. Pure."""

import struct
from collections.abc import Callable
from functools import lru_cache

from catalog.presentation.colours import BT709_PRIMARIES, HLG, PQ, PRIMARIES, SRGB_TRANSFER, VIDEO, Colours
from workers.pipeline.colours import hdr
from workers.pipeline.colours.adaptation import to_d50
from workers.pipeline.colours.written import by_primaries, by_table

# Libraries have few. A table of colours takes a quarter of a second, and 0.2 MB.
KEPT = 32

LEVELS = 256  # of pixels of 8 bits each has its own entry
BLACK, SPAN = 16 / 255, 219 / 255  # of narrow numbers
SMPTE_240M = (0.0228, 0.1115)


@lru_cache(maxsize=KEPT)
def profile_of(colours: Colours) -> bytes:
    """The ICC profile of these colours; empty where they are sRGB, or such as there can't be."""
    levels = [_wide(number / (LEVELS - 1), colours.narrow) for number in range(LEVELS)]
    try:
        if colours.transfer in (PQ, HLG):
            most = hdr.brightest_level(colours)
            return by_table(b"RGB ", [[min(level / most, 1.0) for level in levels]] * 3, hdr.GRID, hdr.as_lab(colours))
        if _is_srgb(colours):
            return b""
        curve = _curve(colours)
        return by_primaries(to_d50(colours.chromaticities), [curve(level) for level in levels])
    except (ArithmeticError, ValueError, struct.error):
        return b""


def _is_srgb(colours: Colours) -> bool:
    known = colours.chromaticities == PRIMARIES[BT709_PRIMARIES] and not colours.narrow
    return known and colours.transfer in VIDEO | {SRGB_TRANSFER}


def _wide(level: float, narrow: bool) -> float:
    return min(max((level - BLACK) / SPAN, 0.0), 1.0) if narrow else level


def _curve(colours: Colours) -> Callable[[float], float]:
    """The light, 0 to 1, of a level (H.273, table 3)."""
    gammas = {0: colours.gamma, 4: 2.2, 5: 2.8, 8: 1.0, 17: 2.6}
    if colours.transfer in gammas:
        gamma = gammas[colours.transfer]
        return lambda level: float(level**gamma)
    # The curve of video (1 and its like) is a camera's, not a screen's: browsers show it by that of sRGB.
    return _smpte_240m if colours.transfer == 7 else _srgb


def _srgb(level: float) -> float:
    return level / 12.92 if level <= 0.04045 else float(((level + 0.055) / 1.055) ** 2.4)


def _smpte_240m(level: float) -> float:
    linear, offset = SMPTE_240M
    return level / 4 if level < 4 * linear else float(((level + offset) / (1 + offset)) ** (1 / 0.45))
