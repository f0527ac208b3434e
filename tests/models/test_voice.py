"""Themes come out the same every time and name nobody; links hold within groups of like people only."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from statsmodels.stats.contingency_tables import StratifiedTable

from models.experiments.association import links
from models.service.themes import FEWEST_CASES, themes

SUBJECTS = {
    "card": "Featherstonehaugh card swallowed Mongkok machine",
    "rate": "the interest promised for savings was never paid",
    "loan": "repayment of my mortgage instalment was booked twice",
}


def _cases(each: int) -> pd.DataFrame:
    rows = [
        {
            "ticket_id": f"T{i:05d}-{subject}",
            "customer_id": f"C{i}",
            "opened_at": pd.Timestamp("2026-06-01") + pd.Timedelta(i, "h"),
            "text": f"Dear Sirs, {words}. Number {i}.",
        }
        for i in range(each)
        for subject, words in SUBJECTS.items()
    ]
    return pd.DataFrame(rows)


def test_each_subject_becomes_a_theme_whatever_the_order_of_the_cases():
    cases = _cases(100)
    by_theme = themes(cases, count=3, smallest=10)
    again = themes(cases.sample(frac=1, random_state=3), count=3, smallest=10)
    pd.testing.assert_frame_equal(by_theme, again)
    subject = by_theme["ticket_id"].str.split("-").str[1]
    assert len(by_theme) == 300
    assert by_theme.groupby(subject)["theme"].nunique().eq(1).all()
    assert by_theme["theme"].nunique() == 3
    assert by_theme["weight"].between(0, 1).all()


def test_no_customers_name_becomes_the_name_of_a_theme():
    assert themes(_cases(100), count=3, smallest=10)["theme"].str.contains("featherstonehaugh|mongkok").any()
    named = themes(_cases(100), ["Mary FEATHERSTONEHAUGH", "Mongkok, Chan"], count=3, smallest=10)
    assert not named["theme"].str.contains("featherstonehaugh|mongkok|mary").any()


def test_a_word_of_a_few_cases_names_no_theme():
    cases = _cases(100)
    cases.loc[cases.index[:9], "text"] += " unmistakable"
    assert not themes(cases, smallest=10)["theme"].str.contains("unmistakable").any()


def test_too_few_cases_and_cases_without_words_have_no_theme():
    assert themes(_cases(FEWEST_CASES // 3), smallest=10).empty
    silent = pd.DataFrame({"ticket_id": ["T"], "customer_id": ["C"], "opened_at": [None], "text": ["  "]})
    by_theme = themes(pd.concat([_cases(100), silent]), smallest=10)
    assert "T" not in set(by_theme["ticket_id"])


def _strata(rows: list[tuple[int, int, int, int]], feature: str = "f") -> pd.DataFrame:
    names = ["users", "users_with_case", "others", "others_with_case"]
    return pd.DataFrame(rows, columns=names).assign(feature=feature, stratum=range(len(rows)))


def test_one_stratum_gives_the_plain_ratio_by_hand():
    link = links(_strata([(200, 20, 400, 80)])).iloc[0]
    assert link["risk_ratio"] == pytest.approx((20 / 200) / (80 / 400))
    spread = 1 / 20 - 1 / 200 + 1 / 80 - 1 / 400
    assert np.log(link["high"] / link["low"]) == pytest.approx(2 * 1.959964 * np.sqrt(spread))
    assert link["high"] < 1


def test_what_only_the_groups_explain_is_no_link():
    """Users are mostly of the group that seldom asks; within each group there is no difference."""
    link = links(_strata([(900, 45, 100, 5), (100, 30, 900, 270)])).iloc[0]
    assert 75 / 1000 < 275 / 1000
    assert link["risk_ratio"] == pytest.approx(1)
    assert link["p_adjusted"] > 0.9


def test_with_rare_cases_it_agrees_with_the_librarys_pooled_odds_ratio():
    rows = [(20_000, 40, 30_000, 90), (10_000, 30, 10_000, 45)]
    tables = [np.array([[a, n - a], [c, m - c]]) for n, a, m, c in rows]
    pooled = StratifiedTable(tables)
    link = links(_strata(rows)).iloc[0]
    assert link["risk_ratio"] == pytest.approx(pooled.oddsratio_pooled, rel=0.01)
    assert link["low"] == pytest.approx(pooled.oddsratio_pooled_confint()[0], rel=0.02)


def test_too_few_people_say_nothing():
    link = links(_strata([(12, 3, 500, 50)])).iloc[0]
    assert np.isnan(link["risk_ratio"])
    assert np.isnan(link["p_adjusted"])
    assert links(_strata([])).empty


def test_of_many_features_without_any_link_one_bank_in_twenty_shows_one():
    """Holm's correction keeps the chance of any false link over nine features at 5%."""
    chance, false = np.random.default_rng(11), 0
    for _ in range(200):
        parts = []
        for feature in range(9):
            n = chance.integers(500, 3000, (3, 2))
            cases = chance.binomial(n, [[0.05], [0.1], [0.2]])
            parts.append(
                _strata([(a, x, b, y) for (a, b), (x, y) in zip(n, cases, strict=True)], f"f{feature}")
            )
        false += int((links(pd.concat(parts))["p_adjusted"] < 0.05).any())
    assert false <= 20


@settings(max_examples=50, deadline=None)
@given(some.lists(some.tuples(*[some.integers(50, 900)] * 4), min_size=1, max_size=4))
def test_the_interval_holds_the_ratio_and_turning_the_groups_round_turns_it_over(drawn):
    rows = [(n + x, x, m + y, y) for n, x, m, y in drawn]
    link = links(_strata(rows)).iloc[0]
    turned = links(_strata([(m, y, n, x) for n, x, m, y in rows])).iloc[0]
    assert link["low"] <= link["risk_ratio"] <= link["high"]
    assert link["risk_ratio"] == pytest.approx(1 / turned["risk_ratio"])
    assert link["low"] == pytest.approx(1 / turned["high"])
