"""The churn model: judged in time order, refused when it cannot be trusted, and its reasons add up."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit
from sklearn import metrics

from models.churn import churn_prediction, features, fitting, recipes
from models.churn.churn_prediction import ChurnModel
from models.churn.reasons import of_trees
from models.evaluation import prediction_metrics
from warehouse.errors import ModelRefused


def test_base_and_shares_add_up_to_the_score(model_of_each_kind: ChurnModel, examples: pd.DataFrame) -> None:
    base, shares = churn_prediction.contributions(model_of_each_kind, examples)
    probability = churn_prediction.score(model_of_each_kind, examples)["probability"]
    assert np.abs(base + shares.sum(axis=1) - logit(probability)).max() < 1e-6


def test_the_shares_of_trees_are_shapley_values_of_the_tree_game(examples: pd.DataFrame) -> None:
    """Against the definition itself: every coalition of the features, walked through every tree."""
    x = features.matrix(examples, ("total_balance", "balance_change_90d", "complaints_90d"))
    left = examples["left_in_window"].to_numpy(dtype=float)
    booster = recipes.Recipe(kind="boosting", rounds=5).fit(x, left, 0)

    def walk(nodes, at: int, row, features_given: set[int]) -> float:
        node = nodes[at]
        if node["is_leaf"]:
            return float(node["value"])
        feature, sides = int(node["feature_idx"]), (int(node["left"]), int(node["right"]))
        if feature in features_given:
            value = row[feature]
            goes_left = node["missing_go_to_left"] if np.isnan(value) else value <= node["num_threshold"]
            return walk(nodes, sides[0] if goes_left else sides[1], row, features_given)
        return sum(walk(nodes, s, row, features_given) * nodes[s]["count"] / node["count"] for s in sides)

    rows = x[:8]
    _, shares = of_trees(booster, rows)
    for i, row in enumerate(rows):

        def game(features_given, row=row) -> float:
            return sum(walk(t.nodes, 0, row, set(features_given)) for (t,) in booster._predictors)

        for j in range(3):
            others = [k for k in range(3) if k != j]
            true = sum(
                factorial(n) * factorial(2 - n) / factorial(3) * (game((*c, j)) - game(c))
                for n in range(3)
                for c in combinations(others, n)
            )
            assert shares[i, j] == pytest.approx(true, abs=1e-10)


def test_a_score_names_its_three_strongest_reasons_with_sign_and_value(
    model: ChurnModel, examples: pd.DataFrame
) -> None:
    someone = examples[examples["complaints_90d"] >= 2].head(1)
    (reasons,) = churn_prediction.score(model, someone)["reasons"].map(json.loads)
    assert len(reasons) == 3
    sizes = [abs(reason["contribution"]) for reason in reasons]
    assert sizes == sorted(sizes, reverse=True)
    complaint = next(reason for reason in reasons if reason["feature"] == "complaints_90d")
    assert complaint["value"] == someone["complaints_90d"].iloc[0]
    assert complaint["contribution"] > 0
    assert complaint["label"] == "Complaints in 90 days"


def test_shuffled_departures_cannot_be_learned(examples: pd.DataFrame) -> None:
    shuffled = examples.assign(
        left_in_window=np.random.default_rng(5).permutation(examples["left_in_window"])
    )
    card = fitting.fit(shuffled).card
    assert 0.44 < card.figures["model"]["roc_auc"]["value"] < 0.56


def test_time_order_is_kept_with_a_gap_of_the_label_window(examples: pd.DataFrame) -> None:
    """Without the days between the last window and the day judged, the judged figures are the same to the last digit."""
    day = pd.to_datetime(examples["as_of"]).dt.date
    gap = (day > day.max() - timedelta(days=90)) & (day < day.max())
    assert gap.any()
    whole, without = fitting.fit(examples).card, fitting.fit(examples[~gap]).card
    assert whole.judged_on == without.judged_on == day.max()
    assert whole.figures["model"] == without.figures["model"]
    assert whole.figures["recency_only"] == without.figures["recency_only"]


def test_an_outcome_not_yet_known_on_the_day_judged_changes_no_judged_figure(
    examples: pd.DataFrame,
) -> None:
    """Spoiling every label inside the gap leaves the judged probabilities as they were."""
    day = pd.to_datetime(examples["as_of"]).dt.date
    gap = (day > day.max() - timedelta(days=90)) & (day < day.max())
    spoilt = examples.assign(left_in_window=examples["left_in_window"].mask(gap, 1))
    clean, other = fitting.fit(examples).card.figures, fitting.fit(spoilt).card.figures
    assert clean["model"] == other["model"]


def test_the_model_is_shown_beside_recency_rules_and_a_careless_test(model: ChurnModel) -> None:
    assert set(model.card.figures) == {"model", "recency_only", "rules_only", "random_rows"}
    for figure in model.card.figures.values():
        assert set(figure) == {"roc_auc", "pr_auc", "brier", "lift_10"}
        for one in figure.values():
            assert one["low"] <= one["value"] <= one["high"]
    better, worse = model.card.figures["model"], model.card.figures["recency_only"]
    assert better["roc_auc"]["low"] > worse["roc_auc"]["value"]


def test_a_single_feature_that_knows_the_answer_is_refused(examples: pd.DataFrame) -> None:
    leaking = examples.assign(tickets_90d=examples["left_in_window"] * 3)
    with pytest.raises(ModelRefused, match=r"Service cases in 90 days.*alone tells who left"):
        fitting.fit(leaking)


def test_a_feature_that_is_missing_only_for_those_who_left_is_refused(
    examples: pd.DataFrame,
) -> None:
    leaking = examples.assign(
        last_csat=np.where(examples["left_in_window"] == 1, np.nan, examples.index % 5 + 1)
    )
    with pytest.raises(ModelRefused, match="alone tells who left"):
        fitting.fit(leaking)


def test_a_result_too_good_to_be_true_is_refused(examples: pd.DataFrame) -> None:
    random = np.random.default_rng(1)
    left = examples["left_in_window"].to_numpy()
    # Each of many features knows a little; together they know everything.
    names = [n for n in features.NAMES if n not in examples and not n.endswith("change")][:12]
    hints = {n: random.normal(left * 1.5, 1) + 3 for n in names}
    with pytest.raises(ModelRefused, match="too good to be true"):
        fitting.fit(examples.assign(**hints), recipe=recipes.Recipe(kind="curves"))


def test_too_few_departures_are_not_called_too_early(examples: pd.DataFrame) -> None:
    with pytest.raises(ModelRefused, match="too few customers left"):
        fitting.fit(examples[examples["customer_id"] < "C00100"])


def test_a_history_without_a_later_quarter_is_too_early(examples: pd.DataFrame) -> None:
    day = pd.to_datetime(examples["as_of"]).dt.date
    with pytest.raises(ModelRefused, match="too early"):
        fitting.fit(examples[day <= sorted(day.unique())[1]])


def test_what_nobody_knows_is_left_out_and_what_some_know_is_used(model: ChurnModel) -> None:
    assert "app_sessions_30d" not in model.card.features
    assert "last_nps" in model.card.features


def test_a_profile_without_any_known_value_still_gets_a_probability(model_of_each_kind) -> None:
    nobody = pd.DataFrame({"customer_id": ["C1"]})
    scored = churn_prediction.score(model_of_each_kind, nobody)
    assert 0 < scored["probability"].iloc[0] < 1
    assert json.loads(scored["reasons"].iloc[0])[0]["value"] is None


def test_no_profiles_give_no_scores(model_of_each_kind: ChurnModel, examples: pd.DataFrame) -> None:
    assert churn_prediction.score(model_of_each_kind, examples.head(0)).empty


def test_nothing_about_the_person_and_no_key_is_a_feature() -> None:
    denied = {"birth_year", "full_name", "email", "phone", "district", "branch", "segment", "rm_id"}
    denied |= {"customer_id", "left_on", "closed_on", "lost_reason", "marketing_consent"}
    assert not denied & set(features.NAMES)


def test_the_figures_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(3)
    left = (random.random(4000) < 0.1).astype(float)
    probability = np.round(random.beta(2, 8, 4000) + left * 0.1, 2).clip(0, 1)  # with ties
    judgement = prediction_metrics.judge(left, probability, resamples=50)
    assert judgement["roc_auc"].value == pytest.approx(metrics.roc_auc_score(left, probability))
    assert judgement["pr_auc"].value == pytest.approx(metrics.average_precision_score(left, probability))
    assert judgement["brier"].value == pytest.approx(metrics.brier_score_loss(left, probability))
    alone = np.arange(4000) / 4000.0
    tenth = left[-400:].mean() / left.mean()
    assert prediction_metrics.judge(left, alone, resamples=50)["lift_10"].value == pytest.approx(tenth)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    random, covered = np.random.default_rng(7), 0
    for _ in range(60):
        left = (random.random(600) < 0.3).astype(float)
        score = random.normal(left, 1)
        one = prediction_metrics.judge(left, score, resamples=200)["roc_auc"]
        covered += one.low <= 0.7602 <= one.high  # Φ(1/√2), the true area
    assert covered >= 52
