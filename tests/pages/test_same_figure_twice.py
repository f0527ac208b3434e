"""One word, one meaning: a figure that two places show is one, over several parts of the bank and for several roles.

A place is a card, a cell of a table that opens, a figure of the review on its page, a slide and the handout, a cell of
a file. What is compared is what is printed, such as `1,234` or `45.2%`, by the name of the figure, its days and part.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from numbers import Real
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from openpyxl import load_workbook
from pptx import Presentation
from streamlit.testing.v1 import AppTest

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import figure
from metrics.definitions.measure import Metric
from metrics.definitions.scope import PERIODS, Scope, period_named
from pages import MENU
from pages.components import data, export_button
from pages.figures import drill_table
from pages.together.report_words import by_in_words
from reports import review_composition
from reports.documents import document_facts
from reports.exports.table_files import Sheet, export
from reports.handout import handout_pdf
from reports.review.review_document import NAMES, Review
from reports.slides import deck
from tests import missing
from tests.morning import copy_of, stores_in
from tests.pages.staff import EVERYBODY, Open
from warehouse.access import data_coverage
from warehouse.access.reader import Reader, Viewer
from warehouse.stores.connect import Stores
from workflow.goals.sample_goals import set_sample_goals

LABELS = {metric.label: metric for metric in CATALOGUE.values()}
LOOKED_AT = {"marketing": 3, "sales": 1, "analyst": 1, "executive": 2}
"""Role → at how many of the parts of the bank it looks."""
SCOPES: tuple[tuple[str, dict[str, str]], ...] = (
    ("quarter", {}),
    ("30d", {}),
    ("90d", {"product": "savings"}),
)
"""Period by its word, and a filter."""
REPORTS = (("leads", "channel"), ("acceptance_rate", "channel"), ("nps", "segment"))
FIGURE = re.compile(r"(?:HKD )?[+−-]?\d[\d,]*(?:\.\d+)?(?:%|(?: (?:m|days?|hours?|points?)(?!\w)))?")
Key = tuple[str, str]
"""Label of a figure, its days and part of the bank in words."""


def plain(text: object) -> str:
    """A text without the marks that keep it on one line."""
    return " ".join(str(text).replace("\\", "").split())


def printed(metric: Metric, cell: object) -> str:
    """The figure that a cell begins with; empty where it holds words or nothing."""
    if isinstance(cell, Real):
        number = float(cell)
        return "" if math.isnan(number) else figure(metric, number / (100 if metric.unit == "share" else 1))
    match = FIGURE.match(plain(cell))
    return match.group() if match else ""


class Shown:
    """What every place prints, by figure: key → place → text."""

    def __init__(self) -> None:
        self.texts: dict[Key, dict[str, str]] = defaultdict(dict)
        self.place = ""
        self.tables: list[tuple[str, drill_table.Opens, Sheet]] = []
        self.opens: drill_table.Opens | None = None

    def add(self, label: str, over: str, place: str, text: str) -> None:
        if text and any(c.isdigit() for c in text):
            self.texts[label, over][place] = plain(text)

    def table(self, opens: drill_table.Opens, cell: Any, place: str) -> None:
        """A table's cells that open; `cell(column, row)` is what stands there."""
        for column, figures in opens.items():
            for row, one in enumerate(figures):
                if one is not None and isinstance(one.of, str):
                    text = printed(one.metric, cell(column, row))
                    self.add(one.metric.label, one.scope.in_words(), f"{place}, {column}", text)

    def page(self, page: AppTest, title: str, over: str) -> None:
        """The cards of a page over its own period and filters."""
        assert not [e.value for e in page.error], title
        for metric in page.metric:
            if metric.label in LABELS:
                self.add(metric.label, over, f"{title}, card", metric.value)

    def differing(self) -> dict[Key, dict[str, str]]:
        return {key: places for key, places in self.texts.items() if len(set(places.values())) > 1}

    def twice(self) -> list[Key]:
        return [key for key, places in self.texts.items() if len(places) > 1]


