"""A damaged photo is shown as far as it goes, and says so in every answer, in the catalogue and to its operator."""

import json
from pathlib import Path

import pytest

from tests.cases.siblings_shown import cut, saved
from tests.end_to_end.conftest import WAYS
from tests.end_to_end.servers import eventually, serving

DAMAGED = "x-darkroom-damaged"


@pytest.mark.parametrize("way", WAYS)
def test_it_says_so_wherever_it_is_met(way: str, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for name, data in {
        "cut.jpg": cut(saved("JPEG", quality=90), 0.9),
        "cut.png": cut(saved("PNG"), 0.9),
        "whole.jpg": saved("JPEG"),
    }.items():
        (photos / name).write_bytes(data)
    with serving(photos, tmp_path / "data", way, PREFETCH_COUNT="0", PRERENDER_AUTO="false") as server:
        ids = server.photos()
        for name in ("cut.jpg", "cut.png"):
            for query in ("", "&width=50", "&width=50", "&width=40&height=40", ""):
                answer = server.photo(ids[name], query)
                assert (answer.status_code, answer.headers.get(DAMAGED)) == (200, "truncated"), (name, query)
        assert DAMAGED not in server.photo(ids["whole.jpg"], "&width=50").headers

        def failed() -> dict[str, str]:
            lines = server.command("catalog", "failed", "--json").stdout.splitlines()
            return {each["path"]: each["damage"] for each in map(json.loads, lines)}

        eventually(failed, {"cut.jpg": "truncated", "cut.png": "truncated"})
        vid = server.get("/picapportapi/1.0/runQuery?query=*&sort=name").json()["vid"]
        shown = server.get(f"/api/photos?vid={vid}").json()["photos"]
        assert {each["photoID"]: each["damaged"] for each in shown} == {
            photoid: None if name == "whole.jpg" else "truncated" for name, photoid in ids.items()
        }
        (photos / "cut.jpg").write_bytes(saved("JPEG", quality=90))
        assert server.command("catalog", "scan").returncode == 0
        eventually(lambda: server.photo(ids["cut.jpg"], "&width=50").headers.get(DAMAGED), None)
        assert failed() == {"cut.png": "truncated"}
        assert not [line for line in server.front.lines if "Traceback" in line]
