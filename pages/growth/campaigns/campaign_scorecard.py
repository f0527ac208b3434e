"""The campaign scorecard: accepted leads, early complaints and early leavers of each campaign against all others."""

import pandas as pd
import streamlit as st

from metrics.attribution import campaign_quality
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import day, numeral, share, verdict_in_words
from pages.components import charts, data, tables
from pages.customers.alerts.alert_card import escaped
from warehouse.access.reader import Viewer

JUDGED = "overpromise risk: high"


def view(viewer: Viewer, judged: pd.DataFrame | None) -> None:
    """Who stands out and by what, every campaign's three shares, and how they rank."""
    if judged is None:
        tables.absent("The scorecard", viewer, "leads", "customers")
        return
    lacking = campaign_quality.not_known(data.coverage_of(viewer))
    st.caption(
        f"Leads and new customers of the {campaign_quality.MONTHS} months to {day(data.as_of(viewer))}. A campaign "
        "stands out "
        "when Sales accepts fewer of its leads **and** more of its customers complain within 90 days **and** more leave "
        "within 180 days than of all others together, beyond what chance explains for so many campaigns. Where only one "
        "or two of them are clearly worse, the verdict says which."
    )
    for row in judged[judged["verdict"] == JUDGED].itertuples():
        _stands_out(row)
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


def _stands_out(row) -> None:
    with st.container(border=True):
        st.markdown(f":material/flag: **{escaped(row.name)}**")
        st.text(f"{row.conclusion[:1].upper()}{row.conclusion[1:]}. {row.why[:1].upper()}{row.why[1:]}.")
        if isinstance(row.message, str):
            st.text(f"It said: “{row.message}”. It ran {day(row.starts_on)} to {day(row.ends_on)}.")
        with st.grid(3, min_column_width=215, gap="small"):
            for name, label, top, bottom in (
                ("acceptance_rate", "Accepted by Sales", row.accepted, row.decided),
                ("early_complaints", "Complained within 90 days", row.complained_early, row.watched_90d),
                ("early_churn", "Left within 180 days", row.left_early, row.watched_180d),
            ):
                low, high, others = (getattr(row, f"{name}_{part}") for part in ("low", "high", "others"))
                with st.container(gap="xxsmall"):
                    st.metric(label, share(getattr(row, name)))
                    st.caption(
                        f"All others {share(others)}  \n"
                        f"{numeral(top)} of {numeral(bottom)}, 95% interval {numeral(100 * low, 1)} to {share(high)}"
                    )


def _table(viewer: Viewer, judged: pd.DataFrame, lacking: frozenset[str]) -> None:
    rows = [
        {
            "Campaign": row.name,
            "Verdict": row.verdict.capitalize(),
            "Conclusion": f"{row.conclusion[:1].upper()}{row.conclusion[1:]}",
            "Leads": row.leads,
            "Accepted": _cell(row, "acceptance_rate", row.decided, lacking),
            "Complained in 90 days": _cell(row, "early_complaints", row.watched_90d, lacking),
            "Left in 180 days": _cell(row, "early_churn", row.watched_180d, lacking),
            "Worse": f"{numeral(row.times_worse, 1)}×" if row.times_worse == row.times_worse else "",
            "Holds": share(row.rank_held, 0) if row.rank_held == row.rank_held else "",
        }
        for row in judged.itertuples()
    ]
    tables.show(
        pd.DataFrame(rows),
        "scorecard",
        of=campaign_quality.scorecard_query(data.as_of(viewer)),
        means=campaign_quality.JUDGEMENT,
        Leads=st.column_config.NumberColumn(format="localized"),
        **{"Holds": st.column_config.TextColumn(help=campaign_quality.HOLDS)},
    )
    st.caption(
        "Share, 95% interval, n; how many times worse than the others, and how surely a campaign keeps its place. "
        "Verdict: acceptance, complaints and leaving alone. Conclusion: these and what customers bring for the cost. An "
        "alarm about a campaign is neither: it compares the acceptance of the last 30, 90 or 365 days alone. Not "
        f"enough data yet: fewer than {campaign_quality.FEWEST_PEOPLE} people or {campaign_quality.FEWEST_CASES} cases. "
        "Campaigns for "
        "customers win no new ones and are not compared."
    )


def _cell(row, name: str, n: float, lacking: frozenset[str]) -> str:
    if name in lacking:
        return str(Verdict.NOT_KNOWN)
    value = getattr(row, name)
    if pd.isna(value):
        return verdict_in_words(Verdict.TOO_FEW, n)
    low, high = (100 * getattr(row, f"{name}_{end}") for end in ("low", "high"))
    return f"{share(value)} ({numeral(low, 1)}–{numeral(high, 1)}), n {numeral(n)}"
