"""What a page of the handout is made of: paragraphs, tables that repeat their heads, charts with what they say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph, Spacer, Table, TableStyle

from reports.documents import font_files, number_scales
from reports.documents.sanitise import legible, one_line, tied
from reports.handout import handout_charts
from reports.handout.handout_charts import colour
from reports.review.review_document import Chart, Figure
from reports.review.review_document import Table as Rows
from reports.slides.slide_tables import plain
from reports.slides.slide_text import columns_for, words_fit

MARGIN = 52.0
WIDE = A4[0] - 2 * MARGIN
CELL, LEAST = 8.5, 7.5
LONGEST = 1_200
"""Characters of one cell: no row may be taller than a page."""
SHORT = 300
KEPT = 2
"""So many rows of a table stay together at its beginning and at its end."""
ROWS = 8
"""A table of more rows may begin on one page and end on the next."""


def _style(size: float, **more: Any) -> ParagraphStyle:
    faces = font_files.faces()
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
    return ParagraphStyle("text", **(chosen | more))


def paragraph(text: str, size: float = 9.5, **more: Any) -> Paragraph:
    """A paragraph; `more` are settings of its style, and `bold`."""
    return Paragraph(font_files.marked_up(tied(legible(text))), _style(size, **more))


def aside(text: str, size: float = 9.0, **more: Any) -> Paragraph:
    """The same in grey."""
    return paragraph(text, size, textColor=colour("grayTextColor"), **more)


def figures(cards: Sequence[Figure]) -> Table:
    """All figures of an answer, one a row; a column that says nothing is left out."""
    head = ("Figure", "Now", "Target", "Quarter before", "Year before", "Cases")
    every = [(f.label, f.value, f.target, f.before, f.year_before, f.n) for f in cards]
    filled = [c for c in range(len(head)) if c < 2 or any(row[c] for row in every)]
    rows = tuple(tuple(row[c] for c in filled) for row in every)
    return free(Rows(columns=tuple(head[c] for c in filled), rows=rows), strong=1)


def free(content: Rows, strong: int = 0) -> Table:
    """A table whose columns are as wide as what is in them asks for."""
    head, rows = plain(content)
    size, roomier = CELL, font_files.faces().roomier
    widths = columns_for([head, *rows], WIDE, size * roomier)
    while size > LEAST and not words_fit([head, *rows], widths, size * roomier):
        size -= 0.5
        widths = columns_for([head, *rows], WIDE, size * roomier)
    return table(head, rows, widths, size=size, strong=strong)


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    size: float = CELL,
    strong: int = 0,
) -> Table:
    """A table that repeats its head on each page; column `strong` is bold."""
    grey = colour("grayTextColor")
    cells: list[list[Flowable]] = [[paragraph(t, size, bold=True, textColor=grey) for t in head]]
    for row in rows:
        short = [t if len(t) <= LONGEST else f"{t[:LONGEST]}…" for t in row]
        cells.append([paragraph(t, size, bold=c == strong) for c, t in enumerate(short)])
    made = Table(
        cells,
        colWidths=list(widths),
        repeatRows=1,
        hAlign="LEFT",
        splitInRow=1,
        style=TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                *_kept(rows),
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
    made.long = len(rows) > ROWS
    return made


def _kept(rows: Sequence[Sequence[str]]) -> list[tuple[Any, ...]]:
    """Neither the first rows nor the last stand alone on a page, unless they are too tall to stay together."""
    count = min(KEPT, len(rows))
    if any(len(cell) > SHORT for row in (*rows[:count], *rows[len(rows) - count :]) for cell in row):
        return []
    return [("NOSPLIT", (0, 0), (-1, count)), ("NOSPLIT", (0, -count), (-1, -1))] if count else []


def chart(drawn: Chart) -> list[Flowable]:
    """A chart with its heading and words, to be kept on one page."""
    parts: list[Flowable] = [Spacer(0, 8)]
    heading = number_scales.heading(drawn, line=True)
    if heading:
        parts.append(aside(heading, 8.5, bold=True, spaceAfter=4))
    parts.append(handout_charts.drawing(drawn, WIDE))
    words = one_line(drawn.says)
    if number_scales.pinned(drawn):
        words += f" {number_scales.pinned(drawn)}"
    if drawn.remark:
        words += f" {drawn.remark}"
    if drawn.shape == "intervals":
        words += " The lines are 95% intervals."
    if number_scales.has_gaps(drawn):
        words += " Nothing is drawn where a value is not known, not yet there, or of too few people."
    parts.append(aside(words, 8, spaceBefore=3))
    if not handout_charts.labelled(drawn, WIDE):
        parts += _values(drawn)
    return parts


def small_charts(charts: Sequence[Chart]) -> list[Flowable]:
    """Charts in two columns, each with its heading; what they say stands below."""
    each = WIDE / 2 - 8
    cells = [
        [
            aside(number_scales.heading(c, line=True), 8, bold=True, spaceAfter=3),
            handout_charts.drawing(c, each),
        ]
        for c in charts
    ]
    rows = [[cells[i], cells[i + 1] if i + 1 < len(cells) else ""] for i in range(0, len(cells), 2)]
    flat = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    grid = Table(rows, colWidths=[WIDE / 2] * 2, hAlign="LEFT", style=TableStyle(flat))
    says = [" ".join(w for w in (f"{one_line(c.says)}.", number_scales.pinned(c)) if w) for c in charts]
    return [Spacer(0, 6), grid, *(aside(words, 8, spaceBefore=2) for words in says)]


def _values(drawn: Chart) -> list[Flowable]:
    """The values of a chart as tables of at most eight columns."""
    tables: list[Flowable] = []
    most = 8 if drawn.shape != "intervals" else 4
    for start in range(0, len(drawn.categories), most):
        names = drawn.categories[start : start + most]
        rows = []
        for series in drawn.series:
            row = [series.name]
            row += [handout_charts.value_in_words(drawn, series, i) for i in range(start, start + len(names))]
            rows.append(row)
        each = (WIDE - 76) / most
        tables += [
            Spacer(0, 6),
            table(["", *map(one_line, names)], rows, [76.0] + [each] * len(names), size=7.5),
        ]
    return tables
