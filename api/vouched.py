"""Which user stands for whom the proxy in front vouches for."""

from api.proxied import Said
from catalog.errors import MalformedName
from catalog.generations import Generations, Memo
from catalog.people.groups import LONGEST_NAME
from catalog.people.identities import BY_PROXY, Identities, Identity, Standing
from config.sign_in import GroupMap

LONGEST_GROUPS = 8000  # characters of all groups


class Vouched:
    """Finds the user, from memory until something changes. `header` is what the proxy says it by."""

    def __init__(self, identities: Identities, groups: GroupMap, generations: Generations, header: str) -> None:
        self._identities = identities
        self._groups = groups
        self._generations = generations
        self._header = header
        self._uids = Memo(lambda: generations.access, self._admitted)

    def uid(self, said: Said) -> str:
        """The uid of whom the proxy vouches for, who is in the groups that it says.

        Raises:
            MalformedName: it names nobody that can be a user, or more than one.
            Forbidden: there is no user for them here, or one of that name who may be somebody else.
        """
        if len(said.user) > 4 * LONGEST_NAME or len(said.groups or "") > LONGEST_GROUPS:  # up to four bytes a character
            raise MalformedName(f"What the proxy says in {self._header} is longer than a user's name can be.")
        return self._uids(said)

    def _admitted(self, said: Said) -> str:
        name = self._text(said.user)
        if "," in name:
            raise MalformedName(f"The proxy names more than one user in {self._header}: one is wanted.")
        groups = None if said.groups is None else split(self._text(said.groups))
        standing = Standing()
        if groups is not None:
            standing = Standing(self._groups.groups(groups), self._groups.admin(groups))
        uid = self._identities.admit(Identity(BY_PROXY, name, name), standing)
        self._generations.look()
        return uid

    def _text(self, header: str) -> str:
        """A header as text: WSGI has its bytes as characters of Latin-1."""
        try:
            return header.encode("latin-1").decode()
        except UnicodeError:
            raise MalformedName(f"What the proxy says in {self._header} is no UTF-8.") from None


def split(groups: str) -> list[str]:
    """The groups of a header: with commas between (Authelia, oauth2-proxy), or bars (Authentik). Pure."""
    return [each.strip() for each in groups.replace("|", ",").split(",") if each.strip()]
