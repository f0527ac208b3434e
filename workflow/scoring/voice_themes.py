"""What the night works out about the customers' voice: themes of their cases, and features that go with fewer cases."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import select, true

from metrics.customers import feature_use
from models.experiments import association
from models.service import themes
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader
from warehouse.disclosure.minimum_cell_size import is_few
from warehouse.schema import customers, feature_links, ticket_themes, tickets
from warehouse.stores.snapshots import SnapshotWriter
from workflow.records import run_notes

NEEDS = ("tickets", "tickets.opened_at", "tickets.customer_id", "product_usage", "product_usage.used_on")


def write(draft: SnapshotWriter, reader: Reader, as_of: date, available: AvailableColumns) -> dict[str, str]:
    """Write both anew, as far as the bank has cases and use of the app; the note for `run_notes` where it has not."""
    missing = run_notes.lacking(reader, NEEDS)
    if "tickets" not in available:
        return {run_notes.FEATURE_LINKS: missing}
    t = tickets.c
    cases = reader.frame(select(t.ticket_id, t.customer_id, t.opened_at, t.text).where(t.text.is_not(None)))
    smallest = reader.smallest_cell
    draft.write(ticket_themes, themes.themes(cases, _names(reader), smallest=smallest), replacing=true())
    if "product_usage" in available:
        links = association.links(_strata(reader, as_of))
        visible = without_few(links, smallest).assign(as_of=as_of)
        draft.write(feature_links, visible, replacing=feature_links.c.as_of == as_of)
        if visible.empty:
            few = "No feature was used by enough customers, and left unused by enough others who use the app, to compare."
            return {run_notes.FEATURE_LINKS: missing or few}
        return {}
    return {run_notes.FEATURE_LINKS: missing}


def without_few(links: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """The links without what is about too few people, with a case or without one: everybody may read this table."""
    if links.empty:
        return links
    few = pd.Series(data=False, index=links.index)
    for people, with_case in (("users", "users_with_case"), ("others", "others_with_case")):
        for size in (links[with_case], links[people] - links[with_case]):
            few |= is_few(size, smallest)
    columns = ["users_with_case", "others_with_case", "risk_ratio", "low", "high", "p_adjusted"]
    frame = links.astype(dict.fromkeys(columns, float))
    frame.loc[few, columns] = np.nan
    for people in ("users", "others"):
        frame[people] = frame[people].astype(float).mask(is_few(links[people], smallest))
    return frame


def _names(reader: Reader) -> list[str]:
    """The customers' names, so that no word of them becomes the name of a theme."""
    names = reader.frame(select(customers.c.full_name).where(customers.c.full_name.is_not(None)).distinct())
    return [str(name) for name in names["full_name"]]


def _strata(reader: Reader, as_of: date) -> pd.DataFrame:
    """Counts per feature and stratum; who used the app but not the feature are the others."""
    used, all_of = reader.frame(feature_use.users(as_of)), reader.frame(feature_use.everybody(as_of))
    every = used[["feature"]].drop_duplicates().merge(all_of, how="cross")
    frame = every.merge(used, on=["feature", "stratum"], how="left")
    frame[["users", "users_with_case"]] = frame[["users", "users_with_case"]].fillna(0)
    frame["others"] = frame["people"] - frame["users"]
    frame["others_with_case"] = frame["with_case"] - frame["users_with_case"]
    return frame
