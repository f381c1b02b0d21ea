"""What a worker does with a task: whatever the task says and the file is, the flight lands."""

import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from cache.errors import TierError
from cache.key import RenderKey
from cache.render_cache import RenderCache
from cache.tier import PROMPT, Figures
from catalog import metadata
from catalog.kinds.damage import TRUNCATED
from catalog.photos import Photo
from tests.photos import decoded, save_jpeg, solid
from tests.workers.ways import ROOT, WAIT, key_of, known, sample, save_photo
from workers import pipeline, tasks
from workers.errors import BRINGS_DOWN, Unsupported
from workers.flights.memory import MemoryFlights
from workers.flights.registry import DONE, Claim, Completion, FlightsDown, Start
from workers.memory_budget import MemoryBudget
from workers.pipeline.cost import cost
from workers.pipeline.limits import Limits
from workers.queue.app import BACKGROUND, INTERACTIVE, PREFETCH, QUEUES
from workers.sizing import Size
from workers.tasks import Renderer

OUTSIDE = [
    "../outside.jpg",
    "sub/../../outside.jpg",
    "./../outside.jpg",
    "sub/../inside.jpg",  # no scan gives such a path
    "{folder}/../outside.jpg",
    "{folder}/inside.jpg",
    "//inside.jpg",
]
NOT_THERE = ["", ".", "sub", "gone.jpg", "inside.jpg/a.jpg", "sub/no/a.jpg", "a\0.jpg", "a" * 5000, "dangling.jpg"]


class Tray:
    """A shared tier in a dictionary, which raises what it is told to."""

    name = "tray"
    shared = True

    def __init__(self, on_get: Exception | None = None, on_put: Exception | None = None) -> None:
        self.renders: dict[RenderKey, bytes] = {}
        self._on_get, self._on_put = on_get, on_put

    def get(self, key: RenderKey) -> bytes | None:
        if self._on_get:
            raise self._on_get
        return self.renders.get(key)

    def held(self, keys: Sequence[RenderKey]) -> dict[RenderKey, int]:
        return {key: len(self.renders[key]) for key in keys if key in self.renders}

    def has(self, key: RenderKey) -> bool:
        return key in self.renders

    def put(self, key: RenderKey, render: bytes, *, patience: float = PROMPT) -> bool:
        if self._on_put:
            raise self._on_put
        self.renders[key] = render
        return True

    def drop(self, key: RenderKey) -> None:
        self.renders.pop(key, None)

    def drop_photo(self, photoid: str, keep_version: str | None = None) -> int:
        return 0

    def figures(self) -> Figures:
        return Figures(len(self.renders), sum(map(len, self.renders.values())))

    def close(self) -> None:
        """Nothing to let go of."""


class Landings(MemoryFlights):
    """Flights that note what landed, and how many renders were counted by then."""

    def __init__(self) -> None:
        super().__init__()
        self.all: list[tuple[Completion, bytes | None, bool]] = []
        self.counted: float = 0

    def land(self, completion: Completion, render: bytes | None, *, kept: bool) -> None:
        super().land(completion, render, kept=kept)
        self.all.append((completion, render, kept))
        self.counted = counts()


