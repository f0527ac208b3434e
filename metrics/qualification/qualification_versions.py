"""The versions of “qualified” as the departments proposed and signed them, and which is in force from when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Engine, Table, select

from metrics.comparison.words import day
from metrics.definitions.cache_key import CannotBeKept
from metrics.definitions.measure import Metric
from metrics.qualification.qualification_rule import (
    SOURCES_SAY,
    QualificationRule,
    Timeline,
    catalogue,
    read_rule,
)
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import APP_DB, definition_signatures, definitions
from warehouse.stores.connect import Stores

SIGNING = ("Marketing", "Sales")
"""The departments that share the funnel; a version needs both."""


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What one department said about a version; `as_of` is the last day that was loaded then."""

    department: str
    verdict: str
    note: str
    signed_by: str
    signed_at: datetime
    as_of: date


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of “qualified”. It is never changed; what is said about it is added."""

    number: int
    rule: QualificationRule
    effective_on: date | None
    why: str
    author: str
    department: str
    proposed_at: datetime | None
    signatures: tuple[Signature, ...] = ()

    @property
    def waits_for(self) -> tuple[str, ...]:
        """The departments that have said nothing yet; nobody's word is missing once one declined."""
        if self.number == 1 or self.is_declined:
            return ()
        return tuple(d for d in SIGNING if d not in {s.department for s in self.signatures})

    @property
    def is_declined(self) -> bool:
        return any(s.verdict == "declined" for s in self.signatures)

    @property
    def in_force_from(self) -> date | None:
        """The first day whose leads it applies to, or None while it is not signed by both.

        Never a day that had been reported on when the last department signed: no figure changes behind its readers.
        """
        if self.effective_on is None or self.is_declined or self.waits_for:
            return None
        return max(self.effective_on, *(s.as_of + timedelta(days=1) for s in self.signatures))

    def state(self) -> str:
        """Where it stands, in words."""
        if self.number == 1:
            return "in force from the beginning"
        if self.is_declined:
            return "declined by " + " and ".join(
                s.department for s in self.signatures if s.verdict == "declined"
            )
        if self.waits_for:
            return "waits for " + " and ".join(self.waits_for)
        return f"signed by both, for leads from {day(self.in_force_from)} on"


FIRST = Version(
    number=1,
    rule=SOURCES_SAY,
    effective_on=None,
    why="What the departments' own systems say.",
    author="Source systems",
    department="",
    proposed_at=None,
)


def versions(reader: Reader) -> tuple[Version, ...]:
    """Every version, version 1 first."""
    return reader.kept(_versions)


def _versions(reader: Reader) -> tuple[Version, ...]:
    signatures: dict[int, list[Signature]] = {}
    for s in reader.rows(select(definition_signatures).order_by(definition_signatures.c.signed_at)):
        signatures.setdefault(s.version, []).append(
            Signature(
                department=s.department,
                verdict=s.verdict,
                note=s.note,
                signed_by=s.signed_by,
                signed_at=s.signed_at,
                as_of=_day(s.as_of),
            )
        )
    proposed = (
        Version(
            number=d.version,
            rule=read_rule(d.rule),
            effective_on=_day(d.effective_on),
            why=d.why,
            author=d.author,
            department=d.department,
            proposed_at=d.proposed_at,
            signatures=tuple(signatures.get(d.version, ())),
        )
        for d in reader.rows(select(definitions).order_by(definitions.c.version))
    )
    return (FIRST, *proposed)


_AS_AGREED: set[Callable[..., Any]] = set()
F = TypeVar("F", bound=Callable[..., Any])


def as_agreed(function: F) -> F:
    """Marks a function whose answer depends on the definitions in force: they are part of the key it is kept under."""
    _AS_AGREED.add(function)
    return function


class BankReader(Reader):
    """A reader for answers that are kept: of the bank alone, under the definitions that were in force when it was made.

    What people write in the application database changes by the minute, so an answer that reads it must not be kept:
    it is refused here. Who looks is only known by what her rows and columns depend on.
    """

    may_keep = False

    def __init__(self, stores: Stores, viewer: Viewer, snapshot: str | None, agreed: Timeline | None):
        super().__init__(stores, viewer.nameless(), snapshot)
        self.agreed = agreed
        """None for a function that is not marked `as_agreed`: it may not ask for them."""

    def _engine(self, tables: set[Table]) -> Engine:
        if of_app_db := sorted(t.name for t in tables if t.metadata is APP_DB):
            raise CannotBeKept(
                f"An answer that is kept may not depend on the application database ({', '.join(of_app_db)})."
            )
        return super()._engine(tables)


def timeline(reader: Reader) -> Timeline:
    """Which rule applies to the leads of which day; empty while version 1 is the only one in force."""
    if isinstance(reader, BankReader):
        if reader.agreed is None:
            raise CannotBeKept(
                "An answer that depends on the definitions in force is kept: mark its function as_agreed."
            )
        return reader.agreed
    signed = [(v.in_force_from, v.number, v.rule) for v in versions(reader) if v.in_force_from is not None]
    return tuple((start, rule) for start, _, rule in sorted(signed, key=lambda s: (s[0], s[1])))


def bank_reader(reader: Reader, function: Callable[..., Any]) -> BankReader:
    """The reader on which a function is called whose answer is kept."""
    agreed = timeline(reader) if function in _AS_AGREED else None
    return BankReader(reader.stores, reader.viewer, reader.snapshot, agreed)


def in_force(reader: Reader) -> Mapping[str, Metric]:
    """The catalogue as the departments agreed it: what every figure is asked by unless a version is named."""
    return catalogue(timeline(reader))


def in_words(reader: Reader) -> str:
    """The versions in force with the leads they apply to: `version 1 from the beginning, version 2 for leads from …`."""
    signed = [v for v in versions(reader) if v.number == 1 or v.in_force_from is not None]
    return "; ".join(f"version {v.number} ({v.state()}): {v.rule.in_words()}" for v in signed)


def _day(value: date) -> date:
    return date(value.year, value.month, value.day)
