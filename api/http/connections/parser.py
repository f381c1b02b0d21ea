"""A request as it comes in: waitress's parser, and stricter where a request could be read in two ways."""

import re
from typing import Any

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import ChunkedReceiver
from waitress.utilities import BadRequest, RequestHeaderFieldsTooLarge

LONGEST_CONTROL_LINE = 1024  # bytes: a chunk's size, and extensions that nobody uses
LARGEST_TRAILER = 8192  # bytes

CODINGS = re.compile(rb"(?im)^transfer-encoding:((?:[^\n]|\n[ \t])*)")  # one that goes on in the next line, too


class Parser(HTTPRequestParser):
    """A request: what came of it, and what is wrong with it."""

    path = ""  # of one that can't be read too

    def received(self, data: bytes) -> int:
        """Takes what it needs of what has come; gives how many bytes those are."""
        taken = int(super().received(data))
        if self.completed:
            # waitress would have a client go on whose body is refused, and wait for the head of one that has none.
            self.expect_continue = False
        elif isinstance(self.body_rcv, ChunkedReceiver):
            self._look_at_lines(self.body_rcv)
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        """As waitress's. Who stands in between may take a body's length from the other one of two headers, and
        another request out of it (RFC 9112, 6.1 and 6.3): what has both, or is chunked in a way that not all know, is
        refused.

        Raises:
            ParsingError: it is no request.
        """
        try:
            super().parse_header(header_plus)
        except ValueError:  # of urlsplit, or a length of thousands of digits
            raise ParsingError("The address or Content-Length is invalid") from None
        if self.version != "1.1" and "TRANSFER_ENCODING" in self.headers:
            raise ParsingError("Transfer-Encoding is of HTTP/1.1")
        if self.chunked:
            if "CONTENT_LENGTH" in self.headers:
                raise ParsingError("Content-Length and Transfer-Encoding are both there")
            if b",".join(CODINGS.findall(header_plus)).lower().count(b"chunked") > 1:
                raise ParsingError("Transfer-Encoding is chunked twice")

    def held(self) -> int:
        """How many bytes of it are in memory."""
        body = self.body_rcv
        beside = len(body.control_line) + len(body.trailer) if isinstance(body, ChunkedReceiver) else 0
        return len(self.header_plus) + beside + (0 if body is None else int(body.__len__()))

    def _look_at_lines(self, body: Any) -> None:
        """Between chunks waitress puts together again, with each byte that comes, all that came before."""
        if len(body.control_line) > LONGEST_CONTROL_LINE:
            self.error, self.completed = BadRequest("A chunk's size is too long"), True
        elif len(body.trailer) > LARGEST_TRAILER:
            self.error, self.completed = RequestHeaderFieldsTooLarge(f"exceeds a trailer of {LARGEST_TRAILER}"), True
