"""Spoils files: by bits, numbers, cuts, and pieces of others. Pure: the same number spoils a seed in the same way."""

import random
from collections.abc import Callable, Sequence

MOST_CHANGES = 8
LARGEST = 2_000_000  # bytes of what comes out: what is read of a longer file is no other

# Numbers at the edges of what headers hold, and words by which readers find their way.
EDGES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
WORDS = (
    b"\xff\xd8", b"\xff\xd9", b"\xff\xda", b"\xff\xc0", b"\xff\xc2", b"\xff\xc4", b"\xff\xdb", b"\xff\xdd", b"\xff\xe1",
    b"Exif\0\0", b"MM\0*", b"II*\0", b"IHDR", b"IDAT", b"IEND", b"iCCP", b"zTXt", b"iTXt", b"eXIf", b"cICP", b"acTL",
    b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ICCP", b"ftyp", b"meta", b"iprp", b"ipco", b"ipma", b"iloc", b"iinf", b"irot",
    b"imir", b"colr", b"nclx", b"ispe", b"http://ns.adobe.com/xap/1.0/\0", b"<x:xmpmeta", b"ICC_PROFILE\0", b"Adobe\0",
    b"8BIM", b"\x21\xf9\x04", b"\x2c\0\0\0\0",
)  # fmt: skip

Change = Callable[[random.Random, bytearray, bytes], None]


def mutated(seeds: Sequence[bytes], number: int) -> tuple[int, bytes]:
    """Which of the seeds was spoilt, and what came of it. `number` chooses all there is to be chosen."""
    chance = random.Random(number)
    which = chance.randrange(len(seeds))
    data, other = bytearray(seeds[which]), seeds[chance.randrange(len(seeds))]
    for _ in range(chance.randint(1, MOST_CHANGES)):
        chance.choice(CHANGES)(chance, data, other)
        del data[LARGEST:]
    return which, bytes(data)


def _place(chance: random.Random, data: bytes | bytearray) -> int:
    """Somewhere in it; headers, which say the most, are met as often as all that comes behind them."""
    return chance.randrange(max(1, min(len(data), chance.choice((64, 1024, len(data))))))


def _flip(chance: random.Random, data: bytearray, _: bytes) -> None:
    if data:
        data[_place(chance, data)] ^= 1 << chance.randrange(8)


def _byte(chance: random.Random, data: bytearray, _: bytes) -> None:
    if data:
        data[_place(chance, data)] = chance.randrange(256)


def _number(chance: random.Random, data: bytearray, _: bytes) -> None:
    size, at = chance.choice((1, 2, 4, 8)), _place(chance, data)
    order = chance.choice(("big", "little"))
    data[at : at + size] = (chance.choice(EDGES) & (1 << 8 * size) - 1).to_bytes(size, order)  # type: ignore[arg-type]


def _word(chance: random.Random, data: bytearray, _: bytes) -> None:
    word, at = chance.choice(WORDS), _place(chance, data)
    data[at : at + chance.choice((0, len(word)))] = word


def _cut(chance: random.Random, data: bytearray, _: bytes) -> None:
    del data[_place(chance, data) :]


def _remove(chance: random.Random, data: bytearray, _: bytes) -> None:
    at = _place(chance, data)
    del data[at : at + _length(chance, data)]


def _repeat(chance: random.Random, data: bytearray, _: bytes) -> None:
    at = _place(chance, data)
    piece = data[at : at + _length(chance, data)]
    data[at:at] = piece * chance.randint(1, 4)


def _piece(chance: random.Random, data: bytearray, other: bytes) -> None:
    start, at = _place(chance, other), _place(chance, data)
    piece = other[start : start + _length(chance, other)]
    data[at : at + chance.choice((0, len(piece)))] = piece


def _append(_: random.Random, data: bytearray, other: bytes) -> None:
    data.extend(other)


def _length(chance: random.Random, data: bytes | bytearray) -> int:
    return chance.randint(1, max(1, min(len(data), chance.choice((4, 64, 4096)))))


CHANGES: tuple[Change, ...] = (_flip, _flip, _byte, _number, _number, _word, _cut, _remove, _repeat, _piece, _append)
