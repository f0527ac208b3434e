"""A report in words: its title with the number, what stands below it, and the parts a chart leaves out."""

from collections.abc import Callable

from metrics.catalogue import CATALOGUE
from metrics.comparison import multiple_comparisons
from metrics.comparison.compare import taken_apart
from metrics.comparison.currency import currency
from metrics.comparison.words import change, figure, numeral
from metrics.definitions.dimensions import caution
from metrics.definitions.measure import Metric, Ratio, measures_of, version
from metrics.definitions.scope import PERIODS, PERIODS_BY_MONTH, Period, parts_by_month
from metrics.query.report_query import MONTH, SavedReport, final_after
from metrics.query.report_reading import SHOWN, Cell, ReportResult, drawn, parts_add_up
from metrics.query.time_coverage import compared_with, is_by_month
from warehouse.access.data_coverage import Coverage
from warehouse.schema import plain

LabelOf = Callable[[str, str | None], str]
"""Dimension and value → how the value is shown."""
_MANY = {"campaign": "campaigns", "rep": "sales reps", "touchpoint": "touchpoints"}


def by_in_words(breakdown: str) -> str:
    """How a breakdown is called."""
    return {"": "One figure", "rep": "Sales rep"}.get(breakdown, plain(breakdown).capitalize())


def called(period: str, *, by_month: bool) -> str:
    """How a period is called within a sentence: `last 90 days`, for who reads by whole months `last 3 full months`."""
    if not by_month:
        return PERIODS[period].lower()
    return PERIODS_BY_MONTH.get(period, PERIODS_BY_MONTH["month"]).lower()


def definition(metric: Metric) -> str:
    """What a figure means, who owns it, and in which version."""
    return f"{metric.description} Owner: {metric.owner}, version {version(metric)}."


def filters_in_words(report: SavedReport, label_of: LabelOf) -> str:
    """`channel Email or Social, segment Private`; "" without a filter."""
    parts = [f"{plain(d)} {' or '.join(label_of(d, v) for v in values)}" for d, values in report.filters]
    return ", ".join(parts)


def title(
    report: SavedReport, reading: ReportResult, whose: str, label_of: LabelOf, *, by_month: bool = False
) -> str:
    """The finding, with the number; a number keeps its unit on one line."""
    return _title(report, reading, whose, label_of, by_month=by_month).replace(
        f"{currency()} ", f"{currency()}\u00a0"
    )


def _title(
    report: SavedReport, reading: ReportResult, whose: str, label_of: LabelOf, *, by_month: bool
) -> str:
    metric, whole = CATALOGUE[report.metric], reading.whole
    about = ", ".join(w for w in (whose, filters_in_words(report, label_of)) if w)
    name = f"{metric.label}, {about}" if about else metric.label
    period = f"the {called(report.period, by_month=by_month)}"
    if whole.missing:
        return f"{name}: {whole.missing} for {period}"
    finding = _finding(report, reading, label_of)
    return f"{name}: {figure(metric, whole.value)} for {period}{f'; {finding}' if finding else ''}"


def _finding(report: SavedReport, reading: ReportResult, label_of: LabelOf) -> str:
    metric, whole = CATALOGUE[report.metric], reading.whole
    on_chart = drawn(report, reading)
    if report.breakdown == MONTH:
        full = [p for p in reading.parts if not p.missing and not p.partial]
        if len(full) < 2:
            return ""
        top = max(full, key=lambda p: p.value)
        return f"the highest full month is {top.period.start:%B %Y} ({figure(metric, top.value)})"
    if not report.breakdown:
        return moved(metric, whole) if whole.change else "not compared with the period before"
    if isinstance(metric, Ratio) and metric.unit in ("share", "points"):
        judged = [p for p in reading.parts if not p.missing]
        changes = multiple_comparisons.apart(
            metric,
            [taken_apart(metric, p.value, p.cases) for p in judged],
            taken_apart(metric, whole.value, whole.cases),
        )
        apart = [
            p
            for p, difference in zip(judged, changes, strict=True)
            if difference.verdict.is_a_finding and p in on_chart
        ]
        if not apart:
            return f"no {plain(report.breakdown)} clearly differs from the others"
        far = max(apart, key=lambda p: abs(p.value - whole.value))
        side = "above" if far.value > whole.value else "below"
        return f"{label_of(report.breakdown, far.part)} is furthest {side} it ({figure(metric, far.value)})"
    if not on_chart or on_chart[0].value <= 0:
        return ""
    word = "most" if parts_add_up(metric) else "highest"
    return f"{word}: {label_of(report.breakdown, on_chart[0].part)} ({figure(metric, on_chart[0].value)})"


