"""Starts what renders, as the settings have it: confined, as far as this kernel can, or in this very process."""

import logging
import threading
from contextlib import ExitStack

from config import Settings, SettingsError
from confine.processes import Closing, Processes, Unavailable
from workers.confined.outside import ENTRY, Confined, InProcess, Pipeline

AUTO, REQUIRED, OFF = "auto", "required", "off"

log = logging.getLogger("darkroom.confined")


def confined(settings: Settings, closing: ExitStack, *, at_once: bool = False) -> Pipeline:
    """What renders here; what has to be ended goes on `closing`. What the kernel lacks is logged; `at_once`: before
    this comes back, and nothing is left but what survives a fork.

    Raises:
        SettingsError: `workers.confine` requires what is not to be had.
    """
    if settings.workers_confine == OFF:
        return InProcess()
    processes = Processes(ENTRY, settings.workers_memory_bytes)
    closing.callback(processes.close)
    if settings.workers_confine == REQUIRED:
        if lacking := _lacking(processes):
            raise SettingsError([f"workers.confine is 'required', and {lacking}"])
    elif at_once:
        _say(processes)
    else:
        threading.Thread(target=_say, args=(processes,), name="confine", daemon=True).start()
    return Confined(processes)


def _say(processes: Processes) -> None:
    if lacking := _lacking(processes):
        log.warning("photos are decoded less confined than they could be: %s", lacking)


def _lacking(processes: Processes) -> str:
    """What is in the way of shutting every door, as a part of a sentence; empty where nothing is."""
    try:
        missing = processes.missing()
    except Unavailable as error:
        return str(error).rstrip(".")
    except Closing:
        return ""
    return f"this kernel has no {' and no '.join(missing)}" if missing else ""
