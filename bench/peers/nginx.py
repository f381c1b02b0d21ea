"""nginx, both as a renderer (image_filter) and as the ceiling of any hit (static files): settings/*.conf."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from bench.peers.peer import QUALITY
from bench.tools.processes import Program, environ, free_port, wait_until_up
from workers.sizing import Size

SETTINGS = Path(__file__).parents[1] / "settings"
MODULES = Path("/usr/lib/nginx/modules")
MODULE = "ngx_http_image_filter_module.so"
PATHS = f"{os.environ.get('PATH', '')}:/usr/sbin"


class _Nginx:
    """nginx by one of the configurations, a worker for each core."""

    def __init__(self, configuration: str) -> None:
        self._configuration = configuration
        self._program: Program | None = None
        self.base = ""

    def start(self, photos: Path, folder: Path) -> str:
        program, port = shutil.which("nginx", path=PATHS), free_port()
        places = {"FOLDER": folder, "PHOTOS": photos, "MODULES": MODULES, "PORT": port}
        text = (SETTINGS / self._configuration).read_text()
        for name, value in places.items():
            text = text.replace(f"@{name}@", str(value))
        file = folder / self._configuration
        # Started by root, its workers would be nobody, who may not read below a home.
        file.write_text(f"user root;\n{text}" if os.getuid() == 0 else text)
        command = [str(program), "-c", str(file), "-e", str(folder / "error.log")]
        self._program = Program(command, environ(), folder / "nginx.log")
        self.base = f"http://127.0.0.1:{port}"
        wait_until_up(self.base)
        return self.base

    def pids(self) -> Mapping[str, int]:
        return {"nginx": self._program.pid} if self._program else {}

    def stop(self) -> None:
        if self._program:
            self._program.stop()
            self._program = None


class ImageFilter(_Nginx):
    """nginx with image_filter (libgd), which keeps no renders: each request is a miss."""

    name = "image_filter"

    def __init__(self) -> None:
        super().__init__("image-filter.conf")

    def lacking(self) -> str:
        """Both are Debian packages."""
        if shutil.which("nginx", path=PATHS) is None:
            return "nginx is not installed"
        return "" if (MODULES / MODULE).exists() else "libnginx-mod-http-image-filter is not installed"

    def url(self, photo: str, size: Size, quality: int = QUALITY) -> str:
        """A square it crops from the middle; others are fitted in."""
        way = "cover" if size.width == size.height else "fit"
        return f"{self.base}/{way}/{photo}?width={size.width}&height={size.height}&quality={quality}"


class Static(_Nginx):
    """nginx with files: `photos` are renders already."""

    name = "nginx static"

    def __init__(self) -> None:
        super().__init__("static.conf")

    def lacking(self) -> str:
        """It is a Debian package."""
        return "" if shutil.which("nginx", path=PATHS) else "nginx is not installed"

    def url(self, photo: str, size: Size, quality: int = QUALITY) -> str:  # noqa: ARG002 - the file is what it is
        """The file."""
        return f"{self.base}/{photo}"
