"""The common sizes, by name, and which of them are rendered in advance."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cache.key import LONGEST_SIDE, RenderKey
from config import Settings, SettingsError
from workers.sizing import DEFAULT_QUALITY

BOX = re.compile(r"([1-9]\d{0,5})?x([1-9]\d{0,5})?")
NAME = re.compile(r"[a-z][a-z0-9-]*")
MOST_SIZES = 20  # of one job: each is a render of every photo


@dataclass(frozen=True, slots=True)
class Box:
    """A width and a height in pixels as a client asks for them, either of which may be left open: None."""

    width: int | None
    height: int | None

    def __str__(self) -> str:
        return f"{self.width or ''}x{self.height or ''}"


# As clients ask for them: whole screens, in the device's own pixels. A screen turned by 90° asks for the same photo.
COMMON: Mapping[str, Box] = {
    "tile160": Box(160, 160),
    "tile256": Box(256, 256),
    "tile512": Box(512, 512),
    "phone": Box(1080, 2340),
    "phone-small": Box(750, 1334),
    "phone-large": Box(1440, 3120),
    "tablet": Box(1620, 2160),
    "tablet-large": Box(2048, 2732),
    "laptop": Box(1920, 1080),
    "desktop": Box(2560, 1440),
    "television": Box(3840, 2160),
}
THUMBNAIL = "thumbnail"


class UnknownSize(ValueError):
    """A text that is no size; the message is a sentence that says what is one."""


class Devices:
    """The sizes that there are by name, and the default ones, which are rendered in advance without being named."""

    def __init__(self, named: Mapping[str, Box], default: tuple[Box, ...]) -> None:
        self.named = named
        self.default = default
        every = [(box.width, box.height) for box in (*named.values(), *default)]
        self._squares = frozenset(box for box in every if box[0] == box[1])
        # A side that is left open is as long as may be.
        sides = [(width or LONGEST_SIDE, height or LONGEST_SIDE) for width, height in every if width != height]
        turned = [(height, width) for width, height in sides if LONGEST_SIDE not in (width, height)]
        self._bounds = tuple(dict.fromkeys([*sides, *turned]))

    @classmethod
    def of(cls, settings: Settings) -> "Devices":
        """Those of the settings.

        Raises:
            SettingsError: device.sizes or prerender.sizes can't be used.
        """
        named, problems = _named(settings)
        devices = cls(named, ())
        try:
            devices = cls(named, devices.boxes(_parts(settings.prerender_sizes)))
        except UnknownSize as error:
            problems.append(f"prerender.sizes is {settings.prerender_sizes!r}: {error}")
        if problems:
            raise SettingsError(problems)
        return devices

    def made(self, key: RenderKey) -> bool:
        """Whether the render is one that a common size asks for, told by what comes out: a square, a width or a height
        exactly, or the largest of its shape in a box, whichever way that is turned. Only another size of the very same
        outcome is taken for one.
        """
        if key.quality != DEFAULT_QUALITY:
            return False
        width, height = key.width, key.height
        return (width, height) in self._squares or any(
            (width == box_width and height <= box_height) or (height == box_height and width <= box_width)
            for box_width, box_height in self._bounds
        )

    def boxes(self, texts: Iterable[str]) -> tuple[Box, ...]:
        """The sizes of these names, or written as 256x256, 1920x or x160; each once.

        Raises:
            UnknownSize: one is no size, there is none, or there are too many.
        """
        found = tuple(dict.fromkeys(map(self._box, texts)))
        if not 1 <= len(found) <= MOST_SIZES:
            raise UnknownSize(f"{len(found)} sizes are named: 1 to {MOST_SIZES} can be.")
        return found

    def _box(self, text: str) -> Box:
        box = self.named.get(text.lower()) or _parse_box(text)
        if box is None:
            names = ", ".join(self.named)
            raise UnknownSize(f"{text[:40]!r} is no size: write one as 256x256, 1920x or x160, or name one of {names}.")
        return box


def _named(settings: Settings) -> tuple[dict[str, Box], list[str]]:
    """The common sizes as `device.sizes` changes them, and what is wrong with that."""
    named = {**COMMON, THUMBNAIL: Box(None, settings.thumbs_height)}
    problems: list[str] = []
    for part in _parts(settings.device_sizes):
        name, _, written = (each.strip() for each in part.lower().partition("="))
        box = _parse_box(written)
        if part.startswith("-") and name[1:] in named:
            del named[name[1:]]
        elif box is not None and NAME.fullmatch(name):
            named[name] = box
        else:
            problems.append(
                f"device.sizes has {part!r}: allowed are a name of letters, digits and dashes with a size, as "
                "kiosk=1366x768, and a name that is to go, as -television"
            )
    return named, problems


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _parse_box(text: str) -> Box | None:
    match = BOX.fullmatch(text)
    if match is None or not any(match.groups()):
        return None
    width, height = (int(side) if side else None for side in match.groups())
    return Box(width, height)
