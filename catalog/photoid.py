"""Photo ids and versions: 16 bytes, in the world outside 22 characters of standard base64 without padding."""

import base64
import binascii
import hashlib
import re

from catalog.errors import MalformedPhotoid

SIZE = 16
SHAPE = re.compile(r"[A-Za-z0-9+/]{22}")


def parse_photoid(text: str) -> str:
    """The canonical 22 characters of a photo id that a client wrote.

    Forgives what clients do to `+` and `/`: a space can only have been a `+` that was not escaped; padding and the
    URL-safe alphabet are taken too. The last character has four bits without meaning, which are cleared.

    Raises:
        MalformedPhotoid: it can't be 16 bytes.
    """
    plain = text.replace(" ", "+").replace("-", "+").replace("_", "/")
    if plain.endswith("=="):
        plain = plain[:-2]
    if not SHAPE.fullmatch(plain):
        raise MalformedPhotoid(f"not a photo id: {text[:64]!r}")
    return encode(decode(plain))


def encode(raw: bytes) -> str:
    """16 bytes as 22 characters."""
    return base64.b64encode(raw).decode("ascii").rstrip("=")


def decode(photoid: str) -> bytes:
    """The 16 bytes of a photo id.

    Raises:
        MalformedPhotoid: it has another length.
    """
    try:
        raw = base64.b64decode(photoid + "==", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != SIZE:
        raise MalformedPhotoid(f"not a photo id: {photoid[:64]!r}")
    return raw


def derived(base: bytes, counter: int) -> bytes:
    """The id of a twin: BLAKE2b-128 of the id that is taken and the twin's number (from 1) as 4 bytes."""
    return hashlib.blake2b(base + counter.to_bytes(4, "big"), digest_size=SIZE).digest()


def source_version(size: int, mtime_ns: int, edits: int = 0) -> str:
    """Text that stands for a file's content: another size (bytes) or time of change gives another one.

    16 hex digits; `edits`, where it is not 0, stands behind them: how often the content has changed under the same size
    and time, which the file itself does not say.
    """
    digits = hashlib.blake2b(f"{size}:{mtime_ns}".encode("ascii"), digest_size=8).hexdigest()
    return f"{digits}e{edits}" if edits else digits


def is_version_of(version: str, size: int, mtime_ns: int) -> bool:
    """Whether a version is one that a file of this size and time of change can have."""
    return version[:16] == source_version(size, mtime_ns)
