"""Whether what decodes photos is shut in."""

from dataclasses import replace

import pytest

from darkroom.doctor.decoders import decoders
from tests.catalog.library import Library
from tests.darkroom.doctor.told import one

LACKING = "tests.confine.lacking"


def test_all_doors_are_shut(library: Library) -> None:
    said = one(decoders(library.settings))
    if "this kernel has no" in said:
        pytest.skip(said)
    assert said == "✓ decoders: are confined: they reach nothing but the photo that they are handed"


def test_a_kernel_that_lacks_something(library: Library) -> None:
    says = "✗ decoders: are less confined than they could be: this kernel has no Landlock and no seccomp"
    assert one(decoders(library.settings, LACKING)).startswith(f"{says}: have Linux 5.13")
    required = replace(library.settings, workers_confine="required")
    assert one(decoders(required, LACKING)).startswith(f"{says}, and workers.confine is 'required', so that no server")


def test_none_can_be_made(library: Library) -> None:
    assert "can't be confined" in one(decoders(library.settings, "tests.no_such_module"))


def test_nobody_wants_it(library: Library) -> None:
    off = replace(library.settings, workers_confine="off")
    assert "are not confined: workers.confine is 'off'" in one(decoders(off))
