"""An invented shop: customers who were won by campaigns, buy when they like and never say that they leave.

It keeps no accounts, and nobody books what serving a customer costs.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.morning import stores_in
from warehouse.access import data_coverage
from warehouse.access.reader import SYSTEM, Reader
from warehouse.load.loading import load, next_snapshot
from warehouse.stores.connect import Stores
from workflow.records import run_notes
from workflow.scoring import valuation

BEGINS, AS_OF = date(2024, 7, 1), date(2026, 6, 30)
MARGIN_SHARE = 0.4
BUYS_A_WEEK = {"search": 0.12, "email": 0.04}
"""How often a customer of each channel buys."""
COST_A_MONTH = {"search": 2_000, "email": 900}


def extracts(folder: Path, customers: int = 400, seed: int = 4) -> None:
    """Customers, leads, campaigns, their days, purchases and revenue as a shop delivers them."""
    random = np.random.default_rng(seed)
    days = (AS_OF - BEGINS).days
    people: list[tuple[Any, ...]] = []
    leads: list[tuple[Any, ...]] = []
    purchases: list[tuple[Any, ...]] = []
    for n in range(customers):
        channel = "search" if random.random() < 0.5 else "email"
        # The last months win fewer, so that nearly everybody has been seen for a while.
        joined = BEGINS + timedelta(days=int(days * random.beta(1, 1.6)))
        lead = f"L{n:04}" if n % 8 else ""
        people.append((f"C{n:04}", f"Customer {n}", joined, "RM01", lead, n % 2 == 0))
        if lead:
            came = joined - timedelta(days=int(random.integers(1, 12)))
            leads.append((lead, channel, f"{channel}-1", f"{came} 10:00", f"{came} 12:00", f"{joined} 09:00"))
        at, rate, spends = joined, random.gamma(2, BUYS_A_WEEK[channel] / 2), random.gamma(3, 60) + 20
        while at <= AS_OF:
            amount = round(float(random.gamma(5, spends / 5)), 2)
            purchases.append((f"O{len(purchases):05}", f"C{n:04}", f"{at} 11:00", "order", amount, "true"))
            at += timedelta(days=1 + int(random.exponential(7 / rate)))
            if random.random() < 0.12:
                break
    # One refund, which is no purchase.
    purchases.append(("O-back", "C0000", f"{AS_OF} 12:00", "refund", -15.0, "true"))
    tables: dict[str, tuple[list[tuple[Any, ...]], str]] = {
        "customers": (people, "customer_id full_name joined_on rm_id acquired_by_lead_id marketing_consent"),
        "relationship_managers": ([("RM01", "Mei Wong", "Central")], "rm_id name team"),
        "leads": (leads, "lead_id channel campaign_id created_at mql_at won_at"),
        "transactions": (purchases, "transaction_id customer_id booked_at kind amount customer_made"),
        "campaigns": (
            [(f"{c}-1", f"{c.title()} all year", c, "prospects", BEGINS) for c in BUYS_A_WEEK],
            "campaign_id name channel audience starts_on",
        ),
        "campaign_days": (
            [
                (f"{channel}-1", month.date(), cost)
                for channel, cost in COST_A_MONTH.items()
                for month in pd.date_range(BEGINS, AS_OF, freq="MS")
            ],
            "campaign_id day_on cost",
        ),
    }
    frames = {n: pd.DataFrame(rows, columns=names.split()) for n, (rows, names) in tables.items()}
    bought = frames["transactions"]
    month_on = pd.to_datetime(bought["booked_at"]) + pd.offsets.MonthEnd(0)
    bought = bought.assign(product="orders", month_on=month_on.dt.strftime("%Y-%m-%d"))
    earned = bought.groupby(["customer_id", "product", "month_on"])["amount"].sum().round(2)
    frames["revenues"] = earned.rename("revenue").reset_index()
    folder.mkdir(parents=True)
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)


def loaded(folder: Path) -> Stores:
    """The shop in stores of its own in a folder, before its first night."""
    extracts(folder / "extracts")
    stores = stores_in(folder / "data", products="orders", margin_share=MARGIN_SHARE)
    load(stores, folder / "extracts", as_of=AS_OF)
    return stores


def night(stores: Stores) -> tuple[int, tuple[str, ...]]:
    """What of a night is about values: how many there are, and what there is to say about them."""
    with next_snapshot(stores) as draft:
        reader = Reader(stores, SYSTEM, stores.snapshot())
        as_of, available = data_coverage.as_of(reader), data_coverage.available_columns(reader)
        valued, remarks = valuation.values(draft, reader, as_of, available, lambda _: None)
        run_notes.write(draft, as_of, valuation.notes(draft, reader, as_of, valued, remarks))
    return valued, remarks
