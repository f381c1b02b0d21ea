"""`darkroom doctor`: looks at all that Darkroom needs, and says of each how it is, or what is wrong and what to do."""

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain

from catalog.commands.perform import perform
from config import Settings
from config.arguments import Commands
from config.loading import attempt
from darkroom.doctor import patience
from darkroom.doctor.finding import Finding, State, lines, wrong
from darkroom.doctor.patience import Silent, found, within


def add_to(commands: Commands) -> None:
    """Adds this command to those there are."""
    parser = commands.add_parser("doctor", help="look at all that Darkroom needs; say what is wrong, and what to do")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run_alone=_doctor)


def _doctor(chosen: argparse.Namespace) -> int:
    """Gives the exit code: 0 all is well, 1 something is not, 2 there are settings that can't be used."""
    try:
        settings, problems = within(patience.SECONDS, attempt)
    except Silent:
        chosen.run = _without_settings
        return perform(Settings(), chosen)
    chosen.run = partial(_look, problems)
    return perform(settings, chosen)


def _look(problems: Sequence[str], settings: Settings, chosen: argparse.Namespace) -> int:
    from darkroom.doctor.looks import looks

    return _say(found(looks(settings, problems)), chosen, unusable=bool(problems))


def _without_settings(_: Settings, chosen: argparse.Namespace) -> int:
    from darkroom.doctor.looks import SHARE, of_machine

    says = f"the files that they stand in did not answer within {patience.SECONDS:g} s"
    return _say(chain(found(of_machine()), [wrong("settings", says, SHARE)]), chosen, unusable=True)


def _say(findings: Iterable[Finding], chosen: argparse.Namespace, *, unusable: bool) -> int:
    """Prints each finding as it comes, and the count; gives the exit code."""
    counts: Counter[State] = Counter()
    for finding in findings:
        counts[finding.state] += 1
        print(*lines([finding], as_json=chosen.json), flush=True)
    if not chosen.json:
        print(f"{counts['ok']} well, {counts['wrong']} wrong, {counts['apart']} not for here")
    return 2 if unusable else 1 if counts["wrong"] else 0
