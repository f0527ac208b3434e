"""Charts whose marks open: a click on a bar or a point shows the rows behind it, as a table's number does."""

from collections.abc import Sequence

import streamlit as st

from pages.charts import charts
from pages.components import export_button
from pages.figures import drill
from pages.figures.drill import DrillFigure

Opens = Sequence[Sequence[DrillFigure | None]]
"""Per series, per mark, the figure it shows; None where there is nothing to open."""


def show(drawn: charts.Figure, *, alt: str, key: str, opens: Opens, texts: Sequence[Sequence[str]]) -> None:
    """A chart as `charts.show` draws it; a clicked mark opens its figure under the words it has in `texts`."""
    clicked_mark = f"mark of {key}"

    def clicked(series: int, mark: int) -> None:
        st.session_state[clicked_mark] = (series, mark)

    charts.show(drawn, alt=alt, key=key, on_click=clicked)
    series, mark = st.session_state.pop(clicked_mark, (-1, -1))
    # What was clicked may lie outside a chart that has become smaller since.
    if 0 <= series < len(opens) and mark < len(opens[series]):
        opened = opens[series][mark]
        if opened is not None:
            drill.show(opened, texts[series][mark], export_button.here().viewer, when_closed="ignore")
