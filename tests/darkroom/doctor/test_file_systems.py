"""File systems by the table of mounts."""

from pathlib import Path

import pytest

from darkroom.doctor.file_systems import file_system, is_in_memory, is_network

TABLE = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:25 / /mnt/my\\040photos rw,relatime shared:2 master:1 - nfs4 nas:/photos rw,vers=4.2
31 22 0:26 / /mnt/share rw - cifs //nas/share rw
32 31 0:27 / /mnt/share rw - ext4 /dev/sdb1 rw
33 22 0:28 / /mnt/shared rw - fuse.sshfs nas: rw
34 22 0:29 / /run rw,nosuid - tmpfs tmpfs rw
too short
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    file = tmp_path / "mountinfo"
    file.write_text(TABLE)
    return file


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "ext4"),
        ("/srv/photos", "ext4"),
        ("/mnt/my photos", "nfs4"),
        ("/mnt/my photos/2026/a", "nfs4"),
        ("/mnt/my photosx", "ext4"),
        ("/mnt/share/x", "ext4"),  # the later of two mounts at one place
        ("/mnt/shared", "fuse.sshfs"),
        ("/run/x", "tmpfs"),
    ],
)
def test_the_lowest_mount_above_a_path_counts(mounts: Path, path: str, kind: str) -> None:
    assert file_system(Path(path), mounts) == kind


def test_where_a_link_leads_counts(mounts: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/mnt/my photos")
    assert file_system(tmp_path / "link" / "x", mounts) == "nfs4"


def test_without_a_table_nothing_is_said(tmp_path: Path) -> None:
    assert file_system(tmp_path, tmp_path / "none") == ""


def test_this_machine_s() -> None:
    assert file_system(Path("/proc")) == "proc"


@pytest.mark.parametrize(
    ("kind", "network", "in_memory"),
    [
        ("nfs", True, False),
        ("nfs4", True, False),
        ("cifs", True, False),
        ("smb3", True, False),
        ("9p", True, False),
        ("fuse.sshfs", True, False),
        ("ext4", False, False),
        ("fuseblk", False, False),
        ("fuse.mergerfs", False, False),
        ("overlay", False, False),
        ("tmpfs", False, True),
        ("ramfs", False, True),
        ("", False, False),
    ],
)
def test_what_kind_it_is(kind: str, network: bool, in_memory: bool) -> None:
    assert (is_network(kind), is_in_memory(kind)) == (network, in_memory)
