"""The filter of system calls, run here as the kernel would run it: for both processors that it knows."""

import errno
import struct

import pytest

from confine import seccomp
from confine.kernel import Lacking

X86, ARM = "x86_64", "aarch64"
ARCH = {machine: number for machine, (number, _) in seccomp.ARCHITECTURES.items()}
REFUSED = seccomp.ERRNO | errno.EPERM


def call(program: bytes, machine: str, number: int, *arguments: int, arch: int | None = None) -> int:
    """What a filter says of a call."""
    words = [each & 0xFFFFFFFFFFFFFFFF for each in (*arguments, 0, 0, 0, 0, 0, 0)[:6]]
    data = struct.pack("=IIQ6Q", number, ARCH[machine] if arch is None else arch, 0, *words)
    code = list(struct.iter_unpack("=HBBI", program))
    place, held = 0, 0
    while True:
        word, yes, no, value = code[place]
        place += 1
        if word == seccomp.LOAD:
            (held,) = struct.unpack_from("=I", data, value)
        elif word == seccomp.AND:
            held &= value
        elif word == seccomp.EQUAL:
            place += yes if held == value else no
        elif word == seccomp.AT_LEAST:
            place += yes if held >= value else no
        else:
            assert word == seccomp.RETURN
            return int(value)


@pytest.mark.parametrize("machine", [X86, ARM])
@pytest.mark.parametrize("rules", [seccomp.READER, seccomp.PROGRAM, {**seccomp.READER, **seccomp.STAT_BY_PATH}])
def test_what_is_named_is_allowed_and_nothing_else(machine: str, rules: seccomp.Rules) -> None:
    program = seccomp.assembled(rules, machine)
    column = [X86, ARM].index(machine)
    anyhow = {seccomp.CALLS[name][column] for name, arguments in rules.items() if not arguments}
    depends = {seccomp.CALLS[name][column] for name, arguments in rules.items() if arguments}
    for number in range(600):
        said = call(program, machine, number)
        if number == seccomp.CALLS["clone3"][column]:
            assert said == seccomp.ERRNO | errno.ENOSYS
        elif number not in depends:
            assert said == (seccomp.ALLOW if number in anyhow else REFUSED), number


@pytest.mark.parametrize("machine", [X86, ARM])
@pytest.mark.parametrize(
    ("name", "arguments", "allowed"),
    [
        ("mmap", (0, 4096, 3, 0x22), True),
        ("mmap", (0, 4096, 7, 0x22), False),
        ("mprotect", (0, 4096, 1), True),
        ("mprotect", (0, 4096, 5), False),
        ("clone", (0x3D0F00,), True),  # as glibc makes a thread
        ("clone", (17,), False),  # as it forks
        ("clone", (0x3D0F00 | 0x10000000,), False),
        ("clone", (0x3D0F00 | 0x4000,), False),
        ("prlimit64", (0, 7, 0, 12345), True),
        ("prlimit64", (0, 7, 12345, 0), False),
        ("prlimit64", (0, 7, 1 << 32, 0), False),
        ("prlimit64", (1, 7, 0, 0), False),
    ],
)
def test_arguments_are_looked_at(machine: str, name: str, arguments: tuple[int, ...], allowed: bool) -> None:
    program = seccomp.assembled(seccomp.READER, machine)
    number = seccomp.CALLS[name][[X86, ARM].index(machine)]
    assert number is not None
    assert call(program, machine, number, *arguments) == (seccomp.ALLOW if allowed else REFUSED)


@pytest.mark.parametrize("machine", [X86, ARM])
def test_a_program_opens_for_reading_alone(machine: str) -> None:
    program = seccomp.assembled(seccomp.PROGRAM, machine)
    number = seccomp.CALLS["openat"][[X86, ARM].index(machine)]
    assert number is not None
    assert call(program, machine, number, -100, 1, 0o2000000) == seccomp.ALLOW
    for flags in (1, 2, 0o100, 0o1000, 0o20000000):
        assert call(program, machine, number, -100, 1, flags) == REFUSED


def test_calls_of_another_architecture_end_the_process() -> None:
    for machine, other in ((X86, ARM), (ARM, X86)):
        program = seccomp.assembled(seccomp.READER, machine)
        assert call(program, machine, 0, arch=ARCH[other]) == seccomp.KILL_PROCESS
        assert call(program, machine, 0, arch=0x40000003) == seccomp.KILL_PROCESS  # 32 bits
    assert call(seccomp.assembled(seccomp.READER, X86), X86, seccomp.X32 | 1) == seccomp.KILL_PROCESS


def test_a_processor_that_is_not_known_is_said_to_lack_it() -> None:
    with pytest.raises(Lacking, match="the calls of riscv64 are not known"):
        seccomp.assembled(seccomp.READER, "riscv64")
