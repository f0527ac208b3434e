"""Audit log: who did what and when, to look through; and whether any line was altered or removed."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, numeral
from metrics.definitions.scope import Scope
from pages.components import data, forms, tables
from pages.components.typed_text import sentence
from warehouse.access.reader import Viewer
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.records import audit_search
from workflow.records.audit_search import WHOLE, AuditSearch

ALL = "All"


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The finding, the filters, and the lines, page by page."""
    reader = data.reader(viewer)
    count, checked = audit_search.extent(reader)
    st.title(f"{numeral(count)} lines, {_verified(checked)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            "Each line is chained to the one before it, so a line that was altered or removed is noticed when the log "
            "is checked.",
            width="content",
        )
        forms.button("check the log", "Check every line now", _check, icon=":material/verified:")
    if len(checked) and checked["why"].iloc[0] != WHOLE:
        st.error(sentence(str(checked["why"].iloc[0])), icon=":material/gpp_bad:")
    search = _filters(viewer)
    place = f"page of {search}"
    at = int(st.session_state.get(place, 0))
    rows, more = audit_search.lines(reader, search, at)
    if rows.empty:
        tables.empty("No line fits these filters.", "Take one of them away.")
        return
    tables.show(_frame(rows), "audit-lines", columns=_COLUMNS)
    _turn(place, at, more=more)


_COLUMNS = {
    "Line": st.column_config.NumberColumn(format="localized", width=70),
    "When": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", width=140),
    "Who": st.column_config.TextColumn(width=110),
    "What": st.column_config.TextColumn(width=170),
}


def _verified(checked: pd.DataFrame) -> str:
    if checked.empty:
        return "not checked yet"
    last = checked.iloc[0]
    state = "found whole" if last["why"] == WHOLE else "found broken"
    return f"{state} on {day(pd.Timestamp(last['happened_at']).date())} ({last['subject']})"


def _check(viewer: Viewer, _: Mapping[str, Any]) -> str:
    return audit_search.check(connect.here(), viewer)


def _filters(viewer: Viewer) -> AuditSearch:
    reader = data.reader(viewer)
    names, areas = audit_search.people(reader), audit_search.areas(reader)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        who = st.selectbox("Who", [ALL, *names], key="audit-who", bind="query-params", width=180)
        area = st.selectbox(
            "About", [ALL, *areas], format_func=plain, key="audit-about", bind="query-params", width=180
        )
        words = st.text_input("Any word", key="audit-word", bind="query-params", max_chars=60, width=200)
        today = connect.here().now().date()
        with st.container(width=170):
            forms.date_input("From", "audit-first", last=today, value=None)
        with st.container(width=170):
            forms.date_input("To", "audit-last", last=today, value=None)
    return AuditSearch(
        who=who if who in names else "",
        subject_area=area if area in areas else "",
        words=(words or "").strip(),
        first=st.session_state.get("audit-first"),
        last=st.session_state.get("audit-last"),
    )


def _frame(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Line": rows["line"],
            "When": pd.to_datetime(rows["happened_at"]),
            "Who": rows["who"],
            "What": [_in_words(str(action)) for action in rows["action"]],
            "About": rows["subject"],
            "Details": rows["why"],
        }
    )


def _in_words(action: str) -> str:
    """An action of the log, such as that of a sign-in, in words."""
    area, _, step = plain(action).partition(".")
    return f"{area[:1].upper()}{area[1:]}: {step}" if step else area


def _turn(place: str, at: int, *, more: bool) -> None:
    def to(page: int) -> None:
        st.session_state[place] = page

    if not at and not more:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Newer", disabled=not at, on_click=to, args=(at - 1,), icon=":material/chevron_left:")
        st.caption(f"Page {numeral(at + 1)}", width="content")
        st.button("Older", disabled=not more, on_click=to, args=(at + 1,), icon=":material/chevron_right:")
