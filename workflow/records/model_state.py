"""What stands between the models and the scores people read: a file that is not used, a night that scored nobody."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import func, select

from metrics.comparison.words import day
from models.churn import churn_prediction, cross_sell_prediction, model_files
from warehouse.access.reader import SYSTEM, Reader
from warehouse.schema import customer_scores

MODELS, WEALTH = "models", "wealth"
"""The folder below the data where the churn model's file stands, and below it that of the cross-sell model."""
CROSS_SELL = "cross-sell model"
NOT_USED = "The last nightly run did not use it."
_FILES = {
    churn_prediction.MODEL: ("", "churn model"),
    cross_sell_prediction.MODEL: (WEALTH, CROSS_SELL),
}
"""Model → its folder below MODELS, and what it is called."""


def scored_on(reader: Reader) -> dict[str, date]:
    """Model → the last day the bank's customers were scored for; about no person."""
    t = customer_scores
    last = select(t.c.model, func.max(t.c.as_of).label("day")).group_by(t.c.model)
    rows = Reader(reader.stores, SYSTEM, reader.snapshot).frame(last)
    return {
        str(model): pd.Timestamp(last).date() for model, last in zip(rows["model"], rows["day"], strict=True)
    }


def files_refused(reader: Reader) -> tuple[str, ...]:
    """A sentence for each model that has scored somebody and whose file cannot be used now."""
    scored = scored_on(reader)
    return tuple(why for model in _FILES if model in scored and (why := _why_refused(reader, model)))


def why_older(scored: date | None, today: date, noted: str) -> str:
    """Why the chances of leaving are older than the data, with their day; "" where they are not, or there are none."""
    if scored is None or scored >= today:
        return ""
    why = noted or "The nightly runs since then scored nobody."
    return f"{why} The chances of leaving on this page are those of {day(scored)}; the next nightly run tries again."


def why_file_refused(reader: Reader, scored: date | None) -> str:
    """What is wrong with the churn model's file now, and what it means for the scores; "" if nothing is."""
    why = "" if scored is None else _why_refused(reader, churn_prediction.MODEL)
    return why and (
        f"{why} The scores of {day(scored)} were made before and stay as they are; the next nightly run does not use the "
        "file and trains a new model."
    )


def _why_refused(reader: Reader, model: str) -> str:
    place, called = _FILES[model]
    folder = reader.stores.settings.data_dir / MODELS / place
    if not model_files.is_there(folder):
        return f"The {called}’s file is missing."
    return model_files.why_refused(folder, called)
