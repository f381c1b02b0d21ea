"""A Falcon app on waitress that answers the same requests with the same bytes, from a constant: what these two cost.

`python -m bench.peers.constant_app PORT FILE`
"""

import sys
from pathlib import Path

import falcon
from waitress import serve


class Constant:
    """Answers with one JPEG."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def on_get(self, _: falcon.Request, response: falcon.Response, **__: object) -> None:
        """The JPEG."""
        response.data = self._content
        response.content_type = "image/jpeg"


def main() -> None:
    """Serves until it is killed, with as many threads as a front end has by default."""
    port, file = sys.argv[1:]
    app: falcon.App[falcon.Request, falcon.Response] = falcon.App()
    app.add_route("/picapportapi/1.0/{function}", Constant(Path(file).read_bytes()))
    serve(app, host="127.0.0.1", port=int(port), threads=128, connection_limit=1024, asyncore_use_poll=True)


if __name__ == "__main__":
    main()
