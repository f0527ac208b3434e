"""The figures of pages about leads that are in no catalogue: the nightly run decides on them, too, what is shown."""

from __future__ import annotations

from datetime import date

from metrics.definitions.scope import month
from metrics.leads import backlog
from metrics.leads.stage_durations import STAGES, who_left, who_waits
from metrics.query.cell_decisions import Requested


def requested(until: date) -> list[Requested]:
    """What the pages ask about the last months up to `until`, with what each figure is shown as a part of.

    How long leads waited is asked as it stood then and, for the compared period, three months earlier; of any other
    day it is decided when it is asked.
    """
    days = (until, month(until.year, until.month - 3).end)
    waits = [who(stage, day) for day in days for stage in STAGES for who in (who_left, who_waits)]
    parts = backlog.parts(until)
    return [Requested(measure, parts.get(measure, ())) for measure in [*waits, *parts]]
