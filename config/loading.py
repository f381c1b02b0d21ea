"""Loads the settings, checks them against each other, and says all that is wrong with them at once.

A value comes from the environment (`cache.memory.bytes` is `CACHE_MEMORY_BYTES` there), else from `darkroom.toml` in
the working directory (or the file that `DARKROOM_TOML` names), else from `darkroom.toml` in the data folder, else from
the table. The data folder is `data.dir`, or what `DARKROOM_DATA` names, or that of this user's last `serve`.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_type_hints

from config import data_toml
from config.data_folder import last_served
from config.setting import SettingsError, convert, folder
from config.sign_in import wrong_with
from config.sources import ROOT_NAME, Given, from_environ, from_toml, unknown
from config.sources import roots as roots_of
from config.table import Settings, every_setting

FORWARDED = "forwarded"
PREFIX = "x-forwarded-prefix"
PROXY_HEADERS = {FORWARDED, PREFIX, *(f"x-forwarded-{each}" for each in ("for", "host", "proto", "port", "by"))}
DATA_DIR = "data.dir"
NAMED = "DARKROOM_DATA"
LAST_SERVE = "the last serve"
METRICS_DIR = "PROMETHEUS_MULTIPROC_DIR"


def load(environ: Mapping[str, str] | None = None, toml: Path | None = None) -> Settings:
    """The settings in force.

    Raises:
        SettingsError: naming every value that can't be used, all at once.
    """
    settings, problems = attempt(environ, toml)
    if problems:
        raise SettingsError(problems)
    return settings


def attempt(environ: Mapping[str, str] | None = None, toml: Path | None = None) -> tuple[Settings, list[str]]:
    """The settings as far as they can be used, defaults in the place of others, and a sentence on each of these."""
    environ = os.environ if environ is None else environ
    toml = toml or Path(environ.get("DARKROOM_TOML") or data_toml.FILE)
    problems: list[str] = []
    rows = [row for row, _ in every_setting()]
    given = from_toml(toml, problems, required="DARKROOM_TOML" in environ)
    from_environ(environ, rows, given)
    data_dir = _data_dir(environ, given)
    own = data_dir / data_toml.FILE
    if _same(own, toml):  # of the working directory, which is the data folder
        given = {name: (one[0], one[1], str(own)) if one[2] == toml.name else one for name, one in given.items()}
    else:
        _below(given, from_toml(own, problems, source=str(own)), problems)

    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    types = get_type_hints(Settings)
    for row, column in every_setting():
        if row.name.lower() in given:
            _, raw, source = given.pop(row.name.lower())
            try:
                values[column.name] = convert(types[column.name], raw, row)
                sources[row.name] = source
            except ValueError as error:
                shown = "(secret)" if row.secret else repr(raw)
                problems.append(f"{row.name} is {shown} ({source}): allowed is {error}")
    values["data_dir"] = data_dir
    values["roots"] = roots_of(given, problems, sources)
    problems += [unknown(name, source, rows) for name, _, source in given.values()]

    settings = Settings(**values, sources=sources)
    problems += _contradictions(settings)
    return settings, problems


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):  # one of them is not there
        return False


def _data_dir(environ: Mapping[str, str], given: Given) -> Path:
    """The data folder; notes in `given` where that comes from, if no setting names it."""
    if DATA_DIR in given:
        return folder(str(given[DATA_DIR][1]))
    named, last = environ.get(NAMED), last_served(environ)
    if named:
        given[DATA_DIR] = (DATA_DIR, named, f"environment: {NAMED}")
    elif last:
        given[DATA_DIR] = (DATA_DIR, str(last), LAST_SERVE)
    return folder(named or last or "data")


def _below(given: Given, own: Given, problems: list[str]) -> None:
    """Lays under `given` what the data folder's own file says: photo roots only where none is given."""
    roots = any(ROOT_NAME.fullmatch(name) and name.endswith(".path") for name in given)
    for name, one in own.items():
        if name == DATA_DIR:
            problems.append(f"{DATA_DIR} stands in {one[2]}, which lies in the data folder: take it out there")
        elif not (roots and ROOT_NAME.fullmatch(name)):
            given.setdefault(name, one)


def _contradictions(settings: Settings) -> list[str]:
    """What is wrong with settings of which each would do by itself."""
    problems: list[str] = []
    if settings.server_waiting_places >= settings.server_threads:
        problems.append(
            f"server.waiting.places is {settings.server_waiting_places}: allowed is less than server.threads, "
            f"which is {settings.server_threads}: cached photos must find a free thread"
        )
    headers = settings.trusted_proxy_headers
    if not headers <= PROXY_HEADERS or (FORWARDED in headers and headers - {FORWARDED, PREFIX}):
        problems.append(
            f"server.trusted.proxy.headers is {settings.server_trusted_proxy_headers!r}: allowed is {FORWARDED}, "
            f"maybe with {PREFIX}, or any of {', '.join(sorted(PROXY_HEADERS - {FORWARDED}))}"
        )
    return [*problems, *wrong_with(settings)]


def load_or_exit() -> Settings:
    """The settings in force; where they can't be used, says why on standard error and exits with 2.

    Where nobody names the data folder, says first which it is.
    """
    try:
        settings = load()
        if settings.sources.get(DATA_DIR) == LAST_SERVE:
            print(f"darkroom: {settings.data_dir} is the data folder, as of {LAST_SERVE}", file=sys.stderr)
        return settings
    except SettingsError as error:
        for problem in error.problems:
            print(f"settings: {problem}", file=sys.stderr)
        raise SystemExit(2) from None


def share_metrics(settings: Settings) -> None:
    """Lets the processes of this host count together, where there are several (see `metrics`).

    Has to be called before `metrics` is imported. `launch` empties the folder at a start at which
    nobody counts there.
    """
    if settings.distributed and METRICS_DIR not in os.environ:
        folder = settings.data_dir / "metrics"
        folder.mkdir(parents=True, exist_ok=True)
        os.environ[METRICS_DIR] = str(folder)
