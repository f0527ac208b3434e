"""How good the links are: match rates, precision and recall against a known truth, and what can be said without one.

Without a truth, the bank's own exact keys are a judge that has not spoken: the phone numbers are hidden, everybody is
linked by what is left, and then the hidden numbers say how many of the likely links were right.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from sqlalchemy import select

from warehouse.access.reader import Reader
from warehouse.errors import Problem
from warehouse.identity import linking, match_keys
from warehouse.schema import identities, match_rates, person_links

LEADS_SOURCES = {"crm_lead_id": "CRM", "marketing_visitor": "Marketing", "customer_id": "Core banking"}
"""The truth's columns, and the source whose record each names."""


@dataclass(frozen=True)
class Agreement:
    """Pairs of records: how many are one person in truth, how many were linked, and how many are both."""

    true_pairs: int
    linked_pairs: int
    right_pairs: int

    @property
    def precision(self) -> float:
        """The share of linked pairs that are one person."""
        return self.right_pairs / self.linked_pairs if self.linked_pairs else 1.0

    @property
    def recall(self) -> float:
        """The share of the pairs that are one person that were linked."""
        return self.right_pairs / self.true_pairs if self.true_pairs else 1.0

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.4f} ({self.right_pairs:,} of {self.linked_pairs:,} linked pairs are "
            f"one person), recall {self.recall:.4f} ({self.right_pairs:,} of {self.true_pairs:,} pairs of one "
            "person are linked)."
        )


def rates(reader: Reader) -> pd.DataFrame:
    """One row per source: what its records were matched by."""
    return reader.frame(select(match_rates).order_by(match_rates.c.source))


def in_words(rate: Any) -> str:
    """A row of `rates` as one line."""
    matched = rate.by_number + rate.by_email + rate.by_phone + rate.by_likeness + rate.by_hand
    return (
        f"{rate.source}: {matched:,} of {rate.records:,} records belong to a known customer "
        f"({matched / rate.records:.1%}): {rate.by_number:,} by number, {rate.by_email:,} by e-mail, "
        f"{rate.by_phone:,} by phone, {rate.by_likeness:,} by match probability, {rate.by_hand:,} by hand. "
        f"{rate.other_people:,} belong to a person who has several records and is no known customer, "
        f"{rate.alone:,} stand alone."
    )


def links(reader: Reader) -> pd.DataFrame:
    """Every record with its person."""
    keys = (person_links.c.source, person_links.c.record_id)
    return reader.frame(select(*keys, person_links.c.person_id, person_links.c.how).order_by(*keys))


def unmatched(reader: Reader, source: str, at_most: int) -> pd.DataFrame:
    """Records of a source that belong to no customer; personal columns as the viewer may see them."""
    of_record = (identities.c.source == person_links.c.source) & (
        identities.c.record_id == person_links.c.record_id
    )
    statement = (
        select(
            identities.c.record_id,
            identities.c.lead_id,
            identities.c.ticket_id,
            identities.c.full_name,
            identities.c.email,
            identities.c.phone,
            person_links.c.person_id,
            person_links.c.reason,
        )
        .join_from(identities, person_links, of_record)
        .where(identities.c.source == source, person_links.c.customer_id.is_(None))
        .order_by(identities.c.record_id)
        .limit(at_most)
    )
    return reader.frame(statement)


def agreement(linked: pd.DataFrame, truth: pd.DataFrame, by: str = "person_id") -> Agreement:
    """Compare pairs. `truth` has source, record_id, who; `linked` source, record_id and the person as linked.

    Only records the truth names are judged; one that was given no person stands alone.
    """
    both = truth.merge(linked, on=["source", "record_id"], how="left")
    alone = both["source"] + " " + both["record_id"]
    both["linked"] = both[by].fillna(alone)
    return Agreement(_pairs(both, ["who"]), _pairs(both, ["linked"]), _pairs(both, ["who", "linked"]))


def _pairs(rows: pd.DataFrame, by: list[str]) -> int:
    size = rows.groupby(by, dropna=False).size()
    return int((size * (size - 1) // 2).sum())


def truth_of(folder: Path) -> pd.DataFrame:
    """Who each record is in truth (source, record_id, who), of the sample bank in `folder`, or Problem."""
    try:
        who_is_who = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["who_is_who"]
        who = pd.read_parquet(folder / who_is_who["file"])
        customers = pd.read_parquet(folder / "core" / "customers.parquet", columns=["customer_no", "email"])
    except (OSError, ValueError, KeyError):
        raise Problem(
            f"“{folder}” does not say who is who: it needs the truth.json and the files of a sample bank."
        ) from None
    parts = [
        who[[column, "true_email"]].dropna().set_axis(["record_id", "who"], axis=1).assign(source=source)
        for column, source in LEADS_SOURCES.items()
        if source != "Core banking"
    ]
    # A customer without any lead is a person of his own; a lead linked to him would be wrong.
    parts.append(customers.set_axis(["record_id", "who"], axis=1).assign(source="Core banking"))
    return pd.concat(parts, ignore_index=True)[["source", "record_id", "who"]]


def held_back(reader: Reader) -> Agreement:
    """Hide the phones, link by the rest, and let them judge the likely links: what one can know without a truth.

    Judged are pairs of a likely link whose records both have one. Pairs that another exact key joins anyway are
    left out: they are not what is in doubt.
    """
    columns = [identities.c[c] for c in ("source", "record_id", "full_name", "email", "phone", "birth_year")]
    records = reader.frame(select(*columns).order_by(identities.c.source, identities.c.record_id))
    records["customer_id"] = pd.Series([None] * len(records), dtype="str")
    hidden = records.assign(phone=pd.Series([None] * len(records), dtype="str"))
    judged = match_keys.NORMAL_PHONE.format("phone")
    with duckdb.connect() as work:
        match_keys.prepare(work, hidden)
        sure = linking.links_of(work, (), threshold=None)
        links = linking.links_of(work, ())
        work.register("records_given", records)
        truth = work.execute(
            f"SELECT source, record_id, {judged} AS who FROM records_given WHERE {judged} IS NOT NULL"
        ).df()
    all_pairs, already = agreement(links, truth), agreement(sure, truth)
    return Agreement(
        all_pairs.true_pairs - already.right_pairs,
        all_pairs.linked_pairs - already.linked_pairs,
        all_pairs.right_pairs - already.right_pairs,
    )
