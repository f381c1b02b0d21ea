"""The real thing for tests: a front end, and where it is distributed a Redis and workers, on free ports."""

import io
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlencode

import httpx
import pytest

from catalog import __main__ as catalog
from catalog.database import FILE, open_catalog
from catalog.people.users import Users
from catalog.photos import Photo, Photos
from tests.catalog.library import closed, put

PROJECT = Path(__file__).parents[2]
START_SECONDS = 120.0
PATIENCE = 30.0  # seconds that a test waits for what takes one or two where the machine has nothing else to do
PORTS = range(20_000, 32_000)  # below those that the system gives out by itself


def free_port() -> int:
    """A TCP port of loopback that nobody uses now, and that nobody gets by chance before it is used."""
    while True:
        port = random.SystemRandom().choice(PORTS)
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue


def eventually(look: Callable[[], object], wanted: object, seconds: float = PATIENCE) -> None:
    """Asks until the answer is the wanted one."""
    end = time.monotonic() + seconds
    while (seen := look()) != wanted:
        assert time.monotonic() < end, seen
        time.sleep(0.01)  # else this would take a core from what it waits for


def children(pid: int) -> list[int]:
    """The processes that a process has started and that live."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def offspring(pid: int) -> set[int]:
    """The processes below a process."""
    found = set(children(pid)) if Path(f"/proc/{pid}").exists() else set()
    return found.union(*(offspring(each) for each in found))


def alive(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Process:
    """A program under test, with all that it printed. `wait_for` waits for a line, not for a time."""

    def __init__(self, arguments: list[str], environ: Mapping[str, str]) -> None:
        self.lines: list[str] = []
        self._news = threading.Condition()
        self._ended = False
        self.process = subprocess.Popen(
            # Who starts the tests in the background has them ignore Ctrl-C, and all that they start.
            ["env", "--default-signal=INT", *arguments],
            cwd=PROJECT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first line that has the pattern."""

        def found() -> re.Match[str] | None:
            return next((match for line in self.lines if (match := re.search(pattern, line))), None)

        with self._news:
            self._news.wait_for(lambda: found() or self._ended, START_SECONDS)
            match = found()
        assert match, f"no line with {pattern!r} in:\n" + "".join(self.lines)
        return match

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Sends a signal and waits for the end; gives the exit code."""
        self.tell(number)
        return self.end()

    def tell(self, number: int) -> None:
        """Sends a signal to all that it has started, and to itself; one that is stopped goes on with it."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
            os.killpg(self.process.pid, signal.SIGCONT)

    def end(self) -> int:
        """Waits for the end; gives the exit code."""
        try:
            return self.process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise
        finally:
            self._reader.join(START_SECONDS)
            if self.process.stdout:
                self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._news:
                self.lines.append(line)
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()


