"""What Marketing hands over: CSV keyed by e-mail or cookie, its own channel words, dd/mm/yyyy.

Duplicated submissions, misspelt addresses, rows without channel, and leads that Sales
never received.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sample_data import vocabulary as v
from sample_data.block import Block
from sample_data.campaigns import (
    CLICKS_PER_LEAD,
    COST_PER_WIN,
    CROSS_SELL_COST,
    CROSS_SELL_LEADS,
    IMPRESSIONS_PER_CLICK,
    Plan,
)
from sample_data.names import as_typed, misspell
from sample_data.people import WINNERS
from sample_data.window import DAY, DAYS, END, NEVER, START, Flags, Ints
from sample_data.write import Extracts, dates, moments, words


@dataclass(frozen=True, kw_only=True)
class Sent:
    """Which leads Marketing recorded, which of them Sales received, and what Marketing wrote."""

    recorded: Flags
    received: Flags
    nameless_channel: Flags
    email: pa.Array
    cookie: Ints


def record(rng: np.random.Generator, block: Block, first_cookie: int) -> Sent:
    """Decide what reached whom, before either department writes its file."""
    leads = block.leads
    n = len(leads["created"])
    own = (leads["channel"] == v.BRANCH) | ((leads["channel"] == v.REFERRAL) & (rng.random(n) < 0.5))
    untouched = (leads["mql"] == NEVER) & (leads["customer"] < 0)
    lost_on_the_way = ~own & untouched & (leads["created"] // DAY < END - 20)
    lost_on_the_way &= rng.random(n) < 0.09
    email = block.contact.email.take(pa.array(leads["person"]))
    return Sent(
        recorded=~own,
        received=~lost_on_the_way,
        nameless_channel=rng.random(n) < 0.03,
        email=misspell(rng, email, rng.random(n) < 0.015),
        cookie=first_cookie + np.arange(n),
    )


def write(out: Extracts, rng: np.random.Generator, block: Block, sent: Sent) -> int:
    """Marketing's lead file of a block; the number of rows submitted twice."""
    leads, n = block.leads, len(block.leads["created"])
    twice = sent.recorded & (rng.random(n) < 0.03)
    row = np.repeat(np.arange(n), np.where(sent.recorded, 1 + twice, 0))
    again = np.r_[False, row[1:] == row[:-1]]
    day = leads["created"][row] // DAY + again * rng.integers(0, 4, len(row))
    blank = sent.nameless_channel[row]
    person = leads["person"][row]
    email = sent.email.take(pa.array(row))
    email = pc.if_else(pa.array(again & (rng.random(len(row)) < 0.5)), pc.utf8_upper(email), email)
    phone = np.where(rng.random(len(row)) < 0.70, block.contact.phone[person], -1)
    name = block.contact.name.take(pa.array(person))
    out.append(
        "marketing/leads.csv",
        {
            "submitted": dates(np.minimum(day, END)),
            "email": email,
            "name": misspell(rng, name, rng.random(len(row)) < 0.03),
            "mobile": as_typed(rng, phone),
            "channel": words(v.MARKETING_WORDS, np.where(blank, -1, leads["channel"][row])),
            "campaign": np.where(blank, -1, leads["campaign"][row]),
            "interest": words(v.PRODUCTS, leads["product"][row]),
            "visitor": sent.cookie[row],
        },
        "SELECT strftime(submitted, '%d/%m/%Y') AS submitted, email, name, mobile, channel, "
        "CASE WHEN campaign >= 0 THEN printf('CMP-%02d', campaign + 1) END AS campaign, interest, "
        "printf('v%09d', visitor) AS visitor FROM cells",
    )
    return int(twice.sum())


