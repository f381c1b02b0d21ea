"""How many arenas threads share: in a process of its own, as there is no way back."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from api.http.connections.arenas import ARENAS

COUNT = """
import ctypes, re, sys
from pathlib import Path
from threading import Barrier, Thread
from api.http.connections import arenas

if sys.argv[2] == "bounded":
    assert arenas.bounded()
all_there = Barrier(16)

def take():
    all_there.wait(60)
    kept.append(bytearray(10_000))
    all_there.wait(60)

kept = []
threads = [Thread(target=take) for _ in range(16)]
for each in threads:
    each.start()
for each in threads:
    each.join(60)
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
print(len(re.findall("<heap nr=", Path(sys.argv[1]).read_text())))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="arenas are glibc's")
@pytest.mark.parametrize(("bounds", "few"), [("bounded", True), ("as it is", False)])
def test_threads_share_few_arenas(bounds: str, few: bool, tmp_path: Path) -> None:
    script = [sys.executable, "-c", COUNT, str(tmp_path / "arenas.xml"), bounds]
    said = subprocess.run(script, capture_output=True, text=True, check=True)
    assert (int(said.stdout) <= ARENAS) == few
