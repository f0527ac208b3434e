"""The joint funnel of Marketing and Sales: leads, and the moment each reached a stage."""

from sqlalchemy import Column, and_, func

from metrics.measure import Measure, Ratio
from warehouse.schema import leads as t

leads = Measure(
    label="Leads",
    means="People who first showed interest in the period, each counted once.",
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

acceptance_rate = Ratio(
    label="Acceptance rate",
    means="Of the leads called qualified by Marketing on which Sales decided in the period, the share it accepted.",
    owner="Sales Operations",
    top=accepted,
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


def _reached(label: str, stage: Column) -> Measure:
    """Of the leads that first came in the period, those that reached a stage by the as-of day, whenever that was."""
    return Measure(
        label=label,
        means=f"Of the leads that first came in the period, those that {label.lower()} so far.",
        owner="Marketing",
        fact=t,
        dated=t.c.created_at,
        where=stage.is_not(None),
        example=f"""
            leads
            lead_id | created_at | {stage.key}
            1       | 2026-04-05 | 2026-07-09
            2       | 2026-04-06 |
            3       | 2026-03-30 | 2026-04-02

            April to June 2026 = 1
        """,
    )


reached_mql = _reached("Reached MQL", t.c.mql_at)
reached_accepted = _reached("Were accepted by Sales", t.c.accepted_at)
reached_sql = _reached("Reached SQL", t.c.sql_at)
reached_opportunity = _reached("Became an opportunity", t.c.opportunity_at)
reached_won = _reached("Signed a contract", t.c.won_at)

STAGES = (
    ("Leads", "leads"),
    ("MQL", "reached_mql"),
    ("Accepted", "reached_accepted"),
    ("SQL", "reached_sql"),
    ("Opportunity", "reached_opportunity"),
    ("Won", "reached_won"),
)
"""The funnel of one entry cohort: label and metric, first to last."""

lead_conversion = Ratio(
    label="Leads won",
    means="Of the leads that first came in the period, the share that signed a contract so far.",
    owner="Marketing",
    top=reached_won,
    bottom=leads,
    example="""
        leads
        lead_id | created_at | won_at
        1       | 2026-04-05 | 2026-07-09
        2       | 2026-04-06 |
        3       | 2026-03-30 | 2026-04-02
        4       | 2026-05-01 |

        April to June 2026 = 33.3%
    """,
)
