"""What is true of the sample bank, for tests to hold the product against."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sample_data import vocabulary as v
from sample_data.block import Block
from sample_data.campaigns import COST_PER_WIN, RESPONSE, Plan
from sample_data.churn import DRIVERS, FRAILTY_SD, INTERCEPT, SCORED_ON
from sample_data.core_banking import CUSTOMER
from sample_data.marketing import Sent
from sample_data.people import CHURN_EFFECT, PILOT_START, WEALTH_EFFECT
from sample_data.sales import Entered
from sample_data.window import DAY, END, NEVER, START, Columns, Ints, iso
from sample_data.write import Extracts, dates, numbers, words

OPEN_COMPLAINT_DAYS, LARGE_SAVINGS, DORMANT_DAYS = 90, 500_000, 180


@dataclass
class Truth:
    """Collected block by block, written at the end."""

    matches: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    win_before_contact: str = ""

    def add(self, **more: int) -> None:
        for name, count in more.items():
            self.counts[name] = self.counts.get(name, 0) + int(count)


def note(out: Extracts, truth: Truth, block: Block, sent: Sent, entered: Entered) -> None:
    """Keep what is true of a block."""
    leads, people = block.leads, block.people
    got, theirs = sent.received, sent.recorded
    truth.add(
        customers=people.size,
        customers_left=(block.left != NEVER).sum(),
        real_leads=len(got),
        leads_recorded_by_marketing=theirs.sum(),
        leads_received_by_crm=got.sum(),
        leads_marketing_sent_crm_never_received=(theirs & ~got).sum(),
        leads_entered_by_sales_only=(~theirs).sum(),
        leads_without_channel=sent.nameless_channel.sum(),
        leads_won=(leads["won"] != NEVER).sum(),
        crm_duplicates=entered.twice,
        customers_acquired_through_a_lead=(people.acquired_by >= 0).sum(),
        pilot_control=(people.arm == 1).sum(),
        pilot_treated=(people.arm == 2).sum(),
    )
    record, cleared = entered.history.record, entered.history.cleared
    truth.add(leads_reopened=entered.history.reopened.sum())
    for closing in ("rejected", "lost"):
        was = cleared[closing] != NEVER
        truth.add(
            **{
                f"leads_{closing}_then_accepted": (was & (record["accepted"] > cleared["reopened"])).sum(),
                f"leads_{closing}_then_won": (was & (record["won"] != NEVER)).sum(),
            }
        )
    if entered.win_before_contact >= 0:
        truth.win_before_contact = f"L-{entered.win_before_contact:06d}"
    truth.matches += [f"C{c + people.first:08d}" for c in _matches(block)]
    out.append(
        "truth/who_is_who.parquet",
        {
            "n": np.arange(len(got)),
            "lead": numbers(entered.number, got),
            "cookie": numbers(sent.cookie, theirs),
            "typed": sent.email,
            "email": block.contact.email.take(leads["person"]),
            "name": block.contact.name.take(leads["person"]),
            "c": numbers(leads["customer"] + people.first, leads["customer"] >= 0),
            "channel": words(v.CHANNELS, leads["channel"]),
            "campaign": leads["campaign"] + 1,
            "seen": theirs,
        },
        "SELECT CASE WHEN c IS NOT NULL THEN printf('C%08d', c) END AS customer_id, "
        "CASE WHEN lead IS NOT NULL THEN printf('L-%06d', lead) END AS crm_lead_id, "
        "CASE WHEN cookie IS NOT NULL THEN printf('v%09d', cookie) END AS marketing_visitor, "
        "CASE WHEN seen THEN typed END AS marketing_email, email AS true_email, name AS true_name, "
        "channel AS true_channel, printf('CMP-%02d', campaign) AS campaign_id FROM cells",
    )
    chance = block.probability
    out.append(
        "truth/churn_probability.parquet",
        {
            "c": chance["customer"],
            "as_of": dates(chance["day"]),
            "p": chance["p"],
            "seen": chance["seen"],
        },
        f"SELECT {CUSTOMER.format('c')} AS customer_id, as_of, p AS probability, "
        "seen AS observable_probability FROM cells",
    )


def _matches(block: Block) -> Ints:
    """Customers still there with an open complaint, large savings and no own booking for long."""
    n = block.people.size
    cases = block.tickets
    fresh = cases["opened"] // DAY > END - OPEN_COMPLAINT_DAYS
    still = cases["complaint"] & ~cases["withdrawn"] & (cases["resolved"] // DAY > END)
    complained = _any(n, cases["customer"][fresh & still])
    rows = block.balances
    rich = (rows["month"] == END) & (rows["product"] == v.SAVINGS)
    savings = np.bincount(rows["customer"][rich], weights=rows["balance"][rich], minlength=n)
    made = block.transactions["kind"] < v.INTEREST
    last = np.full(n, NEVER)
    np.maximum.at(last, block.transactions["customer"][made], block.transactions["at"][made] // DAY)
    quiet = (END - last >= DORMANT_DAYS) & (last != NEVER)
    return np.flatnonzero(complained & (savings >= LARGE_SAVINGS) & quiet & (block.left == NEVER))


def _any(size: int, rows: Ints) -> Any:
    out = np.zeros(size, bool)
    out[rows] = True
    return out


def write(out: Extracts, truth: Truth, plan: Plan, *, customers: int, seed: int) -> None:
    """truth.json, small enough to read."""
    cost = {c: int(x) for c, x in zip(v.CHANNELS, COST_PER_WIN, strict=True)}
    story: Columns | dict[str, Any] = {
        "bank": "FinTrust Bank (invented)",
        "customers": customers,
        "seed": seed,
        "from": iso(START),
        "as_of": iso(END),
        "who_is_who": {
            "file": "truth/who_is_who.parquet",
            "one_row_is": "a real lead; empty where a department has no record of it",
            "columns": [
                "customer_id",
                "crm_lead_id",
                "marketing_visitor",
                "marketing_email",
                "true_email",
                "true_name",
                "true_channel",
                "campaign_id",
            ],
        },
        "churn": {
            "form": "hazard = 1 / (1 + exp(-(intercept + sum of log_odds x driver + trait)))",
            "intercept": INTERCEPT,
            "unobserved_trait_sd": FRAILTY_SD,
            "drivers": {
                name: {"log_odds": w, "odds_ratio": round(float(np.exp(w)), 3), "unit": unit}
                for name, (w, unit) in DRIVERS.items()
            },
            "state_known": "at the end of the month before",
            "probability": {
                "file": "truth/churn_probability.parquet",
                "as_of": [iso(d) for d in SCORED_ON],
                "horizon": "three months",
                "columns": ["customer_id", "as_of", "probability", "observable_probability"],
                "observable_probability": "without the trait nobody observes: a model's ceiling",
            },
        },
        "overpromising_campaign": f"CMP-{plan.overpromises + 1:02d}",
        "costly_channel_worth_it": "event",
        "cheap_channel_not_worth_it": "affiliate",
        "planned_cost_per_acquired_customer_hkd": cost,
        "leads_follow_spend_to_the_power": dict(zip(v.CHANNELS, RESPONSE, strict=True)),
        "pilot": {
            "name": "Project Unity",
            "file": "crm/project_unity.csv",
            "started_on": iso(PILOT_START),
            "arms": {a: truth.counts[f"pilot_{a}"] for a in ("control", "treated")},
            "effect_on_monthly_churn_hazard": CHURN_EFFECT,
            "effect_on_wealth_opening_rate": WEALTH_EFFECT,
            "wealth_products": ["investment", "insurance"],
        },
        "complaint_and_dormant_savings": {
            "as_of": iso(END),
            "open_complaint_within_days": OPEN_COMPLAINT_DAYS,
            "savings_at_least_hkd": LARGE_SAVINGS,
            "days_since_customer_made_transaction_at_least": DORMANT_DAYS,
            "customers": sorted(truth.matches),
        },
        "win_before_first_contact": truth.win_before_contact,
        "reopened_leads": {
            "record": "crm/leads.jsonl: the last state of each lead, without the rejection or loss it came back from",
            "log": "crm/lead_moves.csv: every move",
            **{
                name: truth.counts[f"leads_{name}"]
                for name in (
                    *("reopened", "rejected_then_accepted", "rejected_then_won"),
                    *("lost_then_accepted", "lost_then_won"),
                )
            },
        },
        "counts": truth.counts,
        "rows": out.rows,
    }
    path = out.folder / "truth.json"
    path.write_text(json.dumps(story, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
