"""Who the customers are: traits that do not change, when they joined, what they held on joining.

Every array has one entry per customer of the block. Unobserved traits (frailty, contentment) move
behaviour and are written nowhere but in the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sample_data import vocabulary as v
from sample_data.campaigns import Plan
from sample_data.window import (
    DAY,
    DAYS,
    END,
    END_OF_TIME,
    MONTH_START,
    MONTHS,
    NEVER,
    START,
    Columns,
    Flags,
    Ints,
    Reals,
    day,
    month_of,
)

PILOT_START = day("2025-07-01")
PILOT_ARM = 3300
CHURN_EFFECT, WEALTH_EFFECT = -0.18, 0.32
WINNERS, WALK_INS = 0.225, 0.07  # acquired through a lead, or without one, per customer of the bank
# Monthly rate at which a customer without the product opens one.
OPENING = (0.0030, 0.0050, 0.0050, 0.0060, 0.0006, 0.0022, 0.0046, 0.0037)
HELD = (0.62, 0.72, 0.15, 0.42, 0.07, 0.08, 0.12, 0.11)


@dataclass(kw_only=True)
class People:
    """A block of customers."""

    first: int  # number of the block's first customer
    joined: Ints
    acquired_by: Ints  # row of the won lead, -1 without one
    channel: Ints
    overpromised: Flags
    segment: Ints
    birth_year: Ints
    district: Ints
    rm: Ints
    consent: Flags
    consent_changed: Ints
    preferred: Ints
    arm: Ints  # 0 not in the pilot, 1 control, 2 treated
    sleeper: Flags  # large savings, nothing moved by the customer for months
    wakes_with_complaint: Flags
    frailty: Reals
    contentment: Reals
    wealth: Reals  # multiplies deposits
    main: Ints  # the product of the main account
    bought: Ints  # the product the won lead was about, -1 without one
    luck: int  # seed of what the customers decide; the same in either arm of the pilot
    opened: Ints  # customer × product: day opened, NEVER if not (yet) held

    @property
    def size(self) -> int:
        return len(self.joined)

    @property
    def joined_month(self) -> Ints:
        return month_of(self.joined)


def settle(
    rng: np.random.Generator,
    plan: Plan,
    winners: Columns,
    *,
    first: int,
    size: int,
    planted: int,
    rms: int,
) -> People:
    """The block's customers: won leads, then walk-ins; the rest were there before the window."""
    won = np.flatnonzero(winners["won"] < END_OF_TIME)
    walk_ins = int(WALK_INS * size)
    acquired = np.full(size, -1)
    acquired[: len(won)] = won
    joined = START - 30 - np.minimum(rng.exponential(2200, size), 10_500).astype(np.int64)
    joined[: len(won)] = winners["won"][won] // DAY
    unknown = rng.integers(START, END - 1, walk_ins)
    # Leads older than the window are in no file; their customers joined in its first weeks.
    delay = (winners["won"] - winners["created"]) // DAY
    enquired = START - rng.integers(1, 120, len(won) * 120 // DAYS)
    older = enquired + rng.choice(delay, len(enquired))
    older = older[older >= START]
    unknown[: len(older)] = older[:walk_ins]
    joined[len(won) : len(won) + walk_ins] = unknown
    order = rng.permutation(size)
    acquired, joined = acquired[order], joined[order]
    through_lead = acquired >= 0
    channel = np.where(through_lead, winners["channel"][acquired], -1)
    campaign = np.where(through_lead, winners["campaign"][acquired], -1)

    odds = np.array([[0.78, 0.185, 0.035]] * 9)
    odds[v.AFFILIATE], odds[v.EVENT] = [0.97, 0.03, 0.0], [0.22, 0.55, 0.23]
    odds[v.REFERRAL] = [0.70, 0.25, 0.05]
    segment = (rng.random(size)[:, None] > np.cumsum(odds, axis=1)[channel]).sum(axis=1)
    wealth = rng.lognormal(0, 0.85, size) * np.where(channel == v.AFFILIATE, 0.12, 1.0)
    settled = np.flatnonzero(joined < END - 400)
    sleeping = rng.choice(settled, max(int(0.014 * size), planted), replace=False)
    sleeper, waking = np.zeros(size, bool), np.zeros(size, bool)
    sleeper[sleeping], waking[sleeping[:planted]] = True, True
    segment[sleeper] = rng.choice(3, len(sleeping), p=[0.45, 0.5, 0.05])

    district = rng.integers(0, len(v.DISTRICTS), size)
    consent = rng.random(size) < 0.72
    changed = rng.random(size) < 0.12
    low = np.maximum(joined, START)
    people = People(
        first=first,
        joined=joined,
        acquired_by=acquired,
        channel=channel,
        overpromised=campaign == plan.overpromises,
        segment=segment,
        birth_year=np.clip(rng.normal(1981, 14, size), 1936, 2006).astype(np.int64),
        district=district,
        rm=np.array(v.DISTRICT_TEAM)[district] * (rms // 3) + rng.integers(0, rms // 3, size),
        consent=consent,
        consent_changed=np.where(changed, low + (rng.random(size) * (END - low)).astype(int), NEVER),
        preferred=rng.choice(4, size, p=[0.52, 0.20, 0.13, 0.15]),
        arm=np.zeros(size, dtype=np.int64),
        sleeper=sleeper,
        wakes_with_complaint=waking,
        frailty=rng.normal(0, 0.35, size),
        contentment=rng.normal(0, 1, size),
        wealth=wealth,
        main=np.where(rng.random(size) < 0.62, v.CURRENT, v.SAVINGS),
        bought=np.where(through_lead, winners["product"][acquired], -1),
        luck=int(rng.integers(2**32)),
        opened=np.full((size, len(v.PRODUCTS)), NEVER),
    )
    deposit = (people.bought == v.CURRENT) | (people.bought == v.SAVINGS)
    people.main[deposit] = people.bought[deposit]
    people.main[sleeper] = v.SAVINGS
    people.opened = openings(people)
    return people


def draw_pilot(rng: np.random.Generator, people: People, left: Ints, arm_size: int) -> None:
    """Project Unity: customers with one or two products on its first day, in two equal arms."""
    there = (people.joined < PILOT_START - 30) & ((left == NEVER) | (left >= PILOT_START))
    thin = ((people.opened != NEVER) & (people.opened < PILOT_START)).sum(axis=1) <= 2
    eligible = np.flatnonzero(there & thin & ~people.sleeper)
    chosen = rng.permutation(eligible)[: 2 * arm_size]
    half = len(chosen) // 2
    people.arm[chosen[:half]], people.arm[chosen[half : 2 * half]] = 1, 2
    people.opened = openings(people)


def openings(people: People) -> Ints:
    """The day each product was opened: at joining, or later at a steady monthly rate.

    The pilot multiplies the rate of investment and insurance from its first day; the time to an
    opening is drawn by inverting the accumulated rate, so the effect is exactly the stated one.
    """
    rng = np.random.default_rng(people.luck)
    n, joined = people.size, people.joined
    opened = np.full((n, len(v.PRODUCTS)), NEVER)
    old = joined < START - 30
    keen = np.array([0.85, 1.6, 2.2])[people.segment] * np.where(people.channel == v.AFFILIATE, 0.35, 1.0)
    for product, (rate, held) in enumerate(zip(OPENING, HELD, strict=True)):
        monthly = rate * keen * (1.0 if product in (v.INVESTMENT, v.INSURANCE) else 1.2)
        since = np.maximum(joined, int(MONTH_START[0]))
        effort = rng.exponential(1, n) / monthly * 30.44
        wealth = product in (v.INVESTMENT, v.INSURANCE)
        before = np.maximum(PILOT_START - since, 0)
        speed = 1 + WEALTH_EFFECT * (people.arm == 2) * wealth
        wait = np.where(effort <= before, effort, before + (effort - before) / speed)
        when = since + 3 + np.minimum(wait, 40_000).astype(np.int64)
        opened[:, product] = np.where(when <= END, when, NEVER)
        had = old & (rng.random(n) < held * np.minimum(keen, 1.6) * 0.62)
        age = (rng.random(n) * (START - joined)).astype(np.int64)
        opened[had, product] = (joined + age)[had]
    rows = np.arange(n)
    bundle = (rng.random(n) < 0.40) & (people.channel != v.AFFILIATE)
    opened[rows[bundle], np.where(people.main == v.CURRENT, v.SAVINGS, v.CURRENT)[bundle]] = joined[bundle]
    opened[rows, people.main] = joined
    with_lead = people.acquired_by >= 0
    opened[rows[with_lead], people.bought[with_lead]] = joined[with_lead]
    return opened


def months_held(people: People) -> Ints:
    """How many products each customer holds at each month end (nothing closed before leaving)."""
    held = np.zeros((people.size, MONTHS), dtype=np.int64)
    for product in range(len(v.PRODUCTS)):
        opened = people.opened[:, product]
        start = np.where(opened == NEVER, MONTHS, np.maximum(month_of(opened), 0))
        held += start[:, None] <= np.arange(MONTHS)
    return held
