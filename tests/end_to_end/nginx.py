"""The real nginx in front of a server, with a configuration that the project ships, or one of a test's own."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509

from tests.certificates import self_signed
from tests.end_to_end.servers import PROJECT, Process, free_port

NAME = "photos.example.org"


def program(name: str) -> str:
    """Where a program lies; Debian keeps nginx where only root looks."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is missing, though `make test` installs it")
        pytest.skip(f"{name} is not installed")
    return found


@contextmanager
def sample(configuration: str, folder: Path, replaced: Mapping[str, str]) -> Iterator[tuple[int, Path]]:
    """nginx with a sample of the project's, in which that is replaced; gives its port and its certificate."""
    folder.mkdir()
    chain, private = folder / "fullchain.pem", folder / "privkey.pem"
    for file, content in zip((chain, private), self_signed(NAME, x509.DNSName(NAME)), strict=True):
        file.write_bytes(content)
    port = free_port()
    servers = (PROJECT / configuration).read_text()
    own = {
        "listen 443": f"listen 127.0.0.1:{port}",
        "/etc/ssl/darkroom/fullchain.pem": str(chain),
        "/etc/ssl/darkroom/privkey.pem": str(private),
    }
    for said, here in {**replaced, **own}.items():
        assert said in servers
        servers = servers.replace(said, here)
    with running(folder, servers):
        yield port, chain


@contextmanager
def running(folder: Path, servers: str) -> Iterator[None]:
    """nginx with these servers; the folder, which is there, has all that it writes."""
    places = "".join(
        f"{each}_temp_path {folder}/{each};\n" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\nerror_log stderr notice;\npid {folder}/pid;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}{servers}}}\n"
    )
    process = Process([program("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf")], os.environ)
    try:
        process.wait_for("start worker process ")
        yield
    finally:
        process.stop()
