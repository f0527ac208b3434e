"""The one conclusion on a channel or a campaign: what its customers bring, complain and how many leave, together.

Every page, card and slide that praises or blames one reads it here. It is about the 24 months to a day, under no filter:
what a page shows of other days or of a part of the bank are figures, and no second conclusion.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from metrics.attribution import campaign_quality, channel_net_value, value_spread
from metrics.comparison.compare import share_interval
from metrics.comparison.words import hkd, numeral, share
from metrics.definitions.scope import Period, Scope, full_months
from metrics.qualification.qualification_versions import as_agreed
from models.value import net_value
from warehouse.access import data_coverage
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader

PROMISES = "overpromise risk: high"
ALIKE, FEW = "in line with the others", "not enough data yet"


class Conclusion(StrEnum):
    """The value is the words on screen."""

    MORE = "worth its cost"
    FEW_CARRY = "worth its cost on average only: few customers carry it"
    MEND = "worth its cost, but its customers fare worse"
    LESS = "not worth its cost"
    OVERPROMISES = "overpromise risk: high"
    NOT_CLEAR = "not clear whether it is worth its cost"
    TOO_FEW = "not enough data yet"
    NO_VALUE = "no lifetime value yet"
    NO_COST = "no cost data"

    @property
    def praises(self) -> bool:
        """Whether more of it may be asked for."""
        return self is Conclusion.MORE

    @property
    def blames(self) -> bool:
        """Whether less of it may be asked for, or none."""
        return self in (Conclusion.LESS, Conclusion.OVERPROMISES)


_OPEN = {
    net_value.NOT_CLEAR: Conclusion.NOT_CLEAR,
    net_value.TOO_FEW: Conclusion.TOO_FEW,
    net_value.NO_VALUE: Conclusion.NO_VALUE,
    net_value.NO_COST: Conclusion.NO_COST,
}


@as_agreed
def concluded(reader: Reader, by: str, as_of: date, available: AvailableColumns) -> pd.DataFrame:
    """A row per `group` ("channel" or "campaign"), with its `conclusion` and the sentence `why`.

    Beside them what they rest on: the columns of `net_value.judged`, `median` and `paying` (customers who bring what
    one cost), and `fares`, the verdict of the scorecard on acceptance, complaints and leaving.
    """
    months = full_months(as_of, campaign_quality.MONTHS)
    scope = Scope(Period(months[0].start, months[-1].end))
    groups = net_value.judged(channel_net_value.groups(reader, by, scope))
    groups = groups[groups["group"].notna()]
    costs = dict(zip(groups["group"], groups["cac"].where(groups["cost"].notna()).astype(float), strict=True))
    groups = groups.merge(value_spread.spread(reader, by, scope, costs), on="group", how="left")
    judged = campaign_quality.of_the_bank(reader, as_of, available, by)
    lacking = campaign_quality.not_known(data_coverage.of(reader))
    verdicts = dict(zip(judged["campaign"], judged["verdict"], strict=True))
    groups["fares"] = (
        groups["group"].map(verdicts).astype(object).fillna(campaign_quality.NOT_KNOWN if lacking else FEW)
    )
    return conclude(groups, campaign_quality.not_known_in_words(data_coverage.of(reader)))


def conclude(groups: pd.DataFrame, fares_not_known: str = "") -> pd.DataFrame:
    """`groups` with `conclusion` and `why`; needs `verdict`, `fares`, `median`, `cac`, `paying`, `valued`, `ltv`."""
    frame = groups.copy()
    frame["conclusion"] = [_conclusion(row) for row in frame.itertuples()]
    frame["why"] = [_why(row, fares_not_known) for row in frame.itertuples()]
    return frame


def _conclusion(row: Any) -> Conclusion:
    if row.fares == PROMISES:
        return Conclusion.OVERPROMISES
    if row.verdict == net_value.NOT_WORTH:
        return Conclusion.LESS
    if row.verdict != net_value.WORTH:
        return _OPEN[row.verdict]
    if row.fares not in (ALIKE, FEW, campaign_quality.NOT_KNOWN):
        return Conclusion.MEND
    return Conclusion.FEW_CARRY if is_carried_by_few(row) else Conclusion.MORE


def praised(groups: pd.DataFrame) -> pd.DataFrame:
    """Those worth their cost in the days shown whose one conclusion praises them."""
    return groups[standing(groups) == net_value.WORTH]


def blamed(groups: pd.DataFrame) -> pd.DataFrame:
    """Those not worth their cost in the days shown whose one conclusion blames them."""
    return groups[standing(groups) == net_value.NOT_WORTH]


def standing(groups: pd.DataFrame) -> pd.Series:
    """Per group `worth.WORTH`, `worth.NOT_WORTH`, or "" where it is neither praised nor blamed.

    `groups` has a `verdict` on the value of the days shown, and a `conclusion` ("" for what has none) where there are
    conclusions on such groups at all: on a product or a month of joining the verdict stands alone.
    """
    verdict = groups["verdict"]
    if "conclusion" not in groups:
        return verdict.where(verdict.isin([net_value.WORTH, net_value.NOT_WORTH]), "").astype(object)
    good = groups["conclusion"].isin([c for c in Conclusion if c.praises])
    bad = groups["conclusion"].isin([c for c in Conclusion if c.blames])
    agreed = ((verdict == net_value.WORTH) & good) | ((verdict == net_value.NOT_WORTH) & bad)
    return verdict.where(agreed, "").astype(object)


def in_words(row: Any) -> str:
    """What is said of a group first: its one conclusion, or the verdict where there are no conclusions on such groups."""
    conclusion = getattr(row, "conclusion", None)
    if conclusion is None:
        return str(row.verdict)
    return str(conclusion) or "no conclusion over 24 months"


def is_carried_by_few(row: Any) -> bool:
    """Whether clearly fewer than half of the customers bring what winning one cost."""
    if not row.valued >= net_value.FEWEST or not row.cac > 0 or row.paying != row.paying:
        return False
    return share_interval(min(row.paying, row.valued), row.valued)[1] < 0.5


def _why(row: Any, fares_not_known: str) -> str:
    """`Mean HKD 4,200 (3,100 to 5,300), half bring HKD 900 or less, 38.0% (…) bring what they cost; more complain`."""
    parts = []
    if row.ltv == row.ltv and row.ltv_low == row.ltv_low:
        parts.append(
            f"a customer brings {hkd(row.ltv)} on average ({hkd(row.ltv_low)} to {hkd(row.ltv_high)})"
        )
    if row.median == row.median:
        parts.append(f"half bring {hkd(row.median)} or less")
    if row.paying == row.paying and row.valued >= net_value.FEWEST and row.cac > 0:
        low, high = share_interval(min(row.paying, row.valued), row.valued)
        pays = share(row.paying / row.valued)
        parts.append(f"{pays} ({share(low)} to {share(high)}) bring what one cost, {hkd(row.cac)}")
    fares = {
        PROMISES: "Sales accepts fewer of its leads, more complain and more leave early",
        ALIKE: "its customers complain and leave like the others",
        FEW: "too few to say how its customers fare",
        campaign_quality.NOT_KNOWN: f"how its customers fare is {fares_not_known or 'not known'}",
    }.get(row.fares, f"against the others: {row.fares}")
    n = "" if np.isnan(row.won) else f" (n = {numeral(row.won)})"
    return f"{'; '.join([*parts, fares])}{n}"
