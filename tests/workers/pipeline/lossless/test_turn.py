"""Turning without loss: nothing but places changes."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.workers.samples import profiles
from tests.workers.samples.jpegs import METADATA, SECRETS, icc, same_pixels, with_segments
from tests.workers.samples.pictures import decoded, quarters, saved, shows, stored
from workers.errors import Unsupported
from workers.pipeline.limits import Limits, TimeLimit
from workers.pipeline.lossless import turn
from workers.pipeline.lossless.turn import turned
from workers.pipeline.open import opened, orientation
from workers.pipeline.render import unscaled

P3 = profiles.rgb(*profiles.DISPLAY_P3)
BACK = {6: 8, 8: 6}


def turned_file(source: BytesIO, time_limit: TimeLimit | None = None) -> bytes | None:
    """What becomes of a photo's file."""
    with opened(source, Limits()) as image:
        return turned(image, orientation(image), time_limit)


@pytest.mark.parametrize(("mode", "options"), [("RGB", {}), ("RGB", {"progressive": True}), ("L", {})])
@pytest.mark.parametrize("lies", range(2, 9))
def test_without_loss(lies: int, mode: str, options: dict[str, Any]) -> None:
    """Turned back, it decodes bit for bit to what it was."""
    source = stored(quarters(320, 240).convert(mode), lies, **options).getvalue()
    done = turned_file(BytesIO(with_segments(source, *METADATA[1:])))
    assert done is not None
    assert not [secret for secret in SECRETS if secret in done]
    image = decoded(done)
    assert image.size == (320, 240)
    assert shows(image.convert("RGB")) or mode == "L"
    back = turn.jpegtran(done, BACK.get(lies, lies), None)
    assert back is not None
    assert same_pixels(back, source)


def test_a_profile_stays() -> None:
    source = with_segments(stored(quarters(320, 240), 6).getvalue(), *icc(P3, 2))
    done = turned_file(BytesIO(source))
    assert done is not None
    assert Image.open(BytesIO(done)).info["icc_profile"] == P3


def test_upright_ones_are_only_stripped() -> None:
    source = saved(quarters())
    done = turned_file(source)
    assert done is not None
    assert same_pixels(done, source.getvalue())


@pytest.mark.parametrize(
    "source",
    [
        stored(quarters(317, 243), 6),  # sides that are no whole number of blocks
        stored(quarters(320, 240), 6, "PNG"),
        stored(quarters(320, 240).convert("CMYK"), 6),
        BytesIO(stored(quarters(320, 240), 6).getvalue().replace(b"\xff\xd9", b"\xff\x3a")),
    ],
)
def test_what_can_not_be_turned(source: BytesIO) -> None:
    assert turned_file(source) is None


def test_without_jpegtran_it_is_encoded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = stored(quarters(320, 240), 6)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert turned_file(source) is None
    assert shows(decoded(unscaled(source)))


def test_no_time() -> None:
    with pytest.raises(Unsupported):
        turned_file(stored(quarters(3200, 2400), 6), TimeLimit(1e-6))
