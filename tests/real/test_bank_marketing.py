"""41,188 real telephone calls of a bank's campaigns: counts and conversion by channel, through catalogue and door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import func, select

from metrics.catalogue import CATALOGUE
from metrics.definitions.scope import Period, Scope, last_full_month
from metrics.query import query
from metrics.query.query import Query
from warehouse.access.data_coverage import as_of, available_columns
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.schema import BANK, leads, touches
from warehouse.stores.connect import Stores
from workflow import nightly

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("bank_marketing")]

ALL_YEARS = Scope(Period(date(2008, 5, 1), date(2010, 12, 31)))
TRUE = {"cellular": (26_144, 0.1474), "telephone": (15_044, 0.0523)}


@pytest.fixture
def reader(bank_marketing: Stores) -> Reader:
    return Reader(bank_marketing, SYSTEM)


def _now(answer: pd.DataFrame) -> pd.DataFrame:
    return answer[answer["period"] == 0]


@pytest.mark.parametrize("role", ["system", "analyst", "sales"])
def test_calls_and_conversions_come_out_for_everybody_who_may_see_them(
    role: str, bank_marketing: Stores
) -> None:
    viewer = SYSTEM if role == "system" else Viewer("x", "X", role)
    names = ["leads", "won", "reached_won", "lead_conversion"]
    answer = query.ask(Query.of(names, ALL_YEARS), Reader(bank_marketing, viewer))
    row = _now(answer).iloc[0]
    assert (row["leads"], row["won"], row["reached_won"]) == (41_188, 4_640, 4_640)
    assert row["lead_conversion"] == pytest.approx(4_640 / 41_188)


@pytest.mark.parametrize("role", ["marketing", "executive"])
@pytest.mark.parametrize("by", [(), ("channel",)])
def test_who_sees_totals_only_reads_the_same_of_the_months_that_are_over(
    role: str, by: tuple[str, ...], bank_marketing: Stores, reader: Reader
) -> None:
    names = ["leads", "won", "lead_conversion"]
    over = ALL_YEARS.over(Period(ALL_YEARS.period.start, last_full_month(as_of(reader)).end))
    assert over.period.end < as_of(reader)
    expected = _now(query.ask(Query.of(names, over, by=by), reader))
    answer = _now(
        query.ask(Query.of(names, ALL_YEARS, by=by), Reader(bank_marketing, Viewer("x", "X", role)))
    )
    pd.testing.assert_frame_equal(answer[[*by, *names]], expected[[*by, *names]])
    assert 41_000 < answer["leads"].sum() < 41_188


def test_conversion_by_channel(reader: Reader) -> None:
    question = Query.of(["leads", "lead_conversion"], ALL_YEARS, by=["channel"])
    rows = _now(query.ask(question, reader)).set_index("channel")
    assert {c: (r["leads"], round(r["lead_conversion"], 4)) for c, r in rows.iterrows()} == TRUE


@pytest.mark.parametrize("channel", sorted(TRUE))
def test_a_filter_by_channel_gives_the_same_figures(channel: str, reader: Reader) -> None:
    scope = Scope(ALL_YEARS.period, (("channel", (channel,)),))
    row = _now(query.ask(Query.of(["leads", "lead_conversion"], scope), reader)).iloc[0]
    assert (row["leads"], round(row["lead_conversion"], 4)) == TRUE[channel]


def test_the_years_add_up_to_the_whole(reader: Reader) -> None:
    years = [Period(date(y, 1, 1), date(y, 12, 31)) for y in (2008, 2009, 2010)]
    answer = query.ask(Query.of(["leads", "won"], ALL_YEARS, periods=years), reader)
    assert (answer["leads"].sum(), answer["won"].sum()) == (41_188, 4_640)
    assert answer["leads"].gt(0).all()
    assert as_of(reader).year == 2010


def test_the_duration_of_a_call_is_nowhere(reader: Reader) -> None:
    """It is known only after the call, so nothing that predicts may know it."""
    assert not [f"{t.name}.{c.key}" for t in BANK.tables.values() for c in t.c if "duration" in c.key]


def test_every_call_is_a_touch_of_its_lead(reader: Reader) -> None:
    orphan = touches.c.lead_id.not_in(select(leads.c.lead_id))
    calls = select(func.count(touches.c.touch_id))
    assert reader.rows(calls) == [(41_188,)]
    assert reader.rows(calls.where(orphan)) == [(0,)]


def test_what_the_bank_did_not_give_is_not_known_rather_than_0(reader: Reader) -> None:
    answer = query.ask(Query.of(sorted(CATALOGUE), ALL_YEARS), reader, available_columns(reader))
    for name in (
        "mql",
        "sql",
        "opportunities",
        "win_rate",
        "marketing_cost",
        "cac",
        "revenue",
        "churn_rate",
        "nps",
    ):
        assert answer[name].isna().all(), name


def test_a_night_on_a_bank_without_customers_credits_what_it_can_and_says_the_rest(
    bank_marketing_folder: Path, own_copy: Callable[[Path], Stores]
) -> None:
    stores = own_copy(bank_marketing_folder)
    report = nightly.run(stores)
    assert (report.customers, report.scored) == (0, 0)
    assert report.messages
    assert report.as_of == as_of(Reader(stores, SYSTEM))
    again = nightly.run(stores)
    assert again.credits == report.credits
