"""When customers are no longer like those a model learned from, whoever answers for it finds that in the inbox.

It is an observation that waits for Analytics and names the owner; one for each version of the model, for it is answered
by looking into it or by training anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from metrics.comparison.words import day, numeral
from models.churn import churn_prediction
from models.churn.churn_prediction import ChurnModel
from models.churn.drift import MOVED
from models.churn.features import BY_NAME
from warehouse.access import audit
from warehouse.access.reader import SYSTEM, Reader
from warehouse.schema import model_checks
from warehouse.stores.connect import Stores
from workflow.collaboration import record_store
from workflow.collaboration.record_kind import ANALYTICS
from workflow.collaboration.record_reading import records_of
from workflow.scoring.model_card_text import feature_words
from workflow.scoring.model_monitoring import DRIFT

KIND = "observation"


def drift_of(night: Reader, version: str, as_of: date) -> dict[str, float]:
    """The population stability index of each number, and of the score, as a night measured it."""
    t = model_checks.c
    rows = night.rows(
        select(t.part, t.value).where(
            t.model == churn_prediction.MODEL,
            t.model_version == version,
            t.check_name == DRIFT,
            t.day == as_of,
            t.value.is_not(None),
        )
    )
    return {str(row.part): float(row.value) for row in rows}


def raise_of_tonight(stores: Stores, night: Reader, model: ChurnModel | None, as_of: date) -> tuple[str, ...]:
    """Tell the owner of what the night measured; gives a message for the operator where it did."""
    version = "" if model is None else model.card.version
    if not version or not raise_alarm(stores, version, drift_of(night, version, as_of), as_of):
        return ()
    return (
        "Customers are no longer like those the churn model learned from; its owner's inbox says how far.",
    )


def raise_alarm(stores: Stores, version: str, index: Mapping[str, float], as_of: date) -> bool:
    """Tell the owner if something moved by more than MOVED and nobody was told of this version; gives whether it did.

    A number that counts days since an event only grows, so it says nothing.
    """
    moved = {name: value for name, value in index.items() if value > MOVED and not _counts_days(name)}
    title = f"Customers are no longer like those that churn model {version} learned from"
    if not moved or any(r.title == title for r in records_of(Reader(stores, SYSTEM), KIND)):
        return False
    largest = sorted(moved, key=lambda name: -moved[name])
    words = "; ".join(f"{feature_words(name)}: {numeral(moved[name], 2)}" for name in largest)
    owner = stores.settings.churn_model_owner or ANALYTICS
    details = (
        f"@{owner} answers for this model. Population stability index on {day(as_of)}, above {numeral(MOVED, 2)}: "
        f"{words}. The page Churn model shows each month; training anew, or a source that changed, may be behind it."
    )
    with audit.entry(stores, SYSTEM.username, "model.drift", version, f"as of {as_of:%Y-%m-%d}") as entry:
        record_store.open_within(entry, SYSTEM, KIND, title, {"details": details[:1000], "to": ANALYTICS})
    return True


def _counts_days(name: str) -> bool:
    return name in BY_NAME and BY_NAME[name].since == "value"
