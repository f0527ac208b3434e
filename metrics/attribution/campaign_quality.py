"""Campaigns against each other: do those who came get what they were promised? A verdict only outside the noise.

A campaign's overpromise risk is high when it is worse than all other campaigns together in three things. Sales accepts
fewer of its leads, more of its customers complain within 90 days *and* more leave within 180 days. All three at once:
the p-value of "worse in each" is the largest of the three (an intersection-union test; Berger 1982, Technometrics 24,
295), each by Fisher's exact test, one-sided. Over all campaigns the p-values are adjusted by Holm, so that the chance
of accusing any campaign wrongly stays below 5%.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.stats import hypergeom
from statsmodels.stats.proportion import proportion_confint

from metrics.catalogue.first_months import COMPLAINT_DAYS, LEAVING_DAYS
from metrics.comparison.multiple_comparisons import adjusted
from metrics.definitions.meaning import Meaning
from metrics.definitions.scope import Filters, Period, Scope, full_months, last_full_month
from metrics.qualification.qualification_versions import as_agreed
from metrics.query import query
from metrics.query.missing_reasons import Missing, not_given_for
from metrics.query.query import Query
from warehouse.access import data_coverage
from warehouse.access.data_coverage import AvailableColumns, Coverage
from warehouse.access.reader import Reader

FEWEST_PEOPLE, FEWEST_CASES = 30, 10
"""With fewer decided leads or watched customers, or fewer cases among them, a campaign is not judged: for everybody
alike, although some roles could see smaller numbers, since two people in one meeting must read the same verdict."""
SURE = 0.05
NOT_KNOWN = "not known"
"""The verdict on every campaign where one of the three things was not given."""
REDRAWS = 1_000


@dataclass(frozen=True, kw_only=True)
class Aspect:
    """One of the three things a campaign is judged by: the metric, its counts, and which way is worse."""

    name: str
    top: str
    bottom: str
    worse: str
    label: str
    """What is said of a campaign that is clearly worse in it."""


ASPECTS = (
    Aspect(name="acceptance_rate", top="accepted", bottom="decided", worse="less", label="fewer accepted"),
    Aspect(
        name="early_complaints",
        top="complained_early",
        bottom="watched_90d",
        worse="greater",
        label="more complain",
    ),
    Aspect(
        name="early_churn", top="left_early", bottom="watched_180d", worse="greater", label="more leave early"
    ),
)


HOLDS = f"In how many of {REDRAWS:,} redraws of every campaign's people it keeps its place."
JUDGEMENT = Meaning(
    terms=(
        (
            "Verdict",
            "Overpromise risk is high with fewer leads accepted, more early complaints and more early leavers than "
            "of all other "
            "campaigns together, all three at once beyond chance (Fisher's exact test for each, the largest p-value of "
            "the three, adjusted by Holm over all campaigns to 5%).",
        ),
        (
            "Fewer accepted, more complain, more leave early",
            "Worse than all other campaigns together in that one thing (Fisher's exact test, adjusted by Holm over all "
            "campaigns and all three to 5%).",
        ),
        (
            "Not enough data yet",
            f"Fewer than {FEWEST_PEOPLE} people or {FEWEST_CASES} cases in any of the three.",
        ),
        ("Not known", "What one of the three is read from was not given."),
        ("Worse", "Rejections, complaints and leavers, each as a ratio to the others: their geometric mean."),
        ("Holds", HOLDS),
    )
)
COUNTED = ("leads", "accepted", "decided", "customers_acquired", "complained_early", "left_early")
MONTHS = 24


@as_agreed
def of_the_bank(
    reader: Reader, as_of: date, available: AvailableColumns | None = None, by: str = "campaign"
) -> pd.DataFrame:
    """`judge` on every campaign of the last MONTHS months up to `as_of`, and a column `leads`.

    Customers are counted once they have been watched to the end: those who joined at least 90 days ago for complaints,
    180 days for leaving. By another dimension its values stand in the column `campaign`.
    """
    by_campaign = scorecard_query(as_of, by)
    periods = by_campaign.periods
    counts = _wide(query.ask(by_campaign, reader, available, alike=True), [by]).rename(
        columns={by: "campaign"}
    )
    whole = Query.of(COUNTED, Scope(periods[0]), (), periods)
    totals = _wide(query.ask(whole, reader, available, alike=True), [])
    lacking = not_known(data_coverage.of(reader))
    return judge(counts[counts["campaign"].notna()], totals.iloc[0], lacking)


def of_a_part(reader: Reader, as_of: date, available: AvailableColumns | None, filters: Filters) -> pd.Series:
    """What the scorecard counts, of a part of all leads together; what is about too few people is NaN for everybody."""
    periods = scorecard_query(as_of).periods
    whole = Query.of(COUNTED, Scope(periods[0], filters), (), periods)
    return _wide(query.ask(whole, reader, available, alike=True), []).iloc[0]


def not_known(covered: Coverage | None) -> dict[str, Missing]:
    """The aspects that the bank gave no data for, by name, each with what is missing."""
    of_each = {
        "acceptance_rate": ["accepted", "decided"],
        "early_complaints": ["customers_acquired", "complained_early"],
        "early_churn": ["customers_acquired", "left_early"],
    }
    by_aspect = {name: not_given_for(metrics, covered) for name, metrics in of_each.items()}
    return {name: missing for name, missing in by_aspect.items() if missing}


def not_known_in_words(covered: Coverage | None) -> str:
    """What the three lack together, as the end of a sentence; "" if they are known."""
    missing = not_given_for(COUNTED, covered)
    return missing.clause if missing else ""


def scorecard_query(as_of: date, by: str = "campaign") -> Query:
    """What the scorecard counts: by campaign, of all who came, and of those watched for 90 and for 180 days.

    Whole months that are over for everybody, since departments that see totals only must read the same verdict.
    """
    start = full_months(as_of, MONTHS)[0].start
    ends = [last_full_month(as_of - timedelta(days=d)).end for d in (0, COMPLAINT_DAYS, LEAVING_DAYS)]
    periods = [Period(start, end) for end in ends]
    return Query.of(COUNTED, Scope(periods[0]), [by], periods)


def _wide(answer: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """One row per campaign from one per campaign and period; what did not happen to anybody is 0, what is blank stays."""
    parts = {
        0: {
            "leads": "leads",
            "accepted": "accepted",
            "decided": "decided",
            "customers_acquired": "customers",
        },
        1: {"customers_acquired": "watched_90d", "complained_early": "complained_early"},
        2: {"customers_acquired": "watched_180d", "left_early": "left_early"},
    }
    wide = answer[keys].drop_duplicates() if keys else pd.DataFrame(index=[0])
    for period, names in parts.items():
        part = answer.loc[answer["period"] == period, [*keys, *names]].rename(columns=names)
        wide = wide.merge(part, on=keys, how="left") if keys else wide.join(part.reset_index(drop=True))
    return wide


def judge(
    counts: pd.DataFrame, totals: pd.Series, lacking: Mapping[str, Missing] | None = None
) -> pd.DataFrame:
    """`counts` with each campaign's shares, intervals, comparison with the others, verdict and rank, worst first.

    `counts` has a row per campaign and the columns of ASPECTS (NaN: too few people to say); `totals` the same over all
    campaigns, those that cannot be told apart included; `lacking` names the aspects that are not
    known. Added per aspect: its share, `<name>_low`, `<name>_high` (95%,
    Wilson), `<name>_others`; then `times_worse` (how many times worse than the others, the geometric mean of the three),
    `p` (adjusted), `verdict` ("overpromise risk: high", "in line with the others", "not enough data yet", or in what
    alone it is worse: "more complain, more leave early", "not known" where an aspect is lacking), `rank`
    by `times_worse` and `rank_held` (the share of redraws in which it
    kept that rank).
    """
    scorecard = counts.reset_index(drop=True).copy()
    raw = {}
    for aspect in ASPECTS:
        scorecard, raw[aspect.name] = _against_the_others(scorecard, totals, aspect)
    worst = pd.DataFrame(raw).max(axis=1, skipna=False)
    complete = worst.notna()
    scorecard["p"] = np.nan
    if complete.any():
        scorecard.loc[complete, "p"] = adjusted(list(worst[complete]))
    single = _worse_in(pd.DataFrame(raw))
    otherwise = np.where(complete, "in line with the others", NOT_KNOWN if lacking else "not enough data yet")
    scorecard["verdict"] = np.where(
        scorecard["p"] < SURE, "overpromise risk: high", np.where(single != "", single, otherwise)
    )
    tops = [scorecard[aspect.top].to_numpy(float) for aspect in ASPECTS]
    scorecard["times_worse"] = np.where(complete, _times_worse(tops, scorecard, totals), np.nan)
    scorecard["rank"] = scorecard["times_worse"].rank(ascending=False, method="first")
    scorecard["rank_held"] = _rank_held(scorecard, totals)
    return scorecard.sort_values(["rank", "decided"], ascending=[True, False], ignore_index=True)


def _worse_in(raw: pd.DataFrame) -> pd.Series:
    """In what each campaign is worse, in words; "" if in nothing. `raw` has a p-value per campaign and aspect."""
    every = pd.Series(raw.stack().dropna())
    if every.empty:
        return pd.Series("", index=raw.index)
    sure = pd.Series([p < SURE for p in adjusted(every.tolist())], every.index)
    clear = sure.unstack().reindex(index=raw.index, columns=raw.columns).eq(other=True)
    return clear.apply(lambda row: ", ".join(a.label for a in ASPECTS if row[a.name]), axis=1)


def _against_the_others(
    scorecard: pd.DataFrame, totals: pd.Series, aspect: Aspect
) -> tuple[pd.DataFrame, pd.Series]:
    """`scorecard` with the shares of an aspect, and how likely so bad a share is if a campaign is like the others."""
    top, bottom = scorecard[aspect.top].astype(float), scorecard[aspect.bottom].astype(float)
    others, rest = totals[aspect.top] - top, totals[aspect.bottom] - bottom
    # Written so that a number that is not known fails, too.
    enough = (bottom >= FEWEST_PEOPLE) & (rest >= FEWEST_PEOPLE) & (top >= FEWEST_CASES) & (others >= 0)
    low, high = proportion_confint(top.where(enough), bottom.where(enough), method="wilson")
    added = {"": top / bottom, "_low": low, "_high": high, "_others": others / rest}
    scorecard = scorecard.assign(**{f"{aspect.name}{c}": v.where(enough) for c, v in added.items()})
    # One-sided by Fisher: of all people, so many are the campaign's, and so many of all cases fell on them.
    drawn = (totals[aspect.bottom], totals[aspect.top], bottom)
    tail = hypergeom.cdf(top, *drawn) if aspect.worse == "less" else hypergeom.sf(top - 1, *drawn)
    return scorecard, pd.Series(tail, index=scorecard.index).where(enough)


def _times_worse(tops: Sequence[np.ndarray], scorecard: pd.DataFrame, totals: pd.Series) -> np.ndarray:
    """The geometric mean of three ratios to the others; half a case is added, so that none is infinitely good.

    `tops` has an array per aspect, its last axis as long as `scorecard`.
    """
    logs: list[np.ndarray] = []
    for aspect, counted in zip(ASPECTS, tops, strict=True):
        bottom, whole, every = (
            scorecard[aspect.bottom].to_numpy(float),
            totals[aspect.bottom],
            totals[aspect.top],
        )
        others = every - scorecard[aspect.top].to_numpy(float)
        rest = whole - bottom
        top = bottom - counted if aspect.worse == "less" else counted
        if aspect.worse == "less":
            others = rest - others
        logs.append(np.log((top + 0.5) / (bottom + 1)) - np.log((others + 0.5) / (rest + 1)))
    return np.asarray(np.exp(np.mean(logs, axis=0)))


def _rank_held(scorecard: pd.DataFrame, totals: pd.Series) -> pd.Series:
    """How often each rank comes out again when every campaign's people are drawn anew from its own."""
    ranked = scorecard[scorecard["rank"].notna()]
    random = np.random.default_rng(2026)
    tops = []
    for aspect in ASPECTS:
        people = ranked[aspect.bottom].to_numpy(int)
        shares = ranked[aspect.top].to_numpy(float) / people
        tops.append(random.binomial(people, shares, size=(REDRAWS, len(ranked))).astype(float))
    again = np.argsort(np.argsort(-_times_worse(tops, ranked, totals), axis=1), axis=1) + 1
    held = (again == ranked["rank"].to_numpy()).mean(axis=0)
    return pd.Series(held, index=ranked.index).reindex(scorecard.index)
