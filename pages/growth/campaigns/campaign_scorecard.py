"""The campaign scorecard: accepted leads, early complaints and early leavers of each campaign against all others."""

from dataclasses import dataclass
from datetime import date
from math import nan

import pandas as pd
import streamlit as st

from metrics.attribution import campaign_quality
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import day, numeral, share, verdict_in_words
from pages.charts import charts
from pages.components import data, tables
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of

JUDGED = "overpromise risk: high"


@dataclass(frozen=True, kw_only=True)
class JudgedShare:
    """One of the three shares of a campaign, beside that of the others; without a value its interval is NaN."""

    value: float | None
    low: float
    high: float
    others: float | None
    top: float | None
    bottom: float | None


@dataclass(frozen=True, kw_only=True)
class JudgedCampaign:
    """A row of `campaign_quality.judge`, with what the campaign said and the one conclusion on it."""

    name: str
    verdict: str
    conclusion: str
    why: str
    message: str | None
    starts_on: date | None
    ends_on: date | None
    leads: float | None
    accepted: float | None
    decided: float | None
    complained_early: float | None
    watched_90d: float | None
    left_early: float | None
    watched_180d: float | None
    times_worse: float | None
    rank_held: float | None
    acceptance_rate: float | None
    acceptance_rate_low: float | None
    acceptance_rate_high: float | None
    acceptance_rate_others: float | None
    early_complaints: float | None
    early_complaints_low: float | None
    early_complaints_high: float | None
    early_complaints_others: float | None
    early_churn: float | None
    early_churn_low: float | None
    early_churn_high: float | None
    early_churn_others: float | None

    def share_of(self, name: str) -> JudgedShare:
        """What `name`, an aspect of `campaign_quality.ASPECTS`, came to."""
        aspect = next(a for a in campaign_quality.ASPECTS if a.name == name)
        low, high = (getattr(self, f"{name}_{end}") for end in ("low", "high"))
        return JudgedShare(
            value=getattr(self, name),
            low=nan if low is None else low,
            high=nan if high is None else high,
            others=getattr(self, f"{name}_others"),
            top=getattr(self, aspect.top),
            bottom=getattr(self, aspect.bottom),
        )


def view(viewer: Viewer, judged: pd.DataFrame | None) -> None:
    """Who stands out and by what, every campaign's three shares, and how they rank."""
    if judged is None:
        tables.absent("The scorecard", viewer, "leads", "customers")
        return
    lacking = campaign_quality.not_known(data.coverage_of(viewer))
    st.caption(
        f"Leads and new customers of the {campaign_quality.MONTHS} full months to "
        f"{day(campaign_quality.scorecard_query(data.as_of(viewer)).periods[0].end)}. A campaign "
        "stands out "
        "when Sales accepts fewer of its leads **and** more of its customers complain within 90 days **and** more leave "
        "within 180 days than of all others together, beyond what chance explains for so many campaigns. Where only one "
        "or two of them are clearly worse, the verdict says which."
    )
    for campaign in rows_of(judged[judged["verdict"] == JUDGED], JudgedCampaign):
        _stands_out(campaign)
    st.header("Every campaign against all others")
    _table(viewer, judged, frozenset(lacking))
    st.header("Times worse than the others")
    ranked = judged[judged["rank"].notna()]
    if ranked.empty:
        tables.empty(
            f"How many times worse is {campaign_quality.not_known_in_words(data.coverage_of(viewer))}."
            if lacking
            else f"No campaign has {campaign_quality.FEWEST_PEOPLE} people and "
            f"{campaign_quality.FEWEST_CASES} cases in all three."
        )
        return
    texts = [f"{numeral(t, 1)}×" for t in ranked["times_worse"]]
    charts.show(
        charts.bars([str(n) for n in ranked["name"]], ranked["times_worse"].tolist(), texts),
        alt="Times worse than the other campaigns: "
        + ", ".join(f"{n} {t}" for n, t in zip(ranked["name"], texts, strict=True)),
        key="times-worse",
    )
    st.caption(
        "Rejections, complaints and leavers together, each as a ratio to the others (geometric mean); 1.0× is like them."
    )


def _stands_out(row: JudgedCampaign) -> None:
    with st.container(border=True):
        st.markdown(f":material/flag: **{escaped(row.name)}**")
        st.text(f"{row.conclusion[:1].upper()}{row.conclusion[1:]}. {row.why[:1].upper()}{row.why[1:]}.")
        if row.message is not None:
            st.text(
                f"It said: “{row.message}”. First day: {day(row.starts_on)}; last day: {day(row.ends_on)}."
            )
        with st.grid(3, min_column_width=215, gap="small"):
            for name, label in (
                ("acceptance_rate", "Accepted by Sales"),
                ("early_complaints", "Complained within 90 days"),
                ("early_churn", "Left within 180 days"),
            ):
                judged = row.share_of(name)
                with st.container(gap="xxsmall"):
                    st.metric(label, share(judged.value))
                    st.caption(
                        f"All others {share(judged.others)}  \n"
                        f"{numeral(judged.top)} of {numeral(judged.bottom)}, 95% interval "
                        f"{numeral(100 * judged.low, 1)} to {share(judged.high)}"
                    )


def _table(viewer: Viewer, judged: pd.DataFrame, lacking: frozenset[str]) -> None:
    rows = [
        {
            "Campaign": row.name,
            "Verdict": row.verdict.capitalize(),
            "Conclusion": f"{row.conclusion[:1].upper()}{row.conclusion[1:]}",
            "Leads": row.leads,
            "Accepted": _cell(row, "acceptance_rate", lacking),
            "Complained in 90 days": _cell(row, "early_complaints", lacking),
            "Left in 180 days": _cell(row, "early_churn", lacking),
            "Worse": "" if row.times_worse is None else f"{numeral(row.times_worse, 1)}×",
            "Holds": "" if row.rank_held is None else share(row.rank_held, 0),
        }
        for row in rows_of(judged, JudgedCampaign)
    ]
    tables.show(
        pd.DataFrame(rows),
        "scorecard",
        of=campaign_quality.scorecard_query(data.as_of(viewer)),
        means=campaign_quality.JUDGEMENT,
        columns={
            "Leads": st.column_config.NumberColumn(format="localized"),
            "Holds": st.column_config.TextColumn(help=campaign_quality.HOLDS),
        },
    )
    st.caption(
        "Shares with their 95% interval and n. Verdict: acceptance, complaints and leaving alone. Conclusion: these and "
        "what customers bring for the cost. An alarm about a campaign is neither: it compares the acceptance of the last "
        "1, 3 or 12 full months alone. Not enough data yet: fewer than "
        f"{campaign_quality.FEWEST_PEOPLE} people or {campaign_quality.FEWEST_CASES} cases. Campaigns for customers win "
        "no new ones and are not compared."
    )


def _cell(row: JudgedCampaign, name: str, lacking: frozenset[str]) -> str:
    if name in lacking:
        return str(Verdict.NOT_KNOWN)
    judged = row.share_of(name)
    if judged.value is None:
        return verdict_in_words(Verdict.TOO_FEW, judged.bottom)
    low, high = numeral(100 * judged.low, 1), numeral(100 * judged.high, 1)
    return f"{share(judged.value)} ({low}–{high}), n {numeral(judged.bottom)}"
