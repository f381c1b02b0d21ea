"""Dates as cameras and tools write them, in EXIF, IPTC and XMP, made one kind of text. Pure.

A date is `YYYY-MM-DDTHH:MM:SS` in the camera's own time, with `+HH:MM` behind it where its time zone is known; empty
where there is none. Sources: EXIF 2.32 (a part that is not known is blank), IPTC-IIM 4.2 (it is zeros), XMP part 1,
8.2.1.1 (it is left out).
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

import catalog.metadata.values as values

# Of the first photograph, and the last that are no joke: a camera that says otherwise has lost its clock.
FIRST_YEAR, LAST_YEAR = 1826, 2100
LONGEST = 60  # characters of a text that are looked at
LOCAL = 19  # characters of a date without its time zone

# Of clocks that were never set: the epochs of Unix, DOS and QuickTime, and what Android once wrote. Somebody may have
# dated a scan so, and so they count where nothing else is known.
NEVER_SET = frozenset(
    ("1970-01-01T00:00:00", "1980-01-01T00:00:00", "1904-01-01T00:00:00", "2002-12-08T12:00:00"),
)
FARTHEST = timedelta(hours=15)  # of any clock from UTC

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MORNING, AFTERNOON = ("am", "a.m.", "上午", "午前", "오전"), ("pm", "p.m.", "下午", "午後", "오후")

_HALF = "|".join(re.escape(each) for each in (*MORNING, *AFTERNOON))
_ZONE = r"(?P<zone>Z(?![A-Z])|(?:UTC|GMT)?\s?[+-]\d{1,2}(?::?\d\d)?(?!\d)|UTC|GMT)"
_STEP = r"(?:\s?[:.;h_m'時时点點시分분]\s?|-(?=\d\d(?!:?\d))|(?<=\d\d)\s?(?=\d\d(?!:)))"  # to minutes, to seconds
_TIME = rf"""
    (?:(?P<before>{_HALF})\s?)?
    (?P<hour>\d\d?|(?=\s?:)) {_STEP} (?P<minute>\d{{0,2}}) (?:{_STEP}(?P<second>\d{{0,2}}))?
    [秒초s"]? (?:[.,:]\d+)?
    (?:\s?(?P<after>{_HALF}))?
    (?:\s?{_ZONE})?
"""
_GAP = r"[\sT:_,.\-日일]{0,3}"
_BETWEEN = r"\s?[:\-/.;,_年月년월]\s?"
_END = "(?![0-9])"
FLAGS = re.VERBOSE | re.IGNORECASE | re.ASCII
# Made by `re` when they are first asked for: nearly all photos ask for the first alone, and no command waits for all.
SHAPES = (
    # As the standards have it, and so nearly all.
    rf"(?P<year>\d{{4}})[:\-](?P<month>\d\d)[:\-](?P<day>\d\d)[\sT](?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
    rf"(?:\.\d+)?{_ZONE}?\Z",
    # 2015 07 02
    rf"(?P<year>\d{{4}})\s+(?P<month>\d\d?)\s+(?P<day>\d\d?)(?:{_GAP}{_TIME})?{_END}",
    # 20150702, and what is shorter; IPTC has its time so too.
    rf"(?P<year>\d{{4}})(?P<month>\d\d)(?:(?P<day>\d\d)(?:{_GAP}{_TIME})?)?{_END}",
    # 2015:07:02 14:35:33, and whatever is between in its place; a year and a time.
    rf"(?P<year>\d{{4}}){_BETWEEN}(?P<month>\d{{0,2}}){_BETWEEN}(?P<day>\d{{0,2}})(?:{_GAP}{_TIME})?{_END}",
    rf"(?P<year>\d{{4}})(?:{_BETWEEN}(?P<month>\d{{0,2}}))?(?:\s{_TIME})?{_END}",
    # 02.07.2015
    rf"(?P<first>\d\d?)(?P<mark>[.\-/])\s?(?P<last>\d\d?)[.\-/]\s?(?P<year>\d{{4}})(?:{_GAP}{_TIME})?{_END}",
    # Thu, 02 Jul 2015 14:35:33 +0200
    rf"(?:[a-z]+,?\s+)?(?P<day>\d\d?)(?:\.|st|nd|rd|th)?[\s\-]+(?P<name>[a-z]{{3,9}})\.?,?[\s\-]+(?P<year>\d{{4}})"
    rf"(?:{_GAP}{_TIME})?{_END}",
    # Thu Jul 02 14:35:33 CEST 2015
    rf"(?:[a-z]+,?\s+)?(?P<name>[a-z]{{3,9}})\.?\s+(?P<day>\d\d?)(?:st|nd|rd|th)?,?\s+"
    rf"(?:{_TIME}\s+(?:[A-Z]{{2,5}}\s+)?)?(?P<year>\d{{4}}){_END}",
)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s?([+-])(\d{1,2}):?(\d\d)?", re.IGNORECASE | re.ASCII)


def date(value: object) -> str:
    """The date that a text says; empty where it says none that can be true.

    What is left out, blank or no time is the first there is: the month, the day, midnight. An hour 24 is the one after
    midnight of the same day: so write the cameras that write it. A minute or a second 60, and a day that the month has
    not, are the next ones. A date whose order of day and month can't be told is none.
    """
    if not value:
        return ""
    some = " ".join(values.text(value, LONGEST).split())
    if not some.isascii():
        some = unicodedata.normalize("NFKC", some)
    for shape in SHAPES:
        if (match := re.match(shape, some, FLAGS)) and (found := _dated(match.groupdict())):
            return found
    return ""


def offset(value: object) -> str:
    """A time zone as `+HH:MM`, as EXIF's OffsetTime has it; empty where it is none."""
    some = values.text(value).strip()
    if some.upper() in ("Z", "UTC", "GMT"):
        return "+00:00"
    match = _OFFSET.fullmatch(some)
    if match is None or int(match[2]) > FARTHEST.seconds // 3600 or int(match[3] or 0) > 59:
        return ""
    return f"{match[1]}{int(match[2]):02}:{int(match[3] or 0):02}"


def zoned(day: str, zone: str) -> str:
    """A date with a time zone that stands beside it; its own, where it has one."""
    return day + zone if len(day) == LOCAL else day


def first(days: Iterable[str], beside: Iterable[str] = ()) -> str:
    """The first of some dates that is no clock's that was never set; else the first.

    Where it has no time zone it takes that of another, or of one `beside` them, that says the same time.
    """
    some = [day for day in days if day]
    if not some:
        return ""
    chosen = next((day for day in some if day[:LOCAL] not in NEVER_SET), some[0])
    same = (day for day in (chosen, *some, *beside) if day[:LOCAL] == chosen[:LOCAL] and len(day) > LOCAL)
    return next(same, chosen)


def are_near(one: str, other: str) -> bool:
    """Whether two dates can be the same moment in two time zones."""
    return abs(datetime.fromisoformat(one[:LOCAL]) - datetime.fromisoformat(other[:LOCAL])) <= FARTHEST


def _dated(parts: dict[str, str | None]) -> str:
    year = int(parts["year"] or 0)
    month, day = _month_and_day(parts)
    if not FIRST_YEAR <= year < LAST_YEAR or not (1 <= month <= 12 and 1 <= day <= 31):
        return ""
    found = datetime(year, month, 1) + timedelta(days=day - 1) + _time(parts)
    return found.isoformat() + offset(parts.get("zone"))


def _month_and_day(parts: dict[str, str | None]) -> tuple[int, int]:
    """0, 0 where it can't be told which is which."""
    if name := parts.get("name"):
        short = name[:3].lower()
        return (MONTHS.index(short) + 1 if short in MONTHS else 0), int(parts["day"] or 0)
    if "first" not in parts:
        return int(parts.get("month") or 0) or 1, int(parts.get("day") or 0) or 1
    one, two = int(parts["first"] or 0), int(parts["last"] or 0)
    if one > 12 or one == two or (parts["mark"] == "." and two <= 12):
        return two, one
    return (one, two) if two > 12 else (0, 0)


def _time(parts: dict[str, str | None]) -> timedelta:
    """Since midnight; nothing where it is no time."""
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    if hour > 24 or minute > 60 or second > 60:
        return timedelta()
    half = (parts.get("before") or parts.get("after") or "").lower()
    if half in AFTERNOON and hour < 12:
        hour += 12
    elif half in MORNING and hour == 12:
        hour = 0
    return timedelta(hours=hour % 24, minutes=minute, seconds=second)
