"""What customers are worth to the bank."""

from metrics.measure import Measure
from warehouse.schema import revenues

revenue = Measure(
    label="Revenue",
    means="What customers' products earned the bank in the months that end in the period, before cost to serve.",
    owner="Finance",
    fact=revenues,
    total="sum",
    of=revenues.c.revenue,
    dated=revenues.c.month_on,
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
