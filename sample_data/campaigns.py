"""The campaign plan: what ran when, what a customer cost there, and how good its leads are.

Spend decides leads with diminishing returns (leads ~ spend ** RESPONSE), so a response curve can be
learnt from the campaign days. One campaign promises more than the product keeps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sample_data import vocabulary as v
from sample_data.window import DAYS, END, START, Ints, Reals, day

# Share of wins, share of leads won, cost per won customer (HKD), and spend elasticity, by channel.
WIN_SHARE = (0.24, 0.17, 0.08, 0.10, 0.14, 0.10, 0.11, 0.06)
WON_SHARE = (0.21, 0.15, 0.09, 0.17, 0.17, 0.36, 0.42, 0.38)
COST_PER_WIN = (1150, 850, 1350, 520, 380, 600, 800, 6200)
RESPONSE = (0.75, 0.65, 0.55, 0.80, 0.70, 0.90, 0.85, 0.80)
MQL_SHARE = (0.55, 0.45, 0.35, 0.50, 0.48, 0.70, 0.75, 0.80)
CLICKS_PER_LEAD = (9.0, 16.0, 22.0, 7.0, 12.0, 3.0, 0.0, 2.0)
IMPRESSIONS_PER_CLICK = (22.0, 75.0, 260.0, 12.0, 30.0, 6.0, 0.0, 9.0)
CROSS_SHARE = (0, 0.10, 0.10, 0.56, 0, 0, 0.16, 0.08)
CROSS_SELL_LEADS = 0.27  # leads of existing customers, per customer of the bank
CROSS_SELL_COST = 60.0  # HKD per such lead

# name; channel; product; first day; last day; share of the channel; customers only; message; owner
_PLAN = """
Search: savings always on;0;1;;;.34;;Save from HKD 1, no lock-in;Rita Cheng
Search: credit cards;0;3;;;.30;;4% cash back on dining;Rita Cheng
Search: home mortgages;0;4;2025-01-06;;.16;;Mortgage answer in two days;Rita Cheng
Search: brand;0;0;;;.20;;The bank that knows you;Rita Cheng
Social: young savers;1;1;;;.42;;Your first 10,000;Marco Liu
Welcome 8% Savings;1;1;2025-02-03;2025-11-30;.30;;8% on savings, guaranteed, no conditions;Marco Liu
Social: travel card;1;3;2024-10-01;;.28;;No foreign exchange fee;Marco Liu
Display: site retargeting;2;0;;;.56;;Come back and finish in 5 minutes;Marco Liu
Display: year-end deposits;2;2;2024-11-04;2025-02-28;.22;;3.6% for 12 months;Marco Liu
Display: Lunar New Year;2;1;2026-01-05;2026-03-15;.22;;Double your red packet;Marco Liu
Newsletter for prospects;3;1;;;.62;;Five ways to save in Hong Kong;Nora Tai
Tax loan 2024;3;5;2024-11-18;2025-03-14;.19;;Pay your tax in 12 parts;Nora Tai
Tax loan 2025;3;5;2025-11-17;2026-03-13;.19;;Pay your tax in 12 parts;Nora Tai
Affiliate: comparison sites;4;1;;;.44;;Best rate this month;Nora Tai
Affiliate: cashback portals;4;3;2025-01-13;;.30;;HKD 200 for opening;Nora Tai
Affiliate: coupon codes;4;1;2024-09-02;;.26;;HKD 150 supermarket coupon;Nora Tai
Bring a friend;5;0;;;.70;;HKD 300 for you and your friend;Peter Sin
Staff and family;5;1;2024-09-16;;.30;;Family rates;Peter Sin
Branch: street promotion;6;0;;;.64;;Open an account in 15 minutes;Peter Sin
Branch: student week;6;1;2025-08-18;2025-10-12;.18;;Free account for students;Peter Sin
Branch: mortgage application database;6;4;;;.18;;Talk to a mortgage adviser;Peter Sin
Wealth seminar Central;7;6;;;.50;;Passing on wealth;Helena Yau
Wealth seminar Kowloon;7;6;2024-10-07;;.32;;Retire at 60;Helena Yau
Property and wealth expo;7;7;2025-03-03;;.18;;Protect what you built;Helena Yau
Customers: deposit offer;3;2;;;.22;y;Preferred 12-month rate;Nora Tai
Customers: wealth review;3;6;;;.20;y;One hour with an adviser;Helena Yau
Customers: card upgrade;3;3;2024-08-05;;.14;y;More points from day one;Nora Tai
Customers: protection check-up;6;7;;;.16;y;Is your family covered?;Peter Sin
Customers: private evening;7;6;2024-09-23;;.08;y;An evening on bonds;Helena Yau
Customers: invest in the app;1;6;2025-01-20;;.10;y;Start with HKD 500 a month;Marco Liu
Customers: instalment loan;2;5;;;.10;y;Money in one hour;Marco Liu
"""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Every campaign (arrays of one length) and its daily intensity, a matrix campaign × day."""

    name: list[str]
    message: list[str]
    owner: list[str]
    channel: Ints
    product: Ints
    starts: Ints
    ends: Ints
    for_customers: Ints
    overpromises: int
    spend: Reals  # each row sums to 1
    leads: Reals  # each row sums to 1
    wins: Reals  # share of all acquired customers
    losses: Reals  # leads not won per acquired customer of the whole bank
    cross: Reals  # share of leads of existing customers
    mql: Reals
    accepted: Reals

    def running(self, channel: int, *, for_customers: bool) -> list[int]:
        """Campaigns of a channel; the first runs over the whole window."""
        own = (self.channel == channel) & (self.for_customers == for_customers)
        order = np.lexsort((self.starts, -(self.ends - self.starts)))
        return [int(c) for c in order if own[c]]


