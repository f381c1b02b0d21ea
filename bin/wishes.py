"""`make serve` and `make up`: whether PHOTOS, DATA, PORT and the settings can be had, before anything is installed.

Runs on the machine's own Python, without `.venv`: it needs Python 3.11 and nothing that has to be installed.
"""

import errno
import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from config import Settings, SettingsError, load
from config.addresses import bound, written
from config.paths import is_folder, is_there
from config.setting import folder


class Unusable(Exception):
    """`str(error)` says what was asked for, why it can't be had, and what to do."""


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Says what is in the way, a line each; gives the exit code: 0 nothing is, 1 something is."""
    try:
        photos, data = environ.get("PHOTOS", ""), environ.get("DATA", "")
        look_at_photos(photos)
        asked = {"ROBOT_ROOT_0_PATH": photos, "DATA_DIR": data}
        # As `launch` has it: what the last server was told counts only where it used the same data folder.
        settings = load({"DARKROOM_DATA": "data", **environ, **{name: value for name, value in asked.items() if value}})
        look_at_data(settings.data_dir, "DATA" if data else "data.dir")
        look_at_port(settings)
    except Unusable as error:
        print(f"darkroom: {error}", file=sys.stderr)
        return 1
    except SettingsError as error:
        for problem in error.problems:
            print(f"settings: {problem}", file=sys.stderr)
        return 1
    return 0


def look_at_photos(given: str) -> None:
    """A folder of photos that is not there is a slip of the pen.

    Raises:
        Unusable: it is none, or not to be read.
    """
    if not given:
        return
    try:
        with os.scandir(folder(given)) as entries:
            next(entries, None)
    except FileNotFoundError:
        raise Unusable(f"PHOTOS is {given!r}, which is not there: name a folder with photos in it") from None
    except NotADirectoryError:
        raise Unusable(f"PHOTOS is {given!r}, which is no folder: name one with photos in it") from None
    except (OSError, ValueError) as error:
        raise Unusable(f"PHOTOS is {given!r}, which can't be read: {_reason(error)}") from None


def look_at_data(path: Path, name: str) -> None:
    """Whether the folder is there, or can be made, and written to. Makes none.

    Raises:
        Unusable: it can't.
    """
    there = path
    try:
        while not is_there(there) and not there.is_symlink():
            there = there.parent
        usable = is_folder(there) and os.access(there, os.W_OK | os.X_OK)
    except (OSError, ValueError) as error:
        raise Unusable(f"{name} is {str(path)!r}, which can't be looked at: {_reason(error)}") from None
    if not usable:
        why = "can't be written to" if is_folder(there) else "is no folder"
        raise Unusable(f"{name} is {str(path)!r}, but {str(there)!r} {why}: name another with DATA=folder")


def look_at_port(settings: Settings) -> None:
    """Whether the server could listen there now.

    Raises:
        Unusable: another program does, or it is not for this user.
    """
    host, port = settings.server_host, settings.server_port
    try:
        with ExitStack() as closing:
            for each in bound(host, port):  # as the server does
                closing.enter_context(each).listen()
    except (OSError, ValueError) as error:  # ValueError: it can be no name of a host
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise Unusable(f"port {port} is in use by another program: end that, or name another by PORT") from None
        raise Unusable(f"the server can't listen on {written(host, port)}: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


if __name__ == "__main__":
    sys.exit(main())
