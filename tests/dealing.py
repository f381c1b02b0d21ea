"""Which tests run in one process, where several run them: those that share a server, or what else is costly."""

import re

from xdist.scheduler import LoadScopeScheduling

# All tests of these ask one server for each way.
ONE_SERVER = (
    "tests/end_to_end/access/test_galleries.py",
    "tests/end_to_end/photos/test_get_photo.py",
    "tests/end_to_end/photos/test_redbot.py",
)
# All of these look at one server's page with one browser.
PAGE = "tests/web/"
# Each of these may run anywhere: it has what it needs to itself, and takes its time.
ALONE = (
    "tests/cache/disk/test_tier.py::test_killed_at_any_instant",
    "tests/catalog/test_backup.py",
    "tests/catalog/test_main.py",
    "tests/catalog/search/test_sql.py::test_a_search_finds_what_looking_at_each_photo_finds",
    "tests/catalog/watch/test_watch.py",
    "tests/end_to_end/resilience/test_faults.py",
    "tests/end_to_end/resilience/test_load.py::test_a_front_end_that_is_stopped_finishes_what_runs",
    "tests/end_to_end/resilience/test_load.py::test_a_screen_of_100_missing_tiles_is_there_at_the_first_try",
    "tests/end_to_end/access/test_sessions.py::test_sessions_outlast_a_kill_and_hold_in_every_process",
    "tests/end_to_end/photos/test_whole_files.py::test_a_damaged_photo_is_tried_once",
    "tests/workers/pipeline/test_ladder.py",
    "tests/workers/pipeline/bounds/test_limits.py::test_memory",
    "tests/workers/pipeline/test_samples.py",
)
# What begins first, in this order: what takes longest at one go, and what mostly waits, so that others have the cores
# meanwhile. At the end there are only short ones, among which no process is left alone with a long one.
FIRST = (PAGE, "tests/end_to_end/", "tests/cases/", "tests/workers/")


def turn(nodeid: str) -> int:
    """When a test's turn is: what has a lower one begins before."""
    return next((number for number, path in enumerate(FIRST) if nodeid.startswith(path)), len(FIRST))


class Dealing(LoadScopeScheduling):  # type: ignore[misc]  # xdist says nothing of types
    """Deals out whole modules, but for what is said above. (xdist's own marks for this need an older pytest.)"""

    def _split_scope(self, nodeid: str) -> str:
        path, _, name = nodeid.partition("::")
        way = re.search(r"\[(embedded|distributed)", name)
        if path in ONE_SERVER and way:
            return way[1]
        if path.startswith(PAGE):
            return PAGE
        return nodeid if nodeid.startswith(ALONE) else path
