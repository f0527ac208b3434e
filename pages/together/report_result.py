"""What a report says: the finding, the chart with its words, and the table with its ways out."""

import math
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from metrics.catalogue import CATALOGUE
from metrics.comparison.currency import currency
from metrics.comparison.words import PLACES, figure, numeral, rounded_column
from metrics.definitions.measure import Metric, Ratio
from metrics.definitions.scope import Scope
from metrics.query.report_query import MONTH, SavedReport, whose
from metrics.query.report_reading import Cell, ReportResult, drawn, parts_add_up, read
from metrics.query.time_coverage import compared_with
from pages.charts import charts, time_charts
from pages.components import data, filters, tables
from pages.components.typed_text import escaped
from pages.figures import drill, drill_chart
from pages.together import report_across, report_words
from pages.together.report_words import LabelOf, by_in_words
from warehouse.access.data_coverage import Coverage
from warehouse.access.reader import Viewer
from workflow.goals.goal_targets import targets
from workflow.records import annotations

TILE_TABLE = 280
"""Pixels of a table on a dashboard."""


def reading(viewer: Viewer, report: SavedReport) -> ReportResult:
    """The figures of a report for a viewer, asked now."""
    name = report.metric
    blank = data.hidden_below(viewer, CATALOGUE[name]) is not None
    return read(
        report,
        data.as_of(viewer),
        lambda s, b, p: data.ask(viewer, [name], s, b, p),
        data.coverage_of(viewer),
        totals_only=blank,
    )


def label_of_values(viewer: Viewer) -> LabelOf:
    """How values are shown to a viewer: campaigns by their names."""
    label_of: dict[str, Any] = {}

    def word(dimension: str, value: str | None) -> str:
        if value is None:
            return "Not known"
        if dimension not in label_of:
            label_of[dimension] = filters.label_of(dimension, viewer)
        return str(label_of[dimension](value))

    return word


def show(viewer: Viewer, report: SavedReport, head: DeltaGenerator) -> None:
    """The title into `head`; below it figure, chart and table."""
    result, word, covered = reading(viewer, report), label_of_values(viewer), data.coverage_of(viewer)
    metric, mine = CATALOGUE[report.metric], whose(report.metric, viewer)
    scope = report.scope(data.as_of(viewer), by_month=data.by_month(viewer))
    head.title(escaped(report_words.title(report, result, mine, word, by_month=data.by_month(viewer))))
    target = None if mine else targets(data.reader(viewer), scope).get(report.metric)
    with head:
        st.caption(report_words.below(report, result, target, covered))
    read_so = _chart(viewer, report, result, word, covered) if report.chart != "table" else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if read_so:
            st.caption(read_so, width="content")
        drill.button(report.metric, scope, viewer, "report")
    frame = _table(report, result, word, covered)
    shares = {c: tables.decimals(1) for c in map(str, frame) if c.endswith(", %")}
    numbers = {
        c: st.column_config.NumberColumn(format="localized")
        for c in map(str, frame)
        if pd.api.types.is_float_dtype(frame[c]) and c not in shares
    }
    blank = any(p.missing == "too few" for p in (result.whole, *result.parts))
    by = f" by {by_in_words(report.breakdown).lower()}" if report.breakdown else ""
    tables.show(
        frame,
        "report",
        "too few" if blank else "–",
        of=report.query(data.as_of(viewer), by_month=data.by_month(viewer)),
        called=f"{metric.label}{by}{f', {mine}' if mine else ''}",
        columns=shares | numbers,
    )
    if report.across:
        report_across.show(viewer, report, word)


def tile(viewer: Viewer, report: SavedReport, key: str) -> None:
    """The finding, the chart and how it is read, small, as a dashboard shows it; a report that is a table as one."""
    result, word, covered = reading(viewer, report), label_of_values(viewer), data.coverage_of(viewer)
    mine = whose(report.metric, viewer)
    st.markdown(escaped(report_words.title(report, result, mine, word, by_month=data.by_month(viewer))))
    if report.chart != "table":
        st.caption(_chart(viewer, report, result, word, covered, key))
        return
    blank = any(p.missing == "too few" for p in (result.whole, *result.parts))
    st.dataframe(
        _table(report, result, word, covered),
        hide_index=True,
        key=f"tile-table-{key}",
        placeholder="too few" if blank else "–",
        height=TILE_TABLE,
    )


def _chart(
    viewer: Viewer,
    report: SavedReport,
    result: ReportResult,
    word: LabelOf,
    covered: Coverage | None,
    place: str = "report",
) -> str:
    """Draw it, and say how it is read. A mark opens the rows behind it."""
    metric = CATALOGUE[report.metric]
    cells = _drawn(report, result, covered)
    if not cells:
        tables.empty(
            "There is nothing to draw: no figure is known.", "Choose a longer period or fewer filters."
        )
        return ""
    factor = 100 if metric.unit == "share" else 1
    labels = [_label(report, c, word) for c in cells]
    texts = [_text(metric, c) for c in cells]
    values = [factor * c.value for c in cells]
    bounds = [(factor * c.bounds[0], factor * c.bounds[1]) if c.bounds else None for c in cells]
    name = f"{metric.label}{f' by {by_in_words(report.breakdown).lower()}' if report.breakdown else ''}"
    alt = f"{name}: {'; '.join(f'{a} {b}' for a, b in zip(labels, texts, strict=True))}"
    if report.chart == "line":
        pinned = annotations.events(data.reader(viewer), report.metric)
        events = time_charts.events_between(pinned, cells[0].period.start, cells[-1].period.end)
        days = [c.period.start.replace(day=1) for c in cells]
        picture = time_charts.intervals(days, values, bounds, texts, [c.partial for c in cells], events)
    else:
        whole = factor * result.whole.value if report.breakdown and not parts_add_up(metric) else None
        line = charts.reference(whole)
        picture = charts.bars(labels, values, texts, bounds=bounds, lines=line, row=32, room=0.6)
    says = [f"{t}{_interval(metric, c)}" for t, c in zip(texts, cells, strict=True)]
    picture["data"][0]["customdata"] = charts.inert(says)
    drill_chart.show(
        picture,
        alt=alt,
        key=f"{place}-{report.chart}",
        opens=[[_behind(report, c) for c in cells]],
        texts=[texts],
    )
    return _how_to_read(report, result, cells)


