"""Delivery without loss: the same pixels, and not a byte that is no picture."""

from io import BytesIO
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from catalog.kinds.damage import TRUNCATED
from catalog.presentation.segments import Span
from tests.photos import needs_real_photos, real_photos
from tests.workers.samples import profiles
from tests.workers.samples.jpegs import GPS, METADATA, SECRETS, icc, same_pixels, segment, with_segments
from tests.workers.samples.pictures import quarters, saved, stored
from workers.errors import Damaged, RenderError
from workers.pipeline.lossless.strip import Plan, deliverable, plan, stream, stripped

NOISE = Image.merge("RGB", [Image.effect_noise((300, 200), 10 + 5 * band) for band in range(3)])
JPEG = saved(NOISE).getvalue()
PROGRESSIVE = saved(NOISE, progressive=True).getvalue()
P3 = profiles.rgb(*profiles.DISPLAY_P3)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LONG = profiles.padded(P3, 200_000)
TRAILER = b"\xff\xd8" + METADATA[0] + JPEG[2:] + b"a film" + GPS


def delivered(jpeg: bytes) -> bytes:
    """What is sent of a JPEG."""
    file = BytesIO(jpeg)
    found = deliverable(file)
    assert found is not None
    assert not found.damage
    sent = b"".join(stream(file, found, block=1000))
    assert len(sent) == found.length
    return sent


@pytest.mark.parametrize(
    "jpeg",
    [
        JPEG,
        PROGRESSIVE,
        saved(NOISE, subsampling=2).getvalue(),
        saved(NOISE, restart_marker_rows=1).getvalue(),
        saved(NOISE.convert("L")).getvalue(),
        saved(NOISE, keep_rgb=True).getvalue(),
    ],
    ids=["baseline", "progressive", "4:2:0", "restarts", "grey", "rgb"],
)
def test_pixels_stay_and_all_else_goes(jpeg: bytes) -> None:
    sent = delivered(with_segments(jpeg, *METADATA) + TRAILER)
    assert same_pixels(sent, jpeg)
    assert not [secret for secret in SECRETS if secret in sent]
    assert sent.endswith(b"\xff\xd9")
    assert len(sent) <= len(jpeg)
    assert delivered(sent) == sent


def test_metadata_between_the_scans() -> None:
    second = PROGRESSIVE.index(b"\xff\xda", PROGRESSIVE.index(b"\xff\xda") + 2)
    # A table comes before the scan; what is put before the table is still between the scans.
    table = PROGRESSIVE.rindex(b"\xff\xc4", 0, second)
    jpeg = PROGRESSIVE[:table] + b"".join(METADATA) + PROGRESSIVE[table:]
    sent = delivered(jpeg)
    assert same_pixels(sent, PROGRESSIVE)
    assert not [secret for secret in SECRETS if secret in sent]


def test_a_thumbnail_in_the_jfif_header() -> None:
    thumbnail = segment(0xE0, b"JFIF\0\1\2\1\0\x48\0\x48\2\2" + GPS.ljust(12))
    assert delivered(b"\xff\xd8" + thumbnail + JPEG[20:]) == delivered(JPEG)


def test_adobes_marker_stays_and_what_hides_behind_it_goes() -> None:
    jpeg = saved(NOISE, keep_rgb=True).getvalue()
    at = jpeg.index(b"\xff\xee")
    longer = segment(0xEE, jpeg[at + 4 : at + 16] + GPS)
    sent = delivered(jpeg[:at] + longer + jpeg[at + 16 :])
    assert GPS not in sent
    assert b"\xff\xee\0\x0eAdobe" in sent
    assert same_pixels(sent, jpeg)


