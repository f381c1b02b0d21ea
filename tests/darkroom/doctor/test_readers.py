"""What reads photos, as it is told; which Pillow it is, and for which CPU it is built."""

import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalog.kinds.readers import PARTS, Found
from darkroom.doctor import readers
from tests.darkroom.doctor.told import one, told

AVX2_CPU, OLD_CPU = "flags\t\t: fpu sse4_2 avx avx2 bmi2\n", "flags\t\t: fpu sse4_2 avx\n"
AVX2_BUILD = b"\x7fELF" + readers.VEX_256 * 1000
PLAIN_BUILD = b"\x7fELF" + readers.VEX_256 * 9 + b"\xc4\xe2\x79" * 5000  # the same on half the width is AVX's too


def installed(**versions: str) -> Callable[[str], str | None]:
    return lambda name: versions.get(name.replace("-", "_"))


def test_every_reader_is_told_with_its_version() -> None:
    lines = told(readers.readers())
    assert [line[0] for line in lines] == ["✓"] * 11
    assert any(line.startswith("✓ JPEG: libjpeg-turbo ") for line in lines)
    assert any(line.startswith("✓ HEIC: pillow-heif ") for line in lines)


def test_what_is_missing_is_told_with_what_to_do() -> None:
    def found() -> Iterator[Found]:
        yield Found(PARTS["webp"], "", "Pillow was built without webp")
        yield Found(PARTS["zlib"], "1.3")

    assert told(readers.readers(found)) == [
        "✗ WebP: Pillow was built without webp: install its headers (Debian: libwebp-dev), and build Pillow anew",
        "✓ PNG: zlib 1.3",
    ]


@pytest.mark.parametrize(
    ("versions", "running", "said"),
    [
        ({"pillow_simd": "12.1"}, "12.1", "✓ Pillow: pillow-simd 12.1, and no other over it"),
        ({"pillow": "12.1"}, "12.1", "✓ Pillow: Pillow 12.1, and no other over it"),
        ({}, "12.1", "✓ Pillow: Pillow 12.1, and no other over it"),
        (
            {"pillow": "12.2", "pillow_simd": "12.1"},
            "12.2",
            "✗ Pillow: pillow-simd 12.1 and Pillow 12.2 are both installed, one over the other: `{pip} uninstall -y "
            "pillow`, then `CC='cc -mavx2' {pip} install {anew} --no-cache-dir --no-binary pillow-simd "
            "pillow-simd==12.1`",
        ),
        (
            {"pillow_simd": "12.1"},
            "12.2",
            "✗ Pillow: pillow-simd 12.1 is installed, but its files are those of 12.2: `CC='cc -mavx2' {pip} install "
            "{anew} --no-cache-dir --no-binary pillow-simd pillow-simd==12.1`",
        ),
        (
            {"pillow": "12.1"},
            "",
            "✗ Pillow: pillow 12.1 is installed, but its files are those of none: `{pip} install {anew} pillow==12.1`",
        ),
    ],
)
def test_one_pillow_over_another(tmp_path: Path, versions: dict[str, str], running: str, said: str) -> None:
    (tmp_path / "cpuinfo").write_text(AVX2_CPU)
    line = one(readers.one_pillow(installed(**versions), running, tmp_path / "cpuinfo"))
    assert line == said.format(pip=f"{sys.executable} -m pip", anew="--force-reinstall --no-deps")


def test_one_pillow_is_here() -> None:
    assert one(readers.one_pillow()).startswith("✓ Pillow: ")


@pytest.mark.parametrize(
    ("build", "cpu", "machine", "versions", "said"),
    [
        (AVX2_BUILD, AVX2_CPU, "x86_64", {"pillow_simd": "12"}, "✓ AVX2: pillow-simd resizes by it"),
        (
            PLAIN_BUILD,
            AVX2_CPU,
            "x86_64",
            {"pillow_simd": "12"},
            "✗ AVX2: this CPU has it, and pillow-simd is compiled",
        ),
        (
            PLAIN_BUILD,
            AVX2_CPU,
            "x86_64",
            {"pillow": "12"},
            "✗ AVX2: this CPU has it, and plain Pillow does not use it",
        ),
        (AVX2_BUILD, OLD_CPU, "x86_64", {"pillow_simd": "12"}, "✗ AVX2: Pillow is compiled for it, and this CPU lacks"),
        (PLAIN_BUILD, OLD_CPU, "x86_64", {"pillow_simd": "12"}, "- AVX2: this CPU lacks it"),
        (AVX2_BUILD, "", "x86_64", {"pillow_simd": "12"}, "✓ AVX2: "),
        (PLAIN_BUILD, "", "aarch64", {"pillow": "12"}, "- AVX2: this is no x86 machine"),
    ],
)
def test_for_which_cpu_it_is_built(
    tmp_path: Path, build: bytes, cpu: str, machine: str, versions: dict[str, str], said: str
) -> None:
    (tmp_path / "_imaging.so").write_bytes(build)
    (tmp_path / "another.so").write_bytes(AVX2_BUILD)
    (tmp_path / "cpuinfo").write_text(cpu)
    line = one(readers.avx2(tmp_path, tmp_path / "cpuinfo", machine, installed(**versions)))
    assert line.startswith(said)
    assert ("-mavx2" in line) == (line[0] == "✗" and cpu == AVX2_CPU)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="AVX2 is x86's")
def test_the_build_that_is_here_is_told_from_one_without_it() -> None:
    """The set-up compiles Pillow for the CPU that it runs on."""
    able = "avx2" in Path("/proc/cpuinfo").read_text().split()
    assert one(readers.avx2())[0] == ("✓" if able else "-")


@pytest.mark.parametrize(
    ("build", "machine", "said"),
    [
        (b"\x48\x8b\x45 and so on" * 50, "x86_64", ["✗ Pillow's build: it is compiled without optimisation"]),
        (b"\x48\x8b\x45" + bytes(5000), "x86_64", ["✓ Pillow's build: is optimised"]),
        (b"\x48\x8b\x45 and so on" * 50, "aarch64", ["- Pillow's build: "]),
    ],
)
def test_how_it_is_built(tmp_path: Path, build: bytes, machine: str, said: list[str]) -> None:
    (tmp_path / "_imaging.so").write_bytes(build)
    found = told(readers.optimised(tmp_path, tmp_path, machine))
    assert [line[: len(each)] for line, each in zip(found, said, strict=True)] == said


@pytest.mark.skipif(platform.machine() != "x86_64", reason="as it is told by instructions of x86")
def test_the_build_that_is_here_is_optimised() -> None:
    assert one(readers.optimised()) == "✓ Pillow's build: is optimised"


@pytest.mark.parametrize("cpu", ["no such file", "."])
def test_a_cpu_that_says_nothing(tmp_path: Path, cpu: str) -> None:
    (tmp_path / "_imaging.so").write_bytes(PLAIN_BUILD)
    assert one(readers.avx2(tmp_path, tmp_path / cpu, "x86_64", installed())) == "- AVX2: this CPU lacks it"
