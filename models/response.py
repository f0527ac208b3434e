"""How many customers a channel won for what it spent: a curve that flattens, from the channel's own weeks.

Customers won in a week follow spend ** power (a Poisson regression on the logarithm of spend, errors widened by the
dispersion found; McCullagh and Nelder, Generalized Linear Models, 1989, ch. 6). The power is held between 0 and 1: more
spend never wins fewer, and never more than in proportion. Past weeks are no experiment: what else moved with the spend
is in the curve too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import NDArray

Vector = NDArray[np.float64]

FEWEST_WEEKS, FEWEST_WON = 26, 30
"""With fewer weeks or customers a curve would be chance."""
DRAWS = 4000
COLUMNS = (
    "channel",
    "weeks",
    "won",
    "usual_spend",
    "least_spend",
    "most_spend",
    "level",
    "level_error",
    "power",
    "power_error",
)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a split of the budget may be expected to win: the middle, and a 95 % interval."""

    customers: tuple[float, float, float]
    value: tuple[float, float, float]
    by_channel: pd.DataFrame
    """`channel`, `spend`, `customers`, `customers_low`, `customers_high`, `value`, `next_customers`, `outside`."""


def curves(weeks: pd.DataFrame) -> pd.DataFrame:
    """A curve per channel from its weeks: `channel`, `spend` (HKD), `won` (customers whose lead came in that week).

    Columns out: COLUMNS; spends are a week's HKD, `level` the logarithm of the customers won at the usual spend.
    A channel with too little history has `weeks`, `won` and its spends, and no curve.
    """
    rows = []
    for channel, seen in weeks[weeks["spend"] > 0].groupby("channel", sort=True):
        spend, won = seen["spend"].to_numpy(np.float64), seen["won"].to_numpy(np.float64)
        usual = float(np.exp(np.log(spend).mean()))
        row = {
            "channel": channel,
            "weeks": len(seen),
            "won": int(won.sum()),
            "usual_spend": usual,
            "least_spend": spend.min(),
            "most_spend": spend.max(),
        }
        distance = np.log(spend / usual)
        if len(seen) >= FEWEST_WEEKS and won.sum() >= FEWEST_WON and distance.std() > 0.05:
            x = np.column_stack([np.ones(len(seen)), distance])
            found = sm.GLM(won, x, family=sm.families.Poisson()).fit(scale="X2")
            widened = np.sqrt(max(1.0, 1.0 / float(found.scale)))
            level, power = (float(v) for v in found.params)
            errors = [float(e) * widened for e in found.bse]
            row |= {"level": level, "level_error": errors[0], "power": power, "power_error": errors[1]}
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def expected(
    found: pd.DataFrame, spends: dict[str, float], worth: pd.DataFrame, more: float, seed: int = 0
) -> Expected:
    """What `spends` (channel → HKD a week) may be expected to win in a week.

    `found` as from `curves`; `worth` has `channel`, `mean`, `low`, `high`: the lifetime value of a customer, HKD, 95 %.
    `next_customers` is what `more` HKD a week on top would add. A channel without a curve, or without spend, wins what
    is not known, or nothing. Level and power are uncorrelated because spend is counted from its usual size.
    """
    random = np.random.default_rng(seed)
    values = worth.set_index("channel")
    customers, value = np.zeros(DRAWS), np.zeros(DRAWS)
    rows = []
    curve: Any
    for curve in found.dropna(subset=["level"]).itertuples():
        spend = float(spends.get(str(curve.channel), 0.0))
        level = random.normal(curve.level, curve.level_error, DRAWS)
        power = np.clip(random.normal(curve.power, curve.power_error, DRAWS), 0, 1)
        won = _won(level, power, spend, curve.usual_spend)
        middle = np.clip(curve.power, 0, 1)
        best = float(_won(curve.level, middle, spend, curve.usual_spend))
        known = (
            curve.channel in values.index
            and np.isfinite(values.loc[curve.channel, ["mean", "low", "high"]]).all()
        )
        each = np.full(DRAWS, np.nan)
        if known:
            mean, low, high = (float(values.loc[curve.channel, c]) for c in ("mean", "low", "high"))
            each = random.normal(mean, (high - low) / (2 * 1.96), DRAWS)
            value += won * each
        customers += won
        low_won, high_won = np.quantile(won, [0.025, 0.975])
        rows.append(
            {
                "channel": curve.channel,
                "spend": spend,
                "customers": best,
                "customers_low": low_won,
                "customers_high": high_won,
                "value": best * float(each.mean()) if known else np.nan,
                "next_customers": float(_won(curve.level, middle, spend + more, curve.usual_spend)) - best,
                "outside": spend > 0 and not curve.least_spend <= spend <= curve.most_spend,
            }
        )
    table = pd.DataFrame(rows)
    return Expected(
        customers=_interval(float(table["customers"].sum()), customers),
        value=_interval(float(table["value"].sum()), value),
        by_channel=table,
    )


def _won(level: Vector | float, power: Vector | float, spend: float, usual: float) -> Vector:
    if spend <= 0:
        return np.zeros_like(np.asarray(level, dtype=np.float64))
    won: Vector = np.exp(np.asarray(level) + np.asarray(power) * np.log(spend / usual))
    return won


def _interval(middle: float, draws: Vector) -> tuple[float, float, float]:
    low, high = np.quantile(draws, [0.025, 0.975])
    return middle, float(low), float(high)
