"""`/api/groups`: what members of each may do and see, for admins. What `darkroom group` changes is changed here too."""

from collections.abc import Mapping

import falcon

from api.functions.people.doorkeeper import Doorkeeper, Person
from api.http.answers import answer
from api.http.bodies import json_object, required_text, texts
from api.http.params import required
from catalog.generations import Generations
from catalog.people.access import ASKED_FOR
from catalog.people.groups import Group, Groups

ADDED: Mapping[str, type] = {"name": str, "permissions": list, "filters": list}
CHANGED: Mapping[str, type] = {"permissions": list, "filters": list}
GROUPS = "Groups are"


class GroupsResource:
    """Lists groups, adds and changes them. Which is meant says the parameter `name`."""

    def __init__(self, doorkeeper: Doorkeeper, groups: Groups, generations: Generations) -> None:
        self._doorkeeper = doorkeeper
        self._groups = groups
        self._generations = generations

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        """Every group, by name; and the permissions that something here asks for."""
        self._doorkeeper.admin(request, response, GROUPS)
        listed = [
            {"name": each.name, "permissions": sorted(each.permissions), "filters": list(each.filters)}
            for each in self._groups.everyone()
        ]
        answer(response, {"groups": listed, "askedFor": list(ASKED_FOR)})

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        """Adds a group: 201."""
        person = self._changing(request, response)
        body = json_object(request, ADDED)
        name = required_text(body, "name")
        self._groups.add(_group(name, body), person.author)
        self._generations.look()
        response.status = 201
        answer(response, {"name": name})

    def on_put(self, request: falcon.Request, response: falcon.Response) -> None:
        """Gives it these permissions and filters in the place of those it had: 204."""
        person = self._changing(request, response)
        body = json_object(request, CHANGED)
        self._groups.replace(_group(required(person.params, "name"), body), person.author)
        self._done(response)

    def on_delete(self, request: falcon.Request, response: falcon.Response) -> None:
        """Removes it; its members stay, without it: 204."""
        person = self._changing(request, response)
        self._groups.remove(required(person.params, "name"), person.author)
        self._done(response)

    def on_post_name(self, request: falcon.Request, response: falcon.Response) -> None:
        """Gives it another name: 204."""
        person = self._changing(request, response)
        new = required_text(json_object(request, {"name": str}), "name")
        self._groups.rename(required(person.params, "name"), new, person.author)
        self._done(response)

    def _changing(self, request: falcon.Request, response: falcon.Response) -> Person:
        person = self._doorkeeper.admin(request, response, GROUPS)
        self._doorkeeper.require_confirmed(person)
        return person

    def _done(self, response: falcon.Response) -> None:
        self._generations.look()
        response.status = 204


def _group(name: str, body: Mapping[str, object]) -> Group:
    return Group(name, tuple(texts(body, "permissions")), tuple(texts(body, "filters")))
