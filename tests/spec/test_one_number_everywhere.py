"""200 random scopes: the same metric on Today, Funnel, Goals, in its file and in the rows behind it is one number.

The functions asked are those that the pages draw from; tests/pages/test_one_number_on_screen.py reads the screens.
"""

from __future__ import annotations

import csv
import io
import math
import random
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import streamlit as st
from sqlalchemy import Select

from metrics.catalogue import CATALOGUE
from metrics.catalogue.funnel import STAGES
from metrics.definitions.measure import Measure, measures_of
from metrics.definitions.scope import Period, Scope, full_months
from metrics.query import query
from metrics.query.query import Query, figures
from pages.components import data, export_button
from pages.figures import cards, drill
from pages.growth.funnel import funnel_stages
from pages.growth.funnel.funnel_stages import COHORT, EVENT
from pages.growth.goals import goals_page
from reports.exports.table_files import export
from warehouse.access.reader import Reader, Viewer
from warehouse.stores import connect
from warehouse.stores.connect import Stores
from workflow.goals.goal_records import Goal

ANALYST = Viewer("amy", "Amy Chan", "analyst")
MARKETING = Viewer("mia", "Mia Ho", "marketing")
AS_OF = date(2026, 6, 30)
SHARES = ("acceptance_rate", "win_rate", "lead_conversion")
NAMES = [*sorted(n for n, m in CATALOGUE.items() if isinstance(m, Measure) and m.total == "count"), *SHARES]
SHOWN = {COHORT: [s.cohort for s in STAGES], EVENT: [s.event for s in STAGES]}
FILTERS = {
    "channel": ("email", "social", "branch"),
    "product": ("savings", "card"),
    "segment": ("mass", "private"),
}
EDGES = (
    Period(date(2024, 2, 29), date(2024, 2, 29)),  # a leap day
    Period(date(2026, 3, 29), date(2026, 3, 29)),  # clocks change in Europe, not in Hong Kong
    Period(date(2025, 12, 31), date(2026, 1, 1)),
    Period(date(2031, 1, 1), date(2031, 12, 31)),  # not yet
    Period(date(1999, 1, 1), date(1999, 1, 31)),  # nothing there
)


@pytest.fixture
def bank(own_bank: Stores, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stores]:
    """The bank of the pages of this test, whose cards have a short trend: it is asked 200 times."""
    st.cache_data.clear()
    monkeypatch.setattr(cards, "TREND_MONTHS", 2)
    connect.use(own_bank)
    yield own_bank
    st.cache_data.clear()


def _scopes(count: int) -> list[tuple[str, Scope]]:
    drawn = random.Random(4)
    scopes: list[tuple[str, Scope]] = []
    while len(scopes) < count:
        start = date(2024, 1, 1) + timedelta(days=drawn.randrange(1000))
        period = drawn.choice([Period(start, start + timedelta(days=drawn.randrange(200))), *EDGES])
        picked = drawn.sample(sorted(FILTERS), drawn.randrange(3))
        scope = Scope(period, tuple((d, (drawn.choice(FILTERS[d]),)) for d in picked))
        name = drawn.choice(drawn.choice([NAMES, SHOWN[COHORT][1:], SHOWN[EVENT][1:], SHARES]))
        if query.unanswerable(name, Query.of([name], scope)) is None:
            scopes.append((name, scope))
    return scopes


def _same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def _on_cards(name: str, scope: Scope, viewer: Viewer) -> dict[str, float]:
    """What a card of Today or Funnel says: its value, and of a share what it divides."""
    return figures(CATALOGUE[name], cards.answered([name], scope, viewer).iloc[0])


def _on_the_funnel(name: str, scope: Scope, view: str) -> float:
    """The number beside the stage's bar."""
    stages = funnel_stages.table(ANALYST, scope, view)
    label = next(s.label for s in STAGES if name == (s.cohort if view == COHORT else s.event))
    return float(stages.loc[stages["Stage"] == label, "n"].item())


def _on_goals(name: str, scope: Scope) -> float:
    """Where a goal of these days and this part of the bank stands."""
    goal = Goal(
        metric=name,
        target=1.0,
        span=scope.period,
        owner="Marketing",
        filters=scope.filters,
        goal_id=1,
        revision=1,
        set_by="amy",
        set_at=datetime(2026, 1, 1),
    )
    return goals_page.read(ANALYST, [goal])[0].actual


def _in_the_file(stores: Stores, statement: Select[Any], name: str, scope: Scope) -> int:
    """The lines of the file of the rows behind a figure."""
    export_button.remember("Funnel", ANALYST, scope)
    of = Query.of([name], scope, periods=[scope.period])
    sheet = export_button.sheet(lambda now: data.reader(now).frame(statement), f"rows behind {name}", "–", of)
    made = export(stores, sheet, "zip", ANALYST, ANALYST)
    with zipfile.ZipFile(io.BytesIO(made)) as files:
        table, about = (files.read(name).decode("utf-8-sig") for name in ("table.csv", "about.csv"))
    assert scope.in_words() in about
    lines = list(csv.reader(io.StringIO(table, newline="")))
    return len(lines) - 1


def test_two_hundred_scopes_give_one_number_on_today_funnel_goals_in_file_and_rows(bank: Stores) -> None:
    met = dict.fromkeys(("funnel", "goals", "file", "share"), 0)
    for position, (name, scope) in enumerate(_scopes(200)):
        metric = CATALOGUE[name]
        card = _on_cards(name, scope, ANALYST)
        view = next((v for v in (COHORT, EVENT) if name in SHOWN[v]), None)
        if view is not None:
            assert _same(_on_the_funnel(name, scope, view), card["value"])
            met["funnel"] += 1
        if scope.period.end <= AS_OF and all(m.fact.schema for m in measures_of(metric)):
            assert _same(_on_goals(name, scope), card["value"])
            met["goals"] += 1
        for measure, count in zip(
            measures_of(metric),
            [card["value"]] if isinstance(metric, Measure) else [card["numerator"], card["denominator"]],
            strict=True,
        ):
            if measure.total == "count" and not math.isnan(count):
                statement, rows = drill.behind(measure, scope, ANALYST)
                assert rows == count
                if position % 3 == 0:
                    assert _in_the_file(bank, statement, name, scope) == count
                    met["file"] += 1
        met["share"] += isinstance(metric, Measure) is False
    assert all(count >= 25 for count in met.values()), met


def test_who_sees_totals_reads_the_same_number_of_whole_months_or_none(bank: Stores) -> None:
    drawn, visible = random.Random(5), 0
    for name, scope in _scopes(200)[::8]:
        months = full_months(AS_OF, drawn.choice((1, 3, 6, 12)))
        one = Scope(Period(months[0].start, AS_OF), scope.filters[:1])
        seen, whole = _on_cards(name, one, MARKETING), _on_cards(name, one, ANALYST)
        assert all(_same(value, whole[part]) or math.isnan(value) for part, value in seen.items()), (
            name,
            one,
        )
        visible += not math.isnan(seen["value"])
    assert visible >= 8


@pytest.mark.parametrize("period", EDGES[3:], ids=lambda p: p.in_words())
@pytest.mark.parametrize("name", ["leads", "won", "win_rate", "revenue"])
def test_of_days_before_the_data_and_after_them_nothing_is_known_rather_than_0(
    name: str, period: Period, loaded: Stores
) -> None:
    value = query.ask(Query.of([name], Scope(period), periods=[period]), Reader(loaded, ANALYST))[name].iloc[
        0
    ]
    assert math.isnan(value)
