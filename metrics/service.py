"""How customers feel about the bank, in their own answers."""

from sqlalchemy import case

from metrics.measure import Measure, Ratio
from warehouse.schema import surveys, tickets

_nps = (surveys.c.kind == "nps") & surveys.c.score.is_not(None)

nps_answers = Measure(
    label="Answers to “would you recommend us”",
    means="Recommendation questions answered in the period.",
    owner="Service",
    fact=surveys,
    dated=surveys.c.answered_at,
    where=_nps,
    example="""
        surveys
        survey_id | kind | asked_at   | answered_at | score
        1         | nps  | 2026-03-30 | 2026-04-01  | 9
        2         | nps  | 2026-04-02 |             |
        3         | csat | 2026-04-02 | 2026-04-03  | 5

        April to June 2026 = 1
    """,
)

nps_balance = Measure(
    label="Promoters less detractors",
    means="Answers of 9 or 10 less answers of 6 or below, in the period.",
    owner="Service",
    fact=surveys,
    total="sum",
    of=case((surveys.c.score >= 9, 1), (surveys.c.score <= 6, -1), else_=0),
    dated=surveys.c.answered_at,
    where=_nps,
    example="""
        surveys
        survey_id | kind | answered_at | score
        1         | nps  | 2026-04-01  | 9
        2         | nps  | 2026-04-02  | 10
        3         | nps  | 2026-04-03  | 8
        4         | nps  | 2026-04-04  | 6

        April to June 2026 = 1
    """,
)

nps = Ratio(
    label="Net promoter score (NPS)",
    means="Share of answers of 9 or 10 less share of answers of 6 or below, in points from -100 to 100.",
    owner="Service",
    top=nps_balance,
    bottom=nps_answers,
    unit="points",
    scale=100.0,
    synonyms={"Service": "recommendation score"},
    example="""
        surveys
        survey_id | kind | answered_at | score
        1         | nps  | 2026-04-01  | 9
        2         | nps  | 2026-04-02  | 10
        3         | nps  | 2026-04-03  | 8
        4         | nps  | 2026-04-04  | 6

        April to June 2026 = 25 points
    """,
)

complaints = Measure(
    label="Complaints",
    means="Complaints opened in the period and not taken back.",
    owner="Service",
    fact=tickets,
    dated=tickets.c.opened_at,
    # A case whose withdrawal nobody recorded was not withdrawn.
    where=tickets.c.complaint.is_(True) & tickets.c.withdrawn.is_not(True),
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
