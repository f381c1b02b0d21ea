"""Light beyond white, brought into what a screen without it shows: PQ and HLG, as the numbers of BT.2100 mean it. Pure.

White of ordinary pictures is 203 cd/m² of these (BT.2408-7, 3). What is brighter is compressed by the curve of
BT.2390-11, 5.4.1 (EETF), which leaves the dark half as it is; black is black. The brightest of red, green and blue goes
through the curve, and the other two with it in proportion, so that no colour turns into another; the last step, from
wide primaries to sRGB's, is littlecms'.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial

from catalog.presentation.colours import HLG, Colours
from workers.pipeline.colours.adaptation import Vector, lab, luminance, times, to_d50

WHITE = 203.0  # cd/m²
GRID = 33  # of a table of colours, for each of red, green and blue: that of littlecms' own, so nothing is lost there

# How bright a picture may be, cd/m²: what is said of one is taken for the next of these, so that tables are few. Where
# nothing is said, and of HLG (BT.2100-2, table 5), it is the display on which such pictures are made.
PEAKS = (WHITE, 300.0, 450.0, 700.0, 1000.0, 1600.0, 2500.0, 4000.0, 10_000.0)
USUAL_PEAK = 1000.0
HLG_GAMMA = 1.2

# BT.2100-2, table 4.
M1, M2 = 2610 / 16384, 2523 / 4096 * 128
C1, C2, C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
MOST = 10_000.0  # cd/m²

# BT.2100-2, table 5.
A, B, C = 0.17883277, 0.28466892, 0.55991073


def brightest_level(colours: Colours) -> float:
    """The level, 0 to 1, above which nothing becomes brighter."""
    return 1.0 if colours.transfer == HLG else pq_level(peak_of(colours))


def as_lab(colours: Colours) -> Iterator[Vector]:
    """Lab of what is shown of red, green and blue of these colours, PQ's or HLG's: GRID levels of each, from 0 to the
    brightest, blue's changing first."""
    matrix = to_d50(colours.chromaticities)
    shown = cache(partial(eetf, peak=peak_of(colours)))  # of PQ the brightest is one of GRID lights
    for light in _hlg(colours) if colours.transfer == HLG else _grid(pq_light, brightest_level(colours)):
        brightest = max(light)
        scale = shown(brightest) / brightest / WHITE if brightest > 0 else 0.0
        yield lab(times(matrix, (light[0] * scale, light[1] * scale, light[2] * scale)))


def peak_of(colours: Colours) -> float:
    """How bright the picture is taken to be, cd/m²."""
    said = colours.peak if colours.transfer != HLG and colours.peak > 0 else USUAL_PEAK
    return next((peak for peak in PEAKS if said <= peak), PEAKS[-1])


def pq_light(level: float) -> float:
    """The cd/m² that PQ means by a level of 0 to 1."""
    power = level ** (1 / M2)
    return float(MOST * (max(power - C1, 0.0) / (C2 - C3 * power)) ** (1 / M1))


def pq_level(light: float) -> float:
    """The level, 0 to 1, by which PQ means so many cd/m²."""
    power = (light / MOST) ** M1
    return float(((C1 + C2 * power) / (1 + C3 * power)) ** M2)


def hlg_light(level: float) -> float:
    """The light of a scene, 0 to 1, that HLG means by a level of 0 to 1."""
    return level * level / 3 if level <= 0.5 else (2.718281828459045 ** ((level - C) / A) + B) / 12


def eetf(light: float, peak: float) -> float:
    """The cd/m², WHITE at most, that are shown in the place of so many in a picture that has `peak` at most."""
    if peak <= WHITE:
        return min(light, WHITE)
    source = pq_level(peak)
    level, most = min(pq_level(light) / source, 1.0), pq_level(WHITE) / source
    knee = 1.5 * most - 0.5
    if level > knee:
        t = (level - knee) / (1 - knee)
        level = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * most
    return min(pq_light(level * source), WHITE)


def _grid(curve: Callable[[float], float], most: float) -> Iterator[Vector]:
    levels = [curve(most * number / (GRID - 1)) for number in range(GRID)]
    return ((red, green, blue) for red in levels for green in levels for blue in levels)


def _hlg(colours: Colours) -> Iterator[Vector]:
    """By the display's own curve (BT.2100-2's OOTF), which works on the luminance."""
    of_red, of_green, of_blue = luminance(colours.chromaticities)
    for red, green, blue in _grid(hlg_light, 1.0):
        whole = max(of_red * red + of_green * green + of_blue * blue, 0.0)
        scale = USUAL_PEAK * whole ** (HLG_GAMMA - 1)
        yield red * scale, green * scale, blue * scale
