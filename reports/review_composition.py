"""The quarterly review: ten executive questions answered for one quarter, from what the reader may see.

All of it is worded here and in `reports.answers`; page, slides and handout print the same values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Concatenate

import pandas as pd

from metrics.definitions.cache_key import Once, P, R
from metrics.definitions.quarters import Quarter, quarter_named, quarter_of
from metrics.definitions.scope import Period, parts_by_month
from metrics.qualification.qualification_versions import bank_reader, in_words
from reports.answers import (
    at_a_glance,
    channels,
    churn,
    cross_sell,
    decisions,
    goals_met,
    headline,
    pilots,
    satisfaction,
    together,
    trust,
    unknown,
    value,
)
from reports.documents.document_facts import definition
from reports.documents.document_facts import definitions as definitions_of
from reports.review import case_studies, experiment_effects, review_context
from reports.review.review_document import Definition, Review
from warehouse.access import data_coverage
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader, frame_of
from warehouse.access.roles import reads_by_month
from warehouse.errors import Problem

MOST_QUARTERS = 12
"""So many quarters back may be reviewed, where there are data."""
EVIDENCE = ("leads", "revenue", "cases_opened", "nps_answers", "churn_rate")
"""A quarter with none of these has no data."""


def each_time(reader: Reader) -> Once:
    """Without a cache: every function is called when it is asked for, on the same kind of reader."""

    def called(function: Callable[Concatenate[Reader, P], R], /, *arguments: P.args, **named: P.kwargs) -> R:
        return function(bank_reader(reader, function), *arguments, **named)

    return called


def quarters(reader: Reader, available: AvailableColumns, once: Once | None = None) -> tuple[Quarter, ...]:
    """The quarters with data, newest first; the running one, if it has begun, is partial."""
    once = once or each_time(reader)
    newest = quarter_of(data_coverage.as_of(reader))
    offered = [newest.back(n) for n in range(MOST_QUARTERS)]
    periods = [q.period for q in offered]
    last = max(_with_data(periods, once, available), default=0)
    return tuple(offered[: last + 1])


def _with_data(periods: list[Period], once: Once, available: AvailableColumns) -> list[int]:
    """The numbers of those periods in which anything happened."""
    evidence = once(review_context.ask_what_may_be, EVIDENCE, periods[0], tuple(periods), available)
    counts = evidence[["leads", "revenue", "cases_opened", "nps_answers", "customers_left"]]
    there = counts.fillna(0).abs().sum(axis=1) > 0
    return [int(n) for n in evidence.index[there]]


def named(name: str, reader: Reader) -> Quarter:
    """The quarter a command or an address names. Raises Problem for one that is none or has not begun."""
    as_of = data_coverage.as_of(reader)
    quarter = quarter_named(name, as_of)
    if quarter is None:
        raise Problem(
            f"“{name}” is no quarter with data. Write it as {quarter_of(as_of).name}; the data reach {as_of:%d %b %Y}."
        )
    return quarter


def build(
    reader: Reader,
    quarter: Quarter,
    available: AvailableColumns,
    once: Once | None = None,
    *,
    alike: bool = False,
) -> Review:
    """The review of a quarter. `available` is what the bank has data of; `once` may be a cache.

    With `alike` what is blank for who sees totals only is blank for everybody, as in a review that is issued.
    """
    once = once or each_time(reader)
    if alike or reads_by_month(reader.viewer.role):
        quarter = quarter.in_whole_months()
    status = once(frame_of, data_coverage.status())
    about = review_context.read(
        reader,
        quarter,
        available,
        once,
        _begun(quarters(reader, available, once), once, available),
        alike=alike,
    )
    goals = goals_met.quarter_goals(about)
    experiments = experiment_effects.read_out(about)
    judged = channels.by_channel(about)
    called_for = decisions.wanted_of(about, goals.standing, judged, experiments)
    answers = [
        goals_met.answer(about, goals),
        churn.answer(about, experiments),
        value.answer(about, experiments),
        cross_sell.answer(about, experiments),
        channels.answer(about, judged),
        satisfaction.answer(about),
        together.answer(about),
        unknown.answer(about, status, goals.standing, experiments),
        decisions.answer(about, called_for),
    ]
    answers = [
        replace(
            a,
            recommendation=decisions.recommended(a.key, called_for)
            or a.recommendation
            or review_context.NOTHING_TO_DECIDE,
        )
        if a.key in decisions.ANSWERED
        else a
        for a in answers
    ]
    glance = at_a_glance.exhibits(about)
    further = [exhibit for answer in answers for exhibit in answer.exhibits]
    used = [name for answer in answers for name in answer.metrics]
    used += [name for exhibit in (*glance, *further) for name in exhibit.metrics]
    answers.append(trust.answer(about, status, used))
    review = Review(
        quarter=quarter.name,
        period=quarter.period,
        as_of=quarter.as_of,
        loaded_at=pd.to_datetime(status["loaded_at"]).max().to_pydatetime(),
        sample=bool(status["sample"].fillna(value=False).any()),
        qualified=in_words(reader),
        answers=tuple(answers),
        case_studies=(*pilots.case_studies(about, experiments), *case_studies.further(about)),
        title=headline.title(about, goals.standing, experiments),
        figures=headline.figures(about, goals.standing, experiments),
        exhibits=glance,
        partial=quarter.is_partial,
        before=quarter.before,
        year_before=quarter.year_before,
        begun=None if about.is_there(1) and about.is_there(2) else about.begun,
    )
    return replace(review, definitions=tuple(_definition(name) for name in definitions_of(review)))


def _definition(name: str) -> Definition:
    label, number, owner, means = definition(name)
    return Definition(metric=name, label=label, version=number, owner=owner, means=means)


def _begun(offered: tuple[Quarter, ...], once: Once, available: AvailableColumns) -> date | None:
    """The first day of the oldest month with data; None where nobody looked for older quarters."""
    if len(offered) == MOST_QUARTERS:
        return None
    months = list(parts_by_month(offered[-1].period))
    return months[min(_with_data(months, once, available), default=0)].start
