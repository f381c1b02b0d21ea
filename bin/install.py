"""Installs pinned requirements into an environment, each file of theirs by its hash: `python -m bin.install FILE…`.

pip compiles what has no wheel with what requirements/build.txt pins, out of a folder that is thrown away: that which it
would make by itself takes no hashes. Runs on any Python that has pip, without `.venv`; CC and CFLAGS count.

Exit codes: 3 a file is not what its hash says, or has none, which is said in a sentence; 1 pip's words say why.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from bin.requirements import BUILD, FILES, PROJECT, SERVING, canonical, pins, written

COMPILED = "pillow-simd"
"""What a wheel of another machine, or of one's cache, may not stand for."""
DIST, DIST_TOO = "requirements/dist.txt", {"packaging"}
"""What builds Darkroom: all of a file, and these of requirements.txt."""
OF_NO_HASH = 3

OTHER_FILE = re.compile(
    r"^    ([^\s\[=]+)\S*?==(\S+) from (\S+).*\n(?:^        Expected .*\n)+^ +Got +([0-9a-f]+)$", re.MULTILINE
)
NO_HASH = re.compile(r"they are missing from some requirements.*\n((?:^    \S+==\S+ --hash=.*\n)+)", re.MULTILINE)
"""What pip says, from 23.0 to 26."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Installs; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bin.install", description=__doc__)
    parser.add_argument("files", nargs="*", default=SERVING, metavar="FILE", help="default: what serves")
    parser.add_argument("--python", default=sys.executable, help="of the environment (default: the one that runs this)")
    parser.add_argument("--only", metavar="NAME", help="this package alone, even if it is there in that version")
    parser.add_argument("--but", metavar="NAME", help="all but this package")
    parser.add_argument("--darkroom", action="store_true", help="Darkroom too, of this tree")
    chosen = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing stays of it in /tmp
    try:
        with tempfile.TemporaryDirectory(prefix="darkroom-install-") as name:
            install(chosen, Path(name))
    except NotInstalled as error:
        if not str(error):
            return 1
        print(f"install: {error}", file=sys.stderr)
        return OF_NO_HASH
    return 0


def install(chosen: argparse.Namespace, folder: Path) -> None:
    """Installs what is chosen, by way of an empty folder.

    Raises:
        NotInstalled: pip has failed.
    """
    pip = Pip(chosen.python, folder)
    wanted = entries(chosen.files, lambda name: chosen.only in (None, name) and name != chosen.but)
    # What is compiled with is seen by pip as if it was installed: it may be none of what is to be.
    tools = pip.unpack("tools", entries([BUILD]))
    anew = ["--force-reinstall"] if chosen.only else []
    pip.run(
        "--require-hashes", "--no-build-isolation", "--no-binary", COMPILED, *anew, *pip.listed(wanted), tools=tools
    )
    if chosen.darkroom:
        tools = pip.unpack("builder", entries([DIST]) + entries(["requirements.txt"], DIST_TOO.__contains__))
        pip.run("--no-build-isolation", ".", tools=tools)


def entries(files: Iterable[str], wanted: Callable[[str], bool] | None = None) -> str:
    """The pins of these files whose names are wanted, as a file."""
    found = (pin for file in files for pin in pins(PROJECT / file))
    return "".join(f"{written(pin)}\n" for pin in found if wanted is None or wanted(pin.name))


class NotInstalled(Exception):
    """What is wrong with a file's hash, as a sentence; empty where pip has failed for another reason, and said it."""


class Pip:
    """The pip of this Python, for the environment of another one; `folder` is for what it is handed."""

    def __init__(self, python: str, folder: Path) -> None:
        self._command = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            python,
            "install",
            "-q",
            "--no-deps",
            "--no-cache-dir",
        ]
        self._folder = folder

    def listed(self, requirements: str) -> list[str]:
        """The arguments for what is to be installed."""
        file = self._folder / "requirements.txt"
        file.write_text(requirements, "utf-8")
        return ["--requirement", str(file)]

    def unpack(self, name: str, requirements: str) -> Path:
        """A new folder with these packages.

        Raises:
            NotInstalled: pip has failed.
        """
        tools = self._folder / name
        self.run("--require-hashes", "--target", str(tools), *self.listed(requirements))
        return tools

    def run(self, *arguments: str, tools: Path | None = None) -> None:
        """Installs, with what is in the folder of tools beside the environment, and hands on what pip says.

        Raises:
            NotInstalled: pip has failed.
        """
        path = [str(tools)] if tools else []
        path += [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
        environ = os.environ | {"PYTHONPATH": os.pathsep.join(path), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        said = []
        with subprocess.Popen(
            [*self._command, *arguments],
            cwd=PROJECT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as running:
            for line in running.stdout or ():
                said.append(line)
                print(line, end="", flush=True)
        if running.returncode:
            raise NotInstalled("; ".join(wrong("".join(said))))


def wrong(said: str) -> Iterator[str]:
    """A sentence for each file that is not what a hash says, or has none, by what pip has said."""
    for name, version, where, got in OTHER_FILE.findall(said):
        file = Path(where.partition("#")[0]).name
        yield (
            f"{name} {version} is another file than {file_of(name, version)} says ({file} has the SHA-256 {got}): "
            "try again, as it may have been cut on its way; if it stays so, install nothing, as it was changed where "
            "it comes from, unless somebody raised the version without `make requirements`"
        )
    for listed in NO_HASH.findall(said):
        for name, version in re.findall(r"^    ([^\s\[=]+)\S*?==(\S+)", listed, re.MULTILINE):
            yield f"{name} {version} has no hash in {file_of(name, version)}: `make requirements` writes it"


def file_of(name: str, version: str) -> str:
    """The file that pins a package in that version."""
    wanted = canonical(name), version
    there = (file for file in FILES if (PROJECT / file).is_file())  # an image is built of less than a tree
    found = (file for file in there for pin in pins(PROJECT / file) if (canonical(pin.name), pin.version) == wanted)
    return next(found, "its pin")


if __name__ == "__main__":
    sys.exit(main())
