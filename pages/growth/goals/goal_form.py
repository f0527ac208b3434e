"""Setting a goal: the five letters of SMART, each failing with its sentence, before anything is kept."""

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from metrics.catalogue import CATALOGUE, HEADLINES
from metrics.comparison.plan_pace import is_count
from metrics.comparison.words import figure, rounded
from metrics.definitions.measure import Metric
from metrics.definitions.scope import Filters, Period, fiscal_year
from pages.components import data, filters, forms, goal_origin
from warehouse.access.reader import Viewer
from warehouse.errors import ChangeRefused, Problem
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.collaboration import record_outcomes
from workflow.goals.goal_outlook import evidence, with_path
from workflow.goals.goal_records import DIGITAL, Goal, GoalDraft, departments
from workflow.goals.goal_setting import LONGEST_TEXT, OWNERS, set_goal
from workflow.goals.smart import (
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
from workflow.kept import year_before_of

OFFERED = tuple(dict.fromkeys(("qualified_conversions", "acceptance_rate", *HEADLINES)))
FORM, _CHECKED, _FAR = "goal", "goal that was checked", "goal far from seen"
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
    if (origin := goal_origin.current()) is not None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f"This goal will be linked to observation {origin.record_id}.", width="content")
            st.button("Do not link it", on_click=goal_origin.forget, type="tertiary", key="goal-unlinked")
    st.button(
        "+25% qualified conversions, digital channels, this fiscal year",
        icon=":material/content_paste:",
        on_click=_fill,
        args=(viewer, year),
        help=f"Fills the form. The fiscal year is {year.in_words()}. {SAID_DIGITAL}",
    )
    name = st.selectbox(
        "Measurable: the figure",
        _offered(),
        format_func=lambda n: CATALOGUE[n].label,
        key="goal-metric",
        width=420,
    )
    metric = CATALOGUE[name]
    with forms.form(FORM, border=True) as form:
        left, middle, right = st.columns(3)
        with left:
            st.selectbox(
                "Specific: who owns it", OWNERS, index=None, key=form.keep("owner", among=(None, *OWNERS))
            )
            st.selectbox(
                "Specific: which part of the bank",
                list(parts),
                index=None,
                key=form.keep("part", among=(None, *parts)),
            )
        with middle:
            # Kept apart by unit: 70 typed for a share is not HKD 70 when another figure is chosen.
            typed = st.number_input(
                f"Measurable: the target, {unit_of_target(metric)}",
                value=None,
                placeholder=unit_of_target(metric),
                key=form.keep(_target(metric)),
            )
            if st.session_state.get(_FAR) == (name, typed):
                st.checkbox("This number is meant", key=form.keep("meant", default=False))
        with right:
            st.selectbox(
                "Relevant: what it serves",
                list(LINKS),
                index=None,
                format_func=LINKS.__getitem__,
                key=form.keep("link", among=(None, *LINKS)),
            )
            forms.date_input("Time-bound: first and last day", form.keep("span", (year.start, year.end)))
        st.text_input(
            "Achievable: what will be different, if the target is bold",
            key=form.keep("note", ""),
            max_chars=LONGEST_TEXT,
        )
        st.text_input(
            "Only if it takes the place of a goal there is: why",
            key=form.keep("why", ""),
            max_chars=LONGEST_TEXT,
        )
        with st.container(horizontal=True):
            form.submit("Check it", partial(_check, parts, name), icon=":material/rule:")
            form.submit(
                "Set the goal", partial(_set, parts, name, goals), type="primary", icon=":material/flag:"
            )
    st.caption(SAID_DIGITAL)
    checked = st.session_state.get(_CHECKED)
    if checked is not None:
        _answer(*checked)


def about_origin() -> None:
    """Choose the figure of the observation that the goal comes of."""
    if (origin := goal_origin.current()) is not None:
        st.session_state["goal-metric"] = origin.metric


def _offered() -> tuple[str, ...]:
    """The figures to choose from; first that of the observation the goal comes of."""
    origin = goal_origin.current()
    return OFFERED if origin is None else tuple(dict.fromkeys((origin.metric, *OFFERED)))


def _target(metric: Metric) -> str:
    return f"target_{metric.unit.lower()}"


def _look(
    parts: dict[str, Filters], name: str, viewer: Viewer, values: Mapping[str, Any]
) -> tuple[GoalDraft, dict[str, str]]:
    """The goal as the form says, and which letters it fails; kept, so that the page tells them."""
    metric, span, part = CATALOGUE[name], values["span"], values["part"]
    typed = values[_target(metric)]
    draft = GoalDraft(
        metric=name,
        target=read(metric, typed),
        span=_span(span if isinstance(span, tuple) else (span,)),
        owner=values["owner"] or "",
        filters=parts.get(part or "", ()),
        linked_to=values["link"] or "",
        note=str(values["note"] or ""),
    )
    held = _evidence(viewer, draft)
    if far_from_seen(metric, draft.target, held):
        # From now on the form asks whether it is meant.
        st.session_state[_FAR] = (name, typed)
    meant = bool(values.get("meant"))
    failing = judge(draft, held, data.as_of(viewer), part_chosen=part is not None, meant=meant)
    st.session_state[_CHECKED] = draft, held, failing
    return draft, failing


