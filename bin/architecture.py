"""`make architecture`: draws the pictures of docs/architecture, of the imports that the tree has now.

`--check` draws nothing and needs no Graphviz: it says which pictures show another house than the tree is. Each bears
the digest of the text that it was drawn of, since Graphviz lays the same text out otherwise in other versions.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bin.drawing import floor_as_dot, house_as_dot
from bin.house import HouseProblem, read_house

PROJECT = Path(__file__).parents[1]
PICTURES = "docs/architecture"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bin.architecture", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only says whether the pictures are those of the tree")
    parser.add_argument("tree", nargs="?", type=Path, default=PROJECT, help="the project (default: this one)")
    arguments = parser.parse_args()
    folder = arguments.tree / PICTURES
    try:
        texts = pictures(arguments.tree.resolve())
        if arguments.check:
            check(folder, texts)
        else:
            draw(folder, texts)
    except HouseProblem as error:
        sys.exit(f"architecture: {error}")


def pictures(tree: Path) -> dict[str, str]:
    """The text of each picture, by its file's name: the house, and what of it has rooms and others beneath it."""
    house = read_house(tree)
    floors = [floor for storey in house.storeys[:-1] for floor in storey if floor.rooms]
    return {"house.svg": house_as_dot(house)} | {f"{floor.name}.svg": floor_as_dot(house, floor) for floor in floors}


def check(folder: Path, texts: Mapping[str, str]) -> None:
    """Refuses pictures of another house, those that are missing, and those that nothing is drawn on any more."""
    stale = [name for name, text in texts.items() if not _is_of(folder / name, text)]
    stale += [path.name for path in sorted(folder.glob("*.svg")) if path.name not in texts]
    if stale:
        names = ", ".join(f"{PICTURES}/{name}" for name in stale)
        raise HouseProblem(f"The tree has changed since it was drawn: `make architecture` draws {names} anew.")


def draw(folder: Path, texts: Mapping[str, str]) -> None:
    dot = shutil.which("dot")
    if dot is None:
        raise HouseProblem("Graphviz' dot is missing: install it (Debian: apt-get install graphviz).")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        drawn = subprocess.run([dot, "-Tsvg"], input=text, capture_output=True, encoding="utf-8", check=False)
        if drawn.returncode:
            raise HouseProblem(f"Graphviz could not draw {name}: {drawn.stderr.strip()}")
        (folder / name).write_text(_tidied(drawn.stdout, text), encoding="utf-8")
    for path in folder.glob("*.svg"):
        if path.name not in texts:
            path.unlink()


def _tidied(svg: str, text: str) -> str:
    """Without Graphviz' comments, one of which names its version, and with the digest of what was drawn."""
    svg = re.sub(r"<!--.*?-->\n?|<!DOCTYPE.*?>\n?", "", svg, flags=re.DOTALL)
    return svg.replace("<svg ", f"{_mark(text)}\n<svg ", 1)


def _is_of(picture: Path, text: str) -> bool:
    return picture.exists() and _mark(text) in picture.read_text(encoding="utf-8")


def _mark(text: str) -> str:
    return f"<!-- drawn of sha256 {hashlib.sha256(text.encode()).hexdigest()} -->"


if __name__ == "__main__":
    main()
