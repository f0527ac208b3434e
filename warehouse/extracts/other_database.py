"""A table of another database, declared in a small file: `leads.source.toml`.

    url_from = "CRM_URL"        # the environment variable that holds the SQLAlchemy URL; a password is in no file
    table = "crm.leads"         # or: select = "SELECT … FROM …"

The other database is only read, row by row in portions, and no address or password of it appears in any sentence.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import duckdb
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from warehouse.extracts import cell_texts
from warehouse.extracts.raw_files import refused
from warehouse.settings import Settings, variable_of

_SETTINGS = ("url_from", "table", "select")


def read(
    db: duckdb.DuckDBPyConnection, path: Path, environment: Mapping[str, str], into: str
) -> dict[str, str]:
    """Put the rows of the declared table into a new temporary table `into`; its columns and their types (texts)."""
    file_name = path.name
    choices = _declared(path)
    engine = _engine(file_name, choices["url_from"], environment)
    try:
        with engine.connect() as there:
            try:
                result = there.execution_options(stream_results=True).execute(
                    text(_statement(engine, choices))
                )
            except SQLAlchemyError as error:
                raise refused(
                    file_name,
                    f"asks for something its database refuses ({_kind(error)}).",
                    "Check the names of the table and its columns, and the right to read them, then load again.",
                ) from None
            if not result.returns_rows:
                raise refused(
                    file_name, "has a statement that gives no rows.", "Write one SELECT, then load again."
                )
            header = list(result.keys())
            cell_texts.check_header(file_name, header)
            cell_texts.fill(db, header, _rows(result.partitions(cell_texts.ROWS_AT_ONCE)), into)
    except SQLAlchemyError as error:
        raise refused(
            file_name,
            f"names a database that does not answer ({_kind(error)}).",
            f"Check the address in {choices['url_from']} and that the database runs, then load again.",
        ) from None
    finally:
        engine.dispose()
    return {row[0]: row[1] for row in db.execute(f"DESCRIBE {into}").fetchall()}


def tables(variable: str, environment: Mapping[str, str]) -> list[str]:
    """The tables and views of the database whose address `variable` holds, as `table` of a declaration names them."""
    engine = _engine("The command", variable, environment)
    try:
        there = inspect(engine)
        names = [*there.get_table_names(), *there.get_view_names()]
    except SQLAlchemyError as error:
        raise refused(
            "The command",
            f"names a database that does not answer ({_kind(error)}).",
            f"Check the address in {variable} and that the database runs, then try again.",
        ) from None
    finally:
        engine.dispose()
    return sorted(names)


def _declared(path: Path) -> dict[str, str]:
    try:
        choices = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, IsADirectoryError):
        raise refused(path.name, "cannot be read as TOML.", "Correct it, then load again.") from None
    for name, value in choices.items():
        if name not in _SETTINGS:
            secret = " An address or password belongs in an environment variable." if "url" in name else ""
            raise refused(
                path.name,
                f"has the setting “{name}”, which does not exist.{secret}",
                f"Settings are: {', '.join(_SETTINGS)}.",
            )
        if not isinstance(value, str) or not value.strip():
            raise refused(path.name, f"gives no text for “{name}”.", "Correct it, then load again.")
    if "url_from" not in choices or ("table" in choices) == ("select" in choices):
        raise refused(
            path.name, "needs url_from, and either table or select.", "Correct it, then load again."
        )
    if "://" in choices["url_from"]:
        raise refused(
            path.name,
            "holds an address where the name of an environment variable belongs.",
            "Put the address into a variable and its name here, then load again.",
        )
    return choices


_OWN = frozenset(variable_of(f.name) for f in fields(Settings))
"""The variables by which Concord finds its own stores and keys."""


def _engine(file_name: str, variable: str, environment: Mapping[str, str]) -> Engine:
    if variable in _OWN or variable.startswith("CONCORD_"):
        raise refused(
            file_name,
            f"takes its address from {variable}, which is a setting of Concord's own.",
            "Put the address of the other database into a variable of its own.",
        )
    if not environment.get(variable):
        raise refused(
            file_name,
            f"takes its address from {variable}, which is not set.",
            f"Set {variable} to the database's SQLAlchemy URL, then load again.",
        )
    try:
        url = make_url(environment[variable])
        lost = url.get_backend_name() in ("sqlite", "duckdb") and not Path(url.database or "").is_file()
        if lost:
            # Opening it would create an empty one.
            raise refused(
                file_name, f"names a database file that is not there ({variable}).", "Correct the address."
            )
        return create_engine(url, hide_parameters=True)
    except (ArgumentError, ImportError, SQLAlchemyError, ValueError):
        raise refused(
            file_name,
            f"takes its address from {variable}, which is no SQLAlchemy URL of an installed database driver.",
            f"Check {variable}, install the driver, then load again.",
        ) from None


def _statement(engine: Engine, choices: Mapping[str, str]) -> str:
    if "select" in choices:
        return choices["select"].strip().rstrip(";").replace(":", "\\:")
    quote = engine.dialect.identifier_preparer.quote
    return f"SELECT * FROM {'.'.join(quote(part) for part in choices['table'].split('.'))}"


def _rows(portions: Iterator) -> Iterator[list[str | None]]:
    for portion in portions:
        for row in portion:
            yield [cell_texts.text_of(value) for value in row]


def _kind(error: SQLAlchemyError) -> str:
    """What kind of error it was; its text may hold the address or the statement's values."""
    return type(getattr(error, "orig", None) or error).__name__
