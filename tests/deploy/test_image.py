"""The image that `make image` has built, run as docs/deploying.md says; nothing but podman knows that it is one."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from darkroom.version import VERSION
from tests.end_to_end.servers import eventually, free_port
from tests.photos import save_jpeg, shows, solid

pytestmark = pytest.mark.soak

IMAGE = os.environ.get("DARKROOM_IMAGE", f"localhost/darkroom:{VERSION}")
START = 60.0
RED = (200, 30, 30)
# Also where podman itself runs in a container that has neither rights on limits nor on cgroups.
SPARING = ["--cgroups=disabled", "--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096"]
# crun takes no mixture of cgroups v1 and v2: in a namespace of its own podman sees the second alone.
ONE_HIERARCHY = "umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && echo made && exec cat"


@pytest.fixture(scope="module")
def podman() -> Iterator[list[str]]:
    """How podman is called so that it runs the image."""
    if shutil.which("podman") is None:
        pytest.skip("podman is not installed (Debian: apt-get install podman crun)")
    if subprocess.run(["podman", "image", "exists", IMAGE], check=False).returncode:
        pytest.skip(f"{IMAGE} is not there: `make image` builds it")
    said = why_not(["podman"])
    if not said:
        yield ["podman"]
        return
    apart = ["unshare", "--mount", "sh", "-c", ONE_HIERARCHY]
    with subprocess.Popen(apart, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as namespace:
        inside = ["nsenter", f"--target={namespace.pid}", "--mount", "podman"]
        assert namespace.stdout
        if namespace.stdout.readline() != "made\n" or why_not(inside):
            pytest.skip(f"podman runs no container here: {said}")
        yield inside


def why_not(podman: list[str]) -> str:
    """What keeps podman from running the image, if anything does."""
    command = [*podman, "run", "--rm", "--network=none", *SPARING, IMAGE, "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.stdout.strip() == f"darkroom {VERSION}" else done.stderr.strip() or done.stdout


@dataclass(frozen=True)
class Container:
    """A running one."""

    podman: list[str]
    name: str
    url: str

    def tell(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What podman says."""
        return subprocess.run([*self.podman, *arguments], capture_output=True, text=True, check=False)

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command in it."""
        return self.tell("exec", self.name, *command)

    def api(self, function: str, **params: object) -> httpx.Response:
        """A function of the Web API."""
        pairs = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in params.items())
        return httpx.get(f"{self.url}/picapportapi/1.0/{function}?{pairs}", timeout=60)

    def is_ready(self) -> bool:
        """Whether `/ready` says so."""
        try:
            return httpx.get(f"{self.url}/ready", timeout=10).status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture
def container(podman: list[str], tmp_path: Path) -> Iterator[Container]:
    """One that serves a photo, to ann and to whoever names nobody, and may write nothing but /data and /tmp."""
    photos = tmp_path / "photos"
    save_jpeg(photos / "a.jpg", solid(640, 480, RED))
    port, name = free_port(), f"darkroom-test-{os.getpid()}"
    made = Container(podman, name, f"http://127.0.0.1:{port}")
    options = ["--read-only", "--tmpfs=/tmp", "--cap-drop=all", "--security-opt=no-new-privileges"]
    options += [f"--publish=127.0.0.1:{port}:8080", f"--volume={photos}:/photos:ro", f"--volume={name}:/data"]
    options += ["--env=WEBAPI_DEFAULT_UID=ann"]
    try:
        started = made.tell("run", "--detach", "--name", name, *options, *SPARING, IMAGE)
        assert started.returncode == 0, started.stderr
        eventually(made.is_ready, True, START)
        yield made
    finally:
        print(made.tell("logs", name).stderr)
        made.tell("rm", "--force", "--time=1", name)
        made.tell("volume", "rm", "--force", name)


def test_a_life(container: Container) -> None:
    """It serves whom it is told to, writes where it may, goes on after a new start, and ends when it is told to."""
    assert container.api("runQuery", query="*").status_code == 403
    added = container.inside("darkroom", "user", "add", "ann", "--password", "ann")
    assert added.returncode == 0, added.stderr

    assert container.inside("python", "-c", "import os; print(os.getuid())").stdout.strip() == "10001"
    for folder, may in (("/", False), ("/photos", False), ("/data", True), ("/tmp", True)):
        tried = container.inside("python", "-c", f"open({folder!r} + '/.try', 'w')")
        assert (tried.returncode == 0) == may, folder

    eventually(lambda: container.api("runQuery", query="*").json().get("count"), 1)
    photo = container.api("getPhoto", **found(container), width=64)
    assert shows(photo.content, (64, 48), RED)

    assert container.tell("restart", container.name).returncode == 0
    eventually(container.is_ready, True, START)
    assert container.api("getPhoto", **found(container), width=64).content == photo.content

    # podman would kill it after this time, by which its exit code would be another.
    assert container.tell("stop", "--time=60", container.name).returncode == 0
    state = json.loads(container.tell("inspect", container.name).stdout)[0]["State"]
    assert (state["Status"], state["ExitCode"]) == ("exited", 0)


def found(container: Container) -> dict[str, object]:
    """The first photo of a new view."""
    return {"vid": container.api("runQuery", query="*").json()["vid"], "index": 0}
