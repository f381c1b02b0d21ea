"""What lies below a folder is opened by its path from there, by the kernel's own way and without it."""

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalog.beneath import opening
from catalog.beneath.opening import CrossesLink, LeadsOut, open_beneath
from tests.catalog.beneath.deep import below, deep_folder, descriptors, remove

READ = os.O_RDONLY | os.O_NONBLOCK


def without_kernel(number: int) -> Callable[..., int]:
    """A kernel that has no openat2, or a process that may not call it."""

    def refused(folder: int, path: str, flags: int) -> int:
        raise OSError(number, os.strerror(number))

    return refused


@pytest.fixture(params=["kernel", "ENOSYS", "EPERM", "EAGAIN"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "kernel":
        monkeypatch.setattr(opening, "openat2", without_kernel(getattr(errno, request.param)))


pytestmark = pytest.mark.usefixtures("_way")


def content(root: Path, path: str, *, links: bool = False) -> bytes:
    """What is read there."""
    with os.fdopen(open_beneath(root, path, READ, links=links), "rb") as file:
        return file.read()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a file, and links to it and out of it."""
    made = tmp_path / "root"
    (made / "real").mkdir(parents=True)
    (made / "real/1.jpg").write_bytes(b"photo")
    (tmp_path / "outside.jpg").write_bytes(b"outside")
    (made / "folder").symlink_to("real")
    (made / "2.jpg").symlink_to("real/1.jpg")
    (made / "out.jpg").symlink_to("../outside.jpg")
    (made / "above").symlink_to("..")
    (made / "circle.jpg").symlink_to("circle.jpg")
    (made / "magic").symlink_to("/proc/self/cwd")
    (tmp_path / "link").symlink_to("root")
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for what is deep."""
    yield tmp_path
    remove(tmp_path)


LINKED = (
    "folder/1.jpg",
    "2.jpg",
    "out.jpg",
    "above/outside.jpg",
    "circle.jpg",
    "magic/docs",
    "folder",
    "above/root/real",
)


@pytest.mark.parametrize("path", LINKED)
@pytest.mark.parametrize("flags", [READ, os.O_PATH, os.O_PATH | os.O_DIRECTORY])
def test_no_link_is_followed_where_none_may_be(root: Path, path: str, flags: int) -> None:
    with pytest.raises(CrossesLink):
        open_beneath(root, path, flags, links=False)


def test_links_lead_wherever_they_lead_where_they_are_followed(root: Path) -> None:
    for path in ("folder/1.jpg", "2.jpg", "real/1.jpg"):
        assert content(root, path, links=True) == b"photo"
    for path in ("out.jpg", "above/outside.jpg"):
        assert content(root, path, links=True) == b"outside"
    with pytest.raises(OSError, match="symbolic links"):
        open_beneath(root, "circle.jpg", READ, links=True)


def test_a_root_may_be_a_link_and_may_move(root: Path) -> None:
    for links in (True, False):
        assert content(root.parent / "link", "real/1.jpg", links=links) == b"photo"
    moved = root.rename(root.parent / "moved")
    with pytest.raises(FileNotFoundError):
        open_beneath(root, "real/1.jpg", READ, links=False)
    assert content(moved, "real/1.jpg") == b"photo"


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize(
    "path", ["../outside.jpg", "real/../../outside.jpg", "real/..", "..", "/etc/passwd", "real/1.jpg\0.png"]
)
def test_no_path_leads_out(root: Path, path: str, links: bool) -> None:
    with pytest.raises(LeadsOut):
        open_beneath(root, path, READ, links=links)


@pytest.mark.parametrize("links", [True, False])
def test_what_is_not_there_is_said_as_the_system_says_it(root: Path, links: bool) -> None:
    for path, kind in (("none.jpg", FileNotFoundError), ("real/1.jpg/2.jpg", NotADirectoryError)):
        with pytest.raises(kind) as raised:
            open_beneath(root, path, READ, links=links)
        assert not isinstance(raised.value, CrossesLink)
    with pytest.raises(OSError, match="too long"):
        open_beneath(root, "a" * 256, READ, links=links)


@pytest.mark.parametrize(
    "name", [b"\xff\xfe.jpg", b"new\nline.jpg", "\N{CAMERA}.jpg".encode(), b"a\\..\\b.jpg", b"..jpg"]
)
def test_names_of_any_bytes(root: Path, name: bytes) -> None:
    (root / os.fsdecode(name)).write_bytes(name)
    assert content(root, os.fsdecode(name)) == name


@pytest.mark.parametrize("links", [True, False])
def test_a_path_longer_than_the_system_takes_at_once(folder: Path, links: bool) -> None:
    deep_folder(folder, 2100, {2100: b"deep"}, name="de")
    path = below(2100, "x.jpg", folder="de")
    assert len(path) > 4096 + 2000
    assert content(folder, path, links=links) == b"deep"
    for gone in (f"{path}.none", below(2101, "x.jpg", folder="de")):
        with pytest.raises(FileNotFoundError):
            open_beneath(folder, gone, READ, links=links)


def test_a_link_far_down_is_seen_too(folder: Path) -> None:
    deep_folder(folder, 2100, {2100: b"deep"})
    (folder / "link").symlink_to("d")
    for links in (True, False):
        descriptor = open_beneath(folder, below(2090, "d"), os.O_PATH, links=links)
        os.symlink("d", f"link{links}", dir_fd=descriptor)
        os.close(descriptor)
    with pytest.raises(CrossesLink):
        open_beneath(folder, below(2090, "d/linkTrue/d/x.jpg"), READ, links=False)
    with pytest.raises(CrossesLink):
        open_beneath(folder, "link/" + below(2099, "x.jpg"), READ, links=False)
    assert content(folder, "link/" + below(2099, "x.jpg"), links=True) == b"deep"


def test_no_descriptor_is_left_open(root: Path) -> None:
    before = descriptors()
    for path in (*LINKED, "real/1.jpg", "none.jpg", "real/1.jpg/2", "../x", below(2500, "x.jpg")):
        for links in (True, False):
            try:
                os.close(open_beneath(root, path, os.O_PATH, links=links))
            except OSError:
                continue
    assert descriptors() == before
