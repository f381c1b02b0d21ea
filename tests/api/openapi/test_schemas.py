"""Objects of the API, as they are described: what the code knows and nothing else."""

from api.functions.galleries import TYPES as SHARED
from api.functions.prefetch import SIZE_FIELDS
from api.functions.prefetch import TYPES as PREFETCHED
from api.openapi.schemas import SCHEMAS
from workers.dispatch import Prefetched


def test_bodies_have_the_fields_that_are_read() -> None:
    assert list(SCHEMAS["Share"]["properties"]) == list(SHARED)
    assert list(SCHEMAS["Prefetch"]["properties"]) == list(PREFETCHED)
    assert tuple(SCHEMAS["Prefetch"]["properties"]["sizes"]["items"]["properties"]) == SIZE_FIELDS


def test_every_outcome_is_described() -> None:
    assert set(SCHEMAS["Prefetched"]["properties"]) == {each.value for each in Prefetched}
