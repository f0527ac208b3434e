"""The experiments as the review tells them: whose look had come by the quarter's end, and what it showed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan

from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import day, hkd, numeral, share, signed, verdict_in_words
from models.evaluation.prediction_metrics import PredictionMetric as Interval
from models.experiments.sequential_analysis import WRONG_RATIO, best, verdict
from reports.review.review_context import ReviewContext
from reports.review.review_document import Chart, Figure, Series
from workflow.experiments.experiment_results import ExperimentResult, Figures, readings
from workflow.experiments.interim_results import CHURN, COMPLAINTS, CROSS_SELL, OPT_OUTS, TARGETS

GOOD = {CHURN: "fewer", CROSS_SELL: "more", COMPLAINTS: "fewer", OPT_OUTS: "fewer"}
OF = {
    CHURN: "customers who left",
    CROSS_SELL: "customers who opened a wealth product",
    COMPLAINTS: "customers who complained",
    OPT_OUTS: "customers who withdrew their consent",
}
DID = {
    CHURN: "left",
    CROSS_SELL: "opened an investment or insurance",
    COMPLAINTS: "complained",
    OPT_OUTS: "withdrew their consent to marketing",
}
GUARDRAILS = {CHURN: "leaving", COMPLAINTS: "complaints", OPT_OUTS: "withdrawn consent"}
"""What more selling must not raise → its name."""
TOLD = {
    "helped": Verdict.BETTER,
    "harmed": Verdict.WORSE,
    "not clear": Verdict.NOT_CLEAR,
    "too few": Verdict.TOO_FEW,
}


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One outcome of one experiment at its latest look."""

    reading: ExperimentResult
    outcome: str
    relative: Interval | None
    points: Interval | None

    @property
    def conclusion(self) -> str:
        """helped, harmed, not clear or too few."""
        return verdict(self.points, GOOD[self.outcome])

    @property
    def is_clear(self) -> bool:
        return self.conclusion in ("helped", "harmed")

    @property
    def verdict(self) -> Verdict:
        """Of what the bank did not give nobody can say that it is too few."""
        return Verdict.NOT_KNOWN if self.outcome in self.reading.unknown else TOLD[self.conclusion]

    def in_words(self) -> str:
        """`9.1% fewer customers who left (95% interval −20.2% to +3.4%), no clear effect`."""
        if self.relative is None:
            missing = self.reading.unknown.get(self.outcome)
            return f"{OF[self.outcome]}: {missing.clause if missing else self._too_few()}"
        ends = f"95% interval {signed(self.relative.low)} to {signed(self.relative.high)}"
        clear = {"helped": "a clear effect", "harmed": "a clear effect the wrong way"}
        nothing = "no clear harm" if self.outcome in (COMPLAINTS, OPT_OUTS) else "no clear effect yet"
        return f"{signed(self.relative.value)} {OF[self.outcome]} ({ends}), {clear.get(self.conclusion, nothing)}"

    def arms_in_words(self) -> str:
        """`10.4% of 3,300 treated left, of 3,300 held out 11.7% (−10.9% as counted, before …)`."""
        figures = self.reading.figures.get(self.outcome, {})
        if "share_treated" not in figures:
            return ""
        return (
            f"{share(figures['share_treated'].value)} of {numeral(figures['treated'].value)} treated "
            f"{DID[self.outcome]}, of {numeral(figures['held_out'].value)} held out "
            f"{share(figures['share_held_out'].value)}{as_counted(figures)}"
        )

    def sentence(self) -> str:
        """The experiment and its effect, with its arms and what is still needed."""
        arms = f" {self.arms_in_words()}." if self.arms_in_words() else ""
        return f"{self.reading.title}: {self.in_words()}.{arms} {self.more_needed()}".strip()

    def more_needed(self) -> str:
        """How many more customers would show the target, as a sentence; empty if it is clear without them."""
        needed = self.reading.figures.get(self.outcome, {}).get("needed")
        if self.is_clear or needed is None or needed.value <= 0:
            return ""
        return (
            f"{numeral(needed.value)} more customers are needed to show {signed(TARGETS[self.outcome], 0)}."
        )

    def card(self, label: str) -> Figure:
        """The relative effect with its interval, arms and target."""
        if self.relative is None:
            missing = self.reading.unknown.get(self.outcome)
            if missing:
                return Figure(label=label, value=missing.word, n=missing.sentence, verdict=Verdict.NOT_KNOWN)
            return Figure(label=label, value=self._too_few(), verdict=Verdict.TOO_FEW)
        figures = self.reading.figures[self.outcome]
        return Figure(
            label=label,
            value=signed(self.relative.value),
            target=self._target(),
            n=f"95% interval {signed(self.relative.low)} to {signed(self.relative.high)}, "
            f"n = {numeral(figures['treated'].value)} treated, {numeral(figures['held_out'].value)} held out",
            verdict=self.verdict,
        )

    def _too_few(self) -> str:
        """`not enough data yet (n = 812)`: how many were treated or held out, whichever are fewer."""
        figures = self.reading.figures.get(self.outcome, {})
        arms = [figures[arm].value for arm in ("treated", "held_out") if arm in figures]
        return verdict_in_words(Verdict.TOO_FEW, min(arms, default=None))

    def _target(self) -> str:
        """`−18%, within the interval`; empty where none was set."""
        aim = TARGETS.get(self.outcome)
        if self.relative is None or aim is None:
            return ""
        short = self.relative.high < aim if aim > 0 else self.relative.low > aim
        inside = self.relative.low <= aim <= self.relative.high
        return (
            f"{signed(aim, 0)}, {'within the interval' if inside else 'not reached' if short else 'passed'}"
        )


