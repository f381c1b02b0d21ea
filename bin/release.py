"""`make release`: checks, builds and tags the version that `darkroom/version.py` names. Nothing leaves this machine."""

import json
import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

from bin.sbom import bill
from bin.shipped import Unknown, packages
from darkroom.version import VERSION

PROJECT = Path(__file__).parents[1]
MAKE_TELLS = frozenset({"MAKEFLAGS", "MAKELEVEL", "MFLAGS"})
SEMANTIC = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?")


class NotReady(Exception):
    """What keeps this tree from being released, as a sentence."""


def main() -> int:
    """Releases; gives the exit code: 1 with a sentence of what is in the way."""
    try:
        for sentence in hindrances(PROJECT, VERSION):
            raise NotReady(sentence)
        for step in (["make", "check"], ["make", "test"], ["make", "dist"]):
            say(" ".join(step))
            run(step)
        tried(PROJECT / "dist" / f"darkroom-{VERSION}-py3-none-any.whl")
        materials(PROJECT / "dist" / f"darkroom-{VERSION}.cdx.json", VERSION)
        run(["git", "tag", "--annotate", f"v{VERSION}", "--message", f"Darkroom {VERSION}"])
    except NotReady as error:
        say(str(error))
        return 1
    say(f"tagged v{VERSION}; what to hand out is in dist/. `git push origin v{VERSION}` publishes the tag")
    return 0


def hindrances(tree: Path, version: str) -> Iterator[str]:
    """A sentence for each thing that has to be put right before this version is released."""
    if not SEMANTIC.fullmatch(version):
        yield f"{version!r} in darkroom/version.py is no version: write it as 1.2.3"
    if said(tree, "git", "status", "--porcelain"):
        yield "there are changes that are not committed"
    if said(tree, "git", "tag", "--list", f"v{version}"):
        yield f"v{version} is released already: raise the version in darkroom/version.py"
    changelog = (tree / "CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"^## (.+)$", changelog, re.MULTILINE)
    if newest is None or not re.fullmatch(rf"{re.escape(version)} · \d{{4}}-\d\d-\d\d", newest[1]):
        shown = newest[1] if newest else "nothing"
        yield f"CHANGELOG.md begins with {shown!r}: its first heading has to be `## {version} · yyyy-mm-dd`"


def tried(wheel: Path) -> None:
    """Installs the wheel into an environment of its own, and calls the command.

    What it needs comes first, each file by its hash; by the pins that are in it, the wheel has to find it all there.

    Raises:
        NotReady: it can't be installed, or says another version.
    """
    with tempfile.TemporaryDirectory(prefix="darkroom-release-") as folder:
        venv.create(folder, with_pip=True)
        say(f"installing {wheel.name} into an environment of its own")
        python = f"{folder}/bin/python"
        run([python, "-m", "bin.install", "requirements.txt"])
        run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-index", str(wheel)])
        answer = said(Path(folder), f"{folder}/bin/darkroom", "--version")
        if answer != f"darkroom {VERSION}":
            raise NotReady(f"the wheel's `darkroom --version` says {answer!r}")


def materials(file: Path, version: str) -> None:
    """Writes the bill of materials.

    Raises:
        NotReady: the licence of a package is not known.
    """
    try:
        file.write_text(json.dumps(bill(version, packages()), indent=2) + "\n", "utf-8")
    except Unknown as error:
        raise NotReady(str(error)) from None


def run(command: list[str]) -> None:
    """Runs a command whose words go where these go."""
    # A make in a make says which folder it enters, to whoever reads what it prints.
    environ = {name: value for name, value in os.environ.items() if name not in MAKE_TELLS}
    if subprocess.run(command, cwd=PROJECT, env=environ, check=False).returncode:
        raise NotReady(f"`{' '.join(command)}` has failed: see above")


def said(folder: Path, *command: str) -> str:
    """What a command prints."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotReady(f"`{' '.join(command)}` has failed: {done.stderr.strip()}")
    return done.stdout.strip()


def say(sentence: str) -> None:
    print(f"release: {sentence}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
