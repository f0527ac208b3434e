"""Attribution on 10,000 published paths (the data of the ChannelAttribution package): the published figures come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection, create_engine, text

from metrics.attribution import credit_models, journeys
from models.attribution.removal_effect import removal_effects
from tests import missing
from warehouse.cleaning import lead_history
from warehouse.schema import DERIVED, UNIFIED, lead_moves, lead_stages, leads, touches
from warehouse.validation import moment_marks

PATHS = Path(__file__).parents[2].parent / "shared" / "real" / "attribution" / "PathData.csv"
AS_OF = date(2026, 6, 30)
CONVERSIONS = 19_785

pytestmark = [
    pytest.mark.real,
    missing.needs_file(PATHS, "the real data", "../shared/real/attribution"),
]


@pytest.fixture(scope="module")
def bank() -> Iterator[Connection]:
    """A lead for every conversion and every journey without one, a touch for every step of its path."""
    engine = create_engine("duckdb:///:memory:")
    with engine.connect() as connection:
        for schema in (UNIFIED, DERIVED):
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        for table in (leads, lead_stages, touches, lead_moves):
            table.create(connection)
        raw: Any = connection.connection.driver_connection
        moment_marks.define(raw)
        raw.register("paths", pd.read_csv(PATHS).reset_index(names="number"))
        raw.execute(
            "CREATE TABLE walked AS SELECT number || '-' || k AS lead_id, string_split(path, ' > ') AS path, "
            "k <= total_conversions AS won FROM paths, range(1, CAST(total_conversions + total_null AS BIGINT) + 1) r(k)"
        )
        day = AS_OF - timedelta(days=30)
        raw.execute(
            "INSERT INTO unified.leads (lead_id, won_at, lost_at) "
            f"SELECT lead_id, CASE WHEN won THEN DATE '{day}' END, CASE WHEN NOT won THEN DATE '{day}' END FROM walked"
        )
        raw.execute(
            "INSERT INTO unified.touches (touch_id, lead_id, channel, touched_at) SELECT "
            "lead_id || '-' || printf('%04d', place), lead_id, channel, "
            f"DATE '{day - timedelta(days=2)}' + to_minutes(CAST(place AS INTEGER)) FROM (SELECT lead_id, unnest(path) AS channel, "
            "generate_subscripts(path, 1) AS place FROM walked)"
        )
        lead_history.write(raw, AS_OF)
        yield connection
    engine.dispose()


@pytest.fixture(scope="module")
def effects(bank: Connection) -> pd.DataFrame:
    result = bank.execute(journeys.steps(AS_OF, look_back=90))
    steps = pd.DataFrame(result.fetchall(), columns=list(result.keys()))
    return removal_effects(steps).set_index("channel")


def test_first_last_and_linear_are_the_published_figures(bank: Connection) -> None:
    statement = credit_models.credits(
        AS_OF, look_back=90, half_life=7, removal={}, models=["first", "last", "linear"]
    )
    result = bank.execute(statement)
    credited = pd.DataFrame(result.fetchall(), columns=list(result.keys()))
    total = credited.pivot_table(index="channel", columns="model", values="credit", aggfunc="sum")
    assert total.sum().round(6).tolist() == [CONVERSIONS] * 3
    assert total.loc[["alpha", "eta", "iota"], "first"].tolist() == [6_308, 3_164, 4_606]
    assert total.loc[["alpha", "eta", "iota"], "last"].tolist() == [8_447, 4_167, 3_355]
    assert total.loc["alpha", "linear"] == pytest.approx(7_574.718594, abs=1e-6)


def test_every_win_is_shared_out_completely_by_every_model(bank: Connection, effects: pd.DataFrame) -> None:
    removal: dict[str | None, float] = {
        str(channel): float(effect) for channel, effect in effects["removal_effect"].items()
    }
    statement = credit_models.credits(AS_OF, look_back=90, half_life=7, removal=removal)
    rows = statement.subquery()
    sums = bank.execute(
        text(
            "SELECT model, count(*) AS wins, max(abs(total - 1)) AS off FROM (SELECT model, lead_id, sum(credit) AS total "
            f"FROM ({rows.element.compile(bank, compile_kwargs={'literal_binds': True})}) GROUP BY ALL) GROUP BY model"
        )
    ).all()
    assert {row.model for row in sums} == set(credit_models.WEIGHTS)
    for row in sums:
        assert row.wins == CONVERSIONS
        assert row.off < 1e-9


def test_the_removal_effects_are_the_exact_ones(effects: pd.DataFrame) -> None:
    exact = {
        "alpha": 0.5584, "iota": 0.4058, "eta": 0.3490, "beta": 0.2640, "theta": 0.2060, "lambda": 0.1340,
        "epsilon": 0.0626, "zeta": 0.0398, "kappa": 0.0287, "gamma": 0.0179, "delta": 0.0005, "mi": 0.0002,
    }  # fmt: skip
    assert effects["removal_effect"].round(4).to_dict() == exact


def test_walking_the_published_paths_step_by_step_comes_to_the_same_effects(effects: pd.DataFrame) -> None:
    """Another way than the linear solve: the published file is counted here and the chain walked until nobody is left."""
    steps: Counter[tuple[str, str]] = Counter()
    published = pd.read_csv(PATHS)
    for path, won, lost in zip(
        published["path"], published["total_conversions"], published["total_null"], strict=True
    ):
        walk = ["start", *path.split(" > ")]
        for pair in pairwise(walk):
            steps[pair] += won + lost
        steps[walk[-1], "won"] += won
        steps[walk[-1], "lost"] += lost
    states = sorted({state for pair in steps for state in pair})
    at = {state: i for i, state in enumerate(states)}
    chain = np.zeros((len(states), len(states)))
    for (left, right), walked in steps.items():
        chain[at[left], at[right]] = walked
    chain /= np.maximum(chain.sum(axis=1, keepdims=True), 1)
    chain[at["won"], at["won"]] = 1

    def chance_to_win(without: str | None = None) -> float:
        kept = chain.copy()
        if without:
            kept[:, at[without]] = 0
        return float(np.linalg.matrix_power(kept, 2**14)[at["start"], at["won"]])

    for channel, effect in effects["removal_effect"].items():
        assert effect == pytest.approx(1 - chance_to_win(str(channel)) / chance_to_win(), abs=1e-6)


def test_their_shares_of_all_conversions_are_the_published_first_order_figures(effects: pd.DataFrame) -> None:
    conversions = (effects["share"] * CONVERSIONS).round(2)
    assert conversions[["alpha", "iota", "eta"]].tolist() == [5_344.95, 3_884.61, 3_340.85]
    assert conversions.sum() == pytest.approx(CONVERSIONS, abs=0.05)
