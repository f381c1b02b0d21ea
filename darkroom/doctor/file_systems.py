"""On which kind of file system a folder lies, as Linux says it in /proc/self/mountinfo (proc(5))."""

import os
import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
# Their changes may be made by another machine, and then nobody here is told. What a virtual machine has of its host's
# folders counts as well.
NETWORK = re.compile(
    r"(nfs4?|cifs|smb3?|smbfs|9p|afs|ceph|lustre|gpfs|ncpfs|coda|glusterfs|davfs|virtiofs|vboxsf|prl_fs|drvfs"
    r"|fuse\.(sshfs|rclone|s3fs|gvfsd-fuse|glusterfs|ceph|davfs2?|curlftpfs|mfs|juicefs|vmhgfs-fuse|smbnetfs))"
)
IN_MEMORY = {"tmpfs", "ramfs"}
ESCAPED = re.compile(rb"\\([0-7]{3})")


def file_system(path: Path, mounts: Path = MOUNTS) -> str:
    """The type of the file system that a path lies on, as `ext4` or `nfs4`; empty where that can't be said."""
    real, found = os.path.realpath(path), ("", "")
    try:
        lines = mounts.read_bytes().splitlines()
    except OSError:
        return ""
    for line in lines:
        fields = line.split(b" ")
        if len(fields) < 10 or b"-" not in fields[6:]:
            continue
        point = os.fsdecode(ESCAPED.sub(lambda match: bytes((int(match[1], 8),)), fields[4]))
        inside = real == point or real.startswith(f"{point.rstrip('/')}/")
        # Of mounts at the same place the last one is seen.
        if inside and len(point) >= len(found[0]):
            found = point, os.fsdecode(fields[fields.index(b"-", 6) + 1])
    return found[1]


def is_network(kind: str) -> bool:
    """Whether a file system of that type lies on another machine."""
    return NETWORK.fullmatch(kind) is not None


def is_in_memory(kind: str) -> bool:
    """Whether a file system of that type is gone after a restart of the machine."""
    return kind in IN_MEMORY
