"""A figure opens into the rows behind it; for who sees only totals, into its parts."""

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import column, figure
from metrics.definitions import published_margins
from metrics.definitions.dimensions import DIMENSIONS
from metrics.definitions.measure import Measure, Metric, Ratio, measures_of
from metrics.definitions.scope import Scope
from metrics.query import drill_rows
from metrics.query.query import Query, unanswerable
from metrics.query.time_coverage import counted
from pages.charts import trend
from pages.components import data, tables
from pages.components import viewer as door
from warehouse.access.reader import Viewer
from warehouse.schema import plain

ON_SCREEN = 500
"""Rows shown of a longer list."""
_CODED = ("channel", "product", "category", "segment", "stage", "kind", "severity")
"""Columns whose values are codes of the tables."""
_WORDS = {"sum": "sum", "median": "median", "p90": "90th percentile"}


@dataclass(frozen=True, kw_only=True)
class DrillFigure:
    """A number on the screen: a metric of the catalogue, or a page's own count of rows, over a part of the bank."""

    of: str | Measure
    scope: Scope
    says: str = ""
    """How the number comes from the rows, where it is neither their number nor the total of a column."""

    @property
    def metric(self) -> Metric:
        return CATALOGUE[self.of] if isinstance(self.of, str) else self.of


def button(name: str, scope: Scope, viewer: Viewer, key: str) -> None:
    """A small button that opens the figure."""
    if st.button(
        ":primary[Open]", key=f"open-figure-{key}", type="tertiary", help="The rows behind this figure"
    ):
        value = data.ask(viewer, [name], scope, periods=[scope.period])[name].iloc[0]
        show(DrillFigure(of=name, scope=scope), figure(CATALOGUE[name], value), viewer, when_closed="ignore")


def show(
    drilled: DrillFigure, value: str, viewer: Viewer, *, when_closed: Literal["ignore", "rerun"] = "rerun"
) -> None:
    """Open a figure over the page, under the value it has there."""
    title = f"{drilled.metric.label}: {value}"
    dialog = st.dialog(title, width="large", icon=":material/table_rows:", on_dismiss=when_closed)
    dialog(_opened)(drilled, viewer.row_rule)


def _opened(drilled: DrillFigure, opened_for: str) -> None:
    """The figure with its rows. Inside a dialog the frame does not run, so who is looking is asked here again."""
    viewer = door.viewer()
    if viewer is None or viewer.row_rule != opened_for:
        st.info("You have been signed out, or your role has changed. Load the page again.")
        return
    st.caption(f"{drilled.metric.description} {drilled.scope.in_words()}.")
    if not isinstance(drilled.of, str):
        _rows_of_its_own(drilled, drilled.of, viewer)
        return
    behind, over_time = st.tabs(["Behind it", "Over time"])
    with behind:
        block(drilled.of, drilled.scope, viewer)
    with over_time:
        trend.block(drilled.of, drilled.scope, viewer)


def _rows_of_its_own(drilled: DrillFigure, measure: Measure, viewer: Viewer) -> None:
    """The rows of a count that only its page makes: it has no parts and no months in the catalogue."""
    if drill_rows.are_shown(measure, drilled.scope, data.reader(viewer)):
        _rows(plain(measure.label), measure, drilled.scope, viewer, drilled.says)
    else:
        st.info(
            "Your role sees aggregates, not single people, so the leads behind this figure are not listed. Sales and "
            "analysts may open them.",
            icon=":material/lock:",
        )


def block(name: str, scope: Scope, viewer: Viewer) -> None:
    """The rows that a metric counts in a scope; of a ratio, those above and those below the line."""
    metric = CATALOGUE[name]
    days = counted(metric, scope.period, data.coverage_of(viewer))
    if days is None:
        answer = data.ask(viewer, [name], scope, periods=[scope.period]).iloc[0]
        missing = data.why_missing(viewer, name, scope.period, answer)
        tables.empty(missing.sentence if missing else "No rows in this period.")
        return
    # The rows are those of the days the figure counts: what was not delivered has none.
    scope = scope.over(days)
    if isinstance(metric, Ratio):
        parts = [m.name for m in measures_of(metric)]
        answer = data.ask(viewer, parts, scope, periods=[scope.period]).iloc[0]
        chosen = st.segmented_control(
            f"{metric.label} divides",
            parts,
            default=parts[0],
            format_func=lambda n: f"{CATALOGUE[n].label}: {figure(CATALOGUE[n], answer[n])}",
            key=f"part-{name}",
            required=True,
        )
        name = chosen if chosen in parts else parts[0]
    measure = data.catalogue(viewer)[name]
    assert isinstance(measure, Measure)
    if drill_rows.are_shown(measure, scope, data.reader(viewer)):
        _rows(name, measure, scope, viewer)
    else:
        _parts(name, measure, scope, viewer)


