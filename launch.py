"""What starts a server: prepares a first start, notes what it was told, then becomes the front end, or runs them all.

`make serve` and `make up` run `python -m launch`, in which PHOTOS, DATA and PORT of the environment say what
`darkroom serve` takes as arguments. With no photo root at all there is a small sample library to look at. Where the
data folder is new, only this machine can call, and webapi.default.uid is unset, the user `guest` is made, whose rights
every caller then has.
"""

import signal

if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a Ctrl-C in the midst of all that is imported is the end, no error

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from types import FrameType

import config
from api import command
from catalog.database import FILE, opened_catalog
from catalog.errors import CatalogProblem
from catalog.people.users import GUEST, Users
from catalog.sample import make_sample
from config import data_toml
from config.addresses import is_loopback
from config.arguments import Parser
from config.data_folder import remember
from config.paths import is_folder
from config.setting import folder

HERE = Path(__file__).parent
# Front ends finish what runs, for 5 s, and workers have ended within 20. By itself honcho kills after 5 what is left.
HONCHO = "from honcho import command, manager; manager.KILL_WAIT = 20; command.main()"
REDIS = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxmemory-policy", "volatile-lru")
NO_ALIAS = re.compile(r"[/@\x00-\x1f]")
LONGEST_ALIAS = 64


@dataclass(frozen=True)
class Told:
    """What a person told a start: folders of photos, the data folder where nothing else names one, and how many front
    ends there are to be (with Redis).
    """

    photos: Sequence[Path] = ()
    data: Path | None = None
    processes: int = 1


class InTheWay(Exception):
    """What keeps a server from starting, as a sentence."""


def main() -> int:
    """Prepares and starts; gives the exit code: 1 with a sentence of what is in the way, 2 for wrong settings."""
    parser = Parser(prog="python -m launch", description=__doc__)
    parser.add_argument("way", choices=("serve", "up"), help="embedded, or the processes of the Procfile")
    way = parser.parse_args().way
    photos, data = os.environ.pop("PHOTOS", ""), os.environ.pop("DATA", "")
    if data:
        os.environ["DATA_DIR"] = str(folder(data))
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return start(way, Told((a_folder("PHOTOS", photos),) if photos else (), Path("data")))
    except InTheWay as error:
        return fail(str(error))
    except KeyboardInterrupt:
        _say("stopped")
        return 130


def a_folder(name: str, text: str) -> Path:
    """The folder that somebody names; one that is not there is a slip of the pen.

    Raises:
        InTheWay: there is no such folder.
    """
    path = folder(text)
    try:
        if is_folder(path):
            return path
    except OSError as error:  # a folder on the way to it is not for this user, say
        raise InTheWay(f"{name} is {text!r}, which can't be looked at: {error.strerror}") from None
    except ValueError:
        pass  # no path at all
    raise InTheWay(f"{name} is {text!r}, which is no folder: name one with photos in it")


def start(way: str, told: Told) -> int:
    """Starts a server, `way` being "serve" or "up"; gives the exit code, where this process does not become it.

    Settings that are changed by what was told stand in the environment afterwards.

    Raises:
        InTheWay: it can't be started.
        SystemExit: the settings can't be used; it is said why.
    """
    if told.data is not None:
        os.environ.setdefault("DARKROOM_DATA", str(told.data))
    if told.photos:  # which are all there is then
        for name in [name for name in os.environ if re.fullmatch(r"ROBOT_ROOT_\d+_(PATH|ALIAS)", name)]:
            del os.environ[name]
    settings = config.load_or_exit()
    os.environ["DATA_DIR"] = str(settings.data_dir)  # so that which it is is said once
    if told.photos:
        _tell_photos(told.photos, settings)
        settings = config.load_or_exit()
    try:
        look_at_port(settings)
        _first_start(settings)
        settings = config.load_or_exit()
        _note(settings)
        _forget_counts(settings.data_dir / "metrics")
        return _serve(told.processes) if way == "serve" else _up(settings)
    except CatalogProblem as error:
        raise InTheWay(str(error)) from None
    except OSError as error:
        raise InTheWay(f"{error.filename or settings.data_dir}: {error.strerror or error}") from None


def _tell_photos(photos: Iterable[Path], before: config.Settings) -> None:
    """Makes the folders the photo roots, and no others; one that was a root before keeps its alias.

    Raises:
        InTheWay: a file of settings that is not the data folder's names other ones.
    """
    own = str(before.data_dir / data_toml.FILE)
    elsewhere = {source for name, source in before.sources.items() if name.endswith(".path") and source != own}
    by_place = {os.path.realpath(root.path): root.path for root in before.roots}
    named: dict[str, Path] = {}
    for path in photos:  # a folder that is named twice, by a link or `..`, is one root, under the name that it had
        place = os.path.realpath(path)
        named.setdefault(place, by_place.get(place, path))
    wanted = list(named.values())
    if elsewhere:
        if {root.path for root in before.roots} == set(wanted):
            return
        raise InTheWay(f"{elsewhere.pop()} names other photo roots: change them there, or take them out there")
    for number, (alias, path) in enumerate(aliases(wanted, before.root_paths).items()):
        os.environ[f"ROBOT_ROOT_{number}_PATH"] = str(path)
        os.environ[f"ROBOT_ROOT_{number}_ALIAS"] = alias


