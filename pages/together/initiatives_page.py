"""Initiatives of several departments: what is mine, who gives how much, and of each whether it moves its figures."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, hkd, numeral
from pages.components import data, links, tables
from pages.components.typed_text import escaped
from pages.together import initiative_figures
from pages.together.records import record_page
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration import initiative_plans, initiatives, my_part
from workflow.collaboration.initiative_plans import PeopleDays
from workflow.collaboration.record_kind import Record, department_of
from workflow.collaboration.record_kinds import KINDS
from workflow.goals.goal_records import every_goal


def page(viewer: Viewer, _scope: object) -> None:
    """Their list, or one of them."""
    record_page.show("initiative", viewer, _one, above=_together)


def _together(records: Sequence[Record], viewer: Viewer) -> None:
    """The viewer's part, the people-days of all that run, and who can do what."""
    running = [r for r in records if r.state == "running"]
    _my_part(viewer)
    if not running:
        return
    capacity = initiative_plans.capacity(running)
    if capacity:
        with st.expander(capacity_in_words(capacity), icon=":material/groups:"):
            _people_days(capacity, "capacity")
    typed = st.text_input("Who can do what? Search the rosters by skill", key="skill", placeholder="SQL")
    if typed:
        matches = initiative_plans.with_skill(running, typed)
        if not matches:
            st.caption("Nobody on a running initiative is named with this skill.")
        for record, member in matches:
            st.markdown(escaped(f"{member.name}, {member.department}: {member.skills} · {record.title}"))


def _my_part(viewer: Viewer) -> None:
    """What waits for the department, the figures it answers for, and the goal each of them serves."""
    department = department_of(viewer)
    part = my_part.of_department(data.reader(viewer), department, connect.here().now().date())
    with st.expander(my_part.in_words(part), icon=":material/person_check:", key="my-part"):
        for record in part.actions:
            kind = KINDS[record.kind]
            due = f", due {day(record.due_on)}" if record.due_on else ""
            label = escaped(f"{kind.singular} {record.record_id}: {record.title}{due}")
            if links.has(kind.url) and st.button(label, key=f"my-{record.record_id}", type="tertiary"):
                links.to(kind.url, record=str(record.record_id))
        if part.figures:
            goals = {g.goal_id: g for g in every_goal(data.reader(viewer))}
            tables.show(
                pd.DataFrame(
                    {
                        "Figure we answer for": [f.label for f in part.figures],
                        "Goal it serves": [
                            "; ".join(my_part.goal_in_words(goals[n]) for n in f.goals) for f in part.figures
                        ],
                    }
                ),
                "my-figures",
                "none",
                called="Figures and the goals they serve",
            )


def capacity_in_words(capacity: Sequence[PeopleDays]) -> str:
    """What all running initiatives need, and where less is offered: `People-days: 335 needed, IT 30 short`."""
    needed = sum(days.needed for days in capacity)
    short = [f"{d.department} {numeral(d.short)} short" for d in capacity if d.short]
    silent = [d.department for d in capacity if d.offered is None]
    words = [f"{numeral(needed)} needed in all that runs", *short]
    if silent:
        words.append(f"nothing said by {', '.join(silent)}")
    return f"People-days: {'; '.join(words)}"


def _people_days(rows: Sequence[PeopleDays], key: str) -> None:
    frame = pd.DataFrame(
        {
            "Department": [d.department for d in rows],
            "Needed": [d.needed for d in rows],
            "Can give": [d.offered for d in rows],
            "Short": [d.short if d.offered is not None else None for d in rows],
        }
    )
    tables.show(frame, f"people-days-{key}", "not said", called="People-days needed and offered")


def _one(record: Record, viewer: Viewer) -> None:
    """What it lacks and what blocks it; its figures, its money, its people and its sponsor."""
    for sentence in initiatives.gaps(record):
        st.warning(escaped(sentence), icon=":material/group_off:")
    for blocker, department, since in initiatives.blockers(record):
        st.warning(
            escaped(f"Blocked since {day(since)}, for {department} to clear: {blocker}"),
            icon=":material/block:",
        )
    initiative_figures.show(record, viewer)
    left, right = st.columns([2, 1], gap="large")
    with left:
        st.subheader("Who answers for what")
        rows = initiatives.responsibilities(record)
        st.table(
            pd.DataFrame({"Department": list(rows), "Part": list(rows.values())}),
            hide_index=True,
            border="horizontal",
        )
    with right:
        st.metric("May cost", _money(record.contents.get("cost")))
        st.metric("Has cost", _money(record.contents.get("spent")))
    _people(record)


def _people(record: Record) -> None:
    days = initiative_plans.people_days(record)
    if days:
        st.subheader("People-days until it ends")
        _people_days(days, str(record.record_id))
    members = initiative_plans.roster(record)
    if members:
        st.subheader("Who works on it")
        tables.show(
            pd.DataFrame(
                {
                    "Name": [m.name for m in members],
                    "Department": [m.department for m in members],
                    "Skills": [m.skills for m in members],
                }
            ),
            f"roster-{record.record_id}",
            called="Roster",
        )
    if sponsor := record.contents.get("sponsor"):
        answered = initiative_plans.sponsor_in_words(record) or "No question was put yet."
        st.caption(escaped(f"Sponsor: {sponsor}. {answered}"))


def _money(value: float | None) -> str:
    return "not given" if value is None else hkd(value)
