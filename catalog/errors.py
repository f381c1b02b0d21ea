"""What can go wrong in the catalogue. `api/errors.py` alone knows what HTTP makes of it.

CatalogProblem
├── CatalogError       the catalogue's file can't be used; for the operator
├── MalformedPhotoid   malformed
├── MalformedQuery     malformed
├── PhotoMissing       missing
├── Unreadable         damaged: a file that is no photo
└── UserExists         conflict
"""

from typing import ClassVar, Literal

Kind = Literal["unavailable", "malformed", "missing", "damaged", "conflict"]


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


class MalformedPhotoid(CatalogProblem):
    """A text that can't be a photo id."""

    kind = "malformed"
    public = "A photoid is 16 bytes in base64: 22 characters, in a URL with + as %2B and / as %2F."


class MalformedQuery(CatalogProblem):
    """A text that is no query. `position` is the character where it goes wrong, from 0 to the text's length.

    `public` says what is wrong and where, counting characters from 1.
    """

    kind = "malformed"
    public = "The query can't be understood."

    def __init__(self, position: int, sentence: str) -> None:
        self.position = position
        self.public = f"{sentence} (character {position + 1} of the query)."
        super().__init__(self.public)


class PhotoMissing(CatalogProblem):
    """No photo of that id is in the catalogue, or its root is not in the settings."""

    kind = "missing"
    public = "There is no photo of that photoid."


class Unreadable(CatalogProblem):
    """A file that can't be read as a photo. The message says why, in plain words."""

    kind = "damaged"
    public = "The file of this photo is damaged."


class UserExists(CatalogProblem):
    """A user of that uid is there already."""

    kind = "conflict"
    public = "There is a user of that uid already."