def _rows(name: str, measure: Measure, scope: Scope, viewer: Viewer, says: str = "") -> None:
    statement, total = behind(measure, scope, viewer)
    if not total:
        tables.empty("No rows in this period.")
        return
    frame = data.fresh_or_cached(viewer, statement.limit(ON_SCREEN))
    how_many = f"The first {ON_SCREEN:,} of {total:,} rows" if total > ON_SCREEN else f"{total:,} rows"
    st.caption(f"{how_many}. {says or _adds_up(measure)}")
    tables.show(
        in_words(frame),
        f"rows-{name}",
        of=Query.of([name], scope, periods=[scope.period]) if name in CATALOGUE else None,
        called=f"rows behind {measure.label}",
        whole=lambda now: in_words(data.reader(now).frame(statement)),
        columns=_formats(measure, frame),
    )


def behind(measure: Measure, scope: Scope, viewer: Viewer) -> tuple[Any, int]:
    """The statement of the rows behind a figure, with the columns the viewer sees, and how many rows it gives."""
    statement = drill_rows.behind(measure, scope, drill_rows.columns_for(measure.fact, viewer))
    return statement, int(data.fresh_or_cached(viewer, drill_rows.number_of(statement))["n"].iloc[0])


def _adds_up(measure: Measure) -> str:
    counted = drill_rows.column_counted(measure)
    if counted is None:
        return "Each row counts once; the figure is the number of rows."
    word = _WORDS[measure.total]
    return f"The {word} of the column “{column(counted)}” is the figure."


def in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with its columns named as people say them, and words instead of codes: `paid_search` → `Paid search`."""
    coded = [name for name in _CODED if name in frame]
    words = {c: frame[c].map(lambda v: plain(v).capitalize(), na_action="ignore") for c in coded}
    return frame.assign(**words).rename(columns=column)


def _formats(measure: Measure, frame: pd.DataFrame) -> dict[str, Any]:
    """Dates, moments and amounts as the house writes them, each column with its sentence."""
    formats: dict[str, Any] = {}
    for name in frame.columns:
        meaning = (
            measure.fact.c[name].comment if name in measure.fact.c else "What the row adds to the figure."
        )
        if name.endswith("_on"):
            look: Any = st.column_config.DateColumn(format="D MMM YYYY", help=meaning)
        elif name.endswith("_at"):
            look = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", help=meaning)
        elif pd.api.types.is_float_dtype(frame[name]):
            look = st.column_config.NumberColumn(format="localized", help=meaning)
        else:
            look = st.column_config.Column(help=meaning)
        formats[column(name)] = look
    return formats


def _parts(name: str, measure: Measure, scope: Scope, viewer: Viewer) -> None:
    """The figure's parts, for a role that sees totals only."""
    fewest = data.reader(viewer).smallest_cell
    st.info(
        "Your role sees aggregates, not single people, so these are the parts of the figure instead of its rows. Parts "
        f"about fewer than {fewest} people stay blank, and those by which one could work them out.",
        icon=":material/lock:",
    )
    ways = [
        d
        for d in DIMENSIONS
        if unanswerable(name, Query.of([name], scope, [d])) is None
        and not published_margins.refusal([d], scope.filters)
    ]
    if not ways:
        st.caption("This figure is not kept by any breakdown.")
        return
    way = st.segmented_control(
        "By",
        ways,
        default=ways[0],
        format_func=lambda d: plain(d).capitalize(),
        key=f"by-{name}",
        required=True,
    )
    way = way if way in ways else ways[0]
    answer = data.ask(viewer, [name], scope, by=[way], periods=[scope.period])
    answer = answer[answer[name].fillna(1) != 0].sort_values(name, ascending=False, na_position="last")
    frame = pd.DataFrame(
        {
            plain(way).capitalize(): [plain(v).capitalize() for v in answer[way]],
            measure.label: answer[name].to_numpy(),
        }
    )
    tables.show(
        frame,
        f"parts-{name}",
        "too few",
        of=Query.of([name], scope, [way], [scope.period]),
        called=f"{measure.label} by {way}",
        columns={measure.label: st.column_config.NumberColumn(format="localized")},
    )
