"""The files of photos: regular ones below their roots, and nothing else, whatever they have become."""

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.beneath.opening import CrossesLink
from catalog.beneath.photo_files import (
    NoRegularFile,
    PhotoFile,
    PhotoFiles,
    crosses_link,
    identity_beneath,
    is_gone,
)
from catalog.files import identity_of
from tests.catalog.beneath.deep import descriptors


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "sea").mkdir()
    (tmp_path / "sea/1.jpg").write_bytes(b"photo")
    file = PhotoFiles({"a": tmp_path}, follow_links=False).of("a", "sea/1.jpg")
    assert file is not None
    assert (file.place, file.name, file.status().st_size) == (tmp_path / "sea/1.jpg", "1.jpg", 5)
    with file.open() as opened:
        assert os.get_blocking(opened.fileno())
        assert not os.get_inheritable(opened.fileno())
        assert opened.read() == b"photo"
    assert PhotoFiles({"a": tmp_path}, follow_links=False).of("b", "sea/1.jpg") is None


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        folder = os.open(path.parent, os.O_RDONLY)
        made.bind(f"/proc/self/fd/{folder}/{path.name}")  # whose names are short
        os.close(folder)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, _socket, lambda path: path.symlink_to("/dev/zero")])
@pytest.mark.parametrize("links", [True, False])
def test_what_is_no_file_hangs_nobody(tmp_path: Path, make: Callable[[Path], None], links: bool) -> None:
    make(tmp_path / "1.jpg")
    before = descriptors()
    with pytest.raises((NoRegularFile, CrossesLink)):
        PhotoFile(tmp_path, "1.jpg", links).open()
    assert descriptors() == before


def test_what_is_read_is_never_what_a_file_is_swapped_for(tmp_path: Path) -> None:
    """The link and the file change places all the while; what is opened is the file, or nothing."""
    root = tmp_path / "root"
    root.mkdir()
    secret, photo, spare = tmp_path / "secret", root / "1.jpg", root / "spare"
    secret.write_bytes(b"secret")
    photo.write_bytes(b"photo")
    (root / "link").symlink_to(secret)
    over = threading.Event()

    def swap() -> None:
        while not over.is_set():
            for source, target in ((photo, spare), (root / "link", photo), (photo, root / "link"), (spare, photo)):
                source.rename(target)

    thread = threading.Thread(target=swap)
    thread.start()
    found = {b"photo": 0, b"secret": 0, b"": 0}
    try:
        while found[b"photo"] < 300 or found[b""] < 100:
            try:
                with PhotoFile(root, "1.jpg", follow_links=False).open() as file:
                    found[file.read()] += 1
            except FileNotFoundError:
                found[b""] += 1
    finally:
        over.set()
        thread.join()
    assert found[b"secret"] == 0


def test_what_is_surely_gone(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").touch()
    (tmp_path / "dangling.jpg").symlink_to("nothing")
    assert [is_gone(tmp_path, each) for each in ("1.jpg", "dangling.jpg", "2.jpg", "1.jpg/2.jpg", "none/1.jpg")] == [
        *(False, False, True, True, True)
    ]
    assert not is_gone(tmp_path, "a" * 300)


def test_which_folder_it_is(tmp_path: Path) -> None:
    (tmp_path / "sea").mkdir()
    (tmp_path / "link").symlink_to("sea")
    assert identity_beneath(tmp_path, "link") == identity_of(tmp_path / "sea") != identity_beneath(tmp_path, "")
    assert identity_beneath(tmp_path, "none") is None


def test_what_crosses_a_link(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "real").mkdir(parents=True)
    (root / "real/1.jpg").touch()
    (root / "folder").symlink_to("real")
    (root / "2.jpg").symlink_to("real/1.jpg")
    (root / "circle.jpg").symlink_to("circle.jpg")
    (tmp_path / "link").symlink_to("root")
    for start in (root, tmp_path / "link"):
        assert not crosses_link(start, "real/1.jpg")
        for path in ("folder/1.jpg", "2.jpg", "circle.jpg"):
            assert crosses_link(start, path)
    with pytest.raises(FileNotFoundError):
        crosses_link(root, "real/2.jpg")
