"""`darkroom why PHOTO`: what is known of a photo, and what stands in its way."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial

from config import Settings
from config.arguments import Commands, printable
from darkroom.doctor import patience
from darkroom.doctor.finding import Finding, lines, well, wrong
from darkroom.doctor.patience import Silent, found, within


def add_to(commands: Commands) -> None:
    """Adds this command to those there are."""
    parser = commands.add_parser("why", help="say of a photo what is known of it, and what stands in its way")
    parser.add_argument("photo", metavar="PHOTO", help="a file, a place as `photos` prints it, or a photo id")
    parser.add_argument("--try", action="store_true", dest="trying", help="render it small, too; say how that went")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run)


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Gives the exit code: 0 the photo is shown, 1 something stands in its way, 2 the argument names nothing."""
    # What only this command needs is loaded only for it.
    from darkroom.why.facts import facts
    from darkroom.why.looks import SHARE, looks

    try:
        known = within(patience.SECONDS, partial(facts, chosen.photo, settings))
    except Silent:
        says = f"the disk that it or the catalogue lies on did not answer within {patience.SECONDS:g} s"
        return _say(chosen.photo, [wrong("file", says, SHARE)], as_json=chosen.json)
    if known.photo is None:
        trouble = f"; {known.trouble.sentence}" if known.trouble else ""
        says = f"{chosen.photo!r} is no file, no photo that the catalogue knows, and no photo id{trouble}"
        print(f"darkroom: {printable(says)}", file=sys.stderr)
        return 2
    findings = found(looks(known.photo, known, settings, trying=chosen.trying))
    return _say(known.photo.name, list(findings), as_json=chosen.json)


def _say(name: str, findings: Sequence[Finding], *, as_json: bool) -> int:
    """Prints the verdict, which is the first thing that is wrong, and all that was found; gives the exit code."""
    way = next((each for each in findings if each.state == "wrong"), None)
    verdict = well(name, "is shown") if way is None else wrong(name, f"is not shown: {way.says}", way.todo)
    if not as_json:
        print(printable(f"{name} {verdict.says}."))
    for line in lines([verdict, *findings] if as_json else findings, as_json=as_json):
        print(line)
    return 0 if way is None else 1
