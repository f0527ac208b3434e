"""Every change of the application database stands in the audit log beside the change, all or nothing, and the log cannot be thinned."""

from __future__ import annotations

import re
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from tests.own_server import fresh_database
from warehouse.access import audit, audit_heads
from warehouse.app_db.app_schema import APP_DB, audit_log, goals
from warehouse.settings import Settings
from warehouse.stores.connect import Stores, open_stores
from workflow.records import audit_search

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
    return audit.broken_line(stores)


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


def _cut(connection: Connection, line: int) -> None:
    connection.execute(delete(audit_log).where(audit_log.c.line > line))


_FORGED = {"subject": "another", "chain": "0" * 64}


def _recomputed(connection: Connection) -> None:
    """As somebody does it who can write to the database but has no key."""
    before = ""
    for row in connection.execute(select(audit_log).order_by(audit_log.c.line)).all():
        why = "nothing happened" if row.line == 7 else row.why
        words = (row.who, row.action, row.subject, why)
        before = audit._link(b"", before, row.line, row.happened_at, *words)
        this = audit_log.c.line == row.line
        connection.execute(update(audit_log).where(this).values(why=why, chain=before))


@pytest.mark.parametrize(
    ("alter", "sentence"),
    [
        (
            lambda c: c.execute(update(audit_log).where(audit_log.c.line == 7).values(why="x")),
            "broken at line 7",
        ),
        (lambda c: c.execute(delete(audit_log).where(audit_log.c.line == 7)), "broken at line 7"),
        (_recomputed, "broken at line 1:.*put “audit.key” back"),
        (lambda c: _cut(c, 9), "cut: on 2026-07-01 at 09:00 it had a line 10, and it ends at line 9"),
        (lambda c: _cut(c, 0), "cut: .* it ends at line 0"),
        (
            lambda c: c.execute(update(audit_log).where(audit_log.c.line == 10).values(_FORGED)),
            "broken at line 10",
        ),
    ],
)
def test_each_way_of_altering_the_log_is_noticed(
    app_db: Stores, alter: Callable[[Connection], object], sentence: str
) -> None:
    for number in range(10):
        audit.note(app_db, "amy", "test.note", str(number))
    with app_db.app_db.begin() as connection:
        alter(connection)
    assert re.search(sentence, audit_search.check_as(app_db, "operator"))


def test_what_the_night_sent_elsewhere_tells_of_a_cut_that_the_kept_head_shares(
    app_db: Stores, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "of somebody else" / "heads"
    elsewhere.parent.mkdir()
    stores = replace(app_db, settings=replace(app_db.settings, audit_heads=str(elsewhere)))
    for number in range(5):
        audit.note(stores, "amy", "test.note", str(number))
    assert audit_search.send_head(stores) == ""
    assert [head.line for head in audit_heads.in_file(elsewhere)] == [5]
    with stores.app_db.begin() as connection:
        _cut(connection, 3)
    (stores.settings.data_dir / audit_heads.FILE).unlink()
    assert "had a line 5, and it ends at line 3" in audit_search.check_as(stores, "operator")
    elsewhere.unlink()
    elsewhere.mkdir()
    assert "could not be written to" in audit_search.send_head(stores)


def test_a_head_goes_to_a_system_log_and_is_read_between_its_words(app_db: Stores, tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as syslog:
        syslog.bind(("127.0.0.1", 0))
        syslog.settimeout(10)
        where = f"syslog:127.0.0.1:{syslog.getsockname()[1]}"
        stores = replace(app_db, settings=replace(app_db.settings, audit_heads=where))
        audit.note(stores, "amy", "test.note")
        assert audit_search.send_head(stores) == ""
        heard = tmp_path / "messages"
        heard.write_bytes(b"Jul  1 09:00:00 bank " + syslog.recv(2000))
    (head,) = audit_heads.in_file(heard)
    with stores.read_app_db() as connection:
        assert head == audit_heads.last(connection)