def as_counted(figures: Figures) -> str:
    """` (−10.9% as counted, before adjusting for the risk known before assignment)`; empty if both are said alike."""
    counted, adjusted = figures.get("relative"), figures.get("relative_adjusted")
    if counted is None or adjusted is None or signed(counted.value) == signed(adjusted.value):
        return ""
    return f" ({signed(counted.value)} as counted, before adjusting for the risk known before assignment)"


def read_out(context: ReviewContext) -> list[ExperimentResult]:
    """The experiments whose latest look lies within or before the quarter, those with a look first."""
    return readings(context.reader, context.end)


def looked_at(results: list[ExperimentResult], context: ReviewContext) -> list[ExperimentResult]:
    """Those that had been read by the quarter's last day, and whose draw went right."""
    return [r for r in results if r.look is not None and r.look.on <= context.end and not wrong_draw(r)]


def wrong_draw(reading: ExperimentResult) -> bool:
    """Whether the arms' sizes are too far from plan to be chance."""
    return "sample_ratio" in reading.arms and reading.arms["sample_ratio"].value < WRONG_RATIO


def effect(reading: ExperimentResult, outcome: str) -> Effect:
    """One outcome of a reading, adjusted for the risk known before assignment where there was a score."""
    figures = reading.figures.get(outcome, {})
    return Effect(
        reading=reading, outcome=outcome, relative=best(figures, "relative"), points=best(figures, "points")
    )


def effects_chart(effects: Iterable[tuple[str, Effect]], says: str, name: str) -> Chart | None:
    """Effects by label with their intervals; None while none has one."""
    measured = [(label, e.relative) for label, e in effects if e.relative is not None]
    if not measured:
        return None
    texts = "; ".join(
        f"{label} {signed(r.value)} ({signed(r.low)} to {signed(r.high)})" for label, r in measured
    )
    return Chart(
        shape="intervals",
        says=f"{says}: {texts}",
        unit="share",
        categories=tuple(label for label, _ in measured),
        series=(
            Series(
                name=name,
                values=tuple(r.value for _, r in measured),
                low=tuple(r.low for _, r in measured),
                high=tuple(r.high for _, r in measured),
            ),
        ),
        mark=0.0,
        mark_label="no effect",
    )


def source(reading: ExperimentResult) -> str:
    """`Experiment “Project Unity”: look 1 of 1 on 30 Jun 2026, …`."""
    look = reading.look
    if look is None:
        after = f", first analysis on {day(reading.following.on)}" if reading.following else ""
        return f"Experiment “{reading.title}”: not analysed yet{after}"
    late = "post hoc: planned after the data were available" if look.after_the_fact else "planned beforehand"
    return f"Experiment “{reading.title}”: analysis {look.number} of {look.of} on {day(look.on)}, {late}"


def not_read(results: list[ExperimentResult]) -> str:
    """What there is to say while no experiment has been read."""
    if not results:
        return "No experiment has begun, so no effect of ours has been measured."
    following = [r.following.on for r in results if r.following]
    when = f" The first planned analysis is on {day(min(following))}." if following else ""
    return f"No experiment had been read by the end of the quarter.{when}"


def worth_in_words(reading: ExperimentResult) -> tuple[str, Interval | None, float | None]:
    """What the customers kept bring in a year after the cost of offers: words, the figure, the cost (None: not known)."""
    figures = reading.figures.get(CHURN, {})
    worth, cost = figures.get("worth"), figures.get("cost")
    if worth is None:
        return "not known", None, None
    spent = None if cost is None or isnan(cost.value) else cost.value
    less = spent or 0.0
    after = Interval(value=worth.value - less, low=worth.low - less, high=worth.high - less)
    return hkd(after.value), after, spent
