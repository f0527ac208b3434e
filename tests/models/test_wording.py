"""A reason says the number, since when, what it was a week ago, and which way it points, in plain words."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest

from models.churn import churn_prediction, features
from models.churn.churn_prediction import ChurnModel
from workflow.rules import reason_texts


def _reason(feature: str, value: float | None, **more: object) -> dict[str, object]:
    return {"feature": feature, "value": value, "contribution": 0.5} | more


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            _reason("open_complaints_90d", 1.0, since="2026-05-12", week_ago=0.0),
            "Complaints not yet settled: 1, since 12 May 2026; a week ago 0",
        ),
        (
            _reason("app_sessions_30d", 25.0, since="2026-06-30", week_ago=25.0, contribution=-0.2),
            "App visits in 30 days: 25, the latest on 30 Jun 2026; no change in a week (speaks for staying)",
        ),
        (
            _reason("days_since_customer_made_transaction", 49.0, since="2026-05-12", week_ago=42.0),
            "Time since the last transaction by the customer: 49 days, since 12 May 2026",
        ),
        (
            _reason("days_since_customer_made_transaction", 2.0, since="2026-06-28", week_ago=300.0),
            "Time since the last transaction by the customer: 2 days, since 28 Jun 2026; a week ago 300 days",
        ),
        (
            _reason("balance_change_90d", -0.4, since="2026-03-31", week_ago=-0.1),
            "Change in balance over three months: −40%, since 31 Mar 2026; a week ago −10%",
        ),
        (_reason("last_nps", None, since=None, week_ago=None), "Latest answer to “would you recommend us”: not known"),
        (_reason("holds_wealth", 0.0), "Holds an investment or insurance: no"),
    ],
)  # fmt: skip
def test_a_reason_in_plain_words(reason: dict[str, object], sentence: str) -> None:
    assert reason_texts.sentence(reason) == sentence


@pytest.mark.parametrize("name", features.NAMES)
def test_every_feature_can_be_said(name: str) -> None:
    for value in (None, 0.0, 1.0, 1234567.0):
        sentence = reason_texts.sentence(_reason(name, value, since="2026-06-01", week_ago=2.0))
        assert sentence.startswith(features.BY_NAME[name].label)
        assert "{" not in sentence


def test_a_score_tells_since_when_and_what_it_was_a_week_ago(
    model: ChurnModel, examples: pd.DataFrame
) -> None:
    someone = examples[examples["complaints_90d"] >= 2].head(1).assign(last_complaint_on=date(2025, 1, 20))
    week_ago = someone.assign(complaints_90d=1)
    (reasons,) = churn_prediction.score(model, someone, week_ago=week_ago)["reasons"].map(json.loads)
    complaint = next(reason for reason in reasons if reason["feature"] == "complaints_90d")
    assert (complaint["since"], complaint["week_ago"]) == ("2025-01-20", 1.0)


def test_a_customer_who_was_not_there_a_week_ago_has_no_week_ago(
    model: ChurnModel, examples: pd.DataFrame
) -> None:
    some, others = examples.head(2), examples.iloc[2:4]
    for reasons in churn_prediction.score(model, some, week_ago=others)["reasons"].map(json.loads):
        assert {reason["week_ago"] for reason in reasons} == {None}


def test_a_count_of_days_says_the_day_it_began(examples: pd.DataFrame) -> None:
    someone = examples.head(1)
    (days,) = features.since(someone, ("tenure_days", "customer_made_transactions_30d"))
    day = someone["as_of"].iloc[0]
    assert (day - days[0].astype(object)).days == someone["tenure_days"].iloc[0]
    assert (day - days[1].astype(object)).days == 29
