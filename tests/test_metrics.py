"""The exposition: figures of several processes, and of what they share."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import metrics

PROJECT = Path(__file__).parents[1]

PROCESS = """
import sys
from pathlib import Path
from cache.disk import Budget, DiskTier
from cache.memory import MemoryTier
from cache.tiers import RenderCache
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
        lines = list(iter(process.stdout.readline, "\n"))
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
