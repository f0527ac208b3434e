"""What belongs to a record: its goal and its events; of an observation also the buttons that open what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day
from pages.components import data, forms, goal_origin, links
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration import record_links, record_outcomes
from workflow.collaboration.pinned_figures import pinned
from workflow.collaboration.record_kind import Record
from workflow.goals.goal_records import every_goal
from workflow.goals.goal_setting import MAY_SET
from workflow.records import annotations as chart_events


def show(record: Record, viewer: Viewer) -> None:
    """Its links, then what can be opened out of it now."""
    _links(record, viewer)
    if record_outcomes.may_act(record, viewer, connect.here().now().date()):
        _openings(record, viewer)


def _links(record: Record, viewer: Viewer) -> None:
    reader = data.reader(viewer)
    for link in record_links.links(reader):
        if link.record_id != record.record_id:
            continue
        if link.about == record_links.GOAL:
            goal = next((g for g in every_goal(reader) if g.goal_id == link.target), None)
            if goal is not None and links.has("goals"):
                words = f"Goal {goal.goal_id}: {CATALOGUE[goal.metric].label}, {goal.part_in_words()}"
                if st.button(
                    escaped(words), key=f"goal-of-{link.target}", icon=":material/flag:", type="tertiary"
                ):
                    links.to("goals", goal=str(goal.goal_id))
        elif (pin := pinned(reader).get(record.pin_id or 0)) is not None:
            events = chart_events.events(reader, pin.metric)
            for event in events[events["annotation_id"] == link.target].itertuples():
                when = day(pd.Timestamp(str(event.happened_on)).date())
                words = f"On the chart of {CATALOGUE[pin.metric].label}, {when}: {event.said}"
                st.caption(f":material/push_pin: {escaped(words)}")


def _openings(record: Record, viewer: Viewer) -> None:
    pin = pinned(data.reader(viewer)).get(record.pin_id or 0)
    with st.container(horizontal=True, gap="small", key=f"openings-{record.record_id}"):
        if pin is not None:
            with (
                st.popover("Pin an event", icon=":material/push_pin:", key=f"event-of-{record.record_id}"),
                forms.form(f"event of {record.record_id}", record.version) as form,
            ):
                st.text_input(
                    "What happened", max_chars=chart_events.LONGEST, key=form.keep("event", record.title[:80])
                )
                forms.date_input("On", form.keep("when", pin.ends_on))
                form.submit("Pin", partial(_pin, record.record_id, record.version), type="primary")
        with (
            st.popover("Check the data", icon=":material/fact_check:", key=f"check-of-{record.record_id}"),
            forms.form(f"check of {record.record_id}", record.version) as form,
        ):
            st.text_input("What is to be checked?", max_chars=110, key=form.keep("check", record.title[:110]))
            form.submit("Open the check", partial(_check, record.record_id, record.version), type="primary")
        if (
            pin is not None
            and viewer.role in MAY_SET
            and links.has("goals")
            and st.button("Set a goal", icon=":material/flag:", key=f"goal-for-{record.record_id}")
        ):
            goal_origin.begin(goal_origin.GoalOrigin(record.record_id, record.version, pin.metric))
            links.to("goals")


def _pin(record_id: int, version: int, viewer: Viewer, values: Mapping[str, Any]) -> str:
    return record_outcomes.pin_event(
        connect.here(), viewer, record_id, version, values["when"], str(values["event"] or "")
    )


def _check(record_id: int, version: int, viewer: Viewer, values: Mapping[str, Any]) -> str:
    return record_outcomes.check_data(connect.here(), viewer, record_id, version, str(values["check"] or ""))
