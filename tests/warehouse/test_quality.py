"""What a load finds is counted, listed by key and owned by somebody; only what would spoil a figure is set aside."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from metrics.definitions.scope import Period, Scope
from metrics.query import query
from metrics.query.query import Query
from tests.warehouse.malformed import FOLDER, write
from warehouse.access.data_coverage import failed_checks, status
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.roles import ROLES, RULES, Access
from warehouse.errors import AccessRefused, LoadRefused
from warehouse.load.loading import load
from warehouse.schema import quarantine
from warehouse.stores.connect import Stores
from warehouse.validation import volume_checks

DAY = date(2026, 6, 30)
CHECK = "-- table: leads\n-- owner: Marketing\n-- says: Sent by Marketing, never received.\n"


def bank_of(stores: Stores, folder: Path, files: dict[str, str]) -> Stores:
    write(folder, {**FOLDER, **files})
    load(stores, folder)
    return stores


def rows(stores: Stores, question: str) -> list[tuple]:
    # Through the engine of the stores: a file that this process reads may not be opened with other settings too.
    with stores.bank().connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(question).fetchall()]


def test_a_win_before_the_first_contact_is_told_and_kept(empty, tmp_path):
    text = "lead_id,contacted_at,won_at\nL1,2026-06-29,2026-06-28\nL2,2026-06-27,2026-06-28\n"
    bank = bank_of(empty, tmp_path / "f", {"leads.csv": text})
    quarantined = rows(bank, "SELECT check_name, row_key, department, kept FROM derived.quarantine")
    assert ("win before first contact", "L1", "Sales", True) in quarantined
    assert rows(bank, "SELECT count(*) FROM unified.leads WHERE won_at IS NOT NULL") == [(2,)]


def test_an_answer_off_its_scale_is_set_aside_and_counted(empty, tmp_path):
    text = "survey_id,kind,asked_at,score\nS1,nps,2026-06-29,11\nS2,nps,2026-06-29,10\nS3,csat,2026-06-29,10\nS4,ces,2026-06-29,7\n"
    bank = bank_of(empty, tmp_path / "f", {"surveys.csv": text})
    assert rows(bank, "SELECT survey_id FROM unified.surveys ORDER BY 1") == [("S2",), ("S4",)]
    assert rows(bank, "SELECT row_key FROM derived.quarantine WHERE NOT kept ORDER BY 1") == [
        ("S1",),
        ("S3",),
    ]
    assert rows(bank, "SELECT row_count FROM derived.loads WHERE table_name = 'surveys'") == [(2,)]


def test_a_check_of_the_bank_itself_lists_the_rows_that_explain_a_gap(empty, tmp_path):
    query = CHECK + "SELECT lead_id AS row_key FROM unified.leads WHERE won_at IS NULL"
    bank = bank_of(empty, tmp_path / "f", {"checks/sent_and_received.sql": query})
    assert rows(
        bank,
        "SELECT department, row_count, says FROM derived.findings WHERE check_name = 'sent and received'",
    ) == [("Marketing", 1, "Sent by Marketing, never received.")]
    assert ("sent and received", "L2") in rows(bank, "SELECT check_name, row_key FROM derived.quarantine")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT 1 AS row_key", "-- table:"),
        (CHECK + "SELECT 1 AS id", "row_key"),
        (CHECK + "SELECT lead_id AS row_key, won_value / 0 FROM nothing", "cannot be read"),
        (CHECK + "SELECT 'a@b.hk' AS row_key", "e-mail"),
        (CHECK + "SELECT i AS row_key, 'value ' || i AS reason FROM range(100) t(i)", "different reasons"),
        (CHECK + "SELECT content AS row_key FROM read_text('/etc/hostname')", "cannot be read"),
    ],
)
def test_a_check_that_cannot_be_asked_or_would_carry_values_is_refused(query, words, empty, tmp_path):
    with pytest.raises(LoadRefused, match=words) as refusal:
        bank_of(empty, tmp_path / "f", {"checks/own.sql": query})
    assert "checks/own.sql" in str(refusal.value)
    assert "Nothing was loaded" in str(refusal.value)


def test_no_sentence_of_a_finding_holds_a_personal_value(empty, tmp_path):
    text = "customer_id,full_name,birth_year,joined_on\nC1,Chan Tai Man,1850,2024-01-05\n"
    bank = bank_of(empty, tmp_path / "f", {"customers.csv": text})
    kept_rows = str(rows(bank, "SELECT * FROM derived.quarantine")) + str(
        rows(bank, "SELECT * FROM derived.findings")
    )
    assert "birth year" in kept_rows
    assert "1850" not in kept_rows
    assert "Chan" not in kept_rows


def test_everybody_sees_how_many_and_only_analysts_which_rows(empty, tmp_path):
    text = "lead_id,contacted_at,won_at\nL1,2026-06-29,2026-06-28\n"
    write(tmp_path / "f", {**FOLDER, "leads.csv": text})
    load(empty, tmp_path / "f")
    for role in ROLES:
        viewer = Viewer(username="x", full_name="X", role=role, rm_id="R1", team="T1")
        assert len(Reader(empty, viewer).frame(failed_checks()))
        if role != "analyst":
            with pytest.raises(AccessRefused):
                Reader(empty, viewer).frame(select(quarantine))
    assert RULES["analyst"]["quarantine"] is Access.MASKED


def test_the_sample_banks_gap_between_marketing_and_sales_is_explained_row_by_row(loaded):
    reasons = rows(
        loaded,
        "SELECT reason, count(*) FROM derived.quarantine WHERE check_name = 'leads sent and received' GROUP BY 1",
    )
    gaps = {reason.split(";")[0]: count for reason, count in reasons}
    assert (
        gaps["Sent by Marketing"]
        == rows(loaded, "SELECT count(*) FROM unified.leads WHERE lead_id LIKE 'MKT-%'")[0][0]
    )
    assert gaps["Entered by Sales"] > 0
    assert rows(
        loaded, "SELECT row_count FROM derived.findings WHERE check_name = 'win before first contact'"
    ) == [(1,)]


def test_the_sample_bank_is_not_called_late(loaded):
    table = Reader(loaded, Viewer(username="a", full_name="A", role="analyst")).frame(status())
    assert not table["overdue"].fillna(value=False).any()


def daily(counts: list[int], until: date = DAY) -> dict[date, int]:
    return {until - timedelta(days=len(counts) - 1 - i): n for i, n in enumerate(counts) if n}


def test_a_daily_source_four_days_late_is_overdue_and_a_monthly_one_is_not():
    assert volume_checks.judge(daily([10] * 90, DAY - timedelta(days=4)), DAY).overdue
    assert not volume_checks.judge(daily([10] * 90, DAY - timedelta(days=3)), DAY).overdue
    months = {date(2025, m, 28): 10 for m in range(1, 13)}
    assert not volume_checks.judge(months, date(2026, 2, 10)).overdue
    assert volume_checks.judge(months, date(2026, 2, 14)).overdue


def test_half_a_week_lost_is_told():
    assert volume_checks.judge(daily([100] * 83 + [0, 0, 0, 0, 100, 100, 100]), DAY).volume
    assert volume_checks.judge(daily([100] * 83 + [100, 100, 0, 0, 0, 100, 300]), DAY).volume == ""


def test_a_month_end_among_the_weeks_before_is_no_alarm():
    assert volume_checks.judge(daily([400 if i % 30 == 0 else 100 for i in range(91)]), DAY).volume == ""


@given(some.lists(some.integers(80, 120), min_size=80, max_size=120))
def test_what_only_wavers_by_a_fifth_is_never_an_alarm(counts):
    judged = volume_checks.judge(daily(counts), DAY)
    assert judged.volume == ""
    assert not judged.overdue


def revenue(folder, *days, deleted=""):
    """A folder with a customer's revenue of 10 on each day."""
    folder.mkdir()
    (folder / "customers.csv").write_text("customer_id,joined_on\nC1,2025-01-01\n")
    lines = [f"C1,card,{day},10,{str(day == deleted).lower()}\n" for day in days]
    (folder / "revenues.csv").write_text("customer_id,product,month_on,revenue,deleted\n" + "".join(lines))
    return folder


