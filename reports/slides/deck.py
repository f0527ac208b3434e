"""The quarterly review as slides: one message a slide, in its title; what it stands on, below; definitions, in the notes.

Everything is measured before it is written (`reports.documents.text_metrics`): it shrinks a little, tables go on a
further slide, and sentences that have no room stand in the notes and in the handout alone.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from pptx.enum.shapes import PP_PLACEHOLDER as KIND
from pptx.util import Pt

from metrics.comparison.words import day
from reports.documents import document_facts, number_scales, text_metrics
from reports.documents.document_facts import Document
from reports.documents.sanitise import one_line
from reports.review.review_document import Answer, CaseStudy, Chart, Exhibit, Figure, Table
from reports.slides import brand_template, slide_blocks, slide_cards, slide_tables, slide_text
from reports.slides.brand_template import Box, Template
from reports.slides.slide_flow import GAP, Flow, clear, furnish, note

COVER = (40.0, 24.0)
LINES = (18.0, 12.0)


def slides(review: Document, template_file: Path | None = None) -> bytes:
    """The review, or a meeting's pack, as a PowerPoint file, in our look or that of the .pptx or .potx `template_file`.

    Raises Problem if the template cannot be used.
    """
    base = brand_template.read(template_file)
    _properties(base, review)
    _cover(base, review)
    _first_figures(base, review)
    _summary(base, review)
    for exhibit in review.exhibits:
        _exhibit(base, review, exhibit, document_facts.in_short(review)[0])
    for number, answer in enumerate(review.answers, start=1):
        _answer(base, review, number, answer)
    for study in review.case_studies:
        _study(base, review, study)
    _definitions(base, review)
    made = io.BytesIO()
    base.deck.save(made)
    return made.getvalue()


def check(template_file: Path | None) -> None:
    """Raise Problem if slides cannot be made with this template: said before the work begins."""
    brand_template.read(template_file)


def _properties(base: Template, review: Document) -> None:
    properties = base.deck.core_properties
    properties.title = f"{document_facts.name(review)} · {document_facts.status(review)}"
    properties.author = properties.last_modified_by = "Concord"
    properties.subject = document_facts.foot(review)
    properties.keywords = properties.comments = properties.category = ""
    properties.created = properties.modified = review.loaded_at
    properties.revision = 1


def _cover(base: Template, review: Document) -> None:
    slide = base.deck.slides.add_slide(base.opening)
    shape: Any = slide.shapes.title
    room, tall = shape.width / 12_700 / base.roomier, shape.height / 12_700
    shape.text_frame.text = document_facts.name(review)
    size = text_metrics.size_for([document_facts.name(review)], room, tall, COVER, bold=True)
    for run in shape.text_frame.paragraphs[0].runs:
        run.font.size = Pt(size or COVER[1])
    lines = [
        *([review.title] if review.title and not review.figures else []),
        document_facts.status(review),
        review.period.in_words(),
        f"Data as of {day(review.as_of)}",
        *(["Sample data: FinTrust Bank is invented"] if review.sample else []),
    ]
    under: Any = next((p for p in slide.placeholders if p.placeholder_format.type == KIND.SUBTITLE), None)
    if under is not None:
        under.text_frame.text = "\n".join(lines)
        room, tall = under.width / 12_700 / base.roomier, under.height / 12_700
        size = text_metrics.size_for(lines, room, tall, LINES, gap=0.2)
        for paragraph in under.text_frame.paragraphs:
            for run in paragraph.runs:
                run.font.size = Pt(size or LINES[1])
    else:
        below = Box(base.body.x, (shape.top + shape.height) / 12_700 + GAP, base.body.wide, 80)
        slide_text.write(slide, below, lines, LINES[0])
    clear(slide)
    furnish(slide, base, review, foot=False)
    note(slide, document_facts.notes(review))


def _first_figures(base: Template, review: Document) -> None:
    """The quarter in one sentence and the few figures that come first."""
    if not review.title or not review.figures:
        return
    notes = document_facts.notes(review, document_facts.metrics_of([], review.figures), says=[review.title])
    flow = Flow(base, review, review.title, document_facts.in_short(review)[1], notes)
    slide_cards.large_cards(flow, review.figures)


def _summary(base: Template, review: Document) -> None:
    """The ten answers on one page."""
    if not review.answers:
        return
    title = f"{document_facts.in_short(review)[0]} in {_count(len(review.answers))} answers"
    flow = Flow(
        base, review, title, "", document_facts.notes(review, document_facts.metrics_of(review.answers))
    )
    rows = tuple((str(n), a.question, a.title) for n, a in enumerate(review.answers, start=1))
    slide_tables.put(
        flow, Table(columns=("", "Question", "Answer"), rows=rows), says=title, sizes=(15.0, 11.0), strong=2
    )


def _count(number: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[number] if number < len(words) else str(number)


def _answer(base: Template, review: Document, number: int, answer: Answer) -> None:
    chart = answer.chart
    says = [
        answer.title,
        *([answer.recommendation] if answer.recommendation else []),
        *answer.sentences,
        *([chart.says] if chart else []),
    ]
    notes = document_facts.notes(review, document_facts.metrics_of([answer]), answer.sources, says)
    question = f"{number} · {answer.question}"
    flow = Flow(base, review, answer.title, question, notes, answer.recommendation)
    table = None if document_facts.defines(answer.table) else answer.table
    if table is not None and table.short is not None and slide_tables.height(flow, table) > flow.whole:
        table = table.short
    # What is to be decided stands in the table; what calls for it is read in the handout.
    sentences = () if answer.to_decide and table else document_facts.beyond_the_table(answer)
    _fill(flow, document_facts.beyond_the_chart(answer), chart, sentences, table, answer.question)
    for exhibit in answer.exhibits:
        _exhibit(base, review, exhibit, question)


def _exhibit(base: Template, review: Document, exhibit: Exhibit, under: str) -> None:
    """A further finding on a slide of its own: its table only where no chart shows the same."""
    says = [exhibit.title, exhibit.recommendation, *exhibit.sentences, *(c.says for c in exhibit.charts)]
    notes = document_facts.notes(review, exhibit.metrics, (), [s for s in says if s])
    charts = [c for c in exhibit.charts if number_scales.drawable(c)]
    flow = Flow(base, review, exhibit.title, under, notes, exhibit.recommendation)
    if len(charts) > 1:
        slide_blocks.small_charts(flow, charts, exhibit.sentences)
        return
    table = None if charts else exhibit.table
    _fill(flow, (), charts[0] if charts else None, exhibit.sentences, table, exhibit.title)


def _study(base: Template, review: Document, study: CaseStudy) -> None:
    chart = study.chart
    says = [study.title, study.what, *study.sentences, *([chart.says] if chart else [])]
    notes = document_facts.notes(review, document_facts.metrics_of([], study.figures), study.sources, says)
    to_do = document_facts.recommended(study)
    flow = Flow(base, review, study.title, document_facts.studied(study), notes, to_do)
    _fill(flow, study.figures, chart, study.sentences, None, study.title)


def _fill(
    flow: Flow,
    figures: tuple[Figure, ...],
    chart: Chart | None,
    sentences: tuple[str, ...],
    table: Table | None,
    about_what: str,
) -> None:
    """Cards, the chart with its sentences, further cards, the table: as much on one slide as it holds.

    Only cards and tables go on a further slide; sentences that have no room stand in the notes and in the handout.
    """
    left: list[str] = list(sentences)
    if chart is not None and not number_scales.drawable(chart):
        left.append("There is nothing to draw yet.")
        chart = None
    aside = figures if chart is not None and slide_blocks.beside(flow, chart, figures, left) else ()
    rows = slide_cards.rows_of(flow, () if aside else figures)
    columns = len(rows[0]) if rows else 1
    first, more = (rows, []) if chart is None else (rows[:1], rows[1:])
    for row in first:
        slide_cards.cards(flow, row, columns)
    if chart is not None:
        rest = sum(slide_cards.row_height(flow, row, columns) + GAP for row in more)
        rest += slide_tables.height(flow, table) + GAP if table else 0
        least = slide_blocks.chart_height(flow, chart, company=bool(left or aside))
        flow.wants(least)
        tall = flow.free.tall - rest
        left = slide_blocks.chart(flow, chart, aside, left, tall if tall >= least else flow.free.tall)
    for row in more:
        slide_cards.cards(flow, row, columns)
    flow.goes_on_with(table.title if table else "")
    if table is None:
        slide_blocks.sentences(flow, left)
    elif left and slide_blocks.all_fit(flow, left, flow.free.tall - slide_tables.height(flow, table) - GAP):
        slide_blocks.sentences(flow, left, tall=flow.free.tall - slide_tables.height(flow, table) - GAP)
    if table is not None:
        slide_tables.put(flow, table, says=one_line(about_what))


def _definitions(base: Template, review: Document) -> None:
    named = document_facts.definitions(review)
    if not named:
        return
    flow = Flow(
        base,
        review,
        document_facts.DEFINITIONS,
        "Definitions in force, with their versions",
        document_facts.notes(review, named),
    )
    rows = tuple(document_facts.definition(name, review) for name in named)
    table = Table(columns=("Figure", "Version", "Owner", "Means"), rows=rows)
    slide_tables.put(flow, table, says="Definitions of the figures", sizes=(11.0, 11.0))