@dataclass
class Server:
    """A running Darkroom: `get` asks it, `photos` is what its catalogue holds, by path below the root."""

    url: str
    environ: dict[str, str]
    front: Process
    others: dict[str, Process] = field(default_factory=dict)
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60, limits=httpx.Limits()))
    _photos: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **options: object) -> httpx.Response:
        """An answer of the server."""
        return self.client.get(f"{self.url}{path}", **options)  # type: ignore[arg-type]

    def api(self, function: str, **params: object) -> httpx.Response:
        """A function of the Web API; a parameter that is None is left out."""
        query = urlencode({name: value for name, value in params.items() if value is not None})
        return self.get(f"/picapportapi/1.0/{function}?{query}")

    def photo(self, photoid: str, query: str = "") -> httpx.Response:
        """getPhoto of a photo."""
        return self.get(f"/picapportapi/1.0/getPhoto?photoid={quote(photoid, safe='')}{query}")

    def photos(self) -> dict[str, str]:
        """The photo ids by path, as of the first time this is asked."""
        if not self._photos:
            self._photos = {each.path: each.photoid for each in self.listing()}
        return self._photos

    def listing(self) -> list[Photo]:
        """What the catalogue says of each photo."""
        engine = open_catalog(Path(self.environ["DATA_DIR"]))
        try:
            return list(Photos(engine).everything())
        finally:
            engine.dispose()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`python -m …` with this server's settings."""
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=PROJECT,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )

    def manage(self, *arguments: str) -> str:
        """`python -m catalog user`, `group` or `share`, which has to succeed, in this process: to start one takes a
        second. Gives what it printed.
        """
        printed = io.TextIOWrapper(io.BytesIO(), "utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "environ", self.environ)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(), "utf-8"))
            patch.setattr(sys, "stdout", printed)
            assert catalog.main(arguments) == 0
        printed.seek(0)
        return printed.read().strip()

    def stop(self) -> None:
        """Ends all its processes at once, but Redis."""
        self.client.close()
        running = [self.front, *(process for name, process in self.others.items() if name != "redis")]
        for process in running:
            process.tell(signal.SIGTERM)
        for process in running:
            process.end()

    def renders(self) -> float:
        """How many renders were made or tried so far, over all processes."""
        return self.metric("darkroom_renders_total")

    def metric(self, name: str) -> float:
        """The sum of all samples of a metric."""
        text = self.get("/metrics").text
        return sum(float(value) for value in re.findall(rf"^{name}(?:\{{.*\}})? (\S+)$", text, re.MULTILINE))


def environ(photos: Path | None, data: Path, **settings: str) -> dict[str, str]:
    """An environment with nothing of Darkroom's but what is given."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ", "TMPDIR") if name in os.environ}
    kept |= {"DATA_DIR": str(data), "SERVER_PORT": "0", "WEBAPI_DEFAULT_UID": "guest", "PYTHONUNBUFFERED": "1"}
    kept |= {"DARKROOM_TOML": str(data.with_suffix(".toml")), "PRERENDER_AUTO": "false"}  # tests count renders
    kept |= {"XDG_STATE_HOME": str(data.with_name("state"))}  # not this user's own
    data.with_suffix(".toml").touch()
    if photos is not None:
        kept["ROBOT_ROOT_0_PATH"] = str(photos)
    return kept | settings


@contextmanager
def redis_server(folder: Path, port: int | None = None, *more: str) -> Iterator[tuple[str, Process]]:
    """A real Redis on a port of its own; gives its URL. `more` is what else its command line says."""
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("redis-server is missing, though `make test` installs it")
        pytest.skip("redis-server is not installed")
    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    arguments = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder), *more]
    process = Process(arguments, os.environ)
    try:
        process.wait_for("Ready to accept connections")
        yield f"redis://127.0.0.1:{port}/0", process
    finally:
        process.stop()


@contextmanager
def serving(photos: Path, data: Path, way: str, **settings: str) -> Iterator[Server]:
    """A server, `way` being "embedded" or "distributed", whose first scan is over; PROCESSES says how many front ends
    it has, QUEUES from which queues its worker renders, which is not started where there is none; with SOCKET, Redis is
    reached by a socket of this machine.
    """
    processes = int(settings.pop("PROCESSES", "1"))
    queues = settings.pop("QUEUES", "interactive,prefetch")
    path = settings.pop("SOCKET", "")
    _age(photos)
    with ExitStack() as closing:
        others: dict[str, Process] = {}
        if way == "distributed":
            folder = data.parent / f"{data.name}-redis"
            by = ("--unixsocket", path) if path else ()
            settings["REDIS_URL"], others["redis"] = closing.enter_context(redis_server(folder, None, *by))
            if path:
                settings["REDIS_URL"] = f"unix://{path}?db=3"
        variables = environ(photos, data, **settings)
        server = Server("", variables, start_front(variables, processes), others)
        closing.callback(server.stop)
        if way == "distributed" and queues:  # it starts while the front end does
            others["worker"] = new_worker(variables, queues=queues)
            others["worker"].wait_for(TAKES)
        server.url = server.front.wait_for(r"serving on (http://\S+)")[1]
        server.front.wait_for("^scanned: ")
        yield server


def _age(photos: Path) -> None:
    """Makes the photos a minute older: a first scan waits a second for each that may be being written."""
    for path in photos.rglob("*"):
        status = path.stat()
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns - 60 * 10**9))


TAKES = "takes renders from the queues"


def new_worker(variables: dict[str, str], *more: str, queues: str = "interactive,prefetch") -> Process:
    """A prefork worker on those queues; `more` is what else its command line says."""
    return Process([sys.executable, "-m", "workers", "run", "--queues", queues, *more], variables)


def start_worker(variables: dict[str, str], *more: str, queues: str = "interactive,prefetch") -> Process:
    """As `new_worker`, and it takes renders."""
    worker = new_worker(variables, *more, queues=queues)
    worker.wait_for(TAKES)
    return worker


# `python -m workers run` whose renders, once begun, wait until somebody opens the pipe GATE for writing.
GATED = """
import os, runpy
import config
config.share_metrics(config.load())  # before the metrics are imported
import workers.confined.outside
confined = workers.confined.outside.Confined
render = confined.render
def gated(*arguments, **options):
    open(os.environ["GATE"], "rb").close()
    return render(*arguments, **options)
confined.render = gated
runpy.run_module("workers", run_name="__main__")
"""


@dataclass(frozen=True)
class Gate:
    """What holds a worker in mid-render, for as long as a test needs it there."""

    path: Path

    def open(self) -> None:
        """Lets every render through, from now on."""
        os.open(self.path, os.O_RDWR)  # never closed: whoever reads finds a writer


def start_gated_worker(variables: dict[str, str], folder: Path) -> tuple[Process, Gate]:
    """A worker of one process that takes renders, begins them and then waits for its gate, which is in that folder."""
    gate = Gate(folder / "gate")
    os.mkfifo(gate.path)
    command = [sys.executable, "-c", GATED, "run", "--queues", "interactive,prefetch", "--concurrency", "1"]
    worker = Process(command, variables | {"GATE": str(gate.path)})
    worker.wait_for(TAKES)
    return worker, gate


def prepare(data: Path) -> None:
    """Makes the user guest where the data is new, as `make serve` does."""
    if not (data / FILE).exists():
        put(data / FILE, _guests_catalogue())


@cache
def _guests_catalogue() -> bytes:
    """A catalogue with the user guest: to migrate one for each server takes an eighth of a second."""
    with TemporaryDirectory() as folder:
        engine = open_catalog(Path(folder))
        Users(engine).add("guest", "guest")
        return closed(engine)


def start_front(variables: dict[str, str], processes: int = 1) -> Process:
    """Front ends on one port; where its data is new, with the user guest."""
    prepare(Path(variables["DATA_DIR"]))
    return Process([sys.executable, "-m", "api", "--processes", str(processes)], variables)
