"""What is swept, and what is left alone."""

import os
import time
from dataclasses import replace
from pathlib import Path

from cache.disk.tier import TEMPORARY_SECONDS, Budget, DiskTier
from cache.key import RenderKey
from cache.memory import MemoryTier
from cache.render_cache import RenderCache
from catalog.changelog import Changelog
from catalog.jobs.jobs import Jobs
from tests.cache.disks import assert_equal
from tests.cache.keys import key, render
from tests.catalog.library import Library, jpeg, put
from workers.housekeeping import follow, sweep
from workers.versions import key_version


def test_only_old_temporary_files_are_swept(tmp_path: Path) -> None:
    tier = DiskTier(tmp_path, Budget(free=0))
    cache = RenderCache([MemoryTier(10**6), tier])
    cache.put(key(), render())
    kept = tmp_path / key().path
    new, old = tmp_path / "tmp" / "2-b", tmp_path / "tmp" / "1-a"
    for file in (new, old):
        file.write_bytes(b"half a rend")
    long_ago = time.time() - TEMPORARY_SECONDS - 60
    for file in (old, kept):
        os.utime(file, (long_ago, long_ago))
    assert sweep(cache) == 1
    assert (old.exists(), new.exists(), kept.exists()) == (False, True, True)
    assert tier.get(key()) == render()
    assert sweep(cache) == 0
    cache.close()


def test_renders_of_old_versions_and_of_photos_that_are_gone_are_forgotten(library: Library) -> None:
    edited, gone, kept = (put(library.a / f"{name}.jpg", jpeg(name)) for name in ("red", "blue", "green"))
    library.scan()
    ids = library.ids()
    cache = RenderCache([MemoryTier(10**6), DiskTier(library.folder / "renders", Budget(free=0))])
    changelog = Changelog(library.engine)
    assert follow(changelog, cache) == 3

    def keys() -> dict[str, RenderKey]:
        photos = library.photos()
        return {
            place: RenderKey(photo.photoid, key_version(photo.version), 4, 3, 70) for place, photo in photos.items()
        }

    before = keys()
    for each in before.values():
        cache.put(each, render())
    edited.write_bytes(jpeg("yellow"))
    gone.unlink()
    forgetful = replace(library.settings, library_missing_days=0.0)
    library.scan(forgetful)
    after = keys()["a/red.jpg"]
    assert (after.photoid, after.version != before["a/red.jpg"].version) == (ids["a/red.jpg"], True)
    cache.put(after, render(20))
    assert follow(changelog, cache) == 3  # of the one that is gone both that it vanished, and that it was given up
    assert [cache.get(before[f"a/{name}.jpg"]) for name in ("red", "blue", "green")] == [None, None, render()]
    assert cache.get(after) == render(20)
    assert (follow(changelog, cache), changelog.next(10)) == (0, [])
    assert kept.exists()
    cache.close()


def test_a_cache_that_is_not_there_yet_has_nothing_to_sweep(tmp_path: Path) -> None:
    assert sweep(RenderCache([DiskTier(tmp_path / "none", Budget(free=0))])) == 0
    assert sweep(RenderCache([])) == 0
    assert list(tmp_path.iterdir()) == []


def test_what_killed_processes_left_goes_and_the_index_is_compared_soon(tmp_path: Path) -> None:
    cache = RenderCache([MemoryTier(10**6), DiskTier(tmp_path, Budget(free=0))])
    cache.put(key(), render())
    while cache.tend():
        pass
    (tmp_path / "tmp/half").write_bytes(b"half")
    os.utime(tmp_path / "tmp/half", (1, 1))
    (tmp_path / key().path).unlink()  # a row without its file
    assert sweep(cache) == 1
    while cache.tend():
        pass
    assert_equal(tmp_path)
    assert cache.figures()["disk"].entries == 0
    cache.close()


def test_photos_that_are_new_wait_for_a_job_where_that_is_wanted(library: Library) -> None:
    cache, changelog, jobs = RenderCache([]), Changelog(library.engine), Jobs(library.engine)
    put(library.a / "red.jpg", jpeg("red"))
    library.scan()
    follow(changelog, cache)
    assert jobs.arrived() == b""
    (library.a / "red.jpg").write_bytes(jpeg("blue"))
    put(library.a / "gone.jpg", jpeg("green"))
    library.scan()
    (library.a / "gone.jpg").unlink()
    library.scan()
    follow(changelog, cache, gather=True)
    assert len(jobs.arrived()) == 16
