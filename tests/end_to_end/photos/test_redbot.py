"""What REDbot says of our conditional requests, ranges and caching headers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.servers import Server

ASKED = [
    ("getPhoto", "&width=300", {"INM_304", "IMS_304"}),
    ("getPhoto", "", {"INM_304", "IMS_304", "RANGE_CORRECT"}),
    ("getOriginalFile", "", {"INM_304", "IMS_304", "RANGE_CORRECT"}),
    ("getThumbnail", "", {"INM_304", "IMS_304"}),
]


@pytest.mark.parametrize(("function", "query", "good"), ASKED)
def test_nothing_is_bad(server: Server, function: str, query: str, good: set[str]) -> None:
    photoid = server.photos()["red.jpg"].replace("+", "%2B").replace("/", "%2F")
    url = f"{server.url}/picapportapi/1.0/{function}?photoid={photoid}{query}"
    redbot = Path(sys.executable).with_name("redbot")

    def ask() -> subprocess.CompletedProcess[str]:
        return subprocess.run([redbot, "-o", "har", url], capture_output=True, text=True, check=True, timeout=300)

    done = ask()
    if query or function == "getThumbnail":
        before = server.metric("darkroom_remembered_total")
        done = ask()  # in the same words
        assert server.metric("darkroom_remembered_total") > before
    notes = [note for entry in json.loads(done.stdout)["log"]["entries"] for note in entry.get("_red_messages", [])]
    found = {note["note_id"] for note in notes}
    assert [note for note in notes if note["level"] == "BAD"] == []
    assert good <= found, found
