"""What a customer will still bring: how long the relationship lasts, times net revenue, discounted.

A bank's customer ends the relationship on a known day, so this is a contractual setting. The chance to leave in each
month ahead is a logistic regression on person-months (Singer and Willett, J. Educ. Stat. 18, 1993; as seen from several
days at once: van Houwelingen, Scand. J. Stat. 34, 2007). Net revenue is revenue less cost to serve.

The interval of one customer is an 80% interval: the value if the customer left in an early or a late month, widened
by what was missed in hindsight in its tenth of value (conformalised: Romano, Patterson and Candès, NeurIPS 2019). The
interval of a group's mean is by the delta method, see `group_interval`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from models.churn import features
from models.value.sampling import whole_customers
from warehouse.errors import ModelRefused

Vector = NDArray[np.float64]

Widening = tuple[tuple[float, float], ...]
"""Downwards and upwards, for each group of customers by predicted value, the lowest first."""

LASTING = (
    "products_held",
    "product_kinds",
    "holds_wealth",
    "holds_credit",
    "total_balance",
    "savings_balance",
    "net_revenue_365d",
)
PASSING = (
    "balance_change_90d",
    "days_since_customer_made_transaction",
    "customer_made_transactions_90d",
    "transactions_change",
    "app_sessions_30d",
    "app_sessions_change",
    "complaints_90d",
    "complaints_365d",
    "open_complaints_90d",
    "last_nps",
    "last_csat",
)
"""What describes a mood more than a person: its weight may fade with the months ahead."""
FEWEST_DEPARTURES = 50
MOST_PERSON_MONTHS = 400_000
CHUNK = 100_000
COVERAGE = 0.80
NEW_FOR_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How far ahead value counts, and what a year's waiting costs (0.08: HKD 108 in a year are HKD 100 today)."""

    horizon_months: int
    discount_rate: float

    def discounts(self) -> Vector:
        """What HKD 1 at the end of month 1, 2, … is worth today."""
        ahead = np.arange(1, self.horizon_months + 1)
        discounted: Vector = (1 + self.discount_rate) ** (-ahead / 12)
        return discounted


@dataclass(frozen=True, kw_only=True)
class LifetimeValueModel:
    """A fitted model. `longest` is the furthest month ahead that was seen; later months are taken to be like it."""

    weights: Vector
    centre: Vector
    scale: Vector
    channels: tuple[str, ...]
    longest: int
    growth: dict[bool, tuple[float, float]]
    """For newly joined customers (True) and others: how their net revenue moves a month, see `_growth`."""
    typical: float
    """Mean monthly net revenue, for a customer whose own is not known."""
    departures: int
    widening: Widening = ((0.0, 0.0),)
    """By how much of its size (`sizes`) a customer's interval is widened downwards and upwards, by tenth of value."""


def fit(examples: pd.DataFrame, growth: pd.DataFrame) -> LifetimeValueModel:
    """A model from `examples`: one row per customer and day looked back from.

    Columns: the profile's, `channel` (what brought the customer; may be missing), `margin` (net revenue a month, HKD),
    `months_seen` and `left`. `months_seen` are full months after that day until the end of what is known or the month
    of departure, and `left` says whether it is a departure. `growth`: for months `ahead` and `new` customers (joined
    within a year) the weighted sums of `_growth` over those still there: `weight`, `today`, `today_today`, `moved`
    (then - today) and `today_moved`. Raises ModelRefused if too few left to learn from.
    """
    examples = examples[examples["months_seen"] > 0]
    examples = whole_customers(examples, MOST_PERSON_MONTHS / max(int(examples["months_seen"].sum()), 1))
    departures = int(examples["left"].sum())
    if departures < FEWEST_DEPARTURES:
        raise ModelRefused(
            # Everybody reads this: how few they are would be a figure about few people.
            "There are no lifetime values, because too few customers left: fewer than "
            f"{FEWEST_DEPARTURES} did in the months to learn from. The other figures go on without them."
        )
    counts = examples["channel"].dropna().value_counts()
    channels = tuple(sorted(str(c) for c in counts[counts >= FEWEST_DEPARTURES].index))
    raw = _matrix(examples, channels)
    spread = pd.DataFrame(raw)  # its mean and deviation pass over what is not known, without a complaint
    centre = spread.mean().fillna(0).to_numpy()
    scale = spread.std(ddof=0).fillna(1).replace(0, 1).to_numpy()
    seen = examples["months_seen"].to_numpy(np.int64)
    who = np.repeat(np.arange(len(examples)), seen)
    ahead = np.arange(len(who)) - np.repeat(np.cumsum(seen) - seen, seen) + 1
    left = np.zeros(len(who))
    left[np.cumsum(seen) - 1] = examples["left"].to_numpy(np.float64)
    x = _standard(raw, centre, scale)
    months = _person_months(x[who], ahead, _months_with_us(examples)[who])
    with threadpool_limits(limits=1):
        regression = LogisticRegression(C=1.0, solver="newton-cholesky").fit(months, left)
    longest = int(seen.max())
    return LifetimeValueModel(
        weights=np.r_[regression.coef_[0], regression.intercept_],
        centre=centre,
        scale=scale,
        channels=channels,
        longest=longest,
        growth={new: _growth(growth[growth["new"] == new]) for new in (True, False)},
        typical=float(examples["margin"].mean()),
        departures=departures,
    )


