"""Which stages of a customer's journey have data, from which department, and where a gap is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from warehouse.schema import UNIFIED_TABLES

STAGES: Mapping[str, tuple[str, ...]] = {
    "Hears of us": ("campaigns", "campaign_days", "touches"),
    "Asks": ("leads", "lead_stages"),
    "Joins": ("customers", "accounts"),
    "Uses what we offer": ("balances", "transactions", "product_usage", "revenues"),
    "Needs help": ("tickets",),
    "Says what it was like": ("surveys",),
    "Leaves": ("customers.left_on",),
}
"""Stage → the tables, or `table.column`s, that tell of it."""
_OWNERS: Mapping[str, str] = {t.name: t.info["owner"] for t in UNIFIED_TABLES}


@dataclass(frozen=True, kw_only=True)
class StageCoverage:
    """A stage: department → what it gave and what it did not."""

    stage: str
    given: Mapping[str, tuple[str, ...]]
    missing: Mapping[str, tuple[str, ...]]

    @property
    def is_gap(self) -> bool:
        """Whether nothing at all tells of it."""
        return not self.given


def owner_of(source: str) -> str:
    """The department that answers for a `table` or `table.column`; "" where nobody does."""
    return _OWNERS.get(source.partition(".")[0], "")


OWNERS = tuple(dict.fromkeys(owner_of(s) for sources in STAGES.values() for s in sources))
"""The departments of the journey, in its order."""


def coverage_by_stage(available: Collection[str]) -> list[StageCoverage]:
    """Each stage with its sources, by department; `available` are `table`s and `table.column`s that tell something."""
    lines = []
    for stage, sources in STAGES.items():
        by_owner = {owner: [s for s in sources if owner_of(s) == owner] for owner in OWNERS}
        given = {o: tuple(s for s in names if s in available) for o, names in by_owner.items()}
        missing = {o: tuple(s for s in names if s not in available) for o, names in by_owner.items()}
        lines.append(
            StageCoverage(
                stage=stage,
                given={o: names for o, names in given.items() if names},
                missing={o: names for o, names in missing.items() if names},
            )
        )
    return lines
