"""What a customer without a contract will still bring: how often such a one buys again, times what a purchase brings.

A shop's customer does not say that he leaves. BG/NBD (Fader, Hardie and Lee, Marketing Science 24, 2005) learns from all
histories how often customers buy and how likely each purchase was the last; Gamma-Gamma (Fader and Hardie, note of 2013)
how much a purchase of a customer is worth. The kept library for it, pymc-marketing, brings a whole sampler along for six
numbers; `lifetimes` is not kept. So both are fitted here, on identical histories counted once.

The interval of one customer is an 80% interval, widened by what was missed in hindsight in its tenth of value, as in
`models.value.lifetime_value`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaln, digamma, gammaln, hyp2f1
from scipy.stats import nbinom

from models.value.lifetime_value import COVERAGE, Terms, Vector, Widening, widened
from warehouse.errors import ModelRefused

WEEKS_A_MONTH = 365.25 / 12 / 7
FEWEST_RETURNING = 50
"""Fewer customers who bought again, or whose purchases are known, are too few to learn from."""
BOUNDS = [(-8, 3), (-8, 8), (-8, 3), (-8, 5)]
"""Of the logarithms of r, alpha, a and b. Customers who are all alike would take them beyond all numbers."""
HISTORY = ["repeats", "last", "age"]


@dataclass(frozen=True, kw_only=True)
class PurchaseRates:
    """BG/NBD: purchases a week vary over customers as Gamma(`r`, `alpha`), the chance to be done after each as
    Beta(`a`, `b`)."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    covariance: tuple[tuple[float, ...], ...] = ()
    """Of the logarithms of the four, row by row."""


@dataclass(frozen=True, kw_only=True)
class SpendRates:
    """Gamma-Gamma: a purchase varies as Gamma(`p`, ν), ν over customers as Gamma(`q`, `v`); `v` is in money."""

    p: float
    q: float
    v: float
    log_likelihood: float


@dataclass(frozen=True, kw_only=True)
class PurchaseModel:
    """Both, and which part of revenue remains after costs."""

    rates: PurchaseRates
    spend: SpendRates
    margin_share: float
    returning: int
    """How many customers bought again."""
    widening: Widening = ((0.0, 0.0),)


def fit(histories: pd.DataFrame, margin_share: float) -> PurchaseModel:
    """A model from one row per customer who ever bought.

    Columns: `repeats` (days with a purchase after the first), `last` and `age` (weeks from the first purchase to the
    last, and to the day). `purchases` are those of which revenue is known, `spend` is the mean revenue of one, in
    money; missing if none. Raises ModelRefused if too few bought again.
    """
    returning = int((histories["repeats"] > 0).sum())
    if returning < FEWEST_RETURNING:
        raise ModelRefused(
            "There are no lifetime values, because too few customers bought again: fewer than "
            f"{FEWEST_RETURNING} did in the months to learn from. The other figures go on without them."
        )
    return PurchaseModel(
        rates=fitted_rates(histories),
        spend=fitted_spend(histories["purchases"], histories["spend"]),
        margin_share=margin_share,
        returning=returning,
    )


