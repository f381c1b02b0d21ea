"""`stats`: the catalogue in figures."""

import argparse
import json
from collections.abc import Collection

from sqlalchemy import Connection, func, select

from catalog import schema
from catalog.database import FILE, opened_catalog
from config import Settings
from config.arguments import Commands, printable

COUNTED = {
    "failed files": schema.read_failures,
    "missing photos": schema.missing,
    "users": schema.users,
    "groups": schema.groups,
    "sessions": schema.sessions,
    "views": schema.views,
    "shared galleries": schema.shares,
}


def add_to(commands: Commands) -> None:
    """Adds this command to those there are."""
    parser = commands.add_parser("stats", help="the catalogue in figures")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(run=_stats)


def _stats(settings: Settings, chosen: argparse.Namespace) -> int:
    with opened_catalog(settings.data_dir) as engine, engine.connect() as connection, connection.begin():
        roots, formats = _roots(connection, settings.root_paths), _formats(connection)
        counts = {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in COUNTED.items()
        }
    size = sum(file.stat().st_size for file in settings.data_dir.glob(f"{FILE}*"))
    if chosen.json:
        print(json.dumps({"roots": roots, "formats": formats, **counts, "bytes of the catalogue": size}))
        return 0
    for alias, root in roots.items():
        note = "" if root["active"] else " (not in the settings: its photos are kept, but not shown)"
        print(f"root {printable(alias)}: {root['photos']} photos, {root['bytes'] / 1e6:.1f} MB{note}")
    print("formats: " + (", ".join(f"{name} {count}" for name, count in formats.items()) or "none"))
    for name, count in counts.items():
        print(f"{name}: {count}")
    print(f"the catalogue takes {size / 1e6:.1f} MB")
    return 0


def _roots(connection: Connection, aliases: Collection[str]) -> dict[str, dict[str, int]]:
    """Each root of the settings or the catalogue; active are those of the settings."""
    photos, roots = schema.photos.c, schema.roots.c
    query = (
        select(roots.alias, func.count(photos.photoid), func.coalesce(func.sum(photos.bytes), 0))
        .select_from(schema.roots.outerjoin(schema.photos))
        .group_by(roots.id)
        .order_by(roots.alias)
    )
    known = {alias: (count, size) for alias, count, size in connection.execute(query)}
    known = dict.fromkeys(aliases, (0, 0)) | known
    return {
        alias: {"active": alias in aliases, "photos": count, "bytes": size}
        for alias, (count, size) in sorted(known.items())
    }


def _formats(connection: Connection) -> dict[str, int]:
    count = func.count()
    query = select(schema.photos.c.format, count).group_by(schema.photos.c.format).order_by(count.desc())
    return dict(tuple(row) for row in connection.execute(query))
