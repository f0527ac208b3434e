"""The experiments as a page shows them: the latest planned look of each, and how the draw went."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import select

from metrics.comparison.words import day, numeral, points, signed, with_sign
from metrics.query.missing_reasons import Missing, not_given
from models.evaluation.prediction_metrics import PredictionMetric
from models.experiments.sequential_analysis import best, verdict
from warehouse.access import data_coverage
from warehouse.access.reader import Reader
from warehouse.schema import experiment_results, plain
from workflow.experiments.interim_results import ARMS, CHURN, NEEDS, TARGETS, WORTH_NEEDS
from workflow.experiments.planned_analyses import OF_A_RULE, Look, look_on, plan_of, planned_experiments
from workflow.rules.rule_drafts import rules

Figures = dict[str, PredictionMetric]
WORTH = "worth"
"""Of `ExperimentResult.unknown`, what the customers kept are worth."""


@dataclass(frozen=True, kw_only=True)
class ExperimentResult:
    """An experiment as a page shows it.

    `figures` are those of the latest look, by outcome, empty before the first; `arms` is empty until the night after
    the first draw has counted them. `unknown` says by outcome why the bank cannot say what happened.
    """

    experiment: str
    title: str
    arms: Figures
    first_on: date | None
    look: Look | None
    following: Look | None
    figures: dict[str, Figures] = field(default_factory=dict)
    unknown: dict[str, Missing] = field(default_factory=dict)


def readings(reader: Reader, as_of: date, on: date | None = None) -> list[ExperimentResult]:
    """Every experiment, those with a look first, the largest first, by its latest look.

    `on` asks for the look of one day instead. Raises ChangeRefused if no experiment planned one for it.
    """
    frame = reader.frame(select(experiment_results))
    frame = frame.assign(looked_on=pd.to_datetime(frame["looked_on"]).dt.date)
    titles = {OF_A_RULE + r.code: f"Alerts: {r.title}" for r in rules(reader.stores.settings)}
    results = []
    unknown = _unknown(reader)
    names = sorted({*frame["experiment"], *planned_experiments(reader)})
    plans = {name: plan_of(reader, name) for name in names}
    if on is not None and not any(look.on == on for plan in plans.values() for look in plan):
        for name, plan in plans.items():
            look_on(plan, _title(name, titles), on)
    for name, plan in plans.items():
        rows = frame[frame["experiment"] == name]
        state = rows[rows["outcome"] == ARMS]
        arms = _figures(state[state["looked_on"] == state["looked_on"].max()])
        done = set(rows.loc[rows["outcome"] == CHURN, "looked_on"])
        read = [look for look in plan if look.on in done and on in (None, look.on)]
        look = read[-1] if read else None
        latest = rows[(rows["looked_on"] == look.on) & (rows["outcome"] != ARMS)] if look else rows.iloc[:0]
        results.append(
            ExperimentResult(
                experiment=name,
                title=_title(name, titles),
                arms=arms,
                first_on=date.fromordinal(int(arms["first_on"].value)) if arms else None,
                look=look,
                following=next((k for k in plan if k.on > as_of), None),
                figures={str(o): _figures(part) for o, part in latest.groupby("outcome")},
                unknown=unknown,
            )
        )
    return sorted(results, key=lambda r: (r.look is None, -_size(r), r.title))


def retirement_suggestions(reader: Reader, as_of: date) -> dict[str, str]:
    """Rule → why to consider removing it: its last planned analysis shows harm, or no effect though large enough.

    A rule with analyses to come is not in it; nor is one without a clear effect among too few customers to show one.
    """
    named = {
        r.experiment.removeprefix(OF_A_RULE): r
        for r in readings(reader, as_of)
        if r.experiment.startswith(OF_A_RULE)
    }
    return {code: sentence for code, result in named.items() if (sentence := why_remove(result))}


def why_remove(result: ExperimentResult) -> str:
    """That a rule's last planned analysis shows harm, or no effect, in words; "" where it helped or nobody can say."""
    look, figures = result.look, result.figures.get(CHURN, {})
    effect, needed = best(figures, "points"), figures.get("needed")
    if look is None or look.number != look.of or look.after_the_fact or effect is None:
        return ""
    conclusion = verdict(effect, "fewer")
    large_enough = needed is not None and needed.value <= 0
    if conclusion == "helped" or (conclusion != "harmed" and not large_enough):
        return ""
    people = figures["treated"].value + figures["held_out"].value
    interval = f"{with_sign(100 * effect.low)} to {with_sign(100 * effect.high)}"
    shows = "shows that more" if conclusion == "harmed" else "does not show that fewer"
    enough = "" if conclusion == "harmed" else f", who were enough to show {signed(TARGETS[CHURN], 0)}"
    return (
        f"Its last planned analysis, on {day(look.on)}, {shows} customers leave when they are called: "
        f"{points(effect.value)} (95% interval {interval}) among {numeral(people)} customers{enough}. "
        "Consider removing it."
    )


def _unknown(reader: Reader) -> dict[str, Missing]:
    covered = data_coverage.of(reader)
    lacking = {outcome: not_given(needs, covered) for outcome, needs in {**NEEDS, WORTH: WORTH_NEEDS}.items()}
    return {outcome: missing for outcome, missing in lacking.items() if missing}


def _title(experiment: str, titles: dict[str, str]) -> str:
    # A rule that people set has its title in the application database, which not every role may see.
    own = experiment.removeprefix(OF_A_RULE)
    return titles.get(experiment, f"Alerts: {plain(own)}" if own != experiment else own)


def _size(reading: ExperimentResult) -> float:
    return float(np.nan_to_num(reading.arms["treated"].value)) if reading.arms else 0.0


def _figures(rows: pd.DataFrame) -> Figures:
    numbers = rows[["value", "low", "high"]].astype(float).to_numpy()
    return {
        name: PredictionMetric(value=float(value), low=float(low), high=float(high))
        for name, (value, low, high) in zip(rows["figure"], numbers, strict=True)
    }
