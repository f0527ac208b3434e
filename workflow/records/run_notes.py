"""Why a nightly run did not work something out: noted with the snapshot, so that no page has to guess."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd
from sqlalchemy import true

from metrics.query.missing_reasons import not_given
from warehouse.access import data_coverage
from warehouse.access.reader import Reader
from warehouse.schema import run_notes
from warehouse.stores.snapshots import SnapshotWriter

CHURN_MODEL, LIFETIME_VALUE, HINDSIGHT = "churn model", "lifetime value", "lifetime value in hindsight"
MODEL_FILES = "files of models"
HOW_VALUED = "how values were worked out"
RESPONSE_CURVES, CREDITS, FEATURE_LINKS = "response curves", "credits of wins", "features and cases"


def write(draft: SnapshotWriter, as_of: date, notes: Mapping[str, str]) -> None:
    """Replace what the run before had noted."""
    rows = pd.DataFrame(
        {"subject": list(notes), "as_of": [as_of] * len(notes), "sentence": list(notes.values())},
        dtype=object,
    )
    draft.write(run_notes, rows, replacing=true())


def lacking(reader: Reader, needed: Iterable[str]) -> str:
    """What the bank lacks of some tables and columns, as a sentence; "" if it gave all of them."""
    missing = not_given(needed, data_coverage.of(reader))
    return missing.sentence if missing else ""
