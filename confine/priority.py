"""Who steps back where the cores are short: what is there already is served while others decode, scan or make keys."""

import os

STEP_BACK = 5
"""Niceness. What a thread has besides, as by `python -m workers run --nice`, is kept: at most it is 19 in all."""


def step_back() -> None:
    """Has the thread that calls step back, and whatever it starts from then on: to Linux each thread has a niceness of
    its own. There is no way back.
    """
    os.nice(STEP_BACK)
