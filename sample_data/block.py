"""One block of customers and all that happened to them, before any department wrote it down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sample_data import bookings, churn, funnel, journeys, money, service
from sample_data import vocabulary as v
from sample_data.campaigns import CROSS_SELL_LEADS, Plan
from sample_data.names import Contact, contacts
from sample_data.people import WINNERS, People, draw_pilot, settle
from sample_data.window import (
    DAY,
    END,
    END_OF_TIME,
    NEVER,
    START,
    Columns,
    Ints,
    join,
    take,
)

PERSONS_PER_CUSTOMER = 2.6  # room for the numbers of prospects


@dataclass(frozen=True, kw_only=True)
class Block:
    """What really happened; person numbers are counted from the block's first one."""

    people: People
    contact: Contact
    left: Ints
    leads: Columns
    tickets: Columns
    surveys: Columns
    accounts: Columns
    balances: Columns
    revenues: Columns
    transactions: Columns
    usage: Columns
    touches: Columns
    calls: Columns
    probability: Columns


def draw(
    rng: np.random.Generator,
    plan: Plan,
    *,
    first: int,
    size: int,
    arm_size: int,
    planted: int,
    rms: int,
    first_person: int,
    persons_in_all: int,
) -> Block:
    """Simulate one block."""
    winners = funnel.won_leads(rng, plan, int(WINNERS * size))
    people = settle(
        rng,
        plan,
        winners,
        first=first,
        size=size,
        planted=planted,
        rms=rms,
    )
    case = service.cases(rng, people)
    life = money.live(rng, people, case)
    invited, detractor, dissatisfied = service.surveys(rng, people, case, life.down)
    # Drawn twice with the same luck: who is still there on the pilot's first day can be drawn into
    # it, and what it changes lies after that day.
    luck = int(rng.integers(2**32))
    gone = churn.departures(luck, people, churn.drivers(people, case, life, detractor, dissatisfied))
    draw_pilot(rng, people, gone.left, arm_size)
    gone = churn.departures(luck, people, churn.drivers(people, case, life, detractor, dissatisfied))
    left = gone.left
    held = money.accounts(people, left)
    balance = money.balances(rng, people, life, held)
    leads, persons = _all_leads(rng, plan, people, winners, left)
    touches = join(
        journeys.to_leads(rng, plan, leads),
        journeys.anonymous(rng, plan, size),
        journeys.mailings(rng, plan, people, left),
    )
    return Block(
        people=people,
        contact=contacts(rng, first_person + np.arange(persons), persons_in_all),
        left=left,
        leads=leads,
        tickets=_until_leaving(case.tickets, "opened", left),
        surveys=_surveys(invited, case.tickets, left),
        accounts=held,
        balances=balance,
        revenues=money.revenues(rng, people, balance),
        transactions=bookings.transactions(rng, people, life, left),
        usage=money.usage(rng, people, life, left),
        touches=take(touches, np.argsort(touches["at"], kind="stable")),
        calls=journeys.contacts(rng, people, left),
        probability=churn.probabilities(gone, people),
    )


def _until_leaving(rows: Columns, moment: str, left: Ints) -> Columns:
    """Rows of the window up to the day before the customer left; row numbers kept as `number`."""
    day, gone = rows[moment] // DAY, left[rows["customer"]]
    rows = {**rows, "number": np.arange(len(day))}
    return take(rows, (day >= START) & (day <= END) & ((gone == NEVER) | (day < gone)))


def _surveys(invited: Columns, tickets: Columns, left: Ints) -> Columns:
    """Invitations of the window; a case from before the window is not referred to."""
    rows = _until_leaving(invited, "asked", left)
    gone = left[rows["customer"]]
    silent = (gone != NEVER) & (rows["answered"] // DAY >= gone)
    rows["answered"] = np.where(silent, NEVER, rows["answered"])
    old = (rows["ticket"] >= 0) & (tickets["opened"][rows["ticket"]] // DAY < START)
    return take(rows, ~old)


def _all_leads(
    rng: np.random.Generator, plan: Plan, people: People, winners: Columns, left: Ints
) -> tuple[Columns, int]:
    """Every lead with its person, and how many persons the block has."""
    rows = np.flatnonzero(people.acquired_by >= 0)
    winners["customer"][people.acquired_by[rows]] = rows
    losers = funnel.lost_leads(rng, plan, int(plan.losses.sum() * len(winners["won"])))
    _ask_again(rng, losers, winners)
    cross = _cross_sell(rng, plan, people, left)
    leads = join(winners, losers, cross)
    of_customer = leads["customer"] >= 0
    leads["person"] = np.where(of_customer, leads["customer"], -1)
    prospects = np.flatnonzero(~of_customer)
    leads["person"][prospects] = people.size + np.arange(len(prospects))
    funnel.forget_the_future(leads)
    return take(leads, np.argsort(leads["created"], kind="stable")), people.size + len(prospects)


def _ask_again(rng: np.random.Generator, losers: Columns, winners: Columns) -> None:
    """Some who were lost once come back and are won: two real leads of one person."""
    pairs = len(winners["won"]) // 5
    early = rng.choice(len(losers["won"]), pairs, replace=False)
    late = rng.choice(len(winners["won"]), pairs, replace=False)
    apart = winners["created"][late] - losers["created"][early] > 100 * DAY
    apart &= winners["customer"][late] >= 0
    losers["customer"][early[apart]] = winners["customer"][late[apart]]


def _cross_sell(rng: np.random.Generator, plan: Plan, people: People, left: Ints) -> Columns:
    """Leads of customers: behind some openings of a further product; many come to nothing."""
    last = np.where(left == NEVER, END, left - 1)
    later = (people.opened > np.maximum(people.joined + 40, START + 60)[:, None]) & (
        people.opened <= last[:, None]
    )
    customer, product = np.nonzero(later & (rng.random(later.shape) < 0.2))
    day = people.opened[customer, product]
    won = funnel.cross_sell_leads(rng, plan, np.ones(len(day), bool), (day - 30) * DAY, product)
    won["customer"] = customer
    funnel.pull_forward(won, day)
    n = max(int(CROSS_SELL_LEADS * people.size) - len(day), 0)
    who = rng.permutation(people.size)[:n]
    begin = np.maximum(people.joined[who] + 30, START)
    created = (begin + (rng.random(n) * (last[who] - begin)).astype(np.int64)) * DAY
    created += rng.integers(9 * 3600, 20 * 3600, n)
    lost = funnel.cross_sell_leads(rng, plan, np.zeros(n, bool), created, rng.integers(2, len(v.PRODUCTS), n))
    lost["customer"] = who
    leads = join(won, lost)
    day = leads["created"] // DAY
    person = leads["customer"]
    fine = (day > people.joined[person]) & (day >= START) & (day <= last[person])
    leads = take(leads, fine)
    always = int(np.flatnonzero((plan.for_customers == 1) & (plan.starts == START))[0])
    early = plan.starts[leads["campaign"]] * DAY > leads["created"]
    leads["campaign"] = np.where(early, always, leads["campaign"])
    leads["channel"] = plan.channel[leads["campaign"]]
    limit = np.where(left == NEVER, END_OF_TIME, left * DAY)[leads["customer"]]
    for stage in funnel.STAGES:
        leads[stage] = np.where(leads[stage] < limit, leads[stage], NEVER)
    return leads
