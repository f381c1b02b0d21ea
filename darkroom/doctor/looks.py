"""The whole of `darkroom doctor`: every look there is, in order."""

from collections.abc import Iterator, Sequence
from functools import partial

from config import Settings, SettingsError
from darkroom.doctor import callers, decoders, library, machine, places, provider, readers, services
from darkroom.doctor.finding import Finding, well, wrong
from darkroom.doctor.patience import Look

LOADING = 30.0  # seconds, of what has to be loaded and waits for nobody
ASKING = 5.0  # seconds, of who asks twice
SHARE = "see that the disk or the network share answers (`ls` it)"


def looks(settings: Settings, problems: Sequence[str] = ()) -> list[Look]:
    """Every look, for these settings, of which `problems` can't be used."""
    return [
        *of_machine(),
        Look("settings", partial(of_settings, settings, problems)),
        Look("decoders", partial(decoders.decoders, settings), seconds=LOADING),
        Look("limits of callers", partial(callers.limits, settings)),
        Look("redis-server", partial(machine.redis_server, settings)),
        Look("open files", partial(machine.open_files, settings)),
        Look("clock", partial(machine.clock, settings), SHARE),
        Look("data folder", partial(places.data_folder, settings), SHARE),
        Look("darkroom.toml", partial(places.own_settings, settings), SHARE),
        Look("disk space", partial(places.space, settings), SHARE),
        Look("photo roots", partial(places.photo_roots, settings), SHARE),
        *(
            Look(f"photo root {each.alias}", partial(places.photo_root, each, settings), SHARE)
            for each in settings.roots
        ),
        Look("noticing changes", partial(machine.watches, settings), SHARE),
        Look("catalogue", partial(library.catalogue, settings), SHARE),
        Look("catalogue's file", partial(library.soundness, settings), SHARE),
        Look("users", partial(library.people, settings), SHARE),
        Look("vanished photos", partial(library.lost, settings), SHARE),
        Look("failed photos", partial(library.failed, settings), SHARE),
        Look("Redis", partial(services.redis, settings), "see that it runs, and what redis.url names"),
        Look(provider.WHAT, partial(provider.provider, settings), "see that it runs", seconds=ASKING),
        Look("port", partial(services.port, settings), "see who has it (`ss -ltnp`)", seconds=ASKING),
    ]


def of_machine() -> list[Look]:
    """Those that need no settings."""
    return [
        Look("versions", machine.versions),
        Look("readers", readers.readers, seconds=LOADING),
        Look("Pillow", readers.one_pillow, seconds=LOADING),
        Look("AVX2", readers.avx2, seconds=LOADING),
        Look("Pillow's build", readers.optimised, seconds=LOADING),
        Look("jpegtran", machine.jpegtran),
    ]


def of_settings(settings: Settings, problems: Sequence[str]) -> Iterator[Finding]:
    """What is wrong with the settings, or how many there are and from where."""
    from workers.devices import Devices

    wrongs = list(problems)
    try:
        Devices.of(settings)
    except SettingsError as error:
        wrongs += error.problems
    for problem in wrongs:
        yield wrong("settings", problem)
    if not wrongs:
        sources = sorted({source for source in settings.sources.values() if source != "the folder's name"})
        yield well(
            "settings", f"{len(settings.sources)} are set, by {', '.join(sources)}" if sources else "all default"
        )
