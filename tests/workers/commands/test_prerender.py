"""What the command says where there is nothing to wait for; what it does is tested end to end."""

import argparse
from dataclasses import replace

import pytest

from catalog.scan.scan import in_sight
from tests.catalog.library import Library
from tests.workers.prerender.played import House
from workers.commands import prerender as command


def chosen(**given: object) -> argparse.Namespace:
    return argparse.Namespace(**({"query": "*", "sizes": None, "resume": None, "concurrency": None} | given))


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ({"sizes": "poster"}, 2, "'poster' is no size"),
        ({"query": "("}, 2, "character"),
        ({"resume": 7}, 2, "There is no job 7"),
    ],
)
def test_what_can_not_be_done(
    library: Library, capsys: pytest.CaptureFixture[str], given: dict[str, object], code: int, words: str
) -> None:
    assert command.run(library.settings, chosen(**given)) == code
    assert words in capsys.readouterr().err


def test_settings_that_can_not_be_used(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(replace(library.settings, prerender_sizes="poster"), chosen()) == 2
    assert command.run(replace(library.settings, roots=()), chosen()) == 1
    said = capsys.readouterr().err
    assert ("prerender.sizes" in said, "robot.root.0.path" in said) == (True, True)


def test_a_job_in_this_process(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    House(library, 2)
    (library.a / "001.jpg").write_bytes(b"no photo any more")
    assert command.run(library.settings, chosen(sizes="8x8, 10x", concurrency=1)) == 1
    said = capsys.readouterr().err
    assert "2 photos in 8x8, 10x" in said
    assert "done: 1 rendered, 0 cached before, 1 failed" in said
    assert "a/001.jpg" in said
    assert command.run(library.settings, chosen(query="dir:nowhere")) == 0


def test_a_root_that_only_the_catalogue_has_stays_in_sight(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    House(library, 2)
    assert command.run(library.only("b"), chosen()) == 1
    assert "photo root a, which is not in the settings" in capsys.readouterr().err
    assert in_sight(library.engine) == {"a", "b"}
