"""A provider, and a front end that signs people in by it."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from sqlalchemy import delete

from catalog import schema
from catalog.database import writing
from catalog.people.groups import Group, Groups
from tests.api.house import House
from tests.api.oidc.provider import CLIENT, SECRET, Provider, providing
from tests.api.oidc.signing_in import SignsIn


@pytest.fixture(autouse=True)
def _no_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    """No provider here is certified by one of this machine's authorities; to read them all takes 60 ms each time."""
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)
    monkeypatch.setenv("SSL_CERT_DIR", os.devnull)


@pytest.fixture
def provider() -> Iterator[Provider]:
    """One that is right, until a test says otherwise."""
    with providing() as running:
        yield running


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house for all tests of a module: to build one takes half a second."""
    with ExitStack() as closing:
        made = House(
            tmp_path_factory.mktemp("house"),
            closing,
            auth_oidc_issuer="http://127.0.0.1:9",
            auth_oidc_client_id=CLIENT,
            auth_oidc_client_secret=SECRET,
            auth_oidc_name="the club",
            auth_oidc_groups="groups",
            webapi_disable_password_encryption="NoPwEncryptionForWebApi",
        )
        Groups(made.library.engine).add(Group("family", (), ("dirall:sea",)))
        yield made


@pytest.fixture
def house(built: House, provider: Provider) -> Iterator[House]:
    """It knows the provider, and nobody has signed in so far; there is a group family, which sees the sea."""
    built.settings = replace(built.settings, auth_oidc_issuer=provider.issuer)
    own = {user.uid for user in built.library.users.everyone()}
    yield built
    with built.library.engine.connect() as connection, writing(connection):
        for table in (schema.identities, schema.sessions, schema.spent_states):
            connection.execute(delete(table))
        connection.execute(delete(schema.users).where(schema.users.c.uid.not_in(own)))
    built.library.generations.look()


@pytest.fixture
def person(house: House, provider: Provider) -> Iterator[SignsIn]:
    """Somebody with a browser."""
    with ExitStack() as closing:
        yield SignsIn.at(house, provider, closing)
