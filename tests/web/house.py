"""The library that the page shows in tests, and the people who look at it."""

import io
from datetime import date
from pathlib import Path
from urllib.parse import quote

from PIL import ExifTags, Image, ImageDraw, ImageFont

from tests.catalog.metadata.packets import bag, xmp
from tests.end_to_end.servers import Server
from tests.photos import colours, header_alone, real_photos
from tests.web.visitor import Visitor

ADMIN, ADMIN_PASSWORD = "boss", "all of it"
SAILOR, SAILOR_PASSWORD = "sailor", "pässwörd of the sea"
DAMAGED = "damaged.jpg"
LARGE = "poster.jpg"
LARGE_SIZE = (3000, 2000)
TITLE = "Sunflower"
MONTHS = 30
EACH = 4  # photos of a month, by turns of the town and the sea
PEOPLE = [
    ("group", "add", "sailors", "--filter", "dirall:sea", *(f"--permission={name}" for name in (
        "pap:access:metadata", "pap:access:share", "pap:feature:search"))),
    ("user", "add", SAILOR, "--password", SAILOR_PASSWORD, "--group", "sailors"),
    ("user", "add", ADMIN, "--password", ADMIN_PASSWORD, "--admin"),
]  # fmt: skip


def make_library(folder: Path) -> Path:
    """Photos of thirty months; one with a title, a large one, real ones where they are at hand, and the oldest is
    damaged.
    """
    font = ImageFont.load_default(60)
    shades = colours(60)
    for month in range(MONTHS):
        for number in range(EACH):
            place = "sea" if number % 2 else "town"
            size = (600, 400) if month % 3 else (400, 600)
            image = Image.new("RGB", size, shades[(month + 7 * number) % len(shades)])
            ImageDraw.Draw(image).text((200, 200), f"{month}/{number}", "white", font, anchor="mm", stroke_width=3)
            taken = date(2013 + month // 6, 1 + 2 * (month % 6), 1 + 5 * number)
            _save(image, folder / place / f"{place} {month:02}-{number}.jpg", taken)
    poster = Image.effect_mandelbrot(LARGE_SIZE, (-3, -2.5, 2, 2.5), 60).convert("RGB")
    _save(poster, folder / "town" / LARGE, date(2020, 5, 1))
    about = xmp(bag("dc:title", TITLE) + bag("dc:subject", "Zürich"), 'xmp:Rating="4" exif:FNumber="22/1"')
    _save(Image.new("RGB", (900, 900), "gold"), folder / "sea/flower.jpg", date(2020, 4, 1), about)
    noise = io.BytesIO()
    Image.effect_noise((800, 600), 90).convert("RGB").save(noise, "JPEG", exif=_exif(date(2012, 3, 1)))
    (folder / "sea" / DAMAGED).write_bytes(header_alone(noise.getvalue()))
    (folder / "town/real").mkdir()
    for each in real_photos("large/*"):
        (folder / "town/real" / each.name).symlink_to(each.absolute())
    return folder


def invite(server: Server) -> None:
    """Adds the people to a server's catalogue."""
    for each in PEOPLE:
        server.manage(*each)


def welcome(visitor: Visitor, server: Server) -> Visitor:
    """Tells what is no trouble in this house: its damaged photo, which whoever scrolls or sees few may come upon, and
    a busy server's word for patience.
    """
    visitor.expects(500, f"getPhoto.*{quote(server.photos()[f'sea/{DAMAGED}'], safe='')}&")
    visitor.expects(503, "getPhoto")
    return visitor


def _exif(taken: date) -> Image.Exif:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = f"{taken:%Y:%m:%d} 12:00:00"
    return exif


def _save(image: Image.Image, file: Path, taken: date, about: bytes = b"") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    image.save(file, "JPEG", quality=90, exif=_exif(taken), **({"xmp": about} if about else {}))
