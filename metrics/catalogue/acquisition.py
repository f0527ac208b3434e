"""What it costs to win a customer, and what the won customers bring."""

from sqlalchemy import ColumnElement, select

from metrics.catalogue.customer_value import day_of_winning
from metrics.definitions.measure import Measure, Ratio, between
from metrics.definitions.scope import Period
from warehouse.schema import campaign_days, campaigns, customers, revenues

visits = Measure(
    label="Visits",
    description="Visits to our pages that campaigns brought on the days of the period, as the campaigns' own statistics "
    "count them. Somebody may visit more than once; visits without a campaign are not in it.",
    owner="Marketing",
    fact=campaign_days,
    total="sum",
    expression=campaign_days.c.visits,
    time_column=campaign_days.c.day_on,
    synonyms={"Digital": "sessions", "Marketing": "visitors"},
    example="""
        campaign_days
        campaign_id | day_on     | visits
        A           | 2026-04-01 | 30
        A           | 2026-04-02 |
        B           | 2026-06-30 | 12
        B           | 2026-07-01 | 9

        April to June 2026 = 42
    """,
)

marketing_cost = Measure(
    label="Marketing cost",
    description=(
        "What campaigns spent on the days of the period. A day without a known cost is left out, not counted "
        "as 0."
    ),
    owner="Marketing",
    fact=campaign_days,
    total="sum",
    expression=campaign_days.c.cost,
    time_column=campaign_days.c.day_on,
    unit="HKD",
    better="neither",
    synonyms={"Finance": "campaign spend"},
    example="""
        campaign_days
        campaign_id | day_on     | cost
        A           | 2026-04-01 | 100
        A           | 2026-04-02 |
        B           | 2026-06-30 | 50
        B           | 2026-07-01 | 70

        April to June 2026 = HKD 150
    """,
)

acquisition_cost = Measure(
    label="Cost of winning customers",
    description="What campaigns for people who are not yet customers spent on the days of the period.",
    owner="Marketing",
    fact=campaign_days,
    total="sum",
    expression=campaign_days.c.cost,
    time_column=campaign_days.c.day_on,
    # A campaign whose audience nobody recorded counts: leaving it out would flatter the cost.
    where=campaign_days.c.campaign_id.not_in(
        select(campaigns.c.campaign_id).where(campaigns.c.audience == "customers")
    ),
    unit="HKD",
    better="neither",
    example="""
        campaigns
        campaign_id | audience
        A           | prospects
        B           | customers
        C           |

        campaign_days
        campaign_id | day_on     | cost
        A           | 2026-04-01 | 100
        B           | 2026-04-02 | 30
        C           | 2026-06-30 | 50

        April to June 2026 = HKD 150
    """,
)

customers_acquired = Measure(
    label="Customers won through a lead",
    description=(
        "People who became customers in the period and came from a lead, whether or not the lead names a "
        "campaign."
    ),
    owner="Sales Operations",
    fact=customers,
    time_column=customers.c.joined_on,
    where=customers.c.acquired_by_lead_id.is_not(None),
    synonyms={"Finance": "new accounts"},
    example="""
        customers
        customer_id | joined_on  | acquired_by_lead_id
        1           | 2026-04-01 | L1
        2           | 2026-05-31 |
        3           | 2026-06-30 | L3
        4           | 2025-06-30 | L4

        April to June 2026 = 2
    """,
)

cac = Ratio(
    label="Cost per new customer (CAC)",
    description="What campaigns for people who are not yet customers spent in the period, divided by the people who "
    "became customers in it and came from a lead, whether or not the lead names a campaign.",
    owner="Marketing",
    numerator=acquisition_cost,
    denominator=customers_acquired,
    unit="HKD",
    better="down",
    synonyms={"Finance": "acquisition cost", "Sales": "cost per deal"},
    example="""
        campaigns
        campaign_id | audience
        A           | prospects

        campaign_days
        campaign_id | day_on     | cost
        A           | 2026-04-01 | 100
        A           | 2026-04-02 | 200

        customers
        customer_id | joined_on  | acquired_by_lead_id
        1           | 2026-04-03 | L1
        2           | 2026-05-03 | L2
        3           | 2026-05-03 |

        April to June 2026 = HKD 150
    """,
)


def joined_within(period: Period) -> ColumnElement[bool]:
    """Rows of revenue of the people who joined in `period` through a lead."""
    joined = select(customers.c.customer_id).where(
        between(customers.c.joined_on, period), customers.c.acquired_by_lead_id.is_not(None)
    )
    return revenues.c.customer_id.in_(joined)


revenue_of_acquired = Measure(
    label="Revenue of the customers won",
    description="All revenue so far of the people who became customers in the period through a lead.",
    owner="Finance",
    fact=revenues,
    total="sum",
    expression=revenues.c.revenue,
    filter=joined_within,
    month_column=day_of_winning(revenues),
    unit="HKD",
    final_after=None,
    example="""
        customers
        customer_id | joined_on  | acquired_by_lead_id
        1           | 2026-04-03 | L1
        2           | 2026-03-03 | L2

        revenues
        customer_id | product | month_on   | revenue
        1           | savings | 2026-04-30 | 10
        1           | savings | 2026-07-31 | 20
        2           | savings | 2026-04-30 | 99

        April to June 2026 = HKD 30
    """,
)

revenue_per_acquired = Ratio(
    label="Revenue per customer won",
    description="Revenue so far of the people who became customers in the period through a lead, divided by how many "
    "they are. Those who brought none count too.",
    owner="Finance",
    numerator=revenue_of_acquired,
    denominator=customers_acquired,
    unit="HKD",
    example="""
        customers
        customer_id | joined_on  | acquired_by_lead_id
        1           | 2026-04-03 | L1
        2           | 2026-05-03 | L2

        revenues
        customer_id | product | month_on   | revenue
        1           | savings | 2026-04-30 | 10
        1           | card    | 2026-07-31 | 20

        April to June 2026 = HKD 15
    """,
)
