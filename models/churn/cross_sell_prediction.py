"""Who is about to open an investment or insurance: the probability within 90 days of a customer who holds neither.

Small on purpose: logistic regression over smooth curves, the same features and file as the churn model, and judged out
of time like it. It says who would open one anyway, not whom an offer moves: that only an experiment can show.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from models.churn import features, reasons
from models.churn.churn_prediction import CHUNK, WINDOW_DAYS, ChurnModel
from models.churn.recipes import Recipe, probabilities
from models.evaluation import prediction_metrics
from models.evaluation.model_card import Card
from warehouse.errors import ModelRefused

MODEL = "wealth_90d"
FEWEST_LEARNED, FEWEST_JUDGED = 100, 30
"""With fewer openings to learn from, or to judge by, a figure would be chance."""


def fit(examples: pd.DataFrame, *, source: str = "", seed: int = 0) -> ChurnModel:
    """A model from `examples`: one row per customer without a wealth product and as-of day.

    Columns: `as_of`, `opened_in_window` (0 or 1) and the profile's. Every as-of day's window must have passed. The
    card's figures are those of the latest day, by a fit that saw no day whose window reaches beyond it. Raises
    ModelRefused if there is too little to learn from, or to judge by.
    """
    day = pd.to_datetime(examples["as_of"]).dt.date.to_numpy()
    opened = examples["opened_in_window"].to_numpy(dtype=np.float64)
    latest = max(day, default=date.min + timedelta(days=WINDOW_DAYS))
    test, train = day == latest, day <= latest - timedelta(days=WINDOW_DAYS)
    if opened[train].sum() < FEWEST_LEARNED or opened[test].sum() < FEWEST_JUDGED:
        raise ModelRefused(
            "There is no cross-sell model: too few customers have opened a wealth product to learn from."
        )
    plain = features.values(examples[train])
    names = tuple(name for name in features.NAMES if plain[name].nunique() > 1)
    x, recipe = features.matrix(examples, names), Recipe(kind="curves")
    with threadpool_limits(limits=1):
        judged = prediction_metrics.judge(
            opened[test], probabilities(recipe.fit(x[train], opened[train], seed), x[test]), seed=seed
        )
        published = recipe.fit(x, opened, seed)
        centres = reasons.centres_of(published, x[:CHUNK])
    card = Card(
        model=MODEL,
        version=f"{latest:%Y-%m-%d}-curves",
        kind="curves",
        features=names,
        window_days=WINDOW_DAYS,
        trained_from=min(day),
        trained_until=latest,
        judged_on=latest,
        examples=len(opened),
        departures=int(opened.sum()),
        base_rate=float(opened.mean()),
        source=source,
        figures={"model": {name: figure.as_dict() for name, figure in judged.items()}},
    )
    return ChurnModel(card=card, estimator=published, centres=centres)
