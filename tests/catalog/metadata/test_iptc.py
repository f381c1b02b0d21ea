"""IPTC-IIM, as tools write it and as nobody should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.metadata import iptc, values
from catalog.metadata.merge import Found
from tests.catalog.metadata.packets import dataset, resource

UTF8 = dataset(90, iptc.UTF8, record=1)


def test_every_field() -> None:
    data = UTF8 + b"".join(
        [
            dataset(5, b"Der Goalie"),
            dataset(25, "Zürich".encode()),
            dataset(25, b"sea"),
            dataset(25, b"sea"),
            dataset(120, b"Zwei\rZeilen"),
            dataset(55, b"20150702"),
            dataset(60, b"143533+0200"),
            dataset(65, b"FotoStation"),
        ]
    )
    found = iptc.read(data)
    assert found.created == "2015-07-02T14:35:33+02:00"
    known = found.metadata
    assert (known.title, known.description, known.software) == ("Der Goalie", "Zwei\nZeilen", "FotoStation")
    assert known.keywords == ("Zürich", "sea")


@pytest.mark.parametrize(
    ("data", "keyword"),
    [
        (UTF8 + dataset(25, "Zürich".encode()), "Zürich"),
        (UTF8 + dataset(25, b"Z\xfcrich"), "Z\ufffdrich"),
        (dataset(25, "Zürich".encode()), "Zürich"),
        (dataset(25, b"Z\xfcrich"), "Zürich"),
        (dataset(90, b"\x1b.A", record=1) + dataset(25, b"Z\xfcrich"), "Zürich"),
        (dataset(25, "Zürich".encode(), extended=True), "Zürich"),
    ],
)
def test_encodings(data: bytes, keyword: str) -> None:
    assert iptc.read(data).metadata.keywords == (keyword,)


def test_a_headline_for_a_title() -> None:
    assert iptc.read(dataset(5, b" ") + dataset(105, b"Headline")).metadata.title == "Headline"


@pytest.mark.parametrize(
    ("day", "time", "created"),
    [
        (b"20150702", b"", "2015-07-02T00:00:00"),
        (b"20150702", b"garbage", "2015-07-02T00:00:00"),
        (b"2015-07-02", b"143533", "2015-07-02T14:35:33"),
        (b"00000000", b"000000", ""),
        (b"99991231", b"000000", ""),
        (b"", b"143533", ""),
        (b"20150702", b"14:35:33-03:30", "2015-07-02T14:35:33-03:30"),
        (b"2015:07:02", b"143533+0200", "2015-07-02T14:35:33+02:00"),
        (b"20150000", b"", "2015-01-01T00:00:00"),
    ],
)
def test_dates(day: bytes, time: bytes, created: str) -> None:
    assert iptc.read(dataset(55, day) + dataset(60, time)).created == created


def test_when_it_was_digitized() -> None:
    data = dataset(55, b"00000000") + dataset(62, b"20150702") + dataset(63, b"143533+0200")
    assert iptc.read(data).created == "2015-07-02T14:35:33+02:00"


def test_what_a_camera_wrote_by_itself() -> None:
    known = iptc.read(dataset(5, b"SONY DSC") + dataset(105, b"Sea") + dataset(120, b"OLYMPUS DIGITAL CAMERA")).metadata
    assert (known.title, known.description) == ("Sea", "")


def test_what_is_broken_ends_it() -> None:
    whole = dataset(25, b"sea")
    assert iptc.read(whole + b"garbage" + dataset(25, b"lake")).metadata.keywords == ("sea",)
    assert iptc.read(whole + dataset(25, b"lake")[:-2]).metadata.keywords == ("sea", "la")
    assert iptc.read(whole + b"\x1c\x02\x19\xff\xff").metadata.keywords == ("sea",)


def test_many_and_long() -> None:
    many = b"".join(dataset(25, str(number).encode()) for number in range(100_000))
    assert len(iptc.read(many).metadata.keywords) == values.MOST
    assert len(iptc.read(dataset(120, b"x" * 10_000_000, extended=True)).metadata.description) == values.TEXT


def test_in_resources() -> None:
    data = resource(1, b"odd") + resource(iptc.RESOURCE, b"here", name=b"a name") + resource(2, b"x")
    assert iptc.in_resources(data) == b"here"
    assert iptc.in_resources(resource(1, b"x")) == iptc.in_resources(b"") == iptc.in_resources(b"8BIM") == b""


@given(st.binary(max_size=300), st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=40)), max_size=5))
def test_any_bytes(data: bytes, datasets: list[tuple[int, bytes]]) -> None:
    iptc.in_resources(data)
    iptc.in_resources(resource(3, data)[:-1])
    assert isinstance(iptc.read(data), Found)
    assert isinstance(iptc.read(b"".join(dataset(*each) for each in datasets) + data), Found)
