"""What a document says about itself: definitions with their versions, period, as-of day, sources. No drawing here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day
from metrics.definitions.measure import measures_of, version
from metrics.definitions.scope import year_before
from reports.documents.meeting_document import MeetingPack
from reports.documents.sanitise import legible, one_line
from reports.review.review_document import Answer, CaseStudy, Figure, Review, Table

Document = Review | MeetingPack
"""What slides and handout can be made of."""
SAMPLE = "Sample data"
DEFINITIONS = "What the figures mean"
"""The last part of slides and handout."""


def name(review: Document) -> str:
    """`Quarterly review, 2nd quarter of 2026`, `Bi-weekly stand-up, 2 Jul 2026`."""
    if isinstance(review, MeetingPack):
        return review.name
    ordinal = {"1": "1st", "2": "2nd", "3": "3rd", "4": "4th"}.get(review.quarter[-1:], review.quarter)
    until = f" to {review.as_of.day} {review.as_of:%b}" if review.partial else ""
    return f"Quarterly review, {ordinal} quarter of {review.quarter[:4]}{until}"


def status(review: Document) -> str:
    """`Draft`, or `Version 2, issued on 4 Jul 2026 by Vivian Tse`; of a pack, for whom it was filled."""
    if isinstance(review, MeetingPack):
        return review.status
    return review.issued or "Draft"


def file_name(review: Document, kind: str) -> str:
    """`concord-review-2026Q2-draft.pptx`, `concord-review-2026Q2-version-2.pptx`, `concord-meeting-12-2026-07-02.pdf`."""
    if isinstance(review, MeetingPack):
        return f"{review.file_stem}.{kind}"
    mark = review.issued.partition(",")[0].lower().replace(" ", "-") or "draft"
    return f"concord-review-{review.quarter}-{mark}.{kind}"


def foot(review: Document) -> str:
    """The line at the foot of every slide and page."""
    mark = f"{SAMPLE} · " if review.sample else ""
    if isinstance(review, MeetingPack):
        return f"{mark}{review.name} · {review.status} · as of {day(review.as_of)}"
    short = status(review).partition(" by ")[0]
    return f"{mark}Quarterly review {review.quarter} · {short} · as of {day(review.as_of)}"


def metrics_of(answers: Iterable[Answer], figures: Iterable[Figure] = ()) -> tuple[str, ...]:
    """Every metric of the catalogue that answers and figures draw on, each once, in the order they come."""
    named: list[str] = []
    for answer in answers:
        named += [f.metric for f in answer.figures]
        named += answer.metrics
    named += [f.metric for f in figures]
    return tuple(n for n in dict.fromkeys(named) if n in CATALOGUE)


def definition(metric: str, review: Document | None = None) -> tuple[str, str, str, str]:
    """A metric's label, version, owner and sentence: those the review was made by, or those in force."""
    recorded = next((d for d in review.definitions if d.metric == metric), None) if review else None
    if recorded is not None:
        return recorded.label, recorded.version, recorded.owner, recorded.means
    current = CATALOGUE[metric]
    return current.label, version(current), current.owner, current.description


def tables_of(metrics: Iterable[str]) -> str:
    """The tables that metrics are read from: `leads, tickets`."""
    facts = (m.fact.name for metric in metrics for m in measures_of(CATALOGUE[metric]))
    return ", ".join(dict.fromkeys(facts))


def data(review: Document) -> list[str]:
    """Period, comparisons, as-of, load: what holds for the whole review or pack."""
    if isinstance(review, MeetingPack):
        return review.facts
    period = review.period
    before, earlier = review.before or period.before(), review.year_before or year_before(period)
    running = ", the quarter still runs" if review.partial else ""
    sentences = [
        f"{status(review)}.",
        f"Period: {period.in_words()}{running}, the whole bank, no filter.",
        f"Quarter before: {before.in_words()}. Year before: {earlier.in_words()}.",
        *([f"There are no data before {day(review.begun)}."] if review.begun else []),
        f"Data as of {day(review.as_of)}, loaded on {day(review.loaded_at.date())} at {review.loaded_at:%H:%M}.",
    ]
    if review.qualified:
        sentences.append(f"“Qualified” means: {one_line(review.qualified)}")
    if review.sample:
        sentences.append("Sample data: FinTrust Bank is invented, and so is everyone in it.")
    return sentences


