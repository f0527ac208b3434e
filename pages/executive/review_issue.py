"""Which version of a quarter's review is shown, what was corrected since it was issued, and issuing the next."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from metrics.comparison.words import day
from metrics.definitions.quarters import Quarter
from pages.components import data, forms
from pages.components.typed_text import escaped
from reports import issued
from reports.review.review_document import Review
from warehouse.access.reader import Viewer
from warehouse.errors import ChangeRefused
from warehouse.stores import connect
from workflow.reports.issued_reviews import LONGEST_WHY, MAY_ISSUE, Issue, issues

DRAFT, _CHOICE = "draft", "version-"
MOST_LISTED = 8
"""Corrections named above the review; each is marked at its place as well."""


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
        key=_CHOICE + quarter.name,
        label_visibility="collapsed",
        width=210,
    )
    return versions.get(str(name))


def block(viewer: Viewer, quarter: Quarter, version: Issue | None, review: Review) -> None:
    """Draft or issued, by whom and why; the figures corrected since; the button of who issues."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if version is None:
            st.caption("Draft: computed from the bank as it is loaded now.")
        else:
            why = f" {escaped(version.why)}" if version.why else ""
            st.caption(f"{escaped(review.issued)}.{why} Figures, goals and definitions as they stood then.")
        if viewer.role in MAY_ISSUE and not quarter.is_partial:
            versions = issues(data.reader(viewer), quarter.name)
            _issue(quarter, max((v.version for v in versions), default=0))
    changed = issued.corrections(review)
    if changed:
        listed = "; ".join(f"{label}: issued {then}, now {now}" for label, then, now in changed[:MOST_LISTED])
        more = (
            f"; and {len(changed) - MOST_LISTED} more, each at its place"
            if len(changed) > MOST_LISTED
            else ""
        )
        st.warning(
            f"Corrected since it was issued: {escaped(listed)}{more}. Sentences and charts are as issued.",
            icon=":material/edit_note:",
        )


def _issue(quarter: Quarter, seen: int) -> None:
    """`seen` is the latest version on screen: whoever has not seen one issues none over it."""

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        newest = max((v.version for v in issues(data.reader(viewer), quarter.name)), default=0)
        if newest != seen:
            raise ChangeRefused(
                f"Version {newest} was issued while you had this page open, so yours was not. Read it first, then issue "
                "yours if it still differs."
            )
        number = issued.issue(connect.here(), viewer, quarter, str(values["why"] or ""))
        # Who issues one reads it next, whichever she looked at before.
        st.session_state[_CHOICE + quarter.name] = str(number)
        return f"Version {number} is issued."

    with (
        st.popover("Issue this review", icon=":material/verified:"),
        forms.form(f"issue {quarter.name}", seen) as form,
    ):
        st.caption(
            "It is kept as it reads now, with your name, for everybody who opens this quarter. A version is never "
            "changed; the next needs a reason."
        )
        st.text_input("Why a further version", key=form.keep("why", ""), max_chars=LONGEST_WHY)
        form.submit("Issue it", write, type="primary")
