"""Staff pulse: the round that is open, to be answered once; and what the rounds that are over say, by department."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, numeral, rounded, with_sign
from models.evaluation.prediction_metrics import PredictionMetric
from pages.components import data, forms, tables
from reports.review.staff_survey import Survey, without_small_departments
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration import pulse
from workflow.collaboration.pulse import FEWEST, QUESTIONS, SCORES, PulseRound

URL = "pulse"


@dataclass(frozen=True)
class ClosedRound:
    """A round that is over: what may be shown of it, and the counts behind it, which are not."""

    round: PulseRound
    survey: Survey
    counts: pd.DataFrame


def page(viewer: Viewer, _scope: object) -> None:
    """The finding as title, the open round, then the results of the last round and the trend."""
    stores = connect.here()
    today = stores.now().date()
    every = pulse.rounds(data.reader(viewer))
    over = _over(every, today)
    st.title(headline(over))
    st.caption(
        "Five sentences, answered once in each round. Only counts are kept, and no name with them. A department with "
        f"fewer than {FEWEST} answers is not shown, and results come once a round is closed."
    )
    running = next((r for r in every if r.is_open(today)), None)
    if running is not None:
        _running(running, viewer)
    elif viewer.role in pulse.MAY_OPEN:
        forms.button(
            "pulse round",
            "Open a round",
            _open,
            icon=":material/ecg_heart:",
            help=f"Every colleague can answer it for {pulse.OPEN_DAYS} days.",
        )
    if not over:
        tables.empty("No round is closed yet, so there are no results.")
        return
    _results(over)


def _over(every: Sequence[PulseRound], today: date) -> list[ClosedRound]:
    """The closed rounds with what may be shown of each, the newest first."""
    counts = pulse.results(connect.here(), today)
    return [
        ClosedRound(r, without_small_departments(counts[r.round_id], FEWEST), counts[r.round_id])
        for r in every
        if r.round_id in counts
    ]


def headline(over: Sequence[ClosedRound]) -> str:
    """What the last round says of the departments shown, and whether it moved by more than chance."""
    if not over or not over[0].survey.people:
        return "Staff pulse"
    words = f"Staff rate working together {rounded(over[0].survey.score, 1)} out of 5"
    change = moved(over)
    if change is None:
        return words
    if change.low <= 0 <= change.high:
        return f"{words}, no significant change since the round before"
    return f"{words}, {'up' if change.value > 0 else 'down'} since the round before"


def moved(over: Sequence[ClosedRound]) -> PredictionMetric | None:
    """The change between the last two rounds, over the departments shown in both; None without two."""
    if len(over) < 2:
        return None
    last, before = over[:2]
    both = set(last.survey.departments["department"]) & set(before.survey.departments["department"])
    return pulse.difference(last.counts, before.counts, both)


def _running(running: PulseRound, viewer: Viewer) -> None:
    st.subheader(f"Round {running.round_id}, open until {day(running.closes_on)}")
    if pulse.has_answered(connect.here(), viewer, running.round_id):
        st.success("You have answered this round. Thank you.", icon=":material/check:")
        return
    with forms.form(f"pulse {running.round_id}", running.round_id) as form:
        for name, words in QUESTIONS.items():
            st.segmented_control(
                words, list(SCORES), format_func=lambda score: SCORES[score], key=form.keep(name, None)
            )
        form.submit("Send my answers", partial(_answer, running.round_id), type="primary")


def _answer(round_id: int, viewer: Viewer, values: Mapping[str, Any]) -> str:
    return pulse.answer(connect.here(), viewer, round_id, values)


def _open(viewer: Viewer, _: Mapping[str, Any]) -> str:
    return f"Round {pulse.open_round(connect.here(), viewer)} is open."


def _results(over: Sequence[ClosedRound]) -> None:
    last, survey = over[0].round, over[0].survey
    st.subheader(f"Round {last.round_id}, closed on {day(last.closes_on)}")
    if not survey.people:
        tables.empty(f"No department has {FEWEST} answers or more, so nothing is shown.")
        return
    hidden = (
        f" Not shown, because few answered or the others would tell it: {', '.join(survey.hidden)}."
        if survey.hidden
        else ""
    )
    st.caption(
        f"Average of 1 (strongly disagree) to 5 (strongly agree), over {numeral(survey.people)} colleagues of the "
        "departments shown."
        f"{_change(moved(over))}{hidden}"
    )
    seen = [(o.round, o.survey) for o in over]
    scores = {r.round_id: s.departments.set_index("department")["score"] for r, s in seen}
    table = pd.DataFrame(
        {
            "Department": survey.departments["department"],
            "Answers": survey.departments["people"],
            **{
                f"Round {number}": [_score(of.get(d)) for d in survey.departments["department"]]
                for number, of in sorted(scores.items())
            },
        }
    )
    tables.show(table, "pulse-departments", "too few", called="Staff pulse by department")
    st.subheader("Which sentence they agree with least")
    by_question = {r.round_id: s.questions.set_index("question")["score"] for r, s in seen}
    names = list(survey.questions["question"])
    sentences = pd.DataFrame(
        {
            "Sentence": [QUESTIONS.get(n, n) for n in names],
            **{
                f"Round {number}": [_score(of.get(n)) for n in names]
                for number, of in sorted(by_question.items())
            },
        }
    )
    tables.show(
        sentences,
        "pulse-questions",
        "too few",
        called="Staff pulse by sentence",
    )


def _change(change: PredictionMetric | None) -> str:
    if change is None:
        return ""
    low, high = with_sign(change.low, 2), with_sign(change.high, 2)
    return (
        f" Against the round before, over the departments shown in both: {with_sign(change.value, 2)} "
        f"({low} to {high}, 95% interval)."
    )


def _score(score: float | None) -> str | None:
    return None if score is None or pd.isna(score) else numeral(score, 2)
