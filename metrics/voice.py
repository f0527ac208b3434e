"""What customers say and how long they wait: satisfaction, effort, answers, delays, themes of their cases."""

from sqlalchemy import select

from metrics.measure import Measure, Ratio
from warehouse.dialects import hours_between
from warehouse.schema import surveys, ticket_themes, tickets


def _asked(kind: str, label: str, example: str) -> Measure:
    return Measure(
        label=label,
        means=f"Invitations of the kind “{kind}” sent in the period, answered or not.",
        owner="Service",
        fact=surveys,
        dated=surveys.c.asked_at,
        where=surveys.c.kind == kind,
        better="neither",
        example=example,
    )


def _answered(kind: str, label: str, example: str) -> Measure:
    return Measure(
        label=label,
        means=f"Of the invitations of the kind “{kind}” sent in the period, those answered so far.",
        owner="Service",
        fact=surveys,
        dated=surveys.c.asked_at,
        where=(surveys.c.kind == kind) & surveys.c.score.is_not(None),
        final_after=None,
        example=example,
    )


def _drawn(kind: str, answer: str) -> str:
    return f"""
        surveys
        survey_id | kind   | asked_at   | answered_at | score
        1         | {kind} | 2026-04-01 | 2026-07-03  | 5
        2         | {kind} | 2026-04-02 |             |
        3         | {kind} | 2026-03-31 | 2026-04-01  | 5
        4         | other  | 2026-04-02 | 2026-04-03  | 5

        April to June 2026 = {answer}
    """


nps_asked = _asked("nps", "Asked whether they would recommend us", _drawn("nps", "2"))
nps_answered = _answered("nps", "Of those asked, answered the recommendation", _drawn("nps", "1"))
csat_asked = _asked("csat", "Asked whether they were satisfied", _drawn("csat", "2"))
csat_answered = _answered("csat", "Of those asked, answered about satisfaction", _drawn("csat", "1"))
ces_asked = _asked("ces", "Asked whether it was easy", _drawn("ces", "2"))
ces_answered = _answered("ces", "Of those asked, answered about effort", _drawn("ces", "1"))


def _response(kind: str, label: str, top: Measure, bottom: Measure) -> Ratio:
    return Ratio(
        label=label,
        means="Of the invitations sent in the period, the share answered so far. The latest can still be answered.",
        owner="Service",
        top=top,
        bottom=bottom,
        example=_drawn(kind, "50%"),
    )


nps_response = _response("nps", "Response rate, recommendation", nps_answered, nps_asked)
csat_response = _response("csat", "Response rate, satisfaction", csat_answered, csat_asked)
ces_response = _response("ces", "Response rate, effort", ces_answered, ces_asked)


def _given(kind: str, label: str, means: str, least: int = 0) -> Measure:
    """Answers given in the period, those of at least `least` if it is not 0."""
    high = (surveys.c.score >= least) if least else surveys.c.score.is_not(None)
    return Measure(
        label=label,
        means=means,
        owner="Service",
        fact=surveys,
        dated=surveys.c.answered_at,
        where=(surveys.c.kind == kind) & high,
        example=f"""
            surveys
            survey_id | kind   | asked_at   | answered_at | score
            1         | {kind} | 2026-03-30 | 2026-04-01  | 5
            2         | {kind} | 2026-04-01 | 2026-04-01  | {3 if least else 5}
            3         | {kind} | 2026-04-02 |             |
            4         | other  | 2026-04-02 | 2026-04-03  | 5

            April to June 2026 = {1 if least else 2}
        """,
    )


csat_answers = _given("csat", "Answers about satisfaction", "Satisfaction questions answered in the period.")
csat_satisfied = _given("csat", "Satisfied answers", "Satisfaction answered with 4 or 5 of 5.", least=4)
ces_answers = _given("ces", "Answers about effort", "Effort questions answered in the period.")
ces_easy = _given("ces", "Answers that it was easy", "Effort answered with 5, 6 or 7 of 7.", least=5)

_HALF = """
    surveys
    survey_id | kind   | answered_at | score
    1         | {kind} | 2026-04-01  | 5
    2         | {kind} | 2026-04-02  | 2
    3         | other  | 2026-04-03  | 5
    4         | {kind} | 2026-07-01  | 5

    April to June 2026 = 50%
"""

