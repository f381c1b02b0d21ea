"""Both commands on a bare Debian; and that the photos of each kind are what they are taken for."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from tests.bare.kinds import KINDS, SIZE, colours_of
from tests.workers.samples.pictures import decoded, shows
from workers.pipeline.render import render
from workers.sizing import Size

RUN = Path(__file__).with_name("run")


@pytest.mark.soak
@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_both_commands_on_a_bare_debian(suite: str) -> None:
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        pytest.skip("needs root and debootstrap")
    assert subprocess.run([RUN, suite], check=False).returncode == 0


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_shows_what_it_is_asked_for(name: str) -> None:
    jpeg = render(KINDS[name](), Size(320, 240), 80)
    assert shows(decoded(jpeg), colours_of(name), 40)


@pytest.mark.parametrize(
    ("name", "compression"),
    [("lzw.tif", "tiff_lzw"), ("deflate.tif", "tiff_adobe_deflate"), ("lossy.tif", "jpeg"), ("fax.tif", "group4")],
)
def test_each_tiff_is_compressed_as_its_name_says(name: str, compression: str) -> None:
    with Image.open(KINDS[name]()) as image:
        assert (image.size, image.info["compression"]) == (SIZE, compression)


@pytest.mark.parametrize("arguments", [[], ["sid"], ["bookworm", "--tests-as", "nobody"], ["trixie", "--quickly"]])
def test_what_it_does_not_know_is_refused(arguments: list[str]) -> None:
    ran = subprocess.run([RUN, *arguments], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr.startswith("tests/bare/run bookworm")