def fitted_rates(histories: pd.DataFrame) -> PurchaseRates:
    """The four parameters of BG/NBD by maximum likelihood (equation 6 of the paper), each history once with its count."""
    counted = histories.groupby(HISTORY, as_index=False).size()
    x, last, age, count = (counted[c].to_numpy(np.float64) for c in (*HISTORY, "size"))
    number, place = np.unique(x, return_inverse=True)
    again = x > 0

    def loss(logs: Vector) -> tuple[float, Vector]:
        r, alpha, a, b = np.exp(logs)
        # What hangs on the number of purchases alone is worked out once per number.
        of_number = (
            gammaln(r + number) - gammaln(r) + r * np.log(alpha) + betaln(a, b + number) - betaln(a, b)
        )
        still = -(r + x) * np.log(alpha + age)
        done = np.where(
            again,
            np.log(a) - np.log(np.maximum(b + x - 1, 1e-12)) - (r + x) * np.log(alpha + last),
            -np.inf,
        )
        either = np.logaddexp(still, done)
        gone = np.exp(done - either)
        slope_r = (digamma(r + number) - digamma(r) + np.log(alpha))[place]
        slope_r = slope_r - (1 - gone) * np.log(alpha + age) - gone * np.log(alpha + last)
        slope_alpha = r / alpha - (r + x) * ((1 - gone) / (alpha + age) + gone / (alpha + last))
        both = digamma(a + b) - digamma(a + b + number)
        slope_a = both[place] + gone / a
        slope_b = (both + digamma(b + number) - digamma(b))[place]
        slope_b = slope_b - np.where(again, gone / np.maximum(b + x - 1, 1e-12), 0.0)
        slopes = np.array([count @ s for s in (slope_r, slope_alpha, slope_a, slope_b)]) * np.exp(logs)
        return -float(count @ (of_number[place] + either)), -slopes

    size = count.sum()
    best = minimize(
        lambda logs: tuple(part / size for part in loss(logs)),
        np.zeros(4),
        jac=True,
        method="L-BFGS-B",
        bounds=BOUNDS,
        options={"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500},
    )
    r, alpha, a, b = np.exp(best.x)
    step = 1e-4
    curvature = np.array(
        [(loss(best.x + step * e)[1] - loss(best.x - step * e)[1]) / (2 * step) for e in np.eye(4)]
    )
    # What the histories leave open is known to a factor of e⁴ at least: without it a flat direction would be endless.
    covariance = np.linalg.inv((curvature + curvature.T) / 2 + np.eye(4) / 16)
    return PurchaseRates(
        r=float(r),
        alpha=float(alpha),
        a=float(a),
        b=float(b),
        log_likelihood=-float(best.fun * size),
        covariance=tuple(tuple(float(entry) for entry in row) for row in covariance),
    )


def fitted_spend(purchases: pd.Series, spend: pd.Series) -> SpendRates:
    """The parameters of Gamma-Gamma by maximum likelihood (equation 1a of the note).

    `purchases` and mean `spend` of one by customer; who brought nothing, or is not known, is left out. Raises
    ModelRefused if too few are left.
    """
    counted = (purchases > 0) & (spend > 0)
    x, unit = purchases[counted].to_numpy(np.float64), 1.0
    if len(x) < FEWEST_RETURNING:
        raise ModelRefused(
            "There are no lifetime values, because the revenue of too few customers who bought is known: of fewer than "
            f"{FEWEST_RETURNING}. The other figures go on without them."
        )
    m = spend[counted].to_numpy(np.float64)
    unit = float(m.mean())
    m, (number, times) = m / unit, np.unique(x, return_counts=True)
    n, total, logs_of_all = len(x), x @ np.log(m * x), np.log(m).sum()

    def loss(logs: Vector) -> tuple[float, Vector]:
        p, q, v = np.exp(logs)
        drawn = np.log(v + m * x)
        likelihood = times @ (gammaln(p * number + q) - gammaln(p * number)) - n * gammaln(q)
        likelihood += n * q * np.log(v) + p * total - logs_of_all - (p * x + q) @ drawn
        of_number = digamma(p * number + q)
        slopes = np.array(
            [
                times @ (number * (of_number - digamma(p * number))) + total - x @ drawn,
                times @ of_number - n * digamma(q) + n * np.log(v) - drawn.sum(),
                n * q / v - ((p * x + q) / (v + m * x)).sum(),
            ]
        )
        return -float(likelihood) / n, -slopes * np.exp(logs) / n

    best = minimize(
        loss,
        np.log([2.0, 3.0, 2.0]),
        jac=True,
        method="L-BFGS-B",
        # With q at 1 or below, what a new customer spends would have no mean.
        bounds=[(-8, 8), (np.log(1.05), 8), (-8, 12)],
        options={"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500},
    )
    p, q, v = np.exp(best.x)
    log_likelihood = -float(best.fun) * n - n * float(np.log(unit))
    return SpendRates(p=float(p), q=float(q), v=float(v) * unit, log_likelihood=log_likelihood)


def alive(rates: PurchaseRates, histories: pd.DataFrame) -> Vector:
    """The probability of each customer not to be done (equation 7); 1 after a first purchase, by definition."""
    x, last, age = (histories[c].to_numpy(np.float64) for c in HISTORY)
    odds = np.log(rates.a) - np.log(np.maximum(rates.b + x - 1, 1e-12))
    odds += (rates.r + x) * (np.log(rates.alpha + age) - np.log(rates.alpha + last))
    chance: Vector = np.where(x > 0, 1 / (1 + np.exp(np.minimum(odds, 700.0))), 1.0)
    return chance


def buys_again(rates: PurchaseRates, histories: pd.DataFrame, weeks: float) -> Vector:
    """The probability of each customer to buy at least once in so many weeks ahead."""
    x, age = histories["repeats"].to_numpy(np.float64), histories["age"].to_numpy(np.float64)
    none = ((rates.alpha + age) / (rates.alpha + age + weeks)) ** (rates.r + x)
    chance: Vector = alive(rates, histories) * (1 - none)
    return chance


def expected_purchases(rates: PurchaseRates, histories: pd.DataFrame, weeks: Vector) -> Vector:
    """Purchases expected of each customer until `weeks[0]`, `weeks[1]`, … ahead (equation 10), n × len(`weeks`)."""
    ahead: Vector = _if_alive(rates, histories, weeks) * alive(rates, histories)[:, None]
    return ahead


def _if_alive(rates: PurchaseRates, histories: pd.DataFrame, weeks: Vector) -> Vector:
    """Equation 10 without its last factor, by Euler's transformation, which is stable for many purchases."""
    if abs(rates.a - 1) < 1e-4:
        # At a = 1 the formula is 0 / 0; it is what it is on both sides.
        below, above = (_if_alive(replace(rates, a=a), histories, weeks) for a in (1 - 2e-4, 1 + 2e-4))
        between: Vector = (below + above) / 2
        return between
    # It does not hang on the last purchase: far fewer pairs than histories.
    grouped = histories.groupby(["repeats", "age"])
    places, pairs = grouped.ngroup().to_numpy(), grouped.size().reset_index()
    x, age = (pairs[[c]].to_numpy(np.float64) for c in ("repeats", "age"))
    a = rates.a
    c = a + rates.b + x - 1
    z = weeks[None, :] / (rates.alpha + age + weeks[None, :])
    rest = (1 - z) ** (a - 1) * hyp2f1(a + rates.b - 1 - rates.r, a - 1, c, z)
    of_pair: Vector = np.maximum(c / (a - 1) * (1 - rest), 0.0)
    return of_pair[places]


def expected_spend(spend: SpendRates, purchases: pd.Series, mean: pd.Series) -> Vector:
    """What a purchase of each customer brings, in money: between his own mean and everybody's (equation 5)."""
    x = purchases.fillna(0).to_numpy(np.float64)
    brought = x * mean.fillna(0).clip(lower=0).to_numpy(np.float64)
    expected: Vector = spend.p * (spend.v + brought) / (spend.p * x + spend.q - 1)
    return expected


def value(model: PurchaseModel, histories: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """What each customer of `histories` is worth over the horizon, as of the day of the history, in money.

    `histories` as in `fit`, with `customer_id` and `months_since_joining` (missing if not known). Columns out as those
    of `models.value.lifetime_value.value`. Here `stay_probability` is the chance to buy again within the horizon, and
    `swing` the standard error that the four rates bring. A group's mean of it is never below its own (Minkowski).
    """
    if histories.empty:
        return pd.DataFrame()
    grouped = histories.groupby(HISTORY)
    kind, distinct = grouped.ngroup().to_numpy(), grouped.size().reset_index()
    months = terms.horizon_months
    each = model.margin_share * expected_spend(model.spend, histories["purchases"], histories["spend"])
    months_with_us = histories["months_since_joining"].to_numpy(np.float64)
    left_over = np.clip(months - np.nan_to_num(months_with_us, nan=months), 0, months).astype(np.int64)
    purchases = _discounted(model.rates, distinct, terms)
    step = 0.01
    moved = []
    for name in ("r", "alpha", "a", "b"):
        up, down = (
            _discounted(
                replace(model.rates, **{name: getattr(model.rates, name) * np.exp(side)}), distinct, terms
            )
            for side in (step, -step)
        )
        moved.append((up - down) / (2 * step))
    slopes = np.stack(moved, axis=-1)
    covariance = np.array(model.rates.covariance)
    error = np.sqrt(np.maximum(np.einsum("nmi,ij,nmj->nm", slopes, covariance, slopes), 0.0))
    to_joining = (1 + terms.discount_rate) ** (-np.nan_to_num(months_with_us) / 12)
    to_joining = np.where(np.isnan(months_with_us), np.nan, to_joining)
    total = each * purchases[kind, months]
    low, high = _between(model.rates, distinct, months * WEEKS_A_MONTH)
    # A purchase of the horizon is worth what the mean one is, discounted.
    weight = purchases[:, months] / np.maximum(
        expected_purchases(model.rates, distinct, np.array([months * WEEKS_A_MONTH]))[:, 0], 1e-12
    )
    bounds = each * (low * weight)[kind], each * (high * weight)[kind]
    valued = pd.DataFrame(
        {
            "customer_id": histories["customer_id"].to_numpy(),
            "value": total,
            "value_low": np.minimum(np.minimum(*bounds), total),
            "value_high": np.maximum(np.maximum(*bounds), total),
            "stay_probability": buys_again(model.rates, distinct, months * WEEKS_A_MONTH)[kind],
            "swing": np.abs(each) * error[kind, months],
            "rest": each * purchases[kind, left_over] * to_joining,
            "rest_swing": np.abs(each) * error[kind, left_over] * to_joining,
        }
    )
    # Where most buy nothing, four in five can bring less than the mean: it still stands between its bounds.
    wide = widened(valued, model.widening)
    return wide.assign(
        value_low=np.minimum(wide["value_low"], total), value_high=np.maximum(wide["value_high"], total)
    )


def _discounted(rates: PurchaseRates, histories: pd.DataFrame, terms: Terms) -> Vector:
    """Purchases expected until the end of month 0, 1, … ahead, each discounted from its month's end, n × months + 1."""
    ends: Vector = np.arange(1, terms.horizon_months + 1, dtype=np.float64) * np.float64(WEEKS_A_MONTH)
    until = np.c_[np.zeros(len(histories)), expected_purchases(rates, histories, ends)]
    summed: Vector = np.cumsum(np.diff(until, axis=1) * terms.discounts()[None, :], axis=1)
    from_today: Vector = np.c_[np.zeros(len(histories)), summed]
    return from_today


def _between(rates: PurchaseRates, histories: pd.DataFrame, weeks: float) -> tuple[Vector, Vector]:
    """Between how many purchases four of five such customers stay: none if done, else a negative binomial number.

    A tenth lies above and a tenth below, or a fifth above where a tenth or more buy nothing.
    """
    still, shape = alive(rates, histories), rates.r + histories["repeats"].to_numpy(np.float64)
    mean = np.maximum(_if_alive(rates, histories, np.array([weeks]))[:, 0], 1e-12)

    def number(share: Vector) -> Vector:
        beyond = np.clip((share - (1 - still)) / np.maximum(still, 1e-12), 0, 1)
        purchases = np.maximum(nbinom.ppf(beyond, shape, shape / (shape + mean)), 0.0)
        return np.where(beyond > 0, purchases, 0.0)

    tail = (1 - COVERAGE) / 2
    low = number(np.full(len(still), tail))
    return low, number(np.where(low > 0, 1 - tail, COVERAGE))
