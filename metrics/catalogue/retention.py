"""Who stays, who leaves, and which alerts wait for somebody."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, or_, select

from metrics.customers.relationships import with_us
from metrics.definitions.measure import Measure, Ratio, between
from metrics.definitions.scope import Period
from warehouse.app_db.app_schema import alerts
from warehouse.schema import WEALTH_PRODUCTS, accounts, customers
from warehouse.sql.dialects import add_days

_left = customers.c.left_on
_NOW = (
    "1, 22 Nov 2026: first definition.",
    "2, 29 Nov 2026: with customers who came back, and with those whose day of joining is not known; they counted "
    "nowhere.",
)
_UNDATED = " Somebody whose day of joining is not known counts as a customer from before the data began."


def _here_when_it_began(period: Period) -> ColumnElement[bool]:
    return with_us(period.start - timedelta(days=1))


customers_at_start = Measure(
    label="Customers at the start",
    description="People who were customers when the period began, also those who had left once and come back."
    + _UNDATED,
    history=_NOW,
    owner="Core banking",
    fact=customers,
    state=lambda instant: with_us(instant.date() - timedelta(days=1)),
    opening=True,
    example="""
        customers
        customer_id | joined_on  | left_on
        1           | 2020-01-01 |
        2           | 2020-01-01 | 2026-04-01
        3           | 2020-01-01 | 2026-03-31
        4           | 2026-04-01 |
        5           |            |
        6           |            | 2026-03-31

        April to June 2026 = 3
    """,
)

customers_left = Measure(
    label="Customers who left",
    description="Of the people who were customers when the period began, those who ended the relationship in it."
    + _UNDATED,
    history=_NOW,
    owner="Core banking",
    fact=customers,
    filter=lambda period: and_(_here_when_it_began(period), between(_left, period)),
    month_column=_left,
    better="down",
    example="""
        customers
        customer_id | joined_on  | left_on
        1           | 2020-01-01 | 2026-04-01
        2           | 2020-01-01 | 2026-06-30
        3           | 2026-04-15 | 2026-05-15
        4           | 2020-01-01 | 2026-07-01
        5           |            | 2026-05-10

        April to June 2026 = 3
    """,
)

churn_rate = Ratio(
    label="Churn rate",
    description="Of the people who were customers when the period began, the share who left in it."
    + _UNDATED,
    history=_NOW,
    owner="Core banking",
    numerator=customers_left,
    denominator=customers_at_start,
    grows=True,
    better="down",
    synonyms={"Service": "lost customers", "Marketing": "customer loss rate", "Finance": "attrition"},
    example="""
        customers
        customer_id | joined_on  | left_on
        1           | 2020-01-01 | 2026-05-15
        2           | 2020-01-01 |
        3           | 2020-01-01 |
        4           | 2020-01-01 |

        April to June 2026 = 25%
    """,
)


def _open_at(instant: datetime) -> ColumnElement[bool]:
    return and_(
        alerts.c.raised_on < instant.date(),
        or_(alerts.c.closed_at.is_(None), alerts.c.closed_at >= instant),
    )


open_alerts = Measure(
    label="Open alerts",
    description="Alerts about customers that were raised and not yet closed at the end of the period. Those held out "
    "at random, so that the effect of the others can be measured, are in no queue and are not counted.",
    owner="Sales",
    fact=alerts,
    state=_open_at,
    where=alerts.c.arm != "held_out",
    better="down",
    synonyms={"Sales": "customers to call"},
    example="""
        alerts
        alert_id | customer_id | rule | raised_on  | due_on     | arm     | reasons | status | closed_at  | version
        1        | 1           | r    | 2026-05-01 | 2026-05-31 | treated | []      | open   |            | 1
        2        | 2           | r    | 2026-05-01 | 2026-05-31 | treated | []      | closed | 2026-06-01 | 2
        3        | 3           | r    | 2026-05-01 | 2026-05-31 | treated | []      | closed | 2026-07-01 | 2
        4        | 4           | r    | 2026-07-01 | 2026-07-31 | treated | []      | open   |            | 1
        5        | 5           | r    | 2026-05-01 | 2026-05-31 | held_out | []     | open   |            | 1

        April to June 2026 = 2
    """,
)


_OFFER_BY = add_days(alerts.c.raised_on, 30)
_THIRTY = (
    "An alert's window ends on the 30th day after it was raised. Alerts held out at random are in no queue and are not "
    "counted. Not every alert calls for an offer: an open complaint is settled first."
)
_SINCE_DECEMBER = ("1, 1 Dec 2026: first definition.",)
_SIX_ALERTS = """
        alerts
        alert_id | customer_id | rule | raised_on  | due_on     | arm      | reasons | status  | offered_on | version
        1        | 1           | r    | 2026-03-02 | 2026-04-01 | treated  | []      | working | 2026-03-20 | 2
        2        | 2           | r    | 2026-05-31 | 2026-06-02 | treated  | []      | working | 2026-07-05 | 2
        3        | 3           | r    | 2026-05-01 | 2026-05-31 | treated  | []      | open    |            | 1
        4        | 4           | r    | 2026-06-01 | 2026-07-01 | treated  | []      | working | 2026-06-02 | 2
        5        | 5           | r    | 2026-05-01 | 2026-05-31 | held_out | []      | open    |            | 1
        6        | 6           | r    | 2026-05-30 | 2026-06-29 | treated  | []      | closed  | 2026-06-29 | 2

        April to June 2026 = {}
    """

offer_windows = Measure(
    label="Offer windows ended",
    description="Alerts about customers whose 30 days ended in the period. " + _THIRTY,
    owner="Sales",
    fact=alerts,
    time_column=_OFFER_BY,
    where=alerts.c.arm != "held_out",
    better="neither",
    history=_SINCE_DECEMBER,
    example=_SIX_ALERTS.format("4"),
)

offered_in_window = Measure(
    label="Offers made in 30 days",
    description="Of the alerts whose 30 days ended in the period, those whose customer was offered something in them. "
    "An offer that was taken back as a mistake was none. " + _THIRTY,
    owner="Sales",
    fact=alerts,
    total="sum",
    expression=case((alerts.c.offered_on <= _OFFER_BY, 1), else_=0),
    time_column=_OFFER_BY,
    where=alerts.c.arm != "held_out",
    taken_back=True,
    history=_SINCE_DECEMBER,
    example=_SIX_ALERTS.format("2"),
)

offered_in_30_days = Ratio(
    label="Offered within 30 days",
    description="Of the alerts whose 30 days ended in the period, the share whose customer was offered something in "
    "them. " + _THIRTY,
    owner="Sales",
    numerator=offered_in_window,
    denominator=offer_windows,
    synonyms={"Sales": "offer rate of alerts"},
    history=_SINCE_DECEMBER,
    example=_SIX_ALERTS.format("50%"),
)


def _opened_by_who_was_here(period: Period) -> ColumnElement[bool]:
    here = select(customers.c.customer_id).where(_here_when_it_began(period))
    return and_(between(accounts.c.opened_on, period), accounts.c.customer_id.in_(here))


_FIVE_CUSTOMERS = """
        customers
        customer_id | joined_on  | left_on
        1           | 2020-01-01 |
        2           | 2020-01-01 |
        3           | 2020-01-01 |
        4           | 2020-01-01 |
        5           | 2026-04-10 |

        accounts
        account_id | customer_id | product    | opened_on  | closed_on
        A          | 1           | investment | 2026-05-02 |
        B          | 2           | savings    | 2026-05-02 |
        C          | 3           | insurance  | 2026-03-31 |
        D          | 5           | insurance  | 2026-04-20 |

        April to June 2026 = {}
    """

wealth_opened = Measure(
    label="Wealth products opened",
    description="Investments and insurances opened in the period by people who were customers when it began. Those of "
    "new customers are not counted.",
    owner="Sales",
    fact=accounts,
    filter=_opened_by_who_was_here,
    month_column=accounts.c.opened_on,
    where=accounts.c.product.in_(WEALTH_PRODUCTS),
    history=_SINCE_DECEMBER,
    example=_FIVE_CUSTOMERS.format("1"),
)

wealth_cross_sell = Ratio(
    label="Wealth cross-sell ratio",
    description="Investments and insurances opened in the period by people who were customers when it began, for each "
    "of those customers.",
    owner="Sales",
    numerator=wealth_opened,
    denominator=customers_at_start,
    grows=True,
    synonyms={"Sales": "cross-sell rate"},
    history=_SINCE_DECEMBER,
    example=_FIVE_CUSTOMERS.format("25%"),
)
