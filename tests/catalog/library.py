"""Photo files and catalogues that the tests make for themselves."""

import io
import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from catalog.beneath.photo_files import PhotoFile
from catalog.database import FILE, open_catalog
from catalog.metadata import Header
from catalog.metadata.header import read_header
from catalog.photos import Photo, Photos
from catalog.scan.scan import ScanReport, scan
from config import Root, Settings

PROJECT = Path(__file__).parents[2]
SHARED_PHOTOS = PROJECT.parent / "shared" / "photos"
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:pap="http://ns.contecon.de/picapport/1.0/" {attribute}>{element}</rdf:Description>'
    "</rdf:RDF></x:xmpmeta>"
)


def jpeg(
    colour: str = "red", size: tuple[int, int] = (12, 8), photoid: str = "", exif: Image.Exif | None = None
) -> bytes:
    """A JPEG in bytes; with a photo id in its XMP where one is given."""
    file = io.BytesIO()
    xmp = XMP.format(attribute=f'pap:PhotoID="{photoid}"', element="").encode() if photoid else b""
    Image.new("RGB", size, colour).save(file, "JPEG", xmp=xmp, exif=exif or Image.Exif())
    return file.getvalue()


def put(file: Path, content: bytes) -> Path:
    """Writes a file and the folders above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def closed(engine: Engine) -> bytes:
    """A catalogue's file once it is closed, to begin others with."""
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return Path(str(engine.url.database)).read_bytes()


@cache
def _empty_catalogue() -> bytes:
    """A catalogue with nothing in it: migrating one for each test would take most of their time."""
    with TemporaryDirectory() as folder:
        return closed(open_catalog(Path(folder)))


def make_impatient(engine: Engine) -> None:
    """From now on a catalogue that another program holds is so at once, and not after seconds of waiting."""
    engine.dispose()

    @event.listens_for(engine, "connect")
    def hurry(connection: DBAPIConnection, _: object) -> None:
        connection.cursor().execute("PRAGMA busy_timeout=1")


def without_regard_to_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on vfat, exFAT or SMB: a name is found in whatever case, and listed as it was made."""

    def there(path: str | bytes | Path, folder: int | None) -> str:
        file = Path("" if folder is None else f"/proc/self/fd/{folder}", os.fsdecode(path))
        try:
            same = [each for each in file.parent.iterdir() if each.name.lower() == file.name.lower()]
        except OSError:
            same = []
        return str((same or [file])[0])

    for name in ("stat", "lstat", "open"):
        plain = getattr(os, name)

        def found(path: str | bytes | Path | int, *more: Any, plain: Any = plain, **named: Any) -> Any:
            return plain(path if isinstance(path, int) else there(path, named.get("dir_fd")), *more, **named)

        monkeypatch.setattr(os, name, found)


class Library:
    """A folder with photo roots `a` and `b` and a catalogue, which begins with what is in `catalogue`; `opened` lists
    the files that scans opened.
    """

    def __init__(self, folder: Path, catalogue: bytes | None = None) -> None:
        self.folder = folder
        self.a, self.b = folder / "a", folder / "b"
        self.a.mkdir()
        self.b.mkdir()
        self.settings = Settings(data_dir=folder / "data", roots=(Root("a", self.a), Root("b", self.b)))
        self.opened: list[str] = []
        put(self.settings.data_dir / FILE, catalogue or _empty_catalogue())
        self.engine: Engine = open_catalog(self.settings.data_dir)
        self.closing = ExitStack()
        """What is closed with it: whatever else a test has opened in its folder."""

    def close(self) -> None:
        """Closes the catalogue, and what goes with it."""
        self.closing.close()
        self.engine.dispose()

    def only(self, *aliases: str) -> Settings:
        """The settings with these roots alone."""
        return replace(self.settings, roots=tuple(root for root in self.settings.roots if root.alias in aliases))

    def read(self, file: PhotoFile) -> Header:
        """Reads a header and notes it."""
        self.opened.append(os.path.relpath(file.place, self.folder))
        return read_header(file)

    def scan(
        self, settings: Settings | None = None, *, accept_empty: bool = False, accept_vanished: bool = False
    ) -> ScanReport:
        """Scans and forgets what was opened before."""
        self.opened = []
        return scan(
            self.engine,
            settings or self.settings,
            accept_empty=accept_empty,
            accept_vanished=accept_vanished,
            read=self.read,
        )

    def photos(self) -> dict[str, Photo]:
        """The photos by root and path."""
        return {f"{photo.root}/{photo.path}": photo for photo in Photos(self.engine).everything()}

    def ids(self) -> dict[str, str]:
        """The photo ids by root and path."""
        return {place: photo.photoid for place, photo in self.photos().items()}

    def failed(self) -> dict[str, str]:
        """Why files can't be read, by root and path."""
        return {f"{each.root}/{each.path}": each.reason for each in Photos(self.engine).failures()}

    def lose_catalogue(self) -> None:
        """As if somebody had deleted it."""
        self.engine.dispose()
        for file in self.settings.data_dir.iterdir():
            file.unlink()
        self.engine = open_catalog(self.settings.data_dir)

    def make_impatient(self) -> None:
        """As `make_impatient`."""
        make_impatient(self.engine)

    def environment(self) -> dict[str, str]:
        """The settings for a process of its own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ROBOT_ROOT")}
        return {
            **kept,
            "DATA_DIR": str(self.settings.data_dir),
            "ROBOT_ROOT_0_PATH": str(self.a),
            "ROBOT_ROOT_1_PATH": str(self.b),
            "DARKROOM_TOML": os.devnull,
        }

    def command(self, *arguments: str, before: tuple[str, ...] = (), **more: str) -> "subprocess.CompletedProcess[str]":
        """Runs `python -m catalog …`."""
        return subprocess.run(
            [*before, sys.executable, "-W", "error", "-m", "catalog", *arguments],
            env={**self.environment(), **more},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