def notes(
    review: Document,
    metrics: Sequence[str] = (),
    sources: Sequence[str] = (),
    says: Sequence[str] = (),
) -> str:
    """Speaker notes: what to say first, then what every figure means and where it comes from."""
    parts = [legible(text) for text in says]
    for metric in metrics:
        label, number, owner, means = definition(metric, review)
        parts.append(f"{label}, version {number} ({owner}): {means}")
    parts += data(review)
    read = tables_of(metrics)
    parts += [f"Read from: {read}."] if read else []
    parts += [f"Source: {one_line(s)}" for s in sources]
    return "\n".join(p for p in parts if p)


def beyond_the_title(answer: Answer) -> tuple[Figure, ...]:
    """Its figures, without one that says no more than the title, or that is a row of its table."""
    title = answer.title.casefold()
    rows = {row[0] for row in answer.table.rows if row} if answer.table is not None else set()
    return tuple(
        f
        for f in answer.figures
        if f.label not in rows and (details(f) or f"{f.value} {f.label}".casefold() not in title)
    )


def beyond_the_chart(answer: Answer) -> tuple[Figure, ...]:
    """The figures of a slide: where a chart of intervals draws them, the first two of those."""
    figures = beyond_the_title(answer)
    if answer.chart is None or answer.chart.shape != "intervals":
        return figures
    says = answer.chart.says
    drawn = [f for f in figures if re.search(rf"(?<![\d.,+−]){re.escape(f.value)} \(", says)]
    return tuple(f for f in figures if f not in drawn[2:])


def beyond_the_table(answer: Answer) -> tuple[str, ...]:
    """Its sentences, without those that only say a row of its table again."""
    rows = answer.table.rows if answer.table is not None else ()
    return tuple(s for s in answer.sentences if not any(_says(s, row) for row in rows))


def _says(sentence: str, row: Sequence[str]) -> bool:
    """Whether a sentence has a row's first two cells, and four in five of all: one that gives a reason has fewer."""
    cells = [one_line(cell).rstrip(".") for cell in row if cell]
    there = [cell in one_line(sentence) for cell in cells]
    return len(cells) > 1 and all(there[:2]) and 5 * sum(there) >= 4 * len(there)


def defines(table: Table | None) -> bool:
    """Whether a table only says what metrics mean: paper has that once, at its end."""
    if table is None or not table.rows:
        return False
    definitions = {(metric.label, metric.description) for metric in CATALOGUE.values()}
    return all((row[0], row[-1]) in definitions for row in table.rows)


def definitions(review: Document) -> tuple[str, ...]:
    """The metrics of the review, whose definitions stand at the end of slides and handout."""
    studied = [f for study in review.case_studies for f in study.figures]
    named = dict.fromkeys(metrics_of(review.answers, [*review.figures, *studied]))
    further = [*(e for a in review.answers for e in a.exhibits), *review.exhibits]
    return tuple(dict.fromkeys([*named, *(m for e in further for m in e.metrics if m in CATALOGUE)]))


def details(figure: Figure) -> list[tuple[str, str]]:
    """What stands under a figure, each with its word; the word is empty where the text says it itself."""
    lines = [
        ("Target", figure.target),
        ("Quarter before", figure.before),
        ("Year before", figure.year_before),
        ("", figure.n),
        ("Elsewhere", figure.benchmark),
    ]
    return [(word, one_line(text)) for word, text in lines if text]


def studied(study: CaseStudy) -> str:
    """What a pilot was, and whether it can say what it did."""
    kind = "with a control group" if study.controlled else "without a control group: association, not proof"
    if study.planned:
        kind = "that is not finished"
    return f"Case study {kind} · {one_line(study.what)}"


def recommended(study: CaseStudy) -> str:
    """What to do about a pilot: what it did is decided, what went together with something is tested first."""
    if study.planned:
        return "Nothing to decide here before the tests have run."
    if study.controlled:
        return "Nothing to decide here: what follows from it stands under Decisions."
    return "Plan a randomised test before anything rests on it."


def in_short(review: Document) -> tuple[str, str]:
    """What all answers together are headed by, and the few first figures: `The quarter`, `The quarter in figures`."""
    what = "The meeting" if isinstance(review, MeetingPack) else "The quarter"
    return what, f"{what} in figures"
