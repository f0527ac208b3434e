"""Issued reviews: frozen for each audience with the figures alike for everybody, read back, compared with today's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from metrics import CATALOGUE
from metrics.quarter import Quarter
from metrics.words import day, figure
from reports import frozen, quarterly_review
from reports.review import Figure, Review
from warehouse import coverage
from warehouse.access import Reader, Viewer
from warehouse.connect import Stores
from warehouse.desk import REVIEW_AUDIENCES
from warehouse.errors import Problem
from workflow import issued_reviews
from workflow.issued_reviews import Issue
from workflow.people import called


def issue(stores: Stores, who: Viewer, quarter: Quarter, why: str = "") -> int:
    """Freeze the review of a quarter as each audience may read it; gives the number of the version."""
    contents = {}
    if who.role in issued_reviews.MAY_ISSUE and not quarter.is_partial:
        for audience in sorted(set(REVIEW_AUDIENCES.values())):
            reader = Reader(stores, Viewer(who.username, who.full_name, audience), stores.snapshot())
            review = quarterly_review.build(reader, quarter, coverage.known(reader), alike=True)
            contents[audience] = frozen.as_text(review)
    return issued_reviews.issue(stores, who, quarter.name, quarter.whole.end, contents, why)


def read(reader: Reader, version: Issue) -> Review:
    """An issued version as the reader's role reads it. Raises Problem where it says nothing to that role."""
    text = issued_reviews.content(reader, version.quarter, version.version)
    if text is None:
        raise Problem(f"Version {version.version} of {version.quarter} was not issued for your role.")
    return replace(frozen.from_text(text), issued=in_words(reader.stores, version))


def in_words(stores: Stores, version: Issue) -> str:
    """`Version 2, issued on 4 Jul 2026 by Vivian Tse`."""
    by = called(stores, [version.issued_by])[version.issued_by]
    return f"Version {version.version}, issued on {day(version.issued_at.date())} by {by}"


def corrected(issued: Review, now: Review) -> Review:
    """The issued review, each figure that reads differently today with what it is now."""
    today = dict(_figures(now))

    def beside(where: str, one: Figure) -> Figure:
        other = today.get((where, one.label))
        if other is None or not _differs(one, other):
            return one
        return replace(one, corrected=other.value)

    return replace(
        issued,
        figures=tuple(beside("", f) for f in issued.figures),
        answers=tuple(replace(a, figures=tuple(beside(a.key, f) for f in a.figures)) for a in issued.answers),
    )


def corrections(review: Review) -> tuple[tuple[str, str, str], ...]:
    """Label, issued and today's value of each figure that was corrected since, each once."""
    return tuple(dict.fromkeys((f.label, f.value, f.corrected) for _, f in _figures(review) if f.corrected))


def _figures(review: Review) -> Iterator[tuple[tuple[str, str], Figure]]:
    yield from ((("", f.label), f) for f in review.figures)
    for answer in review.answers:
        yield from (((answer.key, f.label), f) for f in answer.figures)


def _differs(issued: Figure, now: Figure) -> bool:
    """Whether two figures read differently as figures: another way of writing one number is no correction."""
    if issued.number is not None and now.number is not None and issued.metric in CATALOGUE:
        metric = CATALOGUE[issued.metric]
        return figure(metric, issued.number) != figure(metric, now.number)
    return issued.value != now.value
