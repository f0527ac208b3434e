"""One step for the customers that are ticked in the queue: recorded for all of them, or for none."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from pages.components import data, forms
from warehouse.access.reader import Viewer
from warehouse.errors import ChangeRefused
from warehouse.stores import connect
from workflow.alerts import assignment
from workflow.alerts.alert_steps import LONGEST_SNOOZE_DAYS, SNOOZED, STEPS, record_for_all

MOVE, POOL = "move", "the pool"
FOR_SEVERAL = ("acknowledged", SNOOZED)
"""The steps that can be true of several customers at once; what was said with one is recorded with that one."""


def show(alerts: pd.DataFrame, viewer: Viewer, today: date) -> None:
    """A popover with the form for the customers behind `alerts`, all of whose open alerts take the step."""
    people = alerts["customer_id"].nunique()
    seen = {str(a): int(v) for a, v in zip(alerts["alert_id"], alerts["version"], strict=True)}
    with st.popover(f"{people} ticked", icon=":material/checklist:"):
        _form(seen, people, viewer, today)


def _form(seen: Mapping[str, int], people: int, viewer: Viewer, today: date) -> None:
    lead = viewer.role == "team_lead"
    words = {step: STEPS[step] for step in FOR_SEVERAL} | ({MOVE: "Give to a colleague"} if lead else {})
    names = _colleagues(viewer) if lead else {}

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        step, note = values["step"], str(values["note"] or "")
        whom = "1 customer" if people == 1 else f"{people} customers"
        if step not in words:
            raise ChangeRefused("Choose what to do, and record it again.")
        if step == MOVE:
            to_rm = values["to"]
            if to_rm is None:
                raise ChangeRefused("Choose who gets them, and record it again.")
            assignment.reassign_all(connect.here(), viewer, seen, None if to_rm == POOL else to_rm, note)
            return f"Moved: {whom}. They stay with their own RM."
        until = values["until"] if step == SNOOZED and isinstance(values["until"], date) else None
        record_for_all(connect.here(), viewer, seen, step, note, until=until, today=today)
        return f"Recorded for {whom}: {STEPS[step]}."

    with forms.form("several", " ".join(f"{a} {v}" for a, v in sorted(seen.items()))) as form:
        st.selectbox(
            "What to do with all of them",
            list(words),
            format_func=lambda step: words[step],
            index=None,
            placeholder="Choose",
            key=form.keep("step", None, among=words),
        )
        if lead:
            choices = [*names, POOL]
            st.selectbox(
                "If given away: to",
                choices,
                format_func=lambda rm: "The pool" if rm == POOL else names[rm],
                index=None,
                placeholder="Choose",
                key=form.keep("to", None, among=choices),
            )
        st.text_input("Note or reason", max_chars=500, key=form.keep("note", ""))
        forms.date_input(
            "If later: back on",
            form.keep("until", today + timedelta(days=7)),
            first=today + timedelta(days=1),
            last=today + timedelta(days=LONGEST_SNOOZE_DAYS),
        )
        form.submit("Record for all", write, type="primary", icon=":material/check:")


def _colleagues(viewer: Viewer) -> dict[str, str]:
    team = assignment.members(data.reader(viewer))
    return dict(zip(team["rm_id"], team["name"], strict=True))
