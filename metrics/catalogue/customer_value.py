"""What customers are worth to the bank: what they brought, and what they are expected to bring."""

from sqlalchemy import ColumnElement, Table, and_, case, func, select

from metrics.definitions.measure import Measure, Ratio, between
from metrics.definitions.scope import Period
from warehouse.schema import customer_values, customers, revenues

revenue = Measure(
    label="Revenue",
    description="What customers' products earned the bank in the months that end in the period, before cost to serve. It "
    "is compared with as many months before them.",
    owner="Finance",
    fact=revenues,
    total="sum",
    expression=revenues.c.revenue,
    time_column=revenues.c.month_on,
    monthly=True,
    unit="HKD",
    synonyms={"Sales": "income", "Marketing": "customer value"},
    example="""
        revenues
        customer_id | product | month_on   | revenue
        1           | savings | 2026-04-30 | 10.50
        1           | card    | 2026-04-30 | 4.50
        2           | savings | 2026-07-31 | 8

        April to June 2026 = HKD 15
    """,
)

net_revenue = Measure(
    label="Net revenue",
    description="Revenue less the cost of serving the customers, in the months that end in the period. A month whose "
    "cost is not known is left out. It is compared with as many months before them.",
    owner="Finance",
    fact=revenues,
    total="sum",
    expression=revenues.c.revenue - revenues.c.cost_to_serve,
    time_column=revenues.c.month_on,
    monthly=True,
    unit="HKD",
    synonyms={"Finance": "contribution margin"},
    history=("1, 24 Nov 2026: first definition.",),
    example="""
        revenues
        customer_id | product | month_on   | revenue | cost_to_serve
        1           | savings | 2026-04-30 | 10      | 4
        1           | card    | 2026-04-30 | 5       | 6
        2           | savings | 2026-05-31 | 8       |
        2           | savings | 2026-07-31 | 8       | 1

        April to June 2026 = HKD 5
    """,
)


IS_VALUED = and_(
    customer_values.c.as_of.in_(select(func.max(customer_values.c.as_of))),
    customer_values.c.since_joining.is_not(None),
)


def valued_and_joined_within(period: Period) -> ColumnElement[bool]:
    """Rows of the latest valuation about people who joined in `period` through a lead and could be valued."""
    joined = select(customers.c.customer_id).where(
        between(customers.c.joined_on, period), customers.c.acquired_by_lead_id.is_not(None)
    )
    return customer_values.c.customer_id.in_(joined) & IS_VALUED


def day_of_winning(fact: Table) -> ColumnElement:
    """Of a row about a customer the day she joined, if it was through a lead."""
    joined = select(customers.c.joined_on).where(
        customers.c.customer_id == fact.c.customer_id, customers.c.acquired_by_lead_id.is_not(None)
    )
    return joined.correlate(fact).scalar_subquery()


_VALUED_AND_JOINED = case((IS_VALUED, day_of_winning(customer_values)))

value_since_joining = Measure(
    label="Lifetime value of the customers won",
    description="Net revenue of the people who became customers in the period through a lead: what they brought since "
    "joining and what is expected until the horizon has passed since then, discounted to joining by whole "
    "months, of which the month of joining is the first.",
    owner="Finance",
    fact=customer_values,
    total="sum",
    expression=customer_values.c.since_joining,
    filter=valued_and_joined_within,
    month_column=_VALUED_AND_JOINED,
    unit="HKD",
    history=("1, 24 Nov 2026: first definition.",),
    example="""
        customers
        customer_id | joined_on  | acquired_by_lead_id
        1           | 2026-04-03 | L1
        2           | 2026-05-03 | L2
        3           | 2026-05-03 |

        customer_values
        customer_id | as_of      | since_joining
        1           | 2026-06-30 | 900
        2           | 2026-06-30 | -100
        3           | 2026-06-30 | 5000
        1           | 2026-05-31 | 700

        April to June 2026 = HKD 800
    """,
)

customers_valued = Measure(
    label="Customers won and valued",
    description="People who became customers in the period through a lead and whose lifetime value is known, those who "
    "left again too.",
    owner="Finance",
    fact=customer_values,
    filter=valued_and_joined_within,
    month_column=_VALUED_AND_JOINED,
    history=("1, 24 Nov 2026: first definition.",),
    example="""
        customers
        customer_id | joined_on  | acquired_by_lead_id
        1           | 2026-04-03 | L1
        2           | 2026-05-03 | L2

        customer_values
        customer_id | as_of      | since_joining
        1           | 2026-06-30 | 900
        2           | 2026-06-30 |

        April to June 2026 = 1
    """,
)

lifetime_value = Ratio(
    label="Lifetime value per customer won (LTV)",
    description="Net revenue that a person who became a customer in the period through a lead brought since joining and "
    "is expected to bring until the horizon has passed since then, on average, discounted to joining by whole months, of "
    "which the month of joining is the first. The horizon is 36 months and the discount rate 8% a year unless the bank "
    "chose others.",
    owner="Finance",
    numerator=value_since_joining,
    denominator=customers_valued,
    unit="HKD",
    synonyms={"Marketing": "customer lifetime value", "Finance": "present value of a customer"},
    history=("1, 24 Nov 2026: first definition.",),
    example="""
        customers
        customer_id | joined_on  | acquired_by_lead_id
        1           | 2026-04-03 | L1
        2           | 2026-05-03 | L2

        customer_values
        customer_id | as_of      | since_joining
        1           | 2026-06-30 | 900
        2           | 2026-06-30 | -100

        April to June 2026 = HKD 400
    """,
)
