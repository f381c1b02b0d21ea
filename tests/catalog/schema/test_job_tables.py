"""The tables of jobs are a part of the schema, so that the migrations are held to them too."""

from catalog import schema
from catalog.schema import job_tables as schema_of_jobs


def test_they_are_in_the_schema() -> None:
    names = {"jobs", "outstanding", "job_failures", "arrivals"}
    assert names <= set(schema.metadata.tables)
    assert schema.jobs is schema_of_jobs.jobs
