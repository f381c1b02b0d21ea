"""The catalogue: whether it is sound, what is in it, who may come in, what failed."""

import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine

from catalog import inspection
from catalog.database import FILE, HEAD
from catalog.errors import CatalogError
from catalog.inspection import TooSlow, opened_to_look
from catalog.people.users import User, Users, default_uid
from catalog.vanished import vanished
from config import Settings
from config.addresses import is_loopback
from darkroom.doctor.finding import Finding, apart, well, wrong
from darkroom.doctor.machine import user

T = TypeVar("T")

WHAT = "catalogue"
SECONDS = 2.5
MOST_LINES = 10
AS_ITS_OWNER = "run this as the user who runs Darkroom"
MOST_REASON = 200  # characters
KINDS = {inspection.UNREAD: "can't be read", "damaged": "damaged", "unsupported": "not rendered here"}


def catalogue(settings: Settings) -> Iterator[Finding]:
    """Whether it can be read, and is of this Darkroom; how much is in it."""
    file = settings.data_dir / FILE
    if _closed(settings.data_dir):
        yield wrong(WHAT, f"what is in {settings.data_dir} can't be looked at by this user ({user()})", AS_ITS_OWNER)
        return
    if not _there(settings):
        yield apart(WHAT, f"{file} is not there yet: `darkroom serve` makes it")
        return
    try:
        with opened_to_look(settings.data_dir, SECONDS) as engine:
            found = inspection.revision(engine)
            if found != HEAD:
                yield _of_another(found)
                return
            known = inspection.figures(engine, settings.root_paths)
    except CatalogError as error:
        yield wrong(WHAT, str(error), AS_ITS_OWNER if error.reason in ("unopenable", "read-only") else "")
        return
    counts = ((known.photos, "photo"), (known.folders, "folder"), (known.users, "user"))
    photos, folders, users = (f"{count} {name}{'' if count == 1 else 's'}" for count, name in counts)
    count = f"{photos} in {folders}, {users}"
    if settings.roots and not known.photos:
        yield wrong(WHAT, f"{count} ({file}, {found})", "`darkroom scan` says why none is found")
    else:
        yield well(WHAT, f"{count} ({file}, {found})")


def soundness(settings: Settings) -> Iterator[Finding]:
    """Whether SQLite finds its file sound, as far as it gets in the time that there is."""
    what = "catalogue's file"
    if not _there(settings):
        return
    try:
        with opened_to_look(settings.data_dir, SECONDS) as engine:
            found = inspection.complaints(engine)
    except TooSlow:
        yield apart(what, f"no damage in {SECONDS:g} s; it is too large to be looked through in them")
        return
    except CatalogError as error:
        if error.reason != "damaged":
            return  # it is said above
        found = [str(error.__cause__ or error.reason)]
    if found:
        todo = "restore a copy (`darkroom restore FILE`), or move it away and scan anew: users are in no other place"
        yield wrong(what, f"is damaged: {'; '.join(found)[:MOST_REASON]}", todo)
    else:
        yield well(what, "is sound (PRAGMA quick_check)")


def people(settings: Settings) -> Iterator[Finding]:
    """Who may come in, and what whoever names no session has."""
    users = _asked(settings, lambda engine: Users(engine).everyone())
    if users is None:
        return
    everyone = {each.uid: each for each in users}
    uid = default_uid(settings)
    yield from _default_user(settings, everyone.get(uid or ""))
    if not everyone:
        yield wrong("users", "there is none: nobody can sign in", "`darkroom user add NAME`")
    open_admins = [each.uid for each in everyone.values() if each.open and each.admin and each.uid != uid]
    if open_admins:
        says = f"the password of the administrator {open_admins[0]} is the uid: anyone may come as that one"
        yield wrong("users", says, f"`darkroom user passwd {open_admins[0]}`")


def failed(settings: Settings) -> Iterator[Finding]:
    """Files that can't be read, and photos that can't be rendered, or only in part: alike ones in one line."""
    what = "failed photos"
    found = _asked(settings, lambda engine: inspection.failures(engine, settings.root_paths))
    damaged = _asked(settings, lambda engine: inspection.damages(engine, settings.root_paths))
    if found is None or damaged is None:
        return
    if not found:
        yield well(what, "none")
    for each in islice(found, MOST_LINES - (len(found) > MOST_LINES)):
        reason = each.reason.rstrip(".")[:MOST_REASON]
        says = f"{each.count} {KINDS.get(each.kind, each.kind)}: {reason}"
        yield wrong(what, says, "`darkroom failed` lists them, `darkroom retry` tries them again")
    if len(found) > MOST_LINES:
        more = sum(each.count for each in found[MOST_LINES - 1 :])
        yield wrong(
            what, f"{more} more, for {len(found) - MOST_LINES + 1} other reasons", "`darkroom failed` lists them"
        )
    for each in damaged:
        says = f"{each.count} {each.kind}, shown as far as they go: `darkroom failed` lists them"
        yield apart("damaged photos", says)


def lost(settings: Settings) -> Iterator[Finding]:
    """Photos that have vanished: those that wait for a word, and those that are missing."""
    what = "vanished photos"
    found = _asked(settings, lambda engine: vanished(engine, settings.root_paths))
    if found is None:
        return
    for each in found:
        if each.held:
            says = f"{each.held} of the {each.known} photos of root {each.root} vanished at once, and are still shown"
            yield wrong(what, says, "is a disk or a share missing? Else `darkroom scan` says how they are let go")
        if each.missing:
            says = f"{each.missing} of root {each.root} are missing: kept out of sight, should they come back"
            yield apart(what, says)
    if not found:
        yield well(what, "none")


def _asked(settings: Settings, ask: Callable[[Engine], T]) -> T | None:
    """What a catalogue of this Darkroom answers; None where there is none, or it can't be asked, as is said above."""
    if not _there(settings):
        return None
    try:
        with opened_to_look(settings.data_dir, SECONDS) as engine:
            return ask(engine) if inspection.revision(engine) == HEAD else None
    except CatalogError:
        return None


def _there(settings: Settings) -> bool:
    return os.path.exists(settings.data_dir / FILE)  # noqa: PTH110 - never raises


def _closed(folder: Path) -> bool:
    """Whether it is a folder that this user may not enter."""
    return os.path.isdir(folder) and not os.access(folder, os.X_OK)  # noqa: PTH112 - never raises


def _of_another(revision: str | None) -> Finding:
    if inspection.is_older(revision):
        return apart(WHAT, f"is at revision {revision}: the next command that uses it brings it to {HEAD}")
    says = f"was made by a newer Darkroom: it is at revision {revision}"
    return wrong(WHAT, says, "start that one, or restore the catalogue that you kept from before")


def _default_user(settings: Settings, found: User | None) -> Iterator[Finding]:
    what = "who names no session"
    named, everywhere = settings.webapi_default_uid, not is_loopback(settings.server_host)
    if found is None or not found.open:
        if named:
            trouble = "is not there" if found is None else "has a password of its own"
            todo = "name a user whose password is the uid, or nobody (webapi.default.uid)"
            yield wrong(what, f"webapi.default.uid is {named}, who {trouble}: without signing in nothing is seen", todo)
        else:
            yield well(what, "sees nothing, and has to sign in")
        return
    who = "whoever reaches this machine by the network" if everywhere else "whoever is on this machine"
    says = f"{who} has the rights of {found.uid} without any password"
    if found.admin:
        yield wrong(what, f"{says}, who is an administrator", f"`darkroom user set {found.uid}`")
    else:
        yield well(what, f"{says} (server.host is {settings.server_host})")