def months(stores):
    with stores.bank().connect() as connection:
        month_ends = (
            connection.exec_driver_sql("SELECT month_on FROM unified.revenues ORDER BY 1").scalars().all()
        )
        findings = connection.exec_driver_sql(
            "SELECT row_count, says FROM derived.findings WHERE table_name = 'revenues' AND check_name <> 'deleted at its source'"
        ).all()
    return [str(day) for day in month_ends], [tuple(row) for row in findings]


def test_revenue_that_knows_only_firsts_of_months_is_that_of_the_whole_month(empty, tmp_path):
    load(empty, revenue(tmp_path / "a", "2026-02-01", "2026-03-01"), as_of=date(2026, 3, 31))
    month_ends, ((count, says),) = months(empty)
    assert month_ends == ["2026-02-28", "2026-03-31"]
    assert count == 2
    assert "revenue of 1 Mar 2026 counts on 31 Mar 2026" in says
    late = Query.of(["revenue"], Scope(Period(date(2026, 3, 3), date(2026, 3, 31))))
    assert query.ask(late, Reader(empty, SYSTEM))["revenue"].iloc[0] == 10


def test_days_are_added_to_such_a_bank_and_taken_out_by_their_month(empty, tmp_path):
    load(empty, revenue(tmp_path / "a", "2026-02-01", "2026-03-01"), as_of=date(2026, 3, 31))
    new = revenue(tmp_path / "b", "2026-03-01", "2026-04-01", deleted="2026-03-01")
    load(empty, new, as_of=date(2026, 4, 30), since=date(2026, 4, 1))
    assert months(empty)[0] == ["2026-02-28", "2026-04-30"]
    load(
        empty,
        revenue(tmp_path / "c", "2026-02-01", deleted="2026-02-01"),
        as_of=date(2026, 4, 30),
        since=date(2025, 1, 1),
    )
    assert months(empty)[0] == ["2026-04-30"]


def test_a_month_dated_on_its_first_day_among_others_is_a_finding(empty, tmp_path):
    """It counts on the day it has: revenue of March dated 1 March is in no period that begins on 3 March."""
    months = ("2026-02-28", "2026-03-01", "2026-04-15")
    lines = "".join(f"C1,card,{day},10\n" for day in months)
    customers = "customer_id,joined_on\nC1,2025-01-01\n"
    folder = tmp_path / "by-month"
    folder.mkdir()
    (folder / "customers.csv").write_text(customers)
    (folder / "revenues.csv").write_text("customer_id,product,month_on,revenue\n" + lines)
    load(empty, folder)
    with empty.bank().connect() as connection:
        count = connection.exec_driver_sql(
            "SELECT row_count FROM derived.findings WHERE check_name = 'not the last day of its month'"
        ).scalar()
    assert count == 2
