"""Files of which users of other photo programs said publicly that they came out wrong, and what is right for each."""

from functools import partial
from pathlib import Path

from tests.cases.case import Case

FILES = Path(__file__).with_name("files")

# By the name of the file in `files`.
RIGHT = {
    "jpeg-zeros-for-its-end.jpg": "`240x160` `(60,40) = (220,30,30) ±20` "
    "`(180,120) = (220,220,30) ±20` `damaged truncated`",
    "jpeg-no-end-baseline.jpg": "`240x160` `(60,40) = (220,30,30) ±20` "
    "`(180,120) = (220,220,30) ±20` `damaged truncated`",
    "jpeg-no-end-progressive.jpg": "`240x160` `(60,40) = (220,30,30) ±20` "
    "`(180,120) = (220,220,30) ±20` `damaged truncated`",
    "jpeg-cut-baseline.jpg": "`240x160` `(60,40) = (220,30,30) ±20` "
    "`(180,40) = (30,180,30) ±20` `(60,110) = (30,30,220) ±20` `damaged truncated`",
    "jpeg-cut-progressive.jpg": "`240x160` `(60,40) = (220,30,30) ±25` "
    "`(180,40) = (30,180,30) ±25` `(60,110) = (30,30,220) ±25` `damaged truncated`",
    "png-cut.png": "`240x160` `(60,40) = (220,30,30) ±20` `(180,40) = (30,180,30) ±20` "
    "`(60,110) = (30,30,220) ±20` `damaged truncated`",
    "webp-cut.webp": "`240x160` `(60,40) = (220,30,30) ±20` `(180,40) = (30,180,30) ±20` "
    "`(60,110) = (30,30,220) ±20` `damaged truncated`",
    "gif-cut.gif": "`240x160` `(60,40) = (220,30,30) ±25` `(180,40) = (30,180,30) ±25` "
    "`(60,110) = (30,30,220) ±25` `damaged truncated`",
    "jpeg-progressive-long-tail.jpg": "`120x80` `(30,20) = (220,30,30) ±15` `(90,60) = (220,220,30) ±15`",
    "png-large-ztxt.png": "`120x80` `(30,20) = (220,30,30) ±15`",
    "png-large-xmp.png": "`120x80` `(30,20) = (220,30,30) ±15`",
    "png-large-profile.png": "`120x80` `(30,20) = (220,30,30) ±15`",
    "png-text-wrong-checksum.png": "`120x80` `(30,20) = (220,30,30) ±15` `damaged corrupt`",
    "heic-orientation-in-exif-alone.heic": "`64x128` `(32,30) = (30,30,220) ±25` `(32,98) = (220,30,30) ±25`",
    "jpeg-adobe-rgb-in-exif-alone.jpg": "`80x40` `(20,20) = (227,100,42) ±8` `(60,20) = (87,151,108) ±8`",
    "avif-p3-in-nclx-alone.avif": "`80x40` `(20,20) = (215,93,31) ±8` `(60,20) = (65,182,27) ±8`",
    "avif-pq-in-nclx-alone.avif": "`80x40` `(20,20) in (0..10, 0..10, 0..10)` "
    "`(60,20) in (190..255, 190..255, 190..255)`",
    "tiff-grey-12-bit.tif": "`64x64` `(32,32) = (255,255,255) ±3`",
    "tiff-16-bit-planes.tif": "`64x64` `(16,32) = (255,128,0) ±8` `(48,32) = (0,64,255) ±8` "
    "`(16,8) = (255,128,0) ±8` `(48,56) = (0,64,255) ±8`",
    "tiff-palette-of-bytes.tif": "`64x64` `(32,32) = (200,200,200) ±3`",
    "tiff-lab.tif": "`64x64` `(16,32) = (119,119,119) ±6` `(48,32) in (225..255, 0..45, 0..45)`",
    "tiff-float-rgb.tif": "`64x64` `(16,32) in (247..255, 0..8, 120..195)` `(48,32) = (0,255,255) ±8`",
    "tiff-turned-by-xmp.tif": "`40x80` `(20,20) = (30,30,220) ±25` `(20,60) = (220,30,30) ±25`",
    "date-hour-24.jpg": "`120x80` `created 2019-01-01T00:04:20`",
    "gps-signed.jpg": "`120x80` `place -33.8 151.2`",
    "xmp-undeclared-prefix.jpg": "`120x80` `title Salinen` `rating 4` `finds keyword:Zypern`",
    "keywords-lightroom-tree.jpg": "`120x80` `finds keyword:Palermo` `finds keyword:Orte`",
    "keywords-digikam-tree.jpg": "`120x80` `finds keyword:Catania` `finds keyword:Orte`",
    "keywords-microsoft.jpg": "`120x80` `finds keyword:Messina`",
    "one-pixel-high.png": "`1000x1` `thumbnail ≤ 8192x160`",
    "cmyk-no-profile.jpg": "`40x40` `(20,20) in (0..60, 130..195, 205..250)`",
    "raw.nrw": "`64x48`",
    "raw.3fr": "`66x48`",
    "raw.rwl": "`68x48`",
    "stereo.jps": "`120x80` `(30,20) = (220,30,30) ±15`",
    "device-independent.dib": "`120x80` `(30,20) = (220,30,30) ±15`",
    "animated.apng": "`120x80` `(30,20) = (220,30,30) ±15`",
    "東京タワー.jpg": "`120x82` `finds 東京` `finds タワー` `finds 東京タワー`",
    "bmp-4294967169-wide.bmp": "`own 501`",
    "bmp-3000000-wide.bmp": "`own 501`",
}

REPORTED = [Case(name, partial((FILES / name).read_bytes), right) for name, right in RIGHT.items()]
