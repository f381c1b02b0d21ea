"""The one edge where errors become answers: problem+json (RFC 9457), a status, nothing of the server's inside."""

import json
import logging
from http import HTTPStatus

import falcon

from api.http.errors import LimitReached, RequestError
from catalog.errors import CatalogError, CatalogProblem, TryLater
from workers.errors import Busy, RenderError

STATUS_OF_KIND = {
    "malformed": HTTPStatus.BAD_REQUEST,
    "forbidden": HTTPStatus.FORBIDDEN,
    "missing": HTTPStatus.NOT_FOUND,
    "conflict": HTTPStatus.CONFLICT,
    "limited": HTTPStatus.TOO_MANY_REQUESTS,
    "beyond": HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    "damaged": HTTPStatus.INTERNAL_SERVER_ERROR,
    "failed": HTTPStatus.INTERNAL_SERVER_ERROR,
    "unsupported": HTTPStatus.NOT_IMPLEMENTED,
    "gateway": HTTPStatus.BAD_GATEWAY,
    "changed": HTTPStatus.SERVICE_UNAVAILABLE,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
}
WORTH_ANOTHER_TRY = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)
RETRY_AFTER = 1  # seconds, where the error names none
PROBLEM = "application/problem+json"

log = logging.getLogger("darkroom.api")


def handle(request: falcon.Request, response: falcon.Response, error: Exception, _: object) -> None:
    """Falcon's error handler for everything that our code raises."""
    if isinstance(error, RequestError | RenderError):
        status, detail = STATUS_OF_KIND[error.kind], str(error)
    elif isinstance(error, CatalogProblem):
        if isinstance(error, CatalogError):
            log.error("%s", error)
        status, detail = STATUS_OF_KIND[error.kind], error.public
    else:
        log.error("%s %s failed", request.method, request.uri_template, exc_info=error)
        status, detail = HTTPStatus.INTERNAL_SERVER_ERROR, "The server failed; its log says why."
    if status in WORTH_ANOTHER_TRY:
        wait = error.retry_after if isinstance(error, Busy | TryLater | LimitReached) else RETRY_AFTER
        response.set_header("Retry-After", str(wait))
    _problem(response, status, detail)


def serialize(_: falcon.Request, response: falcon.Response, error: falcon.HTTPError) -> None:
    """Falcon's own errors (no such path, no such method), in the same shape."""
    status = HTTPStatus(error.status_code)
    _problem(response, status, error.description or f"{status.phrase}.")


def _problem(response: falcon.Response, status: HTTPStatus, detail: str) -> None:
    response.status = status.value
    response.content_type = PROBLEM
    response.cache_control = ["no-store"]
    body = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    response.data = json.dumps(body).encode()
