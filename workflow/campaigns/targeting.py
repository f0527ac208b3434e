"""Campaigns that turn to chosen people against those that are shown to whoever comes by: the same three shares, compared.

Nobody was assigned at random, so a difference says who came by which way, not what the way did.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from metrics.attribution import campaign_quality
from metrics.attribution.campaign_quality import ASPECTS, Aspect
from metrics.qualification.qualification_versions import as_agreed
from metrics.query.query import ask
from models.evaluation.prediction_metrics import PredictionMetric
from models.experiments.lift import Counts
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader

TARGETED = frozenset({"email", "branch", "event", "call", "phone", "post"})
BROAD = frozenset({"paid_search", "search", "social", "display", "affiliate", "tv", "radio", "print"})
"""Channels by the way they find people; one that is in neither set, such as referral, is in neither group."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One share of both groups; the difference is targeted less broad, None where there are too few for an interval."""

    aspect: Aspect
    targeted: tuple[int, int]
    broad: tuple[int, int]
    """Cases, and of how many."""
    difference: PredictionMetric | None


@dataclass(frozen=True, kw_only=True)
class Targeting:
    """The share of leads that came by targeted channels, the comparisons, and the channels in neither group."""

    targeted_leads: int
    broad_leads: int
    compared: tuple[Compared, ...]
    neither: tuple[str, ...]


@as_agreed
def targeted_against_broad(reader: Reader, as_of: date, available: AvailableColumns) -> Targeting | None:
    """Over the two years of the campaigns' scorecard, the same for every role; None where a group has no leads.

    Each group is counted as a whole. What would be about too few people is left out, for everybody alike.
    """
    by_channel = campaign_quality.scorecard_query(as_of, "channel")
    answer = ask(by_channel, reader, available, alike=True)
    channels = {str(c) for c in answer["channel"].dropna()}
    groups = [
        campaign_quality.of_a_part(reader, as_of, available, (("channel", tuple(sorted(channels & some))),))
        if channels & some
        else None
        for some in (TARGETED, BROAD)
    ]
    targeted, broad = groups
    if targeted is None or broad is None or not (targeted["leads"] > 0 and broad["leads"] > 0):
        return None
    compared = [_compared(aspect, targeted, broad) for aspect in ASPECTS]
    return Targeting(
        targeted_leads=int(targeted["leads"]),
        broad_leads=int(broad["leads"]),
        compared=tuple(c for c in compared if c is not None),
        neither=tuple(sorted(channels - TARGETED - BROAD)),
    )


def _compared(aspect: Aspect, targeted: pd.Series, broad: pd.Series) -> Compared | None:
    both = [targeted[aspect.top], targeted[aspect.bottom], broad[aspect.top], broad[aspect.bottom]]
    if any(pd.isna(n) for n in both) or not (both[1] and both[3]):
        return None
    won, of, other_won, other_of = (int(n) for n in both)
    counts = Counts(treated=of, treated_won=won, held_out=other_of, held_out_won=other_won)
    return Compared(
        aspect=aspect,
        targeted=(won, of),
        broad=(other_won, other_of),
        difference=None if counts.are_too_few else counts.points(),
    )
