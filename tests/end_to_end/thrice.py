"""A client that asks for each photo three times: an answer that is given again, without the app, has to be the same."""

from collections.abc import Callable
from typing import Any

import httpx

from tests.end_to_end.servers import Server, eventually

# Nothing happens by asking for these but what is counted. Others change something by GET: they are asked once.
AGAIN = {"getphoto", "getthumbnail", "getphotometadata", "getoriginalfile"}
LATER = {429, 503}  # who is to come later does not


class Thrice(httpx.Client):
    """What it gives is the third answer."""

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """As httpx's, where the answer is the same three times over one connection."""
        answer = super().send(request, **options)
        if request.method != "GET" or request.url.path.rpartition("/")[2].lower() not in AGAIN:
            return answer
        first = shown(answer)
        for _ in range(2):
            if answer.status_code in LATER:
                break
            answer = super().send(request, **options)
            assert shown(answer) == first, f"{request.url} {request.headers}"
        return answer


def thrice(**options: Any) -> Thrice:
    """Such a client, patient as those of a `Server`."""
    return Thrice(timeout=60, limits=httpx.Limits(), **options)


def shown(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """What has to be the same: all but when it was."""
    headers = [(name, value) for name, value in answer.headers.multi_items() if name.lower() != "date"]
    return answer.status_code, headers, answer.content


def remembered(server: Server, ask: Callable[[], object]) -> bool:
    """Whether some of what is asked is answered without the app. A change of the catalogue, by somebody else, may have
    all forgotten in between, so that it is asked until then.
    """
    before = server.metric("darkroom_remembered_total")

    def rose() -> bool:
        ask()
        return server.metric("darkroom_remembered_total") > before

    eventually(rose, True)
    return True
