"""The joint funnel of Marketing and Sales: leads, and the moment each reached a stage."""

from dataclasses import dataclass

from sqlalchemy import and_, case

from metrics.catalogue.stage_moves import EACH_TIME, by_then, to
from metrics.definitions.measure import Measure, Ratio
from warehouse.schema import lead_moves as m
from warehouse.schema import leads as t

leads = Measure(
    label="Leads",
    description="Leads first recorded in the period. Somebody who came twice is two leads.",
    owner="Marketing",
    fact=t,
    time_column=t.c.created_at,
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
    description="Leads that Marketing called qualified in the period, whenever they first came.",
    owner="Marketing",
    fact=t,
    time_column=t.c.mql_at,
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

_SALES_DECIDES = (("leads", "mql_at"), ("leads", "accepted_at"), ("leads", "rejected_at"))
_BY_MOVES = (
    "2, 29 Nov 2026: each decision in its month; until then a later acceptance took the rejection back, and a decision "
    "counted before the lead was called qualified."
)

accepted = Measure(
    label="Accepted by Sales",
    description="Leads called qualified by Marketing that Sales accepted in the period. " + EACH_TIME,
    owner="Sales Operations",
    fact=m,
    time_column=m.c.entered_at,
    where=and_(to("accepted"), by_then(m.c.mql_at)),
    sources=(("leads", "mql_at"), ("leads", "accepted_at")),
    dated_from=("leads.accepted_at",),
    synonyms={"Marketing": "SAL"},
    history=(*Measure.history, _BY_MOVES),
    example="""
        lead_moves
        lead_id | move | stage    | entered_at | mql_at
        1       | 3    | accepted | 2026-04-03 | 2026-04-02
        2       | 3    | rejected | 2026-04-07 | 2026-04-06
        3       | 3    | accepted | 2026-07-01 | 2026-06-29
        4       | 2    | accepted | 2026-05-01 |
        5       | 2    | accepted | 2026-05-01 | 2026-05-02

        April to June 2026 = 1
    """,
)

decided = Measure(
    label="Decided by Sales",
    description="Leads called qualified by Marketing that Sales accepted or rejected in the period. "
    + EACH_TIME,
    owner="Sales Operations",
    fact=m,
    time_column=m.c.entered_at,
    where=and_(to("accepted", "rejected"), by_then(m.c.mql_at)),
    sources=_SALES_DECIDES,
    dated_from=("leads.accepted_at", "leads.rejected_at"),
    better="neither",
    history=(*Measure.history, _BY_MOVES),
    example="""
        lead_moves
        lead_id | move | stage    | entered_at | mql_at
        1       | 3    | rejected | 2026-04-03 | 2026-04-02
        1       | 4    | accepted | 2026-05-03 | 2026-04-02
        2       | 3    | rejected | 2026-01-08 | 2026-01-06
        2       | 4    | accepted | 2026-05-05 | 2026-01-06
        3       | 3    | accepted | 2026-07-01 | 2026-06-29

        April to June 2026 = 3
    """,
)

accepted_of_decided = Measure(
    label="Accepted among the decided",
    description="Of the decisions of Sales in the period on leads called qualified by Marketing, those to accept.",
    owner="Sales Operations",
    fact=m,
    # A sum over all that were decided, so that who sees totals sees it once enough were, however few were accepted.
    total="sum",
    expression=case((to("accepted"), 1), else_=0),
    time_column=m.c.entered_at,
    where=and_(to("accepted", "rejected"), by_then(m.c.mql_at)),
    sources=_SALES_DECIDES,
    dated_from=("leads.accepted_at", "leads.rejected_at"),
    history=(*Measure.history, _BY_MOVES),
    example="""
        lead_moves
        lead_id | move | stage    | entered_at | mql_at
        1       | 3    | accepted | 2026-04-03 | 2026-04-02
        2       | 3    | rejected | 2026-04-07 | 2026-04-06
        3       | 3    | accepted | 2026-07-01 | 2026-06-29

        April to June 2026 = 1
    """,
)

acceptance_rate = Ratio(
    label="Acceptance rate",
    description="Of the decisions of Sales in the period on leads called qualified by Marketing, the share to accept. "
    + EACH_TIME,
    owner="Sales Operations",
    numerator=accepted_of_decided,
    denominator=decided,
    synonyms={"Marketing": "MQL acceptance"},
    history=(*Ratio.history, _BY_MOVES),
    example="""
        lead_moves
        lead_id | move | stage    | entered_at | mql_at
        1       | 3    | accepted | 2026-04-03 | 2026-04-02
        2       | 3    | rejected | 2026-04-07 | 2026-04-06
        2       | 4    | accepted | 2026-07-07 | 2026-04-06
        3       | 3    | accepted | 2026-05-07 | 2026-05-06
        4       | 3    | accepted | 2026-07-01 | 2026-06-29

        April to June 2026 = 66.7%
    """,
)

qualified_conversions = Measure(
    label="Qualified conversions",
    description="Leads that Marketing called qualified, Sales accepted, and that then signed a contract in the period.",
    owner="Marketing",
    fact=m,
    time_column=m.c.entered_at,
    where=and_(to("won"), by_then(m.c.mql_at), by_then(m.c.accepted_at)),
    sources=(("leads", "mql_at"), ("leads", "accepted_at"), ("leads", "won_at")),
    dated_from=("leads.won_at",),
    synonyms={"Sales": "won from marketing leads"},
    history=(
        *Measure.history,
        "2, 29 Nov 2026: qualified and accepted by the day of the contract; what comes later changes no past month.",
    ),
    example="""
        lead_moves
        lead_id | move | stage | entered_at | mql_at     | accepted_at
        1       | 4    | won   | 2026-04-20 | 2026-03-02 | 2026-03-03
        2       | 3    | won   | 2026-05-02 |            | 2026-04-07
        3       | 3    | won   | 2026-05-02 | 2026-04-06 |
        4       | 4    | won   | 2026-07-05 | 2026-06-10 | 2026-06-12
        5       | 3    | won   | 2026-05-02 | 2026-04-06 | 2026-07-01

        April to June 2026 = 1
    """,
)

sql = Measure(
    label="Qualified by Sales (SQL)",
    description="Leads that Sales called qualified in the period, whenever they first came.",
    owner="Sales Operations",
    fact=t,
    time_column=t.c.sql_at,
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
    description="Leads that became a concrete opportunity in the period.",
    owner="Sales Operations",
    fact=t,
    time_column=t.c.opportunity_at,
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

_CLOSING = (("leads", "opportunity_at"), ("leads", "won_at"), ("leads", "lost_at"))
_BY_CLOSINGS = (
    "2, 29 Nov 2026: each closing in its month; until then a later win took the loss back, and an opportunity counted "
    "that was closed before it was one."
)

won = Measure(
    label="Deals won",
    description="Leads that signed a contract in the period, new customers and existing ones. " + EACH_TIME,
    owner="Sales Operations",
    fact=m,
    time_column=m.c.entered_at,
    where=to("won"),
    sources=(("leads", "won_at"),),
    dated_from=("leads.won_at",),
    synonyms={"Sales": "closed won", "Marketing": "conversions"},
    history=(
        *Measure.history,
        "2, 29 Nov 2026: where a history of stages is given, a lead that signed twice counts twice.",
    ),
    example="""
        lead_moves
        lead_id | move | stage | entered_at | created_at
        1       | 2    | won   | 2026-04-20 | 2026-01-10
        2       | 2    | won   | 2026-07-01 | 2026-05-02
        3       | 2    | won   | 2026-06-05 | 2026-06-10
        3       | 3    | lost  | 2026-06-20 | 2026-06-10

        April to June 2026 = 2
    """,
)

opportunities_closed = Measure(
    label="Opportunities closed",
    description="Opportunities that were won or lost in the period. " + EACH_TIME,
    owner="Sales Operations",
    fact=m,
    time_column=m.c.entered_at,
    where=and_(to("won", "lost"), by_then(m.c.opportunity_at)),
    sources=_CLOSING,
    dated_from=("leads.won_at", "leads.lost_at"),
    better="neither",
    history=(*Measure.history, _BY_CLOSINGS),
    example="""
        lead_moves
        lead_id | move | stage | entered_at | opportunity_at
        1       | 3    | won   | 2026-04-20 | 2026-04-01
        2       | 3    | lost  | 2026-05-02 | 2026-04-03
        2       | 4    | won   | 2026-07-02 | 2026-04-03
        3       | 2    | lost  | 2026-05-11 |

        April to June 2026 = 2
    """,
)

opportunities_won = Measure(
    label="Opportunities won",
    description="Opportunities that were won in the period. " + EACH_TIME,
    owner="Sales Operations",
    fact=m,
    time_column=m.c.entered_at,
    where=and_(to("won"), by_then(m.c.opportunity_at)),
    sources=(("leads", "opportunity_at"), ("leads", "won_at")),
    dated_from=("leads.won_at",),
    history=(*Measure.history, _BY_CLOSINGS),
    example="""
        lead_moves
        lead_id | move | stage | entered_at | opportunity_at
        1       | 3    | won   | 2026-04-20 | 2026-04-01
        2       | 2    | won   | 2026-05-02 |

        April to June 2026 = 1
    """,
)

win_rate = Ratio(
    label="Win rate",
    description="Of the opportunities closed in the period, the share that were won. " + EACH_TIME,
    owner="Sales Operations",
    numerator=opportunities_won,
    denominator=opportunities_closed,
    synonyms={"Sales": "close rate"},
    history=(*Ratio.history, _BY_CLOSINGS),
    example="""
        lead_moves
        lead_id | move | stage | entered_at | opportunity_at
        1       | 3    | won   | 2026-04-20 | 2026-04-01
        2       | 3    | lost  | 2026-05-02 | 2026-04-03
        2       | 4    | won   | 2026-07-02 | 2026-04-03

        April to June 2026 = 50%
    """,
)


@dataclass(frozen=True, kw_only=True)
class FunnelStage:
    """One stage of the funnel, and the metrics that count who reached it; "" where it cannot be counted so."""

    label: str
    event: str
    """By the day it happened."""
    cohort: str
    """By the day the lead first came: so far."""
    by_the_end: str
    """By the day the lead first came: as it stood at the end of the period."""


STAGES = (
    FunnelStage(label="Visits", event="visits", cohort="", by_the_end=""),
    FunnelStage(label="Leads", event="leads", cohort="leads", by_the_end="leads"),
    FunnelStage(label="MQL", event="mql", cohort="reached_mql", by_the_end="mql_by_the_end"),
    FunnelStage(
        label="Accepted", event="accepted", cohort="reached_accepted", by_the_end="accepted_by_the_end"
    ),
    FunnelStage(label="SQL", event="sql", cohort="reached_sql", by_the_end="sql_by_the_end"),
    FunnelStage(
        label="Opportunity",
        event="opportunities",
        cohort="reached_opportunity",
        by_the_end="opportunity_by_the_end",
    ),
    FunnelStage(label="Customer", event="won", cohort="reached_won", by_the_end="won_by_the_end"),
)
"""The joint funnel, first to last."""
