"""Figure cards: value, change with its verdict, target, number of cases, trend; the sentence is the tooltip."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import Change, compare
from metrics.comparison.conclusion import Verdict
from metrics.comparison.goal_status import beside_target, is_met
from metrics.comparison.words import change, day, figure, numeral, rounded
from metrics.definitions.measure import Measure, Metric, Ratio
from metrics.definitions.scope import Period, Scope, full_months
from metrics.query.missing_reasons import delivered_in_part, missed, not_given_for
from metrics.query.query import Query, figures, lopsided, unanswerable
from metrics.query.report_query import final_after
from metrics.query.time_coverage import before as days_before
from metrics.query.time_coverage import counted, is_by_month
from pages.components import data, discuss, theme
from pages.figures import drill
from warehouse.access.data_coverage import Coverage
from warehouse.access.reader import Viewer
from workflow.goals.goal_targets import targets

TREND_MONTHS = 12
UNDECIDED = ("no significant difference", str(Verdict.TOO_FEW))
"""What is said beside a target that is neither met nor missed."""


@dataclass(frozen=True, kw_only=True)
class FigureCard:
    """What a card says; of a figure that cannot be given only why."""

    name: str
    value: str
    below: str
    help: str
    is_known: bool = True
    delta: str = ""
    colour: theme.Colour = "gray"
    arrow: Literal["up", "down", "off"] = "off"
    trend: tuple[float, ...] = ()


def row(names: Sequence[str], scope: Scope, viewer: Viewer) -> None:
    """A card for each metric, as many beside each other as fit."""
    with st.grid(min(4, len(names)), min_column_width=215, gap="small"):
        for card in data.until_changed(viewer, in_words, tuple(names), scope):
            with st.container(border=True, height="stretch"):
                _draw(card, scope, viewer)


def in_words(viewer: Viewer, names: tuple[str, ...], scope: Scope) -> tuple[FigureCard, ...]:
    """What the card of each metric says."""
    answer = answered(names, scope, viewer)
    goals = targets(data.reader(viewer), scope, as_of=data.as_of(viewer))
    cards = []
    for name in names:
        missing, means = _why_missing(name, scope, viewer), CATALOGUE[name].description
        if missing:
            cards.append(FigureCard(name=name, value="not known", below=missing, help=means, is_known=False))
        else:
            cards.append(_card(name, answer, goals.get(name), scope, viewer))
    return tuple(cards)


def _draw(card: FigureCard, scope: Scope, viewer: Viewer) -> None:
    label = CATALOGUE[card.name].label
    if not card.is_known:
        st.metric(label, card.value, help=card.help)
        st.caption(card.below)
        return
    st.metric(
        label,
        card.value,
        delta=card.delta or None,
        delta_color=card.colour,
        delta_arrow=card.arrow,
        help=card.help,
        chart_data=list(card.trend) or None,
        chart_type="line",
    )
    st.caption(card.below)
    with st.container(horizontal=True, gap="small", key=f"below-card-{card.name}"):
        drill.button(card.name, scope, viewer, card.name)
        discuss.popover(card.name, [card.name], scope, viewer)


def answered(names: Sequence[str], scope: Scope, viewer: Viewer) -> pd.DataFrame:
    """The figures of cards by index: 0 the period, 1 the one before, then the full months of the trend."""
    months = full_months(scope.period.end, TREND_MONTHS)
    return data.ask_and_before(viewer, names, scope, more=months).set_index("period")


def _why_missing(name: str, scope: Scope, viewer: Viewer) -> str:
    dimension = unanswerable(name, Query.of([name], scope))
    if dimension:
        return f"This figure is not kept by {dimension}."
    missing = not_given_for([name], data.coverage_of(viewer)) or data.not_countable(viewer, name)
    return missing.sentence if missing else ""


def _card(name: str, answer: pd.DataFrame, target: float | None, scope: Scope, viewer: Viewer) -> FigureCard:
    metric = CATALOGUE[name]
    row, row_before = data.period_row(answer, 0), data.period_row(answer, 1)
    now, before = figures(metric, row), figures(metric, row_before)
    alike = not lopsided(metric, Query.of([name], scope))
    movement = compare(metric, now, before) if alike else Change(Verdict.NOT_COMPARABLE)
    movement = _grows_until(metric, scope, data.as_of(viewer)) or movement
    covered = data.coverage_of(viewer)
    missing = data.why_missing(viewer, name, scope.period, row)
    trend = answer.loc[2:, name].dropna()
    delta, colour, arrow = (
        change(metric, now["value"], before["value"], movement),
        _colour(movement),
        _arrow(movement, now["value"], before["value"]),
    )
    if not scope.looks_back:
        arrow = "off"
        delta, colour = _beside_plan(metric, now, target) if scope.against == "plan" else ("", "gray")
    return FigureCard(
        name=name,
        value=missing.word if missing else figure(metric, now["value"]),
        delta=missing.sentence if missing else delta,
        colour=colour,
        arrow=arrow,
        help=f"{metric.description} Source: {metric.owner}.",
        # A month without a figure is left out: at 0 it would look like a fall.
        trend=tuple(rounded(v, 6) for v in trend) if len(trend) > 1 else (),
        below=_below(name, now, target, scope, covered, data.hidden_below(viewer, metric)),
    )


def _grows_until(metric: Metric, scope: Scope, as_of: date) -> Change | None:
    """Too early, with the day from which the figure grows no more; None where it is final already."""
    days = final_after(metric)
    if days is None:
        return Change(Verdict.NOT_COMPARABLE)
    final_on = scope.period.end + timedelta(days=days)
    return Change(Verdict.TOO_EARLY, known_on=final_on) if final_on > as_of else None


def _colour(movement: Change) -> theme.Colour:
    colours: dict[str, theme.Colour] = {"better": "green", "worse": "red"}
    return colours.get(movement.verdict, "gray")


def _arrow(movement: Change, now: float, before: float) -> Literal["up", "down", "off"]:
    if not movement.verdict.is_a_finding or now == before:
        return "off"
    return "up" if now > before else "down"


def _beside_plan(metric: Metric, now: dict[str, float], target: float | None) -> tuple[str, theme.Colour]:
    """Where a figure stands against its plan; a colour only where it is clearly met or missed."""
    if target is None:
        return "no plan for this", "gray"
    stands = beside_target(metric, now["value"], now.get("denominator", math.nan), target)
    words = f"{stands}, plan {figure(metric, target)}"
    if stands in UNDECIDED:
        return words, "gray"
    return words, "green" if is_met(metric, now["value"], target) else "red"


def _periods(metric: Metric, period: Period, covered: Coverage | None) -> tuple[Period, Period]:
    """The days that a figure counts, and those it is compared with."""
    days = counted(metric, period, covered) if is_by_month(metric, covered) else period
    days = days or period
    return days, days_before(metric, days, covered)


def _below(
    name: str,
    now: dict[str, float],
    target: float | None,
    scope: Scope,
    covered: Coverage | None,
    hidden_below: int | None,
) -> str:
    metric = CATALOGUE[name]
    parts = [
        sentence
        for sentence in (delivered_in_part(name, scope.period, covered), missed(name, covered, hidden_below))
        if sentence
    ]
    if isinstance(metric, Measure) and metric.is_stock:
        at, before = (p.start if metric.opening else p.end for p in _periods(metric, scope.period, covered))
        parts.append(f"At {day(at)}, compared with {day(before)}")
    if target is not None and scope.against != "plan":
        stands = beside_target(metric, now["value"], now.get("denominator", math.nan), target)
        parts.append(f"Target {figure(metric, target)}, {stands}")
    if isinstance(metric, Ratio) and now["denominator"] == now["denominator"]:
        parts.append(f"n = {numeral(now['denominator'])}")
    return "  \n".join(parts) or ("" if scope.against == "plan" else "No target set")
