"""Tables whose figures open: a click on a number shows the rows behind it, as a card's button does."""

from collections.abc import Mapping, Sequence
from numbers import Real
from types import MappingProxyType

import pandas as pd
import streamlit as st

from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import numeral
from metrics.definitions.meaning import Meaning
from metrics.query.missing_reasons import not_given_for
from metrics.query.query import Query
from pages.components import data, export_button, tables
from pages.components.tables import Columns
from pages.figures import drill
from pages.figures.drill import DrillFigure

Opens = Mapping[str, Sequence[DrillFigure | None]]
"""Column → per row the figure its cell shows; None where it shows none."""


def show(
    frame: pd.DataFrame,
    key: str,
    empty_cell: str = "–",
    *,
    opens: Opens,
    of: Query | None = None,
    means: Meaning | None = None,
    columns: Columns = MappingProxyType({}),
) -> None:
    """A table as `tables.show` draws it, whose figures open; a column whose figures were not given says “not known”."""
    unknown = [column for column in opens if column in frame and _not_given(opens[column])]
    frame = frame.assign(**dict.fromkeys(unknown, str(Verdict.NOT_KNOWN)))
    columns = {name: config for name, config in columns.items() if name not in unknown}
    clicked = tables.show(frame, key, empty_cell, of=of, opens=True, means=means, columns=columns)
    if clicked is None:
        return
    row, column = clicked
    figures = opens.get(column, ())
    # A selection kept from before may lie outside a table that has become shorter.
    opened = figures[row] if row < len(figures) else None
    if opened is not None:
        drill.show(opened, _in_words(frame.iloc[row][column], empty_cell), export_button.here().viewer)


def below(frame: pd.DataFrame, key: str, *, opens: Opens, of: Query | None = None) -> None:
    """The table below a chart, folded."""
    with st.expander("Show as a table"):
        show(frame, key, opens=opens, of=of)


def _not_given(figures: Sequence[DrillFigure | None]) -> bool:
    """Whether the bank gave nothing that one of a column's figures of the catalogue is read from."""
    names = {figure.of for figure in figures if figure is not None and isinstance(figure.of, str)}
    return bool(names) and not_given_for(names, data.coverage_of(export_button.here().viewer)) is not None


def _in_words(cell: object, empty_cell: str) -> str:
    if isinstance(cell, Real):
        return empty_cell if pd.isna(float(cell)) else numeral(float(cell))
    return str(cell)
