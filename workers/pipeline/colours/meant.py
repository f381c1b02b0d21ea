"""The profile by which a photo's colours are meant. Pure."""

from catalog.presentation.colours import of_code_points
from catalog.presentation.presentation import Presentation
from workers.pipeline.colours.icc import code_points
from workers.pipeline.colours.told import profile_of as told_profile


def profile_of(told: Presentation) -> bytes:
    """The profile of a photo's colours: the one in its file, or that of what its file says of them otherwise; empty
    where they are sRGB's, or nothing is said."""
    if told.colours is not None and told.before_profile:
        return told_profile(told.colours)
    if not told.profile:
        return told_profile(told.colours) if told.colours is not None else b""
    points = code_points(told.profile)
    bright = of_code_points(points[0], points[1], narrow=points[2]) if points is not None else None
    return told.profile if bright is None else told_profile(bright)


def is_told_by_metadata(told: Presentation) -> bool:
    """Whether the colours of a photo are told by what goes with the metadata, and are not sRGB: its pixels alone,
    without a profile, would be shown wrongly."""
    return not told.profile and bool(profile_of(told))
