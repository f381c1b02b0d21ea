"""What is installed is taken by its hash, and so is what compiles it."""

import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bin.install import wrong
from bin.requirements import FILES, pins
from tests.bin.indexes import offline, sha256, source, wheel
from tests.bin.trees import PROJECT, make_tree

# A tool that compiles: what it makes of any source says which tool it was.
TOOL = """
import sys
from pathlib import Path

sys.path.insert(0, {tests!r})


def build_wheel(folder, config_settings=None, metadata_directory=None):
    from tests.bin.indexes import wheel

    said = dict(line.split(": ") for line in Path("PKG-INFO").read_text().splitlines())
    return wheel(Path(folder), said["Name"], said["Version"], "compiled = True").name
"""

OF_ANOTHER = """\
ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions,
    celery[redis]==CELERY from https://files.example/b7/celery-CELERY.tar.gz#sha256=47 (from -r a.txt (line 1)):
        Expected sha256 57
        Expected     or 58
             Got        47
    tqdm==TQDM from file:///wheels/tqdm-TQDM-py3-none-any.whl (from -r a.txt (line 2)):
        Expected sha256 59
             Got        49

"""
WITHOUT = """\
ERROR: Hashes are required in --require-hashes mode, but they are missing from some requirements. Here is a list of
    celery[redis]==CELERY --hash=sha256:47
    pillow==PILLOW --hash=sha256:48
"""


@dataclass(frozen=True)
class Tree:
    """A project that pins small packages, an index of them, and an environment."""

    root: Path
    index: Path
    python: Path

    def pin(self, file: str, *packages: Path, text: Callable[[str], str] = str) -> None:
        """Pins these packages in a file, by their hashes; `text` is what else is done to what it says."""
        lines = (
            f"{'=='.join(each.name.split('-')[:2]).removesuffix('.tar.gz')} --hash=sha256:{sha256(each)}\n"
            for each in packages
        )
        (self.root / file).write_text(text("".join(lines)))

    def install(self, *arguments: str) -> tuple[int, str]:
        """Gives the exit code, and what was said in sentences."""
        command = [sys.executable, "-m", "bin.install", "--python", str(self.python), *arguments]
        done = subprocess.run(
            command,
            cwd=self.root,
            env={"PATH": os.environ["PATH"], **offline(self.index)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stdout + done.stderr
        return done.returncode, done.stderr

    def has(self) -> set[str]:
        """The modules that are in the environment."""
        (site,) = self.python.parents[1].glob("lib/python*/site-packages")
        return {each.stem for each in site.glob("*.py")}


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """One that pins a wheel, a source that has to be compiled, and the tool that compiles it."""
    root = make_tree(tmp_path / "tree", dict.fromkeys(FILES, "# nothing\n"))
    (root / "bin").mkdir()
    for name in ("__init__", "install", "requirements"):
        shutil.copy(PROJECT / "bin" / f"{name}.py", root / "bin")
    venv.create(tmp_path / "environment", symlinks=True)
    made = Tree(root, tmp_path / "index", tmp_path / "environment/bin/python")
    made.pin("requirements.txt", wheel(made.index, "plain"), source(made.index, "raw", "tool"))
    made.pin("requirements/build.txt", wheel(made.index, "tool", code=TOOL.format(tests=str(PROJECT))))
    return made


def test_all_comes_by_its_hash_and_what_compiles_does_not_stay(tree: Tree) -> None:
    assert tree.install("requirements.txt") == (0, "")
    assert tree.has() == {"plain", "raw"}


def test_without_files_it_is_what_serves(tree: Tree) -> None:
    tree.pin("requirements/raw.txt", wheel(tree.index, "more"))
    assert tree.install() == (0, "")
    assert tree.has() == {"plain", "raw", "more"}


def test_one_alone_and_all_but_one(tree: Tree) -> None:
    assert tree.install("--but", "raw", "requirements.txt") == (0, "")
    assert tree.has() == {"plain"}
    assert tree.install("--only", "raw", "requirements.txt") == (0, "")
    assert tree.has() == {"plain", "raw"}


@pytest.mark.parametrize(
    ("file", "name"), [("requirements.txt", "plain"), ("requirements.txt", "raw"), ("requirements/build.txt", "tool")]
)
def test_a_file_that_was_changed_is_told_of_in_a_sentence(tree: Tree, file: str, name: str) -> None:
    (changed,) = tree.index.glob(f"{name}-*")
    changed.write_bytes(changed.read_bytes() + b"\0")
    code, said = tree.install("requirements.txt")
    assert code == 3
    assert said == (
        f"install: {name} 1.0 is another file than {file} says ({changed.name} has the SHA-256 {sha256(changed)}): "
        "try again, as it may have been cut on its way; if it stays so, install nothing, as it was changed where it "
        "comes from, unless somebody raised the version without `make requirements`\n"
    )
    assert tree.has() == set()


@pytest.mark.parametrize(("file", "name"), [("requirements.txt", "plain"), ("requirements/build.txt", "tool")])
def test_a_pin_without_a_hash_is_told_of_in_a_sentence(tree: Tree, file: str, name: str) -> None:
    (only,) = tree.index.glob(f"{name}-*")
    tree.pin(file, only, text=lambda text: text.partition(" --hash")[0] + "\n")
    assert tree.install("requirements.txt") == (
        3,
        f"install: {name} 1.0 has no hash in {file}: `make requirements` writes it\n",
    )
    assert tree.has() == set()


def test_another_trouble_is_in_pip_s_own_words(tree: Tree) -> None:
    for each in tree.index.glob("plain-*"):
        each.unlink()
    assert tree.install("requirements.txt") == (1, "")


def test_what_pip_says_of_several_files() -> None:
    celery, tqdm, pillow = (
        version("celery"),
        version("tqdm"),
        version("pillow", "bench/settings/plots-requirements.txt"),
    )
    said = OF_ANOTHER.replace("CELERY", celery).replace("TQDM", tqdm)
    assert [re.sub(r"\): try .*", "", each) for each in wrong(said)] == [
        f"celery {celery} is another file than requirements.txt says (celery-{celery}.tar.gz has the SHA-256 47",
        f"tqdm {tqdm} is another file than requirements.txt says (tqdm-{tqdm}-py3-none-any.whl has the SHA-256 49",
    ]
    assert list(wrong(WITHOUT.replace("CELERY", celery).replace("PILLOW", pillow))) == [
        f"celery {celery} has no hash in requirements.txt: `make requirements` writes it",
        f"pillow {pillow} has no hash in bench/settings/plots-requirements.txt: `make requirements` writes it",
    ]
    assert list(wrong("ERROR: Could not find a version that satisfies the requirement six==1.17.0")) == []


def version(name: str, file: str = "requirements.txt") -> str:
    """The one that a file pins."""
    return next(pin.version for pin in pins(PROJECT / file) if pin.name == name)


def test_nothing_is_installed_past_it() -> None:
    """Beside it, pip is called to say its version, to take away, and to try a wheel by what is there already."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True)
    where = [
        path
        for path in listed.stdout.split("\0")
        if re.match(r"bin/|bench/setup|Containerfile|Makefile|\.ci/|tests/bare/|deploy/|docs/deploying|compose", path)
    ]
    calls = re.compile(r"""(?:-m["',\s]+|bin/)pip(?![\w-])(?!.*(?:--version|uninstall|--no-index))""")
    found = {path for path in where if calls.search((PROJECT / path).read_text("utf-8"))}
    assert found == {"bin/install.py"}
