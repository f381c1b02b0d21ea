"""Light beyond white: the curves against the standards' own numbers, and the table against the curves."""

from io import BytesIO
from random import Random

import pytest
from PIL import Image, ImageCms

from catalog.presentation.colours import HLG, PQ, Colours, of_code_points
from workers.pipeline.colour import INTENT, OF_TABLES
from workers.pipeline.colours.adaptation import inverted, luminance, times, to_d50
from workers.pipeline.colours.hdr import PEAKS, WHITE, eetf, hlg_light, peak_of, pq_level, pq_light
from workers.pipeline.colours.told import profile_of

BT2020 = 9


def colours(transfer: int, peak: float = 0.0) -> Colours:
    found = of_code_points(BT2020, transfer, peak=peak)
    assert found
    return found


@pytest.mark.parametrize(
    ("light", "level"),
    [(0, 0.0), (0.17, 20 / 255), (100, 0.508), (203, 0.581), (1000, 0.752), (4000, 0.903), (10_000, 1)],
)
def test_pq(light: float, level: float) -> None:
    """SMPTE ST 2084's and BT.2408's (table 1) numbers."""
    assert pq_level(light) == pytest.approx(level, abs=0.001)
    assert pq_light(pq_level(light)) == pytest.approx(light, rel=1e-6, abs=1e-4)


@pytest.mark.parametrize(("level", "light"), [(0, 0), (0.5, 1 / 12), (0.75, 0.265), (1, 1)])
def test_hlg(level: float, light: float) -> None:
    assert hlg_light(level) == pytest.approx(light, abs=0.001)
    if level == 0.75:  # white of BT.2408, on a display of 1000
        assert 1000 * hlg_light(level) ** 1.2 == pytest.approx(203, abs=1)


@pytest.mark.parametrize("peak", PEAKS)
def test_the_curve(peak: float) -> None:
    """Nothing changes in the dark; it only rises, bends nowhere sharply, and ends at white."""
    lights = [pq_light(number / 400) for number in range(401)]
    shown = [eetf(light, peak) for light in lights]
    assert shown == sorted(shown)
    assert eetf(peak, peak) == pytest.approx(WHITE)
    assert eetf(10_000, peak) == pytest.approx(WHITE)
    assert all(there <= here + 1e-6 for here, there in zip(lights, shown, strict=True))
    knee = 1.5 * pq_level(WHITE) - 0.5 * pq_level(peak)
    dark = [light for light in lights if pq_level(light) < knee]
    assert shown[: len(dark)] == pytest.approx(dark, abs=1e-6)


@pytest.mark.parametrize(
    ("transfer", "said", "peak"),
    [
        (PQ, 0, 1000),
        (PQ, 1, 203),
        (PQ, 203, 203),
        (PQ, 204, 300),
        (PQ, 999, 1000),
        (PQ, 20_000, 10_000),
        (HLG, 0, 1000),
    ],
)
def test_peaks(transfer: int, said: float, peak: float) -> None:
    assert peak_of(colours(transfer, said)) == peak


def exact(pixel: tuple[int, ...], transfer: int, peak: float) -> tuple[float, ...]:
    """What is shown, 0 to 255, by the formulas alone."""
    chromaticities = colours(transfer).chromaticities
    levels = [level / 255 for level in pixel]
    if transfer == PQ:
        light = [pq_light(level) for level in levels]
    else:
        scene = [hlg_light(level) for level in levels]
        whole = sum(part * each for part, each in zip(luminance(chromaticities), scene, strict=True))
        light = [1000 * each * whole**0.2 for each in scene]
    most = max(light)
    shown = [each * (eetf(most, peak) / most if most else 0) / WHITE for each in light]
    xyz = times(to_d50(chromaticities), (shown[0], shown[1], shown[2]))
    linear = times(inverted(to_d50(of_code_points(1, 13).chromaticities)), xyz)  # type: ignore[union-attr]
    clipped = [min(max(each, 0.0), 1.0) for each in linear]
    return tuple(255 * (12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055) for v in clipped)


@pytest.mark.parametrize(("transfer", "peak"), [(PQ, 1000), (PQ, 203), (PQ, 4000), (HLG, 1000)])
def test_the_table_is_near_the_formulas(transfer: int, peak: float) -> None:
    """Greys to two levels, and stay grey; soft colours, which sRGB has, to 0.6 on average, any others to 1.5."""
    profile = ImageCms.ImageCmsProfile(BytesIO(profile_of(colours(transfer, peak))))
    transform = ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), "RGB", "RGB", INTENT, OF_TABLES)

    def shown(pixel: tuple[int, ...]) -> tuple[int, ...]:
        done = ImageCms.applyTransform(Image.new("RGB", (1, 1), pixel), transform)
        assert done
        found = done.getpixel((0, 0))
        assert isinstance(found, tuple)
        return found

    for level in range(256):
        found = shown((level,) * 3)
        assert max(found) - min(found) <= 1
        assert found == pytest.approx(exact((level,) * 3, transfer, peak), abs=2.5)
    random, brightest = Random(1), int(255 * pq_level(peak)) if transfer == PQ else 255
    for spread, near in ((15, 0.6), (255, 1.5)):
        differences = []
        for _ in range(1000):
            grey = random.randrange(20, min(160, brightest))
            pixel = tuple(min(max(grey + random.randint(-spread, spread), 0), brightest) for _ in range(3))
            wanted = exact(pixel, transfer, peak)
            differences += [abs(one - other) for one, other in zip(shown(pixel), wanted, strict=True)]
        assert sum(differences) / len(differences) < near
