"""The thread that tends the cache."""

import os
import threading

import pytest

from cache import upkeep
from cache.upkeep import Upkeep


class Patient:
    """What is tended; says when that happened."""

    def __init__(self, *, ill: bool = False) -> None:
        self.ill = ill
        self.times = threading.Semaphore(0)

    def tend(self) -> bool:
        self.times.release()
        if self.ill:
            raise RuntimeError("ill")
        return True


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "EVERY", 0.001)
    monkeypatch.setattr(upkeep, "PAUSE", 0.001)


@pytest.mark.parametrize("ill", [False, True])
def test_it_tends_again_and_again(ill: bool) -> None:
    patient = Patient(ill=ill)
    tending = Upkeep(patient)
    for _ in range(3):
        assert patient.times.acquire(timeout=30)
    tending.stop()
    while patient.times.acquire(blocking=False):
        pass
    assert not patient.times.acquire(timeout=0.05)


def test_it_ends_with_what_it_tends() -> None:
    patient = Patient()
    tending = Upkeep(patient)
    assert patient.times.acquire(timeout=30)
    del patient
    tending._thread.join(30)
    assert not tending._thread.is_alive()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # of Python 3.12 and later
def test_a_child_has_one_of_its_own() -> None:
    patient = Patient()
    tending = Upkeep(patient)
    child = os.fork()
    if not child:
        while patient.times.acquire(blocking=False):
            pass
        os._exit(0 if patient.times.acquire(timeout=30) else 1)
    assert os.waitpid(child, 0)[1] == 0
    tending.stop()
