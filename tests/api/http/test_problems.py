"""Errors as clients see them: the status, the shape, and nothing of the server's inside."""

import logging

import falcon
import pytest
from falcon.testing import Result, TestClient

from api.http.errors import RequestError
from api.http.problems import RETRY_AFTER, STATUS_OF_KIND, handle, serialize
from catalog.errors import CatalogError, CatalogProblem, MalformedQuery, PublicProblem, TryLater
from workers.errors import Busy, RenderError

SENTENCE = "A sentence for the client's author."
INSIDE = "/srv/photos/secret.jpg"  # what must not be seen

STATUSES = [
    ("malformed", 400),
    ("forbidden", 403),
    ("missing", 404),
    ("conflict", 409),
    ("limited", 429),
    ("beyond", 416),
    ("damaged", 500),
    ("failed", 500),
    ("unsupported", 501),
    ("gateway", 502),
    ("changed", 503),
    ("busy", 503),
    ("unavailable", 503),
]
CATALOG_PROBLEMS = [
    CatalogError("damaged", INSIDE) if each is CatalogError else each(INSIDE)
    for each in CatalogProblem.__subclasses__()
    if each is not PublicProblem
]
# Their message is the public sentence itself.
SAID: list[CatalogProblem] = [
    MalformedQuery(0, SENTENCE[:-1]),
    TryLater(SENTENCE, 7),
    *(each(SENTENCE) for each in PublicProblem.__subclasses__() if each not in (MalformedQuery, TryLater)),
]


class Unforeseen(Exception):
    """What nobody thought of."""


class Raising:
    """A resource that raises what the test gives it, with half an answer set before."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def on_get(self, _: falcon.Request, response: falcon.Response) -> None:
        response.data = b"half an answer"
        response.content_type = "image/jpeg"
        response.set_header("Cache-Control", "private, max-age=3600")
        raise self._error


def answer(error: Exception, method: str = "GET", path: str = "/") -> Result:
    """What a client gets where a resource raises this."""
    app = falcon.App()
    app.add_error_handler(Exception, handle)
    app.set_error_serializer(serialize)
    app.add_route("/", Raising(error))
    return TestClient(app).simulate_request(method, path)


def assert_problem(result: Result, status: int) -> str:
    """A problem+json of that status; gives its sentence."""
    assert result.status_code == status
    assert result.headers["Content-Type"] == "application/problem+json"
    assert result.headers["Cache-Control"] == "no-store"
    assert set(result.json) == {"type", "title", "status", "detail"}
    assert (result.json["type"], result.json["status"]) == ("about:blank", status)
    assert result.json["title"]
    assert result.json["detail"].endswith(".")
    assert ("Retry-After" in result.headers) is (status in (429, 503))
    assert "Traceback" not in result.text
    assert INSIDE not in result.text
    return str(result.json["detail"])


def test_the_statuses_are_those_of_the_web_api() -> None:
    assert {kind: status.value for kind, status in STATUS_OF_KIND.items()} == dict(STATUSES)


@pytest.mark.parametrize(("kind", "status"), STATUSES)
def test_a_request_s_error(kind: str, status: int) -> None:
    assert assert_problem(answer(RequestError(kind, SENTENCE)), status) == SENTENCE


@pytest.mark.parametrize("error", RenderError.__subclasses__())
def test_a_render_s_error(error: type[RenderError]) -> None:
    assert assert_problem(answer(error(SENTENCE)), dict(STATUSES)[error.kind]) == SENTENCE


@pytest.mark.parametrize("error", [*CATALOG_PROBLEMS, *SAID], ids=lambda error: type(error).__name__)
def test_a_problem_of_the_catalogue_shows_its_public_sentence_alone(error: CatalogProblem) -> None:
    assert assert_problem(answer(error), dict(STATUSES)[error.kind]) == error.public


def test_a_catalogue_that_can_t_be_used_is_told_to_the_operator(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer(CatalogError("full", f"the catalogue {INSIDE} can't grow"))
    assert f"the catalogue {INSIDE} can't grow" in caplog.text


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (Busy(SENTENCE), 1),
        (Busy(SENTENCE, 5), 5),
        (CatalogError("locked", SENTENCE), RETRY_AFTER),
        (TryLater(SENTENCE, 7), 7),
    ],
)
def test_when_to_come_again(error: Exception, seconds: int) -> None:
    assert answer(error).headers["Retry-After"] == str(seconds)


@pytest.mark.parametrize(
    "error",
    [
        Unforeseen(f"{INSIDE} and a password"),
        KeyError(INSIDE),
        PermissionError(13, "Permission denied", INSIDE),
        UnicodeEncodeError("utf-8", "\udce9", 0, 1, INSIDE),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_nobody_foresaw_is_in_the_log_and_not_in_the_answer(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        sentence = assert_problem(answer(error), 500)
    assert "password" not in sentence
    assert type(error).__name__ in caplog.text
    assert "Traceback" in caplog.text


def test_falcon_s_own_errors_have_the_same_shape() -> None:
    assert_problem(answer(Unforeseen(), path="/nowhere"), 404)
    refused = answer(Unforeseen(), method="DELETE")
    assert_problem(refused, 405)
    assert "GET" in refused.headers["Allow"]
    assert assert_problem(answer(falcon.HTTPBadRequest(description=SENTENCE)), 400) == SENTENCE
