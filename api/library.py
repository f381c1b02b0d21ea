"""What the front door knows of photos and people: the catalogue, opened, and kept in memory until it changes."""

import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine

from catalog.damages import FLUSH_EVERY as FLUSH_DAMAGES_EVERY
from catalog.damages import Damages
from catalog.database import opened_catalog
from catalog.generations import LOOK_EVERY, Generations, Memo, PeriodicThread
from catalog.lists.cached_search import CachedSearch
from catalog.lists.shares import Shares
from catalog.lists.snapshots import Snapshots
from catalog.lists.views import Views
from catalog.people.access import Access
from catalog.people.app_passwords import AppPasswords
from catalog.people.audit import AuditLog
from catalog.people.groups import Groups
from catalog.people.open_sessions import OpenSessions
from catalog.people.passwords import LoginThrottle
from catalog.people.sessions import FLUSH_EVERY, SWEEP_EVERY, Sessions
from catalog.people.users import Users
from catalog.photos import Photo, Photos
from catalog.render_failures import RenderFailures
from catalog.scan.scan import sync_roots
from catalog.search.sql import Search
from catalog.vanished import Vanished, vanished
from config import Settings
from workers.versions import rendering_revision, rendering_setup

SHARE = 8  # of a front end's threads, the part that may wait for searches of either sort


@dataclass(frozen=True, slots=True)
class Library:
    """The catalogue's parts, as one front end uses them."""

    engine: Engine
    generations: Generations
    photos: Photos
    photo_by_id: Callable[[str], Photo]
    search: CachedSearch
    users: Users
    groups: Groups
    app_passwords: AppPasswords
    open_sessions: OpenSessions
    audit: AuditLog
    access: Access
    render_failures: RenderFailures
    damages: Damages
    throttle: LoginThrottle
    sessions: Sessions
    snapshots: Snapshots
    views: Views
    shares: Shares
    vanished: Callable[[], Sequence[Vanished]]


def open_library(settings: Settings, closing: ExitStack) -> Library:
    """Opens the catalogue and begins to watch it. What has to be ended goes on `closing`.

    Raises:
        CatalogError: the catalogue can't be used.
    """
    engine = closing.enter_context(opened_catalog(settings.data_dir))
    sync_roots(engine, settings)
    generations, photos = Generations(engine), Photos(engine)
    snapshots = Snapshots(engine, generations)
    sessions = Sessions(
        engine,
        generations,
        lifetime=settings.webapi_session_minutes * 60,
        per_address=settings.webapi_max_sessions_per_ip,
    )
    audit = AuditLog(engine, days=settings.audit_days, most=settings.audit_entries)
    audit.note_settings(settings)
    closing.callback(sessions.flush)
    for name, seconds, action in (
        ("generations", LOOK_EVERY, generations.look),
        ("sessions", FLUSH_EVERY, sessions.flush),
        ("ended sessions", SWEEP_EVERY, sessions.sweep),
        ("audit log", SWEEP_EVERY, audit.trim),
    ):
        thread = PeriodicThread(name, seconds, action)
        thread.start()
        closing.callback(thread.close)
    render_failures = RenderFailures(engine, lambda: generations.render_failures, setup=rendering_setup(settings))
    render_failures.forget_other_setups()
    damages = _open_damages(engine, generations, closing)
    return _library(settings, engine, generations, photos, render_failures, damages, snapshots, sessions, audit)


def _open_damages(engine: Engine, generations: Generations, closing: ExitStack) -> Damages:
    damages = Damages(engine, lambda: generations.render_failures, revision=rendering_revision())
    damages.forget_other_revisions()
    closing.callback(damages.flush)
    thread = PeriodicThread("damages", FLUSH_DAMAGES_EVERY, damages.flush)
    thread.start()
    closing.callback(thread.close)
    return damages


def _library(
    settings: Settings,
    engine: Engine,
    generations: Generations,
    photos: Photos,
    render_failures: RenderFailures,
    damages: Damages,
    snapshots: Snapshots,
    sessions: Sessions,
    audit: AuditLog,
) -> Library:
    """The rest of it, which needs no end."""
    return Library(
        engine=engine,
        generations=generations,
        photos=photos,
        photo_by_id=Memo(lambda: generations.photos, photos.by_id),
        search=CachedSearch(Search(engine), generations, max(1, settings.server_threads // SHARE)),
        users=Users(engine),
        groups=Groups(engine),
        app_passwords=AppPasswords(engine, settings.data_dir),
        open_sessions=OpenSessions(engine, sessions),
        audit=audit,
        access=Access(engine, generations),
        render_failures=render_failures,
        damages=damages,
        throttle=LoginThrottle(engine),
        sessions=sessions,
        snapshots=snapshots,
        views=Views(engine, generations, snapshots, partial(_is_short, settings)),
        shares=Shares(engine, generations, snapshots),
        vanished=partial(vanished, engine, settings.root_paths),
    )


def _is_short(settings: Settings) -> bool:
    """Whether there is so little room beside the catalogue that not even the cache has left what it leaves free."""
    try:
        free = shutil.disk_usage(settings.data_dir).free
    except OSError:  # whatever it is, the catalogue meets it too, and says so
        return False
    return free < settings.cache_disk_free // 2
