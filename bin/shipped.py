"""What Darkroom ships with: the pinned Python packages that serve photos, and the licence of each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from bin.requirements import PROJECT, SERVING, pins

# As SPDX has them (https://spdx.org/licenses), where a package says it in other words, or not at all. Looked up in the
# licence files of the packages.
BY_NAME = {
    "amqp": "BSD-3-Clause",
    "async-timeout": "Apache-2.0",
    "billiard": "BSD-3-Clause",
    "click-plugins": "BSD-3-Clause",
    "defusedxml": "PSF-2.0",
    "honcho": "MIT",
    "pillow": "MIT-CMU",
    "pillow-avif-plugin": "MIT",
    "pillow-simd": "MIT-CMU",
    "prompt_toolkit": "BSD-3-Clause",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "vine": "BSD-3-Clause",
    "waitress": "ZPL-2.1",
    "wcwidth": "MIT",
}

BUNDLED = {
    "numpy": {
        "openblas": "BSD-3-Clause",
        "gfortran": "GPL-3.0-or-later WITH GCC-exception-3.1",
        "quadmath": "LGPL-2.1-or-later",
    },
    "pillow-avif-plugin": {"avif": "BSD-2-Clause"},
    "pillow-heif": {"heif": "LGPL-3.0-or-later", "de265": "LGPL-3.0-or-later", "x265": "GPL-2.0-or-later"},
    "pyvips-binary": {"vips": "LGPL-3.0-or-later, with what it links"},
    "rawpy": {
        "raw": "LGPL-2.1-only OR CDDL-1.0",
        "gomp": "GPL-3.0-or-later WITH GCC-exception-3.1",
        "jasper": "JasPer-2.0",
        "jpeg": "IJG",
        "lcms2": "MIT",
    },
}
"""The libraries that a wheel brings along, beside its own code: by their names, without lib."""


@dataclass(frozen=True, slots=True)
class Package:
    """A pinned package; `only` is the condition under which it is installed, empty: always.

    `hashes` are SHA-256 of the files that it may be installed of, in hex.
    """

    name: str
    version: str
    licence: str
    only: str = ""
    hashes: tuple[str, ...] = ()


class Unknown(Exception):
    """A package of which nothing says its licence, as a sentence."""


def packages(project: Path = PROJECT) -> Iterator[Package]:
    """What serves photos, in the order of the files.

    Raises:
        Unknown: the licence of one is not known.
    """
    for file in SERVING:
        for pin in pins(project / file):
            yield Package(pin.name, pin.version, licence(pin.name), pin.only, pin.hashes)


def licence(name: str) -> str:
    """A package's licence, as an SPDX expression.

    Raises:
        Unknown: it says none that is one.
    """
    if name in BY_NAME:
        return BY_NAME[name]
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        raise Unknown(f"{name} is not installed here: write its licence into bin/shipped.py") from None
    found = str((said.get_all("License-Expression") or said.get_all("License") or [""])[0])
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+-]*( (AND|OR|WITH) [A-Za-z0-9.+-]+)*", found):
        raise Unknown(f"{name} does not say its licence as SPDX does: look it up, and write it into bin/shipped.py")
    return found
