"""What a decoder that was taken over may say, and what comes of it: a sentence for that one photo."""

import json
import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from confine.processes import Closing, Processes
from workers.confined import outside
from workers.confined.outside import Confined
from workers.errors import BRINGS_DOWN, Busy, Damaged, Failed, RenderError, SourceMissing, Unsupported
from workers.pipeline.limits import LATE, Limits
from workers.sizing import Size

SIZE = Size(40, 30)
GOOD = {"made": None, "damage": ""}
RUNG = {"made": [40, 30], "damage": ""}
ENDED = {"ended": True}
LIMITS = Limits(max_seconds=30)


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    with closing(Processes("tests.confine.lying", 2_000_000_000)) as made:
        yield made


def says(folder: Path, *frames: object) -> Path:
    """A photo of which that is said."""
    path = folder / "photo.jpg"
    path.write_text("\n".join(map(json.dumps, frames)))
    return path


def render(processes: Processes, photo: Path, limits: Limits = LIMITS, damages: list[str] | None = None) -> bytes:
    """One size of it."""
    with photo.open("rb") as file:
        heard = [] if damages is None else damages
        return Confined(processes).render(file, SIZE, 70, limits=limits, on_damage=heard.append)


def ladder(processes: Processes, photo: Path) -> list[Size]:
    """Which of two sizes of it are made."""
    made = list[Size]()
    with photo.open("rb") as file:
        sizes = [SIZE, Size(80, 60)]
        more: Any = {"limits": LIMITS, "on_damage": lambda _: None, "wanted": lambda _: True}
        for size, _ in Confined(processes).render_ladder(file, sizes, 70, **more):
            made.append(size)
    return made


def test_what_is_right(processes: Processes, tmp_path: Path) -> None:
    damages = list[str]()
    photo = says(tmp_path, {"made": None, "damage": "truncated"})
    assert render(processes, photo, damages=damages) == b"\xff\xd8\xff"
    assert damages == ["truncated"]


@pytest.mark.parametrize(
    "frames",
    [
        [ENDED],
        [GOOD | {"jpeg": False}, ENDED],
        [GOOD | {"damage": "<script>"}, ENDED],
        [GOOD | {"damage": 1}, ENDED],
        [{"made": None}, ENDED],
        [{"ask": "wanted", "size": [40, 30]}],
        [{"ask": "turned", "orientation": 99}],
        [{"ask": "turned", "orientation": "6"}],
        [{"ask": "exec"}],
        [{}],
        [{"error": "no kind", "sentence": "x"}],
        [{"error": "damaged"}],
        [{"error": "damaged", "sentence": 5}],
        [{"error": "damaged", "sentence": "x" * 501}],
        [{"error": "damaged", "sentence": ""}],
        [GOOD | {"more": 100_000_000}],
        ["dies"],
    ],
    ids=str,
)
def test_what_is_none(processes: Processes, tmp_path: Path, frames: list[object]) -> None:
    with pytest.raises(Damaged) as caught:
        render(processes, says(tmp_path, *frames))
    assert str(caught.value) == BRINGS_DOWN


@pytest.mark.parametrize(
    "frames",
    [
        [GOOD, ENDED],
        [{"made": [41, 30], "damage": ""}],
        [{"made": [0, 30], "damage": ""}],
        [{"made": ["40", 30], "damage": ""}],
        [RUNG, RUNG],
        [{"ask": "turned", "orientation": 6}],
        [{"ask": "wanted", "size": [-1, 3]}],
        [RUNG, "dies"],
    ],
    ids=str,
)
def test_what_is_none_of_a_ladder(processes: Processes, tmp_path: Path, frames: list[object]) -> None:
    with pytest.raises(Damaged) as caught:
        ladder(processes, says(tmp_path, *frames))
    assert str(caught.value) == BRINGS_DOWN


def test_an_error_is_the_pipeline_s(processes: Processes, tmp_path: Path) -> None:
    for error in (Damaged("a"), Unsupported("b"), SourceMissing("c"), Busy("d")):
        with pytest.raises(RenderError) as caught:
            render(processes, says(tmp_path, {"error": error.kind, "sentence": str(error)}))
        assert (type(caught.value), str(caught.value)) == (type(error), str(error))


def test_a_photo_without_room_beside_what_was_kept_is_tried_in_a_fresh_process(
    processes: Processes, tmp_path: Path
) -> None:
    """Of a process that has had no photo before it is the last word: this one alone was too much."""
    no_room = {"error": "unsupported", "sentence": "too large", "memory": True}
    render(processes, says(tmp_path, GOOD))
    assert render(processes, says(tmp_path, {"when": "used"} | no_room, {"when": "fresh"} | GOOD)) == b"\xff\xd8\xff"
    with pytest.raises(Unsupported, match="too large"):
        render(processes, says(tmp_path, no_room))


def test_a_fault_of_ours_is_logged_and_nothing_noted(
    processes: Processes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Failed) as caught:
        render(processes, says(tmp_path, {"error": "failed", "trace": "where\r\nwhat \x1b[2J"}))
    assert str(caught.value) == outside.FAILED
    assert "\x1b" not in caplog.text
    assert "\\x1b[2J" in caplog.text


def test_what_it_logs_is_logged_within_bounds(
    processes: Processes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = [[logging.WARNING, "name", "a\x1bb" + "c" * 900]] * 1000 + [["no", "thing"]]
    with caplog.at_level(logging.INFO, "darkroom.confined"):
        render(processes, says(tmp_path, GOOD | {"told": told}))
        render(processes, says(tmp_path, GOOD | {"told": "nothing"}))
    logged = [record.getMessage() for record in caplog.records if record.name == "darkroom.confined"]
    assert len(logged) == outside.MESSAGES
    assert all("\x1b" not in each and len(each) < 1000 for each in logged)


@pytest.mark.parametrize("what", ["computes", "sleeps"])
def test_one_that_does_not_end(
    processes: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(outside, "HANGS", 0.5)
    with pytest.raises(Unsupported) as caught:
        render(processes, says(tmp_path, what), Limits(max_seconds=0.3))
    assert str(caught.value) == "The photo takes longer to render than render.max.seconds allows: 0.3 s."


def test_of_a_ladder_that_does_not_end_what_was_made_counts(
    processes: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.workers.confined.test_nonsense.LIMITS", Limits(max_seconds=0.3))
    with pytest.raises(Busy) as caught:
        ladder(processes, says(tmp_path, RUNG, "computes"))
    assert str(caught.value) == LATE


def test_who_ends_meanwhile(tmp_path: Path) -> None:
    processes = Processes("tests.confine.lying")
    processes.close()
    with pytest.raises(Closing):
        render(processes, says(tmp_path, GOOD, ENDED))


def test_none_can_be_had(tmp_path: Path) -> None:
    with closing(Processes("tests.no_such_module")) as processes, pytest.raises(Busy):
        render(processes, says(tmp_path, GOOD, ENDED))
