"""Small trees for the tools that look at a tree."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def make_tree(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def run_tool(module: str, *arguments: str | Path, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """`path` is where programs are looked for. A process of its own, since modules of the tree bear our names."""
    environment = os.environ | {"PATH": os.environ["PATH"] if path is None else path}
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