class Bench:
    """A worker whose photo root is `folder`."""

    def __init__(
        self,
        folder: Path,
        tray: Tray | None = None,
        max_pixels: int = 10**6,
        *,
        links: bool = True,
        patient: bool = True,
        budget: MemoryBudget | None = None,
    ) -> None:
        self.tray = tray or Tray()
        self.flights = Landings()
        self.pauses: list[int] = []  # how many waited then
        cache, limits = RenderCache([self.tray]), Limits(max_pixels)
        self.renderer = Renderer(
            {ROOT: folder},
            cache,
            self.flights,
            limits,
            links=links,
            patient=patient,
            pause=self.pause,
            budget=budget,
        )

    def pause(self, _: float) -> None:
        """One of those who wait is served meanwhile."""
        self.pauses.append(self.flights.waiting())
        self.flights.land(Completion(f"{len(self.pauses)}", DONE), None, kept=True)
        self.flights.all.clear()

    def run(self, photo: Photo, path: str | None = None, root: str = ROOT) -> Completion:
        """Renders 40 x 30 pixels of the photo; gives the completion, of which there is one however it goes."""
        path = photo.path if path is None else path
        self.flights.claim(key_of(photo).name, "a waiter", 1)
        self.renderer.render(key_of(photo).name, root, path, INTERACTIVE)
        assert len(self.flights.all) == 1
        return self.flights.all[0][0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A photo root beside a photo that does not lie in it; all its photos have one and the same version."""
    made = tmp_path / "root"
    save_photo(made, "inside.jpg")
    (made / "sub").mkdir()
    (made / "dangling.jpg").symlink_to("nothing.jpg")
    (tmp_path / "outside.jpg").write_bytes((made / "inside.jpg").read_bytes())
    for file in (made / "inside.jpg", tmp_path / "outside.jpg"):
        os.utime(file, ns=(10**18, 10**18))
    return made


@pytest.fixture
def photo(folder: Path) -> Photo:
    """The photo in the root."""
    return known(folder, folder / "inside.jpg")


def counts(result: str | None = None) -> float:
    """Renders counted so far."""
    results = (
        [result] if result else ["ok", "damaged", "unsupported", "missing", "changed", "busy", "failed", "malformed"]
    )
    return sum(sample("darkroom_renders_total", queue=INTERACTIVE, result=each) for each in results)


def test_a_render_is_kept_counted_and_announced_in_this_order(folder: Path, photo: Photo) -> None:
    bench, ok, seconds = Bench(folder), counts("ok"), sample("darkroom_render_seconds_count", queue=INTERACTIVE)
    assert bench.run(photo) == Completion(key_of(photo).name, DONE)
    (_, render, kept) = bench.flights.all[0]
    assert render == bench.tray.renders[key_of(photo)]
    assert kept
    assert decoded(render).size == (40, 30)
    assert counts("ok") == ok + 1
    assert sample("darkroom_render_seconds_count", queue=INTERACTIVE) == seconds + 1
    assert bench.flights.counted == counts()


def test_what_is_in_the_cache_is_neither_made_nor_counted_again(folder: Path, photo: Photo) -> None:
    bench, before = Bench(folder), counts()
    bench.tray.renders[key_of(photo)] = b"a render"
    assert bench.run(photo, path="gone.jpg").outcome == DONE
    assert bench.flights.all.pop()[1] == b"a render"
    assert counts() == before


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_path_that_leads_out_of_the_root_is_not_followed(folder: Path, photo: Photo, path: str) -> None:
    bench = Bench(folder)
    completion = bench.run(photo, path=path.format(folder=folder))
    assert (completion.outcome, bench.tray.renders) == ("missing", {})
    assert str(folder) not in completion.reason


@pytest.mark.parametrize("path", NOT_THERE)
def test_what_is_no_file_in_the_root_is_missing(folder: Path, photo: Photo, path: str) -> None:
    bench, before = Bench(folder), counts("missing")
    completion = bench.run(photo, path=path)
    assert completion.outcome == "missing"
    assert str(folder) not in completion.reason
    assert bench.flights.counted == counts()
    assert counts("missing") == before + 1


def test_folders_in_a_photo_s_place_cost_no_descriptors(folder: Path, photo: Photo) -> None:
    descriptors = Path("/proc/self/fd")
    before = len(list(descriptors.iterdir()))
    for _ in range(3):
        assert Bench(folder).run(photo, path="sub").outcome == "missing"
    assert len(list(descriptors.iterdir())) == before


def test_links_are_followed_wherever_they_lead(folder: Path, photo: Photo) -> None:
    """The scan says which links are photos; a worker opens what it is sent."""
    (folder / "link.jpg").symlink_to("../outside.jpg")
    (folder / "linked").symlink_to("..")
    for path in ("link.jpg", "linked/outside.jpg"):
        assert Bench(folder).run(photo, path=path).outcome == DONE


def test_links_are_refused_where_links_are_not_followed(folder: Path, photo: Photo) -> None:
    (folder / "link.jpg").symlink_to("../outside.jpg")
    (folder / "linked").symlink_to("..")
    (folder / "within.jpg").symlink_to("inside.jpg")
    for path in ("link.jpg", "linked/outside.jpg", "within.jpg"):
        completion = Bench(folder, links=False).run(photo, path=path)
        assert (completion.outcome, "leads out" in completion.reason) == ("missing", True)


def test_links_in_a_circle_are_missing(folder: Path, photo: Photo) -> None:
    (folder / "circle.jpg").symlink_to("circle.jpg")
    for links in (True, False):
        assert Bench(folder, links=links).run(photo, path="circle.jpg").outcome == "missing"


def test_a_render_that_nobody_waits_for_is_not_made(folder: Path, photo: Photo) -> None:
    bench, before = Bench(folder), counts()
    bench.renderer.render(key_of(photo).name, ROOT, photo.path, INTERACTIVE)
    assert (bench.flights.all, bench.tray.renders, counts()) == ([], {}, before)


@pytest.mark.parametrize("queue", [PREFETCH, BACKGROUND])
def test_a_lower_queue_s_render_is_made_though_nobody_waits_yet(folder: Path, photo: Photo, queue: str) -> None:
    bench = Bench(folder)
    bench.flights.reserve(key_of(photo).name, 1, WAIT)
    before = sample("darkroom_renders_total", queue=queue, result="ok")
    bench.renderer.render(key_of(photo).name, ROOT, photo.path, queue)
    assert [completion.outcome for completion, _, _ in bench.flights.all] == [DONE]
    assert sample("darkroom_renders_total", queue=queue, result="ok") == before + 1


def test_a_prefetch_that_nobody_has_reserved_any_more_is_not_made(folder: Path, photo: Photo) -> None:
    """Somebody has come to wait for it meanwhile, and was served, or went away."""
    bench = Bench(folder)
    name = key_of(photo).name
    bench.flights.reserve(name, 1, WAIT)
    bench.flights.claim(name, "a waiter", 1)
    bench.flights.release(name, "a waiter")
    for queue in (PREFETCH, INTERACTIVE):
        bench.renderer.render(name, ROOT, photo.path, queue)
    assert (bench.flights.all, bench.tray.renders) == ([], {})


@pytest.mark.parametrize("first", [PREFETCH, INTERACTIVE])
def test_of_two_tasks_for_one_render_the_first_to_begin_makes_it(folder: Path, photo: Photo, first: str) -> None:
    bench = Bench(folder, patient=False)  # else the prefetch would let people go first
    name = key_of(photo).name
    before = sum(sample("darkroom_renders_total", queue=queue, result="ok") for queue in QUEUES)
    bench.flights.reserve(name, 1, WAIT)
    bench.flights.claim(name, "a waiter", 1)
    for queue in (first, INTERACTIVE if first == PREFETCH else PREFETCH):
        bench.renderer.render(name, ROOT, photo.path, queue)
    assert [completion.outcome for completion, _, _ in bench.flights.all] == [DONE]
    assert sum(sample("darkroom_renders_total", queue=queue, result="ok") for queue in QUEUES) == before + 1


@pytest.mark.parametrize("queue", QUEUES)
def test_a_render_that_is_made_elsewhere_is_not_made_twice(folder: Path, photo: Photo, queue: str) -> None:
    bench = Bench(folder)
    bench.flights.begin(key_of(photo).name, wanted=False)
    bench.renderer.render(key_of(photo).name, ROOT, photo.path, queue)
    assert (bench.flights.all, bench.tray.renders) == ([], {})


@pytest.mark.parametrize("queue", [PREFETCH, BACKGROUND])
def test_work_in_advance_waits_while_people_do(folder: Path, photo: Photo, queue: str) -> None:
    bench = Bench(folder)
    bench.flights.reserve(key_of(photo).name, 1, WAIT)
    for number in (1, 2, 3):
        assert bench.flights.claim(f"{number}", "a waiter", 9) is Claim.FIRST
    bench.flights.begin("2", wanted=True)  # whoever waits for a render that is being made waits too
    bench.renderer.render(key_of(photo).name, ROOT, photo.path, queue)
    assert bench.pauses == [3, 2, 1]
    assert [completion.outcome for completion, _, _ in bench.flights.all] == [DONE]


@pytest.mark.parametrize("queue", [PREFETCH, BACKGROUND])
def test_work_in_advance_never_comes_to_a_halt(
    folder: Path, photo: Photo, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(folder)
    bench.flights.reserve(key_of(photo).name, 1, WAIT)
    bench.flights.claim("another", "a waiter who stays", 9)
    monkeypatch.setitem(tasks.STEP_BACK, queue, 0.01)
    bench.renderer.render(key_of(photo).name, ROOT, photo.path, queue)
    assert [completion.outcome for completion, _, _ in bench.flights.all] == [DONE]
    assert bench.flights.waiting() == 1


def test_a_worker_that_people_need_does_not_wait_for_them(folder: Path, photo: Photo) -> None:
    bench = Bench(folder, patient=False)
    bench.flights.reserve(key_of(photo).name, 1, WAIT)
    bench.flights.claim("another", "a waiter who stays", 9)
    bench.renderer.render(key_of(photo).name, ROOT, photo.path, PREFETCH)
    assert (bench.pauses, [completion.outcome for completion, _, _ in bench.flights.all]) == ([], [DONE])


def test_a_registry_that_is_down_keeps_no_render_from_being_made(folder: Path, photo: Photo) -> None:
    class Down(Landings):
        def begin(self, key: str, *, wanted: bool) -> Start:
            raise FlightsDown("Redis does not answer")

        def waiting(self) -> int:
            raise FlightsDown("Redis does not answer")

    bench = Bench(folder)
    flights = Down()
    renderer = Renderer({ROOT: folder}, RenderCache([bench.tray]), flights, Limits())
    renderer.render(key_of(photo).name, ROOT, photo.path, BACKGROUND)
    assert [completion.outcome for completion, _, _ in flights.all] == [DONE]


def test_a_photo_that_has_brought_workers_down_is_damaged(folder: Path, photo: Photo) -> None:
    class Poisoned(Landings):
        def begin(self, key: str, *, wanted: bool) -> Start:
            return Start.POISON

    flights = Poisoned()
    renderer = Renderer({ROOT: folder}, RenderCache([Tray()]), flights, Limits())
    renderer.render(key_of(photo).name, ROOT, photo.path, BACKGROUND)
    assert [(completion.outcome, completion.reason) for completion, _, _ in flights.all] == [("damaged", BRINGS_DOWN)]


def test_a_root_that_this_worker_does_not_have(folder: Path, photo: Photo) -> None:
    completion = Bench(folder).run(photo, root="another")
    assert (completion.outcome, "'another'" in completion.reason) == ("missing", True)


def edited(file: Path) -> None:
    save_jpeg(file, solid(40, 30, (0, 0, 0)))


def touched(file: Path) -> None:
    os.utime(file, ns=(10**18, 10**18 + 1))


@pytest.mark.parametrize("change", [edited, touched])
def test_another_file_than_the_catalogue_knows_is_not_rendered(
    folder: Path, photo: Photo, change: Callable[[Path], None]
) -> None:
    bench = Bench(folder)
    change(folder / photo.path)
    assert bench.run(photo).outcome == "changed"
    assert bench.tray.renders == {}


def cut(file: Path) -> None:
    save_jpeg(file, Image.effect_noise((400, 300), 90).convert("RGB"))
    file.write_bytes(file.read_bytes()[:600])


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def of_another_kind(file: Path) -> None:
    file.write_text("This is no photo, whatever its name says.")


def huge(file: Path) -> None:
    save_jpeg(file, solid(1001, 1000, (0, 0, 0)))


def test_a_photo_of_which_a_part_is_there_is_rendered_and_said_to_be_damaged(folder: Path) -> None:
    file = save_jpeg(folder / "bad.jpg", Image.effect_noise((400, 300), 90).convert("RGB"))
    file.write_bytes(file.read_bytes()[:5000])
    completion = Bench(folder).run(known(folder, file))
    assert (completion.outcome, completion.damage) == (DONE, TRUNCATED)


@pytest.mark.parametrize(
    ("make", "kind"),
    [(cut, "damaged"), (emptied, "damaged"), (of_another_kind, "unsupported"), (huge, "unsupported")],
)
def test_a_photo_that_can_t_be_rendered_says_why(folder: Path, make: Callable[[Path], None], kind: str) -> None:
    make(folder / "bad.jpg")
    bench, before = Bench(folder), counts(kind)
    completion = bench.run(known(folder, folder / "bad.jpg"))
    assert completion.outcome == kind
    assert completion.reason.endswith(".")
    assert str(folder) not in completion.reason
    assert counts(kind) == before + 1
    assert bench.flights.counted == counts()


def test_a_photo_that_takes_more_memory_than_there_is_is_unsupported(folder: Path, photo: Photo) -> None:
    """Nothing of it is opened for that, and the next one is made."""
    completion = Bench(folder, budget=MemoryBudget(1_000_000)).run(photo)
    assert completion.outcome == Unsupported.kind
    assert "workers.memory.bytes" in completion.reason
    assert Bench(folder, budget=MemoryBudget(100_000_000)).run(photo).outcome == DONE


def test_a_photo_that_waits_for_memory_keeps_no_thread_from_others(folder: Path, photo: Photo) -> None:
    """It is made as soon as others have given it back; one that takes less goes before."""
    takes = cost(BytesIO((folder / photo.path).read_bytes()), Size(40, 30), Limits(10**6))
    budget = MemoryBudget(2 * takes, places=1)
    bench = Bench(folder, budget=budget)
    with ThreadPoolExecutor(1) as pool:
        with budget.reserved(takes + 1, WAIT, ahead=True):
            waits = pool.submit(bench.run, photo)
            with budget._changed:
                assert budget._changed.wait_for(lambda: len(budget._waiters) == 1, WAIT)
            with budget.place(), budget.reserved(takes - 1, WAIT):
                assert not waits.done()
        assert waits.result(WAIT).outcome == DONE


def test_a_render_that_no_cache_takes_goes_with_the_completion(folder: Path, photo: Photo) -> None:
    bench = Bench(folder, Tray(on_get=TierError("ill"), on_put=TierError("full")))
    assert bench.run(photo).outcome == DONE
    _, render, kept = bench.flights.all[0]
    assert not kept
    assert render is not None
    assert decoded(render).size == (40, 30)


def test_a_bug_in_the_pipeline_lands_as_failed_and_is_in_the_log(
    folder: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> bytes:
        raise ZeroDivisionError("a secret of the inside")

    monkeypatch.setattr(pipeline, "render", broken)
    bench, before = Bench(folder), counts("failed")
    with caplog.at_level(logging.ERROR):
        completion = bench.run(photo)
    assert (completion.outcome, "secret" in completion.reason) == ("failed", False)
    assert "a secret of the inside" in caplog.text
    assert counts("failed") == before + 1
    assert bench.flights.counted == counts()


def test_a_worker_answers_when_it_is_asked(folder: Path) -> None:
    bench = Bench(folder)
    bench.renderer.answer("ping:1")
    assert bench.flights.all == [(Completion("ping:1", DONE), None, True)]


@pytest.mark.parametrize("tray", [Tray(on_get=RuntimeError("a bug")), Tray(on_put=RuntimeError("a bug"))])
def test_a_bug_in_a_tier_lands_as_failed(folder: Path, photo: Photo, tray: Tray) -> None:
    assert Bench(folder, tray).run(photo).outcome == "failed"


def test_a_name_that_is_no_key_lands_as_failed(folder: Path, photo: Photo) -> None:
    """As a front end of another version may send one."""
    bench = Bench(folder)
    bench.flights.claim("a.name", "a waiter", 1)
    bench.renderer.render("a.name", ROOT, photo.path, INTERACTIVE)
    assert [(completion.key, completion.outcome) for completion, _, _ in bench.flights.all] == [("a.name", "failed")]


def test_a_file_from_beyond_the_year_2262_is_rendered(folder: Path) -> None:
    """Its time of change has more bits than the catalogue keeps."""
    file = folder / "inside.jpg"
    os.utime(file, ns=(2**63 + 10**9, 2**63 + 10**9))
    if file.stat().st_mtime_ns < 2**63:
        pytest.skip("this file system knows no such year")
    header = metadata.read(file)
    photo = replace(known(folder, file), mtime_ns=header.mtime_ns)
    assert Bench(folder).run(photo).outcome == DONE


def test_a_pipe_in_the_photo_s_place_keeps_no_worker_waiting(folder: Path, photo: Photo) -> None:
    pipe = folder / photo.path
    pipe.unlink()
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(Bench(folder).run, photo)
        try:
            assert running.result(WAIT).outcome == "missing"
        finally:  # sets free a worker that waits for somebody to write
            os.close(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))
