"""`python -m api` told to stop: at any instant it ends in order, and says so in one line."""

import os
import re
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

import signals
from tests.busy import busy
from tests.end_to_end.servers import Process, environ, eventually, free_port, prepare, redis_server, start_front
from tests.photos import save_jpeg, solid

TICKS = 300  # hundredths of a second of a processor: more than a start takes
SERVES = "serving on "
SAYS = "darkroom: stopped\n"
WAYS = ("embedded", "distributed")  # one process; a parent of two


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, str]]]:
    """The environments of servers of each way, which have photos to scan."""
    folder = tmp_path_factory.mktemp("stops")
    save_jpeg(folder / "photos/red.jpg", solid(30, 20, (200, 30, 30)))
    for data in ("data", "shared"):  # by one thread, before several start servers
        prepare(folder / data)
    with redis_server(folder / "redis") as (url, _):
        embedded = environ(folder / "photos", folder / "data")
        yield {"embedded": embedded, "distributed": environ(folder / "photos", folder / "shared", REDIS_URL=url)}


def catches(pid: int) -> bool:
    """Whether it does anything by itself about SIGTERM, which it does last of all when it begins to listen."""
    status = Path(f"/proc/{pid}/status").read_text()
    return bool(int(status.split("SigCgt:")[1].split()[0], 16) >> (signal.SIGTERM - 1) & 1)


def spent(pid: int) -> int:
    """Hundredths of a second of a processor that it has had so far: a clock that stands still where others run."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def stopped(variables: dict[str, dict[str, str]], way: str, number: signal.Signals, ticks: int) -> Process:
    """A server that was told to stop as soon as it has spent so many ticks, or serves."""
    process = start_front(variables[way], 1 + (way == "distributed"))
    pid = process.process.pid
    try:
        eventually(lambda: catches(pid), True, 120)
        eventually(lambda: spent(pid) >= ticks or any(SERVES in line for line in process.lines), True, 120)
        if number == signal.SIGINT:
            process.tell(number)  # as the terminal does it
        else:
            os.kill(pid, number)
        process.end()
    finally:
        process.stop(signal.SIGKILL)
    return process


def assert_in_order(process: Process) -> None:
    said = "".join(process.lines)
    assert (process.process.returncode, process.lines.count(SAYS)) == (0, 1), said
    assert not {"Traceback", "ERROR", "Exception"} & {*said.replace(":", " ").split()}, said


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("::", ("http://0.0.0.0", "http://[::]")),
        ("::1", ("http://[::1]",)),
        ("::ffff:127.0.0.1", ("http://127.0.0.1",)),
    ],
)
def test_each_family_that_the_host_stands_for_is_served(
    variables: dict[str, dict[str, str]], way: str, host: str, says: tuple[str, ...]
) -> None:
    port = free_port()
    settings = variables[way] | {"SERVER_HOST": host, "SERVER_PORT": str(port), "SERVER_ACCESS_LOG": "true"}
    process = start_front(settings, 1 + (way == "distributed"))
    try:
        process.wait_for(re.escape(SERVES + " and ".join(f"{each}:{port}" for each in says)) + "$")
        for caller, url in (("127.0.0.1", f"http://127.0.0.1:{port}"), ("::1", f"http://[::1]:{port}")):
            if ("[" in url) not in {"[" in each for each in says}:
                with pytest.raises(httpx.ConnectError):
                    httpx.get(f"{url}/health", trust_env=False)
                continue
            for _ in range(4):  # connections of their own, so that both of two processes may have some
                assert httpx.get(f"{url}/health", trust_env=False).status_code == 200
            process.wait_for(f" {re.escape(caller)} GET /health 200 ")
        assert process.stop() == 0
    finally:
        process.stop(signal.SIGKILL)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("number", signals.STOPS)
def test_who_stops_it_reads_one_line(variables: dict[str, dict[str, str]], way: str, number: signal.Signals) -> None:
    process = start_front(variables[way], 1 + (way == "distributed"))
    process.wait_for(SERVES)
    process.wait_for("^scanned: ")
    before = len(process.lines)
    assert process.stop(number) == 0
    rest = [line for line in process.lines[before:] if SERVES not in line]  # the second of two may come late
    assert rest == [SAYS]


@pytest.mark.parametrize("part", range(6))
def test_it_stops_in_order_at_any_instant(variables: dict[str, dict[str, str]], part: int) -> None:
    way, number = WAYS[part % 2], signals.STOPS[part // 3]
    assert_in_order(stopped(variables, way, number, part * TICKS // 9))


@pytest.mark.soak
def test_it_stops_in_order_at_a_thousand_instants(variables: dict[str, dict[str, str]]) -> None:
    """On busy cores."""

    def stop(part: int) -> None:
        way, number = WAYS[part % 2], signals.STOPS[part // 2 % 2]
        assert_in_order(stopped(variables, way, number, part * TICKS // 1000))

    with busy(3), ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(stop, range(1000)))) == 1000
