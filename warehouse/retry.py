"""A server that restarts is asked again for a moment; whoever is at the screen only waits.

A pool that checks its connections is not enough: while the server is down there is nothing to check against. So opening
a connection is tried up to six times with growing pauses, and so is a question that only reads. A write is never
repeated here: its answer may be lost after it took effect.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_chain, wait_fixed

from warehouse.errors import NothingLoaded, Problem

PAUSES = (0.1, 0.3, 0.7, 1.5, 3.0)
"""Seconds between the six tries."""
_FOR_GOOD = ("authentication failed", "does not exist", "pg_hba.conf", "translate host name", "not known")
_UNDEFINED = ("42P01", "3F000")

log = logging.getLogger("concord")
Answer = TypeVar("Answer")


def server_url(given: str, what: str) -> URL:
    """`given` as a URL for the driver that is installed. Raises Problem, which never repeats what was given."""
    try:
        url = make_url(given)
    except ArgumentError:
        raise Problem(
            f"{what} is not a database address such as postgresql+psycopg://user:password@host:5432/name."
        ) from None
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    return url


def is_postgresql(url: str) -> bool:
    """Whether a setting names a PostgreSQL server."""
    return url.startswith("postgres")


def patient_engine(url: URL, *, read_only: bool = False) -> Engine:
    """An engine on a PostgreSQL server whose connections wait out a restart; with `read_only` it cannot write."""
    options = "-c jit=off" + (" -c default_transaction_read_only=on" if read_only else "")
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,
        connect_args={"connect_timeout": 5, "application_name": "concord", "options": options},
    )

    @event.listens_for(engine, "do_connect")
    def _(dialect: Any, _record: Any, args: Any, more: Any) -> Any:
        def passes(error: BaseException) -> bool:
            lost = isinstance(error, dialect.loaded_dbapi.OperationalError)
            return lost and not any(words in str(error) for words in _FOR_GOOD)

        return _retrying(passes)(dialect.connect, *args, **more)

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def _(_c: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: Any) -> tuple[str, Any]:
        # PostgreSQL's text has no NUL; what a person pasted must not become an error for it.
        return statement, _without_nul(given)

    return engine


def _without_nul(given: Any) -> Any:
    if isinstance(given, str):
        return given.replace("\x00", "�") if "\x00" in given else given
    if isinstance(given, dict):
        return {name: _without_nul(value) for name, value in given.items()}
    if isinstance(given, list | tuple):
        return type(given)(_without_nul(value) for value in given)
    return given


def _retrying(passes: Callable[[BaseException], bool]) -> Retrying:
    """Tries again after each of the pauses while what went wrong is something that passes."""
    pauses, tries = wait_chain(*map(wait_fixed, PAUSES)), stop_after_attempt(1 + len(PAUSES))
    return Retrying(wait=pauses, stop=tries, retry=retry_if_exception(passes), reraise=True)


def ask(engine: Engine, query: Callable[[Connection], Answer]) -> Answer:
    """`query` on a connection, asked again while a server is away. It must only read, or change nothing twice."""

    def once() -> Answer:
        with engine.connect() as connection:
            return query(connection)

    if engine.dialect.name != "postgresql":
        return once()
    try:
        return _retrying(lambda error: isinstance(error, DBAPIError) and is_passing(error))(once)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _UNDEFINED:
            raise NothingLoaded(
                "The bank you were looking at has been replaced by a newer one. Reload the page to see that."
            ) from error
        if not is_passing(error):
            raise
        raise away(error) from None
    except PoolTimeout as error:
        raise away(error) from None


def is_passing(error: DBAPIError) -> bool:
    """Whether the server, rather than the question, is what failed."""
    state = getattr(error.orig, "sqlstate", None)
    lost = isinstance(error, OperationalError) and (state is None or state[:2] == "08")
    return error.connection_invalidated or lost or state in ("57P01", "57P02", "57P03", "53300")


def away(error: BaseException) -> Problem:
    """The sentence for a server that does not answer; the details are only for the log."""
    first = str(getattr(error, "orig", error)).strip().splitlines() or [""]
    log.warning("the database does not answer: %s", first[0])
    return Problem("The database does not answer just now. Wait a minute and try again.")
