"""getOriginalFile: the stored file, byte for byte."""

import os
from urllib.parse import quote

import falcon

from api.functions.metadata import media_type
from api.http.answers import readable
from api.http.conditional import CacheControl, Validators
from api.http.delivery import Files, send
from api.identify import Identify
from api.limits.allowances import Allowances
from catalog.files import stored_mtime
from catalog.people.access import DOWNLOADS
from catalog.photos import source_version
from catalog.presentation.segments import Span
from workers.versions import key_version


class GetOriginalFile:
    """`getOriginalFile`."""

    def __init__(self, identify: Identify, files: Files, allowances: Allowances, max_age: int) -> None:
        self._identify = identify
        self._allowances = allowances
        self._files = files
        self._cache_control = CacheControl(max_age)

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers with the file as it is now, streamed."""
        params = self._identify.asked(request, response)
        photo = self._identify.photo(params, request.remote_addr, DOWNLOADS)
        file = self._files.opened(photo)
        status = os.fstat(file.fileno())
        mtime_ns = stored_mtime(status)
        name = quote(readable(photo.path.rpartition("/")[2]))
        response.set_header("Content-Disposition", f"inline; filename*=UTF-8''{name}")
        version = source_version(status.st_size, mtime_ns, photo.edits)
        response.set_header("Cache-Control", self._cache_control.of(params.get("version"), key_version(version)))
        response.set_header("X-Content-Type-Options", "nosniff")  # a file is what it is said to be, whatever it holds
        validators = Validators.of(f'"{version}"', mtime_ns)
        whole = [Span(0, status.st_size)]

        def charge(size: int) -> None:
            self._allowances.original(self._identify.payer(params, request.remote_addr), size)

        send(request, response, file, whole, media_type(photo), validators, charge)
