"""Who writes to whom: what went from one department to another, how much was answered, and after how many days.

Departments are counted, never persons. Records about a single customer are left out, so that everybody reads the same
counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import permutations
from statistics import median

from metrics.definitions.scope import Period, months_back
from models.experiments.lift import Counts
from workflow.collaboration.record_kind import DEPARTMENTS, Record, RecordEntry
from workflow.collaboration.record_kinds import KINDS
from workflow.collaboration.record_reading import COMMENT, OPENED, is_answer

DAYS = 90
MONTHS = 6
"""Calendar months of the interaction measure that are over; the running one comes after them."""
Named = Mapping[int, frozenset[str]]
"""Entry → the departments of whom it names."""


@dataclass(kw_only=True)
class Traffic:
    """What went from one department to another: `sent` things, of them `answered`; the days are a median."""

    sender: str
    receiver: str
    records: int = 0
    handoffs: int = 0
    comments: int = 0
    mentions: int = 0
    days: list[int] = field(default_factory=list)
    """For each thing that was answered, the days until then."""
    waiting: list[int] = field(default_factory=list)
    """For each that was not, the days since."""

    @property
    def sent(self) -> int:
        return self.records + self.handoffs + self.comments + self.mentions

    @property
    def answered(self) -> int:
        return len(self.days)

    @property
    def days_to_answer(self) -> float | None:
        """None where nothing was answered."""
        return median(self.days) if self.days else None

    @property
    def longest_wait(self) -> int | None:
        """Days since the oldest thing that has no answer; None where all have one."""
        return max(self.waiting, default=None)


def traffic(records: Iterable[Record], named: Named, today: date) -> dict[tuple[str, str], Traffic]:
    """(from, to) → what went that way in the last 90 days, a pair for every two departments.

    A record, a handoff, a comment or a mention counts on the day it was written. It is answered once the other
    department has written in the same record.
    """
    pairs = {(a, b): Traffic(sender=a, receiver=b) for a, b in permutations(DEPARTMENTS, 2)}
    first = today - timedelta(days=DAYS - 1)
    for record in _counted(records):
        for place, entry in enumerate(record.entries):
            if not first <= entry.entered_at.date() <= today:
                continue
            later = record.entries[place + 1 :]
            for receiver, what in _receivers(record, place, named).items():
                pair = pairs.get((entry.department, receiver))
                if pair is not None:
                    setattr(pair, what, getattr(pair, what) + 1)
                    _clock(pair, entry, later, today)
    return pairs


def _counted(records: Iterable[Record]) -> list[Record]:
    return [r for r in records if not KINDS[r.kind].about_customer]


def _receivers(record: Record, place: int, named: Named) -> dict[str, str]:
    """Department an entry goes to → as what, once for each, the strongest first."""
    entry = record.entries[place]
    before = record.entries[place - 1].owner if place else ""
    receivers: dict[str, str] = {}
    if entry.step == COMMENT:
        other = entry.owner if entry.owner not in ("", entry.department) else record.department
        receivers[other] = "comments"
    elif entry.step == OPENED:
        receivers[entry.owner] = "records"
    elif entry.owner != before:
        receivers[entry.owner] = "handoffs"
    # Who opened the record is told what became of it, which asks nothing of her.
    names = named.get(entry.entry_id, frozenset()) - (
        {record.department} if is_answer(record, entry) else set()
    )
    for department in names:
        if receivers.get(department) in (None, "comments"):
            receivers[department] = "mentions"
    receivers.pop(entry.department, None)
    return receivers


def _clock(pair: Traffic, entry: RecordEntry, later: Iterable[RecordEntry], today: date) -> None:
    written = entry.entered_at.date()
    answer = next((e for e in later if e.department == pair.receiver), None)
    if answer is not None:
        pair.days.append((answer.entered_at.date() - written).days)
    else:
        pair.waiting.append((today - written).days)


def silent_pairs(pairs: Mapping[tuple[str, str], Traffic]) -> list[tuple[str, str]]:
    """The departments between which nothing went either way."""
    return [
        (a, b)
        for a, b in pairs
        if DEPARTMENTS.index(a) < DEPARTMENTS.index(b) and not pairs[a, b].sent and not pairs[b, a].sent
    ]


@dataclass(frozen=True, kw_only=True)
class Interaction:
    """Of the entries written in some days, how many stand in a record that another department opened."""

    period: Period
    entries: int
    elsewhere: int

    @property
    def share(self) -> float | None:
        """None where nothing was written."""
        return self.elsewhere / self.entries if self.entries else None


def interaction(records: Iterable[Record], today: date) -> list[Interaction]:
    """Six calendar months and the running one, the oldest first; the running month ends today."""
    counted = _counted(records)
    return [_within(counted, period) for period in months_back(today, MONTHS + 1)]


def halves(months: Sequence[Interaction]) -> tuple[Interaction, Interaction]:
    """The three months that are over before the last three, and those three."""
    over, half = months[:MONTHS], MONTHS // 2
    return _together(over[:half]), _together(over[half:])


def _together(months: Sequence[Interaction]) -> Interaction:
    return Interaction(
        period=Period(months[0].period.start, months[-1].period.end),
        entries=sum(m.entries for m in months),
        elsewhere=sum(m.elsewhere for m in months),
    )


def _within(records: list[Record], period: Period) -> Interaction:
    both = [
        (record, entry)
        for record in records
        for entry in record.entries
        # What the night writes is of no department.
        if entry.department and period.start <= entry.entered_at.date() <= period.end
    ]
    return Interaction(
        period=period,
        entries=len(both),
        elsewhere=sum(entry.department != record.department for record, entry in both),
    )


def is_more_than_chance(earlier: Interaction, later: Interaction) -> bool:
    """Whether two shares differ by more than chance; False where there are too few entries to tell."""
    counts = Counts(
        treated=later.entries,
        treated_won=later.elsewhere,
        held_out=earlier.entries,
        held_out_won=earlier.elsewhere,
    )
    if counts.are_too_few:
        return False
    difference = counts.points()
    return difference.low > 0 or difference.high < 0
