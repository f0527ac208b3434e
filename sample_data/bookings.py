"""Transactions. Those the customer made decide dormancy; interest, fees and standing orders do not.

The latest customer-made booking of a month has exactly the day the behaviour drew, so days of
silence recomputed from the transactions equal the ones that drove churn.
"""

from __future__ import annotations

import numpy as np

from sample_data import vocabulary as v
from sample_data.money import Behaviour
from sample_data.people import People
from sample_data.window import (
    DAY,
    END,
    MONTH_DAYS,
    MONTH_END,
    MONTH_START,
    MONTHS,
    NEVER,
    WARM_UP,
    Columns,
    Ints,
    join,
    take,
)

TWINS = 0.002  # share of card payments made twice in the same second: two real purchases
LATE = 0.006  # share of bookings recorded days after their day


def transactions(rng: np.random.Generator, people: People, life: Behaviour, left: Ints) -> Columns:
    """All bookings of the block in order of time."""
    rows = join(_made(rng, people, life), _carried(people, life), _automatic(rng, people, life))
    day = rows["at"] // DAY
    gone = left[rows["customer"]]
    open_then = day >= people.opened[rows["customer"], rows["product"]]
    rows = take(rows, (day <= END) & ((gone == NEVER) | (day < gone)) & open_then)
    rows = take(rows, np.lexsort((rows["customer"], rows["at"])))
    twice = (rows["kind"] == v.POS) & (rng.random(len(rows["at"])) < TWINS)
    rows = take(rows, np.repeat(np.arange(len(twice)), 1 + twice))
    late = rng.random(len(rows["at"])) < LATE
    delay = np.where(late, rng.integers(1, 7, len(late)), 0)
    rows["recorded"] = rows["at"] // DAY + delay
    return rows


def _made(rng: np.random.Generator, people: People, life: Behaviour) -> Columns:
    counts = life.bookings[:, WARM_UP:]
    customer, month = np.nonzero(counts)
    times = counts[customer, month]
    month = month + WARM_UP
    final = np.zeros(int(times.sum()), bool)
    final[np.cumsum(times) - 1] = True
    customer, month = np.repeat(customer, times), np.repeat(month, times)
    n = len(customer)
    last = life.last_booking[customer, month]
    first = np.maximum(MONTH_START[month], people.joined[customer])
    some = first + (rng.random(n) * (last - first + 1)).astype(np.int64)
    # The opening deposit of a new customer is made on the day of joining.
    opening = (month == people.joined_month[customer]) & ~final
    opening &= np.r_[True, (customer[1:] != customer[:-1]) | (month[1:] != month[:-1])]
    booked = np.where(final, last, np.where(opening, people.joined[customer], some))
    kind = rng.choice(5, n, p=[0.55, 0.11, 0.18, 0.07, 0.09])
    kind[opening] = v.FPS_IN
    scale = np.array([260.0, 2200.0, 1500.0, 19_000.0, 700.0])[kind]
    scale *= np.array([1.0, 2.2, 5.0])[people.segment[customer]]
    sign = np.where(np.isin(kind, (v.FPS_IN, v.SALARY)), 1, -1)
    amount = sign * np.round(scale * rng.lognormal(-0.3, 0.8, n), 1)
    moment = booked * DAY + rng.integers(7 * 3600, 23 * 3600, n)
    card = people.opened[:, v.CARD][customer]
    by_card = (kind == v.POS) & (card != NEVER) & (card <= booked)
    product = np.where(by_card, v.CARD, people.main[customer])
    return {"customer": customer, "product": product, "at": moment, "kind": kind, "amount": amount}


def _carried(people: People, life: Behaviour) -> Columns:
    """The last movement before the window, carried forward so that silence can be counted."""
    customer = np.flatnonzero(life.carried != NEVER)
    return {
        "customer": customer,
        "product": people.main[customer],
        "at": life.carried[customer] * DAY + 11 * 3600,
        "kind": np.full(len(customer), v.FPS_OUT),
        "amount": np.full(len(customer), -500.0),
    }


def _automatic(rng: np.random.Generator, people: People, life: Behaviour) -> Columns:
    """Interest on savings every month, fees now and then, standing orders on the same day."""
    months = np.arange(WARM_UP, MONTHS)
    savings = people.opened[:, v.SAVINGS] != NEVER
    order = rng.random(people.size) < 0.22
    order_day = rng.integers(0, 28, people.size)
    parts = []
    for kind, share in ((v.INTEREST, 0.55), (v.FEE, 0.14), (v.STANDING_ORDER, 1.0)):
        # Small savings accounts earn interest in most quarters only; a sleeper's earns every month.
        due = rng.random((people.size, len(months))) < share
        if kind == v.INTEREST:
            due = (due | people.sleeper[:, None]) & savings[:, None]
        if kind == v.STANDING_ORDER:
            due &= order[:, None]
        customer, month = np.nonzero(due)
        month = months[month]
        n = len(customer)
        day = np.where(kind == v.STANDING_ORDER, MONTH_START[month] + order_day[customer], 0)
        day = np.where(kind == v.INTEREST, MONTH_END[month], day)
        if kind == v.FEE:
            day = MONTH_START[month] + rng.integers(0, MONTH_DAYS[month])
        deposit = life.deposits[customer, month]
        amount = np.where(kind == v.INTEREST, np.maximum(deposit * 0.0004, 0.05), -50.0)
        if kind == v.STANDING_ORDER:
            amount = -np.round(300 + 40 * order_day[customer].astype(float), 0)
        product = np.full(n, v.SAVINGS) if kind == v.INTEREST else people.main[customer]
        parts.append(
            {
                "customer": customer,
                "product": product,
                "at": day * DAY + 4 * 3600,
                "kind": np.full(n, kind),
                "amount": np.round(amount, 2),
            }
        )
    return join(*parts)
