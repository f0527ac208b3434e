"""A metric month by month, with the events people pinned to it, and the way to pin one."""

from datetime import date

import pandas as pd
import streamlit as st

from metrics import CATALOGUE
from metrics.scope import Scope, full_months
from metrics.words import day, figure
from pages.kit import charts, data, time_charts
from pages.kit import viewer as door
from warehouse import connect
from warehouse.access import Viewer
from warehouse.errors import Problem
from workflow import annotations, people

MONTHS = 12


def block(name: str, scope: Scope, viewer: Viewer) -> None:
    """Twelve full months up to the end of the scope, under its filters."""
    metric = CATALOGUE[name]
    months = full_months(scope.period.end, MONTHS)
    answer = data.ask(viewer, [name], scope, periods=months)
    values = [float(v) * (100 if metric.unit == "share" else 1) for v in answer[name]]
    pinned = annotations.events(data.reader(viewer), name)
    unit = {"share": "%", "HKD": "HKD"}.get(metric.unit, "")
    last = figure(metric, answer[name].iloc[-1])
    time_charts.line(
        [m.start for m in months],
        values,
        unit=unit,
        alt=f"{metric.label} by month; the last full month {last}",
        key=f"trend-{name}",
        events=time_charts.marks(pinned, months[0].start, scope.period.end),
    )
    charts.table_below(
        pd.DataFrame({"Month": [f"{m.start:%b %Y}" for m in months], metric.label: values}), f"months-{name}"
    )
    names = people.called(connect.here(), pinned["pinned_by"])
    for event in pinned.itertuples():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{day(event.happened_on)}: {event.said} ({names[event.pinned_by]})", width="content")
            if event.pinned_by == viewer.username or viewer.role == "analyst":
                st.button(
                    "Take back",
                    key=f"withdraw-{event.annotation_id}",
                    type="tertiary",
                    on_click=_withdraw,
                    args=(int(event.annotation_id),),
                )
    if viewer.role != "administrator":
        _form(name, scope.period.end)


def _form(name: str, until: date) -> None:
    with (
        st.popover("Pin an event", icon=":material/push_pin:", type="tertiary"),
        st.form(f"pin-{name}", clear_on_submit=True, border=False),
    ):
        said = st.text_input("What happened", max_chars=annotations.LONGEST, placeholder="Rate change")
        when = st.date_input("On", value=until, format="DD/MM/YYYY")
        everywhere = st.checkbox("Show it on the charts of every figure")
        if st.form_submit_button("Pin"):
            viewer = door.viewer()
            try:
                if viewer is not None and isinstance(when, date):
                    annotations.pin(connect.here(), viewer, "" if everywhere else name, when, said)
                    st.rerun(scope="fragment")
            except Problem as problem:
                st.warning(str(problem))


def _withdraw(annotation_id: int) -> None:
    viewer = door.viewer()
    if viewer is None:
        return
    try:
        annotations.withdraw(connect.here(), viewer, annotation_id)
    except Problem as problem:
        st.toast(str(problem))
