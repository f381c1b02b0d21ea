"""Photo ids as clients write them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import MalformedPhotoid
from catalog.photoid import decode, derived, encode, parse_photoid, source_version


@given(st.binary(min_size=16, max_size=16))
def test_every_way_to_write_an_id_is_understood(raw: bytes) -> None:
    photoid = encode(raw)
    assert decode(photoid) == raw
    assert len(photoid) == 22
    url_safe = photoid.replace("+", "-").replace("/", "_")
    for written in (photoid, photoid + "==", url_safe, url_safe + "==", photoid.replace("+", " ")):
        assert parse_photoid(written) == photoid


@given(st.text())
def test_any_text_is_an_id_or_malformed(text: str) -> None:
    photoid = ""
    with contextlib.suppress(MalformedPhotoid):
        photoid = parse_photoid(text)
    assert photoid == "" or len(decode(photoid)) == 16


@pytest.mark.parametrize("text", ["", "A" * 21, "A" * 23, "A" * 22 + "=", "A" * 21 + "é", "A" * 22 + "\n", "A" * 10000])
def test_malformed(text: str) -> None:
    with pytest.raises(MalformedPhotoid):
        parse_photoid(text)


def test_bits_without_meaning_are_cleared() -> None:
    assert parse_photoid("A" * 21 + "B") == "A" * 22


def test_twins_get_ids_of_their_own() -> None:
    base = bytes(16)
    assert len({base, *(derived(base, counter) for counter in range(1, 100))}) == 100


def test_version_changes_with_size_and_time() -> None:
    versions = {source_version(size, mtime) for size in (1, 2, 12) for mtime in (1, 2, 21)}
    assert len(versions) == 9
    assert all(len(version) == 16 and int(version, 16) >= 0 for version in versions)
