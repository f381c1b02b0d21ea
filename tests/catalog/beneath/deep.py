"""Folders in one another, deeper than any path that the system takes at once; and what is open."""

import os
from collections.abc import Mapping
from itertools import count
from pathlib import Path


def deep_folder(folder: Path, depth: int, files: Mapping[int, bytes], name: str = "d") -> Path:
    """Makes so many folders in one another; at these depths with a file `x.jpg`. Gives the folder that holds them."""
    held = os.open(folder, os.O_RDONLY)
    for level in range(depth + 1):
        if level in files:
            file = os.open("x.jpg", os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=held)
            with os.fdopen(file, "wb") as opened:
                opened.write(files[level])
        if level < depth:
            os.mkdir(name, dir_fd=held)
            deeper = os.open(name, os.O_RDONLY, dir_fd=held)
            os.close(held)
            held = deeper
    os.close(held)
    return folder


def below(depth: int, name: str, folder: str = "d") -> str:
    """The path of a name so many folders deep."""
    return "/".join([folder] * depth + [name])


def remove(folder: Path) -> None:
    """Takes away the folders in a folder, however deep they are, as pytest could not."""
    numbers = count()
    while inner := next((each for each in folder.iterdir() if each.is_dir() and not each.is_symlink()), None):
        # What lies deeper is brought up, folder by folder.
        for each in inner.iterdir():
            if each.is_dir() and not each.is_symlink():
                each.rename(folder / f"up{next(numbers)}")
            else:
                each.unlink()
        inner.rmdir()


def descriptors() -> list[str]:
    """What this process has open."""
    return sorted(each.name for each in Path("/proc/self/fd").iterdir())
