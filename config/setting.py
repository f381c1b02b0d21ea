"""One setting: what the table of settings says of it, how its value is read from text, and the error where it can't."""

import os.path
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.redis_address import parse

BYTES = re.compile(r"(\d+)\s*(k|m|g|t)?(i?)b?", re.IGNORECASE)
UNITS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


class SettingsError(Exception):
    """Settings that can't be used; `problems` has one sentence for each of them.

    Each sentence names the setting, the value and what is allowed.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Setting:
    """What the table says of one setting, beside its type and default.

    `low` and `high` bound numbers (inclusive), `unit` says what they count, `secret` values are never printed,
    `choices` are all the texts there are.
    """

    name: str
    help: str
    low: float | None = None
    high: float | None = None
    unit: str = ""
    secret: bool = False
    choices: tuple[str, ...] = ()

    @property
    def environ(self) -> str:
        """The setting's name in the environment."""
        return self.name.upper().replace(".", "_")


class Bytes(int):
    """A number of bytes, which a person may write as `64MB` or `10 GiB`."""


def convert(kind: type, raw: object, row: Setting) -> Any:
    """`raw`, from the environment or TOML, as a value of the setting's type.

    Raises:
        ValueError: it can't be; the message says what is allowed.
    """
    if kind in (int, float, Bytes):
        return _number(kind, raw, row)
    if kind is bool:
        return _truth(raw)
    if not isinstance(raw, str):
        raise ValueError("text")
    if row.choices and raw not in row.choices:
        raise ValueError(", ".join(each or "nothing" for each in row.choices))
    if row.name == "redis.url" and raw:
        parse(raw)
    return kind(raw)


def _number(kind: type, raw: object, row: Setting) -> Any:
    low, high = row.low if row.low is not None else 0, row.high
    unit = f" {row.unit}" if row.unit else ""
    allowed = f"a {'number' if kind is float else 'whole number'} of {low:g} or more{unit}"
    if high is not None:
        allowed = f"a {'number' if kind is float else 'whole number'} from {low:g} to {high:.15g}{unit}"
    if kind is Bytes:
        allowed += ", such as 64000000, 64MB or 10GiB"
    parse: Callable[[str], Any] = _bytes if kind is Bytes else kind
    try:
        if isinstance(raw, bool):
            raise ValueError
        value = parse(str(raw).strip())
    except ValueError:
        raise ValueError(allowed) from None
    if not (low <= value and (high is None or value <= high)):  # also where it is not a number (NaN)
        raise ValueError(allowed)
    return value


def _bytes(text: str) -> Bytes:
    match = BYTES.fullmatch(text)
    if not match:
        raise ValueError(text)
    base = 1024 if match[3] else 1000
    return Bytes(int(match[1]) * base ** UNITS[(match[2] or "").lower()])


def _truth(raw: object) -> bool:
    words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    try:
        return words[str(raw).strip().lower()]
    except KeyError:
        raise ValueError("true or false") from None


def folder(text: str | Path) -> Path:
    """The folder that a setting names, `~` being a home, as a shell has it: `~nobody` stays as it is."""
    return expanded(text).absolute()


def expanded(text: str | Path) -> Path:
    """The same, relative where it is that."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - Path.expanduser raises where there is no such home
