"""The churn model's recipes on a real set of customers (IBM Telco, 7,043): as good as the best published, and calibrated.

No bank, so no profile: each answer becomes a column of numbers, and then everything is as in the night: the recipe is
chosen on rows it was not fitted on, by PR-AUC, and fitted anew. Cross-validated twice in five parts; the figures
are means over the parts, as those they are compared with.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from models.churn.recipes import choose, probabilities
from models.evaluation import calibration, prediction_metrics

pytestmark = pytest.mark.real
TIMES, PARTS = 2, 5


@pytest.fixture(scope="module")
def customers(telco_files) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The answers as numbers (n × k), and who left (n)."""
    answers = pd.read_csv(telco_files / "Telco-Customer-Churn.csv")
    left = np.array(answers.pop("Churn") == "Yes", dtype=float)
    answers = answers.drop(columns="customerID").assign(
        TotalCharges=pd.to_numeric(answers["TotalCharges"], errors="coerce")
    )
    amounts = ["tenure", "MonthlyCharges", "TotalCharges"]
    numbers = pd.get_dummies(
        answers, columns=[c for c in answers if c not in amounts], drop_first=True, dtype=float
    )
    numbers[amounts] = np.log1p(numbers[amounts])
    return numbers.to_numpy(dtype=float), left


@pytest.fixture(scope="module")
def judged(customers) -> pd.DataFrame:
    """A row per part of each time: its figures, its calibration slope, and the recipe chosen."""
    x, left = customers
    rows = []
    for time in range(TIMES):
        for train, test in StratifiedKFold(PARTS, shuffle=True, random_state=time).split(x, left):
            drawn = np.random.default_rng(time).random(len(x)) < 0.2
            learned = np.isin(np.arange(len(x)), train)
            with threadpool_limits(limits=1):
                recipe = choose(x, left, learned & ~drawn, learned & drawn, time)
                probability = probabilities(recipe.fit(x[train], left[train], time), x[test])
            judgement = prediction_metrics.judge(left[test], probability, resamples=2)
            slope = calibration.line(left[test], probability)["slope"].value
            rows.append({n: f.value for n, f in judgement.items()} | {"slope": slope, "kind": recipe.kind})
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("figure", "low", "high"),
    [
        ("roc_auc", 0.848, 0.87),
        ("pr_auc", 0.665, 0.70),
        ("lift_10", 2.85, 3.2),
        ("brier", 0.12, 0.1345),
        ("slope", 0.9, 1.1),
    ],
)
def test_the_recipe_reaches_what_the_best_reach_and_not_more(
    judged: pd.DataFrame, figure: str, low: float, high: float
) -> None:
    """Far above the published figures would be leakage, not skill."""
    assert low <= judged[figure].mean() <= high


def test_departures_that_were_shuffled_cannot_be_learned(customers) -> None:
    x, left = customers
    shuffled = np.random.default_rng(1).permutation(left)
    learned = np.arange(len(x)) % 5 > 0
    drawn = np.arange(len(x)) % 5 == 1
    with threadpool_limits(limits=1):
        recipe = choose(x, shuffled, learned & ~drawn, drawn, 0)
        probability = probabilities(recipe.fit(x[learned], shuffled[learned], 0), x[~learned])
    assert 0.45 < prediction_metrics.roc_auc(shuffled[~learned], probability) < 0.55
