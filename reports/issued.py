"""Issued reviews: frozen for each audience with the figures alike for everybody, read back, compared with today's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day, figure
from metrics.definitions.measure import is_closed
from metrics.definitions.quarters import Quarter
from reports import review_composition
from reports.review import frozen_review
from reports.review.review_document import Corrected, Exhibit, Figure, Review, Table
from warehouse.access import data_coverage
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import REVIEW_AUDIENCES
from warehouse.errors import Problem
from warehouse.stores.connect import Stores
from workflow.records.people import called
from workflow.reports import issued_reviews
from workflow.reports.issued_reviews import Issue

OF_ITS_DAY = frozenset({"unknown", "trust"})
"""Answers about the load and the definitions of the day they were given on: another day's are no correction."""
NOT_THERE = "not there"


def issue(stores: Stores, who: Viewer, quarter: Quarter, why: str = "") -> int:
    """Freeze the review of a quarter as each audience may read it; gives the number of the version."""
    contents = {}
    if who.role in issued_reviews.MAY_ISSUE and not quarter.is_partial:
        for audience in sorted(set(REVIEW_AUDIENCES.values())):
            reader = Reader(stores, Viewer(who.username, who.full_name, audience), stores.snapshot())
            review = review_composition.build(
                reader, quarter, data_coverage.available_columns(reader), alike=True
            )
            contents[audience] = frozen_review.as_text(review)
    return issued_reviews.issue(stores, who, quarter.name, quarter.whole.end, contents, why)


def read(reader: Reader, version: Issue) -> Review:
    """An issued version as the reader's role reads it. Raises Problem where it says nothing to that role."""
    text = issued_reviews.content(reader, version.quarter, version.version)
    if text is None:
        raise Problem(f"Version {version.version} of {version.quarter} was not issued for your role.")
    return replace(frozen_review.from_text(text), issued=in_words(reader.stores, version))


def in_words(stores: Stores, version: Issue) -> str:
    """`Version 2, issued on 4 Jul 2026 by Vivian Tse`."""
    by = called(stores, [version.issued_by])[version.issued_by]
    return f"Version {version.version}, issued on {day(version.issued_at.date())} by {by}"


def read_as(viewer: Viewer) -> Viewer:
    """The viewer as the audience an issued review was written for: what it holds is compared with the same of today."""
    return replace(viewer, role=REVIEW_AUDIENCES.get(viewer.role, viewer.role))


def corrected(issued: Review, now: Review) -> Review:
    """The issued review, each figure and each cell of a table that reads differently today with what it is now.

    `now` is of the same audience and `alike` for everybody, as the issued one was.
    """
    today = dict(_figures(now))
    tables = {(where, table.columns[0]): table for where, table in _tables(now)}

    def table_beside(where: str, one: Table | None) -> Table | None:
        return one if one is None or one.is_of_its_day else _beside(one, tables.get((where, one.columns[0])))

    def exhibits_beside(where: str, issued: Iterable[Exhibit]) -> tuple[Exhibit, ...]:
        return tuple(replace(e, table=table_beside(where, e.table)) for e in issued)

    def beside(where: str, one: Figure) -> Figure:
        other = today.get((where, one.label))
        if other is None or not _differs(one, other):
            return one
        closed = one.metric not in CATALOGUE or is_closed(CATALOGUE[one.metric])
        return replace(one, corrected=other.value) if closed else replace(one, by_now=other.value)

    return replace(
        issued,
        figures=tuple(beside("", f) for f in issued.figures),
        answers=tuple(
            a
            if a.key in OF_ITS_DAY
            else replace(
                a,
                figures=tuple(beside(a.key, f) for f in a.figures),
                table=table_beside(a.key, a.table),
                exhibits=exhibits_beside(a.key, a.exhibits),
            )
            for a in issued.answers
        ),
        exhibits=exhibits_beside("", issued.exhibits),
    )


def corrections(review: Review) -> tuple[tuple[str, str, str], ...]:
    """Label, issued and today's value of each figure and cell that was corrected since, each once."""
    figures = ((f.label, f.value, f.corrected) for _, f in _figures(review) if f.corrected)
    cells = ((c.what, c.then, c.now) for _, table in _tables(review) for c in table.corrected)
    return tuple(dict.fromkeys([*figures, *cells]))


def _tables(review: Review) -> Iterator[tuple[str, Table]]:
    """Every table that is compared, after the key of its answer; an answer has one about each kind of row."""
    yield from (("", e.table) for e in review.exhibits if e.table is not None)
    for answer in (a for a in review.answers if a.key not in OF_ITS_DAY):
        every = (answer.table, *(e.table for e in answer.exhibits))
        yield from ((answer.key, table) for table in every if table is not None and not table.is_of_its_day)


def _beside(issued: Table, now: Table | None) -> Table:
    """The issued table with the cells that read differently in that of today, row by row by what it is about."""
    if now is None:
        return issued
    rows = dict(zip(_names(now), now.rows, strict=True))
    moved = {*issued.estimated, *now.estimated}
    corrections = []
    for at, (name, row) in enumerate(zip(_names(issued), issued.rows, strict=True)):
        other = rows.pop(name, None)
        if other is None:
            corrections.append(Corrected(row=at, column=0, what=name[0], then="in the table", now=NOT_THERE))
            continue
        for column, cell in enumerate(row[1:], 1):
            heading = issued.columns[column]
            if heading in moved or heading not in now.columns:
                continue
            today = other[now.columns.index(heading)]
            if _reads_differently(cell, today):
                what = f"{name[0]}, {heading}"
                corrections.append(Corrected(row=at, column=column, what=what, then=cell, now=today))
    corrections += [
        Corrected(row=None, column=0, what=n, then=NOT_THERE, now="in the table") for n, _ in rows
    ]
    return replace(issued, corrected=tuple(corrections))


def _names(table: Table) -> list[tuple[str, int]]:
    """What each row is about, with how many rows about the same come before it."""
    before: Counter[str] = Counter()
    named = []
    for row in table.rows:
        named.append((row[0], before[row[0]]))
        before[row[0]] += 1
    return named


def _reads_differently(issued: str, now: str) -> bool:
    """Whether two cells hold other numbers, or without any, other words."""
    numbers = [re.findall(r"[-−]?\d[\d,.]*", text) for text in (issued, now)]
    return numbers[0] != numbers[1] if any(numbers) else issued != now


def _figures(review: Review) -> Iterator[tuple[tuple[str, str], Figure]]:
    yield from ((("", f.label), f) for f in review.figures)
    for answer in (a for a in review.answers if a.key not in OF_ITS_DAY):
        yield from (((answer.key, f.label), f) for f in answer.figures)


def _differs(issued: Figure, now: Figure) -> bool:
    """Whether two figures read differently as figures: another way of writing one number is no correction."""
    if issued.number is not None and now.number is not None and issued.metric in CATALOGUE:
        metric = CATALOGUE[issued.metric]
        return figure(metric, issued.number) != figure(metric, now.number)
    return issued.value != now.value
