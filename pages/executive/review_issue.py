"""Which version of a quarter's review is shown, what was corrected since it was issued, and issuing the next."""

import streamlit as st

from metrics.quarter import Quarter
from metrics.words import day
from pages.customers.alert_card import escaped
from pages.kit import data
from reports import issued
from reports.review import Review
from warehouse import connect
from warehouse.access import Viewer
from warehouse.errors import Problem
from workflow.issued_reviews import LONGEST_WHY, MAY_ISSUE, Issue, issues

DRAFT = "draft"


def chosen(viewer: Viewer, quarter: Quarter) -> Issue | None:
    """The version to show: the latest that was issued unless another is chosen; None for the draft of today."""
    versions = {str(v.version): v for v in issues(data.reader(viewer), quarter.name)}
    if not versions:
        return None
    name = st.selectbox(
        "Version",
        [*versions, DRAFT],
        format_func=lambda n: (
            "Draft of today" if n == DRAFT else f"Version {n}, {day(versions[n].issued_at.date())}"
        ),
        key=f"version-{quarter.name}",
        label_visibility="collapsed",
        width=210,
    )
    return versions.get(str(name))


def block(viewer: Viewer, quarter: Quarter, version: Issue | None, review: Review) -> None:
    """Draft or issued, by whom and why; the figures corrected since; the button of who issues."""
    said = st.session_state.pop("review issued", None)
    if said:
        st.toast(said, icon=":material/check:")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if version is None:
            st.caption("Draft: computed from the bank as it is loaded now.")
        else:
            why = f" {escaped(version.why)}" if version.why else ""
            st.caption(f"{escaped(review.issued)}.{why} Figures, goals and definitions as they stood then.")
        if viewer.role in MAY_ISSUE and not quarter.is_partial:
            _issue(viewer, quarter)
    changed = issued.corrections(review)
    if changed:
        listed = "; ".join(f"{label}: issued {then}, now {now}" for label, then, now in changed)
        st.warning(f"Corrected since it was issued: {escaped(listed)}.", icon=":material/edit_note:")


def _issue(viewer: Viewer, quarter: Quarter) -> None:
    with st.popover("Issue this review", icon=":material/verified:"):
        st.caption(
            "It is kept as it reads now, with your name, for everybody who opens this quarter. A version is never "
            "changed; the next needs a reason."
        )
        why = st.text_input("Why a further version", key="why-issue", max_chars=LONGEST_WHY)
        if st.button("Issue it", type="primary", key="issue-review"):
            try:
                with st.spinner("Reading the quarter for each audience"):
                    number = issued.issue(connect.here(), viewer, quarter, why)
            except Problem as problem:
                st.warning(str(problem), icon=":material/error:")
                return
            st.session_state["review issued"] = f"Version {number} is issued."
            st.rerun()
