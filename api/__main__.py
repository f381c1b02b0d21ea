"""`python -m api`: see `api.command`."""

import signal
import sys

import signals

if __name__ == "__main__":
    # What has to be imported takes a second, in which it may be told to stop already; and at its end once more.
    with signals.readable(*signals.STOPS, afterwards=signal.SIG_IGN) as stop:
        from api.command import main

        code = main(stop)
    sys.exit(code)
