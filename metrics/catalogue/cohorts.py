"""The funnel by the day a lead first came: how far the leads of one period got, so far and by its end."""

from datetime import datetime, time, timedelta

from sqlalchemy import Column, and_

from metrics.catalogue import funnel
from metrics.definitions.measure import Measure, Ratio, between
from warehouse.schema import leads as t


def _reached(label: str, stage: Column) -> Measure:
    """Of the leads that first came in the period, those that reached a stage by the as-of day, whenever that was."""
    return Measure(
        label=label,
        description=f"Of the leads that first came in the period, those that {label[0].lower()}{label[1:]} so far.",
        owner="Marketing",
        fact=t,
        time_column=t.c.created_at,
        where=stage.is_not(None),
        final_after=None,
        example=f"""
            leads
            lead_id | created_at | {stage.key}
            1       | 2026-04-05 | 2026-07-09
            2       | 2026-04-06 |
            3       | 2026-03-30 | 2026-04-02

            April to June 2026 = 1
        """,
    )


def _by_the_end(label: str, stage: Column) -> Measure:
    """The same as it stood at the end of the period: two periods of one length then had the same time."""
    return Measure(
        label=f"{label} by the end of the period",
        description=(
            f"Of the leads that first came in the period, those that {label[0].lower()}{label[1:]} before it "
            f"ended."
        ),
        owner="Marketing",
        fact=t,
        filter=lambda period: and_(
            between(t.c.created_at, period),
            stage < datetime.combine(period.end, time.min) + timedelta(days=1),
        ),
        example=f"""
            leads
            lead_id | created_at | {stage.key}
            1       | 2026-04-05 | 2026-07-09
            2       | 2026-04-06 | 2026-06-30 23:59
            3       | 2026-03-30 | 2026-04-02

            April to June 2026 = 1
        """,
    )


_STAGES = {
    "mql": ("Reached MQL", t.c.mql_at),
    "accepted": ("Were accepted by Sales", t.c.accepted_at),
    "sql": ("Reached SQL", t.c.sql_at),
    "opportunity": ("Became an opportunity", t.c.opportunity_at),
    "won": ("Signed a contract", t.c.won_at),
}
reached_mql = _reached(*_STAGES["mql"])
reached_accepted = _reached(*_STAGES["accepted"])
reached_sql = _reached(*_STAGES["sql"])
reached_opportunity = _reached(*_STAGES["opportunity"])
reached_won = _reached(*_STAGES["won"])

mql_by_the_end = _by_the_end(*_STAGES["mql"])
accepted_by_the_end = _by_the_end(*_STAGES["accepted"])
sql_by_the_end = _by_the_end(*_STAGES["sql"])
opportunity_by_the_end = _by_the_end(*_STAGES["opportunity"])
won_by_the_end = _by_the_end(*_STAGES["won"])

lead_conversion = Ratio(
    label="Leads won",
    description="Of the leads that first came in the period, the share that signed a contract so far.",
    owner="Marketing",
    numerator=reached_won,
    denominator=funnel.leads,
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
