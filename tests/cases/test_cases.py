"""Each photo as a client meets it, in both ways: catalogued, in its own size, as a tile, on a screen, described, found.

Nothing is made in advance, and the own size is asked for first: what comes of it must not spoil the others.
"""

import importlib
import pkgutil
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import tests.cases
from catalog.photos import Photo
from tests.cases.case import Case, understood
from tests.cases.reported import REPORTED
from tests.end_to_end.conftest import WAYS
from tests.end_to_end.servers import Server, serving
from tests.photos import decoded

SIBLINGS: list[Case] = [
    case
    for _, name, _ in pkgutil.iter_modules(tests.cases.__path__)
    if name.startswith("siblings_")
    for case in importlib.import_module(f"tests.cases.{name}").SIBLINGS
]
CASES = [*REPORTED, *SIBLINGS]
SHOWN = [case for case in CASES if case.size]
REFUSED = [case for case in CASES if not case.size]


def test_every_statement_is_one_that_is_looked_at() -> None:
    assert [case.name for case in CASES if not understood(case)] == []
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all these photos."""
    folder = tmp_path_factory.mktemp("cases")
    for case in CASES:
        path = folder / case.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case.make())
    return folder


@pytest.fixture(scope="module", params=WAYS)
def server(request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of all these photos."""
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copytree(root, folder / "photos")
    with serving(folder / "photos", folder / "data", request.param, PREFETCH_COUNT="0") as running:
        yield running


@pytest.fixture(scope="module")
def photos(server: Server) -> Mapping[str, Photo]:
    """What the catalogue knows, by path."""
    return {photo.path: photo for photo in server.listing()}


@pytest.mark.parametrize("case", SHOWN, ids=[case.name for case in SHOWN])
def test_it_is_shown(server: Server, photos: Mapping[str, Photo], case: Case) -> None:
    photo = photos.get(case.name)
    assert photo, f"{case.name} is not in the catalogue: {server.command('catalog', 'failed').stdout}"
    assert (photo.width, photo.height) == case.size
    own = server.photo(photo.photoid)
    half = server.photo(photo.photoid, f"&width={max(1, photo.width // 2)}")
    tile = server.photo(photo.photoid, "&width=256&height=256")
    screen = server.photo(photo.photoid, "&width=640&height=480&quality=0.9")
    thumbnail = server.api("getThumbnail", photoid=photo.photoid)
    for answer in (own, half, tile, screen, thumbnail):
        assert answer.status_code == 200, f"{answer.url}: {answer.text}"
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers.get("X-Darkroom-Damaged", "") == "".join(case.said("damaged"))
    assert decoded(own.content).size == case.size
    width, height = decoded(half.content).size
    assert width == max(1, photo.width // 2)
    assert abs(height * photo.width - photo.height * width) <= photo.width
    for jpeg in (own.content, half.content):
        case.check_colours(jpeg)
    for bound in case.said("thumbnail"):
        most_width, most_height = (int(side) for side in bound.removeprefix("≤ ").split("x"))
        width, height = decoded(thumbnail.content).size
        assert width <= most_width
        assert height <= most_height


@pytest.mark.parametrize("case", SHOWN, ids=[case.name for case in SHOWN])
def test_its_details_are_told_and_it_is_found(server: Server, photos: Mapping[str, Photo], case: Case) -> None:
    photoid = photos[case.name].photoid
    details = server.api("getPhotoMetadata", photoid=photoid).json()
    assert (details["width"], details["height"]) == case.size
    for word, name in (("created", "creationDate"), ("offset", "creationOffset"), ("title", "title")):
        for value in case.said(word):
            assert details[name] == value
    for value in case.said("rating"):
        assert details["rating"] == int(value)
    for value in case.said("place"):
        assert (details["latitude"], details["longitude"]) == pytest.approx(tuple(map(float, value.split())), abs=1e-4)
    for value in case.said("keywords"):
        assert sorted(details["keywords"]) == sorted(value.split(", "))
    for query in (f'photoid:"{photoid}"', *case.said("finds")):
        found = server.api("runQuery", query=query).json()
        assert found.get("count"), f"{query}: {found}"
        listed = server.get(f"/api/photos?vid={found['vid']}&first=0&count=500").json()
        assert photoid in {each.get("photoID") for each in listed["photos"]}, query


@pytest.mark.parametrize("case", REFUSED, ids=[case.name for case in REFUSED])
def test_what_can_t_be_shown_is_refused_alike_in_every_size(
    server: Server, photos: Mapping[str, Photo], case: Case
) -> None:
    photo = photos[case.name]
    for status in map(int, case.said("own")):
        for query in ("", "&width=100", "&width=256&height=256"):
            answer = server.photo(photo.photoid, query)
            assert answer.status_code == status, answer.text
            assert answer.json()["detail"]


def test_what_can_t_be_shown_is_listed(server: Server, photos: Mapping[str, Photo]) -> None:
    for case in REFUSED:
        server.photo(photos[case.name].photoid, "&width=100")
    failed = server.command("catalog", "failed").stdout
    assert [case.name for case in REFUSED if case.name not in failed] == []


def test_no_log_holds_a_traceback(server: Server, photos: Mapping[str, Photo]) -> None:
    """Of no file, whatever it holds."""
    for photo in photos.values():
        server.photo(photo.photoid, "&width=33")
    for process in (server.front, *server.others.values()):
        assert not [line for line in process.lines if "Traceback" in line], "".join(process.lines)
