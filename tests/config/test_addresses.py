"""Which addresses a host stands for, and that a socket is had for each that the machine has."""

import errno
import socket
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from config.addresses import bound, is_everywhere, is_loopback, places, written
from tests.end_to_end.servers import free_port

EVERYWHERE = "0.0.0.0"  # noqa: S104 - it is looked at
NOWHERE = "192.0.2.1"  # of RFC 5737: no machine has it
LONG = "2001:db8::1"  # of RFC 3849, likewise


@pytest.mark.parametrize(
    ("host", "loopback", "everywhere"),
    [
        ("127.0.0.1", True, False),
        ("127.0.0.2", True, False),
        ("::1", True, False),
        ("0:0:0:0:0:0:0:1", True, False),
        ("::ffff:127.0.0.1", True, False),
        ("localhost", True, False),
        ("LOCALHOST", True, False),
        (EVERYWHERE, False, True),
        ("::", False, True),
        ("0::0", False, True),
        ("::ffff:0.0.0.0", False, True),
        ("10.0.0.7", False, False),
        ("::ffff:10.0.0.7", False, False),
        ("fd00::7", False, False),
        ("localhost.example", False, False),
        ("", False, False),
    ],
)
def test_who_reaches_a_host(host: str, loopback: bool, everywhere: bool) -> None:
    assert (is_loopback(host), is_everywhere(host)) == (loopback, everywhere)


@pytest.mark.parametrize(
    ("host", "text"), [("127.0.0.1", "127.0.0.1:80"), ("::1", "[::1]:80"), ("::", "[::]:80"), ("nas", "nas:80")]
)
def test_how_it_is_written(host: str, text: str) -> None:
    assert written(host, 80) == text


@pytest.mark.parametrize(
    ("host", "addresses"),
    [
        ("127.0.0.1", ["127.0.0.1"]),
        ("::1", ["::1"]),
        (EVERYWHERE, [EVERYWHERE]),
        ("::", [EVERYWHERE, "::"]),
        ("0::0", [EVERYWHERE, "::"]),
        ("::ffff:127.0.0.1", ["127.0.0.1"]),
        ("::ffff:0.0.0.0", [EVERYWHERE]),
        ("fd00::7", ["fd00::7"]),
    ],
)
def test_what_a_host_stands_for(host: str, addresses: list[str]) -> None:
    assert [address[0] for _, address in places(host, 80)] == addresses


@pytest.mark.parametrize("host", ["no-such-host.invalid", "x" * 300, "a..b"])
def test_what_stands_for_nothing(host: str) -> None:
    for function in (places, bound):
        with pytest.raises((OSError, ValueError)):
            function(host, 80)


def close(sockets: list[socket.socket]) -> None:
    for each in sockets:
        each.close()


def reached(address: str, port: int) -> bool:
    """Whether somebody listens there."""
    try:
        with socket.create_connection((address, port), timeout=20):
            return True
    except OSError:
        return False


@pytest.mark.parametrize(
    ("host", "there"),
    [
        ("127.0.0.1", (True, False)),
        ("::1", (False, True)),
        (EVERYWHERE, (True, False)),
        ("::", (True, True)),
        ("::ffff:127.0.0.1", (True, False)),
    ],
)
@pytest.mark.parametrize("port", [0, None])
def test_who_is_reached_by_which_family(host: str, there: tuple[bool, bool], port: int | None) -> None:
    sockets = bound(host, free_port() if port is None else port)
    try:
        (number,) = {each.getsockname()[1] for each in sockets}
        for each in sockets:
            each.listen()
        assert (reached("127.0.0.1", number), reached("::1", number)) == there
    finally:
        close(sockets)


Infos = Callable[..., list[Any]]


def resolving(*addresses: str) -> Infos:
    """A name with these addresses."""

    def infos(_: str, port: int, **__: object) -> list[Any]:
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (each, port, 0, 0))
            if ":" in each
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in addresses
        ]

    return infos


@pytest.mark.parametrize(
    ("addresses", "had"),
    [
        (("::1", "127.0.0.1"), ["127.0.0.1", "::1"]),
        (("127.0.0.1", "127.0.0.1"), ["127.0.0.1"]),
        ((LONG, "127.0.0.1"), ["127.0.0.1"]),
        ((NOWHERE, "::1"), ["::1"]),
        (("127.0.0.1", "127.0.0.2"), ["127.0.0.1", "127.0.0.2"]),
    ],
)
def test_what_the_machine_has_of_a_name(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...], had: list[str]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving(*addresses))
    sockets = bound("both.example", 0)
    assert [each.getsockname()[0] for each in sockets] == had
    close(sockets)


@pytest.mark.parametrize("addresses", [(NOWHERE,), (LONG,), (LONG, NOWHERE), ()])
def test_a_name_of_which_it_has_nothing(monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving(*addresses))
    with pytest.raises(OSError, match=r"assign|no address") as raised:
        bound("both.example", 0)
    assert raised.value.errno == errno.EADDRNOTAVAIL


def test_a_system_without_ipv6_serves_everywhere_by_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    made = socket.socket

    def without(family: int, *more: Any) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return made(family, *more)

    monkeypatch.setattr(socket, "socket", without)
    sockets = bound("::", 0)
    assert [each.getsockname()[0] for each in sockets] == [EVERYWHERE]
    close(sockets)
    with pytest.raises(OSError, match="not supported"):
        bound("::1", 0)


@pytest.mark.parametrize("taken", ["127.0.0.1", "::1"])
def test_a_port_that_one_family_has_not_is_in_use(taken: str) -> None:
    family = socket.AF_INET6 if ":" in taken else socket.AF_INET
    with socket.create_server((taken, 0), family=family) as other:
        with pytest.raises(OSError, match="in use") as raised:
            bound("::", other.getsockname()[1])
        assert raised.value.errno == errno.EADDRINUSE


def test_a_free_port_is_free_in_both_families(monkeypatch: pytest.MonkeyPatch) -> None:
    """The port that the system gives for IPv4 may be taken for IPv6: then another is asked for."""
    with ExitStack() as closing:
        taken = closing.enter_context(socket.create_server(("::1", 0), family=socket.AF_INET6)).getsockname()[1]
        offered = iter([taken])
        bind = socket.socket.bind

        class Offering(socket.socket):
            def bind(self, address: Any, /) -> None:
                bind(self, (address[0], address[1] or next(offered, 0), *address[2:]))

        monkeypatch.setattr(socket, "socket", Offering)
        sockets = bound("::", 0)
        (number,) = {each.getsockname()[1] for each in sockets}
        assert number != taken
        close(sockets)
