"""The application database's tables and the steps that make them agree, and no application database is changed by a program that does not know it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from sign_in import accounts
from warehouse.access import audit
from warehouse.app_db import upgrade
from warehouse.app_db.app_schema import APP_DB
from warehouse.errors import Problem
from warehouse.stores.connect import Stores

Opened = Callable[[], Stores]


def test_the_steps_make_exactly_the_tables_of_the_program(open_app_db: Opened) -> None:
    with open_app_db().app_db.connect() as app_db:
        context = MigrationContext.configure(app_db, opts={"compare_type": True})
        assert compare_metadata(context, APP_DB) == []


def test_the_program_names_the_last_step_of_the_folder() -> None:
    steps = ScriptDirectory.from_config(upgrade.config())
    assert steps.get_current_head() == upgrade.NEWEST


def test_opening_an_application_database_again_changes_nothing(open_app_db: Opened) -> None:
    first = open_app_db()
    audit.note(first, "amy", "test.line")
    with open_app_db().app_db.connect() as app_db:
        assert upgrade.version(app_db) == upgrade.NEWEST
        assert audit.broken_line(first) is None
        assert app_db.execute(text("SELECT count(*) FROM audit_log")).scalar() == 1


@pytest.mark.parametrize("step", ["9999", "0015"])
def test_an_application_database_at_a_step_that_is_not_in_the_folder_is_refused_and_left_as_it_is(
    open_app_db: Opened, step: str
) -> None:
    """A later program made it, or one from before the first release."""
    other = open_app_db()
    with other.app_db.begin() as app_db:
        app_db.execute(text(f"UPDATE alembic_version SET version_num = '{step}'"))
    with pytest.raises(Problem, match="another version of Concord: a newer one, or one from before"):
        open_app_db()
    with other.app_db.connect() as app_db:
        assert upgrade.version(app_db) == step


def test_a_later_step_is_taken_by_an_application_database_in_use_and_by_an_empty_one(
    open_app_db: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = open_app_db()
    audit.note(old, "amy", "test.line")
    steps = tmp_path / "migrations"
    shutil.copytree(upgrade.MIGRATIONS, steps)
    later = 'from alembic import op\nrevision, down_revision = "next", "%s"\ndef upgrade():\n    op.%s\n'
    (steps / "versions" / "next.py").write_text(later % (upgrade.NEWEST, "drop_table('goal_paths')"))
    monkeypatch.setattr(upgrade, "MIGRATIONS", steps)
    monkeypatch.setattr(upgrade, "NEWEST", "next")
    with open_app_db().app_db.begin() as app_db:
        assert upgrade.version(app_db) == "next"
        assert app_db.execute(text("SELECT who FROM audit_log")).scalar() == "amy"
        APP_DB.drop_all(app_db)
        app_db.execute(text("DROP TABLE alembic_version"))
    with open_app_db().app_db.connect() as app_db:
        assert upgrade.version(app_db) == "next"
        assert set(inspect(app_db).get_table_names()) == {*APP_DB.tables, "alembic_version"} - {"goal_paths"}


def test_a_step_that_fails_leaves_the_application_database_as_it_was(
    open_app_db: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An application database half-way between two versions would be neither's."""
    from alembic import command

    taken = command.upgrade

    def fails_at_the_end(config: Config, revision: str) -> None:
        taken(config, revision)
        raise RuntimeError("the power went")

    monkeypatch.setattr(command, "upgrade", fails_at_the_end)
    with pytest.raises(RuntimeError):
        open_app_db()
    monkeypatch.undo()
    with open_app_db().app_db.connect() as app_db:
        assert set(inspect(app_db).get_table_names()) >= set(APP_DB.tables)


def test_eight_processes_opening_an_empty_application_database_at_once_make_it_once(
    open_app_db: Opened,
) -> None:
    problems: list[BaseException] = []

    def opens() -> None:
        try:
            open_app_db()
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=opens) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with open_app_db().app_db.connect() as app_db:
        assert app_db.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1


def test_what_cannot_be_read_as_an_address_is_refused_without_repeating_it() -> None:
    from warehouse.retry import server_url

    with pytest.raises(Problem) as refused:
        server_url("postgresql//amy:s3cret@host", "APP_DB_URL")
    assert "s3cret" not in str(refused.value)
    assert "APP_DB_URL" in str(refused.value)


def test_an_account_can_be_made_and_signed_in_with(open_app_db: Opened) -> None:
    stores = open_app_db()
    accounts.create(stores, "amy", "correct horse battery 9", by="operator", full_name="Amy", role="analyst")
    assert [u.username for u in accounts.listing(stores)] == ["amy"]


def test_no_step_reads_the_tables_of_the_program() -> None:
    """Steps are history: a later change of the tables must not change what an old step does."""
    source = (upgrade.MIGRATIONS / "versions").glob("*.py")
    assert all("warehouse" not in step.read_text(encoding="utf-8") for step in source)