def _interval(metric: Metric, cell: Cell) -> str:
    if not cell.bounds:
        return ""
    low, high = (figure(metric, b) for b in cell.bounds)
    return f", 95% interval {low} to {high}"


def _behind(report: SavedReport, cell: Cell) -> drill.DrillFigure | None:
    """What a mark opens: the figure of its part, or of its days."""
    if cell.missing:
        return None
    scope = Scope(cell.period, report.filters)
    if report.breakdown not in ("", MONTH):
        scope = scope.narrowed(report.breakdown, cell.part)
    return drill.DrillFigure(of=report.metric, scope=scope)


def _drawn(report: SavedReport, result: ReportResult, covered: Coverage | None) -> list[Cell]:
    if not report.breakdown:
        now = result.whole
        before = replace(
            now,
            period=compared_with(CATALOGUE[report.metric], now.period, covered),
            value=now.before,
            bounds=None,
            cases=math.nan,
        )
        return [c for c in (now, before) if c.value == c.value]
    if report.breakdown == MONTH:
        return list(result.parts) if any(not p.missing for p in result.parts) else []
    return list(drawn(report, result))


def _how_to_read(report: SavedReport, result: ReportResult, cells: list[Cell]) -> str:
    sentences = []
    if any(c.bounds for c in cells):
        sentences.append("Thin lines are 95% intervals.")
    if report.breakdown == MONTH:
        if any(c.partial for c in cells):
            sentences.append("A month that lies only partly in the period is marked partial.")
        return " ".join(sentences)
    if report.breakdown and not parts_add_up(CATALOGUE[report.metric]) and report.chart == "bars":
        sentences.append("The dotted line is the whole.")
    if report.breakdown:
        sentences.append(report_words.left_out(report, result))
    return " ".join(sentences)


def _label(report: SavedReport, cell: Cell, word: LabelOf) -> str:
    if not report.breakdown:
        return cell.period.in_words()
    if report.breakdown == MONTH:
        return f"{cell.period.start:%b %Y}{' (partial)' if cell.partial else ''}"
    return word(report.breakdown, cell.part)


def _text(metric: Metric, cell: Cell) -> str:
    if cell.missing:
        return cell.missing
    of = ""
    if cell.cases == cell.cases:
        of = f" of {numeral(cell.cases)}" if metric.unit == "share" else f", n = {numeral(cell.cases)}"
    return f"{figure(metric, cell.value)}{of}"


def _table(
    report: SavedReport, result: ReportResult, word: LabelOf, covered: Coverage | None
) -> pd.DataFrame:
    """A row per part, and without a breakdown one for the whole; numbers as numbers, to reckon with in a file."""
    metric = CATALOGUE[report.metric]
    cells = result.parts if report.breakdown else (result.whole,)
    factor = 100 if metric.unit == "share" else 1
    unit = {"share": ", %", "HKD": f", {currency()}", "days": ", days", "hours": ", hours"}.get(
        metric.unit, ""
    )
    first = by_in_words(report.breakdown) if report.breakdown else "Period"
    columns: dict[str, list[Any]] = {
        first: [_label(report, c, word) for c in cells],
        f"{metric.label}{unit}": [factor * c.value for c in cells],
    }
    if isinstance(metric, Ratio):
        columns["Cases"] = [c.cases for c in cells]
    if any(c.bounds for c in cells):
        for at, name in enumerate(("95% from", "95% to")):
            columns[f"{name}{unit}"] = [factor * c.bounds[at] if c.bounds else float("nan") for c in cells]
    if report.breakdown != MONTH and result.whole.change is not None:
        columns[f"{report_words.before(metric, result.whole.period, covered)}{unit}"] = [
            factor * c.before for c in cells
        ]
        columns["Change"] = [report_words.moved(metric, c) for c in cells]
    notes = [_note(report, c) for c in cells]
    if any(notes):
        columns["Note"] = notes
    # A number in the table has as many places as the same figure in words.
    numbers = {k: 0 if k == "Cases" else PLACES[metric.unit] for k, v in columns.items() if _numbers(v)}
    return pd.DataFrame(columns).assign(
        **{k: rounded_column(pd.Series(columns[k]), places) for k, places in numbers.items()}
    )


def _numbers(column: list[Any]) -> bool:
    return all(isinstance(v, float | int) for v in column)


def _note(report: SavedReport, cell: Cell) -> str:
    part = f"partial: {cell.period.in_words()}" if report.breakdown == MONTH and cell.partial else ""
    return "; ".join(w for w in (cell.missing, part) if w)
