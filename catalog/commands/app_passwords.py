"""`user app-password …`: passwords for programs, so that none of them has to know the user's own."""

import argparse
from datetime import datetime

from catalog.database import opened_catalog
from catalog.people.app_passwords import AppPasswords
from config import Settings
from config.arguments import Commands, printable


def add_to(verbs: Commands) -> None:
    """Adds these to the verbs of `user`."""
    parser = verbs.add_parser("app-password", help="passwords for programs of a user's: add, list, remove")
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="kind")
    adding = kinds.add_parser("add", help="make one; prints it, this once")
    removing = kinds.add_parser("remove", help="end one, with the sessions that were signed in to with it")
    listing = kinds.add_parser("list", help="list a user's, and when each was last used")
    for each in (adding, removing, listing):
        each.add_argument("uid")
    for each in (adding, removing):
        each.add_argument("name", help="what for, as kitchen")
    adding.add_argument("--atu", action="store_true", help="the user's access token, which returnatu tells again")
    adding.set_defaults(run=_add)
    removing.set_defaults(run=_remove)
    listing.set_defaults(run=_list)


def _add(settings: Settings, chosen: argparse.Namespace) -> int:
    with opened_catalog(settings.data_dir) as engine:
        print(AppPasswords(engine, settings.data_dir).add(chosen.uid, chosen.name, atu=chosen.atu))
    return 0


def _remove(settings: Settings, chosen: argparse.Namespace) -> int:
    with opened_catalog(settings.data_dir) as engine:
        AppPasswords(engine, settings.data_dir).remove(chosen.uid, chosen.name)
    print(f"removed the app password {chosen.name} of {chosen.uid}; its sessions have ended")
    return 0


def _list(settings: Settings, chosen: argparse.Namespace) -> int:
    with opened_catalog(settings.data_dir) as engine:
        for each in AppPasswords(engine, settings.data_dir).of_user(chosen.uid):
            used = "never used"
            if each.used is not None:
                used = f"last used {_time(each.used)} from {each.address}"
            token = "; the access token" if each.atu else ""
            print(f"{printable(each.name)}: since {_time(each.created)}, {used}{token}")
    return 0


def _time(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds):%F %T}"
