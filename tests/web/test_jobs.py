"""The page for admins: rendering in advance, and what the cache holds."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.web.conftest import Visit
from tests.web.house import ADMIN, ADMIN_PASSWORD, SAILOR, SAILOR_PASSWORD
from tests.web.visitor import DESK, Visitor


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
