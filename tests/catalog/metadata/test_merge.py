"""Which of EXIF, IPTC and XMP is believed."""

from catalog.metadata.merge import Found, Metadata, merge

EXIF = Found(Metadata(title="exif", make="exif", rating=1, aperture=2.8), "2001", "2004")
IPTC = Found(Metadata(title="iptc", keywords=("iptc",), software="iptc"), "2002")
XMP = Found(Metadata(title="xmp", make="xmp", lens="xmp", latitude=1.0, longitude=2.0), "2003", "2005", "id")


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
    assert merge(EXIF, IPTC, XMP) == Found(known, "2001", "2004", "id")


def test_dates() -> None:
    assert merge(Found(changed="2004"), IPTC, XMP).created == "2002"
    assert merge(Found(changed="2004"), Found(), XMP).created == "2003"
    nothing = merge(Found(changed="2004"), Found(), Found(changed="2005"))
    assert (nothing.created, nothing.changed) == ("", "2004")


def test_a_place_is_one_s() -> None:
    equator = Found(Metadata(latitude=0.0, longitude=5.0))
    known = merge(equator, Found(), XMP).metadata
    assert (known.latitude, known.longitude) == (0.0, 5.0)


def test_nothing() -> None:
    assert merge(Found(), Found(), Found()) == Found()
