"""What the night keeps about the model beside the scores: what it is, how it was judged, and whether it still fits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import and_, func, select

from metrics.customers.departures import departures
from metrics.customers.profile import profile
from models.churn import churn_prediction, drift, features
from models.churn.churn_prediction import ChurnModel
from models.evaluation import calibration
from models.evaluation.model_checks import ModelCheck, interval, mean, share, without_small_groups
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader
from warehouse.schema import customer_profiles, customer_scores, model_cards, model_checks
from warehouse.stores.snapshots import SnapshotWriter

WEEK = timedelta(days=7)
DRIFT, CALIBRATION = "nightly drift", "nightly calibration"
"""What a night adds to the checks of the day the model was judged by."""
FEWEST_DEPARTURES = 30
"""With fewer, a slope would be chance."""


def week_before(reader: Reader, as_of: date, available: AvailableColumns) -> pd.DataFrame:
    """The profiles of a week earlier: as the night of that day kept them, or else worked out now for that day."""
    profiles = reader.frame(select(customer_profiles).where(customer_profiles.c.as_of == as_of - WEEK))
    return reader.frame(profile(as_of - WEEK, available)) if profiles.empty else profiles


def keep(
    draft: SnapshotWriter,
    reader: Reader,
    model: ChurnModel,
    profiles: pd.DataFrame,
    scores: pd.DataFrame,
    as_of: date,
) -> None:
    """Write the model's card, its checks, how far tonight's customers have moved, and what became of older scores."""
    card, t = model.card, model_checks.c
    smallest = reader.smallest_cell
    mine = and_(t.model == card.model, t.model_version == card.version)
    _write_card(draft, reader, model, as_of)
    draft.write(
        model_checks,
        _rows(card.checks, card.version, smallest),
        replacing=and_(mine, t.check_name.not_in([DRIFT, CALIBRATION])),
    )
    x = features.matrix(profiles, card.features)
    columns = dict(zip(card.features, x.T, strict=True)) | {drift.SCORE: scores["probability"].to_numpy()}
    moved = drift.psi(card.reference, columns) if len(profiles) else {}
    tonight = [
        ModelCheck(check_name=DRIFT, part=part, measure="psi", day=as_of, n=len(profiles), value=value)
        for part, value in moved.items()
    ]
    draft.write(
        model_checks,
        _rows(tonight, card.version, smallest),
        replacing=and_(mine, t.check_name == DRIFT, t.day == as_of),
    )
    for version, checks in _matured(reader, as_of):
        draft.write(model_checks, _rows(checks, version, smallest))


def _write_card(draft: SnapshotWriter, reader: Reader, model: ChurnModel, as_of: date) -> None:
    card, t = model.card, model_cards.c
    mine = and_(t.model == card.model, t.model_version == card.version)
    first = reader.frame(select(func.min(t.first_used_on).label("day")).where(mine))["day"].iloc[0]
    row = {c.key: getattr(card, c.key) for c in model_cards.c if hasattr(card, c.key)} | {
        "model_version": card.version,
        "features": " ".join(card.features),
        "first_used_on": as_of if pd.isna(first) else pd.Timestamp(first).date(),
        "last_used_on": as_of,
        "sha256": model.sha256,
    }
    draft.write(model_cards, pd.DataFrame([row]), replacing=mine)


def _matured(reader: Reader, as_of: date) -> Iterable[tuple[str, list[ModelCheck]]]:
    """The last night of each month whose 90 days have passed and whose scores have not been held to what happened."""
    s, t = customer_scores.c, model_checks.c
    ended = as_of - timedelta(days=churn_prediction.WINDOW_DAYS)
    days = reader.frame(
        select(s.as_of, func.max(s.model_version).label("version"))
        .where(s.model == churn_prediction.MODEL, s.as_of <= ended)
        .group_by(s.as_of)
    )
    if days.empty:
        return
    days["as_of"] = pd.to_datetime(days["as_of"])
    done = pd.to_datetime(reader.frame(select(t.day).where(t.check_name == CALIBRATION))["day"])
    last = days.sort_values("as_of").groupby(days["as_of"].dt.to_period("M")).tail(1)
    for night in last[~last["as_of"].isin(done)].itertuples():
        day = pd.Timestamp(str(night.as_of)).date()
        yield str(night.version), _held_to(reader, day)


def _held_to(reader: Reader, day: date) -> list[ModelCheck]:
    gone = departures(day, churn_prediction.WINDOW_DAYS).subquery("departure")
    rows = reader.frame(
        select(customer_scores.c.probability, gone.c.left_in_window)
        .join_from(customer_scores, gone, gone.c.customer_id == customer_scores.c.customer_id)
        .where(customer_scores.c.as_of == day, customer_scores.c.model == churn_prediction.MODEL)
    )
    left = rows["left_in_window"].to_numpy(dtype=float)
    probability = rows["probability"].to_numpy(dtype=float)
    checks = [share(CALIBRATION, "model", "left", day, left.sum(), len(left))]
    checks.append(mean(CALIBRATION, "model", "expected", day, probability))
    if FEWEST_DEPARTURES <= left.sum() < len(left):
        for measure, figure in calibration.line(left, probability).items():
            checks.append(interval(CALIBRATION, "model", measure, day, len(left), figure))
    return checks


def _rows(checks: Iterable[ModelCheck], version: str, smallest: int) -> pd.DataFrame:
    """The checks as the table holds them; also those of a card judged before the bank chose a larger smallest cell."""
    names, visible = [c.key for c in model_checks.c], without_small_groups(checks, smallest)
    rows = [vars(check) | {"model": churn_prediction.MODEL, "model_version": version} for check in visible]
    return pd.DataFrame(rows, columns=names).astype(
        {"n": "Int64", "value": float, "low": float, "high": float}
    )
