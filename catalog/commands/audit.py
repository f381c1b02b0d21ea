"""`audit`: who changed what of who may see and do what."""

import argparse
import json
from dataclasses import asdict
from datetime import datetime

from catalog.database import opened_catalog
from catalog.people.audit import MOST_AT_ONCE, AuditLog, Entry
from config import Settings
from config.arguments import Commands, printable, whole


def add_to(commands: Commands) -> None:
    """Adds this command to those there are."""
    parser = commands.add_parser("audit", help="who changed what of users, groups, passwords and shares, and when")
    count = whole(1, MOST_AT_ONCE)
    parser.add_argument("--count", type=count, default=100, metavar="N", help="how many, the newest (%(default)s)")
    parser.add_argument("--about", metavar="NAME", help="only what this user did, or was done to this user or group")
    parser.add_argument("--json", action="store_true", help="an object a line, in the place of text")
    parser.set_defaults(run=_audit)


def _audit(settings: Settings, chosen: argparse.Namespace) -> int:
    with opened_catalog(settings.data_dir) as engine:
        log = AuditLog(engine, days=settings.audit_days, most=settings.audit_entries)
        for entry in reversed(log.entries(chosen.count, about=chosen.about)):
            print(json.dumps(asdict(entry)) if chosen.json else _line(entry))
    return 0


def _line(entry: Entry) -> str:
    where = f" from {entry.address}" if entry.address else " on this machine"
    about = " ".join(filter(None, (entry.what, entry.whom)))
    details = f": {entry.details}" if entry.details else ""
    return printable(f"{datetime.fromtimestamp(entry.at):%F %T}  {entry.who or 'somebody'}{where}  {about}{details}")
