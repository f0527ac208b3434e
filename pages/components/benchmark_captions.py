"""Figures of others beside ours: shown with source, date and population, or not at all."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day, figure
from pages.components import data, forms
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.stores import connect
from workflow.records import benchmarks
from workflow.records.people import called


def block(name: str, viewer: Viewer) -> None:
    """The benchmarks of a metric, and a form for those who may enter one."""
    metric = CATALOGUE[name]
    entries = benchmarks.standing(data.reader(viewer), name)
    names = called(connect.here(), entries["entered_by"])
    for entry in rows_of(entries, benchmarks.OutsideBenchmark):
        st.text(
            f"Elsewhere: {figure(metric, entry.value)}. {entry.source}, {day(entry.published_on)}; measured on "
            f"{entry.population}. Entered by {names[entry.entered_by]}."
        )
    if viewer.role not in benchmarks.MAY_ENTER:
        return
    scale = 100 if metric.unit == "share" else 1

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        value = values["value"]
        benchmarks.enter(
            connect.here(),
            viewer,
            name,
            None if value is None else value / scale,
            str(values["source"] or ""),
            values["on"],
            str(values["population"] or ""),
        )
        return "Entered."

    with (
        st.popover("Enter a benchmark", icon=":material/flag:", type="tertiary"),
        forms.form(f"benchmark {name}") as form,
    ):
        st.number_input(
            f"{metric.label}{' (%)' if scale == 100 else ''}", value=None, step=1.0, key=form.keep("value")
        )
        st.text_input("Source: who published it, and where", max_chars=300, key=form.keep("source", ""))
        forms.date_input("Published on", form.keep("on"), last=data.as_of(viewer), value=None)
        st.text_input("Whom it was measured on", max_chars=300, key=form.keep("population", ""))
        form.submit("Enter", write, type="primary")
