"""Ideas that departments vote for, questions to leaders, and thanks to colleagues elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from metrics.comparison.words import numeral, share
from pages.components import tables
from pages.components.typed_text import escaped
from pages.together.records import kind_tabs
from pages.together.records.kind_tabs import KindTab
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration import ideas, leader_questions, thanks
from workflow.collaboration.leader_questions import QuestionCounts
from workflow.collaboration.record_kind import Record


def page(viewer: Viewer, _scope: object) -> None:
    """One of the three, or one record of them."""
    kind_tabs.show(
        {
            ideas.KIND.name: KindTab(one=_idea, above=_votes),
            leader_questions.KIND.name: KindTab(above=_answers),
            thanks.KIND.name: KindTab(above=_of_month),
        },
        viewer,
    )


def _idea(record: Record, _viewer: Viewer) -> None:
    behind = ideas.supporters(record)
    st.markdown(f"**{_departments(len(behind))} behind it:** {', '.join(behind)}")
    st.caption(escaped(f"For {record.contents['segment']}. A department has one vote."))


def _votes(records: Sequence[Record], _viewer: Viewer) -> None:
    """The open ideas with the departments behind each, the most first."""
    waiting = [r for r in records if r.state not in ideas.KIND.closed]
    if not waiting:
        return
    rows = sorted(waiting, key=lambda r: (-len(ideas.supporters(r)), r.record_id))
    frame = pd.DataFrame(
        {
            "Idea": [r.title for r in rows],
            "For": [r.contents["segment"] for r in rows],
            "Departments behind it": [len(ideas.supporters(r)) for r in rows],
            "Which": [", ".join(ideas.supporters(r)) for r in rows],
        }
    )
    tables.show(frame, "idea-votes", called="Ideas by the departments behind them")


def _answers(records: Sequence[Record], _viewer: Viewer) -> None:
    st.markdown(answers_in_words(leader_questions.counts(records, connect.here().now().date())))


def answers_in_words(counts: QuestionCounts) -> str:
    """`Leaders answered 3 of 4 questions (75%), half of them within 5 days. The oldest has waited 9 days.`"""
    if not counts.questions:
        return "Nobody has asked the leaders anything yet."
    asks = "question" if counts.questions == 1 else "questions"
    words = f"Leaders answered {counts.answered} of {counts.questions} {asks}"
    words += f" ({share(counts.answered / counts.questions, 0)})"
    if counts.days is not None:
        words += f", half of the answers within {_days(counts.days)}"
    if counts.oldest is not None:
        words += f". The oldest without an answer has waited {_days(counts.oldest)}"
    return f"{words}."


def _of_month(records: Sequence[Record], _viewer: Viewer) -> None:
    """The thanks of this month, as a list; nobody is counted."""
    today = connect.here().now().date()
    given = thanks.of_month(records, today)
    if not given:
        st.caption(f"Nobody has thanked another department in {today:%B %Y} yet.")
        return
    st.markdown(f"**Thanks in {today:%B %Y}**")
    for record in given:
        whom = record.contents.get("whom")
        to = f"{record.contents['to']}, {whom}" if whom else str(record.contents["to"])
        st.markdown(f"- {escaped(f'{record.department} to {to}: {record.title}')}")


def _departments(number: int) -> str:
    return "1 department is" if number == 1 else f"{number} departments are"


def _days(number: float) -> str:
    return "1 day" if number == 1 else f"{numeral(number)} days"
