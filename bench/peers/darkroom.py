"""Darkroom itself, both ways, with its default settings."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from bench.peers.peer import QUALITY
from bench.tools.processes import PROJECT, Program, environ, free_port, wait_until_up
from catalog.database import FILE
from catalog.people.users import GUEST
from launch import REDIS
from workers.sizing import Size

API = "/picapportapi/1.0"
RENDERS = "darkroom_renders_total{"
PROCFILE_LINE = re.compile(r"^(\w+): (?:exec )?\S+ (.*)$", re.MULTILINE)


class Darkroom:
    """A Darkroom of its own: embedded, or the programs of the Procfile with a Redis. `processes` are its front ends;
    `settings` are variables of the environment."""

    def __init__(
        self, name: str, *, distributed: bool = False, processes: int = 1, settings: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self._distributed = distributed
        self._processes = processes
        self._settings = settings or {}
        self._programs: dict[str, Program] = {}
        self._photoids: dict[str, str] = {}
        self._base = ""
        self.environ: dict[str, str] = {}

    def lacking(self) -> str:
        """It is here."""
        if self._distributed and shutil.which("redis-server") is None:
            return "redis-server is not installed"
        return ""

    def start(self, photos: Path, folder: Path) -> str:
        """Ready is it when it has scanned the photos."""
        self.environ = environ(
            DATA_DIR=str(folder / "data"),
            ROBOT_ROOT_0_PATH=str(photos),
            ROBOT_ROOT_0_ALIAS="bench",
            DARKROOM_TOML=os.devnull,
            WEBAPI_DEFAULT_UID=GUEST,
            PRERENDER_AUTO="false",  # what is rendered in advance would be no miss
        )
        self.environ |= self._settings
        if not (Path(self.environ["DATA_DIR"]) / FILE).exists():
            self.command("catalog", "user", "add", GUEST, "--password", GUEST)
        port = free_port()
        web = ["-m", "api", "--processes", str(self._processes)]
        if self._distributed:
            self._start_redis(folder)
            for name, line in PROCFILE_LINE.findall((PROJECT / "Procfile").read_text()):
                if name != "web":
                    self._start(name, line.split(), folder)
        self.environ["PORT"] = str(port)
        front = self._start("web", web, folder)
        front.wait_for("scanned: ")
        self._base = f"http://127.0.0.1:{port}"
        wait_until_up(f"{self._base}/ready")
        self._photoids = {each["path"]: each["photoid"] for each in self.listing()}
        return self._base

    def listing(self) -> list[dict[str, Any]]:
        """What the catalogue says of each photo."""
        return [json.loads(line) for line in self.command("catalog", "photos", "--json").splitlines()]

    def url(self, photo: str, size: Size, quality: int = QUALITY) -> str:
        """getPhoto by photoid."""
        return f"{self._base}{self.asked(self._photoids[photo], size, quality)}"

    @staticmethod
    def asked(photoid: str, size: Size, quality: int = QUALITY) -> str:
        """The path and query of getPhoto by photoid."""
        by = f"photoid={quote(photoid, safe='')}&width={size.width}&height={size.height}"
        return f"{API}/getPhoto?{by}&quality={quality / 100}"

    def photoid(self, photo: str) -> str:
        """The id of a photo by its path."""
        return self._photoids[photo]

    def renders(self) -> float:
        """How many it has made or tried since it was started."""
        lines = httpx.get(f"{self._base}/metrics").text.splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(RENDERS))

    def pids(self) -> Mapping[str, int]:
        """By their names in the Procfile."""
        return {name: program.pid for name, program in self._programs.items()}

    def stop(self) -> None:
        """Redis last."""
        for name, program in self._programs.items():
            if name != "redis":
                program.tell()
        while self._programs:
            self._programs.popitem()[1].stop()

    def command(self, *arguments: str) -> str:
        """What `python -m …` prints with this server's settings."""
        command = [sys.executable, "-m", *arguments]
        done = subprocess.run(command, cwd=PROJECT, env=self.environ, capture_output=True, text=True, check=True)
        return done.stdout

    def _start_redis(self, folder: Path) -> None:
        port = free_port()
        command = ["redis-server", "--port", str(port), "--dir", str(folder), *REDIS]
        program = Program(command, environ(), folder / "redis.log")
        self._programs["redis"] = program
        program.wait_for("Ready to accept connections")
        self.environ["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"

    def _start(self, name: str, arguments: list[str], folder: Path) -> Program:
        program = Program([sys.executable, *arguments], self.environ, folder / f"{name}.log")
        self._programs[name] = program
        return program
