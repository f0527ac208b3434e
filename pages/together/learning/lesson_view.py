"""One lesson: its text, and the first of its exercises for which the reader's role and bank have the figures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import PLACES, figure
from metrics.definitions.scope import PERIODS
from pages.components import forms, links
from pages.together.learning import lesson_figures, workshop
from pages.together.report_words import by_in_words
from warehouse.access.reader import Viewer
from warehouse.errors import ChangeRefused
from warehouse.stores import connect
from workflow.learning import certificates
from workflow.learning.exercises import Exercise, JudgementExercise, OwnerExercise, check_right
from workflow.learning.figure_exercises import (
    IN_WORDS,
    FigureExercise,
    HypothesisExercise,
    ReportExercise,
    Values,
    WorstStepExercise,
)
from workflow.learning.lesson import TIERS, Lesson
from workflow.learning.lessons import LESSONS, of_tier

DIRECTIONS = ("rise", "fall")


def show(lesson: Lesson, viewer: Viewer, *, is_passed: bool) -> None:
    """The lesson, and its exercise or the way to the next one."""
    st.title(lesson.title)
    lessons = of_tier(lesson.tier)
    st.caption(f"{TIERS[lesson.tier].label}, lesson {lessons.index(lesson) + 1} of {len(lessons)}")
    st.markdown(lesson.text)
    if lesson.sample:
        st.table(
            pd.DataFrame(lesson.sample[1:], columns=list(lesson.sample[0])),
            border="horizontal",
            hide_index=True,
        )
    if lesson.figures:
        _figures(lesson, viewer)
    if lesson.skill:
        workshop.way_to(lesson.skill, viewer)
    if is_passed:
        _passed(lesson)
        return
    st.subheader("Your exercise")
    reasons: list[str] = []
    for place, exercise in enumerate(lesson.exercises):
        values, why_not = lesson_figures.of_exercise(viewer, exercise)
        if why_not:
            reasons.append(why_not)
            continue
        if reasons:
            st.caption(f"{' '.join(reasons)} Here is another exercise.")
        _exercise(lesson, place, exercise, values)
        return


def _figures(lesson: Lesson, viewer: Viewer) -> None:
    """What they are asked about, with the reader's figure of the last full quarter where she may ask it."""
    st.subheader("Their figures")
    st.caption(lesson_figures.last_quarter(viewer))
    for name, value in lesson_figures.of_department(viewer, lesson.figures).items():
        metric = CATALOGUE[name]
        says = f": {figure(metric, value)}" if value is not None else ""
        st.markdown(f"**{metric.label}**{says}  \n{metric.description}")


def _passed(lesson: Lesson) -> None:
    st.success("You have passed this lesson.", icon=":material/check_circle:")
    lessons = of_tier(lesson.tier)
    for following in lessons[lessons.index(lesson) + 1 :][:1]:
        if st.button(f"Next: {following.title}", type="primary", key="next-lesson"):
            links.to("learn", lesson=following.name)


def _exercise(lesson: Lesson, place: int, exercise: Exercise, values: Values) -> None:
    st.markdown(f"**{exercise.question}**")
    if isinstance(exercise, FigureExercise | WorstStepExercise):
        days = lesson_figures.period_of(exercise)
        st.caption(f"{PERIODS[exercise.period]}: {days}. Set no filter.{lesson_figures.over(exercise)}")
    if isinstance(exercise, HypothesisExercise):
        rates = [f"{CATALOGUE[n].label} {figure(CATALOGUE[n], r)}" for n, r in exercise.rates(values).items()]
        st.caption(f"{PERIODS[exercise.period]}, {lesson_figures.period_of(exercise)}: {', '.join(rates)}.")
    _read_it_on(exercise)
    with forms.form(f"lesson {lesson.name}", f"{lesson.version} {place}") as form:
        _answer(form, exercise, values)
        form.submit("Check", partial(_check, lesson.name, place), type="primary")


def _read_it_on(exercise: Exercise) -> None:
    """The way to the page where the answer stands."""
    url = next((u for u in exercise.pages if links.has(u)), "")
    address: dict[str, str | list[str]] = {}
    if isinstance(exercise, FigureExercise | WorstStepExercise | ReportExercise):
        address["period"] = PERIODS[exercise.period]
    if isinstance(exercise, FigureExercise) and not url and links.has("reports"):
        url = "reports"
        address |= {"metric": CATALOGUE[exercise.metric].label, "by": by_in_words("")}
    if url == "reports" and isinstance(exercise, ReportExercise):
        address["metric"] = CATALOGUE[exercise.metric].label
    if url == "dictionary" and isinstance(exercise, OwnerExercise):
        address["word"] = CATALOGUE[exercise.metric].label.lower()
    if not url:
        return
    verb = "Build it on" if isinstance(exercise, ReportExercise) else "Read it on"
    if st.button(f"{verb} {links.title(url)}", icon=":material/open_in_new:", key="read-it-on"):
        links.to(url, **address)


def _answer(form: forms.Form, exercise: Exercise, values: Values) -> None:
    """The widget for an answer, empty at first."""
    if isinstance(exercise, FigureExercise):
        unit = CATALOGUE[exercise.metric].unit
        label = f"Your answer{f', in {IN_WORDS[unit]}' if unit in IN_WORDS else ''}"
        st.number_input(label, value=None, step=None if PLACES[unit] else 1, key=form.keep("answer"))
    elif isinstance(exercise, WorstStepExercise | JudgementExercise):
        options = (
            list(exercise.shares(values)) if isinstance(exercise, WorstStepExercise) else exercise.options
        )
        st.radio("Your answer", options, index=None, key=form.keep("answer", None, options))
    elif isinstance(exercise, OwnerExercise):
        options = exercise.options
        st.selectbox(
            "Your answer", options, index=None, placeholder="Choose", key=form.keep("answer", None, options)
        )
    elif isinstance(exercise, HypothesisExercise):
        names = list(exercise.rates(values))
        st.selectbox(
            "Figure",
            names,
            index=None,
            placeholder="Choose",
            format_func=lambda name: CATALOGUE[name].label if name in CATALOGUE else name,
            key=form.keep("figure", None, names),
        )
        st.radio(
            "It shall", DIRECTIONS, index=None, horizontal=True, key=form.keep("direction", None, DIRECTIONS)
        )
        st.number_input("People in each group", value=None, step=1, key=form.keep("people"))


def _check(name: str, place: int, viewer: Viewer, given: Mapping[str, Any]) -> str:
    lesson = LESSONS[name]
    exercise = lesson.exercises[place]
    values, _ = lesson_figures.of_exercise(viewer, exercise)
    answer = given.get("answer")
    if isinstance(exercise, HypothesisExercise):
        answer = (given.get("figure"), given.get("direction"), given.get("people"))
    elif isinstance(exercise, ReportExercise):
        answer = lesson_figures.own_reports(viewer)
    try:
        check_right(exercise, answer, values)
    except ChangeRefused:
        if is_given(answer):
            certificates.note_not_right(connect.here(), viewer, lesson)
        raise
    certificate = certificates.passed(connect.here(), viewer, lesson)
    return "Right. You have passed this lesson." + (" Your certificate is on Learn." if certificate else "")


def is_given(answer: Any) -> bool:
    """Whether anything was answered: an empty form is no wrong answer."""
    return bool(answer) and answer != (None, None, None) if not isinstance(answer, int | float) else True
