"""What is read of a tree: floors, rooms, arrows."""

import subprocess
import sys
from pathlib import Path

import pytest

from bin.house import first_sentence, read_house, reduced
from tests.bin.trees import PROJECT, make_tree, run_tool


@pytest.mark.parametrize(
    ("arrows", "left"),
    [
        ([], []),
        (["ab"], ["ab"]),
        (["ab", "bc", "ac"], ["ab", "bc"]),
        (["ab", "bc", "cd", "ad", "bd"], ["ab", "bc", "cd"]),
        (["ab", "ac", "bd", "cd", "ad"], ["ab", "ac", "bd", "cd"]),
        (["ab", "cd"], ["ab", "cd"]),
    ],
)
def test_arrows_that_follow_from_others_are_left_out(arrows: list[str], left: list[str]) -> None:
    assert reduced((each[0], each[1]) for each in arrows) == {(each[0], each[1]) for each in left}


@pytest.mark.parametrize(
    ("docstring", "sentence"),
    [
        (None, ""),
        ("A door.", "A door"),
        ("A `door`. It opens.", "A door"),
        ("A door that\nnobody opens. Often.", "A door that nobody opens"),
        ("A door\n\nMore.", "A door"),
        ("OpenAPI 3.1, as promised.", "OpenAPI 3.1, as promised"),
    ],
)
def test_a_meaning_is_the_first_sentence(docstring: str | None, sentence: str) -> None:
    assert first_sentence(docstring) == sentence


def test_the_house_is_read_from_its_imports() -> None:
    house = read_house(PROJECT)
    assert [[floor.name for floor in storey] for storey in house.storeys] == [
        ["darkroom"],
        ["launch"],
        ["api"],
        ["workers"],
        ["catalog", "cache"],
        ["config", "confine", "metrics", "breaker", "redis_errors", "signals", "loading"],
    ]
    assert ("api.functions", "api.http") in house.arrows
    assert ("launch", "catalog") in house.between_floors()
    assert ("cache", "metrics") in house.between_floors()
    assert all(room.meaning for floor in house.floors.values() for room in floor.rooms)
    (pipeline,) = [room for room in house.floors["workers"].rooms if room.name == "workers.pipeline"]
    assert pipeline.is_package
    assert pipeline.below == ("catalog",)


def test_an_import_deep_in_a_room_is_the_rooms_own(tmp_path: Path) -> None:
    tree = make_tree(
        tmp_path,
        {
            "metrics.py": '"""Metrics."""\nimport json\n',
            "launch.py": '"""Starts."""\ndef start():\n    from cache import disk\n',
            "cache/__init__.py": '"""Renders."""\nfrom cache.disk import tier\n',
            "cache/disk/__init__.py": '"""The disk."""\n',
            "cache/disk/tier.py": "import json, metrics\nfrom cache import key\n",
            "cache/key.py": '"""A name."""\n',
        },
    )
    script = "import sys; from pathlib import Path; from bin.house import read_house\n"
    script += "print(sorted(read_house(Path(sys.argv[1])).arrows))"
    # In a process of its own, since `cache` is another package here.
    read = subprocess.run([sys.executable, "-c", script, tree], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert read.stdout.strip() == str([("cache.disk", "cache.key"), ("cache.disk", "metrics"), ("launch", "cache")])


def test_a_circle_is_refused(tmp_path: Path) -> None:
    tree = make_tree(
        tmp_path,
        {
            "cache/__init__.py": '"""Renders."""',
            "cache/key.py": "from cache import tier",
            "cache/tier.py": "from cache import key",
        },
    )
    ran = run_tool("bin.architecture", "--check", tree)
    assert ran.returncode == 1
    assert "import each other in a circle" in ran.stderr
    assert "cache.key → cache.tier" in ran.stderr


def test_floors_that_import_each_other_are_refused(tmp_path: Path) -> None:
    tree = make_tree(
        tmp_path,
        {
            "cache/__init__.py": '"""Renders."""',
            "cache/key.py": "import api.app",
            "cache/tier.py": "",
            "api/__init__.py": '"""The front door."""',
            "api/app.py": "import cache.tier",
        },
    )
    ran = run_tool("bin.architecture", "--check", tree)
    assert ran.returncode == 1
    assert "These floors import each other in a circle" in ran.stderr


def test_whatever_stands_on_no_floor_is_refused(tmp_path: Path) -> None:
    tree = make_tree(tmp_path, {"cache/__init__.py": '"""Renders."""', "shed.py": ""})
    ran = run_tool("bin.architecture", "--check", tree)
    assert ran.returncode == 1
    assert "shed is on no floor" in ran.stderr