csat = Ratio(
    label="Satisfied customers (CSAT)",
    means="Of the answers about satisfaction, the share of 4 or 5 on a scale of 5.",
    owner="Service",
    top=csat_satisfied,
    bottom=csat_answers,
    synonyms={"Marketing": "satisfaction", "Sales": "happy customers"},
    example=_HALF.format(kind="csat"),
)
ces = Ratio(
    label="Found it easy (CES)",
    means="Of the answers about effort, the share of 5 to 7 on a scale of 7.",
    owner="Service",
    top=ces_easy,
    bottom=ces_answers,
    synonyms={"Digital": "customer effort"},
    example=_HALF.format(kind="ces"),
)

cases_opened = Measure(
    label="Service cases",
    means="Service cases opened in the period, complaints and questions, not taken back.",
    owner="Service",
    fact=tickets,
    dated=tickets.c.opened_at,
    where=tickets.c.withdrawn.is_not(True),
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


_SETTLED = (
    "1, 22 Nov 2026: first definition, those taken back too.",
    "2, 25 Nov 2026: without cases that the customer took back.",
)


def _delay(label: str, means: str, until: str, total: str, answer: str) -> Measure:
    settling = until == "resolved_at"
    answered = tickets.c[until] >= tickets.c.opened_at
    taken_back = "\n            6         | 2026-04-01 10:00 | 2026-05-01 10:00 | true" if settling else ""
    return Measure(
        label=label,
        means=means,
        owner="Service",
        fact=tickets,
        total="p90" if total == "p90" else "median",
        of=hours_between(tickets.c.opened_at, tickets.c[until]),
        dated=tickets.c[until],
        # A reply dated before the case is a slip of the clock; the load lists it.
        # What the customer took back was not settled by us; an answer was given, whatever became of the case.
        where=answered & tickets.c.withdrawn.is_not(True) if settling else answered,
        unit="hours",
        better="down",
        history=_SETTLED if settling else Measure.history,
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
    "Time to first reply, half within",
    "Of the cases first answered in the period, those taken back later too, half were answered within this time.",
    "first_reply_at",
    "median",
    "4",
)
reply_p90 = _delay(
    "Time to first reply, nine in ten within",
    "Of the cases first answered in the period, those taken back later too, nine in ten were answered within this time.",
    "first_reply_at",
    "p90",
    "10.4",
)
resolution_median = _delay(
    "Time to settle, half within",
    "Of the cases settled in the period and not taken back, half were settled within this time.",
    "resolved_at",
    "median",
    "4",
)
resolution_p90 = _delay(
    "Time to settle, nine in ten within",
    "Of the cases settled in the period and not taken back, nine in ten were settled within this time.",
    "resolved_at",
    "p90",
    "10.4",
)

_again = tickets.alias("once_more")
repeat_cases = Measure(
    label="Repeat contacts",
    means="Cases opened in the period by a customer who had opened another of the same kind in the 30 days before.",
    owner="Service",
    fact=tickets,
    dated=tickets.c.opened_at,
    where=tickets.c.withdrawn.is_not(True)
    & (
        select(_again.c.ticket_id)
        .where(
            _again.c.customer_id == tickets.c.customer_id,
            _again.c.category == tickets.c.category,
            _again.c.ticket_id != tickets.c.ticket_id,
            _again.c.opened_at <= tickets.c.opened_at,
            hours_between(_again.c.opened_at, tickets.c.opened_at) <= 30 * 24,
        )
        .correlate(tickets)
        .exists()
    ),
    better="down",
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
    means="Of the cases opened in the period, the share where the customer had asked the same within 30 days before.",
    owner="Service",
    top=repeat_cases,
    bottom=cases_opened,
    better="down",
    example=repeat_cases.example.replace("= 1", "= 25%"),
)

theme_cases = Measure(
    label="Cases by theme",
    means="Service cases opened in the period, those taken back too, whose words say what they are mainly about.",
    owner="Analytics",
    fact=ticket_themes,
    dated=ticket_themes.c.opened_at,
    better="neither",
    example="""
        ticket_themes
        ticket_id | opened_at  | theme
        1         | 2026-04-01 | card · limit
        2         | 2026-03-31 | card · limit

        April to June 2026 = 1
    """,
)

detractors = Measure(
    label="Detractors",
    means="Recommendation questions answered with 6 or below in the period.",
    owner="Service",
    fact=surveys,
    dated=surveys.c.answered_at,
    where=(surveys.c.kind == "nps") & (surveys.c.score <= 6),
    better="down",
    example="""
        surveys
        survey_id | kind | answered_at | score
        1         | nps  | 2026-04-01  | 6
        2         | nps  | 2026-04-01  | 7
        3         | csat | 2026-04-01  | 2

        April to June 2026 = 1
    """,
)
