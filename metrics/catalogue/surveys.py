"""How customers feel about the bank, in their own answers: recommendation, satisfaction, effort, and who answers."""

from sqlalchemy import case

from metrics.definitions.measure import Measure, Ratio
from warehouse.schema import surveys

_nps = (surveys.c.kind == "nps") & surveys.c.score.is_not(None)

nps_answers = Measure(
    label="Answers to “would you recommend us”",
    description="Recommendation questions answered in the period.",
    owner="Service",
    fact=surveys,
    time_column=surveys.c.answered_at,
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
    description="Answers of 9 or 10 less answers of 6 or below, in the period.",
    owner="Service",
    fact=surveys,
    total="sum",
    expression=case((surveys.c.score >= 9, 1), (surveys.c.score <= 6, -1), else_=0),
    time_column=surveys.c.answered_at,
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
    description="Of the answers given in the period, the share of 9 or 10 less the share of 6 or below, in points from "
    "-100 to 100.",
    owner="Service",
    numerator=nps_balance,
    denominator=nps_answers,
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

detractors = Measure(
    label="Detractors",
    description="Recommendation questions answered with 6 or below in the period.",
    owner="Service",
    fact=surveys,
    time_column=surveys.c.answered_at,
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


def _invitations(kind: str, label: str, example: str) -> Measure:
    return Measure(
        label=label,
        description=f"Invitations of the kind “{kind}” sent in the period, answered or not.",
        owner="Service",
        fact=surveys,
        time_column=surveys.c.asked_at,
        where=surveys.c.kind == kind,
        better="neither",
        example=example,
    )


def _answered(kind: str, label: str, example: str) -> Measure:
    return Measure(
        label=label,
        description=f"Of the invitations of the kind “{kind}” sent in the period, those answered so far.",
        owner="Service",
        fact=surveys,
        time_column=surveys.c.asked_at,
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


nps_asked = _invitations("nps", "Asked whether they would recommend us", _drawn("nps", "2"))
nps_answered = _answered("nps", "Of those asked, answered the recommendation", _drawn("nps", "1"))
csat_asked = _invitations("csat", "Asked whether they were satisfied", _drawn("csat", "2"))
csat_answered = _answered("csat", "Of those asked, answered about satisfaction", _drawn("csat", "1"))
ces_asked = _invitations("ces", "Asked whether it was easy", _drawn("ces", "2"))
ces_answered = _answered("ces", "Of those asked, answered about effort", _drawn("ces", "1"))


def _response(kind: str, label: str, top: Measure, bottom: Measure) -> Ratio:
    return Ratio(
        label=label,
        description="Of the invitations sent in the period, the share answered so far. The latest can still be answered.",
        owner="Service",
        numerator=top,
        denominator=bottom,
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
        description=means,
        owner="Service",
        fact=surveys,
        time_column=surveys.c.answered_at,
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
csat_satisfied = _given(
    "csat", "Satisfied answers", "Satisfaction answered with 4 or 5 of 5 in the period.", least=4
)
ces_answers = _given("ces", "Answers about effort", "Effort questions answered in the period.")
ces_easy = _given(
    "ces", "Answers that it was easy", "Effort answered with 5, 6 or 7 of 7 in the period.", least=5
)

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
    description="Of the answers about satisfaction given in the period, the share of 4 or 5 on a scale of 5.",
    owner="Service",
    numerator=csat_satisfied,
    denominator=csat_answers,
    synonyms={"Marketing": "satisfaction", "Sales": "happy customers"},
    example=_HALF.format(kind="csat"),
)
ces = Ratio(
    label="Found it easy (CES)",
    description="Of the answers about effort given in the period, the share of 5 to 7 on a scale of 7.",
    owner="Service",
    numerator=ces_easy,
    denominator=ces_answers,
    synonyms={"Digital": "customer effort"},
    example=_HALF.format(kind="ces"),
)
