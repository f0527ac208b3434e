"""The leads that wait for Sales: which are listed, how they compare with the figures, and what was decided here."""

from functools import partial

import pandas as pd
import streamlit as st

from metrics.comparison.words import as_typed, day, numeral
from metrics.definitions.scope import Scope
from pages.components import data, forms, tables, undo_line
from pages.growth.leads import lead_table
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.stores import connect
from workflow.qualification import lead_decisions, lead_review
from workflow.records.people import called

NONE = {
    "late": "No lead that waits for a decision is past the first-contact SLA.",
    "soon": "No lead that waits for a decision has time left until the first-contact SLA is due.",
    "contacted": "No lead that waits for a decision has been contacted.",
    "all": "No lead waits for a decision.",
}


def waiting(viewer: Viewer, names: dict[str, str], scope: Scope) -> pd.DataFrame:
    """The viewer's list under the filters of the page, read fresh: a colleague may just have decided."""
    return lead_review.waiting(data.reader(viewer), data.as_of(viewer), scope.filters).assign(
        campaign=lambda f: f["campaign_id"].map(lambda c: names.get(c, "no campaign"))
    )


def show(viewer: Viewer, waiting: pd.DataFrame, hours: float, scope: Scope) -> None:
    """Those past the promise first, a few at a time, and how many of them the figures of the period count."""
    uncalled = tables.lacking(viewer, "leads.contacted_at")
    called = waiting["contacted_at"].notna()
    parts = {
        "late": waiting[~called & (waiting["late"] > 0)],
        "soon": waiting[~called & (waiting["late"] <= 0)],
    }
    parts |= {"contacted": waiting[called], "all": waiting}
    if uncalled:
        # Who was called is not known, so nobody is called late.
        parts = {"all": waiting}
    st.header(f"{len(waiting):,} leads wait for your decision")
    labels = {
        "late": f"Past {as_typed(hours)} working hours",
        "soon": "Still in time",
        "contacted": "Contacted",
        "all": "All",
    }
    kind = st.segmented_control(
        "Show",
        list(parts),
        format_func=lambda k: f"{labels[k]} ({len(parts[k]):,})",
        default="late" if len(parts.get("late", ())) else "all",
        key="wait",
        label_visibility="collapsed",
    )
    st.caption(
        f"Who is past the first-contact SLA is {uncalled.clause}."
        if uncalled
        else _against_the_card(viewer, parts["late"], scope)
    )
    chosen = parts.get(kind or "all", waiting)
    undo_line.show(lead_table.PLACE)
    if chosen.empty:
        tables.empty(NONE[kind or "all"])
        return
    lead_table.show(chosen, viewer, dates_contacts=not uncalled)


def _against_the_card(viewer: Viewer, late: pd.DataFrame, scope: Scope) -> str:
    """Why the list and the figure above it differ, where they do: the figure is of the period's end, the list of now."""
    end, as_of = scope.period.end, data.as_of(viewer)
    card = data.ask(viewer, ["still_uncontacted"], scope, periods=[scope.period])["still_uncontacted"].iloc[0]
    again = int(late["again"].sum())
    text = f"Everybody who waits, whenever the lead came: {len(late):,} past the SLA."
    if again:
        text += (
            f" {again:,} of them had been rejected or lost and came back; the figure above is about the first handoff "
            "of each lead, so they are not in it."
        )
    if end != as_of:
        return f"{text} The figure above is of {day(end)}, the end of its period: {numeral(card)} were past it then."
    gone = int(card) - (len(late) - again) if pd.notna(card) else 0
    if gone > 0:
        return (
            f"{text} The figure above, {numeral(card)}, is as loaded on {day(as_of)}: {gone:,} of them have "
            "been decided on here since, and it learns of them with the next load."
        )
    return f"{text} The figure above counts the {'other' if again else 'same'} leads."


def decided(viewer: Viewer, names: dict[str, str]) -> None:
    """What was decided here, with the way back, and whether the bank's own tables say the same."""
    decisions = lead_decisions.recorded(data.reader(viewer))
    if decisions.empty:
        return
    people = called(connect.here(), decisions["reviewed_by"])
    with st.expander(f"Decided here ({len(decisions):,})"):
        differs = int((decisions["in_bank"] == "differs").sum())
        if differs:
            st.caption(f"{differs} differ from what the bank's tables say; there the bank's tables count.")
        for row in rows_of(decisions.head(30), lead_decisions.RecordedDecision):
            with st.container(horizontal=True, vertical_alignment="center"):
                reason = f", {row.reason.lower()}" if row.reason else ""
                reason += f" ({row.note})" if row.note else ""
                st.text(
                    f"Lead {row.lead_id}, {names.get(str(row.campaign_id), 'no campaign')}: {row.verdict}{reason} by "
                    f"{people[row.reviewed_by]}, {row.reviewed_at:%d %b %H:%M}. In the bank's tables: {row.in_bank}."
                )
                mine = row.reviewed_by == viewer.username and row.in_bank == "not yet"
                if mine:
                    forms.button(
                        f"review {row.lead_id} {row.version}",
                        "Undo",
                        partial(lead_table.undo, {row.lead_id: row.version}),
                        key=f"undo-{row.lead_id}",
                        type="tertiary",
                    )
