"""The name of one render: which photo, in which version, at which size and quality."""

import re
from dataclasses import dataclass
from hashlib import blake2b

PHOTOID = re.compile(r"[A-Za-z0-9+/]{22}")
VERSION = re.compile(r"[a-z0-9-]{1,64}")
NAME = re.compile(r"([A-Za-z0-9_-]{22})\.([a-z0-9-]{1,64})\.([1-9][0-9]*)x([1-9][0-9]*)\.(?:q(0|[1-9][0-9]*)|whole)")
URL_SAFE = str.maketrans("+/", "-_")
STANDARD = str.maketrans("-_", "+/")
LONGEST_SIDE = 999_999


@dataclass(frozen=True, slots=True)
class RenderKey:
    """One render, and everything that its bytes depend on.

    `photoid` is 22 characters of standard base64; `version` (lower-case letters, digits and dashes) stands for
    the source's content and the pipeline's revision; `width` and `height` are the output's in pixels; `quality`
    is libjpeg's, 0 to 100, or None: the photo in its own size, with as little loss as can be.

    Raises:
        ValueError: a part is none of this. File names are made of keys, so nothing else may become one.
    """

    photoid: str
    version: str
    width: int
    height: int
    quality: int | None

    def __post_init__(self) -> None:
        if not (PHOTOID.fullmatch(self.photoid) and VERSION.fullmatch(self.version)):
            raise ValueError(f"no photoid with a version: {self.photoid!r}, {self.version!r}")
        size = 0 < self.width <= LONGEST_SIDE and 0 < self.height <= LONGEST_SIDE
        if not size or (self.quality is not None and not 0 <= self.quality <= 100):
            raise ValueError(f"no size with a quality: {self.width}x{self.height}, {self.quality}")

    @property
    def name(self) -> str:
        """The key as text that is safe as a file name and in a URL; `parse` reads it."""
        photoid = self.photoid.translate(URL_SAFE)
        kind = "whole" if self.quality is None else f"q{self.quality}"
        return f"{photoid}.{self.version}.{self.width}x{self.height}.{kind}"

    @property
    def path(self) -> str:
        """Where the render lies below a tier's folder: one of 256 by 256 folders, the same for all of a photo."""
        shard = blake2b(self.photoid.encode("ascii"), digest_size=2).hexdigest()
        return f"{shard[:2]}/{shard[2:]}/{self.name}.jpg"

    @classmethod
    def parse(cls, name: str) -> "RenderKey":
        """The key whose `name` this is.

        Raises:
            ValueError: it is no key's name.
        """
        match = NAME.fullmatch(name)
        if match is None:
            raise ValueError(f"no render has the name {name!r}")
        photoid, version, width, height, quality = match.groups()
        return cls(
            photoid.translate(STANDARD), version, int(width), int(height), None if quality is None else int(quality)
        )
