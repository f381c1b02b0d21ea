"""compose.yaml keeps the promises that docs/deploying.md makes, and starts what the Procfile starts."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from config import Settings, load
from darkroom import cli
from darkroom.version import VERSION
from tests.end_to_end.nginx import program
from tests.end_to_end.servers import PROJECT
from workers.queue.app import QUEUES

COMPOSE = yaml.safe_load((PROJECT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if "build" in service}
EVERY = pytest.mark.parametrize("name", SERVICES)


def default(text: str) -> str:
    """What a value is where nothing in it is set."""
    return re.sub(r"\$\{\w+(?::[-?]([^}]*))?\}", r"\1", text)


@EVERY
def test_each_may_do_no_more_than_it_has_to(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"]
    assert int(default(service["user"]).partition(":")[0]) > 0
    assert "privileged" not in service
    assert service["restart"] == "unless-stopped"


@EVERY
def test_each_image_has_a_version(name: str) -> None:
    tag = default(SERVICES[name]["image"]).rpartition(":")[2]
    assert re.match(r"\d+\.\d+", tag)
    if name in OURS:
        assert tag == VERSION


@EVERY
def test_each_is_looked_after(name: str) -> None:
    """By a check, or, where nothing listens, by the one of the front end, which asks for a worker."""
    service = SERVICES[name]
    if name in OURS and service.get("command"):
        assert service["healthcheck"] == {"disable": True}
        assert int(service["stop_grace_period"].removesuffix("s")) > Settings().hung_after
    else:
        assert "CMD" in service["healthcheck"]["test"][0]
    if name in OURS and not service.get("command"):
        assert "'/ready'" in service["healthcheck"]["test"][-1]
        compile(service["healthcheck"]["test"][-1], name, "exec")


@EVERY
def test_each_belongs_to_one_way(name: str) -> None:
    (profile,) = SERVICES[name]["profiles"]
    assert profile == ("embedded" if name == "darkroom" else "distributed")


@pytest.mark.parametrize("name", sorted(OURS))
def test_photos_are_read_only_and_settings_are_settings(name: str, tmp_path: Path) -> None:
    service = SERVICES[name]
    photos, data = (default(each) for each in service["volumes"])
    assert photos.endswith(":/photos:ro")
    assert data == "data:/data"
    variables = {key: default(value) for key, value in service["environment"].items() if value}
    settings = load(variables | {"ROBOT_ROOT_0_PATH": "/photos", "DATA_DIR": str(tmp_path)})
    assert settings.distributed == (name != "darkroom")


def test_every_queue_has_its_worker() -> None:
    parser = cli.build()
    told = [parser.parse_args(SERVICES[name].get("command", ["serve"])) for name in OURS]
    queues = [queue for each in told if each.command == "worker" for queue in each.queues.split(",")]
    assert sorted(queues) == sorted(QUEUES)
    assert sorted({each.command for each in told}) == ["beat", "serve", "worker"]


def test_what_nobody_waits_for_has_less_of_the_processor() -> None:
    shares = [SERVICES[name].get("cpu_shares", 1024) for name in ("web", "worker", "prefetch", "prerender")]
    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) == len(shares)


def test_its_redis_keeps_the_queues() -> None:
    command = SERVICES["redis"]["command"]
    assert command[command.index("--maxmemory-policy") + 1] == "volatile-lru"
    assert "--maxmemory" in command


def test_redis_is_reached_by_those_who_need_it() -> None:
    assert COMPOSE["networks"]["back"] == {"internal": True}
    assert {name for name, each in SERVICES.items() if "back" in each.get("networks", [])} == OURS - {"darkroom"} | {
        "redis"
    }


def test_nobody_reaches_the_distributed_one_past_nginx() -> None:
    published = {name for name, service in SERVICES.items() if "ports" in service}
    assert published == {"darkroom", "nginx"}
    assert SERVICES["web"]["environment"]["SERVER_TRUSTED_PROXY"] == "*"


def location(file: Path) -> list[str]:
    """What an nginx.conf says of `/`."""
    found = re.search(r"^( *)location / \{\n(.*?)^\1\}", file.read_text(), re.MULTILINE | re.DOTALL)
    assert found
    return [line.strip() for line in found[2].splitlines()]


def test_its_nginx_hands_on_as_the_one_of_the_docs() -> None:
    assert location(PROJECT / "deploy/nginx.conf") == location(PROJECT / "docs/nginx.conf")


def test_its_nginx_understands_its_file(tmp_path: Path) -> None:
    text = (PROJECT / "deploy/nginx.conf").read_text()
    assert "server web:8080;" in text
    file = tmp_path / "nginx.conf"
    file.write_text(text.replace("web:8080", "127.0.0.1:8080").replace("/tmp/", f"{tmp_path}/"))
    done = subprocess.run([program("nginx"), "-t", "-c", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_compose_understands_it() -> None:
    """Where one is installed: it looks at what a reader of YAML can't."""
    command = [shutil.which("docker") or "docker", "compose"]
    try:
        subprocess.run([*command, "version"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("docker compose is not installed")
    options = ["--file", str(PROJECT / "compose.yaml"), "--profile", "distributed", "config", "--format", "json"]
    variables = os.environ | {"PHOTOS": "/photos"}
    done = subprocess.run([*command, *options], env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)["services"]) == set(SERVICES) - {"darkroom"}
