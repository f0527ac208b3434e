"""The joint funnel of Marketing and Sales: leads, and the moment each reached a stage."""

from dataclasses import dataclass

from sqlalchemy import and_, case, func

from metrics.measure import Measure, Ratio
from warehouse.schema import leads as t

leads = Measure(
    label="Leads",
    means="Leads first recorded in the period. Somebody who came twice is two leads.",
    owner="Marketing",
    fact=t,
    dated=t.c.created_at,
    synonyms={"Sales": "enquiries", "Digital": "sign-ups"},
    example="""
        leads
        lead_id | created_at
        1       | 2026-03-31 23:59
        2       | 2026-04-01 00:00
        3       | 2026-06-30 23:59
        4       | 2026-07-01 00:00

        April to June 2026 = 2
    """,
)

mql = Measure(
    label="Qualified by Marketing (MQL)",
    means="Leads that Marketing called qualified in the period, whenever they first came.",
    owner="Marketing",
    fact=t,
    dated=t.c.mql_at,
    synonyms={"Marketing": "MQL", "Sales": "marketing leads"},
    example="""
        leads
        lead_id | created_at | mql_at
        1       | 2026-03-20 | 2026-04-02
        2       | 2026-04-05 | 2026-04-06
        3       | 2026-04-07 |

        April to June 2026 = 2
    """,
)

_decided = func.coalesce(t.c.accepted_at, t.c.rejected_at)

accepted = Measure(
    label="Accepted by Sales",
    means="Leads called qualified by Marketing that Sales accepted in the period.",
    owner="Sales Operations",
    fact=t,
    dated=_decided,
    where=and_(t.c.mql_at.is_not(None), t.c.accepted_at.is_not(None)),
    synonyms={"Marketing": "SAL"},
    example="""
        leads
        lead_id | mql_at     | accepted_at | rejected_at
        1       | 2026-04-02 | 2026-04-03  |
        2       | 2026-04-06 |             | 2026-04-07
        3       | 2026-06-29 | 2026-07-01  |
        4       |            | 2026-05-01  |

        April to June 2026 = 1
    """,
)

decided = Measure(
    label="Decided by Sales",
    means="Leads called qualified by Marketing that Sales accepted or rejected in the period.",
    owner="Sales Operations",
    fact=t,
    dated=_decided,
    where=t.c.mql_at.is_not(None),
    better="neither",
    example="""
        leads
        lead_id | mql_at     | accepted_at | rejected_at
        1       | 2026-04-02 | 2026-04-03  |
        2       | 2026-04-06 |             | 2026-04-07
        3       | 2026-06-29 | 2026-07-01  |

        April to June 2026 = 2
    """,
)

accepted_of_decided = Measure(
    label="Accepted among the decided",
    means="Of the leads called qualified by Marketing on which Sales decided in the period, those it accepted.",
    owner="Sales Operations",
    fact=t,
    # A sum over all that were decided, so that who sees totals sees it once enough were, however few were accepted.
    total="sum",
    of=case((t.c.accepted_at.is_not(None), 1), else_=0),
    dated=_decided,
    where=t.c.mql_at.is_not(None),
    example="""
        leads
        lead_id | mql_at     | accepted_at | rejected_at
        1       | 2026-04-02 | 2026-04-03  |
        2       | 2026-04-06 |             | 2026-04-07
        3       | 2026-06-29 | 2026-07-01  |

        April to June 2026 = 1
    """,
)

acceptance_rate = Ratio(
    label="Acceptance rate",
    means="Of the leads called qualified by Marketing on which Sales decided in the period, the share it accepted.",
    owner="Sales Operations",
    top=accepted_of_decided,
    bottom=decided,
    synonyms={"Marketing": "MQL acceptance"},
    example="""
        leads
        lead_id | mql_at     | accepted_at | rejected_at
        1       | 2026-04-02 | 2026-04-03  |
        2       | 2026-04-06 |             | 2026-04-07
        3       | 2026-05-06 | 2026-05-07  |
        4       | 2026-06-29 | 2026-07-01  |

        April to June 2026 = 66.7%
    """,
)

qualified_conversions = Measure(
    label="Qualified conversions",
    means="Leads that Marketing called qualified, Sales accepted, and that signed a contract in the period.",
    owner="Marketing",
    fact=t,
    dated=t.c.won_at,
    where=and_(t.c.mql_at.is_not(None), t.c.accepted_at.is_not(None)),
    synonyms={"Sales": "won from marketing leads"},
    example="""
        leads
        lead_id | mql_at     | accepted_at | won_at
        1       | 2026-03-02 | 2026-03-03  | 2026-04-20
        2       |            | 2026-04-07  | 2026-05-02
        3       | 2026-04-06 |             | 2026-05-02
        4       | 2026-06-10 | 2026-06-12  | 2026-07-05

        April to June 2026 = 1
    """,
)

