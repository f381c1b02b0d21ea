"""What the gallery page asks of a large library: `python -m bench.listings --photos 100000`.

Makes that many photo records (no files) in a temporary folder; then asks, within one process and without a network, for
views, their months, and photos of them at places taken by chance; as somebody who sees everything, and as somebody who
sees what a filter finds. Prints milliseconds: medians, and the slowest.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import falcon
from falcon.testing import TestClient

from api.functions.listings import MOST, SomePhotos, Timeline
from api.http.cookies import Cookies
from api.identify import Identify
from api.library import Library, open_library
from bench.data.records import ALIASES, fill, places
from catalog.database import open_catalog
from catalog.people.access import METADATA
from catalog.people.groups import Group, Groups
from catalog.search.tree import Everything
from config import Settings
from config.sources import Root

ROUNDS = 20


class Asked:
    """The two functions over a library, as somebody asks them."""

    def __init__(self, library: Library, uid: str) -> None:
        self._library = library
        app, identify = falcon.App(), Identify(library, None, Cookies(enabled=True))
        app.add_route("/timeline", Timeline(identify, library.snapshots, library.generations))
        app.add_route(
            "/photos",
            SomePhotos(identify, library.snapshots, library.render_failures, library.damages, library.photos.metadata),
        )
        self._client = TestClient(app)
        self._filters = library.access.rights(uid).filters
        self._apisid = library.sessions.create("127.0.0.1", uid, None)
        self.vid, self.count = 0, 0

    def view(self) -> None:
        """A view of all that there is to see, the newest first."""
        found = self._library.search.find(Everything(), self._filters, sort="-date")
        self.vid, self.count = self._library.views.make(self._apisid, found)

    def anew(self) -> "Asked":
        """The same, but what is remembered counts no more, as after a scan."""
        self._library.generations.photos = (object(),)
        return self

    def months(self) -> None:
        """The view's months."""
        self._ask("/timeline")

    def some(self, first: int, count: int) -> None:
        """So many photos from a place on."""
        self._ask("/photos", first=first, count=count)

    def _ask(self, path: str, **more: int) -> None:
        answer = self._client.simulate_get(path, params={"apisid": self._apisid, "vid": str(self.vid), **more})
        if answer.status_code != 200:
            raise SystemExit(f"bench: {answer.text}")


def main() -> None:
    """Makes the catalogue, asks, prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000, help="records to make (%(default)s)")
    chosen = parser.parse_args()
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as name, ExitStack() as closing:
        folder = Path(name)
        engine = open_catalog(folder)
        fill(engine, islice(places(chance), chosen.photos), chance)
        engine.dispose()
        roots = tuple(Root(alias, folder / alias) for alias in ALIASES)
        library = open_library(Settings(data_dir=folder, roots=roots), closing)
        print(f"{'ms':<40}{'everything':>20}{'a part':>20}")
        rows = [_taken(Asked(library, uid), chance) for uid in _people(library)]
        for kind in rows[0]:
            print(f"{kind:<40}{rows[0][kind]:>20}{rows[1][kind]:>20}")


def _people(library: Library) -> tuple[str, str]:
    """Somebody who sees everything, and somebody who sees what a filter finds."""
    for uid, filters in (("all", ()), ("part", ("sea or beach or rome",))):
        Groups(library.engine).add(Group(uid, (METADATA,), filters))
        library.users.add(uid, uid, [uid])
    library.generations.look()
    return "all", "part"


def _taken(asked: Asked, chance: random.Random) -> dict[str, str]:
    """Milliseconds of each kind of question: the median, and the slowest."""
    kinds: dict[str, Callable[[], object]] = {
        "a view of all there is to see": lambda: asked.anew().view(),
        "its months": lambda: asked.anew().months(),
        "the view, once more": asked.view,
        "its months, once more": asked.months,
        "100 photos": lambda: asked.some(chance.randrange(asked.count), 100),
        f"{MOST} photos": lambda: asked.some(chance.randrange(asked.count), MOST),
    }
    shown: dict[str, str] = {}
    for kind, ask in kinds.items():
        times: list[float] = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            ask()
            times.append((time.perf_counter() - began) * 1000)
        shown[kind] = f"{statistics.median(times):.0f} ({max(times):.0f})"
    return shown


if __name__ == "__main__":
    main()
