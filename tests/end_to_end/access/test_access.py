"""Who may see what: every function, by every way to name a photo, for every kind of caller, as one table."""

from pathlib import Path

import httpx
import pytest

from tests.end_to_end.people import World
from tests.end_to_end.photos.test_get_photo import assert_problem
from tests.end_to_end.servers import eventually, start_front
from tests.end_to_end.thrice import remembered
from tests.photos import save_jpeg, solid

# caller: statuses by photoid of the sea, of the town, by the caller's own view, by ann's view, …
PHOTO = {
    "nobody": (403, 403, 403, 403),
    "stranger": (403, 403, 403, 403),
    "unsigned": (403, 403, 403, 403),
    "viewer": (200, 200, 404, 404),
    "sailor": (200, 404, 200, 404),
    "ann": (200, 200, 200, 200),
    "root": (200, 200, 200, 404),
}
NEEDS_A_PERMISSION = PHOTO | {"viewer": (403, 403, 403, 403)}
# … and by a gallery of somebody with every permission, and of somebody with none: the same for every caller.
TABLE = {
    "getPhoto": (PHOTO, (200, 200)),
    "getThumbnail": (PHOTO, (200, 200)),
    "getPhotoMetadata": (NEEDS_A_PERMISSION, (200, 403)),
    "getOriginalFile": (NEEDS_A_PERMISSION, (200, 403)),
}


@pytest.mark.parametrize("caller", PHOTO)
@pytest.mark.parametrize("function", TABLE)
def test_the_whole_table(world: World, function: str, caller: str) -> None:
    by_caller, by_gallery = TABLE[function]
    apisid, vid = world.apisids[caller], world.vids.get(caller, world.vids["root"])
    asked: list[dict[str, object]] = [
        {"apisid": apisid, "photoid": world.sea},
        {"apisid": apisid, "photoid": world.town, "vid": "rubbish", "index": -7},
        {"apisid": apisid, "vid": vid, "index": 0},
        {"apisid": apisid, "vid": world.vids["ann"], "index": 0},
        {"apisid": apisid, "sid": world.sids["sailor"], "index": 0},
        {"apisid": apisid, "sid": world.sids["viewer"], "index": 0},
    ]
    if function == "getThumbnail" and caller != "stranger":  # who names a session that there is not
        assert remembered(world.server, lambda: [world.server.api(function, **params) for params in asked])
    answers = [world.server.api(function, **params) for params in asked]
    assert tuple(answer.status_code for answer in answers) == by_caller[caller] + by_gallery
    for answer in answers:
        if answer.status_code != 200:
            assert_problem(answer)


@pytest.mark.parametrize(
    ("caller", "search", "status", "share"),
    [
        ("nobody", 403, 403, 403),
        ("stranger", 403, 200, 403),
        ("unsigned", 403, 200, 403),
        ("viewer", 403, 200, 403),
        ("sailor", 200, 200, 201),
        ("ann", 200, 200, 403),
        ("root", 200, 200, 201),
    ],
)
def test_functions_without_a_photo(world: World, caller: str, search: int, status: int, share: int) -> None:
    server, apisid = world.server, world.apisids[caller]
    assert server.api("runQuery", apisid=apisid, query="beach").status_code == search
    answer = server.api("getServerStatus", apisid=apisid)
    assert answer.status_code == status
    if status == 200:
        uid = "" if caller in ("unsigned", "stranger") else caller
        assert answer.json() | {"isValid": bool(uid), "uid": uid, "name": uid, "canUpload": False} == answer.json()
        assert (answer.json()["uploadMaxFilesizeMB"], answer.json()["supportedVideoTypes"]) == ("0", [])
    url = f"{server.url}/api/shares" + (f"?apisid={apisid}" if apisid else "")
    assert httpx.post(url, json={"photoids": [world.sea]}).status_code == share
    assert server.api("getSharedGallerys", apisid=apisid).status_code == 200
    assert server.api("getGallery", sid=world.sids["sailor"], apisid=apisid).status_code == 200


