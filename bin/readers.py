"""`bin/setup`: whether every compiled part that Darkroom needs is there, and what is missing of it.

Those that read photos are listed in catalog/kinds/readers.py; the others here.
"""

import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping

from catalog.kinds.readers import readers
from darkroom.doctor.finding import Finding
from darkroom.doctor.readers import avx2, optimised

MODULES = {
    "cryptography.hazmat.primitives.asymmetric.rsa": "passwords on their way",
    "argon2": "passwords at rest",
    "sqlite3": "the catalogue",
}
"""Modules with compiled parts, and what each is for."""


def main() -> int:
    """Says what is missing, a line each; gives the exit code: 0 nothing is, 1 something is."""
    found = [*missing_readers(), *missing_modules(MODULES), *slow_build([*avx2(), *optimised()])]
    for sentence in found:
        print(f"readers: {sentence}", file=sys.stderr)
    return 1 if found else 0


def missing_readers() -> Iterator[str]:
    """A sentence for each reader of photos that can't be used."""
    for found in readers():
        if found.trouble:
            yield f"{found.trouble}, which is for {found.reader.use}: {found.reader.mend}"


def slow_build(found: Iterable[Finding]) -> Iterator[str]:
    """A sentence where Pillow is not compiled for this processor, or without optimisation."""
    for each in found:
        if each.state == "wrong":
            yield each.sentence


def missing_modules(modules: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each module that can't be imported."""
    for module, use in modules.items():
        try:
            importlib.import_module(module)
        except ImportError as error:
            yield f"{module}, which is for {use}, can't be imported: {error}"


if __name__ == "__main__":
    sys.exit(main())
