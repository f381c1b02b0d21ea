"""What reads photos here: every compiled part that one kind of photo or another needs, and its version.

Pillow leaves out without a word what it was built without, and says so only by failing on the first photo of the kind.
Nothing is imported before it is asked for, so that a set-up that is not whole can be asked too.
"""

import hashlib
import importlib
import importlib.metadata
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial


@dataclass(frozen=True, slots=True)
class Reader:
    """A compiled part: `name` as its makers call it, `use` what it is for, `mend` what to do where it is not here.

    `version` gives its version, and raises anything at all where it can't be used.
    """

    name: str
    use: str
    mend: str
    version: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Found:
    """A reader as it is here: its version or, where it can't be used, why."""

    reader: Reader
    version: str
    trouble: str = ""


class NotBuilt(Exception):
    """Pillow, or a module, was built without this part."""


def _of_pillow(part: str, *names: str) -> str:
    from PIL import features

    if not features.check(part):
        raise NotBuilt(f"Pillow was built without {part}")
    versions = (features.version(name) for name in (*names, part))
    return next((version for version in versions if version), "")


def _pillow() -> str:
    import PIL.Image  # which finds out whether its compiled half is of the same Pillow

    return str(PIL.__version__)


def _heif() -> str:
    pillow_heif = importlib.import_module("pillow_heif")
    if not pillow_heif.libheif_info()["decoders"]:
        raise NotBuilt("libheif was built without any decoder")
    return f"{pillow_heif.__version__}, libheif {pillow_heif.libheif_version()}"


def _avif() -> str:
    pillow_avif = importlib.import_module("pillow_avif")
    compiled = importlib.import_module("pillow_avif._avif")
    if not any(map(compiled.decoder_codec_available, ("dav1d", "aom", "libgav1"))):
        raise NotBuilt("libavif was built without any decoder")
    return f"{pillow_avif.__version__}, libavif {compiled.libavif_version}"


def _raw() -> str:
    rawpy = importlib.import_module("rawpy")
    return f"{rawpy.__version__}, LibRaw {'.'.join(map(str, rawpy.libraw_version))}"


def _vips() -> str:
    pyvips = importlib.import_module("pyvips")
    meant = importlib.metadata.version("pyvips-binary")
    found = ".".join(str(pyvips.version(part)) for part in range(3))
    if found != meant:  # as when pip has compiled pyvips for a libvips that this machine has
        raise NotBuilt(f"pyvips uses libvips {found} in the place of pyvips-binary's {meant}")
    return f"{pyvips.__version__}, libvips {found}"


HEADERS = "install its headers (Debian: {}), and build Pillow anew"
AGAIN = "install it anew, in the version that Darkroom names, by `pip install --force-reinstall --no-deps`"
PILLOW = Reader(
    "Pillow", "photos of all kinds", "install pillow-simd anew (`pip install --force-reinstall --no-deps`)", _pillow
)
PARTS = {
    "jpg": Reader(
        "libjpeg-turbo", "JPEG", HEADERS.format("libjpeg62-turbo-dev"), partial(_of_pillow, "jpg", "libjpeg_turbo")
    ),
    "zlib": Reader("zlib", "PNG", HEADERS.format("zlib1g-dev"), partial(_of_pillow, "zlib")),
    "libtiff": Reader("libtiff", "compressed TIFF", HEADERS.format("libtiff-dev"), partial(_of_pillow, "libtiff")),
    "webp": Reader("libwebp", "WebP", HEADERS.format("libwebp-dev"), partial(_of_pillow, "webp")),
    "littlecms2": Reader(
        "Little CMS", "colour profiles", HEADERS.format("liblcms2-dev"), partial(_of_pillow, "littlecms2")
    ),
    "freetype2": Reader(
        "FreeType",
        "the text of the sample library",
        HEADERS.format("pkgconf, libfreetype-dev"),
        partial(_of_pillow, "freetype2"),
    ),
}
"""By what Pillow calls a part of itself."""
MODULES = {
    "pillow-heif": Reader("pillow-heif", "HEIC", AGAIN, _heif),
    "pillow-avif-plugin": Reader("pillow-avif-plugin", "AVIF", AGAIN, _avif),
    "rawpy": Reader("rawpy", "camera raw", AGAIN, _raw),
    "pyvips": Reader("pyvips", "TIFF that Pillow misreads", f"{AGAIN}, pyvips and then pyvips-binary", _vips),
}
"""By what they are installed as."""
COMPILED = {"pillow-heif": "_pillow_heif", "pillow-avif-plugin": "pillow_avif", "rawpy": "rawpy", "pyvips": "pyvips"}
"""What has to be there of each of MODULES."""
BESIDE = {"pyvips-binary": "_libvips"}
"""What these need, and what has to be there of it."""


def readers() -> Iterator[Found]:
    """Every reader, as it is here; loads them, which takes 0.3 s the first time.

    All stand on Pillow: where that can't be used, it comes alone.
    """
    pillow = looked_at(PILLOW)
    yield pillow
    if not pillow.trouble:
        yield from map(looked_at, (*PARTS.values(), *MODULES.values()))


def looked_at(reader: Reader) -> Found:
    """A reader, as it is here."""
    try:
        return Found(reader, reader.version())
    except NotBuilt as error:
        return Found(reader, "", str(error))
    except Exception as error:  # noqa: BLE001 - what is only half there raises anything
        return Found(reader, "", f"{reader.name} can't be imported: {error}")


@cache
def fingerprint() -> str:
    """16 hex digits that stand for the readers that are here and their versions: others after the set-up has changed.

    What failed under another fingerprint is worth another try. Asked once a process, of what is installed: of all
    readers only Pillow is loaded for it, which whoever reads photos has loaded anyway.
    """
    return hashlib.blake2b("\n".join(_installed()).encode(), digest_size=8).hexdigest()


def _installed() -> Iterator[str]:
    for reader in (PILLOW, *PARTS.values()):
        yield f"{reader.name} {looked_at(reader).version}"
    for name, module in (COMPILED | BESIDE).items():
        try:
            there = importlib.util.find_spec(module) is not None
            yield f"{name} {importlib.metadata.version(name) if there else ''}"
        except (ImportError, ValueError):
            yield f"{name} "
