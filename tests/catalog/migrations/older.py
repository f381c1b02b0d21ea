"""Catalogues as older versions left them."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from catalog.database import FILE
from tests.catalog.library import PROJECT


def make_older(folder: Path, revision: str) -> None:
    """Makes an empty catalogue at that revision in the folder."""
    engine = create_engine(f"sqlite:///{folder / FILE}")
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "catalog/migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
