"""The list of what reads photos: versions, what is missing, and the text by which a changed set-up is known."""

import importlib
import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from PIL import features

from catalog.kinds import readers
from catalog.kinds.readers import MODULES, PARTS, PILLOW, Found, Reader, fingerprint, looked_at

PROJECT = Path(__file__).parents[3]
PROBE = "import sys; from catalog.kinds.readers import {name}; print({call}); print(*sys.modules)"


def loaded(name: str, call: str) -> tuple[str, set[str]]:
    """What a process of its own prints, and what it has loaded by then."""
    command = [sys.executable, "-c", PROBE.format(name=name, call=call)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    printed, modules = done.stdout.splitlines()
    return printed, set(modules.split())


def by_use() -> dict[str, Found]:
    return {found.reader.use: found for found in readers.readers()}


@pytest.mark.parametrize("reader", [PILLOW, *PARTS.values(), *MODULES.values()], ids=lambda reader: reader.name)
def test_each_is_here_with_its_version(reader: Reader) -> None:
    found = by_use()[reader.use]
    assert found.trouble == ""
    assert re.match(r"\d+(\.\d+)+", found.version)


def test_libraries_inside_of_modules_are_said() -> None:
    found = by_use()
    assert [name in found[use].version for use, name in (("HEIC", "libheif"), ("AVIF", "libavif"))] == [True, True]
    assert "LibRaw" in found["camera raw"].version
    assert "libvips" in found["TIFF that Pillow misreads"].version


@pytest.mark.parametrize("part", PARTS)
def test_what_pillow_was_built_without(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    monkeypatch.setattr(features, "check", lambda each: each != part)
    assert [name for name, reader in PARTS.items() if looked_at(reader).trouble] == [part]
    assert looked_at(PARTS[part]) == Found(PARTS[part], "", f"Pillow was built without {part}")


def test_without_pillow_it_comes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    (found,) = readers.readers()
    assert (found.reader, found.version, "Pillow can't be imported" in found.trouble) == (PILLOW, "", True)


@pytest.mark.parametrize(
    ("name", "module", "trouble"),
    [
        ("pillow-heif", SimpleNamespace(libheif_info=lambda: {"decoders": {}}), "libheif was built without"),
        ("pillow-avif-plugin", SimpleNamespace(decoder_codec_available=lambda _: False), "libavif was built without"),
        ("rawpy", None, "rawpy can't be imported: it is gone"),
        (
            "pyvips",
            SimpleNamespace(version=lambda _: 7),
            "pyvips uses libvips 7.7.7 in the place of pyvips-binary's 8.",
        ),
    ],
)
def test_modules_that_can_t_read(monkeypatch: pytest.MonkeyPatch, name: str, module: object, trouble: str) -> None:
    def imported(_: str) -> object:
        if module is None:
            raise ImportError("it is gone")
        return module

    monkeypatch.setattr(importlib, "import_module", imported)
    assert looked_at(MODULES[name]).trouble.startswith(trouble)


def test_nothing_is_loaded_before_it_is_asked_for() -> None:
    printed, modules = loaded("readers", "len(readers.__name__)")
    assert (printed, {"PIL", "rawpy", "pillow_heif", "pillow_avif", "pyvips"} & modules) == ("7", set())


def test_a_fingerprint_loads_pillow_alone_and_is_the_same_everywhere() -> None:
    printed, modules = loaded("fingerprint", "fingerprint()")
    assert printed == fingerprint()
    assert re.fullmatch(r"[0-9a-f]{16}", printed)
    assert {"rawpy", "pillow_heif", "pillow_avif", "pyvips", "_libvips"} & modules == set()


def _another_version(patch: pytest.MonkeyPatch) -> None:
    version = importlib.metadata.version
    patch.setattr(importlib.metadata, "version", lambda name: "0.1" if name == "rawpy" else version(name))


def _one_is_gone(patch: pytest.MonkeyPatch) -> None:
    find: Callable[[str], object] = importlib.util.find_spec
    patch.setattr(importlib.util, "find_spec", lambda name: None if name == "_pillow_heif" else find(name))


def _without_libvips(patch: pytest.MonkeyPatch) -> None:
    find: Callable[[str], object] = importlib.util.find_spec
    patch.setattr(importlib.util, "find_spec", lambda name: None if name == "_libvips" else find(name))


def _without_webp(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(features, "check", lambda part: part != "webp")


def _not_installed(patch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    patch.setattr(importlib.metadata, "version", missing)


@pytest.mark.parametrize("change", [_another_version, _one_is_gone, _without_libvips, _without_webp, _not_installed])
def test_another_set_up_has_another_fingerprint(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[pytest.MonkeyPatch], None]
) -> None:
    before = fingerprint.__wrapped__()
    assert before == fingerprint.__wrapped__()
    change(monkeypatch)
    assert fingerprint.__wrapped__() != before


def test_it_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    known = fingerprint()
    monkeypatch.setattr(readers, "_installed", lambda: pytest.fail("asked again"))
    assert fingerprint() == known


def test_what_is_asked_for_of_modules_is_listed() -> None:
    assert readers.COMPILED.keys() == MODULES.keys()
    assert all(
        isinstance(importlib.import_module(name), ModuleType) for name in (readers.COMPILED | readers.BESIDE).values()
    )