def write_touches(
    out: Extracts, rng: np.random.Generator, block: Block, sent: Sent, first: int, cookies: int
) -> int:
    """Touches with an e-mail where the person is known by one, else a cookie; the next number."""
    rows = block.touches
    n = len(rows["at"])
    lead, customer = rows["lead"], rows["customer"]
    mailed = np.isin(rows["kind"], (v.MAIL, v.MEETING, v.GATHERING)) | (customer >= 0)
    lead_email = sent.email.take(pa.array(np.maximum(lead, 0)))
    own_email = block.contact.email.take(pa.array(np.maximum(customer, 0)))
    email = pc.if_else(pa.array(customer >= 0), own_email, lead_email)
    other_device = rng.random(n) < 0.06
    stranger = cookies + len(sent.cookie) + np.maximum(rows["visitor"], 0)
    cookie = np.where((lead >= 0) & ~other_device, sent.cookie[np.maximum(lead, 0)], stranger)
    blank = rng.random(n) < 0.015
    out.append(
        "marketing/touches.csv",
        {
            "hit": np.arange(first, first + n),
            "moment": moments(rows["at"]),
            "email": pc.if_else(pa.array(mailed), email, None),
            "visitor": pa.array(cookie, mask=mailed),
            "channel": words(v.MARKETING_WORDS, np.where(blank, -1, rows["channel"])),
            "kind": words(v.KINDS, rows["kind"]),
            "campaign": rows["campaign"],
        },
        "SELECT hit, strftime(moment, '%d/%m/%Y %H:%M:%S') AS touched, email, "
        "CASE WHEN visitor IS NOT NULL THEN printf('v%09d', visitor) END AS visitor, channel, "
        "kind, printf('CMP-%02d', campaign + 1) AS campaign FROM cells",
    )
    return first + n


def daily_leads(plan: Plan, block: Block) -> Ints:
    """Leads of the block by campaign and day."""
    cell = block.leads["campaign"] * DAYS + block.leads["created"] // DAY - START
    return np.bincount(cell, minlength=len(plan.name) * DAYS).reshape(len(plan.name), DAYS)


def write_campaigns(out: Extracts, rng: np.random.Generator, plan: Plan, leads: Ints, customers: int) -> None:
    """Campaigns (dates such as 02-Jan-2025) and their days, some of them reported late."""
    n = len(plan.name)
    cost_per_win = np.array(COST_PER_WIN)[plan.channel]
    money = plan.wins * WINNERS * customers * cost_per_win
    money += plan.cross * CROSS_SELL_LEADS * customers * CROSS_SELL_COST
    out.append(
        "marketing/campaigns.csv",
        {
            "n": np.arange(1, n + 1),
            "name": plan.name,
            "channel": words(v.MARKETING_WORDS, plan.channel),
            "product": words(v.PRODUCTS, plan.product),
            "audience": np.where(plan.for_customers, "existing", "new"),
            "starts": dates(plan.starts),
            "ends": dates(plan.ends),
            "budget": np.round(money * rng.uniform(0.94, 1.08, n), -2),
            "message": plan.message,
            "owner": plan.owner,
        },
        "SELECT printf('CMP-%02d', n) AS campaign, name, channel, product, audience, "
        "strftime(starts, '%d-%b-%Y') AS starts, strftime(ends, '%d-%b-%Y') AS ends, "
        "budget::DECIMAL(18, 2) AS budget_hkd, message, owner FROM cells",
    )
    campaign, day = np.nonzero(plan.spend)
    cost = np.round(plan.spend[campaign, day] * money[campaign], 2)
    made = leads[campaign, day]
    channel = plan.channel[campaign]
    expected = plan.leads[campaign, day] * leads.sum(axis=1)[campaign]
    reach = 0.5 * made + 0.5 * expected
    clicks = rng.poisson(reach * np.array(CLICKS_PER_LEAD)[channel])
    out.append(
        "marketing/campaign_days.csv",
        {
            "n": campaign + 1,
            "day": dates(START + day),
            "cost": cost,
            "impressions": rng.poisson(clicks * np.array(IMPRESSIONS_PER_CLICK)[channel]),
            "clicks": clicks,
            "visits": np.maximum(rng.binomial(clicks, 0.78), made),
            "reported": dates(START + day + np.where(rng.random(len(day)) < 0.03, 9, 1)),
        },
        "SELECT printf('CMP-%02d', n) AS campaign, strftime(day, '%d/%m/%Y') AS day, "
        "cost::DECIMAL(18, 2) AS cost_hkd, impressions, clicks, visits, "
        "strftime(reported, '%d/%m/%Y') AS reported FROM cells",
    )
