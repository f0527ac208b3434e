"""Beside an experiment's effect: how it is after 3, 6 and 12 months, for whom it works, and whether arms were alike."""

from datetime import date, timedelta
from math import isnan

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, numeral, share, with_sign
from models.churn.features import BY_NAME
from models.experiments.balance import ALIKE
from models.experiments.sequential_analysis import best
from pages.components import tables
from pages.components.typed_text import escaped
from workflow.experiments.experiment_results import ExperimentResult
from workflow.experiments.interim_results import BALANCE, CHURN, COVARIATES, CROSS_SELL, HORIZONS, after
from workflow.experiments.persuadable import GROUPS, SALVAGEABLE, WORTH_A_CALL

OUTCOMES = {CHURN: "Left", CROSS_SELL: "Opened a wealth product"}
_POINTS = numeral(100 * WORTH_A_CALL)
GROUP_WORDS = {
    "persuadable": (
        "Persuadables",
        f"a call lowers their predicted chance of leaving by {_POINTS} points or more",
    ),
    "sure_thing": ("Sure things", "a call changes it little, and few leave"),
    "lost_cause": ("Lost causes", "a call changes it little, and more leave than usual"),
    "sleeping_dog": ("Sleeping dogs", f"a call raises it by {_POINTS} points or more"),
}
NOT_YET = "not enough data yet"


def over_time(reading: ExperimentResult, today: date) -> None:
    """The effects after 3, 6 and 12 months side by side, each with its interval and both arms."""
    st.header("Does the effect last?")
    st.caption(
        "Each customer counts from the day of assignment, and only once that is long enough ago. Difference in points: "
        "the share of the treated less that of the held-out, with its 95% interval, wider on an interim analysis."
    )
    frame = pd.DataFrame(
        [
            {"Outcome": word, **{f"After {m} months": _within(reading, outcome, m, today) for m in HORIZONS}}
            for outcome, word in OUTCOMES.items()
        ]
    )
    tables.sentences(frame.map(escaped), frame, "effects-over-time")


def _within(reading: ExperimentResult, outcome: str, months: int, today: date) -> str:
    """One cell: the effect with its interval and n, or why there is none."""
    if missing := reading.unknown.get(outcome):
        return missing.word
    figures = reading.figures.get(after(outcome, months))
    if figures is None:
        ripe = None if reading.first_on is None else reading.first_on + timedelta(days=HORIZONS[months])
        if ripe is None or ripe > today:
            return f"too early: nobody before {day(ripe)}" if ripe else "too early"
        if reading.following is None:
            return "not read: no further analysis is planned"
        return f"too early: at the analysis on {day(reading.following.on)}"
    sizes = [
        "few" if isnan(figures[arm].value) else numeral(figures[arm].value) for arm in ("treated", "held_out")
    ]
    n = f"{sizes[0]} treated, {sizes[1]} held out"
    points = best(figures, "points")
    if points is None:
        return f"{NOT_YET} ({n})"
    value, low, high = (with_sign(100 * v) for v in (points.value, points.low, points.high))
    return f"{value} points ({low} to {high}); {n}"


def who_can_be_saved(reading: ExperimentResult) -> None:
    """The Qini coefficient and the four groups, by customers the model did not see; why not, where it cannot be told."""
    if reading.look is None:
        return
    st.header("Who can be saved?")
    figures = reading.figures.get(SALVAGEABLE, {})
    icon, sentence = _qini(reading)
    st.markdown(f":material/{icon}: {escaped(sentence)}")
    if "qini" not in figures or GROUPS[0] not in figures:
        return
    total = sum(reading.figures[CHURN][arm].value for arm in ("treated", "held_out"))
    rows = []
    for group in GROUPS:
        title, what = GROUP_WORDS[group]
        size, effect = figures[group].value, figures.get(f"{group}_effect")
        difference = NOT_YET
        if effect is not None:
            value, low, high = (with_sign(100 * v) for v in (effect.value, effect.low, effect.high))
            difference = f"{value} points ({low} to {high})"
        rows.append(
            {
                "Group": f"{title}: {what}",
                "Customers": _of_all(size, total),
                "Left, treated less held out": difference,
            }
        )
    frame = pd.DataFrame(rows)
    tables.sentences(frame.map(escaped), frame, "uplift-groups")
    st.caption(
        f"By a model that did not see the customer, in five parts. A call that moves the chance of leaving by less than "
        f"{share(WORTH_A_CALL, 0)} changes nothing; such a customer is a lost cause from the held-out's usual chance on. "
        "What one person would have done otherwise nobody can see: the last column compares the group's two arms."
    )


def _of_all(size: float, total: float) -> str:
    """A group's size and its share of all who were watched, hidden groups included."""
    if isnan(size):
        return "too few to show"
    return numeral(size) if isnan(total) else f"{numeral(size)} ({share(size / total, 0)})"


def _qini(reading: ExperimentResult) -> tuple[str, str]:
    qini = reading.figures.get(SALVAGEABLE, {}).get("qini")
    if qini is None:
        if missing := reading.unknown.get(CHURN):
            return "database_off", f"Who can be saved is {missing.clause}."
        return (
            "hourglass_empty",
            "Who can be saved: not enough data yet, because too few customers of one arm have left.",
        )
    value, low, high = (with_sign(1000 * v) for v in (qini.value, qini.low, qini.high))
    difference = f"{value} per 1,000 treated ({low} to {high})"
    if qini.low <= 0:
        return "hourglass_empty", (
            "Who can be saved: not enough data. Calling those the model would choose, rather than any, made this "
            f"difference in customers kept: {difference}. Until that is clear, the queue goes by risk and money alone."
        )
    return "check", f"Who can be saved is known: calling those first kept more customers, {difference}."


def alike_before(reading: ExperimentResult) -> None:
    """The balance table: how far the arms lay apart before anything was done."""
    figures = reading.figures.get(BALANCE)
    if not figures:
        if reading.look is not None:
            st.caption(
                f"Whether the arms were alike before the assignment: {NOT_YET}, or from before this was kept."
            )
        return
    apart = [name for name in COVARIATES if name in figures and abs(figures[name].value) > ALIKE]
    rows = [(_label(name), figures[name]) for name in COVARIATES if name in figures]
    one = "1 number lies" if len(apart) == 1 else f"{len(apart)} numbers lie"
    limit = numeral(ALIKE, 1)
    st.markdown(
        f":material/check: Before the assignment the arms were alike: {len(rows)} of {len(COVARIATES)} numbers could be "
        f"compared, and all lie within {limit} standard deviations."
        if not apart
        else f":material/warning: Before the assignment {one} more than {limit} standard deviations apart."
    )
    with st.expander("Balance of the arms before the assignment"):
        tables.show(
            pd.DataFrame(
                {
                    "Known before": [label for label, _ in rows],
                    "Standardised difference": [with_sign(d.value, 2) for _, d in rows],
                    "From": [with_sign(d.low, 2) for _, d in rows],
                    "To": [with_sign(d.high, 2) for _, d in rows],
                }
            ),
            "balance",
        )
        st.caption(
            "Treated less held out, in standard deviations, with its 95% interval; of many numbers some lie apart by "
            "chance. Up to 0.1 counts as alike."
        )


def _label(name: str) -> str:
    return "Chance of leaving" if name == "chance" else BY_NAME[name].label
