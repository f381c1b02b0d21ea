"""Which names a scan looks at: the endings of photos, folders that are left out, and files that mark such a folder."""

import re
from fnmatch import translate

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

MARKS = frozenset((".nomedia", ".noimage"))
"""Files by which people, and telephones, say that a folder is to be left out."""


def is_photo(name: str) -> bool:
    """Whether a file's name is that of a photo, in whatever case."""
    # A scan asks for every file: splitext() takes four times as long, a Path forty times.
    dot = name.rfind(".")
    return dot > 0 and name[dot + 1 :].lower() in EXTENSIONS


def is_mark(name: str) -> bool:
    """Whether a file of this name says that its folder is to be left out."""
    return name[:1] == "." and name.lower() in MARKS


class LeftOut:
    """The names of folders that are left out: those that begin with a dot, and those of a list with commas, in which
    `*`, `?` and `[…]` stand for what they do in a shell. Case counts for nothing.
    """

    def __init__(self, names: str = "") -> None:
        patterns = [translate(each.strip().lower()) for each in names.split(",") if each.strip()]
        self._is_listed = re.compile("|".join(patterns) or r"(?!)").match

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (name.startswith(".") or self._is_listed(name.lower()) is not None)
