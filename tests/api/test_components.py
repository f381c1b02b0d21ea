"""The components of a front end: what hangs on the settings, and that what was opened is closed."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

import config
from api.components import open_components
from catalog.errors import CatalogError
from config import SettingsError


def settings(folder: Path, **more: object) -> config.Settings:
    """Those of a server without photos."""
    return replace(config.load({"DATA_DIR": str(folder)}, folder / "none.toml"), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "uid", "enabled"),
    [
        ({}, "guest", True),
        ({"webapi_default_uid": "ann"}, "ann", True),
        ({"server_host": "192.0.2.1"}, None, True),
        ({"web_enabled": False}, "guest", False),
        ({"webapi_enabled": False}, "guest", False),  # a page could do nothing
    ],
)
def test_what_hangs_on_the_settings(tmp_path: Path, more: Mapping[str, object], uid: str | None, enabled: bool) -> None:
    with ExitStack() as closing:
        components = open_components(settings(tmp_path, **more), closing)
        assert (components.uid, components.cookies.enabled) == (uid, enabled)
        assert components.devices.named["tile256"].width == 256


def test_what_can_t_be_used_is_said(tmp_path: Path) -> None:
    with ExitStack() as closing, pytest.raises(SettingsError, match=r"device\.sizes"):
        open_components(settings(tmp_path, device_sizes="nonsense"), closing)
    (tmp_path / "catalog.sqlite").write_bytes(b"no database" * 1000)
    with ExitStack() as closing, pytest.raises(CatalogError):
        open_components(settings(tmp_path), closing)
