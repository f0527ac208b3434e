"""Setting a goal: the five letters of SMART, each failing with its sentence, before anything is kept."""

import math
from dataclasses import replace
from datetime import date

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from metrics import CATALOGUE, HEADLINES
from metrics.pace import is_count
from metrics.scope import Period, fiscal_year
from metrics.words import figure, plain
from pages.kit import data, filters
from warehouse import connect
from warehouse.access import Viewer
from warehouse.errors import Problem
from workflow.goal_setting import LONGEST_TEXT, OWNERS, set_goal
from workflow.goals import DIGITAL, Draft, Filters, Goal, departments
from workflow.kept import year_before_of
from workflow.outlook import evidence, with_path
from workflow.smart import (
    LETTERS,
    LINKS,
    Evidence,
    far_from_seen,
    judge,
    plus_a_quarter,
    read,
    unit_of_target,
    written,
)

OFFERED = tuple(dict.fromkeys(("qualified_conversions", "acceptance_rate", *HEADLINES)))
ONLINE: Filters = (("channel", DIGITAL),)
SAID_DIGITAL = (
    f"Digital means the channels {', '.join(plain(c) for c in DIGITAL)}; "
    "branches, events and referrals are not."
)


def block(viewer: Viewer, goals: tuple[Goal, ...]) -> None:
    """The template, the form, and what it says."""
    as_of = data.as_of(viewer)
    year = fiscal_year(as_of, connect.here().settings.fiscal_year_starts)
    parts = _parts(viewer)
    st.button(
        "+25 % qualified conversions, digital channels, this fiscal year",
        icon=":material/content_paste:",
        on_click=_fill,
        args=(viewer, year),
        help=f"Fills the form. The fiscal year is {year.in_words()}. {SAID_DIGITAL}",
    )
    name = st.selectbox(
        "Measurable: the figure",
        OFFERED,
        format_func=lambda n: CATALOGUE[n].label,
        key="goal-metric",
        width=420,
    )
    metric = CATALOGUE[name]
    with st.form("goal-form"):
        left, middle, right = st.columns(3)
        with left:
            owner = st.selectbox("Specific: who owns it", OWNERS, index=None, key="goal-owner")
            part = st.selectbox("Specific: which part of the bank", list(parts), index=None, key="goal-part")
        with middle:
            # Kept apart by unit: 70 typed for a share is not HKD 70 when another figure is chosen.
            typed = st.number_input(
                f"Measurable: the target, {unit_of_target(metric)}",
                value=None,
                placeholder=unit_of_target(metric),
                key=f"goal-target-{metric.unit}",
            )
            confirm = st.empty()
            meant = _confirmed(confirm) if st.session_state.get("goal-far") == (name, typed) else None
        with right:
            link = st.selectbox(
                "Relevant: what it serves", list(LINKS), index=None, format_func=LINKS.get, key="goal-link"
            )
            span = st.date_input(
                "Time-bound: first and last day", (year.start, year.end), key="goal-span", format="DD/MM/YYYY"
            )
        note = st.text_input(
            "Achievable: what will be different, if the target is bold",
            key="goal-note",
            max_chars=LONGEST_TEXT,
        )
        why = st.text_input(
            "Only if it takes the place of a goal there is: why", key="goal-why", max_chars=LONGEST_TEXT
        )
        with st.container(horizontal=True):
            checked = st.form_submit_button("Check it", icon=":material/rule:")
            wanted = st.form_submit_button("Set the goal", type="primary", icon=":material/flag:")
    st.caption(SAID_DIGITAL)
    if checked or wanted:
        days = span if isinstance(span, tuple) else (span,)
        draft = Draft(
            metric=name,
            target=read(metric, typed),
            span=_span(days),
            owner=owner or "",
            filters=parts.get(part or "", ()),
            linked_to=link or "",
            note=note,
        )
        held = _evidence(viewer, draft)
        if meant is None and far_from_seen(metric, draft.target, held):
            st.session_state["goal-far"] = (name, typed)
            meant = _confirmed(confirm)
        failing = judge(draft, held, data.as_of(viewer), part_chosen=part is not None, meant=bool(meant))
        _answer(viewer, draft, held, failing, goals, why, wanted)


