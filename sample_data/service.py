"""Service cases and surveys: what goes wrong, how long it stays open, and what customers answer.

Drawn for everybody before anybody leaves, then cut at leaving: no case can know the future.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sample_data.people import People
from sample_data.window import (
    DAY,
    END,
    MONTH_DAYS,
    MONTH_END,
    MONTH_START,
    MONTHS,
    NEVER,
    Columns,
    Flags,
    Ints,
    join,
)

COMPLAINTS_PER_MONTH, ENQUIRIES_PER_MONTH = 0.0085, 0.030
OVERPROMISE_COMPLAINTS = 9.0  # times as many in the first three months


@dataclass(frozen=True, kw_only=True)
class Service:
    """Cases (rows) and what they mean for each customer at each month end (matrices)."""

    tickets: Columns
    open_complaint: Flags
    recent_complaint: Flags


def cases(rng: np.random.Generator, people: People) -> Service:
    """Complaints and enquiries of the block."""
    months = np.arange(MONTHS)
    tenure = months - people.joined_month[:, None]
    unhappy = np.exp(-0.55 * people.contentment - 0.15)[:, None]
    rate = COMPLAINTS_PER_MONTH * unhappy * np.where(tenure < 3, 1.4, 1.0)
    early = people.overpromised[:, None] & (tenure < 3)
    rate = np.where(early, rate * OVERPROMISE_COMPLAINTS, rate) * (tenure >= 0)
    tickets = join(
        _open(rng, people, rng.poisson(rate), complaint=True),
        _open(rng, people, rng.poisson(ENQUIRIES_PER_MONTH * (tenure >= 0)), complaint=False),
        _waking(rng, people),
    )
    order = np.lexsort((tickets["customer"], tickets["opened"]))
    tickets = {name: values[order] for name, values in tickets.items()}
    opened, resolved = tickets["opened"] // DAY, tickets["resolved"] // DAY
    counts = tickets["complaint"] & ~tickets["withdrawn"]
    open_now, recent = (np.zeros((people.size, MONTHS), bool) for _ in range(2))
    for month in months:
        end = MONTH_END[month]
        fresh = counts & (opened <= end) & (opened > end - 90)
        still = counts & (opened <= end) & (resolved > end)
        recent[tickets["customer"][fresh], month] = True
        open_now[tickets["customer"][still], month] = True
    return Service(tickets=tickets, open_complaint=open_now, recent_complaint=recent)


def _open(rng: np.random.Generator, people: People, counts: Ints, *, complaint: bool) -> Columns:
    customer, month = (np.repeat(i, counts[counts > 0]) for i in np.nonzero(counts))
    n = len(customer)
    # In the month of joining a case can only follow the joining.
    first = np.maximum(MONTH_START[month], people.joined[customer])
    room = MONTH_START[month] + MONTH_DAYS[month] - first
    opened = (first + (rng.random(n) * room).astype(np.int64)) * DAY
    opened += rng.integers(8 * 3600, 21 * 3600, n)
    slow = rng.random(n) < (0.30 if complaint else 0.05)
    wait = np.where(slow, rng.exponential(55, n), rng.exponential(8 if complaint else 2, n))
    withdrawn = complaint & (rng.random(n) < 0.05)
    category = rng.choice(8, n, p=[0.2, 0.17, 0.15, 0.14, 0.06, 0.08, 0.1, 0.1])
    promised = people.overpromised[customer] & (opened // DAY - people.joined[customer] < 92)
    category = np.where(complaint & promised & (rng.random(n) < 0.8), 4, category)
    return _rows(rng, customer, opened, wait, category, complaint=complaint, withdrawn=withdrawn)


def _waking(rng: np.random.Generator, people: People) -> Columns:
    """Sleeping savers who have just complained and still wait for an answer."""
    customer = np.flatnonzero(people.wakes_with_complaint)
    n = len(customer)
    opened = (END - rng.integers(4, 80, n)) * DAY + rng.integers(9 * 3600, 17 * 3600, n)
    category = rng.choice([1, 4, 6], n)
    return _rows(
        rng, customer, opened, np.full(n, 400.0), category, complaint=True, withdrawn=np.zeros(n, bool)
    )


def _rows(
    rng: np.random.Generator,
    customer: Ints,
    opened: Ints,
    wait: np.ndarray[tuple[int], np.dtype[np.float64]],
    category: Ints,
    *,
    complaint: bool,
    withdrawn: Flags | bool,
) -> Columns:
    n = len(customer)
    resolved = opened + (3600 + wait * DAY).astype(np.int64)
    reply = np.minimum(opened + 600 + (rng.exponential(0.8, n) * DAY).astype(np.int64), resolved)
    return {
        "customer": customer,
        "opened": opened,
        "first_reply": reply,
        "resolved": resolved,
        "category": category,
        "severity": rng.choice(3, n, p=[0.35, 0.45, 0.2] if complaint else [0.7, 0.27, 0.03]),
        "complaint": np.full(n, complaint),
        "withdrawn": np.broadcast_to(withdrawn, n).copy(),
        "opening": rng.integers(0, 100, n),
        "body": rng.integers(0, 100, n),
        "closing": rng.integers(0, 100, n),
    }


def surveys(
    rng: np.random.Generator, people: People, service: Service, down: Flags
) -> tuple[Columns, Flags, Flags]:
    """Invitations with answers; who is a known detractor or had a bad case at each month end."""
    n = people.size
    customer, month = np.nonzero((np.arange(MONTHS) + rng.integers(0, 6, n)[:, None]) % 6 == 0)
    invited = (MONTH_START[month] + rng.integers(0, 26, len(month))) * DAY + 10 * 3600
    fine = invited // DAY > people.joined[customer] + 14
    customer, month, invited = customer[fine], month[fine], invited[fine]
    mood = 7.7 + 1.5 * people.contentment[customer] + rng.normal(0, 1.2, len(customer))
    mood -= 2.6 * service.recent_complaint[customer, month] + 0.8 * down[customer, month]
    nps = _invitations(rng, customer, invited, 0, -1, np.clip(np.round(mood), 0, 10), 0.34)

    case = np.flatnonzero(service.tickets["resolved"] // DAY <= END)
    who, done = service.tickets["customer"][case], service.tickets["resolved"][case]
    slow = (done - service.tickets["opened"][case]) / DAY > 20
    grumble = service.tickets["complaint"][case]
    ease = 4.3 - 1.0 * grumble - 0.9 * slow + 0.4 * people.contentment[who]
    csat_score = np.clip(np.round(ease + rng.normal(0, 0.7, len(case))), 1, 5)
    ces_score = np.clip(np.round(1.4 * ease - 0.3 + rng.normal(0, 1, len(case))), 1, 7)
    csat = _invitations(rng, who, done + DAY // 4, 1, case, csat_score, 0.42)
    some = rng.random(len(case)) < 0.4
    ces = _invitations(rng, who[some], done[some] + DAY // 2, 2, case[some], ces_score[some], 0.35)

    detractor, dissatisfied = (np.zeros((n, MONTHS), bool) for _ in range(2))
    latest = np.full(n, 10.0)
    since = np.full(n, NEVER)
    for m in range(MONTHS):
        now = (nps["answered"] != NEVER) & (nps["answered"] // DAY <= MONTH_END[m])
        now &= nps["answered"] // DAY >= MONTH_START[m]
        latest[nps["customer"][now]] = nps["score"][now]
        since[nps["customer"][now]] = nps["answered"][now] // DAY
        detractor[:, m] = (latest <= 6) & (since > MONTH_END[m] - 183)
        bad = (csat["answered"] // DAY <= MONTH_END[m]) & (csat["answered"] // DAY > MONTH_END[m] - 90)
        dissatisfied[csat["customer"][bad & (csat["score"] <= 2)], m] = True
    return join(nps, csat, ces), detractor, dissatisfied


def _invitations(
    rng: np.random.Generator,
    customer: Ints,
    invited: Ints,
    kind: int,
    ticket: Ints | int,
    score: np.ndarray[tuple[int], np.dtype[np.float64]],
    answer_rate: float,
) -> Columns:
    n = len(customer)
    answered = invited + (rng.exponential(1.5, n) * DAY).astype(np.int64) + 600
    given = (rng.random(n) < answer_rate) & (answered // DAY <= END)
    return {
        "customer": customer,
        "kind": np.full(n, kind),
        "ticket": np.broadcast_to(ticket, n).copy(),
        "asked": invited,
        "answered": np.where(given, answered, NEVER),
        "score": score,
        "comment": np.where(given & (rng.random(n) < 0.25), rng.integers(0, 8, n), -1),
    }
