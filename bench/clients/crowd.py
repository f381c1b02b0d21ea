"""Many HTTP clients in one thread, each on a connection of its own: what a crowd does to a server."""

import asyncio
import time
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and how many seconds it took; the headers' names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


class Client:
    """One connection, kept open. `asked` is a URL's path with its query."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._asked = 0.0

    async def get(self, asked: str, **headers: str) -> Answer:
        """Asks, with these headers beside Host (`_` for `-`), and reads the whole answer.

        Raises:
            OSError, EOFError: there is none, or not the whole of one.
        """
        await self.ask(asked, **headers)
        return await self.answer()

    async def answer(self) -> Answer:
        """The whole answer to what was asked; raises as `get` does."""
        reader = self._reader
        assert reader  # noqa: S101 - `ask` has opened it
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return Answer(int(first.split()[1]), headers, body, time.monotonic() - self._asked)

    async def ask(self, asked: str, **headers: str) -> None:
        """Asks, and reads nothing."""
        self._asked = time.monotonic()
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        self._writer.write(f"GET {asked} HTTP/1.1\r\nHost: {self._host}\r\n{more}\r\n".encode())
        await self._writer.drain()

    def hang_up(self) -> None:
        """Closes the connection, whatever is still to come on it."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def all_at_once(url: str, asked: list[str]) -> list[Answer]:
    """The answers to so many clients that ask at the same time."""
    clients = [Client(url) for _ in asked]
    try:
        return await asyncio.gather(*(client.get(each) for client, each in zip(clients, asked, strict=True)))
    finally:
        for client in clients:
            client.hang_up()
