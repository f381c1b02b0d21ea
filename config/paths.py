"""What a path names, as `Path.is_dir` and its like tell up to Python 3.13: where it can't be looked at, an error says
why. From 3.14 on they say no to that, as if nothing were there.
"""

import stat
from pathlib import Path


def is_folder(path: Path) -> bool:
    """Whether it is a folder, or a link to one.

    Raises:
        OSError: it can't be looked at.
    """
    return stat.S_ISDIR(_mode(path))


def is_file(path: Path) -> bool:
    """Whether it is a regular file, or a link to one.

    Raises:
        OSError: it can't be looked at.
    """
    return stat.S_ISREG(_mode(path))


def is_there(path: Path) -> bool:
    """Whether it is anything, or a link to it.

    Raises:
        OSError: it can't be looked at.
    """
    return _mode(path) != 0


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return 0
