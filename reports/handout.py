"""The quarterly review on paper: the answers, figures and charts of the slides, as a PDF to read before the meeting."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from reports import about, handout_charts, scales, type_faces
from reports.handout_charts import colour
from reports.legible import legible, one_line, tied
from reports.review import Answer, CaseStudy, Chart, Figure, Review
from reports.review import Table as Rows
from reports.slide_tables import plain
from reports.slide_text import columns_for

MARGIN = 52.0
WIDE = A4[0] - 2 * MARGIN
LONGEST = 1_200
"""Characters of one cell: no row may be taller than a page."""
TOGETHER = 4
"""So many sentences stay on one page."""


def pdf(review: Review) -> bytes:
    """The review as a PDF of A4 pages."""
    made = io.BytesIO()
    document = BaseDocTemplate(
        made,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=56,
        bottomMargin=56,
        title=about.name(review),
        author="Concord",
        subject=about.foot(review),
        creator="Concord",
        lang="en",
    )
    frame = Frame(MARGIN, 56, WIDE, A4[1] - 112, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document.addPageTemplates(PageTemplate(frames=[frame]))
    document.build(_story(review), canvasmaker=partial(_Numbered, review=review))
    return made.getvalue()


class _Numbered(Canvas):  # type: ignore[misc]
    """Pages that know how many there are: their foot is drawn when the last one is done."""

    def __init__(self, *args: Any, review: Review, **more: Any) -> None:
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
        faces = type_faces.faces()
        self.setStrokeColor(colour("borderColor"))
        self.setLineWidth(0.5)
        self.line(MARGIN, 42, A4[0] - MARGIN, 42)
        self.setFillColor(colour("grayTextColor"))
        self.setFont(faces.regular, 8)
        self.drawString(MARGIN, 30, about.foot(self._review))
        self.drawRightString(A4[0] - MARGIN, 30, f"{number} of {of}")
        if self._review.sample:
            self.setFillColor(colour("orangeBackgroundColor"))
            self.setStrokeColor(colour("orangeColor"))
            self.roundRect(A4[0] - MARGIN - 66, A4[1] - 40, 66, 16, 4, fill=1)
            self.setFillColor(colour("orangeTextColor"))
            self.setFont(faces.bold, 8)
            self.drawCentredString(A4[0] - MARGIN - 33, A4[1] - 35, about.SAMPLE)


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    faces = type_faces.faces()
    bold = more.pop("bold", False)
    chosen: dict[str, Any] = {
        "fontName": faces.bold if bold else faces.regular,
        "fontSize": size,
        "leading": size * 1.28,
        "textColor": colour("textColor"),
        "allowWidows": 0,
        "allowOrphans": 0,
        "splitLongWords": 1,
    }
    return ParagraphStyle(name, **(chosen | more))


def _said(text: str, size: float = 9.5, **more: Any) -> Paragraph:
    return Paragraph(type_faces.marked_up(tied(legible(text))), _style("text", size, **more))


def _story(review: Review) -> list[Flowable]:
    story: list[Flowable] = [
        _said(about.name(review), 22, bold=True, spaceAfter=6),
        *(_said(text, 9, textColor=colour("grayTextColor"), spaceAfter=1) for text in about.data(review)),
        Spacer(0, 14),
    ]
    if review.answers:
        head = ("", "Question", "Answer")
        rows = [(str(n), a.question, a.title) for n, a in enumerate(review.answers, start=1)]
        story.append(_table(head, rows, (18, 170, WIDE - 188), strong=2))
    for number, answer in enumerate(review.answers, start=1):
        story += _answer(number, answer)
    for study in review.case_studies:
        story += _study(study)
    named = about.metrics_of(review.answers, [f for s in review.case_studies for f in s.figures])
    if named:
        words = ("Figure", "Version", "Owner", "Means")
        table = _table(words, [about.definition(n) for n in named], (120, 44, 84, WIDE - 248), size=8)
        story += [
            Spacer(0, 18),
            _heading("Definitions in force, with their versions", "What the figures mean"),
            table,
        ]
    return story


def _heading(small: str, title: str) -> Flowable:
    grey = colour("grayTextColor")
    return KeepTogether(
        [
            _said(small, 9, textColor=grey, spaceAfter=2, keepWithNext=1),
            _said(title, 14, bold=True, spaceAfter=7, keepWithNext=1),
        ]
    )


def _answer(number: int, answer: Answer) -> list[Flowable]:
    body = _body(answer.figures, answer.chart, answer.sentences)
    if answer.table is not None and answer.table.rows and answer.table.columns:
        body.append(_free(answer.table))
    return _section(f"{number} · {one_line(answer.question)}", answer.title, body, answer.sources)


def _study(study: CaseStudy) -> list[Flowable]:
    body = _body(study.figures, study.chart, (*study.sentences, about.kind_of(study)))
    return _section(f"Case study · {one_line(study.what)}", study.title, body, study.sources)


def _section(small: str, title: str, body: list[Flowable], sources: Sequence[str]) -> list[Flowable]:
    """A heading that never stands alone at the foot of a page, and what follows it."""
    grey = colour("grayTextColor")
    after = [_said(f"Source: {one_line(s)}", 8, textColor=grey, spaceBefore=3) for s in sources]
    first, rest = body[:1], body[1:]
    if rest and after:
        rest, after = rest[:-1], [KeepTogether([rest[-1], *after])]
    heading = [
        _said(small, 9, textColor=grey, spaceAfter=2),
        _said(title, 14, bold=True, spaceAfter=7),
    ]
    return [Spacer(0, 22), KeepTogether([*heading, *first]), *rest, *after]


def _body(figures: Sequence[Figure], chart: Chart | None, sentences: Sequence[str]) -> list[Flowable]:
    body: list[Flowable] = []
    if figures:
        body.append(_figures(figures))
    said = [_said(text, spaceBefore=4) for text in sentences if legible(text)]
    body += [KeepTogether(said)] if 1 < len(said) <= TOGETHER else said
    if chart is not None and scales.drawable(chart):
        body.append(_chart(chart))
    elif chart is not None:
        body.append(_said("There is nothing to draw yet.", spaceBefore=4))
    return body


def _figures(figures: Sequence[Figure]) -> Table:
    """All figures of an answer, one a row; a column that says nothing is left out."""
    head = ("Figure", "Now", "Target", "Quarter before", "Year before", "Cases")
    every = [(f.label, f.value, f.target, f.before, f.year_before, f.n) for f in figures]
    kept = [c for c in range(len(head)) if c < 2 or any(row[c] for row in every)]
    share = {0: 2.2, 1: 1.4, 2: 1.3, 3: 1.6, 4: 1.6, 5: 1.9}
    total = sum(share[c] for c in kept)
    widths = [WIDE * share[c] / total for c in kept]
    table = _table(
        [head[c] for c in kept], [[row[c] for c in kept] for row in every], widths, size=8.5, strong=1
    )
    table.spaceAfter = 6
    return table


def _free(found: Rows, strong: int = 0) -> Table:
    """A table whose columns are as wide as what is in them asks for."""
    head, rows = plain(found)
    widths = columns_for([head, *rows], WIDE, 8.5 * type_faces.faces().roomier)
    table = _table(head, rows, widths, size=8.5, strong=strong)
    table.spaceBefore = 8
    return table


def _table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    size: float = 9.0,
    strong: int = 0,
) -> Table:
    """A table that repeats its head on each page; column `strong` is bold."""
    grey = colour("grayTextColor")
    cells: list[list[Flowable]] = [[_said(t, size, bold=True, textColor=grey) for t in head]]
    for row in rows:
        short = [t if len(t) <= LONGEST else f"{t[:LONGEST]}…" for t in row]
        cells.append([_said(t, size, bold=c == strong) for c, t in enumerate(short)])
    return Table(
        cells,
        colWidths=list(widths),
        repeatRows=1,
        hAlign="LEFT",
        splitInRow=1,
        style=TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
                ("LEFTPADDING", (1, 0), (-1, -1), 5),
                ("RIGHTPADDING", (0, 0), (-1, -1), 5),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, grey),
                ("LINEBELOW", (0, 1), (-1, -1), 0.4, colour("borderColor")),
            ]
        ),
    )


def _chart(chart: Chart) -> Flowable:
    grey = colour("grayTextColor")
    parts: list[Flowable] = [Spacer(0, 8)]
    heading = scales.heading(chart)
    if heading:
        parts.append(_said(heading, 8.5, bold=True, textColor=grey, spaceAfter=4))
    parts.append(handout_charts.drawing(chart, WIDE))
    said = one_line(chart.says)
    if chart.shape == "intervals":
        said += " The lines are 95 % intervals."
    if scales.has_gaps(chart):
        said += " Nothing is drawn where a value is not known, not yet there, or of too few people."
    parts.append(_said(said, 8, textColor=grey, spaceBefore=3))
    if not handout_charts.labelled(chart, WIDE):
        parts += _values(chart)
    return KeepTogether(parts)


def _values(chart: Chart) -> list[Flowable]:
    """The values of a chart as tables of at most eight columns."""
    found: list[Flowable] = []
    most = 8 if chart.shape != "intervals" else 4
    for start in range(0, len(chart.categories), most):
        names = chart.categories[start : start + most]
        rows = []
        for series in chart.series:
            row = [series.name]
            for i in range(start, start + len(names)):
                value = series.values[i] if i < len(series.values) else None
                text = scales.text(chart.unit, value) if value is not None and value == value else "–"
                ends = [s[i] for s in (series.low, series.high) if i < len(s) and s[i] is not None]
                if text != "–" and len(ends) == 2:
                    text += f" ({scales.text(chart.unit, ends[0])} to {scales.text(chart.unit, ends[1])})"  # type: ignore[arg-type]
                row.append(text)
            rows.append(row)
        each = (WIDE - 76) / most
        found += [
            Spacer(0, 6),
            _table(["", *map(one_line, names)], rows, [76.0] + [each] * len(names), size=7.5),
        ]
    return found
