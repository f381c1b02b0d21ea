"""Sizes by name: the common ones, what settings make of them, and texts that are none."""

import pytest

from cache.key import RenderKey
from config import Settings, SettingsError
from workers.devices import COMMON, MOST_SIZES, Box, Devices, UnknownSize
from workers.sizing import Size, output_size


def devices(**settings: object) -> Devices:
    return Devices.of(Settings(**settings))  # type: ignore[arg-type]


def test_the_default_ones_are_the_tiles_and_the_thumbnail() -> None:
    assert devices().default == (Box(160, 160), Box(256, 256), Box(512, 512), Box(None, 160))
    assert devices(thumbs_height=200).default[-1] == Box(None, 200)


def test_common_devices_have_names() -> None:
    for kind in ("tile", "phone", "tablet", "laptop", "desktop", "television"):
        assert any(name.startswith(kind) for name in COMMON)
    assert devices().named["television"] == Box(3840, 2160)


@pytest.mark.parametrize(
    ("text", "box"),
    [("phone", Box(1080, 2340)), ("Phone", Box(1080, 2340)), ("256x128", Box(256, 128)), ("1920x", Box(1920, None))],
)
def test_names_and_sizes(text: str, box: Box) -> None:
    assert devices().boxes([text, text]) == (box,)
    assert devices().boxes([str(box)]) == (box,)


@pytest.mark.parametrize("text", ["", "x", "0x1", "phones", "1x2x3", "-1x2", "1.5x2", "1234567x1", "x\u0661"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UnknownSize, match="256x256"):
        devices().boxes([text])


@pytest.mark.parametrize("count", [0, MOST_SIZES + 1])
def test_none_and_too_many(count: int) -> None:
    with pytest.raises(UnknownSize, match=str(count)):
        devices().boxes([f"{number + 1}x" for number in range(count)])


def test_settings_add_replace_and_remove() -> None:
    made = devices(device_sizes="kiosk=1366x768, phone = 900x1600, -television,", prerender_sizes="kiosk,phone")
    assert made.default == (Box(1366, 768), Box(900, 1600))
    assert "television" not in made.named
    assert made.named.keys() - COMMON.keys() == {"kiosk", "thumbnail"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"device_sizes": "kiosk"}, "device.sizes has 'kiosk'"),
        ({"device_sizes": "kiosk=big"}, "device.sizes has 'kiosk=big'"),
        ({"device_sizes": "-kiosk"}, "device.sizes has '-kiosk'"),
        ({"device_sizes": "1x1=2x2"}, "device.sizes has '1x1=2x2'"),
        ({"prerender_sizes": "kiosk"}, "prerender.sizes is 'kiosk': 'kiosk' is no size"),
        ({"prerender_sizes": ","}, "prerender.sizes is ',': 0 sizes"),
        ({"device_sizes": "-phone", "prerender_sizes": "phone"}, "'phone' is no size"),
    ],
)
def test_settings_that_can_t_be_used(settings: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        devices(**settings)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "photo", [Size(6000, 4000), Size(4000, 6000), Size(3000, 3000), Size(20000, 500), Size(90, 60)]
)
def test_what_common_sizes_ask_for_is_told_by_what_comes_out(photo: Size) -> None:
    known = devices(device_sizes="kiosk=1366x768", prerender_sizes="tile256, 300x")
    for box in (*known.named.values(), *known.default):
        for turned in (box, Box(box.height, box.width)) if box.width and box.height else (box,):
            size = output_size(photo, turned.width, turned.height, 100_000)
            assert known.made(key_of(size)), (photo, turned)
    thumbnail = output_size(photo, None, 160, 8192, fits=True)
    assert known.made(key_of(thumbnail)) or thumbnail.width == 8192  # so long that it has to fit


@pytest.mark.parametrize("size", [Size(255, 256), Size(161, 161), Size(1921, 1085), Size(7999, 5333), Size(1000, 667)])
def test_what_nobody_else_asks_for_is_not_common(size: Size) -> None:
    assert not devices().made(key_of(size))
    assert not devices().made(key_of(Size(256, 256), 71))
    assert not devices().made(key_of(Size(256, 256), None))


def key_of(size: Size, quality: int | None = 70) -> RenderKey:
    """A render of that size."""
    return RenderKey("A" * 22, "version-1", size.width, size.height, quality)
