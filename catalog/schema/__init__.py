"""The catalogue's tables. Imports no other package of the catalogue.

The migrations make them; a test holds the two together. Ids and paths are stored as the bytes they are: a million
photos take about 1 GB, and a file's name may hold any byte but `/` and NUL.
"""

from catalog.schema.account_tables import app_passwords, audit
from catalog.schema.job_tables import arrivals, job_failures, jobs, outstanding
from catalog.schema.list_tables import chunks, shares, snapshots, views
from catalog.schema.people_tables import (
    access,
    filters,
    groups,
    guesses,
    identities,
    memberships,
    permissions,
    sessions,
    sign_ins,
    spent_states,
    users,
)
from catalog.schema.photo_tables import (
    changes,
    damages,
    details,
    folders,
    missing,
    mounts,
    photos,
    read_failures,
    render_failures,
    roots,
    texts,
)
from catalog.schema.types import metadata

__all__ = [
    "access",
    "app_passwords",
    "arrivals",
    "audit",
    "changes",
    "chunks",
    "damages",
    "details",
    "filters",
    "folders",
    "groups",
    "guesses",
    "identities",
    "job_failures",
    "jobs",
    "memberships",
    "metadata",
    "missing",
    "mounts",
    "outstanding",
    "permissions",
    "photos",
    "read_failures",
    "render_failures",
    "roots",
    "sessions",
    "shares",
    "sign_ins",
    "snapshots",
    "spent_states",
    "texts",
    "users",
    "views",
]
