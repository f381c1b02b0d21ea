"""`/api/users`: everybody, for admins. What `darkroom user` changes is changed here, too."""

from collections.abc import Mapping

import falcon

from api.functions.people.account import password_in
from api.functions.people.doorkeeper import Doorkeeper, Person
from api.http.answers import answer
from api.http.bodies import json_object, required_text, texts
from api.http.params import required
from catalog.errors import Conflict
from catalog.generations import Generations
from catalog.people.groups import EVERYONE
from catalog.people.users import User, Users

ADDED: Mapping[str, type] = {"uid": str, "pw": str, "groups": list, "admin": bool}
CHANGED: Mapping[str, type] = {"groups": list, "admin": bool}
USERS = "Users are"


class UsersResource:
    """Lists users, adds and changes them. Who is meant says the parameter `uid`."""

    def __init__(self, doorkeeper: Doorkeeper, users: Users, generations: Generations) -> None:
        self._doorkeeper = doorkeeper
        self._users = users
        self._generations = generations

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """Everybody, by uid."""
        self._doorkeeper.admin(request, response, USERS)
        answer(response, {"users": [_shown(each) for each in self._users.everyone()]})

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        """Adds a user: 201. In the group of everyone, where no group is named, and it is no admin."""
        person = self._changing(request, response)
        body = json_object(request, ADDED)
        uid, password = required_text(body, "uid"), password_in(person.session, required_text(body, "pw"))
        admin, groups = bool(body.get("admin")), texts(body, "groups")
        if body.get("groups") is None and not admin:
            groups = [EVERYONE]
        self._users.add(uid, password, groups, admin=admin, author=person.author)
        self._generations.look()
        response.status = 201
        answer(response, {"uid": uid})

    def on_put(self, request: falcon.Request, response: falcon.Response) -> None:
        """Puts a user into these groups alone, and makes an admin of the user, or none: 204."""
        person = self._changing(request, response)
        uid, body = required(person.params, "uid"), json_object(request, CHANGED)
        admin = bool(body.get("admin"))
        if uid == person.uid and not admin:
            raise Conflict("You would be no admin any more: another admin can do that.")
        self._users.set_groups(uid, texts(body, "groups"), admin=admin, author=person.author)
        self._done(response)

    def on_delete(self, request: falcon.Request, response: falcon.Response) -> None:
        """Removes a user: 204."""
        person = self._changing(request, response)
        uid = required(person.params, "uid")
        if uid == person.uid:
            raise Conflict("You would remove yourself: another admin can do that.")
        self._users.remove(uid, person.author)
        self._done(response)

    def on_post_password(self, request: falcon.Request, response: falcon.Response) -> None:
        """Gives a user another password: 204. The user's sessions end, but the one that this is asked in."""
        person = self._changing(request, response)
        uid = required(person.params, "uid")
        password = password_in(person.session, required_text(json_object(request, {"pw": str}), "pw"))
        self._users.set_password(uid, password, keep=person.session.apisid, author=person.author)
        self._done(response)

    def on_post_name(self, request: falcon.Request, response: falcon.Response) -> None:
        """Gives a user another uid: 204."""
        person = self._changing(request, response)
        uid, new = required(person.params, "uid"), required_text(json_object(request, {"uid": str}), "uid")
        self._users.rename(uid, new, author=person.author)
        self._done(response)

    def _changing(self, request: falcon.Request, response: falcon.Response) -> Person:
        person = self._doorkeeper.admin(request, response, USERS)
        self._doorkeeper.require_confirmed(person)
        return person

    def _done(self, response: falcon.Response) -> None:
        self._generations.look()
        response.status = 204


def _shown(user: User) -> dict[str, object]:
    return {
        "uid": user.uid,
        "admin": user.admin,
        "open": user.open,
        "groups": list(user.groups),
        "created": user.created,
    }
