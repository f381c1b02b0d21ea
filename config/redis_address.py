"""The address of a Redis, `redis.url`: what is wrong with it, in a sentence, and the same address for kombu.

redis-py takes it as it stands, but says little of one that can't be. kombu knows no `unix://`, takes a `;` in a
password for the end of the address, and looks at no certificate of `rediss://` unless it is told to.
"""

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

SHAPE = "redis://host:port/db, rediss://host:port/db or unix:///path/of/the/socket?db=0"
SPECIAL = "what is special in a password is written with %, a slash as %2F"
LONGEST_PATH = 107  # bytes of a socket's path, unix(7)

LOGIN = frozenset({"db", "username", "password"})
TLS = {
    "ssl_cert_reqs": ("required", "optional", "none"),
    "ssl_check_hostname": ("true", "false"),
    "ssl_ca_certs": (),
    "ssl_certfile": (),
    "ssl_keyfile": (),
}
"""What may stand behind the ? of a rediss://, as redis-py names it, and its values, where not all are allowed."""


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """A Redis. `path` is that of a socket of this machine, empty where host and port count; `tls` what is said of TLS,
    by redis-py's names, None where there is none.
    """

    host: str = "127.0.0.1"
    port: int = 6379
    path: str = ""
    db: int = 0
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    tls: dict[str, str | bool] | None = None

    @property
    def broker(self) -> str:
        """The address as kombu takes it."""
        login = f"{_quoted(self.username)}:{_quoted(self.password)}@" if self.username or self.password else ""
        if self.path:
            return f"redis+socket://{login}{quote(self.path)}?virtual_host={self.db}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'redis' if self.tls is None else 'rediss'}://{login}{host}:{self.port}/{self.db}"


def parse(url: str) -> RedisAddress:
    """What an address says.

    Raises:
        ValueError: it can't be one; the message says why, without anything of it.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _wrong("its host can't be one") from None
    if parts.scheme not in ("redis", "rediss", "unix") or "://" not in url:
        raise _wrong("it begins otherwise")
    if parts.fragment or re.search(r"\s", url):
        raise _wrong(f"it has a space or a # in it; {SPECIAL}")
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    secure = parts.scheme == "rediss"
    unknown = options.keys() - LOGIN - (TLS.keys() if secure else set())
    if unknown:
        names = [*sorted(LOGIN), *(TLS if secure else ())]
        raise _wrong(f"behind its ? may stand {', '.join(names)}")
    for name, values in TLS.items():
        if values and options.get(name, values[0]) not in values:
            raise _wrong(f"{name} is one of {', '.join(values)}")
        if not values and name in options and not Path(options[name]).is_file():
            raise _wrong(f"{name} names no file")
    username = unquote(parts.username or "") or options.get("username", "")
    password = unquote(parts.password or "") or options.get("password", "")
    if parts.scheme == "unix":
        path, db = _socket(parts.netloc, parts.path), _db(options.get("db", ""))
        return RedisAddress(path=path, db=db, username=username, password=password)
    host, port = _host(parts.hostname), _port(parts.netloc)
    db = _db(options.get("db", parts.path.strip("/")))
    tls = _tls(options) if secure else None
    return RedisAddress(host, port, db=db, username=username, password=password, tls=tls)


def _wrong(why: str) -> ValueError:
    return ValueError(f"{SHAPE}, and {why}")


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _host(host: str | None) -> str:
    name = unquote(host or "127.0.0.1")
    if re.fullmatch(r"[\w.-]+", name):
        return name
    try:
        return str(ipaddress.IPv6Address(name))
    except ValueError:
        raise _wrong(f"its host can't be one; {SPECIAL}") from None


def _port(netloc: str) -> int:
    """Of what stands before the path; not by `urlsplit`, whose complaint may hold a part of a password."""
    given = re.search(r":([^:\]]*)$", netloc.rpartition("@")[2])
    if given is None or not given[1]:
        return 6379
    if not (re.fullmatch(r"[0-9]{1,5}", given[1]) and 1 <= int(given[1]) <= 65535):
        raise _wrong(f"its port is no number from 1 to 65535; {SPECIAL}")
    return int(given[1])


def _db(text: str) -> int:
    if not re.fullmatch(r"[0-9]{0,9}", text):
        raise _wrong(f"its db is no number; {SPECIAL}")
    return int(text or 0)


def _socket(netloc: str, path: str) -> str:
    if netloc.rpartition("@")[2] or not path.strip("/"):
        raise _wrong("its path begins with the third slash")
    found = unquote(path)
    if len(found.encode("utf-8", "surrogateescape")) > LONGEST_PATH:
        raise _wrong(f"the path of a socket has at most {LONGEST_PATH} bytes")
    return found


def _tls(options: dict[str, str]) -> dict[str, str | bool]:
    """What TLS is begun with: certificates are looked at, by their names too, unless something else is said."""
    told: dict[str, str | bool] = {name: options[name] for name in TLS if name in options}
    told["ssl_cert_reqs"] = options.get("ssl_cert_reqs", "required")
    told["ssl_check_hostname"] = options.get("ssl_check_hostname", "true") == "true"
    return told
