"""The gallery page's files, served from memory: `api/web/`, as it is at the start."""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import falcon

from api.http.conditional import matches
from api.http.errors import RequestError
from api.http.problems import RETRY_AFTER, STATUS_OF_KIND
from api.oidc.errors import SignInError

FOLDER = Path(__file__).parent / "web"
INDEX = "index.html"
ROUTES = ("/", "/shares", "/jobs", "/account", "/people", "/audit", "/login", "/s/{sid}")
"""The addresses of the one document; which of them it is, it sees for itself."""
FILES = "/web/{name:path}"

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
TROUBLE = '  <meta name="trouble" content="{reason}">\n'
DOCUMENTS = 16  # by where they begin: there are as many paths as proxies say, and that is one
ROOTED = re.compile(rb'((?:href|src)=")/(web/|")')
GZIP = re.compile(r"(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q\s*=\s*([0-9.]+)\s*)?(?=,|$)", re.IGNORECASE)

HEADERS = {
    # The page loads nothing from elsewhere, runs nothing that stands in the document, and is in nobody's frame.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # The address of a shared gallery is its key.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Asked for anew each time, which costs a 304: pages of one version must not meet modules of another.
    "Cache-Control": "no-cache",
    "Vary": "Accept-Encoding",
}


@dataclass(frozen=True, slots=True)
class Variant:
    """A file's bytes in one encoding, and the ETag of these."""

    data: bytes
    tag: str
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is, and compressed, where that is smaller."""

    media_type: str
    plain: Variant
    compressed: Variant

    @classmethod
    def of(cls, name: str, data: bytes) -> "File":
        """A file of that name."""
        digest = blake2b(data, digest_size=12).hexdigest()
        plain, packed = Variant(data, f'"{digest}"'), gzip.compress(data, mtime=0)
        smaller = len(packed) < len(data)
        compressed = Variant(packed, f'"{digest}-gzip"', "gzip") if smaller else plain
        return cls(MEDIA_TYPES[Path(name).suffix], plain, compressed)


def read(folder: Path = FOLDER) -> dict[str, File]:
    """The files of the page by their paths in the folder, as `grid/rows.js`; others that lie there, of kinds that are
    none of a page's, are passed over.
    """
    return {
        path.relative_to(folder).as_posix(): File.of(path.name, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.suffix in MEDIA_TYPES
    }


class Page:
    """Answers with the document at each of its addresses, and with `/web/<path>`: only what was there at the start."""

    def __init__(self, files: Mapping[str, File]) -> None:
        self._files = files
        self._document = lru_cache(DOCUMENTS)(lambda root: File.of(INDEX, rooted(files[INDEX].plain.data, root)))

    def on_get(self, request: falcon.Request, response: falcon.Response, **below: str) -> None:
        """The document, to anybody: whether there is such a gallery, it finds out itself."""
        request.context.function = "page"  # for all its addresses, of which one would have no name
        prefix = request.env["SCRIPT_NAME"]
        # Where a proxy takes a path off without a word, what is told from the address on is right all the same.
        root = f"{prefix}/" if prefix else "../" if below else "./"
        _send(request, response, self._document(root))

    def tell(self, request: falcon.Request, response: falcon.Response, error: SignInError) -> None:
        """The document, below an address of two parts, which says in its languages why nobody has signed in."""
        prefix = request.env["SCRIPT_NAME"]
        told = TROUBLE.format(reason=error.reason).encode()
        document = rooted(self._files[INDEX].plain.data, f"{prefix}/" if prefix else "../../")
        for name, value in HEADERS.items():
            response.set_header(name, value)
        response.set_header("Cache-Control", "no-store")
        response.status = STATUS_OF_KIND[error.kind].value
        if response.status_code == 503:
            response.set_header("Retry-After", str(RETRY_AFTER))
        response.content_type = MEDIA_TYPES[".html"]
        response.data = document.replace(b"</head>", told + b"</head>", 1)

    def on_get_file(self, request: falcon.Request, response: falcon.Response, name: str) -> None:
        """One of its files, to anybody."""
        request.context.function = "web/{name}"  # for all of them
        file = self._files.get(name)
        if file is None:
            raise RequestError("missing", "The page has no file of that name.")
        _send(request, response, file)


def rooted(document: bytes, root: str) -> bytes:
    """The document with its addresses, which begin at the root, beginning with `root`. Pure."""
    return ROOTED.sub(rb"\1" + root.encode() + rb"\2", document)


def _send(request: falcon.Request, response: falcon.Response, file: File) -> None:
    wanted = file.compressed if takes_gzip(request.get_header("Accept-Encoding") or "") else file.plain
    for name, value in HEADERS.items():
        response.set_header(name, value)
    response.set_header("ETag", wanted.tag)
    known = request.get_header("If-None-Match")
    if known is not None and matches(known, wanted.tag):
        response.status = 304
        return
    response.data = wanted.data
    response.content_type = file.media_type
    if wanted.encoding:
        response.set_header("Content-Encoding", wanted.encoding)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header names gzip, and not to say that it is not wanted (`gzip;q=0`)."""
    found = GZIP.search(accepted)
    return found is not None and (found[1] is None or bool(found[1].strip("0.")))
