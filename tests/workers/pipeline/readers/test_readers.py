"""Damaged photos: as much is shown of them in one size as in another, and it is said."""

import subprocess
import sys
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.kinds.damage import SENTENCES, TRUNCATED
from tests.cases.case import Case
from tests.cases.siblings_shown import SIBLINGS, chunk, cut, interlaced, picture, saved, with_chunks
from tests.catalog.library import PROJECT
from tests.workers.samples.pictures import decoded
from workers.errors import Damaged, RenderError
from workers.pipeline.lossless.strip import deliverable, stream
from workers.pipeline.render import render, render_ladder, unscaled
from workers.sizing import Size


def own(data: bytes, damage: list[str]) -> bytes:
    """The photo in its own size, as it is sent."""
    file = BytesIO(data)
    plan = deliverable(file)
    if plan is None:
        return unscaled(file, on_damage=damage.append)
    if plan.damage:
        damage.append(plan.damage)
    return b"".join(stream(file, plan))


SHOWN = [case for case in SIBLINGS if case.size]


ENDLESS = """
import zlib
from io import BytesIO
from tests.cases.siblings_shown import chunk
from tests.photos import decoded
from workers.pipeline.render import unscaled

rows = b"".join(b"\\0" + bytes((200, 30, 30)) * 120 for _ in range(40)) + bytes(10)
header = chunk(b"IHDR", bytes((0, 0, 0, 120, 0, 0, 0, 80, 8, 2, 0, 0, 0)))
pixels = chunk(b"IDAT", zlib.compress(rows) + b"what does not belong" * 100)
print(decoded(unscaled(BytesIO(b"\\x89PNG\\r\\n\\x1a\\n" + header + pixels + chunk(b"IEND", b"")))).size)
"""


def test_what_stands_behind_the_end_of_a_png_s_packed_rows_is_passed_over() -> None:
    """In a process of its own, which was never done with it."""
    done = subprocess.run(
        [sys.executable, "-c", ENDLESS], cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("(120, 80)\n", "")


@pytest.mark.parametrize("case", SHOWN, ids=[case.name for case in SHOWN])
def test_every_size_shows_what_there_is_and_says_so(case: Case) -> None:
    data, size, whole, scaled = case.make(), case.size, list[str](), list[str]()
    assert size
    case.check_colours(own(data, whole))
    half = Size(size[0] // 2, size[1] // 2)
    case.check_colours(render(BytesIO(data), half, 90, on_damage=scaled.append))
    assert whole == scaled == case.said("damaged")


def test_of_many_sizes_each_is_made_and_it_is_said_once() -> None:
    damage: list[str] = []
    data, sizes = cut(saved("JPEG", quality=90), 0.9), [Size(120, 80), Size(60, 40), Size(12, 12)]
    assert dict(render_ladder(BytesIO(data), sizes, 70, on_damage=damage.append)).keys() == set(sizes)
    assert damage == [TRUNCATED]


WHOLE = {
    format: saved(format, picture(64, 48), **how)
    for format, how in (("JPEG", {"quality": 90}), ("PNG", {}), ("WEBP", {}), ("GIF", {}), ("BMP", {}), ("TIFF", {}))
} | {
    "progressive": saved("JPEG", picture(64, 48), progressive=True, restart_marker_rows=1),
    "lossless": saved("WEBP", picture(64, 48, "RGBA"), lossless=True),
    "palette": saved("PNG", picture(64, 48, "P")),
    "interlaced": interlaced(),
}


@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_whatever_is_done_to_a_file(kind: str, data: st.DataObject) -> None:
    """A picture of the right size, in both sizes and with the same word; or one of our errors for both."""
    file = bytearray(WHOLE[kind])
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(file) - 1) | st.integers(0, min(200, len(file) - 1)))
        file[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    some = bytes(file[: data.draw(st.just(len(file)) | st.integers(0, len(file)))])
    outcomes = []
    for how in ("own", "half"):
        damage: list[str] = []
        try:
            jpeg = own(some, damage) if how == "own" else render(BytesIO(some), Size(8, 6), 70, on_damage=damage.append)
        except RenderError as error:
            outcomes.append(type(error).kind)
        else:
            decoded(jpeg)
            assert len(damage) <= 1
            assert set(damage) <= SENTENCES.keys()
            outcomes.append("shown")
    # A size may be what no JPEG can have, of the one alone.
    assert outcomes[0] == outcomes[1] or "unsupported" in outcomes


NOTHING = {
    "header.jpg": saved("JPEG")[: saved("JPEG").index(b"\xff\xda") + 14],
    "header.png": saved("PNG")[: saved("PNG").index(b"IDAT") + 20],
    "header.gif": saved("GIF")[:810],
    "header.bmp": saved("BMP")[:300],
    "header.webp": saved("WEBP")[:60],
    "text.png": b"\x89PNG\r\n\x1a\n" + chunk(b"tEXt", b"a\0b"),
    "no rows.png": with_chunks().split(b"IDAT")[0][:-4] + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b""),
}


@pytest.mark.parametrize("name", NOTHING)
def test_of_which_nothing_can_be_shown(name: str) -> None:
    for _ in range(2):
        with pytest.raises(Damaged):
            unscaled(BytesIO(NOTHING[name]))
        with pytest.raises(Damaged):
            render(BytesIO(NOTHING[name]), Size(30, 20), 70)


@pytest.mark.parametrize("block", [3000, 20_000, 65_536])
def test_however_much_is_read_at_once(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.ImageFile.MAXBLOCK", block)
    for data in (saved("JPEG")[:-2] + bytes(9000), cut(saved("JPEG", progressive=True), 0.9)):
        damage: list[str] = []
        assert decoded(render(BytesIO(data), Size(120, 80), 70, on_damage=damage.append)).size == (120, 80)
        assert damage == [TRUNCATED]
