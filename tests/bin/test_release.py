"""What keeps a tree from being released."""

import subprocess
from pathlib import Path

import pytest

from bin.release import hindrances

GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"]


def git(tree: Path, *arguments: str) -> None:
    subprocess.run([*GIT, *arguments], cwd=tree, check=True, capture_output=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """One that is ready for 1.2.3."""
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 1.2.3 · 2026-01-02\n- All.\n\n## 1.2.2 · 2026-01-01\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "All")
    return tmp_path


def test_a_tree_that_is_ready(tree: Path) -> None:
    assert list(hindrances(tree, "1.2.3")) == []


@pytest.mark.parametrize("version", ["1.2", "01.2.3", "1.2.3.4", "", "1.2.x"])
def test_what_is_no_version(tree: Path, version: str) -> None:
    assert f"{version!r} in darkroom/version.py is no version" in next(hindrances(tree, version))


def test_changes_that_are_not_committed(tree: Path) -> None:
    (tree / "new").touch()
    assert list(hindrances(tree, "1.2.3")) == ["there are changes that are not committed"]


def test_a_version_that_is_out(tree: Path) -> None:
    git(tree, "tag", "v1.2.3")
    assert "is released already" in next(hindrances(tree, "1.2.3"))


@pytest.mark.parametrize("heading", ["## Unreleased", "## 1.2.4 · 2026-01-02", "## 1.2.3", "", "## 1x2.3 · 2026-01-02"])
def test_a_changelog_that_does_not_begin_with_it(tree: Path, heading: str) -> None:
    (tree / "CHANGELOG.md").write_text(f"# Changelog\n\n{heading}\n- All.\n")
    git(tree, "commit", "-qam", "More")
    (found,) = hindrances(tree, "1.2.3")
    assert "its first heading has to be `## 1.2.3 · yyyy-mm-dd`" in found
