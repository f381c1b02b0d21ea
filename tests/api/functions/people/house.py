"""Who calls in tests of accounts: people who have signed in to the page of a house, and programs."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from falcon.testing import TestClient

from tests.api.front import Visitor, front_end
from tests.api.house import House

PLAIN = "NoPwEncryptionForWebApi"
BOSS_PASSWORD = "all of it"


@contextmanager
def accounts(folder: Path, **settings: object) -> Iterator[tuple[House, TestClient]]:
    """A house where passwords go as they are, with `boss`, an admin, beside its people; and its front end."""
    with ExitStack() as closing:
        house = House(folder, closing, **{"webapi_disable_password_encryption": PLAIN} | settings)
        house.library.users.add("boss", BOSS_PASSWORD, [], admin=True)
        house.library.generations.look()
        yield house, front_end(house, closing)


def page_of(client: TestClient, uid: str, password: str) -> Visitor:
    """Somebody who has signed in to the page."""
    visitor = Visitor(client)
    assert visitor.sign_in(uid, password).status_code == 200
    return visitor


def program_of(client: TestClient, uid: str, password: str) -> tuple[Visitor, str]:
    """A program that has signed in, and its apisid."""
    visitor = Visitor(client, page=False)
    made = visitor.ask("authorizeWebApiSession", uid=uid, pw=password)
    assert made.status_code == 200
    return visitor, made.json["apisid"]
