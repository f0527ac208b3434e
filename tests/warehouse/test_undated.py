"""Rows without their date are counted in a finding that says which figures miss them."""

from __future__ import annotations

import pandas as pd
import pytest
from sqlalchemy import select

from tests.warehouse.malformed import write
from warehouse.access import data_coverage
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.load.loading import load
from warehouse.schema import UNIFIED_TABLES, quarantine
from warehouse.validation.checks import CHECKS, UNDATED

LEADS = "lead_id,created_at,won_at\nL1,2026-06-01,\nL2,,2026-06-09\nL3,,\n"


def found_undated(stores, role: str = "analyst") -> pd.DataFrame:
    rows = data_coverage.visible_failed_checks(Reader(stores, Viewer("x", "X", role)))
    return rows[rows["check_name"] == UNDATED]


def undated(stores, role: str = "analyst") -> dict[str, float | None]:
    rows = found_undated(stores, role)
    counts = rows["row_count"].astype(object).where(rows["row_count"].notna(), None)
    return dict(zip(rows["table_name"], counts, strict=True))


def test_leads_without_the_day_they_came_are_counted_and_the_sentence_names_what_misses_them(empty, tmp_path):
    write(tmp_path / "f", {"leads.csv": LEADS})
    load(empty, tmp_path / "f")
    assert undated(empty) == {"leads": 2}
    (says,) = found_undated(empty)["says"]
    assert says.startswith(
        "Their created_at is not known: they are in no figure of leads by the day they came"
    )
    keys = Reader(empty, SYSTEM).frame(select(quarantine.c.row_key, quarantine.c.kept))
    assert sorted(map(tuple, keys.to_numpy())) == [("L2", True), ("L3", True)]


def test_a_date_that_no_row_has_is_said_once_about_the_table(empty, tmp_path):
    write(tmp_path / "f", {"leads.csv": LEADS, "tickets.csv": "ticket_id,resolved_at\nT1,2026-06-02\n"})
    load(empty, tmp_path / "f")
    assert undated(empty)["tickets"] is None
    assert Reader(empty, SYSTEM).frame(select(quarantine))["table_name"].unique().tolist() == ["leads"]


def test_few_undated_people_are_not_counted_for_those_who_see_totals_only(empty, tmp_path):
    write(tmp_path / "f", {"leads.csv": LEADS})
    load(empty, tmp_path / "f")
    assert undated(empty, "executive") == {"leads": None}


@pytest.mark.parametrize("table", [t for t in UNIFIED_TABLES if t.info["happened_on"]], ids=lambda t: t.name)
def test_every_table_whose_day_may_be_missing_is_looked_at(table):
    nullable = table.c[table.info["happened_on"]].nullable
    assert any(c.name == UNDATED and c.table == table.name for c in CHECKS) is nullable
