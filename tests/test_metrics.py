"""Metrics: their names are a contract, and they are true over all processes that share a folder."""

import os
import re
import signal
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest
from prometheus_client import Counter, Gauge, Histogram

import metrics
from tests.end_to_end.servers import PROJECT

# name, type and labels, as those who watch a server rely on them
CONTRACT = [
    ("darkroom_requests_total", "counter", ("function", "status"), metrics.requests),
    ("darkroom_remembered_total", "counter", (), metrics.remembered),
    ("darkroom_cache_requests_total", "counter", ("tier", "result"), metrics.cache_requests),
    ("darkroom_renders_total", "counter", ("queue", "result"), metrics.renders),
    ("darkroom_render_seconds", "histogram", ("queue",), metrics.render_seconds),
    ("darkroom_flights", "gauge", (), metrics.flights),
    ("darkroom_cache_bytes", "gauge", ("tier",), metrics.cache_bytes),
    ("darkroom_cache_entries", "gauge", ("tier",), metrics.cache_entries),
    ("darkroom_evictions_total", "counter", ("tier",), metrics.evictions),
    ("darkroom_shed_total", "counter", ("reason",), metrics.shed),
    ("darkroom_limited_total", "counter", ("limit",), metrics.limited),
    ("darkroom_untrusted_users_total", "counter", (), metrics.untrusted_users),
    ("darkroom_connections", "gauge", (), metrics.connections),
    ("darkroom_connections_cut_total", "counter", ("reason",), metrics.connections_cut),
]
COUNT = """
import sys, metrics
metrics.shed.labels("test").inc(3)
metrics.flights.set(2)
metrics.cache_bytes.labels("memory").set(100)
print("counted", flush=True)
sys.stdin.read() if "stay" in sys.argv else None
"""


COMMAND = [sys.executable, "-c"]


def shared(folder: Path) -> dict[str, str]:
    """The environment of processes that count together."""
    return {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}


def exposition(folder: Path) -> dict[str, float]:
    """All samples, as one more process sees them."""
    done = subprocess.run(
        [*COMMAND, "import metrics; print(metrics.exposition().decode())"],
        env=shared(folder),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name: float(value) for name, value in re.findall(r"^([^#\s]\S*) (\S+)$", done.stdout, re.MULTILINE)}


@pytest.mark.parametrize(("name", "kind", "labels", "metric"), CONTRACT)
def test_names_types_and_labels(
    name: str, kind: str, labels: tuple[str, ...], metric: Counter | Gauge | Histogram
) -> None:
    if labels:
        metric.labels(**dict.fromkeys(labels, "of a test"))
    text = metrics.exposition().decode()
    assert f"# TYPE {name} {kind}\n" in text
    assert re.search(rf"^# HELP {name} .+\.$", text, re.MULTILINE)
    shown = ",".join(f'{label}="of a test"' for label in sorted(labels))
    suffix = "_count" if kind == "histogram" else ""
    assert (f"\n{name}{suffix}{{{shown}}} " if labels else f"\n{name} ") in text


def test_there_are_no_others() -> None:
    text = metrics.exposition([("interactive", 3)], [("photos", 60, 2)]).decode()
    found = {*re.findall(r"^# TYPE (darkroom_\w+)", text, re.MULTILINE)}
    asked = {"darkroom_queue_length", "darkroom_photos_held", "darkroom_photos_missing"}
    assert found == {*asked, *(name for name, *_ in CONTRACT)}
    assert '\ndarkroom_photos_held{root="photos"} 60.0\n' in text
    assert '\ndarkroom_photos_missing{root="photos"} 2.0\n' in text
    assert '\ndarkroom_queue_length{queue="interactive"} 3.0\n' in text
    assert "_created" not in text


def test_processes_count_together(tmp_path: Path) -> None:
    for _ in range(2):
        subprocess.run([*COMMAND, COUNT], env=shared(tmp_path), cwd=PROJECT, check=True, stdout=subprocess.PIPE)
    samples = exposition(tmp_path)
    assert samples['darkroom_shed_total{reason="test"}'] == 6  # what they counted outlives them


def test_what_a_killed_process_had_is_no_longer_counted(tmp_path: Path) -> None:
    """A gauge says what is now: renders that nobody waits for any more, memory that is free again."""
    environment = shared(tmp_path)
    running = [
        subprocess.Popen(
            [*COMMAND, COUNT, "stay"],
            env=environment,
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    try:
        for each in running:
            assert each.stdout
            assert each.stdout.readline() == b"counted\n"
        assert exposition(tmp_path)["darkroom_flights"] == 4
        running[0].send_signal(signal.SIGKILL)
        running[0].wait()
        samples = exposition(tmp_path)
        assert samples["darkroom_flights"] == 2
        assert samples['darkroom_cache_bytes{tier="memory"}'] == 100
        assert samples['darkroom_shed_total{reason="test"}'] == 6
    finally:
        for each in running:
            each.communicate()


PROCESS = """
import sys
from pathlib import Path
from cache.disk import Budget, DiskTier
from cache.memory import MemoryTier
from cache.render_cache import RenderCache
from tests.cache.keys import key, render
import metrics
number = int(sys.argv[2])
cache = RenderCache([MemoryTier(10**6), DiskTier(Path(sys.argv[1]), Budget(entries=5, free=0))])
for each in range(4):
    cache.put(key(4 * number + each), render())
    cache.get(key(4 * number + each))
cache.get(key(99))
metrics.watch_shared(cache.shared_figures)
print(metrics.exposition().decode(), flush=True)
sys.stdin.read()
cache.close()
"""


def value(text: str, name: str, **labels: str) -> float:
    inside = ",".join(f'{label}="{each}"' for label, each in sorted(labels.items()))
    found = re.findall(rf"^{name}\{{{inside}\}} (\S+)$", text, re.MULTILINE)
    assert len(found) == 1, (name, labels, text)
    return float(found[0])


@pytest.mark.parametrize("together", [False, True])
def test_figures_are_true_over_processes(tmp_path: Path, together: bool) -> None:
    (tmp_path / "metrics").mkdir()
    environ = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics")} if together else {}
    running = []
    for number in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(tmp_path / "renders"), str(number)],
            cwd=PROJECT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        lines = list(takewhile(str.strip, process.stdout))  # up to the blank line, or to its end
        running.append(process)
    for process in running:
        process.communicate("")
        assert process.returncode == 0
    text, times = "".join(lines), 2 if together else 1
    # Of the last process to look: memory is each one's own, the disk is everybody's.
    assert value(text, "darkroom_cache_entries", tier="memory") == 4 * times
    assert value(text, "darkroom_cache_bytes", tier="memory") == 4000 * times
    assert value(text, "darkroom_cache_entries", tier="disk") == 5
    assert value(text, "darkroom_cache_bytes", tier="disk") == 5000
    assert value(text, "darkroom_evictions_total", tier="disk") == 3
    assert value(text, "darkroom_cache_requests_total", result="hit", tier="memory") == 4 * times
    assert value(text, "darkroom_cache_requests_total", result="miss", tier="disk") == times
    assert text.count("# TYPE darkroom_cache_bytes gauge") == 1


def test_nothing_is_said_of_what_is_gone() -> None:
    class Gone:
        def figures(self) -> dict[str, tuple[int, int]]:
            return {"gone": (1, 1)}

    gone = Gone()
    metrics.watch_shared(gone.figures)
    assert b'{tier="gone"} 1.0' in metrics.exposition()
    del gone
    assert b"gone" not in metrics.exposition()
