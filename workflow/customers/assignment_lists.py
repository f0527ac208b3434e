"""Who is in which group of the agreed test of a dispute: drawn once, within consent and contact limits.

Drawn at random within strata of segment and RM team by a seed that is kept and shown to nobody: the same customers and
the same seed give the same list. Everybody reads its sizes; the list itself only who sees these customers row by row.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import insert, select

from metrics.comparison.words import numeral
from warehouse.access import data_coverage
from warehouse.access.audit import AuditEntry
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import alerts
from warehouse.app_db.app_schema import test_assignments as t
from warehouse.disclosure.minimum_cell_size import is_enough
from warehouse.errors import ChangeRefused
from warehouse.schema import customers, experiments
from warehouse.stores.connect import Stores
from workflow.collaboration import agreed_test, record_reading, record_store
from workflow.collaboration.disputes import SETTLED
from workflow.collaboration.pinned_figures import pinned
from workflow.collaboration.record_contents import MOST_LINES
from workflow.collaboration.record_kind import Record
from workflow.customers import consent, contactable
from workflow.customers.left_alone import RESERVE
from workflow.experiments.hold_out import HELD_OUT, TREATED

NEEDED: Mapping[str, str] = {
    "tickets": "open complaints",
    "touches": "contacts of the last days",
}
"""Table → what is not looked at where a bank delivers none."""
OTHERS = "All smaller strata together"
OTHER_TEST = "In another test, or held out of the alerts."
GROUPS = {TREATED: "with the change", HELD_OUT: "without it", RESERVE: "in neither, left alone"}
MOST_DRAWN = 2 / 3
"""So much of a stratum is in the two groups at most, for the reserve to be as large as either."""
OPENS_TO = ("relationship_manager", "team_lead", "service", "analyst")
"""The roles that see customers row by row and so their part of a list."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A list before it is written: one row per customer with stratum and arm, and why others are not in it."""

    rows: pd.DataFrame
    left_out: Mapping[str, int]
    eligible: int

    @property
    def sha256(self) -> str:
        """Of all its lines, by customer."""
        lines = sorted(self.rows[["customer_id", "stratum", "arm"]].itertuples(index=False, name=None))
        return hashlib.sha256("\n".join(",".join(line) for line in lines).encode()).hexdigest()

    @property
    def tested(self) -> int:
        """How many are in one of the two groups."""
        return int((self.rows["arm"] != RESERVE).sum())

    def sizes(self) -> list[str]:
        """Each stratum with the people of both groups."""
        counts = Counter(zip(self.rows["stratum"], self.rows["arm"], strict=True))
        return [
            f"{stratum}: {numeral(counts[stratum, TREATED])} with the change, "
            f"{numeral(counts[stratum, HELD_OUT])} without it"
            for stratum in sorted(set(self.rows["stratum"]), key=lambda s: (s == OTHERS, s))
        ]


def draw(stores: Stores, viewer: Viewer, record_id: int, seen_version: int) -> str:
    """Draw the list of a dispute's planned test and keep it; gives the sentence that says what was done.

    Raises ChangeRefused where too few customers may be contacted, and as `record_store.take_step` does.
    """
    record = record_reading.one_record(Reader(stores, viewer), record_id)
    if record is None or record.kind != "dispute":
        raise ChangeRefused(record_store.GONE)
    planned = record.steps_taken("plan_test")
    if not planned:
        raise ChangeRefused("Plan the test first: it says how many people are needed. Nothing was saved.")
    seed = secrets.token_hex(8)
    night = Reader(stores, SYSTEM, stores.snapshot())
    smallest, needed = stores.settings.smallest_cell, 2 * agreed_test.per_group(planned[-1].contents)
    drawn = drawn_by(night, seed, needed, _segments(stores, record))
    if drawn.rows.empty:
        raise ChangeRefused(
            f"Fewer than {smallest} customers may be contacted for this test now, so no list was drawn."
        )
    unchecked = [
        what for table, what in NEEDED.items() if table not in data_coverage.available_columns(night)
    ]
    values = {
        "checksum": drawn.sha256,
        "sizes": "\n".join(drawn.sizes()),
        "left_out": "\n".join(_left_out(drawn, smallest)),
        "short_of": ""
        if drawn.tested >= needed
        else f"{numeral(drawn.tested)} of the {numeral(needed)} people the plan needs are in the two groups.",
        "unchecked": f"This bank delivers nothing about {' and '.join(unchecked)}." if unchecked else "",
    }

    def keep(entry: AuditEntry) -> None:
        own = {"record_id": record_id, "seed": seed, "assigned_by": entry.who, "assigned_at": entry.at}
        keys = drawn.rows.assign(customer_rm_id=drawn.rows["rm_id"])
        entry.app_db.execute(
            insert(t), [own | {str(k): v for k, v in row.items()} for row in keys.to_dict("records")]
        )

    return record_store.take_step(stores, viewer, record_id, seen_version, "assign", values, also=keep)


