"""A load with its line in the audit log, whoever starts it: what came, or that it was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from warehouse.errors import Problem
from warehouse.load.loading import Loaded, load
from warehouse.stores.connect import Stores
from workflow.records import load_history, loaded_changes


def run(
    stores: Stores,
    folder: Path,
    by: str,
    *,
    called: str = "",
    as_of: date | None = None,
    since: date | None = None,
    sample: bool = False,
    environment: Mapping[str, str],
    progress: Callable[[str], None],
    now: Callable[[], datetime],
) -> Loaded:
    """Load a folder, all of it or nothing; `called` is its name in the log where its own says nothing.

    `now` is the clock of the bank that is loaded: the sample bank's may be behind the machine's.
    """
    name = called or folder.name
    try:
        loaded = load(
            replace(stores, now=now),
            folder,
            as_of=as_of,
            since=since,
            sample=sample,
            environment=environment,
            progress=progress,
        )
    except Problem:
        # Its sentence may name a row; it stands where the load was started.
        load_history.note(stores, load_history.LOAD_FAILED, name, "The bank loaded before stays.", by)
        raise
    details = f"{sum(loaded.rows.values()):,} rows as of {loaded.as_of:%d %b %Y} from {name}"
    load_history.note(stores, load_history.LOADED, loaded.snapshot, details, by)
    loaded_changes.keep(stores, loaded, by)
    return loaded
