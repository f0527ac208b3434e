"""Every change of the application database stands in the audit log beside the change, all or nothing, and the log cannot be thinned."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from tests.own_server import fresh_database
from warehouse.access import audit
from warehouse.app_db.app_schema import APP_DB, audit_log, goals
from warehouse.settings import Settings
from warehouse.stores.connect import Stores, open_stores

NINE = datetime(2026, 7, 1, 9, 0, 0, 123456)


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]),
    ]
)
def app_db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stores]:
    """An empty application database in each kind of database."""
    url = ""
    if request.param == "postgresql":
        url = fresh_database(request.getfixturevalue("postgresql_url"), "journal")
    stores = open_stores(Settings(data_dir=tmp_path, app_db_url=url), lambda: NINE)
    with stores.app_db.begin() as connection:
        for table in reversed(APP_DB.sorted_tables):
            connection.execute(delete(table))
    yield stores
    stores.app_db.dispose()


def _goal(metric: str) -> dict:
    return {
        "metric": metric,
        "target": 1.0,
        "starts_on": date(2026, 7, 1),
        "ends_on": date(2026, 9, 30),
        "owner": "Sales",
        "set_at": NINE,
    }


def _lines(stores: Stores) -> list:
    with stores.app_db.connect().execution_options(reading=True) as connection:
        return list(connection.execute(select(audit_log).order_by(audit_log.c.line)))


def _broken(stores: Stores) -> int | None:
    with stores.app_db.connect() as connection:
        return audit.broken_line(connection)


def _goals(stores: Stores) -> int:
    with stores.app_db.connect().execution_options(reading=True) as connection:
        return connection.execute(select(func.count()).select_from(goals)).scalar_one()


def test_a_change_and_its_audit_line_appear_together(app_db: Stores) -> None:
    with audit.entry(app_db, "amy", "goal.set", "leads", "agreed in June") as entry:
        entry.app_db.execute(insert(goals).values(_goal("leads")))
        assert entry.at == NINE
        if app_db.app_db.dialect.name == "sqlite":
            assert (_goals(app_db), len(_lines(app_db))) == (0, 0), "half of it is already seen"
    (line,) = _lines(app_db)
    assert (line.line, line.happened_at, line.who, line.action, line.subject, line.why) == (
        *(1, NINE, "amy"),
        *("goal.set", "leads", "agreed in June"),
    )
    assert _goals(app_db) == 1


def test_an_entry_that_fails_leaves_neither_change_nor_line(app_db: Stores) -> None:
    def half() -> None:
        with audit.entry(app_db, "amy", "goal.set") as entry:
            entry.app_db.execute(insert(goals).values(_goal("leads")))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert (_goals(app_db), _lines(app_db)) == (0, [])


def test_a_change_the_database_refuses_leaves_no_line(app_db: Stores) -> None:
    def set_goals(*metrics: str) -> None:
        with audit.entry(app_db, "amy", "goal.set") as entry:
            for metric in metrics:
                entry.app_db.execute(insert(goals).values(_goal(metric)))

    set_goals("leads")
    with pytest.raises(IntegrityError):
        set_goals("mql", "leads")
    assert (_goals(app_db), len(_lines(app_db))) == (1, 1)


def test_a_look_at_the_application_database_holds_up_no_write(app_db: Stores) -> None:
    with app_db.read_app_db() as look:
        assert look.execute(select(func.count()).select_from(audit_log)).scalar() == 0
        audit.note(app_db, "amy", "test.note")
    assert len(_lines(app_db)) == 1


def test_a_change_takes_its_moment_when_its_turn_has_come(tmp_path: Path) -> None:
    others_could_write: list[bool] = []

    def now() -> datetime:
        other = sqlite3.connect(tmp_path / "app_db.sqlite", timeout=0, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
            others_could_write.append(True)
        except sqlite3.OperationalError:
            others_could_write.append(False)
        finally:
            other.close()
        return NINE

    stores = open_stores(Settings(data_dir=tmp_path), now)
    audit.note(stores, "amy", "test.note")
    assert others_could_write == [False]
    stores.app_db.dispose()


def test_bookkeeping_changes_something_without_a_line(app_db: Stores) -> None:
    with audit.bookkeeping(app_db) as entry:
        entry.app_db.execute(insert(goals).values(_goal("leads")))
    assert (_goals(app_db), _lines(app_db)) == (1, [])

    def half() -> None:
        with audit.bookkeeping(app_db) as entry:
            entry.app_db.execute(delete(goals))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert _goals(app_db) == 1


def _hundred(stores: Stores) -> None:
    for number in range(100):
        audit.note(stores, "amy", "test.note", str(number), f"because of {number}")


@pytest.mark.parametrize("column", ["who", "action", "subject", "why", "happened_at", "chain"])
def test_an_altered_line_is_found(app_db: Stores, column: str) -> None:
    _hundred(app_db)
    assert _broken(app_db) is None
    other = NINE + timedelta(microseconds=1) if column == "happened_at" else "something else"
    with app_db.app_db.begin() as connection:
        connection.execute(update(audit_log).where(audit_log.c.line == 37).values({column: other}))
    assert _broken(app_db) == 37


@pytest.mark.parametrize("line", [1, 50, 99])
def test_a_removed_line_is_found(app_db: Stores, line: int) -> None:
    _hundred(app_db)
    with app_db.app_db.begin() as connection:
        connection.execute(delete(audit_log).where(audit_log.c.line == line))
    assert _broken(app_db) == line


def test_a_removed_line_whose_number_is_filled_again_is_found(app_db: Stores) -> None:
    _hundred(app_db)
    with app_db.app_db.begin() as connection:
        connection.execute(delete(audit_log).where(audit_log.c.line == 50))
        for number in range(51, 101):
            connection.execute(update(audit_log).where(audit_log.c.line == number).values(line=number - 1))
    assert _broken(app_db) == 50


def test_two_lines_that_change_places_are_found(app_db: Stores) -> None:
    _hundred(app_db)
    with app_db.app_db.begin() as connection:
        for old, new in ((10, 1000), (11, 10), (1000, 11)):
            connection.execute(update(audit_log).where(audit_log.c.line == old).values(line=new))
    assert _broken(app_db) == 10


def test_many_writers_at_once_leave_one_whole_chain(app_db: Stores) -> None:
    wrong: list[BaseException] = []

    def write(who: str) -> None:
        try:
            for number in range(15):
                audit.note(app_db, who, "test.note", str(number))
        except BaseException as error:
            wrong.append(error)

    writers = [threading.Thread(target=write, args=(f"writer {n}",)) for n in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert not wrong, wrong[:1]
    assert len(_lines(app_db)) == 90
    assert _broken(app_db) is None


_words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


@given(lines=st.lists(st.tuples(_words, _words, _words), min_size=1, max_size=4))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_written_into_a_line_stays_one_line_and_the_chain_whole(lines, tmp_path_factory) -> None:
    stores = open_stores(Settings(data_dir=tmp_path_factory.mktemp("app_db")), lambda: NINE)
    for who, subject, why in lines:
        audit.note(stores, who, "test.note", subject, why)
    assert [(row.who, row.subject, row.why) for row in _lines(stores)] == lines
    assert _broken(stores) is None
    stores.app_db.dispose()


def test_words_moved_from_one_column_to_the_next_are_found(app_db: Stores) -> None:
    audit.note(app_db, "amy", "test.note", "ab", "c")
    with app_db.app_db.begin() as connection:
        connection.execute(update(audit_log).values(subject="a", why="bc"))
    assert _broken(app_db) == 1
