"""A file that the system fails to give, as network drives do: told apart from a photo that is damaged."""

import errno
import io
import os
from pathlib import Path

import pytest

from catalog.source_file import SourceFile, not_blocking, of_system, watched


class Failing(io.BytesIO):
    """A file whose reads fail from a place on."""

    def __init__(self, content: bytes, place: int, number: int = errno.EIO) -> None:
        super().__init__(content)
        self._place, self._number = place, number

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() >= self._place:
            raise OSError(self._number, os.strerror(self._number))
        return super().read(size)


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_a_read_that_fails_is_remembered_whatever_its_number(number: int) -> None:
    file = SourceFile(Failing(b"photo", 0, number))
    with pytest.raises(OSError):
        file.read(3)
    assert file.error is not None
    assert file.error.errno == number


def test_a_place_that_can_t_be_is_the_file_s_own_fault(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"photo")
    with (tmp_path / "a").open("rb") as opened:
        file = SourceFile(opened)
        with pytest.raises(OSError) as raised:
            file.seek(-5)
    assert (raised.value.errno, file.error) == (errno.EINVAL, None)
    assert not of_system(raised.value)
    assert not of_system(OSError("image file is truncated"))
    assert of_system(OSError(errno.ENOTCONN, ""))


def test_whatever_came_of_it_the_system_s_failure_counts() -> None:
    def reading(after: Exception | None) -> None:
        with watched(Failing(b"photo", 2)) as file:
            assert file.read(2) == b"ph"
            with pytest.raises(OSError):
                file.read(2)
            if after:
                raise after

    for after in (ValueError("it is damaged"), None):
        with pytest.raises(OSError) as raised:
            reading(after)
        assert raised.value.errno == errno.EIO


def test_a_file_that_ends_before_its_end(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(100))

    class Short(io.FileIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(10) if self.tell() < 50 else b""

    with Short(tmp_path / "a") as opened:
        file = SourceFile(opened)
        with pytest.raises(OSError, match="not given to its end"):
            file.read(100)
    with (tmp_path / "a").open("rb") as whole:
        file = SourceFile(whole)
        assert (len(file.read(60)), len(file.read(60)), file.read(60), file.error) == (60, 40, b"", None)


def test_what_gives_nothing_for_now_is_no_end() -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with os.fdopen(reading, "rb", buffering=0) as pipe, os.fdopen(writing, "wb"):
        file = SourceFile(pipe)
        with pytest.raises(BlockingIOError):
            file.read(5)
    assert file.error is not None


def test_it_is_looked_through_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some decoders read past the file object, and only say that they could not."""
    (tmp_path / "a").write_bytes(bytes(3_000_000))
    with (tmp_path / "a").open("rb") as opened:
        file = SourceFile(opened)
        assert file.look_through() is None
        pread = os.pread

        def failing(descriptor: int, size: int, place: int) -> bytes:
            if place > 2_000_000:
                raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
            return pread(descriptor, size, place)

        monkeypatch.setattr(os, "pread", failing)
        found = file.look_through()
        assert found is not None
        assert found.errno == errno.ETIMEDOUT
        monkeypatch.setattr(os, "pread", lambda *_: b"")
        assert file.look_through() is not None
    assert SourceFile(io.BytesIO(b"in memory")).look_through() is None


def test_a_pipe_in_a_photo_s_place_is_opened_at_once_and_a_file_is_read_as_ever(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a").write_bytes(b"photo")
    for name in ("pipe", "a"):
        descriptor = not_blocking(str(tmp_path / name), os.O_RDONLY)
        assert (os.get_blocking(descriptor), os.get_inheritable(descriptor)) == (True, False)
        os.close(descriptor)
