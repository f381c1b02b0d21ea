"""`python -m tests.end_to_end.resilience.stranger.attacks URL SECONDS ADDRESS…`: all that a stranger without an account
can do to a server at once, from those addresses. Prints, as JSON, how often each was tried, and how it was answered.
"""

import asyncio
import itertools
import json
import random
import resource
import socket
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import quote, urlsplit

API = "/picapportapi/1.0"
PATIENCE = 60.0
BREATH = 0.2  # seconds after each attempt: 50 addresses that try on end would be a measure of this machine alone
PIPELINED = 200
WIDTHS, QUALITIES = range(400, 1400), range(80, 100)  # of sizes that nobody has asked for
SILENT, DRIPPING, PIPELINING, UNREAD = 22, 20, 3, 10  # connections of each address
MANY = " or ".join(f"*q{number}z*" for number in range(110))


class Stranger:
    """Where the server is, who attacks, until when, and what came of it."""

    def __init__(self, url: str, addresses: list[str], seconds: float) -> None:
        parts = urlsplit(url)
        self._host = str(parts.hostname)
        self._server = (self._host, int(parts.port or 80))
        self._addresses = addresses
        self._end = time.monotonic() + seconds
        sizes = list(itertools.product(WIDTHS, QUALITIES))
        random.shuffle(sizes)  # else photos would be larger and larger, and all that they take
        self._sizes = itertools.cycle(sizes)
        self._vid = 0
        self._photos: list[str] = []
        self.seen: defaultdict[str, Counter[str]] = defaultdict(Counter)

    async def run(self) -> None:
        """Everything at once, until the end."""
        first = self._addresses[0]
        self._vid = int(json.loads((await self._ask(first, f"{API}/runQuery?query=*"))[1])["vid"])
        photos = json.loads((await self._ask(first, f"/api/photos?vid={self._vid}"))[1])["photos"]
        self._photos = [quote(each["photoID"], safe="") for each in photos]
        attacks: list[tuple[Callable[[str], Awaitable[str]], int]] = [
            (self.pipelines_photos, PIPELINING),
            (self.pipelines_documents, UNREAD),
            (self.says_nothing, SILENT),
            (self.drips, DRIPPING),
            (self.searches, 1),
            (self.asks_for_views_to_come, 1),
            (self.makes_sessions_from_elsewhere, 1),
            (self.asks_for_other_sizes, 2),
            (self.sorts_at_random, 1),
            (self.asks_for_whole_files, 1),
        ]
        await asyncio.gather(
            *(self._again(attack, address) for attack, times in attacks for address in self._addresses * times)
        )

    async def _again(self, attack: Callable[[str], Awaitable[str]], address: str) -> None:
        name = attack.__name__
        await asyncio.sleep(random.random())  # not all in the same moment
        while time.monotonic() < self._end:
            try:
                async with asyncio.timeout(min(PATIENCE, max(0.1, self._end - time.monotonic()))):
                    self.seen[name][await attack(address)] += 1
            except (OSError, EOFError, TimeoutError, ValueError) as error:
                self.seen[name][type(error).__name__] += 1
            await asyncio.sleep(BREATH)

    async def pipelines_photos(self, address: str) -> str:
        """Requests for photos, none of which is read."""
        return await self._unread(address, f"{API}/getPhoto?photoid={self._photos[0]}")

    async def pipelines_documents(self, address: str) -> str:
        """Requests for what needs no account, none of which is read."""
        return await self._unread(address, "/api/openapi.json")

    async def says_nothing(self, address: str) -> str:
        """A connection, and no word on it."""
        async with self._connection(address) as (reader, _):
            return str(len(await reader.read()))

    async def drips(self, address: str) -> str:
        """A head of which a byte comes now and then."""
        async with self._connection(address) as (reader, writer):
            writer.write(b"GET / HTTP/1.1\r\nX-A: ")
            while not reader.at_eof():
                await asyncio.sleep(5)
                writer.write(b"a")
                await writer.drain()
        return "closed"

    async def searches(self, address: str) -> str:
        """A query of many patterns."""
        return (await self._ask(address, f"{API}/runQuery?query={quote(MANY)}"))[0]

    async def asks_for_views_to_come(self, address: str) -> str:
        """The photos of views that nobody has made yet."""
        return (await self._ask(address, f"/api/photos?vid={self._vid + random.randrange(1, 5000)}"))[0]

    async def makes_sessions_from_elsewhere(self, address: str) -> str:
        """A session, as another site's page would make one."""
        return (await self._ask(address, f"{API}/createWebApiSession", "Sec-Fetch-Site: cross-site\r\n"))[0]

    async def asks_for_other_sizes(self, address: str) -> str:
        """A photo in a size that nobody has asked for."""
        width, quality = next(self._sizes)
        size = f"width={width}&quality={quality / 100:.2f}"
        return (await self._ask(address, f"{API}/getPhoto?photoid={random.choice(self._photos)}&{size}"))[0]

    async def sorts_at_random(self, address: str) -> str:
        """Sessions, each with views at random."""
        status, body = await self._ask(address, f"{API}/createWebApiSession")
        if status != "200":
            return status
        made = json.loads(body)
        return (await self._ask(address, f"{API}/runQuery?query=*&sort=random&apisid={made['apisid']}"))[0]

    async def asks_for_whole_files(self, address: str) -> str:
        """A photo in its own size."""
        return (await self._ask(address, f"{API}/getPhoto?photoid={random.choice(self._photos)}"))[0]

    async def _unread(self, address: str, path: str) -> str:
        with self._socket(address) as own:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(own, self._server)
            await loop.sock_sendall(own, f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\n\r\n".encode() * PIPELINED)
            while True:  # until it is cut off, which is seen by who sends
                await asyncio.sleep(5)
                await loop.sock_sendall(own, b"\r\n")

    async def _ask(self, address: str, path: str, more: str = "") -> tuple[str, bytes]:
        """The status and the body of an answer."""
        async with self._connection(address) as (reader, writer):
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\nConnection: close\r\n{more}\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            return head.split()[1].decode(), await reader.read()

    @asynccontextmanager
    async def _connection(self, address: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        with self._socket(address) as own:
            await asyncio.get_running_loop().sock_connect(own, self._server)
            reader, writer = await asyncio.open_connection(sock=own)
            try:
                yield reader, writer
            finally:
                writer.transport.abort()

    @staticmethod
    @contextmanager
    def _socket(address: str) -> Iterator[socket.socket]:
        with socket.socket() as own:
            own.setblocking(False)
            own.bind((address, 0))
            yield own


if __name__ == "__main__":
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192), most))
    stranger = Stranger(sys.argv[1], sys.argv[3:], float(sys.argv[2]))
    asyncio.run(stranger.run())
    print(json.dumps(stranger.seen))
