"""`/api/app-passwords`: passwords for programs. One's own; for admins everybody's, with `uid`."""

import re

import falcon

from api.functions.people.doorkeeper import Doorkeeper
from api.http.answers import answer
from api.http.bodies import json_object, required_text
from catalog.errors import Missing
from catalog.generations import Generations
from catalog.lists.shares import format_timestamp
from catalog.people.app_passwords import AppPassword, AppPasswords

NUMBER = re.compile(r"[0-9]{1,18}")


class AppPasswordsResource:
    """Lists them, makes one, ends one."""

    def __init__(self, doorkeeper: Doorkeeper, app_passwords: AppPasswords, generations: Generations) -> None:
        self._doorkeeper = doorkeeper
        self._app_passwords = app_passwords
        self._generations = generations

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """What is known of each; none of the passwords."""
        person = self._doorkeeper.person(request, response)
        listed = self._app_passwords.of_user(self._doorkeeper.whose(person))
        answer(response, {"appPasswords": [_shown(each) for each in listed]})

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        """Makes one: 201 and the password, this once. An access token is made by an admin."""
        person = self._doorkeeper.person(request, response)
        uid = self._doorkeeper.whose(person)
        self._doorkeeper.require_confirmed(person)
        body = json_object(request, {"name": str, "atu": bool})
        name, atu = required_text(body, "name"), bool(body.get("atu"))
        if atu:
            person.rights.require_admin("Access tokens are")
        password = self._app_passwords.add(uid, name, atu=atu, author=person.author)
        response.status = 201
        answer(response, {"name": name, "password": password})

    def on_delete_one(self, request: falcon.Request, response: falcon.Response, number: str) -> None:
        """Ends one, with the sessions that were signed in to with it: 204. Needs no password: it takes away, only."""
        person = self._doorkeeper.person(request, response)
        uid = self._doorkeeper.whose(person)
        named = int(number) if NUMBER.fullmatch(number) else -1
        name = next((each.name for each in self._app_passwords.of_user(uid) if each.number == named), None)
        if name is None:
            raise Missing(f"There is no app password {number[:40]!r}.")
        self._app_passwords.remove(uid, name, person.author)
        self._generations.look()
        response.status = 204


def _shown(known: AppPassword) -> dict[str, object]:
    return {
        "id": known.number,
        "name": known.name,
        "created": format_timestamp(known.created),
        "lastUsed": None if known.used is None else format_timestamp(known.used),
        "address": known.address,
        "atu": known.atu,
    }
