"""Of the leads of one campaign that were handed over in a period, how many Sales has decided on, and accepted, so far."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from sqlalchemy import or_

from metrics.catalogue.funnel import mql
from metrics.definitions.measure import Measure
from metrics.definitions.scope import Period
from metrics.query.query import Query, of_measures
from warehouse.access.reader import Reader
from warehouse.schema import leads as t

NEEDED = ("leads", "leads.mql_at", "leads.accepted_at", "leads.rejected_at", "leads.campaign_id")
"""What a bank must have given for it."""
_DECIDED = replace(mql, where=or_(t.c.accepted_at.is_not(None), t.c.rejected_at.is_not(None)))
_ACCEPTED = replace(mql, where=t.c.accepted_at.is_not(None))
_MEASURES: dict[str, Measure] = {"handed_over": mql, "decided": _DECIDED, "accepted": _ACCEPTED}


def of_campaigns(reader: Reader, periods: tuple[Period, ...]) -> pd.DataFrame:
    """A row per `campaign`, with `handed_over__0`, `decided__0`, `accepted__0` of the first period, and so on.

    A lead belongs to the period in which Marketing called it qualified, whenever Sales decided.
    """
    larger = {_DECIDED: (mql,), _ACCEPTED: (_DECIDED, mql)}
    return of_measures(reader, _MEASURES, Query((), periods, (), ("campaign",)), larger)
