"""What a worker does with an order of many sizes: one decode, each size announced, whatever comes between."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest
from PIL import Image

from cache.errors import TierError
from cache.key import RenderKey
from cache.render_cache import RenderCache
from cache.tier import PROMPT
from catalog.photos import Photo
from tests.photos import decoded, save_jpeg
from tests.workers.test_tasks import Landings, Tray, edited
from tests.workers.ways import ROOT, WAIT, key_of, known, sample, save_photo
from workers.errors import BRINGS_DOWN
from workers.flights.orders import MemoryOrders
from workers.flights.registry import DONE, DROPPED, Completion, FlightsDown, Start
from workers.pipeline.limits import Limits
from workers.pipeline.render import Step
from workers.pipeline.work import Work
from workers.queue.app import BACKGROUND
from workers.tasks import KEEPING_PAUSE, STEP_BACK, Renderer

ORDER = "order:1:2:a photo"
WIDTHS = (320, 160, 40)


class Bench:
    """A worker with orders; `run` places one and has it made."""

    def __init__(
        self, folder: Path, tray: Tray | None = None, flights: Landings | None = None, seconds: float = WAIT
    ) -> None:
        self.tray, self.flights, self.orders = tray or Tray(), flights or Landings(), MemoryOrders()
        self.pauses: list[float] = []
        cache, limits = RenderCache([self.tray]), Limits(max_seconds=seconds)
        self.renderer = Renderer(
            {ROOT: folder}, cache, self.flights, limits, orders=self.orders, pause=self.pauses.append
        )

    def run(self, photo: Photo, keys: Sequence[RenderKey] | None = None, path: str = "") -> Completion:
        names = [key.name for key in keys or [key_of(photo, width) for width in WIDTHS]]
        self.orders.place(ORDER)
        self.renderer.ladder(ORDER, names, ROOT, path or photo.path)
        return self.flights.all[-1][0]


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    return save_photo(tmp_path)


def made() -> float:
    return sample("darkroom_renders_total", queue=BACKGROUND, result="ok")


def test_each_size_is_kept_counted_and_announced(tmp_path: Path, photo: Photo) -> None:
    bench, before = Bench(tmp_path), made()
    completion = bench.run(photo)
    assert completion == Completion(ORDER, DONE)
    completions = [each.key for each, _, _ in bench.flights.all]
    assert set(completions[:-1]) == {key_of(photo, width).name for width in WIDTHS}
    assert {decoded(render).width for render in bench.tray.renders.values()} == set(WIDTHS)
    assert made() == before + 3
    assert bench.pauses == []


def test_what_is_cached_or_under_way_elsewhere_is_left_out(tmp_path: Path, photo: Photo) -> None:
    bench, before = Bench(tmp_path), made()
    bench.tray.renders[key_of(photo, 160)] = b"cached"
    bench.flights.begin(key_of(photo, 40).name, wanted=False)
    assert bench.run(photo).outcome == DONE
    assert {key.width for key in bench.tray.renders} == {320, 160}
    assert bench.tray.renders[key_of(photo, 160)] == b"cached"
    assert made() == before + 1
    # What another began is still its own.
    assert bench.flights.begin(key_of(photo, 40).name, wanted=False) is Start.ELSEWHERE


def test_an_order_that_no_longer_stands_is_dropped_in_silence(tmp_path: Path, photo: Photo) -> None:
    bench = Bench(tmp_path)
    bench.renderer.ladder(ORDER, [key_of(photo).name], ROOT, photo.path)
    assert (bench.flights.all, bench.tray.renders) == ([], {})


def test_it_is_made_once_though_it_was_sent_twice(tmp_path: Path, photo: Photo) -> None:
    bench = Bench(tmp_path)
    bench.flights.begin(ORDER, wanted=False)
    bench.orders.place(ORDER)
    bench.renderer.ladder(ORDER, [key_of(photo).name], ROOT, photo.path)
    assert (bench.flights.all, bench.tray.renders) == ([], {})


def test_people_come_first(tmp_path: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STEP_BACK, BACKGROUND, 0.2)
    bench = Bench(tmp_path)
    bench.flights.claim("a person's", "a waiter", 9)
    assert bench.run(photo).outcome == DONE
    assert bench.pauses


def damaged(file: Path) -> None:
    """A photo that ends where its picture begins: it opens, and then there is nothing of it to show."""
    jpeg = save_jpeg(file, Image.effect_noise((400, 300), 90).convert("RGB")).read_bytes()
    file.write_bytes(jpeg[: jpeg.index(b"\xff\xda") + 14])


def test_a_damaged_photo_lands_and_leaves_nothing_under_way(tmp_path: Path, photo: Photo) -> None:
    damaged(tmp_path / photo.path)
    bad = known(tmp_path, tmp_path / photo.path)
    bench, before = Bench(tmp_path), sample("darkroom_renders_total", queue=BACKGROUND, result="damaged")
    assert bench.run(bad).outcome == "damaged"
    assert sample("darkroom_renders_total", queue=BACKGROUND, result="damaged") == before + 1
    for width in WIDTHS:
        assert bench.flights.begin(key_of(bad, width).name, wanted=False) is Start.BEGUN
    dropped = [completion.key for completion, _, _ in bench.flights.all if completion.outcome == DROPPED]
    assert dropped == [key_of(bad, 320).name]  # whoever came to wait for it asks for it by itself


def test_a_file_that_changed_is_refused(tmp_path: Path, photo: Photo) -> None:
    edited(tmp_path / photo.path)
    bench = Bench(tmp_path)
    assert (bench.run(photo).outcome, bench.tray.renders) == ("changed", {})


def test_a_file_that_is_gone_and_a_path_that_leads_out(tmp_path: Path, photo: Photo) -> None:
    for path in ("gone.jpg", "../a.jpg"):
        assert Bench(tmp_path).run(photo, path=path).outcome == "missing"


def test_a_photo_that_has_brought_workers_down_is_damaged(tmp_path: Path, photo: Photo) -> None:
    class Poisoned(Landings):
        def begin(self, key: str, *, wanted: bool) -> Start:
            return Start.POISON

    assert Bench(tmp_path, flights=Poisoned()).run(photo) == Completion(ORDER, "damaged", BRINGS_DOWN)


def test_a_photo_that_takes_too_long_is_not_tried_again(tmp_path: Path, photo: Photo) -> None:
    completion = Bench(tmp_path, seconds=-1.0).run(photo)
    assert (completion.outcome, "render.max.seconds" in completion.reason) == ("unsupported", True)


def test_a_cache_that_takes_nothing_is_said(tmp_path: Path, photo: Photo) -> None:
    completion = Bench(tmp_path, Tray(on_put=TierError("full"))).run(photo)
    assert (completion.outcome, "No cache" in completion.reason) == ("failed", True)


def test_a_cache_that_is_away_for_a_moment_is_asked_again(tmp_path: Path, photo: Photo) -> None:
    class Away(Tray):
        left = 5

        def put(self, key: RenderKey, render: bytes, *, patience: float = PROMPT) -> bool:
            self.left -= 1
            if self.left > 0:
                raise TierError("Redis does not answer")
            return super().put(key, render, patience=patience)

    bench = Bench(tmp_path, Away())
    assert bench.run(photo) == Completion(ORDER, DONE)
    assert {key.width for key in bench.tray.renders} == set(WIDTHS)
    assert bench.pauses == [KEEPING_PAUSE] * 4


def test_keys_of_two_photos_are_a_fault(tmp_path: Path, photo: Photo) -> None:
    other = RenderKey("B" * 22, key_of(photo).version, 40, 30, 70)
    bench = Bench(tmp_path)
    assert bench.run(photo, [key_of(photo, 80), other]).outcome == "failed"
    assert bench.run(photo, [RenderKey(photo.photoid, other.version, 40, 30, None)]).outcome == "failed"


def test_a_registry_that_is_down_leaves_it_for_later(tmp_path: Path, photo: Photo) -> None:
    class Down(MemoryOrders):
        def take(self, name: str) -> bool:
            raise FlightsDown("Redis does not answer")

    flights = Landings()
    renderer = Renderer({ROOT: tmp_path}, RenderCache([Tray()]), flights, Limits(), orders=Down())
    renderer.ladder(ORDER, [key_of(photo).name], ROOT, photo.path)
    assert [completion for completion, _, _ in flights.all] == [Completion(ORDER, DROPPED)]


def test_the_photo_is_decoded_once(tmp_path: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[object] = []
    steps = import_module("workers.pipeline.render")
    load: Step = steps.DECODE[1]

    def counting(work: Work) -> Work:
        loads.append(work.size)
        return load(work)

    monkeypatch.setattr(steps, "DECODE", (steps.DECODE[0], counting, *steps.DECODE[2:]))
    assert Bench(tmp_path).run(photo).outcome == DONE
    assert len(loads) == 1
