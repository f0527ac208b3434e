"""One word, one meaning: a figure that several pages and the review show under one name has one value for one span."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
from staff import EVERYBODY

from metrics import CATALOGUE
from metrics.quarter import quarter_named
from metrics.scope import PERIODS
from pages import MENU
from reports import quarterly_review
from warehouse import coverage
from warehouse.access import Reader

LABELS = {metric.label for metric in CATALOGUE.values()}
ROLES = ("marketing", "sales", "analyst", "executive")
TOLD_APART: dict[str, str] = {}
"""Label → the words that tell two values of it apart on the pages; none does so today."""


def shown_by_pages(open_page, viewer) -> dict[str, dict[str, str]]:
    """Label → page → value of every figure of the dictionary that a page shows for the last full quarter."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in (e for entries in MENU.values() for e in entries):
        if viewer.role not in entry.roles or entry.filters is None or entry.cohort:
            continue
        page = open_page(viewer, entry.url, period=PERIODS["quarter"])
        for metric in page.metric:
            if metric.label in LABELS:
                found[metric.label][entry.title] = plain(metric.value)
    return found


def plain(text: str) -> str:
    """A value without the marks that keep it on one line."""
    return re.sub(r"[\\\s ]+", " ", text).strip()


@pytest.mark.parametrize("role", ROLES)
def test_a_figure_that_several_places_show_for_one_quarter_has_one_value(role, open_page, bank) -> None:
    viewer = next(v for v in EVERYBODY if v.role == role)
    found = shown_by_pages(open_page, viewer)
    reader = Reader(bank, viewer, bank.snapshot())
    quarter = quarter_named("2026Q2", coverage.as_of(reader))
    review = quarterly_review.build(reader, quarter, coverage.known(reader))
    for answer in review.answers:
        for figure in answer.figures:
            if figure.metric and figure.label in LABELS:
                found[figure.label][f"review: {answer.key}"] = plain(figure.value)
    several = {label: places for label, places in found.items() if len(places) > 1}
    assert len(several) >= 3, "too few figures stand in two places to compare"
    for label, places in several.items():
        if label not in TOLD_APART:
            assert len(set(places.values())) == 1, (label, places)
