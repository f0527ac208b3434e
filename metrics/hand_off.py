"""The hand-over from Marketing to Sales: the promised first contact, and what became of what Sales rejected."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, or_, select

from metrics.measure import Measure, Ratio
from warehouse.schema import hand_offs as h
from warehouse.schema import leads as t

_PROMISE = (
    "The promise is 24 working hours from becoming qualified (MQL), Monday to Friday from 9:00 to 18:00 without Hong "
    "Kong's public holidays, unless the bank chose others."
)

rejected = Measure(
    label="Rejected by Sales",
    means="Leads called qualified by Marketing that Sales rejected in the period, whatever became of them later.",
    owner="Sales Operations",
    fact=t,
    dated=t.c.rejected_at,
    where=t.c.mql_at.is_not(None),
    better="down",
    synonyms={"Marketing": "returned leads"},
    example="""
        leads
        lead_id | mql_at     | accepted_at | rejected_at
        1       | 2026-03-30 | 2026-04-01  |
        2       | 2026-04-06 |             | 2026-04-08
        3       | 2026-06-29 |             | 2026-06-30
        4       |            |             | 2026-06-30

        April to June 2026 = 2
    """,
)

promises_due = Measure(
    label="First contacts due",
    means="Qualified leads whose promised working hours until the first contact ended in the period. "
    + _PROMISE,
    owner="Sales Operations",
    fact=h,
    dated=h.c.due_at,
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
    means="Of the first contacts due in the period, those that happened within the promised working hours. "
    + _PROMISE,
    owner="Sales Operations",
    fact=h,
    total="sum",
    of=case((h.c.contacted_at <= h.c.due_at, 1), else_=0),
    dated=h.c.due_at,
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

promise_kept = Ratio(
    label="Promise kept",
    means="Of the first contacts due in the period, the share that happened within the promised working hours. "
    + _PROMISE,
    owner="Sales Operations",
    top=contacted_in_time,
    bottom=promises_due,
    synonyms={"Sales": "speed to lead", "Service": "within SLA"},
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
    means="Leads whose promised first contact was past due and had not happened when the period ended, of those "
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


rejected_then_accepted = Measure(
    label="Rejected, later accepted",
    means="Of the leads that Sales rejected in the period, those it accepted later.",
    owner="Marketing",
    fact=t,
    dated=t.c.rejected_at,
    where=t.c.accepted_at > t.c.rejected_at,
    final_after=None,
    example="""
        leads
        lead_id | rejected_at | accepted_at
        1       | 2026-04-08  |
        2       | 2026-04-09  | 2026-07-03
        3       | 2026-03-09  | 2026-04-03

        April to June 2026 = 1
    """,
)

rejected_then_won = Measure(
    label="Rejected, later won",
    means="Of the leads that Sales rejected in the period, those that signed a contract later.",
    owner="Marketing",
    fact=t,
    dated=t.c.rejected_at,
    where=t.c.won_at > t.c.rejected_at,
    final_after=None,
    example="""
        leads
        lead_id | rejected_at | won_at
        1       | 2026-04-08  |
        2       | 2026-04-09  | 2026-09-03
        3       | 2026-03-09  | 2026-04-03

        April to June 2026 = 1
    """,
)

_again = t.alias("again")

rejected_then_back = Measure(
    label="Rejected, came back as a new lead",
    means="Of the leads that Sales rejected in the period, those whose person is known and came again later "
    "as another lead.",
    owner="Marketing",
    fact=t,
    dated=t.c.rejected_at,
    final_after=None,
    where=select(_again.c.lead_id)
    .where(_again.c.customer_id == t.c.customer_id, _again.c.created_at > t.c.rejected_at)
    .correlate(t)
    .exists(),
    example="""
        leads
        lead_id | customer_id | created_at | rejected_at
        1       | C1          | 2026-04-01 | 2026-04-08
        2       | C1          | 2026-05-01 |
        3       | C2          | 2026-04-01 | 2026-04-09
        4       |             | 2026-04-01 | 2026-04-09

        April to June 2026 = 1
    """,
)
