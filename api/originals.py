"""getOriginalFile: the stored file, byte for byte."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import falcon

from api.answers import readable
from api.conditional import cache_control, matches
from api.errors import RequestError
from api.identify import Identify
from api.metadata import media_type
from api.params import parse
from catalog.access import DOWNLOADS
from catalog.files import led_astray, stored_mtime
from catalog.photos import Photo, source_version

GONE = "The photo's file is gone, or can't be read."


class GetOriginalFile:
    """`getOriginalFile`. `roots` says where the photo roots are, by alias; with `follow_links` a link may leave one."""

    def __init__(self, identify: Identify, roots: Mapping[str, Path], *, follow_links: bool, max_age: int) -> None:
        self._identify = identify
        self._roots = roots
        self._follow_links = follow_links
        self._cache_control = cache_control(max_age)

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the file as it is now, streamed."""
        photo = self._identify.photo(parse(request.query_string), request.remote_addr, DOWNLOADS)
        file = self._opened(photo)
        status = os.fstat(file.fileno())
        tag = f'"{source_version(status.st_size, stored_mtime(status))}"'
        if matches(request.get_header("If-None-Match"), tag):
            file.close()
            response.status = 304
        else:
            if request.method == "HEAD":
                file.close()
                response.content_length = status.st_size
            else:
                # The server closes it when it is sent, or the client gone.
                response.set_stream(file, status.st_size)
            response.content_type = media_type(photo)
            name = quote(readable(photo.path.rpartition("/")[2]))
            response.set_header("Content-Disposition", f"inline; filename*=UTF-8''{name}")
        response.set_header("ETag", tag)
        response.set_header("Cache-Control", self._cache_control)

    def _opened(self, photo: Photo) -> BinaryIO:
        """The file, open, as it is in its root now: since the scan it may have become anything.

        Raises:
            RequestError: missing: it is gone, can't be read, or is no file of this root any more.
        """
        root = self._roots.get(photo.root)
        if root is None:
            raise RequestError("missing", GONE)
        try:
            if not self._follow_links and led_astray(root, photo.path):
                raise RequestError("missing", GONE)
            # Not blocking: a pipe that took the photo's place makes nobody wait for its writer.
            descriptor = os.open(root / photo.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError):
            raise RequestError("missing", GONE) from None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise RequestError("missing", GONE)
        return os.fdopen(descriptor, "rb")
