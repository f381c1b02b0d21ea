"""On which machine it was measured, and the versions of what was."""

import json
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

from bench.data.library import PEERS
from bench.peers.nginx import PATHS
from bench.tools.processes import PROJECT

VERSION = re.compile(r"\d+(?:\.\d+)+")


def machine() -> dict[str, str]:
    """Processor, cores, memory and system."""
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    system = re.search(r'^PRETTY_NAME="(.*)"$', Path("/etc/os-release").read_text(), re.MULTILINE)
    return {
        "processor": model[1] if model else platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": system[1] if system else platform.system(),
        "kernel": platform.release(),
    }


def versions() -> dict[str, str]:
    """Of Darkroom (its commit) and of each peer that is here, with what renders in it."""
    found = {
        "Darkroom": _said("git", "-C", str(PROJECT), "describe", "--always", "--dirty"),
        "Python": platform.python_version(),
        **_packages(PROJECT / ".venv", "pillow-simd", "pillow", "falcon", "waitress", "celery"),
        **{
            f"{name} (thumbor's)": version
            for name, version in _packages(PEERS / "thumbor", "pillow", "tornado").items()
        },
        **_packages(PEERS / "thumbor", "thumbor"),
        **{name: _of_node(name) for name in ("ipx", "sharp")},
        "node": _version("node", "--version"),
        "nginx": _version(shutil.which("nginx", path=PATHS) or "nginx", "-v"),
        "Redis": _version("redis-server", "--version"),
        "djpeg": _version("djpeg", "-version"),
    }
    return {name: version for name, version in found.items() if version}


def _packages(environment: Path, *names: str) -> dict[str, str]:
    """The versions of those packages that are in a virtual environment."""
    found: dict[str, str] = {}
    for folder in environment.glob("lib/python*/site-packages/*.dist-info"):
        name, _, version = folder.name.removesuffix(".dist-info").rpartition("-")
        found[name.lower().replace("_", "-")] = version
    return {name: found[name] for name in names if name in found}


def _of_node(name: str) -> str:
    file = PEERS / "ipx/node_modules" / name / "package.json"
    return str(json.loads(file.read_text())["version"]) if file.exists() else ""


def _version(*command: str) -> str:
    found = VERSION.search(_said(*command))
    return found[0] if found else ""


def _said(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return ""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()
