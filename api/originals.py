"""getOriginalFile: the stored file, byte for byte."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import falcon

from api.answers import readable
from api.conditional import cache_control, not_modified
from api.errors import RequestError
from api.identify import Identify
from api.metadata import media_type
from api.params import parse
from catalog.access import DOWNLOADS
from catalog.photos import Photo, source_version


class GetOriginalFile:
    """`getOriginalFile`. `roots` says where the photo roots are, by alias."""

    def __init__(self, identify: Identify, roots: Mapping[str, Path], max_age: int) -> None:
        self._identify = identify
        self._roots = roots
        self._cache_control = cache_control(max_age)

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the file as it is now, streamed."""
        photo = self._identify.photo(parse(request.query_string), request.remote_addr, DOWNLOADS)
        file = self._opened(photo)
        status = os.fstat(file.fileno())
        tag = f'"{source_version(status.st_size, status.st_mtime_ns)}"'
        if not_modified(request.get_header("If-None-Match"), None, tag, ""):
            file.close()
            response.status = 304
        else:
            # The server closes it when it is sent, or the client gone.
            response.set_stream(file, status.st_size)
            response.content_type = media_type(photo)
            name = quote(readable(photo.path.rpartition("/")[2]))
            response.set_header("Content-Disposition", f"inline; filename*=UTF-8''{name}")
        response.set_header("ETag", tag)
        response.set_header("Cache-Control", self._cache_control)

    def _opened(self, photo: Photo) -> BinaryIO:
        root = self._roots.get(photo.root)
        if root is None:
            raise RequestError("missing", "The photo's file is gone.")
        try:
            return (root / photo.path).open("rb")
        except (OSError, ValueError):
            raise RequestError("missing", "The photo's file is gone, or can't be read.") from None
