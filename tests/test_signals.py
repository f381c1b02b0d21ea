"""Signals that are waited for: in a process of its own, as a handler is the whole process's."""

import signal
import subprocess
import sys

import pytest

import signals

WAIT = 60

WAITS = """
import signal
import signals

with signals.readable(*signals.STOPS) as stop:
    print("ready", flush=True)
    print("told", signals.wait(stop) == {stop}, signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, flush=True)
print("as before", signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, flush=True)
"""

# The signal comes after Python last looked for some, and before the wait begins: only a descriptor can tell of it then.
COMES_JUST_BEFORE = """
import os, select, signal
import signals

with signals.readable(signal.SIGTERM) as stop:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    os.kill(os.getpid(), signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    print(select.select([stop], [], [])[0] == [stop])
"""

# What was told last is all the same told of: the pipe alone ends the first look.
COMES_IN_THE_WAIT = """
import os, select, signal
import signals

class Poll:
    def __init__(self):
        self._poll = real()
        self.register = self._poll.register

    def poll(self, timeout):
        seen = self._poll.poll(timeout)
        os.kill(os.getpid(), signal.SIGTERM)
        return seen

real, select.poll = select.poll, Poll
read, write = os.pipe()
with signals.readable(signal.SIGTERM) as stop:
    print(signals.wait(stop, read, seconds=0) == set())
    os.read(stop, 1)
    os.write(write, b"x")
    print(signals.wait(stop, read) == {stop, read})
"""

# Who is told once more when all is done does not die of it.
AFTERWARDS = """
import os, signal
import signals

with signals.readable(*signals.STOPS, afterwards=signal.SIG_IGN):
    pass
for number in signals.STOPS:
    os.kill(os.getpid(), number)
print("goes on")
"""

FORKS = """
import os, signal
import signals

with signals.readable(signal.SIGTERM) as stop:
    child = signals.fork(signal.SIGTERM)
    if not child:
        os.kill(os.getpid(), signal.SIGTERM)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    try:
        os.read(stop, 1)
    except BlockingIOError:
        print("the parent was told of nothing")
"""


@pytest.mark.parametrize("number", signals.STOPS)
def test_a_wait_ends_with_the_signal(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", WAITS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.read() == "told True False\nas before True\n"
        assert process.wait(WAIT) == 0


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (COMES_JUST_BEFORE, "True\n"),
        (COMES_IN_THE_WAIT, "True\nTrue\n"),
        (AFTERWARDS, "goes on\n"),
        (FORKS, f"{-signal.SIGTERM}\nthe parent was told of nothing\n"),
    ],
)
def test_what_is_told(program: str, said: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=WAIT)
    assert (done.stdout, done.stderr) == (said, "")
