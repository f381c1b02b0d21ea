"""`user …`, `group …`: who may see and do what."""

import argparse
import getpass
import sys

from catalog.commands import app_passwords
from catalog.database import opened_catalog
from catalog.errors import MalformedName
from catalog.people.access import ASKED_FOR
from catalog.people.app_passwords import AppPasswords
from catalog.people.groups import EVERYONE, Group, Groups
from catalog.people.identities import BY_PROXY, Identities
from catalog.people.passwords import readings
from catalog.people.users import Users
from config import Settings
from config.arguments import Commands, printable


def add_to(commands: Commands) -> None:
    """Adds these commands to those there are."""
    _add_user(commands.add_parser("user", help="add, change, list and remove users"))
    _add_group(commands.add_parser("group", help="add, change, list and remove groups"))


def _add_user(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="verb")
    adding = verbs.add_parser("add", help="add a user")
    changing = verbs.add_parser("set", help="put a user into these groups alone")
    for each in (adding, changing):
        each.add_argument("uid")
        each.add_argument("--group", action="append", metavar="G", help=f"a group (default: {EVERYONE})")
        each.add_argument("--admin", action="store_true", help="may do everything and sees everything")
    password = verbs.add_parser("passwd", help="give a user another password; the user's sessions end")
    password.add_argument("uid")
    for each in (adding, password):
        each.add_argument("--password", metavar="P", help="asked for, or read from standard input, where left out")
    renaming = verbs.add_parser("rename", help="give a user another uid; what is the user's goes along")
    renaming.add_argument("uid")
    renaming.add_argument("new", help="the new uid")
    renaming.set_defaults(run=_user_rename)
    removing = verbs.add_parser("remove", help="remove a user, with sessions and shared galleries")
    removing.add_argument("uid")
    adding.set_defaults(run=_user_add)
    changing.set_defaults(run=_user_set)
    password.set_defaults(run=_user_passwd)
    removing.set_defaults(run=_user_remove)
    linking = verbs.add_parser("link", help="say as whom the provider or the proxy knows a user")
    linking.add_argument("uid")
    linking.add_argument(
        "subject", help="what that calls the user for good: the claim sub, or what the proxy's header says"
    )
    linking.add_argument("--proxy", action="store_true", help="the proxy (default: the provider of auth.oidc.issuer)")
    linking.set_defaults(run=_user_link)
    unlinking = verbs.add_parser("unlink", help="end all such links of a user, with the sessions that came of them")
    unlinking.add_argument("uid")
    unlinking.set_defaults(run=_user_unlink)
    verbs.add_parser("list", help="list the users").set_defaults(run=_user_list)
    app_passwords.add_to(verbs)


def _add_group(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="verb")
    adding = verbs.add_parser("add", help="add a group")
    changing = verbs.add_parser("set", help="give a group these permissions and filters, in the place of what it had")
    for each, run in ((adding, _group_add), (changing, _group_set)):
        each.add_argument("name")
        each.add_argument(
            "--permission", action="append", default=[], metavar="P", help=f"one of {', '.join(ASKED_FOR)}"
        )
        each.add_argument(
            "--filter", action="append", default=[], metavar="QUERY", help="members see what this finds (none: all)"
        )
        each.set_defaults(run=run)
    renaming = verbs.add_parser("rename", help="give a group another name; its members stay in it")
    renaming.add_argument("name")
    renaming.add_argument("new", help="the new name")
    renaming.set_defaults(run=_group_rename)
    removing = verbs.add_parser("remove", help="remove a group; its members stay, without it")
    removing.add_argument("name")
    removing.set_defaults(run=_group_remove)
    verbs.add_parser("list", help="list the groups").set_defaults(run=_group_list)


def _user_add(settings: Settings, chosen: argparse.Namespace) -> int:
    groups = _groups(chosen)
    with opened_catalog(settings.data_dir) as engine:
        Users(engine).add(chosen.uid, _password(chosen), groups, admin=chosen.admin)
    print(f"added the user {chosen.uid}, {_described(chosen.admin, groups)}")
    return 0


def _user_set(settings: Settings, chosen: argparse.Namespace) -> int:
    groups = _groups(chosen)
    with opened_catalog(settings.data_dir) as engine:
        Users(engine).set_groups(chosen.uid, groups, admin=chosen.admin)
    print(f"the user {chosen.uid} is now {_described(chosen.admin, groups)}")
    return 0


def _user_passwd(settings: Settings, chosen: argparse.Namespace) -> int:
    with opened_catalog(settings.data_dir) as engine:
        Users(engine).set_password(chosen.uid, _password(chosen))
        apps = len(AppPasswords(engine, settings.data_dir).of_user(chosen.uid))
    print(f"the user {chosen.uid} has another password; older sessions have ended")
    if apps:
        count = "1 app password stays" if apps == 1 else f"{apps} app passwords stay"
        print(f"{count}: `darkroom user app-password list {chosen.uid}`")
    return 0


