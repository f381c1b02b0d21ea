"""`python -m workers render`: what it writes, says and exits with; without Redis and without a catalogue."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workers.samples.pictures import decoded, quarters, saved, shows, stored

PROJECT = Path(__file__).parents[3]


def rendered(tmp_path: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs the command with no setting of this machine's."""
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "workers", "render", *arguments]
    return subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=300, check=False)


def test_sizes(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(stored(quarters(), 6).getvalue())
    sizes = ("--size", "64x64", "--size", "200x100", "--size", "100x", "--quality", "0.9", "--out", "a/folder")
    done = rendered(tmp_path, "photo.jpg", *sizes)
    assert (done.returncode, done.stderr) == (0, "")
    expected = {"photo-64x64.jpg": (64, 64), "photo-133x100.jpg": (133, 100), "photo-100x75.jpg": (100, 75)}
    assert {path.name for path in (tmp_path / "a/folder").iterdir()} == set(expected)
    for name, size in expected.items():
        image = decoded((tmp_path / "a/folder" / name).read_bytes())
        assert image.size == size
        assert shows(image, tolerance=20)
        assert re.search(
            rf"{name}  [\d,]+ bytes  [\d.]+ ms: .*crop [\d.]+, resize [\d.]+, .*encode [\d.]+", done.stdout
        )
    assert done.stdout.count("load ") == 1


def test_its_own_size(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(saved(quarters(), "PNG").getvalue())
    (tmp_path / "photo2.jpg").write_bytes(saved(quarters(), comment=b"a comment").getvalue())
    for name in ("photo.png", "photo2.jpg"):
        done = rendered(tmp_path, name)
        assert done.returncode == 0, done.stderr
    assert shows(decoded((tmp_path / "photo-400x300.jpg").read_bytes()))
    assert (tmp_path / "photo2-400x300.jpg").read_bytes() == saved(quarters()).getvalue()


@pytest.mark.parametrize("arguments", [(), ("--size", "64x")])
def test_a_damaged_photo_is_written_as_far_as_it_goes(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    jpeg, png = saved(quarters()).getvalue(), saved(quarters(), "PNG").getvalue()
    for name, data in (("cut.jpg", jpeg[:-2]), ("cut.png", png[:-12])):
        (tmp_path / name).write_bytes(data)
        done = rendered(tmp_path, name, *arguments)
        said = "render: truncated: The photo's file ends early: what there is of it is shown.\n"
        assert (done.returncode, done.stderr) == (0, said)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("gone.jpg",), 2, "is not there"),
        (("text.jpg",), 1, "text.jpg: The file is of a kind"),
        (("photo.jpg", "--size", "9000x"), 1, "8192"),
        (("photo.jpg", "--out", "text.jpg"), 2, "is no folder"),
        (("photo.jpg", "--size", "0x0"), 2, "'0x0' is no size"),
        (("photo.jpg", "--size", "x"), 2, "'x' is no size"),
        (("photo.jpg", "--quality", "1.1"), 2, "'1.1' is no quality"),
        ((), 2, "file"),
    ],
)
def test_what_can_not_be_done(tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    (tmp_path / "photo.jpg").write_bytes(saved(quarters()).getvalue())
    (tmp_path / "text.jpg").write_text("I am a text")
    done = rendered(tmp_path, *arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
