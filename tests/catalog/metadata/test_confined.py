"""Headers that C reads are read in confined processes: the same headers, and the same errors."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from PIL import Image

from catalog.beneath.photo_files import PhotoFile
from catalog.errors import Unreadable
from catalog.metadata import Header
from catalog.metadata.confined import CONFINED, HeaderReader
from catalog.metadata.header import read_header
from config import Settings
from confine.channel import Nonsense

FILES = sorted((Path(__file__).parents[2] / "cases/files").iterdir())


@pytest.fixture(scope="module")
def reader() -> Iterator[HeaderReader]:
    with closing(HeaderReader(Settings())) as made:
        yield made


def read(by: object, path: Path) -> Header | str:
    """What it reads, or why it does not."""
    try:
        return by(PhotoFile(path.parent, path.name))  # type: ignore[operator, no-any-return]
    except Unreadable as error:
        return str(error)


@pytest.mark.parametrize("path", FILES, ids=lambda path: ascii(path.name))
def test_every_header_is_read_alike(reader: HeaderReader, path: Path) -> None:
    assert read(reader.read, path) == read(read_header, path)


@pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
def test_what_ends_early_is_refused_alike(reader: HeaderReader, tmp_path: Path, kind: str) -> None:
    import pillow_avif  # noqa: F401 - registers AVIF

    Image.new("RGB", (64, 48), (200, 30, 30)).save(tmp_path / "photo", kind)
    whole = (tmp_path / "photo").read_bytes()
    for length in (20, 40, len(whole) // 2, len(whole)):
        (tmp_path / "cut").write_bytes(whole[:length])
        assert read(reader.read, tmp_path / "cut") == read(read_header, tmp_path / "cut")


def of(entry: str, path: Path, **settings: str) -> str:
    """Why a reader that has this inside reads nothing."""
    with closing(HeaderReader(replace(Settings(), **settings), entry)) as reader:  # type: ignore[arg-type]
        try:
            reader.read(PhotoFile(path.parent, path.name))
        except (Unreadable, OSError) as error:
            return f"{type(error).__name__}: {error}"
    return ""


@pytest.fixture
def avif(tmp_path: Path) -> Path:
    import pillow_avif  # noqa: F401 - registers AVIF

    path = tmp_path / "photo.avif"
    Image.new("RGB", (64, 48)).save(path)
    return path


def test_a_reader_that_dies_or_says_nonsense(avif: Path) -> None:
    assert of("tests.confine.dying", avif) == "Unreadable: it brings its reader down"
    assert of("tests.confine.hostile", avif) == "Unreadable: it brings its reader down"


def test_it_may_be_required(avif: Path) -> None:
    said = of("tests.confine.lacking", avif, workers_confine="required")
    assert said.endswith("This kernel has no Landlock and no seccomp.")


def test_it_may_be_off(avif: Path) -> None:
    assert of("tests.no_such_module", avif, workers_confine="off") == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("width", "640"),
        ("width", 0),
        ("width", True),
        ("width", None),
        ("found", {}),
        ("found", None),
        ("more", 1),
    ],
)
def test_what_is_no_header_is_nonsense(name: str, value: object) -> None:
    from catalog.metadata.confined import _seen
    from catalog.metadata.header import Seen
    from catalog.metadata.merge import Found

    seen = Seen(64, 48, Found())
    assert _seen({"seen": json.loads(json.dumps(asdict(seen)))}) == seen
    with pytest.raises(Nonsense):
        _seen({"seen": json.loads(json.dumps(asdict(seen))) | {name: value}})


def test_which_kinds_they_are() -> None:
    assert sorted(CONFINED) == ["AVIF", "HEIF", "RAW"]
