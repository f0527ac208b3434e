"""The part of a report that sets its breakdown across a second dimension, or months: lines and a table."""

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.currency import currency
from metrics.comparison.words import figure, rounded_column
from metrics.definitions.scope import parts_by_month
from metrics.query.query import Query
from metrics.query.report_pivot import MOST_COLUMNS, pivot
from metrics.query.report_query import MONTH, SavedReport
from pages.charts import charts, time_charts
from pages.components import data, tables, theme
from pages.together.report_words import LabelOf, by_in_words
from warehouse.access.reader import Viewer

LINES = 3
"""The first values of the breakdown are drawn, each in its own colour; all stand in the table."""


def show(viewer: Viewer, report: SavedReport, word: LabelOf) -> None:
    """Lines over months for the largest values, and the table of all."""
    name, metric = report.metric, CATALOGUE[report.metric]
    by_month = data.by_month(viewer)
    cells = pivot(
        report, data.as_of(viewer), lambda s, b, p: data.ask(viewer, [name], s, b, p), by_month=by_month
    )
    rows, across = by_in_words(report.breakdown), by_in_words(report.across).lower()
    st.header(f"{metric.label} by {rows.lower()} and {across}")
    if cells.empty or cells.isna().all(axis=None):
        tables.empty("No figure is known for these two together.", "Choose a longer period or fewer filters.")
        return
    labels = [word(report.breakdown, v) for v in cells.index]
    heads = [f"{c:%b %Y}" if report.across == MONTH else word(report.across, c) for c in cells.columns]
    factor = 100 if metric.unit == "share" else 1
    if report.across == MONTH:
        _lines(
            metric.label, cells * factor, labels, [[figure(metric, v) for v in r] for r in cells.to_numpy()]
        )
    unit = {"share": ", %", "HKD": f", {currency()}"}.get(metric.unit, "")
    frame = pd.DataFrame({f"{rows}{unit}": labels})
    for at, head in enumerate(heads):
        frame[head] = rounded_column(factor * cells.iloc[:, at], 1).to_numpy()
    scope = report.scope(data.as_of(viewer), by_month=by_month)
    by = [report.breakdown] if report.across == MONTH else [report.breakdown, report.across]
    periods = parts_by_month(scope.period) if report.across == MONTH else (scope.period,)
    hidden = data.hidden_below(viewer, metric) is not None
    tables.show(
        frame,
        "report-across",
        "too few" if hidden else "–",
        of=Query.of([name], scope, by, periods),
        called=f"{metric.label} by {rows.lower()} and {across}",
        columns={head: st.column_config.NumberColumn(format="localized") for head in heads},
    )
    if len(heads) == MOST_COLUMNS and report.across != MONTH:
        st.caption(f"The first {MOST_COLUMNS} values of {across} stand beside each other.")


def _lines(name: str, cells: pd.DataFrame, labels: list[str], texts: list[list[str]]) -> None:
    days = [f"{c:%Y-%m-%d}" for c in cells.columns]
    marks = []
    for at, colour in zip(range(min(LINES, len(cells))), theme.apart(), strict=False):
        look = {"mode": "lines+markers", "name": labels[at], "line": {"color": colour, "width": 2}}
        look |= {"marker": {"color": colour, "size": 7}, "hovertemplate": f"%{{x|%b %Y}}: {charts.SAYS}"}
        says = [f"{labels[at]} {text}" for text in texts[at]]
        marks.append(charts.points(days, cells.iloc[at].tolist(), says, **look))
    y = charts.AMOUNT | {"nticks": 4, "tickformat": "~s"}
    drawn = charts.figure(marks, 260, time_charts.days_of(list(cells.columns)), y, showlegend=True)
    charts.show(drawn, alt=f"{name} by month for {', '.join(labels[:LINES])}", key="report-across-lines")
    if len(labels) > LINES:
        st.caption(f"Drawn are the first {LINES} of {len(labels)}; all stand in the table.")
