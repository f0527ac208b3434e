"""Below channel value: what each month's newcomers brought since, and how right the values were in hindsight."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd
import streamlit as st
from scipy.stats import binomtest

from metrics.attribution import channel_net_value, value_meaning
from metrics.comparison.compare import share_interval
from metrics.comparison.currency import currency
from metrics.comparison.words import day, hkd, numeral, rounded, share
from metrics.definitions.meaning import Meaning
from metrics.definitions.scope import Scope
from metrics.query import value_basis
from models.value.lifetime_value import COVERAGE
from pages.charts import charts, value_charts
from pages.components import data, tables
from warehouse.access.data_coverage import why_not_there
from warehouse.access.reader import Viewer
from workflow.records.run_notes import HINDSIGHT, HOW_VALUED

MOST_COLUMNS = 12
NOT_YET = "not yet"


def cohorts(viewer: Viewer, scope: Scope, as_of: date) -> None:
    """The triangle: cumulative net revenue per customer won, by month of joining and months since.

    Where nobody says what remains after costs it is revenue, under that name; where no lead is known, of everybody.
    """
    earned = channel_net_value.earned(data.reader(viewer))
    won = channel_net_value.won_is_known(data.available_columns(viewer))
    st.header(f"{earned.label} of new customers, by month since joining")
    missing = tables.lacking(viewer, "revenues", "revenues.revenue", "customers.joined_on")
    if missing:
        tables.empty(f"{earned.label} of new customers is {missing.clause}.")
        return
    triangle = data.until_changed(viewer, triangle_of, scope, as_of)
    if triangle.words.empty:
        tables.empty(triangle.why_empty)
        return
    costs = "" if value_basis.COST in data.available_columns(viewer) else f"{earned.source} "
    st.caption(
        f"{earned.label} so far per customer{' won' if won else ''}, in {currency()}{_leavers(viewer)}. "
        f"{costs}Hatched months have not come yet. Of a blank one the sum is not known: it, or a month before it, is "
        "about too few people to show or has no revenue on record; the table below says which."
    )
    charts.show(
        value_charts.triangle(triangle.cumulative, list(triangle.labels), triangle.come),
        alt=f"Cumulative {earned.label.lower()} per customer by month of joining; the table below has the figures.",
        key="cohorts",
    )
    read = channel_net_value.flows_since_joining("month", scope, as_of, earned.amount, through_leads=won)
    means = Meaning(terms=(value_meaning.cohorts(earned, through_leads=won),), reads=(read,))
    charts.table_below(triangle.words, "cohorts-table", means=means)


def _leavers(viewer: Viewer) -> str:
    return "; who left again counts too" if value_basis.LEFT in data.available_columns(viewer) else ""


@dataclass(frozen=True, kw_only=True)
class Triangle:
    """Cumulative net revenue per customer by month of joining, as figures and in words; empty with the reason why."""

    cumulative: pd.DataFrame = field(default_factory=pd.DataFrame)
    labels: tuple[str, ...] = ()
    come: tuple[int, ...] = ()
    """How many months since joining each row has lived through."""
    words: pd.DataFrame = field(default_factory=pd.DataFrame)
    why_empty: str = ""


def triangle_of(viewer: Viewer, scope: Scope, as_of: date) -> Triangle:
    """The triangle of those who joined in a scope."""
    months = data.cached(viewer, channel_net_value.by_month_since_joining, "month", scope, as_of)
    months = months[months["month"] <= MOST_COLUMNS]
    if months.empty:
        return Triangle(why_empty=why_nobody_joined(viewer, scope))
    each = months.assign(each=months["net"] / months["reached"]).pivot(
        index="group", columns="month", values="each"
    )
    gaps = months.pivot(index="group", columns="month", values="gap").fillna(NOT_YET)
    # After a month of which nothing is known the sum is not known any more, for the same reason.
    gaps = gaps.mask(gaps == "").ffill(axis=1)
    cumulative = each.cumsum(axis=1).where(gaps.isna())
    if cumulative.isna().all(axis=None):
        return Triangle(
            why_empty="Hidden: fewer people joined in each month than may be shown."
            if (gaps == channel_net_value.HIDDEN).any(axis=None)
            else "No revenue is on record of the people who joined in these months."
        )
    labels = [f"{pd.Timestamp(g):%b %Y}" for g in cumulative.index]
    words = cumulative.map(hkd).where(gaps.isna(), gaps).reset_index(drop=True)
    words.columns = pd.Index([f"Month {c}" for c in cumulative.columns])
    words.insert(0, "Joined in", labels)
    come = tuple(int(count) for count in (gaps != NOT_YET).sum(axis=1))
    return Triangle(cumulative=cumulative, labels=tuple(labels), come=come, words=words)


def why_nobody_joined(viewer: Viewer, scope: Scope) -> str:
    """Why no month of those who joined in a scope is shown: nobody joined then, or too lately."""
    covered = data.coverage_of(viewer)
    joined = covered.days.get("customers.joined_on") if covered else None
    if joined is not None and joined.latest_on < scope.period.start:
        return f"Nobody joined in this period: the latest customer joined on {day(joined.latest_on)}."
    return "Nobody who joined in this period has completed a month yet."


def hindsight(viewer: Viewer) -> None:
    """On what the values rest, and predicted a year ago against what came, by tenths of customers."""
    st.header("How accurate were these values a year ago?")
    if data.coverage_of(viewer) is not None and "customer_values" in data.available_columns(viewer):
        st.caption(data.cached(viewer, why_not_there, HOW_VALUED))
    tenths = data.cached(viewer, channel_net_value.latest_hindsight)
    if tenths.empty:
        tables.not_worked_out(viewer, HINDSIGHT, "The last nightly run compared no value with what came.")
        return
    sentence, frame = data.until_changed(viewer, hindsight_of)
    st.caption(sentence)
    tables.show(
        frame,
        "hindsight",
        means=value_meaning.HINDSIGHT,
        columns={"Customers": st.column_config.NumberColumn(format="localized")},
    )


def hindsight_of(viewer: Viewer) -> tuple[str, pd.DataFrame]:
    """What came of the values of a year ago, in a sentence and by tenths of customers."""
    tenths = data.cached(viewer, channel_net_value.latest_hindsight)
    first = tenths.iloc[0]
    people = tenths["people"].sum()
    predicted, came = ((tenths[c] * tenths["people"]).sum() / people for c in ("predicted", "realised"))
    within = (tenths["within"] * tenths["people"]).sum() / people
    sentence = (
        f"With the data up to {day(pd.Timestamp(first['predicted_on']))}, {hkd(predicted)} net revenue a customer was "
        f"predicted for the 12 months to {day(pd.Timestamp(first['realised_until']))}; it was {hkd(came)}. "
        f"{share(within)} of {numeral(people)} customers were inside their own interval, which is meant to hold for 80% "
        "of every tenth. Each interval had been widened by what the other customers' missed. "
        f"{_off(tenths)}"
    )
    frame = pd.DataFrame(
        {
            "Tenth of customers": [
                "lowest"
                if t == tenths["tenth"].min()
                else "highest"
                if t == tenths["tenth"].max()
                else str(t)
                for t in tenths["tenth"]
            ],
            "Customers": tenths["people"],
            "Predicted": [hkd(v) for v in tenths["predicted"]],
            "Actual": [hkd(v) for v in tenths["realised"]],
            "95% interval": [
                f"{hkd(a)} to {hkd(b)}"
                for a, b in zip(tenths["realised_low"], tenths["realised_high"], strict=True)
            ],
            "Inside their interval": [
                _covered(w, n) for w, n in zip(tenths["within"], tenths["people"], strict=True)
            ],
        }
    )
    return sentence, frame


def _covered(within: float, people: float) -> str:
    """A share with its sampling error: `79.1% (75.9% to 82.0%)`."""
    low, high = share_interval(within * people, people)
    return f"{share(within)} ({share(low)} to {share(high)})"


def _off(tenths: pd.DataFrame) -> str:
    """Which tenths hold clearly more or fewer than claimed, judged over all of them together."""
    missed = [
        int(t)
        for t, w, n in zip(tenths["tenth"], tenths["within"], tenths["people"], strict=True)
        if binomtest(int(rounded(w * n)), int(n), COVERAGE).pvalue * len(tenths) < 0.05
    ]
    if not missed:
        return "No tenth is clearly away from 80%."
    return f"Clearly away from 80%: tenth {', '.join(map(str, missed))} of {len(tenths)}; take their intervals with care."
