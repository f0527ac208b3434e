"""How often the 95% intervals of the budget's response curves hold the truth the sample bank is drawn from.

Usage: python benchmarks/response_curves.py [BANKS]

Each bank has a campaign plan of its own, and as many customers won as the sample bank of 40,000; one in thirteen has a
lead without a campaign. Beside the curves stands what the channels' weekly totals alone would say.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm

sys.path.insert(0, str(Path(__file__).parents[1]))

from models.attribution import spend_response
from sample_data import vocabulary
from sample_data.campaigns import COST_PER_WIN, RESPONSE, draw_plan

WON = 8_500
WITHOUT_CAMPAIGN = 1 / 13
WEEKS = 90
MORE = 100_000 / 52


def weeks(seed: int) -> pd.DataFrame:
    """A bank's weeks as `channel_response.weeks` gives them, and `mean`, the customers to be expected."""
    rng = np.random.default_rng(seed)
    plan = draw_plan(rng)
    parts = []
    for c in np.flatnonzero(~plan.for_customers):
        channel = plan.channel[c]
        cost = plan.spend[c] * WON * plan.wins[c] * COST_PER_WIN[channel]
        mean = plan.leads[c] * WON * plan.wins[c]
        ran = (cost > 0)[: WEEKS * 7].reshape(WEEKS, 7)
        won = rng.poisson(mean[: WEEKS * 7].reshape(WEEKS, 7).sum(axis=1))
        unknown = rng.binomial(won, WITHOUT_CAMPAIGN)
        base = pd.DataFrame({"channel": vocabulary.CHANNELS[channel], "week": np.arange(WEEKS)})
        spend = cost[: WEEKS * 7].reshape(WEEKS, 7).sum(axis=1)
        expected = mean[: WEEKS * 7].reshape(WEEKS, 7).sum(axis=1)
        named = base.assign(
            campaign=plan.name[c], spend=spend, won=won - unknown, whole=ran.all(axis=1), mean=expected
        )
        parts += [named[ran.any(axis=1)], base.assign(spend=0.0, won=unknown, whole=False, mean=0.0)]
    return pd.concat(parts, ignore_index=True)


def pooled(seen: pd.DataFrame) -> tuple[float, float]:
    """The power and its standard error as a channel's weekly totals alone would give them."""
    whole = seen.groupby("week")[["spend", "won"]].sum()
    whole = whole[whole["spend"] > 0]
    x = sm.add_constant(np.log(whole["spend"].to_numpy()))
    fit = sm.GLM(whole["won"].to_numpy(), x, family=sm.families.Poisson()).fit(scale="X2")
    return float(fit.params[1]), float(fit.bse[1]) * np.sqrt(max(1, 1 / float(fit.scale)))


def held(seed: int) -> list[dict[str, object]]:
    """For each channel of a bank: the errors of both powers, and whether each interval holds the truth."""
    bank = weeks(seed)
    curves = spend_response.curves(bank)
    nobody = pd.DataFrame({"channel": [], "mean": [], "low": [], "high": []})
    rows = []
    for curve in curves.itertuples():
        true = RESPONSE[vocabulary.CHANNELS.index(curve.channel)]
        mine = bank[bank["channel"] == curve.channel]
        power, error = pooled(mine)
        by_week = mine.groupby("week")[["spend", "mean"]].sum()
        level = by_week["mean"].sum() / ((by_week["spend"] / curve.usual_spend) ** true).sum()
        row: dict[str, object] = {
            "channel": curve.channel,
            "true": true,
            "told": curve.power == curve.power,
            "off": curve.power - true,
            "held": abs(curve.power - true) < 1.96 * curve.power_error,
            "off, pooled": power - true,
            "held, pooled": abs(power - true) < 1.96 * error,
        }
        if row["told"]:
            one = curves[curves["channel"] == curve.channel]
            expected = spend_response.expected(
                one, {curve.channel: curve.usual_spend}, nobody, MORE
            ).by_channel.iloc[0]
            now, more = level, level * (1 + MORE / curve.usual_spend) ** true
            row["customers held"] = expected["customers_low"] <= now <= expected["customers_high"]
            row["next held"] = expected["next_low"] <= more - now <= expected["next_high"]
        rows.append(row)
    return rows


if __name__ == "__main__":
    banks = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    all_of_them = pd.DataFrame([row for seed in range(banks) for row in held(seed)])
    with_curve = all_of_them[all_of_them["told"]]
    by_curve = with_curve.drop(columns="told").astype({"held": float, "held, pooled": float})
    by_curve[["customers held", "next held"]] = by_curve[["customers held", "next held"]].astype(float)
    print(f"{banks} banks; a curve told for {len(with_curve):,} of {len(all_of_them):,} channels")
    print(by_curve.groupby("channel").mean().round(3).to_string())
    print(by_curve.drop(columns="channel").mean().round(3).to_string())
