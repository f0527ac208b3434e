"""An issued review stays as it was read: for each audience, with its definitions, and what was corrected is said beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from metrics.definitions.quarters import Quarter
from reports import issued
from reports.documents import document_facts
from reports.review import frozen_review
from tests.morning import copy_of, on, stores_in
from tests.reports.full_review import REVIEW
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import audit_log, issued_review_contents
from warehouse.errors import AccessRefused, ChangeRefused, Problem
from warehouse.stores.connect import Stores
from workflow.reports.issued_reviews import issues

# Its bank and reviews are made once, by one worker.
pytestmark = pytest.mark.xdist_group("issued reviews")

QUARTER = Quarter(2026, 2, date(2026, 6, 30))


def who(role: str) -> Viewer:
    return Viewer(role, role.title(), role)


def reader_of(stores: Stores, role: str) -> Reader:
    return Reader(stores, who(role), stores.snapshot())


@pytest.fixture(scope="module")
def night(after_a_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    folder = tmp_path_factory.mktemp("issued") / "data"
    copy_of(after_a_night, folder)
    stores = stores_in(folder)
    issued.issue(on(stores, date(2026, 7, 4)), who("executive"), QUARTER)
    yield stores
    stores.app_db.dispose()


def test_a_review_is_read_back_as_it_was_written() -> None:
    assert frozen_review.from_text(frozen_review.as_text(REVIEW)) == REVIEW


def test_each_audience_reads_its_own_and_an_analyst_what_the_executives_read(night: Stores) -> None:
    (version,) = issues(reader_of(night, "executive"), "2026Q2")
    read = {
        r: issued.read(reader_of(night, r), version) for r in ("executive", "analyst", "marketing", "sales")
    }
    assert read["executive"] == read["analyst"]
    assert read["executive"].issued == "Version 1, issued on 4 Jul 2026 by executive"
    assert all(r.definitions for r in read.values())
    statement = select(issued_review_contents.c.audience)
    assert {r.audience for r in reader_of(night, "sales").rows(statement)} == {"sales"}
    for role in ("relationship_manager", "service", "administrator"):
        with pytest.raises(AccessRefused):
            reader_of(night, role).rows(statement)


def test_files_say_whether_they_are_a_draft_or_which_version(night: Stores) -> None:
    (version,) = issues(reader_of(night, "executive"), "2026Q2")
    review = issued.read(reader_of(night, "executive"), version)
    assert document_facts.file_name(review, "pdf") == "concord-review-2026Q2-version-1.pdf"
    assert "Version 1, issued on 4 Jul 2026" in document_facts.foot(review)
    draft = replace(review, issued="")
    assert document_facts.file_name(draft, "pdf") == "concord-review-2026Q2-draft.pdf"
    assert "Draft" in document_facts.foot(draft)


def test_only_an_executive_issues_and_the_attempt_of_another_is_on_record(night: Stores) -> None:
    for role in ("analyst", "marketing", "administrator"):
        with pytest.raises(AccessRefused, match="An executive does"):
            issued.issue(night, who(role), QUARTER)
    with night.app_db.connect() as app_db:
        lines = [line.action for line in app_db.execute(select(audit_log))]
    assert lines.count("review.refused") == 3
    assert lines.count("review.issue") >= 1


def test_a_quarter_that_runs_is_not_issued_and_a_further_version_needs_a_reason(night: Stores) -> None:
    with pytest.raises(ChangeRefused, match="Issue it when it is over"):
        issued.issue(night, who("executive"), Quarter(2026, 3, date(2026, 7, 20)))
    with pytest.raises(ChangeRefused, match="Say why there is another"):
        issued.issue(night, who("executive"), QUARTER)


def test_a_figure_that_a_source_corrected_says_so_and_others_do_not(night: Stores) -> None:
    (version,) = issues(reader_of(night, "executive"), "2026Q2")[-1:]
    review = issued.read(reader_of(night, "executive"), version)
    assert issued.corrections(issued.corrected(review, review)) == ()
    first = next(f for a in review.answers for f in a.figures if f.metric == "net_revenue")
    assert first.number is not None
    other = replace(first, number=first.number + 5_000_000.0, value="HKD 5 m more")
    rewritten = replace(first, value="the same, in other words")
    for changed, corrections in ((other, ((first.label, first.value, other.value),)), (rewritten, ())):
        now = replace(
            review,
            answers=tuple(
                replace(a, figures=tuple(changed if f is first else f for f in a.figures))
                for a in review.answers
            ),
            figures=tuple(changed if f.label == first.label else f for f in review.figures),
        )
        assert issued.corrections(issued.corrected(review, now)) == corrections


def test_a_version_that_says_nothing_to_a_role_is_refused_in_a_sentence(night: Stores) -> None:
    (version,) = issues(reader_of(night, "executive"), "2026Q2")[-1:]
    with pytest.raises(Problem, match="not issued for your role"):
        issued.read(reader_of(night, "executive"), replace(version, version=99))
