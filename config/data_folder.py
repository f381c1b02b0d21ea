"""Which data folder is meant where nobody names one: that of the last `serve` of this user.

Its path stands in a file of the user's own, by the XDG Base Directory Specification: `darkroom/data` in
`XDG_STATE_HOME`, or in `~/.local/state`.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from config.setting import expanded


def last_served(environ: Mapping[str, str]) -> Path | None:
    """The data folder that the last `serve` of this user has used; None where there was none, or it is gone."""
    folder = noted(environ)
    try:
        return folder if folder and folder.is_dir() else None
    except (OSError, ValueError):
        return None


def noted(environ: Mapping[str, str]) -> Path | None:
    """What was noted of the last `serve`, be it there or not."""
    note = _note(environ)
    try:
        folder = Path(os.fsdecode(note.read_bytes())) if note else None
        return folder if folder and folder.is_absolute() and "\0" not in str(folder) else None
    except (OSError, ValueError):  # there is no note, or not one of ours
        return None


def remember(environ: Mapping[str, str], folder: Path) -> None:
    """Notes which data folder `serve` uses now.

    Raises:
        OSError: it can't be noted.
    """
    note = _note(environ)
    if note is None or last_served(environ) == folder:
        return
    note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = note.with_name(f"data-{os.getpid()}")
    new.write_bytes(os.fsencode(folder))
    new.replace(note)


def own_folder(environ: Mapping[str, str]) -> Path:
    """Where a user's data lie who names no folder: `darkroom` in `XDG_DATA_HOME`, or in `~/.local/share`."""
    base = _base(environ, "XDG_DATA_HOME", ".local/share")
    return (base or expanded("~") / ".local/share") / "darkroom"  # without HOME the system says where the home is


def _note(environ: Mapping[str, str]) -> Path | None:
    base = _base(environ, "XDG_STATE_HOME", ".local/state")
    return base and base / "darkroom" / "data"


def _base(environ: Mapping[str, str], name: str, default: str) -> Path | None:
    """A base directory; by the specification a relative one counts as none. None where there is not even a home."""
    named, home = Path(environ.get(name, "")), environ.get("HOME")
    if named.is_absolute():
        return named
    return Path(home) / default if home else None
