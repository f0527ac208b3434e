"""Why customers leave. The hazard of a month is a logistic function of what is known at the end of
the month before, plus a modest trait nobody observes; these coefficients are the sample's truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sample_data import vocabulary as v
from sample_data.money import Behaviour
from sample_data.people import CHURN_EFFECT, PILOT_START, People, months_held
from sample_data.service import Service
from sample_data.window import (
    MONTH_DAYS,
    MONTH_END,
    MONTH_START,
    MONTHS,
    NEVER,
    WARM_UP,
    Flags,
    Ints,
    Reals,
    day,
)

INTERCEPT = -7.1
FRAILTY_SD = 0.35
# Log-odds per unit, and what the unit is; all known at the end of the month before.
DRIVERS: dict[str, tuple[float, str]] = {
    "open_complaint": (1.6, "a complaint is open (not resolved, not withdrawn)"),
    "recent_complaint": (1.15, "a complaint was opened in the last 90 days"),
    "dormancy": (1.15, "ln(1 + days since the last customer-made transaction / 30), at most 2.5"),
    "falling_balance": (4.8, "share of deposits lost over three months, 0 to 0.6"),
    "no_app_use": (1.0, "no app session in the month"),
    "short_tenure": (1.3, "exp(-years with the bank)"),
    "single_product": (1.15, "holds one product only"),
    "detractor": (1.15, "latest NPS answer of the last six months is 6 or lower"),
    "dissatisfied": (0.9, "a case rated 1 or 2 (csat) in the last 90 days"),
    "affiliate": (0.7, "acquired through affiliates"),
    "event": (-0.7, "acquired through an event"),
    "overpromised": (1.2, "acquired by the overpromising campaign, first six months"),
    "affluent": (-0.45, "segment affluent"),
    "private": (-0.8, "segment private"),
}
SEASON = (1.05, 1.03, 1.0, 0.98, 1.0, 0.97, 0.97, 0.98, 1.02, 1.03, 0.99, 1.02)
SCORED_ON = tuple(
    day(d)
    for d in (
        "2024-12-31",
        "2025-03-31",
        "2025-06-30",
        "2025-09-30",
        "2025-12-31",
        "2026-03-31",
        "2026-06-30",
    )
)


@dataclass(frozen=True, kw_only=True)
class Departures:
    """Who leaves when, and the monthly hazard of each customer as it would be without leaving."""

    left: Ints  # day, NEVER while a customer
    hazard: Reals  # customer × month, and the month after the window
    observable: Reals  # the same without the unobserved trait


def drivers(
    people: People, service: Service, life: Behaviour, detractor: Flags, dissatisfied: Flags
) -> dict[str, Any]:
    """The state of every driver at each month end, customer × month (or one column)."""
    tenure = MONTH_END[None, :] - people.joined[:, None]
    return {
        "open_complaint": service.open_complaint,
        "recent_complaint": service.recent_complaint,
        "dormancy": np.minimum(np.log1p(life.days_quiet / 30), 2.5),
        "falling_balance": life.falling,
        "no_app_use": life.sessions == 0,
        "short_tenure": np.exp(-np.maximum(tenure, 0) / 365.25),
        "single_product": months_held(people) <= 1,
        "detractor": detractor,
        "dissatisfied": dissatisfied,
        "affiliate": (people.channel == v.AFFILIATE)[:, None],
        "event": (people.channel == v.EVENT)[:, None],
        "overpromised": people.overpromised[:, None] & (tenure < 183),
        "affluent": (people.segment == 1)[:, None],
        "private": (people.segment == 2)[:, None],
    }


def departures(seed: int, people: People, state: dict[str, Any]) -> Departures:
    """Draw the month and day of leaving; the same seed draws the same luck again."""
    rng = np.random.default_rng(seed)
    score = np.full((people.size, MONTHS), INTERCEPT)
    for name, (weight, _) in DRIVERS.items():
        score += weight * state[name]
    hazard = _monthly(score + people.frailty[:, None], people)
    # A logistic with a normal trait of this size averages to almost the same logistic.
    observable = _monthly(score + FRAILTY_SD**2 / 2, people)
    leaves = rng.random((people.size, MONTHS)) < hazard[:, :MONTHS]
    month = np.where(leaves.any(axis=1), leaves.argmax(axis=1), -1)
    when = MONTH_START[month] + (rng.random(people.size) * MONTH_DAYS[month]).astype(np.int64)
    return Departures(left=np.where(month >= 0, when, NEVER), hazard=hazard, observable=observable)


def _monthly(score: Reals, people: People) -> Reals:
    """The hazard of each month, and of the one after the window, from the month before."""
    months = np.arange(MONTHS + 1)
    starts = np.append(MONTH_START, MONTH_END[-1] + 1)
    hazard = np.zeros((people.size, MONTHS + 1))
    hazard[:, 1:] = np.array(SEASON)[(months[1:] + 3) % 12] / (1 + np.exp(-score))
    treated = (people.arm == 2)[:, None] & (starts >= PILOT_START)
    hazard = np.where(treated, hazard * (1 + CHURN_EFFECT), hazard)
    # Nobody leaves before the window or in the month of joining.
    there = months > np.maximum(people.joined_month, WARM_UP - 1)[:, None]
    return np.where(there, hazard, 0.0)


def probabilities(gone: Departures, people: People) -> dict[str, Any]:
    """Three-month probability of leaving for those there on each scored day.

    Expected hazard of the coming three months given the hazard of the next one: the average over
    all customers and months with a similar hazard (also of those who left, as if they had stayed).
    No customer's own later months enter.
    """
    span = range(WARM_UP + 1, MONTHS - 2)
    there = [people.joined_month < m for m in span]
    now = np.concatenate([gone.hazard[t, m] for m, t in zip(span, there, strict=True)])
    stay = [np.prod(1 - gone.hazard[t, m : m + 3], axis=1) for m, t in zip(span, there, strict=True)]
    order = np.argsort(now, kind="stable")
    groups = np.array_split(order, max(10, min(60, len(order) // 400)))
    outcome = 1 - np.concatenate(stay)
    middle = np.array([now[g].mean() for g in groups])
    chance = np.maximum.accumulate([outcome[g].mean() for g in groups])
    out: dict[str, list[Any]] = {"customer": [], "day": [], "p": [], "seen": []}
    for scored in SCORED_ON:
        month = int(np.searchsorted(MONTH_END, scored)) + 1
        alive = (people.joined <= scored) & ((gone.left == NEVER) | (gone.left > scored))
        for name, hazard in (("p", gone.hazard), ("seen", gone.observable)):
            column = hazard[:, month][alive]
            out[name].append(np.interp(np.log(column + 1e-9), np.log(middle + 1e-9), chance))
        out["customer"].append(np.flatnonzero(alive) + people.first)
        out["day"].append(np.full(int(alive.sum()), scored))
    return {name: np.concatenate(parts) for name, parts in out.items()}
