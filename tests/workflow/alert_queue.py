"""Who works alerts in these tests, the clock they share, and what a rule would have found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pandas as pd

from warehouse.access.reader import Viewer
from warehouse.stores.connect import Stores

MORNING = datetime(2026, 7, 1, 8, 0)
"""The clock of every test; the sample bank is fully loaded up to the day before."""

AMY = Viewer(username="amy", full_name="Amy", role="relationship_manager", rm_id="R1", team="East")
BOB = Viewer(username="bob", full_name="Bob", role="relationship_manager", rm_id="R2", team="East")
LEAD = Viewer(username="lea", full_name="Lea", role="team_lead", team="East")


@dataclass
class Clock:
    now: datetime = MORNING

    def __call__(self) -> datetime:
        return self.now

    def pass_days(self, days: int) -> None:
        self.now += timedelta(days=days)


def holding_out(app_db: Stores, share: float) -> Stores:
    """The same application database of a bank that holds out `share` of its alerts."""
    return replace(app_db, settings=replace(app_db.settings, hold_out_share=share))


def flagged_rows(*customers: str, rm: str | None = "R1", **changed: object) -> pd.DataFrame:
    """What `rules.found` gives for these customers, for whom the complaint rule fires."""
    row = {
        "rm_id": rm,
        "team": "East",
        "weekly_capacity": 5,
        "segment": "affluent",
        "fires": True,
        "probability": None,
        "model_reasons": None,
        "value_at_stake": 900_000.0,
        "open_complaints_90d": 1,
        "savings_balance": 800_000.0,
        "days_since_customer_made_transaction": 200,
        "total_balance": 900_000.0,
    }
    rows = [{"customer_id": name} | row | changed for name in customers]
    return pd.DataFrame(rows, columns=["customer_id", *row])
