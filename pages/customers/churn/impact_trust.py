"""Whether to believe an experiment: the draw, who was contacted anyway, and the looks."""

from math import isnan

import streamlit as st

from metrics.comparison.words import day, numeral, share
from models.experiments.sequential_analysis import WRONG_RATIO
from pages.components.typed_text import escaped
from reports.review import experiment_effects
from workflow.experiments.experiment_results import ExperimentResult, Figures
from workflow.experiments.interim_results import CHURN, CONTACTED

WATCHED = {o: name for o, name in experiment_effects.GUARDRAILS.items() if o != CHURN}
"""Guardrails that have no card of their own on the page → their names."""


def wrong_draw(arms: Figures) -> bool:
    """Whether the arms' sizes are too far from plan to be chance."""
    return "sample_ratio" in arms and arms["sample_ratio"].value < WRONG_RATIO


def trust(reading: ExperimentResult) -> None:
    """One line for each reason to believe the figures or not to."""
    st.header("Can the result be trusted?")
    for icon, text in (
        _draw(reading.arms),
        _contact(reading),
        _looks(reading),
        _steadier(reading),
    ):
        if text:
            st.markdown(f":material/{icon}: {escaped(text)}")


def guardrails(reading: ExperimentResult) -> None:
    """What more selling must not raise, each with its interval and both groups."""
    st.header("Did it cause harm?")
    for outcome in WATCHED:
        if outcome in reading.figures:
            effect = experiment_effects.effect(reading, outcome)
            arms = f" {effect.arms_in_words()}." if effect.arms_in_words() else ""
            icon = "warning" if effect.conclusion == "harmed" else "shield"
            sentence = effect.in_words() if effect.relative is not None else effect.in_words().capitalize()
            st.markdown(
                f":material/{icon if effect.relative else 'hourglass_empty'}: {escaped(f'{sentence}.{arms}')}"
            )
        else:
            st.caption(_not_measured(reading, outcome))


def _not_measured(reading: ExperimentResult, outcome: str) -> str:
    name = WATCHED[outcome]
    if missing := reading.unknown.get(outcome):
        return f"{name[:1].upper()}{name[1:]}: {missing.clause}."
    return f"{name[:1].upper()}{name[1:]}: not given on the day of this analysis, so not measured."


def _draw(arms: Figures) -> tuple[str, str]:
    if "sample_ratio" not in arms:
        return "hourglass_empty", "The random assignment cannot be checked yet: too few customers in an arm."
    n, m = arms["treated"].value, arms["held_out"].value
    planned = share(arms["treated_share"].value)
    if wrong_draw(arms):
        return "error", (
            f"The random assignment failed its check: {share(n / (n + m))} are in the treated arm, {planned} were "
            "planned. By chance that "
            "happens in fewer than 1 of 1,000 cases. Ask Analytics what took customers out of an arm."
        )
    return (
        "check",
        f"The random assignment passed its check: {share(n / (n + m))} are in the treated arm, {planned} were planned.",
    )


def _contact(reading: ExperimentResult) -> tuple[str, str]:
    arms = reading.arms
    if missing := reading.unknown.get(CONTACTED):
        return "database_off", f"Whether the held-out were called or met anyway is {missing.clause}."
    if "contacted_held_out" not in arms:
        return "", ""
    treated, held_out = arms["contacted_treated"].value, arms["contacted_held_out"].value
    if isnan(held_out):
        return (
            "hourglass_empty",
            "How many of the held-out were called, met or made an offer within 30 days of assignment is not shown: those "
            "who were, or were not, are too few.",
        )
    others = "too few with or without it to show" if isnan(treated) else share(treated)
    sentence = (
        f"{share(held_out)} of the held-out were called, met or made an offer within 30 days of assignment anyway, of "
        "the "
        f"treated {others}."
    )
    if held_out > 0 and not isnan(treated) and held_out >= treated / 2:
        return (
            "warning",
            f"{sentence} The arms were treated nearly alike, so the true effect may be larger than shown.",
        )
    return "check", sentence


def _looks(reading: ExperimentResult) -> tuple[str, str]:
    look, following = reading.look, reading.following
    after = (
        f" The next analysis is on {day(following.on)}." if following else " No further analysis is planned."
    )
    if look is None:
        return "event", f"Analyses are planned beforehand; no outcome is read in between.{after}"
    if look.after_the_fact:
        return "warning", (
            f"The data reached {day(look.on)} before this analysis was planned, so it is post hoc.{after}"
        )
    return "event", (
        f"Interim analysis {look.number} of {look.of}, on {day(look.on)}, planned beforehand: the bar for a clear "
        "effect, "
        f"{numeral(look.bound, 2)} standard errors, allows for every planned analysis (O'Brien-Fleming).{after}"
    )


def _steadier(reading: ExperimentResult) -> tuple[str, str]:
    cut = reading.figures.get(CHURN, {}).get("variance_cut")
    if cut is None or cut.value <= 0:
        return "", ""
    return "compress", (
        f"Taking out the risk known before assignment makes the interval as narrow as "
        f"{numeral(100 / (1 - cut.value) - 100)}% "
        "more customers would."
    )
