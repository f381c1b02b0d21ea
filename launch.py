"""What `make serve` and `make up` run: prepares a first start, then starts the server.

PHOTOS, DATA and PORT become the settings robot.root.0.path, data.dir and server.port. With no photo root at all
there is a small sample library to look at. Where the data folder is new, only this machine can call, and
webapi.default.uid is unset, the user `guest` is made, whose rights every caller then has.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
from types import FrameType

import config
from catalog.database import FILE, opened_catalog
from catalog.errors import CatalogProblem
from catalog.people.users import GUEST, LOOPBACK, Users
from catalog.sample import make_sample
from config.setting import folder

REDIS = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxmemory-policy", "volatile-lru")


def main() -> int:
    """Prepares and starts; gives the exit code: 1 with a sentence of what is in the way, 2 for wrong settings."""
    parser = argparse.ArgumentParser(prog="python -m launch", description=__doc__)
    parser.add_argument("way", choices=("serve", "up"), help="embedded, or the processes of the Procfile")
    way = parser.parse_args().way
    _environment()
    settings = config.load_or_exit()
    try:
        _first_start(settings)
        settings = config.load_or_exit()
        shutil.rmtree(settings.data_dir / "metrics", ignore_errors=True)
        return _serve() if way == "serve" else _up(settings)
    except CatalogProblem as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{error.filename or settings.data_dir}: {error.strerror or error}")


def _environment() -> None:
    """Turns PHOTOS and DATA into settings; a folder of photos that is not there is a slip of the pen."""
    photos = os.environ.pop("PHOTOS", "")
    if photos:
        root = folder(photos)
        try:
            there = root.is_dir()
        except OSError as error:  # a folder on the way to it is not for this user, say
            raise SystemExit(_fail(f"PHOTOS is {photos!r}, which can't be looked at: {error.strerror}")) from None
        if not there:
            raise SystemExit(_fail(f"PHOTOS is {photos!r}, which is no folder: name one with photos in it"))
        os.environ["ROBOT_ROOT_0_PATH"] = str(root)
    data = os.environ.pop("DATA", "")
    if data:
        os.environ["DATA_DIR"] = str(folder(data))


def _first_start(settings: config.Settings) -> None:
    new = not (settings.data_dir / FILE).exists()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if not settings.roots:
        sample = settings.data_dir / "sample"
        _say(f"no photo root is set: showing the sample library in {sample} (PHOTOS=folder shows yours)")
        make_sample(sample)
        os.environ["ROBOT_ROOT_0_PATH"] = str(sample)
    if new and not settings.webapi_default_uid and settings.server_host in LOOPBACK:
        with opened_catalog(settings.data_dir) as engine:
            Users(engine).add(GUEST, GUEST)
        _say(
            "made the user guest with the password guest (may view, search, see metadata, download); "
            "callers who name no session have its rights"
        )


def _serve() -> int:
    os.execv(sys.executable, [sys.executable, "-m", "api"])


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
    os.environ["PORT"] = str(settings.server_port)
    honcho = subprocess.Popen([sys.executable, "-m", "honcho", "start"])
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


def _fail(sentence: str) -> int:
    _say(sentence)
    return 1


if __name__ == "__main__":
    sys.exit(main())