def _user_rename(settings: Settings, chosen: argparse.Namespace) -> int:
    with opened_catalog(settings.data_dir) as engine:
        Users(engine).rename(chosen.uid, chosen.new)
    print(f"the user {chosen.uid} is now {chosen.new}")
    return 0


def _user_remove(settings: Settings, chosen: argparse.Namespace) -> int:
    with opened_catalog(settings.data_dir) as engine:
        Users(engine).remove(chosen.uid)
    print(f"removed the user {chosen.uid}")
    return 0


def _user_link(settings: Settings, chosen: argparse.Namespace) -> int:
    issuer = BY_PROXY if chosen.proxy else settings.auth_oidc_issuer
    if not issuer:
        raise MalformedName("auth.oidc.issuer is not set: which provider knows the user? (--proxy: the proxy does)")
    with opened_catalog(settings.data_dir) as engine:
        Identities(engine, make=False).link(chosen.uid, issuer, chosen.subject)
    print(f"the user {chosen.uid} is now {printable(chosen.subject)} of {'the proxy' if chosen.proxy else issuer}")
    return 0


def _user_unlink(settings: Settings, chosen: argparse.Namespace) -> int:
    with opened_catalog(settings.data_dir) as engine:
        Identities(engine, make=False).unlink(chosen.uid)
    print(f"the user {chosen.uid} is linked to nobody any more")
    return 0


def _user_list(settings: Settings, _: argparse.Namespace) -> int:
    with opened_catalog(settings.data_dir) as engine:
        for user in Users(engine).everyone():
            note = "; anyone may come as this user: the password is the uid" if user.open else ""
            print(f"{user.uid}: {_described(user.admin, user.groups)}, since {user.created}{note}")
    return 0


def _group_add(settings: Settings, chosen: argparse.Namespace) -> int:
    group = _group(chosen)
    with opened_catalog(settings.data_dir) as engine:
        Groups(engine).add(group)
    print(f"added the group {_shown(group)}")
    _say_what_nobody_asks_for(group)
    return 0


def _group_set(settings: Settings, chosen: argparse.Namespace) -> int:
    group = _group(chosen)
    with opened_catalog(settings.data_dir) as engine:
        Groups(engine).replace(group)
    print(f"the group is now {_shown(group)}")
    _say_what_nobody_asks_for(group)
    return 0


def _group_rename(settings: Settings, chosen: argparse.Namespace) -> int:
    with opened_catalog(settings.data_dir) as engine:
        Groups(engine).rename(chosen.name, chosen.new)
    print(f"the group {chosen.name} is now {chosen.new}")
    return 0


def _group_remove(settings: Settings, chosen: argparse.Namespace) -> int:
    with opened_catalog(settings.data_dir) as engine:
        Groups(engine).remove(chosen.name)
    print(f"removed the group {chosen.name}")
    return 0


def _group_list(settings: Settings, _: argparse.Namespace) -> int:
    with opened_catalog(settings.data_dir) as engine:
        for group in Groups(engine).everyone():
            print(_shown(group))
    return 0


def _group(chosen: argparse.Namespace) -> Group:
    return Group(chosen.name, tuple(chosen.permission), tuple(chosen.filter))


def _say_what_nobody_asks_for(group: Group) -> None:
    for permission in sorted(set(group.permissions) - set(ASKED_FOR)):
        print(f"darkroom: nothing here asks for {permission}; asked for are {', '.join(ASKED_FOR)}", file=sys.stderr)


def _groups(chosen: argparse.Namespace) -> tuple[str, ...]:
    """The groups that were named. An administrator needs none."""
    if chosen.group is None:
        return () if chosen.admin else (EVERYONE,)
    return tuple(chosen.group)


def _password(chosen: argparse.Namespace) -> str:
    if chosen.password is not None:
        return str(chosen.password)
    if sys.stdin.isatty():
        return getpass.getpass(f"password of {chosen.uid}: ")
    sent = sys.stdin.readline().rstrip("\n")
    return readings(sent.encode("utf-8", "surrogateescape"))[0]


def _described(admin: bool, groups: tuple[str, ...]) -> str:
    if admin:
        return "an administrator"
    return f"in {', '.join(groups)}" if groups else "in no group, so without any right"


def _shown(group: Group) -> str:
    may = ", ".join(group.permissions) or "nothing but view"
    sees = " or ".join(f"[{printable(query)}]" for query in group.filters) or "everything"
    return f"{group.name}: may {may}; sees {sees}"
