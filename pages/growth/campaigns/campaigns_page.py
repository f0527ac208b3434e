"""Campaigns: their overpromise risk, whom several reach at once, and what became of each."""

import pandas as pd
import streamlit as st

from metrics.attribution import campaign_quality
from metrics.definitions.scope import Scope
from pages.components import data, tables
from pages.components.typed_text import escaped
from pages.growth.campaigns import (
    audience_view,
    campaign_life,
    campaign_overlap,
    campaign_scorecard,
    message_register_view,
    targeting_view,
)
from pages.growth.campaigns.campaign_scorecard import JUDGED
from warehouse.access.reader import Viewer
from workflow.campaigns import campaign_lifecycle

VIEWS = {
    "scorecard": "Scorecard",
    "overlap": "Overlap",
    "pressure": "Contact pressure",
    "messages": "Messages sent",
    "audience": "Audience",
    "life": "Plan and close",
}


def page(viewer: Viewer, scope: Scope | None) -> None:
    """One of six views, and above them what it found."""
    if "campaigns" not in data.available_columns(viewer):
        st.title(f"Which campaigns ran is {tables.clause(viewer, 'campaigns')}")
        tables.absent("This page", viewer, "campaigns")
        return
    plans = data.cached(viewer, campaign_lifecycle.listed)
    judged = _judged(viewer, plans)
    finding = st.empty()
    requested = st.query_params.get("view", "scorecard")
    view = st.segmented_control(
        "Show",
        list(VIEWS),
        format_func=VIEWS.__getitem__,
        default=requested if requested in VIEWS else "scorecard",
        key="campaigns-view",
        required=True,
        label_visibility="collapsed",
    )
    # By hand: a bound widget would write its label into the address.
    st.query_params["view"] = view or "scorecard"
    if view == "overlap":
        finding.title(campaign_overlap.overlapping(viewer))
        campaign_overlap.pairs(viewer, plans)
        message_register_view.differing(viewer, plans)
    elif view == "pressure":
        finding.title(campaign_overlap.pressing(viewer))
        campaign_overlap.pressure(viewer)
    elif view == "messages":
        finding.title(message_register_view.headline(viewer))
        message_register_view.view(viewer, plans)
    elif view == "audience":
        finding.title(audience_view.headline(viewer))
        audience_view.view(viewer)
    elif view == "life":
        campaigns = campaign_life.lives(viewer, plans)
        finding.title(campaign_life.headline(campaigns))
        campaign_life.view(viewer, campaigns)
    else:
        finding.title(_headline(viewer, judged))
        campaign_scorecard.view(viewer, judged)
        targeting_view.show(viewer)


def _judged(viewer: Viewer, plans: pd.DataFrame) -> pd.DataFrame | None:
    """The scorecard of the campaigns that win new customers, worst first; None if a part of it is not loaded."""
    available = data.available_columns(viewer)
    if not {"leads", "customers"} <= available:
        return None
    as_of = data.as_of(viewer)
    scorecard = data.cached(viewer, campaign_quality.of_the_bank, as_of, available)
    described = plans[["campaign_id", "name", "channel", "audience", "message", "starts_on", "ends_on"]]
    scorecard = scorecard.merge(described, left_on="campaign", right_on="campaign_id", how="left")
    concluded = data.concluded(viewer, "campaign").set_index("group")
    scorecard["conclusion"] = scorecard["campaign"].map(concluded["conclusion"]).astype(object).fillna("")
    scorecard["why"] = scorecard["campaign"].map(concluded["why"]).astype(object).fillna("")
    return scorecard[scorecard["audience"] != "customers"].assign(
        name=scorecard["name"].fillna(scorecard["campaign"])
    )


def _headline(viewer: Viewer, judged: pd.DataFrame | None) -> str:
    lacking = campaign_quality.not_known_in_words(data.coverage_of(viewer))
    if judged is None or lacking:
        lacking = lacking or tables.clause(viewer, "leads", "customers")
        worse = _in_part(judged, "campaign") if judged is not None else ""
        return f"Overpromise risk is {lacking}{worse}"
    if judged["rank"].notna().sum() == 0:
        return "No campaign has enough leads and customers to assess its overpromise risk"
    bad = judged[judged["verdict"] == JUDGED]
    rest = _in_part(judged)
    if bad.empty:
        return f"None of {judged['rank'].notna().sum()} campaigns has a high overpromise risk{rest}"
    names = " and ".join(f"“{escaped(n)}”" for n in bad["name"])
    return f"Overpromise risk: high for {names}{rest}"


def _in_part(judged: pd.DataFrame, called: str = "other") -> str:
    """How many campaigns are clearly worse in something, though not in all three; "" if none."""
    verdicts = judged[
        ~judged["verdict"].isin(
            [JUDGED, "in line with the others", "not enough data yet", campaign_quality.NOT_KNOWN]
        )
    ]["verdict"]
    if verdicts.empty:
        return ""
    others = f"{len(verdicts)} {called}{'s' if len(verdicts) > 1 else ''}"
    return f"; {others}: {verdicts.iloc[0]}" if verdicts.nunique() == 1 else f"; {others} are worse in part"
