"""What wrk prints is read right."""

from pathlib import Path

import pytest

from bench.clients.wrk import Load, LoadError, parse, script

OUTPUT = """Running 3s test @ http://127.0.0.1:8080/
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     2.61ms  740.83us  13.29ms   83.67%
    Req/Sec     6.16k   301.71     6.70k    73.33%
  Latency Distribution
     50%    {p50}
     75%    2.87ms
     90%    3.33ms
     99%    {p99}
  18394 requests in 3.00s, 190.10MB read
{more}Requests/sec:   6130.05
Transfer/sec:     63.35MB
"""


@pytest.mark.parametrize(
    ("p50", "p99", "more", "load"),
    [
        ("2.45ms", "5.36ms", "", Load(6130.05, 2.45, 5.36, 18394)),
        ("890.00us", "1.02s", "", Load(6130.05, 0.89, 1020.0, 18394)),
        ("1.50m", "2.00m", "", Load(6130.05, 90_000.0, 120_000.0, 18394)),
        ("2.45ms", "5.36ms", "  Non-2xx or 3xx responses: 12\n", Load(6130.05, 2.45, 5.36, 18394, 12)),
        (
            "2.45ms",
            "5.36ms",
            "  Socket errors: connect 1, read 2, write 3, timeout 4\n",
            Load(6130.05, 2.45, 5.36, 18394, 10),
        ),
    ],
)
def test_output(p50: str, p99: str, more: str, load: Load) -> None:
    assert parse(OUTPUT.format(p50=p50, p99=p99, more=more)) == load


@pytest.mark.parametrize(
    "output", ["", "unable to connect to 127.0.0.1:1 Connection refused\n", "Requests/sec:  12.00\n"]
)
def test_output_without_figures(output: str) -> None:
    with pytest.raises(LoadError):
        parse(output)


def test_script_reads_its_paths(tmp_path: Path) -> None:
    lua = script(tmp_path, ["/one", "/two"])
    assert str(tmp_path / "paths.txt") in lua.read_text()
    assert (tmp_path / "paths.txt").read_text().splitlines() == ["/one", "/two"]
