"""Decisions: what was expected beside what happened, on their day; and how often they work."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import Change, compare, knows_its_noise
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import figure, numeral
from metrics.definitions.scope import Period, Scope
from reports import review_composition
from reports.answers import decisions as decisions_of
from reports.answers import decisions_before
from reports.review.review_document import Answer
from tests.pages.staff import somebody
from warehouse.access import data_coverage
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import pinned_figures
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration import (
    decision_outcomes,
    decision_sources,
    initiative_worth,
    record_reading,
    record_store,
)
from workflow.collaboration.decision_outcomes import DecisionOutcome
from workflow.collaboration.decision_records import CANNOT_BE_TOLD, NO, YES, track_record
from workflow.collaboration.pinned_figures import Reading, in_words, pin_figure, slice_now
from workflow.collaboration.record_kind import Record
from workflow.experiments.interim_results import CHURN

ANALYST, EXECUTIVE, MARKETING, SERVICE = (
    somebody(r) for r in ("analyst", "executive", "marketing", "service")
)
WINTER = Scope(Period(date(2026, 1, 1), date(2026, 3, 31)))
ON = date(2026, 7, 1)


def _decide(
    stores: Stores,
    direction: str = "rise",
    expected: float | None = None,
    metric: str = "leads",
    scope: Scope = WINTER,
    consulted: tuple[str, ...] = (),
) -> int:
    """Decided on 31 March about a figure of the winter; looked at again on 1 July."""
    stores.now = lambda: datetime(2026, 3, 31, 9)
    pin = pin_figure(stores, ANALYST, metric, scope)
    values = {"title": "More search?", "options": "Yes\nNo", "evidence": "", "consulted": list(consulted)}
    number = record_store.open_record(stores, ANALYST, "decision", values, pin_id=pin)
    taken = {
        **{"chosen": "Yes", "why": "It pays", "owner": "Marketing", "cost": None},
        **{"direction": direction, "expected": expected, "review_on": ON},
    }
    record_store.take_step(stores, EXECUTIVE, number, 1, "take", taken)
    stores.now = lambda: datetime(2026, 7, 1, 9)
    return number


def _record(stores: Stores, number: int) -> Record:
    record = record_reading.one_record(Reader(stores, ANALYST), number)
    assert record is not None
    return record


def _outcome(
    stores: Stores, number: int, now: Reading | None = None, viewer: Viewer = ANALYST
) -> DecisionOutcome:
    reader = Reader(stores, viewer, stores.snapshot())
    ask = slice_now if now is None else (lambda *_: now)
    result = decision_outcomes.outcome(reader, _record(stores, number), ON, ask)
    assert result is not None
    return result


def test_on_its_day_as_many_months_are_read_of_the_same_figure(bank: Stores) -> None:
    result = _outcome(bank, _decide(bank))
    assert result.scope.period == Period(date(2026, 4, 1), date(2026, 6, 30))
    assert result.scope.filters == result.then.scope.filters
    assert result.now is not None
    assert result.now == slice_now(Reader(bank, ANALYST), "leads", result.scope)


def test_before_its_day_and_without_a_figure_nothing_is_compared(bank: Stores) -> None:
    number = _decide(bank)
    reader = Reader(bank, ANALYST, bank.snapshot())
    assert decision_outcomes.outcome(reader, _record(bank, number), date(2026, 6, 30)) is None
    bare = record_store.open_record(bank, ANALYST, "decision", {"title": "What?", "options": "Yes\nNo"})
    assert decision_outcomes.outcome(reader, _record(bank, bare), ON) is None


def test_a_figure_is_held_against_chance_only_where_its_totals_say_how_much_it_varies() -> None:
    names = (
        "leads",
        "churn_rate",
        "nps",
        "cac",
        "marketing_cost",
        "lifetime_value",
        "revenue_per_acquired",
        "reply_median",
        "wins_linear",
    )
    assert [n for n in names if knows_its_noise(CATALOGUE[n])] == ["leads", "churn_rate", "nps", "cac"]


@pytest.mark.parametrize(
    ("direction", "expected", "now", "did"),
    [
        ("rise", None, 1_300.0, YES),
        ("rise", None, 1_010.0, CANNOT_BE_TOLD),
        ("rise", None, 700.0, NO),
        ("rise", 1_200.0, 1_300.0, YES),
        ("rise", 1_320.0, 1_300.0, CANNOT_BE_TOLD),
        ("rise", 2_000.0, 1_300.0, NO),
        ("fall", None, 700.0, YES),
        ("fall", 600.0, 1_300.0, NO),
        ("stay as it is", None, 1_010.0, YES),
        ("stay as it is", None, 1_300.0, NO),
    ],
)
def test_within_the_noise_it_cannot_be_told(
    direction: str, expected: float | None, now: float, did: str, bank: Stores
) -> None:
    number = _decide(bank, direction, expected)
    with bank.app_db.begin() as app_db:
        app_db.execute(pinned_figures.update().values(value=1_000.0))
    result = _outcome(bank, number, Reading(now))
    assert (result.did, bool(result.why)) == (did, True)


def test_a_share_is_expected_in_percent_and_few_cases_tell_nothing(bank: Stores) -> None:
    number = _decide(bank, "fall", 4.0, metric="churn_rate")
    with bank.app_db.begin() as app_db:
        app_db.execute(pinned_figures.update().values(value=0.10, cases=1_000.0))
    clear = _outcome(bank, number, Reading(0.03, 0.02, 0.04, 1_000.0))
    assert (clear.did, clear.expected_in_words()) == (YES, "fall to 4.0%")
    assert _outcome(bank, number, Reading(0.0, None, None, 12.0)).did == CANNOT_BE_TOLD


def test_a_sum_of_money_has_no_interval_and_days_before_the_decision_say_nothing_of_it(bank: Stores) -> None:
    money = _decide(bank, metric="marketing_cost")
    result = _outcome(bank, money)
    assert result.did == CANNOT_BE_TOLD
    assert "no interval" in result.why
    early = _decide(bank, scope=Scope(Period(date(2026, 4, 1), date(2026, 6, 30))))
    assert _outcome(bank, early).why.startswith("Too early")


def test_a_cost_per_person_is_pinned_without_an_interval_and_reached_within_the_noise_cannot_be_told(
    bank: Stores,
) -> None:
    number = _decide(bank, "fall", 1_000.0, metric="cac")
    then = _outcome(bank, number).then
    words = in_words(CATALOGUE["cac"], then.reading)
    assert (then.low, then.high) == (None, None)
    assert words == f"{figure(CATALOGUE['cac'], then.value)} (n = {numeral(then.cases)})"
    with bank.app_db.begin() as app_db:
        app_db.execute(pinned_figures.update().values(value=2_000.0, cases=400.0))
    assert _outcome(bank, number, Reading(1_050.0, cases=400.0)).did == CANNOT_BE_TOLD
    assert _outcome(bank, number, Reading(1_500.0, cases=400.0)).did == NO


def test_an_amount_per_person_moves_without_an_interval() -> None:
    now, before = ({"value": v, "numerator": v * 500, "denominator": 500.0} for v in (1_500.0, 1_000.0))
    assert compare(CATALOGUE["revenue_per_acquired"], now, before) == Change(Verdict.CHANGED, relative=0.5)


def test_who_could_not_ask_the_figure_is_not_told_what_became_of_it(bank: Stores) -> None:
    number = _decide(bank)
    reader = Reader(bank, SERVICE, bank.snapshot())
    assert decision_outcomes.outcome(reader, _record(bank, number), ON) is None


def test_the_record_of_hits_counts_what_was_looked_at_again(bank: Stores) -> None:
    for held, consulted in (
        ("yes", ("Sales",)),
        ("yes", ("Sales", "Service")),
        ("no", ()),
        ("cannot be told", ()),
    ):
        number = _decide(bank, consulted=consulted)
        record_store.take_step(
            bank, MARKETING, number, 2, "look_again", {"held": held, "learned": "We keep it"}
        )
    record_store.open_record(bank, ANALYST, "decision", {"title": "What?", "options": "Yes\nNo"})
    record = track_record(record_reading.records_of(Reader(bank, ANALYST), "decision"))
    assert record.hits() == "2 of 4 decisions are recorded as having done what was expected; 1 cannot be told"
    assert (record.decisions, record.pinned) == (5, 4)
    assert [r.contents["consulted"] for r in record.one_sided] == [[], [], []]
    assert track_record(()).hits() == ""


def test_what_was_recorded_stands_beside_what_the_data_say(bank: Stores) -> None:
    number = _decide(bank, expected=900_000.0)
    held = {"held": "yes", "learned": "Go on"}
    record_store.take_step(bank, MARKETING, number, 2, "look_again", held)
    decisions = record_reading.records_of(Reader(bank, ANALYST), "decision")
    computed = decision_outcomes.by_the_data(Reader(bank, ANALYST, bank.snapshot()), decisions, ON)
    assert computed[number] != YES
    assert decision_outcomes.by_the_data_in_words(decisions, computed).endswith("1 is recorded otherwise.")
    unread = decision_outcomes.by_the_data(Reader(bank, SERVICE, bank.snapshot()), decisions, ON)
    assert decision_outcomes.by_the_data_in_words(decisions, unread) == ""


def test_without_a_pinned_figure_nothing_is_asked_of_one(bank: Stores) -> None:
    bare = {"title": "What?", "options": "Yes\nNo", "consulted": ["Analytics"]}
    number = record_store.open_record(bank, ANALYST, "decision", bare)
    taken = {"chosen": "Yes", "why": "It pays", "owner": "Marketing", "review_on": date(2026, 8, 1)}
    record_store.take_step(bank, EXECUTIVE, number, 1, "take", taken)
    record = _record(bank, number)
    assert "direction" not in record.contents
    assert decision_outcomes.expected_as_typed(record) == ""
    assert record in track_record([record]).one_sided, "its own department is no other"


def test_the_review_tells_due_from_to_come_and_from_what_has_no_figure(bank: Stores) -> None:
    pinned = _decide(bank)
    bank.now = lambda: datetime(2026, 4, 2, 9)
    bare = record_store.open_record(bank, ANALYST, "decision", {"title": "What?", "options": "Yes\nNo"})
    taken = {"chosen": "Yes", "why": "It pays", "owner": "Marketing", "review_on": date(2026, 5, 1)}
    record_store.take_step(bank, EXECUTIVE, bare, 1, "take", taken)

    def row(viewer: Viewer, number: int, on: datetime) -> tuple[str, ...]:
        bank.now = lambda: on
        reader = Reader(bank, viewer, bank.snapshot())
        context: Any = SimpleNamespace(reader=reader, once=review_composition.each_time(reader))
        return decisions_before._row(context, _record(bank, number))[0]

    before, after = datetime(2026, 4, 2, 9), datetime(2026, 7, 2, 9)
    assert row(SERVICE, pinned, before)[3:] == ("not known yet", "To be looked at again on 1 Jul 2026")
    assert row(SERVICE, pinned, after)[3:] == (
        "not for your role",
        "Due since 1 Jul 2026; its figure is not part of your role",
    )
    assert row(ANALYST, bare, before)[4] == "No figure is pinned; to be looked at again on 1 May 2026"
    assert row(ANALYST, bare, after)[4] == "No figure is pinned; due since 1 May 2026"


def test_a_decision_about_leaving_does_not_stand_beneath_cross_sell() -> None:
    leaving = decisions_of.Decision("Assign more?", "f.", "experiments", "Impact", outcomes=(CHURN,))
    assert decisions_of.recommended("churn", [leaving]) == "Assign more."
    assert decisions_of.recommended("cross_sell", [leaving]) == ""


def test_money_per_person_counts_for_all_people_and_a_cost_that_fell_is_a_gain() -> None:
    then, now = Reading(1_000.0, cases=50.0), Reading(900.0, cases=40.0)
    assert initiative_worth.gain(CATALOGUE["cac"], then, now) == 4_000.0
    assert initiative_worth.gain(CATALOGUE["revenue_per_acquired"], then, now) == -4_000.0
    assert initiative_worth.gain(CATALOGUE["revenue"], then, now) == -100.0


def test_a_question_of_a_review_is_on_the_list_once_a_quarter(bank: Stores) -> None:
    question = "Stop or rewrite the campaign “Summer”?"
    number = decision_sources.open_asked(bank, EXECUTIVE, "2026Q2", question, ("Yes", "No"))
    assert decision_sources.on_the_list(Reader(bank, MARKETING))[
        "Stop or rewrite the campaign “Summer”? (2026Q2)"
    ] == _record(bank, number)
    with pytest.raises(ChangeRefused, match=f"decision {number}"):
        decision_sources.open_asked(bank, MARKETING, "2026Q2", question, ("Yes", "No"))
    assert decision_sources.open_asked(bank, MARKETING, "2026Q3", question, ("Yes", "No")) != number


def test_what_is_open_from_before_stands_at_the_head_of_the_next_reviews_decisions(bank: Stores) -> None:
    reader = Reader(bank, EXECUTIVE, bank.snapshot())
    given = data_coverage.available_columns(reader)

    def decisions() -> Answer:
        review = review_composition.build(reader, review_composition.named("2026Q2", reader), given)
        return next(a for a in review.answers if a.key == "decisions")

    before = decisions()
    assert before.to_decide
    assert all(len(decisions_of.options_of(q)) > 1 for q in before.to_decide)
    assert all(s.startswith(q) for s, q in zip(before.sentences, before.to_decide, strict=True))
    decision_sources.open_asked(bank, EXECUTIVE, "2026Q2", before.to_decide[0], ("Yes", "No"))
    assert decisions() == before, "what this review put on the list is not old business"
    old = decision_sources.open_asked(bank, EXECUTIVE, "2026Q1", "Stop the campaign “A”?", ("Yes", "No"))
    after = decisions()
    assert f"“Stop the campaign “A”? (2026Q1)” (decision {old}, since 1 Jul 2026)" in after.sentences[0]
    assert after.sentences[1:] == before.sentences
    assert after.to_decide == before.to_decide


def test_a_question_longer_than_a_title_is_cut_and_keeps_its_quarter(bank: Stores) -> None:
    long = "Move money from " + "a channel and " * 20 + "search?"
    number = decision_sources.open_asked(bank, EXECUTIVE, "2026Q2", long, ("Yes", "No"))
    assert _record(bank, number).title.endswith("… (2026Q2)")
