"""Which of EXIF, IPTC and XMP is believed."""

import pytest

from catalog.metadata.merge import Found, Metadata, merge

DAY = "{}-07-02T14:35:33"
EXIF = Found(Metadata(title="exif", make="exif", rating=1, aperture=2.8), DAY.format(2001), DAY.format(2004))
IPTC = Found(Metadata(title="iptc", keywords=("iptc",), software="iptc"), DAY.format(2002))
XMP = Found(
    Metadata(title="xmp", make="xmp", lens="xmp", latitude=1.0, longitude=2.0), DAY.format(2003), DAY.format(2005), "id"
)


def test_words_are_xmp_s_and_measures_exif_s() -> None:
    known = Metadata(
        title="xmp",
        keywords=("iptc",),
        rating=1,
        make="exif",
        lens="xmp",
        software="iptc",
        aperture=2.8,
        latitude=1.0,
        longitude=2.0,
    )
    assert merge(EXIF, IPTC, XMP) == Found(known, DAY.format(2001), DAY.format(2004), "id")


@pytest.mark.parametrize(
    ("exif", "iptc", "xmp", "created", "offset"),
    [
        (Found(changed=DAY.format(2004)), IPTC, XMP, DAY.format(2002), ""),
        (Found(changed=DAY.format(2004)), Found(), XMP, DAY.format(2003), ""),
        (Found(changed=DAY.format(2004)), Found(), Found(changed=DAY.format(2005)), DAY.format(2004), ""),
        # The time zone of whoever says the same time.
        (EXIF, Found(), Found(created=DAY.format(2001) + "+02:00"), DAY.format(2001), "+02:00"),
        (EXIF, Found(), Found(created=DAY.format(2003) + "+02:00"), DAY.format(2001), ""),
        # A clock that was never set is believed last.
        (Found(created="1970-01-01T00:00:00"), Found(), XMP, DAY.format(2003), ""),
        (Found(created="1970-01-01T00:00:00"), Found(), Found(), "1970-01-01T00:00:00", ""),
        # The satellites' clock where there is no other, and where the file was changed on another day.
        (Found(located=DAY.format(2001) + "+00:00"), Found(), Found(), DAY.format(2001), "+00:00"),
        (Found(located=DAY.format(2001), changed=DAY.format(2004)), Found(), Found(), DAY.format(2001), ""),
        (Found(located=DAY.format(2001), changed="2001-07-02T19:35:33"), Found(), Found(), "2001-07-02T19:35:33", ""),
    ],
)
def test_dates(exif: Found, iptc: Found, xmp: Found, created: str, offset: str) -> None:
    found = merge(exif, iptc, xmp)
    assert (found.created, found.metadata.offset) == (created, offset)


def test_keywords_in_trees() -> None:
    trees = Found(paths=("Orte|Palermo",), noted=("sea",))
    assert merge(Found(), Found(), trees).metadata.keywords == ("Orte|Palermo",)
    # What other tools know beside them stays.
    assert merge(Found(), IPTC, trees).metadata.keywords == ("Orte|Palermo", "iptc")
    # What was noted of keywords counts where there are none: they may have been taken away since.
    assert merge(Found(), Found(), Found(noted=("sea",))).metadata.keywords == ("sea",)
    assert merge(Found(), IPTC, Found(noted=("sea",))).metadata.keywords == ("iptc",)


def test_a_place_is_one_s() -> None:
    equator = Found(Metadata(latitude=0.0, longitude=5.0))
    known = merge(equator, Found(), XMP).metadata
    assert (known.latitude, known.longitude) == (0.0, 5.0)


def test_nothing() -> None:
    assert merge(Found(), Found(), Found()) == Found()
