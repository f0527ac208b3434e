"""Sales decides on leads: rights, reasons, two at once, taking back; what each department counts of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.morning import stores_in
from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.access.roles import ROLES
from warehouse.app_db.app_schema import audit_log, lead_reviews
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration import record_reading
from workflow.messages import rejection_news
from workflow.qualification import lead_decisions, lead_review
from workflow.qualification.lead_review import review

AS_OF = date(2026, 6, 30)
SUE, TOM = Viewer("sue", "Sue", "sales"), Viewer("tom", "Tom", "sales")
MIA = Viewer("mia", "Mia", "marketing")


@pytest.fixture
def app_db(twelve: Stores, tmp_path: Path) -> Iterator[Stores]:
    """The bank of the twelve leads with an empty application database of its own."""
    own = stores_in(tmp_path / "app_db")
    yield Stores(twelve.settings, own.now, own.app_db, _place=twelve.place)
    own.app_db.dispose()


def rows(stores: Stores, table=lead_reviews) -> list:
    with stores.app_db.connect() as connection:
        return list(connection.execute(select(table)))


def test_those_to_call_first_come_first_and_the_decided_are_not_asked_about(app_db: Stores) -> None:
    waiting = lead_review.waiting(Reader(app_db, SUE), AS_OF)
    assert waiting["lead_id"].tolist() == ["L10", "L09"]
    # Promised by 18:00 on 17 June; until the 30th there are eight working days of nine hours, without 19 June.
    assert waiting["late"].tolist() == [-23, 72]
    review(app_db, SUE, "L09", "accepted")
    assert lead_review.waiting(Reader(app_db, TOM), AS_OF)["lead_id"].tolist() == ["L10"]


def test_a_decision_is_kept_with_who_when_why_and_an_audit_line(app_db: Stores) -> None:
    assert review(app_db, SUE, "L09", "rejected", "Cannot be reached") == 1
    (row,) = rows(app_db)
    assert (row.lead_id, row.campaign_id, row.channel, row.version) == ("L09", "K2", "social", 1)
    assert (row.verdict, row.reason, row.to_nurture) == ("rejected", "Cannot be reached", True)
    assert (row.reviewed_by, row.reviewed_at) == ("sue", app_db.now())
    line = rows(app_db, audit_log)[-1]
    assert (line.who, line.action, line.subject, line.why) == (
        "sue",
        "lead.rejected",
        "L09",
        "Cannot be reached",
    )
    assert audit.broken_line(app_db) is None


@pytest.mark.parametrize("role", [r for r in ROLES if r != "sales"])
def test_no_other_role_decides_and_the_try_is_on_record(role: str, app_db: Stores) -> None:
    with pytest.raises(AccessRefused):
        review(app_db, Viewer("x", "X", role, rm_id="R1", team="T"), "L09", "accepted")
    assert rows(app_db) == []
    assert rows(app_db, audit_log)[-1].action == "lead.refused"


@pytest.mark.parametrize(
    ("lead", "verdict", "reason", "why"),
    [
        ("L09", "accepted", "Not eligible", "needs one of these reasons"),
        ("L09", "rejected", "", "needs one of these reasons"),
        ("L09", "rejected", "Too tall", "needs one of these reasons"),
        ("L09", "deleted", "", "is not a decision"),
        ("L11", "accepted", "", "not handed over"),
        ("L99", "accepted", "", "not handed over"),
        ("L04", "accepted", "", "already hold a decision"),
        ("L09", "taken_back", "", "no decision on this lead to undo"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(lead, verdict, reason, why, app_db: Stores) -> None:
    with pytest.raises(ChangeRefused, match=why):
        review(app_db, SUE, lead, verdict, reason)
    assert rows(app_db) == []


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(app_db: Stores) -> None:
    for lead, seen in (("L09", 0), ("L10", 0)):
        answers: dict[str, object] = {}

        def decide(viewer: Viewer, verdict: str, reason: str, lead: str = lead, seen: int = seen) -> None:
            try:
                answers[viewer.username] = review(app_db, viewer, lead, verdict, reason, seen)  # noqa: B023
            except ChangeRefused as refused:
                answers[viewer.username] = refused  # noqa: B023

        both = [
            threading.Thread(target=decide, args=(SUE, "accepted", "")),
            threading.Thread(target=decide, args=(TOM, "rejected", "Not eligible")),
        ]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        assert sorted(type(v).__name__ for v in answers.values()) == ["ChangeRefused", "int"]
        refused = next(v for v in answers.values() if isinstance(v, ChangeRefused))
        assert "while you had it open" in str(refused)
        assert len([r for r in rows(app_db) if r.lead_id == lead]) == 1


def test_taking_back_is_for_who_decided_and_leaves_both_lines(app_db: Stores) -> None:
    review(app_db, SUE, "L09", "accepted")
    with pytest.raises(ChangeRefused, match="no decision on this lead to undo"):
        review(app_db, TOM, "L09", "taken_back", seen_version=1)
    assert review(app_db, SUE, "L09", "taken_back", seen_version=1) == 2
    assert lead_review.waiting(Reader(app_db, TOM), AS_OF).set_index("lead_id").loc["L09", "version"] == 2
    assert review(app_db, TOM, "L09", "rejected", "Not eligible", 2) == 3
    assert [r.verdict for r in rows(app_db)] == ["accepted", "taken_back", "rejected"]


def test_sales_counts_each_lead_once_and_marketing_is_told_that_there_are_few(app_db: Stores) -> None:
    review(app_db, SUE, "L09", "accepted")
    review(app_db, SUE, "L09", "taken_back", seen_version=1)
    review(app_db, SUE, "L09", "rejected", "Not eligible", 2)
    review(app_db, TOM, "L10", "accepted")
    (sales,) = Reader(app_db, SUE).rows(lead_decisions.since(AS_OF))
    assert (sales.campaign_id, sales.decided, sales.accepted) == ("K2", 2, 1)
    marketing = Reader(app_db, MIA).frame(lead_decisions.since(AS_OF))
    assert marketing["campaign_id"].tolist() == ["K2"]
    assert marketing[["decided", "accepted"]].isna().all(axis=None)
    with pytest.raises(AccessRefused):
        Reader(app_db, MIA).frame(select(lead_reviews))


def test_a_lead_given_back_to_marketing_here_is_counted_with_the_rejected(app_db: Stores) -> None:
    review(app_db, SUE, "L09", "rejected", "Cannot be reached")
    review(app_db, TOM, "L10", "rejected", "Not eligible")
    (all_of_them,) = Reader(app_db, SUE).rows(lead_decisions.recycled(AS_OF))
    assert (all_of_them.rejected, all_of_them.to_nurture) == (2, 1)
    (elsewhere,) = Reader(app_db, SUE).rows(lead_decisions.recycled(AS_OF, (("channel", ("email",)),)))
    assert (elsewhere.rejected, elsewhere.to_nurture) == (0, 0)
    assert Reader(app_db, MIA).frame(lead_decisions.recycled(AS_OF)).isna().all(axis=None)
    review(app_db, SUE, "L09", "taken_back", seen_version=1)
    (left,) = Reader(app_db, SUE).rows(lead_decisions.recycled(AS_OF))
    assert (left.rejected, left.to_nurture) == (1, 0)


def test_the_list_follows_the_filters_of_the_page(app_db: Stores) -> None:
    def listed(*filters: tuple[str, tuple[str, ...]]) -> list[str]:
        return lead_review.waiting(Reader(app_db, SUE), AS_OF, filters)["lead_id"].tolist()

    assert listed(("channel", ("social",)), ("rep", ("Ben",))) == ["L10", "L09"]
    assert listed(("channel", ("email",))) == []


def test_a_decision_is_compared_with_the_banks_own(app_db: Stores) -> None:
    review(app_db, SUE, "L09", "accepted")
    decisions = lead_decisions.recorded(Reader(app_db, TOM))
    assert decisions[["lead_id", "verdict", "in_bank"]].to_numpy().tolist() == [
        ["L09", "accepted", "not yet"]
    ]


def test_marketing_hears_of_ten_rejections_the_same_day_with_the_reasons_that_were_given_ten_times(
    app_db: Stores,
) -> None:
    def before(count: int, reason: str, first: int) -> None:
        with audit.entry(app_db, "sue", "lead.rejected") as entry:
            for number in range(first, first + count):
                entry.append(
                    lead_reviews,
                    "reviewed",
                    lead_id=f"X{number}",
                    campaign_id="K2",
                    channel="social",
                    version=1,
                    verdict="rejected",
                    reason=reason,
                    to_nurture=False,
                )

    def inbox() -> list[str]:
        records = record_reading.waiting_for_department(Reader(app_db, MIA))
        return [str(e.contents.get("said", e.note)) for r in records for e in r.entries]

    before(8, "Not eligible", 0)
    rejection_news.reject_all(app_db, SUE, {"L09": 0}, "Not eligible")
    assert inbox() == []
    review(app_db, SUE, "L09", "taken_back", "", 1)
    before(1, "Duplicate enquiry", 20)
    rejection_news.reject_all(app_db, SUE, {"L09": 2}, "Not eligible")
    (news,) = inbox()
    assert news.startswith("Sales has rejected at least 10 leads of this campaign in July 2026.")
    assert "Each reason was given for fewer than 10 of them." in news
    before(9, "Not eligible", 30)
    review(app_db, SUE, "L09", "taken_back", "", 3)
    before(1, "Duplicate enquiry", 50)
    rejection_news.reject_all(app_db, SUE, {"L09": 4}, "Not eligible")
    assert len(inbox()) == 2
    assert "rejected at least 20 leads" in inbox()[1]
    assert "At least 10 “Not eligible”." in inbox()[1]
