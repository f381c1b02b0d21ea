"""Rendering in advance against asking, and what a job does to people: `python -m bench.prerender [--photos FOLDER]`.

Each photo lies there in `--copies` files. Printed are seven sizes of all photos by a job and by getPhoto one by one, by
turns; what a job does to people's misses and hits; and a job over `--records` photos that are all cached. 0 leaves out.
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from itertools import count, islice
from pathlib import Path
from urllib.parse import quote, urlsplit

from prometheus_client import REGISTRY

from bench.data.records import fill, places
from bench.ladder import SIZES
from bench.peers.darkroom import API, Darkroom
from bench.peers.peer import running, scratch
from bench.tools.turns import PHOTOS
from cache.key import RenderKey
from cache.render_cache import RENDERS, build
from catalog.database import open_catalog
from catalog.jobs.jobs import ENDED, Job, Jobs
from catalog.people.users import GUEST
from catalog.photos import Photos
from catalog.scan.scan import scan
from config import Root, Settings
from workers.commands.prerender import driving
from workers.devices import Devices
from workers.prerender.components import build_starter
from workers.prerender.missing import keys_of

TEXTS = [f"{width}x{height}" for width, height in SIZES]
CORES = os.cpu_count() or 1
NICE = 15  # as the Procfile has it for jobs


@dataclass(frozen=True, slots=True)
class Measured:
    """What a job took: seconds, the share of all cores that was busy, and seconds of rendering in all its threads."""

    job: Job
    seconds: float
    busy: float
    rendering: float


def main() -> int:
    """Measures, prints tables, gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=PHOTOS, help="a folder of photos")
    parser.add_argument("--copies", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--misses", type=int, default=100, help="of people, in each round")
    parser.add_argument("--records", type=int, default=100_000)
    chosen = parser.parse_args()
    with scratch() as folder:
        library = copied(chosen.photos, folder / "photos", chosen.copies)
        if chosen.rounds:
            against_asking(library, folder, chosen.rounds)
        if chosen.rounds and chosen.misses:
            beside_people(library, folder, chosen.rounds, chosen.misses)
        if chosen.records:
            all_cached(folder, chosen.records)
    return 0


def copied(photos: Path, library: Path, copies: int) -> Path:
    """A folder with each photo several times."""
    files = sorted(each for each in photos.rglob("*") if each.is_file())
    for number in range(copies):
        (library / str(number)).mkdir(parents=True)
        for at, file in enumerate(files):
            shutil.copy(file, library / str(number) / f"{at}-{file.name}")
    return library


def against_asking(library: Path, folder: Path, rounds: int) -> None:
    """A job of seven sizes, and the same sizes asked for one by one: by one client, and by one for each core."""
    jobs: list[Measured] = []
    asked: dict[int, list[float]] = {1: [], CORES: []}
    for turn in range(rounds):
        print(f"round {turn + 1} of {rounds}", file=sys.stderr)
        jobs.append(by_job(library, folder / f"job{turn}"))
        for clients, times in asked.items():
            times.append(by_asking(library, folder / f"asked{turn}-{clients}", clients))
    seconds = statistics.median(each.seconds for each in jobs)
    photos = jobs[0].job.done
    busy = statistics.median(each.busy for each in jobs)
    over = statistics.median((each.seconds * CORES - each.rendering) / photos * 1000 for each in jobs)
    print(f"\n{photos} photos in {len(SIZES)} sizes\n\n| | s | the job's share |\n|---|---|---|")
    print(f"| a job, {CORES} at once | {seconds:.2f} | |")
    for clients, times in asked.items():
        took = statistics.median(times)
        print(f"| asked one by one, clients: {clients} | {took:.2f} | {seconds / took:.2f} |")
    print(f"\ncores busy {busy:.0%}; beside the rendering {over:.1f} ms a photo and core\n")


def by_job(library: Path, data: Path) -> Measured:
    """A job of all sizes over a library that was just scanned, in this process."""
    settings = Settings(data_dir=data, roots=(Root("photos", library),), prerender_sizes=",".join(TEXTS))
    engine = open_catalog(data)
    scan(engine, settings)
    measured = walked(settings)
    engine.dispose()
    return measured


def walked(settings: Settings) -> Measured:
    """A job over all photos of the catalogue, walked to its end."""
    engine, cache = open_catalog(settings.data_dir), build(settings, memory=False)
    starter, jobs = build_starter(settings, engine, cache), Jobs(engine)
    with driving(settings, engine, cache, starter, CORES) as driver:
        while not driver.leads:
            time.sleep(0.01)
        rendering, busy, began = rendered_seconds(), time.process_time(), time.monotonic()
        job = starter.start("*")
        driver.wake()
        while jobs.by_id(job.id).state not in ENDED:
            time.sleep(0.1)  # more often would cost the job something
        seconds = time.monotonic() - began
        busy = (time.process_time() - busy) / seconds / CORES
        rendering = rendered_seconds() - rendering
    cache.close()
    measured = Measured(jobs.by_id(job.id), seconds, busy, rendering)
    engine.dispose()
    return measured


def rendered_seconds() -> float:
    """Seconds that renders in the background have taken so far."""
    return REGISTRY.get_sample_value("darkroom_render_seconds_sum", {"queue": "background"}) or 0.0


def by_asking(library: Path, data: Path, clients: int) -> float:
    """Seconds for the same sizes over HTTP, each client one after the other."""
    with serving(library, data, distributed=False) as (url, _, photoids):
        sizes = [f"width={width}&height={height}" for width, height in SIZES]
        asked = [request(photoid, size) for photoid in photoids for size in sizes]
        began = time.monotonic()
        with ThreadPoolExecutor(clients) as pool:
            list(pool.map(lambda first: ask_all(url, asked[first::clients]), range(clients)))
        return time.monotonic() - began


def ask_all(url: str, asked: list[str]) -> list[float]:
    """Asks one after the other; gives the seconds of each."""
    connection = HTTPConnection(urlsplit(url).netloc)
    times: list[float] = []
    for each in asked:
        began = time.monotonic()
        connection.request("GET", each)
        answer = connection.getresponse()
        answer.read()
        times.append(time.monotonic() - began)
        if answer.status != 200:
            raise SystemExit(f"bench: {each} is answered with {answer.status}")
    connection.close()
    return times


def beside_people(library: Path, folder: Path, rounds: int, misses: int) -> None:
    """The 95th of 100 misses and the hits a second, by turns: with a job running, without, and beside something that
    only keeps a core busy, at a job's priority: what that costs hits is the machine's.
    """
    late: dict[str, list[float]] = {"alone": [], "with a job": [], "with a busy core": []}
    hits: dict[str, list[float]] = {beside: [] for beside in late}
    widths = count(300)
    data = folder / "people"
    with serving(library, data, distributed=True) as (url, server, photoids):
        server.command("catalog", "user", "set", GUEST, "--admin")
        time.sleep(1.5)  # the server looks twice a second
        for _ in range(rounds):
            for beside in late:
                with job_running(url, next(widths)) if "job" in beside else a_core(busy="core" in beside):
                    late[beside] += ask_all(url, [missed(photoids, next(widths)) for _ in range(misses)])
                    hit = missed(photoids, 299)
                    ask_all(url, [hit])
                    hits[beside].append(1000 / sum(ask_all(url, [hit] * 1000)))
    print("| | p95 of misses, ms | hits a second |\n|---|---|---|")
    for beside, times in late.items():
        p95 = statistics.quantiles(times, n=20)[-1] * 1000
        print(f"| {beside} | {p95:.1f} | {statistics.median(hits[beside]):.0f} |")
    print()


def missed(photoids: list[str], width: int) -> str:
    """A request for one of the photos in a width."""
    return request(photoids[width % len(photoids)], f"width={width}")


def request(photoid: str, size: str) -> str:
    """The path and query of getPhoto."""
    return f"{API}/getPhoto?photoid={quote(photoid, safe='')}&{size}&quality=0.7"


@contextmanager
def serving(library: Path, folder: Path, *, distributed: bool) -> Iterator[tuple[str, Darkroom, list[str]]]:
    """A server over the library: its URL, itself, and its photoids."""
    server = Darkroom("Darkroom", distributed=distributed)
    folder.mkdir()
    with running([server], library, folder) as (url,):
        yield url, server, [each["photoid"] for each in server.listing()]


@contextmanager
def job_running(url: str, width: int) -> Iterator[None]:
    """A job that nobody has done before, cancelled afterwards."""
    connection = HTTPConnection(urlsplit(url).netloc)
    sizes = ",".join(f'"{width + 3000 - 7 * each}x"' for each in range(12))
    connection.request("POST", "/api/jobs", body=f'{{"sizes": [{sizes}]}}')
    answer = connection.getresponse()
    number = answer.read().decode().split('"id": ')[1].split(",")[0]
    yield
    connection.request("POST", f"/api/jobs/{number}/cancel")
    connection.getresponse().read()
    connection.close()


@contextmanager
def a_core(*, busy: bool) -> Iterator[None]:
    """With one core at work, or without."""
    if not busy:
        yield
        return
    program = f"from workers.commands.run import step_down\nstep_down({NICE})\nwhile True: pass"
    process = subprocess.Popen([sys.executable, "-c", program], start_new_session=True)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def all_cached(folder: Path, records: int) -> None:
    """A job over records of which every render is cached; their files are written as the disk tier would."""
    settings = replace(Settings(), data_dir=folder / "records", roots=(Root("photos", folder), Root("archive", folder)))
    engine = open_catalog(settings.data_dir)
    fill(engine, islice(places(chance := random.Random(1)), records), chance)
    for photo in Photos(engine).everything():
        boxes = Devices.of(settings).default
        for key in keys_of(photo, boxes, settings.render_max_side, settings.thumbs_height):
            write(settings.data_dir / RENDERS, key)
    engine.dispose()
    measured = walked(settings)
    job = measured.job
    print(f"a job over {job.total} photos, {job.skipped} of them cached: {measured.seconds:.1f} s")


def write(renders: Path, key: RenderKey) -> None:
    """Puts a small file where the render belongs."""
    file = renders / key.path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"\xff\xd8\xff\xd9")


if __name__ == "__main__":
    sys.exit(main())
