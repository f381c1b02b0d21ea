"""`share …`: galleries for whoever has the sid."""

import argparse

from sqlalchemy import Engine

from catalog.database import opened_catalog
from catalog.generations import Generations
from catalog.lists.shares import Shares, Terms, format_timestamp, parse_timestamp
from catalog.lists.snapshots import Snapshots
from catalog.people.access import Access, parsed
from catalog.people.users import default_uid
from catalog.search import query
from catalog.search.sql import Search
from config import Settings
from config.arguments import Commands, printable, whole


def add_to(commands: Commands) -> None:
    """Adds these commands to those there are."""
    parser = commands.add_parser("share", help="share photos, list and remove shared galleries")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="verb")
    adding = verbs.add_parser("add", help="share what a query finds; prints the sid")
    adding.add_argument("--query", required=True, metavar="Q")
    adding.add_argument("--name", default="", metavar="N")
    adding.add_argument("--description", default="", metavar="D")
    adding.add_argument("--public", action="store_true", help="listed by getSharedGallerys")
    adding.add_argument("--expires", metavar="T", help='"yyyy-mm-dd hh:mm:ss", this machine\'s time (default: never)')
    place = whole(0, 10**9)
    adding.add_argument("--indexmarked", type=place, default=0, metavar="I", help="the title photo's place, from 0")
    adding.add_argument("--user", metavar="UID", help="on whose behalf (default: webapi.default.uid, if there is one)")
    adding.set_defaults(run=_add)
    removing = verbs.add_parser("remove", help="end a shared gallery")
    removing.add_argument("sid")
    removing.set_defaults(run=_remove)
    verbs.add_parser("list", help="list the shared galleries").set_defaults(run=_list)


def _add(settings: Settings, chosen: argparse.Namespace) -> int:
    with opened_catalog(settings.data_dir) as engine:
        access = Access(engine, Generations(engine))
        uid = chosen.user
        if uid is None:
            uid = default_uid(settings) or ""
            uid = uid if access.is_open(uid) else ""
        found = Search(engine).find(query.parse(chosen.query), parsed(access.owner(uid).filters))
        expires = None if chosen.expires in (None, "never") else parse_timestamp(chosen.expires)
        terms = Terms(chosen.name, chosen.description, chosen.public, chosen.indexmarked, expires)
        print(_shares(engine).make(uid, found, terms).sid)
    return 0


def _remove(settings: Settings, chosen: argparse.Namespace) -> int:
    with opened_catalog(settings.data_dir) as engine:
        _shares(engine).remove(chosen.sid)
    print(f"removed the shared gallery {chosen.sid}")
    return 0


def _list(settings: Settings, _: argparse.Namespace) -> int:
    with opened_catalog(settings.data_dir) as engine:
        shares = _shares(engine)
        for share in shares.everyone():
            until = f"until {format_timestamp(share.terms.expires)}" if share.terms.expires is not None else "for ever"
            notes = [f"{share.count} photos", until, "public" if share.terms.public else "not public"]
            notes += ["expired"] * shares.expired(share)
            name = printable(share.terms.name) or "(no name)"
            print(f"{share.sid}  {name}  by {share.uid or '-'}: {', '.join(notes)}")
    return 0


def _shares(engine: Engine) -> Shares:
    generations = Generations(engine)
    return Shares(engine, generations, Snapshots(engine, generations))