@pytest.mark.parametrize(
    ("mode", "segments", "stays"),
    [
        ("RGB", icc(P3), True),
        ("RGB", icc(P3, 3), True),
        ("RGB", icc(P3, 3)[::-1], True),
        ("RGB", icc(LONG, 9), True),
        ("L", icc(profiles.grey(1.8)), True),
        ("L", icc(P3), True),
        ("RGB", icc(SRGB), False),
        ("RGB", icc(SRGB, 2), False),
        ("RGB", [part.replace(b"ICC_PROFILE\0\1", b"ICC_PROFILE\0\0") for part in icc(P3)], True),
        ("RGB", icc(P3, 3)[:2], False),
        ("RGB", icc(P3) * 2, False),
        ("RGB", icc(P3[:300]), False),
        ("RGB", icc(profiles.cmyk()), False),
        ("RGB", icc(b"no profile, " + GPS), False),
        ("RGB", icc(P3 + GPS), True),
    ],
)
def test_profiles_stay_where_they_are_needed(mode: str, segments: list[bytes], stays: bool) -> None:
    jpeg = with_segments(saved(NOISE.convert(mode)).getvalue(), *segments)
    sent = delivered(jpeg)
    assert GPS not in sent
    assert same_pixels(sent, jpeg)
    assert delivered(sent) == sent
    profile, given = (Image.open(BytesIO(each)).info.get("icc_profile") for each in (sent, jpeg))
    assert profile == (given.removesuffix(GPS) if given and stays else None)


@pytest.mark.parametrize(
    "source",
    [
        saved(quarters(), "PNG"),
        saved(quarters(), "WEBP"),
        saved(quarters(), "TIFF"),
        *(stored(quarters(), orientation) for orientation in range(2, 9)),
        BytesIO(JPEG.replace(b"\xff\xc0", b"\xff\xc9")),  # arithmetic coding
        saved(quarters().convert("CMYK")),
        saved(quarters().convert("CMYK"), icc_profile=profiles.cmyk()),
        BytesIO(b"no photo"),
    ],
)
def test_what_takes_a_worker(source: BytesIO) -> None:
    assert deliverable(source) is None


HEADER = JPEG.index(b"\xff\xda")
TABLE = PROGRESSIVE.rindex(b"\xff\xc4")


