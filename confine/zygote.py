"""The process from which confined ones are forked: it has loaded what they need, holds nothing, and decodes nothing.

It is started by exec, with a bare environment, so that nothing of its owner's memory is in it: no passwords, keys or
sessions. It makes a process for each message on its control socket, which brings two sockets: one for the process, and
its lease. Where the other end of a lease is closed, however its owner went, the process is killed; where the process
ends, that is said on its lease. With the last owner it ends itself.
"""

import encodings
import gc
import importlib
import json
import os
import pkgutil
import select
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import loading
from confine import channel, doors
from confine.priority import step_back

MESSAGE = 4096
NOT_RUN = 127


class Entry(Protocol):
    """What a module has that a zygote is to load."""

    def prepare(self) -> None:
        """Loads whatever its processes need: nothing can be imported behind shut doors. Starts no threads."""

    def begin(self, kind: str) -> Callable[[socket.socket], None]:
        """In a new process of that kind, its doors still open: loads what must not cross a fork, and gives what serves
        from then on.
        """


@dataclass(frozen=True, slots=True)
class _Child:
    pid: int
    lease: socket.socket


def main(control: socket.socket, entry: str, memory: int) -> int:
    """Makes processes until nobody wants one any more; gives the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's, which its owner hears
    step_back()
    with loading.uncollected():
        module = cast(Entry, importlib.import_module(entry))
        module.prepare()
        _load_encodings()
    gc.collect()
    gc.freeze()
    children: dict[int, _Child] = {}  # by what can be read from once they have ended
    leases: dict[int, int] = {}  # by the lease's number
    waiting = select.poll()
    waiting.register(control, select.POLLIN)
    while True:
        for number, _ in waiting.poll():
            if number == control.fileno():
                said, descriptors, _, _ = socket.recv_fds(control, MESSAGE, 2)
                if not said:
                    for child in children.values():
                        os.kill(child.pid, signal.SIGKILL)
                    return 0
                job, lease = (socket.socket(fileno=each) for each in descriptors)
                pid = _forked(module, json.loads(said), job, memory)
                job.close()
                ends = os.pidfd_open(pid)
                children[ends], leases[lease.fileno()] = _Child(pid, lease), pid
                waiting.register(ends, select.POLLIN)
                waiting.register(lease, select.POLLIN)
            elif number in children:
                waiting.unregister(number)
                os.close(number)
                child = children.pop(number)
                _, status = os.waitpid(child.pid, 0)
                if child.lease.fileno() in leases:
                    waiting.unregister(child.lease)
                    del leases[child.lease.fileno()]
                with suppress(OSError):
                    child.lease.send(json.dumps(os.waitstatus_to_exitcode(status)).encode(), socket.MSG_DONTWAIT)
                child.lease.close()
            elif number in leases:
                waiting.unregister(number)
                os.kill(leases.pop(number), signal.SIGKILL)


def _load_encodings() -> None:
    """Python loads each as the first text is in it, which may be any."""
    for each in pkgutil.iter_modules(encodings.__path__):
        with suppress(ImportError):  # mbcs and oem are another system's
            importlib.import_module(f"encodings.{each.name}")


def _forked(module: Entry, wanted: dict[str, Any], job: socket.socket, memory: int) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        if program := wanted.get("program"):
            code = NOT_RUN
            found = shutil.which(program[0])
            if found is not None:
                doors.become(Path(found).resolve(), program, job.fileno(), memory, parent)
        else:
            serve = module.begin(wanted["kind"])
            missing = doors.shut(job.fileno(), memory, parent)
            channel.send(job.fileno(), {"pid": os.getpid(), "missing": missing})
            with _nothing_imported():
                serve(job)
            code = 0
    except BaseException:  # noqa: BLE001 - there is nobody here to tell; its end is told
        code = code or 1
    finally:
        os._exit(code)


class NothingMore:
    """Says of a module that is not there yet that it can't be: else each import looks through folders that are shut."""

    def find_spec(self, name: str, *_: object) -> None:
        """As `importlib.abc.MetaPathFinder`."""
        raise ModuleNotFoundError(f"{name} was not loaded before the doors were shut", name=name)


@contextmanager
def _nothing_imported() -> Iterator[None]:
    sys.meta_path.insert(0, cast(Any, NothingMore()))
    yield
