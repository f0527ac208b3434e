"""Of the leads of each campaign that were handed over in a period, how many Sales accepted within two weeks.

Every lead is watched for as long, so a later month is not behind an earlier one because fewer of its leads are decided.
Nobody is shown a count of the undecided, whose few would hide the rest.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from sqlalchemy import and_, case

from metrics.catalogue import CATALOGUE
from metrics.catalogue.funnel import mql
from metrics.definitions.measure import Measure
from metrics.definitions.scope import Period
from metrics.query import linked_figures
from metrics.query.query import Query, of_measures
from warehouse.access.reader import Reader
from warehouse.disclosure.minimum_cell_size import is_few
from warehouse.schema import leads as t
from warehouse.sql.dialects import days_between

NEEDED = ("leads", "leads.mql_at", "leads.accepted_at", "leads.campaign_id")
"""What a bank must have given for it."""
WATCHED_DAYS = 14
"""Sales decides on 19 of 20 leads sooner."""
_SOON = and_(t.c.accepted_at.is_not(None), days_between(t.c.mql_at, t.c.accepted_at) <= WATCHED_DAYS)
# A sum over all that were handed over, so that who sees totals sees it once enough were.
_ACCEPTED = replace(mql, total="sum", expression=case((_SOON, 1), else_=0))
_MEASURES: dict[str, Measure] = {"handed_over": mql, "accepted": _ACCEPTED}


def of_campaigns(reader: Reader, periods: tuple[Period, ...]) -> pd.DataFrame:
    """A row per `campaign`, with `handed_over__0` and `accepted__0` of the first period, and so on; alike for everybody.

    A lead belongs to the period in which Marketing called it qualified. NaN tells of too few people, accepted or not.
    """
    larger = dict.fromkeys(_MEASURES.values(), linked_figures.wholes_of(CATALOGUE, mql))
    frame = of_measures(reader, _MEASURES, Query((), periods, (), ("campaign",)), larger, alike=True)
    for index in range(len(periods)):
        accepted, all_of_them = frame[f"accepted__{index}"], frame[f"handed_over__{index}"]
        few = is_few(accepted, reader.smallest_cell) | is_few(all_of_them - accepted, reader.smallest_cell)
        frame[f"accepted__{index}"] = accepted.mask(few)
    return frame
