"""How many customers a channel won for what it spent: a curve that flattens, from the channel's own weeks.

Customers won in a week follow spend ** power (a Poisson regression on the logarithm of spend, errors widened by the
dispersion found; McCullagh and Nelder, Generalized Linear Models, 1989, ch. 6). The power is learned within campaigns,
each with a level of its own and one power for the channel: a week in which another campaign ran besides spent more and
won more, but tells nothing about what more money for the same campaigns would win. It is held between 0 and 1: more spend
never wins fewer, and never more than in proportion. Past weeks are no experiment: what else moved with the spend is in
the curve too.
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
LEAST_VARIED = 0.05
"""Spend whose logarithm varies less within its campaigns than this tells nothing about more or less of it."""
WIDEST_ERROR = 0.25
"""With a larger standard error the 95% interval of the power is as wide as all it could be, 0 to 1."""
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
    """What a split of the budget may be expected to win: the middle, and a 95% interval."""

    customers: tuple[float, float, float]
    value: tuple[float, float, float]
    by_channel: pd.DataFrame
    """`channel`, `spend`, `customers`, `customers_low`, `customers_high`, `value`, `outside`; and of the next money:
    `next_customers`, `next_low`, `next_high`, `next_value` (less the money itself), `next_outside`, `next_best`."""


def curves(weeks: pd.DataFrame) -> pd.DataFrame:
    """A curve per channel from its campaigns' weeks.

    `weeks` has a row per channel, `campaign` and `week`: `spend` (HKD), `won` (customers whose lead came then) and
    `whole` (the campaign ran on all its days). A row whose campaign is not known has customers only. Columns out:
    COLUMNS; spends are the channel's in a week, HKD, `level` the logarithm of the customers won at the usual spend. A
    channel that won too few, or whose spend varied too little, has `weeks`, `won` and its spends, and no curve.
    """
    rows = []
    for channel, mine in weeks.groupby("channel", sort=True):
        seen = mine.groupby("week")[["spend", "won"]].sum()
        seen = seen[seen["spend"] > 0]
        if seen.empty:
            continue
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
        if enough(row["weeks"], row["won"]) and (fit := _power(mine)):
            power, error = fit
            level, level_error = _fitted(won, np.ones((len(won), 1)), power * np.log(spend / usual))
            row |= {
                "level": level,
                "level_error": level_error,
                "power": power,
                "power_error": error,
            }
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def enough(weeks: float, won: float) -> bool:
    """Whether so long a history could give a curve; a channel without one then spent too evenly to tell."""
    return weeks >= FEWEST_WEEKS and won >= FEWEST_WON


def _power(mine: pd.DataFrame) -> tuple[float, float] | None:
    """The power of a channel and its standard error, from the whole weeks of its campaigns; None if they cannot tell."""
    rows = mine[mine["campaign"].notna() & mine["whole"].astype(bool) & (mine["spend"] > 0)]
    rows = rows[rows.groupby("campaign")["won"].transform("sum") > 0]
    if len(rows) < FEWEST_WEEKS:
        return None
    spend = rows["spend"].astype(np.float64).map(np.log)
    distance = (spend - spend.groupby(rows["campaign"]).transform("mean")).to_numpy(np.float64)
    if distance.std() <= LEAST_VARIED:
        return None
    own_level = pd.get_dummies(rows["campaign"]).to_numpy(np.float64)
    power, error = _fitted(rows["won"].to_numpy(np.float64), np.column_stack([distance, own_level]))
    return (power, error) if error <= WIDEST_ERROR else None


def _fitted(won: Vector, x: Vector, offset: Vector | None = None) -> tuple[float, float]:
    """The first coefficient and its standard error, never narrower than Poisson counts leave it."""
    fit = sm.GLM(won, x, family=sm.families.Poisson(), offset=offset).fit(scale="X2")
    widened = np.sqrt(max(1.0, 1.0 / float(fit.scale)))
    return float(fit.params[0]), float(fit.bse[0]) * widened


def expected(fitted: pd.DataFrame, spends: dict[str, float], worth: pd.DataFrame, more: float) -> Expected:
    """What `spends` (channel → HKD a week) may be expected to win in a week.

    `fitted` as from `curves`; `worth` has `channel`, `mean`, `low`, `high`: the lifetime value of a customer, HKD, 95%.
    The next money is `more` HKD a week on top, in one channel: `next_best` is how likely it leaves most value there,
    less itself, of all channels whose seen spend it stays in and whose customers' value is known. A channel without a
    curve, or without spend, wins what is not known, or nothing. Level and power are uncorrelated because spend is counted
    from its usual size.
    """
    random = np.random.default_rng(0)
    values = worth.set_index("channel")
    customers, value = np.zeros(DRAWS), np.zeros(DRAWS)
    rows, left = [], []
    curve: Any
    for curve in fitted.dropna(subset=["level"]).itertuples():
        spend = float(spends.get(str(curve.channel), 0.0))
        level = random.normal(curve.level, curve.level_error, DRAWS)
        power = np.clip(random.normal(curve.power, curve.power_error, DRAWS), 0, 1)
        won = _won(level, power, spend, curve.usual_spend)
        more_won = _won(level, power, spend + more, curve.usual_spend) - won
        middle = np.clip(curve.power, 0, 1)
        best = float(_won(curve.level, middle, spend, curve.usual_spend))
        next_best = float(_won(curve.level, middle, spend + more, curve.usual_spend)) - best
        has_value = (
            curve.channel in values.index
            and np.isfinite(values.loc[curve.channel, ["mean", "low", "high"]]).all()
        )
        each = np.full(DRAWS, np.nan)
        if has_value:
            mean, low, high = (float(values.loc[curve.channel, c]) for c in ("mean", "low", "high"))
            each = random.normal(mean, (high - low) / (2 * 1.96), DRAWS)
            value += won * each
        customers += won
        next_outside = not curve.least_spend <= spend + more <= curve.most_spend
        left.append(more_won * each - more if has_value and not next_outside else np.full(DRAWS, -np.inf))
        low_won, high_won = np.quantile(won, [0.025, 0.975])
        next_low, next_high = np.quantile(more_won, [0.025, 0.975])
        rows.append(
            {
                "channel": curve.channel,
                "spend": spend,
                "customers": best,
                "customers_low": low_won,
                "customers_high": high_won,
                "value": best * float(each.mean()) if has_value else np.nan,
                "outside": spend > 0 and not curve.least_spend <= spend <= curve.most_spend,
                "next_customers": next_best,
                "next_low": next_low,
                "next_high": next_high,
                "next_value": next_best * float(each.mean()) - more if has_value else np.nan,
                "next_outside": next_outside,
            }
        )
    table = pd.DataFrame(rows)
    most = np.argmax(left, axis=0)
    possible = np.isfinite(np.max(left, axis=0))
    table["next_best"] = [float(((most == i) & possible).mean()) for i in range(len(rows))]
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
