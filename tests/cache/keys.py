"""Keys and renders for the tests of the cache."""

from cache.key import RenderKey


def key(number: int = 0, width: int = 256, version: str = "0123456789abcdef-1") -> RenderKey:
    """A key; another one for each number, width and version."""
    return RenderKey(f"{number:022d}", version, width, 256, 70)


def render(length: int = 1000, fill: bytes = b"x") -> bytes:
    """Bytes that begin and end as a JPEG does."""
    return b"\xff\xd8" + fill * (length - 4) + b"\xff\xd9"
