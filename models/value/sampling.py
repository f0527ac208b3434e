"""A part of the examples, where all of them would be more than is needed."""

from __future__ import annotations

import pandas as pd


def whole_customers(rows: pd.DataFrame, share: float) -> pd.DataFrame:
    """About `share` of the rows: whole customers (`customer_id`) by a fixed hash, so nothing is balanced or doubled."""
    if share >= 1:
        return rows
    drawn = pd.util.hash_pandas_object(rows["customer_id"], index=False).to_numpy() / 2.0**64
    return rows[drawn < share]
