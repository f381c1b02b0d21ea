"""The description of jobs names what they have."""

from api.openapi.jobs import JOB_PATHS, JOB_SCHEMAS


def test_every_way_to_a_job_is_described() -> None:
    assert {(path, method) for path, methods in JOB_PATHS.items() for method in methods} == {
        ("/api/jobs", "get"),
        ("/api/jobs", "post"),
        ("/api/jobs/{number}", "get"),
        *((f"/api/jobs/{{number}}/{turn}", "post") for turn in ("pause", "resume", "cancel")),
    }
    assert set(JOB_SCHEMAS) == {"Job", "NewJob"}
