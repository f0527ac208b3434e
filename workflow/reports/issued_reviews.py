"""Issuing a quarterly review: it is kept as it was read then, in numbered versions, and none is ever changed.

An executive issues it, or the operator's command; a later version needs its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from metrics.comparison.words import day
from warehouse.access import audit, data_coverage
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import issued_review_contents, issued_reviews
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores

MAY_ISSUE = frozenset({"executive", "system"})
LONGEST_WHY = 2000


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One issued version of a quarter's review."""

    quarter: str
    version: int
    issued_at: datetime
    issued_by: str
    why: str
    as_of: date


def issue(
    stores: Stores, who: Viewer, quarter: str, ends_on: date, contents: Mapping[str, str], why: str = ""
) -> int:
    """Keep the next version of a quarter's review and give its number. `contents`: audience → what it reads.

    Raises AccessRefused for a role that issues none (the attempt is logged), and ChangeRefused while the quarter runs or
    where a later version has no reason.
    """
    sentence = "Your role does not issue reviews, so nothing was recorded. An executive does."
    audit.check_role(stores, who, MAY_ISSUE, "review.refused", sentence, quarter)
    snapshot = stores.snapshot()
    last = data_coverage.as_of(Reader(stores, SYSTEM, snapshot))
    if last < ends_on:
        raise ChangeRefused(
            f"The quarter runs until {day(ends_on)} and the data reach {day(last)}. Issue it when it is over."
        )
    with audit.entry(stores, who.username, "review.issue", quarter, why.strip()) as entry:
        before = entry.app_db.execute(
            select(func.max(issued_reviews.c.version)).where(issued_reviews.c.quarter == quarter)
        ).scalar()
        if before and not why.strip():
            raise ChangeRefused(
                f"Version {before} was issued. Say why there is another, for those who have read it."
            )
        number = int(before or 0) + 1
        entry.append(
            issued_reviews,
            "issued",
            quarter=quarter,
            version=number,
            why=why.strip()[:LONGEST_WHY],
            snapshot=str(snapshot),
            as_of=last,
        )
        for audience, content in contents.items():
            entry.append(
                issued_review_contents, quarter=quarter, version=number, audience=audience, content=content
            )
    return number


def issues(reader: Reader, quarter: str) -> tuple[Issue, ...]:
    """The versions of a quarter's review, the latest first."""
    rows = reader.rows(
        select(issued_reviews)
        .where(issued_reviews.c.quarter == quarter)
        .order_by(issued_reviews.c.version.desc())
    )
    return tuple(
        Issue(
            quarter=r.quarter,
            version=r.version,
            issued_at=r.issued_at,
            issued_by=r.issued_by,
            why=r.why,
            as_of=date(r.as_of.year, r.as_of.month, r.as_of.day),
        )
        for r in rows
    )


def content(reader: Reader, quarter: str, version: int) -> str | None:
    """What a version says to who reads; None if it says nothing to her role."""
    rows = list(
        reader.rows(
            select(issued_review_contents).where(
                issued_review_contents.c.quarter == quarter, issued_review_contents.c.version == version
            )
        )
    )
    return str(rows[0].content) if len(rows) == 1 else None
