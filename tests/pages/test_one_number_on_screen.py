"""What the screens of Today, Funnel and Goals, a file and the opened rows say about one metric is one number."""

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from metrics.catalogue import CATALOGUE
from metrics.catalogue.funnel import STAGES
from metrics.definitions.scope import Scope, period_named
from tests.pages.opened import opened
from tests.pages.staff import somebody, words
from warehouse.stores.connect import Stores
from workflow.goals.goal_records import GoalDraft
from workflow.goals.goal_setting import set_goal

SALES = somebody("sales")
EVENTS = "By the day it happened (events)"
AS_OF = date(2026, 6, 30)
SHOWN: list[tuple[str, str, str, dict[str, str]]] = [
    ("sql", "30d", "Last 30 days", {}),
    ("leads", "90d", "Last 90 days", {"channel": "email"}),
    ("won", "12m", "Last 12 months", {"product": "card"}),
    ("opportunities", "quarter", "Last full quarter", {"segment": "mass"}),
    ("mql", "24m", "Last 24 months", {"channel": "social", "product": "savings"}),
]
"""Metric, period by its word and as people choose it, filters."""


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """What the download buttons of a page would make, by key."""
    contents: dict[str, Callable[[], bytes]] = {}
    monkeypatch.setattr(
        st, "download_button", lambda _label, make, *_more, key, **_: contents.update({key: make})
    )
    return contents


def rows(made: bytes) -> list[dict[str, str]]:
    """The lines of a CSV file by their heading."""
    text = made.decode("utf-8-sig").splitlines(keepends=True)
    return list(
        csv.DictReader(
            io.StringIO("".join(line for line in text if not line.startswith('"# ') and line[0] != "#"))
        )
    )


def _goal(bank: Stores, name: str, word: str, filters: dict[str, str]) -> str:
    """A goal over just these days and this part of the bank; gives what it is called in the list."""
    scope = Scope(period_named(word, AS_OF), tuple((d, (v,)) for d, v in filters.items()))
    draft = GoalDraft(metric=name, target=9_999, span=scope.period, owner="Sales", filters=scope.filters)
    return str(set_goal(bank, SALES, draft))


def metric_value(page: AppTest, label: str) -> str:
    return next(m.value for m in page.metric if m.label == label)


@pytest.mark.parametrize(("name", "word", "period", "filters"), SHOWN, ids=[s[0] for s in SHOWN])
def test_today_funnel_goals_rows_and_file_show_one_number(
    open_page, bank: Stores, files, name, word, period, filters
):
    stage, label = next(s for s in STAGES if s.event == name), CATALOGUE[name].label
    goal = _goal(bank, name, word, filters)
    chosen = {d: v.capitalize() for d, v in filters.items()}
    funnel = opened(open_page(SALES, "funnel", period=period, view=EVENTS, **chosen), "Export")
    assert not funnel.error
    table = next(f.value for f in funnel.dataframe if "Number" in f.value)
    at = table["Stage"].tolist().index(stage.label)
    number = int(table["Number"][at])
    assert number > 0
    (taken,) = (r for r in rows(files["take-csv-stages-table"]()) if r["Stage"] == stage.label)
    assert int(float(taken["Number"])) == number

    funnel.session_state[f"export-rows-{name}"] = True
    funnel.session_state["stages-table"] = {
        "selection": {"rows": [], "columns": [], "cells": [[at, "Number"]]}
    }
    funnel.run()
    assert f"{number:,} rows. Each row counts once" in words(funnel)
    assert len(rows(files[f"take-csv-rows-{name}"]())) == number

    goals = open_page(SALES, "goals")
    if len(goals.selectbox("goal").options) > 1:
        goals.selectbox("goal").set_value(goal).run()
    assert label in goals.title[0].value
    assert metric_value(goals, "So far") == f"{number:,}"
    if not filters:
        assert metric_value(open_page(SALES), label) == f"{number:,}"
