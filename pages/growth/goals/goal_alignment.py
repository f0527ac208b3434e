"""Do figures of departments pull the same way: fixed pairs that could conflict, whether they do, and which have goals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.contradiction import Finding, MetricPair
from pages.components import data, tables
from warehouse.access.reader import Viewer
from workflow.goals.goal_records import Goal
from workflow.kept import contradictions_of

IN_WORDS: Mapping[Finding, str] = {
    "conflict": "Pull against each other",
    "none": "No conflict",
    "not enough data yet": "Not enough data yet",
    "too early": "Too few months yet",
}


def show(viewer: Viewer, goals: Sequence[Goal]) -> None:
    """The finding and a line for each pair; `goals` are those in force. Nothing for a role that may ask no pair."""
    pairs = data.cached(viewer, contradictions_of, (), data.as_of(viewer), data.available_columns(viewer))
    if not pairs:
        return
    st.header("Do the departments’ figures pull the same way?")
    st.markdown(f"**{alignment_in_words([finding for _, finding in pairs])}**")
    st.caption(
        f"{goals_in_words([pair for pair, _ in pairs], goals)} The pairs are fixed: figures where more of one is "
        "no gain if the other becomes worse, judged over the last twelve full months of the whole bank. Of pairs that "
        "have nothing to do with each other, at most 1 in 40 would be flagged."
    )
    frame = pd.DataFrame(
        {
            "More of": _called(pair.volume),
            "must not harm": _called(pair.quality),
            "Goals in force": _goals(pair, goals),
            "Finding": IN_WORDS[finding],
        }
        for pair, finding in pairs
    )
    tables.show(frame, "alignment", called="Whether the departments’ figures pull the same way")


def alignment_in_words(findings: Sequence[Finding]) -> str:
    """How many pairs conflict, or that none does as far as it can be told."""
    against, judged = findings.count("conflict"), sum(f in ("conflict", "none") for f in findings)
    if against:
        return f"{against} of {len(findings)} pairs of departments’ figures pull against each other"
    if not judged:
        return "Not enough data yet to say whether they do"
    can = "all of them" if judged == len(findings) else f"{judged} of {len(findings)}"
    return f"No pair of departments’ figures pulls against the other; {can} can be judged"


def goals_in_words(pairs: Sequence[MetricPair], goals: Sequence[Goal]) -> str:
    """For how many of the pairs a goal is in force, so that figures without one are not taken for goals."""
    count = sum(bool(_with_goal(pair, goals)) for pair in pairs)
    if not count:
        return "What is compared is figures, not goals: no goal in force is for one of them."
    return f"What is compared is figures; for {count} of these {len(pairs)} pairs a goal is in force."


def _called(name: str) -> str:
    return f"{CATALOGUE[name].label} ({CATALOGUE[name].owner})"


def _goals(pair: MetricPair, goals: Sequence[Goal]) -> str:
    return ", ".join(_with_goal(pair, goals)) or "none"


def _with_goal(pair: MetricPair, goals: Sequence[Goal]) -> list[str]:
    """Which of the two have a goal."""
    return [CATALOGUE[n].label for n in (pair.volume, pair.quality) if any(g.metric == n for g in goals)]
