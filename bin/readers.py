"""`bin/setup`: whether every compiled part that photos need is there, and what is missing of it.

Pillow leaves out without a word what it was built without, and says so only by failing on the first photo of the kind.
"""

import importlib
import sys
from collections.abc import Iterator, Mapping

PILLOW = {
    "jpg": "JPEG",
    "zlib": "PNG",
    "libtiff": "compressed TIFF",
    "webp": "WebP",
    "littlecms2": "colour profiles",
    "freetype2": "the text of the sample library",
}
"""What Pillow calls a part of itself, and what it is for."""

MODULES = {
    "pillow_heif": "HEIC",
    "pillow_avif": "AVIF",
    "rawpy": "camera raw",
    "cryptography.hazmat.primitives.asymmetric.rsa": "passwords on their way",
    "argon2": "passwords at rest",
    "sqlite3": "the catalogue",
}
"""Modules with compiled parts, and what each is for."""


def main() -> int:
    """Says what is missing, a line each; gives the exit code: 0 nothing is, 1 something is."""
    found = [*missing_of_pillow(), *missing_modules(MODULES)]
    for sentence in found:
        print(f"readers: {sentence}", file=sys.stderr)
    return 1 if found else 0


def missing_of_pillow(parts: Mapping[str, str] = PILLOW) -> Iterator[str]:
    """A sentence for each part that Pillow was built without."""
    try:
        from PIL import features
    except ImportError as error:
        yield f"Pillow can't be imported: {error}"
        return
    for part, use in parts.items():
        if not features.check(part):
            yield f"Pillow was built without {part}, which is for {use}: install its headers, and set up again"


def missing_modules(modules: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each module that can't be imported."""
    for module, use in modules.items():
        try:
            importlib.import_module(module)
        except ImportError as error:
            yield f"{module}, which is for {use}, can't be imported: {error}"


if __name__ == "__main__":
    sys.exit(main())