def drawn_by(night: Reader, seed: str, needed: int, segments: tuple[str, ...] = ()) -> Drawn:
    """The list that a seed draws of those who may be contacted now: at most `needed`, in proportion to the strata."""
    people = contactable.people(night, segments)
    elsewhere = (people["why_not"] == "") & people["customer_id"].isin(in_other_tests(night))
    people.loc[elsewhere, "why_not"] = OTHER_TEST
    left_out = Counter(people.loc[people["why_not"] != "", "why_not"])
    free = people[people["why_not"] == ""].copy()
    smallest = night.stores.settings.smallest_cell
    free["stratum"] = _strata(free, smallest)
    free = free[free["stratum"] != ""]
    free["order"] = [_order(seed, str(c)) for c in free["customer_id"]]
    parts = []
    for stratum, rows in free.groupby("stratum"):
        # An even number of each stratum, so that both groups are as large; rounded down, never beyond what is needed.
        share = min(MOST_DRAWN, needed / len(free))
        half = max(int(len(rows) * share / 2), 1)
        reserve = min(half, len(rows) - 2 * half)
        arms = [TREATED] * half + [RESERVE] * reserve + [HELD_OUT] * half
        chosen = rows.sort_values("order").head(len(arms))
        parts.append(chosen.assign(stratum=stratum, arm=arms))
    columns = ["customer_id", "rm_id", "team", "stratum", "arm"]
    rows = pd.concat(parts)[columns] if parts else pd.DataFrame(columns=columns)
    return Drawn(rows=rows.astype(object).where(rows.notna(), None), left_out=left_out, eligible=len(free))


def follows_its_seed(stores: Stores, record_id: int) -> bool:
    """Whether a list is the one that its seed draws of its customers, and as long as its check sum says."""
    night = Reader(stores, SYSTEM)
    rows = night.frame(select(t).where(t.c.record_id == record_id))
    record = record_reading.one_record(night, record_id)
    if rows.empty or record is None:
        return False
    rows["order"] = [_order(seed, c) for seed, c in zip(rows["seed"], rows["customer_id"], strict=True)]
    for _, some in rows.groupby("stratum"):
        arms = list(some.sort_values("order")["arm"])
        if arms != sorted(arms, reverse=True):  # "treated" comes first
            return False
    return Drawn(rows=rows, left_out={}, eligible=0).sha256 == str(record.contents["checksum"])


def _order(seed: str, customer_id: str) -> str:
    return hashlib.sha256(f"{seed}|{customer_id}".encode()).hexdigest()


def list_for(reader: Reader, record_id: int) -> pd.DataFrame:
    """The reader's part of a list, with whether each customer still agrees to be contacted.

    Who works with customers reads those the change is for; only analysts read both groups.
    """
    rows = reader.frame(select(t.c.customer_id, t.c.stratum, t.c.arm).where(t.c.record_id == record_id))
    numbers = [str(c) for c in rows["customer_id"]]
    c = customers
    agree = Reader(reader.stores, reader.viewer, reader.stores.snapshot()).frame(
        select(c.c.customer_id, c.c.marketing_consent, c.c.consent_changed_on).where(
            c.c.customer_id.in_(numbers)
        )
    )
    opted_out = consent.opted_out(reader, numbers)
    still = {
        str(r.customer_id): consent.standing(
            r.marketing_consent, r.consent_changed_on, opted_out.get(str(r.customer_id))
        )
        for r in agree.itertuples()
    }
    rows = rows[rows["customer_id"].astype(str).isin(still)].sort_values(["stratum", "customer_id"])
    return pd.DataFrame(
        {
            "Customer": rows["customer_id"].to_numpy(),
            "Stratum": rows["stratum"].to_numpy(),
            "Group": [GROUPS[arm] for arm in rows["arm"]],
            "Consent today": [
                "yes" if still[str(number)] else "no: do not contact" for number in rows["customer_id"]
            ],
        }
    )


def _segments(stores: Stores, record: Record) -> tuple[str, ...]:
    """The segments of the slice in dispute; none where it is not of some segments."""
    pin = pinned(Reader(stores, SYSTEM)).get(record.pin_id or 0)
    return dict(pin.scope.filters).get("segment", ()) if pin else ()


def in_other_tests(night: Reader) -> set[str]:
    """Whom another comparison needs as she is: held out of alerts, in an experiment of the bank, on another list."""
    held = night.frame(select(alerts.c.customer_id).where(alerts.c.arm == HELD_OUT).distinct())
    bank = night.frame(select(experiments.c.customer_id).distinct())
    running = [r.record_id for r in record_reading.records_of(night, "dispute") if r.state != SETTLED]
    lists = night.frame(select(t.c.customer_id).where(t.c.record_id.in_(running)).distinct())
    return {str(n) for frame in (held, bank, lists) for n in frame["customer_id"].dropna()}


def _strata(free: pd.DataFrame, smallest: int) -> list[str]:
    """Segment and team, of very many teams the segment alone. Strata of too few people are one; if that is too small,
    its people stay out, as ""."""
    names = [
        f"{segment if isinstance(segment, str) else 'No segment'}, {team if isinstance(team, str) else 'no team'}"
        for segment, team in zip(free["segment"], free["team"], strict=True)
    ]
    if len(set(names)) >= MOST_LINES:
        names = [segment if isinstance(segment, str) else "No segment" for segment in free["segment"]]
    counts = Counter(names)
    of_both = 2 * smallest
    large = {name for name, count in counts.items() if is_enough(count, of_both)}
    rest = OTHERS if is_enough(sum(counts[name] for name in counts.keys() - large), of_both) else ""
    return [name if name in large else rest for name in names]


def _left_out(drawn: Drawn, smallest: int) -> list[str]:
    return [
        f"{numeral(count) if is_enough(count, smallest) else f'Fewer than {smallest}'}: {why}"
        for why, count in sorted(drawn.left_out.items(), key=lambda pair: -pair[1])
    ]
