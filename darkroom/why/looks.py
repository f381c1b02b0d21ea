"""The whole of `darkroom why`: every look at a photo, in order."""

from collections.abc import Sequence
from functools import partial

from config import Settings
from darkroom.doctor.patience import Look
from darkroom.why import of_catalogue, of_file
from darkroom.why.facts import Facts
from darkroom.why.meant import Meant
from darkroom.why.trial import trial

SHARE = "see that the disk or the network share answers (`ls` it)"
ROOM = 5.0  # seconds beside those that a render may take: to load what renders


def looks(photo: Meant, facts: Facts, settings: Settings, *, trying: bool) -> Sequence[Look]:
    """Every look, at this photo; with `trying` it is rendered, too."""
    known = facts.known
    file = [
        Look("file", partial(of_file.file, photo), SHARE),
        Look("photo root", partial(of_file.root, photo, settings), SHARE),
        Look("scan", partial(of_file.scanned, photo, settings), SHARE),
    ]
    catalogue = [
        Look("catalogue", partial(of_catalogue.in_catalogue, photo, known)),
        Look("since the last scan", partial(of_file.changed, photo, known, settings), SHARE),
        Look("reading and rendering", partial(of_catalogue.failures, photo, known), SHARE),
        Look("users", partial(of_catalogue.users, known, facts.sights, facts.default)),
        Look("renders on disk", partial(of_catalogue.renders, known, settings), SHARE),
    ]
    trouble = facts.trouble
    if trouble is not None:
        catalogue = [Look("catalogue", lambda: [trouble])]
    if not trying or photo.file is None:
        return [*file, *catalogue]
    rendering = partial(trial, photo.file, settings)
    return [*file, *catalogue, Look("trial", rendering, SHARE, seconds=settings.longest_render + ROOM)]
