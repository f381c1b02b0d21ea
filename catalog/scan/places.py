"""Whether what a walk saw of a photo root can be believed: which folders the root and the disks below it were before.

A file system that is not mounted leaves the folder that it was mounted on: another device and inode, and none of the
photos. Devices get other numbers when a machine starts anew, so both have to be so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update

from catalog.beneath.photo_files import identity_beneath, is_gone
from catalog.database import writing
from catalog.files import Identity, identity_of, is_empty
from catalog.scan import diff
from catalog.scan.walk import WHOLE, Mount, Part
from catalog.schema import mounts, roots
from config import Root

ACCEPT = "(scan --accept-empty takes it as emptied)"


@dataclass(frozen=True, slots=True)
class Place:
    """A photo root that is there: which folder it is, which it and the disks below it were when photos were seen."""

    root: Root
    root_id: int
    identity: Identity
    before: Identity | None
    mounts: dict[str, Identity]

    @property
    def is_another(self) -> bool:
        """Whether it is another folder than it was."""
        return self.before != self.identity

    def lacks(self, path: str) -> bool:
        """Whether there is surely nothing at a path, and its disk is the one that it was: else it may be away."""
        if self.is_another or _is_empty_or_silent(self.root.path):
            return False
        away = any(path.startswith(f"{mount}/") for mount in self.changed_mounts())
        return not away and is_gone(self.root.path, path)

    def changed_mounts(self) -> list[str]:
        """The folders that were mounted below it, and are not those that they were."""
        root = self.root.path
        return [path for path, identity in self.mounts.items() if identity_beneath(root, path) != identity]


def _is_empty_or_silent(folder: Path) -> bool:
    """Whether a folder has no entry, or does not say."""
    try:
        return is_empty(folder)
    except OSError:
        return True


def place(connection: Connection, root: Root, root_id: int) -> Place | None:
    """The place of a root; None where it is not there."""
    identity = identity_of(root.path)
    if identity is None:
        return None
    with connection.begin():
        device, inode = connection.execute(select(roots.c.device, roots.c.inode).where(roots.c.id == root_id)).one()
        noted = connection.execute(
            select(mounts.c.path, mounts.c.device, mounts.c.inode).where(mounts.c.root_id == root_id)
        )
        below = {path: (device, inode) for path, device, inode in noted}
    return Place(root, root_id, identity, None if device is None else (device, inode), below)


def widened(place: Place, parts: Iterable[Part]) -> list[Part]:
    """These parts, or the whole root where they say too little: it is another folder, or a disk that they have to do
    with has come or gone.
    """
    parts = list(parts)
    some = [Part(path) for path in place.changed_mounts()]
    return [WHOLE] if place.is_another or any(_overlap(part, each) for part in parts for each in some) else parts


def unbelievable(connection: Connection, place: Place) -> str:
    """Why nothing that the walk saw of the whole root counts; empty where it does."""
    if not place.is_another or diff.shows_any(connection, place.root_id):
        return ""
    known = diff.known_in(connection, place.root_id)
    if not known:
        return ""
    return f"{place.root.path} holds none of the {known} photos that are known of it: is its disk mounted? {ACCEPT}"


def away(connection: Connection, place: Place) -> dict[str, str]:
    """The folders of disks below the root that seem not to be mounted, with why what is seen of them does not count."""
    found = dict[str, str]()
    for path in place.changed_mounts():
        part = Part(path)
        known = diff.known_in(connection, place.root_id, part)
        if known and not diff.shows_any(connection, place.root_id, part):
            found[path] = f"it holds none of the {known} photos that are known of it: is its disk mounted? {ACCEPT}"
    return found


def note(connection: Connection, place: Place, found: Iterable[Mount], kept: Iterable[str]) -> None:
    """Photos were seen in this place, and on these disks below it. What is `kept` of those of before is not there."""
    now = {mount.path: mount.identity for mount in found} | {path: place.mounts[path] for path in kept}
    if not place.is_another and now == place.mounts:
        return  # nothing is written where nothing changed
    with writing(connection):
        device, inode = place.identity
        connection.execute(update(roots).where(roots.c.id == place.root_id).values(device=device, inode=inode))
        connection.execute(delete(mounts).where(mounts.c.root_id == place.root_id))
        rows = [
            {"root_id": place.root_id, "path": path, "device": device, "inode": inode}
            for path, (device, inode) in now.items()
        ]
        if rows:
            connection.execute(insert(mounts), rows)


def _overlap(one: Part, other: Part) -> bool:
    """Whether one of the parts is in the other, which is deep."""
    inside = f"{one.path}/".startswith(f"{other.path}/")
    return inside or (one.deep and f"{other.path}/".startswith(f"{one.path}/" if one.path else ""))