@pytest.fixture(scope="module")
def with_goals(after_a_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample bank once its departments have agreed their goals, made once."""
    folder = tmp_path_factory.mktemp("agreed") / "data"
    copy_of(after_a_night, folder)
    stores = stores_in(folder)
    set_sample_goals(stores, date(2026, 6, 30))
    stores.app_db.dispose()
    return folder


@pytest.fixture
def bank(with_goals: Path) -> Iterator[Stores]:
    """That bank; the tests of this file only look, and the downloads they make are noted in it."""
    stores = stores_in(with_goals)
    yield stores
    stores.app_db.dispose()


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """What tables that open are about, noted as they are drawn."""
    notes, draw, sheet = Shown(), drill_table.show, export_button.sheet

    def noted(frame, key, *more, opens, **kept):
        def cell(column: str, row: int) -> object:
            return frame[column].iloc[row] if column in frame and row < len(frame) else ""

        notes.table(opens, cell, f"{notes.place}, table {key}")
        # As if she had clicked Export: its file is prepared only then.
        st.session_state.setdefault(f"export-{key}", True)
        notes.opens = opens
        try:
            draw(frame, key, *more, opens=opens, **kept)
        finally:
            notes.opens = None

    def taken(*given, **named):
        made = sheet(*given, **named)
        if notes.opens is not None:
            notes.tables.append((f"{notes.place}, {made.title}", notes.opens, made))
        return made

    monkeypatch.setattr(drill_table, "show", noted)
    monkeypatch.setattr(export_button, "sheet", taken)
    return notes


def in_the_file(made: bytes, kind: str) -> tuple[list[str], list[list[Any]]]:
    """Head and rows of a table that was taken along."""
    if kind == "xlsx":
        head, *rows = load_workbook(io.BytesIO(made), read_only=True)["Table"].iter_rows()
        return [str(h.value) for h in head], [[_as_formatted(cell) for cell in row] for row in rows]
    lines = csv.reader(io.StringIO(made.decode("utf-8-sig"), newline=""), quoting=csv.QUOTE_NONNUMERIC)
    head, *rows = lines
    return head, rows


def _as_formatted(cell: Any) -> Any:
    """A share as Excel shows it; any other cell as it is."""
    kind = str(getattr(cell, "number_format", ""))
    if isinstance(cell.value, int | float) and kind.endswith("%"):
        places = len(kind.rstrip("%").partition(".")[2])
        return f"{cell.value:.{places}%}"
    return cell.value


def files(notes: Shown, bank: Stores, viewer: Viewer) -> None:
    """The same tables as CSV and Excel."""
    for place, opens, sheet in notes.tables:
        for kind in ("csv", "xlsx"):
            head, rows = in_the_file(export(bank, sheet, kind, viewer, viewer), kind)

            def cell(column: str, row: int, head=head, rows=rows) -> object:
                return rows[row][head.index(column)] if column in head and row < len(rows) else ""

            notes.table(opens, cell, f"{place} as {kind}")


def pages_of(viewer: Viewer, word: str, filters: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Title and address of the pages that show these days and this part; Today has its own days."""
    for entry in (e for entries in MENU.values() for e in entries):
        if viewer.role not in entry.roles or entry.cohort:
            continue
        if entry.url == "today":
            if (word, filters) == ("30d", {}):
                yield entry.title, ""
        elif entry.filters is not None and set(filters) <= set(entry.filters):
            yield entry.title, entry.url


def look(notes: Shown, open_page: Open, viewer: Viewer, word: str, filters: dict[str, str], as_of) -> None:
    """Open each page of one period and part, once."""
    scope = Scope(period_named(word, as_of), tuple((d, (v,)) for d, v in filters.items()))
    chosen = {d: v.capitalize() for d, v in filters.items()}
    for title, url in pages_of(viewer, word, filters):
        notes.place = title
        notes.page(open_page(viewer, url, period=PERIODS[word], **chosen), title, scope.in_words())


def reports(notes: Shown, open_page: Open, viewer: Viewer, as_of: date) -> None:
    """Reports of the last full quarter: the figure of the title, and the column of the table."""
    scope = Scope(period_named("quarter", as_of))
    for name, by in REPORTS:
        metric = CATALOGUE[name]
        page = open_page(
            viewer, "reports", metric=metric.label, by=by_in_words(by), period=PERIODS["quarter"]
        )
        assert not page.error
        title = plain(page.title[0].value)
        assert title.startswith(f"{metric.label}: "), title
        match = FIGURE.match(title.removeprefix(f"{metric.label}: "))
        notes.add(metric.label, scope.in_words(), "report, title", match.group() if match else "")
        (frame,) = (f.value for f in page.dataframe)
        for part, cell in zip(frame.iloc[:, 0], frame.iloc[:, 1], strict=True):
            over = scope.narrowed(by, str(part).lower().replace(" ", "_")).in_words()
            notes.add(metric.label, over, f"report by {by}, table", printed(metric, cell))


def goals(notes: Shown, open_page: Open, viewer: Viewer) -> None:
    """Every goal's figure so far, in the list of all of them."""
    notes.place = "Goals"
    page = open_page(viewer, "goals")
    page.button_group(key="goal-view").set_value("All goals")
    assert not page.run().error


def review_figures(notes: Shown, review: Review, place: str) -> None:
    """Figures of the catalogue in the review: those of its own days, and those that say others."""
    for one in (*review.figures, *(f for a in review.answers for f in a.figures)):
        if one.metric and one.label in LABELS:
            notes.add(one.label, one.scope or Scope(review.period).in_words(), place, one.value)


def as_office(value: float, code: str) -> str:
    """A number as an office program writes it by one of our formats: half away from zero, by 15 digits."""
    exact = Decimal(f"{value:.15g}")
    million = "m" in code and abs(exact) >= 10_000_000
    percent = "%" in code
    exact = exact * 100 if percent else exact / 1_000_000 if million else exact
    places = "0.1" if percent or million or "0.0" in code.rsplit(";", maxsplit=1)[-1] else "1"
    whole = exact.quantize(Decimal(places), ROUND_HALF_UP) + 0
    signed = code.startswith(("+", "[>=0.5]+"))
    text = f"{whole:+,}" if signed and whole else f"{whole:,}"
    return text.replace("-", "−") + ("%" if percent else " m" if million else "")


def slides(made: bytes) -> tuple[dict[str, set[str]], dict[str, list[list[str]]], dict[str, list[str]]]:
    """Of a deck: label of a card → its values, head of a table → its rows, what a chart says → its values as
    they show."""
    cards: dict[str, set[str]] = defaultdict(set)
    tables: dict[str, list[list[str]]] = defaultdict(list)
    charts: dict[str, list[str]] = {}
    for slide in Presentation(io.BytesIO(made)).slides:
        above = ""
        for shape in slide.shapes:
            if shape.has_text_frame:
                text = plain(shape.text_frame.text)
                cards[text].add(above)
                above = text
            if shape.has_table:
                head, *rows = [[plain(c.text) for c in r.cells] for r in shape.table.rows]
                tables[" | ".join(head)] += rows
            if shape.has_chart:
                code = next(e.text for e in shape.chart._chartSpace.iter("{*}formatCode") if e.text)
                series = shape.chart.plots[0].series[0]
                says = plain(shape._element.nvGraphicFramePr.cNvPr.get("descr"))
                charts[says] = [as_office(v, code) for v in series.values if v is not None]
    return cards, tables, charts


def drawn(page: AppTest) -> dict[str, list[str]]:
    """What each chart of the review's page says in words → its values as it writes them, a line when it is touched."""
    labels = {}
    for chart in page.get("plotly_chart"):
        traces = json.loads(chart.proto.spec)["data"]
        first: dict[str, list[str]] = next((t for t in traces if t.get("text")), {"text": []})
        texts: list[str] = first["text"] if all(first["text"]) else first["customdata"]
        labels[plain(chart.proto.alt)] = [plain(t) for t in texts if t]
    return labels


@pytest.mark.parametrize("role", LOOKED_AT)
def test_a_figure_that_several_places_show_has_one_value(role: str, open_page, bank: Stores, notes) -> None:
    viewer = next(v for v in EVERYBODY if v.role == role)
    reader = Reader(bank, viewer, bank.snapshot())
    for word, filters in SCOPES[: LOOKED_AT[role]]:
        look(notes, open_page, viewer, word, filters, data_coverage.as_of(reader))
    if role == "marketing":
        files(notes, bank, viewer)
        reports(notes, open_page, viewer, data_coverage.as_of(reader))
    if role == "executive":
        goals(notes, open_page, viewer)
        # Opened after the pages, the review is put together from what they asked.
        on_page = review_page(open_page, viewer)
        available = data_coverage.available_columns(reader)
        quarter = review_composition.quarters(reader, available)[0]
        review = review_composition.build(reader, quarter, available, data.once(viewer))
        review_figures(notes, review, "review")
        same_in_the_files(review, on_page)
    assert len(notes.twice()) >= (20 if role in ("marketing", "executive") else 3), (
        "too few figures stand in two places"
    )
    assert not notes.differing()


def review_page(open_page: Open, viewer: Viewer) -> AppTest:
    """The page of the review with all its answers open."""
    page = open_page(viewer, "quarterly-review", **{f"answer-{key}": "true" for key in NAMES})
    assert not [e.value for e in page.error]
    return page


def same_in_the_files(review: Review, page: AppTest) -> None:
    """Each card, table and chart of the slides, and each card of the handout, as the page of the review says it."""
    cards, tables, charts = slides(deck.slides(review))
    on_page: dict[str, set[str]] = defaultdict(set)
    for metric in page.metric:
        on_page[plain(metric.label)].add(plain(metric.value))
    assert len(on_page) > 15
    # What a chart or a table beside it says has no card on the slides; the handout has them all.
    spared = {
        plain(f.label)
        for a in review.answers
        for f in set(a.figures) - set(document_facts.beyond_the_chart(a))
    }
    for label, values in on_page.items():
        if label in spared and label not in cards:
            continue
        figures = {text for text in cards[label] if FIGURE.fullmatch(text)}
        assert figures == {v for v in values if FIGURE.fullmatch(v)}, (label, values, cards[label])
    frames = [f.value.map(plain) for f in (*page.dataframe, *page.table)]
    heads = {" | ".join(map(plain, f.columns)): f.to_numpy().tolist() for f in frames}
    # The definitions stand at the end of the slides, in an order of their own; they hold no figure.
    both = {head for head in set(heads) & set(tables) if "Means" not in head}
    assert len(both) >= 4, (set(heads), set(tables))
    # Where a slide cannot hold all rows it has those that matter most.
    short = {
        " | ".join(map(plain, a.table.columns)): [list(map(plain, row)) for row in a.table.short.rows]
        for a in review.answers
        if a.table is not None and a.table.short is not None
    }
    for head in both:
        assert tables[head] in (heads[head], short.get(head)), head
    on_screen = drawn(page)
    assert len(charts) >= 4
    for says, labels in on_screen.items():
        # Where there is no column, nothing stands on a slide.
        assert charts[says] == [label for label in labels if label != "not known"], says
    if not shutil.which("pdftotext"):
        missing.skip("pdftotext")
    done = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=handout_pdf.pdf(review), capture_output=True, check=True
    )
    paper = re.sub(r"\s+", "", done.stdout.decode())
    for label, values in on_page.items():
        for value in values:
            assert re.sub(r"\s+", "", label + value) in paper, (label, value)
