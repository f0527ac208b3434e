"""A metric month by month, with the events people pinned to it, and the way to pin one."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.currency import currency
from metrics.comparison.words import day, figure
from metrics.definitions.scope import Scope, full_months
from pages.charts import charts, time_charts
from pages.components import data, forms
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.errors import ChangeRefused
from warehouse.stores import connect
from workflow.records import annotations, people

MONTHS = 12


def block(name: str, scope: Scope, viewer: Viewer) -> None:
    """Twelve full months up to the end of the scope, under its filters."""
    metric = CATALOGUE[name]
    months = full_months(scope.period.end, MONTHS)
    answer = data.ask(viewer, [name], scope, periods=months)
    values = [float(v) * (100 if metric.unit == "share" else 1) for v in answer[name]]
    pinned = annotations.events(data.reader(viewer), name)
    unit = {"share": "%", "HKD": currency()}.get(metric.unit, "")
    last = figure(metric, answer[name].iloc[-1])
    events = time_charts.events_between(pinned, months[0].start, scope.period.end)
    charts.show(
        time_charts.line([m.start for m in months], values, unit=unit, events=events),
        alt=f"{metric.label} by month; the last full month {last}",
        key=f"trend-{name}",
    )
    charts.table_below(
        pd.DataFrame({"Month": [f"{m.start:%b %Y}" for m in months], metric.label: values}), f"months-{name}"
    )
    names = people.called(connect.here(), pinned["pinned_by"])
    for event in rows_of(pinned, annotations.PinnedEvent):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{day(event.happened_on)}: {event.said} ({names[event.pinned_by]})", width="content")
            if event.pinned_by == viewer.username or viewer.role == "analyst":
                forms.button(
                    f"withdraw {event.annotation_id}",
                    "Undo",
                    partial(_withdraw, event.annotation_id),
                    key=f"withdraw-{event.annotation_id}",
                    type="tertiary",
                )
    if viewer.role != "administrator":
        _form(name, scope.period.end)


def _form(name: str, until: date) -> None:
    with (
        st.popover("Pin an event", icon=":material/push_pin:", type="tertiary"),
        forms.form(f"pin {name}") as form,
    ):
        st.text_input(
            "What happened",
            max_chars=annotations.LONGEST,
            placeholder="Rate change",
            key=form.keep("said", ""),
        )
        forms.date_input("On", form.keep("when", until))
        st.checkbox("Show it on the charts of every figure", key=form.keep("everywhere", default=False))
        form.submit("Pin", partial(_pin, name))


def _pin(name: str, viewer: Viewer, values: Mapping[str, Any]) -> str:
    when = values["when"]
    if not isinstance(when, date):
        raise ChangeRefused("Choose the day on which it happened, and pin it again.")
    annotations.pin(
        connect.here(), viewer, "" if values["everywhere"] else name, when, str(values["said"] or "")
    )
    return "Pinned."


def _withdraw(annotation_id: int, viewer: Viewer, _: Mapping[str, Any]) -> str:
    annotations.withdraw(connect.here(), viewer, annotation_id)
    return "Undone."
