"""The changes that were made to a campaign, each with what Sales accepted of its leads before and after."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from metrics.comparison.words import day
from metrics.definitions.scope import Period
from metrics.leads import cohort_acceptance
from pages.components import data, tables
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from workflow.campaigns import campaign_changes
from workflow.campaigns.campaign_changes import AcceptanceSide
from workflow.campaigns.campaign_lifecycle import CampaignStep


def show(viewer: Viewer, campaign_id: str, history: pd.DataFrame) -> None:
    """The newest change first; nothing where none was written down."""
    changes = [line for line in rows_of(history, CampaignStep) if line.step == "changed"]
    if not changes:
        return
    st.header("Acceptance before and after a change")
    lacking = tables.lacking(viewer, *cohort_acceptance.NEEDED)
    if lacking:
        st.caption(lacking.sentence)
        return
    st.caption(
        "Leads by the month in which they were handed over, and how many of them Sales accepted within "
        f"{cohort_acceptance.WATCHED_DAYS} days. The month of the change is left out, because it is half before and "
        "half after. All departments read the same figures."
    )
    for line in changes:
        if line.happened_on is not None:
            with st.container(border=True, gap="xxsmall"):
                st.markdown(f"**{day(line.happened_on)}:** {escaped(line.note)}")
                st.markdown(_compared(viewer, campaign_id, line))


def _compared(viewer: Viewer, campaign_id: str, line: CampaignStep) -> str:
    assert line.happened_on is not None
    changed_on = pd.Timestamp(line.happened_on).date()
    spans = campaign_changes.spans(changed_on, data.as_of(viewer))
    if spans is None:
        return campaign_changes.too_early(changed_on)
    answer = data.cached(viewer, cohort_acceptance.of_campaigns, spans)
    rows = answer[answer["campaign"] == campaign_id]
    if rows.empty:
        return "None of its leads was handed over to Sales in these months."
    row = rows.iloc[0]
    return campaign_changes.before_and_after(*(_side(row, place, span) for place, span in enumerate(spans)))


def _side(row: pd.Series, place: int, span: Period) -> AcceptanceSide:
    return AcceptanceSide(
        period=span,
        handed_over=row[f"handed_over__{place}"],
        accepted=row[f"accepted__{place}"],
    )