def _check(parts: dict[str, Filters], name: str, viewer: Viewer, values: Mapping[str, Any]) -> str:
    """Only looks: the form keeps what it holds."""
    _look(parts, name, viewer, values)
    raise forms.Looked


def _set(
    parts: dict[str, Filters],
    name: str,
    goals: tuple[Goal, ...],
    viewer: Viewer,
    values: Mapping[str, Any],
) -> str:
    """Sets the goal; one that takes another's place takes that of a goal that was on screen."""
    draft, failing = _look(parts, name, viewer, values)
    if failing:
        raise ChangeRefused("The goal was not set. The lines marked with a cross say what is missing.")
    available, door = data.available_columns(viewer), data.reader(viewer)
    whole = replace(draft, target=rounded(draft.target)) if is_count(CATALOGUE[name]) else draft
    same = [
        g
        for g in goals
        if g.ended_at is None
        and not g.is_declined
        and (g.metric, g.filters, g.span) == (draft.metric, draft.filters, draft.span)
    ]
    why = str(values["why"] or "")
    replaced = same[0].goal_id if same and why.strip() else None
    number = set_goal(connect.here(), viewer, with_path(whole, door, available), supersedes=replaced, why=why)
    if (origin := goal_origin.current()) is not None:
        goal_origin.forget()
        with suppress(Problem):  # somebody answered the observation meanwhile; the goal stands all the same
            record_outcomes.goal_was_set(connect.here(), viewer, origin.record_id, origin.version, number)
    st.session_state.pop(_CHECKED)
    sharing = departments(whole)
    if len(sharing) > 1:
        return f"Proposed. It is in force when {' and '.join(sharing)} have signed it, under “This goal”."
    return "The goal is set. Cards of the same part of the bank now show its target."


def _parts(viewer: Viewer) -> dict[str, Filters]:
    """What a goal can be about: label → filters."""
    parts: dict[str, Filters] = {"The whole bank": (), "Digital channels": ONLINE}
    for dimension in ("channel", "product", "segment"):
        for value in filters.values(dimension, viewer):
            parts[f"{dimension.capitalize()}: {plain(value)}"] = ((dimension, (value,)),)
    return parts


def _span(days: tuple[date, ...]) -> Period:
    # While only one of the two days is chosen, the span has no end and is not yet one.
    return Period(days[0], days[-1]) if days else Period(date.min, date.min)


def _fill(viewer: Viewer, year: Period) -> None:
    """Put the template into the form."""
    available = data.available_columns(viewer)
    template = plus_a_quarter(year, None, ONLINE)
    before = data.cached(viewer, year_before_of, template, available)
    draft = plus_a_quarter(year, None if math.isnan(before) else before, ONLINE)
    metric = CATALOGUE[draft.metric]
    st.session_state["goal-metric"] = draft.metric
    forms.fill(
        FORM,
        {
            "owner": draft.owner,
            "part": "Digital channels",
            _target(metric): None if math.isnan(draft.target) else written(metric, draft.target),
            "link": draft.linked_to,
            "span": (year.start, year.end),
        },
    )


def _evidence(viewer: Viewer, draft: GoalDraft) -> Evidence:
    if draft.span.end <= draft.span.start:
        return Evidence()
    return evidence(draft, data.reader(viewer), data.as_of(viewer), data.available_columns(viewer))


def _answer(draft: GoalDraft, held: Evidence, failing: Mapping[str, str]) -> None:
    """The five letters, each failing with its sentence, and what the target is held against."""
    for letter, word in LETTERS.items():
        if letter in failing:
            st.markdown(f":red[:material/close: **{letter}** {word}]")
            st.text(failing[letter])
        else:
            st.markdown(f":green[:material/check: **{letter}** {word}]")
    _held_against(draft, held)


def _held_against(draft: GoalDraft, held: Evidence) -> None:
    metric = CATALOGUE[draft.metric]
    sentences = []
    if held.before is not None:
        sentences.append(f"The year before it was {figure(metric, held.before)}.")
    if held.heading is not None:
        low, high = figure(metric, held.heading.low), figure(metric, held.heading.high)
        sentences.append(f"Forecast over the whole span: {low} to {high}. {held.heading.method}")
    st.caption(" ".join(sentences) or "There is no history to compare the target with.")
