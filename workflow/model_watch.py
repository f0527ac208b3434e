"""What the night keeps about the model beside the scores: what it was, and whether it still fits."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from sqlalchemy import select

from metrics.profile import profile
from warehouse.access import Reader
from warehouse.schema import customer_profiles

WEEK = timedelta(days=7)


def week_before(reader: Reader, as_of: date, known: frozenset[str]) -> pd.DataFrame:
    """The profiles of a week earlier: as the night of that day kept them, or else worked out now for that day."""
    kept = reader.frame(select(customer_profiles).where(customer_profiles.c.as_of == as_of - WEEK))
    return reader.frame(profile(as_of - WEEK, known)) if kept.empty else kept
