"""Learn: first tasks of a newcomer, lessons for everybody, analysts and managers, and how far the departments are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from metrics.comparison.words import day
from pages.components import data, links
from pages.together.learning import department_progress, lesson_view, workshop
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.learning import certificates, first_tasks
from workflow.learning.certificates import Certificate
from workflow.learning.first_tasks import FirstTask
from workflow.learning.lesson import TIERS, Lesson, Tier
from workflow.learning.lesson_results import Result, is_passed
from workflow.learning.lessons import LESSONS, meant_for, of_tier

URL = "learn"
CERTIFIED = ":material/workspace_premium:"
DONE, TO_DO = ":material/check_circle:", ":material/radio_button_unchecked:"


def page(viewer: Viewer, _scope: object) -> None:
    """All lessons, or the one that the address names."""
    results = certificates.standing(connect.here(), viewer)
    lesson = LESSONS.get(st.query_params.get("lesson", ""))
    if lesson is not None:
        if st.button("All lessons", icon=":material/arrow_back:", key="all-lessons", type="tertiary"):
            links.to(URL)
        lesson_view.show(lesson, viewer, is_passed=is_passed(lesson, results))
        return
    mine = meant_for(viewer.role)
    st.title(headline(sum(is_passed(x, results) for x in mine), len(mine)))
    st.caption("Each is a minute or two to read and ends in a question, often about your own figures.")
    _next(mine, results)
    _certificate(certificates.latest(connect.here(), viewer), connect.here().now().date())
    _first_tasks(viewer)
    for tier, about in TIERS.items():
        if viewer.role in about.roles:
            st.subheader(about.label)
            st.caption(about.purpose)
            _tier(tier, results, viewer)
    department_progress.team(viewer)
    st.subheader("More, as you like")
    for tier, about in TIERS.items():
        if viewer.role not in about.roles:
            lessons = of_tier(tier)
            done = sum(is_passed(x, results) for x in lessons)
            with st.expander(f"{about.label} ({done} of {len(lessons)} passed)", key=f"tier-{tier}"):
                st.caption(about.purpose)
                _tier(tier, results, viewer)
    department_progress.show(viewer)


def _tier(tier: Tier, results: frozenset[Result], viewer: Viewer) -> None:
    with st.container(gap="xxsmall"):
        for lesson in of_tier(tier):
            _line(lesson, results)
    if tier == "managers":
        workshop.sessions(viewer)


def headline(done: int, count: int) -> str:
    """How many of the lessons meant for her the reader has passed."""
    if not done:
        return f"{count} short lessons for you"
    return f"{done} of your {count} lessons done" if done < count else f"All {count} of your lessons are done"


def _next(mine: Sequence[Lesson], results: frozenset[Result]) -> None:
    """The first of her lessons that she has not passed, then of all others."""
    left = next((x for x in (*mine, *LESSONS.values()) if not is_passed(x, results)), None)
    if left is not None and st.button(
        f"Next: {left.title}", type="primary", icon=":material/play_arrow:", key="next-lesson"
    ):
        links.to(URL, lesson=left.name)


def _certificate(certificate: Certificate | None, today: date) -> None:
    """The newest certificate of the reader: when, with which score, until when; and that it is to be renewed."""
    if certificate is None:
        return
    words = (
        f"Certificate in analysis of {day(certificate.issued_on)}: all {certificate.lessons} lessons passed, "
        f"{certificate.right_at_once} of them at the first answer."
    )
    until = day(certificate.valid_until)
    if certificate.has_run_out(today):
        st.warning(
            f"{words} It ran out on {until}. Take the lessons for analysts again to renew it.", icon=CERTIFIED
        )
    elif certificate.is_due(today):
        st.info(f"{words} It holds until {until}. Its lessons are open again, to renew it.", icon=CERTIFIED)
    else:
        st.success(f"{words} It holds until {until}.", icon=CERTIFIED)


def tasks_done(viewer: Viewer) -> frozenset[str]:
    """The viewer's first tasks that are done; kept until somebody writes."""
    return first_tasks.tasks_done(connect.here(), viewer)


def _first_tasks(viewer: Viewer) -> None:
    tasks, done = first_tasks.tasks_of(viewer.role), data.until_changed(viewer, tasks_done)
    left = [task for task in tasks if task.name not in done]
    st.subheader(f"Your first tasks: {len(done)} of {len(tasks)} done")
    if not left:
        st.caption("All of them are done. They tick themselves off by what you record.")
        return
    st.caption("Each ticks itself off once its result is recorded.")
    with st.container(gap="xxsmall"):
        for task in tasks:
            _task(task, is_done=task.name in done)


def _task(task: FirstTask, *, is_done: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(task.title, icon=DONE if is_done else TO_DO, key=f"task-{task.name}", type="tertiary"):
            if task.lesson:
                links.to(URL, lesson=task.lesson)
            links.to(task.url)
        st.caption(task.why, width="content")


def _line(lesson: Lesson, results: frozenset[Result]) -> None:
    passed = is_passed(lesson, results)
    before = not passed and any(name == lesson.name for name, _ in results)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(
            lesson.title, icon=DONE if passed else TO_DO, key=f"lesson-{lesson.name}", type="tertiary"
        ):
            links.to(URL, lesson=lesson.name)
        if passed or before:
            st.caption("passed" if passed else "changed since you passed it", width="content")
