"""Case studies say what a pilot did only where a random group was kept from it; whoever reads them never learns more."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.definitions.quarters import Quarter
from models.evaluation.prediction_metrics import PredictionMetric as Interval
from models.experiments.lift import Counts
from reports.answers import pilots
from reports.documents import document_facts
from reports.review import case_studies, experiment_effects
from reports.review.review_context import ReviewContext
from reports.review.review_document import Answer, CaseStudy
from reports.review_composition import each_time
from tests.reports.causal_words import claims
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader, Viewer
from warehouse.stores.connect import Stores
from workflow.experiments import lift_tests
from workflow.experiments.experiment_results import ExperimentResult
from workflow.experiments.planned_analyses import Look
from workflow.experiments.planned_tests import plan

ROOT = Path(__file__).parents[2]
CONTROLLED = tuple(f"pages/customers/churn/impact_{part}.py" for part in ("page", "trust", "details"))
"""Pages about experiments with a random group held out."""
OF_EXPERIMENTS = {"pilots", "effects", "churn", "value", "cross_sell", "headline", "decisions"}
"""Answers that tell what such an experiment found."""


def texts(part: Answer | CaseStudy) -> Iterator[str]:
    """Everything an answer or a study says."""
    yield part.title
    yield from part.sentences
    if isinstance(part, CaseStudy):
        yield part.what
    if part.chart is not None:
        yield part.chart.says
    for figure in part.figures:
        yield from (figure.label, figure.value, figure.before, figure.year_before, figure.target, figure.n)


@pytest.mark.parametrize(
    "text",
    [
        "Calls within two days reduced churn by 12%.",
        "Project Unity sold wealth products to 34% more customers",
        "E-mail raised the wins of those it reached by 6.0%",
        "The pilot led to fewer complaints; customers are happier.",
        "Thanks to the app, cases fell.",
        "It changed cross-sell by +34%",
    ],
)
def test_a_claim_is_found(text: str) -> None:
    assert claims(text)


@pytest.mark.parametrize(
    "text",
    [
        "Using “transfer” in the app went together with 12% fewer customers with a service case",
        "Alerts: none were raised in the quarter.",
        "Discuss it before either goal is raised.",
        "The first night that raises an alert also assigns who is held out.",
        "Nobody can say what reduced it.",
        "Is churn down, and is it our doing?",
        "The bank's own change has many causes that nobody has separated.",
        "Cost per customer rose by 9.0%, no significant change",
    ],
)
def test_what_is_no_claim_is_left_alone(text: str) -> None:
    assert claims(text) == ()


shares = st.floats(-0.6, 0.6).map(lambda v: round(v, 4))
LOT = ("Half of the districts, drawn by lot", "Customers split at random")
NO_LOT = ("Customers of two branches", "Not drawn by lot: whoever asked for it", "Volunteers")


@given(st.lists(shares, min_size=3, max_size=3).map(sorted), st.sampled_from((*LOT, *NO_LOT)))
def test_a_channel_is_said_to_do_something_only_by_lot_and_outside_the_noise(
    ends: list[float], population: str
) -> None:
    low, estimate, high = ends
    row = SimpleNamespace(
        channel="paid_search",
        population=population,
        starts_on=date(2026, 4, 1),
        ends_on=date(2026, 5, 31),
        estimate=estimate,
        low=low,
        high=high,
        source="Experiment 12",
    )
    study = case_studies.of_a_channel(row)
    assert study.controlled == (population in LOT)
    if not study.controlled:
        assert [c for text in texts(study) for c in claims(text)] == []
    if low <= 0 <= high:
        assert study.title.endswith("is not clear")
        assert claims(study.title) == ()


@given(st.floats(0.001, 0.9), st.floats(-0.9, 0.9), st.integers(10, 200_000), st.integers(1, 6))
def test_a_planned_test_has_found_nothing_yet(base: float, change: float, people: int, count: int) -> None:
    row = SimpleNamespace(
        question="Do calls keep savers?",
        base_rate=base,
        smallest_effect=change,
        per_arm=people,
        planned_at=pd.Timestamp("2026-05-04 10:00"),
    )
    study = case_studies.of_plans([row] * count)
    assert study.title.startswith("Not enough data yet: ")
    assert "that is not finished" in document_facts.studied(study)
    assert [c for text in texts(study) for c in claims(text)] == []


@settings(max_examples=40)
@given(
    st.lists(shares, min_size=3, max_size=3).map(sorted), st.lists(shares, min_size=3, max_size=3).map(sorted)
)
def test_an_experiment_inside_the_noise_did_nothing(churn: list[float], sold: list[float]) -> None:
    def intervals(ends: list[float]) -> dict[str, Interval]:
        low, value, high = ends
        many = Interval(value=3300.0, low=float("nan"), high=float("nan"))
        effect = Interval(value=value, low=low, high=high)
        arms = {"treated": many, "held_out": many, "needed": many}
        return arms | {"points": effect, "relative": effect, "worth": effect}

    reading = ExperimentResult(
        experiment="unity",
        title="Project Unity",
        arms={},
        first_on=date(2025, 7, 1),
        look=Look(number=1, of=4, on=date(2026, 6, 1), after_the_fact=False, bound=4.05),
        following=None,
        figures={"churn": intervals(churn), "cross_sell": intervals(sold)},
    )
    study = pilots._controlled(reading, 10)
    assert study.controlled
    clear = [ends for ends in (churn, sold) if not ends[0] <= 0 <= ends[2]]
    assert bool(claims(study.title)) == bool(clear)
    for outcome, ends in (("churn", churn), ("cross_sell", sold)):
        more = experiment_effects.effect(reading, outcome).more_needed()
        assert bool(more) == (ends not in clear), "a clear effect needs no more customers to show it"
    assert any("net value" in s.casefold() and "95% interval" in s for s in study.sentences)


@given(st.floats(0.05, 4.0), st.integers(10, 10_000), st.integers(10, 10_000))
def test_a_link_without_a_lot_only_goes_together(ratio: float, users: int, others: int) -> None:
    row = SimpleNamespace(
        feature="card_freeze",
        risk_ratio=ratio,
        users=users,
        others=others,
        users_with_case=users // 3,
        others_with_case=others // 2,
        low=ratio * 0.8,
        high=ratio * 1.2,
        as_of=pd.Timestamp("2026-06-30"),
    )
    study = pilots._link(row)
    assert not study.controlled
    assert "went together with" in study.title
    assert [c for text in texts(study) for c in claims(text)] == []


def test_what_people_entered_becomes_studies_for_the_executive(own_bank: Stores) -> None:
    mia, executive = Viewer("mia", "Mia", "marketing"), Viewer("eve", "Eve", "executive")
    reader = Reader(own_bank, executive, own_bank.snapshot())
    for won in (400, 498):
        result = lift_tests.Result(
            channel=lift_tests.channels(reader)[0],
            population=LOT[0],
            starts_on=date(2026, 4, 1),
            ends_on=date(2026, 5, 31),
            counts=Counts(treated=10_000, treated_won=500, held_out=10_000, held_out_won=won),
            source="Experiment 12",
        )
        lift_tests.enter(own_bank, mia, result)
    plan(own_bank, mia, "Do calls keep savers with us?", 0.1, -0.18)
    context = ReviewContext(
        reader=reader,
        available=AvailableColumns(frozenset()),
        quarter=Quarter(2026, 2, date(2026, 6, 30)),
        once=each_time(reader),
        figures=pd.DataFrame(),
        history=pd.DataFrame(),
        targets={},
    )
    titles = [study.title for study in case_studies.further(context)]
    assert sum("raised the wins of those it reached by 20.0%" in title for title in titles) == 1
    assert sum(title.endswith("is not clear") for title in titles) == 1
    earlier = replace(context, quarter=Quarter(2026, 1, date(2026, 6, 30)))
    assert [t for t in map(str, case_studies.further(earlier)) if "reached" in t] == []


def _constants(folder: str) -> Iterator[tuple[str, str]]:
    """File and text of every constant that could be shown; what only documents the code is left out."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
                yield str(path.relative_to(ROOT)), node.value


def test_no_page_without_a_control_group_claims_a_cause() -> None:
    claiming = [(file, claims(text)) for file, text in _constants("pages") if claims(text)]
    assert {file for file, _ in claiming} <= set(CONTROLLED), claiming


def test_no_answer_without_an_experiment_claims_a_cause() -> None:
    claiming = [(file, claims(text)) for file, text in _constants("reports/answers") if claims(text)]
    assert {Path(file).stem for file, _ in claiming} <= OF_EXPERIMENTS, claiming
