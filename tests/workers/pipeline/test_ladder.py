"""Many sizes of one decode: each as a render of its own would be."""

import math
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.workers.samples import profiles
from tests.workers.samples.pictures import decoded, quarters, saved, shows, stored, work
from workers.errors import Busy, Damaged, Unsupported
from workers.pipeline.ladder import STEP, Rung, basis, rungs
from workers.pipeline.limits import JPEG_LONGEST_SIDE, Limits
from workers.pipeline.render import render, render_ladder
from workers.sizing import Size, output_size

REQUESTS = ((2560, 1600), (1920, 1080), (1280, 800), (1080, 2340), (640, 480), (256, 256), (160, 160))


def sizes_of(photo: Size) -> list[Size]:
    """The sizes that devices ask for."""
    return [output_size(photo, width, height, 8192) for width, height in REQUESTS]


def picture(width: int, height: int) -> Image.Image:
    """Quarters of colour with something fine in them."""
    noise = Image.effect_noise((width // 4, height // 4), 60).resize((width, height)).convert("RGB")
    return Image.blend(quarters(width, height), noise, 0.3)


def decibels(one: Image.Image, other: Image.Image) -> float:
    """PSNR of two pictures."""
    errors = ImageStat.Stat(ImageChops.difference(one, other)).rms
    return 10 * math.log10(255 * 255 * len(errors) / (sum(error * error for error in errors) or 1e-9))


@pytest.mark.parametrize(
    ("source", "photo"),
    [
        (saved(picture(1603, 1207)), Size(1603, 1207)),
        (saved(picture(1600, 1200), progressive=True), Size(1600, 1200)),
        (stored(picture(1600, 1200), 6), Size(1600, 1200)),
        (stored(picture(900, 1600), 8), Size(900, 1600)),
        (saved(picture(800, 800)), Size(800, 800)),
        (saved(picture(800, 600), "PNG"), Size(800, 600)),
        (saved(picture(1600, 1200), icc_profile=profiles.rgb(*profiles.ADOBE_RGB)), Size(1600, 1200)),
        (saved(picture(1600, 1200).convert("CMYK")), Size(1600, 1200)),
    ],
)
def test_each_size_as_if_alone(source: BytesIO, photo: Size) -> None:
    sizes = sizes_of(photo)
    made = dict(render_ladder(source, [*sizes, *sizes], 95))
    assert set(made) == set(sizes)
    for size, jpeg in made.items():
        image = decoded(jpeg)
        assert image.size == (size.width, size.height)
        assert decibels(image, decoded(render(source, size, 95))) > 35
        assert shows(image, tolerance=255) or min(image.size) < 20


def test_the_photo_is_decoded_once() -> None:
    steps: list[str] = []
    list(
        render_ladder(
            saved(quarters(1600, 1200)), sizes_of(Size(1600, 1200)), 70, watch=lambda step, _: steps.append(step)
        )
    )
    assert steps.count("load") == steps.count("draft") == steps.count("flatten") == 1
    assert steps.count("encode") == len(set(sizes_of(Size(1600, 1200))))


def test_renders_come_as_they_are_ready_the_largest_first() -> None:
    steps: list[str] = []
    sizes = [Size(40, 30), Size(400, 300), Size(100, 75)]
    ladder = render_ladder(saved(quarters()), sizes, 70, watch=lambda step, _: steps.append(step))
    assert next(ladder)[0] == Size(400, 300)
    assert steps.count("encode") == 1
    assert [size for size, _ in ladder] == [Size(100, 75), Size(40, 30)]


def test_order() -> None:
    start = work(Image.new("L", (4000, 3000)))
    order = rungs(start, [Size(64, 64), Size(2000, 1500), Size(400, 300), Size(64, 64), Size(900, 675)])
    assert order == [Rung(Size(2000, 1500), 1), Rung(Size(900, 675), 2), Rung(Size(400, 300), 4), Rung(Size(64, 64), 8)]
    assert all(one.scale <= other.scale for one, other in pairwise(order))


@pytest.mark.parametrize(
    ("rung", "made", "expected"),
    [
        (Rung(Size(1500, 1125), 1), [Size(2000, 1500)], None),  # as near to the photo as it gets
        (Rung(Size(400, 300), 4), [Size(2000, 1500), Size(1000, 750)], Size(1000, 750)),
        (Rung(Size(401, 301), 4), [Size(2000, 1500), Size(1000, 750)], Size(2000, 1500)),  # too near to the next
        (Rung(Size(900, 675), 2), [Size(2000, 1500)], None),
        (Rung(Size(100, 100), 8), [Size(1000, 750), Size(400, 300)], Size(400, 300)),
        (Rung(Size(100, 100), 8), [Size(1000, 750), Size(260, 260)], Size(260, 260)),
        (Rung(Size(80, 60), 8), [Size(1000, 750), Size(260, 260)], Size(1000, 750)),  # a square has not all of it
        (Rung(Size(100, 100), 8), [], None),
    ],
)
def test_basis(rung: Rung, made: list[Size], expected: Size | None) -> None:
    decoded_photo = work(Image.new("L", (4000, 3000)))
    works = [work(Image.new("L", (size.width, size.height)), size) for size in made]
    found = basis(rung, Rung(Size(2000, 1500), 1), decoded_photo, works)
    assert found.size == rung.size
    assert found.image.size == ((expected.width, expected.height) if expected else (4000, 3000))
    assert expected is None or min(found.image.size) >= STEP * min(rung.size.width, rung.size.height)


def test_none_is_none() -> None:
    assert list(render_ladder(saved(quarters()), [], 70)) == []


def test_errors() -> None:
    for source, size, error in (
        (BytesIO(saved(quarters()).getvalue()[:600]), Size(9, 9), Damaged),
        (BytesIO(b"no photo"), Size(9, 9), Unsupported),
        (saved(quarters()), Size(JPEG_LONGEST_SIDE + 1, 1), Unsupported),
    ):
        with pytest.raises(error):
            list(render_ladder(source, [size], 70))


def test_the_first_size_takes_too_long_for_good_and_a_later_one_for_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was made is kept, so that the next time there are fewer to make."""
    now = [0.0]
    for clock in ("workers.pipeline.limits.time.monotonic", "catalog.source_file.monotonic"):
        monkeypatch.setattr(clock, lambda: now[0])
    sizes, limits = [Size(40, 30), Size(20, 15)], Limits(max_seconds=5)
    made = render_ladder(saved(quarters()), sizes, 70, limits=limits)
    assert next(made)[0] == Size(40, 30)
    now[0] = 10.0
    with pytest.raises(Busy):
        next(made)
    with pytest.raises(Unsupported):
        next(render_ladder(saved(quarters()), sizes, 70, limits=Limits(max_seconds=0)))


def test_what_is_no_longer_wanted_is_left_out_and_asked_for_in_order() -> None:
    sizes, asked = [Size(40, 30), Size(200, 150), Size(100, 75)], list[Size]()

    def wanted(size: Size) -> bool:
        asked.append(size)
        return size.width != 200

    made = dict(render_ladder(saved(quarters()), sizes, 70, wanted=wanted))
    assert asked == [Size(200, 150), Size(100, 75), Size(40, 30)]
    assert {size: decoded(jpeg).size for size, jpeg in made.items()} == {
        size: (size.width, size.height) for size in (Size(100, 75), Size(40, 30))
    }
    assert all(shows(decoded(jpeg), tolerance=30) for jpeg in made.values())
    assert dict(render_ladder(saved(quarters()), sizes, 70, wanted=lambda _: False)) == {}
