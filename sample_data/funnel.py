"""Leads and the moment each reached every stage. What lies after the last day has not happened.

Acquired customers come from here: a won lead becomes a customer on the day it is won.
"""

from __future__ import annotations

import numpy as np

from sample_data import vocabulary as v
from sample_data.campaigns import Plan
from sample_data.window import (
    DAY,
    DAYS,
    END_OF_TIME,
    NEVER,
    START,
    Columns,
    Flags,
    Ints,
    Reals,
    office_time,
)

STAGES = ("mql", "contacted", "accepted", "rejected", "sql", "opportunity", "won", "lost")
PATIENCE = {"mql": 1.2, "contacted": 2.0, "accepted": 1.5, "sql": 5.0, "opportunity": 8.0}
WON_AFTER, LOST_AFTER = 12.0, 22.0


def draw_cells(rng: np.random.Generator, plan: Plan, weight: Reals, count: int) -> tuple[Ints, Ints]:
    """`count` draws of (campaign, moment of creation), as the campaigns' daily leads fall."""
    mass = np.cumsum((plan.leads * weight[:, None]).ravel())
    cell = np.searchsorted(mass, rng.random(count) * mass[-1], side="right")
    cell = np.minimum(cell, len(mass) - 1)
    hour = rng.triangular(7 * 3600, 13 * 3600, 23.5 * 3600, count).astype(np.int64)
    return cell // DAYS, (START + cell % DAYS) * DAY + hour


def won_leads(rng: np.random.Generator, plan: Plan, count: int) -> Columns:
    """Leads of prospects that end in a customer, if the window lasts long enough."""
    campaign, created = draw_cells(rng, plan, plan.wins, count)
    return _walk(rng, plan, campaign, created, np.full(count, 6))


def lost_leads(rng: np.random.Generator, plan: Plan, count: int) -> Columns:
    """Leads of prospects that end somewhere before a customer."""
    campaign, created = draw_cells(rng, plan, plan.losses, count)
    return _walk(rng, plan, campaign, created, _last_stage(rng, plan, campaign))


def cross_sell_leads(
    rng: np.random.Generator, plan: Plan, won: Flags, created: Ints, product: Ints
) -> Columns:
    """Leads of existing customers for one more product."""
    n = len(won)
    campaign = np.searchsorted(np.cumsum(plan.cross), rng.random(n) * plan.cross.sum(), "right")
    advertised = plan.product[campaign]
    # Half the time the campaign is one for the very product; otherwise the customer chose another.
    for kind in np.unique(product):
        fitting = np.flatnonzero((plan.product == kind) & (plan.for_customers == 1))
        if len(fitting):
            mine = (product == kind) & (advertised != kind)
            campaign[mine] = fitting[rng.integers(0, len(fitting), int(mine.sum()))]
    started = plan.starts[campaign] * DAY > created
    first = np.flatnonzero((plan.for_customers == 1) & (plan.starts == START))
    campaign[started] = first[rng.integers(0, len(first), int(started.sum()))]
    stage = np.where(won, 6, _last_stage(rng, plan, campaign))
    leads = _walk(rng, plan, campaign, created, stage)
    leads["product"] = product
    return leads


def pull_forward(leads: Columns, day_won: Ints) -> None:
    """Shift won leads so that they are won on a given day (an account opened that day)."""
    shift = (day_won - leads["won"] // DAY) * DAY
    for column in ("created", *STAGES):
        moved = leads[column] != NEVER
        leads[column] = np.where(moved, leads[column] + shift, NEVER)


def forget_the_future(leads: Columns) -> None:
    """Whatever lies after the last day fully loaded has not happened yet."""
    for stage in STAGES:
        leads[stage] = np.where(leads[stage] < END_OF_TIME, leads[stage], NEVER)
    leads["rejected_reason"] = np.where(leads["rejected"] != NEVER, leads["rejected_reason"], -1)
    leads["lost_reason"] = np.where(leads["lost"] != NEVER, leads["lost_reason"], -1)


def _last_stage(rng: np.random.Generator, plan: Plan, campaign: Ints) -> Ints:
    """0 never qualified, 1 qualified, 2 rejected, 3 accepted, 4 SQL, 5 opportunity; then lost."""
    n = len(campaign)
    stage = np.zeros(n, dtype=np.int64)
    mql = rng.random(n) < plan.mql[campaign]
    contacted = mql & (rng.random(n) < 0.93)
    accepted = contacted & (rng.random(n) < plan.accepted[campaign])
    sql = accepted & (rng.random(n) < 0.62)
    stage[mql], stage[contacted], stage[accepted], stage[sql] = 1, 2, 3, 4
    stage[sql & (rng.random(n) < 0.6)] = 5
    return stage


def _walk(rng: np.random.Generator, plan: Plan, campaign: Ints, created: Ints, last: Ints) -> Columns:
    """The moments of every stage up to the last one reached, each after the one before."""
    n = len(campaign)
    channel, product = plan.channel[campaign], plan.product[campaign]
    slow = np.where((product == v.MORTGAGE) | (channel == v.EVENT), 1.7, 1.0)
    at: Columns = {stage: np.full(n, NEVER) for stage in STAGES}
    now = created
    reaches = {"mql": 1, "contacted": 2, "accepted": 3, "sql": 4, "opportunity": 5}

    def later(days: float, than: Ints) -> Ints:
        wait = (rng.exponential(days, n) * slow * DAY).astype(np.int64)
        return np.maximum(office_time(rng, than + wait), than + 900)

    for stage, needs in reaches.items():
        then = later(PATIENCE[stage], now)
        at[stage] = np.where(last >= needs, then, NEVER)
        now = np.where(last >= needs, then, now)
    at["rejected"] = np.where(last == 2, later(1.5, now), NEVER)
    at["won"] = np.where(last == 6, later(WON_AFTER, now), NEVER)
    given_up = (last != 6) & (last != 2) & ((last >= 3) | (rng.random(n) < 0.75))
    at["lost"] = np.where(given_up, later(LOST_AFTER, now + 5 * DAY), NEVER)
    value = rng.lognormal(0, 0.5, n) * np.array([1.2, 1.5, 2.5, 2, 18, 6, 14, 8])[product] * 1000
    return {
        "person": np.full(n, -1),
        "customer": np.full(n, -1),
        "existing": plan.for_customers[campaign] == 1,
        "campaign": campaign,
        "channel": channel,
        "product": product,
        "created": created,
        **at,
        "rejected_reason": np.where(
            (campaign == plan.overpromises) & (rng.random(n) < 0.6), 2, rng.integers(0, 5, n)
        ),
        "lost_reason": np.where(last < 3, 0, rng.integers(0, 5, n)),
        "score": np.clip(30 + 6 * last + rng.normal(0, 14, n), 1, 99).astype(np.int64),
        "expected": np.where(rng.random(n) < 0.15, 0, np.round(value, -2)),
        "won_value": np.round(value * rng.lognormal(0, 0.2, n), -1),
        "rep": rng.integers(0, len(v.SALES_REPS), n),
    }
