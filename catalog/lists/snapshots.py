"""Photos in an order that stays, for views and shared galleries: ids one behind the other, in chunks of the table."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import count

from sqlalchemy import Connection, Engine, bindparam, insert, select

from catalog.errors import Missing
from catalog.generations import Generations, Memo
from catalog.photoid import SIZE, decode, encode
from catalog.schema import chunks, snapshots

CHUNK = 512  # ids: 8 kB, a read that costs about as much as a single one
AT_A_TIME = 16  # chunks that a walk along all of them holds
REMEMBERED = 2000  # chunks in memory: 16 MB at most

_CHUNK = select(chunks.c.photoids).where(
    chunks.c.snapshot_id == bindparam("snapshot"), chunks.c.number == bindparam("chunk")
)


def put(connection: Connection, photoids: bytes) -> int:
    """Keeps a snapshot of the ids (16 bytes each), in a transaction of the caller's that writes; gives its number.

    One that is there already serves again. It goes, by triggers, with the last view, gallery or job that has it.
    """
    digest = blake2b(photoids, digest_size=16).digest()
    there: int | None = connection.execute(
        select(snapshots.c.id).where(snapshots.c.digest == digest)
    ).scalar_one_or_none()
    if there is not None:
        return there
    row = {"digest": digest, "count": len(photoids) // SIZE}
    number = connection.execute(insert(snapshots), row).lastrowid
    step = CHUNK * SIZE
    rows = (
        {"snapshot_id": number, "number": each, "photoids": photoids[start : start + step]}
        for each, start in zip(count(), range(0, len(photoids), step))
    )
    if photoids:
        connection.execute(insert(chunks), list(rows))
    return number


def ids(photoids: bytes) -> list[str]:
    """The photo ids that lie one behind the other, 16 bytes each."""
    return [encode(photoids[start : start + SIZE]) for start in range(0, len(photoids), SIZE)]


def joined(photoids: Iterable[str]) -> bytes:
    """The other way round."""
    return b"".join(map(decode, photoids))


class Snapshots:
    """Reads snapshots, those that are looked at from memory."""

    def __init__(self, engine: Engine, generations: Generations) -> None:
        self._engine = engine
        # They never change. Only a restored catalogue brings others, of which this says so too.
        self._chunk = Memo(lambda: generations.photos, self._read, REMEMBERED)

    def photoid(self, snapshot: int, index: int) -> str:
        """The photo at a place, counted from 0.

        Raises:
            Missing: the snapshot ends before.
        """
        number, place = divmod(index, CHUNK)
        photoids = self._chunk((snapshot, number))
        raw = photoids[place * SIZE : (place + 1) * SIZE]
        if not raw:
            raise Missing(f"The index {index} is past the end.")
        return encode(raw)

    def some(self, snapshot: int, first: int, count: int) -> list[str]:
        """The photos from that place on, at most so many, in order."""
        numbers = range(first // CHUNK, (first + count - 1) // CHUNK + 1)
        photoids = b"".join(self._chunk((snapshot, number)) for number in numbers)
        start = first % CHUNK * SIZE
        return ids(photoids[start : start + count * SIZE])

    def index(self, snapshot: int, photoid: str) -> int | None:
        """The first place of a photo; None where it is not among them."""
        raw = decode(photoid)
        for number, part in enumerate(self.parts(snapshot)):
            at = part.find(raw)
            while at % SIZE and at >= 0:  # the end of one id and the beginning of the next
                at = part.find(raw, at + 1)
            if at >= 0:
                return number * CHUNK + at // SIZE
        return None

    def everything(self, snapshot: int) -> list[str]:
        """Every photo, in order."""
        return ids(self.whole(snapshot))

    def whole(self, snapshot: int) -> bytes:
        """Every photo, in order: 16 bytes each, one behind the other. Of a million a fraction of what a list takes."""
        return b"".join(self.parts(snapshot))

    def parts(self, snapshot: int) -> Iterator[bytes]:
        """All chunks, which are not kept in memory: CHUNK ids each, the last one maybe less."""
        query = select(chunks.c.photoids).where(chunks.c.snapshot_id == snapshot).order_by(chunks.c.number)
        with self._engine.connect().execution_options(yield_per=AT_A_TIME) as connection:
            yield from connection.execute(query).scalars()

    def _read(self, key: tuple[int, int]) -> bytes:
        with self._engine.connect() as connection:
            return connection.execute(_CHUNK, {"snapshot": key[0], "chunk": key[1]}).scalar() or b""
