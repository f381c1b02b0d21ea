"""Which names a scan looks at: the endings of photos."""

import os

PICTURES = "jpg jpeg jpe jfif jif jfi jps mpo insp png apng pns webp tif tiff ptif ptiff btf tf8 gif bmp dib rle"
HEIFS = "heic heif hif heics heifs avif avifs avci"
# Camera raw files: what LibRaw has a name for.
RAW = (
    "3fr ari arq arw bay cap cr2 cr3 crw cs1 dc2 dcr dcs dng drf eip erf fff gpr iiq k25 kc2 kdc mdc mef mos mrw nef "
    "nrw orf ori pef ptx pxn qtk raf raw rdc rw2 rwl rwz sr2 srf srw sti x3f"
)
# Photos all the same, though nothing here reads them: whoever has some finds them among the failed.
NOT_READ = "jp2 j2k j2c jpc jpf jpx jpm jxl jxr wdp hdp"
READ = frozenset(f"{PICTURES} {HEIFS} {RAW}".split())
EXTENSIONS = READ | frozenset(NOT_READ.split())
"""The endings of photos' names, in lower case: a file of another ending is none."""


def is_photo(name: str) -> bool:
    """Whether a file's name is that of a photo, in whatever case."""
    return os.path.splitext(name)[1][1:].lower() in EXTENSIONS  # noqa: PTH122 - a Path costs ten times as much
