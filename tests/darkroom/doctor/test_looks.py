"""The list of all looks: each has a name and an end, and what is wrong with settings is among what they find."""

from dataclasses import replace

import pytest

from darkroom.doctor.looks import looks, of_settings
from tests.catalog.library import Library
from tests.darkroom.doctor.told import told


def test_each_has_a_name_of_its_own(library: Library) -> None:
    names = [look.name for look in looks(library.settings)]
    assert len(set(names)) == len(names)
    assert {"photo root a", "photo root b"} <= set(names)


def test_those_that_may_wait_end_within_seconds(library: Library) -> None:
    assert {look.name for look in looks(library.settings) if look.seconds > 5} == {
        "readers",
        "decoders",
        "Pillow",
        "AVX2",
        "Pillow's build",
    }


def test_every_look_finds_something_here(library: Library) -> None:
    empty = [look.name for look in looks(library.settings) if not [*look.find()]]
    assert empty == ["photo roots"]  # each of them is looked at by itself


def test_settings(library: Library) -> None:
    assert told(of_settings(library.settings, ())) == ["✓ settings: all default"]
    given = replace(library.settings, sources={"server.port": "x.toml", "data.dir": "environment: DATA_DIR"})
    assert told(of_settings(given, ())) == ["✓ settings: 2 are set, by environment: DATA_DIR, x.toml"]


@pytest.mark.parametrize("problems", [(), ("server.port is 'x': allowed is a number",)])
def test_settings_that_can_t_be_used(library: Library, problems: tuple[str, ...]) -> None:
    found = told(of_settings(replace(library.settings, prerender_sizes="poster"), problems))
    assert found[:-1] == [f"✗ settings: {problem}" for problem in problems]
    assert found[-1].startswith("✗ settings: prerender.sizes is 'poster': ")