def test_nobody_shares_or_removes_what_is_not_theirs(world: World) -> None:
    url = f"{world.server.url}/api/shares"
    assert httpx.post(f"{url}?apisid=sailor", json={"photoids": [world.sea, world.town]}).status_code == 404
    assert httpx.post(f"{url}?apisid=sailor", json={"vid": world.vids["ann"]}).status_code == 404
    of_root = httpx.post(f"{url}?apisid=root", json={"photoids": [world.town]}).json()["sid"]
    assert httpx.delete(f"{url}/{of_root}?apisid=sailor").status_code == 404
    assert httpx.delete(f"{url}/{of_root}?apisid=viewer").status_code == 403
    assert httpx.delete(f"{url}/{of_root}").status_code == 403
    assert world.server.api("getPhoto", sid=of_root, index=0, width=9).status_code == 200
    assert httpx.delete(f"{url}/{of_root}?apisid=root").status_code == 204
    assert world.server.api("getPhoto", sid=of_root, index=0, width=9).status_code == 404
    assert httpx.delete(f"{url}/{of_root}?apisid=root").status_code == 404


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({}, 400),
        ({"apisid": "root"}, 400),
        ({"apisid": "", "photoid": "SEA"}, 400),
        ({"apisid": "ann", "photoid": "SEA"}, 403),  # ann's password is not her uid
        ({"apisid": "ROOT", "photoid": "SEA"}, 403),
        ({"apisid": "x" * 5000, "photoid": "SEA"}, 403),
        ({"apisid": "root", "photoid": ""}, 400),
        ({"apisid": "root", "photoid": "A" * 22}, 404),
        *(({"apisid": "root", "photoid": "A" * length}, 400) for length in (1, 21, 23, 24, 44, 1000)),
        ({"apisid": "root", "vid": "VID"}, 400),
        ({"apisid": "root", "index": 0}, 400),
        *(({"apisid": "root", "vid": "VID", "index": index}, 400) for index in ("", "-1", "x", "NaN", "0x1", "1.0")),
        ({"apisid": "root", "vid": "VID", "index": 2}, 404),
        ({"apisid": "root", "vid": "VID", "index": 10**17}, 404),
        ({"apisid": "root", "vid": "VID", "index": 10**30}, 400),
        *(({"apisid": "root", "vid": vid, "index": 0}, 400) for vid in ("", "-1", "x", "1e3")),
        ({"apisid": "root", "vid": 0, "index": 0}, 404),
        ({"apisid": "root", "vid": 10**17, "index": 0}, 404),
        ({"sid": "SID"}, 400),
        ({"sid": "", "index": 0}, 400),
        ({"sid": "SID", "index": 1}, 404),
        ({"sid": "A" * 22, "index": 0}, 404),
        ({"sid": "sid", "index": 0}, 404),
        ({"sid": "SID", "index": 0, "apisid": "A" * 22}, 200),
        ({"sid": "SID", "index": 0, "vid": "nonsense"}, 200),
        ({"sid": "nonsense", "index": "x", "apisid": "root", "photoid": "SEA"}, 200),
    ],
)
def test_ways_that_lead_nowhere(world: World, params: dict[str, object], status: int) -> None:
    known = {"SEA": world.sea, "VID": world.vids["root"], "SID": world.sids["sailor"]}
    given = {name: known.get(value, value) if isinstance(value, str) else value for name, value in params.items()}
    answer = world.server.api("getPhoto", width=8, **given)
    assert answer.status_code == status, answer.text
    if status != 200:
        assert_problem(answer)


def test_a_view_stays_as_it_was(world: World) -> None:
    photos = Path(world.server.environ["ROBOT_ROOT_0_PATH"])
    view = world.server.api("runQuery", apisid="root", query="").json()
    before = [world.server.api("getPhotoMetadata", apisid="root", vid=view["vid"], index=i).json() for i in (0, 1)]
    new = save_jpeg(photos / "aaa/first.jpg", solid(30, 20, (1, 2, 3)))
    try:
        assert world.server.command("catalog", "scan").returncode == 0
        assert world.server.api("runQuery", apisid="root", query="").json()["count"] == 3
        after = [world.server.api("getPhotoMetadata", apisid="root", vid=view["vid"], index=i).json() for i in (0, 1)]
        assert after == before
    finally:
        new.unlink()
        assert world.server.command("catalog", "scan").returncode == 0
        gone = world.server.api("getPhoto", apisid="root", vid=view["vid"] + 1, index=2)
        assert (gone.status_code, gone.json()["detail"]) == (404, "There is no photo of that photoid.")


def test_what_is_taken_away_is_gone_in_every_process(world: World) -> None:
    """Within 2 s, in the front end that was told and in one beside it, for photos that both have in memory."""
    server = world.server
    server.manage("group", "add", "crew", "--filter", "dir:sea", "--permission", "pap:access:downloads")
    server.manage("user", "add", "mate", "--password", "mate", "--group", "crew")
    sid = server.manage("share", "add", "--query", "dir:sea", "--user", "root")
    other = start_front(server.environ)
    try:
        url = other.wait_for(r"serving on (http://\S+)")[1]
        asked = {
            "original": f"getOriginalFile?apisid=mate&photoid={world.sea.replace('+', '%2B')}",
            "photo": f"getPhoto?apisid=mate&width=7&photoid={world.sea.replace('+', '%2B')}",
            "share": f"getPhoto?width=7&sid={sid}&index=0",
        }

        def statuses() -> set[tuple[int, ...]]:
            with httpx.Client() as client:
                return {
                    tuple(client.get(f"{base}/picapportapi/1.0/{each}").status_code for each in asked.values())
                    for base in (server.url, url)
                }

        assert statuses() == {(200, 200, 200)}
        server.manage("share", "remove", sid)
        eventually(statuses, {(200, 200, 404)})
        server.manage("group", "set", "crew", "--filter", "dir:sea")
        eventually(statuses, {(403, 200, 404)})
        server.manage("group", "set", "crew", "--filter", "dir:town", "--permission", "pap:access:downloads")
        eventually(statuses, {(404, 404, 404)})
        server.manage("user", "remove", "mate")
        eventually(statuses, {(403, 403, 404)})
    finally:
        other.stop()
