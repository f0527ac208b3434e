"""Leads that wait as a table: searched, put in order, one's own alone, and decided on one or several at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, numeral, rounded_column, until
from pages.components import forms, tables, undo_line, worklist
from pages.components.worklist import AT_MOST
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.errors import ChangeRefused
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.messages import rejection_news
from workflow.qualification import lead_review
from workflow.qualification.lead_review import OTHER, WaitingLead

PLACE = "leads"
LONG_AGO = 90
"""Working hours after which the day says more than the hours."""
ORDERS = {"call": "First to call", "oldest": "Oldest first"}


def show(waiting: pd.DataFrame, viewer: Viewer, *, dates_contacts: bool) -> None:
    """The lines of `lead_list.waiting`, and the decision on those that are ticked.

    Without `dates_contacts` nobody is late: when a lead was contacted is not known.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = _narrowed(waiting, viewer)
        bar = st.container(horizontal=True, vertical_alignment="bottom", width="content")
    if chosen.empty:
        tables.empty("No lead fits.", "Empty the search, or list all reps, to see the others.")
        return
    listed = chosen.head(AT_MOST)
    leads = rows_of(listed, WaitingLead)
    lines = _lines(leads, listed["campaign"].tolist(), dates_contacts=dates_contacts)
    drawn = (f"{lead.lead_id} {lead.version}" for lead in leads)
    ticked = worklist.ticked(lines, "leads-table", drawn, columns=_columns())
    worklist.left_out(len(chosen), AT_MOST, "", "Search or filter")
    seen = {leads[n].lead_id: leads[n].version for n in ticked}
    with bar:
        if seen:
            _decide(seen)
        else:
            st.caption("Tick the leads you accept or reject.", width="content")


def _narrowed(waiting: pd.DataFrame, viewer: Viewer) -> pd.DataFrame:
    words = worklist.words_searched("leads", "Search name, phone, campaign or rep", 280)
    order = st.selectbox(
        "Order",
        list(ORDERS),
        format_func=ORDERS.__getitem__,
        key="leads-order",
        label_visibility="collapsed",
        width=150,
    )
    mine = waiting["sales_rep"].fillna("").str.casefold() == viewer.full_name.casefold()
    if mine.any() and st.toggle(f"Mine ({int(mine.sum()):,})", key="leads-mine"):
        waiting = waiting[mine]
    text = waiting["lead_id"].astype(str)
    for column in ("full_name", "phone", "campaign", "product", "sales_rep"):
        text = text + " " + waiting[column].fillna("").astype(str)
    waiting = waiting[worklist.have_all(text, words)]
    return waiting if order != "oldest" else waiting.sort_values(["mql_at", "lead_id"])


def _lines(leads: list[WaitingLead], campaigns: list[str], *, dates_contacts: bool) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Lead": [lead.full_name or f"Lead {lead.lead_id}" for lead in leads],
            "Product": [plain(lead.product).capitalize() if lead.product else None for lead in leads],
            "Campaign": campaigns,
            "Phone": [lead.phone for lead in leads],
            "Score": rounded_column(pd.Series([lead.score for lead in leads], dtype=float)).to_list(),
            "Status": [status(lead) if dates_contacts else None for lead in leads],
            "Qualified": pd.to_datetime([lead.mql_at for lead in leads]).normalize(),
            "Rep": [lead.sales_rep for lead in leads],
            "Number": [lead.lead_id for lead in leads],
        }
    )


def status(lead: WaitingLead) -> str:
    """Where the first contact stands, in a few words; and whether the lead had been decided on before."""
    back = ", came back" if lead.again else ""
    if lead.contacted_at is not None:
        return f"Contacted {day(lead.contacted_at)}{back}"
    if lead.late > LONG_AGO:
        return f"Was due {day(lead.due_at)}{back}"
    if lead.late > 0:
        return f"{numeral(lead.late)} working hours late{back}"
    return f"Call by {until(lead.due_at)}{back}"


def _columns() -> tables.Columns:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "Lead": text(pinned=True, width=170),
        "Product": text(width="small"),
        "Campaign": text(width=170),
        "Phone": text(width=125),
        "Score": number(width=60, format="localized"),
        "Status": text(
            width=190,
            help="Came back: Sales had rejected or lost the lead, and it was reopened; it became qualified anew then.",
        ),
        "Qualified": st.column_config.DateColumn(format="D MMM YYYY", width=105),
        "Rep": text(width=110),
    }


def _decide(seen: Mapping[str, int]) -> None:
    count = len(seen)
    name = "review " + " ".join(f"{lead} {version}" for lead, version in sorted(seen.items()))
    accept = partial(_record, seen, "accepted", "")
    forms.button(
        name, f"Accept {count}", accept, key="accept-ticked", icon=":material/check:", type="primary"
    )
    with st.popover(f"Reject {count}", icon=":material/close:"), forms.form(name) as form:
        reasons = lead_review.REASONS
        st.selectbox(
            "Why",
            list(reasons),
            format_func=lambda reason: f"{reason} (back to Marketing)" if reasons[reason] else reason,
            index=None,
            placeholder="Choose a reason",
            key=form.keep("reason", None, among=reasons),
        )
        st.text_input(
            f"In words, needed for “{OTHER}”",
            max_chars=lead_review.LONGEST_NOTE,
            key=form.keep("note", ""),
        )
        form.submit("Reject", partial(_reject, seen), type="primary", icon=":material/close:")


def _reject(seen: Mapping[str, int], viewer: Viewer, values: Mapping[str, Any]) -> str:
    if values["reason"] is None:
        raise ChangeRefused("Choose why, and reject again. Nothing was recorded.")
    return _record(seen, "rejected", values["reason"], viewer, values)


def _record(
    seen: Mapping[str, int], verdict: str, reason: str, viewer: Viewer, values: Mapping[str, Any]
) -> str:
    if reason:
        rejection_news.reject_all(connect.here(), viewer, seen, reason, str(values.get("note") or ""))
    else:
        lead_review.review_all(connect.here(), viewer, seen, verdict)
    leads = "1 lead" if len(seen) == 1 else f"{len(seen):,} leads"
    why = f", {reason.lower()}" if reason else ""
    undo_line.offer(
        PLACE,
        f"{plain(verdict).capitalize()}: {leads}{why}.",
        partial(undo, {t: v + 1 for t, v in seen.items()}),
    )
    return f"Recorded: {leads} {plain(verdict)}. Marketing sees it on the campaign now."


def undo(seen: Mapping[str, int], viewer: Viewer, _values: Mapping[str, Any]) -> str:
    """Take back the viewer's own latest decision on each of these leads."""
    lead_review.review_all(connect.here(), viewer, seen, "taken_back")
    return (
        "Undone: they wait for a decision again."
        if len(seen) > 1
        else "Undone: it waits for a decision again."
    )
