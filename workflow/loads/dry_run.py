"""A load that is looked at and not published: everything that is wrong with it at once, and what it would bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from warehouse.access.data_coverage import GIVEN_WITH_THE_LOAD, AvailableColumns
from warehouse.errors import LoadRefused
from warehouse.extracts import sources
from warehouse.load import trial_report
from warehouse.load.loading import Trial, load
from warehouse.load.trial_report import TrialReport
from warehouse.stores.connect import Stores


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """What a dry run saw: the report is None where nothing could be read; `refused` are tables left out of it."""

    problems: list[str]
    report: TrialReport | None = None
    day_from: str = ""
    """Where the as-of day comes from, in words."""
    refused: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def run(
    stores: Stores,
    folder: Path,
    *,
    as_of: date | None,
    since: date | None = None,
    environment: Mapping[str, str],
    progress: Callable[[str], None],
    now: Callable[[], datetime],
) -> DryRun:
    """Load the folder into a bank that is thrown away. What the report has available counts refused tables as mended.

    `now` is the clock of a bank of one's own, which the sample bank's may be behind.
    """
    reports: list[TrialReport] = []
    trial = Trial(look=lambda db: reports.append(trial_report.read(db)))
    origin = ""
    try:
        loaded = load(
            replace(stores, now=now),
            folder,
            as_of=as_of,
            since=since,
            environment=environment,
            progress=progress,
            trial=trial,
        )
        origin = loaded.as_of_from
    except LoadRefused as refusal:
        trial.note(refusal)
    unread: list[str] = []
    with suppress(LoadRefused):  # it is among the problems already
        unread = sources.unread(folder, sources.find(folder))
    report = reports[0] if reports else None
    if report is not None and trial.refused:
        columns = {f"{t}.{c}" for t, there in trial.refused.items() for c in there}
        report.available = AvailableColumns(report.available | set(trial.refused) | columns)
    return DryRun(
        problems=trial.problems,
        report=report,
        day_from=origin if origin == GIVEN_WITH_THE_LOAD else f"the latest day in {origin}",
        refused=sorted(trial.refused),
        unread=unread,
    )
