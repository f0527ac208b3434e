"""Further case studies from what people enter: lift experiments of channels, and tests that are planned but not measured.

`reports.answers.pilots` tells the experiments that Concord draws itself.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pandas as pd

from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import day, numeral, share, signed
from reports.review.review_context import ReviewContext, rows_of
from reports.review.review_document import CaseStudy, Figure
from warehouse.access.reader import may_see
from warehouse.app_db.app_schema import lift_experiments, planned_tests
from warehouse.schema import plain
from workflow.experiments import lift_tests
from workflow.experiments.planned_tests import planned

MOST = 3
"""So many lift experiments, the latest; and so many planned tests."""
_BY_LOT = re.compile(r"\b(?:by lot|random|randomly|randomi[sz]ed|at random)\b", re.IGNORECASE)
_NOT_BY_LOT = re.compile(r"\b(?:not|never|without|non)\b[^.]{0,20}\b(?:lot|random)", re.IGNORECASE)
_LIFTED = {
    (True, 1): "raised the wins of those it reached by",
    (True, -1): "lowered the wins of those it reached by",
    (False, 1): "went together with more wins among those it reached, by",
    (False, -1): "went together with fewer wins among those it reached, by",
}


def further(context: ReviewContext) -> tuple[CaseStudy, ...]:
    """Lift experiments that were over by the quarter's end, the latest first, and one study of what is planned."""
    viewer, studies = context.reader.viewer, []
    if may_see(viewer, lift_experiments) is not None:
        tests_standing = lift_tests.standing(context.reader)
        over = _until(tests_standing, "ends_on", context.end)
        over = over.sort_values("ends_on", ascending=False, kind="stable")
        studies += [of_a_channel(row) for row in rows_of(over.head(MOST))]
    if may_see(viewer, planned_tests) is not None:
        tests = planned(context.reader)
        rows = list(rows_of(_until(tests, "planned_at", context.end)))
        if rows:
            studies.append(of_plans(rows))
    return tuple(studies)


def _until(frame: pd.DataFrame, column: str, end: date) -> pd.DataFrame:
    return frame[[day_of <= end for day_of in map(_day, frame[column])]] if len(frame) else frame


def _day(value: Any) -> date:
    day_of: date = value.date() if hasattr(value, "date") else value
    return day_of


def drawn_by_lot(population: str) -> bool:
    """Whether the words about who took part say that the groups were assigned at random."""
    return bool(_BY_LOT.search(population)) and not _NOT_BY_LOT.search(population)


def of_a_channel(row: Any) -> CaseStudy:
    """A lift experiment: `row` has channel, population, starts_on, ends_on, estimate, low, high and source."""
    controlled = drawn_by_lot(row.population)
    name, clear = plain(row.channel), not row.low <= 0 <= row.high
    title = f"What {name} adds to the wins of those it reaches is not clear"
    if clear:
        words = _LIFTED[controlled, 1 if row.estimate > 0 else -1]
        title = f"{name[:1].upper()}{name[1:]} {words} {share(abs(row.estimate))}"
    first = (
        "One group was assigned at random and kept from it, so a clear difference is what the channel did."
        if controlled
        else "No random assignment is on record, so they may differ in other ways as well."
    )
    ends = f"95% interval {share(row.low)} to {share(row.high)}".replace("-", "−")
    value = share(row.estimate).replace("-", "−")
    return CaseStudy(
        title=title,
        controlled=controlled,
        what=f"{day(_day(row.starts_on))} – {day(_day(row.ends_on))}. Who took part: {row.population}",
        sentences=(
            f"Of the wins of those reached, {value} are beyond those of an equal group that was not ({ends}).",
            first,
            *(() if clear else ("The interval includes 0, so there may be no effect.",)),
        ),
        figures=(
            Figure(
                label="Wins beyond those of an equal group",
                value=value,
                n=ends,
                verdict=None if clear else Verdict.NOT_CLEAR,
            ),
        ),
        sources=(f"Lift experiment, entered by hand: {row.source}",),
    )


def of_plans(rows: list[Any]) -> CaseStudy:
    """Planned tests, the newest first: `rows` have question, base_rate, smallest_effect, per_arm and planned_at."""
    count = f"{len(rows)} tests are" if len(rows) > 1 else "1 test is"
    more = len(rows) - MOST
    return CaseStudy(
        title=f"Not enough data yet: {count} planned and not measured",
        controlled=False,
        planned=True,
        what="The sample size was set before any result was seen",
        sentences=(
            *(
                f"“{row.question}” needs {numeral(row.per_arm)} people in each group to show a change of "
                f"{signed(row.smallest_effect, 0)} from {share(row.base_rate)}."
                for row in rows[:MOST]
            ),
            *((f"{more} more are on the page Voice of customer.",) if more > 0 else ()),
        ),
        sources=(f"Planned tests recorded in Concord, the latest of {day(_day(rows[0].planned_at))}",),
    )
