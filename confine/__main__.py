"""`python -m confine CONTROL ENTRY MEMORY`: a zygote; see `confine.zygote`."""

import socket
import sys

from confine.zygote import main

if __name__ == "__main__":
    _, control, entry, memory = sys.argv
    sys.exit(main(socket.socket(fileno=int(control)), entry, int(memory)))
