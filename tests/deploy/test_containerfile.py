"""The Containerfile keeps the promises that docs/deploying.md makes, as far as can be read of it."""

import http.server
import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from config import load
from darkroom import cli
from tests.deploy.containerfiles import Instruction, said, stages
from tests.end_to_end.servers import PROJECT

BEFORE, BUILD, RUN = stages(PROJECT / "Containerfile")


def environment(stage: list[Instruction]) -> dict[str, str]:
    """The variables that a stage sets."""
    return dict(pair.split("=", 1) for text in said(stage, "ENV") for pair in text.split())


def test_its_base_can_be_given_and_is_no_moving_one() -> None:
    (base,) = said(BEFORE, "ARG")
    assert re.fullmatch(r"BASE=docker\.io/library/debian:[a-z]+-slim", base)
    assert (said(BUILD, "FROM"), said(RUN, "FROM")) == (["${BASE} AS build"], ["${BASE}"])


def test_it_runs_as_nobody_of_importance() -> None:
    (user,) = said(RUN, "USER")
    number, group = user.split(":")
    assert int(number) == int(group) > 1000
    assert f"useradd --uid {number}" in " ".join(said(RUN, "RUN"))


def test_no_compiler_is_in_it() -> None:
    installed = " ".join(said(RUN, "RUN")).split()
    assert [each for each in installed if re.search(r"gcc|-dev$|^python3-|pip|curl", each)] == []
    assert {"python3", "libjpeg-turbo-progs"} <= set(installed)
    (copied,) = said(RUN, "COPY")
    assert copied.startswith("--from=build ")


def test_libraries_are_looked_for_where_it_runs() -> None:
    """The headers of the build bring them there in any case."""
    (looked,) = (json.loads(text) for text in said(RUN, "RUN") if text.startswith("["))
    assert looked[:3] == ["/opt/darkroom/bin/python", "-B", "-c"]
    code = looked[3].replace("from darkroom.__main__ import move_in; move_in(); ", "")
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_serves_its_mounts_to_whoever_reaches_the_container() -> None:
    variables = environment(RUN)
    settings = load({name: value for name, value in variables.items() if name != "PATH"})
    assert (settings.server_host, settings.server_port) == ("0.0.0.0", 8080)  # noqa: S104 - in a container
    assert (str(settings.data_dir), [str(root.path) for root in settings.roots]) == ("/data", ["/photos"])
    assert [root.alias for root in settings.roots] == ["photos"]
    assert (said(RUN, "EXPOSE"), said(RUN, "VOLUME")) == (["8080"], ["/data"])


def test_what_it_runs_is_a_command() -> None:
    ((program,), command) = (json.loads(said(RUN, each)[0]) for each in ("ENTRYPOINT", "CMD"))
    assert program == "darkroom"
    assert cli.build().parse_args(command).command == "serve"
    assert said(RUN, "STOPSIGNAL") == ["SIGTERM"]


def test_it_runs_on_every_processor_that_pillow_simd_runs_on() -> None:
    assert "AVX2=0" in said(BUILD, "ARG")


def test_it_is_compiled_as_python_is() -> None:
    """A bare CFLAGS would leave out -O2."""
    assert re.search(r'CFLAGS="\$\(.*get_config_var\("CFLAGS"\).*\) -g0"', " ".join(said(BUILD, "RUN")))


def test_all_that_a_wheel_is_made_of_gets_into_the_build() -> None:
    wheel = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    let_in = {line[1:].rstrip("/") for line in (PROJECT / ".dockerignore").read_text().splitlines() if line[0:1] == "!"}
    needed = {*wheel["only-include"], *wheel["force-include"], "pyproject.toml", "README.md", "requirements.txt"}
    assert needed - let_in == set()
    assert {"data", ".git", ".venv", "tests"} & let_in == set()


@contextmanager
def answering(status: int) -> Iterator[tuple[int, list[str]]]:
    """A server that answers everything so; gives its port, and the paths that it was asked for."""
    asked: list[str] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port, asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_healthcheck_asks_whether_it_is_ready(status: int, healthy: bool) -> None:
    (text,) = said(RUN, "HEALTHCHECK")
    python, option, code = json.loads(text.partition("CMD ")[2])
    assert (python, option) == ("python", "-c")
    with answering(status) as (port, asked):
        variables = os.environ | {"SERVER_PORT": str(port)}
        done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, check=False)
    assert ((done.returncode == 0), done.stderr, asked) == (healthy, b"", ["/ready"])
