"""How customers live with the bank: activity, app use and deposits month by month, and what follows
in accounts, balances and revenue. Every series is drawn as if the customer stayed, then cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sample_data import vocabulary as v
from sample_data.people import People
from sample_data.service import Service
from sample_data.window import (
    END,
    MONTH_DAYS,
    MONTH_END,
    MONTH_START,
    MONTHS,
    NEVER,
    WARM_UP,
    Columns,
    Flags,
    Ints,
    Reals,
    month_of,
)

DEPOSITS = (50_000.0, 420_000.0, 1_700_000.0)  # typical total by segment, HKD
WEIGHT = (0.30, 0.60, 0.55, 0.04, 3.2, 0.25, 0.60, 0.10)  # of the typical total, by product
MARGIN = (0.010, 0.0065, 0.0035, 0.19, 0.006, 0.045, 0.0075, 0.04)  # per year, of the balance
FEES = (7.0, 3.0, 0.0, 26.0, 30.0, 12.0, 22.0, 24.0)  # HKD a month
COST = (21.0, 13.0, 6.0, 17.0, 38.0, 16.0, 24.0, 14.0)
COST_FACTOR = (0.75, 1.25, 0.95, 1.65)  # by preferred channel


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """What each customer does, customer × month."""

    down: Flags  # in a spell of turning away
    bookings: Ints  # customer-made transactions
    last_booking: Ints  # day of the latest one so far
    days_quiet: Ints  # days since, at the month end
    sessions: Ints
    deposits: Reals
    falling: Reals
    carried: Ints  # day of the last customer-made transaction before the window


def live(rng: np.random.Generator, people: People, service: Service) -> Behaviour:
    """Spells of turning away lower activity, app use and deposits; complaints start them."""
    shape = (people.size, MONTHS)
    down = np.zeros(shape, bool)
    spell = np.zeros(people.size, bool)
    for month in range(MONTHS):
        upset = service.recent_complaint[:, max(month - 1, 0)]
        start = rng.random(people.size) < 0.011 * (1 + 3.0 * upset)
        spell = (spell & (rng.random(people.size) > 0.14)) | start
        down[:, month] = spell
    joined = people.joined_month[:, None]
    there = np.arange(MONTHS) >= joined

    quiet_kind = rng.random(people.size) < 0.13
    pace = np.where(quiet_kind, 0.07, rng.gamma(2.2, 1.9, people.size))
    season = np.array([0.98, 0.98, 1.0, 0.98, 0.99, 1.02, 1.04, 1.06, 1.12, 1.06, 0.97, 1.0])
    rate = pace[:, None] * np.where(down, 0.22, 1.0) * season[np.arange(MONTHS) % 12]
    bookings = rng.poisson(rate) * there
    asleep = np.where(people.sleeper, rng.integers(10, MONTHS - 7, people.size), MONTHS)
    asleep = np.where(people.sleeper, np.maximum(asleep, people.joined_month + 1), MONTHS)
    bookings[np.arange(MONTHS) >= asleep[:, None]] = 0
    rows, first = np.arange(people.size), people.joined_month
    new = first >= 0
    bookings[rows[new], first[new]] += 1  # the opening deposit
    last, carried = _latest(rng, people, bookings, pace)

    habit = np.where(rng.random(people.size) < 0.70, rng.gamma(2.0, 1.35, people.size), 0.10)
    habit *= np.where(quiet_kind | people.sleeper, 0.35, 1.0)
    sessions = rng.poisson(habit[:, None] * np.where(down, 0.25, 1.0)) * there
    step = rng.normal(0.004, 0.045, shape) + np.where(down, -0.105, 0.0)
    path = np.exp(np.cumsum(step, axis=1))
    deposits = np.array(DEPOSITS)[people.segment][:, None] * people.wealth[:, None] * path
    # A large sleeping deposit is at least half a million on the savings account.
    floor = rng.uniform(0.95e6, 4e6, people.size)
    sleeping = floor[:, None] * np.exp(np.cumsum(rng.normal(0.001, 0.004, shape), axis=1))
    deposits = np.where(people.sleeper[:, None], np.maximum(deposits, sleeping), deposits)
    falling = np.zeros(shape)
    falling[:, 3:] = np.clip(1 - deposits[:, 3:] / deposits[:, :-3], 0, 0.6)
    falling *= np.arange(MONTHS) - 3 >= joined
    return Behaviour(
        down=down,
        bookings=bookings,
        last_booking=last,
        days_quiet=np.maximum(MONTH_END - last, 0),
        sessions=sessions,
        deposits=deposits,
        falling=falling,
        carried=carried,
    )


def _latest(rng: np.random.Generator, people: People, bookings: Ints, pace: Reals) -> tuple[Ints, Ints]:
    """Day of the latest customer-made booking at each month end: the maximum of n uniform days."""
    last = np.zeros(bookings.shape, dtype=np.int64)
    gap = np.minimum(rng.exponential(30 / pace), 500).astype(np.int64)
    latest = np.maximum(MONTH_START[0] - 1 - gap, people.joined)
    carried = np.full(people.size, NEVER)
    for month in range(MONTHS):
        first = np.maximum(MONTH_START[month], people.joined)
        room = np.maximum(MONTH_END[month] + 1 - first, 1)
        draw = rng.random(people.size) ** (1 / np.maximum(bookings[:, month], 1))
        latest = np.where(bookings[:, month] > 0, first + (draw * room).astype(np.int64), latest)
        last[:, month] = latest
        if month == WARM_UP - 1:
            carried = np.where(people.joined <= MONTH_END[month], latest, NEVER)
    carried = np.where(bookings[:, WARM_UP] == 0, carried, NEVER)
    return last, carried


def accounts(people: People, left: Ints) -> Columns:
    """One row per product held, numbered 8 × customer + product."""
    opened = people.opened
    there = (opened != NEVER) & ((left == NEVER)[:, None] | (opened < left[:, None]))
    customer, product = np.nonzero(there)
    return {
        "account": (customer + people.first) * len(v.PRODUCTS) + product,
        "customer": customer,
        "product": product,
        "opened": opened[customer, product],
        "closed": left[customer],
    }


def balances(rng: np.random.Generator, people: People, life: Behaviour, held: Columns) -> Columns:
    """Account × month end while the account is open; what the customer owes is negative."""
    opened = np.maximum(month_of(held["opened"]), WARM_UP)
    closed = np.where(held["closed"] == NEVER, MONTHS, month_of(held["closed"]))
    months = np.maximum(closed - opened, 0)
    row = np.repeat(np.arange(len(months)), months)
    start = np.repeat(opened - np.cumsum(months) + months, months)
    month = start + np.arange(len(row))
    customer, product = held["customer"][row], held["product"][row]
    typical = np.array(DEPOSITS)[people.segment[customer]]
    own = np.where(people.segment == 0, 1.0, 0.6)[customer] * typical * people.wealth[customer] ** 0.6
    age = np.maximum(MONTH_END[month] - held["opened"][row], 0) / 365.25
    owed = own * np.where(product == v.MORTGAGE, 14 * np.exp(-age / 18), 1.4 * np.exp(-age / 2.5))
    card = 5_500 * np.minimum(people.wealth[customer], 1.5) ** 0.8 * (1 + people.segment[customer])
    amount = life.deposits[customer, month] * np.array(WEIGHT)[product]
    amount = np.where(np.isin(product, (v.MORTGAGE, v.LOAN)), -owed, amount)
    amount = np.where(product == v.CARD, -card, amount)
    amount *= np.exp(rng.normal(0, 0.012, len(row)) * np.where(product == v.CARD, 12, 1))
    return {
        "account": held["account"][row],
        "customer": customer,
        "product": product,
        "month": MONTH_END[month],
        "balance": np.round(amount, 2),
    }


def revenues(rng: np.random.Generator, people: People, balance: Columns) -> Columns:
    """Customer × product × month: margin on the balance and fees, against the cost to serve."""
    product, customer = balance["product"], balance["customer"]
    margin = np.abs(balance["balance"]) * np.array(MARGIN)[product] / 12
    fees = np.array(FEES)[product] * rng.gamma(3, 1 / 3, len(product))
    cost = np.array(COST)[product] * np.array(COST_FACTOR)[people.preferred[customer]]
    cost = cost * rng.lognormal(0, 0.15, len(product)) * (1 + 1.2 * people.segment[customer])
    return {
        "customer": customer,
        "product": product,
        "month": balance["month"],
        "revenue": np.round(margin + fees, 2),
        "cost": np.round(cost, 2),
    }


def usage(rng: np.random.Generator, people: People, life: Behaviour, left: Ints) -> Columns:
    """Customer × feature × day: sessions and minutes in the app."""
    visits = life.sessions.copy()
    visits[:, :WARM_UP] = 0
    customer, month = np.nonzero(visits)
    times = visits[customer, month]
    customer, month = np.repeat(customer, times), np.repeat(month, times)
    first = np.maximum(MONTH_START[month], people.joined[customer])
    room = MONTH_START[month] + MONTH_DAYS[month] - first
    used = first + (rng.random(len(customer)) * room).astype(np.int64)
    fine = (used <= END) & ((left[customer] == NEVER) | (used < left[customer]))
    feature = rng.choice(9, len(used), p=[0.28, 0.22, 0.16, 0.09, 0.06, 0.06, 0.04, 0.06, 0.03])
    key = (customer * len(v.FEATURES) + feature) * 100_000 + used
    unique, counts = np.unique(key[fine], return_counts=True)
    return {
        "customer": unique // 100_000 // len(v.FEATURES),
        "feature": unique // 100_000 % len(v.FEATURES),
        "used": unique % 100_000,
        "sessions": counts + rng.poisson(0.25, len(unique)),
        "minutes": np.round(rng.gamma(1.6, 2.4, len(unique)) * counts + 0.2, 1),
    }
