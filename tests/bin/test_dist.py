"""The wheel: all of the house, inside of one package, and the command works out of it."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from bin.requirements import canonical, pins
from bin.wheel import EXTRAS
from catalog.migrations import versions
from darkroom.version import VERSION
from tests.bin.trees import PROJECT
from tests.end_to_end.servers import Process, free_port


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what pip would install of the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    with zipfile.ZipFile(folder / f"darkroom-{VERSION}-py3-none-any.whl") as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def test_there_is_one_package_and_nobody_else_s_names(site: Path) -> None:
    assert sorted(each.name for each in site.iterdir()) == ["darkroom", f"darkroom-{VERSION}.dist-info"]


def test_everything_that_runs_is_in_it(site: Path) -> None:
    for floor in ("api", "workers", "catalog", "cache", "config", "confine"):
        for file in (PROJECT / floor).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                assert (site / "darkroom" / file.relative_to(PROJECT)).read_bytes() == file.read_bytes()
    for name in ("Procfile", "nginx.conf", *(each.name for each in PROJECT.glob("*.py"))):
        assert (site / "darkroom" / name).is_file()
    migrations = {each.name for each in Path(next(iter(versions.__path__))).glob("0*.py")}
    assert migrations == {each.name for each in (site / "darkroom/catalog/migrations/versions").glob("0*.py")}


def test_it_needs_what_is_pinned(site: Path) -> None:
    metadata = (site / f"darkroom-{VERSION}.dist-info" / "METADATA").read_text("utf-8")
    needs = re.findall("^Requires-Dist: (.*)$", metadata, re.MULTILINE)
    assert {canonical(re.split(r"[=\[]", each)[0]) for each in needs if "extra ==" not in each} == {
        canonical(each.name) for each in pins(PROJECT / "requirements.txt")
    }
    assert "sha256" not in metadata
    assert set(re.findall("^Provides-Extra: (.*)$", metadata, re.MULTILINE)) == {*EXTRAS, "bench"}


def test_it_serves_from_a_folder_full_of_other_people_s_modules(site: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    for name in ("api", "config", "catalog", "workers", "launch", "signals", "darkroom"):
        (work / name).mkdir(parents=True)
        (work / name / "__init__.py").write_text("raise SystemExit('not mine')")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environ = kept | {"PYTHONPATH": str(site), "XDG_STATE_HOME": str(tmp_path / "state"), "PRERENDER_AUTO": "false"}
    call = [sys.executable, "-P", "-m", "darkroom"]
    shown = subprocess.run([*call, "--version"], cwd=work, env=environ, capture_output=True, text=True, check=True)
    assert shown.stdout == f"darkroom {VERSION}\n"
    port = str(free_port())
    server = Process(
        ["env", "-C", str(work), *call, "serve", "--data", str(tmp_path / "data"), "--port", port], environ
    )
    try:
        url = server.wait_for(r"serving on (http://\S+)")[1]
        server.wait_for("scanned: 12 added")
        assert "<title>" in httpx.get(f"{url}/", timeout=60).text
        listed = subprocess.run([*call, "photos"], cwd=work, env=environ, capture_output=True, text=True, check=True)
        photoid = listed.stdout.split()[0].replace("+", "%2B")
        answer = httpx.get(f"{url}/picapportapi/1.0/getPhoto?photoid={photoid}&width=64", timeout=60)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    finally:
        assert server.stop() == 0, "".join(server.lines)