@pytest.mark.parametrize(
    ("jpeg", "sent"),
    [
        (JPEG[:-2], JPEG),
        (JPEG[:-1], JPEG[:-1] + b"\xff\xd9"),
        (JPEG[: len(JPEG) // 2], JPEG[: len(JPEG) // 2] + b"\xff\xd9"),
        (JPEG[:-2] + bytes(5000), JPEG[:-2] + bytes(5000) + b"\xff\xd9"),
        (PROGRESSIVE[:-2], PROGRESSIVE),
        (PROGRESSIVE[: TABLE + 5], PROGRESSIVE[:TABLE] + b"\xff\xd9"),
    ],
    ids=["no end", "half an end", "half of it", "zeros", "progressive", "in a table"],
)
def test_what_ends_early_is_sent_with_an_end(jpeg: bytes, sent: bytes) -> None:
    """Half a table would have libjpeg take the end for the rest of it."""
    file = BytesIO(jpeg)
    found = deliverable(file)
    assert found is not None
    assert found.damage == TRUNCATED
    assert b"".join(stream(file, found)) == sent
    assert stripped(BytesIO(jpeg)) is None


@pytest.mark.parametrize(
    "jpeg",
    [
        JPEG[:HEADER],
        JPEG[: HEADER + 4],
        JPEG[: HEADER + 14],
        JPEG[:30],
        JPEG[:3],
        JPEG[:HEADER] + b"\xff\xd9",
        JPEG[:-2] + b"\xff\xd8" + JPEG[2:],  # a picture begins in the middle of another
        JPEG[:-2] + b"\xff\x3a\xff\xd9",
        JPEG[:HEADER] + b"\xff\xfe\0\1" + JPEG[HEADER:],
        JPEG[:HEADER] + JPEG[JPEG.index(b"\xff\xc0") : HEADER] + JPEG[HEADER:],  # two headers
        JPEG[:2] + segment(0xFE, b"") * 10_000 + JPEG[2:],
    ],
)
def test_whether_anything_can_be_shown_of_it_a_worker_finds_out(jpeg: bytes) -> None:
    assert deliverable(BytesIO(jpeg)) is None


@pytest.mark.parametrize(
    "jpeg", [JPEG[:HEADER], JPEG[: HEADER + 14], JPEG[:30], JPEG[:HEADER] + b"\xff\xd9", b"\xff\xd7"]
)
def test_no_picture(jpeg: bytes) -> None:
    with pytest.raises(Damaged) as raised:
        plan(BytesIO(jpeg))
    assert str(raised.value).endswith(".")


def test_the_first_scans_alone() -> None:
    file = BytesIO(PROGRESSIVE)
    whole = plan(file)
    assert whole is not None
    assert whole.scans == PROGRESSIVE.count(b"\xff\xda")
    for scans in range(1, whole.scans):
        some = plan(file, scans)
        assert some is not None
        jpeg = b"".join(stream(file, some))
        assert jpeg.count(b"\xff\xda") == some.scans == scans
        assert Image.open(BytesIO(jpeg)).convert("RGB").size == NOISE.size


def test_spans_and_not_the_pixels_are_in_the_plan() -> None:
    jpeg = with_segments(JPEG, *METADATA) + TRAILER
    found = deliverable(BytesIO(jpeg))
    assert found is not None
    assert sum(len(part) for part in found.parts if isinstance(part, bytes)) < 100
    assert len(found.parts) < 5


@pytest.mark.parametrize("edge", range(-3, 4))
def test_an_end_across_the_edge_of_a_block(edge: int) -> None:
    """Blocks are read that grow from 4 KiB to 1 MiB, each from the last byte of the one before; the scan's data may end
    anywhere.
    """
    start = JPEG[: HEADER + 14]
    for size in accumulate(4**power * 4096 - (power > 0) for power in range(6)):
        jpeg = start + b"\x55" * (size + edge) + b"\xff\xd9"
        assert delivered(jpeg + TRAILER)[-len(jpeg) + 2 :] == jpeg[2:]


def test_a_file_that_has_become_shorter() -> None:
    with pytest.raises(Damaged):
        list(stream(BytesIO(b"short"), Plan((b"start", Span(2, 10)))))


@given(st.data())
def test_hostile_bytes(data: Any) -> None:
    """A plan that keeps to the file, or one of our errors."""
    jpeg = bytearray(with_segments(data.draw(st.sampled_from([JPEG, PROGRESSIVE])), METADATA[0], *icc(P3, 2)))
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(jpeg) - 1) | st.integers(0, 1200))
        jpeg[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    file = BytesIO(bytes(jpeg[: data.draw(st.integers(0, len(jpeg)) | st.just(len(jpeg)))]))
    try:
        found = deliverable(file)
    except RenderError:
        return
    if found is not None:
        assert len(b"".join(stream(file, found))) == found.length <= len(jpeg) + 22


@needs_real_photos
def test_real_photos() -> None:
    """Each JPEG that is delivered has the pixels of its file, and none of its metadata."""
    done = 0
    for path in real_photos("exif-samples/jpg/**/*.jp*g"):
        jpeg = path.read_bytes()
        found = deliverable(BytesIO(jpeg))
        sent = None if found is None else stripped(BytesIO(jpeg))
        if found is None or (sent is None and found.damage):
            continue
        assert sent is not None
        assert same_pixels(sent, jpeg), path.name
        scan = sent.index(b"\xff\xda")
        for secret in (b"Exif\0", b"http://ns.adobe.com", b"Photoshop 3.0", b"GPS", b"MPF\0", b"\xff\xe1", b"\xff\xfe"):
            assert secret not in sent[:scan], path.name
        done += 1
    assert done > 60
