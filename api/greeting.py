"""What a person is told who has started a server: where it is, how others reach it, and how to add a user."""

import shutil
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from config import Settings
from config.addresses import is_everywhere, is_loopback, written
from config.data_toml import FILE

# Of RFC 5737 and RFC 3849: nobody is there, and nothing is sent.
SOMEWHERE = ((socket.AF_INET, ("192.0.2.1", 9)), (socket.AF_INET6, ("2001:db8::1", 9)))


def greet(settings: Settings, listening: Sequence[socket.socket]) -> None:
    """Says it on standard error."""
    for line in greeting(settings, listening[0].getsockname()[1], own_address(), command()):
        print(f"darkroom: {line}", file=sys.stderr)


def greeting(settings: Settings, port: int, address: str, darkroom: str) -> list[str]:
    """The sentences, one a line. `address` is this machine's in its network, `darkroom` how to call the command."""
    adding = (
        f"`{darkroom} user add NAME` adds a user, who can sign in; what it was told is in {settings.data_dir / FILE}"
    )
    host, prefix = settings.server_host, settings.server_prefix
    if is_loopback(host):
        return [
            f"serving on {url(host, port)}{prefix} for this machine alone: open it in a browser",
            f"from a phone in the same network: `{darkroom} serve --host 0.0.0.0`, then {url(address, port)}{prefix}: "
            "everybody there gets the page, and photos who signs in",
            adding,
        ]
    shown = settings.webapi_default_uid
    seen = f"sees what the user {shown} may" if shown else "has to sign in"
    at = address if is_everywhere(host) else host
    return [f"serving on {url(at, port)}{prefix} for every device of this network: who comes {seen}", adding]


def own_address() -> str:
    """This machine's address in the network that it would reach others by; its name, where it is in none."""
    for family, somewhere in SOMEWHERE:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as asking:
                asking.connect(somewhere)
                return str(asking.getsockname()[0])
        except OSError:
            continue
    return socket.gethostname()


def command() -> str:
    """How a shell finds `darkroom`: by its name, or by its path where this one is not the one that it would find."""
    own = Path(sys.executable).with_name("darkroom")
    found = shutil.which("darkroom")
    return "darkroom" if not own.exists() or (found and Path(found).samefile(own)) else str(own)


def url(host: str, port: int) -> str:
    """The address of a server."""
    return f"http://{written(host, port)}"
