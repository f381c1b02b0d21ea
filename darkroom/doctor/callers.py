"""What darkroom doctor says of what callers may cost: each limit that is off, and which sizes are for whom."""

from collections.abc import Iterator

from config import Settings, every_setting
from config.addresses import is_loopback
from darkroom.doctor.finding import Finding, apart, well

WHAT = "limits of callers"


def limits(settings: Settings) -> Iterator[Finding]:
    """Whether what one caller may cost is bounded. No limit at all is a choice: said, and not wrong."""
    rows = [(row.name, getattr(settings, column.name)) for row, column in every_setting()]
    off = [name for name, value in rows if name.startswith("limits.") and not value]
    sizes = "anybody may have photos in any size"
    if settings.render_sizes == "common":
        sizes = "who is not signed in gets photos in common sizes alone"
    if off and not is_loopback(settings.server_host):
        yield apart(WHAT, f"{', '.join(off)} {'is' if len(off) == 1 else 'are'} off, and others can call; {sizes}")
    else:
        yield well(
            WHAT, f"{sizes}; {'all limits are on' if not off else ', '.join(off) + ' off, on this machine alone'}"
        )
