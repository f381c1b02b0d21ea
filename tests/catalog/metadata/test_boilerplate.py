"""What nobody has written."""

import pytest

from catalog.metadata import boilerplate


@pytest.mark.parametrize(
    "text",
    [
        "OLYMPUS DIGITAL CAMERA",
        "SONY DSC",
        "Minolta DSC",
        "KONICA MINOLTA DIGITAL CAMERA",
        "KODAK Digital Still Camera",
        "SANYO DIGITAL CAMERA",
        "DIGITAL CAMERA",
        "MOULTRIE DIGITAL GAME CAMERA",
        "SAMSUNG",
        "SAMSUNG CAMERA PICTURES",
        "<KENOX S1050 / Samsung S1050>",
        "<Digimax i5, Samsung #1>",
        "DCIM\\100MEDIA\\DJI_0012.JPG",
        "DCIM/100GOPRO/GOPR0001.JPG",
        "Created with GIMP",
        "Created with The GIMP",
        "LEAD Technologies Inc. V1.01",
        "Exif_JPEG_PICTURE",
        "charset=Ascii",
        "default",
        "User comments",
        "oplus_1048864",
        "filter: 0; fileterIntensity: 0.0; filterMask: 0;",
        '{"mirror":false,"sensor_type":"rear"}',
        "----------",
    ],
)
def test_nobody_wrote_it(text: str) -> None:
    assert boilerplate.without(text) == boilerplate.without(text.upper()) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "My Olympus digital camera",
        "Digital camera on a table",
        "Samsung's tower in Seoul",
        "DCIM, the folder",
        "default settings of my lens",
        "mon",
        "Created with love",
        "x" * 10_000,
    ],
)
def test_somebody_wrote_it(text: str) -> None:
    assert boilerplate.without(text) == text


def test_words_of_one_maker_s_phones() -> None:
    assert boilerplate.without("cof", "HUAWEI") == boilerplate.without("oznorWO", "HUAWEI") == ""
    assert boilerplate.without("nor", "Canon") == "nor"
    assert boilerplate.without("Mon ami", "HUAWEI") == "Mon ami"
