"""How long the caller of a function waits for what the catalogue has to look for."""

from collections.abc import Iterator
from contextlib import contextmanager

import falcon

from api.http.server import CLIENT
from catalog.search.patience import Patience
from workers.flights.waits import UNKNOWN_CLIENT, Client

SECONDS = 5.0  # where no setting says otherwise


def client_of(request: falcon.Request) -> Client:
    """Who has sent it, as far as can be told."""
    client: Client = request.env.get(CLIENT, UNKNOWN_CLIENT)
    return client


@contextmanager
def patience_of(request: falcon.Request, seconds: float = SECONDS) -> Iterator[Patience]:
    """So many seconds (`search.timeout`), and until the client hangs up."""
    patience = Patience(seconds)
    with client_of(request).watched(patience.give_up):
        yield patience
