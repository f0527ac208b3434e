"""A folder of exports looked at: what it seems to hold, and a proposed mapping per table beside the files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import chdir
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from metrics.catalogue import CATALOGUE
from metrics.query.missing_reasons import needs
from warehouse.load import load_limits
from warehouse.mapping import folder_proposal
from warehouse.mapping.folder_proposal import Outcome
from warehouse.settings import Settings

See = Callable[[duckdb.DuckDBPyConnection, Outcome], None]


def look(
    folder: Path,
    choices: Settings,
    environment: Mapping[str, str],
    url_from: str | None = None,
    see: See = lambda _db, _outcome: None,
) -> Outcome:
    """Propose a mapping for each table that is recognised; `see` is given what was read while it is at hand.

    The process stands inside the folder meanwhile, so only a process of its own may look.
    """
    place = folder.resolve()
    with TemporaryDirectory() as room, chdir(place):
        file = Path(room) / "look.duckdb"
        with duckdb.connect(str(file)) as db:
            load_limits.for_all(db, choices)
            load_limits.look_only_here(db, choices.timezone)
            advice = "Move the largest files away, or raise the setting, then look again."
            with load_limits.within(db, file, choices, "The look at the folder", advice):
                outcome = folder_proposal.propose(db, needed_for(), url_from, environment)
                see(db, outcome)
    return outcome


@cache
def needed_for() -> Mapping[str, list[str]]:
    """`table.column` → the labels of the figures that read it."""
    labels: dict[str, list[str]] = {}
    for name, metric in CATALOGUE.items():
        for need in needs(name):
            labels.setdefault(need, []).append(metric.label)
    return labels
