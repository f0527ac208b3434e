"""Up to which day the data of a block reach: each source of a customer's page ends on a day of its own."""

import pandas as pd
import streamlit as st

from metrics.comparison.words import day
from pages.components import data
from warehouse.access.reader import Viewer
from warehouse.schema import plain


def caption(viewer: Viewer, *tables: str) -> None:
    """`Accounts up to 30 Jun 2026 · balances up to 31 May 2026`; a table that was not delivered is left out."""
    last, loaded = data.as_of(viewer), data.status(viewer).set_index("table_name")["latest_on"]
    texts = []
    for name in tables:
        latest = loaded.get(name)
        if latest is not None and not pd.isna(latest) and data.may_see(viewer, name):
            # Nothing dated after the last loaded day counts, whatever a source holds.
            texts.append(f"{plain(name)} up to {day(min(pd.Timestamp(latest).date(), last))}")
    if texts:
        words = " · ".join(texts)
        st.caption(words[:1].upper() + words[1:])
