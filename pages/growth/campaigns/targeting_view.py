"""Below the scorecard: campaigns that turn to chosen people against those that are shown to whoever comes by."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from metrics.attribution.campaign_quality import ASPECTS, not_known
from metrics.catalogue import CATALOGUE
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import numeral, share, with_sign
from metrics.definitions.meaning import Meaning
from pages.components import data, tables
from warehouse.access.reader import Viewer
from warehouse.schema import plain
from workflow.campaigns.targeting import BROAD, TARGETED, Compared, Targeting, targeted_against_broad

_MEANS = Meaning(
    terms=(
        (
            "Targeted",
            f"Leads by channels that turn to chosen people: {', '.join(sorted(map(plain, TARGETED)))}.",
        ),
        (
            "Broad",
            f"Leads by channels that are shown to whoever comes by: {', '.join(sorted(map(plain, BROAD)))}.",
        ),
        ("Difference", "Targeted less broad, in points, with its 95% interval (Newcombe)."),
        ("Finding", "Better or worse only where the whole interval lies on one side of 0."),
    )
)


def show(viewer: Viewer) -> None:
    """The share of leads that targeted channels brought, and three shares of both groups with their difference."""
    available = data.available_columns(viewer)
    if not {"leads", "customers"} <= available:
        return
    result = data.cached(viewer, targeted_against_broad, data.as_of(viewer), available)
    st.header("Targeted against broad")
    if result is None:
        tables.empty("Only one of the two ways has brought leads, so there is nothing to compare.")
        return
    both = result.targeted_leads + result.broad_leads
    st.markdown(
        f"**{share(result.targeted_leads / both, 0)} of {numeral(both)} leads came by channels that turn to chosen "
        "people**"
    )
    st.caption(_how_to_read(result))
    frame = pd.DataFrame(
        {
            "Figure": CATALOGUE[c.aspect.name].label,
            "Targeted": _share(c.targeted),
            "Broad": _share(c.broad),
            "Difference": _difference(c),
            "Finding": finding(c),
        }
        for c in result.compared
    )
    frame = pd.concat([frame, _without(viewer, result)], ignore_index=True)
    tables.show(frame, "targeting", means=_MEANS, called="Targeted against broad")


def _without(viewer: Viewer, result: Targeting) -> pd.DataFrame:
    """A line for each share that cannot be compared, and why."""
    absent, there = not_known(data.coverage_of(viewer)), {c.aspect.name for c in result.compared}
    return pd.DataFrame(
        {
            "Figure": CATALOGUE[aspect.name].label,
            "Targeted": "",
            "Broad": "",
            "Difference": "",
            "Finding": str(Verdict.NOT_KNOWN if aspect.name in absent else Verdict.TOO_FEW).capitalize(),
        }
        for aspect in ASPECTS
        if aspect.name not in there
    )


def _how_to_read(result: Targeting) -> str:
    neither = f" In neither: {', '.join(plain(c) for c in result.neither)}." if result.neither else ""
    return (
        f"The two years of the scorecard. Targeted: {_listed(TARGETED)}. Broad: {_listed(BROAD)}.{neither} Nobody was "
        "assigned at random: people who come by one way may differ, so this is a link, not an effect."
    )


def _listed(channels: frozenset[str]) -> str:
    return ", ".join(sorted(plain(c) for c in channels))


def _share(counts: tuple[int, int]) -> str:
    return f"{share(counts[0] / counts[1])} ({numeral(counts[0])} of {numeral(counts[1])})"


def _difference(one: Compared) -> str:
    if one.difference is None:
        return ""
    d = one.difference
    ends = f"{with_sign(100 * d.low)} to {with_sign(100 * d.high)}"
    return f"{with_sign(100 * d.value)} points ({ends})"


def finding(one: Compared) -> str:
    """Which way is better, where the interval says so."""
    if one.difference is None:
        return str(Verdict.TOO_FEW).capitalize()
    if one.difference.low <= 0 <= one.difference.high:
        return "No clear difference"
    more = one.difference.value > 0
    better = more == (one.aspect.worse == "less")
    return f"Targeted is {'better' if better else 'worse'}"
