"""How do the departments work together? The promise between them, what Sales accepts, who uses what, what staff say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta

import pandas as pd

from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import as_typed, day, numeral, share
from metrics.definitions.scope import Period
from reports.review import staff_survey
from reports.review.review_context import NOTHING_TO_DECIDE, UNDECIDED, ReviewContext, rows_of
from reports.review.review_document import Answer, Figure, Table
from reports.review.staff_survey import Survey
from workflow.collaboration import record_reading
from workflow.collaboration.disputes import SETTLED
from workflow.collaboration.record_kind import Record
from workflow.records.adoption import Worked, signed_in, worked
from workflow.rules.unchecked_rules import why_no_alert

ADOPTION_DAYS = 30
QUESTION = "How do the departments work together?"

NOT_YET = "not yet"
"""In place of a survey that still runs: who compared its scores of two days could work out the answers in between."""


def answer(context: ReviewContext) -> Answer:
    """Handoff, acceptance, alerts worked, and the staff survey with small departments hidden."""
    period = context.quarter.period
    staff: Survey | str | None = context.once(staff_survey.survey, period)
    if context.quarter.is_partial and staff is not None:
        staff = NOT_YET
    done = worked(context.reader, period)
    disputes = record_reading.records_of(context.reader, "dispute")
    sentences = [
        _hand_off(context),
        _disputes(disputes, period),
        _signed_in(context),
        _worked(done, context),
        *_staff(staff),
    ]
    return Answer(
        key="together",
        question=QUESTION,
        title=_title(context, staff if isinstance(staff, Survey) and len(staff.departments) else None),
        sentences=tuple(s for s in sentences if s),
        figures=(
            context.card("sla_met"),
            context.card("acceptance_rate"),
            Figure(label="Disputes settled", value=_settled_in_short(disputes, period)),
            _staff_card(staff),
        ),
        chart=context.chart_over_time("sla_met"),
        table=_table(staff) if isinstance(staff, Survey) and len(staff.departments) else None,
        metrics=("sla_met", "acceptance_rate"),
        recommendation=_recommendation(context),
        sources=(
            "Staff survey of the quarter, by department; alerts, accounts and sign-ins as recorded in Concord.",
        ),
    )


def _recommendation(context: ReviewContext) -> str:
    if Verdict.WORSE in (context.moved("sla_met").verdict, context.moved("sla_met", 2).verdict):
        return "Ask Sales and Marketing what keeps leads waiting longer than before."
    known_of = [context.value(name) == context.value(name) for name in ("sla_met", "acceptance_rate")]
    return NOTHING_TO_DECIDE if any(known_of) else UNDECIDED


def _title(context: ReviewContext, staff: Survey | None) -> str:
    parts = []
    if context.value("sla_met") == context.value("sla_met"):
        parts.append(f"{context.says('sla_met')} of leads were contacted within the SLA")
    if context.value("acceptance_rate") == context.value("acceptance_rate"):
        parts.append(f"Sales accepted {context.says('acceptance_rate')}")
    if staff is not None:
        parts.append(f"{'the' if parts else 'The'} staff survey stands at {numeral(staff.score, 1)} of 5")
    return "; ".join(parts) or f"How the departments work together is {context.clause('sla_met')}"


def _hand_off(context: ReviewContext) -> str:
    if context.value("sla_met") != context.value("sla_met"):
        return ""
    hours = context.reader.stores.settings.contact_promise_hours
    return (
        f"First-contact SLA: Sales speaks to a qualified lead within {as_typed(hours)} working hours. Met for "
        f"{context.says('sla_met')} ({context.against('sla_met')}); Sales accepted "
        f"{context.says('acceptance_rate')} of those it decided on ({context.against('acceptance_rate')})."
    )


def _settled(disputes: Sequence[Record], period: Period) -> list[Record]:
    """The disputes that were settled within the days."""
    closed = [d for d in disputes if d.state == SETTLED]
    steps = {d.record_id: [*d.steps_taken("settle"), *d.steps_taken("agree")] for d in closed}
    return [
        d
        for d in closed
        if any(period.start <= e.entered_at.date() <= period.end for e in steps[d.record_id])
    ]


def _settled_in_short(disputes: Sequence[Record], period: Period) -> str:
    settled = _settled(disputes, period)
    return numeral(len(settled)) if settled else "none"


def _disputes(disputes: Sequence[Record], period: Period) -> str:
    settled = _settled(disputes, period)
    if not settled:
        return "Disputes: none was settled in the quarter."
    by_test = sum(bool(d.steps_taken("settle")) for d in settled)
    return f"Disputes settled in the quarter: {numeral(len(settled))}, of them by a test: {numeral(by_test)}."


def _signed_in(context: ReviewContext) -> str:
    """Who used Concord in the 30 days to the quarter's end; of the newest quarter, in the 30 days to today."""
    today = context.reader.stores.now().date()
    newest = context.quarter.as_of <= context.quarter.whole.end
    until = max(today, context.end) if newest else context.end
    adoption = signed_in(context.reader, Period(until - timedelta(days=ADOPTION_DAYS - 1), until))
    if adoption is None:
        return "Who uses Concord is not for your role."
    fewest = context.reader.smallest_cell
    if math.isnan(adoption.accounts):
        return f"Use of Concord: fewer than {fewest} colleagues have an account, too few to show."
    if math.isnan(adoption.came):
        return (
            f"Use of Concord: {numeral(adoption.accounts)} colleagues have an account; how many signed in in the "
            f"{ADOPTION_DAYS} days to {day(until)} is not shown: those who did, or did not, are fewer than {fewest}."
        )
    return (
        f"Use of Concord: {numeral(adoption.came)} of {numeral(adoption.accounts)} colleagues with an account signed in "
        f"in the {ADOPTION_DAYS} days to {day(until)}."
    )


