"""How far a scan is."""

import logging

import pytest

from catalog.scan import progress


def test_lines_tell_how_far_it_is(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.INFO)
    now = [0.0]
    monkeypatch.setattr("catalog.scan.progress.time.monotonic", lambda: now[0])
    lines = progress.Lines()
    lines.found(10)
    now[0] = 6.0
    lines.found(10)
    lines.found(10)
    now[0] = 12.0
    lines.reading(7)
    lines.read(3)
    now[0] = 18.0
    lines.read(3)
    lines.close()
    assert caplog.messages == [
        "looking through the folders: 20 files so far",
        "30 files found, 7 of them to be read",
        "6 of 7 files read",
    ]


def test_a_scan_that_is_over_at_once_needs_no_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    lines = progress.Lines()
    lines.found(30)
    lines.reading(7)
    lines.read(7)
    lines.close()
    assert caplog.messages == []


def test_a_bar_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    bar = progress.for_terminal()
    bar.found(3)
    bar.reading(2)
    bar.read(2)
    bar.close()
    shown = capsys.readouterr().err
    assert "0/2" in shown
    assert shown.endswith(" \r")  # nothing of it stays
