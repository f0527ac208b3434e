"""How evenly what the customers won brought is spread in a group: the median, and who brought what winning one cost.

A mean that few carry says little about the next customer: it stands beside both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd
from sqlalchemy import and_, case, distinct, false, func, or_, select

from metrics.attribution.channel_net_value import _filtered, _group
from metrics.catalogue.customer_value import valued_and_joined_within
from metrics.definitions.scope import Scope
from warehouse.access.reader import Reader
from warehouse.disclosure.people_behind import BESIDES, PEOPLE, counted
from warehouse.disclosure.primary_suppression import without_small_cells
from warehouse.schema import customer_values as v
from warehouse.sql.dialects import median


def spread(reader: Reader, by: str, scope: Scope, cac: Mapping[str, float]) -> pd.DataFrame:
    """`group`, `median` (HKD) and `paying`: customers whose lifetime value reaches `cac`, what one of the group cost.

    Blank for everybody where it is about too few to show, so that all read one conclusion.
    """
    group, worth, person = _group(v, by), v.c.since_joining, v.c.customer_id
    costs = {g: c for g, c in cac.items() if math.isfinite(c)}
    pays = or_(*(and_(group == g, worth >= c) for g, c in costs.items())) if costs else false()
    costed = group.in_(list(costs)) if costs else false()
    statement = select(
        group.label("group"),
        *counted("median", median(worth), func.count(distinct(person))),
        *counted("paying", func.count(distinct(case((pays, person))))),
        func.count(distinct(case((and_(costed, pays.is_not(True)), person)))).label(
            f"paying{BESIDES}0{PEOPLE}"
        ),
    ).where(valued_and_joined_within(scope.period))
    frame = reader.frame(_filtered(statement, v, scope).group_by(group))
    frame = without_small_cells(frame, reader.smallest_cell, ["group"])
    frame["paying"] = frame["paying"].where(frame["group"].isin(list(costs)))
    return frame[["group", "median", "paying"]]
