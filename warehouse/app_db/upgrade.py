"""The application database's tables in the version this program knows: an empty or older one is upgraded on opening.

What people wrote is never made anew, so every change of the tables is a step in `migrations/versions`. One process at a
time takes the steps, all of them or none. An application database at a step that is not in the folder is left alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from warehouse.errors import Problem
from warehouse.retry import ask

NEWEST = "0001"
"""The last step; a test holds it to the folder."""
MIGRATIONS = Path(__file__).parent / "migrations"
_ONE_AT_A_TIME = 7_102_027


def bring_up_to_date(engine: Engine) -> None:
    """Take the steps that are missing. Raises Problem for an application database made by another version."""
    if ask(engine, version) == NEWEST:
        return
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
        _upgrade(connection)


def version(connection: Connection) -> str | None:
    """The step the application database stands at; None for an empty application database."""
    reading = connection.execution_options(reading=True)
    if not inspect(reading).has_table("alembic_version"):
        return None
    revision = reading.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(revision) if revision else None


def config(connection: Connection | None = None) -> Any:
    """What Alembic needs to know, without a file of its own."""
    from alembic.config import (
        Config,
    )  # takes longer to import than an up-to-date application database to open

    chosen = Config()
    chosen.set_main_option("script_location", str(MIGRATIONS))
    chosen.attributes["connection"] = connection
    return chosen


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    chosen = config(connection)
    at = version(connection)
    revisions = {step.revision for step in ScriptDirectory.from_config(chosen).walk_revisions()}
    if at is not None and at not in revisions:
        raise Problem(
            "The application database, where people's work is recorded, was made by another version of Concord: a newer "
            "one, or one from before its first release. Install that version. Nothing was changed."
        )
    command.upgrade(chosen, "head")
