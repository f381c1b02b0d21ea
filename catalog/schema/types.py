"""What the tables are made of: their `metadata`, and how they hold what SQLite has no type for."""

import json
import os
from typing import Any

from sqlalchemy import Dialect, LargeBinary, MetaData, Text, TypeDecorator

from catalog import photoid

metadata = MetaData()


class FsPath(TypeDecorator[str]):
    """A file-system path: text with surrogate escapes in Python, the file system's own bytes in the table."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Text to bytes."""
        return None if value is None else os.fsencode(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Bytes to text."""
        return None if value is None else os.fsdecode(value)


class PhotoId(TypeDecorator[str]):
    """A photo id: 22 characters in Python, 16 bytes in the table."""

    impl = LargeBinary(photoid.SIZE)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Text to bytes."""
        return None if value is None else photoid.decode(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Bytes to text."""
        return None if value is None else photoid.encode(value)


class TextList(TypeDecorator[tuple[str, ...]]):
    """Texts: a tuple in Python, a JSON list in the table; empty where there are none."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Tuple to text."""
        return json.dumps(value, ensure_ascii=False) if value else ""

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[str, ...]:  # noqa: ARG002
        """Text to tuple."""
        return tuple(json.loads(value)) if value else ()
