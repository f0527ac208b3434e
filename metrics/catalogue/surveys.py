"""How customers feel about the bank, in their own answers: recommendation, satisfaction, effort, and who answers."""

from typing import Any

from sqlalchemy import ColumnElement, case

from metrics.definitions.measure import Measure, Ratio
from warehouse.schema import surveys


def _survey(label: str, description: str, where: ColumnElement[bool], example: str, **more: Any) -> Measure:
    """A total of the answers given in a period; of the invitations, where `time_column` says so."""
    fields: dict[str, Any] = {
        "owner": "Service",
        "fact": surveys,
        "time_column": surveys.c.answered_at,
    } | more
    return Measure(label=label, description=description, where=where, example=example, **fields)


_nps = (surveys.c.kind == "nps") & surveys.c.score.is_not(None)
_FOUR_ANSWERS = """
    surveys
    survey_id | kind | answered_at | score
    1         | nps  | 2026-04-01  | 9
    2         | nps  | 2026-04-02  | 10
    3         | nps  | 2026-04-03  | 8
    4         | nps  | 2026-04-04  | 6

    April to June 2026 = {}
"""

nps_answers = _survey(
    "Answers to “would you recommend us”",
    "Recommendation questions answered in the period.",
    _nps,
    """
        surveys
        survey_id | kind | asked_at   | answered_at | score
        1         | nps  | 2026-03-30 | 2026-04-01  | 9
        2         | nps  | 2026-04-02 |             |
        3         | csat | 2026-04-02 | 2026-04-03  | 5

        April to June 2026 = 1
    """,
)

nps_balance = _survey(
    "Promoters less detractors",
    "Answers of 9 or 10 less answers of 6 or below, in the period.",
    _nps,
    _FOUR_ANSWERS.format("1"),
    total="sum",
    expression=case((surveys.c.score >= 9, 1), (surveys.c.score <= 6, -1), else_=0),
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
    example=_FOUR_ANSWERS.format("25 points"),
)

detractors = _survey(
    "Detractors",
    "Recommendation questions answered with 6 or below in the period.",
    (surveys.c.kind == "nps") & (surveys.c.score <= 6),
    """
        surveys
        survey_id | kind | answered_at | score
        1         | nps  | 2026-04-01  | 6
        2         | nps  | 2026-04-01  | 7
        3         | csat | 2026-04-01  | 2

        April to June 2026 = 1
    """,
    better="down",
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


def _invited(kind: str, whether: str, about: str) -> tuple[Measure, Measure]:
    """How many were invited in a period, and how many of them have answered."""
    of_kind, at = surveys.c.kind == kind, surveys.c.asked_at
    invited = f"nvitations of the kind “{kind}” sent in the period"
    return (
        _survey(
            f"Asked {whether}",
            f"I{invited}, answered or not.",
            of_kind,
            _drawn(kind, "2"),
            time_column=at,
            better="neither",
        ),
        _survey(
            f"Of those asked, answered {about}",
            f"Of the i{invited}, those answered so far.",
            of_kind & surveys.c.score.is_not(None),
            _drawn(kind, "1"),
            time_column=at,
            final_after=None,
        ),
    )


nps_asked, nps_answered = _invited("nps", "whether they would recommend us", "the recommendation")
csat_asked, csat_answered = _invited("csat", "whether they were satisfied", "about satisfaction")
ces_asked, ces_answered = _invited("ces", "whether it was easy", "about effort")


def _response(kind: str, about: str, answered: Measure, invited: Measure) -> Ratio:
    return Ratio(
        label=f"Response rate, {about}",
        description="Of the invitations sent in the period, the share answered so far. The latest can still be answered.",
        owner="Service",
        numerator=answered,
        denominator=invited,
        example=_drawn(kind, "50%"),
    )


nps_response = _response("nps", "recommendation", nps_answered, nps_asked)
csat_response = _response("csat", "satisfaction", csat_answered, csat_asked)
ces_response = _response("ces", "effort", ces_answered, ces_asked)


def _given(kind: str, about: str, high: str, with_: str, least: int) -> tuple[Measure, Measure]:
    """How many answers were given in a period, and how many of them of at least `least`."""
    of_kind = surveys.c.kind == kind
    example = f"""
        surveys
        survey_id | kind   | asked_at   | answered_at | score
        1         | {kind} | 2026-03-30 | 2026-04-01  | 5
        2         | {kind} | 2026-04-01 | 2026-04-01  | %s
        3         | {kind} | 2026-04-02 |             |
        4         | other  | 2026-04-02 | 2026-04-03  | 5

        April to June 2026 = %s
    """
    return (
        _survey(
            f"Answers about {about}",
            f"{about.capitalize()} questions answered in the period.",
            of_kind & surveys.c.score.is_not(None),
            example % (5, 2),
        ),
        _survey(
            high,
            f"{about.capitalize()} answered with {with_} in the period.",
            of_kind & (surveys.c.score >= least),
            example % (3, 1),
        ),
    )


csat_answers, csat_satisfied = _given("csat", "satisfaction", "Satisfied answers", "4 or 5 of 5", 4)
ces_answers, ces_easy = _given("ces", "effort", "Answers that it was easy", "5, 6 or 7 of 7", 5)

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
