"""Every contact of a person with the bank: the way to a lead, mailings to customers, visitors
nobody knows, and what relationship managers do.
"""

from __future__ import annotations

import numpy as np

from sample_data import vocabulary as v
from sample_data.campaigns import Plan
from sample_data.people import PILOT_START, People
from sample_data.window import (
    DAY,
    DAYS,
    END,
    END_OF_TIME,
    MONTH_DAYS,
    MONTH_START,
    NEVER,
    START,
    WARM_UP,
    Columns,
    Ints,
    Reals,
    join,
    take,
)

TOUCHES_PER_LEAD = 5.6
ANONYMOUS_PER_CUSTOMER = 6.0
# Where people are met before they ask: more often seen in display and social than credited to them.
MET_IN = np.array([0.18, 0.25, 0.21, 0.13, 0.10, 0.04, 0.05, 0.04])
KIND_ODDS: Reals = np.array(
    [
        [0.0, 0.6, 0.4, 0, 0, 0, 0],
        [0.55, 0.3, 0.15, 0, 0, 0, 0],
        [0.75, 0.15, 0.1, 0, 0, 0, 0],
        [0, 0.3, 0.0, 0.7, 0, 0, 0],
        [0, 0.65, 0.35, 0, 0, 0, 0],
        [0, 0, 1.0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 1.0, 0],
        [0, 0, 0, 0, 0, 0, 1.0],
    ]
)


def to_leads(rng: np.random.Generator, plan: Plan, leads: Columns) -> Columns:
    """Touches before each lead; the last is mostly in the lead's own channel and campaign."""
    n = len(leads["created"])
    own = leads["channel"]
    counts = 1 + rng.poisson(TOUCHES_PER_LEAD, n)
    row = np.repeat(np.arange(n), counts)
    last = np.zeros(len(row), bool)
    last[np.cumsum(counts) - 1] = True
    credited = np.where(last, rng.random(len(row)) < 0.72, rng.random(len(row)) < 0.22)
    met = rng.choice(8, len(row), p=MET_IN / MET_IN.sum())
    channel = np.where(credited, own[row], met)
    before = np.where(last, rng.exponential(0.05, len(row)), 0.1 + rng.exponential(11, len(row)))
    at = leads["created"][row] - 60 - (np.minimum(before, 58) * DAY).astype(np.int64)
    rows = _touches(rng, plan, channel, at, leads["existing"][row])
    same = credited & last & (plan.starts[leads["campaign"][row]] * DAY <= at)
    rows["campaign"] = np.where(same, leads["campaign"][row], rows["campaign"])
    rows["lead"] = row
    return take(rows, rows["at"] >= START * DAY)


def anonymous(rng: np.random.Generator, plan: Plan, size: int) -> Columns:
    """Visitors known by a cookie only, who never became a lead."""
    n = int(ANONYMOUS_PER_CUSTOMER * size)
    channel = rng.choice(5, n, p=[0.3, 0.28, 0.25, 0.02, 0.15])
    at = START * DAY + (rng.random(n) * DAYS * DAY).astype(np.int64)
    rows = _touches(rng, plan, channel, at, np.zeros(n, bool))
    rows["kind"] = np.where(rows["kind"] == v.MAIL, v.CLICK, rows["kind"])
    rows["visitor"] = rng.integers(0, max(n // 3, 1), n)
    return rows


def mailings(rng: np.random.Generator, plan: Plan, people: People, left: Ints) -> Columns:
    """E-mails to consenting customers, and the clicks that follow some of them."""
    days = MONTH_START[WARM_UP:] + MONTH_DAYS[WARM_UP:] // 3
    mailed = rng.random((people.size, len(days))) < 0.34
    customer, month = np.nonzero(mailed & people.consent[:, None])
    day = days[month] + rng.integers(0, 12, len(month))
    there = (people.joined[customer] + 14 < day) & (day <= END)
    there &= (left[customer] == NEVER) | (day < left[customer])
    there &= (people.consent_changed[customer] == NEVER) | (people.consent_changed[customer] < day)
    customer, day = customer[there], day[there]
    at = day * DAY + 9 * 3600 + rng.integers(0, 2 * 3600, len(day))
    sent = _touches(rng, plan, np.full(len(day), v.EMAIL), at, np.ones(len(day), bool))
    sent["customer"], sent["kind"] = customer, np.full(len(day), v.MAIL)
    clicked = take(sent, rng.random(len(day)) < 0.11)
    clicked["at"] = clicked["at"] + rng.integers(300, 12 * 3600, len(clicked["at"]))
    clicked["kind"] = np.full(len(clicked["at"]), v.CLICK)
    return join(sent, clicked)


def contacts(rng: np.random.Generator, people: People, left: Ints) -> Columns:
    """Calls, e-mails and meetings of relationship managers; the pilot's treated get more calls."""
    start = MONTH_START[WARM_UP:]
    usual = np.array([0.05, 0.22, 0.55])[people.segment][:, None] * np.ones(len(start))
    pilot = (people.arm == 2)[:, None] & (start >= PILOT_START)
    parts = []
    for rate, odds in ((usual, [0.45, 0.3, 0.25]), (0.45 * pilot, [1.0, 0.0, 0.0])):
        counts = rng.poisson(rate)
        customer, month = (np.repeat(i, counts[counts > 0]) for i in np.nonzero(counts))
        n = len(customer)
        day = start[month] + rng.integers(0, MONTH_DAYS[WARM_UP:][month])
        parts.append(
            {
                "customer": customer,
                "kind": np.array([v.CALL, v.MAIL, v.MEETING])[rng.choice(3, n, p=odds)],
                "at": day * DAY + rng.integers(9 * 3600, 18 * 3600, n),
            }
        )
    rows = join(*parts)
    day = rows["at"] // DAY
    there = (day > people.joined[rows["customer"]]) & (day <= END)
    gone = left[rows["customer"]]
    return take(rows, there & ((gone == NEVER) | (day < gone)))


def _touches(rng: np.random.Generator, plan: Plan, channel: Ints, at: Ints, existing: np.ndarray) -> Columns:
    """A campaign that ran in the channel on the day, and what kind of contact it was."""
    n = len(channel)
    at = np.minimum(at, END_OF_TIME - 1)
    campaign = np.full(n, -1)
    for one in range(len(v.CHANNELS)):
        for customers_only in (False, True):
            # Customers also meet the campaigns made for prospects where none is made for them.
            running = plan.running(one, for_customers=customers_only) or plan.running(
                one, for_customers=False
            )
            choice = np.array(running)[rng.integers(0, len(running), n)]
            off = (plan.starts[choice] * DAY > at) | (plan.ends[choice] * DAY + DAY <= at)
            choice = np.where(off, running[0], choice)
            mine = (channel == one) & (existing == customers_only)
            campaign[mine] = choice[mine]
    # Nobody is met by a campaign before it began.
    early = plan.starts[campaign] * DAY > at
    fallback = np.array([plan.running(c, for_customers=False)[0] for c in range(len(v.CHANNELS))])
    campaign = np.where(early, fallback[channel], campaign)
    odds = np.cumsum(KIND_ODDS, axis=1)[channel]
    kind = (rng.random(n)[:, None] > odds).sum(axis=1)
    return {
        "lead": np.full(n, -1),
        "customer": np.full(n, -1),
        "visitor": np.full(n, -1),
        "campaign": campaign,
        "channel": plan.channel[campaign],
        "kind": np.minimum(kind, len(v.KINDS) - 1),
        "at": at,
    }
