"""Who is at risk and can be kept: told only once an experiment has shown that it can be told."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from sqlalchemy import select

from models.churn import features
from models.evaluation.prediction_metrics import PredictionMetric
from models.experiments import uplift
from models.experiments.sequential_analysis import effect
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader
from warehouse.disclosure.minimum_cell_size import is_enough, is_few
from warehouse.disclosure.secondary_suppression import with_complementary
from warehouse.schema import customer_scores, experiment_results
from workflow.experiments import arms as drawn
from workflow.experiments.planned_analyses import OF_A_RULE

SALVAGEABLE = "salvageable"
MODEL = "chance_to_save"
"""In `customer_scores`: by how much a call lowers a customer's chance of leaving within 90 days, 0 to 1."""

WORTH_A_CALL = 0.02
"""From this drop in the chance of leaving on, a call probably keeps somebody: 1 of 50 such customers."""


GROUPS = ("persuadable", "sure_thing", "lost_cause", "sleeping_dog")


def judged(described: pd.DataFrame, smallest: int, bound: float) -> dict[str, PredictionMetric]:
    """The Qini coefficient of an experiment and its four groups, by customers the learner did not see.

    `described` holds one row per customer: the profile before the draw, `treated` and `left`. Of each of `GROUPS` the
    size (NaN below `smallest`) and, as `…_effect`, the difference of the shares that left, treated less held out; that
    is missing where too few left or stayed, and has the `bound` of its look. Empty if too few left at all.
    """
    treated, left = described["treated"].to_numpy(float), described["left"].to_numpy(float)
    if not uplift.enough(treated, left):
        return {}
    x = features.matrix(described, features.NAMES)
    without, with_call = uplift.out_of_sample(x, treated, left)
    figures = {"qini": uplift.qini(without - with_call, treated, left)}
    of = uplift.groups(without, with_call, WORTH_A_CALL, float(left[treated == 0].mean()))
    rows = described.assign(happened=described["left"], chance=float("nan"))
    sizes = {group: int((of == group).sum()) for group in GROUPS}
    hidden = hidden_groups(sizes, smallest)
    for group in GROUPS:
        members = rows[of == group]
        n = float("nan") if group in hidden else float(len(members))
        figures[group] = PredictionMetric(value=n, low=float("nan"), high=float("nan"))
        did = members["happened"].groupby(members["treated"]).agg(["sum", "count"])
        least = min(did["sum"].min(), (did["count"] - did["sum"]).min()) if len(did) > 1 else 0
        compared = effect(members, bound) if is_enough(least, smallest) else {}
        if "points" in compared:
            figures[f"{group}_effect"] = compared["points"]
    return figures


def hidden_groups(sizes: Mapping[str, int], smallest: int) -> frozenset[str]:
    """The groups whose size is not shown. All together are known, so they are more than one, and enough people."""
    people = pd.Series(sizes, dtype=float)
    blank = with_complementary(people, is_few(people, smallest), [pd.Series(people.index)], smallest)
    return frozenset(people.index[blank])


def chance_to_save(reader: Reader, profiles: pd.DataFrame, available: AvailableColumns) -> pd.DataFrame:
    """`customer_id` and `probability`: by how much a call lowers each one's chance of leaving; empty without proof.

    Proof is an experiment whose Qini interval lies above 0. The alerts' own experiments come before those of the bank,
    the latest look first.
    """
    t = experiment_results
    proven = reader.frame(
        select(t.c.experiment, t.c.looked_on).where(
            t.c.outcome == SALVAGEABLE, t.c.figure == "qini", t.c.low > 0
        )
    )
    if proven.empty:
        return pd.DataFrame(columns=["customer_id", "probability"])
    proven = proven.assign(own=proven["experiment"].str.startswith(OF_A_RULE))
    best = proven.sort_values(["own", "looked_on", "experiment"]).iloc[-1]
    rows = drawn.arms(reader)
    rows = rows[rows["experiment"] == best["experiment"]]
    rows = drawn.watched(reader, rows, pd.Timestamp(best["looked_on"]).date())
    described = drawn.before_the_draw(reader, rows, available)
    learner = uplift.fit(
        features.matrix(described, features.NAMES),
        described["treated"].to_numpy(float),
        described["left"].to_numpy(float),
    )
    lowered = uplift.saved(learner, features.matrix(profiles, features.NAMES))
    return pd.DataFrame({"customer_id": profiles["customer_id"], "probability": np.clip(lowered, 0, 1)})


def known_chances(reader: Reader, customer_ids: list[str]) -> pd.Series:
    """The latest `chance_to_save` of some customers, by customer; empty while nobody knows."""
    t = customer_scores
    if not customer_ids:
        return pd.Series(dtype=float)
    scores = reader.frame(
        select(t.c.customer_id, t.c.as_of, t.c.probability).where(
            t.c.model == MODEL, t.c.customer_id.in_(customer_ids)
        )
    )
    return (
        scores.sort_values("as_of")
        .drop_duplicates("customer_id", keep="last")
        .set_index("customer_id")["probability"]
    )