def _worked(done: Worked | None, context: ReviewContext) -> str:
    fewest = context.reader.smallest_cell
    if done is None:
        return "How alerts are worked is not for your role."
    if math.isnan(done.raised):
        return f"Alerts: fewer than {fewest} customers were flagged in the quarter, too few to show."
    if done.raised == 0:
        missing = why_no_alert(context.reader)
        return f"Alerts: {missing.clause}." if missing else "Alerts: none were raised in the quarter."
    text = f"Alerts: {numeral(done.raised)} customers were flagged in the quarter; " + (
        f"on how many work has begun is not shown: those with or without are fewer than {fewest}."
        if math.isnan(done.started)
        else f"work on {numeral(done.started)} of them has begun."
    )
    if done.due == 0:
        return f"{text} No alert came due in it, so whether alerts are settled in time is not known yet."
    if math.isnan(done.due) or math.isnan(done.in_time):
        return f"{text} Too few came due in it to say how many were settled in time."
    return (
        f"{text} Of {numeral(done.due)} that came due, {share(done.in_time / done.due)} were settled in time."
    )


def _staff(staff: Survey | str | None) -> list[str]:
    if staff is None:
        return ["The staff survey is not for your role."]
    if isinstance(staff, str):
        return [
            "The staff survey is shown when the quarter is over: scores that move from day to day would give away single "
            "answers."
        ]
    if staff.departments.empty and not staff.hidden:
        return ["No member of staff answered the survey in this quarter."]
    if staff.departments.empty:
        return [f"Every department has fewer than {staff.fewest} answers to a question, so none is shown."]
    departments = f"{len(staff.departments)} departments" if len(staff.departments) > 1 else "1 department"
    text = (
        f"Staff survey: {numeral(staff.score, 1)} of 5 over {departments} with {numeral(staff.people)} people"
    )
    low, high = (_at(staff.departments, end) for end in (0, -1))
    if low != high:
        text += f"; lowest {low}, highest {high}. Scores have no interval here, so a few tenths may be chance"
    text += "."
    if len(staff.questions) > 1:
        worst, best = staff.questions.iloc[0], staff.questions.iloc[-1]
        text += f" Least agreed: “{worst['question']}” ({numeral(worst['score'], 1)}); "
        text += f"most: “{best['question']}” ({numeral(best['score'], 1)})."
    if not staff.hidden:
        return [text]
    names = " and ".join(staff.hidden)
    return [
        text,
        f"Not shown: {names}. Departments with fewer than {staff.fewest} people are hidden, and one more where a "
        "single one could be worked out by subtraction; the score is of those shown.",
    ]


def _at(departments: pd.DataFrame, end: int) -> str:
    """Every department with the lowest (0) or highest (-1) score as it is shown: `Finance and Sales (3.0 each)`."""
    texts = departments["score"].map(lambda score: numeral(score, 1))
    names = list(departments.loc[texts == texts.iloc[end], "department"])
    listed = " and ".join(n for n in (", ".join(names[:-1]), names[-1]) if n)
    return f"{listed} ({texts.iloc[end]}{' each' if len(names) > 1 else ''})"


def _staff_card(staff: Survey | str | None) -> Figure:
    label = "Staff survey, 1 to 5"
    if staff is None:
        return Figure(label=label, value="not for your role")
    if isinstance(staff, str):
        return Figure(label=label, value=staff)
    if staff.departments.empty:
        return Figure(label=label, value="too few" if staff.hidden else "no answers")
    return Figure(
        label=label,
        value=numeral(staff.score, 1),
        n=f"n = {numeral(staff.people)} people in departments shown",
    )


def _table(staff: Survey) -> Table:
    rows = [(r.department, numeral(r.score, 1), numeral(r.people)) for r in rows_of(staff.departments)] + [
        (name, "hidden", "hidden") for name in staff.hidden
    ]
    return Table(
        columns=("Department", "Score, 1 to 5", "People"),
        rows=tuple(rows),
        title="What staff say of working together, by department",
    )
