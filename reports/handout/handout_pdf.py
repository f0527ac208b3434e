"""The quarterly review on paper: the answers, figures and charts of the slides, as a PDF to read before the meeting."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    PageTemplate,
    Spacer,
)

from reports.documents import document_facts, font_files, number_scales
from reports.documents.document_facts import Document
from reports.documents.sanitise import legible, one_line
from reports.handout import handout_blocks
from reports.handout.handout_blocks import MARGIN, WIDE, aside, paragraph
from reports.handout.handout_charts import colour
from reports.review.review_document import Answer, Chart, Exhibit, Figure, Table

BEGINS, HEADED = 320.0, 150.0
"""Room that a question needs to begin on a page, and a part of one: it never begins at a page's foot."""
TOGETHER = 4
"""So many sentences stay on one page."""
Group = list[Flowable]
"""What stays on one page."""


def pdf(review: Document) -> bytes:
    """The review, or a meeting's pack, as a PDF of A4 pages."""
    made = io.BytesIO()
    document = BaseDocTemplate(
        made,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=56,
        bottomMargin=56,
        title=f"{document_facts.name(review)} · {document_facts.status(review)}",
        author="Concord",
        subject=document_facts.foot(review),
        creator="Concord",
        lang="en",
    )
    frame = Frame(MARGIN, 56, WIDE, A4[1] - 112, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document.addPageTemplates(PageTemplate(frames=[frame]))
    document.build(_story(review), canvasmaker=partial(_Numbered, review=review))
    return made.getvalue()


class _Numbered(Canvas):  # type: ignore[misc]
    """Pages that know how many there are: their foot is drawn when the last one is done."""

    def __init__(self, *args: Any, review: Document, **more: Any) -> None:
        super().__init__(*args, **more)
        self._review, self._pages = review, list[dict[str, Any]]()

    def showPage(self) -> None:  # noqa: N802
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._foot(number, len(self._pages))
            super().showPage()
        super().save()

    def _foot(self, number: int, of: int) -> None:
        faces = font_files.faces()
        self.setStrokeColor(colour("borderColor"))
        self.setLineWidth(0.5)
        self.line(MARGIN, 42, A4[0] - MARGIN, 42)
        self.setFillColor(colour("grayTextColor"))
        self.setFont(faces.regular, 8)
        self.drawString(MARGIN, 30, document_facts.foot(self._review))
        self.drawRightString(A4[0] - MARGIN, 30, f"{number} of {of}")
        if self._review.sample:
            self.setFillColor(colour("orangeBackgroundColor"))
            self.setStrokeColor(colour("orangeColor"))
            self.roundRect(A4[0] - MARGIN - 66, A4[1] - 40, 66, 16, 4, fill=1)
            self.setFillColor(colour("orangeTextColor"))
            self.setFont(faces.bold, 8)
            self.drawCentredString(A4[0] - MARGIN - 33, A4[1] - 35, document_facts.SAMPLE)


def _story(review: Document) -> list[Flowable]:
    story: list[Flowable] = [
        paragraph(document_facts.name(review), 22, bold=True, spaceAfter=6),
        *(aside(text, spaceAfter=1) for text in document_facts.data(review)),
        Spacer(0, 14),
    ]
    if review.title:
        story.append(paragraph(review.title, 14, bold=True, spaceAfter=7))
    if review.figures:
        story += [handout_blocks.figures(review.figures), Spacer(0, 12)]
    if review.answers:
        head = ("", "Question", "Answer")
        rows = [(str(n), a.question, a.title) for n, a in enumerate(review.answers, start=1)]
        story.append(handout_blocks.table(head, rows, (18, 170, WIDE - 188), size=9, strong=2))
    for exhibit in review.exhibits:
        story += _exhibit(exhibit, size=14, room=BEGINS)
    for number, answer in enumerate(review.answers, start=1):
        story += _answer(number, answer)
    for study in review.case_studies:
        body = _body(study.figures, study.chart, study.sentences, None)
        to_do = document_facts.recommended(study)
        story += _section(document_facts.studied(study), study.title, body, study.sources, to_do)
    named = document_facts.definitions(review)
    if named:
        words = ("Figure", "Version", "Owner", "Means")
        rows_of = [document_facts.definition(n, review) for n in named]
        table = handout_blocks.table(words, rows_of, (120, 44, 84, WIDE - 248), size=8)
        story += _section(
            "Definitions in force, with their versions", document_facts.DEFINITIONS, [[table]], ()
        )
    return story


def _answer(number: int, answer: Answer) -> list[Flowable]:
    body = _body(
        answer.figures,
        answer.chart,
        document_facts.beyond_the_table(answer),
        None if document_facts.defines(answer.table) else answer.table,
    )
    question = f"{number} · {one_line(answer.question)}"
    story = _section(question, answer.title, body, answer.sources, answer.recommendation)
    for exhibit in answer.exhibits:
        story += _exhibit(exhibit, size=11.5, room=HEADED)
    return story


def _exhibit(exhibit: Exhibit, *, size: float, room: float) -> list[Flowable]:
    """A further finding: its heading with its charts, then what is said of them, and the table."""
    drawn = [c for c in exhibit.charts if number_scales.drawable(c)]
    heading: Group = [
        paragraph(exhibit.title, size, bold=True, spaceAfter=3),
        *_to_do(exhibit.recommendation),
    ]
    if len(drawn) > 1:
        heading += handout_blocks.small_charts(drawn)
    body = _body((), drawn[0] if len(drawn) == 1 else None, exhibit.sentences, exhibit.table)
    if len(drawn) < 2 and body and not _is_long(body[0]):
        heading, body = [*heading, *body[0]], body[1:]
    return [
        Spacer(0, 18),
        CondPageBreak(room),
        KeepTogether(heading),
        *(part for group in body for part in _whole(group)),
    ]


def _to_do(recommendation: str) -> Group:
    if not legible(recommendation):
        return []
    return [paragraph(recommendation, 10, bold=True, textColor=colour("primaryColor"), spaceAfter=6)]


def _section(
    small: str, title: str, body: list[Group], sources: Sequence[str], to_do: str = ""
) -> list[Flowable]:
    """A heading that never stands alone at the foot of a page, what follows it, and at its end where that comes from."""
    heading: Group = [
        aside(small, spaceAfter=2),
        paragraph(title, 14, bold=True, spaceAfter=4 if to_do else 7),
        *_to_do(to_do),
    ]
    if body and not _is_long(body[0]):
        heading, body = [*heading, *body[0]], body[1:]
    after: Group = [aside(f"Source: {one_line(s)}", 8, spaceBefore=3) for s in sources]
    if after and body and not _is_long(body[-1]):
        body, after = [*body[:-1], [*body[-1], *after]], []
    elif after and not body:
        heading, after = [*heading, *after], []
    room = CondPageBreak(BEGINS if body else HEADED)
    return [
        Spacer(0, 22),
        room,
        KeepTogether(heading),
        *(part for group in body for part in _whole(group)),
        *after,
    ]


def _is_long(group: Group) -> bool:
    """Whether it holds a table that may begin on one page and end on the next."""
    return any(getattr(part, "long", False) for part in group)


def _whole(group: Group) -> list[Flowable]:
    return [CondPageBreak(110), *group] if _is_long(group) else [KeepTogether(group)]


def _body(
    figures: Sequence[Figure], chart: Chart | None, sentences: Sequence[str], table: Table | None
) -> list[Group]:
    body: list[Group] = []
    if figures:
        body.append([handout_blocks.figures(figures), Spacer(0, 4)])
    paragraphs: Group = [paragraph(text, spaceBefore=4) for text in sentences if legible(text)]
    body += [paragraphs] if paragraphs and len(paragraphs) <= TOGETHER else [[one] for one in paragraphs]
    if chart is not None and number_scales.drawable(chart):
        body.append(handout_blocks.chart(chart))
    elif chart is not None:
        body.append([paragraph("There is nothing to draw yet.", spaceBefore=4)])
    if table is not None and table.rows and table.columns:
        block = handout_blocks.free(table)
        body.append([Spacer(0, 8), block])
    return body
