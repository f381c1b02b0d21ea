"""`make licences`: writes docs/licences.md, of the packages as they are pinned. `--check` says whether it is so."""

import argparse
import sys
from collections.abc import Iterator

from bin.requirements import PROJECT
from bin.shipped import BUNDLED, Package, Unknown, packages

PAGE = PROJECT / "docs/licences.md"

HEAD = """# Licences of what Darkroom ships with
Made by `make licences` of the pinned requirements; licences are named as [SPDX](https://spdx.org/licenses) has them.
Of the wheel of Darkroom itself none of these is a part: `pip` and `bin/setup` fetch them, and the container's image has
them, beside packages of Debian's, each with its licence in `/usr/share/doc/PACKAGE/copyright`.

`darkroom[heif]` brings along x265, whose GPL counts for whoever hands out an image with it.

| package | version | licence | libraries in its wheel |
|---|---|---|---|
"""


def main() -> int:
    """Writes or checks; gives the exit code: 1 where the page is another, or a licence is not known."""
    parser = argparse.ArgumentParser(prog="python -m bin.licences", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    chosen = parser.parse_args()
    try:
        made = page(packages())
    except Unknown as error:
        print(f"licences: {error}", file=sys.stderr)
        return 1
    if not chosen.check:
        PAGE.write_text(made, "utf-8")
    elif PAGE.read_text("utf-8") != made:
        print("licences: docs/licences.md is not of the pinned requirements: run `make licences`", file=sys.stderr)
        return 1
    return 0


def page(found: Iterator[Package]) -> str:
    """The whole page."""
    rows = sorted(found, key=lambda package: package.name.lower())
    return HEAD + "".join(f"{_row(each)}\n" for each in rows)


def _row(package: Package) -> str:
    libraries = ", ".join(f"lib{name} ({licence})" for name, licence in BUNDLED.get(package.name, {}).items())
    return f"| {package.name} | {package.version} | {package.licence} | {libraries} |"


if __name__ == "__main__":
    sys.exit(main())
