"""What admins are shown: rendering in advance, what the cache holds, and what has vanished."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.catalog.library import jpeg, put
from tests.end_to_end.servers import PROJECT, Server, environ, serving
from tests.web.conftest import Visit
from tests.web.house import ADMIN, ADMIN_PASSWORD, SAILOR, SAILOR_PASSWORD, invite
from tests.web.visitor import DESK, Visitor, visiting


@pytest.fixture
def admin(visit: Visit) -> Visitor:
    """An admin on the page of jobs."""
    visitor = visit(DESK)
    visitor.log_in(ADMIN, ADMIN_PASSWORD)
    visitor.open("/jobs")
    expect(visitor.page.get_by_role("heading", name="Jobs")).to_be_visible()
    return visitor


def start(admin: Visitor, query: str, size: str) -> Locator:
    """Starts a job; gives what the page shows of it."""
    page = admin.page
    page.get_by_label("Query").fill(query)
    page.get_by_role("checkbox", name=size).check()
    with page.expect_response(
        lambda answer: answer.url.endswith("/api/jobs") and answer.request.method == "POST"
    ) as sent:
        page.get_by_role("button", name="Start job").click()
    assert sent.value.status == 201
    return page.get_by_role("article", name=re.compile(rf"^Job {sent.value.json()['id']}\b"))


def test_progress_to_the_end_with_failures(admin: Visitor) -> None:
    job = start(admin, "flower or damaged", "tile160")
    expect(job.get_by_role("progressbar")).to_be_visible()
    expect(job).to_contain_text("Done")
    expect(job).to_contain_text("1 failed")
    job.get_by_text("1 failure").click()
    expect(job).to_contain_text("damaged.jpg")
    expect(job).to_contain_text(re.compile("damaged", re.IGNORECASE))


def test_pause_resume_and_cancel(admin: Visitor) -> None:
    job = start(admin, "*", "television")
    job.get_by_role("button", name="Pause").click()
    expect(job).to_contain_text("Paused")
    admin.page.reload()
    expect(job).to_contain_text("Paused")
    job.get_by_role("button", name="Resume").click()
    expect(job).to_contain_text("Running")
    job.get_by_role("button", name="Cancel job").click()
    expect(job).to_contain_text("Cancelled")
    expect(job.get_by_role("button", name="Pause")).to_have_count(0)


def test_a_wrong_query_is_said(admin: Visitor) -> None:
    admin.expects(400, "/api/jobs")
    admin.page.get_by_label("Query").fill("(sea")
    admin.page.get_by_role("button", name="Start job").click()
    expect(admin.page.get_by_role("alert").filter(has_text="character")).to_be_visible()


def test_the_tiers_of_the_cache(admin: Visitor) -> None:
    table = admin.page.get_by_role("table", name="Cache")
    for tier in ("Memory", "Disk"):
        row = table.get_by_role("row").filter(has_text=tier)
        expect(row).to_contain_text(re.compile(r"\d+\s?%|—"))
        expect(row).to_contain_text(re.compile(r"(byte|kB|MB|GB)"))


def test_who_is_no_admin_sees_no_jobs(visit: Visit) -> None:
    sailor = visit(DESK)
    sailor.log_in(SAILOR, SAILOR_PASSWORD)
    sailor.expects(403, "/api/")
    sailor.open("/jobs")
    expect(sailor.page.get_by_text("Jobs are for admins.")).to_be_visible()
    expect(sailor.page.get_by_role("button", name="Start job")).to_have_count(0)


@pytest.fixture(scope="module")
def unmounted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose photos are all gone, but for a note that somebody has left in their folder."""
    folder = tmp_path_factory.mktemp("unmounted")
    photos, data = folder / "photos", folder / "data"
    for number in range(3):
        put(photos / f"sea/{number}.jpg", jpeg("red", (60 + number, 40)))
    subprocess.run([sys.executable, "-m", "catalog", "scan"], env=environ(photos, data), cwd=PROJECT, check=True)
    for file in photos.glob("sea/*.jpg"):
        file.unlink()
    put(photos / "note.txt", b"the disk is at the shop")
    with serving(photos, data, "embedded") as running:
        invite(running)
        yield running


def test_admins_alone_are_told_that_photos_have_vanished(browser: Browser, unmounted: Server) -> None:
    banner = re.compile("3 of the 3 photos of .photos. have vanished at once.*darkroom scan --accept-empty")
    for uid, password, told in ((ADMIN, ADMIN_PASSWORD, 1), (SAILOR, SAILOR_PASSWORD, 0)):
        with visiting(browser, unmounted.url) as visitor:
            visitor.expects(404, "getPhoto")  # their files are not there, and nobody has rendered them before
            visitor.log_in(uid, password)
            visitor.page.get_by_role("button", name="Account").click()
            expect(visitor.page.get_by_role("alert").filter(has_text=banner)).to_have_count(told)