def survival(model: LifetimeValueModel, profiles: pd.DataFrame, months: int) -> Vector:
    """The probability of each customer to be with us at the end of month 1 … `months` ahead, n × `months`."""
    x = _standard(_matrix(profiles, model.channels), model.centre, model.scale)
    faded = len(PASSING)
    weights, intercept = model.weights[:-1], model.weights[-1]
    steady = x @ weights[: x.shape[1]] + intercept
    fading = x[:, -faded:] @ weights[-faded:]
    ahead = np.minimum(np.arange(1, months + 1), model.longest)
    later, tenure = weights[x.shape[1] : x.shape[1] + 2]
    odds = steady[:, None] + (fading[:, None] + later) * np.log(ahead)[None, :]
    odds += tenure * np.log(_months_with_us(profiles)[:, None] + np.arange(1, months + 1)[None, :])
    alive: Vector = np.cumprod(1 / (1 + np.exp(odds)), axis=1)
    return alive


def value(model: LifetimeValueModel, profiles: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """What each customer of `profiles` is worth: HKD over the horizon, as of the day of the profile.

    `profiles` as in `fit`, with `months_since_joining` (missing if not known). Columns out: `customer_id`, `value`,
    `value_low`, `value_high`, `stay_probability` (to the horizon), `swing` (by how much the value falls if every
    monthly chance to leave were e times as high, to first order: the input of `group_interval`), and `rest` with
    `rest_swing`: the same counted until the horizon has passed since joining, discounted to the day of joining.
    """
    parts = [
        _valued(model, profiles.iloc[start : start + CHUNK], terms)
        for start in range(0, len(profiles), CHUNK)
    ]
    if not parts:
        return pd.DataFrame()
    return widened(pd.concat(parts, ignore_index=True), model.widening)


def widened(valued: pd.DataFrame, widening: Widening) -> pd.DataFrame:
    """`valued` with each customer's interval (`value_low`, `value_high`) widened as its tenth of `value` needs."""
    amounts = valued["value"].to_numpy(np.float64)
    wider = np.array(widening)[tenths(amounts, len(widening)) - 1] * sizes(amounts)[:, None]
    return valued.assign(
        value_low=valued["value_low"] - wider[:, 0], value_high=valued["value_high"] + wider[:, 1]
    )


def _valued(model: LifetimeValueModel, profiles: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    months = terms.horizon_months
    alive = survival(model, profiles, months)
    earned = margins(model, profiles, months) * terms.discounts()[None, :]
    flow, swing = alive * earned, alive * -np.log(np.maximum(alive, 1e-12)) * earned
    total = flow.sum(axis=1)
    early, late = (1 - COVERAGE) / 2, 1 - (1 - COVERAGE) / 2
    until = np.c_[np.zeros(len(profiles)), np.cumsum(earned, axis=1)]
    # In how many months ahead a tenth, and nine tenths, of such customers have left.
    bounds = [until[np.arange(len(profiles)), (alive > 1 - share).sum(axis=1)] for share in (early, late)]
    age = profiles["months_since_joining"].to_numpy(np.float64)
    left_over = np.clip(months - np.nan_to_num(age, nan=months), 0, months).astype(np.int64)
    to_joining = (1 + terms.discount_rate) ** (-np.nan_to_num(age) / 12)

    def rest(of: Vector) -> Vector:
        summed: Vector = np.c_[np.zeros(len(of)), np.cumsum(of, axis=1)]
        picked: Vector = summed[np.arange(len(of)), left_over] * to_joining
        return np.where(np.isnan(age), np.nan, picked)

    return pd.DataFrame(
        {
            "customer_id": profiles["customer_id"].to_numpy(),
            "value": total,
            "value_low": np.minimum(np.minimum(*bounds), total),
            "value_high": np.maximum(np.maximum(*bounds), total),
            "stay_probability": alive[:, -1],
            "swing": swing.sum(axis=1),
            "rest": rest(flow),
            "rest_swing": rest(swing),
        }
    )


def margins(model: LifetimeValueModel, profiles: pd.DataFrame, months: int) -> Vector:
    """Expected net revenue of month 1 … `months` ahead for a customer who is still there, HKD, n × `months`."""
    today = profiles["margin"].fillna(model.typical).to_numpy(np.float64)
    new = (profiles["tenure_days"].fillna(NEW_FOR_DAYS) < NEW_FOR_DAYS).to_numpy()
    level, rate = np.array([model.growth[bool(n)] for n in new]).reshape(-1, 2).T
    ahead = np.minimum(np.arange(1, months + 1), model.longest)
    earned: Vector = today[:, None] + ahead[None, :] * (level + rate * today)[:, None]
    return earned


def sizes(values: Vector) -> Vector:
    """What a customer's error is measured by: the value itself, plus that of the middle customer."""
    amounts: Vector = np.abs(values)
    typical = np.median(amounts) if len(amounts) else 0.0
    size: Vector = np.maximum(amounts + typical, 1.0)
    return size


def tenths(values: Vector, groups: int) -> NDArray[np.int64]:
    """The group of each customer by value, 1 is the lowest; as many in each as can be."""
    order = pd.Series(values).rank(method="first").to_numpy(np.float64)
    group: NDArray[np.int64] = np.ceil(order / max(len(values), 1) * groups).astype(np.int64)
    return np.clip(group, 1, groups)


def group_interval(
    mean: Vector, deviation: Vector, swing: Vector, people: Vector, departures: Vector
) -> tuple[Vector, Vector]:
    """95% interval of the mean value of groups of customers, by the delta method.

    Two errors add up: which customers happened to come (`deviation` / √`people`), and how well the group's chance to
    leave is known (relative error 1 / √`departures`, times the mean `swing`). All arrays have one entry per group.
    """
    error = np.sqrt(deviation**2 / people + swing**2 / np.maximum(departures, 1))
    return mean - 1.96 * error, mean + 1.96 * error


def _matrix(profiles: pd.DataFrame, channels: tuple[str, ...]) -> Vector:
    """Columns: whether a passing feature is known, each channel, lasting features, passing features."""
    lasting, passing = features.matrix(profiles, LASTING), features.matrix(profiles, PASSING)
    brought = profiles["channel"].astype("object")
    by_channel = np.zeros((len(profiles), len(channels)))
    for position, channel in enumerate(channels):
        by_channel[:, position] = brought == channel
    joined: Vector = np.hstack([np.isnan(passing).astype(np.float64), by_channel, lasting, passing])
    return joined


def _standard(raw: Vector, centre: Vector, scale: Vector) -> Vector:
    standard: Vector = np.nan_to_num((raw - centre) / scale)
    return standard


def _months_with_us(profiles: pd.DataFrame) -> Vector:
    # Whose day of joining is not known is not newly joined.
    months: Vector = profiles["tenure_days"].fillna(NEW_FOR_DAYS).clip(lower=0).to_numpy(np.float64) / 30.4
    return months


def _person_months(x: Vector, ahead: NDArray[np.int64], with_us: Vector) -> Vector:
    """The regression's columns: the customer's, how far ahead, time with the bank then, and the fading."""
    later = np.log(ahead)
    return np.column_stack([x, later, np.log(with_us + ahead), x[:, -len(PASSING) :] * later[:, None]])


def _growth(totals: pd.DataFrame) -> tuple[float, float]:
    """How net revenue moves a month: `level` HKD plus `rate` times today's, by weighted least squares.

    `then` - `today` = months ahead × (level + rate × today): who brings little catches up, who brings much falls back.
    """
    ahead = totals["ahead"].to_numpy(np.float64)
    ones, x, xx = ((totals[c] * ahead**2).sum() for c in ("weight", "today", "today_today"))
    moved, x_moved = ((totals[c] * ahead).sum() for c in ("moved", "today_moved"))
    size = ones * xx - x * x
    if not size > 0:
        return 0.0, 0.0
    return float((moved * xx - x_moved * x) / size), float((x_moved * ones - moved * x) / size)
