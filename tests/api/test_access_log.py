"""What the access log hides."""

import pytest

from api.access_log import masked


@pytest.mark.parametrize(
    ("path", "query", "shown"),
    [
        ("/a", "", "/a"),
        ("/a", "width=3&photoid=x", "/a?width=3&photoid=x"),
        ("/a", "apisid=1&sid=2&pw=3&apikey=4", "/a?apisid=***&sid=***&pw=***&apikey=***"),
        ("/a", "APISID=1&x=2&Pw=", "/a?APISID=***&x=2&Pw=***"),
        ("/a", "xsid=1&sidx=2&vid=3", "/a?xsid=1&sidx=2&vid=3"),
        ("/a", "pw=a=b&pw=c", "/a?pw=***&pw=***"),
        ("/a", "pw", "/a?pw"),
        ("/a", "%70w=secret", "/a?%70w=***"),
        ("/a", "apisi%64=secret&s%69d=secret", "/a?apisi%64=***&s%69d=***"),
        ("/api/shares/secret", "", "/api/shares/***"),
        ("/API/shares/secret", "apisid=x", "/API/shares/***?apisid=***"),
        ("/a\nb", "x=\x1b[0m", "/a%0Ab?x=%1B[0m"),
        ("/\u00e4", "", "/%C3%A4"),
    ],
)
def test_masked(path: str, query: str, shown: str) -> None:
    assert masked(path, query) == shown