def moved(metric: Metric, cell: Cell) -> str:
    """How a figure moved against the period before, in words."""
    if cell.missing:
        return cell.missing
    if cell.change is None:
        return "not compared"
    return change(metric, cell.value, cell.before, cell.change)


def before(metric: Metric, period: Period, covered: Coverage | None = None) -> str:
    """What a figure of a period is compared with: `91 days before`, of one that is kept by month `3 months before`."""
    earlier = compared_with(metric, period, covered)
    if not all(m.monthly for m in measures_of(metric)) and earlier == period.before():
        return f"{period.days} days before"
    count = len(parts_by_month(earlier))
    return f"{count} months before" if count > 1 else "month before"


def below(
    report: SavedReport, reading: ReportResult, target: float | None, covered: Coverage | None = None
) -> str:
    """Period, interval, number of cases, what it is compared with, target."""
    metric, whole = CATALOGUE[report.metric], reading.whole
    period = whole.period
    parts = [f"{period.in_words()}: {whole.missing or figure(metric, whole.value)}"]
    if whole.bounds:
        low, high = (figure(metric, b) for b in whole.bounds)
        parts.append(f"95% interval {low} to {high}")
    if whole.cases == whole.cases:
        parts.append(f"n = {numeral(whole.cases)}")
    if target is not None:
        met = whole.value >= target if metric.better == "up" else whole.value <= target
        parts.append(f"target {figure(metric, target)}, {'met' if met else 'not met'}")
    sentences = [", ".join(parts) + "."]
    uneven = caution(
        (m.fact for m in measures_of(metric)), [report.breakdown, *(n for n, _ in report.filters)]
    )
    if final_after(metric) is None:
        sentences.append(
            "It counts what has happened so far and can still grow, most for the latest, so it is not compared with the "
            "period before."
        )
    elif whole.change is None and not uneven:
        sentences.append(
            f"Not compared: the bank’s data does not reach back over all of the {before(metric, period, covered)}."
        )
    elif whole.change and not whole.missing:
        sentences.append(
            f"The {before(metric, period, covered)}: {figure(metric, whole.before)}; {moved(metric, whole)}."
        )
    days = final_after(metric)
    if days:
        sentences.append(
            f"People are watched for {days} days, so the period ends {days} days before the last day loaded."
            if covered is None or not covered.all_by_month
            else f"People are watched for {days} days, so the period ends with a month that was over {days} days ago."
        )
    if is_by_month(metric, covered):
        sentences.append("Your role counts people in whole months that are over.")
    sentences.append(uneven)
    return " ".join(s for s in sentences if s)


def left_out(report: SavedReport, reading: ReportResult) -> str:
    """The parts that the chart does not draw, and how many; "" if it draws all."""
    metric = CATALOGUE[report.metric]
    many = _MANY.get(report.breakdown, f"{plain(report.breakdown)}s")
    complete = [p for p in reading.parts if not p.missing]
    on_chart = drawn(report, reading)
    rest = [p for p in complete if p not in on_chart]
    sentences = []
    if rest:
        which = f"{SHOWN} with most cases" if isinstance(metric, Ratio) else f"{SHOWN} largest"
        words = f"Drawn are the {which}, of {len(complete)} {many}; the other {len(rest)}"
        if parts_add_up(metric):
            come_to = figure(metric, sum(p.value for p in rest))
            sentences.append(f"{words} come to {come_to} and stand in the table.")
        else:
            sentences.append(f"{words} stand in the table.")
    blank = len(reading.parts) - len(complete)
    if blank:
        why = " or ".join(sorted({p.missing for p in reading.parts if p.missing}))
        noun = plain(report.breakdown) if blank == 1 else many
        sentences.append(f"{blank} {noun} without a figure ({why}).")
    return " ".join(sentences)
