"""Whether photos of all kinds can be read here, and as fast as this machine can."""

import importlib.metadata
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from catalog.kinds import readers as known
from darkroom.doctor.finding import Finding, apart, well, wrong

CPU = Path("/proc/cpuinfo")
VEX_256 = b"\xc4\xe2\x7d"
"""How AVX2's instructions on 32 bytes mostly begin: the three bytes of VEX with the map 0F38, 256 bits, and 66."""
COMPILED_FOR_IT = 10
"""So many are in none but a build for AVX2: pillow-simd has 40, and 1,000 by -O3; plain Pillow has none."""
LOAD_OF_A_VARIABLE = b"\x48\x8b\x45"
"""`mov rax, [rbp-n]`: what a compiler that does not optimise writes for each use of a variable."""
BYTES_FOR_EACH = 200
"""One in so many bytes is not optimised: without any -O it is one in 70, with -O2 or -O3 one in 5,000."""
SIMD, PLAIN = "pillow-simd", "pillow"
PIP = f"{sys.executable} -m pip"


def readers(found: Callable[[], Iterator[known.Found]] = known.readers) -> Iterator[Finding]:
    """Each reader, and its version."""
    for each in found():
        if each.trouble:
            yield wrong(each.reader.use, each.trouble, each.reader.mend)
        else:
            yield well(each.reader.use, f"{each.reader.name} {each.version}".rstrip())


def one_pillow(
    installed: Callable[[str], str | None] | None = None, running: str | None = None, cpu: Path = CPU
) -> Iterator[Finding]:
    """Whether Pillow and pillow-simd lie over one another: both have the same files, of which the later ones count.

    `installed` gives the version of a distribution, `running` is that of the files.
    """
    version = installed or _installed
    simd, plain = version(SIMD), version(PLAIN)
    here = _running() if running is None else running
    if simd and plain:
        says = f"{SIMD} {simd} and Pillow {plain} are both installed, one over the other"
        yield wrong("Pillow", says, f"`{PIP} uninstall -y pillow`, then {_again(SIMD, simd, cpu)}")
    elif (simd or plain) not in (here, None):
        name, installed_as = (SIMD, simd) if simd else (PLAIN, plain)
        says = f"{name} {installed_as} is installed, but its files are those of {here or 'none'}"
        yield wrong("Pillow", says, _again(name, installed_as, cpu))
    else:
        yield well("Pillow", f"{SIMD if simd else 'Pillow'} {here}, and no other over it")


def avx2(
    folder: Path | None = None,
    cpu: Path = CPU,
    machine: str | None = None,
    installed: Callable[[str], str | None] | None = None,
) -> Iterator[Finding]:
    """Whether Pillow resizes by AVX2, where this CPU has it. `folder` is that of the package PIL."""
    what, simd = "AVX2", (installed or _installed)(SIMD)
    built = instructions(folder or _folder()) >= COMPILED_FOR_IT
    able, again = _has_avx2(cpu), _again(SIMD, simd, cpu)
    if (machine or platform.machine()) not in ("x86_64", "AMD64"):
        yield apart(what, "this is no x86 machine: plain Pillow is what there is for it")
    elif built and able is False:
        yield wrong(what, "Pillow is compiled for it, and this CPU lacks it: renders would end their process", again)
    elif built:
        yield well(what, f"{SIMD} resizes by it")
    elif not able:
        yield apart(what, "this CPU lacks it")
    elif simd:
        says = f"this CPU has it, and {SIMD} is compiled without it: it resizes slower than it could"
        yield wrong(what, says, again)
    else:
        yield wrong(what, f"this CPU has it, and plain Pillow does not use it: {SIMD} resizes faster", again)


def optimised(folder: Path | None = None, cpu: Path = CPU, machine: str | None = None) -> Iterator[Finding]:
    """Whether Pillow is compiled with optimisation: a variable CFLAGS takes the place of Python's own, -O and all."""
    if (machine or platform.machine()) not in ("x86_64", "AMD64"):
        yield apart("Pillow's build", "what it is told by is x86's")
        return
    built = b"".join(file.read_bytes() for file in sorted((folder or _folder()).glob("_imaging*.so")))
    if built.count(LOAD_OF_A_VARIABLE) * BYTES_FOR_EACH > len(built):
        says = "it is compiled without optimisation: a resize takes ten times as long"
        yield wrong("Pillow's build", says, f"without CFLAGS, {_again(SIMD, _installed(SIMD), cpu)}")
    else:
        yield well("Pillow's build", "is optimised")


def instructions(folder: Path) -> int:
    """How often the compiled parts of Pillow in that folder have what an instruction of AVX2 begins with."""
    return sum(file.read_bytes().count(VEX_256) for file in folder.glob("_imaging*.so"))


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _running() -> str:
    return known.looked_at(known.PILLOW).version


def _folder() -> Path:
    import PIL

    return Path(PIL.__path__[0])


def _again(name: str, version: str | None, cpu: Path) -> str:
    """How it is installed anew; pillow-simd is compiled here, for this CPU, and no build of another one is taken."""
    pinned = f"{name}=={version}" if version else name
    if name != SIMD:
        return f"`{PIP} install --force-reinstall --no-deps {pinned}`"
    compiler = "CC='cc -mavx2' " if _has_avx2(cpu) else ""
    return f"`{compiler}{PIP} install --force-reinstall --no-deps --no-cache-dir --no-binary {name} {pinned}`"


def _has_avx2(cpu: Path) -> bool | None:
    """Whether this CPU has AVX2; None where nobody says it."""
    try:
        text = cpu.read_text("utf-8", "replace")
    except OSError:
        return None
    return "avx2" in text.split() if text else None
