"""The handoff from Marketing to Sales: the first-contact SLA, and what became of what Sales rejected."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, or_, select

from metrics.catalogue.stage_moves import EACH_TIME, by_then, to
from metrics.definitions.measure import Measure, Ratio
from warehouse.schema import hand_offs as h
from warehouse.schema import lead_moves as m
from warehouse.schema import leads as t

_SLA = (
    "The first-contact SLA is 24 working hours from becoming qualified (MQL), Monday to Friday from 9:00 to 18:00 "
    "without Hong "
    "Kong's public holidays, unless the bank chose others."
)
_DAYS_COUNT = (
    "1, 22 Nov 2026: first definition.",
    "2, 29 Nov 2026: a first contact of which only the day is known is in time on the day it was due.",
)

_BY_MOVES = "2, 29 Nov 2026: each rejection of a lead that had been called qualified by then."
_REJECTED = and_(to("rejected"), by_then(m.c.mql_at))
_SOURCES = (("leads", "mql_at"), ("leads", "rejected_at"))

rejected = Measure(
    label="Rejected by Sales",
    description="Leads called qualified by Marketing that Sales rejected in the period, whatever became of them later. "
    + EACH_TIME,
    owner="Sales Operations",
    fact=m,
    time_column=m.c.entered_at,
    where=_REJECTED,
    sources=_SOURCES,
    dated_from=("leads.rejected_at",),
    better="down",
    synonyms={"Marketing": "returned leads"},
    history=(*Measure.history, _BY_MOVES),
    example="""
        lead_moves
        lead_id | move | stage    | entered_at | mql_at
        1       | 3    | accepted | 2026-04-01 | 2026-03-30
        2       | 3    | rejected | 2026-04-08 | 2026-04-06
        3       | 3    | rejected | 2026-06-30 | 2026-06-29
        4       | 2    | rejected | 2026-06-30 |

        April to June 2026 = 2
    """,
)

first_contacts_due = Measure(
    label="First contacts due",
    description="Qualified leads whose first-contact SLA fell due in the period. " + _SLA,
    owner="Sales Operations",
    fact=h,
    time_column=h.c.due_at,
    better="neither",
    example="""
        hand_offs
        lead_id | mql_at           | due_at           | contacted_at
        1       | 2026-03-30 10:00 | 2026-04-01 16:00 | 2026-03-31 11:00
        2       | 2026-04-01 10:00 | 2026-04-08 16:00 |
        3       | 2026-06-30 10:00 | 2026-07-03 16:00 | 2026-06-30 12:00

        April to June 2026 = 2
    """,
)

contacted_in_time = Measure(
    label="Contacted in time",
    description="Of the first contacts due in the period, those that happened within the SLA. " + _SLA,
    owner="Sales Operations",
    fact=h,
    total="sum",
    expression=case((h.c.contacted_at <= h.c.due_at, 1), else_=0),
    time_column=h.c.due_at,
    history=_DAYS_COUNT,
    example="""
        hand_offs
        lead_id | mql_at           | due_at           | contacted_at
        1       | 2026-03-30 10:00 | 2026-04-01 16:00 | 2026-04-01 16:00
        2       | 2026-04-01 10:00 | 2026-04-08 16:00 | 2026-04-08 16:01
        3       | 2026-04-01 11:00 | 2026-04-08 17:00 |
        4       | 2026-06-30 10:00 | 2026-07-03 16:00 | 2026-06-30 12:00

        April to June 2026 = 1
    """,
)

sla_met = Ratio(
    label="First-contact SLA met",
    description="Of the first contacts due in the period, the share that happened within the SLA. " + _SLA,
    owner="Sales Operations",
    numerator=contacted_in_time,
    denominator=first_contacts_due,
    synonyms={"Sales": "speed to lead", "Service": "within SLA"},
    history=_DAYS_COUNT,
    example="""
        hand_offs
        lead_id | mql_at           | due_at           | contacted_at
        1       | 2026-03-30 10:00 | 2026-04-01 16:00 | 2026-04-01 16:00
        2       | 2026-04-01 10:00 | 2026-04-08 16:00 |
        3       | 2026-06-30 10:00 | 2026-07-03 16:00 | 2026-06-30 12:00

        April to June 2026 = 50%
    """,
)


def _overdue_at(instant: datetime) -> ColumnElement[bool]:
    """Due before an instant, however long before, and then neither contacted nor settled."""
    still = [or_(moment.is_(None), moment >= instant) for moment in (h.c.contacted_at, h.c.settled_at)]
    return and_(h.c.due_at < instant, *still)


still_uncontacted = Measure(
    label="Overdue, still waiting",
    description="Leads whose first contact was past due and had not happened when the period ended, of those "
    "open then, however long they had waited.",
    owner="Sales Operations",
    fact=h,
    state=_overdue_at,
    better="down",
    history=(
        "1, 22 Nov 2026: first definition.",
        "2, 25 Nov 2026: as it stood when the period ended; until then as it stands now, which always made the latest "
        "period look worst.",
        "3, 29 Nov 2026: all who waited when the period ended, not only those due in it.",
    ),
    example="""
        hand_offs
        lead_id | due_at           | contacted_at     | settled_at
        1       | 2026-04-01 16:00 | 2026-04-09 12:00 |
        2       | 2026-04-08 16:00 |                  |
        3       | 2026-04-08 17:00 |                  | 2026-05-02
        4       | 2026-07-03 16:00 |                  |
        5       | 2026-06-29 16:00 | 2026-07-01 09:00 |
        6       | 2026-06-29 17:00 |                  | 2026-07-01
        7       | 2025-01-06 16:00 |                  |
        8       | 2026-03-02 16:00 | 2026-04-02 10:00 |

        April to June 2026 = 4
    """,
)


_later = m.alias("later")


def _afterwards(stage: str) -> ColumnElement[bool]:
    """Whether the rejected lead moved to a stage later."""
    return and_(
        _REJECTED,
        select(_later.c.lead_id)
        .where(_later.c.lead_id == m.c.lead_id, _later.c.move > m.c.move, _later.c.stage == stage)
        .correlate(m)
        .exists(),
    )


def _rejected_then(stage: str, does: str, on: str) -> Measure:
    """Of the leads rejected in a period, those that reached a stage after it."""
    return Measure(
        label=f"Rejected, later {stage}",
        description=f"Of the leads that Sales rejected in the period, those {does} later.",
        owner="Marketing",
        fact=m,
        time_column=m.c.entered_at,
        where=_afterwards(stage),
        sources=(*_SOURCES, ("leads", f"{stage}_at")),
        dated_from=("leads.rejected_at",),
        final_after=None,
        history=(*Measure.history, _BY_MOVES),
        example=f"""
            lead_moves
            lead_id | move | stage    | entered_at | mql_at
            1       | 3    | rejected | 2026-04-08 | 2026-04-06
            2       | 3    | rejected | 2026-04-09 | 2026-04-06
            2       | 4    | {stage:8} | {on} | 2026-04-06
            3       | 3    | rejected | 2026-03-09 | 2026-03-06
            3       | 4    | {stage:8} | 2026-04-03 | 2026-03-06

            April to June 2026 = 1
        """,
    )


rejected_then_accepted = _rejected_then("accepted", "it accepted", on="2026-07-03")
rejected_then_won = _rejected_then("won", "that signed a contract", on="2026-09-03")

_again = t.alias("again")

rejected_then_back = Measure(
    label="Rejected, came back as a new lead",
    description="Of the leads that Sales rejected in the period, those whose person is known and came again later "
    "as another lead.",
    owner="Marketing",
    fact=m,
    time_column=m.c.entered_at,
    final_after=None,
    where=and_(
        _REJECTED,
        select(_again.c.lead_id)
        .where(_again.c.customer_id == m.c.customer_id, _again.c.created_at > m.c.entered_at)
        .correlate(m)
        .exists(),
    ),
    sources=(*_SOURCES, ("leads", "customer_id")),
    dated_from=("leads.rejected_at",),
    history=(*Measure.history, _BY_MOVES),
    example="""
        leads
        lead_id | customer_id | created_at
        1       | C1          | 2026-04-01
        2       | C1          | 2026-05-01

        lead_moves
        lead_id | move | stage    | customer_id | entered_at | mql_at
        1       | 3    | rejected | C1          | 2026-04-08 | 2026-04-02
        3       | 3    | rejected | C2          | 2026-04-09 | 2026-04-02
        4       | 3    | rejected |             | 2026-04-09 | 2026-04-02

        April to June 2026 = 1
    """,
)
