"""What a person is told who has started a server: where it is, how others reach it, and how to add a user."""

import shutil
import socket
import sys
from pathlib import Path

from catalog.people.users import LOOPBACK
from config import Settings
from config.data_toml import FILE

SOMEWHERE = ("192.0.2.1", 9)  # of RFC 5737: nobody is there, and nothing is sent
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - these are recognised, not listened on


def greet(settings: Settings, listening: socket.socket) -> None:
    """Says it on standard error."""
    for line in greeting(settings, listening.getsockname()[1], own_address(), command()):
        print(f"darkroom: {line}", file=sys.stderr)


def greeting(settings: Settings, port: int, address: str, darkroom: str) -> list[str]:
    """The sentences, one a line. `address` is this machine's in its network, `darkroom` how to call the command."""
    adding = (
        f"`{darkroom} user add NAME` adds a user, who can sign in; what it was told is in {settings.data_dir / FILE}"
    )
    host, prefix = settings.server_host, settings.server_prefix
    if host in LOOPBACK:
        return [
            f"serving on {url(host, port)}{prefix} for this machine alone: open it in a browser",
            f"from a phone in the same network: `{darkroom} serve --host 0.0.0.0`, then {url(address, port)}{prefix}: "
            "everybody there gets the page, and photos who signs in",
            adding,
        ]
    shown = settings.webapi_default_uid
    seen = f"sees what the user {shown} may" if shown else "has to sign in"
    at = address if host in EVERYWHERE else host
    return [f"serving on {url(at, port)}{prefix} for every device of this network: who comes {seen}", adding]


def own_address() -> str:
    """This machine's address in the network that it would reach others by; its name, where it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(SOMEWHERE)
            return str(asking.getsockname()[0])
        except OSError:
            return socket.gethostname()


def command() -> str:
    """How a shell finds `darkroom`: by its name, or by its path where this one is not the one that it would find."""
    own = Path(sys.executable).with_name("darkroom")
    found = shutil.which("darkroom")
    return "darkroom" if not own.exists() or (found and Path(found).samefile(own)) else str(own)


def url(host: str, port: int) -> str:
    """The address of a server; an IPv6 address stands in brackets in it."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
