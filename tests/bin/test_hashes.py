"""The hashes of pinned versions, as an index has them, get into the files, and nothing else changes there."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from bin.hashes import fits
from bin.requirements import FILES, pin
from tests.bin.indexes import answering
from tests.bin.trees import PROJECT, make_tree

A, B, C, D = (each * 64 for each in "abcd")
TEXT = """# What serves.
one==1.0; python_version > "3"
# Why two is there.
Two_2[x]==2.0.post1 \\
    --hash=sha256:{B}

# What the above depend on
three==3 --hash=sha256:{C}
""".replace("{B}", B).replace("{C}", C)


def project(files: dict[str, str]) -> dict[str, Any]:
    """What an index says of a project: the hash of each of its files."""
    return {"files": [{"filename": name, "hashes": {"sha256": of} if of else {}} for name, of in files.items()]}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make_tree(tmp_path, dict.fromkeys(FILES, "# nothing\n") | {"requirements.txt": TEXT})


def make(tree: Path, url: str, *names: str) -> tuple[int, str, str]:
    """`make requirements` of that tree: exit code, output and errors."""
    done = subprocess.run(
        [sys.executable, "-m", "bin.hashes", "--tree", str(tree), *names],
        cwd=PROJECT,
        env={"PIP_INDEX_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


INDEX = {
    "/simple/one/": project(
        {
            "one-1.0-py3-none-any.whl": B,
            "one-1.0.tar.gz": A,
            "one-1.0-cp312-cp312-win_amd64.whl": C,
            "one-1.0.1-py3-none-any.whl": D,
        }
    ),
    "/simple/two-2/": project({"two_2-2.0.post1.tar.gz": C, "Two_2-2.0.post1-py3-none-any.whl": D}),
    "/simple/three/": project({"three-3.tar.gz": C}),
}
MADE = f"""# What serves.
one==1.0; python_version > "3" \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}
# Why two is there.
Two_2[x]==2.0.post1 \\
    --hash=sha256:{C} \\
    --hash=sha256:{D}

# What the above depend on
three==3 \\
    --hash=sha256:{C}
"""


def test_hashes_are_written_below_each_pin(tree: Path) -> None:
    with answering(INDEX) as url:
        assert make(tree, f"{url}/simple/") == (
            0,
            "hashes: one 1.0: 2 new, 0 gone\nhashes: Two_2 2.0.post1: 2 new, 1 gone\n",
            "",
        )
        assert (tree / "requirements.txt").read_text() == MADE
        assert make(tree, f"{url}/simple") == (0, "", "")
    assert (tree / "requirements.txt").read_text() == MADE
    assert {(tree / file).read_text() for file in FILES[1:]} == {"# nothing\n"}


def test_of_one_package_alone(tree: Path) -> None:
    with answering(INDEX) as url:
        assert make(tree, f"{url}/simple", "ONE")[0] == 0
    text = (tree / "requirements.txt").read_text()
    assert (f"sha256:{A}" in text, f"sha256:{B}" in text, f"sha256:{D}" in text) == (True, True, False)


@pytest.mark.parametrize(
    ("answers", "names", "sentence"),
    [
        ({}, [], "hashes: {url}/simple/one/: there is no such package\n"),
        ({}, ["four"], "hashes: four is pinned nowhere: the files are requirements.txt, requirements/raw.txt, "),
        (
            {"/simple/one/": project({"one-1.1.tar.gz": A, "one-1.0-cp312-cp312-win_amd64.whl": C})},
            [],
            "hashes: {url}/simple has no file of one 1.0 for Linux: is it the right version?\n",
        ),
        (
            {"/simple/one/": project({"one-1.0.tar.gz": ""})},
            [],
            "hashes: {url}/simple says no SHA-256 of one-1.0.tar.gz\n",
        ),
        ({"/simple/one/": {"meta": {}}}, [], "hashes: {url}/simple/one/ could not be asked for JSON: "),
    ],
)
def test_what_can_t_be_had_is_said_and_nothing_is_written(
    tree: Path, answers: dict[str, Any], names: Iterable[str], sentence: str
) -> None:
    with answering(answers) as url:
        code, out, said = make(tree, f"{url}/simple", *names)
    assert (code, out) == (1, "")
    assert said.startswith(sentence.format(url=url))
    assert said.count("\n") == 1
    assert (tree / "requirements.txt").read_text() == TEXT


def test_an_index_that_is_not_there(tree: Path) -> None:
    with answering({}) as url:
        pass
    code, _, said = make(tree, url)
    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith(f"hashes: {url}/one/ could not be asked for JSON: ")


@pytest.mark.parametrize(
    ("filename", "taken"),
    [
        ("a_b-1.0.tar.gz", True),
        ("A.b-1.0.zip", True),
        ("a-b-1.0.tar.gz", True),
        ("a_b-1.0-py3-none-any.whl", True),
        ("a_b-1.0-py2.py3-none-any.whl", True),
        ("a_b-1.0-1-py3-none-any.whl", True),
        ("a_b-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", True),
        ("a_b-1.0-cp314-cp314-musllinux_1_2_aarch64.whl", True),
        ("a_b-1.0-cp39-abi3-manylinux_2_28_x86_64.whl", True),
        ("a_b-1.0-py3-none-manylinux_2_28_x86_64.whl", True),
        ("a_b-1.0-cp314-cp314t-manylinux_2_28_x86_64.whl", False),
        ("a_b-1.0-cp310-cp310-manylinux_2_28_x86_64.whl", False),
        ("a_b-1.0-pp311-pypy311_pp73-manylinux_2_28_x86_64.whl", False),
        ("a_b-1.0-cp312-cp312-manylinux_2_31_armv7l.whl", False),
        ("a_b-1.0-cp312-cp312-macosx_11_0_arm64.whl", False),
        ("a_b-1.0-cp312-cp312-android_24_x86_64.whl", False),
        ("a_b-1.0-py2-none-any.whl", False),
        ("a_b-1.0-py3-none-win_amd64.whl", False),
        ("a_b-1.0.1-py3-none-any.whl", False),
        ("a_b-1.0.1.tar.gz", False),
        ("a_b_c-1.0.tar.gz", False),
        ("a_b-1.0.win32.exe", False),
    ],
)
def test_which_files_are_taken(filename: str, taken: bool) -> None:
    assert fits(filename, pin("A-b==1.0")) == taken
