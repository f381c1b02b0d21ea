"""What can go wrong in the catalogue. `api/http/problems.py` alone knows what HTTP makes of it.

CatalogProblem
├── CatalogError          unavailable  the catalogue's file can't be used; for the operator
├── MalformedPhotoid      malformed    a text that can't be a photo id
├── PhotoMissing          missing      no photo of that id can be seen
├── Unreadable            damaged      a file that is no photo
└── PublicProblem                      its message is the sentence for everyone
    ├── MalformedQuery    malformed    a text that is no query
    ├── MalformedName     malformed    a uid, a group, a permission or a password that can't be one
    ├── Missing           missing      no such view, share, user, group, or place in one of them
    ├── Forbidden         forbidden    no session, a wrong password, a right that the caller lacks
    ├── TryLater          busy         too many passwords at once, or wrong ones lately
    └── Conflict          conflict     a user or a group of that name is there already
"""

from typing import ClassVar, Literal

Kind = Literal["unavailable", "malformed", "missing", "damaged", "conflict", "forbidden", "busy"]


class CatalogProblem(Exception):
    """Any error of this floor: `kind` says what sort, `public` is a sentence that anyone may read."""

    kind: ClassVar[Kind]
    public: str


class CatalogError(CatalogProblem):
    """The catalogue can't be used. The message is for the operator: it names the file and what to do.

    `reason` is one of `newer`, `damaged`, `read-only`, `locked`, `full`, `unopenable`.
    """

    kind = "unavailable"
    public = "The catalogue of photos can't be used at the moment."

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class PublicProblem(CatalogProblem):
    """A problem whose message is the sentence for everyone."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.public = sentence


class MalformedPhotoid(CatalogProblem):
    """A text that can't be a photo id."""

    kind = "malformed"
    public = "A photoid is 16 bytes in base64: 22 characters, in a URL with + as %2B and / as %2F."


class MalformedName(PublicProblem):
    """A uid, a group, a permission or a password that can't be one."""

    kind = "malformed"


class MalformedQuery(PublicProblem):
    """A text that is no query. `position` is the character where it goes wrong, from 0 to the text's length.

    `public` says what is wrong and where, counting characters from 1.
    """

    kind = "malformed"

    def __init__(self, position: int, sentence: str) -> None:
        super().__init__(f"{sentence} (character {position + 1} of the query).")
        self.position = position


class PhotoMissing(CatalogProblem):
    """No photo of that id is in the catalogue, or its root is not in the settings."""

    kind = "missing"
    public = "There is no photo of that photoid."


class Missing(PublicProblem):
    """There is no such view, share, user or group, or no such place in one of them."""

    kind = "missing"


class Forbidden(PublicProblem):
    """No session, a wrong password, or a right that the caller lacks."""

    kind = "forbidden"


class TryLater(PublicProblem):
    """Too many passwords at once, or too many wrong ones lately; worth another try after `retry_after` seconds."""

    kind = "busy"

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Unreadable(CatalogProblem):
    """A file that can't be read as a photo. The message says why, in plain words."""

    kind = "damaged"
    public = "The file of this photo is damaged."


class Conflict(PublicProblem):
    """There is a user or a group of that name already."""

    kind = "conflict"
