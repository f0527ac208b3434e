"""Figures of others beside ours: shown with source, date and population, or not at all."""

import streamlit as st

from metrics import CATALOGUE
from metrics.words import day, figure
from pages.kit import data
from warehouse import connect
from warehouse.access import Viewer
from warehouse.errors import Problem
from workflow import benchmarks


def block(name: str, viewer: Viewer) -> None:
    """The benchmarks of a metric, and a form for those who may enter one."""
    metric = CATALOGUE[name]
    for row in benchmarks.standing(data.reader(viewer), name).itertuples():
        st.text(
            f"Elsewhere: {figure(metric, row.value)}. {row.source}, {day(row.published_on)}; measured on "
            f"{row.population}. "
            f"Entered by {row.entered_by}."
        )
    if viewer.role not in benchmarks.MAY_ENTER:
        return
    with (
        st.popover("Enter a benchmark", icon=":material/flag:", type="tertiary"),
        st.form(f"benchmark-{name}", border=False),
    ):
        scale = 100 if metric.unit == "share" else 1
        value = st.number_input(f"{metric.label}{' (%)' if scale == 100 else ''}", value=None, step=1.0)
        source = st.text_input("Source: who published it, and where", max_chars=300)
        on = st.date_input("Published on", value=None, max_value=data.as_of(viewer))
        population = st.text_input("Whom it was measured on", max_chars=300)
        saved = st.form_submit_button("Enter", type="primary")
    if saved:
        try:
            told = None if value is None else value / scale
            benchmarks.enter(connect.here(), viewer, name, told, source, on, population)
            st.rerun()
        except Problem as problem:
            st.warning(str(problem), icon=":material/error:")
