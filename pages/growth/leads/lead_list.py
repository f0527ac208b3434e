"""The leads that wait for Sales: accept in one click, reject in two, take back what was a slip."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import as_typed, day, numeral, until
from metrics.definitions.scope import Scope
from pages.components import data, forms, tables
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.qualification import lead_decisions, lead_review
from workflow.qualification.lead_review import WaitingLead
from workflow.records.people import called

NONE = {
    "late": "No lead that waits for a decision is past the first-contact SLA.",
    "soon": "No lead that waits for a decision has time left until the first-contact SLA is due.",
    "contacted": "No lead that waits for a decision has been contacted.",
    "all": "No lead waits for a decision.",
}
PER_PAGE = 6
LONG_AGO = 90
"""Working hours after which the day says more than the hours."""


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
    if chosen.empty:
        tables.empty(NONE[kind or "all"])
        return
    pages = -(-len(chosen) // PER_PAGE)
    number = min(st.session_state.get("wait_page", 1), pages)
    on_page = chosen.iloc[(number - 1) * PER_PAGE : number * PER_PAGE]
    for lead, campaign in zip(rows_of(on_page, WaitingLead), on_page["campaign"], strict=True):
        _line(lead, campaign, badge=not uncalled)
    if pages > 1:
        st.pagination(pages, key="wait_page")


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


def _line(lead: WaitingLead, campaign: str, *, badge: bool) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"lead-{lead.lead_id}"):
        with st.container(gap="xxsmall"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                name = f"Lead {lead.lead_id}" if lead.full_name is None else lead.full_name
                st.markdown(f"**{escaped(name)}**", width="content")
                if badge:
                    _badge(lead)
                else:
                    st.badge(f"Qualified {day(lead.mql_at)}", icon=":material/schedule:", color="gray")
            score = "" if lead.score is None else f" · score {numeral(lead.score)}"
            phone = "" if lead.phone is None else f" · {lead.phone}"
            back = f" · came back {day(lead.mql_at)}" if lead.again else ""
            text = f"{plain(lead.product).capitalize()} · {campaign}{score}{phone}{back}"
            st.caption(escaped(text))
        # The two stay beside each other also where the line is narrow.
        with st.container(horizontal=True, width="content", gap="small"):
            name = f"review {lead.lead_id} {lead.version}"
            forms.button(
                name,
                "Accept",
                partial(_record, lead.lead_id, lead.version, "accepted", ""),
                key=f"accept-{lead.lead_id}",
                icon=":material/check:",
            )
            with st.popover("Reject", icon=":material/close:"):
                for reason, to_nurture in lead_review.REASONS.items():
                    forms.button(
                        name,
                        f"{reason} (back to Marketing)" if to_nurture else reason,
                        partial(_record, lead.lead_id, lead.version, "rejected", reason),
                        key=f"reject-{lead.lead_id}-{reason}",
                        type="tertiary",
                    )


def _badge(lead: WaitingLead) -> None:
    if lead.contacted_at is not None:
        st.badge(f"Contacted {day(lead.contacted_at)}", icon=":material/call:", color="gray")
    elif lead.late > LONG_AGO:
        st.badge(f"Was due {day(lead.due_at)}", icon=":material/schedule:", color="red")
    elif lead.late > 0:
        st.badge(f"{numeral(lead.late)} working hours late", icon=":material/schedule:", color="red")
    else:
        st.badge(f"Call by {until(lead.due_at)}", icon=":material/schedule:", color="orange")


def _record(
    lead_id: str, seen_version: int, verdict: str, reason: str, viewer: Viewer, _: Mapping[str, Any]
) -> str:
    lead_review.review(connect.here(), viewer, lead_id, verdict, reason, seen_version)
    return f"Recorded: {plain(verdict)}. Marketing sees it on the campaign now."


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
                st.text(
                    f"Lead {row.lead_id}, {names.get(str(row.campaign_id), 'no campaign')}: {row.verdict}{reason} by "
                    f"{people[row.reviewed_by]}, {row.reviewed_at:%d %b %H:%M}. In the bank's tables: {row.in_bank}."
                )
                mine = row.reviewed_by == viewer.username and row.in_bank == "not yet"
                if mine:
                    forms.button(
                        f"review {row.lead_id} {row.version}",
                        "Undo",
                        partial(_record, row.lead_id, row.version, "taken_back", ""),
                        key=f"undo-{row.lead_id}",
                        type="tertiary",
                    )
