"""What each kind of caller may have of each function within a time: through the whole front end, its clock held."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from falcon.testing import Result, TestClient

from api.http.params import Wanted
from api.limits.allowances import Payer
from catalog.lists.shares import Terms
from catalog.photoid import decode
from tests.api.front import BASE, front_end
from tests.api.house import House

PLAIN = "NoPwEncryptionForWebApi"
HERE, THERE = "192.0.2.1", "192.0.2.2"
BURST = 10  # of a limit of one in a minute


@dataclass
class Street:
    """A house, and who comes to its door."""

    house: House
    client: TestClient

    def ask(
        self, path: str, address: str = HERE, apisid: str = "", method: str = "GET", headers: Mapping[str, str] = {}
    ) -> Result:
        """The answer to a caller from there, in that session."""
        path = path if path.startswith("/") else BASE + path
        if apisid:
            path += ("&" if "?" in path else "?") + f"apisid={apisid}"
        path, _, query = path.partition("?")
        return self.client.simulate_request(
            method, path, query_string=query, remote_addr=address, headers=dict(headers)
        )

    def post(self, path: str, body: object, address: str = HERE) -> Result:
        """As `ask`, with a body."""
        return self.client.simulate_post(path, json=body, remote_addr=address)

    def session(self, uid: str | None) -> str:
        """A new session, to which that user has signed in."""
        return self.house.library.sessions.create("198.51.100.1", uid, None)

    @property
    def photo(self) -> str:
        """Which photo."""
        return f"photoid={quote(self.house.sea, safe='')}"


@contextmanager
def street(folder: Path, **settings: object) -> Iterator[Street]:
    """One of which all limits are off but those that are given."""
    off = dict.fromkeys((f"limits_{name}" for name in ("misses", "new_sizes", "queries", "sessions", "originals")), 0)
    folder.mkdir(exist_ok=True)
    with ExitStack() as closing:
        house = House(folder, closing, **{**off, "webapi_disable_password_encryption": PLAIN, **settings})
        yield Street(house, front_end(house, closing))


def width(number: int) -> str:
    """A request for a size of its own."""
    return f"&width={number + 1}"


# What a limit is on, the setting, and the requests, each of which takes one of it.
COSTS: list[tuple[str, str, Callable[[Street, int], str]]] = [
    ("getPhoto", "limits_misses", lambda street, n: f"getPhoto?{street.photo}{width(n)}"),
    ("getPhoto in advance", "limits_misses", lambda street, n: f"getPhoto?{street.photo}{width(n)}"),
    ("getPhoto, new sizes", "limits_new_sizes", lambda street, n: f"getPhoto?{street.photo}{width(n)}"),
    (
        "getPhoto, qualities",
        "limits_new_sizes",
        lambda street, n: f"getPhoto?{street.photo}&width=9&quality=0.{n:02}",
    ),
    ("runQuery", "limits_queries", lambda _, n: f"runQuery?query=a{n}"),
    ("createWebApiSession", "limits_sessions", lambda _, __: "createWebApiSession"),
    ("getOriginalFile", "limits_originals", lambda street, _: f"getOriginalFile?{street.photo}"),
    ("getPhoto, whole", "limits_originals", lambda street, _: f"getPhoto?{street.photo}"),
]
HEADERS = {"getPhoto in advance": {"Sec-Purpose": "prefetch"}}


@pytest.mark.parametrize(("name", "setting", "request_of"), COSTS, ids=[each[0] for each in COSTS])
def test_a_caller_has_so_much_and_others_have_theirs(
    tmp_path: Path, name: str, setting: str, request_of: Callable[[Street, int], str]
) -> None:
    size = 1
    if setting == "limits_originals":
        with street(tmp_path / "first") as found:
            size = int(found.ask(request_of(found, 0)).headers["Content-Length"])
    with street(tmp_path / "street", **{setting: size}) as found:
        signed_in, again, open_user = (found.session(uid) for uid in ("ann", "ann", "guest"))
        numbers = iter(range(1000))

        def ask(address: str, apisid: str = "") -> Result:
            return found.ask(request_of(found, next(numbers)), address, apisid, headers=HEADERS.get(name, {}))

        assert [ask(HERE).status_code for _ in range(BURST)] == [200] * BURST
        refused = ask(HERE)
        assert refused.status_code == 429
        assert refused.json["title"] == "Too Many Requests"
        assert refused.json["detail"].startswith("Too many ")
        assert refused.headers["Retry-After"] == "60"
        assert refused.headers["Cache-Control"] == "no-store"
        assert "Content-Range" not in refused.headers
        assert ask("::ffff:" + HERE).status_code == 429
        assert ask(THERE).status_code == 200
        assert ask("2001:db8::1").status_code == 200
        if name != "createWebApiSession":  # which is asked of no session
            assert ask(HERE, open_user).status_code == 429  # whom anybody can be
            assert ask(HERE, "guest").status_code == 429
            assert ask(HERE, signed_in).status_code == 200
            assert [ask(THERE, signed_in).status_code for _ in range(BURST)] == [200] * (BURST - 1) + [429]
            assert ask(HERE, again).status_code == 200
        found.house.clock.now += 59
        assert ask(HERE).headers["Retry-After"] == "1"
        found.house.clock.now += 1
        assert [ask(HERE).status_code, ask(HERE).status_code] == [200, 429]


def test_addresses_of_one_network_are_one_caller(tmp_path: Path) -> None:
    with street(tmp_path, limits_queries=1) as found:
        asked = [found.ask("runQuery?query=*", f"2001:db8:1:2::{number}").status_code for number in range(BURST + 1)]
        assert asked == [200] * BURST + [429]
        assert found.ask("runQuery?query=*", "2001:db8:1:3::1").status_code == 200


def test_hits_and_what_is_current_cost_nothing_and_are_never_refused(tmp_path: Path) -> None:
    with street(tmp_path, limits_misses=1, limits_new_sizes=1, limits_originals=1) as found:
        first = found.ask(f"getPhoto?{found.photo}{width(0)}")
        for number in range(1, BURST):
            assert found.ask(f"getPhoto?{found.photo}{width(number)}").status_code == 200
        assert found.ask(f"getPhoto?{found.photo}{width(BURST)}").status_code == 429
        for _ in range(2 * BURST):
            assert found.ask(f"getPhoto?{found.photo}{width(0)}").status_code == 200
            assert found.ask(f"getPhoto?{found.photo}{width(0)}", method="HEAD").status_code == 200
            current = {"If-None-Match": first.headers["ETag"]}
            assert found.ask(f"getPhoto?{found.photo}{width(0)}", headers=current).status_code == 304
        original = found.ask(f"getOriginalFile?{found.photo}")  # larger than the bucket, which it empties
        assert original.status_code == 200
        assert found.ask(f"getOriginalFile?{found.photo}").status_code == 429
        assert found.ask(f"getOriginalFile?{found.photo}", headers={"Range": "bytes=0-0"}).status_code == 429
        assert found.ask(f"getOriginalFile?{found.photo}", method="HEAD").status_code == 200
        current = {"If-None-Match": original.headers["ETag"]}
        assert found.ask(f"getOriginalFile?{found.photo}", headers=current).status_code == 304


def test_a_size_is_new_once_for_all_photos_and_callers(tmp_path: Path) -> None:
    with street(tmp_path, limits_new_sizes=1) as found:
        for number in range(BURST):
            assert found.ask(f"getPhoto?{found.photo}{width(number)}").status_code == 200
        town = f"photoid={quote(found.house.town, safe='')}"
        for number in range(BURST):
            assert found.ask(f"getPhoto?{town}{width(number)}").status_code == 200
        assert found.ask(f"getPhoto?{town}&width=256&height=256").status_code == 200  # common
        assert found.ask(f"getThumbnail?{town}").status_code == 200
        assert found.ask(f"getPhoto?{town}{width(50)}").status_code == 429
        assert found.ask(f"getPhoto?{town}{width(50)}", THERE).status_code == 200
        assert found.ask(f"getPhoto?{found.photo}{width(50)}").status_code == 200


def test_who_has_only_the_address_of_a_gallery_pays_as_an_address(tmp_path: Path) -> None:
    with street(tmp_path, limits_misses=1) as found:
        photos = decode(found.house.sea) + decode(found.house.town)
        sid = found.house.library.shares.make("ann", photos, Terms()).sid
        shown = [found.ask(f"getPhoto?sid={sid}&index={n % 2}{width(n)}").status_code for n in range(BURST + 1)]
        assert shown == [200] * BURST + [429]
        assert found.ask(f"getPhoto?{found.photo}&width=99").status_code == 429


def test_work_in_advance_that_a_client_asks_for_is_refused_beyond_it(tmp_path: Path) -> None:
    sizes = [{"width": 20 + number} for number in range(BURST + 5)]
    with street(tmp_path, limits_new_sizes=1) as found:
        wanted = {"photoids": [found.house.sea], "sizes": sizes}
        assert found.post("/api/prefetch", wanted).json == {"cached": 0, "queued": BURST, "refused": 5}
        common = {"photoids": [found.house.sea], "sizes": [{"width": 256, "height": 256}]}
        assert found.post("/api/prefetch", common).json == {"cached": 0, "queued": 1, "refused": 0}
        assert found.post("/api/prefetch", wanted, THERE).json == {"cached": 0, "queued": BURST + 5, "refused": 0}


def test_nobody_pays_for_what_is_made_ahead_of_who_goes_through_a_view(tmp_path: Path) -> None:
    with street(tmp_path, limits_misses=1) as found:
        vid = found.ask("runQuery?query=*").json["vid"]
        for number in range(BURST):
            assert found.ask(f"getPhoto?vid={vid}&index=0{width(number)}").status_code == 200
        assert found.ask(f"getPhoto?vid={vid}&index=0&width=99").status_code == 429


def test_without_limits_there_are_none(tmp_path: Path) -> None:
    with street(tmp_path) as found:
        for number in range(100):
            assert found.ask(f"getPhoto?{found.photo}{width(number)}").status_code == 200
            assert found.ask(f"runQuery?query=a{number}").status_code == 200


def test_a_family_that_scrolls_through_a_hundred_thousand_thumbnails_meets_none(tmp_path: Path) -> None:
    """By the defaults; of the front end what counts is that a thumbnail is a miss in a common size."""
    with ExitStack() as closing:
        house = House(tmp_path, closing)
        for _ in range(100_000):
            house.clock.now += 1 / 400  # seconds: four hundred misses in each
            house.allowances.miss(Payer(HERE), Wanted(256, 256, 70))


ALLOWED = [("width=256&height=256", 200), ("width=1080&height=1920", 200), ("", 200), ("height=160", 200)]
OTHERS = [("width=255&height=256", 403), ("width=256&height=256&quality=0.8", 403), ("width=400", 403)]


@pytest.mark.parametrize(("size", "status"), ALLOWED + OTHERS)
def test_where_only_common_sizes_are_for_who_is_not_signed_in(tmp_path: Path, size: str, status: int) -> None:
    with street(tmp_path, render_sizes="common") as found:
        asked = f"getPhoto?{found.photo}&{size}"
        assert found.ask(asked, apisid=found.session("ann")).status_code == 200
        answer = found.ask(asked)  # also where it is cached by now
        assert answer.status_code == status
        assert status == 200 or "render.sizes" in answer.json["detail"]
        assert found.ask(asked, apisid=found.session("guest")).status_code == status
        assert found.ask(f"getThumbnail?{found.photo}").status_code == 200


def test_where_only_common_sizes_are_for_all_none_is_made_in_advance_either(tmp_path: Path) -> None:
    with street(tmp_path, render_sizes="common") as found:
        wanted = {"photoids": [found.house.sea], "sizes": [{"width": 255}]}
        assert found.post("/api/prefetch", wanted).status_code == 403
        wanted["sizes"] = [{"width": 256, "height": 256}]
        assert found.post("/api/prefetch", wanted).status_code == 202
