"""Learn: first tasks of a newcomer, lessons for everybody, analysts and managers, and how far the departments are."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from metrics.comparison.words import numeral, share
from pages.components import data, links, tables
from pages.together.learning import lesson_view
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.learning import first_tasks
from workflow.learning.first_tasks import FirstTask
from workflow.learning.lesson import TIERS, Lesson
from workflow.learning.lesson_results import (
    FEWEST_COLLEAGUES,
    Result,
    is_passed,
    passed_by,
    progress_by_department,
)
from workflow.learning.lessons import LESSONS, of_tier

URL = "learn"
NOT_SHOWN = "not shown"
DONE, TO_DO = ":material/check_circle:", ":material/radio_button_unchecked:"


def page(viewer: Viewer, _scope: object) -> None:
    """All lessons, or the one that the address names."""
    results = passed_by(connect.here(), viewer)
    lesson = LESSONS.get(st.query_params.get("lesson", ""))
    if lesson is not None:
        if st.button("All lessons", icon=":material/arrow_back:", key="all-lessons", type="tertiary"):
            links.to(URL)
        lesson_view.show(lesson, viewer, is_passed=is_passed(lesson, results))
        return
    mine = [x for tier, t in TIERS.items() if viewer.role in t.roles for x in of_tier(tier)]
    st.title(headline(sum(is_passed(x, results) for x in mine), len(mine)))
    st.caption("Each is a minute to read and ends in a question, often about your own figures.")
    _next(mine, results)
    _first_tasks(viewer)
    for tier, about in TIERS.items():
        st.subheader(about.label)
        yours = "" if viewer.role in about.roles else " Open to you as well."
        st.caption(f"{about.purpose}{yours}")
        with st.container(gap="xxsmall"):
            for lesson in of_tier(tier):
                _line(lesson, results)
    _departments()


def headline(done: int, count: int) -> str:
    """How many of the lessons meant for her the reader has passed."""
    if not done:
        return f"{count} short lessons for you"
    return f"{done} of your {count} lessons done" if done < count else f"All {count} of your lessons are done"


def _next(mine: Sequence[Lesson], results: frozenset[Result]) -> None:
    """The first of her lessons that she has not passed."""
    left = next((x for x in mine if not is_passed(x, results)), None)
    if left is not None and st.button(
        f"Next: {left.title}", type="primary", icon=":material/play_arrow:", key="next-lesson"
    ):
        links.to(URL, lesson=left.name)


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


def _departments() -> None:
    st.subheader("How far the departments are")
    everyone = of_tier("everyone")
    progress = progress_by_department(connect.here(), everyone)
    if not progress:
        tables.empty(f"Counts by department are shown once {FEWEST_COLLEAGUES} colleagues have accounts.")
        return
    st.caption(
        f"Colleagues with an account, and how many of them have passed lessons for everyone. Departments of fewer than "
        f"{FEWEST_COLLEAGUES} are put together, and nobody is shown by name. A count of nobody or of everybody is not "
        "shown either: it would say of each what she did."
    )
    tables.show(
        pd.DataFrame(
            {
                "Department": p.department,
                "Colleagues": p.colleagues,
                "Passed one or more": _number(p.began),
                f"Passed all {len(everyone)}": _number(p.finished),
                "Share that passed all": NOT_SHOWN
                if p.finished is None
                else share(p.finished / p.colleagues, 0),
            }
            for p in progress
        ),
        "learning",
        called="Lessons by department",
    )


def _number(of: int | None) -> str:
    return NOT_SHOWN if of is None else numeral(of)
