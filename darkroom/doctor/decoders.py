"""What decodes photos: whether this kernel shuts it in."""

from collections.abc import Iterator
from contextlib import closing

from config import Settings
from confine.processes import Processes, Unavailable
from darkroom.doctor.finding import Finding, apart, well, wrong
from workers.confined.outside import ENTRY
from workers.confined.start import OFF, REQUIRED

TODO = "have Linux 5.13 or later, with Landlock among what `lsm=` names, and no seccomp profile that forbids either"


def decoders(settings: Settings, entry: str = ENTRY) -> Iterator[Finding]:
    """Whether photos are decoded where they reach nothing, tried by a process of that `entry`."""
    if settings.workers_confine == OFF:
        yield apart("decoders", "are not confined: workers.confine is 'off'")
        return
    with closing(Processes(entry, settings.workers_memory_bytes)) as processes:
        try:
            missing = processes.missing()
        except Unavailable as error:
            yield wrong("decoders", f"can't be confined: {error}", "see what stands before this, and mend it")
            return
    if not missing:
        yield well("decoders", "are confined: they reach nothing but the photo that they are handed")
        return
    says = f"are less confined than they could be: this kernel has no {' and no '.join(missing)}"
    if settings.workers_confine == REQUIRED:
        says += ", and workers.confine is 'required', so that no server starts"
    yield wrong("decoders", says, TODO)