def _confirmed(slot: DeltaGenerator) -> bool:
    """The box beside a target far from everything seen."""
    return bool(slot.checkbox("This number is meant", key="goal-meant"))


def _evidence(viewer: Viewer, draft: Draft) -> Evidence:
    if draft.span.end <= draft.span.start:
        return Evidence()
    return evidence(draft, data.reader(viewer), data.as_of(viewer), data.known(viewer))


def _parts(viewer: Viewer) -> dict[str, Filters]:
    """What a goal can be about: label → filters."""
    found: dict[str, Filters] = {"The whole bank": (), "Digital channels": ONLINE}
    for dimension in ("channel", "product", "segment"):
        for value in filters.values(dimension, viewer):
            found[f"{dimension.capitalize()}: {plain(value)}"] = ((dimension, (value,)),)
    return found


def _span(days: tuple[date, ...]) -> Period:
    # While only one of the two days is chosen, the span has no end and is not yet one.
    return Period(days[0], days[-1]) if days else Period(date.min, date.min)


def _fill(viewer: Viewer, year: Period) -> None:
    """Put the template into the form."""
    known = data.known(viewer)
    template = plus_a_quarter(year, None, ONLINE)
    before = data.cached(viewer, year_before_of, template, known)
    draft = plus_a_quarter(year, None if math.isnan(before) else before, ONLINE)
    st.session_state["goal-owner"] = draft.owner
    st.session_state["goal-part"] = "Digital channels"
    st.session_state["goal-metric"] = draft.metric
    target = None if math.isnan(draft.target) else written(CATALOGUE[draft.metric], draft.target)
    st.session_state[f"goal-target-{CATALOGUE[draft.metric].unit}"] = target
    st.session_state["goal-link"] = draft.linked_to
    st.session_state["goal-span"] = (year.start, year.end)


def _answer(
    viewer: Viewer,
    draft: Draft,
    held: Evidence,
    failing: dict[str, str],
    goals: tuple[Goal, ...],
    why: str,
    wanted: bool,
) -> None:
    known, door = data.known(viewer), data.reader(viewer)
    for letter, word in LETTERS.items():
        if letter in failing:
            st.markdown(f":red[:material/close: **{letter}** {word}]")
            st.text(failing[letter])
        else:
            st.markdown(f":green[:material/check: **{letter}** {word}]")
    if failing or not wanted:
        _held_against(draft, held)
        return
    whole = replace(draft, target=float(round(draft.target))) if is_count(CATALOGUE[draft.metric]) else draft
    same = [
        g
        for g in goals
        if g.ended_at is None
        and not g.is_declined
        and (g.metric, g.filters, g.span) == (draft.metric, draft.filters, draft.span)
    ]
    replaced = same[0].goal_id if same and why.strip() else None
    try:
        set_goal(connect.here(), viewer, with_path(whole, door, known), supersedes=replaced, why=why)
    except Problem as problem:
        st.warning(str(problem), icon=":material/error:")
        return
    sharing = departments(whole)
    st.session_state["goal done"] = (
        f"Proposed. It is in force when {' and '.join(sharing)} have signed it, under “This goal”."
        if len(sharing) > 1
        else "The goal is set. Cards of the same part of the bank now show its target."
    )
    st.rerun()


def _held_against(draft: Draft, held: Evidence) -> None:
    metric = CATALOGUE[draft.metric]
    said = []
    if held.before is not None:
        said.append(f"The year before it was {figure(metric, held.before)}.")
    if held.heading is not None:
        low, high = figure(metric, held.heading.low), figure(metric, held.heading.high)
        said.append(f"Forecast over the whole span: {low} to {high}. {held.heading.method}")
    st.caption(" ".join(said) or "There is no history to hold the target against.")
