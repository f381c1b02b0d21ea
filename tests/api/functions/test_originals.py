"""The stored file, byte for byte, whatever became of it since the scan."""

import os
import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from falcon.testing import Result

from api.functions.originals import GetOriginalFile
from api.http.delivery import Files
from tests.api.house import Asking, House
from tests.catalog.library import jpeg, put
from workers.versions import key_version


def getting(house: House, *, follow_links: bool = True, method: str = "GET", **headers: str) -> Asking:
    """The function over that house."""
    function = GetOriginalFile(
        house.identify, Files(house.settings.root_paths, follow_links=follow_links), house.allowances, max_age=60
    )
    return house.ask(function, method, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.fixture
def file(house: House) -> Path:
    """The photo of the sea."""
    return house.catalogue.a / "sea/beach.jpg"


def test_a_file_edited_since_the_scan_comes_as_it_is(house: House, file: Path) -> None:
    first = getting(house)(photoid=house.sea)
    file.write_bytes(jpeg("green", (50, 40)))
    second = getting(house, If_None_Match=first.headers["ETag"])(photoid=house.sea)
    assert (second.status_code, second.content) == (200, file.read_bytes())
    third = getting(house, If_None_Match=second.headers["ETag"])(photoid=house.sea)
    assert (third.status_code, third.content) == (304, b"")


def test_a_file_edited_under_its_size_and_time_is_another_one_from_the_scan_on(house: House, file: Path) -> None:
    first, status = getting(house)(photoid=house.sea), file.stat()
    file.write_bytes(file.read_bytes()[:-3] + b"\0\xff\xd9")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert house.catalogue.scan(house.settings).changed == 1
    house.library.generations.look()
    second = getting(house, If_None_Match=first.headers["ETag"])(photoid=house.sea)
    assert (second.status_code, second.content) == (200, file.read_bytes())
    assert second.content != first.content


def test_head_names_the_size_and_keeps_no_file_open(house: House, file: Path) -> None:
    answer = getting(house, method="HEAD")(photoid=house.sea)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == str(file.stat().st_size)
    # A file that was left open is a ResourceWarning, and so a failure.


def test_a_file_may_be_kept_where_its_url_names_its_version(house: House, file: Path) -> None:
    version = key_version(house.library.photo_by_id(house.sea).version)
    kept, asked_anew = "private, max-age=60, immutable", "private, no-cache"
    assert getting(house)(photoid=house.sea).headers["Cache-Control"] == asked_anew
    assert getting(house)(photoid=house.sea, version=version).headers["Cache-Control"] == kept
    file.write_bytes(jpeg("green", (50, 40)))
    assert getting(house)(photoid=house.sea, version=version).headers["Cache-Control"] == asked_anew


def date(answer: Result) -> float:
    """The time of change that an answer tells."""
    return parsedate_to_datetime(answer.headers["Last-Modified"]).timestamp()


@pytest.mark.parametrize("ahead", [1, 86_400, 3_000_000_000])
def test_a_file_from_the_future_was_changed_now_and_no_date_says_that_it_is_the_same(
    house: House, file: Path, ahead: int
) -> None:
    os.utime(file, (1, int(time.time()) + ahead))
    first = getting(house)(photoid=house.sea)
    assert (first.status_code, date(first) <= time.time()) == (200, True)
    again = getting(house, If_Modified_Since=first.headers["Last-Modified"])(photoid=house.sea)
    assert again.status_code == 200
    assert getting(house, If_None_Match=first.headers["ETag"])(photoid=house.sea).status_code == 304


@pytest.mark.parametrize("seconds", [0, -86_400, 86_400])
def test_what_is_no_date_of_a_file_is_not_said(house: House, file: Path, seconds: int) -> None:
    os.utime(file, (1, seconds))
    answer = getting(house, If_Modified_Since="Thu, 01 Jan 1970 00:00:00 GMT")(photoid=house.sea)
    assert (answer.status_code, "Last-Modified" in answer.headers) == (200, False)


def test_an_older_file_in_the_place_of_a_newer_one_has_changed(house: House, file: Path) -> None:
    first = getting(house)
    os.utime(file, (1, 1_500_000_000))
    newer = first(photoid=house.sea).headers["Last-Modified"]
    since = getting(house, If_Modified_Since=newer)
    assert since(photoid=house.sea).status_code == 304
    file.write_bytes(jpeg("green", (50, 40)))
    os.utime(file, (1, 1_400_000_000))
    assert since(photoid=house.sea).status_code == 200


@pytest.mark.parametrize("became", ["nothing", "pipe", "folder", "closed", "circle"])
def test_what_is_no_file_any_more_is_gone(house: House, file: Path, became: str) -> None:
    file.unlink()
    if became == "pipe":
        os.mkfifo(file)  # whoever opens it as a file waits for a writer
    elif became == "folder":
        file.mkdir()
    elif became == "closed":
        file.parent.rmdir()
        file.parent.write_bytes(b"a file in the place of the folder")
    elif became == "circle":
        file.symlink_to(file)
    for follow_links in (True, False):
        answer = getting(house, follow_links=follow_links)(photoid=house.sea)
        assert answer.status_code == 404
        assert str(house.catalogue.folder) not in answer.text


@pytest.mark.parametrize("link", ["file", "folder"])
def test_a_link_leads_out_of_its_root_only_where_links_are_followed(house: House, file: Path, link: str) -> None:
    secret = put(house.catalogue.folder / "elsewhere/beach.jpg", b"somebody else's")
    file.unlink()
    if link == "file":
        file.symlink_to(secret)
    else:
        file.parent.rmdir()
        file.parent.symlink_to(secret.parent)
    assert getting(house, follow_links=True)(photoid=house.sea).content == b"somebody else's"
    assert getting(house, follow_links=False)(photoid=house.sea).status_code == 404


def test_a_root_may_be_a_link_itself(house: House, file: Path) -> None:
    content = file.read_bytes()
    moved = house.catalogue.a.rename(house.catalogue.folder / "moved")
    house.catalogue.a.symlink_to(moved)
    assert getting(house, follow_links=False)(photoid=house.sea).content == content


@pytest.mark.parametrize(
    "name",
    [
        'a"; filename=evil.html; x=".jpg',
        "line\r\nSet-Cookie: a=b.jpg",
        "caf\u00e9 \N{CAMERA}.jpg",
        os.fsdecode(b"\xff.jpg"),
        "a;b,c'd%41.jpg",
    ],
)
def test_a_name_says_nothing_but_a_name(house: House, name: str) -> None:
    put(house.catalogue.a / name, jpeg("white"))
    house.catalogue.scan(house.settings)
    answer = getting(house)(photoid=house.catalogue.ids()[f"a/{name}"])
    disposition = answer.headers["Content-Disposition"]
    start, _, rest = disposition.partition("inline; filename*=UTF-8''")
    assert (answer.status_code, start) == (200, "")
    assert rest.replace("%", "").replace(".", "").replace("-", "").replace("_", "").isalnum()
    assert "Set-Cookie" not in answer.headers
