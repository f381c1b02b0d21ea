"""A library to look at: wallpapers of Debian's that are photos, each with details of it, as from an afternoon each.

They are CC-licensed: `CREDITS` says whose they are, and each file says so too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from PIL import ExifTags, Image

WHOLE_SIDE, DETAIL_SIDE = 2560, 1280
QUALITY = 88
LAST_DAY = datetime(2026, 10, 18, 15, 24)
# Details go around the heart of a photo: the part of its width that they show, and their shape.
DETAILS = (
    (0.85, 3 / 2),
    (0.42, 2 / 3),
    (0.6, 1.0),
    (0.33, 3 / 2),
    (0.7, 4 / 5),
    (0.5, 16 / 9),
    (0.26, 1.0),
    (0.75, 2.0),
)
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<rdf:Description rdf:about="" xmp:Rating="{rating}">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{about}</rdf:li></rdf:Alt></dc:description>
<dc:subject><rdf:Bag>{keywords}</rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"""


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo of Debian's: its file without the ending, its title and keywords here, and whose it is; `heart` is where
    one looks, as parts of its width and height; it was taken `days` before the last one, with so many details.
    """

    file: str
    title: str
    keywords: tuple[str, ...]
    artist: str
    licence: str
    days: int
    details: int
    heart: tuple[float, float]


SHOTS = (
    Shot("aitzgorri_by_Aitzol_Berasategi", "Aitzgorri in October", ("mountain", "autumn"), "Aitzol Berasategi", "CC BY 4.0", 0, 6, (0.6, 0.35)),
    Shot("Kleiber_by_Lukas_Baubkus", "Nuthatch", ("bird", "tree"), "Lukas Baubkus", "CC BY-SA 3.0", 9, 7, (0.42, 0.5)),
    Shot("Dragonfly_by_Bolly", "Dragonfly", ("insect", "garden"), "Bolly", "CC BY-SA 4.0", 15, 5, (0.57, 0.33)),
    Shot("Picture_0B_by_freespace", "Fig", ("fruit", "red"), "Trevor “Freespace”", "CC BY 4.0", 31, 8, (0.58, 0.54)),
    Shot("picosdeeuropa_by_Aitzol_Berasategi", "Picos de Europa", ("mountain", "snow"), "Aitzol Berasategi", "CC BY 4.0", 39, 8, (0.6, 0.4)),
    Shot("friends_by_Aitzol_Berasategi", "Friends", ("dog", "window"), "Aitzol Berasategi", "CC BY 4.0", 44, 6, (0.5, 0.42)),
    Shot("Infinite-Sea_by_Aury88", "Infinite sea", ("sea", "stars"), "Aury88", "CC BY-SA 3.0", 70, 7, (0.55, 0.5)),
    Shot("Bridge_by_Sander_Klootwijk", "From the bridge", ("sky", "coast"), "Sander Klootwijk", "CC BY-SA 4.0", 74, 4, (0.6, 0.6)),
    Shot("seeding_by_Clements_Engelhardt", "Seeding", ("meadow", "spring"), "Clemens Engelhardt", "CC0", 152, 8, (0.3, 0.35)),
    Shot("life_by_Aitzol_Berasategi", "Life", ("forest", "water"), "Aitzol Berasategi", "CC BY 4.0", 160, 7, (0.5, 0.55)),
    Shot("Picture_1A_by_freespace", "Brushes", ("colour", "studio"), "Trevor “Freespace”", "CC BY 4.0", 164, 6, (0.45, 0.45)),
    Shot("sunset_by_Aitzol_Berasategi", "Last light", ("sunset", "mountain"), "Aitzol Berasategi", "CC BY 4.0", 290, 8, (0.5, 0.4)),
    Shot("Wine_by_Jakkub_Mede", "An evening at home", ("wine", "music"), "Jakub Mede", "CC BY 4.0", 297, 5, (0.55, 0.5)),
    Shot("free_by_Peter_Nerlich", "Free", ("bird", "light"), "Peter Nerlich", "CC BY-SA 4.0", 430, 6, (0.5, 0.7)),
    Shot("greentock_by_Peter_Nerlich", "Green clock", ("clock", "time"), "Peter Nerlich", "CC BY-SA 4.0", 436, 6, (0.55, 0.4)),
)  # fmt: skip


def credits() -> Iterator[str]:
    """A line for each photo: what it is called, who took it, its licence."""
    for shot in SHOTS:
        yield f"{shot.title}: {shot.artist}, {shot.licence} (`{shot.file}.jpg`)"


def make(wallpapers: Path, folder: Path) -> Path:
    """Makes the library in a new folder from the folder of the wallpapers."""
    for shot in SHOTS:
        with Image.open(wallpapers / f"{shot.file}.jpg") as image:
            whole = image.convert("RGB")
        taken = LAST_DAY - timedelta(days=shot.days)
        of = folder / f"{taken:%Y}" / shot.title
        of.mkdir(parents=True)
        _save(whole, of / f"{shot.title}.jpg", WHOLE_SIDE, shot, taken, 5)
        for number, (part, shape) in enumerate(DETAILS[: shot.details], start=1):
            detail = whole.crop(around(whole.width, whole.height, shot.heart, part, shape))
            _save(
                detail, of / f"{shot.title} {number}.jpg", DETAIL_SIDE, shot, taken - timedelta(minutes=7 * number), 0
            )
    return folder


def around(width: int, height: int, heart: tuple[float, float], part: float, shape: float) -> tuple[int, int, int, int]:
    """Where a detail of that shape (width to height) lies in a photo: left, top, right, bottom, all inside it."""
    wide = min(part * width, height * shape)
    high = wide / shape
    left = min(max(heart[0] * width - wide / 2, 0), width - wide)
    top = min(max(heart[1] * height - high / 2, 0), height - high)
    return int(left), int(top), int(left + wide), int(top + high)


def _save(image: Image.Image, file: Path, side: int, shot: Shot, taken: datetime, rating: int) -> None:
    image.thumbnail((side, side))
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = f"{taken:%Y:%m:%d %H:%M:%S}"
    packet = XMP.format(
        title=escape(shot.title),
        about=escape(f"Photo: {shot.artist}, {shot.licence}, of Debian's wallpapers"),
        keywords="".join(f"<rdf:li>{escape(word)}</rdf:li>" for word in shot.keywords),
        rating=rating,
    )
    image.save(file, "JPEG", quality=QUALITY, exif=exif, xmp=packet.encode())
