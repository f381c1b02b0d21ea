"""Every example of docs/api.md runs against a real server, and each function has one."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from api.openapi.functions import PATHS
from tests.end_to_end.servers import PROJECT, serving
from tests.photos import decoded, save_jpeg, solid

PAGE = (PROJECT / "docs/api.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

# curl says what came, so that the test can look; a status of 400 and above is a failure.
CURL = """
curl() { command curl -sS --fail-with-body -w '%{stderr}status %{http_code}\\n' "$@"; }
"""


def test_every_function_has_an_example() -> None:
    asked = (
        "\n".join(BLOCKS)
        .replace("$API", "/picapportapi/1.0")
        .replace("$HOST", "")
        .replace("$SID", "{sid}")
        .replace("$JOB", "{number}")
        .replace("$FRAME", "{number}")
        .replace("$HANDLE", "{handle}")
    )
    assert [path for path in PATHS if path not in asked] == []


def test_the_examples_run(tmp_path: Path) -> None:
    if not (shutil.which("curl") and shutil.which("jq")) and not os.environ.get("CI"):
        pytest.skip("curl and jq are not installed")
    photos = tmp_path / "photos"
    save_jpeg(photos / "red.jpg", solid(1200, 900, (200, 30, 30)))
    (tmp_path / ".venv").symlink_to(PROJECT / ".venv")
    with serving(photos, tmp_path / "data", "embedded") as server:
        server.manage("user", "set", "guest", "--admin")
        server.manage("user", "add", "boss", "--password", "all of it", "--admin")
        script = CURL + "".join(BLOCKS).replace("http://127.0.0.1:8080", server.url)
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr + done.stdout
    sizes = {"wide": (400, 300), "high": (400, 300), "box": (640, 480), "square": (256, 256), "whole": (1200, 900)}
    for name, size in sizes.items():
        assert decoded((tmp_path / f"{name}.jpg").read_bytes()).size == size
    assert (tmp_path / "file").read_bytes() == (photos / "red.jpg").read_bytes()
    assert (tmp_path / "start").stat().st_size == 100
    statuses = re.findall(r"^status (\d{3})$", done.stderr, re.MULTILINE)
    assert statuses.count("304") == 1
    assert statuses.count("501") == 3
    assert statuses.count("404") == 3  # there is no provider here
    # A job may have ended already.
    assert set(statuses) - {"404", "409"} == {"200", "201", "202", "204", "206", "304", "501"}
