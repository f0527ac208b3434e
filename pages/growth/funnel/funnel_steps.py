"""The steps of the funnel of those who came, judged together; the headline and the table beside it read the same ones."""

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.catalogue.funnel import STAGES, FunnelStage
from metrics.comparison import multiple_comparisons
from metrics.comparison.compare import Change
from metrics.comparison.words import change, share
from metrics.definitions.measure import Measure, Ratio
from metrics.definitions.scope import Scope
from metrics.query.query import absent
from pages.components import data
from warehouse.access.reader import Viewer


@dataclass(frozen=True, kw_only=True)
class FunnelStep:
    """From one stage to the next, of the leads that came in a period and as it ended, beside the period before."""

    above: str
    stage: str
    now: dict[str, float]
    before: dict[str, float]
    ratio: Ratio
    change: Change

    def moved(self) -> str:
        """How the share that took the step moved, in words."""
        return change(self.ratio, self.now["value"], self.before["value"], self.change)


def steps(viewer: Viewer, scope: Scope) -> list[FunnelStep]:
    """Every step of the funnel, their changes judged together: the worst of several is worst of some by chance alone."""
    available = data.available_columns(viewer)
    chosen: list[FunnelStage] = [s for s in STAGES if s.by_the_end and not absent(s.by_the_end, available)]
    answer = data.ask_and_before(viewer, [s.by_the_end for s in chosen], scope).set_index("period")
    pairs = []
    for above, stage in pairwise(chosen):
        ratio = _step(stage.by_the_end, above.by_the_end)
        now, before = (_figures(ratio, data.period_row(answer, i)) for i in (0, 1))
        pairs.append(multiple_comparisons.ComparedPair(metric=ratio, now=now, before=before))
    judged = zip(pairwise(chosen), pairs, multiple_comparisons.together(pairs), strict=True)
    return [
        FunnelStep(
            above=above.label,
            stage=stage.label,
            now=pair.now,
            before=pair.before,
            ratio=_step(stage.by_the_end, above.by_the_end),
            change=moved,
        )
        for (above, stage), pair, moved in judged
    ]


def worst_leak(viewer: Viewer, scope: Scope) -> str:
    """The step of the funnel that has clearly become worse, like for like, in words; "" if none has.

    It says that it is about the leads that came in the period: the shares of what happened in it are others.
    """
    all_steps = steps(viewer, scope)
    worst = multiple_comparisons.worst(
        [s.change for s in all_steps], [s.before["value"] - s.now["value"] for s in all_steps]
    )
    if worst is None:
        return ""
    step = all_steps[worst]
    return (
        f"Of the leads that came, {step.above} to {step.stage} fell from {share(step.before['value'])} to "
        f"{share(step.now['value'])} by the end of the period"
    )


def _step(after: str, before: str) -> Ratio:
    top, bottom = CATALOGUE[after], CATALOGUE[before]
    assert isinstance(top, Measure)
    assert isinstance(bottom, Measure)
    return Ratio(label="", description="", owner="", numerator=top, denominator=bottom)


def _figures(step: Ratio, row: pd.Series) -> dict[str, float]:
    top, bottom = float(row[step.numerator.name]), float(row[step.denominator.name])
    return {"value": top / bottom if bottom else float("nan"), "numerator": top, "denominator": bottom}
