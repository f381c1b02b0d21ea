"""Reads Java's .properties files, as `java.util.Properties.load` describes them."""

import re
from collections.abc import Iterator

BLANK = " \t\f"
ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
CODE = re.compile(r"[0-9A-Fa-f]{4}")


class MalformedProperties(Exception):
    """A text that is no .properties file; the message names the line."""


def decode(raw: bytes) -> str:
    """The text of a file: UTF-8 where it is that, else ISO 8859-1, in which Java reads them."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("iso-8859-1")


def parse(text: str) -> dict[str, str]:
    """The properties by key, in their order; the last value counts where a key comes twice.

    Raises:
        MalformedProperties: an \\uXXXX that is none.
    """
    found: dict[str, str] = {}
    for number, line in _logical_lines(text):
        key, value = _split(line)
        try:
            found[_unescaped(key)] = _unescaped(value)
        except ValueError as error:
            raise MalformedProperties(f"line {number}: {error}") from None
    return found


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that say something, put together where one goes on in the next; each with the number it begins at."""
    begun, start = "", 0
    for number, natural in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        line = natural.lstrip(BLANK)
        if not start and (not line or line[0] in "#!"):
            continue
        start = start or number
        if _goes_on(line):
            begun += line[:-1]
        else:
            if begun + line:
                yield start, begun + line
            begun, start = "", 0
    if begun:
        yield start, begun


def _goes_on(line: str) -> bool:
    """Whether it ends with a backslash that is not itself escaped."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _split(line: str) -> tuple[str, str]:
    """Key and value, both with their escapes: what stands between is blanks, with at most one = or : among them."""
    end = 0
    while end < len(line) and line[end] not in f"=:{BLANK}":
        end += 2 if line[end] == "\\" else 1
    rest = line[end:].lstrip(BLANK)
    if rest[:1] in ("=", ":"):
        rest = rest[1:].lstrip(BLANK)
    return line[:end], rest


def _unescaped(text: str) -> str:
    """The text that is meant. A backslash before any other character says nothing."""
    parts: list[str] = []
    at = 0
    while at < len(text):
        if text[at] != "\\":
            parts.append(text[at])
            at += 1
            continue
        following = text[at + 1 : at + 2]
        if following == "u":
            code = text[at + 2 : at + 6]
            if not CODE.fullmatch(code):
                raise ValueError(f"\\u{code} is no character: four hexadecimal digits are wanted")
            parts.append(chr(int(code, 16)))
            at += 6
        else:
            parts.append(ESCAPES.get(following, following))
            at += 2
    # Characters beyond the first 65,536 come as two halves.
    return "".join(parts).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
