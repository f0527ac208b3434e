"""What a document says about itself: definitions with their versions, period, as-of day, sources. No drawing here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from metrics import CATALOGUE
from metrics.measure import version
from metrics.query import measures_of
from metrics.scope import year_before
from metrics.words import day
from reports.legible import legible, one_line
from reports.review import Answer, CaseStudy, Figure, Review

SAMPLE = "Sample data"


def name(review: Review) -> str:
    """`Quarterly review, 2nd quarter of 2026`."""
    ordinal = {"1": "1st", "2": "2nd", "3": "3rd", "4": "4th"}.get(review.quarter[-1:], review.quarter)
    return f"Quarterly review, {ordinal} quarter of {review.quarter[:4]}"


def file_name(review: Review, kind: str) -> str:
    """`concord-review-2026Q2.pptx`."""
    return f"concord-review-{review.quarter}.{kind}"


def foot(review: Review) -> str:
    """The line at the foot of every slide and page."""
    mark = f"{SAMPLE} · " if review.sample else ""
    return f"{mark}Quarterly review {review.quarter} · as of {day(review.as_of)}"


def metrics_of(answers: Iterable[Answer], figures: Iterable[Figure] = ()) -> tuple[str, ...]:
    """Every metric of the catalogue that answers and figures draw on, each once, in the order they come."""
    named: list[str] = []
    for answer in answers:
        named += [f.metric for f in answer.figures]
        named += answer.metrics
    named += [f.metric for f in figures]
    return tuple(n for n in dict.fromkeys(named) if n in CATALOGUE)


def definition(metric: str) -> tuple[str, str, str, str]:
    """A metric's label, version, owner and sentence."""
    found = CATALOGUE[metric]
    return found.label, version(found), found.owner, found.means


def tables_of(metrics: Iterable[str]) -> str:
    """The tables that metrics are read from: `leads, tickets`."""
    facts = (m.fact.name for metric in metrics for m in measures_of(CATALOGUE[metric]))
    return ", ".join(dict.fromkeys(facts))


def data(review: Review) -> list[str]:
    """Period, comparisons, as-of, load: what holds for the whole review."""
    period = review.period
    before, earlier = review.before or period.before(), review.year_before or year_before(period)
    running = ", the quarter still runs" if review.partial else ""
    said = [
        f"Period: {period.in_words()}{running}, the whole bank, no filter.",
        f"Quarter before: {before.in_words()}. Year before: {earlier.in_words()}.",
        f"Data as of {day(review.as_of)}, loaded on {day(review.loaded_at.date())} at {review.loaded_at:%H:%M}.",
    ]
    if review.qualified:
        said.append(f"“Qualified” means: {one_line(review.qualified)}")
    if review.sample:
        said.append("Sample data: FinTrust Bank is invented, and so is everyone in it.")
    return said


def notes(
    review: Review,
    metrics: Sequence[str] = (),
    sources: Sequence[str] = (),
    says: Sequence[str] = (),
) -> str:
    """Speaker notes: what to say first, then what every figure means and where it comes from."""
    parts = [legible(text) for text in says]
    for metric in metrics:
        label, number, owner, means = definition(metric)
        parts.append(f"{label}, version {number} ({owner}): {means}")
    parts += data(review)
    read = tables_of(metrics)
    parts += [f"Read from: {read}."] if read else []
    parts += [f"Source: {one_line(s)}" for s in sources]
    return "\n".join(p for p in parts if p)


def details(figure: Figure) -> list[tuple[str, str]]:
    """What stands under a figure, each with its word; the word is empty where the text says it itself."""
    found = [
        ("Target", figure.target),
        ("Quarter before", figure.before),
        ("Year before", figure.year_before),
        ("", figure.n),
    ]
    return [(word, one_line(text)) for word, text in found if text]


def kind_of(study: CaseStudy) -> str:
    """Whether a pilot can say what it did."""
    if study.controlled:
        return "Measured against a random group without it: a difference is what the pilot did."
    return "No control group: what went together with the pilot, not what it did."
