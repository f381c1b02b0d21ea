"""The pipeline in confined processes is the pipeline: the same renders, the same damages, the same sentences."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from confine.processes import Processes
from tests.photos import decoded, save_jpeg, solid
from workers.confined.outside import ENTRY, Confined, InProcess, Pipeline
from workers.errors import RenderError
from workers.pipeline.limits import Limits
from workers.sizing import Size

FILES = sorted((Path(__file__).parents[2] / "cases/files").iterdir())
SIZES = [Size(40, 30), Size(64, 64), Size(300, 200)]
LIMITS = Limits()

Made = tuple[list[tuple[Size, bytes]], list[str], str]
"""Renders, damages, and the error."""


@pytest.fixture(scope="module")
def confined() -> Iterator[Confined]:
    with closing(Processes(ENTRY, 6_000_000_000)) as processes:
        yield Confined(processes)


def made(source: Path, render: Callable[[Any, Any], Iterator[tuple[Size, bytes]]]) -> Made:
    """What comes of a file."""
    renders, damages = list[tuple[Size, bytes]](), list[str]()
    with source.open("rb") as file:
        try:
            renders.extend(render(file, damages.append))
        except RenderError as error:
            return renders, damages, f"{type(error).__name__}: {error}"
    return renders, damages, ""


def rendered(pipeline: Pipeline, source: Path) -> Made:
    """In one size."""

    def render(file: Any, on_damage: Any) -> Iterator[tuple[Size, bytes]]:
        yield SIZES[0], pipeline.render(file, SIZES[0], 70, limits=LIMITS, on_damage=on_damage)

    return made(source, render)


def unscaled(pipeline: Pipeline, source: Path) -> Made:
    """In its own size."""

    def render(file: Any, on_damage: Any) -> Iterator[tuple[Size, bytes]]:
        size = Size(6000, 4000)
        yield size, pipeline.unscaled(file, size, limits=LIMITS, on_damage=on_damage)

    return made(source, render)


def ladder(pipeline: Pipeline, source: Path, wanted: Callable[[Size], bool] = lambda _: True) -> Made:
    """In several sizes."""

    def render(file: Any, on_damage: Any) -> Iterator[tuple[Size, bytes]]:
        yield from pipeline.render_ladder(file, SIZES, 70, limits=LIMITS, on_damage=on_damage, wanted=wanted)

    return made(source, render)


@pytest.mark.parametrize("source", FILES, ids=lambda path: ascii(path.name))
@pytest.mark.parametrize("how", [rendered, unscaled, ladder])
def test_every_photo_is_rendered_alike(confined: Confined, how: Callable[..., Made], source: Path) -> None:
    assert how(confined, source) == how(InProcess(), source)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_without_loss(confined: Confined, tmp_path: Path, orientation: int) -> None:
    save_jpeg(tmp_path / "photo.jpg", solid(64, 32, (200, 30, 30)), orientation=orientation)
    both = unscaled(confined, tmp_path / "photo.jpg"), unscaled(InProcess(), tmp_path / "photo.jpg")
    assert both[0] == both[1]
    assert decoded(both[0][0][0][1]).size == ((32, 64) if orientation >= 5 else (64, 32))


def test_of_a_ladder_what_is_wanted_is_made(confined: Confined, tmp_path: Path) -> None:
    save_jpeg(tmp_path / "photo.jpg", solid(640, 480, (200, 30, 30)))
    asked = list[Size]()

    def wanted(size: Size) -> bool:
        asked.append(size)
        return size == SIZES[1]

    renders, _, error = ladder(confined, tmp_path / "photo.jpg", wanted)
    assert ([size for size, _ in renders], error) == ([SIZES[1]], "")
    assert set(asked) == set(SIZES)
