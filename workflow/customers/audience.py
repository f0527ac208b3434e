"""An audience put together from segments and holdings, and how many of it may be contacted, by which channel and why not.

The counting is done as the system, over every customer. A role that sees totals only reads numbers rounded down to whole
smallest cells, so that two audiences that differ by a few people look alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import func, select

from warehouse.access.reader import SYSTEM, Reader
from warehouse.access.roles import sees_single_rows
from warehouse.disclosure.minimum_cell_size import in_whole_cells
from warehouse.schema import accounts, customers
from workflow.customers import contactable
from workflow.customers.assignment_lists import OTHER_TEST, in_other_tests

WEALTH = ("investment", "insurance")
ANY, WITHOUT, WITH = "any", "without", "with"
HOLDINGS = {
    ANY: "Whatever they hold",
    WITHOUT: "Without investment or insurance",
    WITH: "With investment or insurance",
}
CHANNELS = {"email": "By e-mail", "phone": "By phone"}
NO_ADDRESS = "Neither an e-mail address nor a phone number is on record."


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Of so many customers, how many may be contacted, by which channel, and why the others may not.

    With `steps` > 1 each number is rounded down to a multiple of it; what is less is left out of `reasons`.
    """

    customers: int
    contactable: int
    by_channel: dict[str, int]
    reasons: tuple[tuple[str, int], ...]
    steps: int


def audience(reader: Reader, segments: Collection[str], holdings: str) -> Audience:
    """The customers of some segments (of all, where none is named) who are with us, by what they hold."""
    night = Reader(reader.stores, SYSTEM, reader.snapshot)
    people = contactable.people(night, tuple(sorted(segments)))
    people = people[people["left_on"].isna()].merge(_reach(night), on="customer_id", how="left")
    if holdings != ANY:
        holds = people["customer_id"].isin(_holders(night))
        people = people[holds if holdings == WITH else ~holds]
    free = people["why_not"] == ""
    people.loc[free & people["customer_id"].isin(in_other_tests(night)), "why_not"] = OTHER_TEST
    free = people["why_not"] == ""
    people.loc[free & ~people["has_email"] & ~people["has_phone"], "why_not"] = NO_ADDRESS
    free = people["why_not"] == ""
    steps = 1 if sees_single_rows(reader.viewer.role, customers.name) else reader.smallest_cell
    counts = Counter(people.loc[~free, "why_not"])
    reasons = [(why, in_whole_cells(n, steps)) for why, n in counts.most_common()]
    return Audience(
        customers=in_whole_cells(len(people), steps),
        contactable=in_whole_cells(int(free.sum()), steps),
        by_channel={
            channel: in_whole_cells(int((free & people[f"has_{channel}"]).sum()), steps)
            for channel in CHANNELS
        },
        reasons=tuple((why, n) for why, n in reasons if n),
        steps=steps,
    )


def _reach(night: Reader) -> pd.DataFrame:
    """customer_id, has_email, has_phone."""
    c = customers.c
    frame = night.frame(
        select(
            c.customer_id,
            (func.coalesce(c.email, "") != "").label("has_email"),
            (func.coalesce(c.phone, "") != "").label("has_phone"),
        )
    )
    return frame.astype({"has_email": bool, "has_phone": bool})


def _holders(night: Reader) -> set[str]:
    """Who has an open account of an investment or an insurance."""
    a = accounts.c
    frame = night.frame(select(a.customer_id).where(a.product.in_(WEALTH), a.closed_on.is_(None)).distinct())
    return set(frame["customer_id"].dropna().astype(str))
