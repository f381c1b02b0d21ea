"""The page's files: what is served under which name, what is kept of it, and what it may load."""

import gzip
import re
from collections.abc import Mapping
from pathlib import Path

import falcon
import pytest
from falcon.testing import Result, TestClient

from api.http.methods import Router
from api.http.problems import handle, serialize
from api.page import FILES, FOLDER, ROUTES, File, Page, read, takes_gzip

DOCUMENT = (
    b'<link href="/web/dot.css"><script src="/web/main.js"></script><a href="/">/web/</a><use href="#x">' + b" " * 1000
)
SCRIPT = b"export const answer = 42;\n" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A page of four files, and what is none of its."""
    (tmp_path / "index.html").write_bytes(DOCUMENT)
    (tmp_path / "main.js").write_bytes(SCRIPT)
    (tmp_path / "dot.css").write_bytes(b"*{}")
    (tmp_path / "grid").mkdir()
    (tmp_path / "grid/rows.js").write_bytes(b"export const rows = [];")
    (tmp_path / "grid/notes.txt").write_bytes(b"nobody's business")
    (tmp_path / "notes.txt").write_bytes(b"nobody's business")
    (tmp_path.parent / "secret.js").write_bytes(b"nobody's business")
    return tmp_path


@pytest.fixture
def client(folder: Path) -> TestClient:
    """The page alone."""
    app = falcon.App(router=Router())
    app.add_error_handler(Exception, handle)
    app.set_error_serializer(serialize)
    page = Page(read(folder))
    for route in ROUTES:
        app.add_route(route, page)
    app.add_route(FILES, page, suffix="file")
    return TestClient(app)


def get(client: TestClient, path: str, method: str = "GET", **headers: str) -> Result:
    """An answer; of names of headers with _ for -."""
    return client.simulate_request(
        method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.mark.parametrize(
    "path",
    ["/", "/shares", "/jobs", "/account", "/people", "/audit", "/login", "/s/vmw0dCffWHK58IdMndwVew", "/s/nosuch"],
)
def test_one_document_at_all_its_addresses(client: TestClient, folder: Path, path: str) -> None:
    answer = get(client, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b'web/main.js"></script>' in answer.content
    assert len(answer.content) > 1000


@pytest.mark.parametrize(
    ("path", "prefix", "root"),
    [
        ("/", "", "./"),
        ("/login", "", "./"),
        ("/s/x", "", "../"),
        ("/", "/photos", "/photos/"),
        ("/s/x", "/a/b", "/a/b/"),
    ],
)
def test_addresses_in_the_document_begin_where_the_server_does(
    client: TestClient, folder: Path, path: str, prefix: str, root: str
) -> None:
    answer = client.simulate_get(path, root_path=prefix)
    wanted = f'<link href="{root}web/dot.css"><script src="{root}web/main.js"></script>'
    wanted += f'<a href="{root}">/web/</a><use href="#x">'
    assert answer.content.startswith(wanted.encode())
    tag = answer.headers["ETag"]
    assert client.simulate_get(path, root_path=prefix, headers={"If-None-Match": tag}).status_code == 304
    other = client.simulate_get(path, root_path="/other", headers={"If-None-Match": tag})
    assert (other.status_code, b'"/other/web/main.js"' in other.content) == (200, True)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("main.js", "text/javascript; charset=utf-8"),
        ("dot.css", "text/css; charset=utf-8"),
        ("grid/rows.js", "text/javascript; charset=utf-8"),
    ],
)
def test_files(client: TestClient, folder: Path, name: str, media_type: str) -> None:
    answer = get(client, f"/web/{name}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, media_type)
    assert answer.content == (folder / name).read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/web/",
        "/web/nosuch.js",
        "/web/notes.txt",
        "/web/../secret.js",
        "/web/..%2fsecret.js",
        "/web/%2e%2e%2fsecret.js",
        "/web/..\\secret.js",
        "/web//etc/passwd",
        "/web/main.js/",
        "/web/main.js%00",
        "/web/MAIN.JS",
        "/web",
        "/web/rows.js",
        "/web/grid",
        "/web/grid/",
        "/web/grid/notes.txt",
        "/web/grid//rows.js",
        "/web//grid/rows.js",
        "/web/grid/rows.js/",
        "/web/grid/./rows.js",
        "/web/grid/../main.js",
        "/web/grid/../../secret.js",
        "/web/grid/..%2f..%2fsecret.js",
        "/web/grid\\rows.js",
        "/index.html",
        "/s/a/b",
        "/favicon.ico",
    ],
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    answer = get(client, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert b"business" not in answer.content


@pytest.mark.parametrize("path", ["/", "/web/main.js", "/web/grid/rows.js"])
def test_head_says_what_get_says(client: TestClient, path: str) -> None:
    got, told = get(client, path), get(client, path, "HEAD")
    assert (told.status_code, told.content, dict(told.headers)) == (200, b"", dict(got.headers))
    assert told.headers["Content-Length"] == str(len(got.content))


@pytest.mark.parametrize("path", ["/web/main.js", "/web/grid/rows.js", "/web/nosuch.js"])
def test_files_are_only_read(client: TestClient, path: str) -> None:
    answer = get(client, path, "POST")
    assert (answer.status_code, answer.headers["Content-Type"]) == (405, "application/problem+json")


@pytest.mark.parametrize(
    ("path", "function"),
    [
        ("/", "page"),
        ("/s/x", "page"),
        ("/web/main.js", "web/{name}"),
        ("/web/grid/rows.js", "web/{name}"),
        ("/web/a/b", "web/{name}"),
    ],
)
def test_how_it_is_counted(client: TestClient, path: str, function: str) -> None:
    """The document by one name, and all its files by another."""
    counted: list[str] = []

    class Count:
        def process_response(self, request: falcon.Request, *_: object) -> None:
            counted.append(request.context.function)

    client.app.add_middleware(Count())
    get(client, path)
    assert counted == [function]


def test_what_is_known_already_is_not_sent_again(client: TestClient) -> None:
    for encoding in ("identity", "gzip"):
        first = get(client, "/web/main.js", Accept_Encoding=encoding)
        again = get(client, "/web/main.js", Accept_Encoding=encoding, If_None_Match=first.headers["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        kept = ("ETag", "Cache-Control", "Vary", "Content-Security-Policy")
        assert [again.headers[name] for name in kept] == [first.headers[name] for name in kept]
        assert get(client, "/web/main.js", Accept_Encoding=encoding, If_None_Match='"another"').status_code == 200


def test_each_encoding_has_a_tag_of_its_own(client: TestClient) -> None:
    plain, packed = (get(client, "/web/main.js", Accept_Encoding=each) for each in ("identity", "br, gzip"))
    assert gzip.decompress(packed.content) == plain.content == SCRIPT
    assert (plain.headers.get("Content-Encoding"), packed.headers["Content-Encoding"]) == (None, "gzip")
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert get(client, "/web/main.js", Accept_Encoding="gzip", If_None_Match=plain.headers["ETag"]).status_code == 200


def test_what_gzip_makes_larger_is_sent_as_it_is(client: TestClient) -> None:
    answer = get(client, "/web/dot.css", Accept_Encoding="gzip")
    assert (answer.content, "Content-Encoding" in answer.headers) == (b"*{}", False)


def test_another_content_is_another_tag() -> None:
    tags = {File.of("a.js", each).plain.tag for each in (b"", b"1", b"2")}
    assert len(tags) == 3
    assert all(re.fullmatch(r'"[0-9a-f]{24}"', tag) for tag in tags)
    assert File.of("a.js", SCRIPT) == File.of("a.js", SCRIPT)  # in every process


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("deflate, gzip;q=0.5, br", True),
        ("gzip ; q = 1", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("br, deflate", False),
        ("notgzip", False),
        ("gzipped", False),
        ("identity", False),
        ("*", False),
        ("", False),
        ("gzip;q=x", False),
    ],
)
def test_who_takes_gzip(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) == takes


@pytest.mark.parametrize("path", ["/", "/s/x", "/web/main.js", "/web/grid/rows.js"])
def test_what_a_browser_is_told(client: TestClient, path: str) -> None:
    headers: Mapping[str, str] = get(client, path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"  # the address of a gallery lets anybody in
    assert headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in headers


def test_the_page_itself_is_whole() -> None:
    """Each file is of a kind that is served."""
    assert set(read()) == {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
