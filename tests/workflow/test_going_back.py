"""The way back to a snapshot before, faults by their number, and where a setting comes from."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from tests.pages.staff import somebody
from warehouse import errors, settings
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import audit_log, destinations, outbox, users
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.load.loading import next_snapshot
from warehouse.settings import Settings
from warehouse.stores.connect import Stores
from warehouse.stores.snapshot_files import snapshot_file
from workflow.messages import outbox_work
from workflow.records import audit_search, faults, load_history
from workflow.records.audit_search import AuditSearch

ROOT, ANALYST = somebody("administrator"), somebody("analyst")


def test_an_administrator_goes_back_and_forth_and_each_way_has_its_line(own_bank: Stores) -> None:
    first = own_bank.snapshot()
    with next_snapshot(own_bank):
        pass
    second = own_bank.snapshot()
    assert load_history.earlier(own_bank) == [first]
    load_history.go_back(own_bank, ROOT, first, served=second, why="wrong extracts")
    assert (own_bank.snapshot(), load_history.earlier(own_bank)) == (first, [second])
    load_history.go_back(own_bank, ROOT, second, served=first, why="they were right")
    assert own_bank.snapshot() == second
    lines = load_history.history(Reader(own_bank, ROOT), 5)
    assert list(lines["subject"]) == [second[:64], first[:64]]
    held = load_history.snapshot(Reader(own_bank, ROOT, second), first)
    assert held is not None
    assert held.rows["row_count"].sum() > 0


def test_nobody_else_goes_back_and_a_load_meanwhile_or_a_snapshot_that_is_gone_refuses_it(
    own_bank: Stores,
) -> None:
    first = own_bank.snapshot()
    with next_snapshot(own_bank):
        pass
    second = own_bank.snapshot()
    with pytest.raises(AccessRefused):
        load_history.go_back(own_bank, ANALYST, first, served=second, why="why")
    with pytest.raises(ChangeRefused, match="meanwhile"):
        load_history.go_back(own_bank, ROOT, first, served=first, why="why")
    with pytest.raises(ChangeRefused, match="Say why"):
        load_history.go_back(own_bank, ROOT, first, served=second, why=" ")
    snapshot_file(own_bank.settings, first).unlink()
    with pytest.raises(ChangeRefused, match="not kept"):
        load_history.go_back(own_bank, ROOT, first, served=second, why="why")
    assert own_bank.snapshot() == second


def test_the_bank_before_the_last_load_is_kept_however_many_nights_follow(own_bank: Stores) -> None:
    from warehouse.stores import snapshot_files

    first, chosen = own_bank.snapshot(), own_bank.settings
    for number, loaded in enumerate((True, False, False)):
        with next_snapshot(own_bank):
            pass
        if loaded:
            (chosen.data_dir / snapshot_files.BEFORE_THE_LOAD).write_text(first)
        assert first in load_history.earlier(own_bank), number
    assert len(list(chosen.data_dir.glob("bank-*.duckdb"))) == 3


def test_a_fault_is_found_by_its_number_by_administrators_alone(
    own_bank: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errors._Kept, "folder", None)
    errors.keep_traces_in(tmp_path / "bugs")
    number = errors.reference(ZeroDivisionError("in the night"))
    fault = faults.look_up(own_bank, ROOT, f" {number.lower()} ")
    assert "ZeroDivisionError: in the night" in fault.trace
    with pytest.raises(AccessRefused):
        faults.look_up(own_bank, ANALYST, number)
    for other in ("2222-2222", "../../x", ""):
        with pytest.raises(ChangeRefused, match="No fault"):
            faults.look_up(own_bank, ROOT, other)
    with own_bank.read_app_db() as app_db:
        looked = app_db.execute(select(audit_log.c.subject).where(audit_log.c.action == "fault.looked_up"))
        assert looked.scalars().all() == [number]


def test_a_setting_says_where_it_comes_from_and_an_address_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("smallest_cell = 12\nidle_minutes = 20\n")
    environment = {"CONCORD_IDLE_MINUTES": "10", "APP_DB_URL": "postgresql://app:hunter2@host/app"}
    places = settings.origins(file, environment)
    assert places["smallest_cell"] == "settings.toml"
    assert places["idle_minutes"] == "the variable CONCORD_IDLE_MINUTES"
    assert places["look_back_days"] == "default"
    values = settings.readable(settings.read(file, environment))
    assert values["app_db_url"] == "set, not shown"
    assert "hunter2" not in str(values)
    assert settings.readable(Settings())["warehouse_url"] == ""


def test_the_audit_log_is_searched_page_by_page_and_a_changed_line_is_noticed(own_bank: Stores) -> None:
    from warehouse.access import audit

    for number in range(audit_search.PER_PAGE + 5):
        audit.note(
            own_bank, "amy", "goal.set" if number % 2 else "rule.live", f"subject {number}", "100%_sure"
        )
    reader = Reader(own_bank, ROOT)
    first, more = audit_search.lines(reader, AuditSearch(who="amy"), 0)
    second, last = audit_search.lines(reader, AuditSearch(who="amy"), 1)
    assert (len(first), more, len(second), last) == (50, True, 5, False)
    assert set(audit_search.lines(reader, AuditSearch(subject_area="goal"), 0)[0]["action"]) == {"goal.set"}
    assert len(audit_search.lines(reader, AuditSearch(words="SUBJECT 54"), 0)[0]) == 1
    assert audit_search.lines(reader, AuditSearch(words="100__sure"), 0)[0].empty
    day = own_bank.now().date()
    assert len(audit_search.lines(reader, AuditSearch(who="amy", first=day, last=day), 1)[0]) == 5
    assert audit_search.lines(reader, AuditSearch(who="amy", first=day.replace(year=2030)), 0)[0].empty
    with pytest.raises(AccessRefused):
        audit_search.check(own_bank, ANALYST)
    assert audit_search.check(own_bank, ROOT) == audit_search.WHOLE
    with own_bank.app_db.begin() as app_db:
        app_db.execute(audit_log.update().where(audit_log.c.line == 3).values(why="altered"))
    assert re.search("broken at line 3", audit_search.check(own_bank, ROOT))


def test_what_waits_is_tried_again_at_once_by_administrators_alone(own_bank: Stores) -> None:
    at = own_bank.now()
    with own_bank.app_db.begin() as app_db:
        person = {"username": "amy", "full_name": "Amy", "role": "team_lead", "password_hash": "x"}
        app_db.execute(insert(users).values(created_at=at, **person))
        row = {"username": "amy", "what": "weekly", "variable": "CONCORD_MESSAGES_X", "added_by": "op"}
        app_db.execute(insert(destinations).values(destination_id=1, added_at=at, **row))
        due = {"destination_id": 1, "what": "weekly", "about": "2026-06-29", "failed_runs": 2}
        later = at.replace(year=at.year + 1)
        app_db.execute(insert(outbox).values(written_at=at, next_try_at=later, **due))
    with pytest.raises(AccessRefused):
        outbox_work.retry(own_bank, replace(ANALYST))
    assert outbox_work.retry(own_bank, ROOT) == 1
    assert outbox_work.latest(Reader(own_bank, ROOT), 5)["next_try_at"].isna().all()
    with pytest.raises(ChangeRefused, match="pause"):
        outbox_work.retry(own_bank, ROOT)