def aliases(paths: Sequence[Path], known: Mapping[str, Path]) -> dict[str, Path]:
    """Each folder by an alias of its own: the one that it has, else its name, with a number where another has that."""
    found = {alias: path for alias, path in known.items() if path in paths}
    for path in paths:
        if path not in found.values():
            name = NO_ALIAS.sub("-", path.name)[: LONGEST_ALIAS - 4] or "photos"
            names = chain([name], (f"{name}-{number}" for number in count(2)))
            found[next(each for each in names if each not in found)] = path
    return dict(sorted(found.items(), key=lambda each: paths.index(each[1])))


def look_at_port(settings: config.Settings) -> None:
    """Whether the server could listen: one that can't start notes nothing, lest commands mean it and not the one that
    runs.

    Raises:
        InTheWay: it can't.
    """
    try:
        for each in command.listening_sockets(settings):
            each.close()
    except command.InTheWay as error:
        raise InTheWay(str(error)) from None


def _first_start(settings: config.Settings) -> None:
    new = not (settings.data_dir / FILE).exists()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    sample = settings.data_dir / "sample"
    if not settings.roots:
        _say(f"no photo root is set: showing the sample library in {sample} (PHOTOS=FOLDER shows yours)")
        os.environ["ROBOT_ROOT_0_PATH"] = str(sample)
    if not settings.roots or sample in settings.root_paths.values():
        make_sample(sample)
    if new and not settings.webapi_default_uid and is_loopback(settings.server_host):
        with opened_catalog(settings.data_dir) as engine:
            Users(engine).add(GUEST, GUEST)
        _say(
            "made the user guest with the password guest (may view, search, see metadata, download); "
            "callers who name no session have its rights"
        )


def _note(settings: config.Settings) -> None:
    """Notes what this start was told, for all other commands. Where that can't be, the server serves all the same."""
    try:
        data_toml.note(settings)
    except data_toml.OtherRoots as error:
        raise InTheWay(str(error)) from None
    except data_toml.NotNoted as error:
        _say(f"other commands need the photo roots, by ROBOT_ROOT_0_PATH, …: {error}")
    try:
        remember(os.environ, settings.data_dir)
    except OSError as error:
        _say(f"other commands need DARKROOM_DATA={settings.data_dir}: {error}")


def _forget_counts(folder: Path) -> None:
    """Metrics begin anew, unless workers that were started by themselves (units of systemd, say) are counting there."""
    counting = {int(number) for file in folder.glob("*.db") if (number := file.stem.rpartition("_")[2]).isdecimal()}
    if not any(Path(f"/proc/{each}").exists() for each in counting):
        shutil.rmtree(folder, ignore_errors=True)


def _serve(processes: int) -> int:
    more = ["--processes", str(processes)] if processes > 1 else []
    os.execv(sys.executable, [sys.executable, "-m", "api", "--greet", *more])


def _up(settings: config.Settings) -> int:
    """Runs the Procfile under honcho, with a Redis of its own where none is set, until it is told to stop."""
    redis: subprocess.Popen[bytes] | None = None
    if not settings.distributed:
        own = settings.data_dir / "redis"
        own.mkdir(exist_ok=True)
        port = _free_port()
        redis = subprocess.Popen(
            ["redis-server", "--port", str(port), "--dir", str(own), "--logfile", str(own / "log"), *REDIS],
            start_new_session=True,  # a Ctrl-C is for honcho: Redis goes last
        )
        os.environ["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
        _say(f"started a Redis on port {port}")
    environ = os.environ | {"PORT": str(settings.server_port), "PYTHON": sys.executable}
    honcho = subprocess.Popen([sys.executable, "-c", HONCHO, "-d", str(HERE), "start"], env=environ)
    told: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        told.append(number)
        if number == signal.SIGTERM:  # a Ctrl-C the terminal has sent to honcho too
            honcho.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        code = honcho.wait()
        return 0 if told else code
    finally:
        if redis is not None:
            redis.terminate()
            redis.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _say(sentence: str) -> None:
    print(f"darkroom: {sentence}", file=sys.stderr)


def fail(sentence: str) -> int:
    """Says what is in the way; gives the exit code."""
    _say(sentence)
    return 1


if __name__ == "__main__":
    sys.exit(main())
