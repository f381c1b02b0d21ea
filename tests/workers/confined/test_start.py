"""What renders, by the settings."""

import logging
from contextlib import ExitStack
from dataclasses import replace

import pytest

from config import SettingsError
from tests.catalog.library import Library
from workers.confined import start
from workers.confined.outside import Confined, InProcess

LACKING = "tests.confine.lacking"


def test_off(library: Library) -> None:
    with ExitStack() as closing:
        assert isinstance(start.confined(replace(library.settings, workers_confine="off"), closing), InProcess)


def test_what_the_kernel_lacks_is_said_once(
    library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(start, "ENTRY", LACKING)
    with ExitStack() as closing, caplog.at_level(logging.WARNING):
        assert isinstance(start.confined(library.settings, closing, at_once=True), Confined)
    says = "photos are decoded less confined than they could be: this kernel has no Landlock and no seccomp"
    assert [record.getMessage() for record in caplog.records] == [says]


def test_required(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "ENTRY", LACKING)
    required = replace(library.settings, workers_confine="required")
    with ExitStack() as closing, pytest.raises(SettingsError) as caught:
        start.confined(required, closing)
    assert str(caught.value) == "workers.confine is 'required', and this kernel has no Landlock and no seccomp"
