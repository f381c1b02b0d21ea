"""Compiled parts: all are there where tests run, and each that is missing is said by its use."""

from pathlib import Path

import pytest
from PIL import features

from bin import readers
from catalog.kinds.readers import PARTS
from darkroom.doctor.readers import optimised


def test_nothing_is_missing_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert (readers.main(), capsys.readouterr().err) == (0, "")


@pytest.mark.parametrize("part", PARTS)
def test_what_pillow_was_built_without_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], part: str
) -> None:
    monkeypatch.setattr(features, "check", lambda each: each != part)
    assert readers.main() == 1
    assert f"without {part}, which is for {PARTS[part].use}: install its headers" in capsys.readouterr().err


def test_a_build_that_is_slow_is_said(tmp_path: Path) -> None:
    (tmp_path / "_imaging.so").write_bytes(b"\x48\x8b\x45 and so on" * 50)
    (sentence,) = readers.slow_build(optimised(tmp_path, tmp_path, "x86_64"))
    assert "without optimisation" in sentence


def test_a_module_that_can_t_be_imported_is_said() -> None:
    (sentence,) = readers.missing_modules({"sys": "all", "no_such_module": "nothing"})
    assert sentence.startswith("no_such_module, which is for nothing, can't be imported")
