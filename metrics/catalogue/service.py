"""Service cases: how many, complaints among them, how long they wait, which come again, what they are about."""

from sqlalchemy import func, or_, select

from metrics.definitions.measure import Measure, Ratio
from warehouse.schema import ticket_themes, tickets
from warehouse.sql.dialects import days_between
from warehouse.sql.moment_sql import hours_between

complaints = Measure(
    label="Complaints",
    description="Complaints opened in the period and not withdrawn so far.",
    owner="Service",
    fact=tickets,
    time_column=tickets.c.opened_at,
    # A case whose withdrawal nobody recorded was not withdrawn.
    where=tickets.c.complaint.is_(True) & tickets.c.withdrawn.is_not(True),
    taken_back=True,
    better="down",
    example="""
        tickets
        ticket_id | opened_at  | complaint | withdrawn
        1         | 2026-04-01 | true      | false
        2         | 2026-04-01 | true      | true
        3         | 2026-04-01 | false     | false
        4         | 2026-05-01 | true      |

        April to June 2026 = 2
    """,
)

cases_opened = Measure(
    label="Service cases",
    description="Service cases opened in the period, complaints and questions, not withdrawn so far.",
    owner="Service",
    fact=tickets,
    time_column=tickets.c.opened_at,
    where=tickets.c.withdrawn.is_not(True),
    taken_back=True,
    better="down",
    synonyms={"Service": "tickets", "Digital": "contacts"},
    example="""
        tickets
        ticket_id | opened_at  | withdrawn
        1         | 2026-04-01 | false
        2         | 2026-04-01 | true
        3         | 2026-05-01 |

        April to June 2026 = 2
    """,
)


_PASSED = "29 Nov 2026: the hours that passed, also over a clock change; none where only the day of one end is known."
_REPLIED = ("1, 22 Nov 2026: first definition.", f"2, {_PASSED}")
_SETTLED = (
    "1, 22 Nov 2026: first definition, those withdrawn too.",
    "2, 25 Nov 2026: without cases that the customer withdrew.",
    f"3, {_PASSED}",
)


def _delay(label: str, means: str, until: str, total: str, answer: str) -> Measure:
    settling = until == "resolved_at"
    answered = tickets.c[until] >= tickets.c.opened_at
    taken_back = "\n            6         | 2026-04-01 10:00 | 2026-05-01 10:00 | true" if settling else ""
    return Measure(
        label=label,
        description=means,
        owner="Service",
        fact=tickets,
        total="p90" if total == "p90" else "median",
        expression=hours_between(tickets.c.opened_at, tickets.c[until]),
        time_column=tickets.c[until],
        # A reply dated before the case is a slip of the clock; the load lists it.
        # What the customer took back was not settled by us; an answer was given, whatever became of the case.
        where=answered & tickets.c.withdrawn.is_not(True) if settling else answered,
        unit="hours",
        better="down",
        history=_SETTLED if settling else _REPLIED,
        example=f"""
            tickets
            ticket_id | opened_at        | {until:16} | withdrawn
            1         | 2026-04-01 10:00 | 2026-04-01 12:00 |
            2         | 2026-04-01 10:00 | 2026-04-01 14:00 | {"false" if settling else "true"}
            3         | 2026-04-01 10:00 | 2026-04-01 22:00 |
            4         | 2026-04-01 10:00 |                  |
            5         | 2026-04-03 10:00 | 2026-04-02 10:00 |{taken_back}

            April to June 2026 = {answer} hours
        """,
    )


reply_median = _delay(
    "Time to first reply, median",
    "Of the cases first answered in the period, including those withdrawn later, half were answered within this time.",
    "first_reply_at",
    "median",
    "4",
)
reply_p90 = _delay(
    "Time to first reply, 90th percentile",
    "Of the cases first answered in the period, including those withdrawn later, nine in ten were answered within "
    "this time.",
    "first_reply_at",
    "p90",
    "10.4",
)
resolution_median = _delay(
    "Time to settle, median",
    "Of the cases settled in the period and not withdrawn, half were settled within this time.",
    "resolved_at",
    "median",
    "4",
)
resolution_p90 = _delay(
    "Time to settle, 90th percentile",
    "Of the cases settled in the period and not withdrawn, nine in ten were settled within this time.",
    "resolved_at",
    "p90",
    "10.4",
)

_again = tickets.alias("once_more")
repeat_cases = Measure(
    label="Repeat contacts",
    description="Cases opened in the period and not withdrawn so far, by a customer who had opened another of the same "
    "kind in the 30 days before.",
    owner="Service",
    fact=tickets,
    time_column=tickets.c.opened_at,
    where=tickets.c.withdrawn.is_not(True)
    & (
        select(_again.c.ticket_id)
        .where(
            _again.c.customer_id == tickets.c.customer_id,
            _again.c.category == tickets.c.category,
            _again.c.ticket_id != tickets.c.ticket_id,
            _again.c.opened_at <= tickets.c.opened_at,
            # Of two whose order nobody knows, one came after the other: it is counted once.
            or_(_again.c.opened_at < tickets.c.opened_at, _again.c.ticket_id < tickets.c.ticket_id),
            func.coalesce(
                hours_between(_again.c.opened_at, tickets.c.opened_at),
                24 * days_between(_again.c.opened_at, tickets.c.opened_at),
            )
            <= 30 * 24,
        )
        .correlate(tickets)
        .exists()
    ),
    taken_back=True,
    better="down",
    history=(
        "1, 22 Nov 2026: first definition.",
        "2, 29 Nov 2026: of two opened at the same moment, or on one day without a time, one is the repeat.",
    ),
    synonyms={"Service": "re-contacts"},
    example="""
        tickets
        ticket_id | customer_id | category | opened_at        | withdrawn
        1         | 1           | fees     | 2026-03-20 10:00 |
        2         | 1           | fees     | 2026-04-10 10:00 |
        3         | 1           | transfer | 2026-04-11 10:00 |
        4         | 2           | fees     | 2026-04-12 10:00 |
        5         | 2           | fees     | 2026-06-12 10:00 |

        April to June 2026 = 1
    """,
)
repeat_share = Ratio(
    label="Repeat contacts, share",
    description=(
        "Of the cases opened in the period, the share where the customer had asked the same within 30 days "
        "before."
    ),
    owner="Service",
    numerator=repeat_cases,
    denominator=cases_opened,
    better="down",
    example=repeat_cases.example.replace("= 1", "= 25%"),
)

theme_cases = Measure(
    label="Cases by theme",
    description="Service cases opened in the period, those withdrawn too, whose words say what they are mainly about.",
    owner="Analytics",
    fact=ticket_themes,
    time_column=ticket_themes.c.opened_at,
    better="neither",
    example="""
        ticket_themes
        ticket_id | opened_at  | theme
        1         | 2026-04-01 | card · limit
        2         | 2026-03-31 | card · limit

        April to June 2026 = 1
    """,
)
