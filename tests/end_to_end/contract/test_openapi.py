"""What `/api/openapi.json` says is so: requests of every kind, made from it, get answers that it names."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.openapi.functions import BASE, DOCUMENT, PATHS
from tests.end_to_end.servers import Server, eventually, serving
from tests.end_to_end.thrice import AGAIN, LATER, remembered
from tests.photos import save_jpeg, solid

CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = [(method, path) for path, methods in PATHS.items() for method in methods]
EXAMPLES = {"createWebApiSession": 8, "authorizeWebApiSession": 15, "getPhoto": 60}  # which cost a core something each


@dataclass(frozen=True)
class Known:
    """A server, and values of parameters: what there is in it, and then what there is not."""

    server: Server
    values: dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """A server whose callers may do everything, with a shared gallery and a view."""
    folder = tmp_path_factory.mktemp("described")
    save_jpeg(folder / "photos/red.jpg", solid(60, 40, (200, 30, 30)))
    solid(30, 20, (30, 30, 200)).save(folder / "photos/blue.png")
    with serving(folder / "photos", folder / "data", "embedded", RENDER_MAX_SIDE="256") as server:
        for command in (
            ("group", "add", "sharers", "--permission", "pap:access:share"),
            ("user", "set", "guest", "--group", "users", "--group", "sharers", "--admin"),
        ):
            server.manage(*command)
        listed = {"photoids": list(server.photos().values()), "public": True, "name": "Both"}

        def share() -> httpx.Response:
            return server.client.post(f"{server.url}/api/shares", json=listed)

        eventually(lambda: share().status_code, 201)
        values = {
            "sid": (share().json()["sid"], "unknown"),
            "photoid": (server.photos()["red.jpg"], "A" * 22),
            "vid": (str(server.api("runQuery", query="*").json()["vid"]), "9" * 9),
            "index": ("1", "99"),
        }
        yield Known(server, values)


def test_it_is_served_as_it_is(known: Known) -> None:
    answer = known.server.get("/api/openapi.json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json() == DOCUMENT


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_answers_are_as_described(known: Known, method: str, path: str) -> None:
    described, function = schemathesis.openapi.from_dict(DOCUMENT)[path][method], Path(path).name
    asked = st.one_of(
        described.as_strategy(generation_mode=GenerationMode.POSITIVE),
        *(
            [described.as_strategy(generation_mode=GenerationMode.NEGATIVE)]
            if "parameters" in PATHS[path][method]
            else []
        ),
    )
    named = {each["name"] for each in PATHS[path][method].get("parameters", ()) if each["in"] == "query"}
    identified = st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(two) for name, two in known.values.items() if name in named}
    )
    seen: list[int] = []

    @settings(
        max_examples=EXAMPLES.get(function, 30),
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(asked, identified, st.booleans())
    def ask(case: Any, query: dict[str, str], alone: bool) -> None:
        if query:
            case.query = query if alone else {**case.query, **query}
        answer = case.call(base_url=known.server.url, session=session)
        if method == "get" and function.lower() in AGAIN and answer.status_code not in LATER:
            for _ in range(2):
                again = case.call(base_url=known.server.url, session=session)
                assert (again.status_code, again.content) == (answer.status_code, answer.content)
            answer = again
        seen.append(answer.status_code)
        assert answer.status_code != 500, answer.content
        case.validate_response(answer, checks=CHECKS)

    with requests.Session() as session:
        ask()
    assert seen


@pytest.mark.parametrize("function", ["getPhoto", "getThumbnail", "getPhotoMetadata", "getOriginalFile", "getGallery"])
def test_what_there_is_is_answered_with_200(known: Known, function: str) -> None:
    case = schemathesis.openapi.from_dict(DOCUMENT)[f"{BASE}{function}"]["get"].Case(method="GET")
    case.query = {name: known.values[name][0] for name in ("sid", "index")}
    with requests.Session() as session:
        if function == "getThumbnail":
            assert remembered(known.server, lambda: case.call(base_url=known.server.url, session=session))
        answer = case.call(base_url=known.server.url, session=session)
    assert answer.status_code == 200
    case.validate_response(answer, checks=CHECKS)