sql = Measure(
    label="Qualified by Sales (SQL)",
    means="Leads that Sales called qualified in the period, whenever they first came.",
    owner="Sales Operations",
    fact=t,
    dated=t.c.sql_at,
    synonyms={"Sales": "SQL", "Marketing": "sales-ready leads"},
    example="""
        leads
        lead_id | mql_at     | sql_at
        1       | 2026-04-02 | 2026-04-09
        2       | 2026-04-06 |
        3       | 2026-06-29 | 2026-07-03

        April to June 2026 = 1
    """,
)

opportunities = Measure(
    label="Opportunities",
    means="Leads that became a concrete opportunity in the period.",
    owner="Sales Operations",
    fact=t,
    dated=t.c.opportunity_at,
    synonyms={"Sales": "deals", "Finance": "pipeline"},
    example="""
        leads
        lead_id | opportunity_at
        1       | 2026-04-01
        2       | 2026-05-31
        3       |

        April to June 2026 = 2
    """,
)

won = Measure(
    label="Contracts won",
    means="Leads that signed a contract in the period, new customers and existing ones.",
    owner="Sales Operations",
    fact=t,
    dated=t.c.won_at,
    synonyms={"Sales": "closed won", "Marketing": "conversions"},
    example="""
        leads
        lead_id | created_at | won_at
        1       | 2026-01-10 | 2026-04-20
        2       | 2026-05-02 | 2026-07-01
        3       | 2026-06-10 | 2026-06-05

        April to June 2026 = 2
    """,
)

opportunities_closed = Measure(
    label="Opportunities closed",
    means="Opportunities that were won or lost in the period.",
    owner="Sales Operations",
    fact=t,
    dated=func.coalesce(t.c.won_at, t.c.lost_at),
    where=t.c.opportunity_at.is_not(None),
    better="neither",
    example="""
        leads
        lead_id | opportunity_at | won_at     | lost_at
        1       | 2026-04-01     | 2026-04-20 |
        2       | 2026-04-03     |            | 2026-05-02
        3       | 2026-05-10     |            |
        4       |                |            | 2026-05-11

        April to June 2026 = 2
    """,
)

opportunities_won = Measure(
    label="Opportunities won",
    means="Opportunities that were won in the period.",
    owner="Sales Operations",
    fact=t,
    dated=t.c.won_at,
    where=t.c.opportunity_at.is_not(None),
    example="""
        leads
        lead_id | opportunity_at | won_at
        1       | 2026-04-01     | 2026-04-20
        2       |                | 2026-05-02

        April to June 2026 = 1
    """,
)

win_rate = Ratio(
    label="Win rate",
    means="Of the opportunities closed in the period, the share that were won.",
    owner="Sales Operations",
    top=opportunities_won,
    bottom=opportunities_closed,
    synonyms={"Sales": "close rate"},
    example="""
        leads
        lead_id | opportunity_at | won_at     | lost_at
        1       | 2026-04-01     | 2026-04-20 |
        2       | 2026-04-03     |            | 2026-05-02
        3       | 2026-05-10     |            |

        April to June 2026 = 50%
    """,
)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage of the funnel, and the metrics that count who reached it; "" where it cannot be counted so."""

    label: str
    event: str
    """By the day it happened."""
    cohort: str
    """By the day the lead first came: so far."""
    by_the_end: str
    """By the day the lead first came: as it stood at the end of the period."""


STAGES = (
    Stage(label="Visits", event="visits", cohort="", by_the_end=""),
    Stage(label="Leads", event="leads", cohort="leads", by_the_end="leads"),
    Stage(label="MQL", event="mql", cohort="reached_mql", by_the_end="mql_by_the_end"),
    Stage(label="Accepted", event="accepted", cohort="reached_accepted", by_the_end="accepted_by_the_end"),
    Stage(label="SQL", event="sql", cohort="reached_sql", by_the_end="sql_by_the_end"),
    Stage(
        label="Opportunity",
        event="opportunities",
        cohort="reached_opportunity",
        by_the_end="opportunity_by_the_end",
    ),
    Stage(label="Customer", event="won", cohort="reached_won", by_the_end="won_by_the_end"),
)
"""The joint funnel, first to last."""
