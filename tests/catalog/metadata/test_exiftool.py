"""What is read of real photos, held against exiftool; skipped where either is not here."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bench.exiftool import TAGS, differences
from tests.catalog.library import jpeg, put
from tests.photos import needs_real_photos

pytestmark = pytest.mark.skipif(shutil.which("exiftool") is None, reason="no exiftool here")
FACES = "{RegionList=[{Name=Ann,Type=Face},{Name=Zoë Lee,Type=Face}]}"


@needs_real_photos
def test_real_photos_are_read_as_exiftool_reads_them() -> None:
    found, alike = differences(Path(os.environ["REAL_PHOTOS"]) / "exif-samples")
    assert alike > 1800
    assert [each for each in found if not each.why] == []


@pytest.mark.parametrize(
    "written",
    [
        ("-XMP-dc:Title=Größe", "-XMP-dc:Description=two\nlines", "-XMP-dc:Subject=sea", "-XMP-dc:Subject=Zürich"),
        ("-IPTC:ObjectName=Größe", "-IPTC:Keywords=Zürich", "-IPTC:Keywords=sea", "-IPTC:Caption-Abstract=née"),
        ("-IPTC:CodedCharacterSet=UTF8", "-IPTC:ObjectName=東京", "-IPTC:Keywords=Zürich", "-IPTC:Caption-Abstract=é"),
        ("-IPTC:DateCreated=2015:07:02", "-IPTC:TimeCreated=14:35:33+02:00", "-IPTC:OriginatingProgram=x"),
        ("-XPTitle=東京", "-XPComment=Größe", "-XPKeywords=Zürich;sea"),
        ("-IFD0:ImageDescription=Größe", "-IFD0:Make=Ünique", "-IFD0:Model=1", "-IFD0:Software=ß"),
        ("-EXIF:UserComment=東京 Größe",),
        ("-EXIF:UserComment=plain", "-ExifByteOrder=MM"),
        ("-XMP-xmp:Rating=4", "-IFD0:Rating=2"),
        ("-IFD0:Rating=5",),
        (f"-XMP-mwg-rs:RegionInfo={FACES}",),
        ("-XMP-iptcExt:PersonInImage=Ole", "-XMP-MP:RegionInfoMP={Regions=[{PersonDisplayName=Eva},{Rectangle=1}]}"),
        ("-EXIF:GPSLatitude=46.51234", "-EXIF:GPSLatitudeRef=S", "-EXIF:GPSLongitude=7.5", "-EXIF:GPSLongitudeRef=E"),
        ("-XMP-exif:GPSLatitude=46.51234", "-XMP-exif:GPSLongitude=-7.5"),
        ("-ExposureTime=1/160", "-FNumber=22", "-FocalLength=90", "-ISO=200", "-LensModel=90 mm", "-ApertureValue=4"),
        ("-ShutterSpeedValue=1/250", "-ApertureValue=2.8", "-ExifByteOrder=MM"),
        ("-XMP-exif:ExposureTime=1/160", "-XMP-exif:FNumber=22", "-XMP-exif:FocalLength=90", "-XMP-exif:ISO=200"),
        ("-EXIF:DateTimeOriginal=2015:07:02 14:35:33", "-EXIF:OffsetTimeOriginal=+09:00", "-EXIF:ModifyDate=now"),
        ("-XMP-photoshop:DateCreated=2015:07:02", "-XMP-xmp:CreateDate=2016:01:01 00:00:00+01:00"),
    ],
)
def test_what_exiftool_writes_is_read(tmp_path: Path, written: tuple[str, ...]) -> None:
    file = put(tmp_path / "a.jpg", jpeg())
    subprocess.run(["exiftool", "-q", "-overwrite_original", *written, str(file)], check=True)
    assert differences(tmp_path) == ([], len(TAGS))
