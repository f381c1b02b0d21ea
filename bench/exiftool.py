"""Where what the scan reads of photos differs from what exiftool says: `python -m bench.exiftool`.

A row for each difference: the file, the field, what is read here, what exiftool reads, from which tag of its own, and
why they differ where that can be told. Needs Debian's libimage-exiftool-perl. exiftool's tags are asked in the order in
which `catalog.metadata` believes them, by their groups, so that what differs is the reading and not the choice.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import catalog.metadata.boilerplate as boilerplate
import catalog.metadata.dates as dates
from bench.tools.turns import PHOTOS
from catalog.errors import Unreadable
from catalog.metadata import Header, read, values

SAMPLES = PHOTOS.parent / "exif-samples"
XP = "IFD0:XP"
TAGS: dict[str, tuple[str, ...]] = {
    "title": ("XMP-dc:Title", "XMP-photoshop:Headline", "IPTC:ObjectName", "IPTC:Headline", f"{XP}Title"),
    "description": (
        "XMP-dc:Description",
        "XMP-exif:UserComment",
        "IPTC:Caption-Abstract",
        "IFD0:ImageDescription",
        f"{XP}Comment",
        "ExifIFD:UserComment",
    ),
    "keywords": ("XMP-dc:Subject", "IPTC:Keywords", f"{XP}Keywords"),
    "persons": ("XMP-iptcExt:PersonInImage", "XMP-mwg-rs:RegionName", "XMP-MP:RegionPersonDisplayName"),
    "rating": ("XMP-xmp:Rating", "IFD0:Rating"),
    "created": (
        "ExifIFD:DateTimeOriginal",
        "ExifIFD:CreateDate",
        "Composite:DateTimeCreated",
        "IPTC:DateCreated",
        "XMP-exif:DateTimeOriginal",
        "XMP-photoshop:DateCreated",
        "XMP-exif:DateTimeDigitized",
        "XMP-xmp:CreateDate",
        "IFD0:ModifyDate",
        "XMP-xmp:ModifyDate",
        "System:FileModifyDate",
    ),
    "make": ("IFD0:Make", "XMP-tiff:Make"),
    "model": ("IFD0:Model", "XMP-tiff:Model"),
    "lens": ("ExifIFD:LensModel", "XMP-exifEX:LensModel", "XMP-aux:Lens", "Composite:LensID"),
    "software": ("IFD0:Software", "IPTC:OriginatingProgram", "XMP-xmp:CreatorTool", "XMP-tiff:Software"),
    "exposure_time": ("ExifIFD:ExposureTime", "ExifIFD:ShutterSpeedValue", "XMP-exif:ExposureTime"),
    "aperture": ("ExifIFD:FNumber", "ExifIFD:ApertureValue", "XMP-exif:FNumber"),
    "focal_length": ("ExifIFD:FocalLength", "XMP-exif:FocalLength"),
    "iso": ("ExifIFD:ISO", "XMP-exifEX:PhotographicSensitivity", "XMP-exif:ISO", "Composite:ISO"),
    "latitude": ("Composite:GPSLatitude", "XMP-exif:GPSLatitude"),
    "longitude": ("Composite:GPSLongitude", "XMP-exif:GPSLongitude"),
    "width": ("File:ImageWidth", "IFD0:ImageWidth"),
    "height": ("File:ImageHeight", "IFD0:ImageHeight"),
}
SIDES = {"width": "height", "height": "width"}
NOTHING = ("", "0", "[]", "undef", "65535")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a file that is read otherwise; `tag` is exiftool's, `why` is empty where that can't be told."""

    file: str
    field: str
    ours: object
    theirs: object = ""
    tag: str = ""
    why: str = ""


def main() -> int:
    """Reads every file both ways; prints the differences and how many fields are alike. Exit status 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLES, help=f"(default: {os.path.relpath(SAMPLES)})")
    if shutil.which("exiftool") is None:
        print("bench: exiftool is missing: apt-get install libimage-exiftool-perl", file=sys.stderr)
        return 2
    found, alike = differences(parser.parse_args().folder)
    print("| file | field | here | exiftool | its tag | why |\n|---|---|---|---|---|---|")
    for each in found:
        print("| " + " | ".join(str(cell)[:70].replace("|", "/") for cell in astuple(each)) + " |")
    print(f"\n{len(found)} differences, {alike} fields alike")
    return 0


def differences(folder: Path) -> tuple[list[Difference], int]:
    """The differences of all photos below a folder, and how many fields are alike."""
    command = ["exiftool", "-json", "-n", "-G1", "-r", os.fspath(folder)]
    said = subprocess.run(command, capture_output=True, check=False).stdout
    found: list[Difference] = []
    alike = 0
    for tags in json.loads(said, parse_float=str):  # a version 1.00 is no number
        file = Path(tags["SourceFile"])
        try:
            header = read(file)
        except (Unreadable, OSError) as error:
            found.append(Difference(file.name, "(all)", f"not read: {error}"))
            continue
        for field, names in TAGS.items():
            ours, (tag, theirs) = _ours(header, field), _theirs(tags, field, names)
            if _same(field, ours, theirs):
                alike += 1
            else:
                found.append(Difference(file.name, field, ours, theirs, tag, _why(field, ours, theirs, tag)))
    return found, alike


def _ours(header: Header, field: str) -> object:
    return getattr(header, field) if hasattr(header, field) else getattr(header.metadata, field)


def _theirs(tags: Mapping[str, object], field: str, names: Sequence[str]) -> tuple[str, object]:
    """The first of the tags that says something, and what; of persons each that any of them names."""
    turned = str(tags.get("IFD0:Orientation", 1)) in "5678" or tags.get("QuickTime:Rotation") in (90, 270)
    if field in SIDES and turned:
        names = TAGS[SIDES[field]]  # here it is as a person sees it
    found = {name: tags[name] for name in names if str(tags.get(name, "")).strip() not in NOTHING}
    if field == "persons":
        several = (value if isinstance(value, list) else [value] for value in found.values())
        return ", ".join(found), values.texts(item for some in several for item in some)
    if field == "created":
        days = ((name, dates.date(str(value))[: dates.LOCAL]) for name, value in found.items())
        return next(((name, day) for name, day in days if day), ("", ""))
    return next(iter(found.items()), ("", None))


def _why(field: str, ours: object, theirs: object, name: str) -> str:
    if name.startswith("Composite:") and not ours and field in ("lens", "iso"):
        return "stands in the camera's maker notes alone"
    if field in ("title", "description") and not ours and not boilerplate.without(values.text(theirs)):
        return "cameras write it by themselves"
    return ""


def _same(field: str, ours: object, theirs: object) -> bool:
    if not ours and not theirs:
        return True
    if isinstance(ours, tuple):
        several = theirs if isinstance(theirs, list | tuple) else str(theirs).split(";")
        return ours == values.texts(str(each) for each in several)
    if isinstance(ours, int | float):
        number = values.number(theirs, -1e9, 1e9)
        return number is not None and abs(number - ours) <= 1e-5 * max(1.0, abs(number))
    return str(ours) == values.text(str(theirs), values.TEXT if field == "description" else values.LINE)


if __name__ == "__main__":
    raise SystemExit(main())
