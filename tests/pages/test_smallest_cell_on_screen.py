"""A bank that hides fewer than 25 people hides 24 everywhere: in checks of the model, surveys, experiments and themes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import select

from metrics.definitions.quarters import Quarter
from models.churn import model_files
from models.evaluation.model_checks import ModelCheck, share, without_small_groups
from models.experiments.lift import Counts
from models.service.themes import themes
from pages.customers.churn import impact_page
from reports.review import staff_survey
from tests.pages.staff import Open, opener, somebody, words
from warehouse.access.reader import SYSTEM, Reader
from warehouse.load.loading import next_snapshot
from warehouse.schema import customer_profiles, customer_scores, model_checks
from warehouse.stores.connect import Stores
from workflow.experiments import lift_tests
from workflow.scoring import model_card_text, model_monitoring
from workflow.scoring.training import MODELS

DAY = date(2026, 6, 30)
SMALLEST = 25


@pytest.fixture
def strict(bank: Stores) -> Stores:
    return replace(bank, settings=replace(bank.settings, smallest_cell=SMALLEST))


@pytest.fixture
def open_strict(strict: Stores, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    yield from opener(strict, monkeypatch)


@pytest.mark.parametrize(("people", "gone", "is_shown"), [(24, 24, False), (400, 24, False), (25, 25, True)])
def test_a_check_tells_of_no_24_people_and_of_no_24_who_left(
    people: int, gone: int, *, is_shown: bool
) -> None:
    check = share("fairness by district", "Tai Po", "calibration", DAY, gone, people, fewest=gone)
    (kept,) = without_small_groups([check], SMALLEST)
    assert (kept.value is not None, kept.n is not None) == (is_shown, is_shown)


def test_the_night_hides_what_a_model_was_judged_on_before_the_bank_became_stricter(strict: Stores) -> None:
    model = model_files.load(strict.settings.data_dir / MODELS)
    assert any(c.n is not None and min(c.n, c.fewest or c.n) < SMALLEST for c in model.card.checks)
    with next_snapshot(strict) as draft:
        reader = Reader(strict, SYSTEM)
        profiles, scores = (reader.frame(select(t)) for t in (customer_profiles, customer_scores))
        model_monitoring.keep(draft, reader, model, profiles, scores, DAY)
    kept = Reader(strict, SYSTEM).frame(select(model_checks))
    assert not (kept["n"] < SMALLEST).any()
    assert kept.loc[kept["n"].isna(), ["value", "low", "high"]].isna().all(axis=None)


def test_the_page_hides_what_an_earlier_night_wrote(strict: Stores, open_strict: Open) -> None:
    written = ModelCheck(check_name="fairness by district", part="Tai Po", measure="selected", day=DAY, n=24)
    with next_snapshot(strict) as draft:
        version = Reader(strict, SYSTEM).frame(select(model_checks.c.model_version))["model_version"].iloc[0]
        row = vars(replace(written, value=0.5, low=0.3, high=0.7)) | {
            "model": "churn_90d",
            "model_version": version,
        }
        values = {k: v for k, v in row.items() if k in model_checks.c}
        t = model_checks.c
        draft.write(
            model_checks, pd.DataFrame([values]), replacing=(t.part == "Tai Po") & (t.measure == "selected")
        )
    card = model_card_text.current(Reader(strict, SYSTEM))
    assert card is not None
    (checked,) = card.of("fairness by district", "selected").query("part == 'Tai Po'").to_dict("records")
    assert pd.isna([checked["n"], checked["value"], checked["low"], checked["high"]]).all()
    assert card.people(checked["n"]) == "fewer than 25"
    page = open_strict(somebody("analyst"), "churn-model", show="fair")
    assert not page.error


def test_no_department_of_24_is_in_the_staff_survey(strict: Stores) -> None:
    answers = {"Small": 24, "Next": 30, "Large": 60}
    answers_by_department = pd.DataFrame(
        [{"department": d, "question": "q", "answers": n, "points": 3 * n} for d, n in answers.items()]
    )
    without_small = staff_survey.without_small_departments(answers_by_department, SMALLEST)
    assert set(without_small.departments["department"]) == {"Large"}
    survey = staff_survey.survey(Reader(strict, somebody("executive")), Quarter(2026, 2, DAY).period)
    assert survey is not None
    assert survey.fewest == SMALLEST
    assert (survey.departments["people"] >= SMALLEST).all()


def test_an_arm_of_24_is_said_to_be_fewer_than_25(open_strict: Open) -> None:
    assert impact_page._people(float("nan"), SMALLEST) == "fewer than 25"
    assert impact_page._people(25.0, SMALLEST) == "25"
    assert not open_strict(somebody("executive"), "impact").error


@pytest.mark.parametrize(("won", "hidden"), [(24, True), (25, False)])
def test_who_sees_totals_sees_no_24_wins_of_a_lift_test(
    strict: Stores, open_strict: Open, won: int, *, hidden: bool
) -> None:
    viewer = somebody("marketing")
    result = lift_tests.Result(
        channel=lift_tests.channels(Reader(strict, viewer))[0],
        population="Half of the districts",
        starts_on=date(2026, 4, 1),
        ends_on=date(2026, 5, 31),
        counts=Counts(treated=913, treated_won=77, held_out=917, held_out_won=won),
        source="Experiment 12",
    )
    lift_tests.enter(strict, viewer, result)
    page = open_strict(viewer, "attribution")
    assert not page.error
    page_text = words(page)
    assert ("fewer than 25 won, or did not" in page_text) is hidden
    assert (f"of 917 held out {won} (" in page_text) is not hidden
    assert f"of 917 held out {won} (" in words(open_strict(somebody("analyst"), "attribution")), (
        "an analyst sees single rows"
    )


@pytest.mark.parametrize(("cases", "named"), [(24, False), (25, True)])
def test_a_word_of_24_cases_names_no_theme(cases: int, *, named: bool) -> None:
    rows = [
        {"ticket_id": f"T{n:04}", "customer_id": f"C{n:04}", "opened_at": DAY, "text": text}
        for n, text in enumerate(
            ["card declined", "loan interest", "branch queue"] * 80 + ["unmistakable"] * cases
        )
    ]
    by_theme = themes(pd.DataFrame(rows), smallest=SMALLEST)
    assert by_theme["theme"].str.contains("unmistakable").any() == named


def test_a_smallest_cell_that_no_word_can_reach_gives_no_theme() -> None:
    rows = [
        {"ticket_id": f"T{n}", "customer_id": f"C{n}", "opened_at": DAY, "text": "card"} for n in range(300)
    ]
    assert themes(pd.DataFrame(rows), smallest=5000).empty
