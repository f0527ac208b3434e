"""How people who were won through a lead fare in their first months: whether the bank keeps what its campaign promised.

A cohort counts once it has been watched to the end: ask these figures of people who joined at least that many days ago.
"""

from sqlalchemy import and_, select

from metrics.catalogue import acquisition
from metrics.definitions.measure import Measure, Ratio
from warehouse.schema import customers, tickets
from warehouse.sql.dialects import add_days

COMPLAINT_DAYS = 90
LEAVING_DAYS = 180

_acquired = customers.c.acquired_by_lead_id.is_not(None)
_complained = (
    select(tickets.c.ticket_id)
    .where(
        tickets.c.customer_id == customers.c.customer_id,
        tickets.c.complaint.is_(True),
        tickets.c.withdrawn.is_not(True),
        tickets.c.opened_at >= customers.c.joined_on,
        # The day after the last one: a moment within the last day still counts.
        tickets.c.opened_at < add_days(customers.c.joined_on, COMPLAINT_DAYS + 1),
    )
    .correlate(customers)
    .exists()
)

complained_early = Measure(
    label="New customers who complained early",
    description="People who joined in the period through a lead and complained within 90 days of joining.",
    owner="Service",
    fact=customers,
    time_column=customers.c.joined_on,
    where=and_(_acquired, _complained),
    better="down",
    final_after=COMPLAINT_DAYS,
    example="""
        customers
        customer_id | joined_on  | acquired_by_lead_id
        1           | 2026-04-01 | L1
        2           | 2026-04-01 | L2
        3           | 2026-04-01 |
        4           | 2026-04-01 | L4

        tickets
        ticket_id | customer_id | opened_at  | complaint | withdrawn
        1         | 1           | 2026-06-30 | true      | false
        2         | 1           | 2026-05-30 | true      | false
        3         | 2           | 2026-07-01 | true      | false
        4         | 3           | 2026-04-02 | true      | false
        5         | 4           | 2026-04-02 | true      | true

        April to June 2026 = 1
    """,
)

early_complaints = Ratio(
    label="Early complaints",
    description=(
        "Of the people who joined in the period through a lead, the share who complained within 90 days of "
        "joining."
    ),
    owner="Service",
    numerator=complained_early,
    denominator=acquisition.customers_acquired,
    better="down",
    synonyms={"Marketing": "complaints after a campaign"},
    example="""
        customers
        customer_id | joined_on  | acquired_by_lead_id
        1           | 2026-04-01 | L1
        2           | 2026-04-01 | L2

        tickets
        ticket_id | customer_id | opened_at  | complaint | withdrawn
        1         | 1           | 2026-05-30 | true      | false

        April to June 2026 = 50%
    """,
)

left_early = Measure(
    label="New customers who left early",
    description="People who joined in the period through a lead and left within 180 days of joining.",
    owner="Core banking",
    fact=customers,
    time_column=customers.c.joined_on,
    where=and_(
        _acquired,
        # Who left before joining came back.
        customers.c.left_on >= customers.c.joined_on,
        customers.c.left_on <= add_days(customers.c.joined_on, LEAVING_DAYS),
    ),
    better="down",
    final_after=LEAVING_DAYS,
    example="""
        customers
        customer_id | joined_on  | left_on    | acquired_by_lead_id
        1           | 2026-04-01 | 2026-09-28 | L1
        2           | 2026-04-01 | 2026-09-29 | L2
        3           | 2026-04-01 |            | L3
        4           | 2026-04-01 | 2026-05-01 |

        April to June 2026 = 1
    """,
)

early_churn = Ratio(
    label="Early leavers",
    description="Of the people who joined in the period through a lead, the share who left within 180 days of joining.",
    owner="Core banking",
    numerator=left_early,
    denominator=acquisition.customers_acquired,
    better="down",
    synonyms={"Marketing": "early churn"},
    example="""
        customers
        customer_id | joined_on  | left_on    | acquired_by_lead_id
        1           | 2026-04-01 | 2026-05-28 | L1
        2           | 2026-04-01 |            | L2

        April to June 2026 = 50%
    """,
)