def draw_plan(rng: np.random.Generator) -> Plan:
    """The plan with its daily ups and downs."""
    rows = [line.split(";") for line in _PLAN.strip().splitlines()]
    channel, product = (np.array([int(r[i]) for r in rows]) for i in (1, 2))
    starts = np.array([day(r[3]) if r[3] else START for r in rows])
    ends = np.array([day(r[4]) if r[4] else END for r in rows])
    share = np.array([float(r[5]) for r in rows])
    existing = np.array([r[6] == "y" for r in rows])
    # A short campaign is a smaller one; the share of each channel stays.
    share *= ((ends - starts + 1) / DAYS) ** 0.6
    share /= np.array(
        [share[(channel == c) & (existing == e)].sum() for c, e in zip(channel, existing, strict=True)]
    )
    over = next(i for i, r in enumerate(rows) if r[0].startswith("Welcome 8%"))
    wins = np.where(existing, 0, np.array(WIN_SHARE)[channel] * share)
    won_share = np.array(WON_SHARE)[channel]
    won_share[over] = 0.085
    mql = np.array(MQL_SHARE)[channel]
    mql[over] = 0.88
    accepted = np.full(len(rows), 0.70)
    accepted[over] = 0.22
    spend = _spend(rng, starts, ends, channel)
    leads = spend ** np.array(RESPONSE)[channel][:, None] * (spend > 0)
    return Plan(
        name=[r[0] for r in rows],
        message=[r[7] for r in rows],
        owner=[r[8] for r in rows],
        channel=channel,
        product=product,
        starts=starts,
        ends=ends,
        for_customers=existing,
        overpromises=over,
        spend=spend,
        leads=leads / leads.sum(axis=1, keepdims=True),
        wins=wins,
        losses=wins * (1 / won_share - 1),
        cross=np.where(existing, share * np.array(CROSS_SHARE)[channel], 0),
        mql=mql,
        accepted=accepted,
    )


def _spend(rng: np.random.Generator, starts: Ints, ends: Ints, channel: Ints) -> Reals:
    """Daily spend shares: weekly rhythm, a slow wave, and weeks planned higher or lower."""
    days = np.arange(START, END + 1)
    weekend = (days + 3) % 7 >= 5
    year = 2 * np.pi * (days - START) / 365.25
    weeks = rng.lognormal(0, 0.35, (len(starts), DAYS // 7 + 2))
    # Events are held once a week; everything else runs daily.
    rhythm = np.where(weekend, 0.65, 1.0)[None, :] * np.ones((len(starts), 1))
    rhythm[channel == v.EVENT] = np.where((days + 3) % 7 == 5, 1.0, 0.12)
    wave = 1 + 0.10 * np.sin(year[None, :] + rng.uniform(0, 6.28, (len(starts), 1)))
    on = (days >= starts[:, None]) & (days <= ends[:, None])
    daily = on * rhythm * wave * weeks[:, (days - START) // 7]
    return np.asarray(daily / daily.sum(axis=1, keepdims=True))
