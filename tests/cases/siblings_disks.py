"""Photos whose names end otherwise than most do: what they hold tells how they are read."""

from collections.abc import Callable
from functools import partial

from tests.cases.case import Case
from tests.workers.samples.pictures import heic, quarters, saved
from tests.workers.samples.raws import dng

SEEN = "`120x80` `(30,20) = (230,30,30) ±25` `(90,60) = (230,230,30) ±25`"


def _of(kind: str) -> Callable[[], bytes]:
    make = heic if kind == "HEIF" else partial(saved, format=kind)
    return lambda: make(quarters(120, 80)).getvalue()


def _raw() -> bytes:
    return dng(quarters(64, 48)).getvalue()


NAMES = {
    "JPEG": ("interchange.jif", "UPPER.JFI", "Several.Mpo", "insta360.insp", "stereo.JPS"),
    "PNG": ("animated.APNG", "stereo.pns"),
    "BMP": ("Device.DIB", "runs.rle"),
    "TIFF": ("pyramid.ptif", "pyramid.PTIFF", "eight.tf8"),
    "HEIF": ("several.heics", "canon.HIF"),
    "AVIF": ("several.avifs",),
}
RAWS = (
    *("epson.erf", "mamiya.MEF", "leaf.mos", "phase-one.IIQ", "kodak.kdc", "kodak.DCR", "pentax.pef", "samsung.srw"),
    *("hasselblad.fff", "nikon.NRW", "leica.RWL", "sony.sr2", "sony.ARQ", "gopro.GPR", "sigma.x3f", "minolta.MRW"),
)

SIBLINGS = [
    *(Case(name, _of(kind), SEEN) for kind, names in NAMES.items() for name in names),
    *(Case(name, _raw, "`64x48`") for name in RAWS),
]
